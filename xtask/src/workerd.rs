//! Runs the server on workerd: for `serve`, and for every test that needs the real one.

mod plan;

use std::{
    io::{self, BufRead, BufReader, Read},
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener},
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

pub use plan::{Clock, Outside, Plan, Release, Voice};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::{files, limits, log, project::Project, restore, trouble::Trouble};

/// How long the runtime may take to open its sockets.
const START_WAIT: Duration = Duration::from_secs(30);
/// How long it may take to finish what is under way when it is told to stop.
const STOP_WAIT: Duration = Duration::from_secs(5);
/// How much of what the runtime says is kept, in bytes.
const LOG_KEPT: usize = 1 << 20;

/// What is run: the clone's own build, or a packaged folder.
#[derive(Clone, Debug)]
pub struct Runtime {
    /// workerd.
    pub binary: PathBuf,
    /// Its configuration, beside the Worker it embeds.
    pub config: PathBuf,
    /// The pages' files.
    pub site: PathBuf,
}

/// A running server; dropping it kills it, as a power cut would.
#[derive(Debug)]
pub struct Server {
    child: Child,
    counter_port: u16,
    manager_port: u16,
    public_port: u16,
    watch_port: u16,
    log: Log,
}

impl Server {
    /// Starts the runtime on `dist/` and waits until its sockets are open.
    ///
    /// # Errors
    /// When `dist/` or workerd is missing, the data folder cannot be used, or a port is taken.
    pub fn start(project: &Project, plan: &Plan) -> Result<Self, Trouble> {
        Self::run(&project.runtime()?, plan)
    }

    /// The same on any runtime.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub fn run(runtime: &Runtime, plan: &Plan) -> Result<Self, Trouble> {
        let objects = plan.data.join("objects");
        restore::is_whole(&plan.data)?;
        files::make_folder(&objects)?;
        limits::open_as_many_files_as_allowed();
        let has_six = is_free([
            plan.counter_port,
            plan.public_port,
            plan.watch_port,
            plan.manager_port,
        ])?;
        let mut command = Command::new(&runtime.binary);
        command
            .args(["serve", "--control-fd=1"])
            .arg(format!(
                "--socket-addr=counter=127.0.0.1:{}",
                plan.counter_port
            ))
            .arg(format!(
                "--socket-addr=manager=127.0.0.1:{}",
                plan.manager_port
            ))
            .arg(format!(
                "--socket-addr=public=127.0.0.1:{}",
                plan.public_port
            ))
            .arg(format!("--socket-addr=watch=127.0.0.1:{}", plan.watch_port))
            .arg(format!("--directory-path=site={}", runtime.site.display()))
            .arg(format!("--directory-path=objects={}", objects.display()));
        if has_six {
            command.arg(format!(
                "--socket-addr=manager-six=[::1]:{}",
                plan.manager_port
            ));
        }
        let config = match plan.outside {
            Outside::Public => runtime.config.clone(),
            Outside::Local => runtime.config.with_file_name("workerd.test.capnp"),
        };
        let mut child = command
            .arg(&config)
            .arg(if has_six { "config" } else { "configIpv4" })
            .env("SETUP_CODE", &plan.setup_code)
            .env("COUNTER_URL", &plan.counter_url)
            .env("PUBLIC_URL", &plan.public_url)
            .env("MACHINE_TOKEN", &plan.machine_token)
            .env(
                "CLOCK",
                match plan.clock {
                    Clock::Real => "real",
                    Clock::Settable => "settable",
                },
            )
            .env(
                "RELEASE",
                match plan.release {
                    Release::Daily => "daily",
                    Release::WhenTen => "when-ten",
                },
            )
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Ctrl-C reaches us alone; we then let it finish what is under way.
            .process_group(0)
            .spawn()
            .map_err(|error| {
                Trouble::new(
                    format!("workerd could not be started: {error}"),
                    "Check that its file is there and may be run; in a clone, `cargo xtask doctor` tells",
                )
            })?;
        let log = Log::new(plan.voice);
        let opened = listen_to(&mut child, &log);
        let mut server = Self {
            child,
            counter_port: 0,
            manager_port: 0,
            public_port: 0,
            watch_port: 0,
            log,
        };
        let until = Instant::now() + START_WAIT;
        while [
            server.counter_port,
            server.manager_port,
            server.public_port,
            server.watch_port,
        ]
        .contains(&0)
        {
            match opened.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok((socket, port)) if socket == "counter" => server.counter_port = port,
                Ok((socket, port)) if socket == "manager" => server.manager_port = port,
                Ok((socket, port)) if socket == "public" => server.public_port = port,
                Ok((socket, port)) if socket == "watch" => server.watch_port = port,
                Ok(_) => {}
                Err(_) => return Err(server.not_started()),
            }
        }
        Ok(server)
    }

    /// The counter's origin, with a closing slash.
    #[must_use]
    pub fn counter(&self) -> String {
        format!("http://127.0.0.1:{}/", self.counter_port)
    }

    /// The manager's origin, with a closing slash: another host, since ports do not separate cookies.
    #[must_use]
    pub fn manager(&self) -> String {
        format!("http://localhost:{}/", self.manager_port)
    }

    /// The public site's origin, with a closing slash.
    #[must_use]
    pub fn public(&self) -> String {
        format!("http://127.0.0.1:{}/", self.public_port)
    }

    /// Where the server says how it is, with a closing slash; only from this machine.
    #[must_use]
    pub fn watch(&self) -> String {
        format!("http://127.0.0.1:{}/", self.watch_port)
    }

    /// The process of the runtime.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Whether the runtime has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// The last megabyte of what the runtime and the Worker said.
    #[must_use]
    pub fn log(&self) -> String {
        self.log
            .words
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Waits until it is told to stop, then stops.
    ///
    /// # Errors
    /// When the runtime has ended by itself.
    pub fn run_until(mut self, is_told_to_stop: &AtomicBool) -> Result<(), Trouble> {
        while !is_told_to_stop.load(Ordering::Relaxed) {
            if self.has_ended() {
                return Err(Trouble::new(
                    "The server ended by itself; its last words are above",
                    "Start it again: what was counted is kept",
                ));
            }
            thread::sleep(Duration::from_millis(100));
        }
        match self.log.voice {
            Voice::Json => log::say(log::Level::Info, "stopping", &json!({})),
            Voice::Plain | Voice::Quiet => eprintln!("Stopping ..."),
        }
        self.stop();
        Ok(())
    }

    /// Lets the runtime finish what is under way, then ends it.
    pub fn stop(mut self) {
        // A child that is gone already needs no signal.
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let until = Instant::now() + STOP_WAIT;
        while Instant::now() < until && !self.has_ended() {
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn not_started(&self) -> Trouble {
        let said = self.log();
        let last = said.lines().last().unwrap_or("nothing");
        if said.contains("Address already in use") {
            port_taken("one of the four ports")
        } else if said.contains("No such file or directory") && said.contains("dist") {
            Trouble::new("The server is not built", "Run `cargo xtask build`")
        } else {
            Trouble::new(
                format!("workerd did not start; it said: {last}"),
                "Run `cargo xtask build`, then try again",
            )
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only for a child that is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Checks ports that are to be opened, the manager's last; says whether the manager can listen on
/// IPv6 too.
///
/// # Errors
/// When another program has one of them.
pub fn is_free<const N: usize>(ports: [u16; N]) -> Result<bool, Trouble> {
    let bind = |address: SocketAddr| TcpListener::bind(address).map(drop);
    for port in ports {
        bind((Ipv4Addr::LOCALHOST, port).into()).map_err(|error| not_bound(port, &error))?;
    }
    let manager_port = ports.last().copied().unwrap_or_default();
    if manager_port == 0 {
        // Two addresses would get two different free ports.
        return Ok(false);
    }
    match bind((Ipv6Addr::LOCALHOST, manager_port).into()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            Err(not_bound(manager_port, &error))
        }
        Err(_) => Ok(false),
    }
}

fn not_bound(port: u16, error: &io::Error) -> Trouble {
    match error.kind() {
        io::ErrorKind::AddrInUse => port_taken(&format!("port {port}")),
        _ => Trouble::new(
            format!("Port {port} cannot be opened: {error}"),
            "Choose another with --port N, 1024 or higher",
        ),
    }
}

fn port_taken(which: &str) -> Trouble {
    Trouble::new(
        format!("Another program uses {which}"),
        "Stop it, or choose other ports with --port N (the manager gets N+1)",
    )
}

/// What the runtime says, shared with the threads that listen to it.
#[derive(Clone, Debug)]
struct Log {
    words: Arc<Mutex<String>>,
    voice: Voice,
}

impl Log {
    fn new(voice: Voice) -> Self {
        Self {
            words: Arc::default(),
            voice,
        }
    }

    fn add(&self, line: &str) {
        match self.voice {
            Voice::Quiet => {}
            Voice::Plain => eprintln!("{line}"),
            Voice::Json => log::say(log::Level::Error, "runtime", &json!({"message": line})),
        }
        let mut words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        words.push_str(line);
        words.push('\n');
        if words.len() > 2 * LOG_KEPT {
            let cut = words.ceil_char_boundary(words.len() - LOG_KEPT);
            words.drain(..cut);
        }
    }
}

/// Reads both streams of the runtime; each socket it opens comes out as its name and port.
fn listen_to(child: &mut Child, log: &Log) -> mpsc::Receiver<(String, u16)> {
    let (sender, opened) = mpsc::channel();
    if let Some(output) = child.stdout.take() {
        let log = log.clone();
        thread::spawn(move || {
            each_line(output, |line| match socket_opened(line) {
                // The receiver is gone once both sockets are open.
                Some(socket) => drop(sender.send(socket)),
                None => log.add(line),
            });
        });
    }
    if let Some(errors) = child.stderr.take() {
        let log = log.clone();
        thread::spawn(move || each_line(errors, |line| log.add(line)));
    }
    opened
}

fn each_line(from: impl Read, mut act: impl FnMut(&str)) {
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    while let Ok(1..) = from.read_until(b'\n', &mut line) {
        act(String::from_utf8_lossy(&line).trim_end());
        line.clear();
    }
}

/// Reads `{"event":"listen","socket":"counter","port":8787}`.
fn socket_opened(line: &str) -> Option<(String, u16)> {
    let message: serde_json::Value = serde_json::from_str(line).ok()?;
    if message.get("event")?.as_str()? != "listen" {
        return None;
    }
    let socket = message.get("socket")?.as_str()?.to_owned();
    Some((socket, message.get("port")?.as_u64()?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_opened_socket_is_told_from_the_workers_own_words() {
        let line = r#"{"event":"listen","socket":"counter","port":8787}"#;
        assert_eq!(socket_opened(line), Some(("counter".to_owned(), 8787)));
        assert_eq!(socket_opened(r#"{"event":"answer","port":1}"#), None);
        assert_eq!(socket_opened("hello"), None);
    }

    #[test]
    fn a_taken_port_says_which_and_what_to_do() -> io::Result<()> {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = taken.local_addr()?.port();
        let trouble = is_free([port, 0])
            .expect_err("the port is taken")
            .to_string();
        assert_eq!(
            trouble,
            format!(
                "Another program uses port {port}. \
                 Stop it, or choose other ports with --port N (the manager gets N+1)."
            )
        );
        Ok(())
    }
}
