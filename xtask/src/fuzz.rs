//! Random programs against their twins on dual numbers; making failures small.

use std::process::ExitCode;

use crate::batch::{Build, Outcome, run};
use crate::generate::{self, Program, Style};

/// Runs random programs. Program number `i` has the seed `seed + i`.
pub(crate) fn fuzz(programs: u64, seed: u64, batch: u64, style: Style, build: &Build) -> ExitCode {
    let mut failed = 0;
    let mut done = 0;
    while done < programs {
        let first = seed + done;
        let count = (programs - done).min(batch.max(1));
        let batch: Vec<Program> = (first..first + count)
            .map(|seed| generate::program(seed, style))
            .collect();
        for (program, outcome) in batch.iter().zip(run(&batch, build)) {
            if let Some(text) = outcome.failure() {
                failed += 1;
                println!("FAILED seed {}: {text}", program.seed);
            }
        }
        done += count;
        println!("{done} of {programs} programs from seed {seed}, {failed} failed");
    }
    ExitCode::from(u8::from(failed > 0))
}

/// Candidates that are compiled together.
const CANDIDATES: usize = 40;

/// Drops statements while the program still fails in the same way, and prints
/// what is left.
pub(crate) fn shrink(seed: u64, style: Style, build: &Build) -> ExitCode {
    let mut program = generate::program(seed, style);
    let outcome = run(std::slice::from_ref(&program), build).remove(0);
    let Some(text) = outcome.failure() else {
        println!("seed {seed} passes");
        return ExitCode::SUCCESS;
    };
    println!("{text}");
    let mut from = 0;
    loop {
        let parts = parts(&program.items);
        let tried = parts.iter().skip(from).take(CANDIDATES);
        let candidates: Vec<Program> = tried
            .enumerate()
            .map(|(number, part)| program.without(part.clone(), number))
            .collect();
        if candidates.is_empty() {
            break;
        }
        let outcomes = run(&candidates, build);
        let found = outcomes.iter().position(|found| found.is_like(&outcome));
        match found {
            Some(at) => {
                program.items = program.without(parts[from + at].clone(), usize::MAX).items;
                from += at;
            }
            None => from += candidates.len(),
        }
    }
    println!("{}", program.text());
    ExitCode::FAILURE
}

/// Runs of lines that may go: items, blocks, and single statements, those that hold
/// others first.
fn parts(items: &str) -> Vec<std::ops::Range<usize>> {
    let lines: Vec<&str> = items.lines().collect();
    let depth = |line: &str| line.len() - line.trim_start().len();
    let parts = (0..lines.len()).filter_map(|start| {
        let line = lines[start];
        if line.trim().is_empty() || line.trim_start().starts_with('}') {
            return None;
        }
        let mut end = start + 1;
        if line.ends_with(['{', '[', '(']) {
            let inner = depth(line);
            let rest = lines[end..].iter();
            end += rest.take_while(|next| depth(next) > inner).count() + 1;
        }
        Some(start..end.min(lines.len()))
    });
    parts.collect()
}

impl Program {
    /// The same program without some lines, under other names.
    fn without(&self, part: std::ops::Range<usize>, number: usize) -> Program {
        let lines = self.items.lines().enumerate();
        let kept = lines.filter(|(index, _)| !part.contains(index));
        let mut items: String = kept.map(|(_, line)| format!("{line}\n")).collect();
        let mut checks = self.checks.clone();
        if number != usize::MAX {
            let (own, other) = (
                format!("s{}_", self.seed),
                format!("s{}x{number}_", self.seed),
            );
            items = items.replace(&own, &other);
            checks = checks.replace(&own, &other);
        }
        Program {
            seed: self.seed,
            items,
            checks,
        }
    }
}

impl Outcome {
    /// What went wrong.
    fn failure(&self) -> Option<&str> {
        match self {
            Self::Passed => None,
            Self::Refused(text) | Self::Wrong(text) => Some(text),
        }
    }

    /// Both do not compile with the same message, or both are wrong.
    fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Refused(a), Self::Refused(b)) => message(a) == message(b),
            (Self::Wrong(_), Self::Wrong(_)) => true,
            _ => false,
        }
    }
}

/// The message of a compiler error, without the place and the names in it.
fn message(text: &str) -> String {
    let text = text.lines().next().unwrap_or_default();
    let text = text.split_once("error").map_or(text, |(_, text)| text);
    let parts = text.split('`').step_by(2);
    parts.collect()
}
