//! The tree against `serde_json`, which has been read by more eyes than ours.

use super::*;
use alloc::string::ToString;

impl Json {
    /// The same value as `serde_json` holds it, numbers that are not whole left out.
    fn as_reference(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(is_so) => (*is_so).into(),
            Value::Whole(number) => (*number).into(),
            Value::OtherNumber => "a number".into(),
            Value::Text(text) => text.as_str().into(),
            Value::List(entries) => entries.iter().map(Self::as_reference).collect(),
            Value::Object(members) => {
                let members = members.iter();
                let members = members.map(|(name, member)| (name.clone(), member.as_reference()));
                serde_json::Value::Object(members.collect())
            }
        }
    }
}

/// The reference's value with numbers that are not whole left out.
fn plain(value: serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Number(number) => number
            .as_i64()
            .map_or("a number".into(), serde_json::Value::from),
        serde_json::Value::Array(entries) => entries.into_iter().map(plain).collect(),
        serde_json::Value::Object(members) => {
            let members = members.into_iter();
            serde_json::Value::Object(members.map(|(name, it)| (name, plain(it))).collect())
        }
        other => other,
    }
}

/// Both readers take or refuse a text, and see the same in it. Two things are known to differ: the
/// reference refuses numbers beyond its floats and takes `-0` for a fraction.
fn agrees(text: &str) {
    let ours = parser::parse(text).map(|json| json.as_reference());
    let theirs: Result<serde_json::Value, _> = serde_json::from_str(text);
    match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => {
            if !text.contains("-0") {
                assert_eq!(ours, plain(theirs), "{text}");
            }
        }
        (Err(_), Err(_)) => {}
        (Ok(_), Err(theirs)) if theirs.to_string().contains("number out of range") => {}
        (ours, theirs) => panic!("{text:?}: ours {ours:?}, theirs {theirs:?}"),
    }
}

/// A text with everything that JSON has.
const RICH: &str = r#" {"a":[1,-20,0,3.5,1e9,-2.5E-3,9223372036854775807,-9223372036854775808,
    18446744073709551615],"":{},"b":{"c":null,"d":[true,false,[]]},
    "e":"\"\\\/\b\f\n\r\t\u0041\u00e0\ud83d\ude42 Hài lòng"} "#;

#[test]
fn it_reads_what_the_reference_reads() {
    agrees(RICH);
    for text in [
        "0",
        "-1",
        "\"\"",
        "[]",
        "{}",
        "null",
        " true\n",
        "[1,2]",
        "1e400",
        "\"\u{7f}\"",
    ] {
        agrees(text);
    }
}

#[test]
fn it_refuses_what_the_reference_refuses() {
    for text in [
        "",
        " ",
        "01",
        "-",
        "1.",
        ".5",
        "1e",
        "1e+",
        "+1",
        "--1",
        "0x10",
        "NaN",
        "Infinity",
        "tru",
        "trueish",
        "nul ",
        "nulx",
        "'a'",
        "\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\u+123\"",
        "\"\\ud800\"",
        "\"\\ud800x\"",
        "\"\\ud800\\n\"",
        "\"\\ud800\\ud800\"",
        "\"\\udc00\"",
        "\"a\nb\"",
        "\"\t\"",
        "[",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,",
        "{\"a\":1,}",
        "{a:1}",
        "{1:1}",
        "{\"a\" 1}",
        "1 2",
        "[]]",
        "{}x",
        "\u{feff}1",
        "\u{a0}1",
    ] {
        assert!(parser::parse(text).is_err(), "{text:?}");
        agrees(text);
    }
}

/// Every single damage to a rich text: a byte cut away, doubled, or replaced by each of a few.
#[test]
fn it_agrees_on_every_small_damage() {
    let chars: Vec<char> = RICH.chars().collect();
    for at in 0..chars.len() {
        let (before, after) = chars.split_at(at);
        let joined = |middle: &[char], after: &[char]| {
            let parts = [before, middle, after];
            agrees(&parts.concat().into_iter().collect::<String>());
        };
        joined(&[], &[]);
        if at < RICH.trim_end().chars().count() {
            let cut: String = before.iter().collect();
            assert_eq!(
                parser::parse(&cut).unwrap_err().0.why,
                Why::EndsEarly,
                "{cut}"
            );
        }
        joined(&[], &after[1..]);
        joined(&[after[0]], after);
        for other in [
            '"', '\\', '0', '-', '.', 'e', ',', ':', '[', '}', 'u', 'd', ' ', '\n', 'é',
        ] {
            joined(&[other], &after[1..]);
        }
    }
}

#[test]
fn it_does_not_follow_without_end() {
    let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    assert!(parser::parse(&deep(60)).is_ok());
    let fault = parser::parse(&deep(100_000)).unwrap_err();
    assert_eq!(fault.0.why, Why::TooDeep);
}

#[test]
fn a_fault_says_what_and_where_and_repeats_nothing() {
    #[derive(Debug)]
    struct Pair;
    impl FromJson for Pair {
        fn from_json(json: &Json) -> Result<Self, Fault> {
            json.has_only(&["a", "b"])?;
            json.get::<u8>("a")?;
            json.get_or_default::<Option<bool>>("b")?;
            Ok(Self)
        }
    }
    let said = |text: &str| read::<Pair>(text).unwrap_err().describe(text);
    assert_eq!(said("{\"a\":1"), "ends too early at line 1 column 7");
    assert_eq!(said("{\"a\":1]"), "not JSON at line 1 column 7");
    assert_eq!(said("[1]"), "not an object at line 1 column 1");
    assert_eq!(
        said("{\n \"ă\":1,\"b\":2}"),
        "a member that does not belong here at line 2 column 6"
    );
    assert_eq!(
        said(" {\"b\":null}"),
        "no member called a at line 1 column 2"
    );
    assert_eq!(
        said("{\"a\":1,\"a\":2}"),
        "two members called a at line 1 column 12"
    );
    assert_eq!(
        said("{\"a\":256}"),
        "not a number in range at line 1 column 6"
    );
    assert_eq!(said("{\"a\":1.5}"), "not a whole number at line 1 column 6");
    assert_eq!(
        said("{\"a\":1,\"b\":1}"),
        "not true or false at line 1 column 12"
    );
    assert!(read::<Pair>("{\"b\":false,\"a\":255}").is_ok());
}
