//! What the device remembers, as verbs of the domain: each is one transaction, and what it promises
//! holds after a power cut. Both stores keep the promises of `contract.rs`.
//!
//! Never: a way to delete a record that has no verdict; a way to read answers.

use std::future::Future;

use survey::day::{Day, Millis};
use survey::id::{AppHash, DeviceId, Epoch, FieldId, ParcelHash, ResponseId, UnitId};
use survey::outbox::{Aside, Marks, Reoffer, Trouble, Verdict, Waiting};
use survey::submission::Parcel;
use survey::wire::batch::DayCount;

/// Why the device could not remember. The transaction left nothing behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// No room left.
    Full,
    /// The storage cannot be opened, or the browser closed it.
    Closed,
    /// Anything else the browser reports.
    Failed,
}

/// A finished survey as it goes into the queue: sealed once, never changed (O3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The record.
    pub parcel: Parcel,
    /// The unit whose ledger counts it.
    pub unit: UnitId,
    /// The business day, for the age of the queue.
    pub day: Day,
}

/// A waiting record without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queued {
    /// What the outbox needs to know.
    pub waiting: Waiting,
    /// The unit whose ledger counts it.
    pub unit: UnitId,
    /// Its business day.
    pub day: Day,
    /// Why it was set aside, if it was.
    pub aside: Option<Aside>,
}

/// Who this device is (S2). The signing key lies beside it and cannot be read out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enrolment {
    /// The id the server gave.
    pub device: DeviceId,
    /// This life of the storage.
    pub epoch: Epoch,
}

/// Wrong PINs in a row, and until when none is taken (UK14).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PinTries {
    /// Wrong ones in a row.
    pub wrong: u8,
    /// No PIN is taken before this instant of the wall clock.
    pub until: Option<Millis>,
}

/// What the device knows about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Who it is; `None` before it is enrolled.
    pub enrolment: Option<Enrolment>,
    /// The last good configuration, as the server wrote it.
    pub config: Option<String>,
    /// The service field that staff chose.
    pub field: Option<FieldId>,
    /// The greatest server time ever seen: the wall clock cannot be earlier (T2).
    pub server_time: Option<Millis>,
    /// The server asked for silence until this instant (`Retry-After`); a reload does not shorten it.
    pub silent_until: Option<Millis>,
    /// Wrong PINs.
    pub pin: PinTries,
    /// What was last left with [`Store::leave_mark`].
    pub mark: Option<String>,
    /// When everything that waited was last exported, by the device's own clock.
    pub exported: Option<Millis>,
}

/// What staff may see: counts, never answers (US8).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueSummary {
    /// Records waiting, those set aside included.
    pub unsent: usize,
    /// For each of these that was set aside, why.
    pub asides: Vec<Aside>,
    /// The oldest waiting record's day.
    pub oldest: Option<Day>,
    /// When the server last settled or answered.
    pub last_success: Option<Millis>,
    /// What was wrong at the last try.
    pub last_trouble: Option<Trouble>,
    /// Surveys opened and abandoned, by day, the last eight days of this epoch.
    pub days: Vec<DayCount>,
}

/// What a reply taught beyond its verdicts (O12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// The unit that replied.
    pub unit: UnitId,
    /// What was known of it before the request was sent.
    pub before: Marks,
    /// What the reply says.
    pub said: Marks,
    /// If anything returns to the queue, sending starts then: the devices of a restored server do not
    /// come all at once.
    pub resume: Millis,
}

impl News {
    /// Which settled records return to the queue.
    #[must_use]
    pub fn reoffer(&self) -> Reoffer {
        self.before.reoffer(self.said)
    }

    /// Whether a settled record of this unit returns.
    #[must_use]
    pub fn returns(&self, unit: &UnitId) -> bool {
        match self.reoffer() {
            Reoffer::Nothing => false,
            Reoffer::ThisUnit => self.unit == *unit,
            Reoffer::Everything => true,
        }
    }
}

/// What one exchange with the server changes, all at once (O4, O8, O12).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// Records with their verdicts: they leave the queue.
    pub settle: Vec<(ResponseId, ParcelHash, Verdict)>,
    /// Records to set aside, each with its reason: they stay in the queue.
    pub aside: Vec<(ResponseId, Aside)>,
    /// What else a whole reply taught.
    pub news: Option<News>,
    /// The device's wall clock.
    pub now: Millis,
    /// The server's clock, if it answered.
    pub server_time: Option<Millis>,
    /// The server asked for silence until then.
    pub silent_until: Option<Millis>,
    /// What was wrong.
    pub trouble: Option<Trouble>,
}

impl Heard {
    /// When its verdicts were given: by the server's clock, which nobody at the counter can set.
    #[must_use]
    pub fn stamp(&self) -> Millis {
        self.server_time.unwrap_or(self.now)
    }

    /// Until when nothing is sent, if so many records returned to the queue.
    #[must_use]
    pub fn silence(&self, returned: usize) -> Option<Millis> {
        let resume = self.news.as_ref().map(|news| news.resume);
        self.silent_until.max(resume.filter(|_| returned > 0))
    }
}

/// What happens to a survey besides being finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// A citizen began.
    Opened,
    /// A citizen left it unfinished.
    Abandoned,
}

/// Days of opened and abandoned counts that are kept.
pub const DAYS_KEPT: usize = 8;
/// Settled records stay so many days, longer than any backup of the server (O7).
pub const SETTLED_DAYS: i64 = 45;

/// The port. `strict` means: on the disk before the future is ready (B1).
pub trait Store {
    /// Opens the storage and proves that it can be written, strictly.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot: the page pauses before the first question (UK17).
    fn open(&self) -> impl Future<Output = Result<Facts, StoreError>>;

    /// Keeps a finished survey: record and queue entry in one strict transaction (O2). The same id
    /// again changes nothing.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing of it is kept, and nobody is thanked (O15).
    fn finish(&self, entry: &Entry) -> impl Future<Output = Result<(), StoreError>>;

    /// Every record in the queue, without content.
    ///
    /// # Errors
    /// [`StoreError`].
    fn waiting(&self) -> impl Future<Output = Result<Vec<Queued>, StoreError>>;

    /// The content of waiting records, to be sent as it is; ids that do not wait are left out.
    ///
    /// # Errors
    /// [`StoreError`].
    fn parcels(&self, ids: &[ResponseId]) -> impl Future<Output = Result<Vec<Parcel>, StoreError>>;

    /// The highest marks seen in replies about a unit: one restore ordinal for all units, a version
    /// for each, which a higher ordinal clears (O12). To be read before a request is sent.
    ///
    /// # Errors
    /// [`StoreError`].
    fn marks(&self, unit: &UnitId) -> impl Future<Output = Result<Marks, StoreError>>;

    /// Applies one exchange in one strict transaction. First the news (O12): a reply from before a
    /// restore that is known by now settles nothing; settled records return as [`News::returns`] says;
    /// the marks are kept. Then a verdict settles only the record whose content has that hash now
    /// (O4); its comment text goes (O7), the rest stays for O12. Returns how many came back.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing has changed and the records are sent again.
    fn settle(&self, heard: &Heard) -> impl Future<Output = Result<usize, StoreError>>;

    /// Forgets records settled more than [`SETTLED_DAYS`] before `now`, which is a server's time: the
    /// device's own clock may be a year ahead. Returns how many.
    ///
    /// # Errors
    /// [`StoreError`].
    fn forget(&self, now: Millis) -> impl Future<Output = Result<usize, StoreError>>;

    /// The queue in counts.
    ///
    /// # Errors
    /// [`StoreError`].
    fn summary(&self) -> impl Future<Output = Result<QueueSummary, StoreError>>;

    /// Becomes this device, with its first configuration: strict. A new epoch starts at batch 1 with
    /// no surveys counted and no marks, for the server may be another; the queue stays as it is (O10).
    ///
    /// # Errors
    /// [`StoreError`].
    fn enrol(
        &self,
        enrolment: &Enrolment,
        config: &str,
    ) -> impl Future<Output = Result<(), StoreError>>;

    /// Keeps a configuration that has been read and found good.
    ///
    /// # Errors
    /// [`StoreError`]; the last one stays.
    fn configure(&self, config: &str) -> impl Future<Output = Result<(), StoreError>>;

    /// Raises the batch number and keeps it, strictly, before it is used (W7).
    ///
    /// # Errors
    /// [`StoreError`]; then nothing may be sent.
    fn next_batch(&self) -> impl Future<Output = Result<u32, StoreError>>;

    /// Notes which build runs. A new one may do better: what was set aside waits as the others do (O8).
    ///
    /// # Errors
    /// [`StoreError`]; then it is noted at the next start.
    fn run_as(&self, app: AppHash) -> impl Future<Output = Result<(), StoreError>>;

    /// Counts a survey that was opened or abandoned on a day.
    ///
    /// # Errors
    /// [`StoreError`].
    fn count(&self, what: Begun, day: Day) -> impl Future<Output = Result<(), StoreError>>;

    /// Remembers the service field that staff chose.
    ///
    /// # Errors
    /// [`StoreError`].
    fn choose_field(&self, field: &FieldId) -> impl Future<Output = Result<(), StoreError>>;

    /// Remembers wrong PINs, so that a reload does not forgive them.
    ///
    /// # Errors
    /// [`StoreError`].
    fn remember_pin(&self, tries: PinTries) -> impl Future<Output = Result<(), StoreError>>;

    /// Leaves a word, strictly, to be found in [`Facts`] by another page (B2).
    ///
    /// # Errors
    /// [`StoreError`].
    fn leave_mark(&self, mark: &str) -> impl Future<Output = Result<(), StoreError>>;

    /// Remembers that everything that waits was exported (O14). It waits on.
    ///
    /// # Errors
    /// [`StoreError`]; then it will be asked for again.
    fn exported(&self, at: Millis) -> impl Future<Output = Result<(), StoreError>>;
}

/// Adds one to a day's counts and drops the oldest days beyond [`DAYS_KEPT`].
#[must_use]
pub fn counted(mut days: Vec<DayCount>, what: Begun, day: Day) -> Vec<DayCount> {
    let place = days.partition_point(|count| count.day < day);
    if days.get(place).is_none_or(|count| count.day != day) {
        let none = DayCount {
            day,
            opened: 0,
            abandoned: 0,
        };
        days.insert(place, none);
        let surplus = days.len().saturating_sub(DAYS_KEPT);
        days.drain(..surplus);
    }
    if let Some(count) = days.iter_mut().find(|count| count.day == day) {
        match what {
            Begun::Opened => count.opened = count.opened.saturating_add(1),
            Begun::Abandoned => count.abandoned = count.abandoned.saturating_add(1),
        }
    }
    days
}
