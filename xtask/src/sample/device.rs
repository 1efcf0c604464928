//! A kiosk without a screen: enrols with a key of its own and sends batches, as SPEC's wire says.

use std::{fs::File, io::Read, path::Path};

use base64ct::{Base64UrlUnpadded, Encoding};
use fastrand::Rng;
use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use survey::answer::{Draft, Finished};
use survey::day::{Day, DayQuality};
use survey::form::Form;
use survey::id::{AppHash, BatchId, DeviceId, Epoch, Salt, UnitId};
use survey::json;
use survey::submission::{DurationBucket, Mode, Parcel, Place, SaltedComment, Submission};
use survey::wire::batch::{Batch, DayCount, Record, Reply, Status, read_reply};
use survey::wire::device::{Config, EnrolReply, EnrolRequest, signed_bytes};
use survey::wire::{VERSION, write};

use super::office::{agent, refused};
use crate::trouble::Trouble;

/// As many days a device tells of (W2).
const DAYS_TOLD: usize = 8;

/// A batch that is ready to be sent.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// The unit in its path.
    pub unit: String,
    /// Where it goes.
    pub path: String,
    /// The device's.
    pub signature: String,
    /// As it travels.
    pub body: String,
    /// Which: a reply names it.
    pub batch: BatchId,
    /// Records in it.
    pub records: usize,
}

/// An enrolled kiosk.
pub struct Device {
    origin: String,
    key: SigningKey,
    id: DeviceId,
    epoch: Epoch,
    no: u32,
    /// Surveys begun and left, of the last days.
    days: Vec<DayCount>,
    /// What the server told it to ask.
    pub config: Config,
}

impl Device {
    /// Enrols with a one-time code.
    ///
    /// # Errors
    /// When the server refuses it.
    pub fn enrol(origin: &str, code: &str, number: usize) -> Result<Self, Trouble> {
        let origin = origin.trim_end_matches('/').to_owned();
        let path = "/v1/enrol";
        let key = SigningKey::from_slice(&random::<32>()?)
            .map_err(|_| refused(path, "a key that is none; try again"))?;
        let epoch = Epoch::from_bytes(random()?);
        let point = key.verifying_key().to_encoded_point(false);
        let request = write(&EnrolRequest {
            v: VERSION,
            code: code.to_owned(),
            key: Base64UrlUnpadded::encode_string(point.as_bytes()),
            epoch,
            app: AppHash::from_bytes([0; 32]),
            persisted: !number.is_multiple_of(5),
        });
        let text = post(&origin, path, &key, &request)?;
        let reply: EnrolReply =
            json::read(&text).map_err(|fault| refused(path, &fault.describe(&text)))?;
        Ok(Self {
            origin,
            key,
            id: reply.device,
            epoch,
            no: 0,
            days: Vec::new(),
            config: reply.config,
        })
    }

    /// Which one it is.
    #[must_use]
    pub const fn id(&self) -> DeviceId {
        self.id
    }

    /// The unit it stands in.
    #[must_use]
    pub const fn unit(&self) -> &UnitId {
        &self.config.unit
    }

    /// Seals what somebody answered here: about which service field, by its place in the configuration,
    /// alone or with a helper, on which day.
    ///
    /// # Errors
    /// When the draft is not finished, or there is no such field.
    pub fn seal(
        &self,
        form: &Form,
        draft: Draft,
        (field, mode, day): (usize, Mode, Day),
        random: &mut Rng,
    ) -> Result<Record, Trouble> {
        let Ok(Finished { response, comment }) = draft.finish() else {
            return Err(refused("the form", "a draft that is not finished"));
        };
        let field = self.config.fields.get(field);
        let field = field.ok_or_else(|| refused("/v1/device/config", "no service field"))?;
        let submission = Submission {
            response,
            place: Place {
                unit: self.unit().clone(),
                field: field.id.clone(),
                resolved_by: None,
                class: self.config.class.clone(),
                channel: self.config.channel.clone(),
            },
            mode,
            day,
            day_quality: DayQuality::Anchored,
            duration: DurationBucket::of_ms(random.i64(25_000..240_000)),
        };
        let mut salt = [0; 16];
        random.fill(&mut salt);
        let comment = comment.map(|text| SaltedComment {
            text,
            salt: Salt::from_bytes(salt),
        });
        Ok(Record::of(&Parcel::seal(&submission, form, comment)))
    }

    /// Citizens began on a day, and some of them left before the end.
    pub fn saw(&mut self, day: Day, opened: usize, abandoned: usize) {
        let whole = |count| u32::try_from(count).unwrap_or(u32::MAX);
        self.days.push(DayCount {
            day,
            opened: whole(opened),
            abandoned: whole(abandoned),
        });
        let surplus = self.days.len().saturating_sub(DAYS_TOLD);
        self.days.drain(..surplus);
    }

    /// The server is at another address now.
    pub fn moved_to(&mut self, origin: &str) {
        origin.trim_end_matches('/').clone_into(&mut self.origin);
    }

    /// Sends records and makes sure that each was counted.
    ///
    /// # Errors
    /// When the server does not count them.
    pub fn send(&mut self, records: &[Record], day: Day) -> Result<(), Trouble> {
        let path = self.path();
        let batch = self.batch(records, day)?;
        let text = post(&self.origin, &path, &self.key, &write(&batch))?;
        let reply: Option<Reply> = read_reply(text.as_bytes(), batch.batch);
        let settled = reply.map_or(0, |reply| reply.verdicts.len());
        if settled == records.len() {
            Ok(())
        } else {
            Err(refused(
                &path,
                &format!("{settled} verdicts for {} records", records.len()),
            ))
        }
    }

    /// The same batch, signed and not sent.
    ///
    /// # Errors
    /// When the machine has no generator of random bytes.
    pub fn sealed(&mut self, records: &[Record], day: Day) -> Result<Sealed, Trouble> {
        let path = self.path();
        let batch = self.batch(records, day)?;
        let body = write(&batch);
        Ok(Sealed {
            unit: self.unit().to_string(),
            signature: signature(&self.key, &path, &body),
            path,
            body,
            batch: batch.batch,
            records: records.len(),
        })
    }

    fn path(&self) -> String {
        format!("/v1/units/{}/batches", self.unit())
    }

    fn batch(&mut self, records: &[Record], day: Day) -> Result<Batch, Trouble> {
        self.no += 1;
        Ok(Batch {
            v: VERSION,
            batch: BatchId::from_random(random()?),
            device: self.id,
            epoch: self.epoch,
            no: self.no,
            app: AppHash::from_bytes([0; 32]),
            clock: day.starts().plus(16 * survey::day::HOUR_MS),
            status: Status {
                unsent: u32::try_from(records.len()).unwrap_or(u32::MAX),
                oldest: Some(day),
                persisted: true,
                free_mb: 12_000,
                losses: 0,
                asides: 0,
                days: self.days.clone(),
                config: self.config.version,
            },
            records: records.to_vec(),
        })
    }
}

fn signature(key: &SigningKey, path: &str, body: &str) -> String {
    let signature: Signature = key.sign(&signed_bytes(path, body.as_bytes()));
    Base64UrlUnpadded::encode_string(&signature.to_bytes())
}

fn post(origin: &str, path: &str, key: &SigningKey, body: &str) -> Result<String, Trouble> {
    let mut reply = agent()
        .post(format!("{origin}{path}"))
        .header("content-type", "application/json")
        .header("x-device-signature", signature(key, path, body))
        .send(body)
        .map_err(|error| refused(path, &error.to_string()))?;
    let status = reply.status();
    let text = reply
        .body_mut()
        .read_to_string()
        .map_err(|error| refused(path, &error.to_string()))?;
    if status.is_success() {
        Ok(text)
    } else {
        Err(refused(path, &format!("{status} {text}")))
    }
}

/// Bytes from the system's generator.
///
/// # Errors
/// When the machine has none.
pub fn random<const N: usize>() -> Result<[u8; N], Trouble> {
    let source = Path::new("/dev/urandom");
    let mut drawn = [0; N];
    File::open(source)
        .and_then(|mut file| file.read_exact(&mut drawn))
        .map_err(|error| Trouble::file("read", source, &error))?;
    Ok(drawn)
}

/// A password of letters and digits that are not easily misread.
///
/// # Errors
/// When the machine has no generator of random bytes.
pub fn random_word(length: usize) -> Result<String, Trouble> {
    draw(b"abcdefghjkmnpqrstuvwxyz23456789", length)
}

/// A PIN.
///
/// # Errors
/// As [`random`].
pub fn random_digits(length: usize) -> Result<String, Trouble> {
    draw(b"0123456789", length)
}

fn draw(symbols: &[u8], length: usize) -> Result<String, Trouble> {
    (0..length)
        .map(|_| {
            let [a, b] = random::<2>()?;
            let place = usize::from(u16::from_le_bytes([a, b])) % symbols.len();
            Ok(char::from(symbols[place]))
        })
        .collect()
}
