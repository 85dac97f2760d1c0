//! Commands of the repository: `cargo xtask fuzz --programs N --seed S` runs random
//! programs, `cargo xtask shrink` makes a failing one small, `cargo xtask bench` measures and writes `docs/benchmarks.md`.

mod batch;
mod bench;
mod compile_time;
mod fuzz;
mod generate;

use std::path::Path;
use std::process::{Command, ExitCode};

use batch::Build;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |name: &str, default: u64| {
        let at = arguments.iter().position(|argument| argument == name);
        let value = at.and_then(|at| arguments.get(at + 1));
        value.map_or(default, |value| value.parse().expect("a number"))
    };
    let flag = |name: &str| arguments.iter().any(|argument| argument == name);
    let build = || Build {
        release: flag("--release"),
        reverse_only: flag("--reverse-only"),
        features: features(flag),
    };
    let style = generate::Style {
        wide: flag("--wide"),
        checkpoints: flag("--checkpoints"),
    };
    let seed = number("--seed", 1);
    match arguments.first().map(String::as_str) {
        Some("fuzz") => fuzz::fuzz(
            number("--programs", 100),
            seed,
            number("--batch", 100),
            style,
            &build(),
        ),
        Some("shrink") => fuzz::shrink(seed, style, &build()),
        Some("print") => {
            print!("{}", generate::program(seed, style).text());
            ExitCode::SUCCESS
        }
        Some("tokens") => tokens(number("--inputs", 10_000), number("--seed", 0)),
        Some("bench") => bench::bench(&arguments[1..]),
        Some("mutants") => mutants(&arguments[1..]),
        Some("compile-time") if flag("--gate") => compile_time::gate(),
        Some("compile-time") => compile_time::measure(),
        _ => {
            eprintln!(
                "cargo xtask fuzz [--programs N] [--seed S] [--batch N] [--wide] [--checkpoints] [--release] [--reverse-only] [--record-all] [--run-twice] [--circuit-grad]\n\
                 cargo xtask shrink [--seed S] [--wide] [--checkpoints] [--release] [--reverse-only] [--record-all] [--run-twice] [--circuit-grad]\n\
                 cargo xtask print [--seed S] [--wide] [--checkpoints]\n\
                 cargo xtask tokens [--inputs N] [--seed S]\n\
                 cargo xtask bench [--gate | --times | --others] [TASK...]\n\
                 cargo xtask compile-time [--gate]\n\
                 cargo xtask mutants [--every N] [--only TEXT] [--files N] [--modes N] [--jobs N] [--expand | --tests] [--again] [--report]"
            );
            ExitCode::FAILURE
        }
    }
}

/// Features of the facade under which the programs must do the same: all that is
/// recorded instead of computed again, gradients read off circuits.
fn features(flag: impl Fn(&str) -> bool) -> Vec<&'static str> {
    let all = [
        ("--record-all", "__record_all"),
        ("--run-twice", "__run_twice"),
        ("--circuit-grad", "__circuit_grad"),
    ];
    let given = all.into_iter().filter(|(name, _)| flag(name));
    given.map(|(_, feature)| feature).collect()
}

/// Mutation testing of the macro crate: a program of its own, as it needs a parser.
fn mutants(arguments: &[String]) -> ExitCode {
    let mut command = Command::new(env!("CARGO"));
    command
        .args(["run", "--quiet", "--package", "mutants", "--"])
        .args(arguments);
    let status = command.status().expect("cargo runs");
    ExitCode::from(u8::from(!status.success()))
}

/// Expands random tokens: a test of the macro crate, whose inside only its own tests
/// see. An input that overflows the stack is the one whose number is in the trace.
fn tokens(inputs: u64, seed: u64) -> ExitCode {
    let trace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tokens");
    let mut command = Command::new(env!("CARGO"));
    command
        .args(["test", "--release", "--package", "backprop-macros", "--lib"])
        .args(["many_inputs", "--", "--ignored", "--nocapture"])
        .env("TOKENS_INPUTS", inputs.to_string())
        .env("TOKENS_SEED", seed.to_string())
        .env("TOKENS_TRACE", &trace);
    let status = command.status().expect("cargo runs");
    if !status.success() {
        let last = std::fs::read_to_string(trace).unwrap_or_default();
        println!("the last input had the seed {last}");
    }
    ExitCode::from(u8::from(!status.success()))
}
