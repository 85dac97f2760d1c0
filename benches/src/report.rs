//! The table of all tasks, and the check of its ratios.

use crate::count::{Count, Need, count};
use crate::document::{self, grouped};
use crate::task::Case;
use crate::tasks;
use std::process::ExitCode;

const HEAD: &str = "\
| task | size | primal | generated | by hand | generated / primal | generated / by hand | allocations | peak, bytes | difference |
|---|---|---|---|---|---|---|---|---|---|
";

fn row(case: &Case, count: &Count) -> String {
    let each = |number: fn(&Need) -> String, between: &str| {
        let numbers: Vec<String> = count.needs.iter().map(number).collect();
        numbers.join(between)
    };
    format!(
        "| {} | {} | {} | {:.2} | {:.2} | {} | {} | {:.0e} |\n",
        case.name,
        case.size,
        each(|need| grouped(need.instructions), " | "),
        count.ratio(1, 0),
        count.ratio(1, 2),
        each(|need| need.allocations.to_string(), " / "),
        each(|need| grouped(need.peak as f64), " / "),
        count.difference,
    )
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
    match only.is_empty() {
        true => document::write("table", &table),
        false => ExitCode::SUCCESS,
    }
}

/// Counts the tasks that have a margin and compares.
pub(crate) fn gate() -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    println!("| task | size | generated / by hand | at most |\n|---|---|---|---|");
    for case in tasks::cases() {
        let Some(margin) = case.margin else { continue };
        match count(&case) {
            Ok(count) => {
                let ratio = count.ratio(1, 2);
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
