//! A server with very many kiosks, and batches for it that are made and signed before anybody sends them
//! (docs/BENCHMARKS.md). Never: a measurement.

use fastrand::Rng;
use serde_json::{Value, json};
use survey::answer::Draft;
use survey::day::{Day, HOUR_MS, MINUTE_MS};
use survey::form::{Form, Step};
use survey::id::ResponseId;
use survey::submission::Mode;
use survey::wire::batch::{MOST_RECORDS_TAKEN, Record};
use survey::wire::manager::Live;

use super::device::{Device, Sealed};
use super::office::{Office, refused};
use super::province::Unit;
use super::{MANAGER, OPERATOR, SEED, province};
use crate::{
    clock::outside_the_calendar,
    files,
    project::Project,
    trouble::Trouble,
    workerd::{Plan, Server},
};

/// The questions of the longest official form are 19; these make them 22.
const MORE: [&str; 3] = ["Giờ làm việc", "Chỗ ngồi chờ", "Chỗ để xe"];
const CODE: &str = "load22";
/// Kiosks at the unit that gets everything.
const AT_ONE: usize = 64;
/// Batches that one device may send at once (rule W10), and a few less.
const AT_ONCE: usize = 115;
/// After so long it may again.
const REST_MINUTES: i64 = 3;
/// Days over which stored responses lie.
const DAYS: usize = 100;
/// Of so many people one writes a comment.
const COMMENTS: usize = 16;

/// A kiosk that was without a network, and what was answered on it meanwhile.
pub struct Tablet<'a> {
    /// The kiosk.
    pub device: &'a mut Device,
    /// What waits on it.
    pub kept: Vec<Record>,
    /// The day of it.
    pub day: Day,
}

/// Everybody who sends.
pub struct House {
    office: Office,
    reader: Office,
    password: String,
    /// The file of the form that everybody answers.
    pub file: String,
    form: Form,
    one: Vec<Device>,
    all: Vec<Device>,
    random: Rng,
    day: Day,
    minute: i64,
}

impl House {
    /// Sets up an empty server.
    ///
    /// # Errors
    /// When it refuses a step.
    pub fn open(project: &Project, server: &Server, plan: &Plan) -> Result<Self, Trouble> {
        let (mut office, password) = Office::of_empty(server, plan)?;
        let day = Day::parse("2026-01-05").ok_or_else(outside_the_calendar)?;
        office.set_clock(day.starts().plus(8 * HOUR_MS))?;
        let file = longer(&files::read_text(
            &project.root.join("survey/forms/sipas2022.json"),
        )?)?;
        let form = Form::parse(&file).map_err(|error| refused("/v1/forms", &error.to_string()))?;
        office.add_form(&file, day)?;
        let mut units = province::units()?;
        units.extend(province::departments()?);
        office.add_units(&units)?;
        office.add_manager(MANAGER, &password, province::ROOT)?;
        let mut enrol = |unit: &Unit| {
            let code = office.code(&unit.id, CODE, "258025")?;
            Device::enrol(&server.counter(), &code, 1)
        };
        let mut collecting = units.iter().filter(|unit| unit.collects);
        let all: Vec<Device> = collecting
            .clone()
            .map(&mut enrol)
            .collect::<Result<_, _>>()?;
        let first = collecting.next().into_iter();
        let one = first.flat_map(|unit| std::iter::repeat_n(unit, AT_ONE));
        let one: Vec<Device> = one.map(enrol).collect::<Result<_, _>>()?;
        Ok(Self {
            office,
            reader: Office::new(server),
            password,
            file,
            form,
            one,
            all,
            random: Rng::with_seed(SEED),
            day,
            minute: 8 * 60,
        })
    }

    /// Units that collect.
    #[must_use]
    pub fn units(&self) -> usize {
        self.all.len()
    }

    /// Batches of so many records each, for one unit or for every unit in turn.
    ///
    /// # Errors
    /// When there are more than the devices may send at once.
    pub fn batches(
        &mut self,
        is_spread: bool,
        size: usize,
        count: usize,
    ) -> Result<Vec<Sealed>, Trouble> {
        let mut devices = std::mem::take(self.devices(is_spread));
        let sealed = self.sealed(&mut devices, size, count);
        *self.devices(is_spread) = devices;
        sealed
    }

    fn sealed(
        &mut self,
        devices: &mut [Device],
        size: usize,
        count: usize,
    ) -> Result<Vec<Sealed>, Trouble> {
        if count > devices.len() * AT_ONCE {
            return Err(Trouble::new(
                format!(
                    "{} kiosks may not send {count} batches at once",
                    devices.len()
                ),
                "Measure with fewer batches",
            ));
        }
        let mut all = Vec::with_capacity(count);
        for at in 0..count {
            let at = at % devices.len();
            let records = (0..size).map(|_| self.record(&devices[at]));
            let records: Vec<Record> = records.collect::<Result<_, _>>()?;
            all.push(devices[at].sealed(&records, self.day)?);
        }
        Ok(all)
    }

    /// So many kiosks with so many answers waiting on each: all of one unit, or each of another.
    ///
    /// # Errors
    /// When nobody's answers can be sealed.
    pub fn tablets(
        &mut self,
        is_spread: bool,
        (tablets, each): (usize, usize),
    ) -> Result<Vec<Tablet<'_>>, Trouble> {
        let devices = std::mem::take(self.devices(is_spread));
        let kept: Result<Vec<Vec<Record>>, Trouble> = devices
            .iter()
            .take(tablets)
            .map(|device| (0..each).map(|_| self.record(device)).collect())
            .collect();
        let day = self.day;
        *self.devices(is_spread) = devices;
        let devices = self.devices(is_spread).iter_mut();
        let tablet = |(device, kept)| Tablet { device, kept, day };
        Ok(devices.zip(kept?).map(tablet).collect())
    }

    /// What all units together received today, as a manager's page has it.
    ///
    /// # Errors
    /// When the server refuses to tell.
    pub fn received(&mut self) -> Result<u64, Trouble> {
        let path = format!("/v1/units/{}/live", province::ROOT);
        self.reader.sign_in(MANAGER, &self.password)?;
        self.reader.read::<Live>(&path).map(|live| live.today)
    }

    fn devices(&mut self, is_spread: bool) -> &mut Vec<Device> {
        if is_spread {
            &mut self.all
        } else {
            &mut self.one
        }
    }

    /// Some minutes go by, after which every device may send again.
    ///
    /// # Errors
    /// When the clock cannot be set.
    pub fn rest(&mut self) -> Result<(), Trouble> {
        self.minute += REST_MINUTES;
        let now = self.day.starts().plus(self.minute * MINUTE_MS);
        self.office.set_clock(now)
    }

    /// Stores so many responses more at the one unit, over a hundred days.
    ///
    /// # Errors
    /// When the server refuses a step.
    pub fn fill(&mut self, count: usize) -> Result<(), Trouble> {
        let a_day = count.div_ceil(DAYS);
        let mut devices = std::mem::take(&mut self.one);
        for day in 0..DAYS {
            self.day = self.day.plus(1);
            self.minute = 8 * 60;
            self.rest()?;
            let mut left = a_day.min(count.saturating_sub(a_day * day));
            let mut turn = 0;
            while left > 0 {
                let size = left.min(MOST_RECORDS_TAKEN);
                let at = turn % devices.len();
                let records = (0..size).map(|_| self.record(&devices[at]));
                let records: Vec<Record> = records.collect::<Result<_, _>>()?;
                devices[at].send(&records, self.day)?;
                left -= size;
                turn += 1;
            }
            eprint!("\rday {} of {DAYS} ", day + 1);
        }
        eprintln!();
        self.one = devices;
        self.day = self.day.plus(1);
        self.minute = 8 * 60;
        self.rest()
    }

    /// The same house on a server that was started again.
    ///
    /// # Errors
    /// When it does not let the operator in.
    pub fn moved_to(&mut self, server: &Server) -> Result<(), Trouble> {
        self.office = Office::new(server);
        self.reader = Office::new(server);
        self.office.sign_in(OPERATOR, &self.password)?;
        for device in self.one.iter_mut().chain(&mut self.all) {
            device.moved_to(&server.counter());
        }
        self.rest()
    }

    /// Somebody who answers every question.
    fn record(&mut self, device: &Device) -> Result<Record, Trouble> {
        let mut id = [0; 16];
        self.random.fill(&mut id);
        let mut draft = Draft::open(ResponseId::from_random(id), &self.form, &[]);
        let writes = self.random.usize(..COMMENTS) == 0;
        while let Some(step) = draft.current() {
            match step {
                Step::Item(_) => match self.form.scale().level(self.random.u8(2..=5)) {
                    Some(level) => draft.answer(level),
                    None => draft.skip(),
                },
                // They collect a result, and had a petition: then every question is asked.
                Step::Filter(0) => draft.choose(1),
                Step::Filter(_) => draft.choose(0),
                Step::Comment if writes => draft.comment("Cán bộ hướng dẫn tận tình, cảm ơn."),
                Step::Demographic(_) | Step::Comment => draft.skip(),
            }
        }
        let how = (0, Mode::SelfService, self.day);
        device.seal(&self.form, draft, how, &mut self.random)
    }
}

/// The longest official form with three questions more, under a name of its own.
fn longer(file: &str) -> Result<String, Trouble> {
    let mut form: Value = serde_json::from_str(file)
        .map_err(|error| refused("survey/forms/sipas2022.json", &error.to_string()))?;
    form["code"] = json!(CODE);
    form["official"] = json!(false);
    if let Some(items) = form["factors"][0]["items"].as_array_mut() {
        let more = MORE.iter().enumerate();
        items.extend(more.map(|(at, text)| json!({"id": format!("x_{at}"), "text": text})));
    }
    Ok(form.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_form_has_22_questions() {
        let file = longer(include_str!("../../../survey/forms/sipas2022.json")).expect("JSON");
        let form = Form::parse(&file).expect("a form");
        let scored = form.items().iter().filter(|item| item.factor.is_some());
        assert_eq!(scored.count(), 22);
    }
}
