//! Expressions: numbers, integers, conditions, containers.

use super::{Generator, Kind};

impl Generator {
    pub(super) fn value_of(&mut self, kind: Kind) -> String {
        let (a, b) = (self.real(2), self.real(1));
        match kind {
            Kind::Real => a,
            Kind::Int => self.int(),
            Kind::Pair => format!("({a}, {b})"),
            Kind::Own => self.own_value(),
            Kind::Array => match self.pick(Kind::Array) {
                Some(var) if self.rng.bool() => format!("rotated({}, {b})", var.name),
                _ => format!("[{a}, {b}, 0.5, {}]", self.real(1)),
            },
            Kind::Struct => match self.pick(Kind::Struct) {
                Some(var) if self.rng.bool() => {
                    format!("State {{ a: {a}, ..{}.clone() }}", var.name)
                }
                _ => format!(
                    "State {{ a: {a}, v: {}, n: 2, w: [{b}, 0.25] }}",
                    self.value_of(Kind::Vector)
                ),
            },
            Kind::Matrix => format!("vec![{}, vec![{a}, 0.25]]", self.value_of(Kind::Vector)),
            _ => match (self.sequence(), self.rng.u32(0..5)) {
                (Some(x), 0) => format!("{x}.to_vec()"),
                (Some(x), 1) => format!("shifted(&{x}, {b})"),
                (Some(x), 2) => format!("{x}.iter().map(|v| v * {b}).collect::<Vec<f64>>()"),
                (Some(x), 3) => {
                    format!(
                        "{x}.iter().zip({x}.iter().rev()).map(|(p, q)| p * q + {b}).collect::<Vec<f64>>()"
                    )
                }
                _ => format!("vec![{a}, {b}, 0.5]"),
            },
        }
    }

    pub(super) fn argument(&mut self, kind: Kind) -> String {
        let mut real = || format!("{:.4}", self.rng.f64() * 2.4 - 1.2);
        let list = |real: &mut dyn FnMut() -> String, n: usize| {
            (0..n).map(|_| real()).collect::<Vec<_>>().join(", ")
        };
        match kind {
            Kind::Real => real(),
            Kind::Pair => format!("({}, {})", real(), real()),
            Kind::Array => format!("[{}]", list(&mut real, 4)),
            Kind::Vector => format!("vec![{}]", list(&mut real, 3)),
            Kind::Slice => format!("&[{}]", list(&mut real, 4)),
            Kind::SliceMut => format!("&mut [{}]", list(&mut real, 3)),
            Kind::Matrix => {
                format!(
                    "vec![vec![{}], vec![{}]]",
                    list(&mut real, 2),
                    list(&mut real, 3)
                )
            }
            Kind::Struct | Kind::StructRef => {
                let text = format!(
                    "State {{ a: {}, v: vec![{}], n: 3, w: [{}] }}",
                    real(),
                    list(&mut real, 3),
                    list(&mut real, 2)
                );
                match kind {
                    Kind::Struct => text,
                    _ => format!("&{text}"),
                }
            }
            Kind::Int => self.rng.usize(1..4).to_string(),
            Kind::Own => self.own_argument(),
            Kind::Deep => {
                let (p, q, r) = (
                    self.own_argument(),
                    self.own_argument(),
                    self.own_argument(),
                );
                format!(
                    "Deep{} {{ inner: [{p}, {q}], rows: vec![{r}, {p}], v: vec![0.5, -0.75, 0.3], k: 0.875 }}",
                    self.suffix
                )
            }
        }
    }

    fn own_argument(&mut self) -> String {
        let w = self.argument(Kind::Array);
        let (x, y) = (self.argument(Kind::Real), self.argument(Kind::Real));
        format!("Own{} {{ x: {x}, y: {y}, w: {w}, n: 2 }}", self.suffix)
    }

    /// A place that is a sequence of numbers, for reading.
    pub(super) fn sequence(&mut self) -> Option<String> {
        let mut found = Vec::new();
        for var in &self.scope.vars {
            match var.kind {
                Kind::Array | Kind::Vector | Kind::Slice | Kind::SliceMut => {
                    found.push(var.name.clone());
                }
                Kind::Matrix => found.push(format!("{}[0]", var.name)),
                Kind::Struct | Kind::StructRef => {
                    found.push(format!("{}.v", var.name));
                    found.push(format!("{}.w", var.name));
                }
                Kind::Deep => found.push(format!("{}.v", var.name)),
                _ => {}
            }
        }
        self.rng.choice(found)
    }

    /// A place that is a sequence of numbers, for writing.
    pub(super) fn sequence_mut(&mut self) -> Option<String> {
        let var = self.pick_mut(&[
            Kind::Array,
            Kind::Vector,
            Kind::SliceMut,
            Kind::Matrix,
            Kind::Struct,
        ])?;
        Some(match var.kind {
            Kind::Matrix => format!("{}[{}]", var.name, self.rng.usize(0..2)),
            Kind::Struct => format!("{}.v", var.name),
            _ => var.name,
        })
    }

    pub(super) fn index_into(&mut self, x: &str) -> String {
        let i = self.int();
        match self.rng.u32(0..4) {
            0 => "0".to_owned(),
            1 => format!("{x}.len() - 1"),
            _ => format!("({i}) % {x}.len()"),
        }
    }

    pub(super) fn int(&mut self) -> String {
        let var = self.pick(Kind::Int).map(|var| var.name);
        match (var, self.rng.u32(0..4)) {
            (Some(name), 0) => name,
            (Some(name), 1) => format!("{name} + {}", self.rng.u32(1..3)),
            (Some(name), 2) => format!("{name} * 2"),
            _ => self.rng.u32(0..4).to_string(),
        }
    }

    pub(super) fn real(&mut self, depth: u32) -> String {
        if depth == 0 {
            return self.atom();
        }
        let next = depth - 1;
        match self.rng.u32(0..16) {
            0..=2 => format!("({} + {})", self.real(next), self.real(next)),
            3 => format!("({} - {})", self.real(next), self.atom()),
            4..=6 => format!("({} * {})", self.real(next), self.atom()),
            7 => format!("({} / (2.0 + {}.abs()))", self.real(next), self.atom()),
            8 => format!("({}).sin()", self.real(next)),
            9 => format!("({}).tanh()", self.real(next)),
            10 => format!("({}).max({})", self.real(next), self.atom()),
            11 => format!("(-{})", self.atom()),
            12 => match self.sequence() {
                Some(x) => match self.rng.u32(0..6) {
                    0 => format!("{x}.iter().sum::<f64>()"),
                    1 => format!("{x}.iter().map(|v| v * {}).sum::<f64>()", self.atom()),
                    2 => format!("{x}.iter().fold({}, |s, v| s * 0.5 + v)", self.atom()),
                    3 if !self.plain => format!("norm(&{x}, {})", self.atom()),
                    4 => format!(
                        "{x}.iter().filter(|v| **v > {}).map(|v| v * v).sum::<f64>()",
                        self.atom()
                    ),
                    _ => format!(
                        "{x}.windows(2).map(|w| w[1] - w[0] * {}).sum::<f64>()",
                        self.atom()
                    ),
                },
                None => self.atom(),
            },
            13 => match self.rng.choice(self.scope.closures.clone()) {
                Some(f) => format!("{f}({})", self.atom()),
                None => self.atom(),
            },
            14 => format!(
                "if {} {{ {} }} else {{ {} }}",
                self.condition(),
                self.real(next),
                self.real(next)
            ),
            _ => match self.pick(Kind::StructRef) {
                Some(var) if !self.plain => format!("total({})", var.name),
                _ => self.own_number(),
            },
        }
        .parenthesised_if()
    }

    pub(super) fn atom(&mut self) -> String {
        let mut found: Vec<String> = Vec::new();
        for var in &self.scope.vars {
            match var.kind {
                Kind::Real => found.push(var.name.clone()),
                Kind::Pair => found.push(format!("{}.{}", var.name, self.rng.u32(0..2))),
                Kind::Struct | Kind::StructRef => {
                    found.push(format!("{}.a", var.name));
                    found.push(format!("{}.w[1]", var.name));
                }
                _ => {}
            }
        }
        match self.rng.u32(0..10) {
            0 => format!("{:.2}f64", 0.25 + self.rng.f64()),
            1 | 2 => match self.sequence() {
                Some(x) => {
                    let index = self.index_into(&x);
                    format!("{x}[{index}]")
                }
                None => "0.75f64".to_owned(),
            },
            3 => format!("({} as f64 * 0.5)", self.int().parenthesised()),
            _ => self
                .rng
                .choice(found)
                .unwrap_or_else(|| "0.5f64".to_owned()),
        }
    }

    pub(super) fn condition(&mut self) -> String {
        match self.rng.u32(0..4) {
            0 => format!("{} > {}", self.int().parenthesised(), self.rng.u32(0..3)),
            1 => format!("{} % 2 == 0", self.int().parenthesised()),
            _ => format!("{} > {}", self.atom(), self.atom()),
        }
    }
}

trait Parenthesised {
    fn parenthesised(&self) -> String;
    fn parenthesised_if(&self) -> String;
}

impl Parenthesised for String {
    fn parenthesised(&self) -> String {
        format!("({self})")
    }

    /// A conditional expression needs parentheses as an operand.
    fn parenthesised_if(&self) -> String {
        match self.starts_with("if ") {
            true => self.parenthesised(),
            false => self.clone(),
        }
    }
}

/// Whether an expression names a variable.
pub(super) fn mentions(text: &str, name: &str) -> bool {
    let mut words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    // a field is changed with what it is part of
    let root = name.split(['.', ')']).next().unwrap_or(name);
    let root = root.trim_start_matches("(*");
    words.any(|word| word == root)
}
