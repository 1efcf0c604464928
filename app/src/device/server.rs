//! The way to our own server: one request, one answer or none. Never: a decision on what it means.

use std::future::Future;

use js_sys::Uint8Array;
use survey::id::DeviceId;
use survey::wire::device::signed_bytes;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortSignal, Headers, Request, RequestCache, RequestCredentials, RequestInit, RequestRedirect,
    Response,
};

use super::clock;
use super::key::Key;

/// A request without an answer after so long is given up.
const TIME_OUT_MS: u32 = 25_000;

/// What the server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// `Retry-After` in milliseconds.
    pub retry_after: Option<i64>,
    /// The body.
    pub body: Vec<u8>,
}

/// The port for what a device asks.
pub trait Server {
    /// GET without a body, else POST. `None`: no reply, a redirect, a time-out.
    fn ask(&self, path: &str, body: Option<&str>) -> impl Future<Output = Option<Answer>>;
}

/// The server, spoken to under the device's signature (W1).
#[derive(Clone, Debug)]
pub struct Signed {
    /// The id the server gave; `None` while enrolling.
    pub device: Option<DeviceId>,
    /// The key whose public half the server knows or gets with this request.
    pub key: Key,
}

impl Server for Signed {
    async fn ask(&self, path: &str, body: Option<&str>) -> Option<Answer> {
        let signed = signed_bytes(path, body.unwrap_or_default().as_bytes());
        let signature = self.key.sign(&signed).await?;
        let device = self.device.map(|device| device.to_string());
        let mut headers = vec![("X-Device-Signature", signature.as_str())];
        headers.extend(device.iter().map(|device| ("X-Device", device.as_str())));
        let method = if body.is_some() { "POST" } else { "GET" };
        exchange(method, path, &headers, body, RequestCredentials::Omit).await
    }
}

/// A file of this site as text, from the service worker's cache where there is one.
pub async fn file(path: &str) -> Option<String> {
    let answer = exchange("GET", path, &[], None, RequestCredentials::Omit).await?;
    (answer.status == 200)
        .then(|| String::from_utf8(answer.body).ok())
        .flatten()
}

/// One exchange with our own server; a body is JSON. `None`: no reply, a redirect, a time-out.
pub async fn exchange(
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&str>,
    credentials: RequestCredentials,
) -> Option<Answer> {
    let sent = Headers::new().ok()?;
    for (name, value) in headers {
        sent.set(name, value).ok()?;
    }
    let options = RequestInit::new();
    options.set_method(method);
    options.set_credentials(credentials);
    options.set_redirect(RequestRedirect::Error);
    options.set_cache(RequestCache::NoStore);
    options.set_signal(Some(&AbortSignal::timeout_with_u32(TIME_OUT_MS)));
    if let Some(body) = body {
        sent.set("Content-Type", "application/json").ok()?;
        options.set_body(&body.into());
    }
    options.set_headers(&sent);
    let request = Request::new_with_str_and_init(path, &options).ok()?;
    let window = web_sys::window()?;
    let response = JsFuture::from(window.fetch_with_request(&request))
        .await
        .ok()?;
    let response: Response = response.dyn_into().ok()?;
    let bytes = JsFuture::from(response.array_buffer().ok()?).await.ok()?;
    let wait = response.headers().get("Retry-After").ok().flatten();
    Some(Answer {
        status: response.status(),
        retry_after: wait.and_then(|wait| retry_after_ms(&wait)),
        body: Uint8Array::new(&bytes).to_vec(),
    })
}

/// `Retry-After` as seconds or as a date.
fn retry_after_ms(text: &str) -> Option<i64> {
    if let Ok(seconds) = text.trim().parse::<u32>() {
        return Some(i64::from(seconds) * 1_000);
    }
    let at = js_sys::Date::parse(text);
    at.is_finite()
        .then(|| clock::instant(at).since(clock::wall()).max(0))
}
