//! What a process took of the machine, as Linux tells it. Never: another process's than is asked for.

use std::fs;
use std::time::Duration;

use rustix::param::clock_ticks_per_second;

/// How long a process has computed, in its own code and in the system's for it.
#[must_use]
pub fn computed(process: u32) -> Duration {
    let said = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let ticks = u32::try_from(clock_ticks_per_second())
        .unwrap_or(100)
        .max(1);
    Duration::from_secs(ticks_in(&said)) / ticks
}

/// User and system ticks. A program's name may have blanks and brackets in it, so it is counted from the
/// last bracket.
fn ticks_in(stat: &str) -> u64 {
    let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let numbers = rest.split_whitespace().skip(11).take(2);
    numbers.filter_map(|ticks| ticks.parse::<u64>().ok()).sum()
}

/// The most memory that a process has had since [`forget_peak`], in bytes; 0 where the system does not tell.
#[must_use]
pub fn peak(process: u32) -> u64 {
    let said = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = said.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or_default() << 10
}

/// From now on the peak is anew. Where the system does not let it, the peak is of the whole life.
pub fn forget_peak(process: u32) {
    let _ = fs::write(format!("/proc/{process}/clear_refs"), "5");
}

/// How many files and connections a process has open; 0 where the system does not tell.
#[must_use]
pub fn open_files(process: u32) -> usize {
    fs::read_dir(format!("/proc/{process}/fd")).map_or(0, Iterator::count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_found_behind_any_name() {
        let stat = "7 (a (b) c) S 1 7 7 0 -1 4194560 1 2 3 4 250 31 0 0 20 0 9 0 100";
        assert_eq!(ticks_in(stat), 281);
        assert_eq!(ticks_in(""), 0);
    }

    #[test]
    fn a_process_has_a_peak() {
        assert!(peak(std::process::id()) > 1 << 20);
        assert_eq!(peak(0), 0);
        assert!(open_files(std::process::id()) > 2);
    }
}
