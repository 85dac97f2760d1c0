//! The table of `docs/benchmarks.md`, and the check of its ratios.

use crate::count::{Count, count};
use crate::task::Case;
use crate::tasks;
use std::path::Path;
use std::process::ExitCode;

const HEAD: &str = "\
| task | size | primal | generated | by hand | generated / primal | generated / by hand | allocations | peak, bytes | difference |
|---|---|---|---|---|---|---|---|---|---|
";

/// What stands before and after the table in the document.
const MARKS: (&str, &str) = ("<!-- table -->\n", "<!-- /table -->\n");

fn row(case: &Case, count: &Count) -> String {
    format!(
        "| {} | {} | {} | {} | {} | {:.2} | {:.2} | {} / {} / {} | {} / {} / {} | {:.0e} |\n",
        case.name,
        case.size,
        grouped(count.primal.instructions),
        grouped(count.generated.instructions),
        grouped(count.by_hand.instructions),
        count.generated.instructions / count.primal.instructions,
        count.ratio(),
        count.primal.allocations,
        count.generated.allocations,
        count.by_hand.allocations,
        grouped(count.primal.peak as f64),
        grouped(count.generated.peak as f64),
        grouped(count.by_hand.peak as f64),
        count.difference,
    )
}

/// A number with its digits in groups of three.
fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Counts the tasks and writes the table between the marks of the document;
/// with names, prints the rows of these tasks only.
pub(crate) fn write(only: &[&str]) -> ExitCode {
    let mut table = String::from(HEAD);
    print!("{HEAD}");
    for case in tasks::cases() {
        if !only.is_empty() && !only.contains(&case.name) {
            continue;
        }
        match count(&case) {
            Ok(count) => {
                let row = row(&case, &count);
                print!("{row}");
                table += &row;
            }
            Err(error) => {
                eprintln!("{} {}: {error}", case.name, case.size);
                return ExitCode::FAILURE;
            }
        }
    }
    if !only.is_empty() {
        return ExitCode::SUCCESS;
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/benchmarks.md");
    let written = std::fs::read_to_string(&file).and_then(|text| {
        let placed = placed(&text, &table).ok_or(std::io::ErrorKind::InvalidData)?;
        std::fs::write(&file, placed)
    });
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", file.display());
            ExitCode::FAILURE
        }
    }
}

/// The document with another table.
fn placed(document: &str, table: &str) -> Option<String> {
    let (before, rest) = document.split_once(MARKS.0)?;
    let (_, after) = rest.split_once(MARKS.1)?;
    Some([before, MARKS.0, table, MARKS.1, after].concat())
}

/// Counts the tasks that have a margin and compares.
pub(crate) fn gate() -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    println!("| task | size | generated / by hand | at most |\n|---|---|---|---|");
    for case in tasks::cases() {
        let Some(margin) = case.margin else { continue };
        match count(&case) {
            Ok(count) => {
                let ratio = count.ratio();
                println!("| {} | {} | {ratio:.3} | {margin} |", case.name, case.size);
                if ratio > margin {
                    eprintln!("{} {}: above its margin", case.name, case.size);
                    code = ExitCode::FAILURE;
                }
            }
            Err(error) => {
                eprintln!("{} {}: {error}", case.name, case.size);
                code = ExitCode::FAILURE;
            }
        }
    }
    code
}
