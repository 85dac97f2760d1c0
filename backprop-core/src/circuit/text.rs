//! The circuit as a table.

use super::Circuit;
use super::number::short;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

const HEAD: [&str; 6] = [
    "line",
    "wire",
    "gate",
    "value",
    "gradient",
    "local gradients",
];

impl fmt::Display for Circuit {
    /// One row for each wire: inputs, then gates in the order in which they ran. The
    /// line number stands where the source line changes. The gradient of a gate's
    /// wire is its upstream gradient; times a local gradient it is what the gate
    /// adds to the gradient of that input.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.rows();
        let mut widths = HEAD.map(width);
        for row in &rows {
            for (column, cell) in row.iter().enumerate() {
                widths[column] = widths[column].max(width(cell));
            }
        }
        write_row(f, &HEAD.map(String::from), &widths)?;
        for row in &rows {
            writeln!(f)?;
            write_row(f, row, &widths)?;
        }
        Ok(())
    }
}

impl Circuit {
    fn rows(&self) -> Vec<[String; 6]> {
        let mut line = None;
        let row = |wire: &super::Wire| {
            let (value, gradient) = (short(wire.value), short(wire.gradient));
            let Some(gate) = wire.gate.map(|gate| &self.gates[gate]) else {
                let empty = String::new;
                return [
                    empty(),
                    wire.name.clone(),
                    empty(),
                    value,
                    gradient,
                    empty(),
                ];
            };
            let number = match gate.line {
                changed if changed != line => changed.map_or(String::new(), |n| n.to_string()),
                _ => String::new(),
            };
            line = gate.line;
            let local = |input: &super::Input| {
                let name = &self.source(input)?.name;
                Some(format!("{name}: {}", short(input.local)))
            };
            let locals: Vec<String> = gate.inputs.iter().filter_map(local).collect();
            let expression = gate.expression(self);
            let locals = locals.join(", ");
            [
                number,
                wire.name.clone(),
                expression,
                value,
                gradient,
                locals,
            ]
        };
        self.wires.iter().map(row).collect()
    }
}

fn width(cell: &str) -> usize {
    cell.chars().count()
}

fn write_row(f: &mut fmt::Formatter<'_>, row: &[String; 6], widths: &[usize; 6]) -> fmt::Result {
    let mut text = String::new();
    for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
        // numbers to the right
        let cell = match column {
            0 | 3 | 4 => format!("{cell:>width$}"),
            _ => format!("{cell:<width$}"),
        };
        text.push_str(&cell);
        text.push_str("  ");
    }
    f.write_str(text.trim_end())
}
