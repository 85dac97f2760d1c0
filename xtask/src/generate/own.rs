//! Types of a program's own, with methods, operators, a trait, and generic, recursive
//! and fallible functions over them.

use super::{Generator, Kind, Scope, Var};

/// Names that a text has if it calls methods or operators, which have no forward mode.
const METHODS: [&str; 6] = ["Own", "Deep", "Choice", "own_", "folded", "Grid"];

impl Generator {
    /// Whether a function with this text has forward mode and second derivatives: not
    /// through methods, nor where what may be an integer is not annotated.
    pub(super) fn is_forward(text: &str) -> bool {
        let mut names = METHODS.iter().chain(&["let count ="]);
        !names.any(|name| text.contains(name))
    }

    /// The items that the functions of the program use.
    pub(super) fn own_items(&mut self) {
        let s = self.suffix.clone();
        self.line("#[derive(Differentiable, Clone, Copy, Debug, Default, PartialEq)]");
        self.line(&format!(
            "pub struct Own{s} {{ pub x: f64, pub y: f64, pub w: [f64; 4], pub n: usize }}"
        ));
        self.line("#[derive(Differentiable, Clone, Debug, Default, PartialEq)]");
        self.line(&format!(
            "pub struct Deep{s} {{ pub inner: [Own{s}; 2], pub rows: Vec<Own{s}>, pub v: Vec<f64>, pub k: f64 }}"
        ));
        self.line("#[derive(Differentiable, Clone, Debug, Default, PartialEq)]");
        self.line(&format!(
            "pub enum Choice{s} {{ #[default] Nothing, One(f64), Two {{ p: f64, q: f64 }}, Many(Vec<f64>, usize) }}"
        ));
        self.float_function();
        self.recursive_function();
        self.fallible_function();
        self.methods();
        self.operators();
        self.own_trait();
        self.choice_function();
        self.level = 9;
    }

    fn methods(&mut self) {
        let s = self.suffix.clone();
        self.line("#[differentiate]");
        self.line(&format!("impl Own{s} {{"));
        self.indent += 1;
        self.line("pub const K: f64 = 0.625;");
        let signatures = [
            ("own_new(x: f64, y: f64) -> Self", None, Kind::Own),
            ("own_read(&self, k: f64) -> f64", Some(false), Kind::Real),
            ("own_change(&mut self, k: f64)", Some(true), Kind::Int),
            ("own_turned(self, k: f64) -> Self", Some(false), Kind::Own),
            ("own_step(&mut self, k: f64) -> f64", Some(true), Kind::Real),
            (
                "own_pair(&self, k: f64) -> (f64, f64)",
                Some(false),
                Kind::Pair,
            ),
        ];
        for (signature, receiver, result) in signatures {
            self.line(&format!("pub fn {signature} {{"));
            self.scope = Scope::default();
            match receiver {
                Some(mutable) => {
                    self.receiver(mutable, signature.contains('&'));
                    self.real_var("k", false);
                }
                None => ["x", "y"]
                    .iter()
                    .for_each(|name| self.real_var(name, false)),
            }
            self.body(result, 5);
            self.line("}");
            self.level += 1;
        }
        self.indent -= 1;
        self.line("}");
    }

    fn operators(&mut self) {
        let s = self.suffix.clone();
        let operators = [
            ("Add", "add(self, other: Self) -> Self", true),
            ("Mul<f64>", "mul(self, k: f64) -> Self", true),
            ("Neg", "neg(self) -> Self", true),
            ("AddAssign", "add_assign(&mut self, other: Self)", false),
        ];
        for (name, signature, gives) in operators {
            self.line("#[differentiate]");
            self.line(&format!("impl std::ops::{name} for Own{s} {{"));
            self.indent += 1;
            if gives {
                self.line("type Output = Self;");
            }
            self.line(&format!("fn {signature} {{"));
            self.scope = Scope::default();
            self.receiver(!gives, !gives);
            if signature.contains("other") {
                self.fields("other", false);
            }
            if signature.contains("k:") {
                self.real_var("k", false);
            }
            self.body(if gives { Kind::Own } else { Kind::Int }, 3);
            self.line("}");
            self.indent -= 1;
            self.line("}");
        }
    }

    fn own_trait(&mut self) {
        let s = self.suffix.clone();
        let a = self.rng.u32(2..9);
        self.line("#[differentiate]");
        self.line(&format!("pub trait Shape{s}: Clone {{"));
        self.indent += 1;
        self.line("fn own_area(&self, k: f64) -> f64;");
        self.line("fn own_grow(&mut self, k: f64);");
        self.line("fn own_twice(&self, k: f64) -> f64 {");
        self.line(&format!(
            "    let mut s = self.own_area(k) * 0.{a};\n        for i in 0..2 {{ if s > 0.{a} {{ s -= self.own_area(s) * i as f64; }} else {{ s += k; }} }}\n        s"
        ));
        self.line("}");
        self.line("fn own_grown(&mut self, k: f64) -> f64 { self.own_grow(k); self.own_twice(k) }");
        self.indent -= 1;
        self.line("}");
        self.line("#[differentiate]");
        self.line(&format!("impl Shape{s} for Own{s} {{"));
        self.indent += 1;
        for (signature, mutable, result) in [
            ("own_area(&self, k: f64) -> f64", false, Kind::Real),
            ("own_grow(&mut self, k: f64)", true, Kind::Int),
        ] {
            self.line(&format!("fn {signature} {{"));
            self.scope = Scope::default();
            self.receiver(mutable, true);
            self.real_var("k", false);
            self.body(result, 4);
            self.line("}");
        }
        self.indent -= 1;
        self.line("}");
        self.line("#[reverse_only]");
        self.line("#[differentiate]");
        self.line(&format!(
            "pub fn own_generic{s}<S: Shape{s}>(shape: &S, k: f64) -> f64 {{ shape.own_area(k).sin() + shape.own_twice(0.{a}) * k }}"
        ));
        self.line("#[reverse_only]");
        self.line("#[differentiate]");
        self.line(&format!(
            "pub fn own_changed{s}<S: Shape{s}>(shape: &mut S, k: f64) -> f64 {{ shape.own_grow(k); let a = shape.own_grown(k * 0.5); a * shape.own_area(a) }}"
        ));
    }

    /// Over any real number.
    fn float_function(&mut self) {
        let s = self.suffix.clone();
        let (a, b, c) = (self.generic(2), self.generic(2), self.generic(2));
        self.line("#[differentiate]");
        self.line(&format!(
            "pub fn float{s}<T: num_traits::Float>(p: T, q: T, n: usize) -> T {{"
        ));
        self.line(&format!("    let mut r = {a};"));
        self.line(&format!("    for _ in 0..n {{ if r > q {{ r = {b}; }} else {{ r = r * p + q; }} r = r.tanh(); }}"));
        self.line(&format!("    {c}"));
        self.line("}");
    }

    fn generic(&mut self, depth: u32) -> String {
        let leaves = ["p", "q", "p", "q", "T::one()", "(p * q)"];
        let leaf = self.rng.choice(leaves).unwrap_or("p").to_owned();
        if depth == 0 {
            return leaf;
        }
        let inner = self.generic(depth - 1);
        match self.rng.u32(0..8) {
            0 => format!("({inner} + {leaf})"),
            1 => format!("({inner} * {leaf})"),
            2 => format!("({inner} - {leaf}).sin()"),
            3 => format!("({inner}).max({leaf})"),
            4 => format!("({inner}).tanh()"),
            5 => format!("({inner} / (T::one() + {leaf} * {leaf}))"),
            6 => format!("(if {leaf} > q {{ {inner} }} else {{ -{leaf} }})"),
            _ => format!("({inner}).abs().sqrt()"),
        }
    }

    fn recursive_function(&mut self) {
        let s = self.suffix.clone();
        self.line("#[differentiate]");
        self.line(&format!(
            "pub fn again{s}(x: f64, y: &[f64], n: usize) -> f64 {{"
        ));
        self.scope = Scope::default();
        self.real_var("x", false);
        self.scope.vars.push(Var::new("y", Kind::Slice, false));
        self.scope.vars.push(Var::new("n", Kind::Int, false));
        let (a, b) = (self.real(2), self.real(1));
        self.line(&format!(
            "    if n == 0 || y.len() < 2 {{ return ({a}).tanh(); }}"
        ));
        self.line(&format!(
            "    let z = again{s}(({b}).sin(), &y[1..], n - 1);"
        ));
        self.real_var("z", false);
        self.body(Kind::Real, 2);
        self.line("}");
    }

    /// With `?`.
    fn fallible_function(&mut self) {
        let s = self.suffix.clone();
        self.line("#[differentiate]");
        self.line(&format!(
            "pub fn tried{s}(x: f64, y: &[f64]) -> Option<f64> {{"
        ));
        self.scope = Scope::default();
        self.real_var("x", false);
        self.scope.vars.push(Var::new("y", Kind::Slice, false));
        self.indent += 1;
        self.line("if y.len() < 2 { return None; }");
        for _ in 0..2 {
            let (a, b) = (self.atom(), self.atom());
            let text = match self.rng.u32(0..6) {
                0 => format!("larger({a}, {b})?"),
                1 => format!("*y.get({})?", self.int()),
                2 => format!("y.iter().copied().find(|e| *e > {a})?"),
                3 => format!("root({a}).ok()? * {b}"),
                4 => format!("larger({a}, {b}).or(Some({a})).map(|v| v * 0.5)?"),
                _ => format!("y.iter().map(|e| e * {a}).reduce(|p, q| p.max(q))?"),
            };
            let name = self.declare(Kind::Real, true);
            self.line(&format!("let mut {name} = {text};"));
        }
        self.indent -= 1;
        self.fallible = true;
        self.body(Kind::Real, 3);
        self.fallible = false;
        self.line("}");
    }

    fn choice_function(&mut self) {
        let s = self.suffix.clone();
        self.scope = Scope::default();
        self.real_var("k", false);
        let base = self.scope.clone();
        let nothing = self.real(1);
        self.real_var("p", false);
        let one = self.real(2);
        self.real_var("q", false);
        let two = self.real(2);
        self.scope = base;
        self.scope.vars.push(Var::new("list", Kind::Vector, false));
        self.scope.vars.push(Var::new("n", Kind::Int, false));
        let many = self.real(2);
        self.line("#[differentiate]");
        self.line(&format!(
            "pub fn own_chosen{s}(choice: &Choice{s}, k: f64) -> f64 {{"
        ));
        self.line("    match choice {");
        self.line(&format!("        Choice{s}::Nothing => {nothing},"));
        self.line(&format!(
            "        Choice{s}::One(p) if *p > k => {{ let p = *p; {one} }}"
        ));
        self.line(&format!("        Choice{s}::One(p) => p * k,"));
        self.line(&format!(
            "        Choice{s}::Two {{ p, q }} => {{ let (p, q) = (*p, *q); {two} }}"
        ));
        self.line(&format!(
            "        Choice{s}::Many(list, n) => {{ let n = *n; {many} }}"
        ));
        self.line("    }");
        self.line("}");
    }

    /// The function of an enum at each of its variants.
    pub(super) fn choice_checks(&mut self) -> String {
        let s = self.suffix.clone();
        let mut checks = String::new();
        for variant in [
            "Nothing",
            "One(A)",
            "Two { p: A, q: B }",
            "Many(vec![A, B, 0.5], 2)",
        ] {
            let (a, b) = (self.argument(Kind::Real), self.argument(Kind::Real));
            let variant = variant.replace('A', &a).replace('B', &b);
            checks +=
                &format!("    oracle::check!(own_chosen{s}(&Choice{s}::{variant}, {b}), kink);\n");
        }
        checks
    }

    /// Statements and a result of this kind.
    fn body(&mut self, result: Kind, statements: u32) {
        let outer = self.result;
        self.result = result;
        self.budget = 0;
        self.block_open(statements);
        self.result = outer;
    }

    fn block_open(&mut self, statements: u32) {
        self.indent += 1;
        let count = self.rng.u32(0..=statements);
        (0..count).for_each(|_| self.statement());
        let value = match self.result {
            Kind::Int => None,
            Kind::Real => {
                let terms: Vec<String> = self.scope.vars.iter().filter_map(Var::as_real).collect();
                let first = terms.len().saturating_sub(6);
                Some(terms[first..].join(" + "))
            }
            kind => Some(self.value_of(kind)),
        };
        if let Some(value) = value {
            let value = self.returned(&value);
            self.line(&value);
        }
        self.indent -= 1;
    }

    /// A result, as the function gives it.
    pub(super) fn returned(&self, value: &str) -> String {
        match self.fallible {
            true => format!("Some({value})"),
            false => value.to_owned(),
        }
    }

    fn real_var(&mut self, name: &str, mutable: bool) {
        self.scope.vars.push(Var::new(name, Kind::Real, mutable));
    }

    fn receiver(&mut self, mutable: bool, lent: bool) {
        let whole = self.scope.vars.len();
        self.fields("self", mutable);
        if lent {
            self.scope.vars[whole].name = "(*self)".to_owned();
        }
    }

    /// A value of the program's own type: its fields are places of their own.
    pub(super) fn fields(&mut self, name: &str, mutable: bool) {
        self.scope.vars.push(Var::new(name, Kind::Own, mutable));
        self.real_var(&format!("{name}.x"), mutable);
        self.real_var(&format!("{name}.y"), mutable);
        let array = Var::new(&format!("{name}.w"), Kind::Array, mutable);
        self.scope.vars.push(array);
    }

    /// A number that an own value gives.
    pub(super) fn own_number(&mut self) -> String {
        let (a, s) = (self.atom(), self.suffix.clone());
        let Some(v) = self.pick(Kind::Own).map(|var| var.name) else {
            return a;
        };
        match self.rng.u32(0..7) {
            0 | 1 if self.level > 1 => format!("{v}.own_read({a})"),
            2 if self.level > 5 => format!("{v}.own_pair({a}).1"),
            3 if self.level > 6 => format!("{v}.own_area({a})"),
            4 if self.level > 6 => format!("own_generic{s}(&{v}, {a})"),
            5 if self.level > 6 => format!("{v}.own_twice({a})"),
            6 => format!("{v}.x * Own{s}::K"),
            _ => format!("{v}.y * {v}.n as f64"),
        }
    }

    /// An own value.
    pub(super) fn own_value(&mut self) -> String {
        let (a, b, s) = (self.real(1), self.atom(), self.suffix.clone());
        let written = format!("Own{s} {{ x: {a}, y: {b}, w: [{b}, 0.5, {a}, 0.25], n: 2 }}");
        let Some(v) = self.pick(Kind::Own).map(|var| var.name) else {
            return match self.level > 0 && self.rng.bool() {
                true => format!("Own{s}::own_new({a}, {b})"),
                false => written,
            };
        };
        let u = self.pick(Kind::Own).map_or(v.clone(), |var| var.name);
        // the type of `self` is known by its name
        match self.rng.u32(0..8) {
            0 => written,
            1 => format!("Own{s} {{ x: {a}, ..{v} }}"),
            2 if self.level > 3 => format!("{v}.own_turned({a})"),
            3 if self.level > 6 => format!("{v} + {u}"),
            4 if self.level > 6 => format!("{v} * {b}"),
            5 if self.level > 6 => format!("-{v}"),
            6 if self.level > 0 => format!("Own{s}::own_new({a}, {b})"),
            _ => v,
        }
    }
}
