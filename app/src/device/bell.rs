//! Waiting that ends: cut short by a ring, or by time.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// A bell: whoever waits is woken by time or by a ring. A ring while nobody waits is kept.
#[derive(Clone, Debug, Default)]
pub struct Bell(Rc<RefCell<State>>);

#[derive(Debug, Default)]
struct State {
    rung: bool,
    wake: Option<Function>,
}

impl Bell {
    /// Wakes who waits.
    pub fn ring(&self) {
        let mut state = self.0.borrow_mut();
        state.rung = true;
        if let Some(wake) = state.wake.take() {
            // A promise's own function cannot fail.
            let _ = wake.call0(&JsValue::UNDEFINED);
        }
    }

    /// Waits at most so many milliseconds; `true` when it was rung.
    pub async fn wait(&self, milliseconds: i64) -> bool {
        if !self.0.borrow().rung {
            let waited = Promise::new(&mut |resolve, _| {
                after(milliseconds, &resolve);
                self.0.borrow_mut().wake = Some(resolve);
            });
            // Nothing rejects it.
            let _ = JsFuture::from(waited).await;
        }
        let mut state = self.0.borrow_mut();
        state.wake = None;
        std::mem::take(&mut state.rung)
    }
}

/// What a promise gives, if it gives it in time. Some browsers leave one open for ever.
pub async fn in_time(promise: Promise, milliseconds: i64) -> Option<JsValue> {
    let late = Promise::new(&mut |_, reject| after(milliseconds, &reject));
    let first = Promise::race(&Array::of2(&promise, &late));
    JsFuture::from(first).await.ok()
}

fn after(milliseconds: i64, call: &Function) {
    // A browser keeps timers as 32-bit milliseconds: 24 days, longer than anything here waits.
    let milliseconds = i32::try_from(milliseconds.max(0)).unwrap_or(i32::MAX);
    if let Some(window) = web_sys::window() {
        // Without a timer the bell is woken by a ring alone.
        let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(call, milliseconds);
    }
}
