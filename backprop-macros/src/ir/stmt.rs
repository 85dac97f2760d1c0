//! Statements.

use super::{BinaryOp, Callee, Capture, Op, Place, Region, StmtId, Target, Tree, ValueId, VarId};
use proc_macro2::{Span, TokenStream};

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
    Sum(Sum),
    Pullback(Pullback),
    /// Declares a tape or an iteration count before a loop.
    NewTape(ValueId, TapeSize),
    Reserve(Reserve),
    Push(Push),
    /// Panics if a loop, which comes next, would go out of bounds.
    Reach(Reach),
    /// Keeps a copy of what a loop carries among its snapshots, if one is due.
    Save(ValueId, Vec<ValueId>),
    /// What was carried at the snapshot that a turn begins with.
    Restore(ValueId, Vec<ValueId>),
}

/// The last iteration of a loop is in bounds, if there is one.
#[derive(Clone, Debug)]
pub(crate) struct Reach {
    /// The numbers of the loop: from `start`, or from a literal, to before `end`.
    pub(crate) start: Option<ValueId>,
    pub(crate) literal: u64,
    pub(crate) end: ValueId,
    pub(crate) ends: Vec<Reached>,
}

/// A sequence, and how much more than its number the index of an iteration is.
#[derive(Clone, Debug)]
pub(crate) struct Reached {
    pub(crate) place: Place,
    pub(crate) beyond: u64,
    /// Whether the place is in a buffer of the caller, who may not want it.
    pub(crate) is_lent: bool,
}

/// How many records a tape will hold.
#[derive(Clone, Debug)]
pub(crate) enum TapeSize {
    Unknown,
    /// At most so many: it needs no allocation.
    Constant(u64),
    /// None: they are on the tape of a nest. Its type tells what a record is.
    Site,
    /// Those of all loops of a nest.
    Nest,
    /// So many, or so many of each loop of a nest.
    Counted(Counts),
}

/// How many records; of which loop, if they are on the tape of a nest.
pub(crate) type Counts = Vec<(Option<ValueId>, ValueId)>;

/// Makes room on a tape for the records of loops that come next.
#[derive(Clone, Debug)]
pub(crate) struct Reserve {
    pub(crate) tape: ValueId,
    pub(crate) counts: Counts,
}

/// Pushes the record of an iteration.
#[derive(Clone, Debug)]
pub(crate) struct Push {
    /// The tape of the loop, or its site in a nest.
    pub(crate) tape: ValueId,
    pub(crate) to: Memory,
    pub(crate) values: Vec<ValueId>,
}

/// Where a record goes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Memory {
    /// To the tape of the loop.
    Own,
    /// To the tape of a nest.
    Nest(ValueId),
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
    /// What was there, read right before, if the reverse half may put it back.
    pub(crate) saved: Option<ValueId>,
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
    /// Set by the tangent pass for second derivatives: each argument is followed by
    /// its tangent, `()` where it has none, and the result is a pair.
    pub(crate) is_doubled: bool,
    /// Set by `analyse`: a method or an associated function that a loop with
    /// `#[checkpoint]` calls, and that is asked whether it may run again.
    pub(crate) is_repeated: bool,
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
    /// By value or by reference, as only rustc knows of the argument.
    Follows {
        argument: ValueId,
        tangent: ValueId,
    },
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
    /// The result, without its tangent.
    pub(crate) fn value(&self) -> &Tree<ValueId> {
        match &self.result {
            Tree::Tuple(pair) if self.is_doubled => pair.first().unwrap_or(&self.result),
            result => result,
        }
    }

    /// The receiver of a method, and its tangent.
    pub(crate) fn receiver(&self) -> &[Arg] {
        let count = match self.callee {
            Callee::Method(..) if self.is_doubled => 2,
            Callee::Method(..) => 1,
            _ => 0,
        };
        self.args.get(..count).unwrap_or(&[])
    }

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
    /// Set by `#[checkpoint]`: iterations are computed again, not recorded.
    pub(crate) checkpoint: Option<Box<Checkpoint>>,
    pub(crate) span: Span,
}

/// What `#[checkpoint]` says of a loop.
#[derive(Clone, Debug)]
pub(crate) struct Checkpoint {
    /// How many snapshots there may be; about as many as a root of the iterations if
    /// nothing is said.
    pub(crate) snapshots: Option<TokenStream>,
    pub(crate) span: Span,
}

/// What decides whether another iteration runs.
#[derive(Clone, Debug)]
pub(crate) enum Head {
    /// An iteration that runs again in the reverse half; inside the record pass only.
    Once,
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

/// `result = Σ body`, of the elements of slices of one length, in an order that is ours.
#[derive(Clone, Debug)]
pub(crate) struct Sum {
    pub(crate) result: ValueId,
    /// Each slice, and what its element is in the body.
    pub(crate) parts: Vec<(ValueId, ValueId)>,
    /// Yields what is added.
    pub(crate) body: Region,
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
    /// The tape of the loop, or its site in a nest.
    pub(crate) tape: ValueId,
    pub(crate) nest: Option<Nested>,
    /// What one record holds.
    pub(crate) values: Vec<ValueId>,
    pub(crate) run: Run,
    /// The forward range from its end to its start, if its item is used.
    pub(crate) beside: Option<Range>,
}

/// A loop on the tape of a nest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Nested {
    pub(crate) nest: ValueId,
    /// No other loop that records is inside: the records of a run lie together.
    pub(crate) is_innermost: bool,
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
    /// Whether the callee is a parameter, which gives the adjoints of its arguments as
    /// one tuple.
    pub(crate) of_parameter: bool,
    /// Whether each second argument is a tangent.
    pub(crate) is_doubled: bool,
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
        /// What the reverse half has of an argument that may be a reference.
        owned: Option<ValueId>,
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
        /// The copy is an [`Op::Keep`].
        is_kept: bool,
    },
    /// `&mut`: the adjoint of the content after the call, and that of the content
    /// before.
    Mut {
        upstream: Tree<ValueId>,
        adjoint: Tree<ValueId>,
    },
}
