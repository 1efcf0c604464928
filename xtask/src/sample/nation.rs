//! The whole country on one server: each commune of the national list with a kiosk and some answers, until the
//! release of the next morning (docs/BENCHMARKS.md). Never: a measurement; a release that the server's own
//! alarms do not make.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use survey::day::{Day, HOUR_MS, MINUTE_MS};
use survey::id::UnitId;
use survey::wire::batch::MOST_RECORDS_SENT;
use survey::wire::manager::UnitPage;

use super::answers::{Citizens, Unit as Leaning};
use super::device::{Device, Sealed};
use super::office::{Office, refused};
use super::{MANAGER, SEED};
use crate::{
    clock::{now, outside_the_calendar},
    country,
    trouble::Trouble,
    workerd::{Plan, Server},
};

/// The country's id in the list.
pub const ROOT: &str = "vn";
/// What everybody is asked.
const FORM: &str = "sipas2022";
/// The server keeps at most five hundred codes, used ones too, for twice ten minutes each.
const CODES_AT_ONCE: usize = 400;
const CODES_KEPT_MS: i64 = 21 * MINUTE_MS;
/// The runtime lets go of an object that nobody asks for ten seconds; before a release in the morning nobody
/// has asked for hours.
const ASLEEP: Duration = Duration::from_secs(15);

/// A server with the country on it, on its first day.
pub struct Nation {
    office: Office,
    reader: Office,
    password: String,
    kiosks: Vec<Device>,
    /// Communes of each province that has some.
    provinces: BTreeMap<String, u64>,
    citizens: Citizens,
    day: Day,
}

impl Nation {
    /// Sets up an empty server with all provinces and so many communes, a kiosk in each.
    ///
    /// # Errors
    /// When it refuses a step.
    pub fn open(server: &Server, plan: &Plan, communes: usize) -> Result<Self, Trouble> {
        let (mut office, password) = Office::of_empty(server, plan)?;
        let day = Day::parse("2026-01-05").ok_or_else(outside_the_calendar)?;
        office.set_clock(day.starts().plus(8 * HOUR_MS))?;
        let list = some_of(&country::csv()?, communes);
        office.import_units(&list)?;
        office.add_manager(MANAGER, &password, ROOT)?;
        let mut nation = Self {
            office,
            reader: Office::new(server),
            password,
            kiosks: Vec::new(),
            provinces: BTreeMap::new(),
            citizens: Citizens::seeded(SEED),
            day,
        };
        let mut clock = day.starts().plus(8 * HOUR_MS);
        for (commune, province) in list.lines().filter_map(commune_in) {
            let unit = UnitId::parse(commune).map_err(|_| country::unreadable())?;
            let code = nation.office.code(&unit, FORM, "258025")?;
            let number = nation.kiosks.len();
            let kiosk = Device::enrol(&server.counter(), &code, number)?;
            nation.kiosks.push(kiosk);
            *nation.provinces.entry(province.to_owned()).or_default() += 1;
            if (number + 1).is_multiple_of(CODES_AT_ONCE) {
                eprint!("\r{} kiosks ", number + 1);
                clock = clock.plus(CODES_KEPT_MS);
                nation.office.set_clock(clock)?;
            }
        }
        eprintln!();
        Ok(nation)
    }

    /// Communes that have a kiosk.
    #[must_use]
    pub fn communes(&self) -> usize {
        self.kiosks.len()
    }

    /// The provinces that have a commune here, and how many.
    #[must_use]
    pub const fn provinces(&self) -> &BTreeMap<String, u64> {
        &self.provinces
    }

    /// So many answers at each of some kiosks, by their place in the list, ready to be sent.
    ///
    /// # Errors
    /// When nobody's answers can be sealed.
    pub fn batches(
        &mut self,
        kiosks: std::ops::Range<usize>,
        each: usize,
    ) -> Result<Vec<Sealed>, Trouble> {
        let mut batches = Vec::new();
        let (day, leaning) = (self.day, Leaning::of_place(0));
        for kiosk in self.kiosks.iter_mut().take(kiosks.end).skip(kiosks.start) {
            let records = self.citizens.so_many(&leaning, kiosk, day, each)?;
            for records in records.chunks(MOST_RECORDS_SENT) {
                batches.push(kiosk.sealed(records, day)?);
            }
        }
        Ok(batches)
    }

    /// The night comes, with its recount; returns how long that took.
    ///
    /// # Errors
    /// When the clock cannot be set, or the recount does not end.
    pub fn night(&mut self) -> Result<Duration, Trouble> {
        let night = self.day.plus(1).starts().plus(2 * HOUR_MS);
        self.office.set_clock(night)?;
        let begun = Instant::now();
        self.office.night()?;
        Ok(begun.elapsed())
    }

    /// Sets the clock to shortly before the release, so that every alarm is set for it, and waits until it
    /// begins by itself: nothing is asked when it does.
    ///
    /// # Errors
    /// When the clock cannot be set.
    pub fn until_the_release(&mut self) -> Result<(), Trouble> {
        let release = self.day.plus(1).starts().plus(5 * HOUR_MS);
        // Each Ledger looks at a clock that was set, one after the other: how long that takes is tried first.
        let begun = Instant::now();
        self.office.set_clock(release.plus(-90 * MINUTE_MS))?;
        let ahead = begun.elapsed() * 2 + ASLEEP;
        let wanted = release.plus(-millis(ahead));
        let set_at = now()?;
        self.office.set_clock(wanted)?;
        self.reader.sign_in(MANAGER, &self.password)?;
        let left = release.since(wanted.plus(now()?.since(set_at)));
        let left = u64::try_from(left).map_err(|_| late())?;
        if Duration::from_millis(left) < ASLEEP / 2 {
            return Err(late());
        }
        eprintln!("the release is in {} s", left / 1_000);
        thread::sleep(Duration::from_millis(left));
        Ok(())
    }

    /// Responses in the figures of a unit.
    ///
    /// # Errors
    /// When the server refuses to show them.
    pub fn responses(&mut self, unit: &str) -> Result<u64, Trouble> {
        let page: UnitPage = self
            .reader
            .read(&format!("/v1/units/{unit}/figures?form={FORM}"))?;
        Ok(page.responses)
    }
}

fn millis(length: Duration) -> i64 {
    i64::try_from(length.as_millis()).unwrap_or(i64::MAX)
}

fn late() -> Trouble {
    refused(
        "/v1/test/clock",
        "too late: setting it took longer than before",
    )
}

/// A commune's id and its province's, if the row of the list is one.
fn commune_in(row: &str) -> Option<(&str, &str)> {
    let mut cells = row.split(',');
    let (id, parent, kind) = (cells.next()?, cells.next()?, cells.next()?);
    (kind == "commune").then_some((id, parent))
}

/// The list with so many of its communes, evenly over all of it.
fn some_of(list: &str, communes: usize) -> String {
    let all = list.lines().filter_map(commune_in).count().max(1);
    let wanted = communes.min(all);
    let mut at = 0;
    let is_kept = |row: &&str| {
        if commune_in(row).is_none() {
            return true;
        }
        at += 1;
        at * wanted / all > (at - 1) * wanted / all
    };
    let kept = list.lines().filter(is_kept).map(|row| format!("{row}\r\n"));
    kept.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_communes_are_of_all_provinces() -> Result<(), Trouble> {
        let list = country::csv()?;
        assert_eq!(some_of(&list, 3_321), list);
        assert_eq!(some_of(&list, 9_999), list);
        let few = some_of(&list, 100);
        let communes: Vec<_> = few.lines().filter_map(commune_in).collect();
        assert_eq!(communes.len(), 100);
        assert_eq!(few.lines().count(), 100 + 1 + 1 + 34);
        let mut provinces: Vec<&str> = communes.iter().map(|(_, province)| *province).collect();
        provinces.dedup();
        assert_eq!(provinces.len(), 34);
        Ok(())
    }
}
