//! What the sample's operator does, over the manager's own API.

use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use survey::day::{Day, Millis};
use survey::id::{Channel, CounterId, DeviceClass, UnitId};
use survey::wire::device::Names;
use survey::wire::dossiers::{DossierCount, DossierOutcome, WantedDossiers};
use survey::wire::forms::NewForm;
use survey::wire::manager::{FreshCode, NewAccount, NewCode, NewGrant, Role, Setup, SignIn, Units};
use survey::wire::people::Proof;
use survey::wire::public::{
    ActionAdded, ActionState, ActionWords, NewState, Publication, WantedPublication,
};
use survey::wire::units::{Outcome, Sheet};

use super::province::Unit;
use crate::{
    trouble::Trouble,
    workerd::{Plan, Server},
};

/// Units in one request, which takes 16 KiB.
const UNITS_AT_ONCE: usize = 40;

/// A password opens doors for five minutes (rule S7); the server checks sixty of them a minute (rule S5),
/// and a province has more kiosks than that.
const PROOF_KEPT: Duration = Duration::from_mins(3);

/// Counts of dossiers in one request.
const DOSSIERS_AT_ONCE: usize = 1_000;

/// A signed-in operator.
#[derive(Debug)]
pub struct Office {
    origin: String,
    cookie: Option<String>,
    sign_in: Option<SignIn>,
    /// When the password was given last.
    proved: Option<Instant>,
}

impl Office {
    /// Nobody is signed in yet.
    #[must_use]
    pub fn new(server: &Server) -> Self {
        Self {
            origin: server.manager().trim_end_matches('/').to_owned(),
            cookie: None,
            sign_in: None,
            proved: None,
        }
    }

    /// The first operator of an empty server, signed in, with a password that is drawn.
    ///
    /// # Errors
    /// When the server is not empty, or does not let them in.
    pub fn of_empty(server: &Server, plan: &Plan) -> Result<(Self, String), Trouble> {
        let password = super::random_word(14)?;
        let mut office = Self::new(server);
        office.set_up(&plan.setup_code, super::OPERATOR, &password)?;
        office.sign_in(super::OPERATOR, &password)?;
        Ok((office, password))
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
        self.proved = Some(Instant::now());
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

    /// Makes the units of a list.
    ///
    /// # Errors
    /// When the server refuses it, as a whole or row by row.
    pub fn import_units(&mut self, csv: &str) -> Result<(), Trouble> {
        let sheet = Sheet {
            csv: csv.to_owned(),
            dry_run: false,
        };
        let path = "/v1/units/import";
        let outcome: Outcome = self.ask("POST", path, &sheet)?;
        match outcome.errors.first() {
            Some(error) => Err(refused(path, &format!("{error:?}"))),
            None => Ok(()),
        }
    }

    /// Adds a form to the house.
    ///
    /// # Errors
    /// When the server refuses it.
    pub fn add_form(&mut self, file: &str, starts: Day) -> Result<(), Trouble> {
        let form = NewForm {
            file: file.to_owned(),
            starts,
            dry_run: false,
        };
        self.ask::<Value>("POST", "/v1/forms", &form).map(drop)
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
            grants: vec![NewGrant::open(Role::Admin, Some(node))],
        };
        self.ask::<Value>("POST", "/v1/accounts", &account)
            .map(drop)
    }

    /// Makes an account with every right everywhere, for a program that tries every door.
    ///
    /// # Errors
    /// When the server refuses it.
    pub fn add_explorer(&mut self, account: &str, password: &str) -> Result<(), Trouble> {
        let roles = [Role::Operator, Role::Admin, Role::Manager, Role::Auditor];
        let account = NewAccount {
            account: account.to_owned(),
            password: password.to_owned(),
            grants: roles.map(|role| NewGrant::open(role, None)).to_vec(),
        };
        self.ask::<Value>("POST", "/v1/accounts", &account)
            .map(drop)
    }

    /// A one-time code for a kiosk at a unit's first counter.
    ///
    /// # Errors
    /// When the server refuses it.
    pub fn code(&mut self, unit: &UnitId, form: &str, pin: &str) -> Result<String, Trouble> {
        let path = format!("/v1/units/{unit}/enrolment-codes");
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
        // On a slow machine the last code may be long after signing in.
        let is_proved = self.proved.is_some_and(|at| at.elapsed() < PROOF_KEPT);
        if let Some(SignIn { password, .. }) = self.sign_in.clone().filter(|_| !is_proved) {
            self.ask::<Value>("POST", "/v1/session/proof", &Proof { password })?;
            self.proved = Some(Instant::now());
        }
        self.ask::<FreshCode>("POST", &path, &code)
            .map(|fresh| fresh.code)
    }

    /// Hands in how many dossiers ended.
    ///
    /// # Errors
    /// When the server refuses them, as a whole or one by one.
    pub fn count_dossiers(&mut self, counts: &[DossierCount]) -> Result<(), Trouble> {
        for some in counts.chunks(DOSSIERS_AT_ONCE) {
            let wanted = WantedDossiers {
                counts: some.to_vec(),
                dry_run: false,
            };
            let path = "/v1/dossiers";
            let outcome: DossierOutcome = self.ask("PUT", path, &wanted)?;
            if let Some(error) = outcome.errors.first() {
                return Err(refused(path, &format!("{error:?}")));
            }
        }
        Ok(())
    }

    /// Makes the figures of a unit public.
    ///
    /// # Errors
    /// When the server refuses it.
    pub fn publish(&mut self, unit: &str, publication: Publication) -> Result<(), Trouble> {
        let wanted = WantedPublication {
            publication: Some(publication),
        };
        let path = format!("/v1/units/{unit}/publication");
        self.ask::<Value>("PUT", &path, &wanted).map(drop)
    }

    /// Tells everybody what was done about what people said.
    ///
    /// # Errors
    /// When the server refuses it.
    pub fn tell(&mut self, unit: &str, words: &ActionWords) -> Result<(), Trouble> {
        let path = format!("/v1/units/{unit}/actions");
        let added: ActionAdded = self.ask("POST", &path, words)?;
        let state = NewState {
            state: ActionState::Published,
        };
        let path = format!("{path}/{}/state", added.action);
        self.ask::<Value>("PUT", &path, &state).map(drop)
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

    /// Reads.
    ///
    /// # Errors
    /// When the server refuses it.
    pub fn read<T: DeserializeOwned>(&mut self, path: &str) -> Result<T, Trouble> {
        self.ask("GET", path, &())
    }

    /// Reads an answer as it is; a workbook is no text.
    ///
    /// # Errors
    /// When the server refuses it.
    pub fn bytes(&mut self, path: &str) -> Result<Vec<u8>, Trouble> {
        self.answered("GET", path, &())
    }

    /// Lets the nightly round happen now.
    ///
    /// # Errors
    /// When the server's clock cannot be set.
    pub fn night(&mut self) -> Result<(), Trouble> {
        self.ask::<Value>("POST", "/v1/test/night", &json!({}))
            .map(drop)
    }

    fn ask<T: DeserializeOwned>(
        &mut self,
        method: &str,
        path: &str,
        message: &impl Serialize,
    ) -> Result<T, Trouble> {
        let text = self.answer(method, path, message)?;
        let text = if text.is_empty() { "null" } else { &text };
        serde_json::from_str(text).map_err(|error| refused(path, &error.to_string()))
    }

    fn answer(
        &mut self,
        method: &str,
        path: &str,
        message: &impl Serialize,
    ) -> Result<String, Trouble> {
        let bytes = self.answered(method, path, message)?;
        String::from_utf8(bytes).map_err(|_| refused(path, "no text"))
    }

    fn answered(
        &mut self,
        method: &str,
        path: &str,
        message: &impl Serialize,
    ) -> Result<Vec<u8>, Trouble> {
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
        let not_built = |error: ureq::http::Error| refused(path, &error.to_string());
        let reply = if method == "GET" {
            agent().run(request.body(()).map_err(not_built)?)
        } else {
            agent().run(request.body(body).map_err(not_built)?)
        };
        let mut reply = reply.map_err(|error| refused(path, &error.to_string()))?;
        let set_cookie = reply.headers().get("set-cookie");
        if let Some(cookie) = set_cookie.and_then(|cookie| cookie.to_str().ok()) {
            self.cookie = cookie.split(';').next().map(str::to_owned);
        }
        let status = reply.status();
        let bytes = reply
            .body_mut()
            .read_to_vec()
            .map_err(|error| refused(path, &error.to_string()))?;
        if !status.is_success() {
            let text = String::from_utf8_lossy(&bytes);
            return Err(refused(path, &format!("{status} {text}")));
        }
        Ok(bytes)
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
