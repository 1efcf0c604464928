//! Rescue files and the quarantine, as far as the Directory has a say: the sealing keys, who may hand
//! a file in, who may decide on what is kept (rules O14, L8). Never: a record.

use super::{Actor, Directory, actor, audit, find_device};
use crate::access::Act;
use crate::refused::Refused;
use crate::store::port::{Row, Sql, Store, StoreError};
use survey::day::Millis;
use survey::id::{DeviceId, UnitId};
use survey::wire::code::Code;
use survey::wire::quarantine::{Decide, Decision};
use survey::wire::rescue::SealingKey;
use survey::wire::write;

/// A sealing key with its private half.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptKey {
    /// The half that devices get.
    pub public: SealingKey,
    /// PKCS #8, base64url. Stays in the Directory.
    pub private: String,
}

/// Who hands a rescue file in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Importer<'a> {
    /// An account, by its session.
    Account(Option<&'a str>),
    /// A device whose signature was found to fit.
    Device(DeviceId),
}

impl Importer<'_> {
    fn actor(self, sql: &dyn Sql, now: Millis) -> Result<Option<Actor>, Refused> {
        match self {
            Self::Device(_) => Ok(None),
            Self::Account(session) => {
                let actor = actor(sql, session, now)?;
                actor.must_be_able_to(Act::ImportRescue)?;
                actor.must_be_proved(now)?;
                Ok(Some(actor))
            }
        }
    }
}

impl<S: Store> Directory<S> {
    /// The key that new files are sealed to; `None` before the first was drawn.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn sealing_key(&self) -> Result<Option<SealingKey>, Refused> {
        let newest = "SELECT id, public, private FROM sealing_key ORDER BY no DESC LIMIT 1";
        self.0.atomically(|sql| {
            let row = sql.first(newest, &[])?;
            Ok(row.map(|row| key(&row)).transpose()?.map(|key| key.public))
        })
    }

    /// Keeps the first key of a deployment; where there is one already, that one stays.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn keep_first_key(&self, key: &KeptKey) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            if sql.first("SELECT 1 FROM sealing_key", &[])?.is_none() {
                add(sql, key)?;
            }
            Ok(())
        })
    }

    /// Refuses who may not change keys.
    ///
    /// # Errors
    /// [`Code::ProveAgain`], or the caller's own rights.
    pub fn may_change_keys(&self, session: Option<&str>, now: Millis) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            actor.must_keep_everything(Act::ChangeKeys)?;
            actor.must_be_proved(now)
        })
    }

    /// Keeps a new key for files from now on; older keys go on opening theirs.
    ///
    /// # Errors
    /// [`Code::ProveAgain`], or the caller's own rights.
    pub fn change_key(
        &self,
        session: Option<&str>,
        now: Millis,
        key: &KeptKey,
    ) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            actor.must_keep_everything(Act::ChangeKeys)?;
            actor.must_be_proved(now)?;
            add(sql, key)?;
            audit(sql, now, &actor.name, "change-key", &key.public.id)?;
            Ok(())
        })
    }

    /// The key that a file by `device` is sealed to, for somebody who may hand it in. Written down,
    /// whatever comes of it.
    ///
    /// # Errors
    /// [`Code::OtherKey`], [`Code::ProveAgain`] for an account, or the caller's own rights.
    pub fn key_to_open(
        &self,
        importer: Importer,
        now: Millis,
        id: &str,
        device: DeviceId,
    ) -> Result<KeptKey, Refused> {
        self.0.atomically(|sql| {
            let actor = importer.actor(sql, now)?;
            let row = sql.first(
                "SELECT id, public, private FROM sealing_key WHERE id = ?1",
                &[id.into()],
            )?;
            let row = row.ok_or_else(|| {
                let message = "This file was sealed for another server. Hand it in there.";
                Refused::new(Code::OtherKey, message)
            })?;
            let by = match (importer, actor) {
                (Importer::Device(relay), _) => relay.to_string(),
                (_, actor) => actor.map(|actor| actor.name).unwrap_or_default(),
            };
            audit(sql, now, &by, "import-rescue", &device.to_string())?;
            Ok(key(&row)?)
        })
    }

    /// Of these units, those that have a Ledger and for which this importer may hand records in.
    ///
    /// # Errors
    /// As [`Directory::key_to_open`].
    pub fn takers(
        &self,
        importer: Importer,
        now: Millis,
        units: &[UnitId],
    ) -> Result<Vec<UnitId>, Refused> {
        self.0.atomically(|sql| {
            let actor = importer.actor(sql, now)?;
            let mut takers = Vec::new();
            for unit in units {
                let may = actor.as_ref().is_none_or(|actor| {
                    (actor.must_be_able_to_at(Act::ImportRescue, sql, unit)).is_ok()
                });
                let ledger = "SELECT 1 FROM stay WHERE unit = ?1 LIMIT 1";
                if may && sql.first(ledger, &[unit.as_str().into()])?.is_some() {
                    takers.push(unit.clone());
                }
            }
            Ok(takers)
        })
    }

    /// The units with a Ledger at which an account may do something.
    ///
    /// # Errors
    /// The caller's own rights.
    pub fn seen_counting(
        &self,
        session: Option<&str>,
        now: Millis,
        act: Act,
    ) -> Result<Vec<UnitId>, Refused> {
        let counting = self.counting_units(None)?;
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            actor.must_be_able_to(act)?;
            let may = |unit: &UnitId| actor.must_be_able_to_at(act, sql, unit).is_ok();
            Ok(counting.into_iter().filter(may).collect())
        })
    }

    /// Permits a decision on a group of the quarantine and writes it down before it is done: no
    /// decision without its line in the log.
    ///
    /// # Errors
    /// [`Code::ProveAgain`], or the caller's own rights, also at the unit that the records name.
    pub fn permit_decision(
        &self,
        session: Option<&str>,
        now: Millis,
        wanted: &Decide,
    ) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            // Released records of another unit are handed to that unit's Ledger.
            let other = wanted.which.names.as_ref();
            let other = other.filter(|_| wanted.decision == Decision::Release);
            for unit in [Some(&wanted.which.unit), other].into_iter().flatten() {
                actor.must_be_able_to_at(Act::DecideQuarantine, sql, unit)?;
            }
            actor.must_be_proved(now)?;
            let act = match wanted.decision {
                Decision::Release => "release-quarantine",
                Decision::Keep => "keep-quarantine",
            };
            let reason = write(&wanted.which.reason);
            let (unit, reason) = (&wanted.which.unit, reason.trim_matches('"'));
            let subject = format!("{unit} {reason} {}", wanted.count);
            audit(sql, now, &actor.name, act, &subject)?;
            Ok(())
        })
    }

    /// The device with this id, if there ever was one.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn signer(&self, id: DeviceId) -> Result<Option<String>, Refused> {
        self.0
            .atomically(|sql| Ok(find_device(sql, &id)?.map(|device| device.key)))
    }
}

fn add(sql: &dyn Sql, key: &KeptKey) -> Result<(), StoreError> {
    sql.run(
        "INSERT INTO sealing_key (id, public, private) VALUES (?1, ?2, ?3)",
        &[
            key.public.id.as_str().into(),
            key.public.public.as_str().into(),
            key.private.as_str().into(),
        ],
    )
}

fn key(row: &Row) -> Result<KeptKey, StoreError> {
    Ok(KeptKey {
        public: SealingKey {
            id: row.text(0)?.to_owned(),
            public: row.text(1)?.to_owned(),
        },
        private: row.text(2)?.to_owned(),
    })
}
