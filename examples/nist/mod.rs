//! The data sets of NIST in `examples/data`.

use std::error::Error;
use std::fs;

/// A file of NIST.
pub(crate) struct Data {
    /// (x, y)
    pub(crate) points: Vec<(f64, f64)>,
    /// Two starting points.
    pub(crate) starts: [Vec<f64>; 2],
    /// Each parameter and its standard deviation.
    pub(crate) certified: Vec<(f64, f64)>,
    /// The certified sum of squares.
    pub(crate) sum_of_squares: f64,
}

impl Data {
    /// Reads the data set of this name.
    pub(crate) fn read(name: &str) -> Result<Self, Box<dyn Error>> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/nist_strd");
        let text = fs::read_to_string(format!("{folder}/{name}.dat"))?;
        let mut starts = [Vec::new(), Vec::new()];
        let (mut certified, mut sum_of_squares) = (Vec::new(), None);
        for line in text.lines() {
            if let Some(("b", numbers)) = line.split_once('=').map(|(name, rest)| {
                (
                    name.trim().trim_end_matches(|c: char| c.is_ascii_digit()),
                    rest,
                )
            }) {
                // two starting values, the certified value, its standard deviation
                if let [first, second, value, deviation] = numbers_of(numbers)?[..] {
                    starts[0].push(first);
                    starts[1].push(second);
                    certified.push((value, deviation));
                }
            }
            if let Some(number) = line.strip_prefix("Residual Sum of Squares:") {
                sum_of_squares = Some(number.trim().parse()?);
            }
        }
        // the observations follow the last line that starts so
        let (_, table) = text.rsplit_once("\nData:").ok_or("no observations")?;
        let mut points = Vec::new();
        for line in table.lines().skip(1) {
            if let [y, x] = numbers_of(line)?[..] {
                points.push((x, y));
            }
        }
        Ok(Self {
            points,
            starts,
            certified,
            sum_of_squares: sum_of_squares.ok_or("no sum of squares")?,
        })
    }
}

fn numbers_of(text: &str) -> Result<Vec<f64>, std::num::ParseFloatError> {
    text.split_whitespace().map(str::parse).collect()
}
