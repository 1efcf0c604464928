//! Alerts: who is told once a day of what needs a look, and where to (rule UM13).

use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use crate::day::{Day, Millis};
use crate::id::UnitId;

/// `GET /v1/alerts`: the alerts at nodes where the caller may set them up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alerts {
    /// The newest first. Never a secret.
    pub alerts: Vec<AlertRow>,
    /// The server's clock.
    pub now: Millis,
}

/// One alert, as those see it who may remove it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertRow {
    /// By which the audit log names it: `alert:` and this.
    pub id: String,
    /// About which unit and those below; `None` is the whole deployment.
    #[serde(default)]
    pub node: Option<UnitId>,
    /// How it is sent.
    pub kind: AlertKind,
    /// The host that it goes to, and of mail whom it is for.
    pub to: String,
    /// In which language it is written.
    pub language: AlertLanguage,
    /// Coverage of the month before under so many percent is told; `None` is not.
    #[serde(default)]
    pub coverage_below: Option<u8>,
    /// The account that set it up, whose rights say what is told.
    pub maker: String,
    /// The day on which it was set up.
    pub since: Day,
    /// Its maker may still set it up; else nothing is sent.
    pub works: bool,
    /// What was sent last, the newest first, at most ten.
    pub deliveries: Vec<DeliveryRow>,
}

/// How an alert is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlertKind {
    /// Signed JSON to a program.
    Webhook,
    /// A message by somebody's HTTP API for mail.
    Mail,
}

/// The languages that alerts are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlertLanguage {
    /// Vietnamese.
    Vi,
    /// English.
    En,
}

/// One digest, or a try.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryRow {
    /// As `X-HaiLong-Delivery` says it: the same with each try.
    pub id: String,
    /// Of which day.
    pub day: Day,
    /// Somebody tried whether it arrives.
    pub is_test: bool,
    /// How it stands.
    pub state: DeliveryState,
    /// How often it was sent.
    pub tries: u32,
    /// When it is sent next, where it waits.
    #[serde(default)]
    pub next: Option<Millis>,
    /// What came of the last try: an HTTP status, `no-answer`, `unreachable`, or `no-right` where the maker's
    /// right has ended.
    #[serde(default)]
    pub outcome: Option<String>,
}

/// How a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeliveryState {
    /// It is sent, again if need be.
    Waiting,
    /// It was taken with a status of 200 to 299.
    Sent,
    /// It is not sent any more.
    Failed,
}

/// `POST /v1/alerts`: sets one up. `POST /v1/alerts/{alert}/test` sends a try, `DELETE /v1/alerts/{alert}`
/// removes one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAlert {
    /// About which unit and those below; `None` is the whole deployment.
    #[serde(default)]
    pub node: Option<UnitId>,
    /// In which language.
    pub language: AlertLanguage,
    /// 1 to 100.
    #[serde(default)]
    pub coverage_below: Option<u8>,
    /// Where it goes to.
    pub target: Target,
}

/// Where an alert goes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "kebab-case",
    rename_all_fields = "snake_case",
    deny_unknown_fields
)]
pub enum Target {
    /// Signed JSON to a program.
    Webhook {
        /// `https://` and at most 500 characters.
        url: String,
    },
    /// A message by somebody's HTTP API for mail.
    Mail {
        /// Of the API: `https://` and at most 500 characters.
        url: String,
        /// Sent as `Authorization: Bearer …`.
        token: String,
        /// Who writes.
        from: String,
        /// Who reads.
        to: String,
        /// The JSON that the API takes, with `{{from}}`, `{{to}}`, `{{subject}}` and `{{text}}` in its texts;
        /// the usual one where it is left out.
        #[serde(default)]
        template: Option<String>,
    },
}

/// The answer: the only time that a webhook's secret is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreshAlert {
    /// As [`AlertRow::id`].
    pub id: String,
    /// What signatures are made with; mail has none.
    #[serde(default)]
    pub secret: Option<String>,
}
