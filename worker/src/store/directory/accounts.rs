//! Accounts, grants, sessions.

use super::units::with_all_above;
use super::{Actor, Directory, actor, audit, today};
use crate::access::{Act, Grant, Role, may_give, password, token};
use crate::refused::Refused;
use crate::store::port::{Row, Sql, Store, StoreError};
use survey::day::{DAY_MS, Day, Millis};
use survey::id::UnitId;
use survey::wire::code::Code;
use survey::wire::manager::{self as wire, NewAccount};

/// A session that has just begun.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The token for the cookie; only its digest is kept.
    pub token: String,
    /// Who.
    pub actor: Actor,
}

impl<S: Store> Directory<S> {
    /// Adds the first operator of an empty server. `is_code_right` is whether the request knew the
    /// set-up code.
    ///
    /// # Errors
    /// [`Code::AlreadySetUp`] once there is any account, [`Code::WrongCode`], [`Code::BadValue`].
    pub fn set_up(
        &self,
        now: Millis,
        is_code_right: bool,
        name: &str,
        password: &str,
    ) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            if sql.first("SELECT 1 FROM account", &[])?.is_some() {
                let message = "This server has an operator already. Sign in.";
                return Err(Refused::new(Code::AlreadySetUp, message));
            }
            if !is_code_right {
                return Err(Refused::new(Code::WrongCode, "The set-up code is wrong."));
            }
            let operator = NewAccount {
                account: name.to_owned(),
                password: password.to_owned(),
                grants: vec![wire::Grant {
                    role: Role::Operator,
                    node: None,
                }],
            };
            // The first operator's right has no beginning: a clock that is set back later must not
            // lock everybody out.
            add(sql, now, today(Millis(0))?, "set-up", &operator)
        })
    }

    /// Adds an account with rights that the caller may give away: at nodes of the caller's own,
    /// and only an operator makes operators.
    ///
    /// # Errors
    /// [`Code::AlreadyThere`], [`Code::BadValue`], [`Code::NotFound`] for a node, or
    /// the caller's own rights.
    pub fn add_account(
        &self,
        session: Option<&str>,
        now: Millis,
        account: &NewAccount,
    ) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            actor.must_be_able_to(Act::AddAccounts)?;
            for wanted in &account.grants {
                let above = match &wanted.node {
                    Some(node) => {
                        actor.must_be_able_to_at(Act::AddAccounts, sql, node)?;
                        with_all_above(sql, node)?
                    }
                    None => Vec::new(),
                };
                let gives = |own: &Grant| {
                    may_give(own.role, wanted.role) && own.allows(Act::AddAccounts, &above)
                };
                if !actor.grants.iter().any(gives) {
                    let message = "This account may not give that right.";
                    return Err(Refused::new(Code::NotAllowed, message));
                }
            }
            add(sql, now, today(now)?, &actor.name, account)
        })
    }

    /// Begins a session. A wrong password delays the next try with that name, existing or not.
    ///
    /// # Errors
    /// [`Code::WrongPassword`], [`Code::SlowDown`].
    pub fn sign_in(&self, now: Millis, name: &str, given: &str) -> Result<SignedIn, Refused> {
        let name_digest = token::digest(name);
        let (failures, kept) = self.0.atomically(|sql| {
            let attempt = sql.first(
                "SELECT failures, next_try_ms FROM attempt WHERE name_digest = ?1",
                &[name_digest.as_str().into()],
            )?;
            let failures = match attempt {
                Some(row) => {
                    let too_early = Millis(row.integer(1)?).since(now);
                    if too_early > 0 {
                        let wait_s = u32::try_from(too_early.div_euclid(1_000) + 1).unwrap_or(900);
                        return Err(Refused::slow_down(wait_s.min(900)));
                    }
                    row.integer(0)?
                }
                None => 0,
            };
            let kept = sql.first(
                "SELECT id, password FROM account WHERE name = ?1",
                &[name.into()],
            )?;
            Ok::<_, Refused>((failures, kept))
        })?;
        let kept_password = kept.as_ref().map(|row| row.text(1)).transpose()?;
        let is_right =
            given.len() <= password::LONGEST_BYTES && password::is_right(given, kept_password)?;
        let account = match kept {
            Some(row) if is_right => row.text(0)?.to_owned(),
            _ => {
                self.count_failure(now, &name_digest, failures + 1)?;
                let message = "The name or the password is wrong.";
                return Err(Refused::new(Code::WrongPassword, message));
            }
        };
        let token = token::draw()?;
        let digest = token::digest(&token);
        let actor = self.0.atomically(|sql| {
            sql.run(
                "DELETE FROM attempt WHERE name_digest = ?1",
                &[name_digest.as_str().into()],
            )?;
            sql.run(
                "DELETE FROM session WHERE began_ms < ?1",
                &[now.plus(-DAY_MS).0.into()],
            )?;
            sql.run(
                "INSERT INTO session VALUES (?1, ?2, ?3, ?3)",
                &[digest.as_str().into(), account.into(), now.0.into()],
            )?;
            audit(sql, now, name, "sign-in", "")?;
            actor(sql, Some(&digest), now)
        })?;
        Ok(SignedIn { token, actor })
    }

    fn count_failure(&self, now: Millis, name_digest: &str, failures: i64) -> Result<(), Refused> {
        let next_try = password::next_try(now, failures);
        self.0.atomically(|sql| {
            // Names that nobody tried for a day are forgotten, so that inventing names fills nothing.
            sql.run(
                "DELETE FROM attempt WHERE next_try_ms < ?1",
                &[now.plus(-DAY_MS).0.into()],
            )?;
            sql.run(
                "INSERT INTO attempt VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE
                 SET failures = excluded.failures, next_try_ms = excluded.next_try_ms",
                &[name_digest.into(), failures.into(), next_try.0.into()],
            )?;
            Ok(())
        })
    }

    /// Who is signed in.
    ///
    /// # Errors
    /// [`Code::SignedOut`].
    pub fn who(&self, session: Option<&str>, now: Millis) -> Result<Actor, Refused> {
        self.0.atomically(|sql| actor(sql, session, now))
    }

    /// Ends a session; ending none is no error.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn sign_out(&self, session: Option<&str>) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            Ok(sql.run(
                "DELETE FROM session WHERE digest = ?1",
                &[session.unwrap_or_default().into()],
            )?)
        })
    }
}

fn add(
    sql: &dyn Sql,
    now: Millis,
    from: Day,
    by: &str,
    account: &NewAccount,
) -> Result<(), Refused> {
    let name = account.account.as_str();
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '@');
    if name.is_empty() || name.len() > 64 || !name.chars().all(is_name) {
        let message = "A name has 1 to 64 letters, digits, or - _ . @.";
        return Err(Refused::new(Code::BadValue, message));
    }
    let length = account.password.chars().count();
    if length < password::SHORTEST || account.password.len() > password::LONGEST_BYTES {
        let message = "A password has 12 characters or more, and at most 256 bytes.";
        return Err(Refused::new(Code::BadValue, message));
    }
    let taken = sql.first("SELECT 1 FROM account WHERE name = ?1", &[name.into()])?;
    if taken.is_some() {
        return Err(Refused::new(Code::AlreadyThere, "This name is taken."));
    }
    if account.grants.is_empty() || account.grants.len() > 32 {
        let message = "An account has 1 to 32 grants.";
        return Err(Refused::new(Code::BadValue, message));
    }
    let id = token::digest(&token::draw()?);
    let hash = password::hash(&account.password, token::random()?)?;
    sql.run(
        "INSERT INTO account VALUES (?1, ?2, ?3)",
        &[id.as_str().into(), name.into(), hash.into()],
    )?;
    let from = from.to_string();
    for grant in &account.grants {
        sql.run(
            "INSERT INTO granted VALUES (?1, ?2, ?3, ?4, NULL)",
            &[
                id.as_str().into(),
                survey::wire::write(&grant.role).into(),
                grant.node.as_ref().map(UnitId::as_str).into(),
                from.as_str().into(),
            ],
        )?;
    }
    audit(sql, now, by, "add-account", name)?;
    Ok(())
}

/// The grants of an account that hold on a day.
pub(super) fn grants(sql: &dyn Sql, account: &str, day: Day) -> Result<Vec<Grant>, StoreError> {
    let rows = sql.rows(
        "SELECT role, node, valid_from, valid_to FROM granted WHERE account = ?1",
        &[account.into()],
    )?;
    let grants: Result<Vec<_>, _> = rows.iter().map(grant).collect();
    Ok(grants?
        .into_iter()
        .filter(|grant| grant.holds_on(day))
        .collect())
}

fn grant(row: &Row) -> Result<Grant, StoreError> {
    let damaged = || StoreError("a grant is damaged".into());
    let node = row.maybe_text(1)?.map(UnitId::parse).transpose();
    Ok(Grant {
        role: survey::wire::read(row.text(0)?).map_err(|_| damaged())?,
        node: node.map_err(|_| damaged())?,
        from: Day::parse(row.text(2)?).ok_or_else(damaged)?,
        to: row.maybe_text(3)?.and_then(Day::parse),
    })
}
