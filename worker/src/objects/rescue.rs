//! The Directory's part in a rescue and in the quarantine (rules O14, L8): who may, and what opens one
//! file. The private keys stay here. Never: a record.

use super::allowance::Allowance;
use super::{Asked, answer, sealing};
use crate::access::Act;
use crate::refused::Refused;
use crate::store::directory::{Directory as Rows, Importer};
use crate::store::durable::Durable;
use serde::{Deserialize, Serialize};
use survey::id::{DeviceId, UnitId};
use survey::wire::rescue::SealingKey;
use worker::Response;

/// `relay`: a device that hands a file in, as it must have signed.
#[derive(Serialize, Deserialize)]
pub struct Relay {
    /// Its public key.
    pub key: String,
    /// Whether that still holds.
    pub is_active: bool,
}

/// `open`: asks for what opens a file.
#[derive(Serialize, Deserialize)]
pub struct Opening {
    /// The device that hands it in, whose signature fits; else whoever is signed in does.
    pub relay: Option<DeviceId>,
    /// The id of the sealing key.
    pub key: String,
    /// The file's own public key.
    pub ephemeral: String,
    /// The device that exported it.
    pub device: DeviceId,
}

/// What opens one file.
#[derive(Serialize, Deserialize)]
pub struct Opened {
    /// Key and nonce.
    pub secret: Vec<u8>,
    /// The public key of the device that exported it, if that is known here.
    pub signer: Option<String>,
}

/// `takers`: asks which units take records from this importer.
#[derive(Serialize, Deserialize)]
pub struct Takers {
    /// As [`Opening::relay`].
    pub relay: Option<DeviceId>,
    /// The units of the file.
    pub units: Vec<UnitId>,
}

/// Answers one of these questions.
///
/// # Errors
/// What the Directory refuses.
pub(super) async fn answer(
    rows: &Rows<Durable>,
    relays: &Allowance<DeviceId>,
    asked: &Asked,
) -> Result<Response, Refused> {
    let importer = |relay: Option<DeviceId>| {
        relay.map_or(
            Importer::Account(asked.session.as_deref()),
            Importer::Device,
        )
    };
    match asked.verb.as_str() {
        "relay" => {
            let device = rows.device(&asked.message()?)?;
            Ok(answer::message(&Relay {
                is_active: device.revoked.is_none(),
                key: device.key,
            }))
        }
        "open" => {
            let wanted: Opening = asked.message()?;
            if let Some(relay) = wanted.relay {
                relays.spend(relay, asked.now)?;
            }
            let importer = importer(wanted.relay);
            let key = rows.key_to_open(importer, asked.now, &wanted.key, wanted.device)?;
            let public = &key.public.public;
            let secret = sealing::secret(public, &key.private, &wanted.ephemeral).await?;
            let signer = rows.signer(wanted.device)?;
            Ok(answer::message(&Opened { secret, signer }))
        }
        "takers" => {
            let wanted: Takers = asked.message()?;
            let takers = rows.takers(importer(wanted.relay), asked.now, &wanted.units)?;
            Ok(answer::message(&takers))
        }
        "quarantines" => {
            let session = asked.session.as_deref();
            let units = rows.seen_counting(session, asked.now, Act::SeeQuarantine)?;
            Ok(answer::message(&units))
        }
        "decide" => {
            rows.permit_decision(asked.session.as_deref(), asked.now, &asked.message()?)?;
            Ok(answer::done())
        }
        _ => {
            asked.nothing()?;
            // Who may not change keys shall not make us draw one.
            let session = asked.session.as_deref();
            rows.may_change_keys(session, asked.now)?;
            let key = sealing::draw().await?;
            rows.change_key(session, asked.now, &key)?;
            Ok(answer::message(&key.public))
        }
    }
}

/// The key that devices seal to; drawn at the first question for it.
///
/// # Errors
/// Broken when none can be drawn or kept.
pub(super) async fn key(rows: &Rows<Durable>) -> Result<SealingKey, Refused> {
    if let Some(key) = rows.sealing_key()? {
        return Ok(key);
    }
    rows.keep_first_key(&sealing::draw().await?)?;
    let kept = rows.sealing_key()?;
    kept.ok_or_else(|| Refused::broken("a sealing key was not kept"))
}
