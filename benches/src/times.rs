//! The table of other target CPUs, and of times.

use crate::count::count_in;
use crate::document;
use crate::task::Case;
use crate::tasks;
use std::path::Path;
use std::process::{Command, ExitCode};

const HEAD: &str = "\
| task | size | instructions, x86-64-v3: generated / primal | generated / by hand | time, x86-64: generated / primal | generated / by hand | time, native: generated / primal | generated / by hand | instructions, dev profile: generated / primal |
|---|---|---|---|---|---|---|---|---|
";

/// What takes longer, in seconds, is not counted without optimisation.
const LONGEST: f64 = 2e-3;

/// This program, built in other ways.
pub(crate) struct Builds<'a> {
    /// For CPUs with AVX2 and FMA.
    pub(crate) v3: &'a Path,
    /// For the CPU at hand.
    pub(crate) native: &'a Path,
    /// Without optimisation.
    pub(crate) dev: &'a Path,
}

/// Writes the table, or prints the rows of the tasks that are named.
pub(crate) fn write(builds: &Builds, only: &[&str]) -> ExitCode {
    let mut table = String::from(HEAD);
    print!("{HEAD}");
    for case in middle() {
        if !only.is_empty() && !only.contains(&case.name) {
            continue;
        }
        let Some(row) = row(&case, builds) else {
            eprintln!("{} {}: failed", case.name, case.size);
            return ExitCode::FAILURE;
        };
        print!("{row}");
        table += &row;
    }
    match only.is_empty() {
        true => document::write("times", &table),
        false => ExitCode::SUCCESS,
    }
}

/// Each task in the middle one of its sizes.
fn middle() -> Vec<Case> {
    let mut sizes: Vec<Vec<Case>> = Vec::new();
    for case in tasks::cases() {
        match sizes.last_mut() {
            Some(same) if same[0].name == case.name => same.push(case),
            _ => sizes.push(vec![case]),
        }
    }
    let middle = sizes.into_iter().map(|mut sizes| {
        let at = sizes.len() / 2;
        sizes.swap_remove(at)
    });
    middle.collect()
}

fn row(case: &Case, builds: &Builds) -> Option<String> {
    let counted = count_in(builds.v3, case).ok()?;
    let portable = (case.time)(case.size);
    let dev = match portable[0] > LONGEST {
        true => "–".to_owned(),
        false => format!("{:.2}", count_in(builds.dev, case).ok()?.ratio(1, 0)),
    };
    let portable = ratios(&portable);
    let output = Command::new(builds.native)
        .args(["time", case.name, &case.size.to_string()])
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let seconds: Option<Vec<f64>> = text.lines().map(|line| line.parse().ok()).collect();
    let native = ratios(&seconds.filter(|seconds| seconds.len() == case.versions)?);
    Some(format!(
        "| {} | {} | {:.2} | {:.2} | {portable} | {native} | {dev} |\n",
        case.name,
        case.size,
        counted.ratio(1, 0),
        counted.ratio(1, 2),
    ))
}

/// Generated / primal and generated / by hand.
fn ratios(seconds: &[f64]) -> String {
    let of = |other: usize| seconds[1] / seconds[other];
    format!("{:.2} | {:.2}", of(0), of(2))
}
