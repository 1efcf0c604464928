//! What the packaged example for the reverse proxy may write down (rule P2).

use crate::trouble::Trouble;

/// The example lets the proxy write no line about a request, a failed one neither: Caddy's `http` lines
/// hold the address, the path and the agent.
///
/// # Errors
/// When it does not say so, or a site has a log of its own.
pub fn logs_no_request(caddyfile: &str) -> Result<(), Trouble> {
    let lines = caddyfile.lines().map(str::trim);
    let words = |line: &str| {
        line.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let lines: Vec<_> = lines.map(words).filter(|words| !words.is_empty()).collect();
    let logs = lines.iter().filter(|words| words[0] == "log").count();
    let at = lines.iter().position(|words| words[..] == ["log", "{"]);
    let own = lines.iter().skip(at.map_or(lines.len(), |at| at + 1));
    let is_silent = own
        .take_while(|words| words[..] != ["}"])
        .any(|words| words[..] == ["exclude", "http"]);
    if logs == 1 && is_silent {
        return Ok(());
    }
    Err(Trouble::new(
        "xtask/package/Caddyfile lets the proxy log addresses: a failed request is an error of `http`",
        "Give it one `log` block, for all sites, with the line `exclude http`",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p2_the_packaged_proxy_writes_down_nothing_of_a_request() {
        let packaged = include_str!("../../package/Caddyfile");
        logs_no_request(packaged).expect("it is silent");
        for broken in [
            packaged.replace("exclude http", ""),
            packaged.replace("\t\texclude http", "\t\t# exclude http"),
            packaged.replace("encode zstd gzip", "log"),
            String::new(),
        ] {
            assert!(logs_no_request(&broken).is_err(), "{broken}");
        }
    }
}
