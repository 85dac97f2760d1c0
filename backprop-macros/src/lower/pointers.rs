//! `&mut` references to local numbers that are chosen by a condition or assigned.
//!
//! A number in a variable has no place in memory. A reference to it that has to be a
//! value ([`Op::Pointer`]) becomes the number of its variable, an integer; reading and
//! writing through it become a branch on that number. Which variables a reference may be
//! of is found by what is written to what, whatever the order.

use super::{Lowerer, Place as Variable};
use crate::errors::Errors;
use crate::fence::catalogue as no;
use crate::ir::{
    Arg, BinaryOp, Function, Hold, If, Kind, Let, Op, Place, Region, Stmt, Store, Tree, ValueId,
    VarId, for_each_direct_use, for_each_region, for_each_region_mut,
};
use proc_macro2::Span;
use std::collections::{BTreeMap, BTreeSet};
use syn::spanned::Spanned;

impl Lowerer<'_> {
    /// A reference to a number in a variable, as a value.
    pub(super) fn pointer(&mut self, var: VarId, place: &Variable, span: Span) -> Tree<ValueId> {
        if !self.slots[place.slot.0].mutable {
            self.errors.refuse_at(span, no::ASSIGNMENT_IMMUTABLE);
        }
        let kind = self.f.vars[var.0 as usize].kind;
        let pointer = self.push_value(Op::Pointer(var), kind, span);
        self.f.info_mut(pointer).hold = Hold::Mut;
        Tree::Leaf(pointer)
    }

    /// The reference of `v = w`, where `w` is another name of a number and `v` holds
    /// references.
    pub(super) fn assigned_pointer(&mut self, assign: &syn::ExprAssign) -> Option<Tree<ValueId>> {
        let target = self.place(&assign.left)?;
        let Tree::Leaf(held) = self.place_vars(&target)? else {
            return None;
        };
        let place = self.as_mut_reference(&assign.right)?;
        let holds_references = self.f.vars[held.0 as usize].hold == Hold::Mut;
        match self.place_vars(&place)? {
            Tree::Leaf(var) if holds_references && !self.is_in_memory(&place) => {
                Some(self.pointer(var, &place, assign.right.span()))
            }
            _ => None,
        }
    }
}

/// Replaces the references of `f` by the numbers of their variables.
pub(crate) fn replace(f: &mut Function, errors: &mut Errors) {
    let mut body = std::mem::take(&mut f.body);
    let mut targets = BTreeMap::new();
    find(&body, &mut targets);
    if !targets.is_empty() {
        let mut flow = Flow::default();
        while flow.visit(&body) {}
        let mut pass = Pass {
            f,
            targets,
            flow,
            errors,
            out: Vec::new(),
        };
        pass.region(&mut body);
        pass.forget();
    }
    f.body = body;
}

/// The variables that are referred to, numbered.
fn find(region: &Region, into: &mut BTreeMap<VarId, i64>) {
    for stmt in &region.stmts {
        if let Stmt::Let(binding) = stmt
            && let Op::Pointer(var) = binding.op
        {
            let number = into.len() as i64;
            into.entry(var).or_insert(number);
        }
        for_each_region(stmt, &mut |inner, _| find(inner, into));
    }
}

/// Which variables a reference may be of.
#[derive(Default)]
struct Flow {
    values: BTreeMap<ValueId, BTreeSet<VarId>>,
    /// Of a reference that a variable holds.
    vars: BTreeMap<VarId, BTreeSet<VarId>>,
}

impl Flow {
    /// Whether anything new was found.
    fn visit(&mut self, region: &Region) -> bool {
        let mut found = false;
        for stmt in &region.stmts {
            match stmt {
                Stmt::Let(binding) => {
                    let more = match &binding.op {
                        Op::Pointer(var) => Some(BTreeSet::from([*var])),
                        op => same(op).and_then(|from| self.values.get(&from).cloned()),
                    };
                    if let Some(more) = more {
                        found |= extend(self.values.entry(binding.value).or_default(), more);
                    }
                }
                Stmt::Read(value, var) => {
                    if let Some(more) = self.vars.get(var).cloned() {
                        found |= extend(self.values.entry(*value).or_default(), more);
                    }
                }
                Stmt::Write(var, value) => {
                    if let Some(more) = self.values.get(value).cloned() {
                        found |= extend(self.vars.entry(*var).or_default(), more);
                    }
                }
                _ => {}
            }
            for_each_region(stmt, &mut |inner, _| found |= self.visit(inner));
        }
        found
    }
}

fn extend(set: &mut BTreeSet<VarId>, more: BTreeSet<VarId>) -> bool {
    let before = set.len();
    set.extend(more);
    set.len() != before
}

/// The reference that an operation gives again.
fn same(op: &Op) -> Option<ValueId> {
    match op {
        Op::Copy(from, _) => Some(*from),
        Op::View(Place { base, path }, true) if path.is_empty() => Some(*base),
        _ => None,
    }
}

struct Pass<'a> {
    f: &'a mut Function,
    targets: BTreeMap<VarId, i64>,
    flow: Flow,
    errors: &'a mut Errors,
    out: Vec<Stmt>,
}

impl Pass<'_> {
    fn region(&mut self, region: &mut Region) {
        let outer = std::mem::take(&mut self.out);
        for mut stmt in std::mem::take(&mut region.stmts) {
            for_each_region_mut(&mut stmt, &mut |inner| self.region(inner));
            self.stmt(stmt);
        }
        region.stmts = std::mem::replace(&mut self.out, outer);
    }

    fn stmt(&mut self, mut stmt: Stmt) {
        match &mut stmt {
            Stmt::Let(Let { value, op }) => {
                if let Op::Pointer(var) = op {
                    *op = Op::Integer(self.targets[var]);
                } else if let Some(from) = same(op)
                    && self.of(from).is_some()
                {
                    *op = Op::Copy(from, None);
                } else if let Op::Load(Place { base, path }) = op
                    && path.is_empty()
                    && let Some(of) = self.of(*base)
                {
                    self.load(*value, *base, &of);
                    return;
                }
            }
            Stmt::Store(store) if store.place.path.is_empty() => {
                if let Some(of) = self.of(store.place.base) {
                    let store = store.clone();
                    self.store(&store, &of);
                    return;
                }
            }
            Stmt::Write(var, value) => {
                let (var, value) = (*var, *value);
                if self.flow.vars.contains_key(&var) && self.of(value).is_none() {
                    // a reference to what is kept in memory
                    self.refuse(self.f.info(value).span);
                }
            }
            Stmt::Call(call) => {
                let mut after = Vec::new();
                for arg in &mut call.args {
                    if let Arg::In(Tree::Leaf(pointer)) = arg
                        && let Some(of) = self.of(*pointer)
                    {
                        let info = self.f.info(*pointer).clone();
                        let mut number = || self.f.value(info.kind, None, info.span);
                        let (old, new) = (number(), number());
                        self.load(old, *pointer, &of);
                        after.push((*pointer, new, of));
                        *arg = Arg::Mut {
                            before: Tree::Leaf(old),
                            after: Tree::Leaf(new),
                        };
                    }
                }
                self.check(&stmt);
                self.out.push(stmt);
                for (pointer, value, of) in after {
                    let store = Store {
                        place: Place::whole(pointer),
                        op: None,
                        value,
                        old: None,
                        saved: None,
                    };
                    self.store(&store, &of);
                }
                return;
            }
            _ => {}
        }
        let is_known = matches!(&stmt, Stmt::Write(..))
            || matches!(&stmt, Stmt::Let(binding) if same(&binding.op).is_some());
        if !is_known {
            self.check(&stmt);
        }
        self.out.push(stmt);
    }

    /// The variables that a reference may be of.
    fn of(&self, value: ValueId) -> Option<Vec<VarId>> {
        let of = self.flow.values.get(&value)?;
        Some(of.iter().copied().collect())
    }

    /// Refuses what else is done with a reference.
    fn check(&mut self, stmt: &Stmt) {
        let mut found = None;
        for_each_direct_use(stmt, &mut |value| {
            if self.flow.values.contains_key(&value) {
                found = Some(value);
            }
        });
        if let Some(value) = found {
            self.refuse(self.f.info(value).span);
        }
    }

    fn refuse(&mut self, span: Span) {
        self.errors.refuse_at(span, no::MUT_REFERENCE_CHOSEN);
    }

    /// `value = *pointer`
    fn load(&mut self, value: ValueId, pointer: ValueId, of: &[VarId]) {
        if let [only] = of {
            self.out.push(Stmt::Read(value, *only));
            return;
        }
        let info = self.f.info(value).clone();
        let result = self.f.var(info.kind, None, info.span, None);
        self.out.push(Stmt::Declare(result));
        self.branch(pointer, of, info.span, &mut |this, var| {
            let read = this.f.value(info.kind, None, info.span);
            this.out.push(Stmt::Read(read, var));
            this.out.push(Stmt::Write(result, read));
        });
        self.out.push(Stmt::Read(value, result));
    }

    /// `*pointer = value`, `*pointer += value`
    fn store(&mut self, store: &Store, of: &[VarId]) {
        let (pointer, span) = (store.place.base, self.f.info(store.value).span);
        self.branch(pointer, of, span, &mut |this, var| {
            let mut new = store.value;
            if let Some(op) = store.op {
                let kind = this.f.vars[var.0 as usize].kind;
                let old = this.f.value(kind, None, span);
                this.out.push(Stmt::Read(old, var));
                new = this.push(Op::Binary(op, old, store.value), kind, span);
            }
            this.out.push(Stmt::Write(var, new));
        });
    }

    /// Does something with the variable whose number the reference is.
    fn branch(
        &mut self,
        pointer: ValueId,
        of: &[VarId],
        span: Span,
        each: &mut dyn FnMut(&mut Self, VarId),
    ) {
        let (Some(first), rest) = (of.first(), &of[1..]) else {
            return;
        };
        if rest.is_empty() {
            each(self, *first);
            return;
        }
        let number = self.push(Op::Integer(self.targets[first]), Kind::Int, span);
        let cond = Op::Binary(BinaryOp::Eq, pointer, number);
        let cond = self.push(cond, Kind::Bool, span);
        let outer = std::mem::take(&mut self.out);
        each(self, *first);
        let then = std::mem::take(&mut self.out);
        self.branch(pointer, rest, span, each);
        let other = std::mem::replace(&mut self.out, outer);
        let region = |stmts| Region {
            stmts,
            yields: Vec::new(),
        };
        let id = self.f.stmt_id();
        self.out.push(Stmt::If(If {
            id,
            cond,
            then: region(then),
            other: region(other),
            results: Vec::new(),
            record: None,
            fused: None,
        }));
    }

    fn push(&mut self, op: Op, kind: Kind, span: Span) -> ValueId {
        let value = self.f.value(kind, None, span);
        self.out.push(Stmt::Let(Let { value, op }));
        value
    }

    /// The references are integers from here on.
    fn forget(&mut self) {
        for value in self.flow.values.keys() {
            let info = self.f.info_mut(*value);
            (info.kind, info.hold) = (Kind::Int, Hold::Value);
        }
        for var in self.flow.vars.keys() {
            let info = &mut self.f.vars[var.0 as usize];
            (info.kind, info.hold) = (Kind::Int, Hold::Value);
        }
    }
}
