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
//! In the joint form of a function the upstream is known from the start. There
//! the `fuse` pass moves the reverse half of a branch or a loop into its forward
//! half (`fused`), where nothing forbids it.
//!
//! The adjoint pass adds the reverse half ([`Reverse`]). Its statements mirror
//! those of the forward half by [`StmtId`], last to first, and may use any
//! forward value, however deeply it is nested; the `record` pass then makes
//! each such use legal by recomputing the value or by recording it.

mod circuit;
mod op;
mod place;
#[cfg(test)]
pub(crate) mod text;
mod tree;
mod visit;

use crate::fence::Refusal;
use proc_macro2::{Ident, Span};
use std::collections::BTreeSet;

pub(crate) use circuit::{Drawing, Gate, GateInput};
pub(crate) use op::{Aggregate, BinaryOp, Callee, Capture, Claimed, Count, Method, Op, Operator};
pub(crate) use place::{Hold, Place, Proj, Views, kind_at, payload_path};
pub(crate) use tree::Tree;
pub(crate) use visit::{
    collect_definitions, definitions, for_each_region, for_each_region_mut, for_each_use,
    free_values, rewrite_region_uses, rewrite_uses,
};

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
    /// What carries no derivative whatever it holds: an error, or none.
    Constant,
    /// Arrays, slices and vectors, nested so deep, of scalars.
    Container(u8, Scalar),
    /// Anything: rustc knows. A use as a real scalar is checked by rustc.
    Opaque,
}

/// What a container holds at its bottom.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Scalar {
    Real(Width),
    Int,
    Bool,
    /// Only rustc knows.
    Opaque,
}

/// Which float type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Width {
    F32,
    F64,
    /// A type parameter, by its number.
    Param(u8),
    /// A float literal: rustc decides.
    Any,
}

impl Kind {
    /// The kind of a value that is one of the two: rustc makes both agree, so
    /// what is known of one holds for the other.
    pub(crate) fn join(self, other: Kind) -> Kind {
        match (self, other) {
            (Kind::Opaque | Kind::Real(Width::Any), known) if known != Kind::Opaque => known,
            (Kind::Container(depth, Scalar::Opaque | Scalar::Real(Width::Any)), known) if matches!(known, Kind::Container(other, _) if other >= depth) => {
                known
            }
            (known, _) => known,
        }
    }

    /// Whether a value of this kind can carry a derivative.
    pub(crate) fn may_be_real(self) -> bool {
        match self {
            Kind::Real(_) | Kind::Opaque => true,
            Kind::Container(_, scalar) => matches!(scalar, Scalar::Real(_) | Scalar::Opaque),
            Kind::Int | Kind::Bool | Kind::Constant => false,
        }
    }

    pub(crate) fn is_container(self) -> bool {
        matches!(self, Kind::Container(..))
    }

    /// The kind of an element, if this is a container of such.
    pub(crate) fn element(self) -> Kind {
        match self {
            Kind::Container(depth, scalar) if depth > 1 => Kind::Container(depth - 1, scalar),
            Kind::Container(_, Scalar::Real(width)) => Kind::Real(width),
            Kind::Container(_, Scalar::Int) => Kind::Int,
            Kind::Container(_, Scalar::Bool) => Kind::Bool,
            _ => Kind::Opaque,
        }
    }

    /// The kind of a container with elements of this kind.
    pub(crate) fn contained(self) -> Kind {
        match self {
            Kind::Real(width) => Kind::Container(1, Scalar::Real(width)),
            Kind::Int => Kind::Container(1, Scalar::Int),
            Kind::Bool => Kind::Container(1, Scalar::Bool),
            Kind::Container(depth, scalar) => Kind::Container(depth.saturating_add(1), scalar),
            Kind::Opaque | Kind::Constant => Kind::Container(1, Scalar::Opaque),
        }
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
    /// Whether it is a reference, as only its definition tells.
    pub(crate) hold: Hold,
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
    pub(crate) hold: Hold,
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
    /// Values whose content is the same from their definition to the end of
    /// the reverse half, and which are there.
    pub(crate) stable: BTreeSet<ValueId>,
    /// Type parameters that stand for real numbers.
    pub(crate) reals: Vec<Ident>,
    /// An operation that the adjoint pass has no reverse half for. None should
    /// get there; one that does is refused, not passed over.
    pub(crate) unsupported: Option<(Span, Refusal)>,
    /// The strong zeros of tangents: where a tangent is zero it adds nothing, but how
    /// it would change is told by what is guarded.
    pub(crate) guards: BTreeSet<ValueId>,
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
    /// A reference to what is no scalar: read, written and differentiated
    /// in place.
    pub(crate) in_place: bool,
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
    /// Per parameter that is passed by reference and adds in place: where.
    pub(crate) buffers: Vec<Option<ValueId>>,
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
    /// Writes to a place.
    Store(Store),
    /// Calls a method that rearranges, lengthens or shortens a container.
    Mutate(Mutate),
    /// Both values have one type, as the versions of one variable do.
    SameType(ValueId, ValueId),
    /// An opaque value is a real number, or carries no derivative: rustc checks.
    Check(ValueId, Claim, Span),

    // Before `ssa` only.
    Declare(VarId),
    Read(ValueId, VarId),
    Write(VarId, ValueId),
    Block(Target, Region),
    Exit(Target),

    // In the reverse half only.
    /// Adds a contribution to a place of an adjoint.
    AddAt(AddAt),
    /// Adds each element of an adjoint to another adjoint.
    AddEach(ValueId, ValueId, Span),
    RevBranch(RevBranch),
    RevLoop(RevLoop),
    Pullback(Pullback),
    /// Declares a tape or an iteration count before a loop.
    NewTape(ValueId, TapeSize),
    /// Makes room on a tape for the records of a run of a loop, and of each
    /// later run in the iterations that are left of the loops around it.
    Reserve(ValueId, Range, Vec<Range>),
    /// Pushes a record on a tape.
    Push(ValueId, Vec<ValueId>),
}

/// How many records a tape will hold.
#[derive(Clone, Debug)]
pub(crate) enum TapeSize {
    Unknown,
    /// At most so many: it needs no allocation.
    Constant(u64),
    /// As many as the range has numbers.
    Range(Range),
}

/// What a [`Stmt::Check`] claims of a type that only rustc knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Claim {
    Real,
    Discrete,
    /// A number of any type, that `as` or `From` makes a real number of.
    Castable,
    /// The same, in arithmetic.
    Number,
}

/// `let value = op;`
#[derive(Clone, Debug)]
pub(crate) struct Let {
    pub(crate) value: ValueId,
    pub(crate) op: Op,
}

/// `place = value;`, or `place += value;` and its like.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pub(crate) place: Place,
    /// `+` or `-` of a compound assignment.
    pub(crate) op: Option<BinaryOp>,
    pub(crate) value: ValueId,
    /// The zero gradient of what was there, where it may have had another shape.
    pub(crate) old: Option<ValueId>,
}

/// `place.method(args);`
#[derive(Clone, Debug)]
pub(crate) struct Mutate {
    pub(crate) place: Place,
    pub(crate) method: &'static str,
    pub(crate) args: Vec<ValueId>,
    /// What only the reverse half needs.
    pub(crate) record: Option<ValueId>,
    pub(crate) span: Span,
}

/// `place += value;` on an adjoint.
#[derive(Clone, Debug)]
pub(crate) struct AddAt {
    pub(crate) place: Place,
    pub(crate) value: ValueId,
    pub(crate) span: Span,
}

/// A call `callee(args)` whose value and pullback are kept.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) id: StmtId,
    pub(crate) callee: Callee,
    pub(crate) args: Vec<Arg>,
    pub(crate) result: Tree<ValueId>,
    pub(crate) span: Span,
    /// Set by `analyse`: the call sees active values, and nothing that comes of it
    /// is active.
    pub(crate) is_idle: bool,
    /// Set by the adjoint pass if the call is active.
    pub(crate) pullback: Option<ValueId>,
    /// Set by the tangent pass if the call is active.
    pub(crate) tangents: Option<CallTangents>,
}

/// The tangents that go into a call and come out of it.
#[derive(Clone, Debug)]
pub(crate) struct CallTangents {
    /// One for each argument.
    pub(crate) args: Vec<TangentArg>,
    /// Of the result, with `()` for what carries no derivative; of the payload, if
    /// it is an `Option` or a `Result`.
    pub(crate) result: Tree<ValueId>,
}

/// The tangent of an argument.
#[derive(Clone, Debug)]
pub(crate) enum TangentArg {
    /// The argument is a constant.
    Constant,
    Value(Tree<ValueId>),
    /// `&tree`
    Shared(Tree<ValueId>),
    /// `&place`
    View(Place),
    /// `&mut place`
    MutView(Place),
    /// `&mut`: the tangent before and after the call.
    Mut {
        before: Tree<ValueId>,
        after: Tree<ValueId>,
    },
}

impl Call {
    /// The values that the call gives: its result, and what it makes of variables.
    pub(crate) fn given(&self) -> Vec<ValueId> {
        let mut given = self.result.leaves();
        for arg in &self.args {
            if let Arg::Mut { after, .. } = arg {
                given.extend(after.leaves());
            }
        }
        given
    }
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
    /// The reverse half of the arms, if it runs right after them.
    pub(crate) fused: Option<RevBranch>,
}

/// `match scrutinee { arms }`, yielding `results`.
#[derive(Clone, Debug)]
pub(crate) struct Match {
    pub(crate) id: StmtId,
    pub(crate) scrutinee: Tree<ValueId>,
    pub(crate) arms: Vec<Arm>,
    pub(crate) results: Vec<ValueId>,
    pub(crate) record: Option<BranchRecord>,
    pub(crate) fused: Option<RevBranch>,
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
    /// The reverse half, if that of each iteration runs right after it.
    pub(crate) fused: Option<RevLoop>,
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
    /// The records of a tape, last to first.
    Drain(Drain),
    /// The forward range, from its end to its start.
    Range(Range),
    /// As many iterations as the forward half counted.
    Count(ValueId),
}

/// How a reverse loop takes its records back.
#[derive(Clone, Debug)]
pub(crate) struct Drain {
    pub(crate) tape: ValueId,
    /// What one record holds.
    pub(crate) values: Vec<ValueId>,
    pub(crate) run: Run,
    /// The forward range from its end to its start, if its item is used.
    pub(crate) beside: Option<Range>,
}

/// Which records of a tape belong to the run of the loop that is reversed. One
/// tape serves all runs of a loop: their records lie on it in order.
#[derive(Clone, Debug)]
pub(crate) enum Run {
    /// All: the tape is not used again.
    All,
    /// All that there are now.
    Rest,
    /// As many as the range has numbers.
    Range(Range),
    /// Those that came after the tape had this length.
    Since(ValueId),
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
    /// With a guard: what the adjoints are if it does not hold.
    pub(crate) otherwise: Vec<ValueId>,
    pub(crate) span: Span,
}

/// An argument of the call whose pullback runs.
#[derive(Clone, Debug)]
pub(crate) enum PullbackArg {
    /// The argument and, for each active leaf, its adjoint.
    In {
        arg: Tree<ValueId>,
        adjoint: Tree<Option<ValueId>>,
        /// Whether the argument itself is used: it is a reference.
        is_used: bool,
    },
    /// A reference into a place: its content as the callee saw it, and where
    /// its adjoint is, if it has one.
    View {
        /// The reference in the call.
        argument: ValueId,
        content: Place,
        adjoint: Option<Place>,
        /// Another argument of the call has an adjoint in the same buffer:
        /// this one goes through a buffer of its own.
        detour: bool,
    },
    /// The same by `&mut`: the copy of its content after the call.
    MutView {
        argument: ValueId,
        content: ValueId,
        adjoint: Option<Place>,
        detour: bool,
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
            stable: BTreeSet::new(),
            reals: Vec::new(),
            unsupported: None,
            guards: BTreeSet::new(),
        }
    }

    /// The type parameter that a number is of.
    pub(crate) fn type_parameter(&self, value: ValueId) -> Option<&Ident> {
        match self.kind(value) {
            Kind::Real(Width::Param(index)) => self.reals.get(usize::from(index)),
            _ => None,
        }
    }

    pub(crate) fn value(&mut self, kind: Kind, hint: Option<String>, span: Span) -> ValueId {
        let id = ValueId(self.values.len() as u32);
        self.values.push(ValueInfo {
            kind,
            hint,
            adjoint: false,
            hold: Hold::Value,
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
            hold: Hold::Value,
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

    pub(crate) fn is_reference(&self, value: ValueId) -> bool {
        self.info(value).hold != Hold::Value
    }
}
