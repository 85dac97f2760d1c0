//! Processes that may never end, or take all memory there is: mutants do both.

use std::ffi::OsStr;
use std::process::{Command, Stdio};

/// Address space in KiB. rustc needs one or two million.
const MEMORY: u32 = 6_000_000;

/// How a process ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum End {
    Passed,
    Failed,
    /// It ran for too long.
    Endless,
}

/// Where the tests of a crate of macros find the standard library.
pub(crate) fn libraries() -> String {
    let mut command = Command::new("rustc");
    let output = command.args(["--print", "target-libdir"]).output();
    let output = output.expect("rustc runs");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// `program`, with limits.
pub(crate) fn limited(program: impl AsRef<OsStr>, seconds: u32) -> Command {
    let mut command = Command::new("sh");
    let script = format!("ulimit -v {MEMORY}; exec timeout -k 1 {seconds} \"$0\" \"$@\"");
    command
        .args(["-c", &script])
        .arg(program)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Runs it to its end.
pub(crate) fn end(command: &mut Command) -> End {
    let status = command.status().expect("`sh` and `timeout` run");
    match status.code() {
        Some(0) => End::Passed,
        Some(124 | 137) => End::Endless,
        _ => End::Failed,
    }
}
