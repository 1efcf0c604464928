//! `lang check <tag>`, of `cargo xtask` and of `hai-long`: what a language pack still lacks. A pack is a
//! folder of data beside the pages; nothing is built for it (docs/adr/0011-languages.md).

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use lexopt::{Arg, ValueExt};
use serde::Deserialize;
use survey::form::Form;
use survey::wording::{Gap, Lack, can_be_recorded, gaps, recording};

use crate::{
    files,
    operate::disk,
    project::Project,
    trouble::Trouble,
    verb::{Arguments, Verb},
};

/// The verb.
pub const VERB: Verb = Verb {
    name: "lang",
    summary: "say what a language pack lacks: `lang check <tag>`",
    options: "
  check TAG       the interface, every built-in form, the recorded sentences
  --folder DIR    where the packs are (public/lang)
  --seal          write the pack's list of files, pack.json, for a running installation",
    run: |arguments| {
        let packs = Project::here().root.join("public/lang");
        obey(arguments, "cargo xtask", packs)
    },
};

/// The sentences of the counter's pages, and the forms, in Vietnamese: what a pack is compared with, also
/// where no clone is.
const SENTENCES: &str = include_str!("../../app/src/text/vi.json");
const FORMS: [&str; 3] = [
    include_str!("../../survey/forms/express6.json"),
    include_str!("../../survey/forms/local9.json"),
    include_str!("../../survey/forms/sipas2022.json"),
];
/// What the recordings of a language may weigh, in bytes: every kiosk fetches them.
const MOST_AUDIO_BYTES: u64 = 3_000_000;

/// The language of the program and of the forms.
const OWN: &str = "vi";
/// The sentences of the counter's pages.
const PAGE: &str = "counter";
/// What the list of a pack's files is called.
const LIST: &str = "pack.json";
/// What the list of the packs is called, in the folder of all of them.
const PACKS: &str = "packs.json";

type Texts = BTreeMap<String, String>;

struct Wish {
    tag: String,
    packs: PathBuf,
    is_sealed: bool,
}

fn read(
    Arguments { mut parser }: Arguments,
    command: &str,
    mut packs: PathBuf,
) -> Result<Wish, Trouble> {
    let (mut words, mut is_sealed) = (Vec::new(), false);
    while let Some(word) = parser.next()? {
        match word {
            Arg::Long("folder") => packs = parser.value()?.into(),
            Arg::Long("seal") => is_sealed = true,
            Arg::Value(value) => words.push(value.string()?),
            _ => return Err(word.unexpected().into()),
        }
    }
    let is_tag =
        |tag: &str| !tag.is_empty() && tag.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    match &words[..] {
        [verb, tag] if verb == "check" && is_tag(tag) => Ok(Wish {
            tag: tag.clone(),
            packs,
            is_sealed,
        }),
        _ => Err(Trouble::new(
            "Which language is not said",
            format!("Write it as `{command} lang check en`"),
        )),
    }
}

/// Does what the words after the verb say.
///
/// # Errors
/// When the pack lacks something, or its files cannot be read or written.
pub fn obey(arguments: Arguments, command: &str, packs: PathBuf) -> Result<(), Trouble> {
    let wish = read(arguments, command, packs)?;
    let folder = wish.packs.join(&wish.tag);
    let found = look(&folder, &wish.tag)?;
    for line in found.silent.iter().chain(&found.lacks) {
        println!("{line}");
    }
    println!(
        "{}: {} texts, {} lacking; {} of {} sentences recorded, the device's own voice reads the others",
        wish.tag,
        found.texts,
        found.lacks.len(),
        found.recorded,
        found.sentences
    );
    if wish.is_sealed {
        files::write(&folder.join(LIST), list(&folder, &wish.tag)?)?;
        println!("listed in {}", folder.join(LIST).display());
        list_packs(&wish.packs)?;
    }
    if found.lacks.is_empty() {
        return Ok(());
    }
    Err(Trouble::new(
        format!("The language {} is not complete", wish.tag),
        format!("Add what is named above in {}", folder.display()),
    ))
}

/// What was found in a pack.
#[derive(Debug, Default)]
struct Found {
    /// Texts that it should have.
    texts: usize,
    /// What is wrong, a line each.
    lacks: Vec<String>,
    /// Different sentences that can be read aloud as they stand.
    sentences: usize,
    /// Of these, recorded.
    recorded: usize,
    /// The others, a line each with the name that a recording must have.
    silent: Vec<String>,
}

#[derive(Deserialize)]
struct Translation {
    form: String,
    texts: Texts,
}

fn look(folder: &Path, tag: &str) -> Result<Found, Trouble> {
    let own: Texts = json(Path::new("app/src/text/vi.json"), SENTENCES)?;
    let mut parts = vec![(format!("{PAGE}.json"), PAGE.to_owned(), own)];
    for text in FORMS {
        let form = Form::parse(text).map_err(|error| {
            Trouble::new(
                format!("A built-in form is none: {error}"),
                "Run `cargo test -p survey`",
            )
        })?;
        let texts = form.texts().into_iter();
        parts.push((
            format!("forms/{}.json", form.code()),
            form.id().to_string(),
            texts.map(|(key, text)| (key, text.to_owned())).collect(),
        ));
    }
    let mut found = Found::default();
    let mut spoken = BTreeSet::new();
    for (name, what, vietnamese) in parts {
        found.texts += vietnamese.len();
        let texts = if tag == OWN {
            vietnamese
        } else {
            let path = folder.join(&name);
            let written = match files::read_text(&path) {
                Ok(text) => json(&path, &text)?,
                Err(_) => Translation {
                    form: what.clone(),
                    texts: Texts::new(),
                },
            };
            if written.form != what {
                let lack = format!("{name}: \"form\" must be \"{what}\"");
                found.lacks.push(lack);
            }
            compare(&name, &vietnamese, &written.texts, &mut found.lacks);
            written.texts
        };
        // A sentence with a number or a name in it has as many readings as there are names.
        spoken.extend(texts.into_values().filter(|text| can_be_recorded(text)));
    }
    let audio = folder.join("audio");
    let recordings = files::all_under(&audio)?;
    found.sentences = spoken.len();
    for sentence in spoken {
        let name = recording(&sentence);
        let is_of_it = |path: &PathBuf| path.file_stem().is_some_and(|stem| stem == name.as_str());
        if recordings.iter().any(is_of_it) {
            found.recorded += 1;
        } else {
            found
                .silent
                .push(format!("audio/{name}.opus is not recorded: {sentence}"));
        }
    }
    let bytes = disk::bytes_under(&audio)?;
    if bytes > MOST_AUDIO_BYTES {
        found.lacks.push(format!(
            "audio: {bytes} bytes are more than {MOST_AUDIO_BYTES}: encode speech at 16 kbit/s, mono"
        ));
    }
    Ok(found)
}

fn compare(name: &str, vietnamese: &Texts, own: &Texts, lacks: &mut Vec<String>) {
    let (vietnamese, own) = (pairs(vietnamese), pairs(own));
    lacks.extend(gaps(&vietnamese, &own).into_iter().map(|gap| {
        let Gap {
            key,
            vietnamese,
            lack,
        } = gap;
        match lack {
            Lack::Missing => format!("{name}: {key} is missing: {vietnamese}"),
            Lack::Placeholders => {
                format!("{name}: {key} must have the placeholders of: {vietnamese}")
            }
            Lack::Strange => format!("{name}: {key} is no text of ours"),
        }
    }));
}

fn pairs(texts: &Texts) -> Vec<(&str, &str)> {
    let texts = texts.iter();
    texts
        .map(|(key, text)| (key.as_str(), text.as_str()))
        .collect()
}

/// The list of a pack's files as the service worker reads it: `[[path, SHA-256], ...]` (U6).
///
/// # Errors
/// When a file cannot be read.
pub fn list(folder: &Path, tag: &str) -> Result<String, Trouble> {
    let paths = files::all_under(folder)?.into_iter();
    let entries = paths.filter(|path| path != Path::new(LIST)).map(|path| {
        let hash = files::sha256(&files::read(&folder.join(&path))?);
        Ok((format!("/lang/{tag}/{}", path.display()), hash))
    });
    let entries: Vec<_> = entries.collect::<Result<_, Trouble>>()?;
    Ok(serde_json::json!(entries).to_string())
}

/// Lists every pack of a site, and the program's own language, which needs no files.
///
/// # Errors
/// When a file cannot be read or written.
pub fn list_all(site: &Path) -> Result<(), Trouble> {
    let packs = site.join("lang");
    let mut tags = BTreeSet::from([OWN.to_owned()]);
    for path in files::all_under(&packs)? {
        let folder = path.parent().and_then(|path| path.iter().next()?.to_str());
        tags.extend(folder.map(str::to_owned));
    }
    for tag in tags {
        let folder = packs.join(&tag);
        files::write(&folder.join(LIST), list(&folder, &tag)?)?;
    }
    list_packs(&packs)
}

/// Lists the languages of a folder, those whose own list stands there: `["en","vi"]`.
fn list_packs(packs: &Path) -> Result<(), Trouble> {
    let mut tags = BTreeSet::from([OWN.to_owned()]);
    for path in files::all_under(packs)? {
        let mut parts = path.iter().filter_map(|part| part.to_str());
        if let (Some(tag), Some(LIST), None) = (parts.next(), parts.next(), parts.next()) {
            tags.insert(tag.to_owned());
        }
    }
    files::write(&packs.join(PACKS), serde_json::json!(tags).to_string())
}

fn json<T: for<'a> Deserialize<'a>>(path: &Path, text: &str) -> Result<T, Trouble> {
    serde_json::from_str(text).map_err(|error| {
        Trouble::new(
            format!("{} cannot be read: {error}", path.display()),
            "Compare it with public/lang/en",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found_in(folder: &Path, tag: &str) -> Found {
        look(folder, tag).expect("it can be looked at")
    }

    #[test]
    fn every_form_of_the_house_is_one_that_packs_are_compared_with() {
        let forms = Project::here().root.join("survey/forms");
        let files = files::all_under(&forms).expect("forms").into_iter();
        let texts: Vec<String> = files
            .map(|path| files::read_text(&forms.join(path)).expect("it is read"))
            .collect();
        assert_eq!(texts, FORMS);
    }

    #[test]
    fn recordings_that_are_missing_are_named_and_too_heavy_ones_are_a_lack() {
        let folder = std::env::temp_dir().join(format!("hai-long-audio-{}", std::process::id()));
        let texts = r#"{"form": "counter", "texts": {"Send": "Gửi", "Back": "Quay lại"}}"#;
        files::write(&folder.join("counter.json"), texts).expect("written");
        let own = format!("audio/{}.opus", recording("Gửi"));
        files::write(&folder.join(&own), vec![0; 3_000_000]).expect("written");
        let found = found_in(&folder, "km");
        let other = format!(
            "audio/{}.opus is not recorded: Quay lại",
            recording("Quay lại")
        );
        assert_eq!(found.silent, [other]);
        let is_heavy = |found: Found| found.lacks.iter().any(|lack| lack.starts_with("audio: "));
        assert!(!is_heavy(found));
        files::write(&folder.join(own), vec![0; 3_000_001]).expect("written");
        assert!(is_heavy(found_in(&folder, "km")));
        files::remove_folder(&folder).expect("removed");
    }

    #[test]
    fn vietnamese_and_english_lack_nothing() {
        let packs = Project::here().root.join("public/lang");
        for tag in ["vi", "en"] {
            let found = found_in(&packs.join(tag), tag);
            assert!(found.texts > 150, "{}", found.texts);
            assert_eq!(found.lacks, Vec::<String>::new());
        }
    }

    #[test]
    fn what_is_missing_strange_or_of_another_form_is_named() -> Result<(), Trouble> {
        let folder = std::env::temp_dir().join(format!("hai-long-lang-{}", std::process::id()));
        let texts = r#"{"form": "counter", "texts": {"Back": " ", "QuestionOf": "{n}", "Odd": "x", "Send": "Gửi"}}"#;
        files::write(&folder.join("counter.json"), texts)?;
        files::write(
            &folder.join("forms/local9.json"),
            r#"{"form": "0", "texts": {}}"#,
        )?;
        let recording = format!("audio/{}.opus", recording("Gửi"));
        files::write(&folder.join(recording), "sound")?;
        let found = found_in(&folder, "km");
        files::remove_folder(&folder)?;
        for lack in [
            "counter.json: Back is missing: Quay lại",
            "counter.json: QuestionOf must have the placeholders of: Câu {n} trên {m}",
            "counter.json: Odd is no text of ours",
            "forms/express6.json: scale.1 is missing: Rất không hài lòng",
        ] {
            assert!(found.lacks.iter().any(|said| said == lack), "{lack}");
        }
        assert!(
            found
                .lacks
                .iter()
                .any(|said| said.starts_with("forms/local9.json: \"form\""))
        );
        assert!(!found.lacks.iter().any(|said| said.contains(": Send is")));
        assert_eq!((found.recorded, found.sentences), (1, 2));
        Ok(())
    }

    #[test]
    fn u6_a_packs_list_has_every_file_with_its_hash() -> Result<(), Trouble> {
        let site = std::env::temp_dir().join(format!("hai-long-packs-{}", std::process::id()));
        files::write(&site.join("lang/en/counter.json"), "{}")?;
        list_all(&site)?;
        // Listed again, it does not list itself.
        list_all(&site)?;
        let english = files::read_text(&site.join("lang/en/pack.json"))?;
        let packs = files::read_text(&site.join("lang/packs.json"))?;
        let vietnamese = files::read_text(&site.join("lang/vi/pack.json"))?;
        files::remove_folder(&site)?;
        let hash = files::sha256(b"{}");
        assert_eq!(english, format!(r#"[["/lang/en/counter.json","{hash}"]]"#));
        assert_eq!(vietnamese, "[]");
        assert_eq!(packs, r#"["en","vi"]"#);
        Ok(())
    }
}
