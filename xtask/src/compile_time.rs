//! What the macro costs whoever compiles: expansion, and expansion with type checking.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

/// What the bodies of `backprop-macros/src/tests/growth.rs` consist of, where the time
/// has to grow linearly. Bodies of `exits` nest as deeply as they have lines.
const LINEAR: [&str; 6] = ["straight", "branches", "loops", "writes", "calls", "views"];

/// How much more a line may cost in a body of 1 000 lines than in one of 100.
const MARGIN: f64 = 1.5;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Processor time of a command in seconds, that of its children included.
fn processor_time(command: &str, folder: &Path) -> f64 {
    let timed = format!("TIMEFORMAT='%U %S'; time {{ {command} >/dev/null 2>cargo.log; }}");
    let mut shell = Command::new("bash");
    let output = shell.args(["-c", &timed]).current_dir(folder).output();
    let output = output.expect("bash runs");
    assert!(output.status.success(), "`{command}` failed: see cargo.log");
    let times = String::from_utf8_lossy(&output.stderr).into_owned();
    times
        .split_whitespace()
        .map(|seconds| seconds.parse::<f64>().expect("seconds"))
        .sum()
}

/// Prints tables: the time of expansions, and of `cargo check` of generated crates.
pub(crate) fn measure() -> ExitCode {
    for profile in [None, Some("--release")] {
        println!("expansion, {}\n", profile.unwrap_or("--debug"));
        let mut command = Command::new(env!("CARGO"));
        command.args(["test", "--quiet", "--package", "backprop-macros", "--lib"]);
        command
            .args(profile)
            .args(["expansion_times", "--", "--ignored", "--nocapture"]);
        let output = command
            .stderr(Stdio::inherit())
            .output()
            .expect("cargo runs");
        let output = String::from_utf8_lossy(&output.stdout).into_owned();
        for line in output.lines().filter(|line| line.starts_with('|')) {
            println!("{line}");
        }
    }
    println!("\n`cargo check`, seconds of processor time\n");
    println!("| functions | without `#[differentiate]` | with | each, ms |\n|---|---|---|---|");
    for functions in [1, 10, 100, 1000] {
        let plain = check(functions, "");
        let marked = check(functions, "#[differentiate]");
        let each = (marked - plain) / f64::from(functions) * 1000.0;
        println!("| {functions} | {plain:.2} | {marked:.2} | {each:.1} |");
    }
    ExitCode::SUCCESS
}

/// The time to check a crate of ordinary functions.
fn check(functions: u32, attribute: &str) -> f64 {
    let folder = root().join("target/compile-time");
    std::fs::create_dir_all(folder.join("src")).expect("a folder");
    let manifest = "[package]\nname = \"measured\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
         [dependencies]\nbackprop = { path = \"../..\" }\n[workspace]\n";
    std::fs::write(folder.join("Cargo.toml"), manifest).expect("a manifest");
    let mut text = "#[allow(unused_imports)]\nuse backprop::differentiate;\n".to_owned();
    for k in 0..functions {
        let _ = write!(
            text,
            "{}",
            FUNCTION
                .replace("ATTRIBUTE", attribute)
                .replace("NAME", &format!("f{k}"))
        );
    }
    let source = folder.join("src/lib.rs");
    std::fs::write(&source, "").expect("a source");
    let check = "cargo check --offline --quiet";
    // the dependencies, and cargo itself
    processor_time(check, &folder);
    std::fs::write(&source, text).expect("a source");
    processor_time(check, &folder)
}

/// Ten lines with a loop, a branch and calls of mathematics.
const FUNCTION: &str = "
ATTRIBUTE
pub fn NAME(w: &[f64], x: &[f64], k: f64) -> f64 {
    let mut sum = k.sin();
    for (w, x) in w.iter().zip(x) {
        sum += w * x;
    }
    let scaled = sum / (1.0 + k * k);
    if scaled > 0.0 {
        scaled.sqrt()
    } else {
        (scaled * k).exp()
    }
}
";

/// Fails if a line costs much more in a long body than in a short one. Counts
/// instructions, which do not depend on what else the machine does.
pub(crate) fn gate() -> ExitCode {
    let mut fails = false;
    println!(
        "| statements | instructions a line, 100 lines | 1000 lines | ratio |\n|---|---|---|---|"
    );
    for kind in LINEAR {
        let [short, long] = [100, 1000].map(|lines| instructions(kind, lines) / lines as f64);
        fails |= long > MARGIN * short;
        println!("| {kind} | {short:.0} | {long:.0} | {:.2} |", long / short);
    }
    ExitCode::from(u8::from(fails))
}

/// The instructions of one expansion.
fn instructions(kind: &str, lines: usize) -> f64 {
    let mut command = Command::new(env!("CARGO"));
    command
        .args([
            "test",
            "--quiet",
            "--release",
            "--package",
            "backprop-macros",
            "--lib",
        ])
        .args(["expansion_times", "--", "--ignored"])
        .current_dir(root())
        .env("EXPANSION_KINDS", kind)
        .env("EXPANSION_LINES", lines.to_string())
        .env("EXPANSION_RUNS", "1")
        .env(
            "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER",
            "valgrind --tool=callgrind --callgrind-out-file=/dev/null \
             --toggle-collect=*expand::differentiate*",
        );
    let output = command.output().expect("cargo runs");
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = log.lines().find(|line| line.contains("Collected"));
    let count = line.and_then(|line| line.rsplit(' ').next()?.parse().ok());
    count.unwrap_or_else(|| panic!("no count of instructions in {log}"))
}
