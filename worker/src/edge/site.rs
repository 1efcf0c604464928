//! Which of the sites a request is for (privacy-and-security.md S1). Never: believes a client.
//!
//! On a server of one's own the socket says it: workerd writes [`HEADER`] and replaces one that a
//! client sent. Where `COUNTER_HOST` and `MANAGER_HOST` are bound (Cloudflare, `wrangler dev`) the
//! platform's routing has decided which host names reach this Worker; there the host says it and
//! the header is not looked at.

use worker::{Env, Request};

/// The header that a workerd socket injects.
pub const HEADER: &str = "x-hai-long-role";

/// One of the two sites, or the socket of whoever watches the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    /// Kiosks and tablets: asking, enrolling, sending. No sign-in, no figures.
    Counter,
    /// Managers and operators.
    Manager,
    /// How the server is; only on a socket of its own on this machine (docs/adr/0023).
    Watch,
}

impl Site {
    /// The site of a request; `None` when it came in by no known door.
    #[must_use]
    pub fn of(request: &Request, env: &Env) -> Option<Self> {
        let bound = |name| env.var(name).ok().map(|host| host.to_string());
        match (bound("COUNTER_HOST"), bound("MANAGER_HOST")) {
            (None, None) => Self::named(&request.headers().get(HEADER).ok()??),
            (counter, manager) => {
                let url = request.url().ok()?;
                let host = url.host_str();
                if host.is_some() && host == counter.as_deref() {
                    Some(Self::Counter)
                } else if host.is_some() && host == manager.as_deref() {
                    Some(Self::Manager)
                } else {
                    None
                }
            }
        }
    }

    fn named(name: &str) -> Option<Self> {
        match name {
            "counter" => Some(Self::Counter),
            "manager" => Some(Self::Manager),
            "watch" => Some(Self::Watch),
            _ => None,
        }
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Manager => "manager",
            Self::Watch => "watch",
        }
    }

    /// The folder that holds this site's files; the watch has none.
    #[must_use]
    pub const fn folder(self) -> Option<&'static str> {
        match self {
            Self::Counter | Self::Manager => Some(self.name()),
            Self::Watch => None,
        }
    }
}
