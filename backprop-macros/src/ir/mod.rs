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

mod kind;
mod stmt;

mod circuit;
mod copy;
mod op;
mod place;
#[cfg(test)]
pub(crate) mod text;
mod tree;
mod uses;
mod visit;

use crate::fence::Refusal;
use proc_macro2::{Ident, Span};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) use kind::{Kind, Scalar, Width};
pub(crate) use stmt::*;

pub(crate) use circuit::{Drawing, Gate, GateInput};
pub(crate) use copy::Copies;
pub(crate) use op::{
    Access, Aggregate, BinaryOp, Callee, Candidates, Capture, Claimed, ClosureForm, ClosureMode,
    Count, LensCall, Method, Op, Operator, Owning, Receiver, Window,
};
pub(crate) use place::{Hold, Place, Proj, Views, kind_at, payload_path};
pub(crate) use tree::Tree;
pub(crate) use uses::{
    for_each_direct_use, for_each_region_use, for_each_use, rewrite_region_uses, rewrite_uses,
};
pub(crate) use visit::{
    collect_definitions, definitions, for_each_region, for_each_region_mut,
    for_each_region_of_both_mut, free_values,
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

/// Facts about a value.
#[derive(Clone, Debug)]
pub(crate) struct ValueInfo {
    pub(crate) kind: Kind,
    /// The user's name for it, if any: without a `d_` prefix.
    pub(crate) hint: Option<String>,
    /// Whether the value is the adjoint of what `hint` names.
    pub(crate) adjoint: bool,
    /// Whether it is a zero in the shape that a value has where it is defined: its content
    /// may grow or shrink later.
    pub(crate) initial: bool,
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
    /// Whether the result is a slice, whatever it is a part of.
    pub(crate) returns_slice: bool,
    pub(crate) reverse: Option<Reverse>,
    /// Values whose content is the same from their definition to the end of
    /// the reverse half, and which are there.
    pub(crate) stable: BTreeSet<ValueId>,
    /// Values whose content the reverse half takes back step by step, so that at each
    /// statement it is what the forward half saw there; and the reads of it that may be
    /// done again.
    pub(crate) restored: BTreeSet<ValueId>,
    pub(crate) recoverable: BTreeSet<ValueId>,
    /// What calls give, and copies of it, where it may be a reference: only rustc
    /// knows. A record must not hold it as it is.
    pub(crate) borrowed: BTreeSet<ValueId>,
    /// Parts of records that the reverse half has by reference, and tapes that it reads:
    /// it may run again.
    pub(crate) lent: BTreeSet<ValueId>,
    pub(crate) read: BTreeSet<ValueId>,
    /// Tapes of nests of loops.
    pub(crate) nests: BTreeSet<ValueId>,
    /// Type parameters that stand for real numbers.
    pub(crate) reals: Vec<Ident>,
    /// Parameters that are functions.
    pub(crate) functions: BTreeSet<ValueId>,
    /// An operation that the adjoint pass has no reverse half for. None should
    /// get there; one that does is refused, not passed over.
    pub(crate) unsupported: Option<(Span, Refusal)>,
    /// The functions that loops with `#[checkpoint]` call.
    pub(crate) repeated: Vec<(syn::Path, Span)>,
    /// The strong zeros of tangents: where a tangent is zero it adds nothing, but how
    /// it would change is told by what is guarded.
    pub(crate) guards: BTreeSet<ValueId>,
    /// The strong zeros of adjoints, each an [`Op::Select`] that is zero because its
    /// upstream is; whether the rule asks for it, and not only that control flow may
    /// have sent nothing.
    pub(crate) masks: BTreeMap<ValueId, bool>,
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
    /// Whether the type, or that behind a reference, is written without lifetimes and
    /// references, so that it borrows nothing.
    pub(crate) is_owned: bool,
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
    /// Whether control never reaches the end of the region. What passes add behind a
    /// statement that diverges (a record, a gate) does not run.
    pub(crate) fn diverges(&self) -> bool {
        self.stmts.iter().any(Stmt::diverges)
    }
}

impl Stmt {
    /// Whether control never comes out of it.
    pub(crate) fn diverges(&self) -> bool {
        match self {
            Stmt::Diverge(_) | Stmt::Exit(_) => true,
            Stmt::If(branch) => branch.then.diverges() && branch.other.diverges(),
            Stmt::Match(choice) => {
                !choice.arms.is_empty() && choice.arms.iter().all(|arm| arm.body.diverges())
            }
            _ => false,
        }
    }
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
            returns_slice: false,
            reverse: None,
            stable: BTreeSet::new(),
            restored: BTreeSet::new(),
            recoverable: BTreeSet::new(),
            borrowed: BTreeSet::new(),
            lent: BTreeSet::new(),
            read: BTreeSet::new(),
            nests: BTreeSet::new(),
            reals: Vec::new(),
            functions: BTreeSet::new(),
            unsupported: None,
            repeated: Vec::new(),
            guards: BTreeSet::new(),
            masks: BTreeMap::new(),
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
            initial: false,
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

    /// Whether only rustc knows the type of a value.
    pub(crate) fn is_unknown(&self, value: ValueId) -> bool {
        matches!(
            self.kind(value),
            Kind::Opaque | Kind::Container(_, Scalar::Opaque)
        )
    }

    pub(crate) fn is_reference(&self, value: ValueId) -> bool {
        self.info(value).hold != Hold::Value
    }
}
