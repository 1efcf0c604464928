//! A session is its owner's from the sign-in on, and only that one (rule S6).

use serde_json::json;

use crate::world::{Account, PASSWORD, Reply, World, ask};

/// Signs in as the page does, with the cookies that are there.
fn sign_in(world: &World, cookie: &str) -> Reply {
    let body = json!({"account": "operator", "password": PASSWORD}).to_string();
    let origin = world.manager("");
    let headers = [
        ("origin", origin.as_str()),
        ("content-type", "application/json"),
        ("cookie", cookie),
    ];
    ask(
        "POST",
        &world.manager("/v1/session"),
        &headers,
        body.as_bytes(),
    )
}

fn token(reply: &Reply) -> String {
    assert_eq!(reply.status, 200, "{:?}", reply.json());
    let cookie = reply.header("set-cookie").expect("a cookie");
    cookie.split(';').next().expect("a pair").to_owned()
}

fn is_open(world: &World, cookie: &str) -> bool {
    let reply = ask(
        "GET",
        &world.manager("/v1/session"),
        &[("cookie", cookie)],
        b"",
    );
    assert!(matches!(reply.status, 200 | 401), "{}", reply.status);
    reply.status == 200
}

#[test]
fn s6_signing_in_takes_over_no_session_and_ends_the_one_before() {
    let world = World::empty();
    world.operator();
    // A token that somebody planted opens nothing, before and after.
    let planted = format!("__Host-s={}", "A".repeat(43));
    let first = token(&sign_in(&world, &planted));
    assert_ne!(first, planted);
    assert!(is_open(&world, &first) && !is_open(&world, &planted));
    // The same browser signs in again: its last session is over.
    let second = token(&sign_in(&world, &first));
    assert_ne!(second, first);
    assert!(is_open(&world, &second) && !is_open(&world, &first));
    // Another browser is another session, and signing out ends one of them.
    let other = token(&sign_in(&world, ""));
    assert!(is_open(&world, &second) && is_open(&world, &other));
    let account = Account::sign_in(&world, "operator");
    assert_eq!(
        account.ask(&world, "DELETE", "/v1/session", b"").status,
        200
    );
    assert!(!is_open(&world, account.cookie()) && is_open(&world, &other));
    // A wrong password changes nothing.
    let wrong = Account::default().try_sign_in(&world, "operator", "wrong password");
    assert_eq!(wrong.status, 401);
    assert!(wrong.header("set-cookie").is_none());
    assert!(is_open(&world, &second));
}

#[test]
fn s6_only_the_whole_cookie_under_its_own_name_is_a_session() {
    let world = World::empty();
    world.operator();
    let cookie = token(&sign_in(&world, ""));
    let (_, secret) = cookie.split_once('=').expect("a pair");
    for not_one in [
        format!("s={secret}"),
        format!("__Secure-s={secret}"),
        format!("__host-s={secret}"),
        format!("__Host-b={secret}"),
        format!("__Host-s={}", &secret[..42]),
        format!("__Host-s={secret}A"),
        format!("__Host-s={}", secret.to_lowercase()),
        format!("__Host-s=\"{secret}\""),
        format!("x=__Host-s={secret}"),
        "__Host-s=".to_owned(),
        "__Host-s=' OR 1=1 --".to_owned(),
    ] {
        assert!(!is_open(&world, &not_one), "{not_one}");
    }
    // Nor is one in an address, a body or another header.
    let url = world.manager(&format!("/v1/session?__Host-s={secret}&session={secret}"));
    let bearer = format!("Bearer {secret}");
    let headers = [("authorization", bearer.as_str()), ("x-session", secret)];
    assert_eq!(ask("GET", &url, &headers, b"").status, 401);
    // Of two the first counts: a planted one before it signs out, and takes over nothing.
    assert!(!is_open(&world, &format!("__Host-s=planted; {cookie}")));
    assert!(is_open(&world, &format!("a=b; {cookie}; __Host-s=planted")));
}
