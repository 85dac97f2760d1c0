//! Random programs from the language that `#[differentiate]` accepts.

mod chains;
mod forms;
mod helpers;
mod lent;
mod own;
mod shapes;
mod statements;
mod values;

use fastrand::Rng;
pub(crate) use helpers::{HELPERS, narrow};
use std::fmt::Write;

/// Items for one `oracle::programs!`, which holds those of many programs. Their
/// names end in `s`, the seed and `_`.
pub(crate) struct Program {
    pub(crate) seed: u64,
    /// The items.
    pub(crate) items: String,
    /// Statements that check the functions among them.
    pub(crate) checks: String,
}

impl Program {
    /// The program as a module of its own.
    pub(crate) fn text(&self) -> String {
        let Self { items, checks, .. } = self;
        format!(
            "use backprop::{{differentiate, Differentiable}};\noracle::programs! {{\n{HELPERS}{items}}}\n\
             pub fn run() {{\n{checks}}}\n"
        )
    }
}

/// What programs have beside the usual.
#[derive(Clone, Copy)]
pub(crate) struct Style {
    /// All forms of statements, and types of their own.
    pub(crate) wide: bool,
    /// `#[checkpoint]` on each outermost loop.
    pub(crate) checkpoints: bool,
}

/// The program of a seed; a wide one also has types of its own, generic, recursive and
/// fallible functions, and more forms of statements.
pub(crate) fn program(seed: u64, style: Style) -> Program {
    let wide = style.wide;
    let mut generator = Generator {
        rng: Rng::with_seed(seed),
        suffix: format!("s{seed}_"),
        out: String::new(),
        indent: 1,
        scope: Scope::default(),
        next: 0,
        depth: 0,
        budget: 0,
        loops: 0,
        result: Kind::Real,
        wide: false,
        checkpoints: style.checkpoints,
        owns: false,
        level: 0,
        fallible: false,
        plain: false,
        single: false,
    };
    let mut narrow = false;
    if wide {
        generator.wide = true;
        generator.owns = generator.rng.u32(0..3) == 0;
        generator.plain = !generator.owns && generator.rng.u32(0..3) == 0;
        generator.single = generator.rng.u32(0..10) == 0;
        narrow = generator.single && generator.rng.bool();
    }
    if generator.owns {
        generator.own_items();
    }
    let count = match wide {
        true => 1 + generator.rng.usize(0..2),
        false => 2 + generator.rng.usize(0..2),
    };
    let mut checks: String = (0..count).map(|index| generator.function(index)).collect();
    if generator.owns {
        checks += &generator.choice_checks();
    }
    let mut items = generator.out;
    if narrow {
        items = helpers::narrow(&items);
        checks = helpers::narrow(&checks);
    }
    Program {
        seed,
        items,
        checks,
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
    /// A `Copy` struct of the program's own, which has methods and operators.
    Own,
    /// One that holds others in an array and a vector.
    Deep,
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
    /// The end of the names of items.
    suffix: String,
    out: String,
    indent: usize,
    scope: Scope,
    next: u32,
    depth: u32,
    budget: i32,
    loops: u32,
    result: Kind,
    /// With all forms of statements.
    wide: bool,
    /// With `#[checkpoint]` on loops.
    checkpoints: bool,
    /// Whether the program has types of its own.
    owns: bool,
    /// How many of their methods are there.
    level: u32,
    /// Whether the result is optional.
    fallible: bool,
    /// Without calls of other functions, so that there are second derivatives.
    plain: bool,
    /// With some numbers of the other width.
    single: bool,
}

impl Generator {
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
            let own = [Own, Own, Deep];
            if self.owns && self.rng.u32(0..3) == 0 {
                params.push((format!("x{i}"), self.rng.choice(own).unwrap_or(Own)));
                continue;
            }
            params.push((format!("x{i}"), self.rng.choice(kinds).unwrap_or(Real)));
        }
        let written = params.iter().any(|(_, kind)| *kind == SliceMut);
        let results = [Real, Real, Real, Vector, Array, Pair, Struct];
        let results = match (self.plain, self.owns) {
            (true, _) => [Real; 7],
            (_, true) => [Real, Real, Real, Vector, Own, Pair, Struct],
            _ => results,
        };
        self.result = match written && self.rng.bool() {
            true => Int,
            false => self.rng.choice(results).unwrap_or(Real),
        };
        let owned = [Array, Vector, Matrix, Struct, Own, Deep];
        let listed: Vec<String> = params
            .iter()
            .map(|(name, kind)| match owned.contains(kind) {
                true => format!("mut {name}: {}", self.parameter(*kind)),
                false => format!("{name}: {}", self.parameter(*kind)),
            })
            .collect();
        let result = match self.result {
            Int => String::new(),
            kind => format!(" -> {}", self.parameter(kind)),
        };
        self.indent = 1;
        let start = self.out.len();
        self.line("#[differentiate]");
        self.line(&format!(
            "pub fn f{index}{}({}){result} {{",
            self.suffix,
            listed.join(", ")
        ));
        for (name, kind) in &params {
            let mutable = *kind == SliceMut || owned.contains(kind);
            match kind {
                Own => self.fields(name, mutable),
                _ => self.scope.vars.push(Var::new(name, *kind, mutable)),
            }
        }
        self.indent += 1;
        while self.budget > 0 {
            self.statement();
        }
        self.finish();
        self.indent -= 1;
        self.line("}");
        if !Self::is_forward(&self.out[start..]) {
            self.out.insert_str(start, "    #[reverse_only]\n");
        }
        let mut checks = String::new();
        for _ in 0..2 {
            let args: Vec<String> = params
                .iter()
                .map(|(_, kind)| self.argument(*kind))
                .collect();
            let _ = writeln!(
                checks,
                "    oracle::check!(f{index}{}({}), kink);",
                self.suffix,
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
                    terms.extend(match self.plain {
                        true => var.as_sum(),
                        false => var.as_real(),
                    });
                }
                terms.join(" + ")
            }
            kind => self.value_of(kind),
        };
        self.line(&value);
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
}

impl Generator {
    /// The type of a parameter.
    fn parameter(&self, kind: Kind) -> String {
        match kind {
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
            Kind::Own => return format!("Own{}", self.suffix),
            Kind::Deep => return format!("Deep{}", self.suffix),
        }
        .to_owned()
    }
}

impl Var {
    fn new(name: &str, kind: Kind, mutable: bool) -> Self {
        let name = name.to_owned();
        Self {
            name,
            kind,
            mutable,
        }
    }

    /// The same without a call.
    fn as_sum(&self) -> Option<String> {
        let name = &self.name;
        Some(match self.kind {
            Kind::Array | Kind::Vector | Kind::Slice | Kind::SliceMut => {
                format!("{name}.iter().map(|e| e * e).sum::<f64>()")
            }
            Kind::Matrix => format!("{name}[0][0] * {name}[1][0]"),
            Kind::Struct | Kind::StructRef => format!("{name}.a * {name}.v[0] + {name}.w[1]"),
            _ => return self.as_real(),
        })
    }

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
            Kind::Deep => {
                format!("({name}.inner[1].x * {name}.k + {name}.rows[0].y + {name}.v[0])")
            }
            Kind::Int | Kind::Own => return None,
        })
    }
}
