//! API keys: whose right each rests on, where it reads, until when (rule UM15). Never: a key itself, of which
//! only a digest is kept.

use super::accounts::{gives, grants, must_be_able_to_give};
use super::units::id_in;
use super::{Actor, Directory, actor, audit, today};
use crate::access::{Act, Grant, Role, token};
use crate::refused::Refused;
use crate::store::port::{Row, Sql, Store, StoreError};
use survey::day::{Day, Millis};
use survey::id::UnitId;
use survey::wire::code::Code;
use survey::wire::keys::{FreshKey, KeyRow, MOST_DAYS, NewKey};

/// The most keys of an account.
const MOST: i64 = 50;
/// The most characters of a key's name.
const LONGEST_NAME: usize = 60;
/// The right that a key is a part of: who may give it may make a key.
const RIGHT: Role = Role::Manager;

/// A key as it is kept.
struct Kept {
    row: KeyRow,
    /// The id of the account that made it.
    maker: String,
}

impl<S: Store> Directory<S> {
    /// The keys at nodes where the caller may give rights, the newest first.
    ///
    /// # Errors
    /// [`Code::SignedOut`], [`Code::NotAllowed`].
    pub fn keys(&self, session: Option<&str>, now: Millis) -> Result<Vec<KeyRow>, Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            actor.must_be_able_to(Act::AddAccounts)?;
            let rows = sql.rows(
                &format!("{KEPT} ORDER BY since DESC, api_key.name, api_key.id"),
                &[],
            )?;
            let mut keys = Vec::new();
            for row in &rows {
                let key = kept(row)?;
                if gives(sql, &actor, RIGHT, key.row.node.as_ref())? {
                    let works = works(sql, &key, now)?;
                    keys.push(KeyRow { works, ..key.row });
                }
            }
            Ok(keys)
        })
    }

    /// Makes a key at a node where the caller may give rights.
    ///
    /// # Errors
    /// [`Code::ProveAgain`], [`Code::BadValue`] for its name, its day or the fifty-first,
    /// [`Code::NotFound`] for its node, or the caller's own rights.
    pub fn make_key(
        &self,
        session: Option<&str>,
        now: Millis,
        wanted: &NewKey,
    ) -> Result<FreshKey, Refused> {
        let (key, id) = (token::draw_key()?, token::hex(&token::random::<8>()?));
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            actor.must_be_able_to(Act::AddAccounts)?;
            actor.must_be_proved(now)?;
            let node = wanted.node.as_ref();
            must_be_able_to_give(sql, &actor, RIGHT, node)?;
            let today = today(now)?;
            must_make_sense(wanted, today)?;
            let count = "SELECT count(*) FROM api_key WHERE maker = ?1";
            let count = sql.first(count, &[actor.account.as_str().into()])?;
            if count.map_or(Ok(0), |row| row.integer(0))? >= MOST {
                let message = "An account has at most 50 keys. Revoke one first.";
                return Err(Refused::new(Code::BadValue, message));
            }
            sql.run(
                "INSERT INTO api_key VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, NULL)",
                &[
                    id.as_str().into(),
                    token::digest(&key).into(),
                    wanted.name.trim().into(),
                    node.map(UnitId::as_str).into(),
                    actor.account.as_str().into(),
                    today.to_string().into(),
                    wanted.until.to_string().into(),
                ],
            )?;
            audit(sql, now, &actor.name, "make-key", &subject(node, &id))?;
            Ok(FreshKey { id, key })
        })
    }

    /// Revokes a key, whoever made it, at a node where the caller may give rights.
    ///
    /// # Errors
    /// [`Code::ProveAgain`], [`Code::NotFound`], or the caller's own rights.
    pub fn revoke_key(&self, session: Option<&str>, now: Millis, id: &str) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            actor.must_be_able_to(Act::AddAccounts)?;
            actor.must_be_proved(now)?;
            let row = sql.first(&format!("{KEPT} WHERE api_key.id = ?1"), &[id.into()])?;
            let key = kept(&row.ok_or_else(Refused::not_found)?)?.row;
            let node = key.node.as_ref();
            if !gives(sql, &actor, RIGHT, node)? {
                return Err(Refused::not_found());
            }
            sql.run("DELETE FROM api_key WHERE id = ?1", &[id.into()])?;
            Ok(audit(
                sql,
                now,
                &actor.name,
                "revoke-key",
                &subject(node, id),
            )?)
        })
    }

    /// Begins a request with a key: its id. The day is kept, nothing finer.
    ///
    /// # Errors
    /// [`Code::BadKey`], [`Code::SignedOut`] where `credential` is no key's.
    pub fn use_key(&self, credential: Option<&str>, now: Millis) -> Result<String, Refused> {
        let digest = credential.and_then(token::key_digest);
        let digest = digest.ok_or_else(|| Refused::new(Code::SignedOut, "Sign in first."))?;
        self.0.atomically(|sql| {
            let key = working(sql, digest, now)?.row;
            let today = today(now)?;
            if key.used != Some(today) {
                sql.run(
                    "UPDATE api_key SET used = ?2 WHERE id = ?1",
                    &[key.id.as_str().into(), today.to_string().into()],
                )?;
            }
            Ok(key.id)
        })
    }
}

/// Who a key is: nobody but a reader of figures at its node.
///
/// # Errors
/// [`Code::BadKey`].
pub(super) fn reader(sql: &dyn Sql, digest: &str, now: Millis) -> Result<Actor, Refused> {
    let Kept { row, maker } = working(sql, digest, now)?;
    Ok(Actor {
        account: maker,
        name: format!("key:{}", row.id),
        grants: vec![Grant {
            role: RIGHT,
            node: row.node,
            from: row.since,
            to: Some(row.until),
        }],
        ends: row.until.plus(1).starts(),
        proved: now,
    })
}

/// The refusal of everything that a key cannot do, whatever its maker can.
pub(super) fn reads_only() -> Refused {
    let message = "A key reads figures and nothing else. Sign in for this.";
    Refused::new(Code::NotAllowed, message)
}

/// The cells of a key, as [`kept`] reads them.
const KEPT: &str =
    "SELECT api_key.id, api_key.name, node, ifnull(account.name, ''), since, until, used, maker
    FROM api_key LEFT JOIN account ON account.id = maker";

fn working(sql: &dyn Sql, digest: &str, now: Millis) -> Result<Kept, Refused> {
    let row = sql.first(&format!("{KEPT} WHERE digest = ?1"), &[digest.into()])?;
    let key = row.map(|row| kept(&row)).transpose()?;
    match key {
        Some(key) if works(sql, &key, now)? => Ok(key),
        // One answer: whoever found an old key is not told that it was one.
        _ => {
            let message = "This key does not work here: not known, revoked, past its last day, \
                or its maker may no longer give this right. Make another.";
            Err(Refused::new(Code::BadKey, message))
        }
    }
}

/// Whether a key's last day is not over, and its maker could make it today.
fn works(sql: &dyn Sql, key: &Kept, now: Millis) -> Result<bool, Refused> {
    let today = today(now)?;
    if !(key.row.since..=key.row.until).contains(&today) {
        return Ok(false);
    }
    let maker = Actor {
        account: key.maker.clone(),
        name: key.row.maker.clone(),
        grants: grants(sql, &key.maker, today)?,
        ends: now,
        proved: now,
    };
    Ok(gives(sql, &maker, RIGHT, key.row.node.as_ref())?)
}

fn must_make_sense(wanted: &NewKey, today: Day) -> Result<(), Refused> {
    let length = wanted.name.trim().chars().count();
    if length == 0 || length > LONGEST_NAME {
        let message = "A key's name has 1 to 60 characters.";
        return Err(Refused::new(Code::BadValue, message));
    }
    if !(today..=today.plus(MOST_DAYS)).contains(&wanted.until) {
        let message = "A key works until today at the earliest and for a year at the longest.";
        return Err(Refused::new(Code::BadValue, message));
    }
    Ok(())
}

/// What the audit log says of a key: the unit first, as of everything that was done at one.
fn subject(node: Option<&UnitId>, id: &str) -> String {
    let unit = node.map(|node| [node.as_str(), " "].concat());
    [&unit.unwrap_or_default(), "key:", id].concat()
}

fn kept(row: &Row) -> Result<Kept, StoreError> {
    let damaged = || StoreError("a key is damaged".into());
    let day = |text| Day::parse(text).ok_or_else(damaged);
    Ok(Kept {
        row: KeyRow {
            id: row.text(0)?.to_owned(),
            name: row.text(1)?.to_owned(),
            node: row.maybe_text(2)?.map(id_in).transpose()?,
            maker: row.text(3)?.to_owned(),
            since: day(row.text(4)?)?,
            until: day(row.text(5)?)?,
            used: row.maybe_text(6)?.map(day).transpose()?,
            works: false,
        },
        maker: row.text(7)?.to_owned(),
    })
}
