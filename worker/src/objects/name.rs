//! The name of an object: one function, so that no two places can spell it differently.

use std::fmt;
use survey::id::UnitId;

/// A Durable Object of this deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ObjectName {
    /// Counts the responses of one unit, for ever (rule L1).
    Ledger(UnitId),
    /// Sums what the units below one inner node released.
    Rollup(UnitId),
    /// Knows units, devices, accounts; one per deployment.
    Directory,
}

impl ObjectName {
    /// The binding of the object's class.
    #[must_use]
    pub const fn binding(&self) -> &'static str {
        match self {
            Self::Ledger(_) => "LEDGER",
            Self::Rollup(_) => "ROLLUP",
            Self::Directory => "DIRECTORY",
        }
    }
}

/// The name within its class. A changed spelling is lost data: the test below holds it.
impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ledger(unit) | Self::Rollup(unit) => write!(f, "unit/{unit}"),
            Self::Directory => f.write_str("directory"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l1_the_name_of_an_object_is_a_function_of_the_unit_alone() {
        let unit = UnitId::parse("33.11977").unwrap();
        let spelt = |name: ObjectName| (name.binding(), name.to_string());
        assert_eq!(
            spelt(ObjectName::Ledger(unit.clone())),
            ("LEDGER", "unit/33.11977".into())
        );
        assert_eq!(
            spelt(ObjectName::Rollup(unit)),
            ("ROLLUP", "unit/33.11977".into())
        );
        assert_eq!(
            spelt(ObjectName::Directory),
            ("DIRECTORY", "directory".into())
        );
    }
}
