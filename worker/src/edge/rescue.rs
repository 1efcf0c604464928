//! `POST /v1/rescue`: a sealed file comes in by a device or by an account, is opened, and each record
//! goes to its unit's Ledger (rule O14). Answers in counts. Never: SQL, a record in an answer.

use super::{body, reply};
use crate::objects::ledger::{Rescued, Taken};
use crate::objects::name::ObjectName;
use crate::objects::rescue::{Opened, Opening, Relay, Takers};
use crate::objects::{Ask, sealing, signature};
use crate::refused::Refused;
use crate::{clock, session};
use survey::day::Millis;
use survey::id::{DeviceId, UnitId};
use survey::wire::batch::MOST_RECORDS_TAKEN;
use survey::wire::code::Code;
use survey::wire::rescue::{
    FORMAT, File, Header, Imported, ImportedUnit, MOST_FILE_BYTES, RescueError, read_content,
    read_file,
};
use survey::wire::{VERSION, write};
use worker::{Env, Request, Response};

/// Who hands the file in.
struct Importer {
    /// A device whose signature fits.
    relay: Option<DeviceId>,
    /// The session of an account, where there is one.
    session: Option<String>,
}

/// By a device: signed like a batch, with `X-Device` beside.
///
/// # Errors
/// What the device or the file is refused for.
pub async fn by_device(mut request: Request, env: &Env) -> Result<Response, Refused> {
    body::same_origin(&request, false)?;
    let (made, path) = crate::signature(&request)?;
    let relay = crate::device(&request)?;
    let now = clock::now(env).await?;
    let ask = Ask::own("relay", now, write(&relay));
    // Before the body: eight megabytes of a stranger's fill no memory.
    let known: Relay = ask.read(&ObjectName::Directory, env).await?;
    let bytes = body::read(&mut request, MOST_FILE_BYTES).await?;
    if !signature::fits(&known.key, &made, &path, &bytes).await {
        let message = "X-Device-Signature does not fit the path, the body and the device's key.";
        return Err(Refused::new(Code::BadSignature, message));
    }
    if !known.is_active {
        let message = "This device was revoked. Hand the file in on another one.";
        return Err(Refused::new(Code::RevokedDevice, message));
    }
    let importer = Importer {
        relay: Some(relay),
        session: None,
    };
    import(&importer, &bytes, now, env).await
}

/// By an account, from the manager's page.
///
/// # Errors
/// What the account or the file is refused for.
pub async fn by_account(mut request: Request, env: &Env) -> Result<Response, Refused> {
    body::same_origin(&request, true)?;
    crate::signed_in(&request, env).await?;
    let bytes = body::read(&mut request, MOST_FILE_BYTES).await?;
    let importer = Importer {
        relay: None,
        session: session(&request)?,
    };
    import(&importer, &bytes, clock::now(env).await?, env).await
}

async fn import(
    importer: &Importer,
    bytes: &[u8],
    now: Millis,
    env: &Env,
) -> Result<Response, Refused> {
    let (file, header) = read_file(bytes).map_err(|error| not_taken(&error))?;
    let mut ask = Ask::own("open", now, write(&importer.opening(&header)));
    ask.session.clone_from(&importer.session);
    let opened: Opened = ask.read(&ObjectName::Directory, env).await?;
    let content = sealing::open(&opened.secret, &file.header, &file.sealed).await?;
    let content = read_content(&content, &header).map_err(|error| not_taken(&error))?;
    let is_signed = is_signed(&file, opened.signer.as_deref()).await;

    let units = content.units.iter().map(|part| part.unit.clone()).collect();
    let takers: Vec<UnitId> = importer.takers(units, now, env).await?;
    let mut told = Imported {
        v: VERSION,
        units: Vec::new(),
        unread: 0,
    };
    for part in content.units {
        let all = u32::try_from(part.records.len()).unwrap_or(u32::MAX);
        if !takers.contains(&part.unit) {
            told.unread += all;
            continue;
        }
        let mut taken = Taken::default();
        for records in part.records.chunks(MOST_RECORDS_TAKEN) {
            let rescued = Rescued {
                device: header.device,
                is_signed,
                is_by_device: importer.relay.is_some(),
                records: records.to_vec(),
            };
            taken.add(hand_in(&part.unit, &rescued, now, env).await);
        }
        told.unread += all - taken.sum();
        told.units.push(ImportedUnit {
            unit: part.unit,
            counted: taken.counted,
            already: taken.already,
            quarantined: taken.quarantined,
        });
    }
    Ok(reply::message(&told)?)
}

/// Records for one Ledger. Where it fails, none of them has a verdict, and the file is there still.
async fn hand_in(unit: &UnitId, rescued: &Rescued, now: Millis, env: &Env) -> Taken {
    let ask = Ask::own("rescue", now, write(rescued));
    let taken = ask.read(&ObjectName::Ledger(unit.clone()), env).await;
    taken.unwrap_or_default()
}

impl Importer {
    fn opening(&self, header: &Header) -> Opening {
        Opening {
            relay: self.relay,
            key: header.key.clone(),
            ephemeral: header.ephemeral.clone(),
            device: header.device,
        }
    }

    /// The units that take records from this importer.
    async fn takers(
        &self,
        units: Vec<UnitId>,
        now: Millis,
        env: &Env,
    ) -> Result<Vec<UnitId>, Refused> {
        let relay = self.relay;
        let mut ask = Ask::own("takers", now, write(&Takers { relay, units }));
        ask.session.clone_from(&self.session);
        ask.read(&ObjectName::Directory, env).await
    }
}

/// Whether the device that the header names has signed it.
async fn is_signed(file: &File, signer: Option<&str>) -> bool {
    match signer {
        Some(key) => signature::fits(key, &file.signature, FORMAT, file.header.as_bytes()).await,
        None => false,
    }
}

fn not_taken(error: &RescueError) -> Refused {
    match error {
        RescueError::TooLarge => Refused::new(
            Code::TooLarge,
            "The file is larger than a device makes one. Nothing was recorded; export it again.",
        ),
        RescueError::Malformed(_) => sealing::not_whole(),
    }
}
