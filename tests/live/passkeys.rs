//! Passkeys against the real server, by an authenticator of the tests' own.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use survey::day::MINUTE_MS;

use crate::device::random;
use crate::world::{Account, MORNING, PASSWORD, Reply, World};

/// Somebody was there, and was recognised.
const UNLOCKED: u8 = 0b101;
/// A new key follows.
const ATTACHED: u8 = 0b100_0000;

/// A phone with one passkey.
#[derive(Clone)]
pub struct Phone {
    key: SigningKey,
    id: [u8; 16],
    host: &'static str,
    flags: u8,
    count: u32,
}

fn coded(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

impl Phone {
    /// A new one, with a key that nobody knows.
    pub fn new() -> Self {
        let key = loop {
            if let Ok(key) = SigningKey::from_slice(&random::<32>()) {
                break key;
            }
        };
        Self {
            key,
            id: random(),
            // Where the tests' requests go.
            host: "127.0.0.1",
            flags: UNLOCKED,
            count: 0,
        }
    }

    fn said(&self, flags: u8) -> Vec<u8> {
        let mut said = Sha256::digest(self.host).to_vec();
        said.push(flags);
        said.extend(self.count.to_be_bytes());
        said
    }

    fn client(kind: &str, challenge: &str, origin: &str) -> String {
        json!({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": false})
            .to_string()
    }

    /// What a page sends after `navigator.credentials.create`.
    fn made(&self, challenge: &str, origin: &str) -> Value {
        let point = self.key.verifying_key().to_encoded_point(false);
        let (x, y) = point.as_bytes()[1..].split_at(32);
        let cose: &[u8] = &[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 0x20];
        let said = self.said(self.flags | ATTACHED);
        let data = [
            &said[..],
            &[0; 16],
            &[0, 16],
            &self.id,
            cose,
            x,
            &[0x22, 0x58, 0x20],
            y,
        ];
        let client = Self::client("webauthn.create", challenge, origin);
        json!({"name": "Điện thoại", "client_data": coded(client.as_bytes()),
            "authenticator_data": coded(&data.concat())})
    }

    /// What a page sends after `navigator.credentials.get`.
    fn signed(&mut self, challenge: &str, origin: &str) -> Value {
        self.count += 1;
        let client = Self::client("webauthn.get", challenge, origin);
        let data = self.said(self.flags);
        let signed = [&data[..], Sha256::digest(&client).as_slice()].concat();
        let signature: Signature = self.key.sign(&signed);
        json!({"id": coded(&self.id), "client_data": coded(client.as_bytes()),
            "authenticator_data": coded(&data), "signature": coded(signature.to_der().as_bytes())})
    }
}

fn challenge(world: &World) -> String {
    let reply = Account::default()
        .get(world, "/v1/session/challenge")
        .json();
    reply["challenge"].as_str().expect("a challenge").to_owned()
}

/// Adds a phone's passkey to an account.
pub fn add(world: &World, account: &Account, phone: &Phone) -> Reply {
    let own = account.get(world, "/v1/passkeys").json();
    let challenge = own["challenge"].as_str().expect("a challenge");
    account.post(
        world,
        "/v1/passkeys",
        &phone.made(challenge, &world.manager("")),
    )
}

/// Signs in with a phone, in a browser that nobody knows.
pub fn sign_in(world: &World, phone: &mut Phone) -> Reply {
    let signed = phone.signed(&challenge(world), &world.manager(""));
    Account::default().post(world, "/v1/session/passkey", &signed)
}

fn wrong() -> (u16, String) {
    (401, "wrong-passkey".into())
}

#[test]
fn s5_a_passkey_signs_in_once_a_challenge_and_a_removed_one_never() {
    let world = World::empty();
    let operator = world.operator();
    let mut phone = Phone::new();
    assert_eq!(
        sign_in(&world, &mut phone).refusal(),
        wrong(),
        "not known yet"
    );
    assert_eq!(add(&world, &operator, &phone).status, 200);
    let own = operator.get(&world, "/v1/passkeys").json();
    let told = &own["passkeys"][0];
    assert_eq!(
        (&told["name"], &told["since"], &told["used"]),
        (&json!("Điện thoại"), &json!("2026-11-23"), &Value::Null)
    );
    let given = challenge(&world);
    let signed = phone.signed(&given, &world.manager(""));
    let reply = Account::default().post(&world, "/v1/session/passkey", &signed);
    assert_eq!(reply.status, 200, "{:?}", reply.json());
    assert_eq!(reply.json()["account"], "operator");
    let entered = Account::of(&reply);
    assert_eq!(entered.get(&world, "/v1/session").status, 200);
    let told = &operator.get(&world, "/v1/passkeys").json()["passkeys"][0];
    assert_eq!(told["used"], "2026-11-23");
    // The same again opens nothing: the challenge is spent.
    let again = Account::default().post(&world, "/v1/session/passkey", &signed);
    assert_eq!(again.refusal(), wrong());
    // Nor does it when the passkey has counted on.
    let anew = phone.signed(&given, &world.manager(""));
    let again = Account::default().post(&world, "/v1/session/passkey", &anew);
    assert_eq!(again.refusal(), wrong());
    // Nor do two passkeys of one id.
    assert_eq!(
        add(&world, &operator, &phone).refusal(),
        (409, "already-there".into())
    );
    let path = format!("/v1/passkeys/{}", coded(&phone.id));
    let manager = world.manager_of(&operator, "33");
    let foreign = manager.ask(&world, "DELETE", &path, b"");
    assert_eq!(
        foreign.refusal(),
        (404, "not-found".into()),
        "another's passkey"
    );
    assert_eq!(operator.ask(&world, "DELETE", &path, b"").status, 200);
    assert_eq!(sign_in(&world, &mut phone).refusal(), wrong());
}

#[test]
fn s5_what_a_passkey_did_not_sign_here_and_now_opens_nothing() {
    let world = World::empty();
    let operator = world.operator();
    let mut phone = Phone::new();
    assert_eq!(add(&world, &operator, &phone).status, 200);
    let origin = world.manager("");
    let post = |signed: &Value| {
        let nobody = Account::default();
        nobody.post(&world, "/v1/session/passkey", signed).refusal()
    };
    let mut locked = phone.clone();
    locked.flags = 1;
    let mut elsewhere = phone.clone();
    elsewhere.host = "evil.example";
    let mut other_key = phone.clone();
    other_key.key = Phone::new().key;
    let own = operator.get(&world, "/v1/passkeys").json();
    let for_making = own["challenge"].as_str().expect("a challenge").to_owned();
    let mut changed = phone.signed(&challenge(&world), &origin);
    changed["authenticator_data"] = json!(coded(&phone.said(UNLOCKED | 0b1000)));
    let cases = [
        (
            locked.signed(&challenge(&world), &origin),
            "nobody was recognised",
        ),
        (
            elsewhere.signed(&challenge(&world), &origin),
            "another host's passkey",
        ),
        (other_key.signed(&challenge(&world), &origin), "another key"),
        (
            phone.signed(&challenge(&world), "https://evil.example"),
            "another page",
        ),
        (phone.signed("abc", &origin), "a challenge of nobody's"),
        (
            phone.signed(&for_making, &origin),
            "a challenge for something else",
        ),
        (changed, "changed after it was signed"),
    ];
    for (signed, why) in cases {
        assert_eq!(post(&signed), wrong(), "{why}");
    }
    // A copy that counts on by itself is noticed by its lower count.
    let mut copy = phone.clone();
    assert_eq!(sign_in(&world, &mut phone).status, 200);
    copy.count = 0;
    assert_eq!(sign_in(&world, &mut copy).refusal(), wrong());
    let old = phone.signed(&challenge(&world), &origin);
    operator.set_clock(&world, MORNING.plus(6 * MINUTE_MS));
    assert_eq!(post(&old), wrong(), "a challenge of six minutes ago");
    assert_eq!(sign_in(&world, &mut phone).status, 200);
}

#[test]
fn s7_a_passkey_proves_who_is_here_and_another_ones_does_not() {
    let world = World::empty();
    let operator = world.operator();
    let manager = world.manager_of(&operator, "33");
    let (mut own, mut other) = (Phone::new(), Phone::new());
    assert_eq!(add(&world, &operator, &own).status, 200);
    assert_eq!(add(&world, &manager, &other).status, 200);
    operator.set_clock(&world, MORNING.plus(6 * MINUTE_MS));
    let unproved = (403, "prove-again".into());
    let late = Phone::new();
    assert_eq!(add(&world, &operator, &late).refusal(), unproved);
    let prove = |phone: &mut Phone| {
        let signed = phone.signed(&challenge(&world), &world.manager(""));
        operator.post(&world, "/v1/session/passkey/proof", &signed)
    };
    assert_eq!(prove(&mut other).refusal(), wrong());
    assert_eq!(add(&world, &operator, &late).refusal(), unproved);
    operator.take(&prove(&mut own));
    assert_eq!(add(&world, &operator, &late).status, 200);
}

#[test]
fn ua3_a_recovered_account_has_no_passkeys_and_no_sessions_left() {
    let world = World::empty();
    let operator = world.operator();
    let manager = world.manager_of(&operator, "33");
    let mut phone = Phone::new();
    assert_eq!(add(&world, &manager, &phone).status, 200);
    let new = json!({"password": "một câu mới khá dài"}).to_string();
    let path = "/v1/accounts/manager-33/password";
    assert_eq!(
        operator.ask(&world, "PUT", path, new.as_bytes()).status,
        200
    );
    assert_eq!(sign_in(&world, &mut phone).refusal(), wrong());
    assert_eq!(
        manager.get(&world, "/v1/session").refusal(),
        (401, "signed-out".into())
    );
    let nobody = Account::default();
    let old = nobody.try_sign_in(&world, "manager-33", PASSWORD);
    assert_eq!(old.refusal(), (401, "wrong-password".into()));
}
