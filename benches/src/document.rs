//! The tables of `docs/benchmarks.md`.

use std::path::PathBuf;
use std::process::ExitCode;

/// Writes a table between its marks, `<!-- name -->` and `<!-- /name -->`.
pub(crate) fn write(name: &str, table: &str) -> ExitCode {
    // from the root of the repository, where `cargo xtask` runs, or from below it
    let root = std::env::current_dir().unwrap_or_default();
    let file: Option<PathBuf> = root
        .ancestors()
        .map(|folder| folder.join("docs/benchmarks.md"))
        .find(|file| file.exists());
    let written = file
        .ok_or(std::io::ErrorKind::NotFound.into())
        .and_then(|file| {
            let text = std::fs::read_to_string(&file)?;
            let text = placed(&text, name, table).ok_or(std::io::ErrorKind::InvalidData)?;
            std::fs::write(&file, text)
        });
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("docs/benchmarks.md: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The document with another table.
fn placed(document: &str, name: &str, table: &str) -> Option<String> {
    let marks = [format!("<!-- {name} -->\n"), format!("<!-- /{name} -->\n")];
    let (before, rest) = document.split_once(&marks[0])?;
    let (_, after) = rest.split_once(&marks[1])?;
    Some([before, &marks[0], table, &marks[1], after].concat())
}

/// A number with its digits in groups of three.
pub(crate) fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
