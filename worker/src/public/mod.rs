//! The public page of a unit and its open data, made of the replies that its managers get (rule UM17). Never: a
//! number that no such reply has, a rank, a cookie, a program.

mod dictionary;
mod figures;
mod frame;
mod method;
mod order;
mod page;
mod period;
mod words;

pub use dictionary::dictionary;
pub use frame::{STYLE, front, style_name, tell_sample, trouble};
pub use page::page;
pub use period::{Period, months};
pub use survey::format::Language;

use crate::export::{Replies, Row, csv, rows};
use std::collections::BTreeMap;
use survey::day::Day;
use survey::form::Form;
use survey::wire::manager::Unit;
use survey::wire::public::{Action, Level};

/// All that is public of one unit.
#[derive(Clone, Debug)]
pub struct Known {
    /// The replies, as its managers get them.
    pub replies: Replies,
    /// How far down.
    pub level: Level,
    /// The months.
    pub period: Period,
    /// What was done, each with its unit, the newest first.
    pub actions: Vec<(Unit, Action)>,
    /// The English words of the form, by the keys of its texts; empty where there are none.
    pub english: BTreeMap<String, String>,
    /// The day on which the replies were given.
    pub today: Day,
}

impl Known {
    /// The unit.
    #[must_use]
    pub fn unit(&self) -> Option<&Unit> {
        self.replies.units.first()
    }

    /// The form whose figures these are.
    #[must_use]
    pub fn form(&self) -> Option<Form> {
        Form::parse(&self.replies.page.form_file).ok()
    }

    /// Every figure.
    #[must_use]
    pub fn rows(&self) -> Vec<Row> {
        rows(&self.replies)
    }

    /// The figures as a file for programs, and how many rows it has.
    #[must_use]
    pub fn table(&self) -> (String, usize) {
        let rows = self.rows();
        (csv(&self.replies, &rows), rows.len())
    }

    /// What the file is called where it is kept.
    #[must_use]
    pub fn file_name(&self) -> String {
        let page = &self.replies.page;
        let form = self.form();
        let code = form.as_ref().map_or("", Form::code);
        format!(
            "hai-long_{}_{code}_{}_{}.csv",
            page.unit, page.from, page.to
        )
    }
}

#[cfg(test)]
mod tests;
