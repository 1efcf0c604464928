//! The store inside a Durable Object, on the runtime's `SQLite`.
//!
//! Writes that a Durable Object makes outside a transaction stay when a later statement fails, and
//! the SDK binds only the asynchronous transaction. So `transactionSync` is called by its name: its
//! body cannot await, and an exception (also a panic's) undoes it.

use super::port::{Row, Sql, Store, StoreError, Value};
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::{JsCast as _, JsValue, closure::ScopedClosure};
use worker::{SqlStorageValue, State, Storage};

/// The database of one Durable Object.
pub struct Durable {
    storage: Storage,
    sql: Database,
    begin: Function,
}

/// Its statements. The SDK's own cursor asks the runtime half a dozen times for each row; this asks for all
/// of them at once.
struct Database {
    storage: JsValue,
    exec: Function,
    /// A cursor's, known with the first of them.
    raw: OnceCell<Function>,
    /// A cursor's, likewise: all rows in one call, and as good as any way to the end where there are none.
    to_array: OnceCell<Function>,
    /// `Array.from`.
    list: Function,
}

fn method(of: &JsValue, name: &str) -> Result<Function, StoreError> {
    let found = Reflect::get(of, &name.into()).and_then(JsValue::dyn_into);
    found.map_err(thrown)
}

thread_local! {
    /// Statements as the runtime has them. A text that goes over there is made anew each time, and read and hashed
    /// to find the statement that was compiled from it.
    static STATEMENTS: RefCell<BTreeMap<String, JsValue>> = const { RefCell::new(BTreeMap::new()) };
}

/// Statements that are kept at most; this code has far fewer.
const MOST_STATEMENTS: usize = 1_000;

fn text_of(statement: &str) -> JsValue {
    if let Some(known) = STATEMENTS.with_borrow(|kept| kept.get(statement).cloned()) {
        return known;
    }
    let made = JsValue::from_str(statement);
    STATEMENTS.with_borrow_mut(|kept| {
        if kept.len() >= MOST_STATEMENTS {
            kept.clear();
        }
        kept.insert(statement.to_owned(), made.clone());
    });
    made
}

/// What a statement gave, by one of its methods, which is looked for once.
fn call(cursor: &JsValue, known: &OnceCell<Function>, name: &str) -> Result<JsValue, StoreError> {
    if known.get().is_none() {
        // Empty until now, so it is taken.
        let _ = known.set(method(cursor, name)?);
    }
    let known = known.get();
    let known = known.ok_or_else(|| StoreError("a cursor without rows".into()))?;
    known.call0(cursor).map_err(thrown)
}

fn thrown(thrown: JsValue) -> StoreError {
    StoreError::from(worker::Error::from(thrown))
}

/// The class of lists.
fn array() -> Result<JsValue, StoreError> {
    Reflect::get(&js_sys::global(), &"Array".into()).map_err(thrown)
}

impl Database {
    /// Begins a statement. Its cursor has to be read to the end: one that is not keeps its statement, and another
    /// is compiled the next time.
    fn begin(&self, statement: &str, values: &[Value]) -> Result<JsValue, StoreError> {
        let arguments = Array::of1(&text_of(statement));
        for value in values {
            arguments.push(&bind(value));
        }
        self.exec.apply(&self.storage, &arguments).map_err(thrown)
    }
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
        let raw: JsValue = sql.as_ref().clone();
        let begin = method(storage.as_raw(), "transactionSync")?;
        let exec = method(&raw, "exec")?;
        let sql = Database {
            storage: raw,
            exec,
            raw: OnceCell::new(),
            to_array: OnceCell::new(),
            list: method(&array()?, "from")?,
        };
        Ok(Self {
            storage,
            sql,
            begin,
        })
    }

    fn transaction(&self, work: &mut dyn FnMut() -> Result<(), JsValue>) -> Result<(), JsValue> {
        let storage: &JsValue = self.storage.as_raw();
        let mut body = work;
        let body =
            ScopedClosure::<dyn FnMut() -> Result<(), JsValue>>::borrow_mut_aborting(&mut body);
        self.begin.call1(storage, body.as_js_value()).map(|_| ())
    }
}

impl From<worker::Error> for StoreError {
    fn from(error: worker::Error) -> Self {
        Self(error.to_string())
    }
}

impl Sql for Database {
    fn rows(&self, statement: &str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let cells = |row: JsValue| {
            let cells = Array::from(&row);
            cells.iter().map(cell).collect::<Result<_, _>>().map(Row)
        };
        let rows = call(&self.begin(statement, values)?, &self.raw, "raw")?;
        // By its name, since a row may throw while it is fetched, and the binding would not catch that.
        let rows = self
            .list
            .call1(&JsValue::UNDEFINED, &rows)
            .map_err(thrown)?;
        rows.unchecked_into::<Array>().iter().map(cells).collect()
    }

    fn run(&self, statement: &str, values: &[Value]) -> Result<(), StoreError> {
        let cursor = self.begin(statement, values)?;
        call(&cursor, &self.to_array, "toArray").map(|_| ())
    }
}

fn bind(value: &Value) -> JsValue {
    match value {
        Value::Null => JsValue::NULL,
        Value::Integer(number) => SqlStorageValue::Integer(*number).into(),
        Value::Text(text) => JsValue::from_str(text),
    }
}

fn cell(value: JsValue) -> Result<Value, StoreError> {
    match SqlStorageValue::try_from(value)? {
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

    fn reading<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&dyn Sql) -> Result<T, E>,
    ) -> Result<T, E> {
        work(&self.sql)
    }
}
