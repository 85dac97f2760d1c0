//! Integers that only their use gives away.
//!
//! `a.rows * a.cols` may be of any type, as far as spelling tells; used as an
//! index, as the end of a range or as a length it is an integer, and so are its
//! operands. That is claimed, and rustc checks it.

use crate::ir::{
    BinaryOp, Claim, Count, Function, Head, Kind, Op, Place, Proj, RangeAdaptor, Region, Stmt,
    ValueId, for_each_region, for_each_region_mut,
};
use std::collections::{BTreeMap, BTreeSet};

/// Makes integers of the opaque values that are used as such.
pub(super) fn infer(f: &mut Function) {
    let mut body = std::mem::take(&mut f.body);
    let mut found = Found::default();
    found.collect(f, &body);
    let mut queue: Vec<ValueId> = found.integers.iter().copied().collect();
    while let Some(value) = queue.pop() {
        for from in found.sources.get(&value).cloned().unwrap_or_default() {
            if f.kind(from) == Kind::Opaque && found.integers.insert(from) {
                queue.push(from);
            }
        }
    }
    let mut checked = BTreeSet::new();
    for value in &found.integers {
        if f.kind(*value) != Kind::Opaque {
            continue;
        }
        if found.read.contains(value) {
            checked.insert(*value);
        } else if !found.sources.contains_key(value) {
            // a parameter, or what a call returns: its type is told elsewhere
            continue;
        }
        // the operands of arithmetic are claimed to be integers anyway; nothing else
        // tells it where the value comes from a call
        if !found.computed.contains(value) {
            checked.insert(*value);
        }
        f.info_mut(*value).kind = Kind::Int;
    }
    insert_checks(f, &mut body, &checked);
    f.body = body;
}

#[derive(Default)]
struct Found {
    integers: BTreeSet<ValueId>,
    /// What has the type of a value if that is an integer.
    sources: BTreeMap<ValueId, Vec<ValueId>>,
    /// Parts of structs, tuples and containers.
    read: BTreeSet<ValueId>,
    /// Results of arithmetic.
    computed: BTreeSet<ValueId>,
}

impl Found {
    fn collect(&mut self, f: &Function, region: &Region) {
        for stmt in &region.stmts {
            self.stmt(f, stmt);
            for_each_region(stmt, &mut |inner, _| self.collect(f, inner));
        }
    }

    fn stmt(&mut self, f: &Function, stmt: &Stmt) {
        match stmt {
            Stmt::Let(binding) => self.operation(f, binding.value, &binding.op),
            Stmt::Store(store) => self.place(&store.place),
            Stmt::Mutate(mutate) => {
                self.place(&mutate.place);
                let counts = matches!(mutate.method, "truncate" | "rotate_left" | "rotate_right");
                if counts {
                    self.integers.extend(&mutate.args);
                }
            }
            Stmt::If(branch) => {
                for arm in [&branch.then, &branch.other] {
                    self.same(&branch.results, &arm.yields);
                }
            }
            Stmt::Match(choice) => {
                for arm in &choice.arms {
                    self.same(&choice.results, &arm.body.yields);
                }
            }
            Stmt::Loop(looped) => {
                for from in [&looped.inits, &looped.body.yields] {
                    self.same(&looped.params, from);
                    self.same(&looped.results, from);
                }
                if let Head::Range(range) = &looped.head {
                    self.integers.extend([range.start, range.end]);
                    for adaptor in &range.adaptors {
                        if let RangeAdaptor::StepBy(step) = adaptor {
                            self.integers.insert(*step);
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn operation(&mut self, f: &Function, value: ValueId, op: &Op) {
        match op {
            Op::Binary(op, a, b) if op.is_arithmetic() => {
                self.sources.insert(value, vec![*a, *b]);
                self.computed.insert(value);
                // one integer makes an integer of the other
                if f.kind(*a) == Kind::Int || f.kind(*b) == Kind::Int {
                    self.integers.extend([*a, *b]);
                }
            }
            Op::Method(_, args) if super::numbers::is_of_any_number(op) => {
                self.sources.insert(value, args.clone());
                self.computed.insert(value);
                if args.iter().any(|arg| f.kind(*arg) == Kind::Int) {
                    self.integers.extend(args);
                }
            }
            Op::Binary(BinaryOp::Shl | BinaryOp::Shr, a, _) => {
                self.sources.insert(value, vec![*a]);
            }
            Op::Copy(a, None) => {
                self.sources.insert(value, vec![*a]);
            }
            Op::Load(place) => {
                self.place(place);
                match place.path.is_empty() {
                    true => {
                        self.sources.insert(value, vec![place.base]);
                    }
                    false => {
                        self.read.insert(value);
                    }
                }
            }
            Op::Project(..) => {
                self.read.insert(value);
            }
            Op::View(place, _)
            | Op::Duplicate(place, _)
            | Op::ArrayLike(place, _)
            | Op::Query(place, _)
            | Op::Length(place)
            | Op::IsEmpty(place)
            | Op::Checked(place, _)
            | Op::PopValue(place) => self.place(place),
            Op::SplitAt(place, middle) => {
                self.place(place);
                self.integers.insert(*middle);
            }
            Op::NewVec(Some(count)) | Op::Repeat(_, Count::Value(count)) => {
                self.integers.insert(*count);
            }
            _ => {}
        }
    }

    fn place(&mut self, place: &Place) {
        for step in &place.path {
            match step {
                Proj::Index(index) => {
                    self.integers.insert(*index);
                }
                Proj::Range(start, end, _) => self.integers.extend(start.iter().chain(end)),
                Proj::Field(_)
                | Proj::Deref
                | Proj::Variant(..)
                | Proj::Own(..)
                | Proj::Called(_)
                | Proj::Selected(_) => {}
            }
        }
    }

    fn same(&mut self, to: &[ValueId], from: &[ValueId]) {
        for (to, from) in to.iter().zip(from) {
            self.sources.entry(*to).or_default().push(*from);
        }
    }
}

fn insert_checks(f: &Function, region: &mut Region, checked: &BTreeSet<ValueId>) {
    for mut stmt in std::mem::take(&mut region.stmts) {
        for_each_region_mut(&mut stmt, &mut |inner| insert_checks(f, inner, checked));
        if let Stmt::Loop(looped) = &mut stmt {
            let carried = looped.params.iter().filter(|value| checked.contains(value));
            let check = |value: &ValueId| Stmt::Check(*value, Claim::Discrete, f.info(*value).span);
            let checks: Vec<Stmt> = carried.map(check).collect();
            looped.body.stmts.splice(0..0, checks);
        }
        let defined = crate::ir::definitions(&stmt).into_iter();
        let claimed: Vec<ValueId> = defined.filter(|value| checked.contains(value)).collect();
        let ends = stmt.diverges();
        region.stmts.push(stmt);
        if !ends {
            let check = |value| Stmt::Check(value, Claim::Discrete, f.info(value).span);
            region.stmts.extend(claimed.into_iter().map(check));
        }
    }
}
