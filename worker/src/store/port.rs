//! What the rules need of a database: rows in, rows out, and all or nothing.

use std::fmt;

/// One cell of a row. Integers keep clear of 2^53: the runtime hands them over as doubles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// No value.
    Null,
    /// A whole number, |n| < 2^53.
    Integer(i64),
    /// UTF-8 text.
    Text(String),
}

/// Why the database did not do as asked: the statement is wrong, a constraint was broken, the disk
/// is full. Always a fault of ours or of the machine, never of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreError(pub String);

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StoreError {}

/// A database with a transaction open, or reading only.
pub trait Sql {
    /// Runs one statement with `?1`, `?2`, … bound and returns its rows.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses the statement.
    fn rows(&self, statement: &str, values: &[Value]) -> Result<Vec<Row>, StoreError>;

    /// Runs one statement for its effect.
    ///
    /// # Errors
    /// As [`Sql::rows`].
    fn run(&self, statement: &str, values: &[Value]) -> Result<(), StoreError> {
        self.rows(statement, values).map(|_| ())
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    /// As [`Sql::rows`].
    fn first(&self, statement: &str, values: &[Value]) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(statement, values)?.into_iter().next())
    }
}

/// A place that keeps rows, and keeps all changes of one piece of work or none.
pub trait Store {
    /// Does `work` in one transaction. `Err`, like a panic, undoes every change it made.
    ///
    /// The work is a plain function: nothing can be awaited between its statements.
    ///
    /// # Errors
    /// What `work` returns, or [`StoreError`] when the transaction itself fails.
    fn atomically<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&dyn Sql) -> Result<T, E>,
    ) -> Result<T, E>;

    /// Does `work` that reads only. Nobody else writes between its statements, since nothing is awaited
    /// there: where that alone keeps them together, no transaction is needed.
    ///
    /// # Errors
    /// As [`Store::atomically`].
    fn reading<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&dyn Sql) -> Result<T, E>,
    ) -> Result<T, E> {
        self.atomically(work)
    }
}

/// One row of a result, cells in the order of the statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row(pub Vec<Value>);

impl Row {
    /// The text in a column.
    ///
    /// # Errors
    /// [`StoreError`] when there is no such column or it holds something else.
    pub fn text(&self, column: usize) -> Result<&str, StoreError> {
        match self.0.get(column) {
            Some(Value::Text(text)) => Ok(text),
            other => Err(Self::unexpected(column, other, "text")),
        }
    }

    /// The text in a column, or `None` where the column is null.
    ///
    /// # Errors
    /// As [`Row::text`].
    pub fn maybe_text(&self, column: usize) -> Result<Option<&str>, StoreError> {
        match self.0.get(column) {
            Some(Value::Null) => Ok(None),
            _ => self.text(column).map(Some),
        }
    }

    /// The whole number in a column.
    ///
    /// # Errors
    /// As [`Row::text`].
    pub fn integer(&self, column: usize) -> Result<i64, StoreError> {
        match self.0.get(column) {
            Some(Value::Integer(number)) => Ok(*number),
            other => Err(Self::unexpected(column, other, "integer")),
        }
    }

    /// Names the kind found, not the value: rows hold answers.
    fn unexpected(column: usize, found: Option<&Value>, wanted: &str) -> StoreError {
        let found = match found {
            None => "nothing",
            Some(Value::Null) => "null",
            Some(Value::Integer(_)) => "integer",
            Some(Value::Text(_)) => "text",
        };
        StoreError(format!("column {column} holds {found}, not {wanted}"))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Integer(i64::from(number))
    }
}

impl From<bool> for Value {
    fn from(yes: bool) -> Self {
        Self::Integer(i64::from(yes))
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
