//! A device's post: the counter where it stands and the form it shows, and the configuration that
//! follows from it (rule W11). Never: an answer.

use crate::access::token::hex;
use crate::forms::Forms;
use crate::refused::Refused;
use pbkdf2::pbkdf2_hmac_array;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use survey::id::{Channel, CounterId, DeviceClass, FieldId, ItemId};
use survey::wire::VERSION;
use survey::wire::code::Code;
use survey::wire::device::{Config, Field, Hours, Names, PinVerifier, Resolver};
use survey::wire::fleet::{Move, NewSettings, SERVICE_FIELDS, Settings};
use survey::wire::manager::{NewCode, Unit, UnitKind};

/// Rounds of the PIN's verifier: about a tenth of a second on a kiosk.
const PIN_ROUNDS: u32 = 100_000;
/// The most opening times and holidays of a device.
const MOST_HOURS: usize = 28;
const MOST_HOLIDAYS: usize = 100;

/// Where a device stands and what it asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// The counter.
    pub counter: CounterId,
    /// The counter's name.
    pub counter_name: Names,
    /// What kind of device.
    pub class: DeviceClass,
    /// The way of answering.
    pub channel: Channel,
    /// What it asks, and when.
    pub settings: Settings,
    /// How the staff PIN is checked.
    pub pin: PinVerifier,
    /// Raised with every change (rule W11).
    pub version: u64,
}

impl Post {
    /// The post that a request for a code describes; of the PIN only a verifier is kept. `forms` are
    /// those that a device may be set to today.
    ///
    /// # Errors
    /// [`Code::BadValue`] for an unknown form, a PIN that is not 4 to 8 digits, an empty name.
    pub fn of(request: NewCode, salt: [u8; 16], forms: &Forms) -> Result<Self, Refused> {
        let settings = Settings::of_form(&request.form);
        must_be_allowed(&settings, forms)?;
        must_be_a_name(&request.counter_name)?;
        Ok(Self {
            counter: request.counter,
            counter_name: request.counter_name,
            class: request.class,
            channel: request.channel,
            settings,
            pin: verifier(&request.pin, salt)?,
            version: 1,
        })
    }

    /// The post that is kept as `text`.
    ///
    /// # Errors
    /// Broken when it is damaged.
    pub fn read(text: &str) -> Result<Self, Refused> {
        survey::wire::read(text).map_err(|_| Refused::broken("a device's post is damaged"))
    }

    /// The same post with other settings.
    ///
    /// # Errors
    /// [`Code::ChangedMeanwhile`] when they are based on an older version, [`Code::BadValue`] as
    /// [`Post::of`] and for a demographic that the form does not have, or times that are none.
    pub fn changed(
        &self,
        wanted: NewSettings,
        salt: [u8; 16],
        forms: &Forms,
    ) -> Result<Self, Refused> {
        if wanted.based_on != self.version {
            let message = "Somebody changed this meanwhile. Look again, then change it.";
            return Err(Refused::new(Code::ChangedMeanwhile, message));
        }
        must_be_allowed(&wanted.settings, forms)?;
        must_be_a_name(&wanted.counter_name)?;
        let pin = wanted.pin.map(|pin| verifier(&pin, salt)).transpose()?;
        Ok(Self {
            counter_name: wanted.counter_name,
            settings: wanted.settings,
            pin: pin.unwrap_or_else(|| self.pin.clone()),
            version: self.version + 1,
            ..self.clone()
        })
    }

    /// The same post at another counter.
    ///
    /// # Errors
    /// [`Code::BadValue`] for an empty name.
    pub fn moved(&self, to: Move) -> Result<Self, Refused> {
        must_be_a_name(&to.counter_name)?;
        Ok(Self {
            counter: to.counter,
            counter_name: to.counter_name,
            version: self.version + 1,
            ..self.clone()
        })
    }

    /// The configuration of a device at this post. `path` is its unit and all nodes above it,
    /// nearest first: the province asks, or the unit itself where there is none.
    ///
    /// # Errors
    /// Broken when the post's form or unit is gone.
    pub fn config(&self, path: &[Unit], forms: &Forms, is_sample: bool) -> Result<Config, Refused> {
        let broken = || Refused::broken("a device's post has lost its unit or form");
        let unit = path.first().ok_or_else(broken)?;
        let province = path.iter().find(|unit| unit.kind == UnitKind::Province);
        let (_, form) = forms.with_code(&self.settings.form).ok_or_else(broken)?;
        let settings = self.settings.clone();
        let field = |(id, vi, en): &(&str, &str, &str)| {
            let id = FieldId::parse(id).ok()?;
            let name = Names {
                vi: (*vi).to_owned(),
                en: (*en).to_owned(),
            };
            Some(Field { id, name })
        };
        Ok(Config {
            v: VERSION,
            version: self.version,
            unit: unit.id.clone(),
            unit_name: unit.name.clone(),
            authority: province.unwrap_or(unit).name.clone(),
            counter: self.counter.clone(),
            counter_name: self.counter_name.clone(),
            class: self.class.clone(),
            channel: self.channel.clone(),
            fields: SERVICE_FIELDS.iter().filter_map(field).collect(),
            resolvers: settings.resolvers,
            form: form.to_owned(),
            languages: settings.languages,
            demographics: settings.demographics,
            hours: settings.hours,
            holidays: settings.holidays,
            idle_s: settings.idle_s,
            countdown_s: settings.countdown_s,
            pin: Some(self.pin.clone()),
            rescue: None,
            training: settings.training,
            sample: is_sample,
        })
    }
}

fn bad<T>(message: &str) -> Result<T, Refused> {
    Err(Refused::new(Code::BadValue, message))
}

fn must_be_a_name(name: &Names) -> Result<(), Refused> {
    if name.vi.trim().is_empty() || name.vi.len() > 200 || name.en.len() > 200 {
        return bad("A counter's name has 1 to 200 bytes.");
    }
    Ok(())
}

fn verifier(pin: &str, salt: [u8; 16]) -> Result<PinVerifier, Refused> {
    let pin = pin.as_bytes();
    if !(4..=8).contains(&pin.len()) || !pin.iter().all(u8::is_ascii_digit) {
        return bad("A PIN has 4 to 8 digits.");
    }
    let hash = pbkdf2_hmac_array::<Sha256, 32>(pin, &salt, PIN_ROUNDS);
    Ok(PinVerifier {
        salt: hex(&salt),
        rounds: PIN_ROUNDS,
        hash: hex(&hash),
    })
}

fn must_be_allowed(settings: &Settings, forms: &Forms) -> Result<(), Refused> {
    let Some((form, _)) = forms.with_code(&settings.form) else {
        return bad("This form is not known here, or begins on a later day.");
    };
    let is_tag = |tag: &String| {
        (2..=16).contains(&tag.len())
            && tag
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if !(1..=8).contains(&settings.languages.len()) || !settings.languages.iter().all(is_tag) {
        return bad("A device offers 1 to 8 languages, each a tag such as vi.");
    }
    let has = |id: &ItemId| form.demographics().iter().any(|choice| choice.id == *id);
    if !settings.demographics.iter().all(has) {
        return bad("The form has no such demographic question.");
    }
    let is_time = |hours: &Hours| {
        (1..=7).contains(&hours.weekday) && hours.from < hours.to && hours.to <= 24 * 60
    };
    if settings.hours.len() > MOST_HOURS || !settings.hours.iter().all(is_time) {
        return bad("Opening times: at most 28, each ends after it begins.");
    }
    let is_field = |at: usize| {
        let field = settings.resolvers.get(at).map(|resolver| &resolver.field);
        let is_it = |resolver: &&Resolver| Some(&resolver.field) == field;
        let is_known = SERVICE_FIELDS
            .iter()
            .any(|(id, ..)| field.is_some_and(|field| field.as_str() == *id));
        is_known && settings.resolvers.iter().filter(is_it).count() == 1
    };
    if !(0..settings.resolvers.len()).all(is_field) {
        return bad("Who resolves dossiers is said once for a service field that there is.");
    }
    if settings.holidays.len() > MOST_HOLIDAYS {
        return bad("At most 100 days without service.");
    }
    if !(15..=600).contains(&settings.idle_s) || !(10..=120).contains(&settings.countdown_s) {
        return bad("Idle 15 to 600 seconds, countdown 10 to 120.");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(pin: &str, form: &str) -> NewCode {
        NewCode {
            counter: CounterId::parse("q1").unwrap(),
            counter_name: Names {
                vi: "Quầy 1".into(),
                en: String::new(),
            },
            class: DeviceClass::parse("kiosk").unwrap(),
            channel: Channel::parse("counter").unwrap(),
            form: form.into(),
            pin: pin.into(),
        }
    }

    #[test]
    fn w11_of_a_pin_only_a_verifier_is_kept() {
        let post = Post::of(request("2468", "sipas2022"), [5; 16], &Forms::built_in()).unwrap();
        assert!(!survey::wire::write(&post).contains("2468"));
        assert_eq!(post.pin.salt, "05".repeat(16));
        assert_eq!(post.pin.hash.len(), 64);
        for (pin, form) in [
            ("123", "sipas2022"),
            ("12a4", "sipas2022"),
            ("1234", "none"),
        ] {
            assert!(Post::of(request(pin, form), [5; 16], &Forms::built_in()).is_err());
        }
    }

    #[test]
    fn w11_a_change_raises_the_version_and_is_made_once() {
        let post = Post::of(request("2468", "sipas2022"), [5; 16], &Forms::built_in()).unwrap();
        let forms = Forms::built_in();
        let wanted = |based_on| NewSettings {
            based_on,
            counter_name: post.counter_name.clone(),
            settings: Settings::of_form("local9"),
            pin: None,
        };
        let changed = post.changed(wanted(1), [6; 16], &forms).unwrap();
        assert_eq!((changed.version, &changed.settings.form[..]), (2, "local9"));
        assert_eq!(changed.pin, post.pin, "no new PIN: the old one stays");
        let again = changed.changed(wanted(1), [6; 16], &forms).unwrap_err();
        assert_eq!(again.code, Code::ChangedMeanwhile);
        let pin = NewSettings {
            pin: Some("1357".into()),
            ..wanted(2)
        };
        assert_ne!(changed.changed(pin, [6; 16], &forms).unwrap().pin, post.pin);
        assert_eq!(Post::read(&survey::wire::write(&changed)), Ok(changed));
    }

    #[test]
    fn w11_settings_that_make_no_sense_are_refused() {
        let refused = |change: &dyn Fn(&mut Settings)| {
            let mut settings = Settings::of_form("sipas2022");
            change(&mut settings);
            must_be_allowed(&settings, &Forms::built_in()).is_err()
        };
        let hours = |weekday, from, to| Hours { weekday, from, to };
        assert!(!refused(&|_| ()));
        assert!(!refused(
            &|settings| settings.hours = vec![hours(1, 450, 690)]
        ));
        assert!(refused(&|settings| settings.form = "none".into()));
        assert!(refused(&|settings| settings.languages.clear()));
        assert!(refused(
            &|settings| settings.hours = vec![hours(8, 450, 690)]
        ));
        assert!(refused(
            &|settings| settings.hours = vec![hours(1, 690, 450)]
        ));
        assert!(refused(
            &|settings| settings.hours = vec![hours(1, 0, 1_441)]
        ));
        assert!(refused(&|settings| settings.idle_s = 5));
        assert!(refused(&|settings| settings.countdown_s = 5));
        let resolver = |field: &str| Resolver {
            field: FieldId::parse(field).unwrap(),
            unit: survey::id::UnitId::parse("33.so-nnmt").unwrap(),
        };
        assert!(!refused(
            &|settings| settings.resolvers = vec![resolver("dat-dai"), resolver("y-te")]
        ));
        assert!(refused(
            &|settings| settings.resolvers = vec![resolver("dat-dai"), resolver("dat-dai")]
        ));
        assert!(refused(
            &|settings| settings.resolvers = vec![resolver("giay-dep")]
        ));
        let unknown = survey::id::ItemId::parse("d_shoe").unwrap();
        assert!(refused(
            &|settings| settings.demographics = vec![unknown.clone()]
        ));
    }

    #[test]
    fn every_field_has_an_id() {
        for (id, ..) in SERVICE_FIELDS {
            assert!(FieldId::parse(id).is_ok(), "{id}");
        }
    }
}
