//! How many dossiers ended at each unit in each month: handed in by people, never counted from
//! answers. Never: a figure.

use super::units::{find, id_in, reached};
use super::{Directory, actor, audit, today};
use crate::access::Act;
use crate::refused::Refused;
use crate::store::port::{Row, Sql, Store, StoreError};
use std::collections::{BTreeMap, BTreeSet};
use survey::day::{Day, Millis};
use survey::id::UnitId;
use survey::wire::dossiers::{DossierCount, DossierError, DossierOutcome, DossierProblem};
use survey::wire::review::Review;

/// The most dossiers of a unit and month.
const MOST_DOSSIERS: u64 = 1_000_000;

impl<S: Store> Directory<S> {
    /// The counts of the units whose figures an account may see, by unit and month.
    ///
    /// # Errors
    /// [`survey::wire::code::Code::SignedOut`].
    pub fn dossiers(
        &self,
        session: Option<&str>,
        now: Millis,
    ) -> Result<Vec<DossierCount>, Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            let mut seen: BTreeSet<UnitId> = BTreeSet::new();
            for act in [Act::SeeFigures, Act::CountDossiers] {
                seen.extend(reached(sql, &actor, act)?.into_iter().map(|unit| unit.id));
            }
            let rows = sql.rows(
                "SELECT unit, month, dossiers FROM dossier ORDER BY unit, month",
                &[],
            )?;
            let counts = rows.iter().map(count).collect::<Result<Vec<_>, _>>()?;
            let may_see = |count: &DossierCount| seen.contains(&count.unit);
            Ok(counts.into_iter().filter(may_see).collect())
        })
    }

    /// Writes counts down, each by the number of its row, or says what is wrong with which row; nothing
    /// is changed then, nor on a dry run.
    ///
    /// # Errors
    /// The caller's own rights.
    pub fn change_dossiers(
        &self,
        session: Option<&str>,
        now: Millis,
        wanted: &[(u32, DossierCount)],
        is_dry: bool,
    ) -> Result<DossierOutcome, Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            actor.must_be_able_to(Act::CountDossiers)?;
            let this_month = today(now)?.month_slice();
            let (mut outcome, mut rows) = (DossierOutcome::default(), BTreeSet::new());
            for (row, count) in wanted {
                let unit = &count.unit;
                let may = actor
                    .must_be_able_to_at(Act::CountDossiers, sql, unit)
                    .is_ok();
                let collects = find(sql, unit)?.is_some_and(|unit| unit.collects);
                let is_month = Day::parse(&format!("{}-01", count.month)).is_some();
                let problem = if !may || !collects {
                    Some(DossierProblem::NoUnit)
                } else if !is_month || count.month > this_month {
                    Some(DossierProblem::BadMonth)
                } else if count.dossiers > MOST_DOSSIERS {
                    Some(DossierProblem::BadNumber)
                } else if !rows.insert((unit, &count.month)) {
                    Some(DossierProblem::Twice)
                } else {
                    None
                };
                let row = *row;
                outcome
                    .errors
                    .extend(problem.map(|problem| DossierError { row, problem }));
                match known(sql, count)? {
                    None => outcome.added += 1,
                    Some(same) if same == count.dossiers => outcome.same += 1,
                    Some(_) => outcome.changed += 1,
                }
            }
            if !outcome.errors.is_empty() {
                return Ok(DossierOutcome {
                    errors: outcome.errors,
                    ..DossierOutcome::default()
                });
            }
            let is_something = outcome.added + outcome.changed > 0;
            if !is_dry && is_something {
                for (_, count) in wanted {
                    write_down(sql, count)?;
                }
                let subject = format!("{} added {} changed", outcome.added, outcome.changed);
                audit(sql, now, &actor.name, "count-dossiers", &subject)?;
            }
            Ok(outcome)
        })
    }

    /// Permits somebody to read a unit's comments, and writes it down before they are read (S13).
    ///
    /// # Errors
    /// The caller's own rights.
    pub fn permit_comments(
        &self,
        session: Option<&str>,
        now: Millis,
        unit: &UnitId,
    ) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            actor.must_be_able_to_at(Act::SeeFigures, sql, unit)?;
            Ok(audit(sql, now, &actor.name, "comment-view", unit.as_str())?)
        })
    }

    /// Permits somebody to read a unit's comments that may name somebody, or to decide on one, and writes
    /// it down before it is done: without its words.
    ///
    /// # Errors
    /// The caller's own rights.
    pub fn permit_review(
        &self,
        session: Option<&str>,
        now: Millis,
        unit: &UnitId,
        decision: Option<Review>,
    ) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            actor.must_be_able_to_at(Act::ReviewComments, sql, unit)?;
            let act = match decision {
                None => "comment-review",
                Some(Review::Show) => "comment-show",
                Some(Review::Keep) => "comment-keep",
            };
            Ok(audit(sql, now, &actor.name, act, unit.as_str())?)
        })
    }

    /// The units directly below a unit, by their names, each with the kind of unit that it may be
    /// compared with: communes, wards and special zones apart.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn children(&self, unit: &UnitId) -> Result<Vec<(UnitId, String)>, Refused> {
        self.0.atomically(|sql| {
            let rows = sql.rows(
                "SELECT id, kind, name_vi FROM unit WHERE parent = ?1 ORDER BY name_vi, id",
                &[unit.as_str().into()],
            )?;
            let child = |row: &Row| {
                let kind = match (row.text(1)?, row.text(2)?) {
                    ("commune", name) if name.starts_with("Phường ") => "ward",
                    ("commune", name) if name.starts_with("Đặc khu ") => "special-zone",
                    (kind, _) => kind,
                };
                Ok((id_in(row.text(0)?)?, kind.to_owned()))
            };
            Ok(rows.iter().map(child).collect::<Result<_, StoreError>>()?)
        })
    }

    /// The dossiers at and below a unit, by month, where every unit that collects answers there in that
    /// month has a count.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn eligible(&self, root: &UnitId) -> Result<Vec<(String, u64)>, Refused> {
        self.0.atomically(|sql| {
            let below = "WITH RECURSIVE below (id) AS (
                   SELECT ?1 UNION SELECT unit.id FROM unit JOIN below ON unit.parent = below.id)";
            let root = [root.as_str().into()];
            let units = sql.rows(
                &format!(
                    "{below} SELECT substr(valid_from, 1, 7), substr(ifnull(valid_to, '9999'), 1, 7)
                     FROM unit JOIN below ON below.id = unit.id WHERE collects = 1"
                ),
                &root,
            )?;
            let units: Vec<(&str, &str)> = units
                .iter()
                .map(|row| Ok((row.text(0)?, row.text(1)?)))
                .collect::<Result<_, StoreError>>()?;
            let rows = sql.rows(
                &format!(
                    "{below} SELECT dossier.unit, month, dossiers
                     FROM dossier JOIN below ON below.id = dossier.unit ORDER BY month"
                ),
                &root,
            )?;
            let mut months: BTreeMap<String, (usize, u64)> = BTreeMap::new();
            for row in &rows {
                let count = count(row)?;
                let (units, sum) = months.entry(count.month).or_default();
                *units += 1;
                *sum += count.dossiers;
            }
            let whole = months.into_iter().filter(|(month, (counted, _))| {
                let valid =
                    |(from, to): &&(&str, &str)| *from <= month.as_str() && month.as_str() <= *to;
                units.iter().filter(valid).count() <= *counted
            });
            Ok(whole.map(|(month, (_, sum))| (month, sum)).collect())
        })
    }
}

fn known(sql: &dyn Sql, count: &DossierCount) -> Result<Option<u64>, StoreError> {
    let row = sql.first(
        "SELECT dossiers FROM dossier WHERE unit = ?1 AND month = ?2",
        &[count.unit.as_str().into(), count.month.as_str().into()],
    )?;
    row.map(|row| u64::try_from(row.integer(0)?).map_err(|_| damaged()))
        .transpose()
}

fn write_down(sql: &dyn Sql, count: &DossierCount) -> Result<(), StoreError> {
    sql.run(
        "INSERT INTO dossier VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET dossiers = excluded.dossiers",
        &[
            count.unit.as_str().into(),
            count.month.as_str().into(),
            i64::try_from(count.dossiers).map_err(|_| damaged())?.into(),
        ],
    )
}

fn count(row: &Row) -> Result<DossierCount, StoreError> {
    Ok(DossierCount {
        unit: id_in(row.text(0)?)?,
        month: row.text(1)?.to_owned(),
        dossiers: u64::try_from(row.integer(2)?).map_err(|_| damaged())?,
    })
}

fn damaged() -> StoreError {
    StoreError("a count of dossiers is damaged".into())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{NOW, account, directory, id, signed_in};
    use super::*;
    use survey::wire::code::Code;
    use survey::wire::manager::Role;

    fn count(unit: &str, month: &str, dossiers: u64) -> (u32, DossierCount) {
        let count = DossierCount {
            unit: id(unit),
            month: month.into(),
            dossiers,
        };
        (2, count)
    }

    #[test]
    fn d5_dossiers_are_changed_all_or_none_and_never_by_a_dry_run() {
        let (directory, operator) = directory();
        let change = |counts: &[(u32, DossierCount)], is_dry| {
            directory
                .change_dossiers(Some(&operator), NOW, counts, is_dry)
                .unwrap()
        };
        let first = [count("33.1", "2026-10", 120), count("33.2", "2026-10", 80)];
        assert_eq!(change(&first, true).added, 2);
        assert_eq!(directory.dossiers(Some(&operator), NOW).unwrap(), []);
        assert_eq!(change(&first, false).added, 2);
        let again = [count("33.1", "2026-10", 121), count("33.2", "2026-10", 80)];
        let outcome = change(&again, false);
        assert_eq!((outcome.added, outcome.changed, outcome.same), (0, 1, 1));
        let log = directory.audit_page(Some(&operator), NOW, &super::super::Filter::default());
        let told = log.unwrap().lines.into_iter();
        let told = told.filter(|line| line.act == "count-dossiers");
        let mut told: Vec<_> = told.map(|line| line.subject).collect();
        told.sort();
        assert_eq!(told, ["0 added 1 changed", "2 added 0 changed"]);
        let bad = [
            count("33.1", "2026-09", 1),
            count("33.9", "2026-09", 1),
            count("33.1", "2026-12", 1),
            count("33.1", "2026-9", 1),
            count("33.2", "2026-09", 1_000_001),
            count("33.1", "2026-09", 2),
        ];
        let problems: Vec<_> = change(&bad, false)
            .errors
            .iter()
            .map(|it| it.problem)
            .collect();
        assert_eq!(
            problems,
            [
                DossierProblem::NoUnit,
                DossierProblem::BadMonth,
                DossierProblem::BadMonth,
                DossierProblem::BadNumber,
                DossierProblem::Twice,
            ]
        );
        assert_eq!(directory.dossiers(Some(&operator), NOW).unwrap().len(), 2);
    }

    #[test]
    fn d5_a_month_is_known_where_every_unit_that_collects_has_its_count() {
        let (directory, operator) = directory();
        let change = |count| {
            directory
                .change_dossiers(Some(&operator), NOW, &[count], false)
                .unwrap()
        };
        change(count("33.1", "2026-10", 120));
        assert_eq!(directory.eligible(&id("33")).unwrap(), []);
        assert_eq!(
            directory.eligible(&id("33.1")).unwrap(),
            [("2026-10".to_owned(), 120)]
        );
        change(count("33.2", "2026-10", 80));
        change(count("33", "2026-10", 5));
        assert_eq!(
            directory.eligible(&id("33")).unwrap(),
            [("2026-10".to_owned(), 205)]
        );
    }

    #[test]
    fn s4_dossiers_of_other_subtrees_are_neither_seen_nor_changed() {
        let (directory, operator) = directory();
        for (name, role) in [("qt", Role::Admin), ("ld", Role::Manager)] {
            let account = account(name, role, Some("33"));
            directory
                .add_account(Some(&operator), NOW, &account)
                .unwrap();
        }
        let all = [count("33.1", "2026-10", 120), count("34.1", "2026-10", 80)];
        directory
            .change_dossiers(Some(&operator), NOW, &all, false)
            .unwrap();
        let admin = signed_in(&directory, "qt");
        let seen = directory.dossiers(Some(&admin), NOW).unwrap();
        assert_eq!(seen.len(), 1);
        let outcome = directory
            .change_dossiers(Some(&admin), NOW, &all, false)
            .unwrap();
        assert_eq!(outcome.errors[0].problem, DossierProblem::NoUnit);
        let manager = signed_in(&directory, "ld");
        let refused = directory.change_dossiers(Some(&manager), NOW, &all, false);
        assert_eq!(refused.unwrap_err().code, Code::NotAllowed);
    }

    #[test]
    fn p13_s13_who_reads_comments_is_in_the_log() {
        let (directory, operator) = directory();
        let account = account("ld", Role::Manager, Some("33"));
        directory
            .add_account(Some(&operator), NOW, &account)
            .unwrap();
        let manager = signed_in(&directory, "ld");
        directory
            .permit_comments(Some(&manager), NOW, &id("33.1"))
            .unwrap();
        let refused = directory.permit_comments(Some(&manager), NOW, &id("34.1"));
        assert_eq!(refused.unwrap_err().code, Code::NotFound);
        let refused = directory.permit_comments(Some(&operator), NOW, &id("33.1"));
        assert_eq!(refused.unwrap_err().code, Code::NotAllowed);
        let views = directory.0.atomically(|sql| {
            sql.rows(
                "SELECT actor, subject FROM audit WHERE act = 'comment-view'",
                &[],
            )
        });
        let views: Result<_, StoreError> = views;
        let views = views.unwrap();
        assert_eq!(views.len(), 1);
        assert_eq!((views[0].text(0), views[0].text(1)), (Ok("ld"), Ok("33.1")));
    }

    #[test]
    fn p13_s4_an_administrator_reviews_comments_and_nobody_else() {
        let (directory, operator) = directory();
        for (name, role) in [
            ("qt", Role::Admin),
            ("ld", Role::Manager),
            ("kt", Role::Auditor),
        ] {
            let wanted = account(name, role, Some("33"));
            directory
                .add_account(Some(&operator), NOW, &wanted)
                .unwrap();
        }
        let may = |who: &str, unit: &str, decision| {
            let session = signed_in(&directory, who);
            let permit = directory.permit_review(Some(&session), NOW, &id(unit), decision);
            permit.map_err(|refused| refused.code)
        };
        assert_eq!(may("qt", "33.1", None), Ok(()));
        assert_eq!(may("qt", "34.1", None), Err(Code::NotFound));
        for who in ["ld", "kt"] {
            assert_eq!(may(who, "33.1", None), Err(Code::NotAllowed), "{who}");
            let decided = may(who, "33.1", Some(Review::Show));
            assert_eq!(decided, Err(Code::NotAllowed), "{who}");
        }
        assert_eq!(may("qt", "33.1", Some(Review::Keep)), Ok(()));
        let acts = directory
            .0
            .atomically(|sql| sql.rows("SELECT act FROM audit WHERE act LIKE 'comment%'", &[]));
        let acts: Result<_, StoreError> = acts;
        let acts = acts.unwrap();
        let acts: Vec<_> = acts.iter().map(|row| row.text(0).unwrap()).collect();
        assert_eq!(acts, ["comment-review", "comment-keep"]);
    }
}
