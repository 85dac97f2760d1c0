//! Mutation testing of the macro crate: `cargo xtask mutants`.
//!
//! `cargo mutants` lists the mutants; compiling the macro crate for each would take days.
//! So all of them are compiled at once, and a number in the environment chooses one
//! (`schema.rs`). A mutant is caught by the macro crate's own tests (`suite.rs`), by an
//! expansion that panics, does not end or refuses a function of the tests (`server.rs`), or
//! by tests with a function whose expansion it changes (`units.rs`).

mod list;
mod process;
mod programs;
mod prune;
mod report;
mod schema;
mod server;
mod suite;
mod together;
mod units;
mod workspace;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;

use list::Mutant;
use process::End;
use programs::Program;
use report::{Outcome, Results};
use server::{Change, Server};
use suite::Suite;
use units::Units;
use workspace::Workspace;

/// How many files of tests are compiled for a mutant, unless told.
const FILES: usize = 3;

/// Bytes of tests that are compiled as one crate.
const TOGETHER: usize = 40_000;

struct Options {
    /// One of as many is tried.
    every: usize,
    /// Survivors of the last run are tried again.
    again: bool,
    /// Files of tests for a mutant.
    files: usize,
    /// How many of them are compiled at a time.
    jobs: usize,
    /// Functions that are expanded with all modes, where they are the same without.
    modes: usize,
    /// Only mutants with this in their names.
    filter: Option<String>,
    /// No tests are compiled.
    expand: bool,
    /// Nothing else is done.
    tests: bool,
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
        modes: number("--modes", 60),
        jobs: number("--jobs", 1),
        filter: after("--only").cloned(),
        tests: arguments.iter().any(|argument| argument == "--tests"),
        expand: arguments.iter().any(|argument| argument == "--expand"),
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
    let asked: Vec<&Mutant> = mutants
        .iter()
        .filter(|mutant| workspace.inside.contains(&mutant.number) && asked(mutant))
        .collect();
    let of_outcome = |results: &Results, open: &dyn Fn(Option<Outcome>) -> bool| -> Vec<&Mutant> {
        let asked = asked.iter().copied();
        asked.filter(|mutant| open(results.of(mutant))).collect()
    };
    let is_open = |outcome: Option<Outcome>| match outcome {
        None => true,
        Some(outcome) => options.again && outcome.is_survivor(),
    };
    let open = of_outcome(results, &is_open);
    let units = Units::new(&workspace.root);
    if !open.is_empty() && !options.tests {
        let suite = Suite::new(&workspace.root);
        println!("{} mutants for the suite of the macro crate", open.len());
        let left = own_tests(&suite, open, results);
        println!("{} are left for expansions", left.len());
        expansions(&workspace, &suite, &units, left, options, results);
    }
    if options.expand {
        return;
    }
    let mut changed = of_outcome(results, &|outcome| outcome == Some(Outcome::Changed));
    println!("{} are left for tests", changed.len());
    // far apart, so that a run that is stopped has tried a fair sample
    changed.sort_by_key(|mutant| mutant.number * 619 % 1009);
    tests(&units, changed, options, results);
}

/// The macro crate's own tests; what they do not catch.
fn own_tests<'a>(suite: &Suite, open: Vec<&'a Mutant>, results: &mut Results) -> Vec<&'a Mutant> {
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
    left
}

/// Expands the functions of the tests under each mutant.
fn expansions(
    workspace: &Workspace,
    suite: &Suite,
    units: &Units,
    left: Vec<&Mutant>,
    options: &Options,
    results: &mut Results,
) {
    let programs = programs::all(&workspace.root, units);
    let count = programs.len();
    println!("{count} functions in the tests");
    // most of the time goes into forward mode and second derivatives: first without
    let text: String = programs
        .iter()
        .map(Program::without_modes)
        .chain(programs.iter().map(Program::with_modes))
        .collect();
    let path = workspace.root.join("../programs");
    std::fs::write(&path, text).expect("a file can be written");
    let mut server = Server::new(&suite.binary, &path);
    let reached = server.reached();
    for mutant in left {
        let reaching = |range: std::ops::Range<usize>, are_refused: bool| {
            let reaching = range
                .filter(|at| reached[*at].binary_search(&mutant.number).is_ok())
                .filter(|at| programs[at % count].unit.is_none() == are_refused)
                .map(|at| (at, programs[at % count].unit.unwrap_or_default()));
            let mut reaching: Vec<_> = reaching.collect();
            // short functions compile fast
            reaching.sort_by_key(|(at, _)| programs[at % count].len());
            reaching
        };
        let refused = reaching(count..2 * count, true);
        let plain = reaching(0..count, false);
        let all = reaching(count..2 * count, false);
        // some of each length
        let step = all.len().div_ceil(options.modes.max(1)).max(1);
        let some: Vec<_> = all.iter().copied().step_by(step).collect();
        let mut found = Some(Vec::new());
        for (programs, most) in [(refused, 1), (plain, options.files), (some, options.files)] {
            if found.as_ref().is_some_and(Vec::is_empty) {
                found = server.changes(mutant.number, most, &programs);
            }
        }
        let Some(changes) = found else {
            results.add(mutant, Outcome::Expansion, "endless");
            continue;
        };
        let at_once = changes
            .iter()
            .find(|(at, change)| *change != Change::Differs || programs[at % count].unit.is_none());
        if let Some((at, change)) = at_once {
            let detail = format!("{change:?} {}", programs[at % count].file);
            results.add(mutant, Outcome::Expansion, &detail);
        } else if changes.is_empty() {
            let detail = format!("{} functions reach it", all.len());
            results.add(mutant, Outcome::Unchanged, &detail);
        } else {
            let mut files: Vec<&str> = Vec::new();
            let mut details = Vec::new();
            for (at, _) in changes {
                let program = &programs[at % count];
                if !files.contains(&&*program.file) {
                    files.push(&program.file);
                    details.push(format!("{}:{}", program.file, program.name));
                }
            }
            results.add(mutant, Outcome::Changed, &details.join(" "));
        }
    }
}

/// A mutant and the functions that it changes, with files; those before `next` pass.
struct Waiting<'a> {
    mutant: &'a Mutant,
    functions: Vec<(usize, String)>,
    next: usize,
}

impl Waiting<'_> {
    /// The next function to try: first gradients alone, then with all modes.
    fn function(&self) -> Option<(&(usize, String), bool)> {
        let count = self.functions.len();
        let function = self.functions.get(self.next % count.max(1))?;
        (self.next < 2 * count).then_some((function, self.next >= count))
    }
}

/// Runs the tests of functions that mutants change, many mutants at once.
fn tests(units: &Units, changed: Vec<&Mutant>, options: &Options, results: &mut Results) {
    let waiting = changed.into_iter().map(|mutant| {
        let functions = results.detail(mutant).split(' ').filter_map(|function| {
            let (file, name) = function.split_once(':')?;
            Some((units.at(file)?, name.to_owned()))
        });
        Waiting {
            mutant,
            functions: functions.collect(),
            next: 0,
        }
    });
    let waiting = Mutex::new(waiting.collect::<VecDeque<_>>());
    let results = Mutex::new(results);
    let lock = || results.lock().expect("no panic");
    let work = || loop {
        let mut tries = Vec::new();
        let mut size = 0;
        while size < TOGETHER {
            let Some(next) = waiting.lock().expect("no panic").pop_front() else {
                break;
            };
            let Some(((unit, name), with_modes)) = next.function() else {
                let detail = lock().detail(next.mutant).to_owned();
                lock().add(next.mutant, Outcome::Passed, &detail);
                continue;
            };
            let source = units.source(*unit, name, with_modes);
            size += source.len();
            tries.push((next, source));
        }
        if tries.is_empty() {
            return;
        }
        let sources = tries
            .iter()
            .map(|(next, source)| (next.mutant.number, &**source));
        let fails = units.fail_together(&sources.collect::<Vec<_>>());
        for ((mut next, _), fails) in tries.into_iter().zip(fails) {
            let ((unit, name), with_modes) = next.function().expect("it was tried");
            // by itself where that does not tell
            let fails = fails.unwrap_or_else(|| {
                with_modes && units.fails(*unit, Some(name), next.mutant.number)
            });
            if fails {
                let detail = format!("{}:{name}", units.all[*unit].file);
                lock().add(next.mutant, Outcome::Tests, &detail);
            } else {
                next.next += 1;
                waiting.lock().expect("no panic").push_back(next);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..options.jobs {
            scope.spawn(work);
        }
    });
}
