//! What the Directory is asked about devices that are enrolled. Never: a decision.

use super::{Asked, answer};
use crate::access::token;
use crate::post::Post;
use crate::refused::Refused;
use crate::store::directory::{Device, Directory};
use crate::store::port::Store;
use std::collections::BTreeSet;
use survey::day::Day;
use survey::id::DeviceId;
use survey::wire::device::Resolver;
use survey::wire::fleet::{Move, NewSettings};
use survey::wire::manager::{DeviceRow, FreshCode};
use survey::wire::write;
use worker::Response;

/// Answers one verb; `None` when it is not one of these.
pub fn answer<S: Store>(
    rows: &Directory<S>,
    asked: &Asked,
    verb: &str,
    device: &str,
) -> Option<Result<Response, Refused>> {
    let act = match verb {
        "configure" => configure,
        "move" => relocate,
        "replacement-code" => replacement,
        _ => return None,
    };
    let device = DeviceId::parse(device).map_err(|_| Refused::not_found());
    let known = device.and_then(|id| rows.changeable(asked.session.as_deref(), asked.now, &id));
    Some(known.and_then(|device| act(rows, asked, &device)))
}

fn configure<S: Store>(
    rows: &Directory<S>,
    asked: &Asked,
    device: &Device,
) -> Result<Response, Refused> {
    let wanted: NewSettings = asked.message()?;
    let forms = rows.forms_begun(asked.now)?;
    let before = Post::read(&device.post)?;
    let session = asked.session.as_deref();
    let named = |post: &[Resolver]| post.iter().map(|resolver| resolver.unit.clone()).collect();
    let known: BTreeSet<_> = named(&before.settings.resolvers);
    let new: BTreeSet<_> = named(&wanted.settings.resolvers);
    rows.must_see(session, asked.now, new.difference(&known))?;
    let post = before.changed(wanted, token::random()?, &forms)?;
    rows.repost(session, asked.now, device, &write(&post), None)?;
    Ok(answer::done())
}

fn relocate<S: Store>(
    rows: &Directory<S>,
    asked: &Asked,
    device: &Device,
) -> Result<Response, Refused> {
    let wanted: Move = asked.message()?;
    let unit = wanted.unit.clone();
    let post = write(&Post::read(&device.post)?.moved(wanted)?);
    let session = asked.session.as_deref();
    rows.repost(session, asked.now, device, &post, Some(&unit))?;
    Ok(answer::done())
}

/// A code for a device that takes another's place; the old one goes on until it is revoked.
fn replacement<S: Store>(
    rows: &Directory<S>,
    asked: &Asked,
    device: &Device,
) -> Result<Response, Refused> {
    asked.nothing()?;
    let session = asked.session.as_deref();
    let drawn = rows.draw_code(session, asked.now, &device.unit, &device.post)?;
    Ok(answer::message(&FreshCode {
        code: drawn.code,
        ends: drawn.ends,
    }))
}

/// Devices as the Directory knows them; the edge adds what their Ledgers heard.
///
/// # Errors
/// Broken when a row is damaged.
pub fn rows(devices: &[Device]) -> Result<Vec<DeviceRow>, Refused> {
    let row = |device: &Device| {
        let post = Post::read(&device.post)?;
        let enrolled = Day::parse(&device.enrolled);
        Ok(DeviceRow {
            device: device.id,
            unit: device.unit.clone(),
            counter_name: post.counter_name,
            class: post.class,
            enrolled: enrolled.ok_or_else(|| Refused::broken("a device's day is damaged"))?,
            revoked: device.revoked.is_some(),
            seen: None,
            unsent: 0,
            losses: 0,
            is_copied: false,
            asides: 0,
            oldest: None,
            persisted: false,
            free_mb: 0,
            skew_ms: 0,
            app: None,
            config: post.version,
            applied: 0,
            settings: post.settings,
        })
    };
    devices.iter().map(row).collect()
}
