//! A server that comes back from a backup: what it lost returns from the devices, once, and nothing
//! is shown before it has (rules L11, L12, O12).

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use survey::day::{DAY_MS, Day};
use survey::wire::batch::Record;
use xtask::workerd::Release;
use xtask::{files, operate::backup, restore::restore};

use crate::device::{Device, record, record_on, verdicts};
use crate::world::{Account, MORNING, World, today};

/// A copy of a data folder, removed with the test.
struct Backup(PathBuf);

impl Backup {
    fn of(data: &Path) -> Self {
        let name = data.file_name().expect("a name").to_string_lossy();
        let copy = data.with_file_name(format!("{name}-backup"));
        for path in files::all_under(data).expect("files") {
            let target = copy.join(&path);
            fs::create_dir_all(target.parent().expect("a folder")).expect("it is made");
            fs::copy(data.join(&path), &target).expect("it is copied");
        }
        Self(copy)
    }
}

impl Drop for Backup {
    fn drop(&mut self) {
        // A leftover costs space in the system's temporary folder, nothing else.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn l12_a_restored_server_fills_again_from_its_devices() {
    let mut world = World::empty();
    let operator = world.operator();
    let manager = world.manager_of(&operator, "33");
    let mut device = Device::enrolled(&world, &operator, "33.1");
    let early: Vec<_> = (0..6).map(|n| record("33.1", 1 + n % 5)).collect();
    assert_eq!(verdicts(&device.post(&world, &early)), ["counted"; 6]);
    world.kill();
    let backup = Backup::of(&world.data());
    world.start();

    // Life goes on: a new unit's device, more answers, all of them settled on the devices.
    let mut late_device = Device::enrolled(&world, &operator, "33.2");
    let late: Vec<_> = (0..7).map(|n| record("33.1", 1 + n % 5)).collect();
    assert_eq!(verdicts(&device.post(&world, &late)), ["counted"; 7]);
    let elsewhere = [record("33.2", 4)];
    let counted = verdicts(&late_device.post(&world, &elsewhere));
    assert_eq!(counted, ["counted"]);
    assert_eq!(manager.live(&world, "33.1"), (13, 13));

    world.kill();
    let restored = restore(&backup.0, &world.data()).expect("it restores");
    assert_eq!(restored.ordinal, 1);
    world.start();
    assert_eq!(manager.live(&world, "33.1"), (6, 6));
    // The first reply tells it, before the device has sent anything; so it offers everything again.
    let heartbeat = device.post(&world, &[]);
    assert_eq!(heartbeat.json()["restore"], 1);
    let all: Vec<_> = early.iter().chain(&late).cloned().collect();
    let again = verdicts(&device.post(&world, &all));
    assert_eq!(again[..6], ["already"; 6]);
    assert_eq!(again[6..], ["counted"; 7]);
    assert_eq!(verdicts(&device.post(&world, &all)), ["already"; 13]);
    // A device that was enrolled after the backup is unknown; its data stays on it.
    let unknown = late_device.post(&world, &elsewhere);
    assert_eq!(unknown.refusal(), (401, "unknown-device".into()));

    let operator = Account::sign_in(&world, "operator");
    let log = operator.get(&world, "/v1/audit?act=restore").json();
    let line = &log["lines"][0];
    assert_eq!(
        (&line["actor"], &line["subject"]),
        (&"restore".into(), &"1".into()),
        "{log}"
    );

    // Ten and more wait, and nothing is shown until the window has passed.
    let operator = Account::sign_in(&world, "operator");
    operator.set_clock(&world, MORNING.plus(2 * DAY_MS));
    let manager = Account::sign_in(&world, "manager-33");
    assert_eq!(manager.live(&world, "33.1").1, 13);
    assert_eq!(manager.figures(&world, "33.1")["responses"], 0);
    let operator = Account::sign_in(&world, "operator");
    operator.set_clock(&world, MORNING.plus(4 * DAY_MS));
    let manager = Account::sign_in(&world, "manager-33");
    // Some of the thirteen may have been in an atom that the backup has not: ten new ones come first.
    assert_eq!(manager.live(&world, "33.1").1, 13);
    let later = Day::of(MORNING.plus(4 * DAY_MS)).expect("a day");
    let new: Vec<_> = (0..10).map(|_| record_on("33.1", later, |_| 4)).collect();
    assert_eq!(verdicts(&device.post(&world, &new)), ["counted"; 10]);
    let operator = Account::sign_in(&world, "operator");
    operator.set_clock(&world, MORNING.plus(5 * DAY_MS));
    let manager = Account::sign_in(&world, "manager-33");
    assert_eq!(manager.live(&world, "33.1").1, 0);
    assert_eq!(manager.figures(&world, "33.1")["responses"], 23);

    // The same backup once more: the ordinal never repeats.
    world.kill();
    let restored = restore(&backup.0, &world.data()).expect("it restores");
    assert_eq!(restored.ordinal, 2);
    world.start();
    assert_eq!(device.post(&world, &[]).json()["restore"], 2);
    let again = verdicts(&device.post(&world, &all));
    let counted = again.iter().filter(|verdict| *verdict == "counted");
    assert_eq!(counted.count(), 7);
}

#[test]
fn l11_l12_what_was_released_before_the_backup_stays_released_and_is_released_once() {
    let mut world = World::planned(|plan| plan.release = Release::WhenTen);
    let operator = world.operator();
    world.manager_of(&operator, "33");
    let mut device = Device::enrolled(&world, &operator, "33.1");
    let shown = |world: &World| {
        let manager = Account::sign_in(world, "manager-33");
        ["33.1", "33"].map(|unit| manager.figures(world, unit)["responses"].clone())
    };
    let mut ten = |world: &World, day| {
        let records: Vec<_> = (0..10).map(|_| record_on("33.1", day, |_| 4)).collect();
        assert_eq!(verdicts(&device.post(world, &records)), ["counted"; 10]);
        records
    };
    let early = ten(&world, today());
    assert_eq!(shown(&world), [10, 10]);
    let backups = world.data().with_extension("backups");
    let made = backup::make(&world.data(), &backups).expect("a backup beside a running server");
    let late = ten(&world, today());
    assert_eq!(shown(&world), [20, 20]);

    world.kill();
    restore(&made.folder, &world.data()).expect("it restores");
    world.start();
    assert_eq!(
        shown(&world),
        [10, 10],
        "the backup's atom, at unit and parent"
    );
    let all: Vec<_> = early.iter().chain(&late).cloned().collect();
    let again = verdicts(&device.post(&world, &all));
    assert_eq!(again[..10], ["already"; 10]);
    assert_eq!(again[10..], ["counted"; 10]);
    assert_eq!(shown(&world), [10, 10], "nothing is released for 72 hours");

    let operator = Account::sign_in(&world, "operator");
    operator.set_clock(&world, MORNING.plus(4 * DAY_MS));
    assert_eq!(
        shown(&world),
        [10, 10],
        "ten that are certainly new come first"
    );
    let day = Day::of(MORNING.plus(4 * DAY_MS)).expect("a day");
    let new: Vec<_> = (0..10).map(|_| record_on("33.1", day, |_| 4)).collect();
    assert_eq!(verdicts(&device.post(&world, &new)), ["counted"; 10]);
    assert_eq!(shown(&world), [30, 30], "each once");
    fs::remove_dir_all(&backups).expect("it is removed");
}

/// Devices that send while something else happens.
#[derive(Default)]
struct Load {
    is_over: AtomicBool,
    /// Batches that were acknowledged.
    delivered: AtomicUsize,
}

impl Load {
    /// Waits until so many more batches were acknowledged.
    fn goes_on(&self, batches: usize) {
        let wanted = self.delivered.load(Ordering::Relaxed) + batches;
        let until = Instant::now() + Duration::from_mins(1);
        while self.delivered.load(Ordering::Relaxed) < wanted {
            assert!(Instant::now() < until, "the devices do not get through");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// A device with everything that was ever answered on it: each of its citizens was thanked.
struct Kiosk {
    device: Device,
    thanked: Vec<Record>,
}

impl Kiosk {
    fn at(world: &World, operator: &Account, unit: &str) -> Self {
        Self {
            device: Device::enrolled(world, operator, unit),
            thanked: Vec::new(),
        }
    }

    /// Answers come in and are sent at once, until it is told to stop.
    fn collect(&mut self, world: &World, load: &Load) {
        let url = world.counter(&self.device.path());
        while !load.is_over.load(Ordering::Relaxed) {
            let unit = self.device.unit.clone();
            let records: Vec<_> = (0..5).map(|n| record(&unit, 1 + n % 5)).collect();
            self.thanked.extend(records.iter().cloned());
            let batch = self.device.batch(&records);
            loop {
                let reply = self.device.try_to_send(&url, &self.device.path(), &batch);
                match reply.expect("the server answers").status {
                    200 => break,
                    // More than one device may send; it waits, as it would.
                    429 => thread::sleep(Duration::from_millis(500)),
                    other => panic!("{other}"),
                }
            }
            load.delivered.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// It hears of the restore, and offers everything again.
    fn comes_back(&mut self, world: &World) {
        assert_eq!(self.device.post(world, &[]).json()["restore"], 1);
        for records in self.thanked.chunks(50) {
            let again = verdicts(&self.device.post(world, records));
            let is_there = |word: &String| word == "counted" || word == "already";
            assert!(again.iter().all(is_there), "{again:?}");
        }
    }
}

#[test]
fn o12_v4_a_backup_under_load_put_back_and_refilled_is_exactly_who_was_thanked() {
    let mut world = World::empty();
    let operator = world.operator();
    world.manager_of(&operator, "33");
    let mut kiosks: Vec<_> = ["33.1", "33.1", "33.2"]
        .map(|unit| Kiosk::at(&world, &operator, unit))
        .into();
    let load = Load::default();
    let backups = world.data().with_extension("backups");
    let made = thread::scope(|scope| {
        for kiosk in &mut kiosks {
            let (world, load) = (&world, &load);
            scope.spawn(move || kiosk.collect(world, load));
        }
        load.goes_on(12);
        let made = backup::make(&world.data(), &backups);
        load.goes_on(12);
        load.is_over.store(true, Ordering::Relaxed);
        made.expect("a backup beside a running server")
    });
    // One more device is enrolled after the backup.
    let mut late = Kiosk::at(&world, &operator, "33.2");
    late.thanked = (0..7).map(|_| record("33.2", 4)).collect();
    let said = verdicts(&late.device.post(&world, &late.thanked));
    assert_eq!(said, ["counted"; 7]);

    world.kill();
    assert_eq!(
        restore(&made.folder, &world.data())
            .expect("it restores")
            .ordinal,
        1
    );
    world.start();
    let counted = |world: &World| {
        let manager = Account::sign_in(world, "manager-33");
        let of_unit = |unit| {
            let figures = manager.figures(world, unit);
            figures["responses"].as_u64().unwrap_or(0) + manager.live(world, unit).1
        };
        of_unit("33.1") + of_unit("33.2")
    };
    let thanked = |kiosks: &[Kiosk]| {
        kiosks
            .iter()
            .map(|kiosk| kiosk.thanked.len())
            .sum::<usize>()
    };
    let in_the_backup = counted(&world);
    assert!(
        in_the_backup > 0 && in_the_backup < thanked(&kiosks) as u64,
        "{in_the_backup}"
    );
    // Two come back at once, one weeks later, when everything else has long been released.
    let mut absent = kiosks.pop().expect("three");
    for kiosk in &mut kiosks {
        kiosk.comes_back(&world);
    }
    let unknown = late.device.post(&world, &[]);
    assert_eq!(unknown.refusal(), (401, "unknown-device".into()));
    let operator = Account::sign_in(&world, "operator");
    late.device = Device::enrolled(&world, &operator, "33.2");
    kiosks.push(late);
    kiosks.last_mut().expect("one").comes_back(&world);
    operator.set_clock(&world, MORNING.plus(40 * DAY_MS));
    absent.comes_back(&world);
    kiosks.push(absent);
    let operator = Account::sign_in(&world, "operator");
    operator.set_clock(&world, MORNING.plus(41 * DAY_MS));

    let all = thanked(&kiosks);
    for kiosk in &mut kiosks {
        for records in kiosk.thanked.clone().chunks(50) {
            let again = verdicts(&kiosk.device.post(&world, records));
            assert!(again.iter().all(|word| word == "already"), "{again:?}");
        }
    }
    let after = counted(&world);
    println!(
        "refill: {in_the_backup} of {all} in the backup, after the refill {after} of {all}, each once"
    );
    assert_eq!(after, all as u64);
    // And every stored sum is what its rows add up to.
    let operator = Account::sign_in(&world, "operator");
    assert_eq!(
        operator
            .post(&world, "/v1/test/night", &serde_json::json!({}))
            .status,
        200
    );
    assert_eq!(
        crate::world::ask("GET", &world.watch("/health"), &[], b"").status,
        200
    );
    fs::remove_dir_all(&backups).expect("it is removed");
}
