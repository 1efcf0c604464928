//! The three kinds of Durable Object, how one is named and how one is asked.

mod alerts;
mod allowance;
pub mod answer;
mod context;
mod crypto;
pub mod directory;
mod dossiers;
mod fleet;
pub mod forms;
pub mod kept;
mod keys;
pub mod ledger;
pub mod name;
pub mod night;
mod passkeys;
mod people;
pub mod publication;
mod remembered;
pub mod rescue;
mod rollup;
pub mod sealing;
mod shell;
pub mod signature;
mod tree;

use crate::refused::Refused;
use name::ObjectName;
use serde::{Deserialize, Serialize};
use survey::day::Millis;
use worker::{Env, Method, Request, RequestInit, Response};

/// One question to an object. Objects have no address outside this Worker, so what stands here
/// comes from this Worker's own code.
///
/// It travels as one body: what stands here as a line of JSON, then the message. As headers each of it would be a
/// call to the runtime on either side.
#[derive(Serialize)]
pub struct Ask<'a> {
    /// What is wanted.
    pub verb: &'a str,
    /// The instant at which the request came in.
    pub now: Millis,
    /// SHA-256 of the session's token, where somebody may be signed in, or what an API key is known by
    /// ([`crate::access::token::credential_of_key`]).
    pub session: Option<String>,
    /// SHA-256 of the token by which the browser may be known.
    pub browser: Option<String>,
    /// The origin of the page that writes, which is this site's own.
    pub origin: Option<String>,
    /// The signature of a device, and the path that it signed.
    pub signature: Option<(String, String)>,
    /// The message, as it came.
    #[serde(skip)]
    pub body: Vec<u8>,
}

/// An object has no address; a request has to have one.
const NOWHERE: &str = "http://object/";

impl<'a> Ask<'a> {
    /// A question by this server itself.
    #[must_use]
    pub fn own(verb: &'a str, now: Millis, body: impl Into<Vec<u8>>) -> Self {
        Self {
            verb,
            now,
            session: None,
            browser: None,
            origin: None,
            signature: None,
            body: body.into(),
        }
    }

    /// Asks, and returns the object's answer whatever it says.
    ///
    /// # Errors
    /// [`Refused`] as broken when the object cannot be reached.
    pub async fn of(self, object: &ObjectName, env: &Env) -> Result<Response, Refused> {
        let question = self.question();
        let mut init = RequestInit::new();
        init.with_method(Method::Post)
            .with_body(Some(js_sys::Uint8Array::from(question.as_slice()).into()));
        let request = Request::new_with_init(NOWHERE, &init)?;
        let stub = env
            .durable_object(object.binding())?
            .get_by_name(&object.to_string())?;
        Ok(stub.fetch_with_request(request).await?)
    }

    fn question(&self) -> Vec<u8> {
        let mut question = survey::wire::write(&self).into_bytes();
        // JSON of ours has no line break.
        question.push(b'\n');
        question.extend_from_slice(&self.body);
        question
    }

    /// Asks, and reads the answer; a refusal by the object is returned as one.
    ///
    /// # Errors
    /// What the object refused, or broken when it cannot be reached or read.
    pub async fn read<M: serde::de::DeserializeOwned>(
        self,
        object: &ObjectName,
        env: &Env,
    ) -> Result<M, Refused> {
        let mut response = self.of(object, env).await?;
        let text = response.text().await?;
        if response.status_code() == 200 {
            return survey::wire::read(&text)
                .map_err(|error| Refused::broken(&format!("answer of an object: {error}")));
        }
        let refusal: survey::wire::code::Refusal = survey::json::read(&text)
            .map_err(|_| Refused::broken("an object failed without a word"))?;
        let wait_s = response.headers().get(answer::WAIT)?;
        Err(Refused {
            code: refusal.code,
            message: refusal.message,
            wait_s: wait_s.and_then(|wait| wait.parse().ok()),
        })
    }
}

/// A question as it arrives at an object.
#[derive(Deserialize)]
pub struct Asked {
    /// What is wanted.
    pub verb: String,
    /// See [`Ask::now`].
    pub now: Millis,
    /// See [`Ask::session`].
    pub session: Option<String>,
    /// See [`Ask::browser`].
    pub browser: Option<String>,
    /// See [`Ask::origin`].
    pub origin: Option<String>,
    /// See [`Ask::signature`].
    pub signature: Option<(String, String)>,
    /// See [`Ask::body`].
    #[serde(skip)]
    pub body: Vec<u8>,
}

impl Asked {
    /// Reads a question.
    ///
    /// # Errors
    /// Broken when it is not one of [`Ask`]'s.
    pub async fn receive(mut request: Request) -> Result<Self, Refused> {
        let question = request.bytes().await?;
        Self::parse(&question).ok_or_else(|| Refused::broken("an object was asked no question"))
    }

    fn parse(question: &[u8]) -> Option<Self> {
        let end = question.iter().position(|byte| *byte == b'\n')?;
        let (line, message) = question.split_at(end);
        let line = std::str::from_utf8(line).ok()?;
        let mut asked: Self = survey::wire::read(line).ok()?;
        message.get(1..)?.clone_into(&mut asked.body);
        Some(asked)
    }

    /// The message.
    ///
    /// # Errors
    /// [`survey::wire::code::Code::BadRequest`] when it does not read.
    pub fn message<M: serde::de::DeserializeOwned>(&self) -> Result<M, Refused> {
        let refused = |what: String| {
            Refused::new(
                survey::wire::code::Code::BadRequest,
                format!("The body is not the message this route takes: {what}."),
            )
        };
        let text = std::str::from_utf8(&self.body).map_err(|_| refused("not UTF-8".into()))?;
        survey::wire::read(text).map_err(|error| refused(error.to_string()))
    }

    /// The message of a route that takes none: an empty object, no unknown key (rule S10).
    ///
    /// # Errors
    /// As [`Asked::message`].
    pub fn nothing(&self) -> Result<(), Refused> {
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Nothing {}
        self.message::<Nothing>().map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_arrives_as_it_was() {
        let message = b"{\"a\":\n1}\n".as_slice();
        let mut ask = Ask::own("history/33.1", Millis(1_777_000_000_000), message);
        ask.session = Some("s\n".into());
        ask.origin = Some("https://m.example".into());
        ask.signature = Some(("c2ln".into(), "/v1/units/33.1/batches".into()));
        let asked = Asked::parse(&ask.question()).unwrap();
        assert_eq!((asked.verb.as_str(), asked.now), (ask.verb, ask.now));
        assert_eq!((asked.session, asked.browser), (ask.session, None));
        assert_eq!((asked.origin, asked.signature), (ask.origin, ask.signature));
        assert_eq!(asked.body, message);
        let empty = Asked::parse(&Ask::own("tick", Millis(0), Vec::new()).question()).unwrap();
        assert!(empty.body.is_empty() && empty.signature.is_none());
        for no_question in [b"".as_slice(), b"{}\n", b"tick\n", message] {
            assert!(Asked::parse(no_question).is_none());
        }
    }
}
