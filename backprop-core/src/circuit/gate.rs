//! Gates, and how they are written.

use super::Circuit;
use super::number::{constant, plain_constant};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// One operation that was executed.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    pub(super) operation: &'static str,
    pub(super) inputs: Vec<Input>,
    pub(super) output: usize,
    pub(super) line: Option<u32>,
}

/// What goes into a gate: a wire or a constant.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    pub(super) wire: Option<usize>,
    pub(super) value: f64,
    pub(super) local: f64,
    /// Whether the local gradient zero means that the gate routes nothing here.
    pub(super) is_routed: bool,
}

impl Gate {
    /// The operator (`+`), the method (`exp`) or the function (`sigmoid`); `-x` is
    /// `neg`.
    pub fn operation(&self) -> &str {
        self.operation
    }

    /// What goes in, in order.
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// The index of the wire that comes out. Its gradient is the upstream gradient
    /// of the gate.
    pub fn output(&self) -> usize {
        self.output
    }

    /// The line of the source file, if the compiler tells.
    pub fn line(&self) -> Option<u32> {
        self.line
    }

    /// What stands in the circle: the operation, with its constants.
    pub(super) fn symbol(&self) -> String {
        let operands: Vec<Option<String>> = self
            .inputs
            .iter()
            .map(|input| input.wire.is_none().then(|| constant(input.value)))
            .collect();
        match (self.operation, &operands[..]) {
            ("neg", _) => "×−1".into(),
            ("*", [Some(c), None] | [None, Some(c)]) => format!("×{c}"),
            ("+", [Some(c), None] | [None, Some(c)]) if c.starts_with('−') => c.clone(),
            ("+", [Some(c), None] | [None, Some(c)]) => format!("+{c}"),
            ("-", [None, Some(c)]) if c.starts_with('−') => c.replacen('−', "+", 1),
            ("-", [None, Some(c)]) => format!("−{c}"),
            ("-", [Some(c), None]) => format!("{c}−x"),
            ("/", [None, Some(c)]) => format!("÷{c}"),
            ("/", [Some(c), None]) => format!("{c}/x"),
            ("powi" | "powf", [None, Some(c)]) => match c.as_str() {
                "2" => "x²".into(),
                "3" => "x³".into(),
                "−1" => "1/x".into(),
                c => format!("x^{c}"),
            },
            ("powi" | "powf", [Some(c), None]) => format!("{c}^x"),
            ("powf", _) => "x^y".into(),
            ("recip", _) => "1/x".into(),
            ("*", _) => "×".into(),
            ("-", _) => "−".into(),
            ("/", _) => "÷".into(),
            ("%", [None, Some(c)]) => format!("% {c}"),
            ("sqrt", _) => "√".into(),
            ("abs", _) => "|x|".into(),
            (name, operands) => {
                let mut symbol = name.to_string();
                for c in operands.iter().flatten() {
                    symbol.push(' ');
                    symbol.push_str(c);
                }
                symbol
            }
        }
    }

    /// The gate as an expression of the names of its inputs.
    pub(super) fn expression(&self, circuit: &Circuit) -> String {
        let operand = |input: &Input| match circuit.source(input) {
            Some(wire) => wire.name.clone(),
            None => plain_constant(input.value),
        };
        let operands: Vec<String> = self.inputs.iter().map(operand).collect();
        match (self.operation, &operands[..]) {
            ("neg", [a]) => format!("-{a}"),
            ("+" | "-" | "*" | "/" | "%", [a, b]) => format!("{a} {} {b}", self.operation),
            ("powi" | "powf", [a, b]) => format!("{a}^{b}"),
            (name, operands) => format!("{name}({})", operands.join(", ")),
        }
    }
}

impl Input {
    /// The index of the wire; none for a constant.
    pub fn wire(&self) -> Option<usize> {
        self.wire
    }

    /// The value that goes in.
    pub fn value(&self) -> f64 {
        self.value
    }

    /// The local gradient: the derivative of the gate's output with respect to this
    /// input; zero for a constant.
    pub fn local_gradient(&self) -> f64 {
        self.local
    }

    /// Upstream × local gradient. Nothing meets no slope at all, whatever it is,
    /// and what is not routed here is nothing.
    pub(super) fn share(&self, upstream: f64) -> f64 {
        match upstream == 0.0 || (self.is_routed && self.local == 0.0) {
            true => 0.0,
            false => upstream * self.local,
        }
    }
}
