//! Hand-worked values.
