//! Which methods a path has, for the `Allow` header that goes with every 405 (RFC 9110). Never: routing.

use super::site::Site;

const READ: &str = "GET, HEAD";

/// The routes of both sites that have a path of their own; `{}` is any segment. Pages and files are read.
const COUNTER: [(&str, &str); 4] = [
    ("enrol", "POST"),
    ("rescue", "POST"),
    ("units/{}/batches", "POST"),
    ("device/config", READ),
];
const MANAGER: [(&str, &str); 56] = [
    ("setup", "POST"),
    ("session", "GET, HEAD, POST, DELETE"),
    ("session/proof", "POST"),
    ("session/password", "PUT"),
    ("session/challenge", READ),
    ("session/passkey", "POST"),
    ("session/passkey/proof", "POST"),
    ("passkeys", "GET, HEAD, POST"),
    ("passkeys/{}", "DELETE"),
    ("sessions", "DELETE"),
    ("alerts", "GET, HEAD, POST"),
    ("alerts/{}", "DELETE"),
    ("alerts/{}/test", "POST"),
    ("keys", "GET, HEAD, POST"),
    ("keys/{}", "DELETE"),
    ("accounts", "GET, HEAD, POST"),
    ("accounts/{}/grants", "PUT"),
    ("accounts/{}/password", "PUT"),
    ("audit", READ),
    ("audit.csv", READ),
    ("units", "GET, HEAD, POST, PUT"),
    ("units/import", "POST"),
    ("units.csv", READ),
    ("units/{}/enrolment-codes", "POST"),
    ("units/{}/figures", READ),
    ("units/{}/figures.csv", READ),
    ("units/{}/figures.xlsx", READ),
    ("units/{}/live", READ),
    ("units/{}/trend", READ),
    ("units/{}/children", READ),
    ("units/{}/coverage", READ),
    ("units/{}/comments", READ),
    ("units/{}/breakdown", READ),
    ("units/{}/review", "GET, HEAD, POST"),
    ("units/{}/resolvers", READ),
    ("units/{}/history", READ),
    ("units/{}/context", READ),
    ("units/{}/target", "PUT"),
    ("units/{}/portal", "PUT"),
    ("units/{}/fields", "PUT"),
    ("units/{}/publication", "GET, HEAD, PUT"),
    ("units/{}/actions", "GET, HEAD, POST"),
    ("units/{}/actions/{}", "PUT"),
    ("units/{}/actions/{}/state", "PUT"),
    ("dossiers", "GET, HEAD, PUT"),
    ("dossiers/import", "POST"),
    ("devices", READ),
    ("devices/{}/revoke", "POST"),
    ("devices/{}/config", "PUT"),
    ("devices/{}/move", "POST"),
    ("devices/{}/replacement-codes", "POST"),
    ("rescue", "POST"),
    ("rescue/keys", "POST"),
    ("forms", "GET, HEAD, POST"),
    ("quarantine", "GET, HEAD, POST"),
    ("server", READ),
];

/// The methods of a path, as the header lists them.
#[must_use]
pub fn methods(site: Site, path: &str) -> &'static str {
    let routes: &[_] = match site {
        Site::Counter => &COUNTER,
        Site::Manager => &MANAGER,
        Site::Watch if path == "/machine" => return "PUT",
        Site::Public | Site::Watch => &[],
    };
    let path = path.trim_start_matches('/').strip_prefix("v1/");
    let is_here = |route: &str| {
        path.is_some_and(|path| {
            let (mut path, mut route) = (path.split('/'), route.split('/'));
            let fits = route.by_ref().all(|segment| {
                let own = path.next();
                own.is_some() && (segment == "{}" || own == Some(segment))
            });
            fits && path.next().is_none()
        })
    };
    let found = routes.iter().find(|(route, _)| is_here(route));
    found.map_or(READ, |(_, methods)| methods)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s10_each_path_has_its_own_methods() {
        let manager = |path| methods(Site::Manager, path);
        assert_eq!(manager("/v1/units"), "GET, HEAD, POST, PUT");
        assert_eq!(manager("/v1/units/33.1/live"), READ);
        assert_eq!(manager("/v1/units/33.1/enrolment-codes"), "POST");
        assert_eq!(manager("/v1/units/import"), "POST");
        assert_eq!(manager("/units/33.1"), READ);
        assert_eq!(methods(Site::Counter, "/v1/units/33.1/batches"), "POST");
        assert_eq!(methods(Site::Counter, "/"), READ);
    }
}
