//! A copy of the repository whose macro crate holds all mutants.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::list::Mutant;
use crate::schema::{self, Rewritten};

/// What the copy adds to the macro crate.
const RUNTIME: &str = include_str!("runtime.rs.txt");

pub(crate) struct Workspace {
    /// Where the copy is.
    pub(crate) root: PathBuf,
    /// The mutants that are compiled into it.
    pub(crate) inside: BTreeSet<usize>,
}

/// `cargo` in the copy, with a folder of its own for what it builds.
pub(crate) fn cargo(root: &Path) -> Command {
    let mut command = Command::new("cargo");
    command
        .current_dir(root)
        .env("CARGO_TARGET_DIR", root.join("../build"))
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_PROFILE_DEV_DEBUG", "false")
        .env_remove("BACKPROP_MUTANT");
    command
}

impl Workspace {
    /// Copies what git knows of `repository` to `root`, writes the mutants into it and
    /// leaves out those that do not compile.
    pub(crate) fn new(repository: &Path, root: PathBuf, mutants: &[Mutant]) -> Self {
        let of_macros = copy(repository, &root);
        let mut left_out = read_numbers(&root.join("../left_out"), mutants);
        loop {
            let rewritten = rewrite(repository, &root, &of_macros, mutants, &left_out);
            let refused = refused(&root, &rewritten);
            if refused.is_empty() {
                let inside = rewritten.values().flat_map(|file| &file.inside);
                return Self {
                    inside: inside.copied().collect(),
                    root,
                };
            }
            println!("{} do not compile", refused.len());
            left_out.extend(refused);
            let keys: Vec<&str> = left_out.iter().map(|at| &*mutants[*at].key).collect();
            std::fs::write(root.join("../left_out"), keys.join("\n")).expect("a file");
        }
    }
}

/// Mutants that did not compile before.
fn read_numbers(path: &Path, mutants: &[Mutant]) -> BTreeSet<usize> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let keys: BTreeSet<&str> = text.lines().collect();
    let known = mutants.iter().filter(|mutant| keys.contains(&*mutant.key));
    known.map(|mutant| mutant.number).collect()
}

/// Writes a file unless it is there as it should be: cargo looks at times.
pub(crate) fn write(path: &Path, content: &[u8]) {
    if std::fs::read(path).ok().as_deref() != Some(content) {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        // others may read it meanwhile
        let whole = path.with_extension(format!("{:?}", std::thread::current().id()));
        std::fs::write(&whole, content).expect("a file can be written");
        std::fs::rename(whole, path).expect("a file can be written");
    }
}

/// Copies all but the sources of the macro crate, which it returns.
fn copy(repository: &Path, root: &Path) -> Vec<String> {
    let output = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(repository)
        .output()
        .expect("git runs");
    let mut of_macros = Vec::new();
    for file in String::from_utf8_lossy(&output.stdout).lines() {
        let Ok(mut content) = std::fs::read(repository.join(file)) else {
            continue;
        };
        if file.starts_with("backprop-macros/src/") && file.ends_with(".rs") {
            of_macros.push(file.to_owned());
            continue;
        }
        if file == "Cargo.toml" {
            content.extend(
                b"\n[profile.dev.build-override]\nopt-level = 1\n\
                  [profile.driver]\ninherits = \"dev\"\nopt-level = 1\ndebug = false\n",
            );
        }
        write(&root.join(file), &content);
    }
    of_macros
}

/// Writes the sources of the macro crate with their mutants.
fn rewrite<'a>(
    repository: &Path,
    root: &Path,
    files: &'a [String],
    mutants: &[Mutant],
    left_out: &BTreeSet<usize>,
) -> BTreeMap<&'a str, Rewritten> {
    write(
        &root.join("backprop-macros/src/mutant.rs"),
        RUNTIME.as_bytes(),
    );
    let mut all = BTreeMap::new();
    for file in files {
        let mut source = std::fs::read_to_string(repository.join(file)).expect("a source");
        if file == "backprop-macros/src/lib.rs" {
            let call = "expand::differentiate(options.into(), item.into())";
            assert!(source.contains(call), "`differentiate` calls `expand`");
            source = source.replace(call, &format!("mutant::note(&options, &item);\n    {call}"));
            source = source.replace("\nmod expand;", "\nmod mutant;\nmod expand;");
        }
        let here = mutants
            .iter()
            .filter(|mutant| mutant.file == *file && !left_out.contains(&mutant.number));
        let here: Vec<_> = here.collect();
        let path = root.join(file);
        if here.is_empty() {
            write(&path, source.as_bytes());
            continue;
        }
        let rewritten = schema::rewrite(&source, &here);
        write(&path, rewritten.text.as_bytes());
        all.insert(&**file, rewritten);
    }
    all
}

/// The mutants in whose text rustc finds errors.
fn refused(root: &Path, rewritten: &BTreeMap<&str, Rewritten>) -> BTreeSet<usize> {
    let mut command = cargo(root);
    command
        .args(["check", "--package", "backprop-macros", "--lib"])
        .args(["--message-format", "json"]);
    let output = command.output().expect("cargo runs");
    if output.status.success() {
        return BTreeSet::new();
    }
    let mut refused = BTreeSet::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let message: Value = serde_json::from_str(line).unwrap_or_default();
        let message = &message["message"];
        if message["level"] != "error" {
            continue;
        }
        let mut spans: Vec<&Value> = message["spans"].as_array().into_iter().flatten().collect();
        // what the error is about comes before what it has to do with
        spans.sort_by_key(|span| span["is_primary"] != true);
        let owners = spans.iter().find_map(|span| {
            let file = rewritten.get(span["file_name"].as_str()?)?;
            let [start, end] = ["byte_start", "byte_end"].map(|part| {
                usize::try_from(span[part].as_u64().unwrap_or_default()).unwrap_or_default()
            });
            let around = file.owners.iter().filter(|(range, owners)| {
                range.start <= start && end <= range.end && !owners.is_empty()
            });
            around
                .min_by_key(|(range, _)| range.len())
                .map(|(_, owners)| owners)
        });
        match owners {
            Some(owners) => refused.extend(owners),
            None => println!("{}", message["rendered"].as_str().unwrap_or_default()),
        }
    }
    assert!(
        !refused.is_empty(),
        "the copy does not compile:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    refused
}
