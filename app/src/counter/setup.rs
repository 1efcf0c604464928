//! The configuration as the counter uses it: read whole and with its form, or not at all (W11).

use survey::day::{Day, Millis};
use survey::form::{Form, Step};
use survey::wire::device::{Config, EnrolReply, Hours};

/// A good configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// As the server sent it.
    pub config: Config,
    /// Its form.
    pub form: Form,
}

impl Setup {
    /// Reads a configuration as the server wrote it, alone or inside the reply to an enrolment;
    /// `None` unless it is one, its form is one and it has a field.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let config: Config = match survey::json::read(text) {
            Ok(config) => config,
            Err(_) => survey::json::read::<EnrolReply>(text).ok()?.config,
        };
        let form = Form::parse(&config.form).ok()?;
        (!config.fields.is_empty()).then_some(Self { config, form })
    }

    /// Whether the counter serves at this time of day in Việt Nam (UK12). Without hours it always does.
    #[must_use]
    pub fn is_open(&self, now: Millis) -> bool {
        let hours = &self.config.hours;
        let (Some(day), false) = (Day::of(now), hours.is_empty()) else {
            return true;
        };
        let minute = now.since(day.starts()) / 60_000;
        let is_within = |hours: &Hours| {
            hours.weekday == day.day_of_week()
                && (i64::from(hours.from)..i64::from(hours.to)).contains(&minute)
        };
        hours.iter().any(is_within) && !self.config.holidays.contains(&day)
    }

    /// Minutes the form takes, at 10 seconds a question, rounded up.
    #[must_use]
    pub fn minutes(&self) -> usize {
        let steps = self.form.steps(&self.config.demographics);
        let questions = steps.iter().filter(|step| **step != Step::Comment).count();
        (questions * 10).div_ceil(60).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(hours: &str, holidays: &str) -> String {
        let form = include_str!("../../../survey/forms/express6.json");
        let form = survey::wire::write(&form);
        format!(
            r#"{{"v":1,"version":1,"unit":"33.x","unit_name":{{"vi":"Xã X"}},"authority":{{"vi":"UBND"}},
            "counter":"q1","counter_name":{{"vi":"Quầy 1"}},"class":"kiosk","channel":"counter",
            "fields":[{{"id":"ho-tich","name":{{"vi":"Hộ tịch"}}}}],"form":{form},
            "languages":["vi","en"],"demographics":[],"hours":{hours},"holidays":{holidays},
            "idle_s":40,"countdown_s":20,"training":false,"sample":true}}"#
        )
    }

    #[test]
    fn w11_only_a_whole_configuration_is_one() {
        let good = config("[]", "[]");
        let alone = Setup::read(&good);
        assert!(alone.is_some());
        let device = "05050505-0505-4505-8505-050505050505";
        let reply = format!(r#"{{"v":1,"device":"{device}","now":1,"config":{good}}}"#);
        assert_eq!(Setup::read(&reply), alone);
        for (from, to) in [
            (r#""v":1,"#, ""),
            ("x_all", "x all"),
            (r#"{"id":"ho-tich","name":{"vi":"Hộ tịch"}}"#, ""),
        ] {
            let bad = good.replacen(from, to, 1);
            assert_ne!(bad, good);
            assert!(Setup::read(&bad).is_none(), "{to}");
        }
        assert!(Setup::read(good.split_at(300).0).is_none());
    }

    #[test]
    fn uk12_hours_and_holidays_close_the_counter() {
        // Monday 23 November 2026, 7:30 to 11:30.
        let text = config(
            r#"[{"weekday":1,"from":450,"to":690}]"#,
            r#"["2026-11-30"]"#,
        );
        let setup = Setup::read(&text).unwrap();
        let at = |day: &str, minute: i64| {
            setup.is_open(Day::parse(day).unwrap().starts().plus(minute * 60_000))
        };
        assert!(!at("2026-11-23", 449));
        assert!(at("2026-11-23", 450));
        assert!(at("2026-11-23", 689));
        assert!(!at("2026-11-23", 690));
        assert!(!at("2026-11-24", 500), "Tuesday");
        assert!(!at("2026-11-30", 500), "a holiday");
        assert!(Setup::read(&config("[]", "[]")).unwrap().is_open(Millis(0)));
    }

    #[test]
    fn uk1_the_minutes_follow_the_form() {
        let setup = Setup::read(&config("[]", "[]")).unwrap();
        assert_eq!(setup.minutes(), 2);
    }
}
