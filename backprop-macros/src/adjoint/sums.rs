//! Sums for places that stay the same in a loop.
//!
//! `d_k[3] += share` in a loop reads and writes memory in each iteration. If all that
//! the loop does to `d_k` is to add, and the place is known outside, then the loop
//! carries the sum as it does for any scalar, and adds it once, afterwards. A sum of
//! zero is not added: the loop may not have run, and the place may not be there.

use crate::ir::{
    AddAt, BinaryOp, Function, Kind, Let, Op, Place, Proj, Region, RevBranch, RevLoop, Stmt,
    StmtId, ValueId, collect_definitions, for_each_region, for_each_region_of_both_mut,
    for_each_use,
};
use std::collections::{BTreeMap, BTreeSet};

/// So many sums are carried by one loop: more do not fit into registers.
const MOST: usize = 8;

/// Carries sums in the loops of the reverse half.
pub(crate) fn carry(f: &mut Function) {
    let mut literals = BTreeMap::new();
    find_literals(&f.body, &mut literals);
    if let Some(reverse) = &f.reverse {
        find_literals(&reverse.body, &mut literals);
    }
    let mut reverse = f.reverse.take();
    let mut body = std::mem::take(&mut f.body);
    let mut pass = Pass { f, literals };
    pass.region(&mut body);
    if let Some(reverse) = &mut reverse {
        pass.region(&mut reverse.body);
    }
    (f.body, f.reverse) = (body, reverse);
}

fn find_literals(region: &Region, into: &mut BTreeMap<ValueId, String>) {
    for stmt in &region.stmts {
        if let Stmt::Let(Let { value, op }) = stmt {
            match op {
                Op::Integer(n) => into.insert(*value, n.to_string()),
                Op::Constant(tokens) => into.insert(*value, tokens.to_string()),
                _ => None,
            };
        }
        for_each_region(stmt, &mut |inner, _| find_literals(inner, into));
    }
}

struct Pass<'a> {
    f: &'a mut Function,
    /// Literals and constants as text: equal ones are the same index.
    literals: BTreeMap<ValueId, String>,
}

/// What is known of a loop.
struct Around {
    /// Values that are defined inside.
    defined: BTreeSet<ValueId>,
    /// Adjoints that the loop does nothing with but add.
    summed: BTreeSet<ValueId>,
}

/// A sum that a loop carries.
struct Sum {
    key: (ValueId, Vec<String>),
    place: Place,
    /// Its latest value.
    value: ValueId,
    span: proc_macro2::Span,
}

impl Pass<'_> {
    fn region(&mut self, region: &mut Region) {
        for mut stmt in std::mem::take(&mut region.stmts) {
            for_each_region_of_both_mut(&mut stmt, &mut |inner| self.region(inner));
            let around = match &stmt {
                Stmt::RevLoop(_) | Stmt::Loop(_) => around(&stmt),
                _ => {
                    region.stmts.push(stmt);
                    continue;
                }
            };
            let mut known = BTreeMap::new();
            let reverse = match &mut stmt {
                Stmt::RevLoop(looped) => Some(looped),
                Stmt::Loop(looped) => {
                    let forward = looped.body.stmts.iter();
                    forward.for_each(|stmt| self.learn(stmt, &mut known));
                    if super::checkpoint::is_replayed(looped) {
                        // as many sums as without `#[checkpoint]`: they round
                        let computed = |value: &ValueId, op: &mut Op| {
                            super::record::settle::is_cheap(self.f, *value, op)
                        };
                        known.retain(computed);
                    }
                    looped.fused.as_mut()
                }
                _ => None,
            };
            let mut after = Vec::new();
            if let Some(reverse) = reverse {
                self.looped(reverse, &around, known, &mut region.stmts, &mut after);
            }
            region.stmts.push(stmt);
            region.stmts.append(&mut after);
        }
    }

    fn looped(
        &mut self,
        looped: &mut RevLoop,
        around: &Around,
        mut known: BTreeMap<ValueId, Op>,
        before: &mut Vec<Stmt>,
        after: &mut Vec<Stmt>,
    ) {
        let mut sums: Vec<Sum> = Vec::new();
        for stmt in std::mem::take(&mut looped.body.stmts) {
            self.learn(&stmt, &mut known);
            let Stmt::AddAt(add) = stmt else {
                looped.body.stmts.push(stmt);
                continue;
            };
            let Some(place) = self.outside(&add, around, &known) else {
                looped.body.stmts.push(Stmt::AddAt(add));
                continue;
            };
            let key = (place.base, self.key(&place, &known));
            let at = match sums.iter().position(|sum| sum.key == key) {
                Some(at) => at,
                None if sums.len() == MOST => {
                    looped.body.stmts.push(Stmt::AddAt(add));
                    continue;
                }
                None => {
                    let (init, param) = (self.like(&add), self.like(&add));
                    let op = Op::Number(0.0);
                    before.push(Stmt::Let(Let { value: init, op }));
                    looped.inits.push(init);
                    looped.params.push(param);
                    sums.push(Sum {
                        key,
                        place,
                        value: param,
                        span: add.span,
                    });
                    sums.len() - 1
                }
            };
            let value = self.like(&add);
            let op = Op::Binary(BinaryOp::Add, sums[at].value, add.value);
            looped.body.stmts.push(Stmt::Let(Let { value, op }));
            sums[at].value = value;
        }
        for sum in sums {
            looped.body.yields.push(sum.value);
            let result = self.f.value(
                self.f.kind(sum.value),
                self.f.info(sum.value).hint.clone(),
                sum.span,
            );
            looped.results.push(result);
            self.add(sum, result, around, &known, after);
        }
    }

    /// `if sum != 0.0 { place += sum }`
    fn add(
        &mut self,
        sum: Sum,
        result: ValueId,
        around: &Around,
        known: &BTreeMap<ValueId, Op>,
        after: &mut Vec<Stmt>,
    ) {
        let Sum {
            mut place, span, ..
        } = sum;
        let mut then = Region::default();
        place.for_each_index_mut(&mut |index| {
            *index = self.again(*index, around, known, &mut then.stmts);
        });
        then.stmts.push(Stmt::AddAt(AddAt {
            place,
            value: result,
            span,
        }));
        let zero = self.f.value(self.f.kind(result), None, span);
        let cond = self.f.value(Kind::Bool, None, span);
        let mut push = |value, op| after.push(Stmt::Let(Let { value, op }));
        push(zero, Op::Number(0.0));
        push(cond, Op::Binary(BinaryOp::Ne, result, zero));
        let of = StmtId(self.f.next_stmt);
        self.f.next_stmt += 1;
        after.push(Stmt::RevBranch(RevBranch {
            of,
            cond: Some(cond),
            arms: vec![then, Region::default()],
            results: Vec::new(),
            record: None,
        }));
    }

    /// The place of a contribution, if it is the same in each iteration.
    fn outside(
        &self,
        add: &AddAt,
        around: &Around,
        known: &BTreeMap<ValueId, Op>,
    ) -> Option<Place> {
        let mut fixed = around.summed.contains(&add.place.base)
            && matches!(self.f.kind(add.value), Kind::Real(_))
            && !add.place.path.is_empty();
        for step in &add.place.path {
            fixed &= match step {
                Proj::Index(index) => is_outside(*index, around, known),
                Proj::Field(_) | Proj::Deref => true,
                Proj::Selected(part) => is_outside(*part, around, known),
                Proj::Range(..) | Proj::Variant(..) | Proj::Own(..) | Proj::Called(_) => false,
            };
        }
        fixed.then(|| add.place.clone())
    }

    fn key(&self, place: &Place, known: &BTreeMap<ValueId, Op>) -> Vec<String> {
        let operand = |index: &ValueId| match self.literals.get(index) {
            Some(literal) => literal.clone(),
            None => format!("%{}", index.0),
        };
        let step = |step: &Proj| match step {
            Proj::Index(index) => operand(index),
            Proj::Selected(part) => match known.get(part) {
                Some(Op::Part(_, index, _)) => format!("part {}", operand(index)),
                _ => format!("part of %{}", part.0),
            },
            Proj::Field(syn::Member::Named(name)) => format!(".{name}"),
            Proj::Field(syn::Member::Unnamed(index)) => format!(".{}", index.index),
            _ => String::new(),
        };
        place.path.iter().map(step).collect()
    }

    /// An index that was computed inside, computed outside.
    fn again(
        &mut self,
        index: ValueId,
        around: &Around,
        known: &BTreeMap<ValueId, Op>,
        into: &mut Vec<Stmt>,
    ) -> ValueId {
        let Some(op) = known
            .get(&index)
            .filter(|_| around.defined.contains(&index))
        else {
            return index;
        };
        let mut op = op.clone();
        op.rewrite_uses(&mut |used| *used = self.again(*used, around, known, into));
        let info = self.f.info(index).clone();
        let value = self.f.value(info.kind, info.hint, info.span);
        into.push(Stmt::Let(Let { value, op }));
        value
    }

    /// Notes what can be computed again outside of the loop.
    fn learn(&self, stmt: &Stmt, known: &mut BTreeMap<ValueId, Op>) {
        let Stmt::Let(Let { value, op }) = stmt else {
            return;
        };
        let is_index = match op {
            Op::Integer(_) | Op::Constant(_) | Op::Copy(_, None) => true,
            Op::Binary(op, ..) => self.f.kind(*value) == Kind::Int && op.is_arithmetic(),
            Op::Part(place, ..) => place.path.is_empty() && self.f.stable.contains(&place.base),
            _ => false,
        };
        if is_index {
            known.insert(*value, op.clone());
        }
    }

    /// A value of the kind of a contribution.
    fn like(&mut self, add: &AddAt) -> ValueId {
        let hint = self.f.info(add.place.base).hint.clone();
        let value = self.f.value(self.f.kind(add.value), hint, add.span);
        self.f.values[value.0 as usize].adjoint = true;
        value
    }
}

/// Whether a value is known outside of the loop, or can be computed there.
fn is_outside(value: ValueId, around: &Around, known: &BTreeMap<ValueId, Op>) -> bool {
    if !around.defined.contains(&value) {
        return true;
    }
    let Some(op) = known.get(&value) else {
        return false;
    };
    let mut all = true;
    let mut op = op.clone();
    op.rewrite_uses(&mut |used| all &= is_outside(*used, around, known));
    all
}

fn around(stmt: &Stmt) -> Around {
    let mut defined = BTreeSet::new();
    let mut adds: BTreeMap<ValueId, usize> = BTreeMap::new();
    for_each_region(stmt, &mut |inner, bound| {
        defined.extend(bound);
        collect_definitions(inner, &mut defined);
        count_adds(inner, &mut adds);
    });
    let mut uses: BTreeMap<ValueId, usize> = BTreeMap::new();
    for_each_use(stmt, &mut |value| *uses.entry(value).or_default() += 1);
    adds.retain(|base, count| uses.get(base) == Some(count) && !defined.contains(base));
    Around {
        defined,
        summed: adds.into_keys().collect(),
    }
}

fn count_adds(region: &Region, into: &mut BTreeMap<ValueId, usize>) {
    for stmt in &region.stmts {
        if let Stmt::AddAt(add) = stmt {
            *into.entry(add.place.base).or_default() += 1;
        }
        for_each_region(stmt, &mut |inner, _| count_adds(inner, into));
    }
}
