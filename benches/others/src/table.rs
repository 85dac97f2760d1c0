//! The table of other crates.

use crate::count::count;
use crate::document::{self, grouped};
use crate::model::{Beside, dual, on_a_tape, on_tensors, versions};
use crate::task::{Case, Version, run_all};
use crate::tasks::{black_scholes, cholesky, circuit, lennard_jones, mlp, neuron, ode, rosenbrock};
use std::process::ExitCode;

const HEAD: &str = "\
| task | size | generated | `reverse` | `num-dual` | `candle-core` | `reverse` / generated | `num-dual` / generated | `candle-core` / generated |
|---|---|---|---|---|---|---|---|---|
";

/// Which crates differentiate a task, in the order of the columns.
struct Row {
    case: Case,
    crates: [bool; 3],
}

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    macro_rules! rows {
        ($($name:literal = $task:ty: $size:literal x $calls:literal,
            [$($tape:ident)?, $($dual:literal)?, $($tensors:ident)?];)*) => {
            $({
                fn all() -> Vec<Version<Beside<$task>>> {
                    versions::<$task>(&[
                        $($tape::<$task>,)?
                        $(dual::<$task, $dual>,)?
                        $($tensors::<$task>,)?
                    ])
                }
                let case = Case {
                    name: $name,
                    size: $size,
                    calls: $calls,
                    margin: None,
                    versions: all().len(),
                    run: |size, calls| run_all::<Beside<$task>>(&all(), size, calls),
                    time: |_| Vec::new(),
                };
                let crates = [
                    stringify!($($tape)?) != "",
                    stringify!($($dual)?) != "",
                    stringify!($($tensors)?) != "",
                ];
                rows.push(Row { case, crates });
            })*
        };
    }
    rows! {
        "circuit" = circuit::Circuit: 1000 x 1, [on_a_tape, 3,];
        "neuron-2" = neuron::Two: 1000 x 1, [on_a_tape, 5,];
        "neuron-8" = neuron::Eight: 1 x 100, [on_a_tape, 17,];
        "rosenbrock" = rosenbrock::Rosenbrock: 10 x 100, [on_a_tape, 10,];
        "rosenbrock" = rosenbrock::Rosenbrock: 1000 x 1, [on_a_tape,,];
        "black-scholes" = black_scholes::BlackScholes: 100 x 1, [on_a_tape, 5,];
        "lennard-jones" = lennard_jones::LennardJones: 10 x 10, [on_a_tape, 32,];
        "lennard-jones" = lennard_jones::LennardJones: 100 x 1, [on_a_tape,,];
        "euler" = ode::Euler: 1000 x 1, [on_a_tape, 6,];
        "cholesky" = cholesky::Cholesky: 16 x 1, [on_a_tape,,];
        "cholesky" = cholesky::Cholesky: 64 x 1, [on_a_tape,,];
        "mlp" = mlp::Single: 1 x 1, [on_a_tape,, on_tensors];
        "mlp-batch" = mlp::Batch: 64 x 1, [on_a_tape,, on_tensors];
    }
    rows
}

/// Runs one task, as the other command does under callgrind.
pub(crate) fn run(name: &str, size: &str) -> ExitCode {
    let rows = rows();
    let row = rows
        .iter()
        .find(|row| row.case.name == name && row.case.size.to_string() == size);
    match row {
        Some(Row { case, .. }) => (case.run)(case.size, case.calls),
        None => eprintln!("no task `{name}` of size `{size}`"),
    }
    ExitCode::from(u8::from(row.is_none()))
}

/// Counts the tasks and writes the table between the marks of the document; with
/// names, prints the rows of these tasks only.
pub(crate) fn write(only: &[&str]) -> ExitCode {
    let mut table = String::from(HEAD);
    print!("{HEAD}");
    for Row { case, crates } in rows() {
        if !only.is_empty() && !only.contains(&case.name) {
            continue;
        }
        let count = match count(&case) {
            Ok(count) => count,
            Err(error) => {
                eprintln!("{} {}: {error}", case.name, case.size);
                return ExitCode::FAILURE;
            }
        };
        let mut version = 2;
        let versions = crates.map(|has| {
            version += usize::from(has);
            has.then_some(version)
        });
        let cells = |cell: &dyn Fn(usize) -> String| {
            let cells = versions.map(|version| version.map_or("–".to_owned(), cell));
            cells.join(" | ")
        };
        let row = format!(
            "| {} | {} | {} | {} | {} |\n",
            case.name,
            case.size,
            grouped(count.needs[1].instructions),
            cells(&|version| grouped(count.needs[version].instructions)),
            cells(&|version| format!("{:.1}", count.ratio(version, 1))),
        );
        print!("{row}");
        table += &row;
    }
    match only.is_empty() {
        true => document::write("others", &table),
        false => ExitCode::SUCCESS,
    }
}
