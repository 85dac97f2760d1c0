//! The suite's tasks by other crates: a tape (`reverse`), forward dual numbers
//! (`num-dual`) and tensors (`candle-core`). `cargo xtask bench --others` writes the
//! table of `docs/benchmarks.md`.

#![expect(
    dead_code,
    reason = "the modules of the suite have more than is compared"
)]
#![expect(
    clippy::too_many_arguments,
    clippy::needless_range_loop,
    reason = "as in the suite"
)]

#[path = "../../src/count.rs"]
mod count;
#[path = "../../src/document.rs"]
mod document;
mod model;
mod models;
mod number;
mod table;
#[path = "../../src/task.rs"]
mod task;

/// The tasks of the suite that make sense with other crates.
#[path = "../../src/tasks"]
mod tasks {
    pub(crate) mod black_scholes;
    pub(crate) mod cholesky;
    pub(crate) mod circuit;
    pub(crate) mod lennard_jones;
    pub(crate) mod mlp;
    pub(crate) mod neuron;
    pub(crate) mod ode;
    pub(crate) mod rosenbrock;
}

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["run", name, size] => table::run(name, size),
        ["write", ref only @ ..] => table::write(only),
        _ => {
            eprintln!("others run TASK SIZE | write [TASK]...");
            ExitCode::FAILURE
        }
    }
}
