//! A program that comes with an API key: which routes it may ask (rule UM15). Never: a cookie beside a key.

use crate::access::token;
use crate::objects::Ask;
use crate::objects::name::ObjectName;
use crate::refused::Refused;
use crate::{clock, session};
use survey::wire::code::Code;
use worker::{Env, Method, Request};

/// What a request's API key is known by; `None` where it brings none.
///
/// # Errors
/// When the runtime refuses to give a header.
pub fn of(request: &Request) -> Result<Option<String>, Refused> {
    let header = request.headers().get("authorization")?;
    let key = header.as_deref().and_then(token::key_in);
    Ok(key.map(token::credential_of_key))
}

/// Whether a key may ask this at all; the Directory says where. What is not named here is refused, whatever
/// is added to the API later.
fn reads_figures(path: &[&str], method: &Method) -> bool {
    let is_figures = matches!(
        path,
        [
            "units",
            _,
            "figures"
                | "figures.csv"
                | "figures.xlsx"
                | "live"
                | "trend"
                | "children"
                | "coverage"
                | "breakdown"
        ]
    );
    is_figures && matches!(method, Method::Get | Method::Head)
}

/// Lets a request with a key in, one of so many a minute; does nothing for one without.
///
/// # Errors
/// [`Code::BadKey`], [`Code::SlowDown`], and [`Code::NotAllowed`] for all that is no reading of figures.
pub async fn admit(request: &Request, env: &Env, path: &[&str]) -> Result<(), Refused> {
    if of(request)?.is_none() {
        return Ok(());
    }
    let mut ask = Ask::own("use-key", clock::now(env).await?, Vec::new());
    ask.session = session(request)?;
    let _: serde_json::Value = ask.read(&ObjectName::Directory, env).await?;
    if reads_figures(path, &request.method()) {
        return Ok(());
    }
    let message = "A key reads figures and nothing else. Sign in for this.";
    Err(Refused::new(Code::NotAllowed, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn um15_a_key_asks_for_figures_and_for_nothing_else() {
        let may = |path: &[&str]| reads_figures(path, &Method::Get);
        assert!(may(&["units", "33", "figures"]));
        assert!(may(&["units", "33", "figures.csv"]));
        assert!(!reads_figures(&["units", "33", "figures"], &Method::Post));
        for path in [
            &["units"][..],
            &["units", "33", "comments"],
            &["units", "33", "review"],
            &["units", "33", "history"],
            &["units", "33", "figures", "x"],
            &["keys"],
            &["session"],
            &["devices"],
        ] {
            assert!(!may(path), "{path:?}");
        }
    }
}
