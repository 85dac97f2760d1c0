//! Many programs in one crate: helpers, types and the harness are compiled once.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::generate::{HELPERS, Program, narrow};

/// How the programs are compiled.
pub(crate) struct Build {
    pub(crate) release: bool,
    /// Without forward mode and second derivatives, which cost as much as all the rest.
    pub(crate) reverse_only: bool,
    /// Features of the facade.
    pub(crate) features: Vec<&'static str>,
}

/// What became of a program.
#[derive(Clone)]
pub(crate) enum Outcome {
    Passed,
    /// It does not compile.
    Refused(String),
    /// It does something else than its twin.
    Wrong(String),
}

/// Compiles and runs programs; one outcome for each.
pub(crate) fn run(programs: &[Program], build: &Build) -> Vec<Outcome> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let root = root.canonicalize().expect("the repository is there");
    // the lock of the build folder is that of one run
    let folder = std::env::var_os("BACKPROP_FUZZ");
    let folder = folder.map_or_else(|| root.join("target/fuzz"), PathBuf::from);
    let mut outcomes = vec![Outcome::Passed; programs.len()];
    loop {
        let kept: Vec<usize> = (0..programs.len())
            .filter(|at| !matches!(outcomes[*at], Outcome::Refused(_)))
            .collect();
        if kept.is_empty() {
            return outcomes;
        }
        let ends = write(&root, &folder, programs, &kept, build).expect("a crate can be written");
        let output = compile(&folder, build);
        if output.status.success() {
            break;
        }
        let source = std::fs::read_to_string(folder.join("src/main.rs")).unwrap_or_default();
        let refused = refusals(&output, &ends, &source);
        assert!(
            !refused.is_empty(),
            "the programs do not compile:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        for (position, text) in refused {
            outcomes[kept[position]] = Outcome::Refused(text);
        }
    }
    let mut first = 0;
    while let Some((at, text)) = execute(&folder, first, build) {
        outcomes[at] = Outcome::Wrong(text);
        first = at + 1;
    }
    outcomes
}

/// How long a program may print nothing before it counts as one that never ends.
const ENDLESS: Duration = Duration::from_secs(120);

/// Runs the programs from number `first` on: the first that fails, which ends the process,
/// and what it says.
fn execute(folder: &Path, first: usize, build: &Build) -> Option<(usize, String)> {
    let profile = if build.release { "release" } else { "debug" };
    // the folder may have an absolute target folder from the environment
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let target = target.unwrap_or_else(|| folder.join("target"));
    let printed = folder.join("printed");
    let stdout = File::create(&printed).expect("a file can be written");
    let mut child = Command::new(target.join(profile).join("fuzz"))
        .arg(first.to_string())
        .stdout(stdout)
        .stderr(Stdio::null())
        .spawn()
        .expect("the programs run");
    let (mut length, mut since) = (0, Instant::now());
    let mut ends = true;
    let status = loop {
        if let Some(status) = child.try_wait().expect("a process can be waited for") {
            break status;
        }
        std::thread::sleep(Duration::from_millis(10));
        let now = std::fs::metadata(&printed).map_or(0, |file| file.len());
        if now != length {
            (length, since) = (now, Instant::now());
        }
        if since.elapsed() > ENDLESS {
            ends = false;
            let _ = child.kill();
        }
    };
    if status.success() {
        return None;
    }
    let text = std::fs::read_to_string(printed).unwrap_or_default();
    let started = text
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("STARTED "));
    let at = started.and_then(|number| number.parse().ok());
    let said = text
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("FAILED "));
    let said = match (said, ends) {
        (Some(said), _) => said.to_owned(),
        (None, true) => format!("the process ends: {status}"),
        (None, false) => "it never ends".to_owned(),
    };
    Some((at.expect("a program has started"), said))
}

/// Writes the crate; returns the last line of the items of each program, then of its checks.
fn write(
    root: &Path,
    folder: &Path,
    programs: &[Program],
    kept: &[usize],
    build: &Build,
) -> io::Result<Vec<usize>> {
    std::fs::create_dir_all(folder.join("src"))?;
    let features = &build.features;
    // Expansion is most of what an unoptimised macro costs. Without unwinding, and in few
    // units of code, a quarter of what is left goes.
    let manifest = format!(
        "[package]\nname = \"fuzz\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\nbackprop = {{ path = {root:?}, features = {features:?} }}\n\
         oracle = {{ path = {:?} }}\nnum-traits = \"0.2.19\"\n\n[profile.dev]\ndebug = false\nincremental = false\npanic = \"abort\"\ncodegen-units = 2\n\n\
         [profile.dev.build-override]\nopt-level = 1\n\n\
         [profile.release]\nopt-level = 1\npanic = \"abort\"\ncodegen-units = 4\n\n\
         [profile.release.build-override]\nopt-level = 1\n\n[workspace]\n",
        root.join("oracle"),
    );
    let path = folder.join("Cargo.toml");
    if std::fs::read_to_string(&path).ok().as_ref() != Some(&manifest) {
        std::fs::write(path, manifest)?;
    }
    let modes = match build.reverse_only {
        true => "    #![reverse_only]\n",
        false => "",
    };
    let mut source = format!(
        "#![allow(warnings, clippy::all, reason = \"nobody wrote these programs\")]\n\
         use backprop::{{differentiate, Differentiable}};\noracle::programs! {{\n{modes}",
    );
    source += HELPERS;
    source += &narrow(HELPERS);
    let mut ends = Vec::new();
    for at in kept {
        source += &programs[*at].items;
        ends.push(source.lines().count());
    }
    source += "}\n";
    let mut calls = String::new();
    for at in kept {
        let _ = writeln!(source, "fn run{at}() {{\n{}}}", programs[*at].checks);
        ends.push(source.lines().count());
        let _ = writeln!(calls, "    report(first, {at}, run{at});");
    }
    let _ = writeln!(
        source,
        "fn main() {{\n    \
         let first = std::env::args().nth(1).map_or(0, |first| first.parse().unwrap());\n    \
         std::panic::set_hook(Box::new(|panic| {{\n        \
         let text = panic.payload_as_str().unwrap_or(\"?\").replace('\\n', \" \");\n        \
         println!(\"FAILED {{text}}\");\n    }}));\n{calls}}}"
    );
    source += "\
fn report(first: usize, number: usize, program: fn()) {
    if number < first {
        return;
    }
    println!(\"STARTED {number}\");
    program();
}
";
    std::fs::write(folder.join("src/main.rs"), source)?;
    Ok(ends)
}

fn compile(folder: &Path, build: &Build) -> Output {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(["build", "--quiet", "--message-format", "short"])
        .current_dir(folder);
    if build.release {
        cargo.arg("--release");
    }
    cargo.output().expect("cargo runs")
}

/// The first error in each program that has one.
fn refusals(output: &Output, ends: &[usize], source: &str) -> BTreeMap<usize, String> {
    let errors = String::from_utf8_lossy(&output.stderr);
    let mut found = BTreeMap::new();
    for error in errors.lines().filter(|line| line.contains(" error")) {
        let line = error.split(':').nth(1).and_then(|line| line.parse().ok());
        let Some(line) = line.filter(|line: &usize| *line > 0) else {
            continue;
        };
        let at = ends.partition_point(|end| *end < line);
        if at < ends.len() {
            // the items of all programs, then their checks
            let program = at % (ends.len() / 2);
            let text = source.lines().nth(line - 1).unwrap_or_default();
            found
                .entry(program)
                .or_insert_with(|| format!("{error}\n{text}"));
        }
    }
    found
}
