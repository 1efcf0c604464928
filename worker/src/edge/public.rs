//! The public site: pages and files for anybody, read only (rule UM17, docs/adr/0037). Never: a cookie, a question that
//! strangers choose, a figure of its own.

use super::export::said;
use super::{beside, overview, reply};
use crate::access::token;
use crate::beside::Beside;
use crate::clock;
use crate::export::Replies;
use crate::objects::Ask;
use crate::objects::name::ObjectName;
use crate::objects::publication::{Listed, Shown};
use crate::page::Sought;
use crate::public::{self, Known, Language, months};
use crate::refused::Refused;
use futures_util::future::try_join_all;
use serde::Deserialize;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use survey::day::{Day, MINUTE_MS, Millis};
use survey::id::UnitId;
use survey::wire::beside::{ChildrenPage, TrendPage};
use survey::wire::code::Code;
use survey::wire::manager::UnitPage;
use survey::wire::{read, write};
use worker::{Env, Headers, Method, Request, Response, ResponseBuilder};

/// How long this instance gives what it has read before it asks again, so that a crowd costs the objects
/// nothing.
const KEPT_MS: i64 = MINUTE_MS;

/// How long everybody on the way may give an answer again.
const CACHE: &str = "public, max-age=300";

/// Stricter than that of the other sites (S8): no program runs, nothing is asked for but rules and a picture.
const POLICY: &str = "default-src 'none'; script-src 'none'; style-src 'self'; img-src 'self'; object-src 'none'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// No sensor, no full screen, nothing.
const PERMISSIONS: &str =
    "camera=(), microphone=(), geolocation=(), fullscreen=(), screen-wake-lock=()";

/// The picture of the house.
const ICON: &str = include_str!("../../../public/icon.svg");

/// What this instance has read.
#[derive(Default)]
struct Shelf {
    listed: Option<(Millis, Rc<Vec<Listed>>)>,
    known: BTreeMap<UnitId, (Millis, Rc<Known>)>,
}

thread_local! {
    static SHELF: RefCell<Shelf> = RefCell::default();
}

/// What an address asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Wanted {
    Front(Language),
    Unit(UnitId, Language),
    Table(UnitId),
    Dictionary(UnitId),
    Style,
    Icon,
}

impl Wanted {
    fn at(path: &str) -> Option<Self> {
        let unit = |segment: &str| UnitId::parse(segment).ok();
        let segments: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        match segments.as_slice() {
            [""] => Some(Self::Front(Language::Vi)),
            ["en"] | ["en", ""] => Some(Self::Front(Language::En)),
            ["icon.svg"] => Some(Self::Icon),
            [name] if *name == public::style_name() => Some(Self::Style),
            ["en", id] => Some(Self::Unit(unit(id)?, Language::En)),
            [id] => Some(Self::Unit(unit(id)?, Language::Vi)),
            [id, "du-lieu.csv"] => Some(Self::Table(unit(id)?)),
            [id, "tu-dien.csv"] => Some(Self::Dictionary(unit(id)?)),
            _ => None,
        }
    }
}

/// An answer that is made, before it is sent.
struct Made {
    content: &'static str,
    bytes: Vec<u8>,
    /// The name and the number of rows of a file to keep.
    file: Option<(String, usize)>,
    is_forever: bool,
}

impl Made {
    fn page(text: String) -> Self {
        Self {
            content: "text/html; charset=utf-8",
            bytes: text.into_bytes(),
            file: None,
            is_forever: false,
        }
    }

    fn file(name: String, (text, rows): (String, usize)) -> Self {
        Self {
            content: "text/csv; charset=utf-8",
            bytes: text.into_bytes(),
            file: Some((name, rows)),
            is_forever: false,
        }
    }
}

/// Answers everything that comes to the public site, refusals too: a page for people, whatever it says.
///
/// # Errors
/// When the runtime refuses a header, which it does not for these.
pub async fn answer(request: &Request, env: &Env) -> Result<Response, Refused> {
    public::tell_sample(clock::is_settable(env));
    let path = request.path();
    let language = if path == "/en" || path.starts_with("/en/") {
        Language::En
    } else {
        Language::Vi
    };
    let is_read = matches!(request.method(), Method::Get | Method::Head);
    let made = if is_read {
        made(&path, env).await
    } else {
        Err(Refused::new(
            Code::BadMethod,
            "Only reading is possible here.",
        ))
    };
    match made {
        Ok(made) => sent(request, made),
        Err(refused) => {
            let status = refused.code.status();
            let headers = headers("text/html; charset=utf-8", "no-store")?;
            Ok(ResponseBuilder::new()
                .with_status(status)
                .with_headers(headers)
                .fixed(public::trouble(language, status).into_bytes()))
        }
    }
}

async fn made(path: &str, env: &Env) -> Result<Made, Refused> {
    let now = clock::now(env).await?;
    Ok(match Wanted::at(path).ok_or_else(Refused::not_found)? {
        Wanted::Style => Made {
            content: "text/css; charset=utf-8",
            bytes: public::STYLE.as_bytes().to_vec(),
            file: None,
            is_forever: true,
        },
        Wanted::Icon => Made {
            content: "image/svg+xml",
            bytes: ICON.as_bytes().to_vec(),
            file: None,
            is_forever: false,
        },
        Wanted::Front(language) => {
            let listed = listed(env, now).await?;
            match listed.as_slice() {
                [one] => {
                    let known = known(&one.unit.id, env, now).await?;
                    Made::page(public::page(&known, language, ""))
                }
                several => {
                    let several = several.iter().map(|one| (one.unit.clone(), one.since));
                    Made::page(public::front(language, &several.collect::<Vec<_>>()))
                }
            }
        }
        Wanted::Unit(unit, language) => {
            let known = known(&unit, env, now).await?;
            Made::page(public::page(&known, language, unit.as_str()))
        }
        Wanted::Table(unit) => {
            let known = known(&unit, env, now).await?;
            Made::file(known.file_name(), known.table())
        }
        Wanted::Dictionary(unit) => {
            known(&unit, env, now).await?;
            Made::file("hai-long_tu-dien.csv".to_owned(), public::dictionary())
        }
    })
}

/// The headers of every answer of this site: those of S9, with a stricter policy.
fn headers(content: &str, cache: &str) -> Result<Headers, Refused> {
    let headers = reply::headers(content, reply::Keep::Ask)?;
    headers.set("content-security-policy", POLICY)?;
    headers.set("permissions-policy", PERMISSIONS)?;
    headers.set("cache-control", cache)?;
    Ok(headers)
}

/// With its mark, so that who has it already gets nothing twice.
fn sent(request: &Request, made: Made) -> Result<Response, Refused> {
    let cache = if made.is_forever {
        "public, max-age=31536000, immutable"
    } else {
        CACHE
    };
    let headers = headers(made.content, cache)?;
    let hash = token::digest_of(&made.bytes);
    let mark = format!("\"{}\"", hash.get(..32).unwrap_or(&hash));
    headers.set("etag", &mark)?;
    let had = request.headers().get("if-none-match")?.unwrap_or_default();
    let mut had = had
        .split(',')
        .map(|known| known.trim().trim_start_matches("W/"));
    if had.any(|known| known == mark || known == "*") {
        return Ok(ResponseBuilder::new()
            .with_status(304)
            .with_headers(headers)
            .empty());
    }
    if let Some((name, rows)) = made.file {
        headers.set(
            "content-disposition",
            &format!("attachment; filename=\"{name}\""),
        )?;
        headers.set("x-rows", &rows.to_string())?;
        headers.set("x-sha256", &hash)?;
    }
    Ok(ResponseBuilder::new()
        .with_headers(headers)
        .fixed(made.bytes))
}

/// What was read so lately that it is given again.
fn is_fresh(at: Millis, now: Millis) -> bool {
    (0..KEPT_MS).contains(&now.since(at))
}

async fn listed(env: &Env, now: Millis) -> Result<Rc<Vec<Listed>>, Refused> {
    let kept = SHELF.with_borrow(|shelf| shelf.listed.clone());
    if let Some((at, listed)) = kept
        && is_fresh(at, now)
    {
        return Ok(listed);
    }
    let ask = Ask::own("published", now, Vec::new());
    let listed: Rc<Vec<Listed>> = Rc::new(ask.read(&ObjectName::Directory, env).await?);
    SHELF.with_borrow_mut(|shelf| {
        shelf.listed = Some((now, Rc::clone(&listed)));
        let is_listed = |unit: &UnitId| listed.iter().any(|one| one.unit.id == *unit);
        shelf.known.retain(|unit, _| is_listed(unit));
    });
    Ok(listed)
}

/// All that is public of a unit. An address that names none is told from the list alone, and asks no object.
async fn known(unit: &UnitId, env: &Env, now: Millis) -> Result<Rc<Known>, Refused> {
    let listed = listed(env, now).await?;
    if !listed.iter().any(|one| one.unit.id == *unit) {
        return Err(Refused::not_found());
    }
    let kept = SHELF.with_borrow(|shelf| shelf.known.get(unit).cloned());
    if let Some((at, known)) = kept
        && is_fresh(at, now)
    {
        return Ok(known);
    }
    let known = Rc::new(asked(unit, env, now).await?);
    SHELF.with_borrow_mut(|shelf| {
        shelf.known.insert(unit.clone(), (now, Rc::clone(&known)));
    });
    Ok(known)
}

/// The replies of which the page is made, from the same functions that answer a manager.
async fn asked(unit: &UnitId, env: &Env, now: Millis) -> Result<Known, Refused> {
    let broken = || Refused::broken("the clock is outside the calendar");
    let period = months(now).ok_or_else(broken)?;
    let ask = Ask::own("shown", now, write(&(unit, period.first)));
    let shown: Shown = ask.read(&ObjectName::Directory, env).await?;
    let query = format!(
        "form={}&from={}&to={}",
        shown.publication.form, period.from, period.to
    );
    let sought = Sought {
        query: query.clone(),
        predecessors: shown.predecessors,
        earlier: Vec::new(),
    };
    let page = overview::figures_at(shown.place.clone(), sought, env, now).await?;
    let page: UnitPage = said(page).await?;
    let question = |unit: &UnitId, children: Vec<(UnitId, String)>| Beside {
        unit: unit.clone(),
        query: query.clone(),
        children,
        eligible: Vec::new(),
        fields: Vec::new(),
        above: Vec::new(),
    };
    let months = (shown.place, question(unit, Vec::new()), true);
    let trend = beside::answer_at(months, "trend", env, now).await?;
    let trend: TrendPage = said(trend).await?;
    let below = shown.below.into_iter().map(|(place, children)| {
        let sought = question(&place.unit, children);
        async move {
            let children = beside::answer_at((place, sought, true), "children", env, now);
            said::<ChildrenPage>(children.await?).await
        }
    });
    let below = try_join_all(below).await?;
    Ok(Known {
        english: english(&page, &shown.publication.form, env).await,
        replies: Replies {
            units: shown.units,
            page,
            trend,
            below,
        },
        level: shown.publication.level,
        period,
        actions: shown.actions,
        today: Day::of(now).ok_or_else(broken)?,
    })
}

/// The words of a form in another language, as a pack has them.
#[derive(Deserialize)]
struct Pack {
    form: String,
    texts: BTreeMap<String, String>,
}

/// The English words of a form, from the pack beside the counter's pages; none where there is none for this form.
async fn english(page: &UnitPage, code: &str, env: &Env) -> BTreeMap<String, String> {
    let address = format!("http://site/counter/lang/en/forms/{code}.json");
    let found = async {
        let mut found = env
            .service("ASSETS")
            .ok()?
            .fetch(address, None)
            .await
            .ok()?;
        let text = found.text().await.ok()?;
        let pack: Pack = read(&text).ok()?;
        (pack.form == page.form.to_string()).then_some(pack.texts)
    };
    found.await.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn um17_an_address_is_a_page_a_file_or_nothing() {
        let unit = |text: &str| UnitId::parse(text).unwrap();
        let style = format!("/{}", public::style_name());
        for (path, wanted) in [
            ("/", Some(Wanted::Front(Language::Vi))),
            ("/en", Some(Wanted::Front(Language::En))),
            ("/en/", Some(Wanted::Front(Language::En))),
            ("/33", Some(Wanted::Unit(unit("33"), Language::Vi))),
            ("/en/33.1", Some(Wanted::Unit(unit("33.1"), Language::En))),
            ("/33/du-lieu.csv", Some(Wanted::Table(unit("33")))),
            ("/33/tu-dien.csv", Some(Wanted::Dictionary(unit("33")))),
            (&style, Some(Wanted::Style)),
            ("/icon.svg", Some(Wanted::Icon)),
            ("/33/", None),
            ("/33/other.csv", None),
            ("//33", None),
            ("/%33", None),
            ("/v1/units", None),
            ("/fr/33/x", None),
        ] {
            assert_eq!(Wanted::at(path), wanted, "{path}");
        }
    }

    #[test]
    fn um17_what_was_read_is_given_again_for_a_minute() {
        let at = Millis(1_000_000);
        assert!(is_fresh(at, at) && is_fresh(at, at.plus(KEPT_MS - 1)));
        // A clock that was set back makes nothing last longer.
        assert!(!is_fresh(at, at.plus(KEPT_MS)) && !is_fresh(at, at.plus(-1)));
    }
}
