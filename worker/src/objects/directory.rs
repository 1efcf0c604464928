//! The Directory as a Durable Object: questions in, answers out. Never: a decision.

use super::answer;
use super::name::ObjectName;
use super::{Ask, Asked, opened, signature};
use crate::access::{Act, token};
use crate::clock;
use crate::post::Post;
use crate::refused::Refused;
use crate::store::directory::{Actor, Device, Directory as Rows, SCHEMA};
use crate::store::durable::Durable;
use serde::{Deserialize, Serialize};
use std::cell::OnceCell;
use survey::day::Millis;
use survey::id::{DeviceId, UnitId};
use survey::wire::code::Code;
use survey::wire::device::{Config, EnrolReply, EnrolRequest};
use survey::wire::manager::{
    DeviceRow, Devices, FreshCode, Grant, NewAccount, NewCode, Session, Setup, SignIn, Units,
};
use survey::wire::{VERSION, read, write};
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

/// How long to wait before telling a Ledger again that did not answer.
const TELL_AGAIN_MS: i64 = 5_000;

/// The Durable Object.
#[durable_object]
pub struct Directory {
    state: State,
    env: Env,
    rows: OnceCell<Rows<Durable>>,
}

/// Where a permitted question about figures goes.
#[derive(Serialize, Deserialize)]
pub struct Permitted {
    /// Whether the unit has units below it, so that its Rollup knows.
    pub is_inner: bool,
    /// The units at or below it that have a Ledger.
    pub counting: Vec<UnitId>,
}

impl DurableObject for Directory {
    fn new(state: State, env: Env) -> Self {
        Self {
            state,
            env,
            rows: OnceCell::new(),
        }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        let answer = match Asked::receive(request).await {
            Ok(asked) => self.answer(&asked).await,
            Err(refused) => Err(refused),
        };
        answer.or_else(|refused| answer::refused(&refused))
    }

    async fn alarm(&self) -> Result<Response> {
        if self.tell_ledgers().await.is_err() {
            self.state.storage().set_alarm(TELL_AGAIN_MS).await?;
        }
        Ok(answer::done())
    }
}

impl Directory {
    fn rows(&self) -> std::result::Result<&Rows<Durable>, Refused> {
        opened(&self.rows, || Ok(Rows(Durable::open(&self.state, SCHEMA)?)))
    }

    async fn answer(&self, asked: &Asked) -> std::result::Result<Response, Refused> {
        let is_fresh = self.rows.get().is_none();
        let rows = self.rows()?;
        if is_fresh && !rows.untold()?.is_empty() {
            // An earlier instance ended between writing a change down and telling it.
            self.state.storage().set_alarm(0).await?;
        }
        let (session, now) = (asked.session.as_deref(), asked.now);
        let response = match asked.verb.as_str() {
            "clock" => answer::message(&rows.number("clock_ahead_ms")?),
            "set-clock" => {
                rows.set_clock(session, now, asked.message()?)?;
                answer::done()
            }
            "set-up" => {
                let wanted: Setup = asked.message()?;
                let code = self.env.var("SETUP_CODE").map(|code| code.to_string());
                let is_right = code.is_ok_and(|code| {
                    // Compared as digests: the time it takes says nothing about the code.
                    !code.is_empty() && token::digest(&code) == token::digest(&wanted.code)
                });
                rows.set_up(now, is_right, &wanted.account, &wanted.password)?;
                answer::done()
            }
            "sign-in" => {
                let wanted: SignIn = asked.message()?;
                let signed_in = rows.sign_in(now, &wanted.account, &wanted.password)?;
                let response = answer::message(&self.session(signed_in.actor, now));
                let cookie = token::cookie(&signed_in.token);
                response.headers().set(answer::COOKIE, &cookie)?;
                response
            }
            "session" => answer::message(&self.session(rows.who(session, now)?, now)),
            "sign-out" => {
                rows.sign_out(session)?;
                let response = answer::done();
                response
                    .headers()
                    .set(answer::COOKIE, &token::no_cookie())?;
                response
            }
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
            "permit" => {
                let unit: UnitId = asked.message()?;
                rows.permit(session, now, Act::SeeFigures, &unit)?;
                answer::message(&Permitted {
                    is_inner: rows.is_inner(&unit)?,
                    counting: rows.counting_units(Some(&unit))?,
                })
            }
            "counting" => answer::message(&rows.counting_units(None)?),
            "devices" => answer::message(&Devices {
                devices: device_rows(&rows.devices(session, now)?)?,
            }),
            "enrol" => answer::message(&self.enrol(rows, asked).await?),
            "config" => answer::message(&self.config(rows, asked).await?),
            verb => match verb.split_once('/') {
                Some(("draw-code", unit)) => {
                    let unit = UnitId::parse(unit).map_err(|_| Refused::not_found())?;
                    // A stranger shall not make us work out a PIN's verifier.
                    rows.who(session, now)?;
                    let wanted: NewCode = asked.message()?;
                    let post = Post::of(wanted, token::random()?)?;
                    let drawn = rows.draw_code(session, now, &unit, &write(&post))?;
                    answer::message(&FreshCode {
                        code: drawn.code,
                        ends: drawn.ends,
                    })
                }
                Some(("revoke", device)) => {
                    let device = DeviceId::parse(device).map_err(|_| Refused::not_found())?;
                    rows.revoke(session, now, &device)?;
                    self.tell().await?;
                    answer::done()
                }
                _ => return Err(Refused::broken("the Directory was asked an unknown verb")),
            },
        };
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
            sample: clock::is_settable(&self.env),
            now,
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
            config: self.config_of(rows, &device)?,
            device: device.id,
        })
    }

    async fn config(
        &self,
        rows: &Rows<Durable>,
        asked: &Asked,
    ) -> std::result::Result<Config, Refused> {
        let device = rows.device(&asked.message()?)?;
        must_be_signed(asked, b"", &device.key).await?;
        if device.revoked.is_some() {
            let message = "This device was revoked. Enrol it again; its data stays on it.";
            return Err(Refused::new(Code::RevokedDevice, message));
        }
        self.config_of(rows, &device)
    }

    fn config_of(
        &self,
        rows: &Rows<Durable>,
        device: &Device,
    ) -> std::result::Result<Config, Refused> {
        let post: Post =
            read(&device.post).map_err(|_| Refused::broken("a device's post is damaged"))?;
        let path = rows.path(&device.unit)?;
        post.config(&path, 1, clock::is_settable(&self.env))
    }

    /// Tells Ledgers what changed; those that cannot be reached are told by the alarm.
    async fn tell(&self) -> std::result::Result<(), Refused> {
        if self.tell_ledgers().await.is_err() {
            self.state.storage().set_alarm(TELL_AGAIN_MS).await?;
        }
        Ok(())
    }

    async fn tell_ledgers(&self) -> std::result::Result<(), Refused> {
        let rows = self.rows()?;
        for news in rows.untold()? {
            let ledger = ObjectName::Ledger(news.unit.clone());
            let ask = Ask::own("enrolled", clock::real(), write(&news));
            let _: serde_json::Value = ask.read(&ledger, &self.env).await?;
            rows.told(&news)?;
        }
        Ok(())
    }
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

/// Devices as the Directory knows them; the edge adds what their Ledgers heard.
fn device_rows(devices: &[Device]) -> std::result::Result<Vec<DeviceRow>, Refused> {
    let row = |device: &Device| {
        let damaged = || Refused::broken("a device's row is damaged");
        let post: Post = read(&device.post).map_err(|_| damaged())?;
        Ok(DeviceRow {
            device: device.id,
            unit: device.unit.clone(),
            counter_name: post.counter_name,
            class: post.class,
            enrolled: survey::day::Day::parse(&device.enrolled).ok_or_else(damaged)?,
            revoked: device.revoked.is_some(),
            seen: None,
            unsent: 0,
            asides: 0,
            oldest: None,
            persisted: false,
            free_mb: 0,
            skew_ms: 0,
            app: None,
        })
    };
    devices.iter().map(row).collect()
}
