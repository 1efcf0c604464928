//! A device that speaks the wire: a key, records, batches.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use survey::answer::Draft;
use survey::day::{Day, DayQuality};
use survey::form::{Form, Step};
use survey::id::{Channel, DeviceClass, FieldId, ResponseId, UnitId};
use survey::submission::{DurationBucket, Mode, Parcel, Place, Submission};
use survey::wire::batch::Record;

use crate::world::{Account, Reply, World, ask, hex, today, try_to_ask};

const FORM: &str = include_str!("../../survey/forms/sipas2022.json");

/// Random bytes.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("random bytes");
    bytes
}

/// An enrolled device.
#[derive(Clone)]
pub struct Device {
    key: SigningKey,
    /// Its id.
    pub id: String,
    /// Its unit.
    pub unit: String,
    epoch: String,
    no: u32,
}

impl Device {
    /// A device with a new key that is not enrolled anywhere.
    pub fn stranger(unit: &str) -> Self {
        let key = loop {
            if let Ok(key) = SigningKey::from_slice(&random::<32>()) {
                break key;
            }
        };
        Self {
            key,
            id: ResponseId::from_random(random()).to_string(),
            unit: unit.to_owned(),
            epoch: hex(&random::<16>()),
            no: 0,
        }
    }

    /// Enrols a new device at a unit.
    pub fn enrolled(world: &World, operator: &Account, unit: &str) -> Self {
        let mut device = Self::stranger(unit);
        let code = operator.code(world, unit);
        let reply = device.enrol(world, &code);
        assert_eq!(reply.status, 200, "{:?}", reply.json());
        let id = &reply.json()["device"];
        id.as_str().expect("an id").clone_into(&mut device.id);
        device
    }

    /// This life of its storage.
    pub fn epoch(&self) -> &str {
        &self.epoch
    }

    /// Tries an enrolment code.
    pub fn enrol(&self, world: &World, code: &str) -> Reply {
        let body = self.enrolment(code).to_string();
        self.send(world, "/v1/enrol", body.as_bytes())
    }

    /// The message of an enrolment.
    pub fn enrolment(&self, code: &str) -> Value {
        json!({"v": 1, "code": code, "key": self.public(),
            "epoch": self.epoch, "app": "0".repeat(64), "persisted": true})
    }

    /// The public half of its key.
    pub fn public(&self) -> String {
        let key = self.key.verifying_key().to_encoded_point(false);
        BASE64_URL_SAFE_NO_PAD.encode(key.as_bytes())
    }

    /// The signature over a path and a body.
    pub fn signature(&self, path: &str, body: &[u8]) -> String {
        let signed = [path.as_bytes(), b"\n", body].concat();
        let signature: Signature = self.key.sign(&signed);
        BASE64_URL_SAFE_NO_PAD.encode(signature.to_bytes())
    }

    /// Posts signed bytes to the counter's site.
    pub fn send(&self, world: &World, path: &str, body: &[u8]) -> Reply {
        self.try_to_send(&world.counter(path), path, body)
            .expect("the server answers")
    }

    /// Posts signed bytes to an address where there may be no server.
    pub fn try_to_send(&self, url: &str, path: &str, body: &[u8]) -> Result<Reply, String> {
        let signature = self.signature(path, body);
        let headers = [
            ("content-type", "application/json"),
            ("x-device-signature", signature.as_str()),
        ];
        try_to_ask("POST", url, &headers, body)
    }

    /// Where this device's batches go.
    pub fn path(&self) -> String {
        format!("/v1/units/{}/batches", self.unit)
    }

    /// The next batch with these records.
    pub fn batch(&mut self, records: &[Record]) -> Vec<u8> {
        self.no += 1;
        let batch = json!({"v": 1, "batch": ResponseId::from_random(random()).to_string(),
            "device": self.id, "epoch": self.epoch, "no": self.no, "app": "0".repeat(64),
            "clock": 1_795_402_800_000_i64, "records": records, "ext": null,
            "status": {"unsent": records.len(), "oldest": null, "persisted": true,
                "free_mb": 900, "asides": 0, "days": []}});
        batch.to_string().into_bytes()
    }

    /// Sends records in one batch.
    pub fn post(&mut self, world: &World, records: &[Record]) -> Reply {
        let batch = self.batch(records);
        self.send(world, &self.path(), &batch)
    }

    /// Asks for the configuration.
    pub fn config(&self, world: &World) -> Reply {
        let path = "/v1/device/config";
        let signature = self.signature(path, b"");
        let headers = [
            ("x-device", self.id.as_str()),
            ("x-device-signature", signature.as_str()),
        ];
        ask("GET", &world.counter(path), &headers, b"")
    }
}

/// The verdicts of a reply, in the order of the records.
pub fn verdicts(reply: &Reply) -> Vec<String> {
    let json = reply.json();
    let verdicts = json["verdicts"].as_array();
    let verdicts = verdicts.unwrap_or_else(|| panic!("no verdicts: {} {json}", reply.status));
    let word = |verdict: &Value| {
        let word = verdict["verdict"].as_str().unwrap_or_default();
        match verdict["reason"].as_str() {
            None => word.to_owned(),
            Some(reason) => format!("{word} {reason}"),
        }
    };
    verdicts.iter().map(word).collect()
}

/// A new record for a unit whose answers are all at one level.
pub fn record(unit: &str, level: u8) -> Record {
    record_on(unit, today(), |_| level)
}

/// A new record for a unit and a day; `level` gives the answer to the n-th question.
pub fn record_on(unit: &str, day: Day, level: impl Fn(usize) -> u8) -> Record {
    let form = Form::parse(FORM).expect("the form reads");
    let mut asked = 0;
    record_of(&form, unit, day, |draft, step| match step {
        Step::Item(_) => {
            let level = form.scale().level(level(asked)).expect("a level");
            draft.answer(level);
            asked += 1;
        }
        // Came to collect a result, and once gave feedback: every factor is asked.
        Step::Filter(at) => draft.choose(usize::from(at == 0)),
        _ => draft.skip(),
    })
}

/// A new record of a form; `give` answers, chooses or skips at each step.
pub fn record_of(
    form: &Form,
    unit: &str,
    day: Day,
    mut give: impl FnMut(&mut Draft, Step),
) -> Record {
    let mut draft = Draft::open(ResponseId::from_random(random()), form, &[]);
    while let Some(step) = draft.current() {
        give(&mut draft, step);
    }
    let finished = draft
        .finish()
        .unwrap_or_else(|_| panic!("a finished draft"));
    let submission = Submission {
        response: finished.response,
        place: Place {
            unit: UnitId::parse(unit).expect("a unit"),
            field: FieldId::parse("dat-dai").expect("a field"),
            resolved_by: None,
            class: DeviceClass::parse("kiosk").expect("a class"),
            channel: Channel::parse("counter").expect("a channel"),
        },
        mode: Mode::SelfService,
        day,
        day_quality: DayQuality::Wall,
        duration: DurationBucket::of_ms(60_000),
    };
    Record::of(&Parcel::seal(&submission, form, None))
}

/// A record with its body changed and hashed anew, as a careless program would send it.
pub fn with_body(record: &Record, change: impl FnOnce(&str) -> String) -> Record {
    let mut parcel = record.clone().into_parcel();
    parcel.body = change(&parcel.body);
    parcel.hash = parcel.rehash();
    Record::of(&parcel)
}
