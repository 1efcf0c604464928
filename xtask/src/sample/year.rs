//! `cargo xtask sample`: a believable year of a province through the real wire, on a clock that is moved
//! day by day. The same seed gives the same answers. Never: a row written past the server's own doors.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    thread,
    time::Instant,
};

use lexopt::{Arg, ValueExt};
use survey::day::{Day, HOUR_MS};
use survey::wire::batch::Record;
use survey::wire::dossiers::DossierCount;
use survey::wire::watch::{Health, Level, What};

use super::answers::Citizens;
use super::device::Device;
use super::office::{Office, agent, refused};
use super::province::{self, Unit};
use super::signs::{self, Signs};
use super::story::{Story, is_working_day};
use super::{MANAGER, OPERATOR, SignIn};
use crate::{
    build,
    clock::{now, outside_the_calendar},
    data::DataFolder,
    operate::disk,
    project::Project,
    serve, setup,
    trouble::Trouble,
    verb::{Arguments, Verb},
    workerd::{self, Plan, Server, Voice},
};

/// The verb.
pub const VERB: Verb = Verb {
    name: "sample",
    summary: "a year of a sample province, into a data folder for serve",
    options: "
  --province CODE   its GSO code; 33 is the one there is a story for (33)
  --from DAY        the first day (2026-01-01)
  --to DAY          the last day, before today (2026-11-20)
  --seed S          the same seed gives the same answers (7)
  --data DIR        an empty folder, which `serve --data DIR` then shows (./data)
  --port N          the counter's port meanwhile; the manager gets N+1 (8787)
  --no-build        run dist/ as it is",
    run: |arguments| sample(&Wish::read(arguments)?),
};

/// The command line, understood.
#[derive(Debug, PartialEq, Eq)]
struct Wish {
    from: Day,
    to: Day,
    seed: u64,
    data: PathBuf,
    port: u16,
    is_built: bool,
}

impl Wish {
    /// What is meant where nothing is said.
    fn usual() -> Result<Self, Trouble> {
        Ok(Self {
            from: at("2026-01-01")?,
            to: at("2026-11-20")?,
            seed: 7,
            data: Project::here().root.join("data"),
            port: 8787,
            is_built: false,
        })
    }

    fn read(Arguments { mut parser }: Arguments) -> Result<Self, Trouble> {
        let day = |text: &str| Day::parse(text).ok_or("a day is written 2026-11-20");
        let mut wish = Self::usual()?;
        while let Some(word) = parser.next()? {
            match word {
                Arg::Long("province") => {
                    parser.value()?.parse_with(|code| match code {
                        province::ROOT => Ok(()),
                        _ => Err("there is a story for 33, Hưng Yên, only"),
                    })?;
                }
                Arg::Long("from") => wish.from = parser.value()?.parse_with(day)?,
                Arg::Long("to") => wish.to = parser.value()?.parse_with(day)?,
                Arg::Long("seed") => wish.seed = parser.value()?.parse()?,
                Arg::Long("data") => wish.data = parser.value()?.into(),
                Arg::Long("port") => wish.port = parser.value()?.parse()?,
                Arg::Long("no-build") => wish.is_built = true,
                _ => return Err(word.unexpected().into()),
            }
        }
        let today = Day::of(now()?).ok_or_else(outside_the_calendar)?;
        if wish.from > wish.to || wish.to >= today || wish.from < at("2025-07-02")? {
            return Err(Trouble::new(
                format!("A sample from {} to {} cannot be", wish.from, wish.to),
                "Choose days from 2025-07-02 to yesterday, the first before the last",
            ));
        }
        Ok(wish)
    }
}

fn at(day: &str) -> Result<Day, Trouble> {
    Day::parse(day).ok_or_else(outside_the_calendar)
}

fn sample(wish: &Wish) -> Result<(), Trouble> {
    let project = Project::here();
    workerd::is_free([wish.port, wish.port + 1])?;
    let data = DataFolder::take(&wish.data)?;
    if data.is_used() {
        return Err(Trouble::new(
            format!("{} is not empty", data.path.display()),
            "Choose another folder with --data, or empty it with `serve --fresh`",
        ));
    }
    if !wish.is_built {
        setup::all(&project)?;
        build::build(&project)?;
    }
    let plan = Plan {
        counter_port: wish.port,
        manager_port: wish.port + 1,
        setup_code: serve::one_time_code()?,
        voice: Voice::Plain,
        ..Plan::for_test(data.path.clone())
    };
    let (lived, signs) = live(&project, &plan, wish)?;
    println!(
        "{lived}; {}; `cargo xtask serve --data {}` shows them",
        signs.said,
        data.path.display()
    );
    Ok(())
}

/// A year of the sample province in a folder of its own, as a proof wants it: the first day to the last,
/// from a seed. Returns what to say about it, and of the signs of quality in it.
///
/// # Errors
/// As the verb, and where nobody is marked who should be.
pub fn whole(project: &Project, data: &Path) -> Result<(String, String), Trouble> {
    let wish = Wish {
        data: data.to_path_buf(),
        ..Wish::usual()?
    };
    let (lived, signs) = live(project, &Plan::for_test(data.to_path_buf()), &wish)?;
    Ok((lived, signs.of_a_year()?))
}

/// Lives through all of it on a server of its own, counts everything again at the end, and says what was
/// seen, and which units bear a sign of quality.
fn live(project: &Project, plan: &Plan, wish: &Wish) -> Result<(String, Signs), Trouble> {
    let server = Server::start(project, plan)?;
    let (began, sign_in) = (Instant::now(), SignIn::draw()?);
    let mut year = Year::open(&server, &plan.setup_code, &sign_in, wish)?;
    let answers = year.live(wish)?;
    let took = began.elapsed();
    year.office.night()?;
    let differing = differing(&server)?;
    let night = began.elapsed().saturating_sub(took);
    year.office.set_clock(now()?)?;
    sign_in.write(&plan.data)?;
    let units = year.posts.len();
    year.office.sign_in(MANAGER, &sign_in.manager_password)?;
    let turns = year.posts.iter();
    let turns = turns.map(|post| (post.unit.id.clone(), post.story.turn));
    let signs = signs::of(&mut year.office, &turns.collect());
    server.stop();
    if !differing.is_empty() {
        return Err(Trouble::new(
            format!(
                "A recount differs from the sums of {}",
                differing.join(", ")
            ),
            "That is a bug: keep the folder, and look at worker/src/store/ledger/recount.rs",
        ));
    }
    let lived = format!(
        "{answers} answers of {units} units from {} to {} in {} s, {} MB; \
         the recount of all {units} units in {} s differs nowhere",
        wish.from,
        wish.to,
        took.as_secs(),
        disk::bytes_under(&plan.data)? >> 20,
        night.as_secs(),
    );
    Ok((lived, signs?))
}

/// The units whose sums are not what their rows add up to, as the server itself says (rule V3).
fn differing(server: &Server) -> Result<Vec<String>, Trouble> {
    let path = format!("{}health", server.watch());
    let not_told = |why: &str| refused("/health", why);
    let mut reply = agent()
        .get(&path)
        .call()
        .map_err(|error| not_told(&error.to_string()))?;
    let text = reply.body_mut().read_to_string();
    let text = text.map_err(|error| not_told(&error.to_string()))?;
    let health: Health =
        serde_json::from_str(&text).map_err(|error| not_told(&error.to_string()))?;
    let mut checks = health.checks.iter();
    let recount = checks
        .find(|check| check.what == What::Recount)
        .ok_or_else(|| not_told("nothing about a recount"))?;
    Ok(match recount.level {
        Level::Ok => Vec::new(),
        _ if recount.units.is_empty() => vec!["a unit that was not counted again".to_owned()],
        _ => recount.units.iter().map(ToString::to_string).collect(),
    })
}

/// One unit, its kiosk and what happens to it.
struct Post {
    unit: Unit,
    device: Device,
    story: Story,
    /// Answered and not sent yet.
    kept: Vec<Record>,
    /// Dossiers that ended, by month.
    dossiers: BTreeMap<String, u64>,
}

struct Year {
    office: Office,
    posts: Vec<Post>,
    citizens: Citizens,
}

impl Year {
    /// Units, accounts and devices, on the evening before the first day.
    fn open(server: &Server, code: &str, sign_in: &SignIn, wish: &Wish) -> Result<Self, Trouble> {
        let mut office = Office::new(server);
        office.set_up(code, OPERATOR, &sign_in.operator_password)?;
        office.sign_in(OPERATOR, &sign_in.operator_password)?;
        office.set_clock(wish.from.plus(-1).starts().plus(8 * HOUR_MS))?;
        let mut units = province::units()?;
        units.extend(province::departments()?);
        office.add_units(&units)?;
        office.add_manager(MANAGER, &sign_in.manager_password, province::ROOT)?;
        let mut posts = Vec::new();
        for (at, unit) in units.into_iter().filter(|unit| unit.collects).enumerate() {
            let story = Story::of(at, &unit, wish.from, wish.to);
            let code = office.code(&unit.id, story.leaning.form, &sign_in.pin)?;
            let device = Device::enrol(&server.counter(), &code, at)?;
            posts.push(Post {
                unit,
                device,
                story,
                kept: Vec::new(),
                dossiers: BTreeMap::new(),
            });
        }
        Ok(Self {
            office,
            posts,
            citizens: Citizens::seeded(wish.seed),
        })
    }

    /// Day after day; returns how many answered.
    fn live(&mut self, wish: &Wish) -> Result<usize, Trouble> {
        let days = usize::try_from(wish.to.since(wish.from)).unwrap_or_default() + 1;
        let mut answers = 0;
        for (number, day) in (0..)
            .map(|ahead| wish.from.plus(ahead))
            .take(days)
            .enumerate()
        {
            if !is_working_day(day) {
                continue;
            }
            eprint!("\r{day}: day {} of {days}, {answers} answers ", number + 1);
            self.office.set_clock(day.starts().plus(16 * HOUR_MS))?;
            for post in &mut self.posts {
                answers += post.live_a_day(&mut self.citizens, day)?;
            }
            deliver(&mut self.posts, day, |post| post.story.delivers_on(day))?;
        }
        // Late tablets deliver at last, and the release after it is due.
        self.office
            .set_clock(wish.to.plus(1).starts().plus(6 * HOUR_MS))?;
        deliver(&mut self.posts, wish.to, |_| true)?;
        eprintln!();
        let counts = self.posts.iter().flat_map(|post| {
            post.dossiers
                .iter()
                .map(move |(month, dossiers)| DossierCount {
                    unit: post.unit.id.clone(),
                    month: month.clone(),
                    dossiers: *dossiers,
                })
        });
        let counts: Vec<DossierCount> = counts.collect();
        self.office
            .set_clock(wish.to.plus(2).starts().plus(6 * HOUR_MS))?;
        self.office.count_dossiers(&counts)?;
        Ok(answers)
    }
}

/// Devices that send at the same time: while one signs, the server counts another's.
const AT_ONCE: usize = 4;

/// Everybody who has a network sends what was answered. The answers were drawn before, one after the other:
/// in which order units deliver changes nothing.
fn deliver(
    posts: &mut [Post],
    day: Day,
    has_network: impl Fn(&Post) -> bool,
) -> Result<(), Trouble> {
    let mut ready: Vec<&mut Post> = posts
        .iter_mut()
        .filter(|post| !post.kept.is_empty() && has_network(post))
        .collect();
    let share = ready.len().div_ceil(AT_ONCE).max(1);
    thread::scope(|scope| {
        let senders: Vec<_> = ready
            .chunks_mut(share)
            .map(|some| scope.spawn(move || some.iter_mut().try_for_each(|post| post.deliver(day))))
            .collect();
        senders.into_iter().try_for_each(|sender| {
            sender
                .join()
                .unwrap_or_else(|_| Err(refused("a device", "nothing: its thread ended")))
        })
    })
}

impl Post {
    /// People come, answer and go; returns how many answered.
    fn live_a_day(&mut self, citizens: &mut Citizens, day: Day) -> Result<usize, Trouble> {
        let today = self.story.on(day);
        let visitors = self.story.visitors(citizens, day);
        *self.dossiers.entry(day.month_slice()).or_default() += visitors.dossiers;
        let records = citizens.so_many(&today, &self.device, day, visitors.people)?;
        self.kept.extend(records);
        let records = citizens.so_many(&today.stuffed(), &self.device, day, visitors.stuffed)?;
        self.kept.extend(records);
        let finished = visitors.people + visitors.stuffed;
        self.device
            .saw(day, finished + visitors.left, visitors.left);
        Ok(finished)
    }

    fn deliver(&mut self, day: Day) -> Result<(), Trouble> {
        for records in std::mem::take(&mut self.kept).chunks(50) {
            self.device.send(records, day)?;
        }
        Ok(())
    }
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
        let wish = read(&["--province", "33", "--from", "2026-01-01", "--seed", "9"]);
        assert_eq!(wish.expect("it is right").seed, 9);
        for words in [
            &["--province", "34"][..],
            &["--from", "2026-13-01"],
            &["--from", "2026-05-01", "--to", "2026-04-01"],
            &["--to", "9999-01-01"],
        ] {
            read(words).expect_err("it is wrong");
        }
    }
}
