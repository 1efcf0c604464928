//! One line of the log for each thing that happens to a running server: a JSON object, for whoever collects
//! logs (rule V5). Never: an answer, a comment, an id of a response, an address.

use serde_json::{Map, Value, json};
use survey::day::Millis;

use crate::clock::now;

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Good to know.
    Info,
    /// Somebody has to look.
    Error,
}

impl Level {
    const fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Error => "error",
        }
    }
}

/// Writes a line to the error stream: time, level, a word for the event, and what there is to say of it.
pub fn say(level: Level, event: &str, more: &Value) {
    eprintln!("{}", line(now().ok(), level, event, more));
}

fn line(now: Option<Millis>, level: Level, event: &str, more: &Value) -> Value {
    let mut line = Map::new();
    if let Some(now) = now {
        line.insert("time_ms".to_owned(), json!(now.0));
    }
    line.insert("level".to_owned(), json!(level.word()));
    line.insert("event".to_owned(), json!(event));
    for (name, value) in more.as_object().into_iter().flatten() {
        line.insert(name.clone(), value.clone());
    }
    Value::Object(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v5_a_line_is_one_object_with_time_level_and_event() {
        let told = json!({"folder": "backups/a b\n", "files": 3});
        let line = line(Some(Millis(7)), Level::Info, "backup-made", &told).to_string();
        assert!(!line.contains('\n'), "{line}");
        let read: Value = serde_json::from_str(&line).expect("it is JSON");
        let wanted = json!({"time_ms": 7, "level": "info", "event": "backup-made",
            "folder": "backups/a b\n", "files": 3});
        assert_eq!(read, wanted);
    }
}
