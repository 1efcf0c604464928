//! A server of one's own for one test, and the people and devices that use it.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use survey::day::{Day, Millis};
use ureq::Agent;
use ureq::http::{Request, Response};
use xtask::project::Project;
use xtask::workerd::{Plan, Server};

/// 2026-11-23, 10:00 in Việt Nam: where every test's clock begins.
pub const MORNING: Millis = Millis(1_795_402_800_000);
/// What everybody's password is.
pub const PASSWORD: &str = "một câu khá dài";

/// The business day on which every test begins.
pub fn today() -> Day {
    Day::of(MORNING).expect("a day")
}

/// An answer of the server.
#[derive(Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    headers: Vec<(String, String)>,
    /// The body.
    pub bytes: Vec<u8>,
}

impl Reply {
    /// The body as JSON; null where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    /// The stable code of a refusal.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or("none").to_owned()
    }

    /// Status, headers and body, as they came.
    pub fn everything(&self) -> String {
        let headers = self.headers.iter();
        let headers: Vec<_> = headers
            .map(|(name, value)| format!("{name}: {value}\n"))
            .collect();
        format!(
            "{}\n{}\n{}",
            self.status,
            headers.concat(),
            String::from_utf8_lossy(&self.bytes)
        )
    }

    /// Status and code.
    pub fn refusal(&self) -> (u16, String) {
        (self.status, self.code())
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// One request, as any program may send it.
pub fn ask(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
    try_to_ask(method, url, headers, body).expect("the server answers")
}

/// One request that may find no server.
pub fn try_to_ask(
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Result<Reply, String> {
    let agent: Agent = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(30)))
        .max_redirects(0)
        .allow_non_standard_methods(true)
        .build()
        .into();
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = if body.is_empty() {
        agent.run(request.body(()).map_err(|error| error.to_string())?)
    } else {
        agent.run(request.body(body).map_err(|error| error.to_string())?)
    };
    read(answer.map_err(|error| error.to_string())?)
}

fn read(mut response: Response<ureq::Body>) -> Result<Reply, String> {
    let text = |value: &ureq::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into();
    let headers = response.headers().iter();
    Ok(Reply {
        status: response.status().as_u16(),
        headers: headers
            .map(|(name, value)| (name.as_str().to_owned(), text(value)))
            .collect(),
        bytes: response
            .body_mut()
            .read_to_vec()
            .map_err(|error| error.to_string())?,
    })
}

/// A server with its data folder, which outlives it until the test ends.
pub struct World {
    project: Project,
    plan: Plan,
    server: Option<Server>,
    /// The origins of the counter, the manager and the watch, where the server is not ours to start.
    elsewhere: Option<[String; 3]>,
}

impl World {
    /// An empty server whose clock stands at [`MORNING`].
    pub fn empty() -> Self {
        Self::planned(|_| {})
    }

    /// An empty server with a changed plan.
    pub fn planned(change: impl FnOnce(&mut Plan)) -> Self {
        static WORLDS: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "hai-long-live-{}-{}",
            std::process::id(),
            WORLDS.fetch_add(1, Ordering::Relaxed)
        );
        let mut plan = Plan::for_test(std::env::temp_dir().join(name));
        change(&mut plan);
        let mut world = Self {
            project: Project::here(),
            plan,
            server: None,
            elsewhere: None,
        };
        world.start();
        world
    }

    /// A server that somebody else has started.
    pub fn elsewhere(origins: [&str; 3]) -> Self {
        Self {
            project: Project::here(),
            plan: Plan::for_test(PathBuf::new()),
            server: None,
            elsewhere: Some(origins.map(str::to_owned)),
        }
    }

    fn origin(&self, at: usize) -> String {
        if let Some(origins) = &self.elsewhere {
            return origins[at].clone();
        }
        let server = self.server();
        [
            server.counter(),
            server.manager(),
            server.watch(),
            server.public(),
        ][at]
            .clone()
    }

    /// Starts the server, on the data that is there.
    pub fn start(&mut self) {
        let server = Server::start(&self.project, &self.plan);
        self.server = Some(server.expect("the server starts: run `cargo xtask build`"));
    }

    /// Ends the server as a power cut would: SIGKILL.
    pub fn kill(&mut self) {
        self.server = None;
    }

    fn server(&self) -> &Server {
        self.server.as_ref().expect("the server runs")
    }

    /// What the server printed.
    pub fn log(&self) -> String {
        self.server().log()
    }

    /// What the server printed, once a text is so often in it: its words come through a pipe, and may be
    /// later than the answer that they are about.
    pub fn log_with(&self, text: &str, times: usize) -> String {
        let until = Instant::now() + Duration::from_mins(1);
        loop {
            let log = self.log();
            if log.matches(text).count() >= times {
                return log;
            }
            assert!(Instant::now() < until, "no {times} times {text:?} in {log}");
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// The folder with the server's data.
    pub fn data(&self) -> PathBuf {
        self.plan.data.clone()
    }

    /// An address on the counter's site.
    pub fn counter(&self, path: &str) -> String {
        format!("{}{path}", self.origin(0).trim_end_matches('/'))
    }

    /// An address on the manager's site.
    pub fn manager(&self, path: &str) -> String {
        let origin = self.origin(1).replace("localhost", "127.0.0.1");
        format!("{}{path}", origin.trim_end_matches('/'))
    }

    /// An address on the watch socket.
    pub fn watch(&self, path: &str) -> String {
        format!("{}{path}", self.origin(2).trim_end_matches('/'))
    }

    /// An address on the public site; only of a server that is ours.
    pub fn public(&self, path: &str) -> String {
        format!("{}{path}", self.origin(3).trim_end_matches('/'))
    }

    /// Sets the server up and signs its operator in: a province with two communes, and a province
    /// of others.
    pub fn operator(&self) -> Account {
        let setup = json!({"code": "TESTCODE", "account": "operator", "password": PASSWORD});
        let nobody = Account::default();
        assert_eq!(nobody.post(self, "/v1/setup", &setup).status, 200);
        let operator = Account::sign_in(self, "operator");
        operator.set_clock(self, MORNING);
        // The session belongs to the time before the clock was set.
        let operator = Account::sign_in(self, "operator");
        let units = json!({"units": [
            unit("33", None, "province"), unit("33.1", Some("33"), "commune"),
            unit("33.2", Some("33"), "commune"), unit("34", None, "province"),
            unit("34.1", Some("34"), "commune"),
        ]});
        assert_eq!(operator.post(self, "/v1/units", &units).status, 200);
        operator
    }

    /// Adds a manager of one node and signs them in.
    pub fn manager_of(&self, operator: &Account, node: &str) -> Account {
        let name = format!("manager-{node}");
        let account = json!({"account": name, "password": PASSWORD,
            "grants": [{"role": "manager", "node": node}]});
        assert_eq!(operator.post(self, "/v1/accounts", &account).status, 200);
        Account::sign_in(self, &name)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.kill();
        if self.elsewhere.is_none() {
            // A leftover costs space in the system's temporary folder, nothing else.
            let _ = std::fs::remove_dir_all(&self.plan.data);
        }
    }
}

fn unit(id: &str, parent: Option<&str>, kind: &str) -> Value {
    json!({"id": id, "parent": parent, "kind": kind, "name": {"vi": format!("Đơn vị {id}")},
        "valid_from": "2025-07-01", "collects": parent.is_some()})
}

/// Somebody with a page of the manager's site open.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// What is leaked here ends with the test's process.
    cookie: Arc<Mutex<&'static str>>,
}

impl Account {
    /// Signs in with everybody's password.
    pub fn sign_in(world: &World, name: &str) -> Self {
        Self::with(world, name, PASSWORD)
    }

    /// Signs in with a password.
    pub fn with(world: &World, name: &str, password: &str) -> Self {
        let reply = Self::default().try_sign_in(world, name, password);
        assert_eq!(reply.status, 200, "{:?}", reply.json());
        Self::of(&reply)
    }

    /// Whoever an answer to signing in makes the browser: the session's cookie, and the one by which it
    /// is known.
    pub fn of(reply: &Reply) -> Self {
        let given = reply
            .headers
            .iter()
            .filter(|(name, _)| name == "set-cookie");
        let pairs = given.filter_map(|(_, value)| value.split(';').next());
        let cookie = pairs.collect::<Vec<_>>().join("; ");
        assert!(cookie.contains("__Host-s="), "{cookie}");
        Self {
            cookie: Arc::new(Mutex::new(cookie.leak())),
        }
    }

    /// Takes the new token that a proof brings (S6), as a browser does.
    pub fn take(&self, reply: &Reply) {
        assert_eq!(reply.status, 200, "{:?}", reply.json());
        let given = reply
            .header("set-cookie")
            .and_then(|set| set.split(';').next());
        let mut cookie = self.cookie.lock().expect("a cookie");
        let browser = cookie
            .split("; ")
            .find(|pair| pair.starts_with("__Host-b="));
        let both = [given, browser].into_iter().flatten().collect::<Vec<_>>();
        *cookie = both.join("; ").leak();
    }

    /// What the browser sends with every request.
    pub fn cookie(&self) -> &'static str {
        *self.cookie.lock().expect("a cookie")
    }

    /// The secrets in it.
    pub fn tokens(&self) -> Vec<String> {
        let pairs = self
            .cookie()
            .split("; ")
            .filter_map(|pair| pair.split_once('='));
        pairs.map(|(_, token)| token.to_owned()).collect()
    }

    /// Tries a password.
    pub fn try_sign_in(&self, world: &World, name: &str, password: &str) -> Reply {
        let body = json!({"account": name, "password": password});
        self.post(world, "/v1/session", &body)
    }

    /// Any request as the page would send it.
    pub fn ask(&self, world: &World, method: &str, path: &str, body: &[u8]) -> Reply {
        let url = world.manager(path);
        let origin = world.manager("");
        let headers = [
            ("origin", origin.as_str()),
            ("content-type", "application/json"),
            ("cookie", self.cookie()),
        ];
        ask(method, &url, &headers, body)
    }

    /// A read.
    pub fn get(&self, world: &World, path: &str) -> Reply {
        self.ask(world, "GET", path, b"")
    }

    /// A write.
    pub fn post(&self, world: &World, path: &str, body: &Value) -> Reply {
        self.ask(world, "POST", path, body.to_string().as_bytes())
    }

    /// A write for which the password is given again where the server wants it (S7).
    pub fn grave(&self, world: &World, path: &str, body: &Value) -> Reply {
        let reply = self.post(world, path, body);
        if reply.code() != "prove-again" {
            return reply;
        }
        let proof = json!({ "password": PASSWORD });
        self.take(&self.post(world, "/v1/session/proof", &proof));
        self.post(world, path, body)
    }

    /// Moves the server's clock; what is due by then happens.
    pub fn set_clock(&self, world: &World, now: Millis) {
        let body = json!({ "now": now.0 }).to_string();
        let reply = self.ask(world, "PUT", "/v1/test/clock", body.as_bytes());
        assert_eq!(reply.status, 200, "{:?}", reply.json());
    }

    /// Draws a one-time enrolment code at a unit.
    pub fn code(&self, world: &World, unit: &str) -> String {
        let body = json!({"counter": "q1", "counter_name": {"vi": "Quầy 1"}, "class": "kiosk",
            "channel": "counter", "form": "sipas2022", "pin": "2580"});
        let reply = self.grave(world, &format!("/v1/units/{unit}/enrolment-codes"), &body);
        assert_eq!(reply.status, 200, "{:?}", reply.json());
        reply.json()["code"].as_str().expect("a code").to_owned()
    }

    /// How many came in today, and how many wait, at a unit.
    pub fn live(&self, world: &World, unit: &str) -> (u64, u64) {
        let reply = self.get(world, &format!("/v1/units/{unit}/live"));
        assert_eq!(reply.status, 200, "{:?}", reply.json());
        let count = |key: &str| reply.json()[key].as_u64().expect("a count");
        (count("today"), count("waiting"))
    }

    /// The page of figures of a unit.
    pub fn figures(&self, world: &World, unit: &str) -> Value {
        let reply = self.get(world, &format!("/v1/units/{unit}/figures?form=sipas2022"));
        assert_eq!(reply.status, 200, "{:?}", reply.json());
        reply.json()
    }
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
