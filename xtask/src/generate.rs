//! Random programs from the language that `#[differentiate]` accepts.

mod shapes;

use fastrand::Rng;
use std::fmt::Write;

/// A module with functions and `pub fn run()` that checks them.
pub(crate) struct Program {
    pub(crate) text: String,
}

/// The program of a seed.
pub(crate) fn program(seed: u64, _size: u32) -> Program {
    let mut generator = Generator {
        rng: Rng::with_seed(seed),
        out: String::new(),
        indent: 1,
        scope: Scope::default(),
        next: 0,
        depth: 0,
        budget: 0,
        loops: 0,
        result: Kind::Real,
    };
    generator.module();
    Program {
        text: generator.out,
    }
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Kind {
    Real,
    /// `usize`, small.
    Int,
    /// `[f64; 4]`
    Array,
    /// `Vec<f64>`, not empty.
    Vector,
    /// `&[f64]`, not empty.
    Slice,
    /// `&mut [f64]`, not empty.
    SliceMut,
    /// `Vec<Vec<f64>>`, no part empty.
    Matrix,
    /// `State`
    Struct,
    /// `&State`
    StructRef,
    /// `(f64, f64)`
    Pair,
}

#[derive(Clone)]
struct Var {
    name: String,
    kind: Kind,
    mutable: bool,
}

#[derive(Clone, Default)]
struct Scope {
    vars: Vec<Var>,
    closures: Vec<String>,
}

struct Generator {
    rng: Rng,
    out: String,
    indent: usize,
    scope: Scope,
    next: u32,
    depth: u32,
    budget: i32,
    loops: u32,
    result: Kind,
}

const HELPERS: &str = "\
    #[derive(backprop::Differentiable, Clone, Debug, Default, PartialEq)]
    pub struct State { pub a: f64, pub v: Vec<f64>, pub n: usize, pub w: [f64; 2] }

    #[differentiate]
    pub fn scale(x: &mut [f64], k: f64) {
        for v in x.iter_mut() {
            *v = (*v * k).sin();
        }
    }

    #[differentiate]
    pub fn append(x: &mut Vec<f64>, k: f64) -> f64 {
        let last = x[x.len() - 1];
        x.push((last * k).cos());
        last + k
    }

    #[differentiate]
    pub fn norm(x: &[f64], k: f64) -> f64 {
        let mut s = 0.0;
        for v in x {
            s += (v * k).tanh();
        }
        s
    }

    #[differentiate]
    pub fn shifted(x: &[f64], k: f64) -> Vec<f64> {
        x.iter().map(|v| (v + k).sin()).collect()
    }

    #[differentiate]
    pub fn total(s: &State) -> f64 {
        s.a * s.w[0] + s.v.iter().sum::<f64>().sin() * s.w[1]
    }

    #[differentiate]
    pub fn advance(s: &mut State, k: f64) {
        s.a = (s.a + k * s.w[1]).sin();
        s.w[0] -= 0.5 * s.a;
        for (i, v) in s.v.iter_mut().enumerate() {
            *v += 0.1 * s.a * i as f64;
        }
    }

    #[differentiate]
    pub fn mix(x: f64, y: f64) -> (f64, f64) {
        (x * 0.6 + (y * 0.8).sin(), y - 0.3 * x)
    }

    #[differentiate]
    pub fn nudge(x: &mut f64, k: f64) -> f64 {
        *x = (*x * 0.7 + k).sin();
        *x * k
    }

    #[differentiate]
    pub fn root(x: f64) -> Result<f64, String> {
        if x < 0.0 {
            return Err(\"negative\".to_owned());
        }
        Ok((x + 0.1).sqrt())
    }

    #[differentiate]
    pub fn larger(x: f64, y: f64) -> Option<f64> {
        if x > y { Some(x * y.cos()) } else { None }
    }

    #[differentiate]
    pub fn rotated(x: [f64; 4], k: f64) -> [f64; 4] {
        [x[1] * k, x[2], x[3] - k, x[0].sin()]
    }
";

impl Generator {
    fn module(&mut self) {
        let count = 2 + self.rng.usize(0..2);
        let mut checks = String::new();
        self.out += "use backprop::differentiate;\noracle::programs! {\n";
        self.out += HELPERS;
        for index in 0..count {
            checks += &self.function(index);
        }
        self.out += "}\n";
        let _ = write!(self.out, "pub fn run() {{\n{checks}}}\n");
    }

    /// A function; returns its checks.
    fn function(&mut self, index: usize) -> String {
        use Kind::*;
        self.scope = Scope::default();
        self.next = 0;
        self.depth = 0;
        self.loops = 0;
        self.budget = 14 + self.rng.i32(0..14);
        let mut params = vec![("x0".to_owned(), Real)];
        for i in 1..2 + self.rng.usize(0..4) {
            let kinds = [
                Real, Real, Array, Vector, Slice, Slice, SliceMut, Matrix, Struct, StructRef, Int,
                Pair,
            ];
            params.push((format!("x{i}"), self.rng.choice(kinds).unwrap_or(Real)));
        }
        let written = params.iter().any(|(_, kind)| *kind == SliceMut);
        let results = [Real, Real, Real, Vector, Array, Pair, Struct];
        self.result = match written && self.rng.bool() {
            true => Int,
            false => self.rng.choice(results).unwrap_or(Real),
        };
        let owned = [Array, Vector, Matrix, Struct];
        let listed: Vec<String> = params
            .iter()
            .map(|(name, kind)| match owned.contains(kind) {
                true => format!("mut {name}: {}", kind.parameter()),
                false => format!("{name}: {}", kind.parameter()),
            })
            .collect();
        let result = match self.result {
            Int => String::new(),
            kind => format!(" -> {}", kind.parameter()),
        };
        self.indent = 1;
        self.line("#[differentiate]");
        self.line(&format!(
            "pub fn f{index}({}){result} {{",
            listed.join(", ")
        ));
        for (name, kind) in &params {
            self.scope.vars.push(Var {
                name: name.clone(),
                kind: *kind,
                mutable: *kind == SliceMut || owned.contains(kind),
            });
        }
        self.indent += 1;
        while self.budget > 0 {
            self.statement();
        }
        self.finish();
        self.indent -= 1;
        self.line("}");
        let mut checks = String::new();
        for _ in 0..2 {
            let args: Vec<String> = params
                .iter()
                .map(|(_, kind)| self.argument(*kind))
                .collect();
            let _ = writeln!(
                checks,
                "    oracle::check!(f{index}({}), kink);",
                args.join(", ")
            );
        }
        checks
    }

    /// The result, from whatever there is.
    fn finish(&mut self) {
        let value = match self.result {
            Kind::Int => return,
            Kind::Real => {
                let mut terms: Vec<String> = Vec::new();
                for var in self.scope.vars.clone() {
                    terms.extend(var.as_real());
                }
                terms.join(" + ")
            }
            kind => self.value_of(kind),
        };
        self.line(&value);
    }

    fn value_of(&mut self, kind: Kind) -> String {
        let (a, b) = (self.real(2), self.real(1));
        match kind {
            Kind::Real => a,
            Kind::Int => self.int(),
            Kind::Pair => format!("({a}, {b})"),
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

    fn argument(&mut self, kind: Kind) -> String {
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
        }
    }

    // Text

    fn line(&mut self, text: &str) {
        self.out += &"    ".repeat(self.indent);
        self.out += text;
        self.out.push('\n');
    }

    fn fresh(&mut self) -> String {
        self.next += 1;
        format!("v{}", self.next)
    }

    fn declare(&mut self, kind: Kind, mutable: bool) -> String {
        let name = self.fresh();
        self.scope.vars.push(Var {
            name: name.clone(),
            kind,
            mutable,
        });
        name
    }

    // Choices

    fn pick(&mut self, kind: Kind) -> Option<Var> {
        let found: Vec<Var> = self
            .scope
            .vars
            .iter()
            .filter(|v| v.kind == kind)
            .cloned()
            .collect();
        self.rng.choice(found)
    }

    fn pick_mut(&mut self, kinds: &[Kind]) -> Option<Var> {
        let vars = self.scope.vars.iter();
        let found: Vec<Var> = vars
            .filter(|v| v.mutable && kinds.contains(&v.kind))
            .cloned()
            .collect();
        self.rng.choice(found)
    }

    /// A place that is a sequence of numbers, for reading.
    fn sequence(&mut self) -> Option<String> {
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
                _ => {}
            }
        }
        self.rng.choice(found)
    }

    /// A place that is a sequence of numbers, for writing.
    fn sequence_mut(&mut self) -> Option<String> {
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

    fn index_into(&mut self, x: &str) -> String {
        let i = self.int();
        match self.rng.u32(0..4) {
            0 => "0".to_owned(),
            1 => format!("{x}.len() - 1"),
            _ => format!("({i}) % {x}.len()"),
        }
    }

    fn int(&mut self) -> String {
        let var = self.pick(Kind::Int).map(|var| var.name);
        match (var, self.rng.u32(0..4)) {
            (Some(name), 0) => name,
            (Some(name), 1) => format!("{name} + {}", self.rng.u32(1..3)),
            (Some(name), 2) => format!("{name} * 2"),
            _ => self.rng.u32(0..4).to_string(),
        }
    }

    fn real(&mut self, depth: u32) -> String {
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
                    3 => format!("norm(&{x}, {})", self.atom()),
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
                Some(var) => format!("total({})", var.name),
                None => self.atom(),
            },
        }
        .parenthesised_if()
    }

    fn atom(&mut self) -> String {
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

    fn condition(&mut self) -> String {
        match self.rng.u32(0..4) {
            0 => format!("{} > {}", self.int().parenthesised(), self.rng.u32(0..3)),
            1 => format!("{} % 2 == 0", self.int().parenthesised()),
            _ => format!("{} > {}", self.atom(), self.atom()),
        }
    }

    // Statements

    fn block(&mut self, statements: u32) {
        let scope = self.scope.clone();
        self.indent += 1;
        self.depth += 1;
        for _ in 0..statements {
            self.statement();
        }
        self.depth -= 1;
        self.indent -= 1;
        self.scope = scope;
    }

    fn statement(&mut self) {
        self.budget -= 1;
        let deep = self.depth >= 3;
        match self.rng.u32(0..40) {
            0 | 1 => {
                let value = self.real(2);
                let mutable = self.rng.bool();
                let name = self.declare(Kind::Real, mutable);
                let mutable = if mutable { "mut " } else { "" };
                self.line(&format!("let {mutable}{name} = {value};"));
            }
            2 | 3 => {
                let kinds = [
                    Kind::Vector,
                    Kind::Vector,
                    Kind::Array,
                    Kind::Matrix,
                    Kind::Struct,
                    Kind::Pair,
                ];
                let kind = self.rng.choice(kinds).unwrap_or(Kind::Vector);
                let value = self.value_of(kind);
                let mutable = kind != Kind::Pair && self.rng.u32(0..4) > 0;
                let name = self.declare(kind, mutable);
                let mutable = if mutable { "mut " } else { "" };
                self.line(&format!(
                    "let {mutable}{name}: {} = {value};",
                    kind.parameter()
                ));
            }
            4 | 5 => {
                if let Some(var) = self.pick_mut(&[Kind::Real]) {
                    let value = self.real(2);
                    let text = match self.rng.u32(0..4) {
                        0 => format!("{} = {value};", var.name),
                        1 => format!("{} *= ({value}).tanh();", var.name),
                        2 => format!("{} -= {value};", var.name),
                        _ => format!("{} += {value};", var.name),
                    };
                    self.line(&text);
                }
            }
            6..=9 => {
                if let Some(x) = self.sequence_mut() {
                    let (index, value) = (self.index_into(&x), self.real(2));
                    // dual numbers have no two-phase borrows
                    let text = match self.rng.u32(0..5) {
                        0 | 1 => format!("{x}[at] = element;"),
                        2 => format!("{x}[at] *= element.tanh();"),
                        3 => format!("{x}[at] -= element;"),
                        _ => format!("{x}[at] += element;"),
                    };
                    self.line(&format!("let (element, at) = ({value}, {index});"));
                    self.line(&text);
                }
            }
            10 => {
                if let Some(x) = self.sequence_mut() {
                    let text = match self.rng.u32(0..6) {
                        0 => format!("{x}.reverse();"),
                        1 => format!("{x}.rotate_left(1);"),
                        2 => format!("let n = {x}.len(); {x}.swap(0, n - 1);"),
                        3 => format!("{x}.sort_by(|a, b| a.total_cmp(b));"),
                        4 => format!("let filler = {}; {x}[1..].fill(filler);", self.atom()),
                        _ => format!("let factor = {}; scale(&mut {x}[..], factor);", self.atom()),
                    };
                    self.line(&format!("{{ {text} }}"));
                }
            }
            11 => {
                if let Some(var) = self.pick_mut(&[Kind::Vector]) {
                    let x = var.name;
                    let value = self.real(1);
                    let text = match self.rng.u32(0..6) {
                        0 | 1 => format!("let item = {value}; {x}.push(item);"),
                        2 => format!("{x}.truncate(2);"),
                        3 => format!("let item = {value}; {x}.resize(3, item);"),
                        4 => format!("let factor = {value}; let _ = append(&mut {x}, factor);"),
                        _ => match self.sequence() {
                            Some(y) if !y.starts_with(&x) => {
                                format!("{x}.extend({y}.iter().map(|v| v * 0.5));")
                            }
                            _ => String::new(),
                        },
                    };
                    self.line(&format!("{{ {text} }}"));
                }
            }
            12 => {
                if let Some(var) = self.pick_mut(&[Kind::Struct]) {
                    let (x, value) = (var.name, self.real(2));
                    let text = match self.rng.u32(0..4) {
                        0 => format!("{x}.a = value;"),
                        1 => format!("{x}.w[{}] += value;", self.rng.u32(0..2)),
                        2 => format!("{x}.v.push(value);"),
                        _ => format!("advance(&mut {x}, value);"),
                    };
                    self.line(&format!("{{ let value = {value}; {text} }}"));
                }
            }
            13 => {
                let values = (
                    self.pick_mut(&[Kind::Vector]),
                    self.pick_mut(&[Kind::Vector]),
                );
                if let (Some(a), Some(b)) = values {
                    let text = match a.name == b.name {
                        true => format!("{} = {};", a.name, self.value_of(Kind::Vector)),
                        false => match self.rng.bool() {
                            true => format!("std::mem::swap(&mut {}, &mut {});", a.name, b.name),
                            false => format!("{} = {}.clone();", a.name, b.name),
                        },
                    };
                    self.line(&text);
                }
            }
            14 | 15 if !deep => {
                let condition = self.condition();
                self.line(&format!("if {condition} {{"));
                let count = self.rng.u32(1..4);
                self.block(count);
                if self.rng.bool() {
                    self.line("} else {");
                    let count = self.rng.u32(1..3);
                    self.block(count);
                }
                self.line("}");
            }
            16..=20 if !deep && self.loops < 2 => self.looped(),
            21 => {
                let value = self.real(2);
                let name = self.fresh();
                self.line(&format!("let {name} = |z: f64| z * 0.5 + {value};"));
                // what it borrows must not be written while it lives
                if !self
                    .scope
                    .vars
                    .iter()
                    .any(|v| v.mutable && mentions(&value, &v.name))
                {
                    self.scope.closures.push(name);
                }
            }
            22 => {
                if let Some(x) = self.sequence() {
                    let name = self.fresh();
                    let (a, b) = (self.atom(), self.atom());
                    self.line(&format!(
                        "let {name} = {{ let part = &{x}[1..]; norm(part, {a}) * {b} + part[0] }};"
                    ));
                    self.scope.vars.push(Var {
                        name,
                        kind: Kind::Real,
                        mutable: false,
                    });
                }
            }
            23 => {
                if let Some(x) = self.sequence_mut() {
                    let (a, b) = (self.real(1), self.atom());
                    self.line(&format!("{{ let (p, q) = ({a}, {b}); let (left, right) = {x}.split_at_mut(1); left[0] += p * right[0]; right[0] *= q; scale(right, left[0]); }}"));
                }
            }
            26 | 27 => self.option(),
            28 | 29 => self.chain(),
            30 => {
                if let Some(var) = self.pick_mut(&[Kind::Real]) {
                    let (a, b, k) = (self.real(1), self.real(1), self.atom());
                    let name = var.name;
                    self.line(&format!(
                        "{{ let (a, b, k) = ({a}, {b}, {k}); let mut sum = 0.25; let mut add = |z: f64| {{ sum += z * k; }}; add(a); add(b); {name} = sum; }}"
                    ));
                }
            }
            31 if !deep => {
                let value = self.int();
                self.line(&format!("match ({value}) % 3 {{"));
                for arm in ["0", "1", "_"] {
                    self.indent += 1;
                    self.line(&format!("{arm} => {{"));
                    let count = self.rng.u32(0..3);
                    self.block(count);
                    self.line("}");
                    self.indent -= 1;
                }
                self.line("}");
            }
            32 => {
                if let Some(var) = self.pick(Kind::Array) {
                    let (p, q) = (
                        self.declare(Kind::Real, false),
                        self.declare(Kind::Real, false),
                    );
                    self.line(&format!("let [{p}, .., {q}] = {};", var.name));
                }
            }
            24 => {
                let (a, b) = (self.real(1), self.real(1));
                let (m, n) = (
                    self.declare(Kind::Real, false),
                    self.declare(Kind::Real, false),
                );
                self.line(&format!("let ({m}, {n}) = mix({a}, {b});"));
            }
            34..=39 => self.shape(),
            _ if self.depth > 0 && self.rng.u32(0..3) == 0 => {
                let value = match self.result {
                    Kind::Int => String::new(),
                    kind => self.value_of(kind),
                };
                let condition = self.condition();
                self.line(&format!("if {condition} {{ return {value}; }}"));
            }
            _ => {}
        }
    }

    /// Elements that may be missing.
    fn option(&mut self) {
        let (Some(x), Some(target)) = (self.sequence(), self.pick_mut(&[Kind::Real])) else {
            return;
        };
        let (a, target) = (self.atom(), target.name);
        let text = match self.rng.u32(0..6) {
            0 => format!(
                "if let Some(e) = {x}.get({}) {{ {target} += e * {a}; }}",
                self.int()
            ),
            1 => format!(
                "if let Some(e) = {x}.last() {{ {target} = *e; }} else {{ {target} *= 0.5; }}"
            ),
            2 => format!("{target} += {x}.first().copied().unwrap_or({a});"),
            3 => format!(
                "{target} -= {x}.iter().copied().find(|e| *e > {a}).map_or(0.5, |e| e * e);"
            ),
            4 => format!("{target} *= {x}.iter().copied().reduce(f64::min).unwrap().tanh();"),
            _ => match self.pick_mut(&[Kind::Vector]) {
                Some(v) => {
                    let v = v.name;
                    format!(
                        "{{ let k = {a}; while let Some(e) = {v}.pop() {{ {target} = ({target} + e * k).sin(); if {v}.len() == 1 {{ break; }} }} {v}.push(k); {v}.push({target}); }}"
                    )
                }
                None => String::new(),
            },
        };
        self.line(&text);
    }

    /// Longer chains.
    fn chain(&mut self) {
        let (Some(x), Some(y)) = (self.sequence(), self.sequence()) else {
            return;
        };
        let a = self.atom();
        let text = match self.rng.u32(0..8) {
            0 => format!("{x}.iter().chain({y}.iter()).map(|e| e * {a}).sum::<f64>()"),
            1 => format!(
                "{x}.iter().rev().step_by(2).zip({y}.iter().skip(1)).map(|(p, q)| p * q).sum::<f64>()"
            ),
            2 => format!(
                "{x}.iter().scan({a}, |s, e| {{ *s = *s * 0.5 + e; Some(*s) }}).sum::<f64>()"
            ),
            3 => format!(
                "{x}.iter().enumerate().filter(|(i, _)| i % 2 == 0).map(|(i, e)| e * (i + 1) as f64).sum::<f64>()"
            ),
            4 => format!(
                "{x}.chunks(2).map(|c| c.iter().product::<f64>()).fold({a}, |s, e| s + e.sin())"
            ),
            5 => format!(
                "{x}.iter().take_while(|e| **e < 0.8).chain({y}.iter()).count() as f64 * {a}"
            )
            .replace(".take_while(|e| **e < 0.8)", ".take(2)"),
            6 => format!(
                "{x}.iter().filter_map(|e| if *e > 0.0 {{ Some(e * {a}) }} else {{ None }}).sum::<f64>()"
            ),
            _ => format!(
                "{x}.iter().flat_map(|p| {y}.iter().take(2).map(move |q| p * q)).sum::<f64>() + *{y}.iter().max_by(|p, q| p.total_cmp(q)).unwrap()"
            ),
        };
        let mutable = self.rng.bool();
        let name = self.declare(Kind::Real, mutable);
        let mutable = if mutable { "mut " } else { "" };
        self.line(&format!("let {mutable}{name} = ({text}).tanh();"));
    }

    fn looped(&mut self) {
        self.loops += 1;
        let count = self.rng.u32(1..4);
        let scope = self.scope.clone();
        let item = self.fresh();
        let sequence = self.sequence();
        let writable = self.sequence_mut();
        match (self.rng.u32(0..8), sequence, writable) {
            (0 | 1, Some(x), _) => {
                // what is iterated over is borrowed
                self.line(&format!("for {item} in {x}.to_vec().iter() {{"));
                self.indent += 1;
                let real = self.declare(Kind::Real, false);
                self.line(&format!("let {real} = *{item};"));
                self.indent -= 1;
            }
            (2, Some(x), _) => {
                self.line(
                    &format!("for ({item}, element) in {x}.clone().iter().enumerate() {{")
                        .replace(".clone()", ".to_vec()"),
                );
                self.indent += 1;
                let real = self.declare(Kind::Real, true);
                self.line(&format!("let mut {real} = element * 0.5;"));
                self.indent -= 1;
                self.scope.vars.push(Var {
                    name: item,
                    kind: Kind::Int,
                    mutable: false,
                });
            }
            (3, _, Some(x)) => {
                let value = self.real(1);
                self.line(&format!("let factor = {value};"));
                self.line(&format!(
                    "for {item} in {x}.iter_mut() {{ *{item} = (*{item} * factor).sin(); }}"
                ));
                self.scope = scope;
                self.loops -= 1;
                return;
            }
            (4, Some(x), _) => {
                self.line(&format!("for {item} in 0..{x}.len() {{"));
                self.scope.vars.push(Var {
                    name: item,
                    kind: Kind::Int,
                    mutable: false,
                });
            }
            (5, ..) => {
                self.line(&format!("let mut {item} = 0;"));
                self.line(&format!("while {item} < 3 {{"));
                self.indent += 1;
                self.line(&format!("{item} += 1;"));
                self.indent -= 1;
                self.scope.vars.push(Var {
                    name: item,
                    kind: Kind::Int,
                    mutable: false,
                });
            }
            (6, ..) => {
                self.line(&format!("for {item} in (1..4usize).rev() {{"));
                self.scope.vars.push(Var {
                    name: item,
                    kind: Kind::Int,
                    mutable: false,
                });
            }
            _ => {
                self.line(&format!("for {item} in 0..3usize {{"));
                self.scope.vars.push(Var {
                    name: item,
                    kind: Kind::Int,
                    mutable: false,
                });
            }
        }
        self.block(count);
        if self.rng.u32(0..4) == 0 {
            let exit = if self.rng.bool() { "break" } else { "continue" };
            self.indent += 1;
            let condition = self.condition();
            self.line(&format!("if {condition} {{ {exit}; }}"));
            self.indent -= 1;
            self.block(1);
        }
        self.line("}");
        self.scope = scope;
        self.loops -= 1;
    }
}

impl Kind {
    fn parameter(self) -> &'static str {
        match self {
            Kind::Real => "f64",
            Kind::Int => "usize",
            Kind::Array => "[f64; 4]",
            Kind::Vector => "Vec<f64>",
            Kind::Slice => "&[f64]",
            Kind::SliceMut => "&mut [f64]",
            Kind::Matrix => "Vec<Vec<f64>>",
            Kind::Struct => "State",
            Kind::StructRef => "&State",
            Kind::Pair => "(f64, f64)",
        }
    }
}

impl Var {
    /// One number that depends on all of it.
    fn as_real(&self) -> Option<String> {
        let name = &self.name;
        Some(match self.kind {
            Kind::Real => name.clone(),
            Kind::Pair => format!("{name}.0 * {name}.1"),
            Kind::Array | Kind::Vector | Kind::Slice | Kind::SliceMut => {
                format!("norm(&{name}, 0.7)")
            }
            Kind::Matrix => format!("norm(&{name}[0], 0.7) * norm(&{name}[1], 0.4)"),
            Kind::Struct => format!("total(&{name})"),
            Kind::StructRef => format!("total({name})"),
            Kind::Int => return None,
        })
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
fn mentions(text: &str, name: &str) -> bool {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .any(|word| word == name)
}
