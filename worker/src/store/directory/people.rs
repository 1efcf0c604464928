//! Keeping accounts: their rights, passwords, sessions. Nobody changes their own rights, so that an
//! operator always remains (rule D4).

use super::accounts::{
    gives, grant, must_be_able_to_give, must_be_long, must_end_after, must_not_be_guessed,
};
use super::{Actor, Directory, actor, audit};
use crate::access::{Act, Grant, password, token};
use crate::refused::Refused;
use crate::store::port::{Sql, Store, StoreError};
use survey::day::{MINUTE_MS, Millis};
use survey::id::UnitId;
use survey::wire::code::Code;
use survey::wire::people::{AccountRow, DatedGrant, NewGrants};
use survey::wire::write;

/// How long a token that was replaced still serves requests that were on their way.
const REPLACED_MS: i64 = MINUTE_MS;

impl<S: Store> Directory<S> {
    /// The accounts with a right at a unit where the caller keeps accounts, and the caller's own.
    ///
    /// # Errors
    /// [`Code::SignedOut`], [`Code::NotAllowed`].
    pub fn accounts(&self, session: Option<&str>, now: Millis) -> Result<Vec<AccountRow>, Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            actor.must_be_able_to(Act::AddAccounts)?;
            let rows = sql.rows(
                "SELECT id, name,
                   (SELECT count(*) FROM session WHERE session.account = account.id
                      AND digest NOT IN (SELECT digest FROM replaced))
                 FROM account ORDER BY name",
                &[],
            )?;
            let mut accounts = Vec::new();
            for row in &rows {
                let (all, reached) = rights(sql, &actor, row.text(0)?)?;
                let is_own = row.text(0)? == actor.account;
                if !is_own && !is_kept(&actor, &all, &reached) {
                    continue;
                }
                accounts.push(AccountRow {
                    account: row.text(1)?.to_owned(),
                    is_recoverable: !is_own && reached.len() == all.len(),
                    grants: reached.into_iter().map(dated).collect(),
                    is_own,
                    sessions: u32::try_from(row.integer(2)?).unwrap_or(u32::MAX),
                });
            }
            Ok(accounts)
        })
    }

    /// Gives an account other rights at the units where the caller keeps accounts; what it has
    /// elsewhere stays. Its sessions end.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::BadValue`], or the caller's own rights.
    pub fn set_grants(
        &self,
        session: Option<&str>,
        now: Millis,
        name: &str,
        wanted: &NewGrants,
    ) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            let account = keepable(sql, &actor, now, name)?;
            let (all, reached) = rights(sql, &actor, &account)?;
            if !is_kept(&actor, &all, &reached) {
                return Err(Refused::not_found());
            }
            must_stay_somewhere(&actor, wanted.grants.len() + all.len() - reached.len())?;
            if wanted.grants.len() > 32 {
                return Err(Refused::new(
                    Code::BadValue,
                    "An account has at most 32 grants.",
                ));
            }
            for grant in &wanted.grants {
                must_end_after(grant.from, grant.to)?;
                must_be_able_to_give(sql, &actor, grant.role, grant.node.as_ref())?;
            }
            let kept = all.into_iter().filter(|grant| !reached.contains(grant));
            let kept = kept.map(dated).chain(wanted.grants.iter().cloned());
            sql.run(
                "DELETE FROM granted WHERE account = ?1",
                &[account.as_str().into()],
            )?;
            for grant in kept {
                sql.run(
                    "INSERT INTO granted VALUES (?1, ?2, ?3, ?4, ?5)",
                    &[
                        account.as_str().into(),
                        write(&grant.role).into(),
                        grant.node.as_ref().map(UnitId::as_str).into(),
                        grant.from.to_string().into(),
                        grant.to.map(|day| day.to_string()).into(),
                    ],
                )?;
            }
            end_sessions(sql, &account, None)?;
            Ok(audit(sql, now, &actor.name, "set-grants", name)?)
        })
    }

    /// Gives an account a new password because its owner cannot sign in. Every right it has must be
    /// one that the caller may give: nobody becomes more by helping. Its sessions end, and its passkeys
    /// open no more: perhaps somebody else has the phone now.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::NotAllowed`], [`Code::BadValue`], or the caller's own rights.
    pub fn recover(
        &self,
        session: Option<&str>,
        now: Millis,
        name: &str,
        new: &str,
    ) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            let account = keepable(sql, &actor, now, name)?;
            let (all, reached) = rights(sql, &actor, &account)?;
            if !is_kept(&actor, &all, &reached) {
                return Err(Refused::not_found());
            }
            if reached.len() < all.len() {
                let message = "This account has rights that you may not give. Ask an operator.";
                return Err(Refused::new(Code::NotAllowed, message));
            }
            set_password(sql, &account, new)?;
            end_sessions(sql, &account, None)?;
            for forget in [
                "DELETE FROM passkey WHERE account = ?1",
                "DELETE FROM browser WHERE account = ?1",
            ] {
                sql.run(forget, &[account.as_str().into()])?;
            }
            // Strangers' tries shall not hold up its owner now.
            let held = token::digest(name);
            sql.run("DELETE FROM attempt WHERE name_digest = ?1", &[held.into()])?;
            Ok(audit(sql, now, &actor.name, "recover", name)?)
        })
    }

    /// Checks the password of the one who is signed in, and gives the session a new token. Wrong ones
    /// count as at the door.
    ///
    /// # Errors
    /// [`Code::SignedOut`], [`Code::WrongPassword`], [`Code::SlowDown`].
    pub fn prove(
        &self,
        session: Option<&str>,
        now: Millis,
        given: &str,
        browser: Option<&str>,
    ) -> Result<String, Refused> {
        let actor = self.who(session, now)?;
        self.check(now, &actor.name, given, browser)?;
        self.0.atomically(|sql| proved(sql, session, now, &actor))
    }

    /// Changes one's own password; every other session ends.
    ///
    /// # Errors
    /// As [`Directory::prove`], and [`Code::BadValue`].
    pub fn change_password(
        &self,
        session: Option<&str>,
        now: Millis,
        (old, new): (&str, &str),
        browser: Option<&str>,
    ) -> Result<(), Refused> {
        let actor = self.who(session, now)?;
        self.check(now, &actor.name, old, browser)?;
        self.0.atomically(|sql| {
            set_password(sql, &actor.account, new)?;
            end_sessions(sql, &actor.account, session)?;
            Ok(audit(sql, now, &actor.name, "change-password", "")?)
        })
    }

    /// Ends every session of the one who is signed in, this one included.
    ///
    /// # Errors
    /// [`Code::SignedOut`].
    pub fn sign_out_everywhere(&self, session: Option<&str>, now: Millis) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            end_sessions(sql, &actor.account, None)?;
            let mine = actor.account.as_str().into();
            sql.run("DELETE FROM browser WHERE account = ?1", &[mine])?;
            Ok(audit(sql, now, &actor.name, "sign-out-everywhere", "")?)
        })
    }
}

/// Notes that the one behind a session has shown again who they are. The proof belongs to a new token,
/// which is returned; whoever had got hold of the old one has no part in it.
pub(super) fn proved(
    sql: &dyn Sql,
    session: Option<&str>,
    now: Millis,
    actor: &Actor,
) -> Result<String, Refused> {
    let drawn = token::draw()?;
    let (old, new) = (session.unwrap_or_default(), token::digest(&drawn));
    sql.run(
        "INSERT INTO session SELECT ?2, account, began_ms, ?3 FROM session WHERE digest = ?1",
        &[old.into(), new.as_str().into(), now.0.into()],
    )?;
    sql.run(
        "INSERT INTO proof VALUES (?1, ?2)",
        &[new.as_str().into(), now.0.into()],
    )?;
    sql.run(
        "INSERT OR IGNORE INTO replaced VALUES (?1, ?2)",
        &[old.into(), now.plus(REPLACED_MS).0.into()],
    )?;
    for forgotten in ["proof", "replaced"] {
        let over =
            format!("DELETE FROM {forgotten} WHERE digest NOT IN (SELECT digest FROM session)");
        sql.run(&over, &[])?;
    }
    audit(sql, now, &actor.name, "prove", "")?;
    Ok(drawn)
}

/// The id of an account that somebody else may keep.
fn keepable(sql: &dyn Sql, actor: &Actor, now: Millis, name: &str) -> Result<String, Refused> {
    actor.must_be_able_to(Act::AddAccounts)?;
    actor.must_be_proved(now)?;
    let row = sql.first("SELECT id FROM account WHERE name = ?1", &[name.into()])?;
    let account = row.ok_or_else(Refused::not_found)?.text(0)?.to_owned();
    if account == actor.account {
        let message = "Nobody changes their own rights. Ask another administrator.";
        return Err(Refused::new(Code::NotAllowed, message));
    }
    Ok(account)
}

/// Whether an account is somebody's to keep, who may give `reached` of `all` its rights, past ones too.
/// One that has none at all is nobody's but theirs who keep accounts everywhere: it may be an officer of
/// another province who comes back.
fn is_kept(actor: &Actor, all: &[Grant], reached: &[Grant]) -> bool {
    !reached.is_empty() || (all.is_empty() && actor.must_keep_everything(Act::AddAccounts).is_ok())
}

/// Refuses to leave an account without any right to somebody who would then not keep it any more.
fn must_stay_somewhere(actor: &Actor, rights: usize) -> Result<(), Refused> {
    if rights > 0 {
        return Ok(());
    }
    actor.must_keep_everything(Act::AddAccounts).map_err(|_| {
        let message = "An account keeps a right: end the last one by giving it a last day.";
        Refused::new(Code::BadValue, message)
    })
}

/// All rights of an account, whatever their days, and those of them that the caller may give.
fn rights(
    sql: &dyn Sql,
    actor: &Actor,
    account: &str,
) -> Result<(Vec<Grant>, Vec<Grant>), StoreError> {
    let rows = sql.rows(
        "SELECT role, node, valid_from, valid_to FROM granted WHERE account = ?1",
        &[account.into()],
    )?;
    let all: Vec<_> = rows.iter().map(grant).collect::<Result<_, _>>()?;
    let mut reached = Vec::new();
    for grant in &all {
        if gives(sql, actor, grant.role, grant.node.as_ref())? {
            reached.push(grant.clone());
        }
    }
    Ok((all, reached))
}

fn dated(grant: Grant) -> DatedGrant {
    DatedGrant {
        role: grant.role,
        node: grant.node,
        from: grant.from,
        to: grant.to,
    }
}

fn set_password(sql: &dyn Sql, account: &str, new: &str) -> Result<(), Refused> {
    must_be_long(new)?;
    let name = sql.first("SELECT name FROM account WHERE id = ?1", &[account.into()])?;
    let name = name.map(|row| row.text(0).map(str::to_owned)).transpose()?;
    must_not_be_guessed(new, &name.unwrap_or_default())?;
    let hash = password::hash(new, token::random()?)?;
    Ok(sql.run(
        "UPDATE account SET password = ?2 WHERE id = ?1",
        &[account.into(), hash.into()],
    )?)
}

/// Ends the sessions of an account, but for one.
fn end_sessions(sql: &dyn Sql, account: &str, but: Option<&str>) -> Result<(), StoreError> {
    sql.run(
        "DELETE FROM session WHERE account = ?1 AND digest <> ?2",
        &[account.into(), but.unwrap_or_default().into()],
    )
}
