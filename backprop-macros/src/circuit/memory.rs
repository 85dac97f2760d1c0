//! The wires of what is kept in memory: in a value of its gradient's type.

use super::*;
use crate::adjoint::memory::variant_of;
use crate::emit::TO_ARRAY;
use crate::ir::{Aggregate, BinaryOp, Hold, Mutate, Store};

impl Pass<'_> {
    pub(super) fn is_in_place(&self, value: ValueId) -> bool {
        self.activity.is_in_place(self.f, value)
    }

    /// The place of the wires of what is at a place, if it has any.
    pub(super) fn wire_place(&mut self, place: &Place) -> Option<Place> {
        let mut place = self.activity.views.resolve(place).of_adjoint();
        if !self.is_active(place.base) {
            return None;
        }
        let Some(candidates) = self.activity.views.candidates(place.base) else {
            place.base = *self.wires.get(&place.base)?;
            return Some(place);
        };
        let mut candidates = candidates.of_adjoint();
        for candidate in &mut candidates.places {
            match self.wires.get(&candidate.base) {
                Some(wires) => candidate.base = *wires,
                None => {
                    self.refuse(place.base, no::MUT_REFERENCE_CHOSEN);
                    return None;
                }
            }
        }
        let (kind, span) = (self.f.kind(place.base), self.f.info(place.base).span);
        place.base = self.push(Op::Choose(candidates), kind, span);
        self.f.info_mut(place.base).hold = Hold::Mut;
        Some(place)
    }

    /// The wires of a value, to be kept by another: a copy.
    pub(super) fn wire(&mut self, value: ValueId) -> ValueId {
        if !self.is_in_place(value) && !self.activity.views.is_view(value) {
            return match self.wires.get(&value) {
                Some(wire) => *wire,
                None => self.none(value),
            };
        }
        match self.wire_place(&Place::whole(value)) {
            Some(place) => self.copied(place, value),
            None => self.none(value),
        }
    }

    /// The wires at a place, as those of `value`.
    fn copied(&mut self, place: Place, value: ValueId) -> ValueId {
        let (kind, span) = (self.f.kind(value), self.f.info(value).span);
        if matches!(kind, Kind::Real(_)) {
            return self.push(Op::Load(place), kind, span);
        }
        self.push(Op::Snapshot(place), kind, span)
    }

    /// The wires of a constant.
    pub(super) fn none(&mut self, value: ValueId) -> ValueId {
        let (kind, span) = (self.f.kind(value), self.f.info(value).span);
        match kind {
            Kind::Real(_) => self.push(Op::Number(0.0), kind, span),
            _ => {
                let zero = self.push(Op::ZeroGradient(value), kind, span);
                // here, and not where it is used: the value may be gone there
                self.push(Op::Begin(zero), kind, span)
            }
        }
    }

    /// The wires of what an operation copies, moves or builds from, before its
    /// operands are gone.
    pub(super) fn told_before(&mut self, binding: &Let) -> Vec<ValueId> {
        let value = binding.value;
        if !self.is_active(value) || self.activity.views.is_view(value) {
            return Vec::new();
        }
        match &binding.op {
            Op::Copy(a, _) | Op::Deref(a) | Op::Repeat(a, _) => vec![self.wire(*a)],
            Op::Runtime("by_value" | "number" | "owned_option", args) => vec![self.wire(args[0])],
            Op::Runtime("payload", args) => {
                let (kind, span) = (self.f.kind(value), self.f.info(value).span);
                let wires = self.wire(args[0]);
                vec![self.push(Op::Runtime("payload", vec![wires]), kind, span)]
            }
            Op::Project(a, index) => {
                let member = syn::Member::Unnamed((*index as usize).into());
                vec![self.loaded(&Place::whole(*a).with(Proj::Field(member)), value)]
            }
            Op::Load(place) if place.path.is_empty() => vec![self.wire(place.base)],
            Op::Load(place) => vec![self.loaded(place, value)],
            Op::Aggregate(_, parts) => parts.iter().map(|part| self.wire(*part)).collect(),
            _ => Vec::new(),
        }
    }

    pub(super) fn loaded(&mut self, place: &Place, value: ValueId) -> ValueId {
        match self.wire_place(place) {
            Some(place) => self.copied(place, value),
            None => self.none(value),
        }
    }

    /// The wires of a value that is copied, moved or built, if it is.
    pub(super) fn built(&mut self, binding: &Let, told: &[ValueId]) -> Option<ValueId> {
        let (value, span) = (binding.value, self.f.info(binding.value).span);
        let kind = self.f.kind(value);
        match &binding.op {
            Op::Duplicate(place, method) => Some(match self.wire_place(place) {
                Some(place) if method == TO_ARRAY => {
                    self.push(Op::ArrayLike(place, value), kind, span)
                }
                Some(place) => self.push(Op::Duplicate(place, method.clone()), kind, span),
                None => self.none(value),
            }),
            Op::Aggregate(Aggregate::Struct { members, path, .. }, _) => {
                // a gradient has the fields of its struct
                let wires = match told.get(members.len()) {
                    Some(base) => *base,
                    None => self.push(Op::ZeroGradient(value), kind, span),
                };
                for (member, part) in members.iter().zip(told) {
                    let step = match variant_of(path) {
                        Some(variant) => Proj::Variant(variant, member.clone()),
                        None => Proj::Field(member.clone()),
                    };
                    self.put(Place::whole(wires).with(step), *part);
                }
                Some(wires)
            }
            Op::Aggregate(aggregate, _) => {
                let aggregate = match aggregate {
                    // a gradient is that of what it captures
                    Aggregate::Closure(..) => Aggregate::Tuple,
                    aggregate => aggregate.clone(),
                };
                let built = Op::Aggregate(aggregate, told.to_vec());
                Some(self.push(built, kind, span))
            }
            Op::Repeat(a, count) if matches!(self.f.kind(*a), Kind::Real(_)) => {
                let repeated = Op::Repeat(*told.first()?, count.clone());
                Some(self.push(repeated, kind, span))
            }
            Op::Repeat(..) => {
                let with = *told.first()?;
                let zeros = self.push(Op::ZeroGradient(value), kind, span);
                Some(self.draw(Drawing::Filled { zeros, with }, value))
            }
            _ => told.first().copied(),
        }
    }

    pub(super) fn store(&mut self, store: Store) {
        let Some(place) = self.wire_place(&store.place) else {
            self.out.push(Stmt::Store(store));
            return;
        };
        let (value, span) = (store.value, self.f.info(store.value).span);
        let Some(op) = store.op else {
            // told before the value is gone
            let wires = self.wire(value);
            self.out.push(Stmt::Store(store));
            self.put(place, wires);
            return;
        };
        let kind = self.f.kind(value);
        let kind = match kind {
            Kind::Real(_) => kind,
            _ => Kind::Real(Width::Any),
        };
        let wire = self.wire(value);
        let old = self.push(Op::Load(store.place.clone()), kind, span);
        let old_wire = self.push(Op::Load(place.clone()), kind, span);
        let after = store.place.clone();
        self.out.push(Stmt::Store(store));
        let new = self.push(Op::Load(after), kind, span);
        let one = self.push(Op::Runtime("one_like", vec![new]), kind, span);
        let share = match op {
            BinaryOp::Sub => self.push(Op::Neg(one), kind, span),
            _ => one,
        };
        let inputs = [(old, old_wire, one), (value, wire, share)];
        let inputs = inputs.map(|(value, wire, local)| GateInput::Wire {
            value,
            wire,
            local,
            is_routed: false,
        });
        self.draw_gate(op.symbol(), new, inputs.into());
        let wire = self.wires[&new];
        self.put(place, wire);
    }

    fn put(&mut self, place: Place, value: ValueId) {
        self.out.push(Stmt::Store(Store {
            place,
            op: None,
            value,
            old: None,
            saved: None,
        }));
    }

    /// The wires are rearranged as the numbers are.
    pub(super) fn mutate(&mut self, mutate: Mutate) {
        let Some(place) = self.wire_place(&mutate.place) else {
            self.out.push(Stmt::Mutate(mutate));
            return;
        };
        let args = match mutate.method {
            "push" => mutate.args.iter().map(|arg| self.wire(*arg)).collect(),
            _ => mutate.args.clone(),
        };
        let wires = Mutate {
            place,
            args,
            ..mutate.clone()
        };
        self.out.push(Stmt::Mutate(mutate));
        self.out.push(Stmt::Mutate(wires));
    }
}
