//! The benchmark suite: `cargo xtask bench` counts the instructions, the
//! allocations and the peak memory of every task and writes
//! `docs/benchmarks.md`.
//!
//! `benches run TASK SIZE` runs one task, as the other commands do under
//! callgrind, `benches time TASK SIZE` prints the seconds of each version; `benches
//! write` and `benches times` make the tables of the document; `benches gate` counts
//! the tasks that have a margin and fails where one is exceeded.

#![expect(
    clippy::too_many_arguments,
    reason = "a `_backprop` takes the arguments, the upstream and one buffer for each argument"
)]
#![expect(
    clippy::needless_range_loop,
    reason = "index loops are how much numeric code is written"
)]

mod count;
mod document;
mod report;
mod task;
mod tasks;
mod times;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [command @ ("run" | "time"), name, size] => {
            let cases = tasks::cases();
            let case = cases
                .iter()
                .find(|case| case.name == name && case.size.to_string() == size);
            match case {
                Some(case) if command == "run" => (case.run)(case.size, case.calls),
                Some(case) => (case.time)(case.size)
                    .iter()
                    .for_each(|seconds| println!("{seconds:e}")),
                None => eprintln!("no task `{name}` of size `{size}`"),
            }
            ExitCode::from(u8::from(case.is_none()))
        }
        ["gate"] => report::gate(),
        ["write", ref only @ ..] => report::write(only),
        ["times", v3, native, dev, ref only @ ..] => {
            let [v3, native, dev] = [v3, native, dev].map(Path::new);
            times::write(&times::Builds { v3, native, dev }, only)
        }
        _ => {
            eprintln!(
                "benches run TASK SIZE | time TASK SIZE | gate | write [TASK]... | times V3 NATIVE DEV [TASK]..."
            );
            ExitCode::FAILURE
        }
    }
}
