//! A form's JSON file: the only door into [`Form`], and the bytes of its id.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{Choice, ChoiceOption, Condition, Factor, Form, Item, Scale};
use crate::id::{FormId, ItemId};

/// Why a text is not a form. `place` is the id or key where it went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormError {
    /// Not JSON, or keys and types that a form does not have.
    NotJson(String),
    /// An id that is not a short word of `a-z 0-9 _ - .`.
    BadId(String),
    /// The same id twice.
    DoubleId(String),
    /// A wording that is empty.
    NoWording(String),
    /// A scale that does not have five labels.
    Scale,
    /// A condition that names a filter or an option that is not there.
    Condition(String),
    /// No item, more than 64, more than 8 choices of a kind, or a choice with fewer than 2 options.
    Count(String),
}

impl fmt::Display for FormError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJson(why) => write!(f, "not a form file: {why}"),
            Self::BadId(id) => write!(f, "'{id}' is not an id: use a-z, 0-9, '_', '-', '.'"),
            Self::DoubleId(id) => write!(f, "the id '{id}' is used twice"),
            Self::NoWording(id) => write!(f, "'{id}' has no wording"),
            Self::Scale => write!(f, "the scale needs exactly five labels, worst first"),
            Self::Condition(id) => {
                write!(
                    f,
                    "'{id}' is asked under a filter or option that is not there"
                )
            }
            Self::Count(id) => write!(f, "too few or too many entries at '{id}'"),
        }
    }
}

impl core::error::Error for FormError {}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) code: String,
    pub(super) official: bool,
    pub(super) source: String,
    #[serde(default)]
    pub(super) title: Option<String>,
    #[serde(default)]
    pub(super) promise: Option<String>,
    #[serde(default)]
    pub(super) thanks: Option<String>,
    pub(super) stem: String,
    scale: Vec<String>,
    #[serde(default)]
    filters: Vec<ChoiceFile>,
    #[serde(default)]
    overall: Option<ItemFile>,
    factors: Vec<FactorFile>,
    #[serde(default)]
    demographics: Vec<ChoiceFile>,
    #[serde(default)]
    pub(super) comment: Option<ItemFile>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChoiceFile {
    id: String,
    #[serde(default)]
    stem: Option<String>,
    text: String,
    options: Vec<ChoiceOption>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct FactorFile {
    id: String,
    text: String,
    #[serde(default)]
    asked_if: Option<ConditionFile>,
    items: Vec<ItemFile>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConditionFile {
    filter: String,
    option: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ItemFile {
    id: String,
    pub(super) text: String,
}

/// Items a record can carry (W4).
const MOST_ITEMS: usize = 64;
/// Filters, and demographics, a record can carry (W4).
const MOST_CHOICES: usize = 8;

/// Reads a form's file; see [`Form::parse`].
pub(super) fn read(json: &str) -> Result<Form, FormError> {
    let file: File = serde_json::from_str(json)
        .map_err(|error| FormError::NotJson(alloc::format!("{error}")))?;
    if file.scale.len() != usize::from(Scale::LEVELS) {
        return Err(FormError::Scale);
    }
    let wordings = [
        ("code", &file.code),
        ("source", &file.source),
        ("stem", &file.stem),
    ];
    for (key, text) in wordings {
        worded(key, text)?;
    }
    for label in &file.scale {
        worded("scale", label)?;
    }
    let filters = read_choices(&file.filters)?;
    let demographics = read_choices(&file.demographics)?;
    let mut factors = Vec::new();
    let mut items = Vec::new();
    if let Some(overall) = &file.overall {
        items.push(read_item(overall, None)?);
    }
    for (at, factor) in file.factors.iter().enumerate() {
        worded(&factor.id, &factor.text)?;
        factors.push(Factor {
            id: read_id(&factor.id)?,
            text: factor.text.clone(),
            asked_if: match &factor.asked_if {
                None => None,
                Some(condition) => Some(
                    read_condition(condition, &filters)
                        .ok_or_else(|| FormError::Condition(factor.id.clone()))?,
                ),
            },
        });
        if factor.items.is_empty() {
            return Err(FormError::Count(factor.id.clone()));
        }
        for item in &factor.items {
            items.push(read_item(item, Some(at))?);
        }
    }
    if items.is_empty() || items.len() > MOST_ITEMS {
        return Err(FormError::Count("items".into()));
    }
    once(items.iter().map(|item| &item.id))?;
    once(factors.iter().map(|factor| &factor.id))?;
    once(filters.iter().chain(&demographics).map(|choice| &choice.id))?;
    if let Some(comment) = &file.comment {
        read_item(comment, None)?;
    }
    let mut form = Form {
        id: FormId::from_bytes([0; 32]),
        scale: Scale {
            labels: file.scale.clone(),
        },
        file,
        filters,
        factors,
        items,
        demographics,
    };
    form.id = identify(&form);
    Ok(form)
}

fn read_id(id: &str) -> Result<ItemId, FormError> {
    ItemId::parse(id).map_err(|_| FormError::BadId(id.into()))
}

fn worded(id: &str, text: &str) -> Result<(), FormError> {
    if text.trim().is_empty() {
        Err(FormError::NoWording(id.into()))
    } else {
        Ok(())
    }
}

fn read_item(item: &ItemFile, factor: Option<usize>) -> Result<Item, FormError> {
    worded(&item.id, &item.text)?;
    Ok(Item {
        id: read_id(&item.id)?,
        text: item.text.clone(),
        factor,
    })
}

fn read_choices(choices: &[ChoiceFile]) -> Result<Vec<Choice>, FormError> {
    if choices.len() > MOST_CHOICES {
        return Err(FormError::Count("choices".into()));
    }
    choices.iter().map(read_choice).collect()
}

fn read_choice(choice: &ChoiceFile) -> Result<Choice, FormError> {
    worded(&choice.id, &choice.text)?;
    if choice.options.len() < 2 {
        return Err(FormError::Count(choice.id.clone()));
    }
    let mut ids = Vec::new();
    for option in &choice.options {
        worded(&option.id, &option.text)?;
        ids.push(read_id(&option.id)?);
    }
    once(ids.iter())?;
    Ok(Choice {
        id: read_id(&choice.id)?,
        stem: choice.stem.clone(),
        text: choice.text.clone(),
        options: choice.options.clone(),
    })
}

fn read_condition(condition: &ConditionFile, filters: &[Choice]) -> Option<Condition> {
    let named = |choice: &Choice| choice.id.as_str() == condition.filter;
    let filter = filters.iter().position(named)?;
    let mut options = filters.get(filter)?.options.iter();
    let option = options.position(|option| option.id == condition.option)?;
    Some(Condition { filter, option })
}

fn once<'a>(ids: impl Iterator<Item = &'a ItemId>) -> Result<(), FormError> {
    let mut seen = BTreeSet::new();
    for id in ids {
        if !seen.insert(id) {
            return Err(FormError::DoubleId(alloc::format!("{id}")));
        }
    }
    Ok(())
}

/// SPEC F2: SHA-256 over `hai-long/form/1` and then every part, each as its length in bytes (u32,
/// big endian) and its UTF-8. An absent part is left out; its key tells it from its neighbours.
fn identify(form: &Form) -> FormId {
    let mut hash = Sha256::new();
    let mut put = |text: &str| {
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        hash.update(length.to_be_bytes());
        hash.update(text.as_bytes());
    };
    put("hai-long/form/1");
    put(&form.file.code);
    put(if form.file.official {
        "official"
    } else {
        "own"
    });
    for factor in &form.factors {
        put("factor");
        put(factor.id.as_str());
        let condition = factor.asked_if.and_then(|condition| {
            let filter = form.filters.get(condition.filter)?;
            Some((filter.id.as_str(), filter.options.get(condition.option)?))
        });
        if let Some((filter, option)) = condition {
            put("asked_if");
            put(filter);
            put(&option.id);
        }
    }
    for item in &form.items {
        put("item");
        put(item.id.as_str());
        let factor = item.factor.and_then(|at| form.factors.get(at));
        put(factor.map_or("overall", |factor| factor.id.as_str()));
    }
    for choice in &form.filters {
        put("filter");
        put(choice.id.as_str());
    }
    for choice in &form.demographics {
        put("demographic");
        put(choice.id.as_str());
    }
    for (key, text) in form.texts() {
        put("text");
        put(&key);
        put(text);
    }
    FormId::from_bytes(hash.finalize().into())
}
