//! The counter's and the manager's files: right type, right caching, 404 for a missing one. Never: the page in place
//! of a missing file (rule U3).

use super::reply::{self, Keep};
use super::site::Site;
use crate::refused::Refused;
use worker::{Env, Response, ResponseBuilder};

/// The manager's addresses that the program of what follows from the figures draws (`ActionApp` in
/// `app/src/manager/mod.rs`).
const ACTION: [&str; 5] = ["connect", "context", "dossiers", "plan", "publish"];

/// The manager's addresses that the house draws, a program of its own (`HouseApp` in
/// `app/src/manager/mod.rs`); the figures' program has all others.
const HOUSE: [&str; 10] = [
    "account",
    "audit",
    "devices",
    "forms",
    "kept",
    "languages",
    "people",
    "server",
    "setup",
    "units",
];

/// Answers a GET or HEAD of a page or a file.
///
/// # Errors
/// [`survey::wire::code::Code::NotFound`] when there is no such file.
pub async fn answer(site: Site, path: &str, env: &Env) -> Result<Response, Refused> {
    let file = file_for(site, path).ok_or_else(Refused::not_found)?;
    // Languages lie beside the counter's pages, once: what an operator adds there, the manager sees.
    let site = if file.starts_with("lang/") {
        Site::Counter
    } else {
        site
    };
    let folder = site.folder().ok_or_else(Refused::not_found)?;
    // Bound as a disk service on workerd, as static assets on Cloudflare.
    let files = env.service("ASSETS")?;
    let found = files
        .fetch(format!("http://site/{folder}/{file}"), None)
        .await?;
    if found.status_code() != 200 {
        return Err(Refused::not_found());
    }
    let keep = if is_hashed(file) {
        Keep::Forever
    } else {
        Keep::Ask
    };
    let (_, body) = found.into_parts();
    Ok(ResponseBuilder::new()
        .with_headers(reply::headers(content_type(file), keep)?)
        .body(body))
}

/// The file that a path asks for, relative to the site's folder.
///
/// A path without a dot is a place within the app and gets the page. Only plain letters, digits,
/// `-`, `_`, `.` and `/` reach the disk, and no segment begins with a dot.
fn file_for(site: Site, path: &str) -> Option<&str> {
    let file = path.strip_prefix('/')?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    if !file.chars().all(is_plain) {
        return None;
    }
    if !file.contains('.') {
        let is_page = match site {
            Site::Counter => matches!(file, "" | "staff" | "enrol"),
            Site::Manager => file != "v1" && !file.starts_with("v1/"),
            Site::Public | Site::Watch => false,
        };
        let page = match site {
            Site::Manager if HOUSE.contains(&file) => "house/index.html",
            Site::Manager if ACTION.contains(&file) => "action/index.html",
            _ => "index.html",
        };
        return is_page.then_some(page);
    }
    let is_segment = |segment: &str| !segment.is_empty() && !segment.starts_with('.');
    let name = file.rsplit('/').next()?;
    (file.split('/').all(is_segment) && name.contains('.')).then_some(file)
}

/// Whether the name carries its content's hash, as the build writes it:
/// `name.0123456789abcdef.ext`.
fn is_hashed(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file);
    let parts: Vec<_> = name.split('.').collect();
    let is_hash = |part: &str| {
        part.len() == 16 && part.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'))
    };
    matches!(parts.as_slice(), [_, hash, _] if is_hash(hash))
}

fn content_type(file: &str) -> &'static str {
    match file.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "ogg" | "opus" => "audio/ogg",
        "mp3" => "audio/mpeg",
        "wav" => "audio/wav",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn u3_places_in_the_app_get_the_page_and_files_get_themselves() {
        let counter = |path| file_for(Site::Counter, path);
        let manager = |path| file_for(Site::Manager, path);
        assert_eq!(counter("/"), Some("index.html"));
        assert_eq!(counter("/staff"), Some("index.html"));
        assert_eq!(counter("/anything"), None);
        assert_eq!(counter("/sw.js"), Some("sw.js"));
        assert_eq!(
            counter("/lang/vi/strings.json"),
            Some("lang/vi/strings.json")
        );
        assert_eq!(manager("/"), Some("index.html"));
        assert_eq!(manager("/units"), Some("house/index.html"));
        assert_eq!(manager("/dossiers"), Some("action/index.html"));
        assert_eq!(manager("/units/33"), Some("index.html"));
        assert_eq!(manager("/v1"), None);
        assert_eq!(manager("/v1/nothing"), None);
    }

    #[test]
    fn s10_no_path_leaves_the_folder() {
        for path in [
            "/../worker/entry.mjs",
            "/a/../../x.js",
            "/%2e%2e/x.js",
            "/..%2fx.js",
            "/.git/config.txt",
            "//etc/passwd.txt",
            "/a\\b.js",
            "/folder.d/",
            "/folder.d/file",
            "/a.js/",
            "/\u{202e}.js",
            "",
        ] {
            assert_eq!(file_for(Site::Counter, path), None, "{path}");
        }
    }

    #[test]
    fn only_hashed_names_are_kept_for_ever() {
        assert!(is_hashed("counter.0a1b2c3d4e5f6071.wasm"));
        assert!(is_hashed("lang/vi/audio/x.deadbeefdeadbeef.opus"));
        assert!(!is_hashed("index.html"));
        assert!(!is_hashed("sw.js"));
        assert!(!is_hashed("counter.deadbeef.js"));
        assert!(!is_hashed("apple-touch.png"));
    }

    #[test]
    fn wasm_has_the_type_that_streaming_needs() {
        assert_eq!(content_type("a.0011223344556677.wasm"), "application/wasm");
        assert_eq!(content_type("lang/vi/strings.json"), "application/json");
        assert_eq!(content_type("x.unknown"), "application/octet-stream");
    }
}
