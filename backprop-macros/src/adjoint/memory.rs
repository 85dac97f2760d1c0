//! The reverse half of what is kept in memory.
//!
//! An array, a slice, a vector or a struct has one adjoint of its own shape.
//! It begins where the reverse half first reaches the value, as zero or as
//! what a later value of the whole hands back, and is changed in place until
//! the definition of the value takes it. Reading a place adds to its adjoint;
//! writing one takes the adjoint out and leaves zero.

use super::Pass;
use crate::fence::catalogue as no;
use crate::ir::{
    AddAt, Aggregate, Arg, BinaryOp, Call, Callee, Hold, Kind, Let, Mutate, Op, Owning, Place,
    Proj, PullbackArg, Stmt, Store, Tree, ValueId,
};
use proc_macro2::Span;
use std::collections::BTreeSet;

/// Copies of arguments that the pullback of a call needs.
#[derive(Default)]
pub(super) struct Snapshots {
    pub(super) before: Vec<Let>,
    pub(super) after: Vec<Let>,
}

impl Pass<'_> {
    pub(super) fn is_in_place(&self, value: ValueId) -> bool {
        self.activity.is_in_place(self.f, value)
    }

    /// The adjoint of a value whose definition the reverse half has reached.
    pub(super) fn take_adjoint(&mut self, value: ValueId) -> Option<ValueId> {
        if self.activity.views.is_view(value) {
            return None;
        }
        match self.is_in_place(value) {
            true => self.memory.remove(&value),
            false => self.adjoints.remove(&value),
        }
    }

    /// The adjoint of a value that is kept in place: zero if there is none yet.
    pub(super) fn ensure(&mut self, root: ValueId) -> ValueId {
        if let Some(adjoint) = self.memory.get(&root) {
            return *adjoint;
        }
        let (kind, span) = (self.f.kind(root), self.f.info(root).span);
        if !self.is_in_place(root) {
            // its definition would not look for the adjoint here
            self.f.unsupported.get_or_insert((span, no::OWN_OPERATION));
        }
        let adjoint = self.push(Op::ZeroGradient(root), kind, span);
        self.name_after(adjoint, root);
        // what adds to it may not run
        self.masked.insert(adjoint);
        self.memory.insert(root, adjoint);
        adjoint
    }

    fn name_after(&mut self, adjoint: ValueId, value: ValueId) {
        if let Some(name) = self.f.info(value).hint.clone() {
            let info = self.f.info_mut(adjoint);
            if info.hint.is_none() {
                info.hint = Some(name);
                info.adjoint = true;
            }
        }
    }

    /// Adds `d` to the adjoint of all of `value`, or makes it that adjoint.
    pub(super) fn contribute_whole(&mut self, value: ValueId, d: ValueId) {
        let place = self.activity.views.resolve(&Place::whole(value));
        if !self.activity.is_active(place.base) {
            return;
        }
        let is_chosen = self.activity.views.candidates(place.base).is_some();
        if place.path.is_empty() && !is_chosen && !self.memory.contains_key(&place.base) {
            let adjoint = self.adopted(d, place.base);
            self.name_after(adjoint, place.base);
            self.memory.insert(place.base, adjoint);
            return;
        }
        let span = self.f.info(value).span;
        self.contribute_at(&place, d, span);
    }

    /// `d` as an adjoint that is changed in place: a variable of its own, unless
    /// it was made this moment, for others may read `d` later.
    fn adopted(&mut self, d: ValueId, value: ValueId) -> ValueId {
        if let Some(Stmt::Let(made)) = self.out.last()
            && made.value == d
            && matches!(
                made.op,
                Op::CopyGradient(_)
                    | Op::ZeroGradient(_)
                    | Op::Take(_)
                    | Op::Exchange(..)
                    | Op::Pop(_)
            )
        {
            return d;
        }
        let (kind, span) = (self.f.kind(value), self.f.info(value).span);
        let own = self.push(Op::Begin(d), kind, span);
        if self.masked.contains(&d) {
            self.masked.insert(own);
        }
        own
    }

    /// Adds `d` to the adjoint of a place.
    pub(super) fn contribute_at(&mut self, place: &Place, d: ValueId, span: Span) {
        let mut place = self.activity.views.resolve(place).of_adjoint();
        if !self.activity.is_active(place.base) {
            return;
        }
        if place.path.is_empty() && !self.is_in_place(place.base) {
            // a copy of what turned out to be a number
            self.contribute(place.base, d);
            return;
        }
        place.base = self.begun(place.base);
        self.out.push(Stmt::AddAt(AddAt {
            place,
            value: d,
            span,
        }));
    }

    /// The adjoint of what a resolved place is in, which begins now if it has not; of a
    /// view of one of several places, that which the tag tells.
    fn begun(&mut self, base: ValueId) -> ValueId {
        let Some(candidates) = self.activity.views.candidates(base) else {
            return self.ensure(base);
        };
        let mut candidates = candidates.of_adjoint();
        for place in &mut candidates.places {
            place.base = self.ensure(place.base);
        }
        let (kind, span) = (self.f.kind(base), self.f.info(base).span);
        let chosen = self.push(Op::Choose(candidates), kind, span);
        self.f.info_mut(chosen).hold = Hold::Mut;
        chosen
    }

    /// The same place in the adjoint, if there is one.
    fn adjoint_place(&mut self, place: &Place) -> Option<Place> {
        let mut place = self.activity.views.resolve(place).of_adjoint();
        if !self.activity.is_active(place.base) {
            return None;
        }
        let roots = self.activity.views.roots(place.base);
        if !roots.iter().any(|root| self.memory.contains_key(root)) {
            return None;
        }
        place.base = self.begun(place.base);
        Some(place)
    }

    pub(super) fn stored(&mut self, store: &Store) {
        if let Some(saved) = store.saved {
            // before anything else: what follows saw it
            self.out.push(Stmt::Store(Store {
                place: self.activity.views.resolve(&store.place),
                op: None,
                value: saved,
                old: None,
                saved: None,
            }));
        }
        if store.old.is_some() && self.is_in_place(store.value) {
            self.ensure_shape(&store.place);
        }
        let Some(place) = self.adjoint_place(&store.place) else {
            return;
        };
        let span = self.f.info(store.value).span;
        let kind = self.f.kind(store.value);
        if store.op.is_some() {
            if !self.activity.is_active(store.value) {
                return;
            }
            let mut d = self.push(Op::Load(place), kind, span);
            if store.op == Some(BinaryOp::Sub) {
                d = self.push(Op::Neg(d), kind, span);
            }
            self.masked.insert(d);
            self.contribute(store.value, d);
            return;
        }
        let d = match store.old {
            // what was there may have had another shape
            Some(old) if self.is_in_place(store.value) => {
                self.push(Op::Exchange(place, old), kind, span)
            }
            _ => self.push(Op::Take(place), kind, span),
        };
        self.masked.insert(d);
        self.contribute(store.value, d);
    }

    /// Begins an adjoint in the shape that its value has now: an earlier use
    /// finds the value in another.
    fn ensure_shape(&mut self, place: &Place) {
        for root in self.activity.views.roots(place.base) {
            if self.activity.is_active(root) {
                self.ensure(root);
            }
        }
    }

    pub(super) fn mutated(&mut self, mutate: &Mutate) {
        if matches!(mutate.method, "push" | "truncate" | "pop") {
            self.ensure_shape(&mutate.place);
        }
        let Some(place) = self.adjoint_place(&mutate.place) else {
            return;
        };
        let span = mutate.span;
        let method = match mutate.method {
            "push" => {
                let Some(arg) = mutate.args.first() else {
                    return;
                };
                let d = self.push(Op::Pop(place), self.f.kind(*arg), span);
                self.masked.insert(d);
                self.contribute(*arg, d);
                return;
            }
            "permute" => "unpermute",
            // what was cut off has no adjoint yet
            "truncate" => "grow",
            "rotate_left" => "rotate_right",
            "rotate_right" => "rotate_left",
            same => same,
        };
        self.out.push(Stmt::Mutate(Mutate {
            place,
            method,
            args: mutate.args.clone(),
            record: mutate.record,
            span,
        }));
    }

    /// What was popped goes back.
    pub(super) fn popped(&mut self, place: &Place, value: ValueId, d: Option<ValueId>) {
        self.ensure_shape(place);
        let Some(place) = self.adjoint_place(place) else {
            return;
        };
        let span = self.f.info(value).span;
        let d = match d {
            Some(d) => d,
            None => self.zero(value, span),
        };
        self.out.push(Stmt::Mutate(Mutate {
            place,
            method: "push",
            args: vec![d],
            record: None,
            span,
        }));
    }

    /// Each part of a literal gets its part of the adjoint.
    pub(super) fn aggregated(
        &mut self,
        aggregate: &Aggregate,
        parts: &[ValueId],
        d: ValueId,
        span: Span,
    ) {
        let mut rest = None;
        for (index, part) in parts.iter().enumerate() {
            let step = match aggregate {
                Aggregate::Array | Aggregate::Vec => {
                    let index = self.push(Op::Integer(index as i64), Kind::Int, span);
                    Proj::Index(index)
                }
                Aggregate::Tuple | Aggregate::Closure(..) => {
                    Proj::Field(syn::Member::Unnamed(index.into()))
                }
                Aggregate::Box => Proj::Deref,
                Aggregate::Struct { members, path, .. } => match members.get(index) {
                    Some(member) => match variant_of(path) {
                        Some(variant) => Proj::Variant(variant, member.clone()),
                        None => Proj::Field(member.clone()),
                    },
                    None => {
                        rest = Some(*part);
                        continue;
                    }
                },
            };
            let keeps_shape = matches!(aggregate, Aggregate::Struct { has_base: true, .. });
            // nothing is moved out of a container, an enum or a box
            let indexed = matches!(step, Proj::Index(_)) && self.is_in_place(*part)
                || matches!(step, Proj::Variant(..) | Proj::Deref);
            let place = Place::whole(d).with(step);
            if !self.activity.is_active(*part) && !keeps_shape {
                continue;
            }
            let op = match keeps_shape || indexed {
                true => Op::Take(place),
                false => Op::Load(place),
            };
            let share = self.push(op, self.f.kind(*part), span);
            self.masked.insert(share);
            self.contribute(*part, share);
        }
        if let Some(base) = rest {
            self.contribute(base, d);
        }
    }

    /// The one value of a repeat expression gets the sum.
    pub(super) fn repeated(&mut self, value: ValueId, d: ValueId, span: Span) {
        if !self.activity.is_active(value) {
            return;
        }
        if self.is_in_place(value) {
            let adjoint = self.ensure(value);
            self.out.push(Stmt::AddEach(adjoint, d, span));
            return;
        }
        let sum = self.push(Op::SumOf(d), self.f.kind(value), span);
        self.masked.insert(sum);
        self.contribute(value, sum);
    }

    /// Whether a call may change active memory.
    pub(super) fn writes_active(&self, args: &[Arg]) -> bool {
        args.iter().any(|arg| match arg {
            Arg::In(tree) => tree.any(|leaf| {
                let mut roots = self.activity.views.roots(*leaf).into_iter();
                // even where no adjoint is there yet: the shape may change
                self.f.info(*leaf).hold == Hold::Mut
                    && roots.any(|root| self.activity.is_active(root))
            }),
            Arg::Mut { .. } => false,
        })
    }

    /// A reference argument: its content as the callee saw it, and its adjoint.
    pub(super) fn lend(
        &mut self,
        value: ValueId,
        call: &Call,
        lent: &mut BTreeSet<ValueId>,
    ) -> PullbackArg {
        let place = self.activity.views.resolve(&Place::whole(value));
        let root = place.base;
        let mut adjoint = None;
        let mut detour = false;
        if self.activity.is_active(root) {
            let mut at = place.clone().of_adjoint();
            at.base = self.begun(root);
            adjoint = Some(at);
            for root in self.activity.views.roots(root) {
                detour |= !lent.insert(root);
            }
        }
        if self.f.info(value).hold == Hold::Mut {
            let kept = self.kept(value, call, adjoint.is_some());
            let is_kept = kept.is_some();
            let content = match kept {
                Some(op) => self.copied(value, call, op, true),
                None => self.snapshot(value, call, true),
            };
            return PullbackArg::MutView {
                is_kept,
                argument: value,
                content,
                adjoint,
                detour,
            };
        }
        let content = match self.f.stable.contains(&root) {
            true => place,
            false => Place::whole(self.snapshot(value, call, false)),
        };
        PullbackArg::View {
            argument: value,
            content,
            adjoint,
            detour,
        }
    }

    /// What the reverse half has of an argument that may be a reference: its content,
    /// if it is one.
    pub(super) fn owned(&mut self, tree: &Tree<ValueId>, call: &Call) -> Option<ValueId> {
        let Tree::Leaf(leaf) = tree else {
            return None;
        };
        let is_reference = self.f.borrowed.contains(leaf);
        is_reference.then(|| self.copied(*leaf, call, Op::Owned(*leaf, Owning::Nothing), false))
    }

    /// The same of the tangent of an argument, which follows it.
    pub(super) fn owned_along(&mut self, index: usize, call: &Call) -> Option<ValueId> {
        let arg = |index: usize| match call.args.get(index) {
            Some(Arg::In(Tree::Leaf(leaf))) => Some(*leaf),
            _ => None,
        };
        if !call.is_doubled || index.is_multiple_of(2) {
            return None;
        }
        let (value, tangent) = (arg(index - 1)?, arg(index)?);
        let is_reference = self.f.borrowed.contains(&value);
        is_reference.then(|| self.copied(tangent, call, Op::OwnedAlong(value, tangent), false))
    }

    /// What a record keeps of the content that a function leaves behind a `&mut`
    /// argument. Of a method nothing is known, not even that it takes `&mut`.
    fn kept(&self, value: ValueId, call: &Call, has_adjoint: bool) -> Option<Op> {
        let is_value = |arg: &Arg| matches!(arg, Arg::In(Tree::Leaf(leaf)) if *leaf == value);
        let index = call.args.iter().position(is_value)?;
        match &call.callee {
            Callee::Function(path) if has_adjoint => {
                // with tangents, each parameter is two arguments
                let index = if call.is_doubled { index / 2 } else { index };
                let (place, path) = (Place::whole(value), Box::new(path.clone()));
                Some(Op::Keep(place, path, u32::try_from(index).ok()?))
            }
            _ => None,
        }
    }

    fn snapshot(&mut self, value: ValueId, call: &Call, after: bool) -> ValueId {
        let viewed = self.activity.views.resolve(&Place::whole(value));
        let op = match viewed.path.is_empty() && self.f.borrowed.contains(&viewed.base) {
            true => Op::Owned(viewed.base, Owning::Copied),
            // a method may borrow its receiver for as long as its result lives: the
            // view itself would be in the way
            false => match self.activity.views.viewed(value) {
                Some(place) if is_receiver(call, value) => Op::Snapshot(place.clone()),
                _ => Op::Snapshot(Place::whole(value)),
            },
        };
        self.copied(value, call, op, after)
    }

    fn copied(&mut self, value: ValueId, call: &Call, op: Op, after: bool) -> ValueId {
        let info = self.f.info(value).clone();
        let copy = self.f.value(info.kind, info.hint, info.span);
        let binding = Let { value: copy, op };
        let copies = self.snapshots.entry(call.id).or_default();
        match after {
            true => copies.after.push(binding),
            false => copies.before.push(binding),
        }
        copy
    }

    /// Begins the adjoints of everything in memory that a statement reaches
    /// from outside: inside, they would begin anew in each arm or iteration.
    pub(super) fn ensure_free(&mut self, stmt: &Stmt) {
        let mut inside = BTreeSet::new();
        let mut used = BTreeSet::new();
        crate::ir::for_each_region(stmt, &mut |region, bound| {
            inside.extend(bound);
            crate::ir::collect_definitions(region, &mut inside);
            crate::ir::for_each_region_use(region, &mut |value| {
                used.insert(value);
            });
        });
        for value in used {
            for root in self.activity.views.roots(value) {
                let is_outside = !inside.contains(&root);
                if is_outside && self.is_in_place(root) && self.activity.is_active(root) {
                    self.ensure(root);
                }
            }
        }
    }

    /// Whether the reverse half of a statement does anything, whatever the
    /// adjoints of its results are: it writes to active memory.
    pub(super) fn touches(&self, stmt: &Stmt) -> bool {
        let active = |place: &Place| {
            let mut roots = self.activity.views.roots(place.base).into_iter();
            roots.any(|root| self.activity.is_active(root))
        };
        let mut found = match stmt {
            Stmt::Store(store) => active(&store.place),
            Stmt::Mutate(mutate) => active(&mutate.place),
            Stmt::Let(binding) => matches!(&binding.op, Op::PopValue(place) if active(place)),
            Stmt::Call(call) => call.args.iter().any(|arg| match arg {
                Arg::In(tree) => tree.any(|leaf| {
                    self.f.info(*leaf).hold == Hold::Mut && active(&Place::whole(*leaf))
                }),
                Arg::Mut { .. } => false,
            }),
            _ => false,
        };
        crate::ir::for_each_region(stmt, &mut |region, _| {
            found |= region.stmts.iter().any(|stmt| self.touches(stmt));
        });
        found
    }
}

/// Whether a value is the receiver of a call, or the tangent of it.
fn is_receiver(call: &Call, value: ValueId) -> bool {
    let mut receiver = call.receiver().iter();
    receiver.any(|arg| matches!(arg, Arg::In(Tree::Leaf(leaf)) if *leaf == value))
}

/// The variant that a literal of an enum builds: its path names the enum too.
pub(crate) fn variant_of(path: &syn::Path) -> Option<proc_macro2::Ident> {
    let mut segments = path.segments.iter().rev();
    let (last, owner) = (segments.next()?, segments.next()?);
    let is_type = owner.ident.to_string().starts_with(char::is_uppercase);
    is_type.then(|| last.ident.clone())
}
