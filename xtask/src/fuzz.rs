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
                program = program.without(parts[from + at].clone(), usize::MAX);
                from += at;
            }
            None => from += candidates.len(),
        }
    }
    println!("{}", program.text());
    ExitCode::FAILURE
}

/// Runs of lines that may go: items, blocks, branches, and single statements, those that
/// hold others first. Brackets stay balanced.
fn parts(items: &str) -> Vec<std::ops::Range<usize>> {
    let lines: Vec<&str> = items.lines().collect();
    let mut parts = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let text = line.trim();
        let follows = start > 0 && is_attribute(lines[start - 1]);
        if text.is_empty() || follows {
            continue;
        }
        if text.starts_with(['}', ']', ')']) {
            // the branch that begins here, up to the bracket that ends it
            let end = end_of_block(&lines, start, 1);
            if text.ends_with('{') && end > start + 1 {
                parts.push(start..end - 1);
            }
            continue;
        }
        // an attribute goes with what it stands before
        let item = (start..lines.len()).find(|at| !is_attribute(lines[*at]));
        let Some(item) = item else { continue };
        parts.push(start..end_of_block(&lines, item, 0));
        if text.starts_with("#[checkpoint") {
            parts.push(start..start + 1);
        }
    }
    parts
}

fn is_attribute(line: &str) -> bool {
    line.trim_start().starts_with("#[")
}

/// The line after that which closes all brackets that are opened from `start` on, and
/// `open` more.
fn end_of_block(lines: &[&str], start: usize, open: i32) -> usize {
    let mut depth = open;
    for (at, line) in lines.iter().enumerate().skip(start) {
        for letter in line.chars() {
            match letter {
                '{' | '[' | '(' => depth += 1,
                '}' | ']' | ')' => depth -= 1,
                _ => {}
            }
        }
        if depth <= 0 {
            return at + 1;
        }
    }
    lines.len()
}

impl Program {
    /// The same program without some lines, under other names.
    fn without(&self, part: std::ops::Range<usize>, number: usize) -> Program {
        let lines = self.items.lines().enumerate();
        let kept = lines.filter(|(index, _)| !part.contains(index));
        let mut items: String = kept.map(|(_, line)| format!("{line}\n")).collect();
        // a function that is gone is not checked
        let is_there = |check: &&str| {
            let name = check
                .split_once("check!(")
                .and_then(|(_, call)| call.split_once('('));
            name.is_none_or(|(name, _)| items.contains(&format!("fn {name}(")))
        };
        let checks = self.checks.lines().filter(is_there);
        let mut checks: String = checks.map(|check| format!("{check}\n")).collect();
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

#[cfg(test)]
mod tests {
    use super::{Program, parts};
    use crate::generate::{Style, program};

    fn is_balanced(text: &str) -> bool {
        let mut open = Vec::new();
        text.chars().all(|letter| match letter {
            '{' | '[' | '(' => {
                open.push(letter);
                true
            }
            '}' => open.pop() == Some('{'),
            ']' => open.pop() == Some('['),
            ')' => open.pop() == Some('('),
            _ => true,
        }) && open.is_empty()
    }

    /// Whatever goes, what is left can be read.
    #[test]
    fn parts_are_whole() {
        for seed in (1..40).chain([142]) {
            for wide in [false, true] {
                let style = Style {
                    wide,
                    checkpoints: seed % 2 == 0,
                };
                let program: Program = program(seed, style);
                for part in parts(&program.items) {
                    let left = program.without(part.clone(), usize::MAX);
                    assert!(is_balanced(&left.items), "seed {seed}: {part:?}");
                    let last = left.items.trim_end().lines().last().unwrap_or_default();
                    assert!(!last.trim().starts_with('#'), "seed {seed}: {part:?}");
                }
            }
        }
    }
}
