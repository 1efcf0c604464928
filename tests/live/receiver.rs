//! Somebody else's server for one test: takes what is sent to it, and does with each request what it is told.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// What is done with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    /// Answers with a status.
    Says(u16),
    /// Points somewhere else.
    Redirects,
    /// Says nothing for so many seconds.
    Hangs(u64),
    /// Ends the connection without a word.
    Drops,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Got {
    /// The path.
    pub path: String,
    /// The headers, their names in small letters.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Got {
    /// A header's value.
    pub fn header(&self, name: &str) -> &str {
        let mut headers = self.headers.iter();
        let found = headers.find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value.as_str())
    }
}

/// The server.
#[derive(Clone, Debug)]
pub struct Receiver {
    /// Where it listens.
    pub port: u16,
    plan: Arc<Mutex<VecDeque<Does>>>,
    got: Arc<Mutex<Vec<Got>>>,
}

impl Receiver {
    /// One that takes everything, but for the first requests, which it treats as planned.
    pub fn planned(plan: &[Does]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        Self::on(listener, plan)
    }

    /// The same on a port that was free before.
    pub fn at(port: u16, plan: &[Does]) -> Self {
        Self::on(
            TcpListener::bind(("127.0.0.1", port)).expect("the port"),
            plan,
        )
    }

    fn on(listener: TcpListener, plan: &[Does]) -> Self {
        let receiver = Self {
            port: listener.local_addr().expect("an address").port(),
            plan: Arc::new(Mutex::new(plan.iter().copied().collect())),
            got: Arc::default(),
        };
        let own = receiver.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let own = own.clone();
                thread::spawn(move || own.serve(stream));
            }
        });
        receiver
    }

    fn serve(&self, stream: TcpStream) -> Option<()> {
        let mut reader = BufReader::new(stream.try_clone().ok()?);
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let path = line.split(' ').nth(1)?.to_owned();
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(": ") else {
                break;
            };
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let length = length.and_then(|(_, value)| value.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        reader.read_exact(&mut body).ok()?;
        let body = String::from_utf8(body).ok()?;
        let does = self.plan.lock().ok()?.pop_front();
        self.got.lock().ok()?.push(Got {
            path,
            headers,
            body,
        });
        let mut stream = stream;
        let head = match does.unwrap_or(Does::Says(204)) {
            Does::Drops => return None,
            Does::Hangs(seconds) => {
                thread::sleep(Duration::from_secs(seconds));
                return None;
            }
            Does::Redirects => format!(
                "302 Found\r\nlocation: http://127.0.0.1:{}/elsewhere",
                self.port
            ),
            Does::Says(status) => format!("{status} As told"),
        };
        let answer = format!("HTTP/1.1 {head}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        stream.write_all(answer.as_bytes()).ok()
    }

    /// What came so far.
    pub fn got(&self) -> Vec<Got> {
        self.got.lock().expect("what came").clone()
    }

    /// What came, once so many requests did.
    pub fn wait_for(&self, count: usize) -> Vec<Got> {
        let until = Instant::now() + Duration::from_secs(40);
        loop {
            let got = self.got();
            if got.len() >= count {
                return got;
            }
            assert!(Instant::now() < until, "{count} requests: {got:?}");
            thread::sleep(Duration::from_millis(20));
        }
    }
}
