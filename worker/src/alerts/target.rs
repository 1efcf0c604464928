//! Where an alert may go to, and the message that an HTTP API for mail takes (rule UM13). Never: HTTP, SQL.

use crate::refused::Refused;
use serde_json::Value;
use survey::wire::alerts::Target;
use survey::wire::code::Code;

/// The most characters of an address.
const LONGEST_URL: usize = 500;
/// The most characters of a name, a token, a template.
const LONGEST_NAME: usize = 254;
const LONGEST_TOKEN: usize = 1_000;
const LONGEST_TEMPLATE: usize = 4_000;

/// What most APIs take.
pub const USUAL_TEMPLATE: &str =
    r#"{"from": "{{from}}", "to": "{{to}}", "subject": "{{subject}}", "text": "{{text}}"}"#;

/// Refuses a target that cannot be sent to. `is_local_allowed` is for the tests: a receiver on this machine,
/// without TLS.
///
/// # Errors
/// [`Code::BadValue`].
pub fn must_be_allowed(target: &Target, is_local_allowed: bool) -> Result<(), Refused> {
    let url = match target {
        Target::Webhook { url } | Target::Mail { url, .. } => url,
    };
    if url.chars().count() > LONGEST_URL || host(url, is_local_allowed).is_none() {
        return bad(
            "An address begins with https:// and a host's name, and has at most 500 plain characters.",
        );
    }
    let Target::Mail {
        token,
        from,
        to,
        template,
        ..
    } = target
    else {
        return Ok(());
    };
    let is_name = |name: &str| {
        let length = name.trim().chars().count();
        (1..=LONGEST_NAME).contains(&length) && !name.contains(char::is_control)
    };
    if !is_name(from) || !is_name(to) {
        return bad(
            "Mail has somebody who writes and somebody who reads, 1 to 254 characters each.",
        );
    }
    let is_token = !token.is_empty()
        && token.len() <= LONGEST_TOKEN
        && token.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_token {
        return bad("The API's token has 1 to 1000 plain characters and no blank.");
    }
    let template = template.as_deref().unwrap_or(USUAL_TEMPLATE);
    let is_message = serde_json::from_str::<Value>(template).is_ok_and(|json| json.is_object());
    if template.len() > LONGEST_TEMPLATE || !is_message || !template.contains("{{text}}") {
        return bad("The template is a JSON object with {{text}} in one of its texts.");
    }
    Ok(())
}

fn bad(message: &str) -> Result<(), Refused> {
    Err(Refused::new(Code::BadValue, message))
}

/// The host of an address that may be sent to, with its port where it names one.
#[must_use]
pub fn host(url: &str, is_local_allowed: bool) -> Option<&str> {
    let rest = match url.strip_prefix("https://") {
        Some(rest) => rest,
        None if is_local_allowed => url
            .strip_prefix("http://")
            .filter(|rest| rest.starts_with("127.0.0.1:"))?,
        None => return None,
    };
    if !url.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let host = rest.split(['/', '?', '#']).next()?;
    let (name, port) = host.split_once(':').unwrap_or((host, "443"));
    let is_plain = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'.');
    let is_name = name.bytes().all(is_plain) && name.contains('.') && !name.starts_with('.');
    let is_port = port.parse::<u16>().is_ok_and(|port| port > 0);
    (is_name && is_port).then_some(host)
}

/// The message that a mail API takes: a template with what it names put in, inside of its texts only.
///
/// # Errors
/// Broken where the template is no JSON any more.
pub fn letter(
    template: Option<&str>,
    (from, to): (&str, &str),
    (subject, text): (&str, &str),
) -> Result<String, Refused> {
    let template = template.unwrap_or(USUAL_TEMPLATE);
    let mut json: Value =
        serde_json::from_str(template).map_err(|_| Refused::broken("a template is damaged"))?;
    let parts = [
        ("{{from}}", from),
        ("{{to}}", to),
        ("{{subject}}", subject),
        ("{{text}}", text),
    ];
    fill(&mut json, &parts);
    Ok(json.to_string())
}

fn fill(json: &mut Value, parts: &[(&str, &str)]) {
    match json {
        Value::String(said) => *said = filled(said, parts),
        Value::Array(list) => list.iter_mut().for_each(|inner| fill(inner, parts)),
        Value::Object(map) => map.values_mut().for_each(|inner| fill(inner, parts)),
        _ => {}
    }
}

/// A text with its places filled from left to right: what was put in is not looked at again.
fn filled(text: &str, parts: &[(&str, &str)]) -> String {
    let (mut done, mut rest) = (String::new(), text);
    while let Some(at) = rest.find("{{") {
        let (before, after) = rest.split_at(at);
        done.push_str(before);
        let known = parts.iter().find(|(name, _)| after.starts_with(name));
        let (put, taken) = known.map_or(("{{", 2), |(name, value)| (*value, name.len()));
        done.push_str(put);
        rest = after.get(taken..).unwrap_or_default();
    }
    done.push_str(rest);
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn um13_s15_an_alert_goes_to_a_host_by_https_and_nowhere_else() {
        for (url, wanted) in [
            ("https://hooks.example.vn/a?b=c", Some("hooks.example.vn")),
            (
                "https://hooks.example.vn:8443",
                Some("hooks.example.vn:8443"),
            ),
            ("http://hooks.example.vn/", None),
            ("http://127.0.0.1:9000/", None),
            ("https://user@hooks.example.vn/", None),
            ("https://localhost/", None),
            ("https://[::1]/", None),
            ("https://hooks.example.vn:0/", None),
            ("https://hooks.example.vn/\u{e9}", None),
            ("https://hooks.example.vn/ x", None),
            ("https:///x", None),
            ("https://.vn/x", None),
            ("file:///etc/passwd", None),
        ] {
            assert_eq!(host(url, false), wanted, "{url}");
        }
        // The tests' receiver: this machine and no other, and on no server whose clock is real.
        assert_eq!(
            host("http://127.0.0.1:9000/x", true),
            Some("127.0.0.1:9000")
        );
        assert_eq!(host("http://10.0.0.1:9000/x", true), None);
    }

    #[test]
    fn um13_a_letter_is_the_template_with_its_places_filled_and_stays_json() {
        let template = r#"{"personalizations": [{"to": [{"email": "{{to}}"}]}], "n": 1,
            "subject": "[HL] {{subject}}", "content": [{"value": "{{text}} {{x}}"}]}"#;
        let evil = "\"}], \"bcc\": \"{{to}}\n";
        let letter = letter(Some(template), ("a@x.vn", "b@x.vn"), ("Chào", evil)).unwrap();
        let json: Value = serde_json::from_str(&letter).unwrap();
        assert_eq!(json["personalizations"][0]["to"][0]["email"], "b@x.vn");
        assert_eq!(json["subject"], "[HL] Chào");
        assert_eq!(json["content"][0]["value"], format!("{evil} {{{{x}}}}"));
        assert_eq!(json.as_object().unwrap().len(), 4);
    }

    #[test]
    fn um13_a_target_that_cannot_be_sent_to_is_refused() {
        let mail = |token: &str, to: &str, template: Option<&str>| Target::Mail {
            url: "https://mail.example.vn/send".into(),
            token: token.into(),
            from: "hai-long@example.vn".into(),
            to: to.into(),
            template: template.map(str::to_owned),
        };
        let is_allowed = |target: &Target| must_be_allowed(target, false).is_ok();
        assert!(is_allowed(&mail("t", "a@x.vn", None)));
        assert!(is_allowed(&mail(
            "t",
            "a@x.vn",
            Some(r#"{"body": "{{text}}"}"#)
        )));
        for bad in [
            mail("", "a@x.vn", None),
            mail("a b", "a@x.vn", None),
            mail("t", " ", None),
            mail("t", "a\r\nb", None),
            mail("t", "a@x.vn", Some("{{text}}")),
            mail("t", "a@x.vn", Some(r#"{"body": "nothing"}"#)),
            Target::Webhook {
                url: "http://hooks.example.vn/".into(),
            },
        ] {
            assert!(!is_allowed(&bad), "{bad:?}");
        }
    }
}
