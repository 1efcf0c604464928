//! JSON for what a device reads: a form, a configuration, a reply; and writes. One small tree for all
//! of them, because a derived reader for each type was a third of what a counter downloads. Never: a
//! fraction's value, what a message means.

mod parser;
mod write;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

pub use write::{Object, ToJson, write};

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Json {
    /// Its first byte in the text.
    at: usize,
    value: Value,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Null,
    Bool(bool),
    Whole(i64),
    /// A number with a fraction or exponent, or beyond 64 bits: none of our messages has one, but a
    /// later version may under a key that is not read yet.
    OtherNumber,
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// What is wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It breaks off.
    EndsEarly,
    /// A character that cannot stand there.
    NotJson,
    /// More levels than any message of ours has.
    TooDeep,
    /// A value of another kind than this: "a text", "a list".
    NotA(&'static str),
    /// An object lacks this member.
    Missing(&'static str),
    /// An object has this member twice.
    Doubled(&'static str),
    /// A member that the object does not have.
    UnknownKey,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, name) = match *self {
            Why::EndsEarly => ("ends too early", ""),
            Why::NotJson => ("not JSON", ""),
            Why::TooDeep => ("nested too deeply", ""),
            Why::NotA(kind) => ("not ", kind),
            Why::Missing(key) => ("no member called ", key),
            Why::Doubled(key) => ("two members called ", key),
            Why::UnknownKey => ("a member that does not belong here", ""),
        };
        f.write_str(what)?;
        f.write_str(name)
    }
}

/// What is wrong, and where. [`Fault::describe`] says it to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault(Box<Wrong>);

/// In a box, so that each of the hundred places that hand a fault on moves one pointer.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Wrong {
    at: usize,
    why: Why,
}

impl Fault {
    fn at(at: usize, why: Why) -> Self {
        Self(Box::new(Wrong { at, why }))
    }

    /// A sentence with line and column, both from 1; it repeats nothing of the text.
    #[must_use]
    pub fn describe(&self, text: &str) -> String {
        let (line, column) = self.place(text);
        alloc::format!("{} at line {line} column {column}", self.0.why)
    }

    /// What is wrong.
    #[must_use]
    pub const fn why(&self) -> Why {
        self.0.why
    }

    /// Line and column in the text that was read, both from 1.
    #[must_use]
    pub fn place(&self, text: &str) -> (usize, usize) {
        let before = text.get(..self.0.at).unwrap_or(text);
        let line = before.matches('\n').count().saturating_add(1);
        let last = before.rsplit('\n').next().unwrap_or_default();
        (line, last.chars().count().saturating_add(1))
    }
}

/// A type that is read from JSON.
pub trait FromJson: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// [`Fault`] at the first member that does not fit.
    fn from_json(json: &Json) -> Result<Self, Fault>;
}

/// Reads a whole text.
///
/// # Errors
/// [`Fault`] for anything that is not this type's JSON, to the last byte.
pub fn read<T: FromJson>(text: &str) -> Result<T, Fault> {
    T::from_json(&parser::parse(text)?)
}

impl Json {
    /// What to say of a value that is not what it should be: "not {kind}".
    #[must_use]
    pub fn is_not(&self, kind: &'static str) -> Fault {
        self.fault(Why::NotA(kind))
    }

    fn fault(&self, why: Why) -> Fault {
        Fault::at(self.at, why)
    }

    /// The text.
    ///
    /// # Errors
    /// [`Fault`] unless it is one.
    pub fn text(&self) -> Result<&str, Fault> {
        match &self.value {
            Value::Text(text) => Ok(text),
            _ => Err(self.is_not("a text")),
        }
    }

    /// The whole number.
    ///
    /// # Errors
    /// [`Fault`] unless it is one between -2^63 and 2^63 - 1.
    pub fn whole(&self) -> Result<i64, Fault> {
        match self.value {
            Value::Whole(number) => Ok(number),
            _ => Err(self.is_not("a whole number")),
        }
    }

    /// The entries of the list.
    ///
    /// # Errors
    /// [`Fault`] unless it is one.
    pub fn list(&self) -> Result<&[Self], Fault> {
        match &self.value {
            Value::List(entries) => Ok(entries),
            _ => Err(self.is_not("a list")),
        }
    }

    /// The members of the object.
    ///
    /// # Errors
    /// [`Fault`] unless it is one.
    pub fn members(&self) -> Result<&[(String, Self)], Fault> {
        match &self.value {
            Value::Object(members) => Ok(members),
            _ => Err(self.is_not("an object")),
        }
    }

    /// Refuses every member with another name than these.
    ///
    /// # Errors
    /// [`Fault`] at the first such member, or unless it is an object.
    pub fn has_only(&self, known: &[&str]) -> Result<(), Fault> {
        let mut members = self.members()?.iter();
        match members.find(|(name, _)| !known.contains(&name.as_str())) {
            Some((_, member)) => Err(member.fault(Why::UnknownKey)),
            None => Ok(()),
        }
    }

    /// The member with this name, if there is one.
    ///
    /// # Errors
    /// [`Fault`] when there are two, or unless it is an object.
    pub fn member(&self, key: &'static str) -> Result<Option<&Self>, Fault> {
        let mut found = None;
        for (name, member) in self.members()? {
            if name == key && found.replace(member).is_some() {
                return Err(member.fault(Why::Doubled(key)));
            }
        }
        Ok(found)
    }

    /// The member with this name.
    ///
    /// # Errors
    /// [`Fault`] when it is missing or doubled.
    pub fn needed(&self, key: &'static str) -> Result<&Self, Fault> {
        self.member(key)?
            .ok_or_else(|| self.fault(Why::Missing(key)))
    }

    /// Reads the member with this name.
    ///
    /// # Errors
    /// [`Fault`] when it is missing, doubled, or does not read.
    pub fn get<T: FromJson>(&self, key: &'static str) -> Result<T, Fault> {
        T::from_json(self.needed(key)?)
    }

    /// Reads the member with this name; the default where it is missing.
    ///
    /// # Errors
    /// [`Fault`] when it is doubled or does not read.
    pub fn get_or_default<T: FromJson + Default>(&self, key: &'static str) -> Result<T, Fault> {
        self.member(key)?.map_or(Ok(T::default()), T::from_json)
    }
}

impl FromJson for String {
    fn from_json(json: &Json) -> Result<Self, Fault> {
        json.text().map(Self::from)
    }
}

impl FromJson for bool {
    fn from_json(json: &Json) -> Result<Self, Fault> {
        match json.value {
            Value::Bool(is_so) => Ok(is_so),
            _ => Err(json.is_not("true or false")),
        }
    }
}

macro_rules! whole_numbers {
    ($($type:ty),*) => {$(
        impl FromJson for $type {
            fn from_json(json: &Json) -> Result<Self, Fault> {
                Self::try_from(json.whole()?).map_err(|_| json.is_not("a number in range"))
            }
        }
    )*};
}
whole_numbers!(u8, u16, u32, u64, i64);

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(json: &Json) -> Result<Self, Fault> {
        match json.value {
            Value::Null => Ok(None),
            _ => T::from_json(json).map(Some),
        }
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(json: &Json) -> Result<Self, Fault> {
        let mut read = Self::new();
        for entry in json.list()? {
            read.push(T::from_json(entry)?);
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests;
