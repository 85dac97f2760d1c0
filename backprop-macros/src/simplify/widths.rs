//! Numbers that meet a type parameter are of its type.
//!
//! A literal takes its type from what it meets; `0.0` cannot be a `T`. Generated
//! numbers are written as conversions there, so that what they meet has to be known.

use crate::ir::{
    Aggregate, Function, Kind, Method, Op, Region, RevLoop, Stmt, ValueId, Width, kind_at,
};

/// A number without a type.
const OPEN: Kind = Kind::Real(Width::Any);

/// Gives numbers and what is computed of them the type parameter that they meet.
pub(crate) fn settle(f: &mut Function) {
    if f.reals.is_empty() {
        return;
    }
    let body = std::mem::take(&mut f.body);
    let reverse = f.reverse.take();
    loop {
        let before = count_open(f);
        region(f, &body);
        if let Some(reverse) = &reverse {
            region(f, &reverse.body);
        }
        if count_open(f) == before {
            break;
        }
    }
    f.body = body;
    f.reverse = reverse;
}

fn count_open(f: &Function) -> usize {
    let values = f.values.iter();
    values.filter(|info| info.kind == OPEN).count()
}

fn region(f: &mut Function, region: &Region) {
    for stmt in &region.stmts {
        statement(f, stmt);
        crate::ir::for_each_region(stmt, &mut |inner, _| self::region(f, inner));
    }
}

/// Values of one type: if one is of a type parameter, the open ones are too. If only
/// rustc knows the type of one, it has to find that of the others.
fn agree(f: &mut Function, values: &[ValueId]) {
    let kinds: Vec<Kind> = values.iter().map(|value| f.kind(*value)).collect();
    let is_param = |kind: &&Kind| matches!(kind, Kind::Real(Width::Param(_)));
    let known = kinds.iter().find(is_param);
    if let Some(kind) = known.or_else(|| kinds.iter().find(|kind| **kind == Kind::Opaque)) {
        give(f, values, *kind);
    }
}

fn give(f: &mut Function, values: &[ValueId], kind: Kind) {
    for value in values {
        if f.kind(*value) == OPEN {
            f.info_mut(*value).kind = kind;
        }
    }
}

fn agree_each(f: &mut Function, lists: &[&[ValueId]]) {
    let count = lists.iter().map(|list| list.len()).max().unwrap_or(0);
    for index in 0..count {
        let together: Vec<_> = lists
            .iter()
            .filter_map(|list| list.get(index))
            .copied()
            .collect();
        agree(f, &together);
    }
}

fn statement(f: &mut Function, stmt: &Stmt) {
    match stmt {
        Stmt::Let(binding) => operation(f, binding.value, &binding.op),
        Stmt::SameType(a, b) => agree(f, &[*a, *b]),
        Stmt::If(branch) => agree_each(
            f,
            &[&branch.results, &branch.then.yields, &branch.other.yields],
        ),
        Stmt::Match(choice) => {
            let arms = choice.arms.iter().map(|arm| &arm.body.yields[..]);
            let lists: Vec<_> = arms.chain([&choice.results[..]]).collect();
            agree_each(f, &lists)
        }
        Stmt::RevBranch(branch) => {
            let arms = branch.arms.iter().map(|arm| &arm.yields[..]);
            let lists: Vec<_> = arms.chain([&branch.results[..]]).collect();
            agree_each(f, &lists)
        }
        Stmt::Loop(looped) => {
            let carried = [
                &looped.inits[..],
                &looped.params,
                &looped.results,
                &looped.body.yields,
            ];
            agree_each(f, &carried);
            if let Some(fused) = &looped.fused {
                reverse(f, fused);
            }
        }
        Stmt::RevLoop(looped) => reverse(f, looped),
        Stmt::Store(store) => {
            let kind = kind_at(f, &store.place);
            give_real(f, store.value, kind);
        }
        Stmt::AddAt(add) => {
            let kind = kind_at(f, &add.place);
            give_real(f, add.value, kind);
        }
        Stmt::Mutate(mutate) => {
            let kind = kind_at(f, &mutate.place).element();
            for arg in &mutate.args {
                give_real(f, *arg, kind);
            }
        }
        _ => {}
    }
}

fn reverse(f: &mut Function, looped: &RevLoop) {
    let carried = [
        &looped.inits[..],
        &looped.params,
        &looped.results,
        &looped.body.yields,
    ];
    agree_each(f, &carried);
}

fn give_real(f: &mut Function, value: ValueId, kind: Kind) {
    if let Kind::Real(Width::Param(_)) = kind {
        give(f, &[value], kind);
    }
}

fn operation(f: &mut Function, value: ValueId, op: &Op) {
    match op {
        Op::Binary(op, a, b) if op.is_predicate() => agree(f, &[*a, *b]),
        Op::Binary(_, a, b) | Op::Select(_, a, b) => agree(f, &[value, *a, *b]),
        Op::Neg(a) | Op::Copy(a, None) => agree(f, &[value, *a]),
        Op::Method(Method::Smooth(rule), args) if rule.name == "powi" => {
            agree(f, &[value, args[0]]);
        }
        Op::Method(Method::Smooth(_), args) | Op::Runtime(_, args) => {
            let all: Vec<_> = args.iter().copied().chain([value]).collect();
            agree(f, &all);
        }
        Op::Method(Method::Discrete(_), args) => agree(f, args),
        Op::Load(place) | Op::Take(place) => {
            let kind = kind_at(f, place);
            give_real(f, value, kind);
        }
        Op::Exchange(place, with) => {
            let kind = kind_at(f, place);
            give_real(f, value, kind);
            give_real(f, *with, kind);
        }
        Op::Aggregate(Aggregate::Array | Aggregate::Vec, parts) => {
            let kind = f.kind(value).element();
            for part in parts {
                give_real(f, *part, kind);
            }
            agree(f, parts);
        }
        Op::Repeat(part, _) => {
            let kind = f.kind(value).element();
            give_real(f, *part, kind);
        }
        _ => {}
    }
}
