//! A small sample province through the real wire: units, people, devices, and a month of answers on a
//! clock that is moved day by day. Never: a row written past the server's own doors.

mod answers;
mod device;
pub mod fill;
pub mod load;
pub mod nation;
mod office;
mod province;
mod public;
mod signs;
mod story;
mod year;

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::{Map, Value, json};
use survey::breakdown::Quarter;
use survey::day::{Day, HOUR_MS, Millis};
use survey::wire::dossiers::DossierCount;
use survey::wire::manager::Units;

use crate::{
    clock::{now, outside_the_calendar},
    files,
    trouble::Trouble,
    workerd::Server,
};
pub use device::{Device, Sealed, random, random_word};
pub use province::in_english;

use answers::{Citizens, Unit as Leaning};
use office::Office;

pub use year::{VERB, whole};

/// Working days of answers, the last one yesterday.
const DAYS: usize = 20;
/// Communes that have a kiosk; the others have none yet, as in a real first month.
const COMMUNES_WITH_KIOSK: usize = 24;
/// What the newcomer's own kiosk shows: six questions, so that ten answers take minutes.
const KIOSK_FORM: &str = "express6";
/// The seed of everybody's answers.
const SEED: u64 = 7;

/// How to sign in to the sample, kept beside its data so that the next start can say it again.
#[derive(Clone, Debug)]
pub struct SignIn {
    operator_password: String,
    manager_password: String,
    pin: String,
}

/// The operator of the sample: units, devices, accounts.
const OPERATOR: &str = "quantri";
/// The manager of the sample: figures of the province, and codes for devices.
const MANAGER: &str = "lanhdao";

impl SignIn {
    fn path(data: &Path) -> std::path::PathBuf {
        data.join("sample.json")
    }

    fn draw() -> Result<Self, Trouble> {
        Ok(Self {
            operator_password: device::random_word(14)?,
            manager_password: device::random_word(14)?,
            pin: device::random_digits(6)?,
        })
    }

    fn read(data: &Path) -> Option<Self> {
        let text = fs::read_to_string(Self::path(data)).ok()?;
        let kept: serde_json::Value = serde_json::from_str(&text).ok()?;
        let word = |key: &str| kept.get(key)?.as_str().map(str::to_owned);
        Some(Self {
            operator_password: word("operator")?,
            manager_password: word("manager")?,
            pin: word("pin")?,
        })
    }

    fn write(&self, data: &Path) -> Result<(), Trouble> {
        let kept = json!({
            "operator": self.operator_password,
            "manager": self.manager_password,
            "pin": self.pin,
        });
        files::write_secret(&Self::path(data), &kept.to_string())
    }
}

/// Loads the sample into an empty server, or signs in to the one that is there. Returns what to
/// print: how to sign in, and a fresh one-time code for a kiosk.
///
/// # Errors
/// When the server refuses a step, or the data folder holds no sample.
pub fn open(server: &Server, data: &Path, setup_code: &str) -> Result<String, Trouble> {
    let (sign_in, mut office) = match SignIn::read(data) {
        Some(sign_in) => {
            let mut office = Office::new(server);
            office.sign_in(OPERATOR, &sign_in.operator_password)?;
            (sign_in, office)
        }
        None => load(server, data, setup_code)?,
    };
    let place = province::first_kiosk()?;
    let code = office.code(&place.id, KIOSK_FORM, &sign_in.pin)?;
    let (counter, manager) = (server.counter(), server.manager());
    Ok(format!(
        "sign in    {manager}?unit={}&form={KIOSK_FORM} account {MANAGER} password {}\n\
         operator   {manager} account {OPERATOR} password {}\n\
         kiosk      {counter}enrol#{code} within 10 minutes, for {}; staff PIN {}",
        place.id, sign_in.manager_password, sign_in.operator_password, place.name.vi, sign_in.pin
    ))
}

/// Loads the sample into an empty server and makes an account with every right; returns how to sign in
/// with it.
///
/// # Errors
/// When the server refuses a step.
pub fn explorer(
    server: &Server,
    data: &Path,
    setup_code: &str,
) -> Result<(&'static str, String), Trouble> {
    const EXPLORER: &str = "explorer";
    let (sign_in, mut office) = load(server, data, setup_code)?;
    office.add_explorer(EXPLORER, &sign_in.operator_password)?;
    Ok((EXPLORER, sign_in.operator_password))
}

/// The pages of figures of every unit of the sample, as its manager sees them, by unit.
///
/// # Errors
/// When the data folder holds no sample, or the server refuses to show a page.
pub fn pages(server: &Server, data: &Path) -> Result<Map<String, Value>, Trouble> {
    let sign_in = SignIn::read(data).ok_or_else(|| {
        Trouble::new(
            format!("{} holds no sample", data.display()),
            "Load it first, with `cargo xtask serve`",
        )
    })?;
    let mut office = Office::new(server);
    office.sign_in(MANAGER, &sign_in.manager_password)?;
    let units: Units = office.read("/v1/units")?;
    let mut pages = Map::new();
    for unit in units.units {
        let page = office.read(&format!("/v1/units/{}/figures", unit.id))?;
        pages.insert(unit.id.to_string(), page);
    }
    Ok(pages)
}

fn load(server: &Server, data: &Path, setup_code: &str) -> Result<(SignIn, Office), Trouble> {
    let sign_in = SignIn::draw()?;
    let mut office = Office::new(server);
    office.set_up(setup_code, OPERATOR, &sign_in.operator_password)?;
    office.sign_in(OPERATOR, &sign_in.operator_password)?;
    let days = working_days(now()?, DAYS)?;
    let first = days.first().copied().ok_or_else(outside_the_calendar)?;
    let sealed = a_sealed_day(now()?)?;
    office.set_clock(sealed.plus(-1).starts().plus(8 * HOUR_MS))?;

    let units = province::units()?;
    office.add_units(&units)?;
    office.add_manager(MANAGER, &sign_in.manager_password, province::ROOT)?;
    let mut posts = Vec::new();
    for (place, leaning) in places(&units) {
        let code = office.code(&place.id, leaning.form, &sign_in.pin)?;
        let device = Device::enrol(&server.counter(), &code, posts.len())?;
        posts.push((device, leaning));
    }
    if let Some((device, leaning)) = posts.first_mut() {
        a_quarter(&mut office, device, leaning, sealed)?;
    }
    public::a_month(&mut office, &mut posts, now()?, first)?;
    office.set_clock(first.plus(-1).starts().plus(8 * HOUR_MS))?;
    let mut citizens = Citizens::seeded(SEED);
    let total = days.len();
    for (number, day) in days.iter().copied().enumerate() {
        eprint!("\rSample: day {} of {total} ", number + 1);
        office.set_clock(day.starts().plus(16 * HOUR_MS))?;
        for (device, leaning) in &mut posts {
            let records = citizens.of_a_day(leaning, device, day)?;
            for batch in records.chunks(50) {
                device.send(batch, day)?;
            }
            device.saw(day, records.len() + records.len() / 15, records.len() / 15);
        }
    }
    eprintln!();
    office.count_dossiers(&dossiers(&units, &posts, &days))?;
    office.set_clock(now()?)?;
    office.night()?;
    office.sign_in(MANAGER, &sign_in.manager_password)?;
    public::publish(&mut office, now()?)?;
    office.sign_in(OPERATOR, &sign_in.operator_password)?;
    sign_in.write(data)?;
    Ok((sign_in, office))
}

/// One day of the last sealed quarter at the centre, so that it can be told apart by field, mode and
/// channel: enough people with a helper and in each field.
fn a_quarter(
    office: &mut Office,
    device: &mut Device,
    leaning: &Leaning,
    day: Day,
) -> Result<(), Trouble> {
    const PEOPLE: usize = 600;
    let leaning = Leaning {
        assisted: 25,
        ..*leaning
    };
    office.set_clock(day.starts().plus(16 * HOUR_MS))?;
    // Others than those of the last weeks, whose answers stay as they are.
    let records = Citizens::seeded(SEED + 1).so_many(&leaning, device, day, PEOPLE)?;
    for batch in records.chunks(50) {
        device.send(batch, day)?;
    }
    Ok(())
}

/// The 15th of the last month of the last quarter that is sealed.
fn a_sealed_day(now: Millis) -> Result<Day, Trouble> {
    let quarter = Quarter::sealed_by(now).and_then(Quarter::last);
    let last = quarter.ok_or_else(outside_the_calendar)?;
    Ok(last.plus(15 - i64::from(last.day_of_month())))
}

/// Who collects answers in the sample, and how people there tend to answer.
fn places(units: &[province::Unit]) -> Vec<(province::Unit, Leaning)> {
    let collecting = units.iter().filter(|unit| unit.collects);
    collecting
        .take(COMMUNES_WITH_KIOSK + 1)
        .enumerate()
        .map(|(at, unit)| (unit.clone(), Leaning::of_place(at)))
        .collect()
}

/// Dossiers that ended at each unit on these days: five for each that answers, and a few where nobody
/// is asked yet.
fn dossiers(
    units: &[province::Unit],
    posts: &[(Device, Leaning)],
    days: &[Day],
) -> Vec<DossierCount> {
    let mut months: BTreeMap<String, u64> = BTreeMap::new();
    for day in days {
        *months.entry(day.month_slice()).or_default() += 1;
    }
    let collecting = units.iter().filter(|unit| unit.collects);
    let counts = collecting.flat_map(|unit| {
        let post = posts.iter().find(|(device, _)| *device.unit() == unit.id);
        let a_day = post.map_or(9, |(_, leaning)| leaning.a_day * 5);
        let a_day = u64::try_from(a_day).unwrap_or_default();
        months.iter().map(move |(month, days)| DossierCount {
            unit: unit.id.clone(),
            month: month.clone(),
            dossiers: a_day * days,
        })
    });
    counts.collect()
}

/// The last working days before today, oldest first.
fn working_days(now: Millis, count: usize) -> Result<Vec<Day>, Trouble> {
    let today = Day::of(now).ok_or_else(outside_the_calendar)?;
    let before = (1..).map(|back| today.plus(-back));
    let mut days: Vec<Day> = before
        .filter(|day| day.day_of_week() <= 5)
        .take(count)
        .collect();
    days.reverse();
    Ok(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_ends_yesterday_and_rests_at_weekends() -> Result<(), Trouble> {
        let monday = Day::parse("2026-11-23").ok_or_else(outside_the_calendar)?;
        let sealed = a_sealed_day(monday.starts())?;
        assert_eq!(sealed.to_string(), "2026-09-15");
        let days = working_days(monday.starts(), 6)?;
        let written: Vec<String> = days.iter().map(ToString::to_string).collect();
        assert_eq!(
            written,
            [
                "2026-11-13",
                "2026-11-16",
                "2026-11-17",
                "2026-11-18",
                "2026-11-19",
                "2026-11-20"
            ]
        );
        Ok(())
    }
}
