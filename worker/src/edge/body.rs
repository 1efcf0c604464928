//! What is looked at before a body is read: size, type, origin (rules S6, S10).

use crate::refused::Refused;
use survey::wire::code::Code;
use worker::Request;

/// Bytes of a body on every route but the batches'.
pub const MOST_BYTES: usize = 16_384;

/// Bytes that are let pass unread, so that a client that sends too much hears so instead of a broken
/// connection. Above that it is cut off.
const MOST_DRAINED_BYTES: usize = 16 << 20;

/// Reads a body of at most `most` bytes; of a larger one nothing is kept.
///
/// # Errors
/// [`Code::NotJson`] for another content type, [`Code::TooLarge`] for too many bytes.
pub async fn read(request: &mut Request, most: usize) -> Result<Vec<u8>, Refused> {
    let header = |name| request.headers().get(name).ok().flatten();
    let kind = header("content-type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        return Err(Refused::new(
            Code::NotJson,
            "Send the body as content-type application/json.",
        ));
    }
    let too_large = || {
        let message = format!("The body is larger than {most} bytes. Send less at a time.");
        Refused::new(Code::TooLarge, message)
    };
    let declared = header("content-length").and_then(|length| length.parse::<usize>().ok());
    if declared.is_some_and(|length| length > MOST_DRAINED_BYTES) {
        return Err(too_large());
    }
    // The runtime hands over as many bytes as were declared, and these in one piece.
    if declared.is_some_and(|length| length <= most) {
        let bytes = request.bytes().await?;
        return if bytes.len() <= most {
            Ok(bytes)
        } else {
            Err(too_large())
        };
    }
    let (mut bytes, mut received) = (Vec::new(), 0_usize);
    let mut stream = request.stream()?;
    while let Some(chunk) = futures_util::StreamExt::next(&mut stream).await {
        let chunk = chunk?;
        received = received.saturating_add(chunk.len());
        if received > MOST_DRAINED_BYTES {
            break;
        }
        if received <= most {
            bytes.extend_from_slice(&chunk);
        }
    }
    if received <= most {
        Ok(bytes)
    } else {
        Err(too_large())
    }
}

/// Refuses a list where a message is wanted: serde would take its members for the message's, in order.
///
/// # Errors
/// [`Code::BadRequest`].
pub fn must_not_be_a_list(bytes: &[u8]) -> Result<(), Refused> {
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if first == Some(&b'[') {
        let message = "The body is a list. Send one object with the members that this route names.";
        return Err(Refused::new(Code::BadRequest, message));
    }
    Ok(())
}

/// Refuses a write that a page of another site may have caused: its `Origin` must be this host.
///
/// A page cannot choose the `Host` of its request, nor its `Origin`; with a session cookie at
/// stake (`origin_required`) a request that names no origin is refused too.
///
/// # Errors
/// [`Code::WrongOrigin`].
pub fn same_origin(request: &Request, origin_required: bool) -> Result<(), Refused> {
    let header = |name| request.headers().get(name).ok().flatten();
    let host = || {
        header("host").or_else(|| {
            let url = request.url().ok()?;
            let port = url.port().map_or(String::new(), |port| format!(":{port}"));
            Some(format!("{}{port}", url.host_str()?))
        })
    };
    let is_own = match header("origin") {
        None => !origin_required,
        Some(origin) => host().is_some_and(|host| {
            let rest = origin.strip_prefix("https://");
            rest.or_else(|| origin.strip_prefix("http://")) == Some(host.as_str())
        }),
    };
    if is_own {
        Ok(())
    } else {
        Err(Refused::new(
            Code::WrongOrigin,
            "Send this from the site's own page, with its Origin header.",
        ))
    }
}
