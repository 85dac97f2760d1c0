//! The intermediate representation: one form for every stage of the compiler.
//!
//! A [`Function`] is a list of parameters, a body and a result. A body is a
//! [`Region`]: a list of statements that run once, in order, each time control
//! enters the region. There are no gotos: control flow is `If`, `Match` and
//! `Loop`, each of which holds regions.
//!
//! A **value** ([`ValueId`]) is defined exactly once, by a parameter, by a
//! statement or as the binding of an arm; it may be used in the region that
//! defines it after its definition, and in the regions nested there. Every
//! operation takes values and defines one value (A-normal form), carries the
//! span of the user's expression, and a value may carry the user's name as a
//! hint. Names never identify anything: shadowing is resolved by lowering.
//!
//! Two shapes of the same types exist.
//!
//! * *After lowering*, mutable variables ([`VarId`]) are declared, read and
//!   written by statements, `return`, `break` and `continue` are
//!   [`Stmt::Exit`]s of a [`Stmt::Block`] or loop, and control flow defines no
//!   values.
//! * *After `exits` and `ssa`*, none of these are left: `If` and `Match` yield
//!   the merged values of their arms, loops carry values from one iteration to
//!   the next. Every later stage sees this shape only.
//!
//! The adjoint pass adds the reverse half ([`Reverse`]). Its statements mirror
//! those of the forward half by [`StmtId`], last to first, and may use any
//! forward value, however deeply it is nested; the `record` pass then makes
//! each such use legal by recomputing the value or by recording it.

mod op;
#[cfg(test)]
pub(crate) mod text;
mod tree;

use proc_macro2::Span;
use std::collections::BTreeSet;

pub(crate) use op::{BinaryOp, Callee, Capture, Method, Op};
pub(crate) use tree::Tree;

/// A value: defined once, immutable.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct ValueId(pub(crate) u32);

/// A mutable variable of the user, or one of lowering; gone after `ssa`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct VarId(pub(crate) u32);

/// A statement that the reverse half mirrors.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct StmtId(pub(crate) u32);

/// What an [`Stmt::Exit`] leaves.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct Target(pub(crate) u32);

/// What is known of a value's type without type checking.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// `f32` or `f64`, by construction.
    Real(Width),
    /// An integer.
    Int,
    /// A `bool`.
    Bool,
    /// Anything: rustc knows. A use as a real scalar is checked by rustc.
    Opaque,
}

/// Which float type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Width {
    F32,
    F64,
    /// A float literal: rustc decides.
    Any,
}

impl Kind {
    /// The kind of a value that is one of the two: rustc makes both agree, so
    /// what is known of one holds for the other.
    pub(crate) fn join(self, other: Kind) -> Kind {
        match (self, other) {
            (Kind::Opaque | Kind::Real(Width::Any), known) if known != Kind::Opaque => known,
            (known, _) => known,
        }
    }

    /// Whether a value of this kind can carry a derivative.
    pub(crate) fn may_be_real(self) -> bool {
        matches!(self, Kind::Real(_) | Kind::Opaque)
    }
}

/// Facts about a value.
#[derive(Clone, Debug)]
pub(crate) struct ValueInfo {
    pub(crate) kind: Kind,
    /// The user's name for it, if any: without a `d_` prefix.
    pub(crate) hint: Option<String>,
    /// Whether the value is the adjoint of what `hint` names.
    pub(crate) adjoint: bool,
    pub(crate) span: Span,
}

/// Facts about a variable.
#[derive(Clone, Debug)]
pub(crate) struct VarInfo {
    pub(crate) kind: Kind,
    pub(crate) hint: Option<String>,
    pub(crate) span: Span,
    /// The variable whose declaration this one is part of (a tuple's leaves
    /// are declared together), or itself.
    pub(crate) root: VarId,
}

/// A function in some stage of compilation.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub(crate) values: Vec<ValueInfo>,
    pub(crate) vars: Vec<VarInfo>,
    pub(crate) next_stmt: u32,
    pub(crate) next_target: u32,
    pub(crate) params: Vec<Param>,
    pub(crate) body: Region,
    pub(crate) result: Tree<ValueId>,
    pub(crate) reverse: Option<Reverse>,
}

/// A parameter of the primal.
#[derive(Clone, Debug)]
pub(crate) struct Param {
    /// Its values on entry.
    pub(crate) entry: Tree<ValueId>,
    /// For `&mut`: its values on return.
    pub(crate) exit: Option<Tree<ValueId>>,
    /// Whether it can carry a derivative and is not excluded by `wrt`.
    pub(crate) active: bool,
}

/// The reverse half: from upstreams to the adjoints of the parameters.
#[derive(Clone, Debug)]
pub(crate) struct Reverse {
    /// The upstream of each leaf of the result (unused leaves stay unnamed).
    pub(crate) upstream: Tree<ValueId>,
    /// Per parameter, for `&mut`: the adjoint of its final content.
    pub(crate) exits: Vec<Option<Tree<ValueId>>>,
    pub(crate) body: Region,
    /// Per parameter, per leaf: its adjoint, or none if it gets nothing.
    pub(crate) adjoints: Vec<Tree<Option<ValueId>>>,
}

/// Statements that run in order, and the values they hand on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Region {
    pub(crate) stmts: Vec<Stmt>,
    /// The values that the enclosing statement merges or carries.
    pub(crate) yields: Vec<ValueId>,
}

impl Region {
    /// Whether control never reaches the end of the region.
    pub(crate) fn diverges(&self) -> bool {
        match self.stmts.last() {
            Some(Stmt::Diverge(_) | Stmt::Exit(_)) => true,
            Some(Stmt::If(branch)) => branch.then.diverges() && branch.other.diverges(),
            Some(Stmt::Match(choice)) => {
                !choice.arms.is_empty() && choice.arms.iter().all(|arm| arm.body.diverges())
            }
            _ => false,
        }
    }
}

/// One statement.
#[derive(Clone, Debug)]
pub(crate) enum Stmt {
    /// Defines a value.
    Let(Let),
    /// Runs user code for its effect (`println!`, `assert!`), once.
    Effect(Capture),
    /// A call of another differentiated function.
    Call(Call),
    If(If),
    Match(Match),
    Loop(Loop),
    /// `panic!` and its like: control ends here.
    Diverge(Capture),
    /// Both values have one type, as the versions of one variable do.
    SameType(ValueId, ValueId),
    /// An opaque value is a real number, or carries no derivative: rustc checks.
    Check(ValueId, Claim),

    // Before `ssa` only.
    Declare(VarId),
    Read(ValueId, VarId),
    Write(VarId, ValueId),
    Block(Target, Region),
    Exit(Target),

    // In the reverse half only.
    RevBranch(RevBranch),
    RevLoop(RevLoop),
    Pullback(Pullback),
    /// Declares a tape or an iteration count before a loop.
    NewTape(ValueId),
    /// Pushes a record on a tape.
    Push(ValueId, Vec<ValueId>),
}

/// What a [`Stmt::Check`] claims of a type that only rustc knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Claim {
    Real,
    Discrete,
}

/// `let value = op;`
#[derive(Clone, Debug)]
pub(crate) struct Let {
    pub(crate) value: ValueId,
    pub(crate) op: Op,
}

/// A call `callee(args)` whose value and pullback are kept.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) id: StmtId,
    pub(crate) callee: Callee,
    pub(crate) args: Vec<Arg>,
    pub(crate) result: Tree<ValueId>,
    pub(crate) span: Span,
    /// Set by the adjoint pass if the call is active.
    pub(crate) pullback: Option<ValueId>,
}

/// An argument of a call.
#[derive(Clone, Debug)]
pub(crate) enum Arg {
    /// Passed as it stands: values, and references to values as `&tree`.
    In(Tree<ValueId>),
    /// `&mut place`: its content before and after the call.
    Mut {
        before: Tree<ValueId>,
        after: Tree<ValueId>,
    },
}

/// `if cond { then } else { other }`, yielding `results`.
#[derive(Clone, Debug)]
pub(crate) struct If {
    pub(crate) id: StmtId,
    pub(crate) cond: ValueId,
    pub(crate) then: Region,
    pub(crate) other: Region,
    pub(crate) results: Vec<ValueId>,
    /// Set by the record pass: holds what the reverse half of an arm needs.
    pub(crate) record: Option<BranchRecord>,
}

/// `match scrutinee { arms }`, yielding `results`.
#[derive(Clone, Debug)]
pub(crate) struct Match {
    pub(crate) id: StmtId,
    pub(crate) scrutinee: Tree<ValueId>,
    pub(crate) arms: Vec<Arm>,
    pub(crate) results: Vec<ValueId>,
    pub(crate) record: Option<BranchRecord>,
    pub(crate) span: Span,
}

/// One arm of a `match`.
#[derive(Clone, Debug)]
pub(crate) struct Arm {
    pub(crate) pattern: syn::Pat,
    /// Names in the pattern that are bound to values of their own.
    pub(crate) bindings: Vec<(syn::Ident, ValueId)>,
    /// The guard's statements; it yields one `bool`.
    pub(crate) guard: Option<Region>,
    pub(crate) body: Region,
}

/// How the arm that ran, and what its reverse half needs, is recorded.
#[derive(Clone, Debug)]
pub(crate) struct BranchRecord {
    /// The value that holds the record.
    pub(crate) value: ValueId,
    /// The recorded values of each arm. If all are empty, the record is the
    /// number of the arm.
    pub(crate) arms: Vec<Vec<ValueId>>,
}

/// A loop. Before each iteration `params` hold the carried values; the body
/// yields the next ones; after the loop they are `results`.
#[derive(Clone, Debug)]
pub(crate) struct Loop {
    pub(crate) id: StmtId,
    pub(crate) head: Head,
    pub(crate) inits: Vec<ValueId>,
    pub(crate) params: Vec<ValueId>,
    pub(crate) results: Vec<ValueId>,
    pub(crate) body: Region,
    /// A `bool` of the body: leave after this iteration.
    pub(crate) stop: Option<ValueId>,
    /// Before `exits` only: what `break` leaves.
    pub(crate) exit: Option<Target>,
    /// Set by the record pass: the tape, or the iteration count.
    pub(crate) tape: Option<ValueId>,
    pub(crate) span: Span,
}

/// What decides whether another iteration runs.
#[derive(Clone, Debug)]
pub(crate) enum Head {
    Forever,
    /// The region yields one `bool`.
    While(Region),
    Range(Range),
}

/// `for item in (start..end).rev().step_by(step)`.
#[derive(Clone, Debug)]
pub(crate) struct Range {
    pub(crate) item: ValueId,
    pub(crate) start: ValueId,
    pub(crate) end: ValueId,
    pub(crate) inclusive: bool,
    /// `rev` and `step_by` in the order written.
    pub(crate) adaptors: Vec<RangeAdaptor>,
}

/// An adaptor of an integer range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum RangeAdaptor {
    Rev,
    StepBy(ValueId),
}

/// The reverse half of an `If` or `Match`: the arm that ran, reversed. Each
/// arm yields the adjoints `results`.
#[derive(Clone, Debug)]
pub(crate) struct RevBranch {
    pub(crate) of: StmtId,
    /// The condition of an `If`.
    pub(crate) cond: Option<ValueId>,
    pub(crate) arms: Vec<Region>,
    pub(crate) results: Vec<ValueId>,
    pub(crate) record: Option<BranchRecord>,
}

/// The reverse half of a loop: its iterations, last to first.
#[derive(Clone, Debug)]
pub(crate) struct RevLoop {
    pub(crate) of: StmtId,
    pub(crate) inits: Vec<ValueId>,
    pub(crate) params: Vec<ValueId>,
    pub(crate) results: Vec<ValueId>,
    pub(crate) body: Region,
    /// Set by the record pass.
    pub(crate) order: Order,
    pub(crate) span: Span,
}

/// What drives a reverse loop.
#[derive(Clone, Debug)]
pub(crate) enum Order {
    /// Not decided yet.
    Unknown,
    /// `while let Some((a, b)) = tape.pop()`
    Drain(ValueId, Vec<ValueId>),
    /// The forward range, from its end to its start.
    Range(Range),
    /// As many iterations as the forward half counted.
    Count(ValueId),
}

/// `let (d_args) = pullback(&upstream, entries);`
#[derive(Clone, Debug)]
pub(crate) struct Pullback {
    pub(crate) of: StmtId,
    pub(crate) pullback: ValueId,
    pub(crate) upstream: Tree<ValueId>,
    pub(crate) args: Vec<PullbackArg>,
    /// Run only if this `bool` holds: every upstream is zero otherwise.
    pub(crate) guard: Option<ValueId>,
    pub(crate) span: Span,
}

/// An argument of the call whose pullback runs.
#[derive(Clone, Debug)]
pub(crate) enum PullbackArg {
    /// The argument and, for each active leaf, its adjoint.
    In {
        arg: Tree<ValueId>,
        adjoint: Tree<Option<ValueId>>,
    },
    /// `&mut`: the content after the call, the adjoint of it, and the adjoint
    /// of the content before.
    Mut {
        after: Tree<ValueId>,
        upstream: Tree<ValueId>,
        adjoint: Tree<ValueId>,
    },
}

impl Function {
    /// A function with nothing in it.
    pub(crate) fn new() -> Self {
        Function {
            values: Vec::new(),
            vars: Vec::new(),
            next_stmt: 0,
            next_target: 0,
            params: Vec::new(),
            body: Region::default(),
            result: Tree::unit(),
            reverse: None,
        }
    }

    pub(crate) fn value(&mut self, kind: Kind, hint: Option<String>, span: Span) -> ValueId {
        let id = ValueId(self.values.len() as u32);
        self.values.push(ValueInfo {
            kind,
            hint,
            adjoint: false,
            span,
        });
        id
    }

    pub(crate) fn var(
        &mut self,
        kind: Kind,
        hint: Option<String>,
        span: Span,
        root: Option<VarId>,
    ) -> VarId {
        let id = VarId(self.vars.len() as u32);
        self.vars.push(VarInfo {
            kind,
            hint,
            span,
            root: root.unwrap_or(id),
        });
        id
    }

    pub(crate) fn stmt_id(&mut self) -> StmtId {
        self.next_stmt += 1;
        StmtId(self.next_stmt - 1)
    }

    pub(crate) fn target(&mut self) -> Target {
        self.next_target += 1;
        Target(self.next_target - 1)
    }

    pub(crate) fn info(&self, value: ValueId) -> &ValueInfo {
        &self.values[value.0 as usize]
    }

    pub(crate) fn info_mut(&mut self, value: ValueId) -> &mut ValueInfo {
        &mut self.values[value.0 as usize]
    }

    pub(crate) fn kind(&self, value: ValueId) -> Kind {
        self.info(value).kind
    }
}

/// Calls `f` on every value that a statement uses, nested regions included.
pub(crate) fn for_each_use(stmt: &Stmt, f: &mut impl FnMut(ValueId)) {
    // One traversal serves reading and rewriting: the clone keeps them from
    // drifting apart, and statements are small.
    rewrite_uses(&mut stmt.clone(), &mut |value| f(*value));
}

/// Lets `f` replace every value that a statement uses, nested ones included.
pub(crate) fn rewrite_uses(stmt: &mut Stmt, f: &mut dyn FnMut(&mut ValueId)) {
    match stmt {
        Stmt::Let(binding) => binding.op.rewrite_uses(f),
        Stmt::Effect(capture) | Stmt::Diverge(capture) => capture.rewrite_uses(f),
        Stmt::Call(call) => {
            for arg in &mut call.args {
                match arg {
                    Arg::In(tree) => tree.for_each_mut(f),
                    Arg::Mut { before, .. } => before.for_each_mut(f),
                }
            }
        }
        Stmt::If(branch) => {
            f(&mut branch.cond);
            rewrite_region_uses(&mut branch.then, f);
            rewrite_region_uses(&mut branch.other, f);
            rewrite_record(&mut branch.record, f);
        }
        Stmt::Match(choice) => {
            choice.scrutinee.for_each_mut(f);
            for arm in &mut choice.arms {
                if let Some(guard) = &mut arm.guard {
                    rewrite_region_uses(guard, f);
                }
                rewrite_region_uses(&mut arm.body, f);
            }
            rewrite_record(&mut choice.record, f);
        }
        Stmt::Loop(looped) => {
            looped.inits.iter_mut().for_each(&mut *f);
            match &mut looped.head {
                Head::Forever => {}
                Head::While(cond) => rewrite_region_uses(cond, f),
                Head::Range(range) => rewrite_range(range, f),
            }
            rewrite_region_uses(&mut looped.body, f);
            if let Some(stop) = &mut looped.stop {
                f(stop);
            }
        }
        Stmt::Declare(_) | Stmt::Read(..) | Stmt::Exit(_) | Stmt::NewTape(_) => {}
        Stmt::Write(_, value) | Stmt::Check(value, _) => f(value),
        Stmt::SameType(a, b) => {
            f(a);
            f(b);
        }
        Stmt::Block(_, region) => rewrite_region_uses(region, f),
        Stmt::RevBranch(branch) => {
            if let (None, Some(cond)) = (&branch.record, &mut branch.cond) {
                f(cond);
            }
            if let Some(record) = &mut branch.record {
                f(&mut record.value);
            }
            for arm in &mut branch.arms {
                rewrite_region_uses(arm, f);
            }
        }
        Stmt::RevLoop(looped) => {
            looped.inits.iter_mut().for_each(&mut *f);
            match &mut looped.order {
                Order::Unknown => {}
                Order::Drain(tape, _) | Order::Count(tape) => f(tape),
                Order::Range(range) => rewrite_range(range, f),
            }
            rewrite_region_uses(&mut looped.body, f);
        }
        Stmt::Pullback(call) => {
            f(&mut call.pullback);
            call.upstream.for_each_mut(f);
            if let Some(guard) = &mut call.guard {
                f(guard);
            }
            for arg in &mut call.args {
                match arg {
                    PullbackArg::In { arg, adjoint } => {
                        if adjoint.any(Option::is_some) {
                            arg.for_each_mut(f);
                        }
                    }
                    PullbackArg::Mut {
                        after, upstream, ..
                    } => {
                        after.for_each_mut(f);
                        upstream.for_each_mut(f);
                    }
                }
            }
        }
        Stmt::Push(tape, values) => {
            f(tape);
            values.iter_mut().for_each(&mut *f);
        }
    }
}

fn rewrite_record(record: &mut Option<BranchRecord>, f: &mut dyn FnMut(&mut ValueId)) {
    if let Some(record) = record {
        record.arms.iter_mut().flatten().for_each(f);
    }
}

fn rewrite_range(range: &mut Range, f: &mut dyn FnMut(&mut ValueId)) {
    f(&mut range.start);
    f(&mut range.end);
    for adaptor in &mut range.adaptors {
        if let RangeAdaptor::StepBy(step) = adaptor {
            f(step);
        }
    }
}

/// Lets `f` replace every value that a region uses, its yields included.
pub(crate) fn rewrite_region_uses(region: &mut Region, f: &mut dyn FnMut(&mut ValueId)) {
    for stmt in &mut region.stmts {
        rewrite_uses(stmt, f);
    }
    region.yields.iter_mut().for_each(f);
}

/// The values that a statement defines for the statements after it.
pub(crate) fn definitions(stmt: &Stmt) -> Vec<ValueId> {
    match stmt {
        Stmt::Let(binding) => vec![binding.value],
        Stmt::Read(value, _) | Stmt::NewTape(value) => vec![*value],
        Stmt::Call(call) => {
            let mut defined = call.result.leaves();
            for arg in &call.args {
                if let Arg::Mut { after, .. } = arg {
                    defined.extend(after.leaves());
                }
            }
            defined.extend(call.pullback);
            defined
        }
        Stmt::If(branch) => with_record(&branch.results, &branch.record),
        Stmt::Match(choice) => with_record(&choice.results, &choice.record),
        Stmt::Loop(looped) => looped.results.clone(),
        Stmt::RevBranch(branch) => branch.results.clone(),
        Stmt::RevLoop(looped) => looped.results.clone(),
        Stmt::Pullback(call) => {
            let mut defined = Vec::new();
            for arg in &call.args {
                match arg {
                    PullbackArg::In { adjoint, .. } => {
                        defined.extend(adjoint.leaves().into_iter().flatten());
                    }
                    PullbackArg::Mut { adjoint, .. } => defined.extend(adjoint.leaves()),
                }
            }
            defined
        }
        Stmt::Effect(_)
        | Stmt::SameType(..)
        | Stmt::Check(..)
        | Stmt::Diverge(_)
        | Stmt::Declare(_)
        | Stmt::Write(..)
        | Stmt::Block(..)
        | Stmt::Exit(_)
        | Stmt::Push(..) => Vec::new(),
    }
}

fn with_record(results: &[ValueId], record: &Option<BranchRecord>) -> Vec<ValueId> {
    let record = record.iter().map(|record| record.value);
    results.iter().copied().chain(record).collect()
}

/// Calls `f` on each region directly inside a statement, with the values that
/// are defined at its head (bindings, loop items, carried values).
pub(crate) fn for_each_region(stmt: &Stmt, f: &mut impl FnMut(&Region, Vec<ValueId>)) {
    match stmt {
        Stmt::If(branch) => {
            f(&branch.then, Vec::new());
            f(&branch.other, Vec::new());
        }
        Stmt::Match(choice) => {
            for arm in &choice.arms {
                let bound: Vec<_> = arm.bindings.iter().map(|(_, value)| *value).collect();
                if let Some(guard) = &arm.guard {
                    f(guard, bound.clone());
                }
                f(&arm.body, bound);
            }
        }
        Stmt::Loop(looped) => {
            let mut bound = looped.params.clone();
            match &looped.head {
                Head::While(cond) => f(cond, bound.clone()),
                Head::Range(range) => bound.push(range.item),
                Head::Forever => {}
            }
            f(&looped.body, bound);
        }
        Stmt::Block(_, region) => f(region, Vec::new()),
        Stmt::RevBranch(branch) => branch.arms.iter().for_each(|arm| f(arm, Vec::new())),
        Stmt::RevLoop(looped) => {
            let mut bound = looped.params.clone();
            match &looped.order {
                Order::Drain(_, values) => bound.extend(values),
                Order::Range(range) => bound.push(range.item),
                Order::Unknown | Order::Count(_) => {}
            }
            f(&looped.body, bound);
        }
        _ => {}
    }
}

/// The values used in a region that are defined outside it.
pub(crate) fn free_values(region: &Region, bound: &[ValueId]) -> BTreeSet<ValueId> {
    let mut defined: BTreeSet<ValueId> = bound.iter().copied().collect();
    collect_definitions(region, &mut defined);
    let mut used = BTreeSet::new();
    rewrite_region_uses(&mut region.clone(), &mut |value| {
        used.insert(*value);
    });
    used.difference(&defined).copied().collect()
}

/// Adds every value defined in a region, nested regions included.
pub(crate) fn collect_definitions(region: &Region, into: &mut BTreeSet<ValueId>) {
    for stmt in &region.stmts {
        into.extend(definitions(stmt));
        for_each_region(stmt, &mut |inner, bound| {
            into.extend(bound);
            collect_definitions(inner, into);
        });
    }
}
