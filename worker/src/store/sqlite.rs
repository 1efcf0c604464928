//! The store on an ordinary `SQLite`: the native twin that the tests run on.

use super::port::{Row, Sql, Store, StoreError, Value};
use rusqlite::{Connection, OpenFlags, types::ValueRef};
use std::path::Path;

/// More statements than any object has.
const STATEMENTS: usize = 64;

/// A database of this process.
pub struct Sqlite(Connection);

impl Sqlite {
    /// A new database in memory with the given schema.
    ///
    /// # Errors
    /// [`StoreError`] when the schema does not load.
    pub fn in_memory(schema: &str) -> Result<Self, StoreError> {
        let connection = Connection::open_in_memory()?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection.execute_batch(schema)?;
        Ok(Self(connection))
    }

    /// A file of one's own, new or not, as a server keeps its own: with a write-ahead log, and on the disk
    /// when a transaction has ended.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be opened or the schema does not load.
    pub fn file(file: &Path, schema: &str) -> Result<Self, StoreError> {
        let connection = Connection::open(file)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch(schema)?;
        Ok(Self(connection))
    }

    /// The file of an object that no server has open, to be read and never changed.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    pub fn read_only(file: &Path) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(file, flags)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(Self(connection))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self(error.to_string())
    }
}

impl Sql for Connection {
    fn rows(&self, statement: &str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let mut prepared = self.prepare_cached(statement)?;
        let width = prepared.column_count();
        let mut found = prepared.query(rusqlite::params_from_iter(values))?;
        let mut rows = Vec::new();
        while let Some(row) = found.next()? {
            let cells = (0..width).map(|column| cell(row.get_ref(column)?));
            rows.push(Row(cells.collect::<Result<_, _>>()?));
        }
        Ok(rows)
    }
}

fn cell(value: ValueRef<'_>) -> Result<Value, StoreError> {
    match value {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(number) => Ok(Value::Integer(number)),
        ValueRef::Text(text) => String::from_utf8(text.to_vec())
            .map(Value::Text)
            .map_err(|_| StoreError("text is not UTF-8".into())),
        ValueRef::Real(_) | ValueRef::Blob(_) => {
            Err(StoreError("a column is neither text nor integer".into()))
        }
    }
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => rusqlite::types::Null.into(),
            Self::Integer(number) => (*number).into(),
            Self::Text(text) => text.as_str().into(),
        })
    }
}

impl Store for Sqlite {
    fn atomically<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&dyn Sql) -> Result<T, E>,
    ) -> Result<T, E> {
        // Dropped without a commit, also by a panic, it rolls back.
        let transaction = self.0.unchecked_transaction().map_err(StoreError::from)?;
        let result = work(&*transaction)?;
        transaction.commit().map_err(StoreError::from)?;
        Ok(result)
    }
}
