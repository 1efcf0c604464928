//! RFC 8259, from text to tree. Never: a float; a number that is not whole is checked and let go.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Fault, Json, Value, Why};

/// Deeper than this no message of ours goes; the stack bears far more.
const DEEPEST: u8 = 64;

/// Reads a text that is one value and nothing else.
pub(super) fn parse(text: &str) -> Result<Json, Fault> {
    let mut parser = Parser { text, rest: text };
    let json = parser.value(0)?;
    parser.space();
    if parser.rest.is_empty() {
        Ok(json)
    } else {
        Err(parser.fault(Why::NotJson))
    }
}

struct Parser<'a> {
    text: &'a str,
    /// What is not read yet: always the end of `text`.
    rest: &'a str,
}

impl<'a> Parser<'a> {
    fn at(&self) -> usize {
        self.text.len().saturating_sub(self.rest.len())
    }

    fn fault(&self, why: Why) -> Fault {
        let why = if self.rest.is_empty() {
            Why::EndsEarly
        } else {
            why
        };
        Fault::at(self.at(), why)
    }

    fn not_json<T>(&self) -> Result<T, Fault> {
        Err(self.fault(Why::NotJson))
    }

    fn space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    /// Takes this ASCII byte if it comes next.
    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.rest.as_bytes().first() == Some(&byte);
        if is_next {
            self.skip(1);
        }
        is_next
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    /// Takes as many bytes as are like this, which must be ASCII or the bytes of whole characters.
    fn take_while(&mut self, is_like: impl Fn(u8) -> bool) -> &'a str {
        let end = self.rest.bytes().position(|byte| !is_like(byte));
        let taken = self.rest.get(..end.unwrap_or(self.rest.len()));
        let taken = taken.unwrap_or_default();
        self.skip(taken.len());
        taken
    }

    fn value(&mut self, depth: u8) -> Result<Json, Fault> {
        self.space();
        let at = self.at();
        if depth > DEEPEST {
            return Err(self.fault(Why::TooDeep));
        }
        let inner = depth.saturating_add(1);
        let value = match self.rest.as_bytes().first() {
            Some(b'{') => self.object(inner)?,
            Some(b'[') => self.list(inner)?,
            Some(b'"') => Value::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => self.word()?,
        };
        Ok(Json { at, value })
    }

    fn word(&mut self) -> Result<Value, Fault> {
        let begun = self.rest;
        let value = match self.take_while(|byte| byte.is_ascii_lowercase()) {
            "null" => Value::Null,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            word => {
                // "tru" at the end of a text is cut short; elsewhere it is no word of JSON.
                let is_cut = self.rest.is_empty()
                    && ["null", "true", "false"]
                        .iter()
                        .any(|it| it.starts_with(word));
                if !is_cut {
                    self.rest = begun;
                }
                return self.not_json();
            }
        };
        Ok(value)
    }

    fn list(&mut self, depth: u8) -> Result<Value, Fault> {
        let mut entries = Vec::new();
        self.skip(1);
        self.space();
        if !self.take(b']') {
            loop {
                entries.push(self.value(depth)?);
                if !self.goes_on(b']')? {
                    break;
                }
            }
        }
        Ok(Value::List(entries))
    }

    fn object(&mut self, depth: u8) -> Result<Value, Fault> {
        let mut members = Vec::new();
        self.skip(1);
        self.space();
        if !self.take(b'}') {
            loop {
                self.space();
                let name = self.string()?;
                self.space();
                if !self.take(b':') {
                    return self.not_json();
                }
                members.push((name, self.value(depth)?));
                if !self.goes_on(b'}')? {
                    break;
                }
            }
        }
        Ok(Value::Object(members))
    }

    /// Takes the comma before another entry, or the end of a list or object.
    fn goes_on(&mut self, end: u8) -> Result<bool, Fault> {
        self.space();
        if self.take(b',') {
            Ok(true)
        } else if self.take(end) {
            Ok(false)
        } else {
            self.not_json()
        }
    }

    fn number(&mut self) -> Result<Value, Fault> {
        let digits = |parser: &mut Self| parser.take_while(|byte| byte.is_ascii_digit()).len();
        let begun = self.rest;
        self.take(b'-');
        if !self.take(b'0') && digits(self) == 0 {
            return self.not_json();
        }
        let length = begun.len().saturating_sub(self.rest.len());
        let mut is_whole = true;
        if self.take(b'.') {
            is_whole = false;
            if digits(self) == 0 {
                return self.not_json();
            }
        }
        if self.take(b'e') || self.take(b'E') {
            is_whole = false;
            let _ = self.take(b'+') || self.take(b'-');
            if digits(self) == 0 {
                return self.not_json();
            }
        }
        let whole = begun.get(..length).and_then(|text| text.parse().ok());
        Ok(match whole {
            Some(number) if is_whole => Value::Whole(number),
            _ => Value::OtherNumber,
        })
    }

    fn string(&mut self) -> Result<String, Fault> {
        if !self.take(b'"') {
            return self.not_json();
        }
        let mut string = String::new();
        loop {
            string.push_str(self.take_while(|byte| byte >= b' ' && byte != b'"' && byte != b'\\'));
            if self.take(b'"') {
                return Ok(string);
            }
            if !self.take(b'\\') {
                return self.not_json();
            }
            string.push(self.escaped()?);
        }
    }

    /// What stands after a backslash.
    fn escaped(&mut self) -> Result<char, Fault> {
        let plain = match self.rest.as_bytes().first() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.code_point(),
            _ => return self.not_json(),
        };
        self.skip(1);
        Ok(plain)
    }

    /// `u` and four hexadecimal digits, or two of these for a character beyond the first plane.
    fn code_point(&mut self) -> Result<char, Fault> {
        let first = self.unit()?;
        let is_high = (0xd800..0xdc00).contains(&first);
        let second = if is_high && self.take(b'\\') {
            Some(self.unit()?)
        } else {
            None
        };
        let mut units = char::decode_utf16([first].into_iter().chain(second));
        match (units.next(), units.next()) {
            (Some(Ok(char)), None) => Ok(char),
            _ => self.not_json(),
        }
    }

    /// `u` and four hexadecimal digits: half of UTF-16.
    fn unit(&mut self) -> Result<u16, Fault> {
        if !self.take(b'u') {
            return self.not_json();
        }
        let mut unit = 0_u16;
        for _ in 0..4 {
            let digit = self.rest.chars().next();
            let Some(digit) = digit.and_then(|digit| digit.to_digit(16)) else {
                return self.not_json();
            };
            unit = (unit << 4) | u16::try_from(digit).unwrap_or_default();
            self.skip(1);
        }
        Ok(unit)
    }
}
