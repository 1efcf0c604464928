//! A unit's published figures beside the form's wording. Never: arithmetic on figures.

use survey::form::Form;
use survey::wire::manager::{FigureView, PartView, ShowingView, UnitPage};

use crate::parts::{Phrase, Wording};
use crate::text::Language;

/// The formula shown first and large.
const HEADLINE: &str = "f1_pooled";

/// Everything a page of figures prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// As the server published it.
    pub page: UnitPage,
    form: Form,
    wording: Option<Wording>,
}

/// A factor, or the items that belong to none, with its items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group<'a> {
    /// The factor; `None` for items of their own.
    pub factor: Option<&'a PartView>,
    /// Its items in the form's order.
    pub items: Vec<&'a PartView>,
}

impl Group<'_> {
    /// Whether the factor is a single question, so that it need not be named twice.
    #[must_use]
    pub fn is_one_question(&self) -> bool {
        let factor = self.factor.map(|factor| &factor.id);
        factor.is_some_and(|id| self.items.iter().all(|item| item.id == *id))
    }
}

impl Sheet {
    /// Reads the form that came with the figures; `None` when this page cannot read it.
    #[must_use]
    pub fn read(page: UnitPage, wording: Option<Wording>) -> Option<Self> {
        let form = Form::parse(&page.form_file).ok()?;
        (form.id() == page.form).then_some(Self {
            page,
            form,
            wording,
        })
    }

    /// The form of these figures.
    #[must_use]
    pub const fn form(&self) -> &Form {
        &self.form
    }

    /// Whether anything of it was released: without that, there is nothing to list part by part.
    #[must_use]
    pub const fn has_any(&self) -> bool {
        self.page.responses > 0
    }

    /// Whether the floor keeps something back, so that it must be explained.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        let mut parts = self.page.factors.iter().chain(&self.page.items);
        parts.any(|part| !matches!(part.figure.showing, ShowingView::Score { .. }))
    }

    /// The figure to show first.
    #[must_use]
    pub fn headline(&self) -> Option<&FigureView> {
        let mut overall = self.page.overall.iter();
        overall.find(|figure| figure.formula == HEADLINE)
    }

    /// The other formulas, in the server's order.
    pub fn others(&self) -> impl Iterator<Item = &FigureView> {
        let overall = self.page.overall.iter();
        overall.filter(|figure| figure.formula != HEADLINE)
    }

    /// The items under their factors; those without one come last, apart.
    #[must_use]
    pub fn groups(&self) -> Vec<Group<'_>> {
        let of = |factor: Option<usize>| {
            let items = self.page.items.iter();
            items.filter(move |item| item.factor == factor).collect()
        };
        let factors = self.page.factors.iter().enumerate();
        let mut groups: Vec<Group<'_>> = factors
            .map(|(at, factor)| Group {
                factor: Some(factor),
                items: of(Some(at)),
            })
            .collect();
        let alone = of(None);
        if !alone.is_empty() {
            groups.push(Group {
                factor: None,
                items: alone,
            });
        }
        groups
    }

    /// The wording of a factor or item.
    #[must_use]
    pub fn phrase(&self, part: &PartView, language: Language) -> Phrase {
        self.text(part.id.as_str(), language)
    }

    /// The official labels of levels 1 to 5.
    #[must_use]
    pub fn level_labels(&self, language: Language) -> Vec<Phrase> {
        let levels = self.form.scale().levels();
        levels
            .map(|(level, _)| self.text(&format!("scale.{}", level.number()), language))
            .collect()
    }

    fn text(&self, key: &str, language: Language) -> Phrase {
        let translated = self.wording.as_ref().and_then(|wording| wording.text(key));
        match translated {
            Some(text) if language != Language::Vi => Phrase {
                text: text.to_owned(),
                lang: Some(language.tag()),
            },
            _ => {
                let texts = self.form.texts();
                let found = texts.iter().find(|(known, _)| known == key);
                Phrase {
                    text: found.map_or(key, |(_, text)| text).to_owned(),
                    lang: Some(Language::Vi.tag()),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use survey::day::{Day, Millis};
    use survey::id::UnitId;
    use survey::publish::publish;

    const EXPRESS: &str = include_str!("../../../../survey/forms/express6.json");
    const ENGLISH: &str = include_str!("../../../../public/lang/en/forms/express6.json");

    /// The page of a unit that nobody has answered yet, as the real publisher makes it.
    fn page() -> UnitPage {
        let form = Form::parse(EXPRESS).unwrap();
        let published = publish(&form, None);
        UnitPage {
            unit: UnitId::parse("33").unwrap(),
            form: form.id(),
            form_file: EXPRESS.to_owned(),
            forms: vec![form.code().to_owned()],
            from: "2026-01".to_owned(),
            to: "2026-11".to_owned(),
            months: Vec::new(),
            first: None,
            last: None,
            responses: published.responses,
            assisted: published.assisted,
            predecessors: 0,
            with_predecessors: false,
            overall: published.overall.iter().map(FigureView::from).collect(),
            factors: published.factors.iter().map(PartView::from).collect(),
            items: published.items.iter().map(PartView::from).collect(),
            drivers: None,
            now: Day::parse("2026-11-23").unwrap().starts(),
        }
    }

    #[test]
    fn the_default_formula_leads_and_the_others_follow() {
        let sheet = Sheet::read(page(), None).unwrap();
        assert_eq!(sheet.headline().unwrap().formula, "f1_pooled");
        let others: Vec<_> = sheet
            .others()
            .map(|figure| figure.formula.as_str())
            .collect();
        assert_eq!(others, ["f1_factors", "f2_mean5", "f3_all"]);
    }

    #[test]
    fn items_stand_under_their_factors_and_the_overall_item_alone() {
        let sheet = Sheet::read(page(), None).unwrap();
        let groups = sheet.groups();
        assert_eq!(groups.len(), 6);
        assert_eq!(groups[0].factor.unwrap().id.as_str(), "x_tc");
        assert_eq!(groups[0].items[0].id.as_str(), "x_tc");
        assert!(groups[0].is_one_question());
        assert!(!groups[5].is_one_question());
        assert_eq!(groups[5].factor, None);
        assert_eq!(groups[5].items[0].id.as_str(), "x_all");
        let shown: usize = groups.iter().map(|group| group.items.len()).sum();
        assert_eq!(shown, sheet.page.items.len());
    }

    #[test]
    fn ux7_wording_is_translated_or_told_to_be_vietnamese() {
        let plain = Sheet::read(page(), None).unwrap();
        let labels = plain.level_labels(Language::En);
        assert_eq!(labels[4].text, "Rất hài lòng");
        assert_eq!(labels[4].lang, Some("vi"));
        let form = Form::parse(EXPRESS).unwrap();
        let english = Sheet::read(page(), Wording::read(ENGLISH, &form)).unwrap();
        assert_eq!(english.level_labels(Language::En)[4].text, "Very satisfied");
        assert_eq!(english.level_labels(Language::Vi)[4].text, "Rất hài lòng");
    }

    #[test]
    fn a_form_that_is_not_the_figures_own_is_not_shown() {
        let mut other = page();
        other.form_file = include_str!("../../../../survey/forms/local9.json").to_owned();
        assert_eq!(Sheet::read(other, None), None);
        let mut broken = page();
        broken.now = Millis(0);
        broken.form_file.truncate(40);
        assert_eq!(Sheet::read(broken, None), None);
    }
}
