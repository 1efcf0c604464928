//! Whatever the Directory is asked by whomever, it names no unit outside of the caller's own (rule S4).

use super::tests::{NOW, PASSWORD, code, directory, id, signed_in, unit};
use super::{Directory, Filter};
use crate::access::Act;
use crate::refused::Refused;
use crate::store::sqlite::Sqlite;
use std::collections::BTreeSet;
use survey::day::Day;
use survey::id::DeviceId;
use survey::wire::manager::{NewAccount, NewGrant, Role, Unit};
use survey::wire::people::{DatedGrant, NewGrants};
use survey::wire::write;

/// Trees that are tried; a tenth of a second each.
const TREES: u64 = 24;
const ACCOUNTS: usize = 4;

/// Numbers that look random and are the same each time (`SplitMix64`).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % n as u64).unwrap()
    }
}

const ROLES: [Role; 5] = [
    Role::Operator,
    Role::Admin,
    Role::Manager,
    Role::Auditor,
    Role::Staff,
];

const ACTS: [Act; 8] = [
    Act::SeeFigures,
    Act::SeeCoverage,
    Act::SeeDevices,
    Act::EnrolDevices,
    Act::AddUnits,
    Act::AddAccounts,
    Act::SeeAudit,
    Act::SeeQuarantine,
];

/// A deployment whose units have ids that occur in no other text.
struct Country {
    directory: Directory<Sqlite>,
    operator: String,
    parents: Vec<Option<usize>>,
    devices: Vec<DeviceId>,
}

fn name(at: usize) -> String {
    format!("zz{at}zz")
}

/// The days of a right: it runs today, is over, or has not begun.
fn days(dice: &mut Dice) -> (Day, Option<Day>) {
    let few = |dice: &mut Dice| i64::try_from(dice.below(7)).unwrap();
    let from = Day::of(NOW).unwrap().plus(few(dice) - 3);
    let last = from.plus(few(dice));
    (from, (dice.below(2) == 0).then_some(last))
}

impl Country {
    fn founded(dice: &mut Dice) -> Self {
        let (directory, operator) = directory();
        let session = Some(operator.as_str());
        let count = 4 + dice.below(20);
        let parent =
            |n: usize, dice: &mut Dice| (n > 0 && dice.below(5) > 0).then(|| dice.below(n));
        let parents: Vec<_> = (0..count).map(|n| parent(n, dice)).collect();
        let units: Vec<_> = (0..count)
            .map(|n| unit(&name(n), parents[n].map(name).as_deref()))
            .collect();
        directory.add_units(session, NOW, &units).unwrap();
        let mut devices = Vec::new();
        for at in 0..count {
            if dice.below(2) == 0 {
                let right = code(&directory, &operator, &name(at));
                devices.push(directory.enrol(NOW, &right, "a key").unwrap().id);
            }
        }
        // The last unit has none below it: it may be closed, with successors anywhere.
        let heirs = (0..=dice.below(2)).map(|_| id(&name(dice.below(count - 1))));
        let closed = Unit {
            valid_to: Day::of(NOW),
            successors: heirs.collect::<BTreeSet<_>>().into_iter().collect(),
            ..units[count - 1].clone()
        };
        let done = directory.change_units(session, NOW, &[(1, closed)], false);
        assert!(done.unwrap().done);
        for n in 0..ACCOUNTS {
            let grants = (0..=dice.below(3)).map(|_| {
                let (from, to) = days(dice);
                NewGrant {
                    role: ROLES[dice.below(5)],
                    node: Some(id(&name(dice.below(count)))),
                    from: Some(from),
                    to,
                }
            });
            let new = NewAccount {
                account: format!("account-{n}"),
                password: PASSWORD.into(),
                grants: grants.collect(),
            };
            directory.add_account(session, NOW, &new).unwrap();
        }
        Self {
            directory,
            operator,
            parents,
            devices,
        }
    }

    /// The nodes of the rights that an account has today, by their days alone.
    fn nodes_of(&self, account: &str) -> Vec<String> {
        let all = self.directory.accounts(Some(&self.operator), NOW).unwrap();
        let own = all.into_iter().find(|row| row.account == account);
        let today = Day::of(NOW).unwrap();
        let runs =
            |grant: &DatedGrant| grant.from <= today && grant.to.is_none_or(|last| last >= today);
        let running = own.unwrap().grants.into_iter().filter(runs);
        running
            .filter_map(|grant| Some(grant.node?.to_string()))
            .collect()
    }

    /// The units at or below one of these, by their names.
    fn within(&self, nodes: &[String]) -> BTreeSet<String> {
        let reaches = |at: &usize| {
            let mut path = std::iter::successors(Some(*at), |at| self.parents[*at]);
            path.any(|above| nodes.contains(&name(above)))
        };
        (0..self.parents.len()).filter(reaches).map(name).collect()
    }

    /// Everything that somebody may be answered about a unit, another one and a device.
    fn replies(
        &self,
        own: &str,
        (one, other): (&str, &str),
        device: Option<&DeviceId>,
    ) -> Vec<String> {
        let own = Some(own);
        let directory = &self.directory;
        let target = id(one);
        let told = |no: Refused| no.message;
        let mut replies = vec![
            format!("{:?}", directory.units(own, NOW).map(|units| write(&units))),
            format!("{:?}", directory.devices(own, NOW)),
            format!(
                "{:?}",
                directory.accounts(own, NOW).map(|rows| write(&rows))
            ),
            format!(
                "{:?}",
                directory
                    .audit_page(own, NOW, &Filter::default())
                    .map(|page| write(&page))
            ),
            format!(
                "{:?}",
                directory
                    .audit_file(own, NOW, &Filter::default())
                    .map(|lines| write(&lines))
            ),
            format!(
                "{:?}",
                directory.seen_counting(own, NOW, Act::SeeQuarantine)
            ),
            format!(
                "{:?}",
                directory
                    .draw_code(own, NOW, &target, "{}")
                    .map(drop)
                    .map_err(told)
            ),
        ];
        let permitted = ACTS.map(|act| directory.permit(own, NOW, act, &target).map_err(told));
        replies.push(format!("{permitted:?}"));
        let mut merged = unit(one, None);
        merged.valid_to = Day::of(NOW);
        merged.successors = vec![id(other)];
        for mut wanted in [unit(one, Some(other)), unit(one, None), merged] {
            wanted.name.vi = "Xã khác".into();
            let outcome = directory.change_units(own, NOW, &[(1, wanted)], true);
            replies.push(format!(
                "{:?}",
                outcome.map(|outcome| write(&outcome)).map_err(told)
            ));
        }
        let grants = NewGrants {
            grants: vec![DatedGrant {
                role: Role::Staff,
                node: Some(target.clone()),
                from: Day::of(NOW).unwrap(),
                to: None,
            }],
        };
        for n in 0..ACCOUNTS {
            let name = format!("account-{n}");
            let set = directory.set_grants(own, NOW, &name, &grants);
            replies.push(format!("{:?}", set.map_err(told)));
        }
        if let Some(device) = device {
            let known = directory.changeable(own, NOW, device);
            replies.push(format!(
                "{:?}",
                known
                    .as_ref()
                    .map(|known| &known.unit)
                    .map_err(|no| &no.message)
            ));
            if let Ok(known) = known {
                let moved = directory.repost(own, NOW, &known, &known.post, Some(&target));
                replies.push(format!("{:?}", moved.map_err(told)));
            }
            replies.push(format!(
                "{:?}",
                directory.revoke(own, NOW, device).map_err(told)
            ));
        }
        replies
    }
}

#[test]
fn s4_no_reply_ever_names_a_unit_outside_the_grants() {
    let (mut none, mut some) = (0, 0);
    for seed in 0..TREES {
        let mut dice = Dice(seed);
        let country = Country::founded(&mut dice);
        let count = country.parents.len();
        for n in 0..ACCOUNTS {
            let account = format!("account-{n}");
            let own = signed_in(&country.directory, &account);
            let nodes = country.nodes_of(&account);
            *(if nodes.is_empty() {
                &mut none
            } else {
                &mut some
            }) += 1;
            let reached = country.within(&nodes);
            let (one, other) = (name(dice.below(count)), name(dice.below(count)));
            let device = country.devices.get(dice.below(count));
            for reply in country.replies(&own, (&one, &other), device) {
                for at in (0..count).map(name).filter(|at| !reached.contains(at)) {
                    // An id that the request named may come back; what it is called may not.
                    let is_asked = at == one || at == other;
                    let secret = if is_asked { format!("Xã {at}") } else { at };
                    assert!(
                        !reply.contains(&secret),
                        "seed {seed}: {secret} outside of {nodes:?} in {reply}"
                    );
                }
            }
        }
    }
    assert!(
        none > 10 && some > 40,
        "{none} without a right today, {some} with one"
    );
}
