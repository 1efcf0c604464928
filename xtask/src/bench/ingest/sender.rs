//! Sends batches that are ready over many connections at once, and keeps how long each answer took. As
//! little of an HTTP client as that needs, so that it costs the machine little. Never: another server than
//! the one on this machine.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Barrier;
use std::thread;
use std::time::Instant;

use crate::sample::load::Sealed;

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Sent {
    /// From the first byte to the last answer.
    pub seconds: f64,
    /// Of each request, from its first byte to the last of the answer.
    pub took_ms: Vec<f64>,
    /// Verdicts that say `counted`.
    pub counted: usize,
    /// What an answer said that was not 200, if there was one.
    pub refused: Option<String>,
}

/// One answer as it came.
struct Answer {
    took_ms: f64,
    status: String,
    body: String,
}

/// Sends all of them, in turn over so many connections.
///
/// # Errors
/// When a connection breaks, or an answer is none.
pub fn send(host: &str, batches: &[Sealed], connections: usize) -> io::Result<Sent> {
    let connections = connections.clamp(1, batches.len().max(1));
    let mut queues = vec![Vec::new(); connections];
    for (at, batch) in batches.iter().enumerate() {
        queues[at % connections].push(request(host, batch));
    }
    let ready = Barrier::new(connections + 1);
    let (begun, answers) = thread::scope(|scope| {
        let senders: Vec<_> = queues
            .iter()
            .map(|queue| scope.spawn(|| drain(host, queue, &ready)))
            .collect();
        ready.wait();
        let begun = Instant::now();
        let answers: Vec<io::Result<Vec<Answer>>> = senders
            .into_iter()
            .map(|sender| match sender.join() {
                Ok(answers) => answers,
                Err(_) => Err(io::Error::other("a sender panicked")),
            })
            .collect();
        (begun.elapsed(), answers)
    });
    let mut sent = Sent {
        seconds: begun.as_secs_f64(),
        ..Sent::default()
    };
    for answers in answers {
        for answer in answers? {
            sent.took_ms.push(answer.took_ms);
            sent.counted += answer.body.matches("\"counted\"").count();
            if answer.status != "200" {
                sent.refused = Some(format!("{} {}", answer.status, answer.body));
            }
        }
    }
    Ok(sent)
}

/// The request as its bytes.
fn request(host: &str, batch: &Sealed) -> Vec<u8> {
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

/// One connection, one request after the other.
fn drain(host: &str, queue: &[Vec<u8>], ready: &Barrier) -> io::Result<Vec<Answer>> {
    let opened = TcpStream::connect(host).and_then(|stream| {
        stream.set_nodelay(true)?;
        Ok(BufReader::with_capacity(1 << 16, stream))
    });
    ready.wait();
    let mut stream = opened?;
    let mut answers = Vec::with_capacity(queue.len());
    for request in queue {
        let begun = Instant::now();
        stream.get_mut().write_all(request)?;
        let (status, body) = receive(&mut stream)?;
        answers.push(Answer {
            took_ms: begun.elapsed().as_secs_f64() * 1_000.0,
            status,
            body,
        });
    }
    Ok(answers)
}

/// Reads an answer's status and its body.
fn receive(stream: &mut impl BufRead) -> io::Result<(String, String)> {
    let mut line = String::new();
    stream.read_line(&mut line)?;
    let status = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut length = None;
    loop {
        line.clear();
        stream.read_line(&mut line)?;
        let header = line.trim_end();
        if header.is_empty() {
            break;
        }
        if let Some((name, value)) = header.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse::<u64>().ok();
        }
    }
    let Some(length) = length else {
        return Err(io::Error::other("an answer without its length"));
    };
    let mut body = String::new();
    stream.take(length).read_to_string(&mut body)?;
    Ok((status, body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_bytes_and_an_answer_is_read_to_its_end() {
        let batch = Sealed {
            unit: "33".to_owned(),
            path: "/v1/x".to_owned(),
            signature: "abc".to_owned(),
            body: "{}".to_owned(),
        };
        let bytes = String::from_utf8(request("127.0.0.1:1", &batch)).expect("text");
        assert!(bytes.starts_with("POST /v1/x HTTP/1.1\r\nhost: 127.0.0.1:1\r\n"));
        assert!(bytes.ends_with("content-length: 2\r\n\r\n{}"));
        let mut said = &b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{1}HTTP/1.1 401 "[..];
        let (status, body) = receive(&mut said).expect("an answer");
        assert_eq!((status.as_str(), body.as_str()), ("200", "{1}"));
        let mut endless = &b"HTTP/1.1 200 OK\r\n\r\n"[..];
        receive(&mut endless)
            .map(drop)
            .expect_err("it has no length");
    }
}
