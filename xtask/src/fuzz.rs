//! `cargo xtask fuzz`: the decoders under libFuzzer, led by coverage. What leads further is kept in
//! `tests/vectors/fuzz`, and every later test run goes through it.

use std::path::{Path, PathBuf};

use lexopt::{Arg, ValueExt};

use crate::{
    files,
    project::Project,
    proofs,
    tool::Tool,
    trouble::Trouble,
    verb::{Arguments, Verb},
};

/// The verb.
pub const VERB: Verb = Verb {
    name: "fuzz",
    summary: "the decoders against bytes that nobody sends",
    options: "
  --target X      one decoder; a file of tests/vectors/fuzz
  --seconds N     how long for each (120)",
    run: |arguments| {
        let wish = Wish::read(arguments)?;
        fuzz(&Project::here(), wish.target.as_deref(), wish.seconds)
    },
};

/// Coverage by the compiler's own passes, which need no other toolchain: counters at every edge, the
/// table of places, and the operands of comparisons.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Ccodegen-units=1 -Cdebug-assertions -Coverflow-checks";
/// The longest input in bytes: above any record and any form.
const LONGEST: u32 = 16_384;
/// An input over which a decoder sits so many seconds is a failure, on a busy machine too.
const SLOWEST_S: u32 = 30;
/// How much is kept of what was found for one decoder, in bytes; the shortest first.
const MOST_KEPT: usize = 48 * 1024;
/// How long each decoder is tried where nothing else is said.
pub const SECONDS: u32 = 120;

/// The command line, understood.
struct Wish {
    target: Option<String>,
    seconds: u32,
}

impl Wish {
    fn read(Arguments { mut parser }: Arguments) -> Result<Self, Trouble> {
        let mut wish = Self {
            target: None,
            seconds: SECONDS,
        };
        while let Some(word) = parser.next()? {
            match word {
                Arg::Long("target") => wish.target = Some(parser.value()?.string()?),
                Arg::Long("seconds") => wish.seconds = parser.value()?.parse()?,
                _ => return Err(word.unexpected().into()),
            }
        }
        Ok(wish)
    }
}

/// Where the kept inputs of a decoder lie.
#[must_use]
pub fn corpus_file(project: &Project, decoder: &str) -> PathBuf {
    let name = format!("tests/vectors/fuzz/{decoder}.json");
    project.root.join(name)
}

/// The decoders that have a corpus.
///
/// # Errors
/// When the folder cannot be listed.
pub fn decoders(project: &Project) -> Result<Vec<String>, Trouble> {
    let files = files::all_under(&project.root.join("tests/vectors/fuzz"))?;
    let names = files.iter().filter_map(|file| file.file_stem()?.to_str());
    Ok(names.map(str::to_owned).collect())
}

/// The inputs in a corpus: a JSON list of texts in which each character stands for one byte, so that
/// the file can be read and its changes be seen.
///
/// # Errors
/// When it cannot be read, or is not one.
pub fn corpus(file: &Path) -> Result<Vec<Vec<u8>>, Trouble> {
    let text = files::read_text(file)?;
    let texts: Vec<String> = serde_json::from_str(&text).unwrap_or_default();
    let bytes = |text: &String| text.chars().map(|c| u8::try_from(c).ok()).collect();
    let inputs: Option<Vec<Vec<u8>>> = texts.iter().map(bytes).collect();
    inputs.filter(|inputs| !inputs.is_empty()).ok_or_else(|| {
        Trouble::new(
            format!("{} is no corpus", file.display()),
            "Put it back (`git checkout tests/vectors/fuzz`)",
        )
    })
}

/// A corpus as it is written: one input a line.
fn written(inputs: &[Vec<u8>]) -> String {
    let line = |input: &Vec<u8>| {
        let text: String = input.iter().map(|byte| char::from(*byte)).collect();
        serde_json::Value::from(text).to_string()
    };
    let lines: Vec<String> = inputs.iter().map(line).collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}

/// Tries one decoder or each of them for so many seconds, and keeps what was found and seen.
///
/// # Errors
/// When a decoder fails: the input is then in its corpus, and the ordinary tests fail over it too.
pub fn fuzz(project: &Project, target: Option<&str>, seconds: u32) -> Result<(), Trouble> {
    let known = decoders(project)?;
    let wanted: Vec<&String> = known
        .iter()
        .filter(|name| target.is_none_or(|target| target == *name))
        .collect();
    if wanted.is_empty() {
        return Err(Trouble::new(
            "There is no such decoder",
            format!("Choose one of {}", known.join(", ")),
        ));
    }
    let fuzzer = Fuzzer::build(project)?;
    for decoder in wanted {
        let line = fuzzer.attack(project, decoder, seconds)?;
        println!("fuzz {decoder}: {line}");
        proofs::write(project, &format!("fuzz {decoder}"), &line)?;
    }
    Ok(())
}

/// The built program and where it works.
struct Fuzzer {
    program: PathBuf,
    folder: PathBuf,
}

impl Fuzzer {
    fn build(project: &Project) -> Result<Self, Trouble> {
        let folder = project.target()?.join("fuzz");
        let host = host(project)?;
        Tool::cargo(&project.root)
            .args(["build", "--release", "--package=survey-tests", "--bin=fuzz"])
            .args(["--features=fuzz", "--target", &host, "--target-dir"])
            .args([&folder])
            .env("RUSTFLAGS", COVERAGE)
            .run()?;
        Ok(Self {
            program: folder.join(&host).join("release/fuzz"),
            folder,
        })
    }

    fn run(&self, decoder: &str, options: &[String], folders: &[&Path]) -> Result<String, Trouble> {
        Tool::new(&self.program, &self.folder)
            .args(options)
            .args([
                format!("-max_len={LONGEST}"),
                format!("-timeout={SLOWEST_S}"),
            ])
            .args(folders)
            .env("DECODER", decoder)
            .errors()
    }

    /// What was seen, in one line.
    fn attack(&self, project: &Project, decoder: &str, seconds: u32) -> Result<String, Trouble> {
        let kept = corpus_file(project, decoder);
        let own = self.folder.join("corpus").join(decoder);
        let [all, failed, merged] = ["all", "failed", "merged"].map(|name| own.join(name));
        for folder in [&failed, &merged] {
            files::remove_folder(folder)?;
            files::make_folder(folder)?;
        }
        let before = corpus(&kept)?;
        for input in &before {
            files::write(&all.join(files::sha256(input)), input)?;
        }
        let options = [
            format!("-max_total_time={seconds}"),
            format!("-artifact_prefix={}/", failed.display()),
            "-print_final_stats=1".to_owned(),
        ];
        let said = match self.run(decoder, &options, &[&all]) {
            Ok(said) => said,
            Err(trouble) => {
                let mut inputs = before;
                let new = files_in(&failed)?;
                let count = new.len();
                inputs.extend(new);
                files::write(&kept, written(&inputs))?;
                return Err(match count {
                    0 => trouble,
                    _ => Trouble::new(
                        format!(
                            "`{decoder}` fails over the last input of {}",
                            kept.display()
                        ),
                        "Mend it: `cargo test -p survey-tests --test decoders` fails over it too",
                    ),
                });
            }
        };
        let executions = said
            .lines()
            .find_map(|line| line.strip_prefix("stat::number_of_executed_units:"))
            .and_then(|number| number.trim().parse::<u64>().ok());
        let executions = executions.ok_or_else(|| {
            Trouble::new(
                "libFuzzer does not tell its executions",
                "Run the command again",
            )
        })?;
        self.run(decoder, &["-merge=1".to_owned()], &[&merged, &all])?;
        let found = files_in(&merged)?;
        let number = found.len();
        let inputs = chosen(before, found);
        files::write(&kept, written(&inputs))?;
        Ok(format!(
            "{executions} executions in {seconds} s, no failure; {number} inputs lead to all that \
             was reached, {} are kept",
            inputs.len()
        ))
    }
}

/// What was kept stays; of what was found, the shortest come to it, as far as there is room.
fn chosen(mut kept: Vec<Vec<u8>>, mut found: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    found.sort_by_key(Vec::len);
    let mut bytes: usize = kept.iter().map(Vec::len).sum();
    for input in found {
        bytes += input.len();
        if bytes <= MOST_KEPT && !kept.contains(&input) {
            kept.push(input);
        }
    }
    kept
}

fn files_in(folder: &Path) -> Result<Vec<Vec<u8>>, Trouble> {
    let names = files::all_under(folder)?;
    names
        .iter()
        .map(|name| files::read(&folder.join(name)))
        .collect()
}

/// This machine as the compiler names it; named, what runs while compiling is left as it is.
fn host(project: &Project) -> Result<String, Trouble> {
    let said = Tool::new("rustc", &project.root).args(["-vV"]).output()?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| {
        Trouble::new(
            "rustc does not tell its host",
            "Run `cargo xtask doctor` to see which rustc is used",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_corpus_holds_any_bytes_and_reads_back() {
        let inputs = vec![(0..=255).collect::<Vec<u8>>(), b"\"[,]\n".to_vec(), vec![]];
        let folder = std::env::temp_dir().join(format!("corpus-{}", std::process::id()));
        let file = folder.join("x.json");
        files::write(&file, written(&inputs)).expect("written");
        assert_eq!(corpus(&file).expect("read"), inputs);
        files::write(&file, "{}").expect("written");
        corpus(&file).expect_err("no corpus");
        files::remove_folder(&folder).expect("removed");
    }

    #[test]
    fn what_was_kept_stays_and_the_shortest_come_first() {
        let kept = vec![vec![1; 10]];
        let found = vec![vec![2; MOST_KEPT - 12], vec![3; 2], vec![1; 10]];
        let inputs = chosen(kept.clone(), found);
        assert_eq!(inputs, [kept[0].clone(), vec![3; 2]]);
    }
}
