//! One task under callgrind.

use crate::task::Case;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What one version of a task needs.
#[derive(Clone, Copy)]
pub(crate) struct Need {
    /// Instructions of a call.
    pub(crate) instructions: f64,
    /// Allocations of a call.
    pub(crate) allocations: u64,
    /// Bytes alive at the peak, without those of the caller's buffers.
    pub(crate) peak: u64,
}

/// The needs of a task of one size.
pub(crate) struct Count {
    /// Of each version: the primal, the generated gradient, others.
    pub(crate) needs: Vec<Need>,
    /// The largest difference of two gradients, relative to the largest number.
    pub(crate) difference: f64,
}

impl Count {
    /// Instructions of one version for one of another.
    pub(crate) fn ratio(&self, version: usize, other: usize) -> f64 {
        self.needs[version].instructions / self.needs[other].instructions
    }
}

/// Counts a task of this program.
///
/// # Errors
///
/// If valgrind is not there, or the versions disagree.
pub(crate) fn count(case: &Case) -> Result<Count, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    count_in(&program, case)
}

/// Counts a task of a program that was built of the same source.
pub(crate) fn count_in(program: &Path, case: &Case) -> Result<Count, String> {
    let name = format!("benches-{}-{}-{}", case.name, case.size, std::process::id());
    let file = std::env::temp_dir().join(name);
    let output = Command::new("valgrind")
        .arg("--tool=callgrind")
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg("--toggle-collect=*::task::counted*")
        .arg("--dump-before=*::task::next_version*")
        .arg(program)
        .args(["run", case.name, &case.size.to_string()])
        .output()
        .map_err(|error| format!("valgrind: {error}"))?;
    let parts: Vec<PathBuf> = (1..=case.versions)
        .map(|part| PathBuf::from(format!("{}.{part}", file.display())))
        .collect();
    let totals: Vec<Option<f64>> = parts.iter().map(total).collect();
    for file in parts.iter().chain([&file]) {
        // one may be missing after a panic, which is reported below
        let _ = std::fs::remove_file(file);
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let lines: Vec<&str> = text.lines().collect();
    let need = |version: usize| {
        let (allocations, peak) = lines.get(version)?.split_once(' ')?;
        Some(Need {
            instructions: totals[version]? / f64::from(case.calls),
            allocations: allocations.parse().ok()?,
            peak: peak.parse().ok()?,
        })
    };
    let counted = || {
        Some(Count {
            needs: (0..case.versions).map(need).collect::<Option<_>>()?,
            difference: lines.get(case.versions)?.parse().ok()?,
        })
    };
    match counted() {
        Some(count) if output.status.success() => Ok(count),
        _ => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

/// The instructions in a file of callgrind.
fn total(file: &PathBuf) -> Option<f64> {
    let text = std::fs::read_to_string(file).ok()?;
    let total = text
        .lines()
        .find_map(|line| line.strip_prefix("totals: "))?;
    total.trim().parse().ok()
}
