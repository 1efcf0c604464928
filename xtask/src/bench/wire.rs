//! One connection to the server, with as little of an HTTP client as a batch needs, so that it costs the
//! machine little. Never: another server than the one on this machine.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::{sample::Sealed, workerd::Server};

/// A device gives up waiting for an answer after so long; so does everybody here.
const PATIENCE: Duration = Duration::from_mins(2);

/// One answer as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// From the request's first byte to the answer's last.
    pub took_ms: f64,
    /// 200, if all is well.
    pub status: u16,
    /// What `Retry-After` asks for, in milliseconds.
    pub retry_after: Option<i64>,
    /// Its body.
    pub body: String,
}

/// A connection that stays open from one batch to the next.
#[derive(Debug)]
pub struct Connection {
    host: String,
    stream: BufReader<TcpStream>,
}

/// Where devices send to, as a connection wants it.
#[must_use]
pub fn host_of(server: &Server) -> String {
    let origin = server.counter();
    let host = origin.trim_start_matches("http://").trim_end_matches('/');
    host.to_owned()
}

impl Connection {
    /// Opens it.
    ///
    /// # Errors
    /// When nobody listens.
    pub fn open(host: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(host)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self {
            host: host.to_owned(),
            stream: BufReader::with_capacity(1 << 16, stream),
        })
    }

    /// Sends a batch and waits for its answer.
    ///
    /// # Errors
    /// When the connection breaks, or the answer is none.
    pub fn send(&mut self, batch: &Sealed) -> io::Result<Answer> {
        let request = request(&self.host, batch);
        self.ask(&request)
    }

    /// Sends a request that is bytes already.
    ///
    /// # Errors
    /// As [`Connection::send`].
    pub fn ask(&mut self, request: &[u8]) -> io::Result<Answer> {
        let begun = Instant::now();
        self.stream.get_mut().write_all(request)?;
        let answer = receive(&mut self.stream)?;
        Ok(Answer {
            took_ms: begun.elapsed().as_secs_f64() * 1_000.0,
            ..answer
        })
    }
}

/// A batch as its bytes.
#[must_use]
pub fn request(host: &str, batch: &Sealed) -> Vec<u8> {
    let Sealed {
        path,
        signature,
        body,
        ..
    } = batch;
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n\
         x-device-signature: {signature}\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// Reads an answer to its end and not further.
fn receive(stream: &mut impl BufRead) -> io::Result<Answer> {
    let mut line = String::new();
    stream.read_line(&mut line)?;
    let status = line.split(' ').nth(1).and_then(|word| word.parse().ok());
    let status = status.ok_or_else(|| io::Error::other("an answer without a status"))?;
    let (mut length, mut retry_after) = (None, None);
    loop {
        line.clear();
        stream.read_line(&mut line)?;
        let header = line.trim_end();
        if header.is_empty() {
            break;
        }
        let (name, value) = header.split_once(':').unwrap_or_default();
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse::<u64>().ok();
        } else if name.eq_ignore_ascii_case("retry-after") {
            // This server tells seconds, never a date.
            retry_after = value.trim().parse::<u32>().ok();
        }
    }
    let Some(length) = length else {
        return Err(io::Error::other("an answer without its length"));
    };
    let mut body = String::new();
    stream.take(length).read_to_string(&mut body)?;
    Ok(Answer {
        took_ms: 0.0,
        status,
        retry_after: retry_after.map(|seconds| i64::from(seconds) * 1_000),
        body,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use survey::id::BatchId;

    #[test]
    fn a_request_is_bytes_and_an_answer_is_read_to_its_end() {
        let batch = Sealed {
            unit: "33".to_owned(),
            path: "/v1/x".to_owned(),
            signature: "abc".to_owned(),
            body: "{}".to_owned(),
            batch: BatchId::from_random([7; 16]),
            records: 0,
        };
        let bytes = String::from_utf8(request("127.0.0.1:1", &batch)).expect("text");
        assert!(bytes.starts_with("POST /v1/x HTTP/1.1\r\nhost: 127.0.0.1:1\r\n"));
        assert!(bytes.ends_with("content-length: 2\r\n\r\n{}"));
        let mut said = &b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{1}HTTP/1.1 401 "[..];
        let answer = receive(&mut said).expect("an answer");
        assert_eq!((answer.status, answer.body.as_str()), (200, "{1}"));
        assert_eq!(answer.retry_after, None);
        let mut endless = &b"HTTP/1.1 200 OK\r\n\r\n"[..];
        receive(&mut endless)
            .map(drop)
            .expect_err("it has no length");
    }

    #[test]
    fn who_is_told_to_wait_hears_how_long() {
        let mut said = &b"HTTP/1.1 429 -\r\nretry-after: 5\r\ncontent-length: 0\r\n\r\n"[..];
        let answer = receive(&mut said).expect("an answer");
        assert_eq!((answer.status, answer.retry_after), (429, Some(5_000)));
    }
}
