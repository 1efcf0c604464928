//! A form's JSON file: the only door into [`Form`], and the bytes of its id.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use sha2::{Digest, Sha256};

use super::{Choice, ChoiceOption, Condition, Factor, Form, Item, Scale};
use crate::id::{FormId, ItemId};
use crate::json::{self, Fault, FromJson, Json, Why};

/// Why a text is not a form. `place` is the id or key where it went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormError {
    /// Not JSON, or keys and types that a form does not have.
    NotJson {
        /// What is wrong.
        why: Why,
        /// Where, from 1.
        line: usize,
        /// Where in the line, from 1.
        column: usize,
    },
    /// An id that is not a short word of `a-z 0-9 _ - .`.
    BadId(String),
    /// The same id twice, or two texts that a translation could not tell apart.
    DoubleId(String),
    /// A wording that is empty.
    NoWording(String),
    /// A wording with more characters than a screen shows.
    LongWording(String),
    /// A scale that does not have five labels.
    Scale,
    /// A condition that names a filter or an option that is not there.
    Condition(String),
    /// No item, more than 64, more than 8 choices of a kind, or a choice with fewer than 2 options or
    /// more than 16.
    Count(String),
}

impl fmt::Display for FormError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJson { why, line, column } => {
                write!(f, "not a form file: {why} at line {line} column {column}")
            }
            Self::BadId(id) => write!(f, "'{id}' is not an id: use a-z, 0-9, '_', '-', '.'"),
            Self::DoubleId(id) => write!(f, "the id '{id}' is used twice"),
            Self::NoWording(id) => write!(f, "'{id}' has no wording"),
            Self::LongWording(id) => {
                write!(
                    f,
                    "the wording of '{id}' has more than {MOST_LETTERS} characters"
                )
            }
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

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct File {
    pub(super) code: String,
    pub(super) official: bool,
    pub(super) source: String,
    pub(super) title: Option<String>,
    pub(super) promise: Option<String>,
    pub(super) thanks: Option<String>,
    pub(super) stem: String,
    scale: Vec<String>,
    filters: Vec<ChoiceFile>,
    overall: Option<ItemFile>,
    factors: Vec<FactorFile>,
    demographics: Vec<ChoiceFile>,
    pub(super) comment: Option<ItemFile>,
}

impl FromJson for File {
    fn from_json(json: &Json) -> Result<Self, Fault> {
        json.has_only(&[
            "code",
            "official",
            "source",
            "title",
            "promise",
            "thanks",
            "stem",
            "scale",
            "filters",
            "overall",
            "factors",
            "demographics",
            "comment",
        ])?;
        Ok(Self {
            code: json.get("code")?,
            official: json.get("official")?,
            source: json.get("source")?,
            title: json.get_or_default("title")?,
            promise: json.get_or_default("promise")?,
            thanks: json.get_or_default("thanks")?,
            stem: json.get("stem")?,
            scale: json.get("scale")?,
            filters: json.get_or_default("filters")?,
            overall: json.get_or_default("overall")?,
            factors: json.get("factors")?,
            demographics: json.get_or_default("demographics")?,
            comment: json.get_or_default("comment")?,
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct ChoiceFile {
    id: String,
    stem: Option<String>,
    text: String,
    options: Vec<ChoiceOption>,
}

impl FromJson for ChoiceFile {
    fn from_json(json: &Json) -> Result<Self, Fault> {
        json.has_only(&["id", "stem", "text", "options"])?;
        Ok(Self {
            id: json.get("id")?,
            stem: json.get_or_default("stem")?,
            text: json.get("text")?,
            options: json.get("options")?,
        })
    }
}

impl FromJson for ChoiceOption {
    fn from_json(json: &Json) -> Result<Self, Fault> {
        let ItemFile { id, text } = ItemFile::from_json(json)?;
        Ok(Self { id, text })
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct FactorFile {
    id: String,
    text: String,
    asked_if: Option<ConditionFile>,
    items: Vec<ItemFile>,
}

impl FromJson for FactorFile {
    fn from_json(json: &Json) -> Result<Self, Fault> {
        json.has_only(&["id", "text", "asked_if", "items"])?;
        Ok(Self {
            id: json.get("id")?,
            text: json.get("text")?,
            asked_if: json.get_or_default("asked_if")?,
            items: json.get("items")?,
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct ConditionFile {
    filter: String,
    option: String,
}

impl FromJson for ConditionFile {
    fn from_json(json: &Json) -> Result<Self, Fault> {
        json.has_only(&["filter", "option"])?;
        Ok(Self {
            filter: json.get("filter")?,
            option: json.get("option")?,
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ItemFile {
    id: String,
    pub(super) text: String,
}

impl FromJson for ItemFile {
    fn from_json(json: &Json) -> Result<Self, Fault> {
        json.has_only(&["id", "text"])?;
        Ok(Self {
            id: json.get("id")?,
            text: json.get("text")?,
        })
    }
}

/// Items a record can carry (W4).
const MOST_ITEMS: usize = 64;
/// Filters, and demographics, a record can carry (W4).
const MOST_CHOICES: usize = 8;
/// Options that a screen can show.
const MOST_OPTIONS: usize = 16;
/// Characters of one text that a screen can show; the longest of the built-in ones has 178.
const MOST_LETTERS: usize = 500;

/// Reads a form's file; see [`Form::parse`].
pub(super) fn read(text: &str) -> Result<Form, FormError> {
    let file: File = json::read(text).map_err(|fault| {
        let (line, column) = fault.place(text);
        FormError::NotJson {
            why: fault.why(),
            line,
            column,
        }
    })?;
    read_id(&file.code)?;
    if file.scale.len() != usize::from(Scale::LEVELS) {
        return Err(FormError::Scale);
    }
    let wordings = [("source", &file.source), ("stem", &file.stem)];
    let optional = [
        ("title", &file.title),
        ("promise", &file.promise),
        ("thanks", &file.thanks),
    ];
    let optional = optional.map(|(key, text)| Some((key, text.as_ref()?)));
    for (key, text) in wordings.into_iter().chain(optional.into_iter().flatten()) {
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
    for item in &items {
        one_wording(item, &items, &factors)?;
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
    let mut keys: Vec<String> = Vec::new();
    for (key, _) in form.texts() {
        if keys.contains(&key) {
            return Err(FormError::DoubleId(key));
        }
        keys.push(key);
    }
    form.id = identify(&form);
    Ok(form)
}

/// An item may have its factor's id only where the two are one: its text is the factor's then, and
/// the form's id is over that text once.
fn one_wording(item: &Item, items: &[Item], factors: &[Factor]) -> Result<(), FormError> {
    let Some(at) = factors.iter().position(|factor| factor.id == item.id) else {
        return Ok(());
    };
    let is_alone = items.iter().filter(|it| it.factor == Some(at)).count() == 1;
    let is_same = factors.get(at).is_some_and(|it| it.text == item.text);
    if item.factor == Some(at) && is_alone && is_same {
        Ok(())
    } else {
        Err(FormError::DoubleId(item.id.as_str().into()))
    }
}

fn read_id(id: &str) -> Result<ItemId, FormError> {
    ItemId::parse(id).map_err(|_| FormError::BadId(id.into()))
}

fn worded(id: &str, text: &str) -> Result<(), FormError> {
    if text.trim().is_empty() {
        Err(FormError::NoWording(id.into()))
    } else if text.chars().count() > MOST_LETTERS {
        Err(FormError::LongWording(id.into()))
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
    if let Some(stem) = &choice.stem {
        worded(&choice.id, stem)?;
    }
    if !(2..=MOST_OPTIONS).contains(&choice.options.len()) {
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
    // A few dozen at most: a list to look through is a tenth of a sorted set's code.
    let mut seen: Vec<&ItemId> = Vec::new();
    for id in ids {
        if seen.contains(&id) {
            return Err(FormError::DoubleId(id.as_str().into()));
        }
        seen.push(id);
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
