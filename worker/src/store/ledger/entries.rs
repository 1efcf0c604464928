//! What counting adds to the tables, collected so that each table takes few statements.

use super::damaged;
use super::release::last_restore;
use crate::access::token;
use crate::refused::Refused;
use crate::store::port::{Row, Sql, StoreError, Value};
use std::collections::BTreeMap;
use survey::comment::{Redacted, redact};
use survey::day::Day;
use survey::id::{FormId, ParcelHash, ResponseId};
use survey::ledger::{Counted, Entry, Kept, Receipt};
use survey::score::Tally;
use survey::wire::batch::{Reason, Record};
use survey::wire::tally::{read_tally, write_tally};
use survey::wire::{read, write};

/// What a batch adds to the tables, collected so that each table takes few statements.
#[derive(Default)]
pub(super) struct Entries {
    receipts: Vec<[Value; 4]>,
    responses: Vec<[Value; 5]>,
    quarantined: Vec<[Value; 5]>,
    comments: Vec<[Value; 5]>,
    /// The comments' keys, with the day of their answer where that is certain.
    commented: Vec<(String, Day)>,
    cells: BTreeMap<(FormId, Day), Tally>,
    /// Counted, by the day of receipt.
    received: BTreeMap<Day, i64>,
    /// Pairs of id and hash that the quarantine may hold, and that leave it now.
    rejudged: Vec<(ResponseId, ParcelHash)>,
}

/// A record with what is known of how it came in.
pub(super) struct Arrival<'a> {
    /// The record.
    pub record: &'a Record,
    /// The text of its comment as the quarantine keeps it, redacted, where it came without.
    pub kept_text: Option<String>,
    /// The device, while receipts name it.
    pub device: Option<String>,
    /// The day of its receipt.
    pub day: Day,
    /// It may be in the quarantine.
    pub is_kept: bool,
}

/// All receipts of these ids.
pub(super) fn receipts(
    sql: &dyn Sql,
    ids: &[ResponseId],
) -> Result<BTreeMap<ResponseId, Vec<Receipt>>, StoreError> {
    let rows = sql.rows(
        "SELECT id, hash, verdict FROM receipt WHERE id IN (SELECT value FROM json_each(?1))",
        &[write(&ids).into()],
    )?;
    let mut receipts: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for row in &rows {
        let id = ResponseId::parse(row.text(0)?).map_err(|_| damaged())?;
        receipts.entry(id).or_default().push(receipt(row)?);
    }
    Ok(receipts)
}

const COUNTED: &str = "counted";
/// What stands for the hash of a receipt whose row is gone (rule P14).
pub(super) const FORGOTTEN: &str = "";

fn receipt(row: &Row) -> Result<Receipt, StoreError> {
    let kept = match row.text(2)? {
        COUNTED => Kept::Counted,
        reason => {
            let reason = read(&format!("\"{reason}\"")).map_err(|_| damaged())?;
            Kept::Quarantined(reason)
        }
    };
    let hash = match row.text(1)? {
        FORGOTTEN => None,
        hash => Some(ParcelHash::parse(hash).map_err(|_| damaged())?),
    };
    Ok(Receipt { hash, kept })
}

/// The word that is kept for a reason.
pub(super) fn word(reason: Reason) -> String {
    write(&reason).trim_matches('"').to_owned()
}

impl Entries {
    /// Adds what was decided on a record.
    pub(super) fn add(&mut self, arrival: Arrival, entry: Entry) -> Result<(), Refused> {
        let (verdict, counted) = match entry {
            Entry::Nothing => return Ok(()),
            Entry::Quarantine(reason) => (word(reason), None),
            Entry::Count(counted) => (COUNTED.to_owned(), Some(counted)),
        };
        let record = arrival.record;
        let (id, hash) = (record.id.to_string(), record.hash.to_string());
        let (comment, sealed) = comment(record);
        let comment = comment.or_else(|| arrival.kept_text.as_deref().map(redact));
        self.receipts.push([
            id.as_str().into(),
            hash.as_str().into(),
            verdict.as_str().into(),
            arrival.device.into(),
        ]);
        let Some(counted) = counted else {
            let text = comment.map(|comment| comment.text);
            let raw = write(&(&record.body, text, sealed, record.damaged));
            let day = arrival.day.to_string().into();
            let row = [id.into(), hash.into(), verdict.into(), day, raw.into()];
            self.quarantined.push(row);
            return Ok(());
        };
        if arrival.is_kept {
            self.rejudged.push((record.id, record.hash));
        }
        *self.received.entry(arrival.day).or_default() += 1;
        let form = counted.submission.response.form;
        if let Some(comment) = comment {
            let key = token::draw()?;
            if counted.tally.people().day_uncertain == 0 {
                self.commented.push((key.clone(), counted.day));
            }
            self.comments.push([
                key.into(),
                form.to_string().into(),
                counted.day.month_slice().into(),
                comment.text.into(),
                comment.needs_review.into(),
            ]);
        }
        self.responses.push([
            id.into(),
            form.to_string().into(),
            counted.day.to_string().into(),
            record.body.as_str().into(),
            sealed.into(),
        ]);
        self.add_to_cell(form, *counted)
    }

    /// How many records go into the quarantine.
    pub(super) fn newly_kept(&self) -> usize {
        self.quarantined.len()
    }

    /// Whether there is anything to write.
    pub(super) fn is_empty(&self) -> bool {
        self.receipts.is_empty()
    }

    fn add_to_cell(&mut self, form: FormId, counted: Counted) -> Result<(), Refused> {
        match self.cells.get_mut(&(form, counted.day)) {
            None => {
                self.cells.insert((form, counted.day), counted.tally);
                Ok(())
            }
            Some(sum) => sum
                .merge(&counted.tally)
                .map_err(|_| Refused::broken("tallies of one form do not merge")),
        }
    }

    /// Writes all of it.
    pub(super) fn write(&self, sql: &dyn Sql) -> Result<(), Refused> {
        // A record that was quarantined and now counts leaves the quarantine (rule L8).
        for (id, hash) in &self.rejudged {
            let key: [Value; 2] = [id.to_string().into(), hash.to_string().into()];
            sql.run("DELETE FROM quarantine WHERE id = ?1 AND hash = ?2", &key)?;
            sql.run("DELETE FROM kept WHERE id = ?1 AND hash = ?2", &key)?;
        }
        let again =
            "ON CONFLICT DO UPDATE SET verdict = excluded.verdict, device = excluded.device";
        insert(
            sql,
            "receipt (id, hash, verdict, device)",
            &self.receipts,
            again,
        )?;
        let columns = "response (id, form, day, body, commitment)";
        insert(sql, columns, &self.responses, "")?;
        let columns = "quarantine (id, hash, reason, day, raw)";
        insert(sql, columns, &self.quarantined, "")?;
        let columns = "comment (key, form, month, text, needs_review)";
        insert(sql, columns, &self.comments, "")?;
        let is_any_certain = !self.commented.is_empty();
        if let Some(restored) = is_any_certain
            .then(|| last_restore(sql))
            .transpose()?
            .flatten()
        {
            let after = self.commented.iter().filter(|(_, day)| *day > restored);
            let since = restored.to_string();
            let after = after.map(|(key, _)| [key.as_str().into(), since.as_str().into()]);
            let after: Vec<[Value; 2]> = after.collect();
            insert(sql, "comment_new (key, since)", &after, "")?;
        }
        for ((form, day), tally) in &self.cells {
            add_to_stored_cell(sql, *form, *day, tally)?;
        }
        for (day, counted) in &self.received {
            sql.run(
                "INSERT INTO received VALUES (?1, ?2)
                 ON CONFLICT DO UPDATE SET responses = responses + excluded.responses",
                &[day.to_string().into(), (*counted).into()],
            )?;
        }
        Ok(())
    }
}

/// Values that a statement binds at most.
const MOST_BOUND: usize = 100;

/// Adds rows, as many to a statement as it may bind: half the work of handing over one JSON list.
fn insert<const N: usize>(
    sql: &dyn Sql,
    table: &str,
    rows: &[[Value; N]],
    conflict: &str,
) -> Result<(), StoreError> {
    for rows in rows.chunks(MOST_BOUND / N) {
        let marks = vec!["?"; N].join(",");
        let places = vec![format!("({marks})"); rows.len()].join(",");
        let statement = format!("INSERT INTO {table} VALUES {places} {conflict}");
        sql.run(&statement, rows.as_flattened())?;
    }
    Ok(())
}

/// The comment of a record without what names a person (P10), and what binds it to the record.
fn comment(record: &Record) -> (Option<Redacted>, String) {
    let parcel = Record {
        id: record.id,
        body: String::new(),
        comment: record.comment.clone(),
        hash: record.hash,
        damaged: record.damaged,
    }
    .into_parcel();
    let redacted = parcel.comment.map(|comment| redact(&comment.text));
    (redacted, parcel.commitment.to_string())
}

/// Adds a tally to what waits in a cell.
fn add_to_stored_cell(
    sql: &dyn Sql,
    form: FormId,
    day: Day,
    tally: &Tally,
) -> Result<(), StoreError> {
    let key: [Value; 2] = [form.to_string().into(), day.to_string().into()];
    let stored = sql.first(
        "SELECT tally FROM cell WHERE form = ?1 AND atom = 0 AND day = ?2",
        &key,
    )?;
    let mut sum = tally.clone();
    if let Some(row) = stored {
        let stored = read_tally(row.text(0)?).ok_or_else(damaged)?;
        sum.merge(&stored).map_err(|_| damaged())?;
    }
    let responses = i64::try_from(sum.people().responses).map_err(|_| damaged())?;
    let [form, day] = key;
    sql.run(
        "INSERT INTO cell VALUES (?1, ?2, 0, ?3, ?4) ON CONFLICT DO UPDATE
         SET responses = excluded.responses, tally = excluded.tally",
        &[form, day, responses.into(), write_tally(&sum).into()],
    )
}
