//! The forms that were added to the house, as an object keeps them beside what names them: whole files
//! under their ids. Never: a change of one, or its removal.

use super::port::{Sql, StoreError};
use crate::forms::Forms;
use survey::form::Form;

/// All forms that are known here, the built-in ones included.
pub(super) fn known(sql: &dyn Sql) -> Result<Forms, StoreError> {
    let rows = sql.rows("SELECT file FROM form ORDER BY id", &[])?;
    let files = rows.iter().map(|row| row.text(0));
    let files: Vec<_> = files.collect::<Result<_, _>>()?;
    Ok(Forms::built_in().with(files))
}

/// Keeps forms; one that is here stays as it is.
pub(super) fn keep(sql: &dyn Sql, files: &[String]) -> Result<(), StoreError> {
    for file in files {
        let form = Form::parse(file);
        let form =
            form.map_err(|error| StoreError(format!("a form was told that is none: {error}")))?;
        sql.run(
            "INSERT OR IGNORE INTO form VALUES (?1, ?2)",
            &[form.id().to_string().into(), file.as_str().into()],
        )?;
    }
    Ok(())
}
