//! Commands of the repository: `cargo xtask fuzz --programs N --seed S` runs random
//! programs, `cargo xtask bench` measures and writes `docs/benchmarks.md`.

mod generate;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Programs in one crate: enough that building the crate does not dominate.
const BATCH: usize = 100;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |name: &str, default: u64| {
        let at = arguments.iter().position(|argument| argument == name);
        let value = at.and_then(|at| arguments.get(at + 1));
        value.map_or(default, |value| value.parse().expect("a number"))
    };
    let flag = |name: &str| arguments.iter().any(|argument| argument == name);
    match arguments.first().map(String::as_str) {
        Some("fuzz") => fuzz(
            number("--programs", 100),
            number("--seed", 1),
            flag("--release"),
            &features(flag),
        ),
        Some("print") => {
            print!("{}", generate::program(number("--seed", 1), 0).text);
            ExitCode::SUCCESS
        }
        Some("tokens") => tokens(number("--inputs", 10_000), number("--seed", 0)),
        Some("bench") => bench(&arguments[1..]),
        _ => {
            eprintln!(
                "cargo xtask fuzz [--programs N] [--seed S] [--release] [--record-all] [--circuit-grad]\n\
                 cargo xtask print [--seed S]\n\
                 cargo xtask tokens [--inputs N] [--seed S]\n\
                 cargo xtask bench [--gate | TASK...]"
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
        ("--circuit-grad", "__circuit_grad"),
    ];
    let given = all.into_iter().filter(|(name, _)| flag(name));
    given.map(|(_, feature)| feature).collect()
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

/// Runs the benchmark suite: all of it into `docs/benchmarks.md`, the tasks that
/// are named to the terminal, or those with a margin as a check.
fn bench(arguments: &[String]) -> ExitCode {
    let mut command = Command::new(env!("CARGO"));
    command.args(["run", "--quiet", "--release", "--package", "benches", "--"]);
    match arguments.first().map(String::as_str) {
        Some("--gate") => command.arg("gate"),
        _ => command.arg("write").args(arguments),
    };
    let status = command.status().expect("cargo runs");
    ExitCode::from(u8::from(!status.success()))
}

/// Writes random programs, compiles them with the macro, and compares them with
/// their twins on dual numbers. Program number `i` has the seed `seed + i`.
fn fuzz(programs: u64, seed: u64, release: bool, features: &[&str]) -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folder = root.join("target/fuzz");
    let mut done = 0;
    let mut failed = Vec::new();
    while done < programs {
        let count = (programs - done).min(BATCH as u64);
        let first = seed + done;
        write_crate(&root, &folder, first, count, features).expect("the crate can be written");
        failed.extend(run(&folder, release));
        done += count;
        println!("{done} of {programs} programs, {} failed", failed.len());
    }
    match failed.is_empty() {
        true => ExitCode::SUCCESS,
        false => {
            for failure in failed {
                println!("{failure}");
            }
            ExitCode::FAILURE
        }
    }
}

fn write_crate(
    root: &Path,
    folder: &Path,
    first: u64,
    count: u64,
    features: &[&str],
) -> std::io::Result<()> {
    std::fs::create_dir_all(folder.join("src"))?;
    let root = root.canonicalize()?;
    let manifest = format!(
        "[package]\nname = \"fuzz\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\nbackprop = {{ path = {root:?}, features = {features:?} }}\n\
         oracle = {{ path = {:?} }}\n\n[profile.dev]\ndebug = false\n\n[workspace]\n",
        root.join("oracle"),
    );
    std::fs::write(folder.join("Cargo.toml"), manifest)?;
    let mut source = String::from(
        "#![allow(warnings, clippy::all, reason = \"nobody wrote these programs\")]\n",
    );
    let mut main = String::from("fn main() {\n    let mut failed = 0;\n");
    for seed in first..first + count {
        let program = generate::program(seed, 0);
        let _ = writeln!(source, "mod p{seed} {{\n{}\n}}", program.text);
        let _ = writeln!(
            main,
            "    if std::panic::catch_unwind(p{seed}::run).is_err() {{ \
             println!(\"FAILED seed {seed}\"); failed += 1; }}"
        );
    }
    main += "    std::process::exit(i32::from(failed > 0));\n}\n";
    std::fs::write(folder.join("src/main.rs"), source + &main)
}

/// Builds and runs the crate; returns what failed.
fn run(folder: &PathBuf, release: bool) -> Vec<String> {
    let mut command = Command::new(env!("CARGO"));
    command
        .args(["run", "--quiet", "--message-format", "short"])
        .current_dir(folder);
    if release {
        command.arg("--release");
    }
    let output = command.output().expect("cargo runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let mut failed: Vec<String> = text
        .lines()
        .filter(|line| line.starts_with("FAILED"))
        .map(str::to_owned)
        .collect();
    if !output.status.success() && failed.is_empty() {
        let errors = String::from_utf8_lossy(&output.stderr);
        let errors = errors.lines().filter(|line| line.contains("error"));
        let errors: Vec<&str> = errors.take(60).collect();
        failed.push(format!("the programs do not run:\n{}", errors.join("\n")));
    }
    if !failed.is_empty() {
        let errors = String::from_utf8_lossy(&output.stderr);
        let panics = errors.lines().filter(|line| line.contains("expected "));
        failed.extend(panics.take(20).map(str::to_owned));
    }
    failed
}
