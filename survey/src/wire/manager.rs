//! What managers and operators send and read. A figure crosses as [`crate::publish`] made it.

use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use super::device::Names;
use super::drivers::DriversView;
use super::fleet::Settings;
use crate::day::{Day, Millis};
use crate::id::{AppHash, Channel, CounterId, DeviceClass, DeviceId, FormId, ItemId, UnitId};
use crate::publish;

/// `POST /v1/setup`: the first operator of an empty server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// The one-time code that the server printed on its console.
    pub code: String,
    /// The operator's account name.
    pub account: String,
    /// At least 12 characters.
    pub password: String,
}

/// `POST /v1/session`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// Account name.
    pub account: String,
    /// Password.
    pub password: String,
}

/// What an account may do (S4). Grants name a node; everything below it is included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Units, devices, accounts; no figures.
    Operator,
    /// Accounts and devices of the subtree, and its figures.
    Admin,
    /// Figures of the subtree.
    Manager,
    /// Audit log, coverage, flags.
    Auditor,
    /// What waits on a device, on the device itself behind its PIN; here the names of units alone.
    Staff,
}

/// One right of one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// What.
    pub role: Role,
    /// Where; `None` is the whole deployment.
    #[serde(default)]
    pub node: Option<UnitId>,
}

/// `GET /v1/session` and the answer to signing in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Who.
    pub account: String,
    /// What and where.
    pub grants: Vec<Grant>,
    /// When it ends at the latest.
    pub ends: Millis,
    /// This deployment shows sample data.
    pub sample: bool,
    /// The server's clock and day.
    pub now: Millis,
    /// The address that a new device opens, where the server knows it.
    #[serde(default)]
    pub counter: Option<String>,
}

/// `POST /v1/accounts`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// Account name.
    pub account: String,
    /// At least 12 characters.
    pub password: String,
    /// Its rights, 1 to 32.
    pub grants: Vec<NewGrant>,
}

/// One right of a new account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewGrant {
    /// What.
    pub role: Role,
    /// Where; `None` is the whole deployment.
    #[serde(default)]
    pub node: Option<UnitId>,
    /// First day; without one today.
    #[serde(default)]
    pub from: Option<Day>,
    /// Last day; without one it is open.
    #[serde(default)]
    pub to: Option<Day>,
}

impl NewGrant {
    /// A right from today on without an end.
    #[must_use]
    pub const fn open(role: Role, node: Option<UnitId>) -> Self {
        Self {
            role,
            node,
            from: None,
            to: None,
        }
    }
}

/// What kind of node a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnitKind {
    /// The country.
    Country,
    /// Tỉnh, thành phố.
    Province,
    /// Sở, ban, ngành.
    Department,
    /// Xã, phường, đặc khu.
    Commune,
    /// A one-stop body: Trung tâm PVHCC, Bộ phận Một cửa.
    OneStop,
    /// Quầy: where devices stand. What is answered there is the unit's above (rule P1).
    Counter,
}

/// A unit of the tree. Closed, never deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// Stable for ever.
    pub id: UnitId,
    /// What it is.
    pub kind: UnitKind,
    /// Its name.
    pub name: Names,
    /// The node above; `None` at the root.
    #[serde(default)]
    pub parent: Option<UnitId>,
    /// GSO code, zero-padded text.
    #[serde(default)]
    pub gso: Option<String>,
    /// The agency's code in another system, such as H31.12.
    #[serde(default)]
    pub agency: Option<String>,
    /// First day of validity.
    pub valid_from: Day,
    /// Last day of validity.
    #[serde(default)]
    pub valid_to: Option<Day>,
    /// Who follows it after its last day: one where it was merged, several where it was split.
    #[serde(default)]
    pub successors: Vec<UnitId>,
    /// Whether counters of its own collect answers here; then it has a ledger.
    #[serde(default)]
    pub collects: bool,
}

/// `GET /v1/units` and `POST /v1/units`: the units one may see, parents before children; or units to
/// make, all or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Units {
    /// The units.
    pub units: Vec<Unit>,
}

/// `POST /v1/units/{unit}/enrolment-codes`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewCode {
    /// The counter to bind the device to.
    pub counter: CounterId,
    /// The counter's name.
    pub counter_name: Names,
    /// kiosk or tablet.
    pub class: DeviceClass,
    /// counter, qr, web.
    pub channel: Channel,
    /// The code of the form to show, such as `sipas2022`.
    pub form: String,
    /// The staff PIN, 4 to 8 digits; kept only as a verifier.
    pub pin: String,
}

/// The answer: shown once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreshCode {
    /// 8 symbols.
    pub code: String,
    /// When it ends.
    pub ends: Millis,
}

/// `GET /v1/devices`: how the devices of the subtree are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Devices {
    /// The devices.
    pub devices: Vec<DeviceRow>,
}

/// One device, as its last heartbeat said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceRow {
    /// Its id.
    pub device: DeviceId,
    /// Its unit.
    pub unit: UnitId,
    /// Its counter's name.
    pub counter_name: Names,
    /// What kind.
    pub class: DeviceClass,
    /// Enrolled on this day.
    pub enrolled: Day,
    /// No longer trusted.
    pub revoked: bool,
    /// Last heard.
    #[serde(default)]
    pub seen: Option<Millis>,
    /// Records waiting on it.
    pub unsent: u32,
    /// Records set aside.
    pub asides: u16,
    /// The oldest waiting record's day.
    #[serde(default)]
    pub oldest: Option<Day>,
    /// The browser promised to keep its storage.
    pub persisted: bool,
    /// Free megabytes; 0 where the browser does not tell.
    pub free_mb: u32,
    /// How often it lost what it held (B6).
    #[serde(default)]
    pub losses: u16,
    /// A copy of it sends too, or an old backup of it (W7).
    #[serde(default)]
    pub is_copied: bool,
    /// Its clock minus the server's, in milliseconds.
    pub skew_ms: i64,
    /// Its build.
    #[serde(default)]
    pub app: Option<AppHash>,
    /// The version of the configuration that it shall have (W11).
    pub config: u64,
    /// The version that it had when it was last heard; 0 while it did not tell.
    pub applied: u64,
    /// What it asks, and when.
    pub settings: Settings,
}

/// `GET /v1/units/{unit}/live`: counts only, never a level (P6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Live {
    /// Responses received today.
    pub today: u64,
    /// Counted, and waiting for the next release, over all forms.
    pub waiting: u64,
    /// Kept for a person to look at.
    pub quarantined: u64,
    /// The server's clock.
    pub now: Millis,
    /// When what is waiting is looked at next, unless as soon as ten are waiting.
    #[serde(default)]
    pub next_release: Option<Millis>,
}

/// `GET /v1/units/{unit}/figures?form=CODE&from=YYYY-MM&to=YYYY-MM`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitPage {
    /// Which unit.
    pub unit: UnitId,
    /// The form's id.
    pub form: FormId,
    /// The form as its file, for the wording; [`crate::form::Form::parse`] reads it.
    pub form_file: String,
    /// Every form that has released responses here, by code, this one included.
    pub forms: Vec<String>,
    /// First month of the period, `YYYY-MM`.
    pub from: String,
    /// Last month.
    pub to: String,
    /// Months that have released responses of this form.
    pub months: Vec<String>,
    /// First business day in the sum.
    #[serde(default)]
    pub first: Option<Day>,
    /// Last business day in the sum: how old the figures are.
    #[serde(default)]
    pub last: Option<Day>,
    /// Responses in the sum.
    pub responses: u64,
    /// Of these, with a helper.
    pub assisted: u64,
    /// Units that were merged into this one; `with=predecessors` adds their sums.
    #[serde(default)]
    pub predecessors: u32,
    /// Their sums are in these figures.
    #[serde(default)]
    pub with_predecessors: bool,
    /// Everything together, default formula first.
    pub overall: Vec<FigureView>,
    /// By factor.
    pub factors: Vec<PartView>,
    /// By item.
    pub items: Vec<PartView>,
    /// ST17: which factors go with the overall item, for a form that has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drivers: Option<DriversView>,
    /// The server's clock.
    pub now: Millis,
}

/// A figure on the wire; made only from [`publish::Figure`]. Shares in hundredths of a percentage
/// point, 0..=10000.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FigureView {
    /// The formula's word.
    pub formula: String,
    /// How much is shown.
    #[serde(flatten)]
    pub showing: ShowingView,
}

/// How much of a figure is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "show", rename_all = "kebab-case")]
pub enum ShowingView {
    /// Nothing.
    Hidden {
        /// Why.
        why: WhyView,
    },
    /// An interval rounded outward.
    Interval {
        /// People.
        n: u64,
        /// Lower limit.
        low: u16,
        /// Upper limit.
        high: u16,
    },
    /// Everything.
    Score {
        /// People.
        n: u64,
        /// The index.
        index: u16,
        /// Lower limit.
        low: u16,
        /// Upper limit.
        high: u16,
        /// For items, the share of each level 1..=5.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        levels: Option<[u16; 5]>,
    },
}

/// Why nothing is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhyView {
    /// Nobody answered.
    Nobody,
    /// Fewer than ten people.
    TooFew,
    /// It would reveal a neighbour with fewer than ten.
    GuardsNeighbour,
    /// The formula needs figures that are not shown.
    NeedsOthers,
}

/// The figure of a factor or item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartView {
    /// Which.
    pub id: ItemId,
    /// For an item, the position of its factor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub factor: Option<usize>,
    /// Its figure.
    #[serde(flatten)]
    pub figure: FigureView,
}

impl From<&publish::Figure> for FigureView {
    fn from(figure: &publish::Figure) -> Self {
        Self {
            formula: String::from(figure.formula.word()),
            showing: match &figure.showing {
                publish::Showing::Hidden(why) => ShowingView::Hidden {
                    why: match why {
                        publish::Why::Nobody => WhyView::Nobody,
                        publish::Why::TooFew => WhyView::TooFew,
                        publish::Why::GuardsNeighbour => WhyView::GuardsNeighbour,
                        publish::Why::NeedsOthers => WhyView::NeedsOthers,
                    },
                },
                publish::Showing::Interval { n, interval } => ShowingView::Interval {
                    n: *n,
                    low: interval.low(),
                    high: interval.high(),
                },
                publish::Showing::Score {
                    n,
                    index,
                    interval,
                    levels,
                } => ShowingView::Score {
                    n: *n,
                    index: *index,
                    low: interval.low(),
                    high: interval.high(),
                    levels: *levels,
                },
            },
        }
    }
}

impl From<&publish::Part> for PartView {
    fn from(part: &publish::Part) -> Self {
        Self {
            id: part.id.clone(),
            factor: part.factor,
            figure: FigureView::from(&part.figure),
        }
    }
}
