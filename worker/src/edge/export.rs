//! Figures to take out of the house: a file made of the same replies that the figures screens get, each
//! asked for as the caller (rule UM11). Never: a sum of its own.

use super::reply::{self, Keep};
use super::{beside, overview};
use crate::access::token;
use crate::export::{Replies, book, csv, inner, rows};
use crate::objects::Ask;
use crate::objects::name::ObjectName;
use crate::page::Wanted;
use crate::refused::Refused;
use crate::{clock, session};
use futures_util::future::try_join_all;
use serde::de::DeserializeOwned;
use survey::form::Form;
use survey::id::UnitId;
use survey::wire::beside::{ChildrenPage, TrendPage};
use survey::wire::code::Refusal;
use survey::wire::manager::{Unit, UnitPage};
use survey::wire::{read, write};
use worker::{Env, Request, Response, ResponseBuilder};

/// Which kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One table for programs.
    Csv,
    /// A workbook for people.
    Xlsx,
}

/// `GET /v1/units/{unit}/figures.csv` and `figures.xlsx`: what is published of the unit and the units
/// below it. It is whole before the first byte leaves, because its rows and its hash stand before it.
///
/// # Errors
/// What the Directory or an object refuses.
pub async fn answer(
    request: &Request,
    env: &Env,
    unit: UnitId,
    kind: Kind,
) -> Result<Response, Refused> {
    let asked = request.url()?.query().unwrap_or_default().to_owned();
    let figures = overview::figures_of(request, env, unit.clone(), &asked).await?;
    let page: UnitPage = said(figures).await?;
    // Permitted so far: now whether it may be taken out, which is written down.
    let mut ask = Ask::own("figures-file", clock::now(env).await?, write(&unit));
    ask.session = session(request)?;
    let units: Vec<Unit> = ask.read(&ObjectName::Directory, env).await?;
    let form = Form::parse(&page.form_file).map_err(|_| Refused::broken("a form does not read"))?;
    let query = format!("form={}&from={}&to={}", form.code(), page.from, page.to);
    let trend = beside::answer_to(request, env, unit.clone(), "trend", &query).await?;
    let trend: TrendPage = said(trend).await?;
    let below = inner(&units).into_iter().map(|node| {
        let query = query.as_str();
        async move {
            let children = beside::answer_to(request, env, node, "children", query).await?;
            said::<ChildrenPage>(children).await
        }
    });
    let below = try_join_all(below).await?;
    let with = if Wanted::of(&asked)?.with_predecessors {
        "-all"
    } else {
        ""
    };
    let name = format!(
        "hai-long_{unit}_{}_{}_{}{with}",
        form.code(),
        page.from,
        page.to
    );
    let replies = Replies {
        units,
        page,
        trend,
        below,
    };
    let rows = rows(&replies);
    let (bytes, content, ending) = match kind {
        Kind::Csv => (
            csv(&replies, &rows).into_bytes(),
            "text/csv; charset=utf-8",
            "csv",
        ),
        Kind::Xlsx => (
            book::write(&replies, &rows)?,
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "xlsx",
        ),
    };
    let headers = reply::headers(content, Keep::Never)?;
    let kept_as = format!("attachment; filename=\"{name}.{ending}\"");
    headers.set("content-disposition", &kept_as)?;
    headers.set("x-rows", &rows.len().to_string())?;
    headers.set("x-sha256", &token::digest_of(&bytes))?;
    Ok(ResponseBuilder::new().with_headers(headers).fixed(bytes))
}

/// What a reply of the API says; a refusal stays one.
pub(super) async fn said<M: DeserializeOwned>(mut response: Response) -> Result<M, Refused> {
    let text = response.text().await?;
    if response.status_code() == 200 {
        return read(&text).map_err(|error| Refused::broken(&format!("own reply: {error}")));
    }
    let refusal: Refusal = survey::json::read(&text)
        .map_err(|_| Refused::broken("a reply of the API failed without a word"))?;
    Err(Refused::new(refusal.code, refusal.message))
}
