//! What the system lets this process and those it starts have. Never: more than the system's owner allows.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Lets this process, and all that it starts from now on, have as many files open as the owner allows. Usual is
/// that a process begins with 1,024 and may ask for more. The runtime does not ask; an object that is awake has
/// three files open, so that a morning's release of 340 units would reach that.
pub fn open_as_many_files_as_allowed() {
    let maximum = getrlimit(Resource::Nofile).maximum;
    let most = Rlimit {
        current: maximum,
        maximum,
    };
    // A system that refuses leaves it as it was, which is enough for a province.
    let _ = setrlimit(Resource::Nofile, most);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_that_could_be_asked_for() {
        open_as_many_files_as_allowed();
        let limit = getrlimit(Resource::Nofile);
        assert_eq!(limit.current, limit.maximum);
    }
}
