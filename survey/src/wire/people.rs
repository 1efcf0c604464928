//! Accounts, their rights, passkeys, proving oneself again, and the audit log.

use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use super::manager::Role;
use crate::day::{Day, Millis};
use crate::id::UnitId;

/// `GET /v1/accounts`: the accounts that have a right where the caller keeps accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accounts {
    /// By name.
    pub accounts: Vec<AccountRow>,
}

/// One account, as far as the caller may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRow {
    /// Its name.
    pub account: String,
    /// Its rights at units that the caller keeps.
    pub grants: Vec<DatedGrant>,
    /// It is the caller's own.
    pub is_own: bool,
    /// The caller may give it another password: every right it has is one that the caller may give.
    pub is_recoverable: bool,
    /// Sessions that are open.
    pub sessions: u32,
}

/// A right with its days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatedGrant {
    /// What.
    pub role: Role,
    /// Where; `None` is the whole deployment.
    #[serde(default)]
    pub node: Option<UnitId>,
    /// First day.
    pub from: Day,
    /// Last day.
    #[serde(default)]
    pub to: Option<Day>,
}

/// `PUT /v1/accounts/{account}/grants`: its rights at units that the caller keeps, from now on. None
/// at all closes the account there. Every session of the account ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewGrants {
    /// At most 32.
    pub grants: Vec<DatedGrant>,
}

/// `PUT /v1/accounts/{account}/password`: another administrator helps somebody who cannot sign in.
/// Every session of the account ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    /// At least 12 characters.
    pub password: String,
}

/// `PUT /v1/session/password`: one's own. Every other session ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnPassword {
    /// The one until now.
    pub old: String,
    /// At least 12 characters.
    pub new: String,
}

/// `POST /v1/session/proof`: the one who signed in is still there; good for five minutes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// The account's password.
    pub password: String,
}

/// `GET /v1/session/challenge`: what a passkey signs. Good for five minutes, and once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// 56 bytes.
    pub challenge: String,
}

/// `POST /v1/session/passkey`, which signs in, and `POST /v1/session/passkey/proof`: what a passkey
/// signed (`WebAuthn`, authentication). Bytes are base64url without padding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assertion {
    /// The passkey's id.
    pub id: String,
    /// `clientDataJSON`.
    pub client_data: String,
    /// `authenticatorData`.
    pub authenticator_data: String,
    /// ECDSA over P-256 with SHA-256, in DER.
    pub signature: String,
}

/// `GET /v1/passkeys`: one's own, and what the browser needs to make another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passkeys {
    /// The oldest first.
    pub passkeys: Vec<Passkey>,
    /// As [`Challenge::challenge`], for making one.
    pub challenge: String,
    /// The id under which the browser keeps it, at most 64 bytes; tells nothing.
    pub user: String,
}

/// A passkey as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passkey {
    /// Its id, base64url without padding.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// The day on which it was made.
    pub since: Day,
    /// The day on which it was last used.
    #[serde(default)]
    pub used: Option<Day>,
}

/// `POST /v1/passkeys`: a passkey that the browser has just made (`WebAuthn`, registration, without
/// attestation). `DELETE /v1/passkeys/{id}` removes one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPasskey {
    /// 1 to 60 characters.
    pub name: String,
    /// `clientDataJSON`.
    pub client_data: String,
    /// `authenticatorData`, with the id and the key.
    pub authenticator_data: String,
}

/// `GET /v1/audit?before=NO&actor=NAME&act=WORD&from=DAY&to=DAY`: newest first, at most 100.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// The lines.
    pub lines: Vec<AuditLine>,
    /// There are older ones; ask with `before` the last one's number.
    pub has_more: bool,
}

/// One line of the audit log. Never an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditLine {
    /// Its number.
    pub no: u64,
    /// When.
    pub at: Millis,
    /// An account, a device, or `set-up`, `succession` and `restore`.
    pub actor: String,
    /// What.
    pub act: String,
    /// To a unit, a device or an account.
    pub subject: String,
}
