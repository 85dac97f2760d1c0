//! Tangents of what branches merge and what loops carry.

use super::Pass;
use crate::ir::{
    Arm, Head, Hold, If, Loop, Match, Op, Place, Region, Stmt, Tree, ValueId, payload_path,
};

impl Pass<'_> {
    /// The statements of a region and their tangents, and what `more` adds.
    fn inside(&mut self, region: &Region, more: impl FnOnce(&mut Self)) -> Region {
        let outer = std::mem::take(&mut self.out);
        self.region(region);
        more(self);
        Region {
            stmts: std::mem::replace(&mut self.out, outer),
            yields: region.yields.clone(),
        }
    }

    pub(super) fn branch(&mut self, branch: &If) {
        let mut new = branch.clone();
        let merged = self.merged(&branch.results, &[&branch.then, &branch.other]);
        new.then = self.arm(&branch.then, &[], &merged);
        new.other = self.arm(&branch.other, &[], &merged);
        self.merge(&branch.results, &merged, &mut new.results);
        self.out.push(Stmt::If(new));
    }

    pub(super) fn choice(&mut self, choice: &Match) {
        let mut new = choice.clone();
        let bound = choice.arms.iter().map(|arm| self.payloads(choice, arm));
        let bound: Vec<_> = bound.collect();
        let parts = bound.iter().flatten().map(|(value, _)| *value);
        self.inner.extend(parts);
        let arms: Vec<&Region> = choice.arms.iter().map(|arm| &arm.body).collect();
        let merged = self.merged(&choice.results, &arms);
        for ((arm, new), payloads) in choice.arms.iter().zip(&mut new.arms).zip(&bound) {
            new.body = self.arm(&arm.body, payloads, &merged);
        }
        self.merge(&choice.results, &merged, &mut new.results);
        self.out.push(Stmt::Match(new));
    }

    /// What an arm binds is a part of what is matched on.
    fn payloads(&self, choice: &Match, arm: &Arm) -> Vec<(ValueId, Place)> {
        let Tree::Leaf(whole) = choice.scrutinee.behind_refs() else {
            return Vec::new();
        };
        let each = arm.bindings.iter().filter_map(|(name, value)| {
            let path = payload_path(&arm.pattern, name)?;
            let wanted = self.activity.is_active(*value) && !self.activity.views.is_view(*value);
            wanted.then(|| (*value, Place::whole(*whole).along(path)))
        });
        each.collect()
    }

    /// Which results have a tangent, and whether it is a reference, as they are: all
    /// that is merged is a reference to something with a tangent.
    fn merged(&self, results: &[ValueId], arms: &[&Region]) -> Vec<Option<Hold>> {
        let each = results.iter().enumerate().map(|(i, result)| {
            let sources = arms.iter().filter_map(|arm| arm.yields.get(i).copied());
            let by_reference = self.is_in_place(*result) && self.are_lent(sources);
            self.activity
                .is_active(*result)
                .then_some(match by_reference {
                    true => Hold::Shared,
                    false => Hold::Value,
                })
        });
        each.collect()
    }

    /// Whether all values are references to something with a tangent, but for those that
    /// stand where no value is.
    fn are_lent(&self, values: impl Iterator<Item = ValueId>) -> bool {
        let mut values = values
            .filter(|value| !self.absent.contains(value))
            .peekable();
        values.peek().is_some()
            && values.all(|value| {
                let root = self.activity.views.root(value);
                self.is_lent(value) && self.is_active(value) && !self.inner.contains(&root)
            })
    }

    fn is_lent(&self, value: ValueId) -> bool {
        self.activity.views.is_view(value) || self.f.is_reference(value)
    }

    fn arm(
        &mut self,
        arm: &Region,
        payloads: &[(ValueId, Place)],
        merged: &[Option<Hold>],
    ) -> Region {
        let outer = std::mem::take(&mut self.out);
        for (value, place) in payloads {
            self.read(*value, place);
        }
        self.region(arm);
        let mut yields = arm.yields.clone();
        if !arm.diverges() {
            for (value, hold) in arm.yields.iter().zip(merged) {
                if let Some(hold) = hold {
                    yields.push(self.handed_on(*value, *hold));
                }
            }
        }
        Region {
            stmts: std::mem::replace(&mut self.out, outer),
            yields,
        }
    }

    /// The tangent of a value that goes on in another.
    fn handed_on(&mut self, value: ValueId, hold: Hold) -> ValueId {
        let (kind, span) = (self.f.kind(value), self.f.info(value).span);
        if hold == Hold::Shared && self.absent.contains(&value) {
            let absent = Op::Constant(quote::quote!(::core::default::Default::default()));
            let tangent = self.push(absent, kind, span);
            self.f.info_mut(tangent).hold = Hold::Shared;
            return tangent;
        }
        match self.tangent_place(&Place::whole(value)) {
            // the reference itself: its type may be known only later
            Some(place)
                if hold == Hold::Shared
                    && place.path.is_empty()
                    && self.f.info(place.base).hold == Hold::Shared =>
            {
                place.base
            }
            Some(place) if hold == Hold::Shared => {
                let view = self.push(Op::View(place, false), kind, span);
                self.f.info_mut(view).hold = Hold::Shared;
                view
            }
            _ => self.owned(value),
        }
    }

    fn merge(&mut self, results: &[ValueId], merged: &[Option<Hold>], into: &mut Vec<ValueId>) {
        for (result, hold) in results.iter().zip(merged) {
            if let Some(hold) = hold {
                into.push(self.received(*result, *hold));
            }
        }
    }

    /// The tangent of a value that a branch or a loop gives.
    fn received(&mut self, value: ValueId, hold: Hold) -> ValueId {
        let tangent = self.fresh(value);
        self.f.info_mut(tangent).hold = hold;
        if hold == Hold::Value && self.is_lent(value) {
            self.inner.insert(value);
        }
        self.tangents.insert(value, tangent);
        tangent
    }

    pub(super) fn looped(&mut self, looped: &Loop) {
        let mut new = looped.clone();
        let mut carried = Vec::new();
        for (i, param) in looped.params.iter().enumerate() {
            // an iteration may write a variable without reading it
            let wanted =
                self.activity.is_active(*param) || self.activity.is_active(looped.results[i]);
            if !wanted {
                continue;
            }
            let next = looped.body.yields.get(i).copied();
            let sources = std::iter::once(looped.inits[i]).chain(next);
            let sources = sources.filter(|value| value != param);
            let by_reference = self.is_in_place(*param) && self.are_lent(sources);
            let hold = match by_reference {
                true => Hold::Shared,
                false => Hold::Value,
            };
            carried.push((i, hold));
            new.inits.push(self.handed_on(looped.inits[i], hold));
        }
        for (i, hold) in &carried {
            new.params.push(self.received(looped.params[*i], *hold));
        }
        if let (Head::While(cond), Head::While(new)) = (&looped.head, &mut new.head) {
            *new = self.inside(cond, |_| {});
        }
        let mut next = Vec::new();
        new.body = self.inside(&looped.body, |this| {
            for (i, hold) in &carried {
                next.push(this.handed_on(looped.body.yields[*i], *hold));
            }
        });
        new.body.yields.extend(next);
        for (i, hold) in &carried {
            new.results.push(self.received(looped.results[*i], *hold));
        }
        self.out.push(Stmt::Loop(new));
    }
}
