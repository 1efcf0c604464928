//! `hai-long doctor`: whether this folder is whole, whether its server answers, and how it says it is.

use std::{
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use survey::id::UnitId;
use survey::wire::watch::{Health, Level};

use crate::{
    files,
    operate::home::{Home, SUMS},
    trouble::Trouble,
    verb::Verb,
};

/// The verb.
pub const VERB: Verb = Verb {
    name: "doctor",
    summary: "check the package's files, whether the server answers, and how it is",
    options: "",
    run: |arguments| {
        arguments.finish()?;
        look(&Home::here()?)
    },
};

/// How long a server that was just started may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long between two tries.
const AGAIN: Duration = Duration::from_millis(500);

fn look(home: &Home) -> Result<(), Trouble> {
    let altered = altered(home)?;
    for path in &altered {
        println!("files   {} is not what was packaged", path.display());
    }
    if altered.is_empty() {
        println!("files   all as packaged");
    }
    let mut silent = 0;
    let until = Instant::now() + PATIENCE;
    for origin in home.origins() {
        match answers(&origin, until) {
            Ok(()) => println!("server  {origin} answers"),
            Err(error) => {
                silent += 1;
                println!("server  {origin} does not answer: {error}");
            }
        }
    }
    let is_well = silent > 0 || says_it_is_well(home)?;
    if altered.is_empty() && silent == 0 && is_well {
        return Ok(());
    }
    Err(Trouble::new(
        "Something above needs a hand",
        "Altered files: unpack the package again over them, `data` is not in it. No answer: \
         `hai-long start`, or look at its log. A check: the manual says what each one means",
    ))
}

/// Asks until there is an answer, or it is too late.
fn answers(origin: &str, until: Instant) -> Result<(), ureq::Error> {
    loop {
        match ureq::get(origin).call() {
            Ok(_) => return Ok(()),
            Err(error) if Instant::now() >= until => return Err(error),
            Err(_) => thread::sleep(AGAIN),
        }
    }
}

/// Prints the server's own checks; `false` where one of them is an alarm.
fn says_it_is_well(home: &Home) -> Result<bool, Trouble> {
    let unheard = |why: String| {
        Trouble::new(
            format!("The server does not say how it is: {why}"),
            "Check `watch_port` in hai-long.toml, and whether another program has that port",
        )
    };
    let mut reply = ureq::get(format!("{}/health", home.watch()))
        .config()
        .http_status_as_error(false)
        .build()
        .call()
        .map_err(|error| unheard(error.to_string()))?;
    let text = reply
        .body_mut()
        .read_to_string()
        .map_err(|error| unheard(error.to_string()))?;
    let health: Health = serde_json::from_str(&text).map_err(|error| unheard(error.to_string()))?;
    for check in &health.checks {
        let value = check
            .value
            .map_or_else(|| "-".to_owned(), |value| value.to_string());
        let units: Vec<&str> = check.units.iter().map(UnitId::as_str).collect();
        println!(
            "check   {:?} {:?} {value} {}",
            check.what,
            check.level,
            units.join(" ")
        );
    }
    Ok(health.level < Level::Alarm)
}

/// The packaged files that are missing or have other bytes.
fn altered(home: &Home) -> Result<Vec<PathBuf>, Trouble> {
    let sums = files::read_text(&home.root.join(SUMS))?;
    let mut altered = Vec::new();
    for line in sums.lines() {
        let Some((sum, path)) = line.split_once("  ") else {
            continue;
        };
        let path = PathBuf::from(path);
        let is_same =
            files::read(&home.root.join(&path)).is_ok_and(|bytes| files::sha256(&bytes) == sum);
        if !is_same {
            altered.push(path);
        }
    }
    Ok(altered)
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::TcpListener,
    };

    use super::*;

    #[test]
    fn v1_the_doctor_waits_for_a_server_that_was_just_started() -> std::io::Result<()> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let origin = format!("http://{address}/");
        assert!(answers(&origin, Instant::now()).is_err());
        let server = thread::spawn(move || -> std::io::Result<()> {
            thread::sleep(Duration::from_millis(700));
            let (mut asked, _) = TcpListener::bind(address)?.accept()?;
            let _ = asked.read(&mut [0; 1024])?;
            asked.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        });
        assert!(answers(&origin, Instant::now() + PATIENCE).is_ok());
        server.join().expect("no panic")
    }
}
