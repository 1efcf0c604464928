//! `cargo xtask serve`: everything on this machine, ready to be used.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicBool},
};

use lexopt::{Arg, ValueExt};
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::{
    build,
    data::DataFolder,
    project::Project,
    sample, setup,
    trouble::Trouble,
    verb::{Arguments, Verb},
    workerd::{self, Clock, Outside, Plan, Release, Server, Voice},
};

/// The verb.
pub const VERB: Verb = Verb {
    name: "serve",
    summary: "build and run everything on this machine",
    options: "
  --port N        the counter's port; the manager gets N+1, the public page N+3 (8787)
  --data DIR      where responses are kept between starts (./data)
  --empty         without the sample province
  --fresh         wipe the data folder first, after asking
  --yes           with --fresh: do not ask
  --no-build      run dist/ as it is
  --clock WHICH   real, or settable for tests (real)",
    run: |arguments| serve(&Wish::read(arguments)?),
};

/// The command line, understood.
#[derive(Debug, PartialEq, Eq)]
struct Wish {
    port: u16,
    data: PathBuf,
    is_empty: bool,
    fresh: Fresh,
    is_built: bool,
    clock: Clock,
}

/// Whether the data folder is wiped first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fresh {
    No,
    AfterAsking,
    Agreed,
}

impl Wish {
    fn read(Arguments { mut parser }: Arguments) -> Result<Self, Trouble> {
        let mut wish = Self {
            port: 8787,
            data: Project::here().root.join("data"),
            is_empty: false,
            fresh: Fresh::No,
            is_built: false,
            clock: Clock::Real,
        };
        let mut is_agreed = false;
        while let Some(word) = parser.next()? {
            match word {
                Arg::Long("port") => wish.port = parser.value()?.parse()?,
                Arg::Long("data") => wish.data = parser.value()?.into(),
                Arg::Long("empty") => wish.is_empty = true,
                Arg::Long("fresh") => wish.fresh = Fresh::AfterAsking,
                Arg::Long("yes") => is_agreed = true,
                Arg::Long("no-build") => wish.is_built = true,
                Arg::Long("clock") => {
                    wish.clock = parser.value()?.parse_with(|which| match which {
                        "real" => Ok(Clock::Real),
                        "settable" => Ok(Clock::Settable),
                        _ => Err("it is real or settable"),
                    })?;
                }
                _ => return Err(word.unexpected().into()),
            }
        }
        if is_agreed && wish.fresh == Fresh::AfterAsking {
            wish.fresh = Fresh::Agreed;
        }
        if !(1..u16::MAX - 2).contains(&wish.port) {
            return Err(Trouble::new(
                format!("{} cannot be the counter's port", wish.port),
                "Choose one from 1024 to 65532: the manager gets the next, the public page that after two more",
            ));
        }
        Ok(wish)
    }
}

fn serve(wish: &Wish) -> Result<(), Trouble> {
    let project = Project::here();
    // Before the long work: what would stop it at the end.
    workerd::is_free([wish.port, wish.port + 3, wish.port + 1])?;
    let data = DataFolder::take(&wish.data)?;
    if wish.fresh != Fresh::No {
        data.wipe(wish.fresh == Fresh::Agreed)?;
    }
    if !wish.is_built {
        setup::all(&project)?;
        build::build(&project)?;
    }
    let is_told_to_stop = listen_for_stop()?;
    let plan = Plan {
        data: data.path.clone(),
        counter_port: wish.port,
        manager_port: wish.port + 1,
        public_port: wish.port + 3,
        watch_port: 0,
        machine_token: String::new(),
        setup_code: one_time_code()?,
        counter_url: std::env::var("COUNTER_URL")
            .unwrap_or_else(|_| format!("http://127.0.0.1:{}/", wish.port)),
        public_url: std::env::var("PUBLIC_URL")
            .unwrap_or_else(|_| format!("http://127.0.0.1:{}/", wish.port + 3)),
        clock: if wish.is_empty {
            wish.clock
        } else {
            Clock::Settable
        },
        outside: Outside::Public,
        release: if wish.is_empty {
            Release::Daily
        } else {
            Release::WhenTen
        },
        voice: Voice::Plain,
    };
    let server = Server::start(&project, &plan)?;
    // Of the public site a file only: what it would say now, before the sample, it would say for a minute.
    let icon = [&server.public(), "icon.svg"].concat();
    for address in [&server.counter(), &server.manager(), &icon] {
        shows_a_page(address)?;
    }
    let sample = if wish.is_empty {
        None
    } else {
        Some(sample::open(&server, &data.path, &plan.setup_code)?)
    };
    println!(
        "ready counter {} manager {}",
        server.counter(),
        server.manager()
    );
    println!("public {}", server.public());
    println!("watch {}health", server.watch());
    match sample {
        Some(sample) => println!("{sample}"),
        None => println!(
            "setup code {} (creates the first operator)",
            plan.setup_code
        ),
    }
    server.run_until(&is_told_to_stop)
}

/// Becomes true on Ctrl-C or a polite kill.
///
/// # Errors
/// When the signals cannot be caught.
pub fn listen_for_stop() -> Result<Arc<AtomicBool>, Trouble> {
    let is_told = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&is_told)).map_err(|error| {
            Trouble::new(
                format!("Ctrl-C cannot be caught: {error}"),
                "Start it in an ordinary terminal",
            )
        })?;
    }
    Ok(is_told)
}

/// The origin answers its first address with a page.
fn shows_a_page(origin: &str) -> Result<(), Trouble> {
    // workerd listens on 127.0.0.1 in any case; a machine may not know the name `localhost`.
    let address = origin.replace("localhost", "127.0.0.1");
    match ureq::get(&address).call() {
        Ok(_) => Ok(()),
        Err(error) => Err(Trouble::new(
            format!("The server does not show its page at {origin}: {error}"),
            "Its own words are above; run `cargo xtask test --only live`",
        )),
    }
}

/// Eight symbols of 32: no 0, 1, I or O, which are easily misread.
///
/// # Errors
/// When the machine's randomness cannot be read.
pub fn one_time_code() -> Result<String, Trouble> {
    const SYMBOLS: [char; 32] = [
        '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K',
        'L', 'M', 'N', 'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z',
    ];
    let source = Path::new("/dev/urandom");
    let mut drawn = [0_u8; 8];
    File::open(source)
        .and_then(|mut file| file.read_exact(&mut drawn))
        .map_err(|error| Trouble::file("read", source, &error))?;
    Ok(drawn
        .iter()
        .map(|byte| SYMBOLS[usize::from(byte % 32)])
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Result<Wish, Trouble> {
        Wish::read(Arguments {
            parser: lexopt::Parser::from_args(words),
        })
    }

    #[test]
    fn the_command_line_is_understood() {
        let wish = read(&["--port", "9000", "--data=/srv/d", "--empty"]).expect("it is right");
        assert_eq!(wish.port, 9000);
        assert_eq!(wish.data, Path::new("/srv/d"));
        assert!(wish.is_empty);
        assert_eq!(wish.fresh, Fresh::No);
        let wish = read(&["--yes", "--fresh"]).expect("it is right");
        assert_eq!(wish.fresh, Fresh::Agreed);
    }

    #[test]
    fn a_wrong_command_line_says_what_to_do() {
        for words in [
            &["--prot"][..],
            &["--port", "x"],
            &["--port", "65535"],
            &["--clock", "fast"],
        ] {
            let trouble = read(words).expect_err("it is wrong").to_string();
            assert!(trouble.contains(". "), "{trouble}");
        }
    }

    #[test]
    fn s2_a_code_has_eight_of_32_symbols_and_is_drawn_anew() -> Result<(), Trouble> {
        let (one, other) = (one_time_code()?, one_time_code()?);
        assert_eq!(one.len(), 8);
        assert_ne!(one, other);
        Ok(())
    }
}
