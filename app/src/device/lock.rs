//! One sender at a time, for economy: two tabs do not send the same records twice. Never: relied on;
//! without the lock, or without this API, everything stays correct (O13).

use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};

/// Does the work while holding the lock; `false` without doing it when another tab holds it.
pub async fn if_free(name: &str, work: impl Future<Output = ()> + 'static) -> bool {
    let Some((locks, request)) = manager() else {
        work.await;
        return true;
    };
    let is_mine = Rc::new(Cell::new(false));
    let says_mine = Rc::clone(&is_mine);
    let granted = Closure::once_into_js(move |lock: JsValue| {
        if lock.is_null() {
            return JsValue::UNDEFINED;
        }
        says_mine.set(true);
        // The lock is held until this promise is kept.
        future_to_promise(async move {
            work.await;
            Ok(JsValue::UNDEFINED)
        })
        .into()
    });
    let options = Object::new();
    // A plain object takes every member.
    let _ = Reflect::set(&options, &"ifAvailable".into(), &JsValue::TRUE);
    let held = request.call3(&locks, &name.into(), &options, &granted);
    if let Some(held) = held.ok().and_then(|held| held.dyn_into::<Promise>().ok()) {
        // A refusal shows in `is_mine`.
        let _ = JsFuture::from(held).await;
    }
    is_mine.get()
}

/// `navigator.locks` and its `request`, which `web-sys` has no stable name for.
fn manager() -> Option<(JsValue, Function)> {
    let navigator = web_sys::window()?.navigator();
    let locks = Reflect::get(&navigator, &"locks".into()).ok()?;
    let request = Reflect::get(&locks, &"request".into()).ok()?;
    Some((locks, request.dyn_into().ok()?))
}
