//! What leaves the device: a de-identified record, encoded once and never again. Never: a person, a
//! precise time, a device.

use alloc::string::{String, ToString};
use sha2::{Digest, Sha256};

use crate::answer::Response;
use crate::day::{Day, DayQuality};
use crate::form::Form;
use crate::id::{Channel, Commitment, DeviceClass, FieldId, ParcelHash, ResponseId, Salt, UnitId};
use crate::wire;

/// Who held the device while the form was filled (mode self/assisted), fixed at the first answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The citizen, alone.
    SelfService,
    /// A helper tapped for the citizen ("có người hỗ trợ").
    Assisted,
}

/// Where an answer was given, as coarse as the counts need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The unit that served (`received_at`); its ledger counts the answer, for ever (rule L1).
    pub unit: UnitId,
    /// The service field (lĩnh vực).
    pub field: FieldId,
    /// The competent agency, where it is another one.
    pub resolved_by: Option<UnitId>,
    /// What kind of device.
    pub class: DeviceClass,
    /// The way of answering.
    pub channel: Channel,
}

/// How long the form took, as a power of two: 0 is under 8 s, 1 under 16 s, … 7 is 512 s and more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DurationBucket(u8);

impl DurationBucket {
    /// How many buckets there are.
    pub const COUNT: u8 = 8;

    /// The bucket of a duration in milliseconds; a negative one counts as zero.
    #[must_use]
    pub fn of_ms(milliseconds: i64) -> Self {
        let bound = |bucket: u8| 8_000_i64.saturating_mul(1_i64 << bucket);
        let bucket =
            (0..Self::COUNT.saturating_sub(1)).find(|bucket| milliseconds < bound(*bucket));
        Self(bucket.unwrap_or(Self::COUNT.saturating_sub(1)))
    }

    /// The bucket with this number, 0..=7.
    #[must_use]
    pub fn numbered(number: u8) -> Option<Self> {
        (number < Self::COUNT).then_some(Self(number))
    }

    /// The number, 0..=7.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }
}

/// A response with all that is kept beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// The answers.
    pub response: Response,
    /// Where.
    pub place: Place,
    /// With or without a helper.
    pub mode: Mode,
    /// The business day, as the device saw it.
    pub day: Day,
    /// How far to trust the day.
    pub day_quality: DayQuality,
    /// How long it took.
    pub duration: DurationBucket,
}

/// A comment on its way, with the salt of its commitment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaltedComment {
    /// As the citizen wrote it.
    pub text: String,
    /// Random; discarded by the server at receipt (privacy P10).
    pub salt: Salt,
}

/// A record encoded once (rule O3): the device keeps and sends these bytes and never decodes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// The response's id.
    pub id: ResponseId,
    /// Body v1 (rule W4), a string holding JSON.
    pub body: String,
    /// What binds the comment to the record; stays when the comment goes (O7).
    pub commitment: Commitment,
    /// The comment, apart, so that it can go without breaking the hash.
    pub comment: Option<SaltedComment>,
    /// Rule W3; what a verdict must repeat.
    pub hash: ParcelHash,
}

impl Parcel {
    /// Encodes a submission for good.
    #[must_use]
    pub fn seal(submission: &Submission, form: &Form, comment: Option<SaltedComment>) -> Self {
        let id = submission.response.id;
        let body = wire::body::encode(submission, form);
        let commitment = commitment(comment.as_ref());
        let hash = hash(id, &body, commitment);
        Self {
            id,
            body,
            commitment,
            comment,
            hash,
        }
    }

    /// Whether the hash still fits the content (rule O9).
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.hash == self.rehash()
    }

    /// The hash of the content as it is now. A comment that is there is hashed itself; one that went
    /// is stood in for by its commitment.
    #[must_use]
    pub fn rehash(&self) -> ParcelHash {
        let comment = self.comment.as_ref();
        let commitment = comment.map_or(self.commitment, |comment| commitment(Some(comment)));
        hash(self.id, &self.body, commitment)
    }

    /// The same record without the comment's text: what a settled record keeps (O7).
    #[must_use]
    pub fn without_comment(self) -> Self {
        Self {
            comment: None,
            ..self
        }
    }
}

/// The commitment to a comment, or to none.
#[must_use]
pub fn commitment(comment: Option<&SaltedComment>) -> Commitment {
    comment.map_or(Commitment::NONE, |comment| {
        let hash = Sha256::new_with_prefix([2]);
        let hash = hash.chain_update(comment.salt.as_bytes());
        let hash = hash.chain_update(comment.text.as_bytes());
        Commitment::from_bytes(hash.finalize().into())
    })
}

/// Rule W3: SHA-256 of `01`, the id's 36 characters, SHA-256 of the body, the commitment.
#[must_use]
pub fn hash(id: ResponseId, body: &str, commitment: Commitment) -> ParcelHash {
    let hash = Sha256::new_with_prefix([1])
        .chain_update(id.to_string())
        .chain_update(Sha256::digest(body.as_bytes()))
        .chain_update(commitment.as_bytes());
    ParcelHash::from_bytes(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_fall_into_powers_of_two() {
        let bucket = |seconds: i64| DurationBucket::of_ms(seconds * 1000).number();
        assert_eq!(
            [-5, 0, 7, 8, 15, 16, 255, 256, 511, 512, 90_000].map(bucket),
            [0, 0, 0, 1, 1, 2, 5, 6, 6, 7, 7]
        );
    }

    #[test]
    fn w3_every_part_of_a_parcel_is_under_its_hash() {
        let comment = SaltedComment {
            text: "Rất tốt".into(),
            salt: Salt::from_bytes([9; 16]),
        };
        let id = ResponseId::from_random([1; 16]);
        let whole = hash(id, "{}", commitment(Some(&comment)));
        let other_salt = SaltedComment {
            salt: Salt::from_bytes([8; 16]),
            ..comment.clone()
        };
        let other_text = SaltedComment {
            text: "Rất tồi".into(),
            ..comment
        };
        for changed in [
            hash(ResponseId::from_random([2; 16]), "{}", commitment(None)),
            hash(id, "{} ", commitment(Some(&other_salt))),
            hash(id, "{}", commitment(Some(&other_salt))),
            hash(id, "{}", commitment(Some(&other_text))),
            hash(id, "{}", commitment(None)),
        ] {
            assert_ne!(changed, whole);
        }
    }
}
