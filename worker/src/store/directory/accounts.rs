//! Accounts, grants, sessions.

use super::units::with_all_above;
use super::{Actor, Directory, actor, audit, today};
use crate::access::{Act, Grant, Role, guesses, may_give, password, token};
use crate::refused::Refused;
use crate::store::port::{Row, Sql, Store, StoreError};
use survey::day::{DAY_MS, Day, MINUTE_MS, Millis};
use survey::id::UnitId;
use survey::wire::code::Code;
use survey::wire::manager::{NewAccount, NewGrant};

/// A session that has just begun.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The token for the cookie; only its digest is kept.
    pub token: String,
    /// The token by which this browser will be known.
    pub browser: String,
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
                grants: vec![NewGrant::open(Role::Operator, None)],
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
    /// [`Code::AlreadyThere`], [`Code::BadValue`], [`Code::ProveAgain`], [`Code::NotFound`] for a node,
    /// or the caller's own rights.
    pub fn add_account(
        &self,
        session: Option<&str>,
        now: Millis,
        account: &NewAccount,
    ) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            actor.must_be_able_to(Act::AddAccounts)?;
            actor.must_be_proved(now)?;
            for wanted in &account.grants {
                must_be_able_to_give(sql, &actor, wanted.role, wanted.node.as_ref())?;
            }
            add(sql, now, today(now)?, &actor.name, account)
        })
    }

    /// Begins a session. A wrong password delays the next try with that name, existing or not; in a
    /// browser where this account signed in before (`browser` is its token's digest) only what was
    /// tried there counts, so that a stranger's tries lock nobody out. From browsers that nobody knows
    /// only so many passwords are checked in a minute ([`password::MOST_OF_STRANGERS_A_MINUTE`]): the
    /// others hear to wait, at once, whatever they tried.
    ///
    /// # Errors
    /// [`Code::WrongPassword`], [`Code::SlowDown`].
    pub fn sign_in(
        &self,
        now: Millis,
        name: &str,
        given: &str,
        browser: Option<&str>,
    ) -> Result<SignedIn, Refused> {
        let account = self.check(now, name, given, browser)?;
        self.0
            .atomically(|sql| begin(sql, now, &account, browser, "sign-in"))
    }

    /// The id of the account with this name and password; every wrong try delays the next.
    pub(super) fn check(
        &self,
        now: Millis,
        name: &str,
        given: &str,
        browser: Option<&str>,
    ) -> Result<String, Refused> {
        let (name_digest, is_known) = self.throttle(name, browser)?;
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
            if !is_known {
                admit_a_stranger(sql, now)?;
            }
            let kept = sql.first(
                "SELECT id, password FROM account WHERE name = ?1",
                &[name.into()],
            )?;
            Ok::<_, Refused>((failures, kept))
        })?;
        let kept_password = kept.as_ref().map(|row| row.text(1)).transpose()?;
        let is_right =
            given.len() <= password::LONGEST_BYTES && password::is_right(given, kept_password)?;
        let is_account = kept.is_some();
        match kept {
            Some(row) if is_right => {
                self.0.atomically(|sql| {
                    sql.run(
                        "DELETE FROM attempt WHERE name_digest = ?1",
                        &[name_digest.as_str().into()],
                    )
                })?;
                Ok(row.text(0)?.to_owned())
            }
            _ => {
                self.count_failure(now, &name_digest, failures + 1)?;
                if is_account {
                    // Its owner's account is tried: the delay keeps these lines few.
                    self.0
                        .atomically(|sql| audit(sql, now, name, "wrong-password", ""))?;
                }
                let message = "The name or the password is wrong.";
                Err(Refused::new(Code::WrongPassword, message))
            }
        }
    }

    /// Under which digest wrong passwords for a name are counted, and whether the account signed in
    /// with this browser before.
    fn throttle(&self, name: &str, browser: Option<&str>) -> Result<(String, bool), Refused> {
        let Some(browser) = browser else {
            return Ok((token::digest(name), false));
        };
        let known = self.0.atomically(|sql| {
            sql.first(
                "SELECT 1 FROM browser JOIN account ON account.id = browser.account
                 WHERE account.name = ?1 AND digest = ?2",
                &[name.into(), browser.into()],
            )
        })?;
        Ok(match known {
            Some(_) => (token::digest(&[name, browser].join("\n")), true),
            None => (token::digest(name), false),
        })
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

/// Begins a session of an account that has shown who it is, in a browser that may be known and gets
/// another token in the place of its last one.
pub(super) fn begin(
    sql: &dyn Sql,
    now: Millis,
    account: &str,
    known: Option<&str>,
    act: &str,
) -> Result<SignedIn, Refused> {
    let (token, browser) = (token::draw()?, token::draw()?);
    let digest = token::digest(&token);
    sql.run(
        "DELETE FROM browser WHERE account = ?1 AND digest = ?2",
        &[account.into(), known.unwrap_or_default().into()],
    )?;
    remember(sql, account, &token::digest(&browser), now)?;
    sql.run(
        "DELETE FROM session WHERE began_ms < ?1",
        &[now.plus(-DAY_MS).0.into()],
    )?;
    sql.run(
        "INSERT INTO session VALUES (?1, ?2, ?3, ?3)",
        &[digest.as_str().into(), account.into(), now.0.into()],
    )?;
    let actor = actor(sql, Some(&digest), now)?;
    audit(sql, now, &actor.name, act, "")?;
    Ok(SignedIn {
        token,
        browser,
        actor,
    })
}

/// Refuses a right that no grant of the caller's may give at that node.
pub(super) fn must_be_able_to_give(
    sql: &dyn Sql,
    actor: &Actor,
    role: Role,
    node: Option<&UnitId>,
) -> Result<(), Refused> {
    if let Some(node) = node {
        actor.must_be_able_to_at(Act::AddAccounts, sql, node)?;
    }
    if gives(sql, actor, role, node)? {
        return Ok(());
    }
    let message = "This account may not give that right.";
    Err(Refused::new(Code::NotAllowed, message))
}

/// Refuses a right whose last day comes before its first.
pub(super) fn must_end_after(from: Day, to: Option<Day>) -> Result<(), Refused> {
    if to.is_some_and(|to| to < from) {
        let message = "A right ends after it begins.";
        return Err(Refused::new(Code::BadValue, message));
    }
    Ok(())
}

/// Whether a grant of the caller's may give, and take, a right at a node.
pub(super) fn gives(
    sql: &dyn Sql,
    actor: &Actor,
    role: Role,
    node: Option<&UnitId>,
) -> Result<bool, StoreError> {
    let above = node.map_or(Ok(Vec::new()), |node| with_all_above(sql, node))?;
    let gives = |own: &Grant| may_give(own.role, role) && own.allows(Act::AddAccounts, &above);
    Ok(actor.grants.iter().any(gives))
}

/// Takes one of the checks that are left to browsers nobody knows. Each takes 19 MiB and tens of
/// milliseconds of the one thread that also takes in answers.
fn admit_a_stranger(sql: &dyn Sql, now: Millis) -> Result<(), Refused> {
    let since = now.plus(-MINUTE_MS).0.into();
    sql.run(
        "DELETE FROM stranger WHERE at_ms < ?1 OR at_ms > ?2",
        &[since, now.0.into()],
    )?;
    let checked = sql.first("SELECT count(*), min(at_ms) FROM stranger", &[])?;
    if let Some(row) = checked
        && row.integer(0)? >= password::MOST_OF_STRANGERS_A_MINUTE
    {
        let ends = Millis(row.integer(1)?).plus(MINUTE_MS);
        let wait_s = u32::try_from(ends.since(now).div_euclid(1_000) + 1).unwrap_or(60);
        return Err(Refused::slow_down(wait_s));
    }
    Ok(sql.run("INSERT INTO stranger VALUES (?1)", &[now.0.into()])?)
}

/// Remembers a browser, and of an account's browsers the ten last ones.
fn remember(sql: &dyn Sql, account: &str, digest: &str, now: Millis) -> Result<(), StoreError> {
    sql.run(
        "INSERT INTO browser VALUES (?1, ?2, ?3)",
        &[digest.into(), account.into(), now.0.into()],
    )?;
    sql.run(
        "DELETE FROM browser WHERE account = ?1 AND digest NOT IN (
           SELECT digest FROM browser WHERE account = ?1 ORDER BY seen_ms DESC, digest LIMIT 10)",
        &[account.into()],
    )
}

/// Refuses a password that is too short or too long.
pub(super) fn must_be_long(password: &str) -> Result<(), Refused> {
    let length = password.chars().count();
    if length < password::SHORTEST || password.len() > password::LONGEST_BYTES {
        let message = "A password has 12 characters or more, and at most 256 bytes.";
        return Err(Refused::new(Code::BadValue, message));
    }
    Ok(())
}

/// Refuses a password that is among the first that are tried for an account of this name.
pub(super) fn must_not_be_guessed(password: &str, name: &str) -> Result<(), Refused> {
    if guesses::is_guessed_first(password, name) {
        let message =
            "This password is among the first that are tried. Choose a sentence of your own.";
        return Err(Refused::new(Code::BadValue, message));
    }
    Ok(())
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
    // A name such as `..` would be a place in an address: nobody could keep that account any more.
    let names = |c: char| c.is_ascii_alphanumeric();
    if name.len() > 64 || !name.chars().all(is_name) || !name.chars().any(names) {
        let message =
            "A name has 1 to 64 letters, digits, or - _ . @, a letter or digit among them.";
        return Err(Refused::new(Code::BadValue, message));
    }
    must_be_long(&account.password)?;
    must_not_be_guessed(&account.password, name)?;
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
    for grant in &account.grants {
        let from = grant.from.unwrap_or(from);
        must_end_after(from, grant.to)?;
        sql.run(
            "INSERT INTO granted VALUES (?1, ?2, ?3, ?4, ?5)",
            &[
                id.as_str().into(),
                survey::wire::write(&grant.role).into(),
                grant.node.as_ref().map(UnitId::as_str).into(),
                from.to_string().into(),
                grant.to.map(|day| day.to_string()).into(),
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

pub(super) fn grant(row: &Row) -> Result<Grant, StoreError> {
    let damaged = || StoreError("a grant is damaged".into());
    let node = row.maybe_text(1)?.map(UnitId::parse).transpose();
    Ok(Grant {
        role: survey::wire::read(row.text(0)?).map_err(|_| damaged())?,
        node: node.map_err(|_| damaged())?,
        from: Day::parse(row.text(2)?).ok_or_else(damaged)?,
        to: row.maybe_text(3)?.and_then(Day::parse),
    })
}
