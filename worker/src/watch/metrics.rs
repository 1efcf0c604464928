//! The same for Prometheus: its text format, version 0.0.4 (rule V2). Never: a unit, a device, an account.

use super::{Facts, Ledgers, VERSION};
use crate::traffic::{ANSWERS, SITES, Traffic, VERDICTS};
use std::fmt::Write as _;
use survey::day::Millis;
use survey::id::UnitId;
use survey::wire::watch::Level;

/// One step of a count of people: whoever keeps the history of it learns of ten or more.
const STEP: u64 = 10;

impl Facts {
    /// The metrics, with what was answered since the start. Counts of people go
    /// in steps of ten.
    #[must_use]
    pub fn metrics(&self, traffic: &Traffic) -> String {
        let mut page = Page::default();
        page.family("info", "gauge", "The release that runs.");
        page.line("info", &[("version", VERSION)], 1_u64);
        page.family(
            "requests_total",
            "counter",
            "Requests answered since the start.",
        );
        for (site, kinds) in SITES.iter().zip(traffic.requests) {
            for (answer, count) in ANSWERS.iter().zip(kinds) {
                page.line(
                    "requests_total",
                    &[("site", site), ("answer", answer)],
                    count,
                );
            }
        }
        page.family(
            "verdicts_total",
            "counter",
            "Records judged since the start, in steps of ten.",
        );
        for (verdict, count) in VERDICTS.iter().zip(traffic.verdicts) {
            page.line("verdicts_total", &[("verdict", verdict)], in_steps(count));
        }
        page.family("health", "gauge", "0 as it shall be, 1 warning, 2 alarm.");
        for check in self.health().checks {
            let what = survey::wire::write(&check.what);
            let level = match check.level {
                Level::Ok => 0_u64,
                Level::Warning => 1,
                Level::Alarm => 2,
            };
            page.line("health", &[("check", what.trim_matches('"'))], level);
        }
        self.of_ledgers(&mut page);
        self.of_the_deployment(&mut page);
        page.text
    }

    fn of_ledgers(&self, page: &mut Page) {
        let Ledgers {
            sum,
            overdue,
            untold,
            unreachable,
        } = &self.ledgers;
        let count = |units: &Vec<UnitId>| u64::try_from(units.len()).unwrap_or(u64::MAX);
        for (name, help, value) in [
            (
                "ledgers",
                "Units with a Ledger.",
                count(&self.watched.counting),
            ),
            (
                "ledgers_unreachable",
                "Ledgers that did not answer.",
                count(unreachable),
            ),
            (
                "responses_waiting",
                "Responses counted and not released yet, in steps of ten.",
                in_steps(sum.waiting),
            ),
            (
                "release_overdue_ledgers",
                "Ledgers whose release is overdue.",
                count(overdue),
            ),
            (
                "sums_untold_ledgers",
                "Ledgers with sums to be sent up.",
                *untold,
            ),
            (
                "quarantined_records",
                "Records that wait for a decision.",
                sum.quarantined,
            ),
            ("devices_heard", "Devices that were ever heard.", sum.heard),
            ("devices_silent", "Devices not heard for a day.", sum.silent),
            (
                "device_unsent_records",
                "Records waiting on devices, in steps of ten.",
                in_steps(sum.unsent),
            ),
            (
                "device_aside_records",
                "Records set aside on devices.",
                sum.asides,
            ),
        ] {
            page.gauge(name, help, value);
        }
        for (name, help, day) in [
            (
                "release_lag_days",
                "Age of the oldest response that is not released.",
                sum.oldest_waiting,
            ),
            (
                "device_queue_age_days",
                "Age of the oldest record that waits on a device.",
                sum.oldest_unsent,
            ),
        ] {
            page.gauge(name, help, self.age(day).unwrap_or(0));
        }
    }

    fn of_the_deployment(&self, page: &mut Page) {
        let watched = &self.watched;
        let count = |units: &Vec<UnitId>| u64::try_from(units.len()).unwrap_or(u64::MAX);
        let seconds = |at: Millis| at.0 / 1_000;
        for (name, help, value) in [
            ("units", "Units in the tree.", watched.units),
            ("devices_active", "Devices that may send.", watched.devices),
            (
                "devices_revoked",
                "Devices whose key was revoked.",
                watched.revoked,
            ),
            (
                "alerts_waiting",
                "Deliveries of alerts that are sent, again if need be.",
                watched.alerts_waiting,
            ),
            (
                "alerts_failed",
                "Deliveries of alerts that were given up in the last 30 days.",
                watched.alerts_failed,
            ),
            (
                "recount_differing_units",
                "Units whose sums are not what their rows add up to.",
                count(&watched.differing),
            ),
            (
                "recount_failed_units",
                "Units that could not be recounted.",
                count(&watched.failed),
            ),
            (
                "recount_never_units",
                "Units never recounted.",
                watched.never,
            ),
            (
                "restore_ordinal",
                "How often the deployment was restored.",
                u64::from(watched.restore),
            ),
        ] {
            page.gauge(name, help, value);
        }
        if let Some(oldest) = watched.oldest {
            let help = "When the unit that waits longest was recounted.";
            page.gauge("recount_oldest_timestamp_seconds", help, seconds(oldest));
        }
        let Some((at, machine)) = &watched.machine else {
            return;
        };
        for (name, help, value) in [
            (
                "stored_bytes",
                "Everything the server keeps.",
                machine.stored_bytes,
            ),
            ("free_bytes", "Free on that disk.", machine.free_bytes),
            (
                "memory_bytes",
                "Memory of the runtime.",
                machine.memory_bytes,
            ),
            (
                "backup_bytes",
                "Size of the newest backup.",
                machine.backup_bytes,
            ),
        ] {
            page.gauge(name, help, value);
        }
        page.gauge(
            "machine_timestamp_seconds",
            "When the machine last told of itself.",
            seconds(*at),
        );
        if let Some(made) = machine.backup {
            let help = "When the newest backup was made and proved.";
            page.gauge("backup_timestamp_seconds", help, seconds(made));
        }
    }
}

const fn in_steps(count: u64) -> u64 {
    count - count % STEP
}

/// A page in the text format, version 0.0.4.
#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a string does not fail.
        let _ = writeln!(
            self.text,
            "# HELP hailong_{name} {help}\n# TYPE hailong_{name} {kind}"
        );
    }

    fn line(&mut self, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        let labels: Vec<String> = labels
            .iter()
            .map(|(label, word)| format!("{label}=\"{word}\""))
            .collect();
        let labels = if labels.is_empty() {
            String::new()
        } else {
            format!("{{{}}}", labels.join(","))
        };
        let _ = writeln!(self.text, "hailong_{name}{labels} {value}");
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl std::fmt::Display) {
        self.family(name, "gauge", help);
        self.line(name, &[], value);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::well;
    use super::*;

    #[test]
    fn v2_metrics_are_of_the_whole_and_count_people_in_tens() {
        let mut traffic = Traffic {
            verdicts: [29, 0, 0, 0],
            ..Traffic::default()
        };
        traffic.requests[0][0] = 7;
        let text = well().metrics(&traffic);
        for line in [
            "hailong_verdicts_total{verdict=\"counted\"} 20",
            "hailong_requests_total{site=\"counter\",answer=\"2xx\"} 7",
            "hailong_responses_waiting 10",
            "hailong_device_unsent_records 0",
            "hailong_health{check=\"recount\"} 0",
            "hailong_backup_timestamp_seconds 1795399200",
        ] {
            assert!(text.lines().any(|known| known == line), "{line} in\n{text}");
        }
        assert!(!text.contains("33.1"), "a unit is named:\n{text}");
        // Each family is told once, before its lines.
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let name = line.split(['{', ' ']).next().unwrap();
            let told = format!("# TYPE {name} ");
            assert_eq!(text.matches(&told).count(), 1, "{name}");
        }
    }
}
