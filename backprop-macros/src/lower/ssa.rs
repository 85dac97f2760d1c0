//! Variables become values.
//!
//! Structured control flow makes this direct: a branch merges what its arms
//! left in each variable, a loop carries the variables that its body writes.

use crate::ir::{
    BinaryOp, Function, Head, Kind, Let, Loop, Op, Region, Stmt, ValueId, VarId, Width,
    rewrite_region_uses,
};
use quote::quote;
use std::collections::{BTreeMap, BTreeSet};

/// Removes every `Declare`, `Read` and `Write` of `f`.
pub(crate) fn construct(f: &mut Function) {
    let body = std::mem::take(&mut f.body);
    let mut pass = Pass {
        f,
        same: BTreeMap::new(),
        derived: BTreeMap::new(),
    };
    let mut env = Env::default();
    let mut body = pass.region(body, &mut env);
    let mut same = std::mem::take(&mut pass.same);
    prune(&mut body, &mut same);
    let resolve = |value: &mut ValueId| *value = find(&same, *value);
    rewrite_region_uses(&mut body, &mut { resolve });
    f.body = body;
    f.result.for_each_mut(&mut { resolve });
    for param in &mut f.params {
        if let Some(exit) = &mut param.exit {
            exit.for_each_mut(&mut { resolve });
        }
    }
}

/// What each variable in scope holds; nothing before its first write.
#[derive(Clone, Default)]
struct Env {
    declared: BTreeSet<VarId>,
    values: BTreeMap<VarId, ValueId>,
}

struct Pass<'a> {
    f: &'a mut Function,
    /// Values that are other values.
    same: BTreeMap<ValueId, ValueId>,
    /// Operands that share the type of a value.
    derived: BTreeMap<ValueId, Vec<ValueId>>,
}

fn find(same: &BTreeMap<ValueId, ValueId>, mut value: ValueId) -> ValueId {
    while let Some(next) = same.get(&value) {
        value = *next;
    }
    value
}

impl Pass<'_> {
    fn region(&mut self, region: Region, env: &mut Env) -> Region {
        let mut stmts = Vec::new();
        for stmt in region.stmts {
            self.stmt(stmt, env, &mut stmts);
        }
        let same = &self.same;
        let yields = region.yields.into_iter().map(|v| find(same, v)).collect();
        Region { stmts, yields }
    }

    fn stmt(&mut self, mut stmt: Stmt, env: &mut Env, out: &mut Vec<Stmt>) {
        match &mut stmt {
            Stmt::If(_) | Stmt::Match(_) | Stmt::Loop(_) => {}
            stmt => {
                let same = &self.same;
                crate::ir::rewrite_uses(stmt, &mut |value| *value = find(same, *value));
            }
        }
        match stmt {
            Stmt::Declare(root) => {
                env.declared.insert(root);
                let f = &self.f;
                env.values
                    .retain(|var, _| f.vars[var.0 as usize].root != root);
            }
            Stmt::Read(value, var) => {
                let current = match env.values.get(&var) {
                    Some(current) => *current,
                    // only unreachable code reads before a write
                    None => self.placeholder(var, out),
                };
                self.same.insert(value, current);
            }
            Stmt::Write(var, value) => self.write(var, value, env, out),
            Stmt::Let(binding) => {
                let sources = match &binding.op {
                    Op::Binary(op, a, b) if op.is_arithmetic() => vec![*a, *b],
                    Op::Binary(BinaryOp::BitAnd | BinaryOp::BitOr | BinaryOp::BitXor, a, b) => {
                        vec![*a, *b]
                    }
                    Op::Binary(BinaryOp::Shl | BinaryOp::Shr, a, _) => vec![*a],
                    Op::Neg(a) | Op::Copy(a, _) => vec![*a],
                    Op::Method(method, args) => match method.name() {
                        "powi" => vec![args[0]],
                        _ => args.clone(),
                    },
                    _ => Vec::new(),
                };
                self.derived.insert(binding.value, sources);
                out.push(Stmt::Let(binding));
            }
            Stmt::If(mut branch) => {
                branch.cond = find(&self.same, branch.cond);
                let arms = vec![branch.then, branch.other];
                let (results, mut arms) = self.arms(arms, env);
                branch.results = results;
                let (other, then) = (arms.pop(), arms.pop());
                branch.then = then.unwrap_or_default();
                branch.other = other.unwrap_or_default();
                out.push(Stmt::If(branch));
            }
            Stmt::Match(mut choice) => {
                let same = &self.same;
                choice
                    .scrutinee
                    .for_each_mut(&mut |value| *value = find(same, *value));
                let mut bodies = Vec::new();
                for arm in &mut choice.arms {
                    if let Some(guard) = arm.guard.take() {
                        arm.guard = Some(self.region(guard, &mut env.clone()));
                    }
                    bodies.push(std::mem::take(&mut arm.body));
                }
                let (results, bodies) = self.arms(bodies, env);
                choice.results = results;
                for (arm, body) in choice.arms.iter_mut().zip(bodies) {
                    arm.body = body;
                }
                out.push(Stmt::Match(choice));
            }
            Stmt::Loop(looped) => self.looped(looped, env, out),
            Stmt::Call(call) => {
                for arg in &call.args {
                    if let crate::ir::Arg::Mut { before, after } = arg {
                        for (after, before) in after.zip(before).unwrap_or_default() {
                            self.derived.insert(after, vec![before]);
                        }
                    }
                }
                out.push(Stmt::Call(call));
            }
            stmt => out.push(stmt),
        }
    }

    fn write(&mut self, var: VarId, value: ValueId, env: &mut Env, out: &mut Vec<Stmt>) {
        if let Some(name) = self.f.vars[var.0 as usize].hint.clone() {
            let info = self.f.info_mut(value);
            info.hint.get_or_insert(name);
        }
        if let Some(old) = env.values.insert(var, value)
            && old != value
            && self.is_scalar(old, value)
            && !self.types_agree(old, value)
        {
            out.push(Stmt::SameType(old, value));
        }
    }

    /// Whether one of two versions is known to be a number: only a literal can
    /// take its type from the other, and what is no number may be gone.
    fn is_scalar(&self, old: ValueId, new: ValueId) -> bool {
        let number = |value| matches!(self.f.kind(value), Kind::Real(_) | Kind::Int | Kind::Bool);
        number(old) || number(new)
    }

    /// Whether rustc gives both values one type without being told. The
    /// versions of a variable were one variable in the primal, so a literal
    /// in one took its type from the others.
    fn types_agree(&self, old: ValueId, new: ValueId) -> bool {
        let fixed = |value| {
            matches!(
                self.f.kind(value),
                Kind::Bool | Kind::Real(Width::F32 | Width::F64 | Width::Param(_))
            )
        };
        fixed(old) && fixed(new) || self.derives(new, old, 0)
    }

    fn derives(&self, value: ValueId, from: ValueId, depth: u32) -> bool {
        value == from
            || depth < 32
                && self.derived.get(&value).is_some_and(|sources| {
                    sources
                        .iter()
                        .any(|source| self.derives(*source, from, depth + 1))
                })
    }

    fn placeholder(&mut self, var: VarId, out: &mut Vec<Stmt>) -> ValueId {
        let info = self.f.vars[var.0 as usize].clone();
        let op = match info.kind {
            // a method may be called on it before anything tells its type
            Kind::Real(Width::F64) => Op::Constant(quote!(0.0f64)),
            Kind::Real(Width::F32) => Op::Constant(quote!(0.0f32)),
            Kind::Real(Width::Any | Width::Param(_)) => Op::Number(0.0),
            Kind::Int => Op::Integer(0),
            Kind::Bool => Op::Flag(false),
            Kind::Opaque | Kind::Constant | Kind::Container(..) => Op::Constant(absent()),
        };
        let value = self.f.value(info.kind, None, info.span);
        out.push(Stmt::Let(Let { value, op }));
        value
    }

    /// A fresh value for what a variable holds.
    fn version(&mut self, var: VarId) -> ValueId {
        let info = self.f.vars[var.0 as usize].clone();
        let value = self.f.value(info.kind, info.hint, info.span);
        self.f.info_mut(value).hold = info.hold;
        value
    }

    fn in_scope(&self, env: &Env, var: VarId) -> bool {
        env.declared.contains(&self.f.vars[var.0 as usize].root)
    }

    /// Lowers arms; merges every variable that one of them changed.
    fn arms(&mut self, arms: Vec<Region>, env: &mut Env) -> (Vec<ValueId>, Vec<Region>) {
        let mut lowered = Vec::new();
        let mut changed = BTreeSet::new();
        for arm in arms {
            let mut inner = env.clone();
            let arm = self.region(arm, &mut inner);
            if !arm.diverges() {
                for (var, value) in &inner.values {
                    if env.values.get(var) != Some(value) && self.in_scope(env, *var) {
                        changed.insert(*var);
                    }
                }
            }
            lowered.push((arm, inner));
        }
        let mut results = Vec::new();
        for var in changed {
            let result = self.version(var);
            for (arm, inner) in &mut lowered {
                if arm.diverges() {
                    continue;
                }
                let value = match inner.values.get(&var) {
                    Some(value) => *value,
                    None => self.placeholder(var, &mut arm.stmts),
                };
                arm.yields.push(value);
            }
            env.values.insert(var, result);
            results.push(result);
        }
        (results, lowered.into_iter().map(|(arm, _)| arm).collect())
    }

    fn looped(&mut self, mut looped: Loop, env: &mut Env, out: &mut Vec<Stmt>) {
        if let Head::Range(range) = &mut looped.head {
            range.start = find(&self.same, range.start);
            range.end = find(&self.same, range.end);
            for adaptor in &mut range.adaptors {
                if let crate::ir::RangeAdaptor::StepBy(step) = adaptor {
                    *step = find(&self.same, *step);
                }
            }
        }
        let mut written = BTreeSet::new();
        writes(&looped.body, &mut written);
        written.retain(|var| self.in_scope(env, *var));
        let mut inner = env.clone();
        for var in &written {
            let init = match env.values.get(var) {
                Some(value) => *value,
                None => self.placeholder(*var, out),
            };
            looped.inits.push(init);
            let param = self.version(*var);
            looped.params.push(param);
            inner.values.insert(*var, param);
        }
        if let Head::While(cond) = looped.head {
            looped.head = Head::While(self.region(cond, &mut inner.clone()));
        }
        let body = std::mem::take(&mut looped.body);
        looped.body = self.region(body, &mut inner);
        looped.stop = looped.stop.map(|stop| find(&self.same, stop));
        for (var, param) in written.iter().zip(&looped.params) {
            looped
                .body
                .yields
                .push(inner.values.get(var).copied().unwrap_or(*param));
            let result = self.version(*var);
            looped.results.push(result);
            env.values.insert(*var, result);
        }
        out.push(Stmt::Loop(looped));
    }
}

/// The variables that a region writes, nested regions included.
fn writes(region: &Region, into: &mut BTreeSet<VarId>) {
    for stmt in &region.stmts {
        if let Stmt::Write(var, _) = stmt {
            into.insert(*var);
        }
        crate::ir::for_each_region(stmt, &mut |inner, _| writes(inner, into));
    }
}

/// Drops merges of one value, and carried values that no iteration changes.
fn prune(region: &mut Region, same: &mut BTreeMap<ValueId, ValueId>) {
    for stmt in &mut region.stmts {
        match stmt {
            Stmt::If(branch) => {
                prune(&mut branch.then, same);
                prune(&mut branch.other, same);
                let mut yields = [&mut branch.then.yields, &mut branch.other.yields];
                drop_equal(&mut branch.results, &mut yields, same);
            }
            Stmt::Match(choice) => {
                choice
                    .arms
                    .iter_mut()
                    .for_each(|arm| prune(&mut arm.body, same));
                let arms = choice.arms.iter_mut();
                let mut yields: Vec<_> = arms.map(|arm| &mut arm.body.yields).collect();
                drop_equal(&mut choice.results, &mut yields, same);
            }
            Stmt::Loop(looped) => {
                prune(&mut looped.body, same);
                let mut index = 0;
                while index < looped.params.len() {
                    let param = looped.params[index];
                    let next = find(same, looped.body.yields[index]);
                    if next != param {
                        index += 1;
                        continue;
                    }
                    let init = find(same, looped.inits[index]);
                    same.insert(param, init);
                    same.insert(looped.results[index], init);
                    for list in [
                        &mut looped.params,
                        &mut looped.inits,
                        &mut looped.results,
                        &mut looped.body.yields,
                    ] {
                        list.remove(index);
                    }
                    index = 0;
                }
            }
            _ => {}
        }
    }
}

/// A merge whose arms all hand on one value from outside is that value. Only
/// one arm may survive, so its own values are merged all the same.
fn drop_equal(
    results: &mut Vec<ValueId>,
    yields: &mut [&mut Vec<ValueId>],
    same: &mut BTreeMap<ValueId, ValueId>,
) {
    let full = results.len();
    let mut index = 0;
    while index < results.len() {
        let handed: Vec<ValueId> = yields
            .iter()
            .filter(|list| !list.is_empty() && list.len() == results.len())
            .map(|list| find(same, list[index]))
            .collect();
        let equal = handed.len() > 1 && handed.windows(2).all(|pair| pair[0] == pair[1]);
        if !equal || full == 0 {
            index += 1;
            continue;
        }
        same.insert(results[index], handed[0]);
        for list in yields.iter_mut().filter(|list| list.len() == results.len()) {
            list.remove(index);
        }
        results.remove(index);
    }
}

/// What stands for a value that is not there on some path, of a type that only rustc knows.
pub(super) fn absent() -> proc_macro2::TokenStream {
    quote!(::core::default::Default::default())
}
