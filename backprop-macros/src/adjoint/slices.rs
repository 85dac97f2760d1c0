//! Vectors as slices.
//!
//! An index into a vector is a call, which goes through its header; one into a slice is an
//! instruction or two. With optimisation both are the same. Without it, which is how tests
//! run, such calls are most of what a loop costs. So where all that a loop does with a vector
//! is to look at its elements, it looks at a slice of all of them, which is taken before it.

use super::windows::for_each_access_mut;
use crate::ir::{
    Access, Aggregate, Count, Function, Hold, Let, Op, Place, Proj, Region, Stmt, ValueId, Window,
    collect_definitions, for_each_region, for_each_region_of_both_mut, for_each_use, rewrite_uses,
};
use std::collections::{BTreeMap, BTreeSet};

/// Lends vectors to loops of both halves as slices.
pub(crate) fn lend(f: &mut Function) {
    let mut forward = std::mem::take(&mut f.body);
    let mut reverse = f.reverse.take();
    let empty = Region::default();
    let reversed = reverse.as_ref().map_or(&empty, |reverse| &reverse.body);
    let mut vectors = BTreeSet::new();
    find_vectors(&forward, &mut vectors);
    find_vectors(reversed, &mut vectors);
    let mut pass = Pass { vectors, f };
    pass.region(&mut forward);
    if let Some(reverse) = &mut reverse {
        pass.region(&mut reverse.body);
    }
    (f.body, f.reverse) = (forward, reverse);
}

/// The values that are vectors, as their definition tells.
fn find_vectors(region: &Region, into: &mut BTreeSet<ValueId>) {
    for stmt in &region.stmts {
        if let Stmt::Let(Let { value, op }) = stmt {
            let is_vector = match op {
                Op::NewVec(_)
                | Op::Repeat(_, Count::Value(_))
                | Op::Aggregate(Aggregate::Vec, _) => true,
                Op::Duplicate(_, method) => method == "to_vec",
                Op::ZeroGradient(of) | Op::Begin(of) | Op::Copy(of, None) => into.contains(of),
                _ => false,
            };
            if is_vector {
                into.insert(*value);
            }
        }
        for_each_region(stmt, &mut |inner, _| find_vectors(inner, into));
    }
}

fn for_each_window(region: &Region, f: &mut impl FnMut(&Window)) {
    for stmt in &region.stmts {
        if let Stmt::Let(Let {
            op: Op::Window(window),
            ..
        }) = stmt
        {
            f(window);
        }
        for_each_region(stmt, &mut |inner, _| for_each_window(inner, f));
    }
}

struct Pass<'a> {
    f: &'a mut Function,
    vectors: BTreeSet<ValueId>,
}

impl Pass<'_> {
    /// Outer loops first: one slice for all that they run.
    fn region(&mut self, region: &mut Region) {
        for mut stmt in std::mem::take(&mut region.stmts) {
            if matches!(stmt, Stmt::Loop(_) | Stmt::RevLoop(_)) {
                self.looped(&mut stmt, &mut region.stmts);
            }
            for_each_region_of_both_mut(&mut stmt, &mut |inner| self.region(inner));
            region.stmts.push(stmt);
        }
    }

    fn looped(&mut self, stmt: &mut Stmt, into: &mut Vec<Stmt>) {
        let mut slices = BTreeMap::new();
        for (vector, is_written) in self.fitting(stmt) {
            let info = self.f.info(vector).clone();
            let slice = self.f.value(info.kind, info.hint, info.span);
            self.f.info_mut(slice).adjoint = info.adjoint;
            self.f.info_mut(slice).hold = match is_written {
                true => Hold::Mut,
                false => Hold::Shared,
            };
            if self.f.stable.contains(&vector) {
                self.f.stable.insert(slice);
            }
            let all = Place::whole(vector).with(Proj::Range(None, None, false));
            into.push(Stmt::Let(Let {
                value: slice,
                op: Op::View(all, is_written),
            }));
            slices.insert(vector, slice);
        }
        if !slices.is_empty() {
            rewrite_uses(stmt, &mut |value| {
                if let Some(slice) = slices.get(value) {
                    *value = *slice;
                }
            });
        }
    }

    /// The vectors from before a loop that it looks at by elements alone, and whether it
    /// changes them.
    fn fitting(&self, stmt: &Stmt) -> Vec<(ValueId, bool)> {
        let mut uses: BTreeMap<ValueId, usize> = BTreeMap::new();
        for_each_use(stmt, &mut |value| *uses.entry(value).or_default() += 1);
        let mut region = Region {
            stmts: vec![stmt.clone()],
            yields: Vec::new(),
        };
        let mut inside = BTreeSet::new();
        collect_definitions(&region, &mut inside);
        let mut accesses: BTreeMap<ValueId, (usize, bool)> = BTreeMap::new();
        let mut add = |place: &Place, is_part: bool, is_written: bool| {
            let (count, written) = accesses.entry(place.base).or_default();
            *count += usize::from(is_part);
            *written |= is_written;
        };
        // of a slice as of a vector
        for_each_window(&region, &mut |window| {
            add(&window.of, true, window.access != Access::Shared);
        });
        for_each_access_mut(&mut region, &mut |place, is_written| {
            let is_part = matches!(place.path[..], [Proj::Index(_) | Proj::Range(..), ..]);
            add(place, is_part, is_written);
        });
        let outside = accesses.into_iter().filter(|(vector, (count, _))| {
            self.vectors.contains(vector)
                && !inside.contains(vector)
                && uses.get(vector) == Some(count)
        });
        outside
            .map(|(vector, (_, is_written))| (vector, is_written))
            .collect()
    }
}
