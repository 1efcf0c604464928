//! Everything that reads what a stranger may send, each as a function of bytes that must hold for any:
//! no panic; what is read writes back to what reads the same; limits hold. Fuzzed by `cargo xtask
//! fuzz`; the kept corpus runs through them in the ordinary tests.

use std::fmt::{Debug, Display};
use std::sync::LazyLock;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use survey::comment::{looks_personal, redact};
use survey::day::Day;
use survey::form::Form;
use survey::id;
use survey::json::{self, Fault, FromJson, Json};
use survey::wire::batch::{
    Batch, CommentPart, LONGEST_COMMENT_BYTES, LONGEST_COMMENT_CHARS, MOST_BYTES_TAKEN,
    MOST_RECORDS_TAKEN, Record, Reply, read_batch, read_reply,
};
use survey::wire::body::{self, LONGEST_BODY_BYTES};
use survey::wire::code::Refusal;
use survey::wire::device::{Config, EnrolReply, EnrolRequest};
use survey::wire::dossiers::{DossierSheet, WantedDossiers};
use survey::wire::fleet::{Move, NewSettings};
use survey::wire::forms::NewForm;
use survey::wire::manager::{
    Devices, FreshCode, Live, NewAccount, NewCode, Session, Setup, SignIn, UnitPage, Units,
};
use survey::wire::people::{
    Accounts, Assertion, Audit, NewGrants, NewPasskey, NewPassword, OwnPassword, Proof,
};
use survey::wire::quarantine::{Decide, Decided, Quarantine};
use survey::wire::rescue::{
    Content, FORMAT, Header, Imported, MOST_RECORDS, read_content, read_file,
};
use survey::wire::tally::{read_snapshot, read_tally, write_snapshot, write_tally};
use survey::wire::units::{Outcome, Sheet, WantedUnits};
use survey::wire::watch::Machine;
use survey::wire::{read, write};
use survey_app::counter::setup;
use survey_app::parts::Wording;
use survey_worker::access::enrolment::Code;
use survey_worker::access::passkey::{self, Purpose};
use survey_worker::dossiers;
use survey_worker::page::Wanted;
use survey_worker::sheet;

/// A decoder under test.
pub type Decoder = fn(&[u8]);

/// Every decoder by its name, which is also the name of its corpus in `tests/vectors/fuzz`.
pub const DECODERS: [(&str, Decoder); 18] = [
    ("batch", batch),
    ("record", record),
    ("body", body),
    ("reply", reply),
    ("rescue", rescue),
    ("form", form),
    ("device", device),
    ("wording", wording),
    ("json", json),
    ("tally", tally),
    ("rollup", rollup),
    ("asked", asked),
    ("told", told),
    ("sheet", sheet),
    ("dossiers", dossiers),
    ("passkey", passkey),
    ("comment", comment),
    ("words", words),
];

/// The decoder with this name.
#[must_use]
pub fn named(name: &str) -> Option<Decoder> {
    let mut all = DECODERS.into_iter();
    all.find_map(|(own, decoder)| (own == name).then_some(decoder))
}

/// What reads as a message writes back to what reads as the same message.
fn there_and_back<M: DeserializeOwned + Serialize + PartialEq + Debug>(text: &str) -> Option<M> {
    let message: M = read(text).ok()?;
    assert_eq!(read::<M>(&write(&message)).as_ref(), Ok(&message));
    Some(message)
}

/// The same for what a counter reads, which has a reader of its own.
fn back_at_the_counter<M: FromJson + Serialize + PartialEq + Debug>(text: &str) -> Option<M> {
    let message: M = json::read(text).ok()?;
    let again = json::read::<M>(&write(&message));
    assert_eq!(again.as_ref(), Ok(&message));
    Some(message)
}

/// A batch, as the server takes it (W2, W6).
fn batch(bytes: &[u8]) {
    let Ok(batch) = read_batch(bytes) else { return };
    assert!(bytes.len() <= MOST_BYTES_TAKEN);
    assert!(batch.records.len() <= MOST_RECORDS_TAKEN);
    batch.records.iter().for_each(is_within_limits);
    assert_eq!(read::<Batch>(&write(&batch)), Ok(batch));
}

fn is_within_limits(record: &Record) {
    assert!(record.body.len() <= LONGEST_BODY_BYTES);
    if let Some(CommentPart::Written { text, .. }) = &record.comment {
        assert!(text.len() <= LONGEST_COMMENT_BYTES);
        assert!(text.chars().count() <= LONGEST_COMMENT_CHARS);
    }
}

/// A record, and the hash that binds it (W3, O9).
fn record(bytes: &[u8]) {
    let Some(record) = text(bytes).and_then(there_and_back::<Record>) else {
        return;
    };
    let hash = record.hash;
    let parcel = record.into_parcel();
    assert_eq!(parcel.is_intact(), parcel.rehash() == hash);
    // What goes out again goes under a hash that fits, and says whether it had to be changed.
    let again = Record::of(&parcel);
    assert_eq!(again.damaged, again.hash != hash);
    assert!(again.into_parcel().is_intact());
}

/// The answers themselves (W4).
fn body(bytes: &[u8]) {
    let Some(body) = text(bytes).and_then(|text| body::decode(text).ok()) else {
        return;
    };
    for form in &*BUILT_IN {
        let id = id::ResponseId::from_random([7; 16]);
        let Some(submission) = body.clone().into_submission(id, form) else {
            continue;
        };
        let written = body::encode(&submission, form);
        let read = body::decode(&written).ok();
        let again = read.and_then(|body| body.into_submission(id, form));
        assert_eq!(again.as_ref(), Some(&submission));
    }
}

static BUILT_IN: LazyLock<[Form; 2]> = LazyLock::new(|| {
    let files = [
        include_str!("../../survey/forms/sipas2022.json"),
        include_str!("../../survey/forms/express6.json"),
    ];
    files.map(|file| Form::parse(file).unwrap_or_else(|error| panic!("{error}")))
});

/// A reply, as the device takes it (W5).
fn reply(bytes: &[u8]) {
    let Some(loose) = text(bytes).and_then(back_at_the_counter::<Reply>) else {
        return;
    };
    if let Some(reply) = read_reply(bytes, loose.batch) {
        assert_eq!(reply, loose);
        let again = read_reply(write(&reply).as_bytes(), reply.batch);
        assert_eq!(again, Some(reply));
    }
    let other = id::BatchId::from_random(loose.batch.as_bytes().map(|byte| !byte));
    assert_eq!(read_reply(bytes, other), None);
}

/// A rescue file, and what was sealed in it (O14).
fn rescue(bytes: &[u8]) {
    if let Ok((file, header)) = read_file(bytes) {
        assert!(usize::try_from(header.count).is_ok_and(|count| count <= MOST_RECORDS));
        let again = read_file(write(&file).as_bytes());
        assert_eq!(again, Ok((file, header)));
    }
    let Some(text) = text(bytes) else { return };
    back_at_the_counter::<Imported>(text);
    let Some(content) = there_and_back::<Content>(text) else {
        return;
    };
    let records = content.units.iter().flat_map(|part| &part.records);
    let header = |count: usize| Header {
        format: FORMAT.to_owned(),
        device: id::DeviceId::from_random([1; 16]),
        epoch: id::Epoch::from_bytes([2; 16]),
        count: u32::try_from(count).unwrap_or(u32::MAX),
        sha256: id::ParcelHash::of(bytes),
        key: String::new(),
        ephemeral: String::new(),
    };
    let count = records.clone().count();
    assert!(read_content(bytes, &header(count + 1)).is_err());
    if read_content(bytes, &header(count)).is_ok() {
        records.for_each(is_within_limits);
    }
}

/// A form's file (F4).
fn form(bytes: &[u8]) {
    let Some(file) = text(bytes) else { return };
    let Ok(form) = Form::parse(file) else { return };
    // The file may be laid out in another way; the form is the same.
    let value: serde_json::Value = read(file).unwrap_or_default();
    let again = Form::parse(&write(&value)).map(|again| again.id());
    assert_eq!(again, Ok(form.id()));
    let asked: Vec<_> = form
        .demographics()
        .iter()
        .map(|choice| choice.id.clone())
        .collect();
    assert!(form.steps(&asked).len() >= form.items().len());
}

/// An enrolment, from both sides; a configuration (W11); a refusal.
fn device(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    if let Some(config) = back_at_the_counter::<Config>(text) {
        form(config.form.as_bytes());
    }
    if let Some(setup) = setup::Setup::read(text) {
        let now = survey::day::Millis(1_795_400_000_000);
        let has_hours = !setup.config.hours.is_empty();
        assert!(setup.is_open(now) || has_hours);
        assert!(!setup.config.fields.is_empty() && setup.minutes() > 0);
    }
    there_and_back::<EnrolRequest>(text);
    back_at_the_counter::<EnrolReply>(text);
    back_at_the_counter::<Refusal>(text);
}

/// A language's pack, for a page and for a form.
fn wording(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let pack = Wording::read_of(text, "counter");
    assert!(pack.is_none() || Wording::read_of(text, "manager").is_none());
    let [one, other] = BUILT_IN.each_ref().map(|form| Wording::read(text, form));
    assert!(one.is_none() || other.is_none());
}

/// Any JSON, and nothing else.
struct Any;

impl FromJson for Any {
    fn from_json(_: &Json) -> Result<Self, Fault> {
        Ok(Self)
    }
}

/// The counter's own reader of JSON, beside the one that everybody uses.
fn json(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    match json::read::<Any>(text) {
        // What it takes for JSON is JSON to everybody else.
        Ok(Any) => assert!(is_json(text)),
        Err(fault) => assert!(!fault.describe(text).is_empty()),
    }
}

/// JSON by its grammar; numbers of any size.
fn is_json(text: &str) -> bool {
    read::<serde::de::IgnoredAny>(text).is_ok()
}

fn tally(bytes: &[u8]) {
    if let Some(tally) = text(bytes).and_then(read_tally) {
        assert_eq!(read_tally(&write_tally(&tally)), Some(tally));
    }
}

/// What a child sends up (L11).
fn rollup(bytes: &[u8]) {
    if let Some(snapshot) = text(bytes).and_then(read_snapshot) {
        let again = read_snapshot(&write_snapshot(&snapshot));
        assert_eq!(again, Some(snapshot));
    }
}

/// Everything that the manager's page asks of the server.
fn asked(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    there_and_back::<Setup>(text);
    there_and_back::<SignIn>(text);
    there_and_back::<NewAccount>(text);
    there_and_back::<NewCode>(text);
    there_and_back::<NewSettings>(text);
    there_and_back::<Move>(text);
    there_and_back::<Units>(text);
    there_and_back::<WantedUnits>(text);
    there_and_back::<Sheet>(text);
    there_and_back::<NewGrants>(text);
    there_and_back::<NewPassword>(text);
    there_and_back::<OwnPassword>(text);
    there_and_back::<Proof>(text);
    there_and_back::<Decide>(text);
    there_and_back::<NewForm>(text);
    there_and_back::<WantedDossiers>(text);
    there_and_back::<DossierSheet>(text);
    there_and_back::<NewPasskey>(text);
    there_and_back::<Assertion>(text);
    there_and_back::<Machine>(text);
}

/// Everything that the manager's page is told.
fn told(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    there_and_back::<Session>(text);
    there_and_back::<FreshCode>(text);
    there_and_back::<Devices>(text);
    there_and_back::<Live>(text);
    there_and_back::<UnitPage>(text);
    there_and_back::<Outcome>(text);
    there_and_back::<Quarantine>(text);
    there_and_back::<Decided>(text);
    there_and_back::<Accounts>(text);
    there_and_back::<Audit>(text);
}

/// Units in a file for spreadsheets (UA1, S11).
fn sheet(bytes: &[u8]) {
    let Some(wanted) = text(bytes).and_then(|text| sheet::read(text).ok()) else {
        return;
    };
    let units: Vec<_> = wanted.into_iter().map(|(_, unit)| unit).collect();
    let written = sheet::write(&units);
    let again = sheet::read(&written).map(|rows| rows.into_iter().map(|(_, unit)| unit).collect());
    assert_eq!(again, Ok(units));
}

/// Counts of dossiers in a file for spreadsheets: each row is read or told of.
fn dossiers(bytes: &[u8]) {
    let Some(file) = text(bytes) else { return };
    match dossiers::read(file) {
        Ok(counts) => {
            for (row, count) in counts {
                assert!(row >= 2);
                let month = count.month.replace('"', "\"\"");
                let file = format!(
                    "unit,month,dossiers\n{},\"{month}\",{}\n",
                    count.unit, count.dossiers
                );
                let again = dossiers::read(&file).unwrap_or_else(|errors| panic!("{errors:?}"));
                let [(2, again)] = &again[..] else {
                    panic!("{again:?}")
                };
                assert_eq!((&again.unit, again.dossiers), (&count.unit, count.dossiers));
            }
        }
        Err(errors) => assert!(!errors.is_empty()),
    }
}

/// The page that the passkeys of this decoder belong to.
const ORIGIN: &str = "https://xem.example.vn";

/// What a browser and its authenticator say (S5): a byte with its length and `clientDataJSON`, the same
/// for a signature, then `authenticatorData`.
fn passkey(bytes: &[u8]) {
    let part = |bytes: &'_ [u8]| {
        let (length, rest) = bytes.split_first()?;
        let (part, rest) = rest.split_at_checked(usize::from(*length))?;
        Some((part.to_vec(), rest.to_vec()))
    };
    if let Some(text) = text(bytes) {
        // A challenge that this server did not draw is not its own.
        let now = survey::day::Millis(1_795_400_000_000);
        assert!(!passkey::is_own(b"secret", Purpose::Open, text, now));
    }
    let Some((client, rest)) = part(bytes) else {
        return;
    };
    let Some((signature, data)) = part(&rest) else {
        return;
    };
    let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let new = NewPasskey {
        name: "a".into(),
        client_data: encode(&client),
        authenticator_data: encode(&data),
    };
    if let Ok(made) = passkey::made(&new, ORIGIN) {
        assert_eq!(made.host, "xem.example.vn");
        let decode = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
        let key = decode(&made.key);
        assert_eq!((key.len(), key.first()), (65, Some(&4)));
        assert!((1..=256).contains(&decode(&made.id).len()));
    }
    let assertion = Assertion {
        id: "a".into(),
        client_data: encode(&client),
        authenticator_data: encode(&data),
        signature: encode(&signature),
    };
    if let Ok(signed) = passkey::signed(&assertion, ORIGIN, "xem.example.vn") {
        assert_eq!(signed.bytes.len(), data.len() + 32);
        assert!(passkey::signed(&assertion, ORIGIN, "example.vn").is_err());
        assert!(passkey::signed(&assertion, "https://example.vn", "xem.example.vn").is_err());
    }
}

/// What is taken out of a comment is out for good (P10, P11).
fn comment(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let once = redact(text);
    assert_eq!(redact(&once.text).text, once.text);
    // The citizen is asked about what the server would take out: one rule for both.
    assert!(!looks_personal(&once.text));
}

/// Ids, days, codes and queries: each has one spelling, or is read to one.
fn words(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let is_written = |spelled: Result<String, id::IdError>| {
        assert!(spelled.is_err() || spelled.as_deref() == Ok(text));
    };
    is_written(id::ResponseId::parse(text).map(spelling));
    is_written(id::DeviceId::parse(text).map(spelling));
    is_written(id::Epoch::parse(text).map(spelling));
    is_written(id::ParcelHash::parse(text).map(spelling));
    is_written(id::UnitId::parse(text).map(spelling));
    is_written(id::Channel::parse(text).map(spelling));
    if let Some(day) = Day::parse(text) {
        is_written(Ok(spelling(day)));
        assert_eq!(Day::of(day.starts()), Some(day));
    }
    if let Some(code) = Code::parse(text) {
        assert_eq!(Code::parse(&code.shown()), Some(code));
    }
    if let Ok(wanted) = Wanted::of(text) {
        let months = [wanted.from, wanted.to];
        assert!(months.iter().flatten().all(|month| month.len() == 7));
    }
}

fn spelling(read: impl Display) -> String {
    read.to_string()
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}
