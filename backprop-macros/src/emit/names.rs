//! Names of generated values: the user's where there is one, `d_x` for the
//! adjoint of `x`, the operation's for the rest.

use crate::ir::{BinaryOp, Function, Loop, Op, RangeAdaptor, Region, RevLoop, Stmt, ValueId};
use proc_macro2::{Ident, Span};
use std::collections::{BTreeMap, BTreeSet};

/// The function that copies a slice to an array.
pub(crate) const TO_ARRAY: &str = "to_array";

/// Every generated local starts so: hygiene does not keep a user's `const t`
/// from being meant by a generated `let t`.
pub(crate) const PREFIX: &str = "__";

/// The names given so far.
struct Names<'a> {
    names: BTreeMap<ValueId, String>,
    used: BTreeSet<String>,
    /// The first version of a name that may be free: names are never given back.
    versions: BTreeMap<String, usize>,
    /// Values that are written where they are used need no name.
    inline: &'a BTreeMap<ValueId, Op>,
}

/// The names of the values of a function.
pub(crate) type NameTable = BTreeMap<ValueId, String>;

impl Names<'_> {
    /// Names all values of `f` that need a name.
    fn of(f: &Function, inline: &BTreeMap<ValueId, Op>) -> NameTable {
        let mut names = Names {
            names: BTreeMap::new(),
            used: BTreeSet::new(),
            versions: BTreeMap::new(),
            inline,
        };
        for param in &f.params {
            param.entry.for_each(&mut |leaf| names.add(f, *leaf, "x"));
        }
        names.region(f, &f.body);
        if let Some(reverse) = &f.reverse {
            reverse
                .upstream
                .for_each(&mut |leaf| names.add(f, *leaf, "upstream"));
            for buffer in reverse.buffers.iter().flatten() {
                names.add(f, *buffer, "buffer");
            }
            for exit in reverse.exits.iter().flatten() {
                exit.for_each(&mut |leaf| names.add(f, *leaf, "upstream"));
            }
            names.region(f, &reverse.body);
        }
        names.names
    }

    fn add(&mut self, f: &Function, value: ValueId, fallback: &str) {
        if self.names.contains_key(&value) || self.inline.contains_key(&value) {
            return;
        }
        let info = f.info(value);
        let base = match &info.hint {
            Some(hint) => hint.trim_start_matches("r#").trim_start_matches(PREFIX),
            None => fallback,
        };
        let base = match info.adjoint {
            true => format!("d_{base}"),
            false => base.to_owned(),
        };
        let name = self.unique(base);
        self.names.insert(value, name);
    }

    fn unique(&mut self, base: String) -> String {
        let version = self.versions.entry(base.clone()).or_default();
        loop {
            let name = match *version {
                0 => base.clone(),
                version => format!("{base}_{version}"),
            };
            *version += 1;
            if self.used.insert(name.clone()) {
                return name;
            }
        }
    }

    /// Two values that share one variable.
    fn share(&mut self, value: ValueId, with: ValueId) {
        if let Some(name) = self.names.get(&with).cloned() {
            self.names.insert(value, name);
        }
    }

    fn region(&mut self, f: &Function, region: &Region) {
        for stmt in &region.stmts {
            self.stmt(f, stmt);
        }
    }

    fn stmt(&mut self, f: &Function, stmt: &Stmt) {
        match stmt {
            Stmt::Let(binding) => self.add(f, binding.value, operation(&binding.op)),
            Stmt::Loop(Loop {
                params, results, ..
            })
            | Stmt::RevLoop(RevLoop {
                params, results, ..
            }) => {
                // one `let mut` holds both
                for (param, result) in params.iter().zip(results) {
                    self.add(f, *param, "state");
                    self.share(*result, *param);
                }
            }
            // what the forward half calls otherwise, as it is no reference there
            Stmt::RevBranch(branch) => {
                let arms = branch.record.iter().flat_map(|record| &record.arms);
                for value in arms.flatten() {
                    self.add(f, *value, "value");
                }
            }
            _ => {}
        }
        if let Stmt::Loop(Loop {
            fused: Some(fused), ..
        }) = stmt
        {
            for (param, result) in fused.params.iter().zip(&fused.results) {
                self.add(f, *param, "state");
                self.share(*result, *param);
            }
        }
        crate::ir::for_each_region(stmt, &mut |inner, bound| {
            for value in bound {
                self.add(f, value, "item");
            }
            self.region(f, inner);
        });
        for value in crate::ir::definitions(stmt) {
            self.add(f, value, "value");
        }
        if let Stmt::Loop(looped) = stmt
            && let crate::ir::Head::Range(range) = &looped.head
        {
            self.add(f, range.item, "i");
            for adaptor in &range.adaptors {
                if let RangeAdaptor::StepBy(step) = adaptor {
                    self.add(f, *step, "step");
                }
            }
        }
    }
}

/// Names all values of `f` but those of `inline`.
pub(crate) fn name_values(f: &Function, inline: &BTreeMap<ValueId, Op>) -> NameTable {
    Names::of(f, inline)
}

/// An identifier for a local that no value of the IR stands for. Names of
/// values never continue the prefix with a digit.
pub(crate) fn plumbing(name: &str, span: Span) -> Ident {
    local(&format!("0{name}"), span)
}

/// An identifier for a generated local.
pub(crate) fn local(name: &str, span: Span) -> Ident {
    Ident::new(
        &format!("{PREFIX}{name}"),
        span.resolved_at(Span::mixed_site()),
    )
}

/// What a companion of a method computes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// Value and pullback.
    Split,
    /// Value and tangent.
    Forward,
    /// Value, tangent, and the pullback of both.
    Doubled,
    /// Value, gradient, and the Hessian times a vector.
    Second,
    /// Where the reference leads that it returns.
    Lens,
    /// Whether its default form has a companion.
    Default,
    /// Whether it may run again.
    Repeat,
    /// The same, as a constant.
    Repeatable,
    /// Value and pullback, as a member of a trait that objects have.
    Object,
    /// Value and tangent, as such a member.
    ObjectForward,
    /// Value, tangent, and the pullback of both, as such a member.
    ObjectDoubled,
    /// The split form of a trait object.
    SplitOfObject,
    /// Its forward mode.
    ForwardOfObject,
    /// Its split form with tangents.
    DoubledOfObject,
    /// Whether the type behind an object has a method of its own in place of the default one.
    Replaces,
    /// The default form of a method, as a trait object has it: its split form.
    DefaultOfObject,
    /// Its forward mode.
    DefaultForward,
    /// Its split form with tangents.
    DefaultDoubled,
}

/// The companion of a method. Its name is read in the message of rustc where
/// there is none.
pub(crate) fn companion_method(name: &Ident, form: Form, span: Span) -> Ident {
    let name = name.to_string();
    let name = name.trim_start_matches("r#");
    let form = match form {
        Form::Split => "differentiated",
        Form::Forward => "jvp",
        Form::Doubled => "doubled",
        Form::Second => "hvp",
        Form::Lens => "lens",
        Form::Default => "default",
        Form::Repeat => "repeats",
        Form::Repeatable => "REPEATS",
        Form::Object => "object",
        Form::ObjectForward => "object_jvp",
        Form::ObjectDoubled => "object_doubled",
        Form::SplitOfObject => "differentiated_dyn",
        Form::ForwardOfObject => "jvp_dyn",
        Form::DoubledOfObject => "doubled_dyn",
        Form::Replaces => "replaces",
        Form::DefaultOfObject => "own_differentiated_dyn",
        Form::DefaultForward => "own_jvp_dyn",
        Form::DefaultDoubled => "own_doubled_dyn",
    };
    Ident::new(&format!("{PREFIX}{form}_{name}"), span)
}

/// What a value without a name is called.
fn operation(op: &Op) -> &'static str {
    match op {
        Op::Binary(BinaryOp::Add, ..) => "sum",
        Op::Binary(BinaryOp::Sub, ..) => "difference",
        Op::Binary(BinaryOp::Mul, ..) => "product",
        Op::Binary(BinaryOp::Div, ..) => "quotient",
        Op::Binary(BinaryOp::Rem, ..) => "remainder",
        Op::Binary(op, ..) if op.is_predicate() => "test",
        Op::Neg(_) => "negated",
        Op::Method(method, _) => method.name(),
        Op::Constant(_) | Op::Number(_) | Op::Integer(_) | Op::Flag(_) | Op::Function(..) => {
            "constant"
        }
        Op::Select(..) => "share",
        Op::ZeroGradient(_) => "zero",
        Op::Load(_) => "element",
        Op::View(..) => "view",
        Op::Draw(_) => "wire",
        Op::Query(_, method) if method == "len" => "len",
        _ => "value",
    }
}

/// Identifiers with another span.
pub(super) trait RawIdent {
    fn new_raw_if(name: &Ident, span: Span) -> Ident;
}

impl RawIdent for Ident {
    /// The same identifier with another span (raw ones cannot be made anew). Generated code
    /// is of edition 2024, where `gen` is a keyword; in earlier ones it is a name.
    fn new_raw_if(name: &Ident, span: Span) -> Ident {
        if name == "gen" {
            return Ident::new_raw("gen", span);
        }
        let mut name = name.clone();
        name.set_span(span);
        name
    }
}
