//! Random trees, rights and requests against the real routes: whatever is answered, refusals and files
//! included, names no unit outside of the caller's own (rule S4).

use std::collections::BTreeSet;
use std::io::Cursor;

use calamine::{Reader as _, Xlsx};
use fastrand::Rng;
use serde_json::{Value, json};

use crate::device::{Device, record, with_body};
use crate::rescue::key;
use crate::sealing::{content, seal};
use crate::world::{Account, PASSWORD, Reply, World, ask, today};

const ROLES: [&str; 5] = ["operator", "admin", "manager", "auditor", "staff"];

/// A tree of units whose ids occur in no other text, each with the one above it.
struct Wood {
    parents: Vec<Option<usize>>,
}

fn id(at: usize) -> String {
    format!("zz{at}zz")
}

impl Wood {
    fn grown(dice: &mut Rng, count: usize) -> Self {
        let parent =
            |at: usize, dice: &mut Rng| (at > 0 && dice.usize(..6) > 0).then(|| dice.usize(..at));
        let parents = (0..count).map(|at| parent(at, dice)).collect();
        Self { parents }
    }

    fn unit(&self, at: usize) -> Value {
        json!({"id": id(at), "kind": "commune", "name": {"vi": format!("Xã {}", id(at))},
            "parent": self.parents[at].map(id), "valid_from": "2025-07-01", "collects": true})
    }

    /// Which units stand at or below one of these.
    fn within(&self, nodes: &[usize]) -> BTreeSet<usize> {
        let reaches = |at: &usize| {
            let path = std::iter::successors(Some(*at), |at| self.parents[*at]);
            path.into_iter().any(|above| nodes.contains(&above))
        };
        (0..self.parents.len()).filter(reaches).collect()
    }
}

/// The same in a running server, with devices, mergers, answers that went astray, and accounts.
struct Country {
    world: World,
    wood: Wood,
    devices: Vec<String>,
    /// Names with the nodes of the rights that they have today.
    accounts: Vec<(String, Vec<usize>)>,
    /// A rescue file with records of some unit.
    file: Value,
}

impl Country {
    fn founded(dice: &mut Rng) -> Self {
        let world = World::empty();
        let operator = world.operator();
        let size = dice.usize(10..15);
        let wood = Wood::grown(dice, size);
        let count = wood.parents.len();
        let units: Vec<_> = (0..count).map(|at| wood.unit(at)).collect();
        let reply = operator.post(&world, "/v1/units", &json!({ "units": units }));
        assert_eq!(reply.status, 200, "{:?}", reply.json());
        let (mut devices, mut file) = (Vec::new(), Value::Null);
        for _ in 0..4 {
            let mut device = Device::enrolled(&world, &operator, &id(dice.usize(..count)));
            // One that counts and another unit resolves, and one that names another unit and is kept in
            // the quarantine.
            let elsewhere = format!("\"resolved_by\":\"{}\",\"field\"", id(dice.usize(..count)));
            let resolved = with_body(&record(&device.unit, 4), |body| {
                body.replacen("\"field\"", &elsewhere, 1)
            });
            device.post(&world, &[resolved, record(&id(dice.usize(..count)), 4)]);
            let held = content(&id(dice.usize(..count)), &[record(&device.unit, 3)]);
            file = seal(&device, &key(&world, &device), &held);
            devices.push(device.id);
        }
        // Closed at its end, with a successor anywhere: the last ones have nothing below them.
        let mut closed = wood.unit(count - 1);
        closed["valid_to"] = json!("2026-12-31");
        closed["successors"] = json!([id(dice.usize(..count - 1))]);
        let change = json!({"units": [closed], "dry_run": false}).to_string();
        let reply = operator.ask(&world, "PUT", "/v1/units", change.as_bytes());
        assert_eq!(reply.json()["done"], true, "{:?}", reply.json());
        let accounts = ROLES.iter().map(|role| {
            // The first right of each runs today; the others may be over, or may not have begun.
            let mut nodes = Vec::new();
            let grants = (0..dice.usize(1..4)).map(|nth| {
                let (node, from) = (dice.usize(..count), dice.i64(-4..3));
                let last = dice.bool().then(|| from + dice.i64(0..4));
                let (from, last) = if nth == 0 { (-1, None) } else { (from, last) };
                if from <= 0 && last.is_none_or(|last| last >= 0) {
                    nodes.push(node);
                }
                let day = |after| today().plus(after);
                json!({"role": role, "node": id(node), "from": day(from), "to": last.map(day)})
            });
            let grants: Vec<_> = grants.collect();
            let name = format!("some-{role}");
            let new = json!({"account": name, "password": PASSWORD, "grants": grants});
            assert_eq!(operator.post(&world, "/v1/accounts", &new).status, 200);
            (name, nodes)
        });
        let accounts = accounts.collect();
        Self {
            world,
            wood,
            devices,
            accounts,
            file,
        }
    }

    /// Every read and every write that there is, about a unit, another one and a device: method, path,
    /// body. `new` is a name that no account has.
    fn requests(
        &self,
        (one, other): (usize, usize),
        device: &str,
        new: &str,
    ) -> Vec<(&str, String, Value)> {
        let read = |path: String| ("GET", path, Value::Null);
        let (unit, next) = (id(one), id(other));
        let mut moved = self.wood.unit(one);
        moved["parent"] = json!(next);
        let mut merged = self.wood.unit(one);
        merged["valid_to"] = json!("2026-12-31");
        merged["successors"] = json!([next]);
        let csv =
            format!("id,parent,kind,name_vi,valid_from\n{unit},{next},commune,A,2026-01-01\n");
        let post = json!({"counter": "q1", "counter_name": {"vi": "Quầy 1"}, "class": "kiosk",
            "channel": "counter", "form": "sipas2022", "pin": "2580"});
        let place = json!({"unit": next, "counter": "q1", "counter_name": {"vi": "Quầy 1"}});
        let grants = json!({"grants": [{"role": "manager", "node": unit, "from": "2026-01-01"}]});
        let which = json!({"unit": unit, "reason": "unknown-unit", "names": next});
        let settings = json!({"based_on": 1, "counter_name": {"vi": "Quầy 1"},
            "settings": {"form": "local9"}});
        let resolved = json!({"based_on": 1, "counter_name": {"vi": "Quầy 1"}, "settings":
            {"form": "local9", "resolvers": [{"field": "dat-dai", "unit": next}]}});
        let on_device = |what: &str| format!("/v1/devices/{device}/{what}");
        let mut all: Vec<_> = [
            "session",
            "units",
            "units.csv",
            "devices",
            "accounts",
            "keys",
            "alerts",
            "audit",
            "audit.csv",
            "quarantine",
            "passkeys",
            "dossiers",
            "forms",
            "server",
        ]
        .map(|path| read(format!("/v1/{path}")))
        .into();
        all.extend([
            read(format!("/v1/units/{unit}/live")),
            read(format!("/v1/units/{unit}/trend?form=sipas2022")),
            read(format!("/v1/units/{unit}/children?form=sipas2022")),
            read(format!("/v1/units/{unit}/coverage?form=sipas2022")),
            read(format!("/v1/units/{unit}/comments?form=sipas2022")),
            read(format!("/v1/units/{unit}/breakdown?form=sipas2022")),
            read(format!("/v1/units/{unit}/review?form=sipas2022")),
            (
                "POST",
                format!("/v1/units/{unit}/review"),
                json!({"key": "no-such-key", "decision": "keep"}),
            ),
            read(format!("/v1/units/{unit}/figures.csv?form=sipas2022")),
            read(format!("/v1/units/{unit}/figures.xlsx?form=sipas2022")),
            read(format!("/v1/units/{unit}/history")),
            read(format!("/v1/units/{unit}/context")),
            read(format!("/v1/units/{unit}/resolvers")),
            read(format!("/v1/units/{unit}/figures?form=sipas2022")),
            read(format!(
                "/v1/units/{unit}/figures?form=sipas2022&with=predecessors"
            )),
            ("POST", format!("/v1/units/{unit}/enrolment-codes"), post),
            (
                "PUT",
                "/v1/units".into(),
                json!({"units": [moved], "dry_run": true}),
            ),
            (
                "PUT",
                "/v1/units".into(),
                json!({"units": [merged], "dry_run": true}),
            ),
            (
                "POST",
                "/v1/units".into(),
                json!({"units": [self.wood.unit(one)]}),
            ),
            (
                "POST",
                "/v1/units/import".into(),
                json!({"csv": csv, "dry_run": true}),
            ),
            ("PUT", on_device("config"), settings),
            ("PUT", on_device("config"), resolved),
            ("POST", on_device("replacement-codes"), json!({})),
            ("POST", on_device("move"), place),
            ("POST", on_device("revoke"), json!({})),
            ("PUT", "/v1/accounts/some-manager/grants".into(), grants),
            (
                "PUT",
                "/v1/accounts/some-staff/password".into(),
                json!({"password": PASSWORD}),
            ),
            (
                "POST",
                "/v1/quarantine".into(),
                json!({"which": which, "count": 1, "decision": "keep"}),
            ),
        ]);
        all.extend(publications(&unit));
        all.extend(self.other_writes((&unit, &next), new));
        all
    }

    /// What people write beside the tree and the devices; what may end the session comes last.
    fn other_writes(&self, (unit, next): (&str, &str), new: &str) -> Vec<(&str, String, Value)> {
        let account = json!({"account": new, "password": PASSWORD, "grants": [
            {"role": "manager", "node": unit}, {"role": "auditor", "node": next}]});
        let counted = json!({"unit": unit, "month": "2026-11", "dossiers": 5});
        let csv = format!("unit,month,dossiers\n{unit},2026-11,5\n{next},2026-10,5\n");
        let (target, portal) = (
            json!({"year": 2026, "index": 9000}),
            json!({"month": "2026-11"}),
        );
        let form = json!({"file": "{}", "starts": "2026-12-01", "dry_run": true});
        let signed =
            json!({"id": "a", "client_data": "", "authenticator_data": "", "signature": ""});
        let alert = json!({"node": unit, "language": "vi",
            "target": {"kind": "webhook", "url": "https://hooks.example.vn/"}});
        let made = json!({"name": "a", "client_data": "", "authenticator_data": ""});
        let post = |path: &str, body: Value| ("POST", format!("/v1/{path}"), body);
        vec![
            post("accounts", account),
            ("PUT", "/v1/dossiers".into(), json!({ "counts": [counted] })),
            post("keys", json!({"name": "a", "node": unit, "until": today()})),
            ("DELETE", "/v1/keys/none".into(), Value::Null),
            post("alerts", alert),
            post("alerts/none/test", json!({})),
            ("DELETE", "/v1/alerts/none".into(), Value::Null),
            post("dossiers/import", json!({"csv": csv, "dry_run": false})),
            ("PUT", format!("/v1/units/{unit}/target"), target),
            ("PUT", format!("/v1/units/{unit}/portal"), portal),
            (
                "PUT",
                format!("/v1/units/{unit}/fields"),
                json!({"quarter": "2026-Q3"}),
            ),
            post("forms", form),
            post("rescue", self.file.clone()),
            post("rescue/keys", json!({})),
            post("passkeys", made),
            ("DELETE", "/v1/passkeys/none".into(), Value::Null),
            post("session/passkey/proof", signed),
            post("session/proof", json!({ "password": PASSWORD })),
            (
                "PUT",
                "/v1/session/password".into(),
                json!({"old": PASSWORD, "new": PASSWORD}),
            ),
            ("DELETE", "/v1/sessions".into(), Value::Null),
        ]
    }

    /// Operations of the API that are among no requests, as the API is described.
    fn left_out(&self) -> BTreeSet<String> {
        let document: Value =
            serde_json::from_str(include_str!("../../docs/openapi.json")).expect("a description");
        let paths = document["paths"].as_object().expect("paths");
        let mut described = BTreeSet::new();
        for (path, methods) in paths {
            let methods = methods.as_object().into_iter().flatten();
            let own = methods.filter(|(_, operation)| names_units(operation));
            described.extend(own.map(|(method, _)| format!("{} {path}", method.to_uppercase())));
        }
        let asked = self.requests((0, 1), "no-device", "nobody");
        let asked: BTreeSet<_> = asked
            .iter()
            .map(|(method, path, _)| format!("{method} {}", described_as(path)))
            .collect();
        described.difference(&asked).cloned().collect()
    }

    /// What stands in an answer, its headers too, of units that are neither the caller's nor in the
    /// request.
    fn leaks(&self, reply: &Reply, reached: &BTreeSet<usize>, asked: &str) -> Vec<String> {
        let text = [reply.everything(), cells(&reply.bytes)].concat();
        let outside = (0..self.wood.parents.len()).filter(|at| !reached.contains(at));
        let found = outside
            .map(id)
            .filter(|id| !asked.contains(id) && text.contains(id));
        found.collect()
    }
}

/// What is asked and said of what is public of a unit.
fn publications(unit: &str) -> Vec<(&'static str, String, Value)> {
    let read = |path: String| ("GET", path, Value::Null);
    vec![
        read(format!("/v1/units/{unit}/publication")),
        read(format!("/v1/units/{unit}/actions")),
        (
            "PUT",
            format!("/v1/units/{unit}/publication"),
            json!({"publication": {"form": "sipas2022", "level": "all"}}),
        ),
        (
            "POST",
            format!("/v1/units/{unit}/actions"),
            json!({"said": "Ghế ít", "done": "Thêm ghế", "day": "2026-11-01"}),
        ),
        (
            "PUT",
            format!("/v1/units/{unit}/actions/0011223344556677"),
            json!({"said": "Ghế ít", "done": "Thêm ghế", "day": "2026-11-01"}),
        ),
        (
            "PUT",
            format!("/v1/units/{unit}/actions/0011223344556677/state"),
            json!({"state": "withdrawn"}),
        ),
    ]
}

/// What stands in the cells of a workbook, which is packed; nothing of anything else.
fn cells(bytes: &[u8]) -> String {
    let Ok(mut book) = Xlsx::new(Cursor::new(bytes)) else {
        return String::new();
    };
    let sheets = book.worksheets();
    let rows = sheets.iter().flat_map(|(_, sheet)| sheet.rows());
    let cells = rows.flatten().map(ToString::to_string);
    cells.collect::<Vec<_>>().join("\n")
}

/// The path as the API is described: `/v1/units/{unit}/live`.
fn described_as(path: &str) -> String {
    let mut named = Vec::new();
    for segment in path.split('?').next().unwrap_or_default().split('/') {
        let name = match named.last().map(String::as_str) {
            Some("units") if segment != "import" => "{unit}",
            Some("devices") => "{device}",
            Some("accounts") => "{account}",
            Some("passkeys") => "{passkey}",
            Some("keys") => "{key}",
            Some("alerts") => "{alert}",
            Some("actions") => "{action}",
            _ => segment,
        };
        named.push(name.to_owned());
    }
    named.join("/")
}

/// Not a monitor's, and not what a page asks before anybody is known.
fn names_units(operation: &Value) -> bool {
    let ways = operation["security"].as_array();
    ways.is_none_or(|ways| ways.contains(&json!({"session": []})))
}

#[test]
fn s4_no_route_names_a_unit_outside_the_callers_own_to_anybody() {
    let (mut answers, mut granted) = (0, 0);
    for seed in 0..3 {
        let mut dice = Rng::with_seed(seed);
        let country = Country::founded(&mut dice);
        assert_eq!(country.left_out(), BTreeSet::new(), "ask these too");
        let count = country.wood.parents.len();
        // Where somebody gave the manager a right meanwhile.
        let mut given = Vec::new();
        for (name, nodes) in &country.accounts {
            let mut nodes = nodes.clone();
            if name == "some-manager" {
                nodes.extend(&given);
            }
            let reached = country.wood.within(&nodes);
            for round in 0..3 {
                // Each round ends every session, and somebody may have given its account other rights.
                let own = Account::sign_in(&country.world, name);
                let new = format!("new-{name}-{round}");
                let pair = (dice.usize(..count), dice.usize(..count));
                let device = &country.devices[dice.usize(..country.devices.len())];
                for (method, path, body) in country.requests(pair, device, &new) {
                    let body = if body.is_null() {
                        String::new()
                    } else {
                        body.to_string()
                    };
                    let reply = own.ask(&country.world, method, &path, body.as_bytes());
                    let asked = [&path, body.as_str()].concat();
                    let leaks = country.leaks(&reply, &reached, &asked);
                    assert!(
                        leaks.is_empty(),
                        "seed {seed}: {name} at {nodes:?} is told of {leaks:?} by {method} {path}: {}",
                        reply.everything()
                    );
                    assert!(
                        reply.status < 500,
                        "{method} {path}: {}",
                        reply.everything()
                    );
                    answers += 1;
                    granted += usize::from(reply.status == 200);
                    if reply.status == 200 && path.ends_with("/some-manager/grants") {
                        given.push(pair.0);
                    }
                    if reply.status == 200 && path == "/v1/session/proof" {
                        own.take(&reply);
                    }
                }
            }
        }
    }
    assert!(
        answers > 200 && granted > answers / 5,
        "{granted} of {answers} were granted"
    );
}

#[test]
fn s4_um15_no_key_is_told_of_a_unit_outside_its_own_and_none_does_anything_but_read() {
    let mut dice = Rng::with_seed(7);
    let country = Country::founded(&mut dice);
    let world = &country.world;
    let operator = Account::sign_in(world, "operator");
    let count = country.wood.parents.len();
    let (mut read, mut refused) = (0, 0);
    for round in 0..6 {
        let node = dice.usize(..count);
        let wanted = json!({"name": "a", "node": id(node), "until": today()});
        let fresh = operator.grave(world, "/v1/keys", &wanted);
        assert_eq!(fresh.status, 200, "{}", fresh.everything());
        let bearer = fresh.json()["key"]
            .as_str()
            .map(|key| format!("Bearer {key}"));
        let bearer = bearer.expect("a key");
        let reached = country.wood.within(&[node]);
        let inside: Vec<_> = reached.iter().copied().collect();
        // Of its own units as often as of others.
        let one = if round % 2 == 0 {
            inside[dice.usize(..inside.len())]
        } else {
            dice.usize(..count)
        };
        let pair = (one, dice.usize(..count));
        let device = &country.devices[dice.usize(..country.devices.len())];
        for (method, path, body) in country.requests(pair, device, "new") {
            let body = if body.is_null() {
                String::new()
            } else {
                body.to_string()
            };
            let origin = world.manager("");
            // A cookie beside a key is not read: it would open everything here.
            let headers = [
                ("authorization", bearer.as_str()),
                ("content-type", "application/json"),
                ("origin", origin.as_str()),
                ("cookie", operator.cookie()),
            ];
            let reply = ask(method, &world.manager(&path), &headers, body.as_bytes());
            let asked = [&path, body.as_str()].concat();
            let leaks = country.leaks(&reply, &reached, &asked);
            let told = reply.everything();
            assert!(leaks.is_empty(), "{leaks:?} by {method} {path}: {told}");
            match reply.status {
                200 => {
                    assert!(reached.contains(&one), "{method} {path} of {}", id(node));
                    assert_eq!(method, "GET");
                    assert!(path.starts_with("/v1/units/"), "{path}");
                    read += 1;
                }
                404 => assert!(!reached.contains(&one), "{method} {path}"),
                _ => {
                    let code = (403, "not-allowed".to_owned());
                    assert_eq!(reply.refusal(), code, "{method} {path}: {told}");
                    refused += 1;
                }
            }
        }
    }
    assert!(read > 25 && refused > 150, "{read} read, {refused} refused");
}
