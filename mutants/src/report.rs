//! What became of each mutant: kept in a file, so that a run goes on where one ended.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::list::Mutant;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Outcome {
    /// It does not compile, or can not be written beside the original.
    Unviable,
    /// The tests of the macro crate fail.
    Suite,
    /// The expansion of a function of the tests panics, does not end, or refuses it.
    Expansion,
    /// Expansions change; no tests have been compiled yet.
    Changed,
    /// Tests do not compile, or fail.
    Tests,
    /// No function of the tests is expanded to other code.
    Unchanged,
    /// Some are, and the tests pass all the same.
    Passed,
}

impl Outcome {
    const ALL: [(Self, &'static str); 7] = [
        (Self::Unviable, "unviable"),
        (Self::Suite, "suite"),
        (Self::Expansion, "expansion"),
        (Self::Changed, "changed"),
        (Self::Tests, "tests"),
        (Self::Unchanged, "unchanged"),
        (Self::Passed, "passed"),
    ];

    fn name(self) -> &'static str {
        let known = Self::ALL.iter().find(|(outcome, _)| *outcome == self);
        known.map_or("", |(_, name)| name)
    }

    pub(crate) fn is_survivor(self) -> bool {
        matches!(self, Self::Unchanged | Self::Passed)
    }
}

pub(crate) struct Results {
    path: PathBuf,
    of: BTreeMap<String, (Outcome, String)>,
}

impl Results {
    /// What was found before; the last line about a mutant counts.
    pub(crate) fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let lines = text.lines().filter_map(|line| {
            let mut parts = line.split('\t');
            let name = parts.next()?;
            let (outcome, _) = Outcome::ALL.iter().find(|(_, known)| *known == name)?;
            let detail = parts.next()?.to_owned();
            Some((parts.next()?.to_owned(), (*outcome, detail)))
        });
        Self {
            path: path.to_owned(),
            of: lines.collect(),
        }
    }

    pub(crate) fn of(&self, mutant: &Mutant) -> Option<Outcome> {
        self.of.get(&mutant.key).map(|(outcome, _)| *outcome)
    }

    pub(crate) fn detail(&self, mutant: &Mutant) -> &str {
        self.of.get(&mutant.key).map_or("", |(_, detail)| detail)
    }

    pub(crate) fn add(&mut self, mutant: &Mutant, outcome: Outcome, detail: &str) {
        let known = self
            .of
            .insert(mutant.key.clone(), (outcome, detail.to_owned()));
        if known.is_some_and(|known| known == (outcome, detail.to_owned())) {
            return;
        }
        let file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.path);
        let line = format!("{}\t{detail}\t{}\n", outcome.name(), mutant.key);
        file.and_then(|mut file| file.write_all(line.as_bytes()))
            .expect("results can be written");
    }
}

/// Prints a table, and the survivors that `explained` does not list. Lines of that file
/// that begin with a blank are mutants; others tell why those after them survive.
pub(crate) fn print(mutants: &[Mutant], results: &Results, explained: &Path) -> ExitCode {
    let explained = std::fs::read_to_string(explained).unwrap_or_default();
    let explained: Vec<&str> = explained
        .lines()
        .filter(|line| line.starts_with(' '))
        .map(str::trim)
        .collect();
    let mut tables = BTreeMap::<&str, BTreeMap<&str, usize>>::new();
    let mut open = Vec::new();
    for mutant in mutants {
        let below = mutant.key.split(':').next().unwrap_or_default();
        let part = below.split(['/', '.']).next().unwrap_or_default();
        let found = results.of.get(&mutant.key);
        let mut name = found.map_or("not tried", |(outcome, _)| outcome.name());
        if let Some((outcome, detail)) = found
            && outcome.is_survivor()
        {
            if explained.contains(&&*mutant.key) {
                name = "explained";
            } else {
                open.push((mutant, name, detail));
            }
        }
        for table in [part, "all"] {
            let counts = tables.entry(table).or_default();
            *counts.entry(name).or_default() += 1;
            *counts.entry("mutants").or_default() += 1;
        }
    }
    const COLUMNS: [&str; 10] = [
        "mutants",
        "unviable",
        "not tried",
        "changed",
        "suite",
        "expansion",
        "tests",
        "explained",
        "unchanged",
        "passed",
    ];
    for (mutant, name, detail) in &open {
        println!("{name}: {} [line {}; {detail}]", mutant.key, mutant.line);
    }
    println!("\n| | {} | caught |", COLUMNS.join(" | "));
    println!("|{}", "---|".repeat(COLUMNS.len() + 2));
    for (part, counts) in &tables {
        let count = |name: &str| counts.get(name).copied().unwrap_or_default();
        let caught: usize = ["suite", "expansion", "tests"].map(count).iter().sum();
        let survived: usize = ["explained", "unchanged", "passed"].map(count).iter().sum();
        let cells = COLUMNS.map(|name| count(name).to_string()).join(" | ");
        let rate = 100.0 * caught as f64 / ((caught + survived).max(1)) as f64;
        println!("| {part} | {cells} | {rate:.1} % |");
    }
    let stale: Vec<_> = explained
        .iter()
        .filter(|key| !mutants.iter().any(|mutant| mutant.key == **key))
        .collect();
    for key in &stale {
        println!("explained, and not there: {key}");
    }
    ExitCode::from(u8::from(!open.is_empty() || !stale.is_empty()))
}
