//! JSON for what a device writes: a record, a batch, an enrolment, a rescue file. Byte for byte what
//! `serde_json` writes of the same value (`what_a_device_writes_is_what_serde_writes`), in a tenth of
//! the code. Never: a float, a space.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// A type that is written as JSON.
pub trait ToJson {
    /// Writes it at the end of a text.
    fn to_json(&self, text: &mut String);
}

/// Writes a whole text.
#[must_use]
pub fn write(message: &(impl ToJson + ?Sized)) -> String {
    let mut text = String::new();
    message.to_json(&mut text);
    text
}

/// An object under way: each call writes one member, [`Object::end`] closes it.
#[must_use]
pub struct Object<'a> {
    text: &'a mut String,
    before: char,
}

impl<'a> Object<'a> {
    /// Begins at the end of a text.
    pub const fn begin(text: &'a mut String) -> Self {
        Self { text, before: '{' }
    }

    /// Writes a member.
    pub fn with(self, key: &str, value: &(impl ToJson + ?Sized)) -> Self {
        self.text.push(self.before);
        key.to_json(self.text);
        self.text.push(':');
        value.to_json(self.text);
        let text = self.text;
        Self { text, before: ',' }
    }

    /// Writes a member, if it says something.
    pub fn with_some(self, key: &str, value: Option<&impl ToJson>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// Closes it.
    pub fn end(self) {
        if self.before == '{' {
            self.text.push('{');
        }
        self.text.push('}');
    }
}

impl ToJson for str {
    fn to_json(&self, text: &mut String) {
        text.push('"');
        for char in self.chars() {
            let short = match char {
                '"' | '\\' => char,
                '\n' => 'n',
                '\r' => 'r',
                '\t' => 't',
                '\u{8}' => 'b',
                '\u{c}' => 'f',
                '\0'..' ' => {
                    text.push_str("\\u00");
                    text.push(if char < '\u{10}' { '0' } else { '1' });
                    text.extend(char::from_digit(u32::from(char) & 15, 16));
                    continue;
                }
                _ => {
                    text.push(char);
                    continue;
                }
            };
            text.push('\\');
            text.push(short);
        }
        text.push('"');
    }
}

impl ToJson for String {
    fn to_json(&self, text: &mut String) {
        self.as_str().to_json(text);
    }
}

impl ToJson for bool {
    fn to_json(&self, text: &mut String) {
        text.push_str(if *self { "true" } else { "false" });
    }
}

macro_rules! whole_numbers {
    ($($type:ty),*) => {$(
        impl ToJson for $type {
            fn to_json(&self, text: &mut String) {
                text.push_str(&self.to_string());
            }
        }
    )*};
}
whole_numbers!(u8, u16, u32, u64, i64);

impl<T: ToJson> ToJson for Option<T> {
    fn to_json(&self, text: &mut String) {
        match self {
            Some(value) => value.to_json(text),
            None => text.push_str("null"),
        }
    }
}

impl<T: ToJson> ToJson for Vec<T> {
    fn to_json(&self, text: &mut String) {
        let mut before = '[';
        for entry in self {
            text.push(before);
            entry.to_json(text);
            before = ',';
        }
        if self.is_empty() {
            text.push('[');
        }
        text.push(']');
    }
}
