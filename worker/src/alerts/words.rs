//! The words of a digest, in Vietnamese and English. Never: a decision.

use super::{Look, What};
use survey::day::Day;
use survey::wire::alerts::AlertLanguage::{self, En, Vi};
use survey::wire::device::Names;

/// A name in a language, in Vietnamese where it has none.
pub fn name(names: &Names, language: AlertLanguage) -> &str {
    match language {
        En if !names.en.is_empty() => &names.en,
        _ => &names.vi,
    }
}

/// What needs a look, as a sentence.
pub fn sentence(look: &Look, language: AlertLanguage) -> String {
    let unit = name(&look.name, language);
    match (&look.what, language) {
        (What::Change(marked), Vi) => {
            let signal = if marked.fell {
                "tỷ lệ hài lòng toàn diện thấp hơn mức thường thấy"
            } else {
                "câu trả lời mức 1 và 2 tăng dần"
            };
            format!("{unit}: tháng {} {signal}.", marked.month)
        }
        (What::Change(marked), En) => {
            let signal = if marked.fell {
                "fewer people than usual are satisfied with everything"
            } else {
                "answers at levels 1 and 2 add up"
            };
            format!("{unit}: in {} {signal}.", marked.month)
        }
        (What::Silent { counter, .. }, Vi) => {
            let counter = name(counter, language);
            format!("{unit}: thiết bị ở {counter} không gửi tin trong giờ làm việc.")
        }
        (What::Silent { counter, .. }, En) => {
            let counter = name(counter, language);
            format!("{unit}: the device at {counter} is silent in opening hours.")
        }
        (What::Coverage(covered), Vi) => {
            let share = percent(covered.share, ',');
            format!(
                "{unit}: tháng {} chỉ có {share}% hồ sơ có phiếu.",
                covered.month
            )
        }
        (What::Coverage(covered), En) => {
            let share = percent(covered.share, '.');
            format!(
                "{unit}: in {} only {share}% of the dossiers have a response.",
                covered.month
            )
        }
        (What::Quarantine(count), Vi) => {
            format!("{unit}: {count} phiếu chưa được tính, chờ quyết định.")
        }
        (What::Quarantine(count), En) => {
            format!("{unit}: uncounted records that wait for a decision: {count}.")
        }
    }
}

/// Hundredths of a percentage point with their two decimals.
fn percent(share: u16, point: char) -> String {
    format!("{}{point}{:02}", share / 100, share % 100)
}

/// The line over a digest.
pub fn title(news: usize, all: usize, day: Day, language: AlertLanguage) -> String {
    match language {
        Vi => format!("Hài Lòng, {day}: {news} việc mới trong {all} việc cần xem"),
        En => format!("Hài Lòng, {day}: {news} new of {all} things to look at"),
    }
}

/// The line of a try.
pub const fn trial(language: AlertLanguage) -> &'static str {
    match language {
        Vi => "Hài Lòng: thử gửi cảnh báo. Nhận được dòng này là cảnh báo đến nơi.",
        En => "Hài Lòng: a try. Who reads this line gets the alerts.",
    }
}

/// How many entries are left out.
pub fn more(count: usize, language: AlertLanguage) -> String {
    match language {
        Vi => format!("Và {count} việc khác, xem trên trang quản lý."),
        En => format!("And {count} more, on the manager's site."),
    }
}

/// The last line of a letter.
pub const fn closing(language: AlertLanguage) -> &'static str {
    match language {
        Vi => "Dấu * là việc mới. Máy chủ Hài Lòng gửi nhiều nhất một thư mỗi ngày.",
        En => "An asterisk marks what is new. The Hài Lòng server sends one letter a day at most.",
    }
}
