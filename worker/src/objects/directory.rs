//! The Directory as a Durable Object: questions in, answers out. Never: a decision.

use super::allowance::Allowance;
use super::answer;
use super::name::ObjectName;
use super::shell::Shell;
use super::{
    Ask, Asked, context, dossiers, fleet, forms, keys, passkeys, people, publication, rescue,
    signature, tree,
};
use crate::access::{Act, token};
use crate::clock;
use crate::forms::Forms;
use crate::post::Post;
use crate::refused::Refused;
use crate::store::directory::{Actor, Device, Directory as Rows, SCHEMA, SignedIn, Untold};
use crate::store::durable::Durable;
use crate::store::port::Store;
use serde::{Deserialize, Serialize};
use survey::day::Millis;
use survey::id::{DeviceId, UnitId};
use survey::wire::code::Code;
use survey::wire::device::{Config, EnrolReply, EnrolRequest};
use survey::wire::manager::{
    Devices, FreshCode, Grant, NewAccount, NewCode, Session, Setup, SignIn, Units,
};
use survey::wire::{VERSION, write};
use worker::wasm_bindgen::JsValue;
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

/// Rescue files that a device may hand in at once, and then a minute: each is opened whole.
const FILES_AT_ONCE: i64 = 20;
const FILES_A_MINUTE: i64 = 6;

/// Requests that a program may make with an API key at once, and then a minute (rule S12).
const READS_AT_ONCE: i64 = 120;
const READS_A_MINUTE: i64 = 60;

/// The Durable Object.
#[durable_object]
pub struct Directory {
    pub(super) shell: Shell<Rows<Durable>>,
    /// Rescue files that devices hand in.
    relays: Allowance<DeviceId>,
    /// Programs that read with a key.
    readers: Allowance<String>,
}

/// Where a permitted question about figures goes.
#[derive(Serialize, Deserialize)]
pub struct Permitted {
    /// The unit.
    pub place: Place,
    /// The units that were merged into it.
    pub earlier: Vec<Place>,
    /// The units at or below it that have a Ledger.
    pub counting: Vec<UnitId>,
}

/// A unit and the object that has its sums.
#[derive(Clone, Serialize, Deserialize)]
pub struct Place {
    /// Which unit.
    pub unit: UnitId,
    /// Whether it has units below it, so that its Rollup knows.
    pub is_inner: bool,
    /// Whether it has a Ledger.
    pub counts: bool,
}

impl Place {
    /// The place of a unit.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn of<S: Store>(rows: &Rows<S>, unit: UnitId) -> std::result::Result<Self, Refused> {
        Ok(Self {
            is_inner: rows.is_inner(&unit)?,
            counts: rows.counts(&unit)?,
            unit,
        })
    }

    /// Whom to ask; nobody where nothing was ever counted.
    #[must_use]
    pub fn object(&self) -> Option<ObjectName> {
        if self.is_inner {
            Some(ObjectName::Rollup(self.unit.clone()))
        } else {
            self.counts.then(|| ObjectName::Ledger(self.unit.clone()))
        }
    }
}

impl DurableObject for Directory {
    fn new(state: State, env: Env) -> Self {
        Self {
            shell: Shell::new(state, env, SCHEMA, Rows),
            relays: Allowance::of(FILES_AT_ONCE, FILES_A_MINUTE),
            readers: Allowance::of(READS_AT_ONCE, READS_A_MINUTE),
        }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        let give = async |asked: &Asked| self.answer(asked).await;
        self.shell.answer(request, give).await
    }

    async fn alarm(&self) -> Result<Response> {
        let told = self.tell_ledgers(Untold::All).await;
        // What is not told holds the night up no more than the other way round.
        let done = self.night_rings().await.and(told);
        let done = self.send_alerts().await.and(done);
        self.shell.ring(self.tell_the_others(done).await).await
    }
}

impl Directory {
    async fn answer(&self, asked: &Asked) -> std::result::Result<Response, Refused> {
        let is_fresh = self.shell.is_fresh();
        let rows = self.shell.rows()?;
        if is_fresh {
            self.begin(rows).await?;
        }
        let (session, now) = (asked.session.as_deref(), asked.now);
        let response = match asked.verb.as_str() {
            "clock" => answer::message(&rows.number("clock_ahead_ms")?),
            "set-clock" => self.set_clock(rows, asked).await?,
            "set-up" => self.set_up(rows, asked)?,
            "sign-in" => self.sign_in(rows, asked)?,
            "sign-in-passkey" => {
                self.entered(rows, passkeys::sign_in(rows, asked).await?, asked)?
            }
            "challenge" | "passkeys" | "add-passkey" | "prove-passkey" => {
                passkeys::answer(rows, asked).await?
            }
            "session" => answer::message(&self.session(rows.who(session, now)?, now)),
            "sign-out" => sign_out(rows, session)?,
            "add-account" => {
                let wanted: NewAccount = asked.message()?;
                rows.add_account(session, now, &wanted)?;
                answer::done()
            }
            "units" => answer::message(&Units {
                units: rows.units(session, now)?,
            }),
            "add-units" => {
                let wanted: Units = asked.message()?;
                rows.add_units(session, now, &wanted.units)?;
                self.tell().await?;
                answer::done()
            }
            "permit" => permit(rows, asked)?,
            "beside/trend" | "beside/children" | "beside/coverage" | "beside/comments"
            | "beside/breakdown" | "beside/review" | "review-comment" | "dossiers"
            | "dossiers-put" | "dossiers-import" => dossiers::answer(rows, asked)?,
            "seen" => answer::message(&rows.seen_of(session, now, &asked.message::<Vec<_>>()?)?),
            "counting" => answer::message(&rows.counting_units(None)?),
            "devices" => {
                let seen = rows.devices(session, now)?;
                let stays = rows.stays_of(&seen)?;
                let devices = fleet::rows(&seen)?;
                answer::message(&(Devices { devices }, stays))
            }
            "watched" | "watch" | "machine" | "night" => self.watch(rows, asked).await?,
            "relay" | "open" | "takers" | "change-key" | "quarantines" | "decide" => {
                rescue::answer(rows, &self.relays, asked).await?
            }
            "keys" | "make-key" | "use-key" => keys::answer(rows, &self.readers, asked)?,
            "alerts" | "add-alert" => self.alerts(rows, asked, &asked.verb, "").await?,
            "forms" | "add-form" | "form-files" => {
                let response = forms::answer(rows, asked)?;
                // A whole country of Ledgers is told of a form by the alarm.
                if asked.verb == "add-form" && !rows.untold(Untold::All)?.is_empty() {
                    self.shell.wake(0).await?;
                }
                response
            }
            "enrol" => answer::message(&self.enrol(rows, asked).await?),
            "config" => answer::message(&self.config(rows, asked).await?),
            "change-units" | "import-units" | "units-file" | "figures-file" => {
                let response = tree::answer(rows, asked)?;
                self.tell().await?;
                response
            }
            verb => self.answer_about(rows, asked, verb).await?,
        };
        Ok(response)
    }

    /// Answers a verb about one of many: a unit, a device, an account, an alert.
    async fn answer_about(
        &self,
        rows: &Rows<Durable>,
        asked: &Asked,
        verb: &str,
    ) -> std::result::Result<Response, Refused> {
        let (session, now) = (asked.session.as_deref(), asked.now);
        let unit_in = |unit| UnitId::parse(unit).map_err(|_| Refused::not_found());
        Ok(match verb.split_once('/') {
            Some((verb @ ("test-alert" | "drop-alert"), id)) => {
                self.alerts(rows, asked, verb, id).await?
            }
            Some(("draw-code", unit)) => draw_code(rows, asked, unit)?,
            Some(("history", unit)) => {
                answer::message(&rows.history(session, now, &unit_in(unit)?)?)
            }
            Some((what @ ("context" | "target" | "portal" | "fields"), unit)) => {
                context::answer(rows, asked, what, &unit_in(unit)?)?
            }
            Some(("revoke", device)) => {
                let device = DeviceId::parse(device).map_err(|_| Refused::not_found())?;
                asked.nothing()?;
                rows.revoke(session, now, &device)?;
                self.tell().await?;
                answer::done()
            }
            split => {
                let (verb, subject) = split.unwrap_or((verb, ""));
                let env = &self.shell.env;
                if let Some(answer) = publication::answer(rows, asked, env, verb, subject) {
                    return answer;
                }
                let changed = fleet::answer(rows, asked, verb, subject);
                let kept = || people::answer(rows, asked, verb, subject);
                let unknown = || Refused::broken("the Directory was asked an unknown verb");
                let response = changed.or_else(kept).ok_or_else(unknown)??;
                self.tell().await?;
                response
            }
        })
    }

    /// Moves a settable clock; what is due by then is sent.
    async fn set_clock(
        &self,
        rows: &Rows<Durable>,
        asked: &Asked,
    ) -> std::result::Result<Response, Refused> {
        rows.set_clock(asked.session.as_deref(), asked.now, asked.message()?)?;
        self.wake_for_alerts().await?;
        Ok(answer::done())
    }

    /// Sets the alarm of a fresh instance.
    async fn begin(&self, rows: &Rows<Durable>) -> std::result::Result<(), Refused> {
        if rows.untold(Untold::All)?.is_empty() {
            self.wake_for_the_night().await?;
            return self.wake_for_alerts().await;
        }
        // An earlier instance ended between writing a change down and telling it.
        Ok(self.shell.wake(0).await?)
    }

    fn set_up(
        &self,
        rows: &Rows<Durable>,
        asked: &Asked,
    ) -> std::result::Result<Response, Refused> {
        let wanted: Setup = asked.message()?;
        let code = self
            .shell
            .env
            .var("SETUP_CODE")
            .map(|code| code.to_string());
        let is_right = code.is_ok_and(|code| {
            // Compared as digests: the time it takes says nothing about the code.
            !code.is_empty() && token::digest(&code) == token::digest(&wanted.code)
        });
        rows.set_up(asked.now, is_right, &wanted.account, &wanted.password)?;
        Ok(answer::done())
    }

    fn sign_in(
        &self,
        rows: &Rows<Durable>,
        asked: &Asked,
    ) -> std::result::Result<Response, Refused> {
        let wanted: SignIn = asked.message()?;
        let browser = asked.browser.as_deref();
        let signed_in = rows.sign_in(asked.now, &wanted.account, &wanted.password, browser)?;
        self.entered(rows, signed_in, asked)
    }

    /// The answer to somebody who has just signed in, with the two cookies.
    fn entered(
        &self,
        rows: &Rows<Durable>,
        signed_in: SignedIn,
        asked: &Asked,
    ) -> std::result::Result<Response, Refused> {
        // The session that this browser had until now is over (rule S6).
        rows.sign_out(asked.session.as_deref())?;
        let response = answer::message(&self.session(signed_in.actor, asked.now));
        let headers = response.headers();
        headers.set(answer::COOKIE, &token::cookie(&signed_in.token))?;
        let browser = token::browser_cookie(&signed_in.browser);
        headers.set(answer::BROWSER_COOKIE, &browser)?;
        Ok(response)
    }

    fn session(&self, actor: Actor, now: Millis) -> Session {
        let grant = |grant: crate::access::Grant| Grant {
            role: grant.role,
            node: grant.node,
        };
        Session {
            account: actor.name,
            grants: actor.grants.into_iter().map(grant).collect(),
            ends: actor.ends,
            sample: clock::is_settable(&self.shell.env),
            now,
            counter: counter_address(&self.shell.env),
        }
    }

    async fn enrol(
        &self,
        rows: &Rows<Durable>,
        asked: &Asked,
    ) -> std::result::Result<EnrolReply, Refused> {
        let wanted: EnrolRequest = asked.message()?;
        if wanted.v != VERSION {
            let message = "This server speaks version 1 of the wire.";
            return Err(Refused::new(Code::BadVersion, message));
        }
        must_be_signed(asked, &asked.body, &wanted.key).await?;
        let device = rows.enrol(asked.now, &wanted.code, &wanted.key)?;
        self.tell().await?;
        Ok(EnrolReply {
            v: VERSION,
            now: asked.now,
            config: self.config_of(rows, &device).await?,
            device: device.id,
        })
    }

    async fn config(
        &self,
        rows: &Rows<Durable>,
        asked: &Asked,
    ) -> std::result::Result<Config, Refused> {
        let id = asked.message()?;
        must_be_signed(asked, b"", &rows.device(&id)?.key).await?;
        let device = rows.followed(asked.now, &id)?;
        self.tell().await?;
        if device.revoked.is_some() {
            let message = "This device was revoked. Enrol it again; its data stays on it.";
            return Err(Refused::new(Code::RevokedDevice, message));
        }
        self.config_of(rows, &device).await
    }

    async fn config_of(
        &self,
        rows: &Rows<Durable>,
        device: &Device,
    ) -> std::result::Result<Config, Refused> {
        let post = Post::read(&device.post)?;
        let path = rows.path(&device.unit)?;
        let files = rows.form_files(&[], Some(&post.settings.form))?;
        let forms = Forms::built_in().with(files);
        let mut config = post.config(&path, &forms, clock::is_settable(&self.shell.env))?;
        config.rescue = Some(rescue::key(rows).await?);
        Ok(config)
    }

    /// Tells Ledgers what changed; those that cannot be reached are told by the alarm.
    async fn tell(&self) -> std::result::Result<(), Refused> {
        if self.tell_ledgers(Untold::Devices).await.is_err() {
            self.shell.wake_again().await?;
        }
        Ok(())
    }

    /// Comes again at once while there are more Ledgers to be told than one round tells.
    async fn tell_the_others(
        &self,
        done: std::result::Result<(), Refused>,
    ) -> std::result::Result<(), Refused> {
        if done.is_ok() && !self.shell.rows()?.untold(Untold::All)?.is_empty() {
            self.shell.wake(0).await?;
        }
        done
    }

    async fn tell_ledgers(&self, what: Untold) -> std::result::Result<(), Refused> {
        let rows = self.shell.rows()?;
        let ahead_ms = if clock::is_settable(&self.shell.env) {
            rows.number("clock_ahead_ms")?
        } else {
            0
        };
        let now = clock::real().plus(ahead_ms);
        for unit in rows.untold(what)? {
            let news = rows.news(&unit)?;
            let ask = Ask::own("enrolled", now, write(&news));
            let ledger = ObjectName::Ledger(unit);
            let _: serde_json::Value = ask.read(&ledger, &self.shell.env).await?;
            rows.told(&news)?;
        }
        Ok(())
    }
}

/// A one-time code for a device of a unit.
fn draw_code(
    rows: &Rows<Durable>,
    asked: &Asked,
    unit: &str,
) -> std::result::Result<Response, Refused> {
    let (session, now) = (asked.session.as_deref(), asked.now);
    let unit = UnitId::parse(unit).map_err(|_| Refused::not_found())?;
    // A stranger shall not make us work out a PIN's verifier.
    rows.who(session, now)?;
    let wanted: NewCode = asked.message()?;
    let forms = rows.forms_begun(now)?;
    let post = Post::of(wanted, token::random()?, &forms)?;
    let drawn = rows.draw_code(session, now, &unit, &write(&post))?;
    Ok(answer::message(&FreshCode {
        code: drawn.code,
        ends: drawn.ends,
    }))
}

fn sign_out(rows: &Rows<Durable>, session: Option<&str>) -> std::result::Result<Response, Refused> {
    rows.sign_out(session)?;
    let response = answer::done();
    response
        .headers()
        .set(answer::COOKIE, &token::no_cookie())?;
    Ok(response)
}

/// Where a question about a unit's figures goes, if the caller may ask it.
fn permit(rows: &Rows<Durable>, asked: &Asked) -> std::result::Result<Response, Refused> {
    let unit: UnitId = asked.message()?;
    rows.permit(asked.session.as_deref(), asked.now, Act::SeeFigures, &unit)?;
    let earlier = rows.predecessors(&unit)?.into_iter();
    let earlier = earlier.map(|unit| Place::of(rows, unit));
    Ok(answer::message(&Permitted {
        earlier: earlier.collect::<std::result::Result<_, _>>()?,
        counting: rows.counting_units(Some(&unit))?,
        place: Place::of(rows, unit)?,
    }))
}

async fn must_be_signed(asked: &Asked, body: &[u8], key: &str) -> std::result::Result<(), Refused> {
    let is_signed = match &asked.signature {
        Some((made, path)) => signature::fits(key, made, path, body).await,
        None => false,
    };
    if is_signed {
        Ok(())
    } else {
        Err(Refused::new(
            Code::BadSignature,
            "X-Device-Signature does not fit the path, the body and the device's key.",
        ))
    }
}

/// The address that a new device opens, as the operator told this server: `COUNTER_URL`, or on
/// Cloudflare the counter's host. `None` where neither is known.
fn counter_address(env: &Env) -> Option<String> {
    let host = || told(env, "COUNTER_HOST");
    told(env, "COUNTER_URL").or_else(|| Some(format!("https://{}/", host()?)))
}

/// What the surroundings say under a name.
pub(super) fn told(env: &Env, name: &str) -> Option<String> {
    // What they do not say is null, which is no text.
    let value: JsValue = env.var(name).ok()?.into();
    value.as_string().filter(|value| !value.is_empty())
}
