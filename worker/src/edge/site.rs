//! Which of the sites a request is for (rule S1). Never: believes a client.
//!
//! On a server of one's own the socket says it: workerd writes [`HEADER`] and replaces one that a
//! client sent. Where `COUNTER_HOST`, `MANAGER_HOST` or `PUBLIC_HOST` are bound (Cloudflare,
//! `wrangler dev`) the platform's routing has decided which host names reach this Worker; there the host
//! says it and the header is not looked at.

use std::cell::OnceCell;
use worker::{Env, Request};

/// The header that a workerd socket injects.
pub const HEADER: &str = "x-hai-long-role";

thread_local! {
    /// The bound host names, in the order of [`HOSTS`]: the bindings of a running instance do not change.
    static BOUND: OnceCell<[Option<String>; 3]> = const { OnceCell::new() };
}

const HOSTS: [(&str, Site); 3] = [
    ("COUNTER_HOST", Site::Counter),
    ("MANAGER_HOST", Site::Manager),
    ("PUBLIC_HOST", Site::Public),
];

/// One of the three sites, or the socket of whoever watches the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    /// Kiosks and tablets: asking, enrolling, sending. No sign-in, no figures.
    Counter,
    /// Managers and operators.
    Manager,
    /// Everybody: what is public of a unit, read only, without a sign-in (docs/adr/0037).
    Public,
    /// How the server is; only on a socket of its own on this machine (docs/adr/0023).
    Watch,
}

impl Site {
    /// The site of a request; `None` when it came in by no known door.
    #[must_use]
    pub fn of(request: &Request, env: &Env) -> Option<Self> {
        let bound = |(name, _)| env.var(name).ok().map(|host| host.to_string());
        BOUND.with(|hosts| {
            let hosts = hosts.get_or_init(|| HOSTS.map(bound));
            if hosts.iter().all(Option::is_none) {
                return Self::named(&request.headers().get(HEADER).ok()??);
            }
            let url = request.url().ok()?;
            let host = url.host_str()?;
            let at = hosts
                .iter()
                .position(|known| known.as_deref() == Some(host))?;
            HOSTS.get(at).map(|(_, site)| *site)
        })
    }

    fn named(name: &str) -> Option<Self> {
        match name {
            "counter" => Some(Self::Counter),
            "manager" => Some(Self::Manager),
            "public" => Some(Self::Public),
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
            Self::Public => "public",
            Self::Watch => "watch",
        }
    }

    /// The folder that holds this site's files; the watch has none, and the public pages are written when asked for.
    #[must_use]
    pub const fn folder(self) -> Option<&'static str> {
        match self {
            Self::Counter | Self::Manager => Some(self.name()),
            Self::Public | Self::Watch => None,
        }
    }
}
