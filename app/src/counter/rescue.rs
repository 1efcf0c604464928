//! The rescue of a waiting queue (US6, O14): into sealed files that anybody may carry, and such a file
//! on to the server. Never: deletes anything; keeps anything of another device's file; opens one.

use survey::id::{DeviceId, Epoch, ParcelHash, UnitId};
use survey::json::{read, write};
use survey::wire::batch::Record;
use survey::wire::code::{Code, Refusal};
use survey::wire::rescue::{
    Content, FORMAT, File, Header, Imported, MOST_CONTENT_BYTES, MOST_FILE_BYTES, MOST_RECORDS,
    Part, SealingKey,
};
use survey::wire::{VERSION, device::signed_bytes};

use super::kiosk::{Kiosk, errand};
use crate::device::clock;
use crate::device::files::{self, Chosen};
use crate::device::key::Key;
use crate::device::seal::Seal;
use crate::device::server::{Server, Signed};
use crate::device::store::Store;
use crate::text::Text;

/// What stands under the two buttons.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Said {
    /// Nothing.
    #[default]
    Nothing,
    /// It is being done.
    Working,
    /// So many records lie in so many files.
    Exported(usize, usize),
    /// The server has them.
    Imported(Imported),
    /// What is wrong, and what to do.
    Wrong(Text),
}

/// A waiting record and the unit whose ledger counts it.
pub type Waits = (UnitId, Record);

/// As many files as it takes, each with as much as one may hold.
#[must_use]
pub fn contents(waiting: Vec<Waits>) -> Vec<Content> {
    let mut contents: Vec<Content> = Vec::new();
    let (mut bytes, mut count) = (0, 0);
    for (unit, record) in waiting {
        // The part around a record, should it need one of its own, is shorter than this.
        let more = write(&record).len() + 100;
        if contents.is_empty() || bytes + more > MOST_CONTENT_BYTES || count == MOST_RECORDS {
            (bytes, count) = (0, 0);
            contents.push(Content {
                v: VERSION,
                units: Vec::new(),
            });
        }
        (bytes, count) = (bytes + more, count + 1);
        let Some(Content { units, .. }) = contents.last_mut() else {
            continue;
        };
        match units.iter_mut().find(|part| part.unit == unit) {
            Some(part) => part.records.push(record),
            None => units.push(Part {
                unit,
                records: vec![record],
            }),
        }
    }
    contents
}

fn count(content: &Content) -> usize {
    content.units.iter().map(|part| part.records.len()).sum()
}

/// Does one of the two and says what came of it.
fn tell(kiosk: Kiosk, work: impl Future<Output = Result<Said, Text>> + 'static) {
    kiosk.change(|model| model.rescue = Said::Working);
    errand(async move {
        let said = work.await.unwrap_or_else(Said::Wrong);
        kiosk.change(|model| model.rescue = said);
        kiosk.stay();
    });
}

/// Writes what waits into files (O14). What waits goes on waiting.
pub fn export(kiosk: Kiosk) {
    tell(kiosk, async move {
        let enrolment = kiosk.look(|model| model.facts.enrolment);
        let sealing = kiosk.look(|model| model.setup.as_ref()?.config.rescue.clone());
        let (Some(enrolment), Some(sealing)) = (enrolment, sealing) else {
            return Err(Text::ExportNoKey);
        };
        let contents = contents(waiting(kiosk).await.ok_or(Text::ExportFailed)?);
        if contents.is_empty() {
            return Err(Text::ExportNothing);
        }
        let key = signing_key(kiosk).await;
        let (files, mut records) = (contents.len(), 0);
        for (at, content) in contents.iter().enumerate() {
            let sealed = file(
                content,
                enrolment.device,
                enrolment.epoch,
                &sealing,
                key.as_ref(),
            );
            let sealed = sealed.await.ok_or(Text::ExportFailed)?;
            let device = enrolment.device.to_string();
            let device = device.get(..8).unwrap_or_default();
            let name = ["hai-long-", device, "-", &(at + 1).to_string(), ".hailong"].concat();
            files::save(&name, &sealed).ok_or(Text::ExportFailed)?;
            records += count(content);
        }
        let now = clock::wall();
        // Where that cannot be kept, it is asked for again.
        let _ = kiosk.outside().store.exported(now).await;
        kiosk.change(|model| model.facts.exported = Some(now));
        Ok(Said::Exported(records, files))
    });
}

async fn waiting(kiosk: Kiosk) -> Option<Vec<Waits>> {
    let outside = kiosk.outside();
    let queue = outside.store.waiting().await.ok()?;
    let ids: Vec<_> = queue.iter().map(|queued| queued.waiting.id).collect();
    let parcels = outside.store.parcels(&ids).await.ok()?;
    let unit_of = |id| queue.iter().find(|queued| queued.waiting.id == id);
    let waits = parcels.iter().filter_map(|parcel| {
        let unit = unit_of(parcel.id)?.unit.clone();
        Some((unit, Record::of(parcel)))
    });
    Some(waits.collect())
}

async fn signing_key(kiosk: Kiosk) -> Option<Key> {
    let stored = kiosk.outside().store.key().await.ok().flatten()?;
    Key::of_stored(stored)
}

async fn file(
    content: &Content,
    device: DeviceId,
    epoch: Epoch,
    to: &SealingKey,
    key: Option<&Key>,
) -> Option<String> {
    let text = write(content);
    let seal = Seal::draw(to).await?;
    let header = write(&Header {
        format: FORMAT.to_owned(),
        device,
        epoch,
        count: u32::try_from(count(content)).ok()?,
        sha256: ParcelHash::of(text.as_bytes()),
        key: to.id.clone(),
        ephemeral: seal.ephemeral.clone(),
    });
    // A device that has lost its key still gets its queue out; a person then decides on it.
    let signature = match key {
        Some(key) => key.sign(&signed_bytes(FORMAT, header.as_bytes())).await?,
        None => String::new(),
    };
    let sealed = seal.close(&header, &text).await?;
    Some(write(&File {
        header,
        signature,
        sealed,
    }))
}

/// Hands a file on to the server, under this device's signature. Nothing of it stays here.
pub fn import(kiosk: Kiosk) {
    // At once, while the touch still counts as a person's wish.
    let Some(chosen) = files::choose(".hailong") else {
        return;
    };
    errand(async move {
        let text = text_of(chosen).await;
        tell(kiosk, hand_on(kiosk, text));
    });
}

async fn text_of(chosen: Chosen) -> Result<String, Text> {
    chosen.text(MOST_FILE_BYTES).await.ok_or(Text::RescueBad)
}

async fn hand_on(kiosk: Kiosk, text: Result<String, Text>) -> Result<Said, Text> {
    let text = text?;
    let enrolment = kiosk.look(|model| model.facts.enrolment);
    let key = signing_key(kiosk).await;
    let (Some(enrolment), Some(key)) = (enrolment, key) else {
        return Err(Text::TroubleEnrol);
    };
    let server = Signed {
        device: Some(enrolment.device),
        key,
    };
    let answer = server.ask("/v1/rescue", Some(&text)).await;
    let answer = answer.ok_or(Text::TroubleOffline)?;
    let said = String::from_utf8(answer.body).unwrap_or_default();
    if answer.status == 200 {
        let imported = read(&said).map_err(|_| Text::TroubleServer)?;
        return Ok(Said::Imported(imported));
    }
    let refusal: Option<Refusal> = read(&said).ok();
    Err(advice(answer.status, refusal.map(|refusal| refusal.code)))
}

/// What to tell a person about a refusal.
fn advice(status: u16, code: Option<Code>) -> Text {
    match (status, code) {
        (_, Some(Code::OtherKey)) => Text::RescueOther,
        (_, Some(Code::BadRescue | Code::TooLarge)) => Text::RescueBad,
        (401 | 403, _) => Text::TroubleEnrol,
        (429, _) => Text::TooManyTries,
        _ => Text::TroubleServer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::contract::sample;

    fn waits(count: usize) -> Vec<Waits> {
        let entry = sample(1);
        let record = Record::of(&entry.parcel);
        vec![(entry.unit, record); count]
    }

    #[test]
    fn o14_every_waiting_record_is_in_one_file_and_no_file_is_too_large() {
        assert!(contents(Vec::new()).is_empty());
        let few = contents(waits(3));
        assert_eq!((few.len(), few[0].units.len()), (1, 1));
        let many = contents(waits(MOST_RECORDS + 1));
        let counts: Vec<_> = many.iter().map(count).collect();
        assert_eq!(counts.iter().sum::<usize>(), MOST_RECORDS + 1);
        assert!(counts.iter().all(|count| *count <= MOST_RECORDS));
        let mut large = waits(2_000);
        for (_, record) in &mut large {
            record.body = "\"".repeat(6_000);
        }
        let large = contents(large);
        assert_eq!(large.iter().map(count).sum::<usize>(), 2_000);
        assert!(large.iter().all(|it| write(it).len() <= MOST_CONTENT_BYTES));
    }

    #[test]
    fn o14_a_refusal_says_what_to_do() {
        assert_eq!(advice(400, Some(Code::BadRescue)), Text::RescueBad);
        assert_eq!(advice(400, Some(Code::OtherKey)), Text::RescueOther);
        assert_eq!(advice(401, None), Text::TroubleEnrol);
        assert_eq!(advice(503, None), Text::TroubleServer);
    }
}
