//! What the body computes twice is computed once.
//!
//! A second read of an element, with nothing written in between, is the value
//! that was read first: its adjoint is one sum, which is added to its place once,
//! where each read would add to memory on its own. Arithmetic on equal operands
//! is merged for the sake of such reads (`x[i + 1]`).

use crate::ir::{
    Arg, BinaryOp, Capture, Function, Hold, Kind, Op, Place, Proj, Region, Stmt, Tree, ValueId,
    Views, rewrite_region_uses,
};
use quote::ToTokens;
use std::collections::{BTreeMap, BTreeSet};

/// Merges equal reads and equal arithmetic.
pub(crate) fn merge(f: &mut Function) {
    let mut body = std::mem::take(&mut f.body);
    let mut pass = Pass {
        views: Views::of(f, &body),
        scalars: scalars(f, &body),
        f,
        literals: BTreeMap::new(),
        same: BTreeMap::new(),
    };
    pass.region(&mut body, &mut Known::default());
    let same = pass.same;
    let mut resolve = |value: &mut ValueId| {
        if let Some(first) = same.get(value) {
            *value = *first;
        }
    };
    rewrite_region_uses(&mut body, &mut resolve);
    f.body = body;
    f.result.for_each_mut(&mut resolve);
    for param in &mut f.params {
        if let Some(exit) = &mut param.exit {
            exit.for_each_mut(&mut resolve);
        }
    }
}

/// What has been computed on the way to a statement.
#[derive(Default)]
struct Known {
    reads: Reads,
    arithmetic: BTreeMap<String, ValueId>,
    /// What to take back at the end of each region around the statement.
    changes: Vec<Vec<Change>>,
}

/// By the root of what is read, then by the place.
type Reads = BTreeMap<ValueId, BTreeMap<String, ValueId>>;

/// Copies of all that is known for each region would take time quadratic in their number.
enum Change {
    Arithmetic(String),
    Read(ValueId, String),
    Forgot(Reads),
}

impl Known {
    /// The value that a place was read into first: `value`, if it was not.
    fn read(&mut self, root: ValueId, key: String, value: ValueId) -> ValueId {
        let reads = self.reads.entry(root).or_default();
        if let Some(first) = reads.get(&key) {
            return *first;
        }
        reads.insert(key.clone(), value);
        self.changed(Change::Read(root, key));
        value
    }

    /// The same of arithmetic.
    fn arithmetic(&mut self, key: String, value: ValueId) -> ValueId {
        if let Some(first) = self.arithmetic.get(&key) {
            return *first;
        }
        self.arithmetic.insert(key.clone(), value);
        self.changed(Change::Arithmetic(key));
        value
    }

    fn forget(&mut self, written: &Written) {
        let forgotten: Reads = match written.all {
            true => std::mem::take(&mut self.reads),
            false => {
                let roots = written.roots.iter();
                roots
                    .filter_map(|root| self.reads.remove_entry(root))
                    .collect()
            }
        };
        if !forgotten.is_empty() {
            self.changed(Change::Forgot(forgotten));
        }
    }

    fn changed(&mut self, change: Change) {
        if let Some(changes) = self.changes.last_mut() {
            changes.push(change);
        }
    }

    fn enter(&mut self) {
        self.changes.push(Vec::new());
    }

    fn leave(&mut self) {
        for change in self.changes.pop().into_iter().flatten().rev() {
            match change {
                Change::Arithmetic(key) => {
                    self.arithmetic.remove(&key);
                }
                Change::Read(root, key) => {
                    if let Some(reads) = self.reads.get_mut(&root) {
                        reads.remove(&key);
                    }
                }
                Change::Forgot(reads) => self.reads.extend(reads),
            }
        }
    }
}

struct Pass<'a> {
    f: &'a mut Function,
    views: Views,
    /// Values of unknown type that are only computed with.
    scalars: BTreeSet<ValueId>,
    /// The text of literals and of the paths of constants.
    literals: BTreeMap<ValueId, String>,
    /// From a value to the one that it equals.
    same: BTreeMap<ValueId, ValueId>,
}

impl Pass<'_> {
    fn region(&mut self, region: &mut Region, known: &mut Known) {
        for mut stmt in std::mem::take(&mut region.stmts) {
            crate::ir::rewrite_uses(&mut stmt, &mut |value| {
                if let Some(first) = self.same.get(value) {
                    *value = *first;
                }
            });
            if let Stmt::Let(binding) = &stmt
                && self.is_known(binding.value, &binding.op, known)
            {
                continue;
            }
            let is_loop = matches!(stmt, Stmt::Loop(_));
            let mut nested = Written::default();
            crate::ir::for_each_region(&stmt, &mut |inner, _| self.written(inner, &mut nested));
            if is_loop {
                // what a later iteration reads may be written by one before it
                known.forget(&nested);
            }
            crate::ir::for_each_region_mut(&mut stmt, &mut |inner| {
                known.enter();
                self.region(inner, known);
                known.leave();
            });
            known.forget(&nested);
            let mut here = Written::default();
            self.written_by(&stmt, &mut here);
            known.forget(&here);
            region.stmts.push(stmt);
        }
    }

    /// Whether a value equals one that is known; otherwise it is known from now on.
    fn is_known(&mut self, value: ValueId, op: &Op, known: &mut Known) -> bool {
        if let Op::Constant(tokens) = op {
            let text = literal(tokens.clone());
            self.literals.extend(text.map(|text| (value, text)));
            return false;
        }
        let first = match op {
            Op::Load(place) if !place.path.is_empty() && self.is_scalar(value) => {
                let root = self.views.root(place.base);
                if self.views.candidates(root).is_some() {
                    return false;
                }
                self.place(place).map(|key| known.read(root, key, value))
            }
            _ => {
                let key = self.arithmetic(value, op);
                key.map(|key| known.arithmetic(key, value))
            }
        };
        let Some(first) = first else {
            return false;
        };
        if first == value {
            return false;
        }
        self.same.insert(value, first);
        // the user's name for the second is a name for the first
        let hint = self.f.info(value).hint.clone();
        let info = self.f.info_mut(first);
        if info.hint.is_none() {
            info.hint = hint;
        }
        true
    }

    /// Whether the content of a value cannot change.
    fn is_scalar(&self, value: ValueId) -> bool {
        match self.f.kind(value) {
            Kind::Real(_) | Kind::Int | Kind::Bool => !self.f.is_reference(value),
            _ => self.scalars.contains(&value),
        }
    }

    fn place(&self, place: &Place) -> Option<String> {
        let mut key = format!("{}", place.base.0);
        for step in &place.path {
            match step {
                Proj::Index(index) => key += &format!("[{}]", self.operand(*index)),
                Proj::Field(member) => key += &format!(".{}", member.to_token_stream()),
                Proj::Range(..)
                | Proj::Deref
                | Proj::Variant(..)
                | Proj::Own(..)
                | Proj::Called(_)
                | Proj::Selected(_) => return None,
            }
        }
        Some(key)
    }

    /// A value by its number, or a literal by its text: where other operands are
    /// the same, so is its type.
    fn operand(&self, value: ValueId) -> String {
        let literal = self.literals.get(&value).cloned();
        literal.unwrap_or_else(|| format!("%{}", value.0))
    }

    fn arithmetic(&self, value: ValueId, op: &Op) -> Option<String> {
        let number = |value: ValueId| {
            matches!(self.f.kind(value), Kind::Real(_) | Kind::Int) && !self.f.is_reference(value)
        };
        if let Op::Verbatim(capture, _) = op {
            return (self.is_scalar(value) && capture.is_lookup())
                .then(|| self.lookup(capture))
                .flatten();
        }
        if !number(value) {
            return None;
        }
        match op {
            Op::Binary(op, a, b) => {
                let shift = matches!(op, BinaryOp::Shl | BinaryOp::Shr);
                // of two literals only rustc knows the type
                let literals = self.literals.contains_key(a) && self.literals.contains_key(b);
                let known = number(*a) && number(*b) && !shift && !literals;
                let text = || format!("{} {} {}", self.operand(*a), op.symbol(), self.operand(*b));
                known.then(text)
            }
            Op::Neg(a) if number(*a) && !self.literals.contains_key(a) => {
                Some(format!("-{}", self.operand(*a)))
            }
            Op::Cast(a, ty) if number(*a) && !self.literals.contains_key(a) => {
                let ty = ty.to_token_stream();
                Some(format!("{} as {ty}", self.operand(*a)))
            }
            _ => None,
        }
    }

    /// The same element of the same constant.
    fn lookup(&self, capture: &Capture) -> Option<String> {
        let mut key = capture.tokens.to_string();
        for (name, tree) in &capture.uses {
            match tree {
                Tree::Leaf(leaf) if self.is_scalar(*leaf) => {
                    key += &format!("; {name} = {}", self.operand(*leaf));
                }
                _ => return None,
            }
        }
        Some(key)
    }

    fn written(&self, region: &Region, into: &mut Written) {
        for stmt in &region.stmts {
            self.written_by(stmt, into);
            crate::ir::for_each_region(stmt, &mut |inner, _| self.written(inner, into));
        }
    }

    /// What a statement itself may write to.
    fn written_by(&self, stmt: &Stmt, into: &mut Written) {
        match stmt {
            Stmt::Store(store) => {
                into.roots.extend(self.views.roots(store.place.base));
            }
            Stmt::Let(binding) => {
                into.all |= !is_pure(&binding.op);
            }
            Stmt::Call(call) => {
                for arg in &call.args {
                    if let Arg::In(tree) = arg {
                        tree.for_each(&mut |leaf| {
                            into.all |= self.f.info(*leaf).hold == Hold::Mut;
                        });
                    }
                }
            }
            Stmt::If(_) | Stmt::Match(_) | Stmt::Loop(_) => {}
            _ => into.all = true,
        }
    }
}

/// What statements may write to.
#[derive(Default)]
struct Written {
    roots: BTreeSet<ValueId>,
    all: bool,
}

/// Whether an operation changes nothing. Views are: what is written through one
/// is written to its root.
fn is_pure(op: &Op) -> bool {
    match op {
        Op::Constant(tokens) => literal(tokens.clone()).is_some(),
        Op::Verbatim(capture, _) => capture.is_lookup(),
        Op::Number(_)
        | Op::Integer(_)
        | Op::Flag(_)
        | Op::Copy(..)
        | Op::Neg(_)
        | Op::Not(_)
        | Op::Binary(..)
        | Op::Method(..)
        | Op::Cast(..)
        | Op::Convert(..)
        | Op::Deref(_)
        | Op::Project(..)
        | Op::Load(_)
        | Op::View(..)
        | Op::Traced(..)
        | Op::Part(..)
        | Op::Lens(_)
        | Op::Chosen(_)
        | Op::Half(..)
        | Op::Duplicate(..)
        | Op::Query(..)
        | Op::Length(_)
        | Op::IsEmpty(_)
        | Op::Aggregate(..)
        | Op::Repeat(..)
        | Op::NewVec(_)
        | Op::Select(..) => true,
        _ => false,
    }
}

/// The text of a literal or of the path of a constant.
fn literal(tokens: proc_macro2::TokenStream) -> Option<String> {
    match syn::parse2::<syn::Expr>(tokens).ok()? {
        syn::Expr::Lit(lit) => Some(lit.to_token_stream().to_string()),
        syn::Expr::Path(path) => Some(path.to_token_stream().to_string()),
        _ => None,
    }
}

/// The values of unknown type whose every use is arithmetic.
fn scalars(f: &Function, body: &Region) -> BTreeSet<ValueId> {
    fn visit(region: &Region, computed: &mut BTreeMap<ValueId, i64>) {
        for stmt in &region.stmts {
            if let Stmt::Let(binding) = stmt
                && let Op::Binary(..) | Op::Neg(_) | Op::Method(..) = &binding.op
            {
                binding.op.for_each_use(&mut |value| {
                    *computed.entry(*value).or_default() += 1;
                });
            }
            crate::ir::for_each_region(stmt, &mut |inner, _| visit(inner, computed));
        }
    }
    let mut left = BTreeMap::new();
    visit(body, &mut left);
    crate::ir::for_each_region_use(body, &mut |value| {
        *left.entry(value).or_default() -= 1;
    });
    let exits = f.params.iter().filter_map(|param| param.exit.as_ref());
    for leaf in exits.chain([&f.result]).flat_map(|tree| tree.leaves()) {
        *left.entry(leaf).or_default() -= 1;
    }
    let only = left.into_iter().filter(|(_, left)| *left == 0);
    only.map(|(value, _)| value)
        .filter(|value| !f.is_reference(*value))
        .collect()
}
