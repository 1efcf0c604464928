//! What the Directory is asked about accounts and the audit log. Never: a decision.

use super::{Asked, answer};
use crate::refused::Refused;
use crate::sheet;
use crate::store::directory::{Directory, Filter};
use crate::store::port::Store;
use survey::day::{DAY_MS, Day, Millis, VIETNAM_MS};
use survey::wire::code::Code;
use survey::wire::people::{Accounts, AuditLine, NewGrants, NewPassword, OwnPassword, Proof};
use worker::Response;

/// Answers one verb; `None` when it is not one of these. `subject` is what follows the verb.
pub fn answer<S: Store>(
    rows: &Directory<S>,
    asked: &Asked,
    verb: &str,
    subject: &str,
) -> Option<Result<Response, Refused>> {
    let (session, now) = (asked.session.as_deref(), asked.now);
    let browser = asked.browser.as_deref();
    let done = |result: Result<(), Refused>| Some(result.map(|()| answer::done()));
    match verb {
        "accounts" => {
            let accounts = rows.accounts(session, now);
            Some(accounts.map(|accounts| answer::message(&Accounts { accounts })))
        }
        "set-grants" => {
            let wanted = asked.message::<NewGrants>();
            done(wanted.and_then(|wanted| rows.set_grants(session, now, subject, &wanted)))
        }
        "recover" => {
            let wanted = asked.message::<NewPassword>();
            done(wanted.and_then(|new| rows.recover(session, now, subject, &new.password)))
        }
        "prove" => {
            let given = asked.message::<Proof>();
            let proved = given.and_then(|given| rows.prove(session, now, &given.password, browser));
            Some(proved.and_then(|token| answer::with_session(&token)))
        }
        "change-password" => {
            let wanted = asked.message::<OwnPassword>();
            done(wanted.and_then(|OwnPassword { old, new }| {
                rows.change_password(session, now, (&old, &new), browser)
            }))
        }
        "revoke-key" => done(rows.revoke_key(session, now, subject)),
        "drop-passkey" => done(rows.drop_passkey(session, now, subject)),
        "sign-out-everywhere" => done(rows.sign_out_everywhere(session, now)),
        "audit" => {
            let page = filter(asked).and_then(|filter| rows.audit_page(session, now, &filter));
            Some(page.map(|page| answer::message(&page)))
        }
        "audit-file" => {
            let lines = filter(asked).and_then(|filter| rows.audit_file(session, now, &filter));
            Some(lines.map(|lines| answer::message(&file(&lines))))
        }
        _ => None,
    }
}

fn file(lines: &[AuditLine]) -> String {
    let row = |line: &AuditLine| {
        vec![
            line.no.to_string(),
            utc(line.at),
            line.actor.clone(),
            line.act.clone(),
            line.subject.clone(),
        ]
    };
    let head = ["no", "at_utc", "actor", "act", "subject"];
    sheet::file(&head, lines.iter().map(row))
}

/// An instant as 2026-11-23T03:04:05Z.
fn utc(at: Millis) -> String {
    let day = Day::of(at.plus(-VIETNAM_MS));
    let seconds = at.0.rem_euclid(DAY_MS) / 1_000;
    let (hour, minute) = (seconds / 3_600, seconds / 60 % 60);
    let day = day.map_or_else(String::new, |day| day.to_string());
    format!("{day}T{hour:02}:{minute:02}:{:02}Z", seconds % 60)
}

/// The query of a request for the log.
fn filter(asked: &Asked) -> Result<Filter, Refused> {
    let bad = || {
        let message =
            "Ask with before=NO, actor=NAME, act=WORD, from=DAY, to=DAY, each at most once.";
        Refused::new(Code::BadValue, message)
    };
    let query: String = asked.message()?;
    let mut filter = Filter::default();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').ok_or_else(bad)?;
        let day = || Day::parse(value).ok_or_else(bad);
        let text = || Some(value.to_owned());
        let is_twice = match key {
            "before" => {
                let no = value.parse().ok().filter(|no| (0..1 << 53).contains(no));
                filter.before.replace(no.ok_or_else(bad)?).is_some()
            }
            "actor" => std::mem::replace(&mut filter.actor, text()).is_some(),
            "act" => std::mem::replace(&mut filter.act, text()).is_some(),
            "from" => filter.from.replace(day()?).is_some(),
            "to" => filter.to.replace(day()?).is_some(),
            _ => true,
        };
        if is_twice {
            return Err(bad());
        }
    }
    Ok(filter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s13_instants_are_told_in_utc() {
        assert_eq!(utc(Millis(1_795_402_800_000)), "2026-11-23T03:00:00Z");
        assert_eq!(
            utc(Millis(1_795_392_000_000 - 1_000)),
            "2026-11-22T23:59:59Z"
        );
    }
}
