//! The one way to say no: a stable code, a sentence that says what to do, perhaps a time to wait.

use crate::store::port::StoreError;
use survey::wire::code::{Code, Refusal};

/// Why a request is not granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// For programs.
    pub code: Code,
    /// For people, in English. Never repeats what was sent.
    pub message: String,
    /// Seconds to wait before the next try, where that is the cure.
    pub wait_s: Option<u32>,
}

impl Refused {
    /// A refusal without a time to wait.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            wait_s: None,
        }
    }

    /// Our own fault. `what` is logged and must hold nothing that anybody sent.
    #[must_use]
    pub fn broken(what: &str) -> Self {
        #[cfg(target_arch = "wasm32")]
        worker::console_error!("{what}");
        // Natively there is no log: a test that breaks something on purpose sees what came of it.
        #[cfg(not(target_arch = "wasm32"))]
        let _ = what;
        Self::new(
            Code::Broken,
            "The server failed. Nothing was recorded; try again.",
        )
    }

    /// Too many tries; `wait_s` seconds help.
    #[must_use]
    pub fn slow_down(wait_s: u32) -> Self {
        Self {
            code: Code::SlowDown,
            message: format!("Too many tries. Wait {wait_s} s, then try again."),
            wait_s: Some(wait_s),
        }
    }

    /// There is nothing here, or nothing that this account may see: the same words for both.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(
            Code::NotFound,
            "Nothing here, or nothing that this account may see.",
        )
    }

    /// A device that was never enrolled, or not at this unit.
    #[must_use]
    pub fn unknown_device() -> Self {
        Self::new(
            Code::UnknownDevice,
            "This device is not known here. Enrol it again; its data stays on it.",
        )
    }

    /// The body of the answer.
    #[must_use]
    pub fn body(&self) -> Refusal {
        Refusal {
            code: self.code,
            message: self.message.clone(),
        }
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::broken(&format!("store: {error}"))
    }
}

impl From<worker::Error> for Refused {
    fn from(error: worker::Error) -> Self {
        Self::broken(&format!("runtime: {error}"))
    }
}
