//! Tests under many mutants, compiled as one crate: each has a module of its own, and the
//! macro tells by the file in which it stands which mutant it is. rustc starts once, and
//! what all of them need is compiled once.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::process::{End, end, limited};
use crate::workspace::write;

/// Seconds that the tests of one module may take.
const SECONDS: u32 = 20;

/// A file of tests under a mutant, or under none.
pub(crate) struct Part {
    pub(crate) mutant: Option<usize>,
    pub(crate) source: String,
}

/// Makes a binary of the root of a crate, or gives what rustc prints, a line for each error;
/// nothing if it takes too long.
pub(crate) type Compile<'a> = &'a dyn Fn(&Path, &Path) -> Result<(), Option<String>>;

/// How the tests of each part end; nothing where that can not be told. The crate is written
/// to `folder`.
pub(crate) fn ends(folder: &Path, parts: &[Part], compile: Compile<'_>) -> Vec<Option<End>> {
    let _ = std::fs::remove_dir_all(folder);
    let paths: Vec<PathBuf> = parts
        .iter()
        .enumerate()
        .map(|(at, part)| file(folder, at, part))
        .collect();
    for (path, part) in paths.iter().zip(parts) {
        write(path, part.source.as_bytes());
    }
    let (main, binary) = (folder.join("main.rs"), folder.join("binary"));
    let mut found: Vec<Option<End>> = vec![None; parts.len()];
    let mut left: Vec<usize> = (0..parts.len()).collect();
    while !left.is_empty() {
        let modules = left
            .iter()
            .map(|at| format!("#[path = {:?}]\nmod part_{at};\n", paths[*at]));
        write(&main, modules.collect::<String>().as_bytes());
        let errors = match compile(&main, &binary) {
            Ok(()) => break,
            Err(Some(errors)) => errors,
            Err(None) => return found,
        };
        let refused = refused(folder, &errors);
        left.retain(|at| !refused.contains(at));
        if refused.is_empty() {
            return found;
        }
        for at in refused {
            found[at] = Some(End::Failed);
        }
    }
    for at in left {
        let mut command = limited(&binary, SECONDS);
        command.args(["--quiet", &format!("part_{at}::")]);
        found[at] = Some(end(&mut command));
    }
    found
}

/// The number of the mutant is the name of a folder (`runtime.rs.txt` reads it).
fn file(folder: &Path, at: usize, part: &Part) -> PathBuf {
    let mutant = part
        .mutant
        .map_or_else(|| "none".to_owned(), |number| number.to_string());
    folder.join(format!("mutant-{mutant}/{at}/part.rs"))
}

/// The parts that rustc's messages are about.
fn refused(folder: &Path, errors: &str) -> BTreeSet<usize> {
    let folder = folder.display().to_string();
    let errors = errors.lines().filter(|line| line.contains(": error"));
    let parts = errors.filter_map(|line| {
        let inside = line.strip_prefix(&*folder)?;
        inside.split('/').nth(2)?.parse().ok()
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_belong_to_parts() {
        let errors = "/a/mutant-7/0/part.rs:1:2: error[E0308]: mismatched types\n\
            /a/mutant-8/1/part.rs:1:2: note: this is no error\n\
            /a/mutant-none/12/part.rs:1:2: error: expected `;`\n\
            error: aborting due to 2 previous errors\n";
        assert_eq!(refused(Path::new("/a"), errors), BTreeSet::from([0, 12]));
    }
}
