//! Many programs in one crate: helpers, types and the harness are compiled once.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::generate::{HELPERS, Program, narrow};

/// How the programs are compiled.
pub(crate) struct Build {
    pub(crate) release: bool,
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
        let output = execute(&folder, "build", build);
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
    let output = execute(&folder, "run", build);
    let text = String::from_utf8_lossy(&output.stdout);
    let lines: Vec<&str> = text.lines().collect();
    for (at, outcome) in outcomes.iter_mut().enumerate() {
        if matches!(outcome, Outcome::Refused(_)) {
            continue;
        }
        let found = |word: &str| {
            let start = format!("{word} {at}: ");
            lines.iter().find_map(|line| line.strip_prefix(&start))
        };
        match (found("PASSED"), found("FAILED")) {
            (Some(_), _) => {}
            (None, Some(text)) => *outcome = Outcome::Wrong(text.to_owned()),
            (None, None) => *outcome = Outcome::Wrong("it never ends".to_owned()),
        }
    }
    outcomes
}

/// Writes the crate; returns the last line of each program.
fn write(
    root: &Path,
    folder: &Path,
    programs: &[Program],
    kept: &[usize],
    build: &Build,
) -> io::Result<Vec<usize>> {
    std::fs::create_dir_all(folder.join("src"))?;
    let features = &build.features;
    // Expansion is most of what an unoptimised macro costs.
    let manifest = format!(
        "[package]\nname = \"fuzz\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\nbackprop = {{ path = {root:?}, features = {features:?} }}\n\
         oracle = {{ path = {:?} }}\nnum-traits = \"0.2.19\"\n\n[profile.dev]\ndebug = false\nincremental = false\n\n\
         [profile.dev.build-override]\nopt-level = 1\n\n\
         [profile.release]\nopt-level = 1\ncodegen-units = 4\n\n\
         [profile.release.build-override]\nopt-level = 1\n\n[workspace]\n",
        root.join("oracle"),
    );
    let path = folder.join("Cargo.toml");
    if std::fs::read_to_string(&path).ok().as_ref() != Some(&manifest) {
        std::fs::write(path, manifest)?;
    }
    let mut source = String::from(
        "#![allow(warnings, clippy::all, reason = \"nobody wrote these programs\")]\n\
         use backprop::{differentiate, Differentiable};\noracle::programs! {\n",
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
        let _ = writeln!(calls, "    report({at}, run{at});");
    }
    let _ = writeln!(source, "fn main() {{\n{calls}}}");
    source += "\
fn report(number: usize, program: fn()) {
    std::panic::set_hook(Box::new(|_| ()));
    match std::panic::catch_unwind(program) {
        Ok(()) => println!(\"PASSED {number}: \"),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            println!(\"FAILED {number}: {}\", text.unwrap_or(\"?\").replace('\\n', \" \"));
        }
    }
}
";
    std::fs::write(folder.join("src/main.rs"), source)?;
    Ok(ends)
}

fn execute(folder: &Path, command: &str, build: &Build) -> Output {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args([command, "--quiet", "--message-format", "short"])
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
        let program = ends.partition_point(|end| *end < line);
        if program < ends.len() {
            let text = source.lines().nth(line - 1).unwrap_or_default();
            found
                .entry(program)
                .or_insert_with(|| format!("{error}\n{text}"));
        }
    }
    found
}
