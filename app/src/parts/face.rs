//! The five faces. The mouth carries the level; colour only helps (UK3).

use super::node::{Node, drawing};

/// A face around (50, 50) with this mouth.
macro_rules! with_mouth {
    ($mouth:literal) => {
        concat!(
            r#"<circle class="face-skin" cx="50" cy="50" r="45"/><circle class="face-eye" cx="34" cy="40" r="5.5"/><circle class="face-eye" cx="66" cy="40" r="5.5"/><path class="face-mouth" d=""#,
            $mouth,
            r#""/>"#
        )
    };
}

/// A face for a level, 1 (worst) to 5 (best); anything else is drawn as 3. The label beside it says the
/// same in words, so it is hidden from screen readers.
#[must_use]
pub fn face(level: u8) -> Node {
    let (name, inside) = match level {
        1 => ("1", with_mouth!("M27 74 Q50 47 73 74")),
        2 => ("2", with_mouth!("M30 70 Q50 57 70 70")),
        4 => ("4", with_mouth!("M29 61 Q50 77 71 61")),
        5 => ("5", with_mouth!("M24 57 Q50 92 76 57 Z")),
        _ => ("3", with_mouth!("M31 66 H69")),
    };
    drawing("face", "0 0 100 100", inside).attribute("data-level", name)
}
