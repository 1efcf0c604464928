//! The Worker that runs on workerd is the one that Cloudflare would take: wrangler packs it and runs it.

use std::{
    fs,
    io::{self, Read},
    net::TcpListener,
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process_group};
use xtask::project::Project;

/// What the tests' deployment has for its monitor.
const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// A first start of wrangler on a slow machine.
const START_WAIT: Duration = Duration::from_mins(2);

fn wrangler(arguments: &[&str]) -> Command {
    let project = Project::here();
    let mut command = Command::new(project.node());
    command
        .arg(project.root.join("node_modules/wrangler/bin/wrangler.js"))
        .args(arguments)
        .arg("--config")
        .arg(project.root.join("worker/wrangler.jsonc"))
        .env("WRANGLER_SEND_METRICS", "false")
        // Both would reach for the network, or cost time, for nothing that is tested here.
        .env("CLOUDFLARE_CF_FETCH_ENABLED", "false")
        .env("X_LOCAL_OBSERVABILITY", "false")
        .env("CI", "true");
    command
}

#[test]
fn wrangler_packs_the_worker_with_its_objects_and_without_a_settable_clock() -> io::Result<()> {
    for environment in ["", "production"] {
        let output = wrangler(&["deploy", "--dry-run", "--env", environment]).output()?;
        let said = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}{errors}");
        for binding in [
            "LEDGER",
            "ROLLUP",
            "DIRECTORY",
            "ASSETS",
            "COUNTER_HOST",
            "MANAGER_HOST",
            "PUBLIC_HOST",
        ] {
            assert!(
                said.contains(&format!("env.{binding} ")),
                "{binding} is missing:\n{said}"
            );
        }
        assert!(!said.contains("env.CLOCK"), "a clock could be set:\n{said}");
        assert!(!errors.contains("WARNING"), "{errors}");
    }
    Ok(())
}

#[test]
fn s1_v2_under_wrangler_dev_the_host_gives_the_role_and_only_a_token_opens_the_watch()
-> io::Result<()> {
    let dev = Dev::start()?;
    let counter = dev.get("127.0.0.1", "/")?;
    assert_eq!(counter.status(), 200);
    assert!(counter.headers().contains_key("content-security-policy"));
    assert_eq!(
        counter
            .headers()
            .get("content-type")
            .map(ureq::http::HeaderValue::as_bytes),
        Some(&b"text/html; charset=utf-8"[..])
    );
    assert_eq!(dev.get("127.0.0.1", "/sw.js")?.status(), 200);
    assert_eq!(dev.get("localhost", "/sw.js")?.status(), 404);
    assert_eq!(
        dev.get("127.0.0.1", "/gone.0123456789abcdef.js")?.status(),
        404
    );
    assert_eq!(dev.get("127.0.0.1", "/worker/entry.mjs")?.status(), 404);

    // How it is, it says to who holds the token, on the manager's host, and to nobody else.
    let right = format!("Bearer {TOKEN}");
    for path in ["/v1/health", "/v1/metrics"] {
        for (host, bearer) in [
            ("localhost", ""),
            ("localhost", "Bearer "),
            ("localhost", &format!("{right}0")),
            ("localhost", TOKEN),
            ("127.0.0.1", &right),
        ] {
            let status = dev.ask(host, path, bearer)?.status();
            assert_eq!(status, 404, "{host} {path} {bearer}");
        }
    }
    let mut health = dev.ask("localhost", "/v1/health", &right)?;
    assert_eq!(health.status(), 200);
    let health = health.body_mut().read_to_string();
    let health = health.map_err(|error| io::Error::other(error.to_string()))?;
    assert!(health.contains("\"checks\":["), "{health}");
    let mut metrics = dev.ask("localhost", "/v1/metrics", &right)?;
    assert_eq!(metrics.status(), 200);
    let metrics = metrics.body_mut().read_to_string();
    let metrics = metrics.map_err(|error| io::Error::other(error.to_string()))?;
    assert!(
        metrics.contains("\nhailong_restore_ordinal 0\n"),
        "{metrics}"
    );
    assert_eq!(dev.ask("localhost", "/v1/machine", &right)?.status(), 404);
    Ok(())
}

/// `wrangler dev` with its own data folder; dropping it ends it and the runtime it started.
struct Dev {
    child: Child,
    port: u16,
    data: PathBuf,
}

impl Dev {
    fn start() -> io::Result<Self> {
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let data = std::env::temp_dir().join(format!("hai-long-wrangler-{port}"));
        let child = wrangler(&["dev", "--port", &port.to_string(), "--ip", "127.0.0.1"])
            .arg("--persist-to")
            .arg(&data)
            .args(["--var", &format!("WATCH_TOKEN:{TOKEN}")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()?;
        let mut dev = Self { child, port, data };
        let until = Instant::now() + START_WAIT;
        while dev.get("127.0.0.1", "/").is_err() {
            if Instant::now() > until || dev.child.try_wait()?.is_some() {
                let mut said = String::new();
                dev.end();
                if let Some(errors) = dev.child.stderr.as_mut() {
                    errors.read_to_string(&mut said)?;
                }
                return Err(io::Error::other(format!(
                    "wrangler dev did not start: {said}"
                )));
            }
            thread::sleep(Duration::from_millis(200));
        }
        Ok(dev)
    }

    /// The reply to a browser that typed this host's name.
    fn get(&self, host: &str, path: &str) -> io::Result<ureq::http::Response<ureq::Body>> {
        self.ask(host, path, "")
    }

    /// The same, with what proves who asks.
    fn ask(
        &self,
        host: &str,
        path: &str,
        bearer: &str,
    ) -> io::Result<ureq::http::Response<ureq::Body>> {
        ureq::get(format!("http://127.0.0.1:{}{path}", self.port))
            .header("host", format!("{host}:{}", self.port))
            .header("authorization", bearer)
            .config()
            .http_status_as_error(false)
            .build()
            .call()
            .map_err(|error| io::Error::other(error.to_string()))
    }

    fn end(&mut self) {
        // A group that has ended already needs no signal.
        let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        self.end();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.data);
    }
}
