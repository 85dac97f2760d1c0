//! Activity: which values need an adjoint.
//!
//! A value is *varied* if it depends on an active parameter through real
//! numbers, *useful* if a result depends on it so, and *active* if both. Only
//! active values get adjoints. The analysis also finds active values in code
//! that is passed through, and claims about opaque types that rustc must check.

mod borrowed;
mod integers;
pub(crate) mod light;
mod numbers;
pub(crate) mod repeated;
mod written;

use crate::errors::Errors;
use crate::fence::catalogue as no;
use crate::ir::{
    Aggregate, Arg, BinaryOp, Call, Claim, Function, Head, Hold, Kind, Method, Op, Region, Stmt,
    Tree, ValueId, Views,
};
use crate::rules::Output;
use std::collections::BTreeSet;

/// The values that need an adjoint.
/// What flows where is followed through operations; what is kept in memory is
/// active as a whole or not at all.
#[derive(Default)]
pub(crate) struct Activity {
    varied: BTreeSet<ValueId>,
    useful: BTreeSet<ValueId>,
    /// Opaque values that rustc was asked to confirm as scalars.
    claimed: BTreeSet<ValueId>,
    /// Results of arithmetic that may be one of integers: see [`numbers`].
    numbers: BTreeSet<ValueId>,
    /// Values that are changed in place or seen through references.
    kept: BTreeSet<ValueId>,
    pub(crate) views: Views,
}

impl Activity {
    pub(crate) fn is_varied(&self, value: ValueId) -> bool {
        self.varied.contains(&value)
    }

    pub(crate) fn is_active(&self, value: ValueId) -> bool {
        self.varied.contains(&value) && self.useful.contains(&value)
    }

    /// Gives a value the activity of another one.
    fn also(&mut self, like: ValueId, value: ValueId) {
        for set in [&mut self.varied, &mut self.useful, &mut self.claimed] {
            if set.contains(&like) {
                set.insert(value);
            }
        }
    }

    /// Whether the operation that defines a value may be one of integers.
    pub(crate) fn is_number(&self, value: ValueId) -> bool {
        self.numbers.contains(&value)
    }

    /// Whether the adjoint of a value is kept in place: it is no scalar, as
    /// far as is known, or references to it exist.
    pub(crate) fn is_in_place(&self, f: &Function, value: ValueId) -> bool {
        match f.kind(value) {
            Kind::Container(..) => true,
            Kind::Opaque => !self.claimed.contains(&value) || self.kept.contains(&value),
            _ => f.is_reference(value),
        }
    }

    /// The text form of the stage: the active values in order.
    #[cfg(test)]
    pub(crate) fn text(&self, f: &Function) -> String {
        let active = self.varied.intersection(&self.useful);
        let names = active.map(|value| crate::ir::text::value(f, *value));
        format!("active: {}\n", names.collect::<Vec<_>>().join(" "))
    }
}

/// Finds the active values of `f`, adds the checks of its opaque ones, and
/// reports active values where there is no derivative.
pub(crate) fn analyse(f: &mut Function, errors: &mut Errors) -> Activity {
    integers::infer(f);
    let views = Views::of(f, &f.body);
    let mut kept = crate::lower::changed(f, &f.body);
    kept.extend(views.all_roots());
    let mut activity = Activity {
        numbers: numbers::find(f),
        views,
        kept,
        ..Activity::default()
    };
    for param in &f.params {
        if param.active {
            activity.varied.extend(reals(f, &param.entry));
        }
    }
    let Activity {
        varied,
        useful,
        views,
        ..
    } = &mut activity;
    close(varied, |varied| vary(f, &f.body, views, varied));
    useful.extend(reals(f, &f.result));
    for param in &f.params {
        if let Some(exit) = &param.exit {
            useful.extend(reals(f, exit));
        }
        if param.in_place {
            let written = param.entry.leaves().into_iter();
            useful.extend(written.filter(|leaf| f.info(*leaf).hold == Hold::Mut));
        }
    }
    close(useful, |useful| use_up(f, &f.body, views, varied, useful));
    report(f, &f.body, &activity, errors);
    written::report(f, &activity, errors);
    repeated::report(f, &activity.views, errors);
    let mut body = std::mem::take(&mut f.body);
    lengths(f, &mut body, &activity);
    mark_idle(f, &mut body, &activity);
    repeated::mark(&mut body, false);
    drop_parts(&mut body, &activity);
    mark_lenses(&mut body, &activity);
    claim(f, &mut body, &mut activity, &mut BTreeSet::new());
    borrowed::read_numbers(f, &mut body, &mut activity);
    f.body = body;
    f.borrowed = borrowed::find(f, &activity);
    activity
}

fn reals(f: &Function, tree: &Tree<ValueId>) -> Vec<ValueId> {
    let leaves = tree.leaves().into_iter();
    leaves.filter(|leaf| f.kind(*leaf).may_be_real()).collect()
}

/// Repeats a pass until it adds nothing.
fn close(found: &mut BTreeSet<ValueId>, pass: impl Fn(&mut BTreeSet<ValueId>)) {
    loop {
        let before = found.len();
        pass(found);
        if found.len() == before {
            return;
        }
    }
}

/// The operands through which a derivative flows to the result of `op`.
pub(crate) fn carriers(f: &Function, value: ValueId, op: &Op) -> Vec<ValueId> {
    if !f.kind(value).may_be_real() {
        return Vec::new();
    }
    match op {
        Op::Copy(a, _)
        | Op::Neg(a)
        | Op::Deref(a)
        | Op::Project(a, _)
        | Op::Convert(_, a)
        // `as Real`: an alias, as far as its name tells
        | Op::Cast(a, _) => vec![*a],
        Op::Binary(op, a, b) if op.is_arithmetic() => vec![*a, *b],
        // the functions with a reverse half; the others are of integers and tests
        Op::Runtime("by_value" | "number" | "payload" | "as_real" | "owned_option", args) => {
            args.clone()
        }
        Op::PopValue(place) => vec![place.base],
        Op::Method(Method::Smooth(_), args) | Op::Aggregate(_, args) => args.clone(),
        Op::Load(place)
        | Op::View(place, _)
        | Op::Checked(place, _)
        | Op::Duplicate(place, _)
        | Op::ArrayLike(place, _)
        | Op::CopyAt(place) => vec![place.base],
        // tangents that are differentiated again
        Op::Runtime(name, args) if crate::rules::runtime(name).is_some() => args.clone(),
        Op::CastTangent(_, d) | Op::Narrow(_, d) => vec![*d],
        Op::SplitAt(place, _) | Op::Half(_, _, place) => vec![place.base],
        Op::Traced(_, candidates) | Op::Choose(candidates) => {
            candidates.places.iter().map(|place| place.base).collect()
        }
        Op::Repeat(a, _) | Op::Spread(a, _) => vec![*a],
        Op::Select(_, a, b) => vec![*a, *b],
        _ => Vec::new(),
    }
}

fn vary(f: &Function, region: &Region, views: &Views, varied: &mut BTreeSet<ValueId>) {
    for stmt in &region.stmts {
        vary_stmt(f, stmt, views, varied);
    }
}

fn vary_stmt(f: &Function, stmt: &Stmt, views: &Views, varied: &mut BTreeSet<ValueId>) {
    let flow = |from: &[ValueId], to: ValueId, varied: &mut BTreeSet<ValueId>| {
        if f.kind(to).may_be_real() && from.iter().any(|value| varied.contains(value)) {
            varied.insert(to);
        }
    };
    match stmt {
        Stmt::Let(binding) => {
            let from = carriers(f, binding.value, &binding.op);
            flow(&from, binding.value, varied);
            if let Op::Traced(..) | Op::Choose(_) = &binding.op {
                // what is written to one may be written to the other
                from.iter().for_each(|to| flow(&from, *to, varied));
            }
        }
        Stmt::Call(call) => {
            let from = argument_leaves(&call.args);
            for value in crate::ir::definitions(stmt) {
                flow(&from, value, varied);
            }
            for written in written_roots(f, views, &call.args) {
                flow(&from, written, varied);
            }
        }
        Stmt::Store(store) => {
            for root in views.roots(store.place.base) {
                flow(&[store.value], root, varied);
            }
        }
        Stmt::Mutate(mutate) => {
            for root in views.roots(mutate.place.base) {
                flow(&mutate.args, root, varied);
            }
        }
        Stmt::If(branch) => {
            for arm in [&branch.then, &branch.other] {
                vary(f, arm, views, varied);
                for (from, to) in arm.yields.iter().zip(&branch.results) {
                    flow(&[*from], *to, varied);
                }
            }
        }
        Stmt::Match(choice) => {
            let scrutinee = choice.scrutinee.leaves();
            for arm in &choice.arms {
                for (_, bound) in &arm.bindings {
                    flow(&scrutinee, *bound, varied);
                }
                vary(f, &arm.body, views, varied);
                for (from, to) in arm.body.yields.iter().zip(&choice.results) {
                    flow(&[*from], *to, varied);
                }
            }
        }
        Stmt::Loop(looped) => {
            for (i, param) in looped.params.iter().enumerate() {
                flow(&[looped.inits[i]], *param, varied);
                flow(&[looped.inits[i]], looped.results[i], varied);
            }
            vary(f, &looped.body, views, varied);
            for (i, next) in looped.body.yields.iter().enumerate() {
                flow(&[*next], looped.params[i], varied);
                flow(&[*next], looped.results[i], varied);
            }
        }
        _ => {}
    }
}

/// Whether a call sees active values and gives or changes nothing that is active.
/// It might keep what it sees all the same, in a cell or a static: only a function
/// that is differentiated does not.
fn is_idle(f: &Function, call: &Call, activity: &Activity) -> bool {
    let written = written_roots(f, &activity.views, &call.args);
    let mut changed = call.given().into_iter().chain(written);
    sees_varied(call, activity) && !changed.any(|value| activity.is_active(value))
}

/// Whether a call sees what varies: otherwise what it calls may be any function.
fn sees_varied(call: &Call, activity: &Activity) -> bool {
    let mut seen = argument_leaves(&call.args).into_iter();
    let is_varied = |value: ValueId| activity.is_varied(value);
    seen.any(|leaf| is_varied(leaf) || activity.views.roots(leaf).into_iter().any(is_varied))
}

/// Marks idle calls: what they call has to be differentiated.
fn mark_idle(f: &Function, region: &mut Region, activity: &Activity) {
    for stmt in &mut region.stmts {
        if let Stmt::Call(call) = stmt {
            call.is_idle = is_idle(f, call, activity);
        }
        crate::ir::for_each_region_mut(stmt, &mut |inner| mark_idle(f, inner, activity));
    }
}

/// What a call may change in place.
fn written_roots(f: &Function, views: &Views, args: &[Arg]) -> Vec<ValueId> {
    let leaves = argument_leaves(args).into_iter();
    let written = leaves.filter(|leaf| f.info(*leaf).hold == Hold::Mut);
    written.flat_map(|leaf| views.roots(leaf)).collect()
}

fn argument_leaves(args: &[Arg]) -> Vec<ValueId> {
    let tree = |arg: &Arg| match arg {
        Arg::In(tree) => tree.leaves(),
        Arg::Mut { before, .. } => before.leaves(),
    };
    args.iter().flat_map(tree).collect()
}

fn use_up(
    f: &Function,
    region: &Region,
    views: &Views,
    varied: &BTreeSet<ValueId>,
    useful: &mut BTreeSet<ValueId>,
) {
    let is_useful = |value: ValueId, useful: &BTreeSet<ValueId>| {
        let roots = views.roots(value);
        roots.iter().any(|root| useful.contains(root))
    };
    for stmt in region.stmts.iter().rev() {
        match stmt {
            Stmt::Let(binding)
                if matches!(binding.op, Op::Traced(..) | Op::Choose(_))
                    && is_useful(binding.value, useful) =>
            {
                for root in views.roots(binding.value) {
                    useful.insert(root);
                }
                useful.insert(binding.value);
            }
            Stmt::Let(binding) if useful.contains(&binding.value) => {
                for from in carriers(f, binding.value, &binding.op) {
                    useful.insert(from);
                }
            }
            Stmt::Call(call) => {
                let mut defined = crate::ir::definitions(stmt);
                defined.extend(written_roots(f, views, &call.args));
                let active = |v: &ValueId| useful.contains(v) && varied.contains(v);
                if defined.iter().any(active) {
                    for leaf in argument_leaves(&call.args) {
                        useful.insert(leaf);
                    }
                }
            }
            Stmt::Store(store) if is_useful(store.place.base, useful) => {
                useful.insert(store.value);
            }
            Stmt::Mutate(mutate) if is_useful(mutate.place.base, useful) => {
                for arg in &mutate.args {
                    useful.insert(*arg);
                }
            }
            Stmt::If(branch) => {
                for arm in [&branch.then, &branch.other] {
                    pass_back(&branch.results, &arm.yields, useful);
                    use_up(f, arm, views, varied, useful);
                }
            }
            Stmt::Match(choice) => {
                for arm in &choice.arms {
                    pass_back(&choice.results, &arm.body.yields, useful);
                    use_up(f, &arm.body, views, varied, useful);
                    if arm.bindings.iter().any(|(_, bound)| useful.contains(bound)) {
                        for leaf in choice.scrutinee.leaves() {
                            useful.insert(leaf);
                        }
                    }
                }
            }
            Stmt::Loop(looped) => {
                pass_back(&looped.results, &looped.body.yields, useful);
                pass_back(&looped.results, &looped.inits, useful);
                pass_back(&looped.params, &looped.body.yields, useful);
                use_up(f, &looped.body, views, varied, useful);
                pass_back(&looped.params, &looped.inits, useful);
                // an adjoint that the iterations carry has the shape of what they
                // leave, whoever changes that afterwards
                for (param, result) in looped.params.iter().zip(&looped.results) {
                    let is_number = matches!(f.kind(*param), Kind::Real(_));
                    if !is_number && useful.contains(param) {
                        useful.insert(*result);
                    }
                }
            }
            _ => {}
        }
    }
}

fn pass_back(to: &[ValueId], from: &[ValueId], useful: &mut BTreeSet<ValueId>) {
    for (to, from) in to.iter().zip(from) {
        if useful.contains(to) {
            useful.insert(*from);
        }
    }
}

/// Reports active values in code that is passed through.
fn report(f: &Function, region: &Region, activity: &Activity, errors: &mut Errors) {
    for stmt in &region.stmts {
        match stmt {
            Stmt::Let(binding) => {
                if let Op::Runtime(crate::lower::result::APART, args) = &binding.op
                    && args.iter().any(|arg| activity.is_varied(*arg))
                {
                    errors.refuse_at(f.info(binding.value).span, no::RESULT_SHAPE);
                }
                if let Op::Aggregate(Aggregate::Array | Aggregate::Vec, parts) = &binding.op
                    && parts
                        .iter()
                        .any(|part| f.is_reference(*part) && activity.is_active(*part))
                {
                    errors.refuse_at(f.info(binding.value).span, no::REFERENCES_KEPT);
                }
                if let Op::Verbatim(capture, message) = &binding.op
                    && !message.is_empty()
                {
                    let uses = |tree: &Tree<ValueId>| tree.any(|leaf| activity.is_varied(*leaf));
                    if capture.uses.iter().any(|(_, tree)| uses(tree)) {
                        let span = f.info(binding.value).span;
                        errors.push(syn::Error::new(span, message));
                    }
                }
            }
            Stmt::Call(call) => {
                for arg in &call.args {
                    if let Arg::In(tree) = arg
                        && tree.has_option()
                        && tree.any(|leaf| activity.is_active(*leaf))
                    {
                        errors.refuse_at(call.span, no::OPTION_SHAPE);
                    }
                }
            }
            Stmt::Match(choice) => {
                for arm in &choice.arms {
                    for (name, value) in &arm.bindings {
                        let known = activity.views.is_view(*value)
                            || matches!(choice.scrutinee.behind_refs(), Tree::Leaf(_))
                                && crate::ir::payload_path(&arm.pattern, name).is_some();
                        if activity.is_active(*value) && !known {
                            errors.refuse(name, no::PAYLOAD);
                        }
                    }
                }
            }
            _ => {}
        }
        crate::ir::for_each_region(stmt, &mut |inner, _| report(f, inner, activity, errors));
    }
}

/// `len` of an active value of unknown type is that of a sequence, or refused
/// by rustc; that of a constant may be anything.
fn lengths(f: &Function, region: &mut Region, activity: &Activity) {
    for stmt in &mut region.stmts {
        if let Stmt::Let(binding) = stmt
            && let Op::Query(place, method) = &binding.op
            && f.kind(binding.value) == Kind::Opaque
            && activity
                .views
                .roots(place.base)
                .into_iter()
                .any(|root| activity.is_varied(root))
        {
            let place = place.clone();
            binding.op = match method == "len" {
                true => Op::Length(place),
                false => Op::IsEmpty(place),
            };
        }
        crate::ir::for_each_region_mut(stmt, &mut |inner| lengths(f, inner, activity));
    }
}

/// Where indices of constants lead is not asked.
fn drop_parts(region: &mut Region, activity: &Activity) {
    for stmt in &mut region.stmts {
        if let Stmt::Let(binding) = stmt
            && let Op::Part(place, ..) = &binding.op
        {
            let mut roots = activity.views.roots(place.base).into_iter();
            if !roots.any(|root| activity.is_active(root)) {
                binding.op = Op::Flag(false);
            }
        }
        crate::ir::for_each_region_mut(stmt, &mut |inner| drop_parts(inner, activity));
    }
}

/// A call that sees no active value and gives a reference is the user's own.
fn mark_lenses(region: &mut Region, activity: &Activity) {
    for stmt in &mut region.stmts {
        if let Stmt::Let(binding) = stmt
            && let Op::Lens(call) = &mut binding.op
        {
            let args = call.args.iter().flat_map(Tree::leaves);
            let mut seen = std::iter::once(call.root.base)
                .chain(args)
                .flat_map(|value| activity.views.roots(value));
            call.is_constant = !seen.any(|root| activity.is_varied(root));
        }
        crate::ir::for_each_region_mut(stmt, &mut |inner| mark_lenses(inner, activity));
    }
}

/// Inserts the checks of opaque operands, once for each value and scope.
fn claim(f: &Function, region: &mut Region, activity: &mut Activity, seen: &mut BTreeSet<ValueId>) {
    let stmts = std::mem::take(&mut region.stmts);
    for mut stmt in stmts {
        if let Stmt::Let(binding) = &stmt {
            if is_real(&binding.op) && !activity.is_number(binding.value) {
                activity.claimed.insert(binding.value);
            }
            for (value, claim) in claims(f, binding.value, &binding.op, activity) {
                if claim == Claim::Real {
                    activity.claimed.insert(value);
                }
                if seen.insert(value) {
                    let span = f.info(binding.value).span;
                    region.stmts.push(Stmt::Check(value, claim, span));
                }
            }
        }
        match &mut stmt {
            Stmt::If(branch) => {
                claim(f, &mut branch.then, activity, &mut seen.clone());
                claim(f, &mut branch.other, activity, &mut seen.clone());
            }
            Stmt::Match(choice) => {
                for arm in &mut choice.arms {
                    claim(f, &mut arm.body, activity, &mut seen.clone());
                }
            }
            Stmt::Loop(looped) => {
                if let Head::While(cond) = &mut looped.head {
                    claim(f, cond, activity, &mut seen.clone());
                }
                claim(f, &mut looped.body, activity, &mut seen.clone());
            }
            _ => {}
        }
        region.stmts.push(stmt);
    }
}

/// Whether the result of an operation is a real number whose operands are.
fn is_real(op: &Op) -> bool {
    match op {
        Op::Neg(_) | Op::Method(Method::Smooth(_), _) | Op::Convert(..) => true,
        Op::Binary(op, ..) => op.is_arithmetic(),
        _ => false,
    }
}

fn claims(f: &Function, value: ValueId, op: &Op, activity: &Activity) -> Vec<(ValueId, Claim)> {
    let (operands, claim) = match op {
        Op::Binary(_, a, b) if activity.is_number(value) => (vec![*a, *b], Claim::Number),
        Op::Method(_, args) if activity.is_number(value) => (args.clone(), Claim::Number),
        // `n.min(3)`: whatever its receiver is, it is an integer
        Op::Method(_, args) if f.kind(value) == Kind::Int => (args.clone(), Claim::Discrete),
        Op::Neg(a) => (vec![*a], Claim::Real),
        Op::Convert(_, a) | Op::Cast(a, _) => (vec![*a], Claim::Castable),
        Op::Method(Method::Discrete(rule), args) if rule.result == Output::Real => {
            (args.clone(), Claim::Real)
        }
        Op::Method(Method::Smooth(_), args) => (args.clone(), Claim::Real),
        Op::Binary(op, a, b) if op.is_arithmetic() => match f.kind(value) {
            Kind::Int => (vec![*a, *b], Claim::Discrete),
            _ => (vec![*a, *b], Claim::Real),
        },
        Op::Binary(op, a, b) if !op.is_predicate() => (vec![*a, *b], Claim::Discrete),
        Op::Binary(BinaryOp::And | BinaryOp::Or, a, b) => (vec![*a, *b], Claim::Discrete),
        Op::Not(a) => (vec![*a], Claim::Discrete),
        _ => return Vec::new(),
    };
    // where nothing is made of the result, the operation may be anyone's
    let is_idle = is_real(op) && f.kind(value).may_be_real() && !activity.is_active(value);
    let checked = |v: &ValueId| f.kind(*v) == Kind::Opaque && activity.is_varied(*v) && !is_idle;
    operands
        .into_iter()
        .filter(checked)
        .map(|value| (value, claim))
        .collect()
}
