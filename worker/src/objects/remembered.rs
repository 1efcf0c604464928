//! Sums that were read from the rows, remembered until the rows change: a page of figures does not add up a
//! year of days anew for every manager. Never: kept when its version is another.

use std::cell::RefCell;
use std::rc::Rc;

/// What was read at a version of the rows.
pub struct Remembered<T: ?Sized>(RefCell<Option<(i64, Rc<T>)>>);

impl<T: ?Sized> Default for Remembered<T> {
    fn default() -> Self {
        Self(RefCell::new(None))
    }
}

impl<T: ?Sized> Remembered<T> {
    /// What was read at this version, else what `read` gives now.
    ///
    /// # Errors
    /// What `read` refuses; then nothing is remembered.
    pub fn at<E>(&self, version: i64, read: impl FnOnce() -> Result<Rc<T>, E>) -> Result<Rc<T>, E> {
        if let Some((known, found)) = self.0.borrow().as_ref()
            && *known == version
        {
            return Ok(Rc::clone(found));
        }
        let found = read()?;
        self.0.replace(Some((version, Rc::clone(&found))));
        Ok(found)
    }

    /// Forgets it.
    pub fn forget(&self) {
        self.0.take();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_is_read_again_only_at_another_version() {
        let remembered = Remembered::<[u8]>::default();
        let read = |version, value: u8| remembered.at(version, || Ok::<_, ()>(Rc::from([value])));
        assert_eq!(read(1, 7).unwrap()[..], [7]);
        assert_eq!(read(1, 8).unwrap()[..], [7]);
        assert_eq!(read(2, 9).unwrap()[..], [9]);
        remembered.forget();
        assert_eq!(read(2, 5).unwrap()[..], [5]);
        assert!(remembered.at(3, || Err(())).is_err());
        assert_eq!(read(2, 6).unwrap()[..], [5]);
    }
}
