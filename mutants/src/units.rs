//! Files of tests, each compiled by itself: the tests that a mutant changes, and no others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use crate::process::{End, end, limited};
use crate::prune::prune;
use crate::together::{self, Part};
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
}

pub(crate) struct Units {
    root: PathBuf,
    pub(crate) all: Vec<Unit>,
    /// How cargo calls rustc for a file of tests, with `INPUT` and `OUTPUT`.
    script: String,
    /// What passes without mutants, by wrapper.
    passes: Mutex<BTreeMap<PathBuf, bool>>,
    /// Whether sources of tests pass without mutants.
    sources: Mutex<BTreeMap<String, bool>>,
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
            passes: Mutex::default(),
            sources: Mutex::default(),
        }
    }

    /// The unit of a file, by its path below the root.
    pub(crate) fn at(&self, file: &str) -> Option<usize> {
        self.all.iter().position(|unit| unit.file == file)
    }

    /// The unit that a source, by its whole path, belongs to.
    pub(crate) fn of(&self, file: &str) -> Option<usize> {
        let file = Path::new(file).strip_prefix(&self.root).ok()?.to_str()?;
        self.at(file).or_else(|| {
            let main = format!("{}/main.rs", file.rsplit_once('/')?.0);
            self.at(&main)
        })
    }

    /// Everything that the attribute stands on. What a file of tests gives is
    /// kept until that changes.
    pub(crate) fn inputs(&self) -> String {
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
                let mut command = self.rustc(&unit.wrapper, "metadata");
                command.env("BACKPROP_MUTANT_INPUTS", &kept);
                if end(&mut command) != End::Passed {
                    println!("{} does not compile by itself", unit.file);
                }
            }
            all += &std::fs::read_to_string(kept).unwrap_or_default();
        }
        all
    }

    fn rustc(&self, wrapper: &Path, emit: &str) -> Command {
        let script = self.script.replace("EMIT", emit);
        let mut command = limited("sh", SECONDS);
        command
            .args(["-c", &script])
            .current_dir(&self.root)
            .env("INPUT", wrapper)
            .env("OUTPUT", self.root.join("../unit"));
        command
    }

    /// The tests of a function, with all modes or of gradients alone.
    pub(crate) fn source(&self, unit: usize, name: &str, with_modes: bool) -> String {
        let path = self.root.join(&self.all[unit].file);
        let source = std::fs::read_to_string(path).unwrap_or_default();
        let source = prune(&source, name).unwrap_or(source);
        match with_modes {
            true => source,
            false => source.replace("programs! {", "programs! {\n    #![reverse_only]\n"),
        }
    }

    /// Whether tests fail under mutants, all compiled at once; nothing where that does
    /// not tell.
    pub(crate) fn fail_together(&self, tries: &[(usize, &str)]) -> Vec<Option<bool>> {
        let known = self.sources.lock().expect("no panic").clone();
        // what is not known to pass goes along without a mutant
        let fresh: BTreeSet<&str> = tries.iter().map(|(_, source)| *source).collect();
        let fresh: Vec<&str> = fresh
            .into_iter()
            .filter(|source| !known.contains_key(*source))
            .collect();
        let part = |mutant, source: &str| Part {
            mutant,
            source: source.to_owned(),
        };
        let mut parts: Vec<Part> = fresh.iter().map(|source| part(None, source)).collect();
        let mutants = tries
            .iter()
            .filter(|(_, source)| known.get(*source) != Some(&false));
        parts.extend(mutants.map(|(mutant, source)| part(Some(*mutant), source)));
        let thread = format!("together_{:?}", std::thread::current().id());
        let folder = self.root.join("..").join(thread.replace(['(', ')'], ""));
        let folder = folder.canonicalize().unwrap_or(folder);
        let ends = together::ends(&folder, &parts, &|main, binary| self.compile(main, binary));
        let mut passing = self.sources.lock().expect("no panic");
        for (source, end) in fresh.iter().zip(&ends) {
            if let Some(end) = end {
                passing.insert((*source).to_owned(), *end == End::Passed);
            }
        }
        if ends.iter().all(Option::is_none) {
            println!(
                "rustc does not tell what it refuses in {}",
                folder.display()
            );
        }
        let mut of_mutants = ends[fresh.len()..].iter();
        let fails = tries.iter().map(|(_, source)| {
            if known.get(*source) == Some(&false) {
                return None;
            }
            let end = (*of_mutants.next()?)?;
            let passes = passing.get(*source).copied().unwrap_or_default();
            passes.then_some(end != End::Passed)
        });
        fails.collect()
    }

    /// Compiles a crate in which files tell the mutants.
    fn compile(&self, main: &Path, binary: &Path) -> Result<(), Option<String>> {
        let script = self.script.replace("EMIT", "link") + " --error-format=short";
        let mut command = limited("sh", SECONDS);
        command
            .args(["-c", &script])
            .current_dir(&self.root)
            .stderr(Stdio::piped())
            .env("INPUT", main)
            .env("OUTPUT", binary)
            .env("BACKPROP_MUTANT_BY_FILE", "1");
        let output = command.output().expect("`sh` runs");
        match output.status.code() {
            Some(0) => Ok(()),
            Some(124 | 137) => Err(None),
            _ => Err(Some(String::from_utf8_lossy(&output.stderr).into_owned())),
        }
    }

    /// Whether tests of a unit fail under a mutant that changes its function `name`.
    pub(crate) fn fails(&self, unit: usize, name: Option<&str>, mutant: usize) -> bool {
        if let Some(wrapper) = name.and_then(|name| self.pruned(unit, name)) {
            if self.end(&wrapper, Some(mutant)) == End::Passed {
                return false;
            }
            if self.passes(&wrapper) {
                return true;
            }
        }
        // what was cut out was needed
        let wrapper = self.all[unit].wrapper.clone();
        self.end(&wrapper, Some(mutant)) != End::Passed && self.passes(&wrapper)
    }

    fn passes(&self, wrapper: &Path) -> bool {
        let known = |passes: &BTreeMap<PathBuf, bool>| passes.get(wrapper).copied();
        if let Some(passes) = known(&self.passes.lock().expect("no panic")) {
            return passes;
        }
        let passes = self.end(wrapper, None) == End::Passed;
        if !passes {
            println!("{} fails by itself", wrapper.display());
        }
        let mut all = self.passes.lock().expect("no panic");
        all.insert(wrapper.to_owned(), passes);
        passes
    }

    /// The tests of a function alone.
    fn pruned(&self, unit: usize, name: &str) -> Option<PathBuf> {
        let unit = &self.all[unit];
        let path = self.root.join(&unit.file);
        let source = std::fs::read_to_string(&path).ok()?;
        let wrapper = std::fs::read_to_string(&unit.wrapper).ok()?;
        let pruned = prune(&source, name)?;
        let file = format!("{}_{name}.rs", unit.file.replace(['/', '.'], "_"));
        let folder = self.root.join("../pruned");
        let at = folder.join(&file);
        crate::workspace::write(&at, pruned.as_bytes());
        if unit.wrapper == path {
            return Some(at);
        }
        let wrapped = folder.join(format!("of_{file}"));
        let text = wrapper.replace(&format!("{path:?}"), &format!("{at:?}"));
        crate::workspace::write(&wrapped, text.as_bytes());
        Some(wrapped)
    }

    fn end(&self, wrapper: &Path, mutant: Option<usize>) -> End {
        // runs go side by side
        let thread = format!("unit_{:?}", std::thread::current().id());
        let binary = self.root.join("..").join(thread.replace(['(', ')'], ""));
        let _ = std::fs::remove_file(&binary);
        let mut command = self.rustc(wrapper, "link");
        command.env("OUTPUT", &binary);
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
