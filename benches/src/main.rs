//! The benchmark suite: `cargo xtask bench` counts the instructions, the
//! allocations and the peak memory of every task and writes
//! `docs/benchmarks.md`.
//!
//! `benches run TASK SIZE` runs one task, as the other commands do under
//! callgrind; `benches write` makes the document; `benches gate` counts the
//! tasks that have a margin and fails where one is exceeded.

#![expect(
    clippy::too_many_arguments,
    reason = "a `_backprop` takes the arguments, the upstream and one buffer for each argument"
)]
#![expect(
    clippy::needless_range_loop,
    reason = "index loops are how much numeric code is written"
)]

mod count;
mod report;
mod task;
mod tasks;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["run", name, size] => {
            let cases = tasks::cases();
            let case = cases
                .iter()
                .find(|case| case.name == name && case.size.to_string() == size);
            match case {
                Some(case) => (case.run)(case.size, case.calls),
                None => eprintln!("no task `{name}` of size `{size}`"),
            }
            ExitCode::from(u8::from(case.is_none()))
        }
        ["gate"] => report::gate(),
        ["write", ref only @ ..] => report::write(only),
        _ => {
            eprintln!("benches run TASK SIZE | gate | write [TASK]...");
            ExitCode::FAILURE
        }
    }
}
