//! A Rollup's verbs: keep each child's newest snapshot, sum them, pass the sum on (rule L11).

use super::forms;
use super::numbers::{number, set_number};
use super::port::{Sql, Store, StoreError};
use crate::forms::Forms;
use crate::refused::Refused;
use survey::id::UnitId;
use survey::release::{Slice, by_month};
use survey::rollup::{Snapshot, sum, visits};
use survey::wire::tally::{read_snapshot, write_snapshot};
use survey::wire::{read, write};

mod quarters;
mod years;

/// The tables.
pub const SCHEMA: &str = include_str!("rollup.sql");

/// An inner node's Rollup over a store.
pub struct Rollup<S>(pub S);

impl<S: Store> Rollup<S> {
    /// Takes a child's snapshot, if it is newer than the one at hand. `place` is this node and the
    /// nodes above it, nearest first.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn take(&self, place: &[UnitId], snapshot: &Snapshot) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            let Some((unit, above)) = place.split_first() else {
                return Err(Refused::broken("a snapshot was sent to nowhere"));
            };
            set_word(sql, "unit", unit.as_str())?;
            set_word(sql, "above", &write(&above))?;
            let child = snapshot.child.as_str();
            let stored = sql.first(
                "SELECT restore, version FROM child WHERE id = ?1",
                &[child.into()],
            )?;
            let marks = stored.map(|row| -> Result<_, StoreError> {
                let restore = u32::try_from(row.integer(0)?).map_err(|_| damaged())?;
                Ok((
                    restore,
                    u64::try_from(row.integer(1)?).map_err(|_| damaged())?,
                ))
            });
            if !snapshot.is_newer_than(marks.transpose()?) {
                return Ok(());
            }
            let version = i64::try_from(snapshot.version).map_err(|_| damaged())?;
            years::take_back(sql, snapshot)?;
            quarters::restored(sql, snapshot)?;
            sql.run(
                "INSERT INTO child VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE
                 SET restore = excluded.restore, version = excluded.version,
                     snapshot = excluded.snapshot",
                &[
                    child.into(),
                    snapshot.restore.into(),
                    version.into(),
                    write_snapshot(snapshot).into(),
                ],
            )?;
            let children = children(sql)?;
            years::close(sql, &children)?;
            quarters::decide(sql, unit, &children)?;
            // Above the child's version too: a unit that sent its own sums up before it had units
            // below it is followed by its Rollup, under the same name.
            let own = number(sql, "version")?.max(version) + 1;
            set_number(sql, "version", own)?;
            let restore = number(sql, "restore")?.max(snapshot.restore.into());
            set_number(sql, "restore", restore)?;
            Ok(())
        })
    }

    /// The forms that are known here.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn forms(&self) -> Result<Forms, Refused> {
        self.0.atomically(|sql| Ok(forms::known(sql)?))
    }

    /// Keeps forms that a sum here named.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn keep_forms(&self, files: &[String]) -> Result<(), Refused> {
        self.0.atomically(|sql| Ok(forms::keep(sql, files)?))
    }

    /// What [`Rollup::slices`] and [`Rollup::children`] depend on: it is raised with every snapshot.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn version(&self) -> Result<i64, Refused> {
        self.0.atomically(|sql| Ok(number(sql, "version")?))
    }

    /// The sums of all children, by form and month.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn slices(&self) -> Result<Vec<Slice>, Refused> {
        self.0.atomically(|sql| Ok(slices(sql)?))
    }

    /// The newest snapshot of each child.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn children(&self) -> Result<Vec<Snapshot>, Refused> {
        self.0.atomically(|sql| Ok(children(sql)?))
    }

    /// What the Rollup above has not acknowledged yet, and the nodes above, nearest first.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn unacknowledged(&self) -> Result<Option<(Vec<UnitId>, Snapshot)>, Refused> {
        self.0.atomically(|sql| {
            let version = number(sql, "version")?;
            if number(sql, "acknowledged")? >= version {
                return Ok(None);
            }
            let (Some(unit), Some(above)) = (word(sql, "unit")?, word(sql, "above")?) else {
                return Ok(None);
            };
            let above: Vec<UnitId> = read(&above).map_err(|_| damaged())?;
            if above.is_empty() {
                return Ok(None);
            }
            let snapshot = Snapshot {
                child: UnitId::parse(&unit).map_err(|_| damaged())?,
                restore: u32::try_from(number(sql, "restore")?).map_err(|_| damaged())?,
                version: u64::try_from(version).map_err(|_| damaged())?,
                slices: slices(sql)?,
                closed: i32::try_from(number(sql, "closed")?).map_err(|_| damaged())?,
                left: years::left(sql)?,
                quarters: quarters::quarters(sql)?,
                visits: visits(&children(sql)?),
            };
            Ok(Some((above, snapshot)))
        })
    }

    /// The nearest Rollup has a snapshot.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn acknowledged(&self, version: u64) -> Result<(), Refused> {
        let version = i64::try_from(version).map_err(|_| damaged())?;
        self.0
            .atomically(|sql| Ok(set_number(sql, "acknowledged", version)?))
    }
}

fn children(sql: &dyn Sql) -> Result<Vec<Snapshot>, StoreError> {
    let rows = sql.rows("SELECT snapshot FROM child ORDER BY id", &[])?;
    let children = rows
        .iter()
        .map(|row| read_snapshot(row.text(0)?).ok_or_else(damaged));
    children.collect()
}

fn slices(sql: &dyn Sql) -> Result<Vec<Slice>, StoreError> {
    let below = sum(children(sql)?);
    Ok(by_month(below.into_iter().chain(years::shown(sql)?)))
}

fn word(sql: &dyn Sql, name: &str) -> Result<Option<String>, StoreError> {
    let row = sql.first("SELECT value FROM word WHERE name = ?1", &[name.into()])?;
    row.map(|row| row.text(0).map(str::to_owned)).transpose()
}

fn set_word(sql: &dyn Sql, name: &str, value: &str) -> Result<(), StoreError> {
    sql.run(
        "INSERT INTO word VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value",
        &[name.into(), value.into()],
    )
}

fn damaged() -> StoreError {
    StoreError("a row of the Rollup is damaged".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::Sqlite;
    use survey::day::Day;
    use survey::form::Form;
    use survey::rollup::{Left, Visits};
    use survey::score::{Shape, Tally};

    fn id(text: &str) -> UnitId {
        UnitId::parse(text).unwrap()
    }

    fn snapshot(child: &str, restore: u32, version: u64, responses: u64) -> Snapshot {
        let forms = Forms::built_in();
        let form: &Form = forms.first().unwrap();
        let shape = Shape::of(form);
        let mut numbers = Tally::empty(form.id(), shape).numbers();
        numbers[0] = responses;
        let day = Day::parse("2026-11-23").unwrap();
        let slice = Slice {
            month: day.month_slice(),
            atoms: 1,
            first: day,
            last: day,
            tally: Tally::from_numbers(form.id(), shape, &numbers).unwrap(),
        };
        Snapshot {
            child: id(child),
            restore,
            version,
            slices: vec![slice],
            closed: 0,
            left: Vec::new(),
            quarters: Vec::new(),
            visits: Vec::new(),
        }
    }

    fn rollup() -> Rollup<Sqlite> {
        Rollup(Sqlite::in_memory(SCHEMA).unwrap())
    }

    fn responses(rollup: &Rollup<Sqlite>) -> u64 {
        let slices = rollup.slices().unwrap();
        slices
            .iter()
            .map(|slice| slice.tally.people().responses)
            .sum()
    }

    #[test]
    fn l11_each_child_is_summed_once_with_its_newest_snapshot() {
        let (rollup, place) = (rollup(), [id("33"), id("vn")]);
        for (child, restore, version, count) in [
            ("33.1", 0, 5, 10),
            ("33.2", 0, 1, 30),
            ("33.1", 0, 4, 99),
            ("33.1", 0, 5, 99),
            ("33.1", 1, 1, 20),
            ("33.1", 0, 9, 99),
        ] {
            rollup
                .take(&place, &snapshot(child, restore, version, count))
                .unwrap();
        }
        assert_eq!(responses(&rollup), 50);
    }

    #[test]
    fn um14_surveys_begun_go_up_by_month_and_the_newest_count_stands() {
        let (rollup, place) = (rollup(), [id("33"), id("vn")]);
        let month = |month: &str, opened, abandoned| Visits {
            month: month.into(),
            opened,
            abandoned,
        };
        for (child, version, visits) in [
            ("33.1", 1, vec![month("2026-10", 20, 3)]),
            (
                "33.1",
                2,
                vec![month("2026-10", 25, 4), month("2026-11", 9, 0)],
            ),
            ("33.2", 1, vec![month("2026-11", 100, 10)]),
        ] {
            let mut snapshot = snapshot(child, 0, version, 10);
            snapshot.visits = visits;
            rollup.take(&place, &snapshot).unwrap();
        }
        let (_, up) = rollup.unacknowledged().unwrap().unwrap();
        let sum = [month("2026-10", 25, 4), month("2026-11", 109, 10)];
        assert_eq!(up.visits, sum);
    }

    #[test]
    fn l11_the_sum_goes_up_until_it_is_acknowledged() {
        let (rollup, place) = (rollup(), [id("33"), id("vn")]);
        assert!(rollup.unacknowledged().unwrap().is_none());
        rollup.take(&place, &snapshot("33.1", 2, 5, 10)).unwrap();
        let (above, first) = rollup.unacknowledged().unwrap().unwrap();
        assert_eq!((above, first.child.as_str()), (vec![id("vn")], "33"));
        assert_eq!(first.restore, 2);
        rollup.take(&place, &snapshot("33.2", 2, 1, 10)).unwrap();
        rollup.acknowledged(first.version).unwrap();
        let (_, second) = rollup.unacknowledged().unwrap().unwrap();
        assert!(second.version > first.version);
        rollup.acknowledged(second.version).unwrap();
        assert!(rollup.unacknowledged().unwrap().is_none());
        // A snapshot that is not newer changes nothing and is not passed on.
        rollup.take(&place, &snapshot("33.2", 2, 1, 10)).unwrap();
        assert!(rollup.unacknowledged().unwrap().is_none());
    }

    /// The same with a year closed and something left of it.
    fn closed(child: &str, restore: u32, version: u64, responses: u64) -> Snapshot {
        let mut snapshot = snapshot(child, restore, version, responses);
        let sum = snapshot.slices.remove(0);
        snapshot.closed = 2026;
        snapshot.left = vec![Left {
            year: 2026,
            units: 1,
            sum,
        }];
        snapshot
    }

    #[test]
    fn p6_what_is_left_of_a_year_becomes_an_atom_when_all_below_have_closed_it() {
        let (rollup, place) = (rollup(), [id("33"), id("vn")]);
        rollup.take(&place, &snapshot("33.1", 0, 1, 30)).unwrap();
        rollup.take(&place, &closed("33.2", 0, 2, 7)).unwrap();
        assert_eq!(responses(&rollup), 30);
        rollup.take(&place, &closed("33.1", 0, 3, 5)).unwrap();
        // Seven and five; what 33.1 showed before is in no snapshot of this test any more.
        assert_eq!(responses(&rollup), 12);
        let slices = rollup.slices().unwrap();
        assert_eq!((slices[0].month.as_str(), slices[0].atoms), ("2026-12", 1));
        // Again and again the same: nothing is put in twice.
        rollup.take(&place, &closed("33.1", 0, 4, 5)).unwrap();
        assert_eq!(responses(&rollup), 12);
        let (_, up) = rollup.unacknowledged().unwrap().unwrap();
        assert_eq!((up.closed, up.left.len()), (2026, 0));
    }

    #[test]
    fn p6_too_little_moves_up_and_is_taken_back_after_a_restore() {
        let (rollup, place) = (rollup(), [id("33"), id("vn")]);
        rollup.take(&place, &closed("33.1", 0, 1, 4)).unwrap();
        assert_eq!(responses(&rollup), 0);
        let (_, up) = rollup.unacknowledged().unwrap().unwrap();
        assert_eq!(
            (up.closed, up.left[0].sum.tally.people().responses),
            (2026, 4)
        );
        // The restored unit does not know of it; so nobody may count it.
        rollup.take(&place, &snapshot("33.1", 1, 1, 10)).unwrap();
        let (_, up) = rollup.unacknowledged().unwrap().unwrap();
        assert!(up.left.is_empty());
        rollup.take(&place, &closed("33.1", 1, 2, 5)).unwrap();
        let (_, up) = rollup.unacknowledged().unwrap().unwrap();
        assert!(up.left.is_empty());
    }

    #[test]
    fn l11_a_rollup_follows_the_ledger_of_its_own_name() {
        let parent = rollup();
        let place = [id("vn")];
        parent.take(&place, &snapshot("33", 0, 57, 10)).unwrap();
        // The unit got units below it: its Ledger now sends to its own Rollup, which sends up.
        let own = rollup();
        own.take(&[id("33"), id("vn")], &snapshot("33", 0, 58, 12))
            .unwrap();
        let (_, sum) = own.unacknowledged().unwrap().unwrap();
        parent.take(&place, &sum).unwrap();
        assert_eq!(responses(&parent), 12);
    }
}
