//! The store inside a Durable Object, on the runtime's `SQLite`.
//!
//! Writes that a Durable Object makes outside a transaction stay when a later statement fails, and
//! the SDK binds only the asynchronous transaction. So `transactionSync` is called by its name: its
//! body cannot await, and an exception (also a panic's) undoes it.

use super::port::{Row, Sql, Store, StoreError, Value};
use js_sys::{Function, Reflect};
use wasm_bindgen::{JsCast as _, JsValue, closure::ScopedClosure};
use worker::{SqlStorage, SqlStorageValue, State, Storage};

/// The database of one Durable Object.
pub struct Durable {
    storage: Storage,
    sql: SqlStorage,
}

impl Durable {
    /// Opens the object's database and brings its schema up to date.
    ///
    /// # Errors
    /// [`StoreError`] when the schema does not load.
    pub fn open(state: &State, schema: &str) -> Result<Self, StoreError> {
        let storage = state.storage();
        let sql = storage.sql();
        sql.exec(schema, None)?;
        Ok(Self { storage, sql })
    }

    fn transaction(&self, work: &mut dyn FnMut() -> Result<(), JsValue>) -> Result<(), JsValue> {
        let storage: &JsValue = self.storage.as_raw();
        let begin: Function = Reflect::get(storage, &"transactionSync".into())?.dyn_into()?;
        let mut body = work;
        let body =
            ScopedClosure::<dyn FnMut() -> Result<(), JsValue>>::borrow_mut_aborting(&mut body);
        begin.call1(storage, body.as_js_value()).map(|_| ())
    }
}

impl From<worker::Error> for StoreError {
    fn from(error: worker::Error) -> Self {
        Self(error.to_string())
    }
}

impl Sql for SqlStorage {
    fn rows(&self, statement: &str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let bound: Vec<_> = values.iter().map(bind).collect();
        self.exec_raw(statement, bound)?
            .raw()
            .map(|row| {
                row?.into_iter()
                    .map(cell)
                    .collect::<Result<_, _>>()
                    .map(Row)
            })
            .collect()
    }
}

fn bind(value: &Value) -> JsValue {
    match value {
        Value::Null => JsValue::NULL,
        Value::Integer(number) => SqlStorageValue::Integer(*number).into(),
        Value::Text(text) => JsValue::from_str(text),
    }
}

fn cell(value: SqlStorageValue) -> Result<Value, StoreError> {
    match value {
        SqlStorageValue::Null => Ok(Value::Null),
        SqlStorageValue::Integer(number) => Ok(Value::Integer(number)),
        SqlStorageValue::String(text) => Ok(Value::Text(text)),
        SqlStorageValue::Boolean(_) | SqlStorageValue::Float(_) | SqlStorageValue::Blob(_) => {
            Err(StoreError("a column is neither text nor integer".into()))
        }
    }
}

impl Store for Durable {
    fn atomically<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&dyn Sql) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut work = Some(work);
        let mut outcome = None;
        let ended = self.transaction(&mut || {
            let result = work.take().map(|work| work(&self.sql));
            let is_done = matches!(result, Some(Ok(_)));
            outcome = result;
            // Thrown, so that the runtime rolls back; nobody reads it.
            if is_done { Ok(()) } else { Err(JsValue::NULL) }
        });
        match (outcome, ended) {
            (Some(Err(refused)), _) => Err(refused),
            (Some(Ok(done)), Ok(())) => Ok(done),
            (_, Err(thrown)) => Err(StoreError::from(worker::Error::from(thrown)).into()),
            (None, Ok(())) => Err(StoreError("the transaction did not run its body".into()).into()),
        }
    }
}
