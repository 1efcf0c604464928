//! The service worker that keeps the shell for a start without a network (rules U1 to U4).
//! Never: an update in front of a citizen; only the idle screen lets one in.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ServiceWorker, ServiceWorkerContainer, ServiceWorkerRegistration};

use super::page;

/// The registered service worker.
#[derive(Clone, Debug)]
pub struct Shell {
    container: ServiceWorkerContainer,
    registration: ServiceWorkerRegistration,
    is_wanted: Rc<Cell<bool>>,
}

impl Shell {
    /// Registers `/sw.js`. `None` where the browser has no service workers or refuses; the next page asks
    /// again. Some browsers leave this open for ever: nobody may wait for it alone (U4).
    pub async fn register() -> Option<Self> {
        let container = web_sys::window()?.navigator().service_worker();
        if !container.is_object() {
            return None;
        }
        let registration = JsFuture::from(container.register("/sw.js")).await.ok()?;
        let shell = Self {
            container,
            registration: registration.dyn_into().ok()?,
            is_wanted: Rc::default(),
        };
        shell.reload_when_new();
        Some(shell)
    }

    /// The first worker of all takes over a running page silently; one we asked for reloads it.
    fn reload_when_new(&self) {
        let is_wanted = Rc::clone(&self.is_wanted);
        let changed = Closure::<dyn FnMut()>::new(move || {
            if is_wanted.get() {
                page::leave_for("/");
            }
        });
        let changed = changed.into_js_value();
        self.container
            .set_oncontrollerchange(Some(changed.unchecked_ref()));
    }

    /// This page's requests go through the worker, so that it can load without a network.
    #[must_use]
    pub fn is_in_charge(&self) -> bool {
        self.container.controller().is_some()
    }

    /// A complete and verified new shell waits.
    #[must_use]
    pub fn has_update(&self) -> bool {
        self.registration.waiting().is_some()
    }

    /// Lets the waiting shell take over (U2); the page then loads afresh.
    pub fn update(&self) {
        if let Some(waiting) = self.registration.waiting() {
            self.is_wanted.set(true);
            tell(&waiting, "activate", &[]);
        }
    }

    /// Says that the idle screen stands: the shell in charge is good, older ones may go (U1), and
    /// there is time to fetch these languages whole.
    pub fn say_shown(&self, languages: &[String]) {
        if let Some(worker) = self.container.controller() {
            tell(&worker, "shown", languages);
        }
    }

    /// Looks for a new shell; the answer shows in [`Self::has_update`].
    pub fn look(&self) {
        // A browser without a network finds none.
        let _ = self.registration.update();
    }
}

fn tell(worker: &ServiceWorker, what: &str, languages: &[String]) {
    let message = Object::new();
    // A plain object takes every member; a worker that is gone needs no message.
    let _ = Reflect::set(&message, &"type".into(), &JsValue::from_str(what));
    let languages: Array = languages.iter().map(|tag| JsValue::from_str(tag)).collect();
    let _ = Reflect::set(&message, &"languages".into(), &languages);
    let _ = worker.post_message(&message);
}
