//! What managers tell that they did about what people said ("Bạn nói - Chúng tôi làm", rule UM16). Never: a
//! removal, or a change of what was public.

use super::publication::must_have_figures;
use super::units::{DEEPEST, id_in, subtree};
use super::{Actor, Directory, actor, audit, today};
use crate::access::{Act, token};
use crate::refused::Refused;
use crate::store::port::{Row, Sql, Store, StoreError};
use survey::action::{Problem, problem};
use survey::day::{Day, Millis};
use survey::id::UnitId;
use survey::wire::code::Code;
use survey::wire::manager::Unit;
use survey::wire::public::{Action, ActionState, ActionWords, MOST_ACTIONS};
use survey::wire::write;

/// Public actions of a unit and the units below it, the newest first, at most.
const MOST_SHOWN: i64 = 200;
/// All of them for those who keep them, at most: a tenth of what fits into an answer of an object.
const MOST_LISTED: i64 = 2_000;

impl<S: Store> Directory<S> {
    /// The actions of a unit and of the units below it, the newest first.
    ///
    /// # Errors
    /// [`Code::SignedOut`], or the caller's own rights.
    pub fn actions(
        &self,
        session: Option<&str>,
        now: Millis,
        unit: &UnitId,
    ) -> Result<Vec<Action>, Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            actor.must_be_able_to_at(Act::TellActions, sql, unit)?;
            let units = subtree(sql, unit, DEEPEST)?;
            Ok(of_units(sql, &units, None, MOST_LISTED)?)
        })
    }

    /// The public ones of a unit and of the units below it, each with its unit, the newest first.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn public_actions(&self, unit: &UnitId) -> Result<Vec<(Unit, Action)>, Refused> {
        self.0.atomically(|sql| {
            let units = subtree(sql, unit, DEEPEST)?;
            let shown = of_units(sql, &units, Some(ActionState::Published), MOST_SHOWN)?;
            let with_unit = |action: Action| {
                let unit = units.iter().find(|unit| unit.id == action.unit)?;
                Some((unit.clone(), action))
            };
            Ok(shown.into_iter().filter_map(with_unit).collect())
        })
    }

    /// Keeps a new action as a draft, and gives its id.
    ///
    /// # Errors
    /// [`Code::BadValue`] for words that may not be public, a day to come, or too many; the caller's own
    /// rights.
    pub fn add_action(
        &self,
        session: Option<&str>,
        now: Millis,
        unit: &UnitId,
        wanted: &ActionWords,
    ) -> Result<String, Refused> {
        self.0.atomically(|sql| {
            let actor = may_tell(sql, session, now, unit)?;
            must_be_publishable(wanted, now)?;
            let counted = sql.first(
                "SELECT count(*) FROM action WHERE unit = ?1",
                &[unit.as_str().into()],
            )?;
            let count = counted.map_or(Ok(0), |row| row.integer(0))?;
            if usize::try_from(count).is_ok_and(|count| count >= MOST_ACTIONS) {
                let message = format!("A unit has at most {MOST_ACTIONS} actions.");
                return Err(Refused::new(Code::BadValue, message));
            }
            let id = token::hex(&token::random::<8>()?);
            sql.run(
                "INSERT INTO action (id, unit, said, done, day, state)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                &[
                    id.as_str().into(),
                    unit.as_str().into(),
                    wanted.said.trim().into(),
                    wanted.done.trim().into(),
                    wanted.day.to_string().into(),
                    ActionState::Draft.word().into(),
                ],
            )?;
            audit(sql, now, &actor.name, "add-action", unit.as_str())?;
            Ok(id)
        })
    }

    /// Changes the words of a draft.
    ///
    /// # Errors
    /// As [`Directory::add_action`]; [`Code::NotFound`]; [`Code::ChangedMeanwhile`] where it is a draft
    /// no more.
    pub fn change_action(
        &self,
        session: Option<&str>,
        now: Millis,
        (unit, id): (&UnitId, &str),
        wanted: &ActionWords,
    ) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            let actor = may_tell(sql, session, now, unit)?;
            must_be_publishable(wanted, now)?;
            must_be(sql, unit, id, ActionState::Draft)?;
            sql.run(
                "UPDATE action SET said = ?2, done = ?3, day = ?4 WHERE id = ?1",
                &[
                    id.into(),
                    wanted.said.trim().into(),
                    wanted.done.trim().into(),
                    wanted.day.to_string().into(),
                ],
            )?;
            Ok(audit(
                sql,
                now,
                &actor.name,
                "change-action",
                unit.as_str(),
            )?)
        })
    }

    /// Shows a draft to everybody, or takes back what was shown. What was taken back stays so.
    ///
    /// # Errors
    /// [`Code::ProveAgain`] before something is shown; [`Code::NotFound`]; [`Code::ChangedMeanwhile`]
    /// where it is not as the caller saw it; [`Code::BadValue`] for no such step; the caller's own rights.
    pub fn set_action(
        &self,
        session: Option<&str>,
        now: Millis,
        (unit, id): (&UnitId, &str),
        state: ActionState,
    ) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            let actor = may_tell(sql, session, now, unit)?;
            let day = today(now)?.to_string();
            match state {
                ActionState::Published => {
                    actor.must_be_proved(now)?;
                    must_be(sql, unit, id, ActionState::Draft)?;
                    sql.run(
                        "UPDATE action SET state = ?2, published = ?3 WHERE id = ?1",
                        &[id.into(), state.word().into(), day.into()],
                    )?;
                    audit(sql, now, &actor.name, "publish-action", unit.as_str())?;
                }
                ActionState::Withdrawn => {
                    must_be(sql, unit, id, ActionState::Published)?;
                    sql.run(
                        "UPDATE action SET state = ?2, withdrawn = ?3 WHERE id = ?1",
                        &[id.into(), state.word().into(), day.into()],
                    )?;
                    audit(sql, now, &actor.name, "withdraw-action", unit.as_str())?;
                }
                ActionState::Draft => {
                    let message = "What was public does not become a draft again: add a new one.";
                    return Err(Refused::new(Code::BadValue, message));
                }
            }
            Ok(())
        })
    }
}

fn may_tell(
    sql: &dyn Sql,
    session: Option<&str>,
    now: Millis,
    unit: &UnitId,
) -> Result<Actor, Refused> {
    let actor = actor(sql, session, now)?;
    actor.must_be_able_to_at(Act::TellActions, sql, unit)?;
    must_have_figures(sql, unit)?;
    Ok(actor)
}

/// The words of an action as people may read them.
fn must_be_publishable(wanted: &ActionWords, now: Millis) -> Result<(), Refused> {
    let message = match problem(&wanted.said, &wanted.done) {
        Some(Problem::Empty) => "Write what people said and what was done.",
        Some(Problem::TooLong) => "What people said has at most 300 characters, what was done 600.",
        Some(Problem::Unreadable) => "Write letters, digits and signs only.",
        Some(Problem::Personal) => {
            "Take out what looks like a phone, paper or dossier number, a number plate or an e-mail \
             address."
        }
        None if wanted.day > today(now)? => "Give a day that is not to come.",
        None => return Ok(()),
    };
    Err(Refused::new(Code::BadValue, message))
}

fn must_be(sql: &dyn Sql, unit: &UnitId, id: &str, state: ActionState) -> Result<(), Refused> {
    let row = sql.first(
        "SELECT state FROM action WHERE id = ?1 AND unit = ?2",
        &[id.into(), unit.as_str().into()],
    )?;
    let row = row.ok_or_else(Refused::not_found)?;
    if row.text(0)? == state.word() {
        return Ok(());
    }
    let message = "Somebody changed it since it was looked at. Look again.";
    Err(Refused::new(Code::ChangedMeanwhile, message))
}

fn of_units(
    sql: &dyn Sql,
    units: &[Unit],
    state: Option<ActionState>,
    most: i64,
) -> Result<Vec<Action>, StoreError> {
    let ids: Vec<&str> = units.iter().map(|unit| unit.id.as_str()).collect();
    let rows = sql.rows(
        "SELECT id, unit, said, done, day, state, published, withdrawn FROM action
         WHERE unit IN (SELECT value FROM json_each(?1)) AND (?2 IS NULL OR state = ?2)
         ORDER BY day DESC, no DESC LIMIT ?3",
        &[
            write(&ids).into(),
            state.map(ActionState::word).into(),
            most.into(),
        ],
    )?;
    rows.iter().map(action).collect()
}

fn action(row: &Row) -> Result<Action, StoreError> {
    let damaged = || StoreError("an action is damaged".into());
    let day = |text| Day::parse(text).ok_or_else(damaged);
    Ok(Action {
        action: row.text(0)?.to_owned(),
        unit: id_in(row.text(1)?)?,
        said: row.text(2)?.to_owned(),
        done: row.text(3)?.to_owned(),
        day: day(row.text(4)?)?,
        state: ActionState::named(row.text(5)?).ok_or_else(damaged)?,
        published: row.maybe_text(6)?.map(day).transpose()?,
        withdrawn: row.maybe_text(7)?.map(day).transpose()?,
    })
}
