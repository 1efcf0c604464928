//! What went wrong, in words that say what to do next.

use survey::wire::code::Code;

use crate::device::api::Trouble;
use crate::device::passkey::Missed;
use crate::parts::Words;
use crate::text::{Language, ManagerText as Text};

/// The sentence for a trouble, in the language of the page.
#[must_use]
pub fn said(words: Words, trouble: &Trouble) -> String {
    sentence(words.language(), trouble)
}

fn sentence(language: Language, trouble: &Trouble) -> String {
    let (code, wait_s) = match trouble {
        Trouble::NoReply => return Text::NoReply.say(language).to_owned(),
        Trouble::Unreadable => return Text::Unreadable.say(language).to_owned(),
        Trouble::Refused { code, wait_s } => (*code, wait_s.unwrap_or(60).max(1)),
    };
    let text = match code {
        Code::SlowDown if wait_s < 60 => {
            return Text::WaitSeconds.fill(language, &[("n", &wait_s.to_string())]);
        }
        Code::SlowDown => {
            let minutes = (wait_s + 59) / 60;
            return Text::WaitMinutes.fill(language, &[("n", &minutes.to_string())]);
        }
        Code::WrongPassword => Text::WrongPassword,
        Code::WrongPasskey => Text::WrongPasskey,
        Code::WrongCode => Text::WrongSetupCode,
        Code::AlreadySetUp => Text::AlreadySetUp,
        Code::SignedOut => Text::SignedOut,
        Code::NotAllowed => Text::NotAllowed,
        Code::NotFound => Text::NotFound,
        Code::BadValue => Text::BadValue,
        Code::ChangedMeanwhile => Text::ChangedMeanwhile,
        Code::AlreadyThere => Text::AlreadyThere,
        Code::TooLarge => Text::TooLarge,
        Code::ProveAgain => Text::ProveHelp,
        Code::Unavailable => Text::Unavailable,
        Code::Broken => Text::Broken,
        other => return Text::OtherCode.fill(language, &[("code", other.word())]),
    };
    text.say(language).to_owned()
}

/// The sentence for a passkey that did not come.
#[must_use]
pub const fn missed(why: Missed) -> Text {
    match why {
        Missed::Cancelled => Text::PasskeyCancelled,
        Missed::Already => Text::PasskeyAlready,
        Missed::Unable => Text::PasskeyUnable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(wait_s: Option<i64>) -> String {
        let code = Code::SlowDown;
        sentence(Language::En, &Trouble::Refused { code, wait_s })
    }

    #[test]
    fn s5_the_time_to_wait_is_told_in_whole_minutes_or_seconds() {
        assert!(wait(Some(8)).contains("8 seconds"), "{}", wait(Some(8)));
        assert!(wait(Some(60)).contains("1 minute"));
        assert!(wait(Some(61)).contains("2 minute"));
        assert!(wait(Some(900)).contains("15 minute"));
        assert!(wait(None).contains("1 minute"));
    }

    #[test]
    fn every_code_has_a_sentence() {
        for code in Code::ALL {
            let trouble = Trouble::Refused {
                code: *code,
                wait_s: None,
            };
            for language in Language::ALL {
                let sentence = sentence(language, &trouble);
                assert!(sentence.len() > 10 && !sentence.contains('{'), "{code:?}");
            }
        }
    }
}
