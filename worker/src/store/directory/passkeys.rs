//! Passkeys: whose they are, which open (rule S5). Never: an elliptic curve; that what was signed fits is
//! for the caller to have seen.

use super::accounts::begin;
use super::people::proved;
use super::{Actor, Directory, SignedIn, actor, audit, today};
use crate::access::passkey::{Made, Purpose, Signed, draw, follows, is_own, wrong};
use crate::access::token;
use crate::refused::Refused;
use crate::store::port::{Row, Sql, Store, StoreError};
use survey::day::{Day, HOUR_MS, Millis};
use survey::wire::code::Code;
use survey::wire::people::{Passkey, Passkeys};

/// The most passkeys of an account.
const MOST: i64 = 10;

/// What is kept of a passkey, as far as opening depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptPasskey {
    /// The account that it opens.
    pub account: String,
    /// Its public key.
    pub key: String,
    /// The host name that it belongs to.
    pub host: String,
}

impl<S: Store> Directory<S> {
    /// A challenge for whoever comes with a passkey.
    ///
    /// # Errors
    /// Broken when the store or the system's generator fails.
    pub fn challenge(&self, now: Millis) -> Result<String, Refused> {
        let nonce = token::random()?;
        self.0
            .atomically(|sql| Ok(draw(secret(sql)?.as_bytes(), Purpose::Open, now, nonce)))
    }

    /// The caller's passkeys, and a challenge to make another one.
    ///
    /// # Errors
    /// [`Code::SignedOut`].
    pub fn passkeys(&self, session: Option<&str>, now: Millis) -> Result<Passkeys, Refused> {
        let nonce = token::random()?;
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            let rows = sql.rows(
                "SELECT id, name, since, used FROM passkey WHERE account = ?1 ORDER BY since, name, id",
                &[actor.account.as_str().into()],
            )?;
            let purpose = Purpose::Make(&actor.account);
            Ok(Passkeys {
                passkeys: rows.iter().map(passkey).collect::<Result<_, _>>()?,
                challenge: draw(secret(sql)?.as_bytes(), purpose, now, nonce),
                user: actor.account,
            })
        })
    }

    /// Adds a passkey to the caller's account.
    ///
    /// # Errors
    /// [`Code::SignedOut`], [`Code::ProveAgain`], [`Code::WrongPasskey`], [`Code::AlreadyThere`],
    /// [`Code::BadValue`] for the eleventh.
    pub fn add_passkey(
        &self,
        session: Option<&str>,
        now: Millis,
        name: &str,
        made: &Made,
    ) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            actor.must_be_proved(now)?;
            answered(sql, now, Purpose::Make(&actor.account), &made.challenge)?;
            if kept(sql, &made.id)?.is_some() {
                return Err(Refused::new(
                    Code::AlreadyThere,
                    "This passkey is here already.",
                ));
            }
            let account = actor.account.as_str();
            let count = "SELECT count(*) FROM passkey WHERE account = ?1";
            let count = sql.first(count, &[account.into()])?;
            if count.map_or(Ok(0), |row| row.integer(0))? >= MOST {
                let message = "An account has at most 10 passkeys. Remove one first.";
                return Err(Refused::new(Code::BadValue, message));
            }
            sql.run(
                "INSERT INTO passkey VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, NULL)",
                &[
                    made.id.as_str().into(),
                    account.into(),
                    name.trim().into(),
                    made.host.as_str().into(),
                    made.key.as_str().into(),
                    made.count.into(),
                    today(now)?.to_string().into(),
                ],
            )?;
            Ok(audit(sql, now, &actor.name, "add-passkey", "")?)
        })
    }

    /// Removes one of the caller's passkeys.
    ///
    /// # Errors
    /// [`Code::SignedOut`], [`Code::ProveAgain`], [`Code::NotFound`].
    pub fn drop_passkey(
        &self,
        session: Option<&str>,
        now: Millis,
        id: &str,
    ) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            actor.must_be_proved(now)?;
            if kept(sql, id)?.is_none_or(|kept| kept.account != actor.account) {
                return Err(Refused::not_found());
            }
            sql.run("DELETE FROM passkey WHERE id = ?1", &[id.into()])?;
            Ok(audit(sql, now, &actor.name, "drop-passkey", "")?)
        })
    }

    /// What is kept of a passkey.
    ///
    /// # Errors
    /// [`Code::WrongPasskey`] when it is not known here.
    pub fn passkey(&self, id: &str) -> Result<KeptPasskey, Refused> {
        let kept = self
            .0
            .atomically(|sql| kept(sql, id).map_err(Refused::from));
        kept?.ok_or_else(wrong)
    }

    /// Begins a session with what a passkey signed. No password is tried, so no delay after wrong ones
    /// holds it up.
    ///
    /// # Errors
    /// [`Code::WrongPasskey`].
    pub fn sign_in_by_passkey(
        &self,
        now: Millis,
        id: &str,
        signed: &Signed,
        browser: Option<&str>,
    ) -> Result<SignedIn, Refused> {
        self.0.atomically(|sql| {
            let account = opened(sql, now, id, signed)?;
            begin(sql, now, &account, browser, "sign-in-passkey")
        })
    }

    /// Notes that the one who is signed in has shown a passkey of their own; the session gets a new token.
    ///
    /// # Errors
    /// [`Code::SignedOut`], [`Code::WrongPasskey`].
    pub fn prove_by_passkey(
        &self,
        session: Option<&str>,
        now: Millis,
        id: &str,
        signed: &Signed,
    ) -> Result<String, Refused> {
        self.0.atomically(|sql| {
            let actor: Actor = actor(sql, session, now)?;
            if opened(sql, now, id, signed)? != actor.account {
                return Err(wrong());
            }
            proved(sql, session, now, &actor)
        })
    }
}

/// The account that a passkey opens with what it signed; the challenge is spent and its count moves on.
fn opened(sql: &dyn Sql, now: Millis, id: &str, signed: &Signed) -> Result<String, Refused> {
    let row = sql.first(
        "SELECT account, count FROM passkey WHERE id = ?1",
        &[id.into()],
    )?;
    let row = row.ok_or_else(wrong)?;
    let kept = u32::try_from(row.integer(1)?).unwrap_or(u32::MAX);
    if !follows(kept, signed.count) {
        return Err(wrong());
    }
    answered(sql, now, Purpose::Open, &signed.challenge)?;
    sql.run(
        "UPDATE passkey SET count = ?2, used = ?3 WHERE id = ?1",
        &[
            id.into(),
            signed.count.into(),
            today(now)?.to_string().into(),
        ],
    )?;
    Ok(row.text(0)?.to_owned())
}

/// Spends a challenge of this server's own; refuses any other, and one that was answered before.
fn answered(
    sql: &dyn Sql,
    now: Millis,
    purpose: Purpose<'_>,
    challenge: &str,
) -> Result<(), Refused> {
    if !is_own(secret(sql)?.as_bytes(), purpose, challenge, now) {
        return Err(wrong());
    }
    // Much longer than a challenge lives.
    let old = now.plus(-HOUR_MS).0;
    sql.run("DELETE FROM answered WHERE at_ms < ?1", &[old.into()])?;
    let before = "SELECT 1 FROM answered WHERE challenge = ?1";
    if sql.first(before, &[challenge.into()])?.is_some() {
        return Err(wrong());
    }
    let spent = "INSERT INTO answered VALUES (?1, ?2)";
    Ok(sql.run(spent, &[challenge.into(), now.0.into()])?)
}

/// What this server's challenges are known by; drawn when it is first needed.
fn secret(sql: &dyn Sql) -> Result<String, Refused> {
    let kept = "SELECT value FROM secret WHERE name = 'challenge'";
    if let Some(row) = sql.first(kept, &[])? {
        return Ok(row.text(0)?.to_owned());
    }
    let drawn = token::hex(&token::random::<32>()?);
    let keep = "INSERT INTO secret VALUES ('challenge', ?1)";
    sql.run(keep, &[drawn.as_str().into()])?;
    Ok(drawn)
}

fn kept(sql: &dyn Sql, id: &str) -> Result<Option<KeptPasskey>, StoreError> {
    let row = sql.first(
        "SELECT account, key, host FROM passkey WHERE id = ?1",
        &[id.into()],
    )?;
    let kept = |row: Row| {
        Ok(KeptPasskey {
            account: row.text(0)?.to_owned(),
            key: row.text(1)?.to_owned(),
            host: row.text(2)?.to_owned(),
        })
    };
    row.map(kept).transpose()
}

fn passkey(row: &Row) -> Result<Passkey, StoreError> {
    let day =
        |text| Day::parse(text).ok_or_else(|| StoreError("a passkey's day is damaged".into()));
    Ok(Passkey {
        id: row.text(0)?.to_owned(),
        name: row.text(1)?.to_owned(),
        since: day(row.text(2)?)?,
        used: row.maybe_text(3)?.map(day).transpose()?,
    })
}
