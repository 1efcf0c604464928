//! What the sample's operator does, over the manager's own API.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use survey::day::Millis;
use survey::id::{Channel, CounterId, DeviceClass, UnitId};
use survey::wire::device::Names;
use survey::wire::manager::{FreshCode, Grant, NewAccount, NewCode, Role, Setup, SignIn, Units};

use super::province::Unit;
use crate::{trouble::Trouble, workerd::Server};

/// Units in one request, which takes 16 KiB.
const UNITS_AT_ONCE: usize = 40;

/// A signed-in operator.
#[derive(Debug)]
pub struct Office {
    origin: String,
    cookie: Option<String>,
    sign_in: Option<SignIn>,
}

impl Office {
    /// Nobody is signed in yet.
    #[must_use]
    pub fn new(server: &Server) -> Self {
        Self {
            origin: server.manager().trim_end_matches('/').to_owned(),
            cookie: None,
            sign_in: None,
        }
    }

    /// Creates the first operator.
    ///
    /// # Errors
    /// When the server has one, or the code is wrong.
    pub fn set_up(&mut self, code: &str, account: &str, password: &str) -> Result<(), Trouble> {
        let setup = Setup {
            code: code.to_owned(),
            account: account.to_owned(),
            password: password.to_owned(),
        };
        self.ask::<Value>("POST", "/v1/setup", &setup).map(drop)
    }

    /// Signs in.
    ///
    /// # Errors
    /// When account or password is wrong.
    pub fn sign_in(&mut self, account: &str, password: &str) -> Result<(), Trouble> {
        let sign_in = SignIn {
            account: account.to_owned(),
            password: password.to_owned(),
        };
        self.ask::<Value>("POST", "/v1/session", &sign_in)?;
        self.sign_in = Some(sign_in);
        Ok(())
    }

    /// Makes units.
    ///
    /// # Errors
    /// When the server refuses them.
    pub fn add_units(&mut self, units: &[Unit]) -> Result<(), Trouble> {
        for some in units.chunks(UNITS_AT_ONCE) {
            let units = Units {
                units: some.to_vec(),
            };
            self.ask::<Value>("POST", "/v1/units", &units)?;
        }
        Ok(())
    }

    /// Makes an account that reads the figures of a node and gives out codes for devices there.
    ///
    /// # Errors
    /// When the server refuses it.
    pub fn add_manager(
        &mut self,
        account: &str,
        password: &str,
        node: &str,
    ) -> Result<(), Trouble> {
        let node = UnitId::parse(node).map_err(|_| refused("/v1/accounts", "the node is no id"))?;
        let account = NewAccount {
            account: account.to_owned(),
            password: password.to_owned(),
            grants: vec![Grant {
                role: Role::Admin,
                node: Some(node),
            }],
        };
        self.ask::<Value>("POST", "/v1/accounts", &account)
            .map(drop)
    }

    /// A one-time code for a kiosk at a unit's first counter.
    ///
    /// # Errors
    /// When the server refuses it.
    pub fn code(&mut self, unit: &Unit, form: &str, pin: &str) -> Result<String, Trouble> {
        let path = format!("/v1/units/{}/enrolment-codes", unit.id);
        let word = |what: &str| refused(&path, what);
        let code = NewCode {
            counter: CounterId::parse("q1").map_err(|_| word("the counter is no id"))?,
            counter_name: Names {
                vi: "Quầy 1".to_owned(),
                en: "Counter 1".to_owned(),
            },
            class: DeviceClass::parse("kiosk").map_err(|_| word("the class is no word"))?,
            channel: Channel::parse("counter").map_err(|_| word("the channel is no word"))?,
            form: form.to_owned(),
            pin: pin.to_owned(),
        };
        self.ask::<FreshCode>("POST", &path, &code)
            .map(|fresh| fresh.code)
    }

    /// Moves the server's clock; what is due by then happens. A session does not live that long, so
    /// the operator signs in again.
    ///
    /// # Errors
    /// When the server's clock cannot be set.
    pub fn set_clock(&mut self, now: Millis) -> Result<(), Trouble> {
        self.ask::<Value>("PUT", "/v1/test/clock", &json!({ "now": now.0 }))?;
        match self.sign_in.take() {
            Some(SignIn { account, password }) => self.sign_in(&account, &password),
            None => Ok(()),
        }
    }

    fn ask<T: DeserializeOwned>(
        &mut self,
        method: &str,
        path: &str,
        message: &impl Serialize,
    ) -> Result<T, Trouble> {
        // workerd listens on 127.0.0.1 in any case; a machine may not know the name `localhost`.
        let address = format!("{}{path}", self.origin).replace("localhost", "127.0.0.1");
        let host = self.origin.trim_start_matches("http://");
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(address)
            .header("host", host)
            .header("origin", &self.origin)
            .header("content-type", "application/json");
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        let body =
            serde_json::to_vec(message).map_err(|error| refused(path, &error.to_string()))?;
        let request = request
            .body(body)
            .map_err(|error| refused(path, &error.to_string()))?;
        let mut reply = agent()
            .run(request)
            .map_err(|error| refused(path, &error.to_string()))?;
        let set_cookie = reply.headers().get("set-cookie");
        if let Some(cookie) = set_cookie.and_then(|cookie| cookie.to_str().ok()) {
            self.cookie = cookie.split(';').next().map(str::to_owned);
        }
        let status = reply.status();
        let text = reply
            .body_mut()
            .read_to_string()
            .map_err(|error| refused(path, &error.to_string()))?;
        if !status.is_success() {
            return Err(refused(path, &format!("{status} {text}")));
        }
        let text = if text.is_empty() { "null" } else { &text };
        serde_json::from_str(text).map_err(|error| refused(path, &error.to_string()))
    }
}

/// An HTTP client that hands over refusals as answers.
pub fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .build()
        .into()
}

/// The sample could not be loaded, and why.
pub fn refused(path: &str, why: &str) -> Trouble {
    Trouble::new(
        format!("The sample could not be loaded: {path} answered {why}"),
        "Start again with --fresh, or with --empty for a server without the sample",
    )
}
