//! Questionnaires as frozen data: what is asked, in which order, on which scale, under which filter.
//! Never: a way to change a form; new wording is a new form with a new id.

mod file;

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::id::{FormId, ItemId};
use file::File;

pub use file::FormError;

/// One step of a [`Scale`], 1 (worst) to 5 (best).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Level(u8);

impl Level {
    /// The number, 1..=5.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }

    /// Satisfied: level 4 or 5 ("mức 4+5").
    #[must_use]
    pub const fn is_satisfied(self) -> bool {
        self.0 >= 4
    }

    /// Dissatisfied: level 1 or 2.
    #[must_use]
    pub const fn is_low(self) -> bool {
        self.0 <= 2
    }
}

/// The levels an item can be answered with, worst first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scale {
    labels: Vec<String>,
}

impl Scale {
    /// How many levels every scale of a satisfaction form has.
    pub const LEVELS: u8 = 5;

    /// The level with this number, if the scale has it.
    #[must_use]
    pub fn level(&self, number: u8) -> Option<Level> {
        (1..=Self::LEVELS)
            .contains(&number)
            .then_some(Level(number))
    }

    /// Every level, worst first, with its official Vietnamese label.
    pub fn levels(&self) -> impl Iterator<Item = (Level, &str)> {
        (1..=Self::LEVELS)
            .map(Level)
            .zip(self.labels.iter().map(String::as_str))
    }
}

/// One option of a [`Choice`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChoiceOption {
    /// Its id, unique within the choice.
    pub id: String,
    /// Vietnamese wording.
    pub text: String,
}

/// A question answered by choosing an option: a filter or a demographic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its id, unique within the form.
    pub id: ItemId,
    /// The sentence above the question, where the source has one.
    pub stem: Option<String>,
    /// Vietnamese wording.
    pub text: String,
    /// At least two.
    pub options: Vec<ChoiceOption>,
}

/// A factor is asked only of those who chose this option of this filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Position of the filter in [`Form::filters`].
    pub filter: usize,
    /// Position of the option in the filter.
    pub option: usize,
}

/// A group of items (nhân tố).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Factor {
    /// Its id, unique among factors.
    pub id: ItemId,
    /// Vietnamese wording.
    pub text: String,
    /// Who is asked; `None` is everybody.
    pub asked_if: Option<Condition>,
}

/// One rated statement (tiêu chí).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its id, unique among items and bound to its wording.
    pub id: ItemId,
    /// Vietnamese wording.
    pub text: String,
    /// Position of its factor in [`Form::factors`]; `None` is the overall item, which is reported
    /// alone and never pooled.
    pub factor: Option<usize>,
}

/// One screen's worth of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// A filter, by its position in [`Form::filters`].
    Filter(usize),
    /// An item, by its position in [`Form::items`].
    Item(usize),
    /// A demographic, by its position in [`Form::demographics`].
    Demographic(usize),
    /// The open comment.
    Comment,
}

/// A questionnaire. Made only by [`Form::parse`], so that every form in memory holds what is said here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    id: FormId,
    file: File,
    scale: Scale,
    filters: Vec<Choice>,
    factors: Vec<Factor>,
    items: Vec<Item>,
    demographics: Vec<Choice>,
}

impl Form {
    /// Reads a form from its JSON file and computes its id.
    ///
    /// # Errors
    /// [`FormError`], naming the place, for anything that is not a whole form: unknown keys, ids
    /// that are missing, doubled or misspelt, a scale without five labels, a condition on a filter
    /// or option that is not there, empty or endless wording, more than 64 items or 8 choices of a
    /// kind (W4), texts that a translation could not tell apart.
    pub fn parse(json: &str) -> Result<Self, FormError> {
        file::read(json)
    }

    /// SHA-256 of structure, Vietnamese wording, scale and filters; spacing and order of keys in the
    /// file do not matter. SPEC F2 gives the bytes.
    #[must_use]
    pub const fn id(&self) -> FormId {
        self.id
    }

    /// The short name a person uses, such as `sipas2022`.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.file.code
    }

    /// Whether the wording is an authority's, verbatim.
    #[must_use]
    pub const fn is_official(&self) -> bool {
        self.file.official
    }

    /// Where the wording comes from. Not part of the id.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.file.source
    }

    /// Title, where the source has one.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        self.file.title.as_deref()
    }

    /// The sentence that stands above every item.
    #[must_use]
    pub fn stem(&self) -> &str {
        &self.file.stem
    }

    /// The scale of every item.
    #[must_use]
    pub const fn scale(&self) -> &Scale {
        &self.scale
    }

    /// Filters, in the order of the form.
    #[must_use]
    pub fn filters(&self) -> &[Choice] {
        &self.filters
    }

    /// Factors, in the order of the form.
    #[must_use]
    pub fn factors(&self) -> &[Factor] {
        &self.factors
    }

    /// Items in the order they are asked: the overall item first, then factor by factor.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Demographics; asked only where the operator turned them on.
    #[must_use]
    pub fn demographics(&self) -> &[Choice] {
        &self.demographics
    }

    /// The invitation to comment.
    #[must_use]
    pub fn comment(&self) -> Option<&str> {
        self.file
            .comment
            .as_ref()
            .map(|comment| comment.text.as_str())
    }

    /// Every screen of the form in order: each filter stands just before the first factor that
    /// needs it, demographics (those named in `asked`) near the end, the comment last.
    #[must_use]
    pub fn steps(&self, asked: &[ItemId]) -> Vec<Step> {
        let mut steps = Vec::new();
        for (at, item) in self.items.iter().enumerate() {
            if let Some(condition) = self.condition(item) {
                let filter = Step::Filter(condition.filter);
                if !steps.contains(&filter) {
                    steps.push(filter);
                }
            }
            steps.push(Step::Item(at));
        }
        let demographics = self.demographics.iter().enumerate();
        steps.extend(
            demographics
                .filter(|(_, choice)| asked.contains(&choice.id))
                .map(|(at, _)| Step::Demographic(at)),
        );
        if self.file.comment.is_some() {
            steps.push(Step::Comment);
        }
        steps
    }

    /// Who is asked this item; `None` is everybody.
    #[must_use]
    pub fn condition(&self, item: &Item) -> Option<Condition> {
        self.factors.get(item.factor?)?.asked_if
    }

    /// Every Vietnamese text of the form with its key, as translations (language packs) name them:
    /// `title`, `stem`, `scale.1`, a factor's, item's, filter's or demographic's id,
    /// `<id>.stem`, `<id>.<option>`, `comment`.
    #[must_use]
    pub fn texts(&self) -> Vec<(String, &str)> {
        let file = &self.file;
        let mut texts: Vec<(String, &str)> = Vec::new();
        let fixed = [
            ("title", &file.title),
            ("promise", &file.promise),
            ("thanks", &file.thanks),
        ];
        for (key, text) in fixed {
            texts.extend(text.iter().map(|text| (key.into(), text.as_str())));
        }
        texts.push(("stem".into(), &file.stem));
        for (level, label) in self.scale.levels() {
            texts.push((["scale.", &level.number().to_string()].concat(), label));
        }
        for choice in self.filters.iter().chain(&self.demographics) {
            let stem = choice.stem.iter();
            texts.extend(stem.map(|stem| ([choice.id.as_str(), ".stem"].concat(), stem.as_str())));
            texts.push((choice.id.as_str().into(), &choice.text));
            for option in &choice.options {
                let key = [choice.id.as_str(), ".", &option.id].concat();
                texts.push((key, &option.text));
            }
        }
        for factor in &self.factors {
            texts.push((factor.id.as_str().into(), &factor.text));
        }
        let items = self.items.iter();
        texts.extend(
            items
                .filter(|item| !self.factors.iter().any(|factor| factor.id == item.id))
                .map(|item| (item.id.as_str().into(), item.text.as_str())),
        );
        texts.extend(self.comment().map(|comment| ("comment".into(), comment)));
        texts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    const SIPAS: &str = include_str!("../../forms/sipas2022.json");
    const LOCAL: &str = include_str!("../../forms/local9.json");
    const EXPRESS: &str = include_str!("../../forms/express6.json");

    #[test]
    fn f1_the_built_in_forms_have_their_official_counts() {
        let counts = |json| {
            let form = Form::parse(json).unwrap();
            (
                form.factors().len(),
                form.items().len(),
                form.filters().len(),
            )
        };
        assert_eq!(counts(SIPAS), (5, 19, 2));
        assert_eq!(counts(LOCAL), (3, 9, 2));
        assert_eq!(counts(EXPRESS), (5, 6, 2));
    }

    #[test]
    fn f2_the_id_is_of_the_content_not_of_the_file() {
        let form = Form::parse(SIPAS).unwrap();
        let code = " \"code\": \"sipas2022\",\n";
        let last = [",", code.trim().trim_end_matches(','), "}"].concat();
        let reordered = SIPAS.replacen(code, "", 1);
        let reordered = reordered.trim_end().trim_end_matches('}').to_string() + &last;
        let respaced: String = reordered.lines().map(str::trim).collect();
        assert!(respaced.ends_with(&last));
        let respaced = Form::parse(&respaced).unwrap();
        assert_eq!(form.id(), respaced.id());
        let reworded = SIPAS.replacen("sạch sẽ", "sạch đẹp", 1);
        assert_ne!(reworded, SIPAS);
        assert_ne!(Form::parse(&reworded).unwrap().id(), form.id());
    }

    #[test]
    fn f3_a_filter_stands_just_before_the_factor_that_needs_it() {
        let form = Form::parse(SIPAS).unwrap();
        let steps = form.steps(&[]);
        assert_eq!(steps.len(), 19 + 2 + 1);
        assert_eq!(steps[13], Step::Filter(0));
        assert_eq!(steps[14], Step::Item(13));
        assert_eq!(steps[17], Step::Filter(1));
        assert_eq!(steps[21], Step::Comment);
        let age = ItemId::parse("d_age").unwrap();
        assert_eq!(form.steps(&[age])[21], Step::Demographic(1));
    }

    #[test]
    fn f4_what_is_not_a_whole_form_is_refused_with_its_place() {
        let broken = |from: &str, to: &str| {
            let changed = SIPAS.replacen(from, to, 1);
            assert_ne!(changed, SIPAS, "{from}");
            Form::parse(&changed).unwrap_err()
        };
        assert_eq!(
            broken("\"stem\"", "\"stemm\"").to_string(),
            "not a form file: a member that does not belong here at line 8 column 11"
        );
        assert_eq!(
            broken("\"text\": \"Tiếp cận\"", "\"text\": 7").to_string(),
            "not a form file: not a text at line 54 column 12"
        );
        assert_eq!(
            broken("\"tc2\"", "\"tc1\""),
            FormError::DoubleId("tc1".into())
        );
        assert_eq!(
            broken("\"tc2\"", "\"tc 2\""),
            FormError::BadId("tc 2".into())
        );
        assert_eq!(
            broken("\"option\": \"collect\"", "\"option\": \"fetch\""),
            FormError::Condition("kq".into())
        );
        assert_eq!(broken("\"Bình thường\",", ""), FormError::Scale);
        assert_eq!(
            broken("\"sipas2022\"", "\"Sipas 2022\""),
            FormError::BadId("Sipas 2022".into())
        );
        assert_eq!(
            broken("\"Tiếp cận\"", &["\"", &"a".repeat(501), "\""].concat()),
            FormError::LongWording("tc".into())
        );
        assert_eq!(
            broken("\"Tiếp cận\"", "\" \""),
            FormError::NoWording("tc".into())
        );
    }
    #[test]
    fn f4_f6_no_text_hides_behind_anothers_key() {
        // The item's own wording would not be in the id.
        let other = EXPRESS.replacen("Kết quả nhận được", "Kết quả", 1);
        assert_ne!(other, EXPRESS);
        assert_eq!(
            Form::parse(&other).unwrap_err(),
            FormError::DoubleId("x_kq".into())
        );
        for (from, to) in [("\"tc1\"", "\"stem\""), ("\"tc1\"", "\"f_stage.collect\"")] {
            let clash = SIPAS.replacen(from, to, 1);
            let key = to.trim_matches('"');
            assert_eq!(
                Form::parse(&clash).unwrap_err(),
                FormError::DoubleId(key.into())
            );
        }
        let foreign = SIPAS.replacen("\"tc1\"", "\"kq\"", 1);
        assert_eq!(
            Form::parse(&foreign).unwrap_err(),
            FormError::DoubleId("kq".into())
        );
    }
}
