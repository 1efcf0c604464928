//! What stands beside a unit and is the Directory's alone: what is public of it, actions, targets and counts handed in.
//! Never: a figure.

use super::path::{action_in, unit_in};
use crate::objects::name::ObjectName;
use crate::refused::Refused;
use crate::{asked, bad_method, told};
use worker::{Env, Method, Request, Response};

/// Answers a path below `units/{unit}`.
///
/// # Errors
/// Not found, another method than the path has, and what the Directory refuses.
pub async fn answer(request: Request, env: &Env, path: &[&str]) -> Result<Response, Refused> {
    let directory = ObjectName::Directory;
    let verb = match (path, request.method()) {
        (
            [
                "units",
                unit,
                what @ ("publication" | "actions" | "context"),
            ],
            Method::Get | Method::Head,
        ) => {
            let verb = format!("{what}/{}", unit_in(unit)?);
            return asked(&verb, &request, env, &directory).await;
        }
        (["units", unit, "publication"], Method::Put) => format!("publish/{}", unit_in(unit)?),
        (["units", unit, "actions"], Method::Post) => format!("add-action/{}", unit_in(unit)?),
        (["units", unit, "actions", action], Method::Put) => {
            format!("change-action/{}/{}", unit_in(unit)?, action_in(action)?)
        }
        (["units", unit, "actions", action, "state"], Method::Put) => {
            format!("set-action/{}/{}", unit_in(unit)?, action_in(action)?)
        }
        (["units", unit, what @ ("target" | "portal" | "fields")], Method::Put) => {
            format!("{what}/{}", unit_in(unit)?)
        }
        (["units", _, _] | ["units", _, "actions", _] | ["units", _, "actions", _, "state"], _) => {
            return Err(bad_method());
        }
        _ => return Err(Refused::not_found()),
    };
    told(&verb, request, env, &directory).await
}
