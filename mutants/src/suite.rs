//! The macro crate's own tests, once for each mutant that they reach.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::process::{End, end, libraries, limited};
use crate::workspace::cargo;

/// Tests that take long, or do not look at what is generated.
const SKIPPED: [&str; 4] = ["tokens::", "growth::", "gallery::", "catalogue::"];

/// Without a mutant they take a tenth of a second.
const SECONDS: u32 = 5;

pub(crate) struct Suite {
    root: PathBuf,
    libraries: String,
    /// The binary with the tests, and with the server of `runtime.rs.txt`.
    pub(crate) binary: PathBuf,
    /// The mutants that its tests reach.
    pub(crate) reached: BTreeSet<usize>,
}

impl Suite {
    pub(crate) fn new(root: &Path) -> Self {
        let mut command = cargo(root);
        command
            .args(["test", "--no-run", "--package", "backprop-macros", "--lib"])
            .args(["--profile", "driver", "--message-format", "json"]);
        let output = command.output().expect("cargo runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let binary = text.lines().rev().find_map(|line| {
            let message: Value = serde_json::from_str(line).ok()?;
            message["executable"].as_str().map(PathBuf::from)
        });
        let Some(binary) = binary else {
            let error = String::from_utf8_lossy(&output.stderr).into_owned();
            panic!("the tests of the macro crate do not compile:\n{error}");
        };
        let mut suite = Self {
            root: root.to_owned(),
            libraries: libraries(),
            binary,
            reached: BTreeSet::new(),
        };
        let path = root.join("../reached");
        let _ = std::fs::remove_file(&path);
        let mut run = suite.command();
        run.env("BACKPROP_MUTANT", "cover")
            .env("BACKPROP_MUTANT_REACHED", &path);
        assert_eq!(end(&mut run), End::Passed, "the tests pass without mutants");
        let text = std::fs::read_to_string(path).unwrap_or_default();
        suite.reached = text.lines().filter_map(|line| line.parse().ok()).collect();
        suite
    }

    fn command(&self) -> Command {
        let mut command = limited(&self.binary, SECONDS);
        command.current_dir(self.root.join("backprop-macros"));
        for skipped in SKIPPED {
            command.args(["--skip", skipped]);
        }
        command
            .arg("--test-threads=1")
            .env("LD_LIBRARY_PATH", &self.libraries)
            .env("INSTA_UPDATE", "no")
            .env("INSTA_WORKSPACE_ROOT", &self.root)
            .env("BACKPROP_MUTANT_FAST", "1");
        command
    }

    /// How the tests end under a mutant.
    pub(crate) fn run(&self, mutant: usize) -> End {
        end(self.command().env("BACKPROP_MUTANT", mutant.to_string()))
    }
}
