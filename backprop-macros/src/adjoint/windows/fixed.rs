//! What a loop looks at in each iteration and never changes.

use super::Pass;
use super::body::{Body, Looped, for_each_access_mut};
use crate::ir::{Hold, Kind, Let, Op, Proj, Stmt};
use std::collections::BTreeSet;

impl Pass<'_> {
    /// Moves the loads of what is the same in all iterations to before the loop.
    pub(super) fn load_fixed(&self, looped: &mut Looped, body: &Body, into: &mut Vec<Stmt>) {
        let mut written = BTreeSet::new();
        for region in looped.regions() {
            for_each_access_mut(&mut region.clone(), &mut |place, is_written| {
                if is_written {
                    written.extend(self.views.roots(place.base));
                }
            });
        }
        let is_fixed = |stmt: &Stmt| {
            let Stmt::Let(Let {
                value,
                op: op @ Op::Load(place),
            }) = stmt
            else {
                return false;
            };
            let is_plain =
                |step: &Proj| matches!(step, Proj::Index(_) | Proj::Field(_) | Proj::Deref);
            let info = self.f.info(place.base);
            let mut fixed = place.path.iter().all(is_plain)
                // the caller may not have given such a buffer
                && !(info.adjoint && info.hold == Hold::Shared)
                && matches!(self.f.kind(*value), Kind::Real(_) | Kind::Int | Kind::Bool);
            op.for_each_use(&mut |used| fixed &= !body.defined.contains(used));
            let roots = self.views.roots(place.base);
            fixed && !roots.iter().any(|root| written.contains(root))
        };
        for region in looped.regions_mut() {
            into.extend(region.stmts.extract_if(.., |stmt| is_fixed(stmt)));
        }
    }
}
