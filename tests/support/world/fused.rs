//! The worker's native store with a fuse: the server can die at any statement, before a commit and
//! after it. Also where knocked-out rules of the store are undone.

use std::cell::{Cell, RefCell};

use survey::id::{ResponseId, UnitId};
use survey_worker::store::port::{Row, Sql, Store, StoreError, Value};
use survey_worker::store::sqlite::Sqlite;

use std::rc::Rc;

use super::rule::{Rule, Without};

/// When exactly a server dies at a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Nothing of the transaction is kept.
    Before,
    /// All of it is kept, and nobody hears of it.
    After,
}

/// What the stores of one server share.
pub struct Fuse {
    /// Statements and commits left before the server dies.
    pub left: Cell<Option<u32>>,
    /// The server dies at the next commit of something written: just before it, or just after.
    pub at_commit: Cell<Option<Moment>>,
    /// The server is dead.
    pub is_dead: Cell<bool>,
    /// A statement that meets this record breaks, as by a bug of ours.
    pub poison: RefCell<Option<ResponseId>>,
    /// Without uniqueness: ids made up so far.
    pub ids: Cell<u64>,
    /// Without L1: the unit that the ledger believes to be.
    pub posing_as: RefCell<Option<UnitId>>,
    /// What is knocked out.
    pub without: Without,
}

impl Fuse {
    /// A fuse that holds.
    pub fn new(without: Without) -> Self {
        Self {
            left: Cell::new(None),
            at_commit: Cell::new(None),
            is_dead: Cell::new(false),
            poison: RefCell::default(),
            ids: Cell::new(0),
            posing_as: RefCell::default(),
            without,
        }
    }

    /// Starts again.
    pub fn mend(&self) {
        self.left.set(None);
        self.at_commit.set(None);
        self.is_dead.set(false);
    }

    /// The commit of something written.
    fn commit(&self, moment: Moment) -> Result<(), StoreError> {
        if self.at_commit.get() == Some(moment) {
            self.is_dead.set(true);
        }
        self.burn()
    }

    /// One thing more is done; an error where it was one too many.
    fn burn(&self) -> Result<(), StoreError> {
        if let Some(left) = self.left.get() {
            self.left.set(left.checked_sub(1));
            if left == 0 {
                self.is_dead.set(true);
            }
        }
        if self.is_dead.get() {
            Err(StoreError("the server died".into()))
        } else {
            Ok(())
        }
    }
}

/// A store of that server.
pub struct Fused {
    inner: Sqlite,
    fuse: Rc<Fuse>,
}

impl Fused {
    /// A new, empty store.
    pub fn new(schema: &str, fuse: &Rc<Fuse>) -> Self {
        let inner = Sqlite::in_memory(schema)
            .unwrap_or_else(|error| panic!("the schema does not load: {error}"));
        Self {
            inner,
            fuse: Rc::clone(fuse),
        }
    }

    /// The store without its fuse, to look at what is really kept.
    pub fn bare(&self) -> &Sqlite {
        &self.inner
    }
}

impl Store for Fused {
    fn atomically<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&dyn Sql) -> Result<T, E>,
    ) -> Result<T, E> {
        let fuse = &*self.fuse;
        fuse.burn()?;
        let mut too_early = None;
        let has_written = Cell::new(false);
        let commit = |moment| {
            if has_written.get() {
                fuse.commit(moment)
            } else {
                fuse.burn()
            }
        };
        let done: Result<Result<T, E>, E> = self.inner.atomically(|sql| {
            let done = work(&Guarded {
                sql,
                fuse,
                has_written: &has_written,
            });
            if fuse.without.is(Rule::L2) {
                // What was written before an error stays.
                return Ok(done);
            }
            let done = done?;
            match commit(Moment::Before) {
                Ok(()) => Ok(Ok(done)),
                Err(died) => {
                    too_early = Some(done);
                    Err(died.into())
                }
            }
        });
        match too_early {
            Some(done) if fuse.without.is(Rule::L6) => Ok(done),
            _ => {
                let done = done??;
                commit(Moment::After)?;
                Ok(done)
            }
        }
    }
}

struct Guarded<'a> {
    sql: &'a dyn Sql,
    fuse: &'a Fuse,
    has_written: &'a Cell<bool>,
}

impl Sql for Guarded<'_> {
    fn rows(&self, statement: &str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.fuse.burn()?;
        // Counting; the note of a heartbeat is no loss to anybody.
        let is_counting = statement.starts_with("INSERT INTO receipt");
        self.has_written.set(self.has_written.get() || is_counting);
        if let Some(poison) = *self.fuse.poison.borrow()
            && statement.starts_with("INSERT")
            && mentions(values, &poison.to_string())
        {
            return Err(StoreError("a bug met its record".into()));
        }
        let is_without = |rule| self.fuse.without.is(rule);
        if is_without(Rule::L5Unique) && statement.contains("FROM receipt WHERE id IN") {
            return Ok(Vec::new());
        }
        if is_without(Rule::L5Unique) && statement.starts_with("INSERT INTO response") {
            return self
                .sql
                .rows(statement, &self.with_new_ids(statement, values));
        }
        if is_without(Rule::L8) && statement.starts_with("DELETE FROM quarantine") {
            return Ok(Vec::new());
        }
        if is_without(Rule::L5) && mentions(values, "id-conflict") {
            return self.without_conflicts(statement, values);
        }
        if let Some(unit) = &*self.fuse.posing_as.borrow()
            && statement.contains("FROM word WHERE name = 'unit'")
        {
            return Ok(vec![Row(vec![unit.as_str().into()])]);
        }
        self.sql.rows(statement, values)
    }
}

fn mentions(values: &[Value], word: &str) -> bool {
    let mut values = values.iter();
    values.any(|value| matches!(value, Value::Text(text) if text.contains(word)))
}

impl Guarded<'_> {
    /// Without uniqueness: each response under an id of its own.
    fn with_new_ids(&self, statement: &str, values: &[Value]) -> Vec<Value> {
        let mut values = values.to_vec();
        for row in values.chunks_mut(columns(statement)) {
            if let Some(Value::Text(id)) = row.first_mut() {
                self.fuse.ids.set(self.fuse.ids.get() + 1);
                *id = format!("{id}/{}", self.fuse.ids.get());
            }
        }
        values
    }

    /// Without L5: adds the rows that are not about a second content.
    fn without_conflicts(&self, statement: &str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let rows = values.chunks(columns(statement));
        let kept: Vec<&[Value]> = rows.filter(|row| !mentions(row, "id-conflict")).collect();
        let (Some((head, rest)), false) = (statement.split_once(" VALUES "), kept.is_empty())
        else {
            return Ok(Vec::new());
        };
        let tail = rest.rsplit_once(')').map_or("", |(_, tail)| tail);
        let marks = format!("({})", vec!["?"; kept[0].len()].join(","));
        let places = vec![marks; kept.len()].join(",");
        let statement = format!("{head} VALUES {places}{tail}");
        self.sql.rows(&statement, &kept.concat())
    }
}

/// How many columns an `INSERT INTO table (a, b, ...)` names.
fn columns(statement: &str) -> usize {
    let names = statement.split(')').next().unwrap_or_default();
    names.split(',').count()
}

/// Every row of a database, to be put into another.
#[derive(Clone)]
pub struct Dump(Vec<(String, Vec<Row>)>);

impl Dump {
    /// All that a store holds.
    pub fn of(store: &Sqlite) -> Self {
        let dump: Result<_, StoreError> = store.atomically(|sql| {
            let names = sql.rows("SELECT name FROM sqlite_schema WHERE type = 'table'", &[])?;
            let mut tables = Vec::new();
            for name in &names {
                let name = name.text(0)?.to_owned();
                let rows = sql.rows(&format!("SELECT * FROM {name}"), &[])?;
                tables.push((name, rows));
            }
            Ok(tables)
        });
        Self(dump.unwrap_or_else(|error| panic!("a backup failed: {error}")))
    }

    /// Puts all of it into an empty store.
    pub fn load(&self, store: &Sqlite) {
        let loaded: Result<(), StoreError> = store.atomically(|sql| {
            for (name, rows) in &self.0 {
                for row in rows {
                    let marks: Vec<_> = (1..=row.0.len()).map(|at| format!("?{at}")).collect();
                    let statement = format!("INSERT INTO {name} VALUES ({})", marks.join(","));
                    sql.run(&statement, &row.0)?;
                }
            }
            Ok(())
        });
        loaded.unwrap_or_else(|error| panic!("a restore failed: {error}"));
    }
}
