//! The packaged folder as a province gets it: moved to an empty place, started with nothing of ours in reach,
//! it answers a whole survey, says how it is, is backed up and put back (rules V4, V5).

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::Mode;
use rustix::process::{Pid, Signal, kill_process, umask};
use serde_json::{Value, json};
use survey::day::Day;
use xtask::clock::now;
use xtask::files;
use xtask::package::assemble;
use xtask::project::Project;

use crate::device::{Device, record_on, verdicts};
use crate::world::{Account, PASSWORD, World, ask};

/// What a text links to in its own folder or beside it, without the places within a page.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1);
    let targets = targets.filter_map(|rest| rest.split([')', '#']).next());
    targets.filter(|target| !target.is_empty() && !target.contains("://"))
}

/// How long a stop, or a first word, may take on a slow machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A package somewhere else than it was made, removed with the test.
struct Folder(PathBuf);

impl Folder {
    /// The program as `cargo test` builds it, everything else as it is packed.
    fn moved(name: &str) -> Self {
        let project = Project::here();
        let built = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .current_dir(&project.root)
            .args(["build", "--quiet", "--package=xtask", "--bin=hai-long"])
            .status();
        assert!(
            built.is_ok_and(|status| status.success()),
            "hai-long builds"
        );
        let scratch = std::env::temp_dir();
        let made = scratch.join(format!("hai-long-made-{name}-{}", std::process::id()));
        let program = project.target().expect("a target").join("debug/hai-long");
        assemble(&project, &program, &made).expect("it is packed");
        // A place with a space and a letter of Vietnamese in its name.
        let moved = scratch.join(format!("máy chủ {name}-{}", std::process::id()));
        fs::rename(&made, &moved).expect("it is moved");
        let settings = "counter_port = 0\nmanager_port = 0\npublic_port = 0\nwatch_port = 0\nrelease = \"when-ten\"\n";
        files::write(&moved.join("hai-long.toml"), settings).expect("settings");
        Self(moved)
    }

    /// `hai-long` with a verb, in an environment that holds nothing.
    fn program(&self, words: &[&str]) -> Command {
        let mut command = Command::new(self.0.join("hai-long"));
        command
            .args(words)
            .env_clear()
            .env("PATH", "/nonexistent")
            .current_dir("/");
        command
    }

    fn run(&self, words: &[&str]) -> String {
        let output = self.program(words).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words:?}: {said}{errors}");
        said
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A leftover costs space in the system's temporary folder, nothing else.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A package that runs.
struct Running {
    child: Child,
    world: World,
    setup_code: Option<String>,
}

impl Running {
    fn start(folder: &Folder, is_new: bool) -> Self {
        let log = fs::File::create(folder.0.join("log")).expect("a log");
        let child = folder
            .program(&["start"])
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("it starts");
        let ready = event(&folder.0, "ready");
        let origin = |name: &str| ready[name].as_str().unwrap_or_else(|| panic!("{ready}"));
        let world = World::elsewhere(["counter", "manager", "watch"].map(origin));
        // A server that has accounts draws no code that anybody needs.
        let path = ready["setup_code_in"].as_str().map(PathBuf::from);
        assert_eq!(path.is_some(), is_new, "{ready}");
        let setup_code = path.map(|path| {
            assert_eq!(mode(&path), 0o600);
            let said = files::read_text(&path).expect("a code");
            assert!(!words_of(&folder.0).contains(said.trim()), "S14");
            said.trim().to_owned()
        });
        Self {
            child,
            world,
            setup_code,
        }
    }

    /// The first operator, a province and its commune.
    fn set_up(&self) -> Account {
        let world = &self.world;
        let code = self.setup_code.as_ref().expect("an empty server has one");
        let setup = json!({"code": code, "account": "operator", "password": PASSWORD});
        let done = Account::default().post(world, "/v1/setup", &setup);
        assert_eq!(done.status, 200);
        let operator = Account::sign_in(world, "operator");
        let unit = |id: &str, parent: Option<&str>| {
            json!({"id": id, "parent": parent, "kind": if parent.is_some() { "commune" } else { "province" },
                "name": {"vi": id}, "valid_from": "2025-07-01", "collects": parent.is_some()})
        };
        let units = json!({"units": [unit("33", None), unit("33.1", Some("33"))]});
        assert_eq!(operator.post(world, "/v1/units", &units).status, 200);
        operator
    }

    /// A polite end.
    fn stop(&mut self) {
        kill_process(Pid::from_child(&self.child), Signal::TERM).expect("it is told");
        let until = Instant::now() + PATIENCE;
        let ended = loop {
            if let Some(ended) = self.child.try_wait().expect("it is ours") {
                break ended;
            }
            assert!(Instant::now() < until, "it does not stop");
            thread::sleep(Duration::from_millis(50));
        };
        assert!(ended.success(), "{ended}");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only for a child that is gone already.
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let _ = self.child.wait();
    }
}

/// The line of the log that tells of an event; waits for it.
fn event(folder: &Path, name: &str) -> Value {
    let until = Instant::now() + PATIENCE;
    loop {
        let log = words_of(folder);
        let mut lines = log
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        if let Some(line) = lines.find(|line: &Value| line["event"] == name) {
            return line;
        }
        assert!(Instant::now() < until, "no {name} in {log}");
        thread::sleep(Duration::from_millis(50));
    }
}

fn mode(path: &Path) -> u32 {
    let about = fs::metadata(path).expect("it is there");
    about.permissions().mode() & 0o777
}

/// Nothing below a folder is for anybody but its owner, the folder included (S14).
fn is_closed(folder: &Path) {
    let mut seen = 0;
    for path in files::all_under(folder).expect("files") {
        for part in path.ancestors() {
            let path = folder.join(part);
            assert_eq!(mode(&path) & 0o077, 0, "{}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 3, "nothing lies in {}", folder.display());
}

fn words_of(folder: &Path) -> String {
    fs::read_to_string(folder.join("log")).unwrap_or_default()
}

fn today() -> Day {
    Day::of(now().expect("a clock")).expect("a day")
}

/// Every file that the counter's page and its service worker name is there.
fn pages_load(world: &World) {
    for url in [world.counter("/"), world.manager("/")] {
        let page = ask("GET", &url, &[], b"");
        assert_eq!(page.status, 200, "{url}");
        let html = String::from_utf8_lossy(&page.bytes).into_owned();
        let files = html.split('"').filter(|word| {
            word.starts_with('/')
                && [".js", ".css", ".wasm"]
                    .iter()
                    .any(|end| word.ends_with(end))
        });
        let mut loaded = 0;
        for file in files {
            let file = ask(
                "GET",
                &format!("{}{file}", url.trim_end_matches('/')),
                &[],
                b"",
            );
            assert_eq!(file.status, 200);
            loaded += 1;
        }
        assert!(loaded >= 2, "{url} loads {loaded} files");
    }
    assert_eq!(ask("GET", &world.counter("/sw.js"), &[], b"").status, 200);
}

#[test]
fn v5_what_a_package_says_to_read_is_in_it() {
    let folder = Folder::moved("reading");
    let manuals = folder.0.join("docs");
    let mut found = 0;
    for path in files::all_under(&manuals).expect("manuals") {
        if path.extension().is_none_or(|kind| kind != "md") {
            continue;
        }
        let page = manuals.join(&path);
        let text = files::read_text(&page).expect("a page");
        for target in links(&text) {
            let target = page.parent().expect("a folder").join(target);
            assert!(target.exists(), "{path:?} links to {target:?}");
            found += 1;
        }
    }
    assert!(found > 20, "{found}");
    for named in ["docs/adr/0024-what-goes.md", "survey/forms/local9.json"] {
        assert!(folder.0.join(named).exists(), "{named}");
    }
}

#[test]
fn ua5_v5_a_language_is_added_to_a_package_and_nothing_of_it_counts_as_altered() {
    let folder = Folder::moved("language");
    let packs = folder.0.join("dist/counter/lang");
    for file in files::all_under(&packs.join("en")).expect("English") {
        let bytes = files::read(&packs.join("en").join(&file)).expect("a file");
        files::write(&packs.join("km").join(&file), bytes).expect("it is copied");
    }
    folder.run(&["lang", "check", "km", "--seal"]);
    let listed = files::read_text(&packs.join("packs.json")).expect("packs");
    assert!(listed.contains("\"km\""), "{listed}");
    for line in files::read_text(&folder.0.join("SHA256SUMS"))
        .expect("sums")
        .lines()
    {
        let (sum, path) = line.split_once("  ").expect("a sum and a path");
        let bytes = files::read(&folder.0.join(path)).expect("it is there");
        assert_eq!(files::sha256(&bytes), sum, "{path}");
    }
}

#[test]
fn v4_v5_a_packaged_folder_answers_a_whole_survey_with_nothing_around_it() {
    let folder = Folder::moved("journey");
    assert_eq!(mode(&folder.0.join("hai-long")), 0o755);
    // As most machines have it: what the program does not close stands open.
    umask(Mode::WGRP | Mode::WOTH);
    let mut running = Running::start(&folder, true);
    let world = &running.world;
    pages_load(world);

    let operator = running.set_up();
    let manager = world.manager_of(&operator, "33");
    let mut device = Device::enrolled(world, &operator, "33.1");
    let answered: Vec<_> = (0..10)
        .map(|n| {
            record_on("33.1", today(), |at| {
                3 + u8::try_from((at + n) % 3).unwrap_or(0)
            })
        })
        .collect();
    assert_eq!(verdicts(&device.post(world, &answered)), ["counted"; 10]);
    assert_eq!(manager.figures(world, "33.1")["responses"], 10);
    // Nobody sets the clock of a packaged server.
    let set = operator.ask(world, "PUT", "/v1/test/clock", b"{\"now\":1}");
    assert_eq!(set.refusal(), (404, "not-found".into()));

    // It backs itself up, and says so.
    let until = Instant::now() + PATIENCE;
    let health = loop {
        let health = ask("GET", &world.watch("/health"), &[], b"").json();
        if health["checks"]
            .as_array()
            .is_some_and(|checks| checks.len() == 6)
        {
            break health;
        }
        assert!(Instant::now() < until, "{}", words_of(&folder.0));
        thread::sleep(Duration::from_millis(200));
    };
    let backup = health["checks"].as_array().expect("checks").iter();
    let backup = backup
        .filter(|check| check["what"] == "backup")
        .collect::<Vec<_>>();
    assert_eq!(
        (&backup[0]["level"], &backup[0]["value"]),
        (&json!("ok"), &json!(0))
    );

    // A copy by hand, more answers, and the copy put back: the device fills in what it lacks.
    let said = folder.run(&["backup"]);
    let copy = said
        .strip_prefix("backup ")
        .and_then(|rest| rest.split(" (").next());
    let copy = copy.unwrap_or_else(|| panic!("{said}")).to_owned();
    is_closed(Path::new(&copy));
    is_closed(&folder.0.join("backups"));
    is_closed(&folder.0.join("data"));
    let later: Vec<_> = (0..10).map(|_| record_on("33.1", today(), |_| 5)).collect();
    assert_eq!(verdicts(&device.post(world, &later)), ["counted"; 10]);
    running.stop();
    let log = words_of(&folder.0);
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
        assert!(
            line["event"].is_string() && line["level"].is_string(),
            "{line}"
        );
    }
    for name in ["started", "ready", "backup-made", "stopped"] {
        event(&folder.0, name);
    }
    assert!(!folder.0.join("data/setup-code").exists(), "it is used");
    let said = folder.run(&["restore", &copy]);
    assert!(said.contains("this is restore 1"), "{said}");
    let mut running = Running::start(&folder, false);
    let world = &running.world;
    assert_eq!(device.post(world, &[]).json()["restore"], 1);
    let all: Vec<_> = answered.iter().chain(&later).cloned().collect();
    let again = verdicts(&device.post(world, &all));
    assert_eq!(again[..10], ["already"; 10]);
    assert_eq!(again[10..], ["counted"; 10]);
    running.stop();
}

#[test]
fn l12_v5_a_runtime_that_outlives_its_program_keeps_the_folder_and_a_cut_restore_starts_nothing() {
    let folder = Folder::moved("orphan");
    let mut running = Running::start(&folder, true);
    running.set_up();
    let copy = {
        let said = folder.run(&["backup"]);
        let said = said.strip_prefix("backup ").unwrap_or_default();
        said.split(" (").next().expect("a folder").to_owned()
    };
    let runtime = event(&folder.0, "started")["process"].as_i64();
    let runtime = runtime.and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
    running.child.kill().expect("it is ours");
    running.child.wait().expect("it has ended");
    let refused = |words: &[&str]| {
        let output = folder.program(words).output().expect("it runs");
        assert!(!output.status.success(), "{words:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    for words in [&["restore", copy.as_str()][..], &["start"]] {
        let said = refused(words);
        assert!(said.contains("Another server uses"), "{words:?}: {said}");
    }
    kill_process(runtime.expect("its process"), Signal::KILL).expect("it is ours");
    let until = Instant::now() + PATIENCE;
    while !folder
        .program(&["restore", &copy])
        .output()
        .is_ok_and(|output| output.status.success())
    {
        assert!(Instant::now() < until, "the folder is still taken");
        thread::sleep(Duration::from_millis(100));
    }
    // The power goes between the two renames of another restore.
    let data = folder.0.join("data");
    fs::rename(data.join("objects"), data.join("objects.new")).expect("renamed");
    let said = refused(&["start"]);
    assert!(said.contains("A restore was cut off"), "{said}");
    assert!(!data.join("objects").exists());
    folder.run(&["restore", &copy]);
    Running::start(&folder, false).stop();
}

#[test]
fn v5_a_polite_end_under_load_loses_nothing_that_was_acknowledged() {
    let folder = Folder::moved("polite");
    let mut running = Running::start(&folder, true);
    let operator = running.set_up();
    let manager = running.world.manager_of(&operator, "33");
    let mut device = Device::enrolled(&running.world, &operator, "33.1");
    let url = running.world.counter(&device.path());
    let (acknowledged, so_far) = mpsc::channel();
    let mut sender = device.clone();
    let sending = thread::spawn(move || {
        loop {
            let records: Vec<_> = (0..5).map(|_| record_on("33.1", today(), |_| 4)).collect();
            let batch = sender.batch(&records);
            match sender.try_to_send(&url, &sender.path(), &batch) {
                Ok(reply) if reply.status == 200 => {
                    assert_eq!(verdicts(&reply), ["counted"; 5]);
                    // Nobody listens any more once the test has failed.
                    let _ = acknowledged.send(records);
                }
                // It may send no faster.
                Ok(reply) if reply.status == 429 => thread::sleep(Duration::from_millis(50)),
                // Cut off, or told to come back: this one may be counted or not.
                _ => return (sender, records),
            }
        }
    });
    // The end comes while batches are under way.
    let mut heard: Vec<_> = (0..5)
        .flat_map(|_| so_far.recv_timeout(PATIENCE).expect("it is counted"))
        .collect();
    running.stop();
    let (sender, cut) = sending.join().expect("no panic");
    device = sender;
    heard.extend(so_far.iter().flatten());
    let mut running = Running::start(&folder, false);
    for records in heard.chunks(50) {
        let again = verdicts(&device.post(&running.world, records));
        assert!(again.iter().all(|word| word == "already"), "{again:?}");
    }
    device.post(&running.world, &cut);
    let figures = manager.figures(&running.world, "33.1");
    let (_, waiting) = manager.live(&running.world, "33.1");
    let counted = figures["responses"].as_u64().unwrap_or(0) + waiting;
    assert_eq!(counted, (heard.len() + cut.len()) as u64);
    running.stop();
}
