//! The mutants, as `cargo mutants --list` names them.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Where rules and passes stand: what a mutant here breaks is a gradient.
const FILES: [&str; 5] = [
    "backprop-macros/src/rules/**",
    "backprop-macros/src/analyse.rs",
    "backprop-macros/src/analyse/**",
    "backprop-macros/src/adjoint/**",
    "backprop-macros/src/simplify/**",
];

/// What is replaced.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Genre {
    Body,
    Binary,
    Unary,
    Arm,
    Guard,
    Field,
}

/// One change of the sources.
pub(crate) struct Mutant {
    /// Its position in the list.
    pub(crate) number: usize,
    /// The file, below the root of the repository.
    pub(crate) file: String,
    pub(crate) genre: Genre,
    pub(crate) replacement: String,
    /// Where it begins, in bytes.
    pub(crate) start: usize,
    /// What stays when lines move: file, change, function and line, and a count where
    /// that is not unique.
    pub(crate) key: String,
    pub(crate) line: usize,
}

/// All mutants of the sources under `root`.
pub(crate) fn mutants(root: &Path) -> Vec<Mutant> {
    let mut command = Command::new("cargo");
    command
        .args(["mutants", "--list", "--json"])
        .args(["--package", "backprop-macros"])
        .current_dir(root);
    for file in FILES {
        command.args(["--file", file]);
    }
    let output = command.output().expect("cargo runs");
    assert!(
        output.status.success(),
        "`cargo install cargo-mutants` first: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let list: Value = serde_json::from_slice(&output.stdout).expect("a list");
    let mut sources = BTreeMap::new();
    let mut counts = BTreeMap::new();
    let list = list.as_array().expect("a list").iter().enumerate();
    list.map(|(number, item)| {
        let file = item["file"].as_str().expect("a file").to_owned();
        let source: &String = sources.entry(file.clone()).or_insert_with(|| {
            std::fs::read_to_string(root.join(&file)).expect("the source is there")
        });
        let start = &item["span"]["start"];
        let [line, column] = ["line", "column"].map(|part| {
            usize::try_from(start[part].as_u64().expect("a position")).expect("a small one")
        });
        // `file:line:column: change`
        let name = item["name"].as_str().expect("a name");
        let change = name.splitn(4, ':').nth(3).unwrap_or(name).trim();
        let short = file.trim_start_matches("backprop-macros/src/");
        let text = source.lines().nth(line - 1).unwrap_or_default().trim();
        let mut key = format!("{short}: {change}: {text}").replace('\n', " ");
        let count = counts.entry(key.clone()).or_insert(0);
        *count += 1;
        if *count > 1 {
            key = format!("{key} ({count})");
        }
        let genre = match item["genre"].as_str() {
            Some("FnValue") => Genre::Body,
            Some("BinaryOperator") => Genre::Binary,
            Some("UnaryOperator") => Genre::Unary,
            Some("MatchArm") => Genre::Arm,
            Some("MatchArmGuard") => Genre::Guard,
            Some("StructField") => Genre::Field,
            other => panic!("an unknown sort of mutants: {other:?}"),
        };
        Mutant {
            number,
            start: offset(source, line, column),
            file,
            genre,
            replacement: item["replacement"].as_str().unwrap_or_default().to_owned(),
            key,
            line,
        }
    })
    .collect()
}

/// Lines and columns count from one, columns in characters.
fn offset(source: &str, line: usize, column: usize) -> usize {
    let mut at = 0;
    for (number, text) in source.split_inclusive('\n').enumerate() {
        if number + 1 == line {
            let inside: usize = text.chars().take(column - 1).map(char::len_utf8).sum();
            return at + inside;
        }
        at += text.len();
    }
    at
}
