//! Tangents of what is kept in memory: reads, writes and changes of shape are done
//! to the value, then to its tangent.

use super::Pass;
use crate::emit::TO_ARRAY;
use crate::fence::catalogue as no;
use crate::ir::{
    Aggregate, ClosureMode, Function, Hold, Kind, Let, Mutate, Op, Place, Proj, Region, Stmt,
    Store, ValueId, rewrite_region_uses,
};
use std::collections::{BTreeMap, BTreeSet};

impl Pass<'_> {
    pub(super) fn is_in_place(&self, value: ValueId) -> bool {
        self.activity.is_in_place(&self.f, value)
    }

    /// The same place in the tangent, if there is one; of a view of one of several places,
    /// that which the tag tells.
    pub(super) fn tangent_place(&mut self, place: &Place) -> Option<Place> {
        let mut place = self.activity.views.resolve(place).of_adjoint();
        if !self.activity.is_active(place.base) {
            return None;
        }
        let Some(candidates) = self.activity.views.candidates(place.base) else {
            place.base = *self.tangents.get(&place.base)?;
            return Some(place);
        };
        let mut candidates = candidates.of_adjoint();
        let (kind, span) = (self.f.kind(place.base), self.f.info(place.base).span);
        for candidate in &mut candidates.places {
            let Some(tangent) = self.tangents.get(&candidate.base) else {
                let refusal = (span, no::MUT_REFERENCE_CHOSEN);
                self.f.unsupported.get_or_insert(refusal);
                return None;
            };
            candidate.base = *tangent;
        }
        place.base = self.push(Op::Choose(candidates), kind, span);
        self.f.info_mut(place.base).hold = Hold::Mut;
        Some(place)
    }

    /// The tangents that what `value` is or refers to may be in.
    pub(super) fn tangent_roots(&self, value: ValueId) -> Vec<ValueId> {
        let roots = self.activity.views.roots(value).into_iter();
        let active = roots.filter(|root| self.activity.is_active(*root));
        active
            .filter_map(|root| self.tangents.get(&root).copied())
            .collect()
    }

    /// The tangent of `value`, which is a copy of what is at `place`.
    pub(super) fn read(&mut self, value: ValueId, place: &Place) {
        let resolved = self.activity.views.resolve(place);
        if resolved.path.is_empty()
            && !self.is_in_place(resolved.base)
            && !self.is_in_place(value)
            && let Some(tangent) = self.tangents.get(&resolved.base)
        {
            self.tangents.insert(value, *tangent);
            return;
        }
        match self.tangent_place(place) {
            Some(place) => {
                let op = match self.f.kind(value) {
                    Kind::Real(_) => Op::Load(place),
                    _ if !self.is_in_place(value) => Op::Load(place),
                    _ => Op::CopyAt(place),
                };
                self.define(value, op);
            }
            None => {
                let zero = self.zero(value);
                self.bind(value, zero);
            }
        }
    }

    /// `place.clone()`, `place.to_vec()`
    pub(super) fn duplicated(&mut self, value: ValueId, place: &Place, method: &syn::Ident) {
        let mut place = place.clone();
        if method == TO_ARRAY
            && let Some(tangent) = self.tangent_place(&place)
        {
            self.define(value, Op::ArrayLike(tangent, value));
            return;
        }
        if method == "to_vec" {
            // a slice is copied to a vector, whatever holds it
            place = place.with(Proj::Range(None, None, false));
        }
        self.read(value, &place);
    }

    /// A tangent that can be moved: a copy of what is kept in memory, zero for a
    /// constant.
    pub(super) fn owned(&mut self, value: ValueId) -> ValueId {
        if !self.is_active(value) {
            return self.zero(value);
        }
        if !self.is_in_place(value) {
            return self.number(value);
        }
        let (kind, span) = (self.f.kind(value), self.f.info(value).span);
        match self.tangent_place(&Place::whole(value)) {
            Some(place) => self.push(Op::CopyAt(place), kind, span),
            None => self.zero(value),
        }
    }

    /// The tangent of a slice, as a vector: what holds it may be an array.
    pub(super) fn copied_slice(&mut self, value: ValueId) -> ValueId {
        let (kind, span) = (self.f.kind(value), self.f.info(value).span);
        let whole = Place::whole(value).with(Proj::Range(None, None, false));
        match self.tangent_place(&whole) {
            Some(place) => self.push(Op::CopyAt(place), kind, span),
            None => self.owned(value),
        }
    }

    /// A tangent that is only looked at.
    pub(super) fn referred(&mut self, value: ValueId) -> ValueId {
        let (kind, span) = (self.f.kind(value), self.f.info(value).span);
        match self.tangent_place(&Place::whole(value)) {
            Some(place) if place.path.is_empty() => place.base,
            Some(place) => {
                let view = self.push(Op::View(place, false), kind, span);
                self.f.info_mut(view).hold = Hold::Shared;
                view
            }
            None => self.zero(value),
        }
    }

    pub(super) fn stored(&mut self, store: &Store) {
        let place = self.tangent_place(&store.place);
        let value = match (&place, store.op) {
            (Some(_), None) => Some(self.owned(store.value)),
            (Some(_), Some(_)) if self.is_active(store.value) => Some(self.number(store.value)),
            _ => None,
        };
        self.out.push(Stmt::Store(store.clone()));
        if let (Some(place), Some(value)) = (place, value) {
            // what was there may have had another shape
            let old = store.old.filter(|_| self.is_differentiated);
            let old = old.map(|old| {
                let (kind, span) = (self.f.kind(old), self.f.info(old).span);
                self.push(Op::ZeroAt(place.clone()), kind, span)
            });
            self.out.push(Stmt::Store(Store {
                place,
                op: store.op,
                value,
                old,
                saved: None,
            }));
        }
    }

    pub(super) fn mutated(&mut self, mutate: &Mutate) {
        let Some(place) = self.tangent_place(&mutate.place) else {
            self.out.push(Stmt::Mutate(mutate.clone()));
            return;
        };
        // positions and lengths are those of the value
        let args = mutate.args.iter().map(|arg| match mutate.method {
            "push" | "fill" => self.owned(*arg),
            _ => *arg,
        });
        let args: Vec<ValueId> = args.collect();
        let record = match (mutate.method, args.first()) {
            ("permute", _) => mutate.record,
            // what is cut off, should the tangent be differentiated again
            ("truncate", Some(n)) => {
                let rest = place.clone().with(Proj::Range(Some(*n), None, false));
                let kind = self.f.kind(place.base);
                Some(self.push(Op::ZeroAt(rest), kind, mutate.span))
            }
            _ => None,
        };
        self.out.push(Stmt::Mutate(mutate.clone()));
        self.out.push(Stmt::Mutate(Mutate {
            place,
            method: mutate.method,
            args,
            record,
            span: mutate.span,
        }));
    }

    /// The tangent of what was popped, which goes whether it is used or not.
    pub(super) fn popped(&mut self, place: &Place, value: ValueId) {
        if let Some(place) = self.tangent_place(place) {
            self.define(value, Op::PopValue(place));
        }
    }

    /// A closure that is made for this mode.
    pub(super) fn in_mode(&self, binding: &Let) -> Let {
        let mut binding = binding.clone();
        if let Op::Aggregate(Aggregate::Closure(_, mode), _) = &mut binding.op {
            *mode = match self.is_differentiated {
                true => ClosureMode::Doubled,
                false => ClosureMode::Forward,
            };
        }
        binding
    }

    /// A literal of an array, a vector, a tuple, a box, a struct or an enum.
    pub(super) fn aggregated(&mut self, binding: &Let, aggregate: &Aggregate, parts: &[ValueId]) {
        let value = binding.value;
        let primal = Stmt::Let(binding.clone());
        let Aggregate::Struct {
            members,
            path,
            has_base,
        } = aggregate
        else {
            // before the parts are moved away
            let (aggregate, tangents) = match aggregate {
                Aggregate::Closure(form, _) => {
                    let tangents =
                        parts.iter().zip(&form.captured).map(
                            |(part, is_constant)| match is_constant {
                                true => self.push(
                                    Op::Aggregate(Aggregate::Tuple, Vec::new()),
                                    Kind::Constant,
                                    self.f.info(*part).span,
                                ),
                                false => self.owned(*part),
                            },
                        );
                    (Aggregate::Tuple, tangents.collect())
                }
                aggregate => {
                    let tangents = parts.iter().map(|part| self.owned(*part));
                    (aggregate.clone(), tangents.collect())
                }
            };
            self.out.push(primal);
            self.define(value, Op::Aggregate(aggregate, tangents));
            return;
        };
        // the name of the type of the gradient is not known, but its zero is
        let base = parts.get(members.len()).filter(|_| *has_base);
        let base = base.filter(|base| self.is_active(**base)).copied();
        let base = base.map(|base| self.owned(base));
        let fields: Vec<_> = members.iter().zip(parts).collect();
        let tangents: Vec<Option<ValueId>> = fields
            .iter()
            .map(|(_, part)| {
                let wanted = self.is_active(**part) || base.is_some();
                wanted.then(|| self.owned(**part))
            })
            .collect();
        self.out.push(primal);
        let tangent = match base {
            Some(base) => {
                self.tangents.insert(value, base);
                base
            }
            None => self.define(value, Op::ZeroAt(Place::whole(value))),
        };
        let variant = crate::adjoint::memory::variant_of(path);
        for ((member, _), part) in fields.into_iter().zip(tangents) {
            let Some(part) = part else {
                continue;
            };
            let step = match &variant {
                Some(variant) => Proj::Variant(variant.clone(), member.clone()),
                None => Proj::Field(member.clone()),
            };
            self.out.push(Stmt::Store(Store {
                place: Place::whole(tangent).with(step),
                op: None,
                value: part,
                old: None,
                saved: None,
            }));
        }
    }
}

/// A copy that is the only use of a tangent is the tangent itself.
pub(super) fn moves(f: &mut Function) {
    let mut body = std::mem::take(&mut f.body);
    let mut uses: BTreeMap<ValueId, usize> = BTreeMap::new();
    crate::ir::for_each_region_use(&body, &mut |value| {
        *uses.entry(value).or_default() += 1;
    });
    for leaf in f.result.leaves() {
        *uses.entry(leaf).or_default() += 1;
    }
    for exit in f.params.iter().filter_map(|param| param.exit.as_ref()) {
        for leaf in exit.leaves() {
            *uses.entry(leaf).or_default() += 1;
        }
    }
    let mut same = BTreeMap::new();
    find(f, &mut body, &uses, &mut same);
    let resolve = |value: &mut ValueId| {
        while let Some(from) = same.get(value) {
            *value = *from;
        }
    };
    rewrite_region_uses(&mut body, &mut { resolve });
    f.result.for_each_mut(&mut { resolve });
    for param in &mut f.params {
        if let Some(exit) = &mut param.exit {
            exit.for_each_mut(&mut { resolve });
        }
    }
    f.body = body;
}

fn find(
    f: &Function,
    region: &mut Region,
    uses: &BTreeMap<ValueId, usize>,
    same: &mut BTreeMap<ValueId, ValueId>,
) {
    let mut here = BTreeSet::new();
    for mut stmt in std::mem::take(&mut region.stmts) {
        crate::ir::for_each_region_mut(&mut stmt, &mut |inner| find(f, inner, uses, same));
        if let Stmt::Let(binding) = &stmt
            && let Op::CopyAt(Place { base, path }) = &binding.op
            && path.is_empty()
            && !f.is_reference(*base)
            && uses.get(base) == Some(&1)
            && here.contains(base)
        {
            same.insert(binding.value, *base);
            here.insert(binding.value);
            continue;
        }
        here.extend(crate::ir::definitions(&stmt));
        region.stmts.push(stmt);
    }
}
