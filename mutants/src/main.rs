//! Mutation testing of the macro crate: `cargo xtask mutants`.
//!
//! `cargo mutants` lists the mutants; compiling the macro crate for each would take days.
//! So all of them are compiled at once, and a number in the environment chooses one
//! (`schema.rs`). A mutant is caught by the macro crate's own tests (`suite.rs`), by an
//! expansion that panics, does not end or refuses a function of the tests (`server.rs`), or
//! by tests with a function whose expansion it changes (`units.rs`).

mod list;
mod process;
mod report;
mod schema;
mod server;
mod suite;
mod units;
mod workspace;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::process::ExitCode;

use list::Mutant;
use process::End;
use report::{Outcome, Results};
use server::{Change, Server};
use suite::Suite;
use units::Units;
use workspace::Workspace;

/// How many files of tests are compiled for a mutant, unless told.
const FILES: usize = 3;

struct Options {
    /// One of as many is tried.
    every: usize,
    /// Survivors of the last run are tried again.
    again: bool,
    /// Files of tests for a mutant.
    files: usize,
    /// Only mutants with this in their names.
    filter: Option<String>,
    /// Nothing is run.
    report: bool,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let after = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name);
        at.and_then(|at| arguments.get(at + 1))
    };
    let number =
        |name: &str, default| after(name).map_or(default, |value| value.parse().expect("a number"));
    let options = Options {
        every: number("--every", 1),
        again: arguments.iter().any(|argument| argument == "--again"),
        files: number("--files", FILES),
        filter: after("--only").cloned(),
        report: arguments.iter().any(|argument| argument == "--report"),
    };
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let repository = repository.canonicalize().expect("the repository is there");
    let folder = repository.join("target/mutants");
    std::fs::create_dir_all(&folder).expect("a folder");
    let mutants = list::mutants(&repository);
    let mut results = Results::read(&folder.join("results"));
    if !options.report {
        run(&repository, &folder, &mutants, &options, &mut results);
    }
    report::print(&mutants, &results, &repository.join("docs/mutants.txt"))
}

fn run(
    repository: &Path,
    folder: &Path,
    mutants: &[Mutant],
    options: &Options,
    results: &mut Results,
) {
    let workspace = Workspace::new(repository, folder.join("workspace"), mutants);
    for mutant in mutants {
        if !workspace.inside.contains(&mutant.number) {
            results.add(mutant, Outcome::Unviable, "");
        }
    }
    let asked = |mutant: &Mutant| match &options.filter {
        Some(filter) => mutant.key.contains(filter),
        None => mutant.number.is_multiple_of(options.every),
    };
    let is_open = |mutant: &Mutant, results: &Results| match results.of(mutant) {
        None => true,
        Some(outcome) => options.again && outcome.is_survivor(),
    };
    let open: Vec<&Mutant> = mutants
        .iter()
        .filter(|mutant| workspace.inside.contains(&mutant.number))
        .filter(|mutant| asked(mutant) && is_open(mutant, results))
        .collect();
    println!("{} of {} mutants to try", open.len(), mutants.len());
    let suite = Suite::new(&workspace.root);
    let mut left = Vec::new();
    for mutant in open {
        let end = match suite.reached.contains(&mutant.number) {
            true => suite.run(mutant.number),
            false => End::Passed,
        };
        match end {
            End::Failed => results.add(mutant, Outcome::Suite, ""),
            End::Endless => results.add(mutant, Outcome::Suite, "endless"),
            End::Passed => left.push(mutant),
        }
    }
    println!("{} are left after the suite of the macro crate", left.len());
    if left.is_empty() {
        return;
    }
    let mut units = Units::new(&workspace.root);
    let programs = folder.join("programs");
    units.inputs(&programs);
    let text = std::fs::read_to_string(&programs).expect("programs");
    // the functions, with the files that they stand in
    let files = text.split_terminator('\x1e');
    let files = files.map(|program| program.split('\x1f').next().unwrap_or_default());
    let of_programs: Vec<Option<usize>> = files.map(|file| units.of(file)).collect();
    println!("{} functions in the tests", of_programs.len());
    let mut server = Server::new(&suite.binary, &programs);
    let reached = server.reached();
    for mutant in left {
        let reaching = (0..reached.len())
            .filter(|program| reached[*program].binary_search(&mutant.number).is_ok())
            .filter_map(|program| Some((program, of_programs[program]?)));
        let mut reaching: Vec<_> = reaching.collect();
        // files that compile fast come first
        reaching.sort_by_key(|(_, unit)| *unit);
        let Some(changes) = server.changes(mutant.number, options.files, &reaching) else {
            results.add(mutant, Outcome::Expansion, "endless");
            continue;
        };
        if let Some((program, change)) = changes
            .iter()
            .find(|(_, change)| *change != Change::Differs)
        {
            let file = of_programs[*program].map_or("", |unit| &units.all[unit].file);
            results.add(mutant, Outcome::Expansion, &format!("{change:?} {file}"));
            continue;
        }
        let mut changed: Vec<usize> = changes
            .iter()
            .filter_map(|(program, _)| of_programs[*program])
            .collect();
        changed.dedup();
        if changed.is_empty() {
            let detail = format!("{} functions reach it", reaching.len());
            results.add(mutant, Outcome::Unchanged, &detail);
            continue;
        }
        let caught = changed.iter().find(|unit| {
            let end = units.run(**unit, mutant.number);
            end.is_some_and(|end| end != End::Passed)
        });
        match caught {
            Some(unit) => results.add(mutant, Outcome::Tests, &units.all[*unit].file),
            None => {
                let names = changed.iter().map(|unit| &*units.all[*unit].file);
                let names: Vec<&str> = names.collect();
                results.add(mutant, Outcome::Passed, &names.join(" "));
            }
        }
    }
}
