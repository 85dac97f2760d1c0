//! What may be a reference, as only rustc knows: what calls give.
//!
//! A reference that a function returns is a value like any other: its gradient is a
//! buffer of its own, which the pullback of the call adds where the reference leads.
//! So nothing has to be known of it, but that a record must not borrow: what the
//! reverse half needs of it is a copy, made where rustc finds a reference.

use super::Activity;
use crate::ir::{
    Arg, Call, Callee, Function, Kind, Let, Op, Region, Stmt, Tree, ValueId, for_each_region_mut,
};
use std::collections::BTreeSet;

/// The results of calls, and what they are merged into, but numbers; and what the user's
/// code gives that goes into calls.
pub(super) fn find(f: &Function, activity: &Activity) -> BTreeSet<ValueId> {
    let mut found = BTreeSet::new();
    let mut passed = BTreeSet::new();
    arguments(&f.body, &mut passed);
    passed.retain(|value| {
        let is_unknown = f.kind(*value) == Kind::Opaque && !f.is_reference(*value);
        is_unknown && !activity.is_active(*value)
    });
    given(&f.body, &passed, &mut found);
    super::close(&mut found, |found| visit(f, &f.body, activity, found));
    found
}

/// The arguments of calls.
fn arguments(region: &Region, found: &mut BTreeSet<ValueId>) {
    for stmt in &region.stmts {
        if let Stmt::Call(call) = stmt {
            for arg in &call.args {
                if let Arg::In(Tree::Leaf(leaf)) = arg {
                    found.insert(*leaf);
                }
            }
        }
        crate::ir::for_each_region(stmt, &mut |inner, _| arguments(inner, found));
    }
}

/// Those of them that the user's code gives, that are loaded, that branches choose, and
/// the elements that loops go through.
fn given(region: &Region, passed: &BTreeSet<ValueId>, found: &mut BTreeSet<ValueId>) {
    for stmt in &region.stmts {
        let values: &[ValueId] = match stmt {
            Stmt::Let(Let {
                value,
                op: Op::Verbatim(..) | Op::Stop(..) | Op::Load(_) | Op::Duplicate(..),
            }) => std::slice::from_ref(value),
            Stmt::If(branch) => &branch.results,
            Stmt::Match(choice) => &choice.results,
            _ => &[],
        };
        found.extend(values.iter().filter(|value| passed.contains(value)));
        crate::ir::for_each_region(stmt, &mut |inner, bound| {
            found.extend(bound.iter().filter(|value| passed.contains(value)));
            given(inner, passed, found);
        });
    }
}

fn visit(f: &Function, region: &Region, activity: &Activity, found: &mut BTreeSet<ValueId>) {
    let flow = |from: &[ValueId], to: ValueId, found: &mut BTreeSet<ValueId>| {
        let may_be = !f.is_reference(to)
            && match f.kind(to) {
                Kind::Opaque => !activity.claimed.contains(&to),
                kind => kind.is_container(),
            };
        if may_be && from.iter().any(|value| found.contains(value)) {
            found.insert(to);
        }
    };
    for stmt in &region.stmts {
        match stmt {
            Stmt::Call(call) if may_return_reference(call) => {
                if let Tree::Leaf(result) = call.value()
                    && f.kind(*result) == Kind::Opaque
                    && !activity.claimed.contains(result)
                {
                    found.insert(*result);
                }
            }
            Stmt::Let(binding) => match &binding.op {
                Op::Copy(a, _) => flow(&[*a], binding.value, found),
                Op::Load(place) if place.path.is_empty() => {
                    flow(&[place.base], binding.value, found)
                }
                Op::Select(_, a, b) => flow(&[*a, *b], binding.value, found),
                _ => {}
            },
            Stmt::If(branch) => {
                for (index, result) in branch.results.iter().enumerate() {
                    let arms = [&branch.then, &branch.other];
                    let from = arms.map(|arm| arm.yields.get(index).copied());
                    let from: Vec<ValueId> = from.into_iter().flatten().collect();
                    flow(&from, *result, found);
                }
            }
            Stmt::Match(choice) => {
                for (index, result) in choice.results.iter().enumerate() {
                    let arms = choice.arms.iter();
                    let from = arms.filter_map(|arm| arm.body.yields.get(index).copied());
                    flow(&from.collect::<Vec<_>>(), *result, found);
                }
            }
            Stmt::Loop(looped) => {
                for (index, init) in looped.inits.iter().enumerate() {
                    let next = looped.body.yields.get(index).copied();
                    let from: Vec<ValueId> = [Some(*init), next].into_iter().flatten().collect();
                    flow(&from, looped.params[index], found);
                    flow(&from, looped.results[index], found);
                }
            }
            _ => {}
        }
    }
    for stmt in &region.stmts {
        crate::ir::for_each_region(stmt, &mut |inner, _| visit(f, inner, activity, found));
    }
}

/// A method may give a reference to a number that arithmetic then looks through: the
/// number itself is read, so that a record holds no reference.
pub(super) fn read_numbers(f: &mut Function, region: &mut Region, activity: &mut Activity) {
    for mut stmt in std::mem::take(&mut region.stmts) {
        for_each_region_mut(&mut stmt, &mut |inner| read_numbers(f, inner, activity));
        let read = match &mut stmt {
            Stmt::Call(call) if matches!(call.callee, Callee::Method(..)) => match &mut call.result
            {
                Tree::Leaf(result)
                    if f.kind(*result) == Kind::Opaque
                        && activity.claimed.contains(result)
                        && activity.is_active(*result) =>
                {
                    // what the call gives gets a new name, so that all uses mean the number
                    let number = *result;
                    let info = f.info(number).clone();
                    let given = f.value(info.kind, info.hint, info.span);
                    *result = given;
                    activity.also(number, given);
                    let op = Op::Runtime("number", vec![given]);
                    Some(Stmt::Let(Let { value: number, op }))
                }
                _ => None,
            },
            _ => None,
        };
        region.stmts.push(stmt);
        region.stmts.extend(read);
    }
}

/// A constructor and an operator give something of their own.
fn may_return_reference(call: &Call) -> bool {
    match &call.callee {
        Callee::Function(_) | Callee::Method(..) => true,
        Callee::Associated(path) => {
            let last = path.path.segments.last();
            last.is_some_and(|last| last.ident != "new" && last.ident != "default")
        }
        Callee::Operator(_) | Callee::Parameter => false,
    }
}
