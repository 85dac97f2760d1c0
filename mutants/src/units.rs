//! Files of tests, each compiled by itself: the tests that a mutant changes, and no others.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::process::{End, end, limited};
use crate::workspace::cargo;

/// Suites whose functions are looked at.
const SUITES: [&str; 7] = [
    "algorithms",
    "derive",
    "functions",
    "gradients",
    "methods",
    "modes",
    "rules",
];

/// Seconds that compiling, and running, a file may take.
const SECONDS: u32 = 180;

pub(crate) struct Unit {
    /// Below the root.
    pub(crate) file: String,
    /// What is compiled.
    wrapper: PathBuf,
    /// In bytes of source: what it costs to compile.
    pub(crate) size: usize,
    /// Whether it passes without mutants, once that is known.
    passes: Option<bool>,
}

pub(crate) struct Units {
    root: PathBuf,
    pub(crate) all: Vec<Unit>,
    /// How cargo calls rustc for a file of tests, with `INPUT` and `OUTPUT`.
    script: String,
    /// Seconds of each run so far.
    pub(crate) times: Vec<(usize, f64)>,
}

impl Units {
    pub(crate) fn new(root: &Path) -> Self {
        let mut all = Vec::new();
        for suite in SUITES {
            let folder = root.join("tests").join(suite);
            let main = folder.join("main.rs");
            let text = std::fs::read_to_string(&main).expect("a suite");
            let modules = text
                .lines()
                .filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
            let modules: Vec<&str> = modules.collect();
            // modules that take from the root are compiled with it
            if text.contains("\nuse backprop") {
                let wrapper = main.clone();
                all.extend(unit(root, &folder, "main", wrapper));
                continue;
            }
            for module in &modules {
                let path = folder.join(module).with_extension("rs");
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                let needed = modules
                    .iter()
                    .filter(|other| *other == module || text.contains(&format!("crate::{other}")));
                let wrapped: String = needed
                    .map(|module| {
                        let path = folder.join(module).with_extension("rs");
                        format!("#[path = {path:?}]\nmod {module};\n")
                    })
                    .collect();
                let wrapper = root.join(format!("../units/{suite}_{module}.rs"));
                crate::workspace::write(&wrapper, wrapped.as_bytes());
                all.extend(unit(root, &folder, module, wrapper));
            }
        }
        all.sort_by_key(|unit| unit.size);
        Self {
            script: script(root),
            root: root.to_owned(),
            all,
            times: Vec::new(),
        }
    }

    /// The unit that a source, by its whole path, belongs to.
    pub(crate) fn of(&self, file: &str) -> Option<usize> {
        let file = Path::new(file).strip_prefix(&self.root).ok()?.to_str()?;
        let exact = self.all.iter().position(|unit| unit.file == file);
        exact.or_else(|| {
            let main = format!("{}/main.rs", file.rsplit_once('/')?.0);
            self.all.iter().position(|unit| unit.file == main)
        })
    }

    /// Everything that the attribute stands on, in one file. What a file of tests gives is
    /// kept until that changes.
    pub(crate) fn inputs(&self, path: &Path) {
        let time = |path: &Path| {
            std::fs::metadata(path)
                .and_then(|data| data.modified())
                .ok()
        };
        let mut all = String::new();
        for unit in &self.all {
            let source = self.root.join(&unit.file);
            let sources = match unit.file.ends_with("main.rs") {
                true => files(source.parent().expect("a folder"))
                    .into_keys()
                    .collect(),
                false => vec![source],
            };
            let kept = self
                .root
                .join("../inputs")
                .join(unit.file.replace('/', "_"));
            if sources.iter().any(|source| time(&kept) < time(source)) {
                std::fs::create_dir_all(kept.parent().expect("a folder")).expect("a folder");
                std::fs::write(&kept, "").expect("a file can be written");
                let mut command = self.rustc(unit, "metadata");
                command.env("BACKPROP_MUTANT_INPUTS", &kept);
                if end(&mut command) != End::Passed {
                    println!("{} does not compile by itself", unit.file);
                }
            }
            all += &std::fs::read_to_string(kept).unwrap_or_default();
        }
        std::fs::write(path, all).expect("a file can be written");
    }

    fn rustc(&self, unit: &Unit, emit: &str) -> Command {
        let script = self.script.replace("EMIT", emit);
        let mut command = limited("sh", SECONDS);
        command
            .args(["-c", &script])
            .current_dir(&self.root)
            .env("INPUT", &unit.wrapper)
            .env("OUTPUT", self.root.join("../unit"));
        command
    }

    /// How the tests of a unit end under a mutant; nothing if they fail without it.
    pub(crate) fn run(&mut self, unit: usize, mutant: usize) -> Option<End> {
        if self.all[unit].passes.is_none() {
            let start = Instant::now();
            let end = self.end(unit, None);
            self.times.push((unit, start.elapsed().as_secs_f64()));
            self.all[unit].passes = Some(end == End::Passed);
            if end != End::Passed {
                println!("{} fails by itself", self.all[unit].file);
            }
        }
        (self.all[unit].passes == Some(true)).then(|| self.end(unit, Some(mutant)))
    }

    fn end(&self, unit: usize, mutant: Option<usize>) -> End {
        let binary = self.root.join("../unit");
        let _ = std::fs::remove_file(&binary);
        let mut command = self.rustc(&self.all[unit], "link");
        if let Some(mutant) = mutant {
            command.env("BACKPROP_MUTANT", mutant.to_string());
        }
        match end(&mut command) {
            End::Passed => {}
            other => return other,
        }
        let mut command = limited(&binary, SECONDS);
        end(command.current_dir(&self.root).arg("--quiet"))
    }
}

fn unit(root: &Path, folder: &Path, module: &str, wrapper: PathBuf) -> Option<Unit> {
    let path = folder.join(module).with_extension("rs");
    let size = match module {
        "main" => files(folder).values().sum(),
        _ => std::fs::metadata(&path).ok()?.len(),
    };
    let file = path.strip_prefix(root).ok()?.to_str()?.to_owned();
    Some(Unit {
        file,
        wrapper,
        size: usize::try_from(size).ok()?,
        passes: None,
    })
}

/// The files of a folder, and their sizes.
fn files(folder: &Path) -> BTreeMap<PathBuf, u64> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.map(|entry| {
        let size = entry.metadata().map_or(0, |data| data.len());
        (entry.path(), size)
    });
    files.collect()
}

/// Has cargo build a file of tests with all that it needs, and tell how.
fn script(root: &Path) -> String {
    let file = root.join("tests/mutant_unit.rs");
    std::fs::write(&file, "").expect("a file can be written");
    let mut command = cargo(root);
    command
        .args(["test", "--no-run", "--test", "mutant_unit", "-vv"])
        .stdout(Stdio::null());
    let output = command.output().expect("cargo runs");
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = log.lines().find_map(|line| {
        let line = line
            .trim_start()
            .strip_prefix("Running `")?
            .strip_suffix('`')?;
        line.contains("--crate-name mutant_unit").then_some(line)
    });
    let Some(line) = line else {
        panic!("cargo does not tell how it calls rustc:\n{log}");
    };
    let mut words: Vec<String> = Vec::new();
    // words of a shell; none that is changed here is quoted
    let mut rest = line.split(' ').peekable();
    while let Some(word) = rest.next() {
        match word {
            "--out-dir" => {
                rest.next();
            }
            "-C" if rest.peek().is_some_and(|next| {
                next.starts_with("metadata=") || next.starts_with("extra-filename=")
            }) =>
            {
                rest.next();
            }
            _ if word.starts_with("--emit=") => words.push("--emit=EMIT -o \"$OUTPUT\"".into()),
            _ if word.ends_with("mutant_unit.rs") => words.push("\"$INPUT\"".into()),
            _ if word.starts_with("--error-format=") || word.starts_with("--json=") => {}
            _ => words.push(word.to_owned()),
        }
    }
    words.push("--cap-lints allow".into());
    words.join(" ")
}
