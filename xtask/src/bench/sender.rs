//! Sends batches that are ready over many connections at once, keeps how long each answer took, and makes
//! sure that the server counted all that was sent. Never: a second try.

use std::io;
use std::sync::Barrier;
use std::thread;
use std::time::Instant;

use super::wire::{Answer, Connection, request};
use crate::{sample::Sealed, trouble::Trouble};

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Sent {
    /// From the first byte to the last answer.
    pub seconds: f64,
    /// Of each request, from its first byte to the last of the answer.
    pub took_ms: Vec<f64>,
    /// Verdicts that say `counted`: as many as records were sent.
    pub counted: usize,
}

/// Sends all of them, in turn over so many connections, and makes sure that every record was counted.
///
/// # Errors
/// When a connection breaks, an answer is not 200, or a record was not counted.
pub fn send(host: &str, batches: &[Sealed], connections: usize) -> Result<Sent, Trouble> {
    let (seconds, answers) = answers(host, batches, connections)
        .map_err(|error| wrong(&format!("A batch was not answered: {error}")))?;
    let sent = batches.iter().map(|batch| batch.records).sum();
    judged(seconds, &answers, sent)
}

fn wrong(what: &str) -> Trouble {
    let again = "Measure again; cargo xtask test tells whether the server is well";
    Trouble::new(what, again)
}

/// What the answers to so many records say.
fn judged(seconds: f64, answers: &[Answer], sent: usize) -> Result<Sent, Trouble> {
    if let Some(Answer { status, body, .. }) = answers.iter().find(|answer| answer.status != 200) {
        return Err(wrong(&format!("The server answered {status} {body}")));
    }
    let counted = answers.iter().map(|answer| counted_in(&answer.body)).sum();
    if counted != sent {
        return Err(wrong(&format!(
            "The server counted {counted} of {sent} records"
        )));
    }
    Ok(Sent {
        seconds,
        took_ms: answers.iter().map(|answer| answer.took_ms).collect(),
        counted,
    })
}

/// Verdicts in a reply that say `counted`.
fn counted_in(reply: &str) -> usize {
    reply.matches("\"counted\"").count()
}

fn answers(host: &str, batches: &[Sealed], connections: usize) -> io::Result<(f64, Vec<Answer>)> {
    let connections = connections.clamp(1, batches.len().max(1));
    let mut queues = vec![Vec::new(); connections];
    for (at, batch) in batches.iter().enumerate() {
        queues[at % connections].push(request(host, batch));
    }
    let ready = Barrier::new(connections + 1);
    thread::scope(|scope| {
        let senders: Vec<_> = queues
            .iter()
            .map(|queue| scope.spawn(|| one_by_one(host, queue, &ready)))
            .collect();
        ready.wait();
        let begun = Instant::now();
        let mut all = Vec::with_capacity(batches.len());
        for sender in senders {
            let answers = sender
                .join()
                .unwrap_or_else(|_| Err(io::Error::other("a sender panicked")));
            all.extend(answers?);
        }
        Ok((begun.elapsed().as_secs_f64(), all))
    })
}

/// One connection, one request after the other.
fn one_by_one(host: &str, queue: &[Vec<u8>], ready: &Barrier) -> io::Result<Vec<Answer>> {
    let opened = Connection::open(host);
    ready.wait();
    let mut connection = opened?;
    queue
        .iter()
        .map(|request| connection.ask(request))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_counted_is_no_measurement() {
        let answer = |status, body: &str| Answer {
            took_ms: 1.5,
            status,
            retry_after: None,
            body: body.to_owned(),
        };
        let two = r#"{"verdicts":[{"verdict":"counted"},{"verdict":"counted"}]}"#;
        let sent = judged(1.0, &[answer(200, two)], 2).expect("both were counted");
        assert_eq!((sent.counted, sent.took_ms), (2, vec![1.5]));
        let one = r#"{"verdicts":[{"verdict":"counted"},{"verdict":"already"}]}"#;
        let said = judged(1.0, &[answer(200, one)], 2).expect_err("one was there");
        assert_eq!(said.what(), "The server counted 1 of 2 records");
        let said = judged(1.0, &[answer(200, two), answer(429, "{}")], 2);
        let said = said.expect_err("one was refused");
        assert_eq!(said.what(), "The server answered 429 {}");
    }
}
