//! Bounds of loops, checked once.
//!
//! `x[i + 1]` in a loop over `i` is checked in each iteration. Where each of them gets
//! there, the index of the last one is checked before the loop: after that the compiler
//! knows that the others are in bounds, leaves their checks out, and may keep what one
//! iteration shares with the next in registers.
//!
//! A loop that would have gone out of bounds panics as before, only earlier. So this is
//! done only where nobody can tell: where nothing leaves the loop before its end, and
//! where it runs no code of others.

use super::plain;
use crate::ir::{
    BinaryOp, Function, Head, Hold, Kind, Let, Op, Order, Place, Proj, Range, RangeAdaptor, Reach,
    Reached, Region, RevLoop, Stmt, ValueId, collect_definitions, for_each_region,
    for_each_region_of_both_mut, for_each_use, kind_at,
};
use std::collections::{BTreeMap, BTreeSet};

/// Checks what loops of both halves reach.
pub(crate) fn check_once(f: &mut Function) {
    let mut reverse = f.reverse.take();
    let mut body = std::mem::take(&mut f.body);
    let mut windows = BTreeSet::new();
    for region in std::iter::once(&body).chain(reverse.iter().map(|reverse| &reverse.body)) {
        find_windows(region, &mut windows);
    }
    let nothing = Region::default();
    let reversed = reverse.as_ref().map_or(&nothing, |reverse| &reverse.body);
    let integers = super::record::integers(&body, reversed);
    let literals = integers.into_iter();
    let literals = literals.filter_map(|(value, n)| Some((value, u64::try_from(n).ok()?)));
    let pass = Pass {
        f,
        literals: literals.collect(),
        windows,
    };
    pass.region(&mut body);
    if let Some(reverse) = &mut reverse {
        pass.region(&mut reverse.body);
    }
    (f.body, f.reverse) = (body, reverse);
}

/// What is as long as its loop.
fn find_windows(region: &Region, into: &mut BTreeSet<ValueId>) {
    for stmt in &region.stmts {
        if let Stmt::Let(binding) = stmt
            && matches!(binding.op, Op::Window(_))
        {
            into.insert(binding.value);
        }
        for_each_region(stmt, &mut |inner, _| find_windows(inner, into));
    }
}

struct Pass<'a> {
    f: &'a Function,
    windows: BTreeSet<ValueId>,
    /// Integer literals that are not negative.
    literals: BTreeMap<ValueId, u64>,
}

impl Pass<'_> {
    fn region(&self, region: &mut Region) {
        for mut stmt in std::mem::take(&mut region.stmts) {
            for_each_region_of_both_mut(&mut stmt, &mut |inner| self.region(inner));
            let reached = match numbered(&stmt) {
                Some(range) => self.reached(&stmt, range, &region.stmts),
                None => None,
            };
            region.stmts.extend(reached);
            region.stmts.push(stmt);
        }
    }

    /// What every iteration of a loop gets to by its number.
    fn reached(&self, stmt: &Stmt, range: &Range, before: &[Stmt]) -> Option<Stmt> {
        let mut bodies: Vec<&Region> = Vec::new();
        match stmt {
            Stmt::Loop(looped) => {
                bodies.push(&looped.body);
                bodies.extend(looped.fused.iter().map(|fused| &fused.body));
            }
            Stmt::RevLoop(looped) => bodies.push(&looped.body),
            _ => {}
        }
        if !bodies.iter().all(|body| self.runs_through(body)) {
            return None;
        }
        let mut inside = BTreeSet::new();
        for_each_region(stmt, &mut |region, bound| {
            inside.extend(bound);
            collect_definitions(region, &mut inside);
        });
        let mut ends: Vec<Reached> = Vec::new();
        let mut beyond = BTreeMap::from([(range.item, 0)]);
        for stmt in bodies.into_iter().flat_map(|body| &body.stmts) {
            let place = match stmt {
                Stmt::Let(Let { value, op }) => {
                    if let Some(more) = self.more(op, &beyond) {
                        beyond.insert(*value, more);
                    }
                    match op {
                        Op::Load(place) => place,
                        _ => continue,
                    }
                }
                Stmt::AddAt(add) => &add.place,
                Stmt::Store(store) => &store.place,
                _ => continue,
            };
            let Some((place, beyond)) = self.numbered_step(place, &inside, &beyond) else {
                continue;
            };
            let base = place.base;
            let same = |other: &&mut Reached| is_same(&other.place, &place);
            match ends.iter_mut().find(same) {
                Some(other) => other.beyond = other.beyond.max(beyond),
                None => ends.push(Reached {
                    place,
                    beyond,
                    is_lent: matches!(stmt, Stmt::AddAt(_))
                        && self.f.info(base).hold == Hold::Shared,
                }),
            }
        }
        let lengths = lengths(before);
        ends.retain(|reached| {
            // the range itself says so
            let end = lengths.get(&range.end);
            let is_known = reached.beyond == 0 && end.is_some_and(|of| is_same(of, &reached.place));
            !is_known && self.keeps_length(stmt, reached.place.base)
        });
        let literal = self.literals.get(&range.start).copied();
        let reach = Reach {
            start: literal.is_none().then_some(range.start),
            literal: literal.unwrap_or_default(),
            end: range.end,
            ends,
        };
        (!reach.ends.is_empty()).then_some(Stmt::Reach(reach))
    }

    /// Whether every iteration runs to its end, and all of it is generated or the user's
    /// arithmetic on numbers.
    fn runs_through(&self, region: &Region) -> bool {
        region.stmts.iter().all(|stmt| {
            let own = match stmt {
                Stmt::Let(Let { value, op }) => self.is_plain(*value, op),
                Stmt::Loop(looped) => {
                    matches!(looped.head, Head::Range(_)) && looped.stop.is_none()
                }
                Stmt::Store(_)
                | Stmt::AddAt(_)
                | Stmt::AddEach(..)
                | Stmt::If(_)
                | Stmt::RevBranch(_)
                | Stmt::RevLoop(_)
                | Stmt::NewTape(..)
                | Stmt::Reserve(_)
                | Stmt::Push(_)
                | Stmt::Check(..)
                | Stmt::SameType(..)
                | Stmt::Reach(_) => true,
                _ => false,
            };
            let mut all = own;
            for_each_region(stmt, &mut |inner, _| all &= self.runs_through(inner));
            all
        })
    }

    fn is_plain(&self, value: ValueId, op: &Op) -> bool {
        let is_number =
            |value: ValueId| matches!(self.f.kind(value), Kind::Real(_) | Kind::Int | Kind::Bool);
        plain::computes(op)
            && match op {
                // of other values it may be someone's code
                Op::Neg(_) | Op::Not(_) | Op::Binary(..) | Op::Method(..) | Op::Cast(..) => {
                    let mut numbers = is_number(value);
                    op.for_each_use(&mut |used| numbers &= is_number(*used));
                    numbers
                }
                _ => true,
            }
    }

    /// How much more than the number of the iteration an operation gives.
    fn more(&self, op: &Op, beyond: &BTreeMap<ValueId, u64>) -> Option<u64> {
        let sum = |a: &ValueId, b: &ValueId| Some(beyond.get(a)? + self.literals.get(b)?);
        match op {
            Op::Binary(BinaryOp::Add, a, b) => sum(a, b).or_else(|| sum(b, a)),
            Op::Copy(a, None) => beyond.get(a).copied(),
            _ => None,
        }
    }

    /// The sequence whose element a place leads to by the number of the iteration, if
    /// the rest of the way is the same in each.
    fn numbered_step(
        &self,
        place: &Place,
        inside: &BTreeSet<ValueId>,
        beyond: &BTreeMap<ValueId, u64>,
    ) -> Option<(Place, u64)> {
        if inside.contains(&place.base) || self.windows.contains(&place.base) {
            return None;
        }
        for (at, step) in place.path.iter().enumerate() {
            match step {
                Proj::Index(index) => {
                    if let Some(beyond) = beyond.get(index) {
                        let sequence = Place {
                            base: place.base,
                            path: place.path[..at].to_vec(),
                        };
                        let is_known = kind_at(self.f, &sequence).is_container();
                        return is_known.then_some((sequence, *beyond));
                    }
                    if inside.contains(index) {
                        return None;
                    }
                }
                Proj::Field(_) => {}
                _ => return None,
            }
        }
        None
    }

    /// Whether a loop does nothing with a value but read and write numbers in it.
    fn keeps_length(&self, stmt: &Stmt, base: ValueId) -> bool {
        let mut uses = 0;
        for_each_use(stmt, &mut |value| uses += usize::from(value == base));
        self.f.stable.contains(&base) || uses == self.harmless(stmt, base)
    }

    /// How many uses of a value are reads and writes of numbers.
    fn harmless(&self, stmt: &Stmt, base: ValueId) -> usize {
        let is_number =
            |value: ValueId| matches!(self.f.kind(value), Kind::Real(_) | Kind::Int | Kind::Bool);
        let place = match stmt {
            Stmt::Let(Let { value, op }) => match op {
                Op::Load(place)
                | Op::Query(place, _)
                | Op::Take(place)
                | Op::Exchange(place, _)
                    if is_number(*value) =>
                {
                    Some(place)
                }
                _ => None,
            },
            Stmt::AddAt(add) if is_number(add.value) => Some(&add.place),
            Stmt::Store(store) if is_number(store.value) => Some(&store.place),
            _ => None,
        };
        let mut count = usize::from(place.is_some_and(|place| place.base == base));
        if let Stmt::Reach(reach) = stmt {
            let places = reach.ends.iter().map(|reached| reached.place.base);
            count += places.filter(|other| *other == base).count();
        }
        for_each_region(stmt, &mut |inner, _| {
            let inner = inner.stmts.iter();
            count += inner.map(|stmt| self.harmless(stmt, base)).sum::<usize>();
        });
        count
    }
}

/// The range whose numbers a loop runs through, all of them.
fn numbered(stmt: &Stmt) -> Option<&Range> {
    let range = match stmt {
        Stmt::Loop(looped) => match &looped.head {
            Head::Range(range) if looped.stop.is_none() => range,
            _ => return None,
        },
        Stmt::RevLoop(RevLoop { order, .. }) => match order {
            Order::Range(range) => range,
            Order::Drain(drain) => drain.beside.as_ref()?,
            _ => return None,
        },
        _ => return None,
    };
    let steps = |adaptor: &RangeAdaptor| matches!(adaptor, RangeAdaptor::StepBy(_));
    (!range.inclusive && !range.adaptors.iter().any(steps)).then_some(range)
}

/// The places whose lengths are known before a loop, by the values that hold them.
fn lengths(before: &[Stmt]) -> BTreeMap<ValueId, Place> {
    let lets = before.iter().filter_map(|stmt| match stmt {
        Stmt::Let(Let {
            value,
            op: Op::Query(place, method),
        }) if method == "len" => Some((*value, place.clone())),
        _ => None,
    });
    lets.collect()
}

/// Whether two places are one, as far as their paths tell.
fn is_same(a: &Place, b: &Place) -> bool {
    let same = |pair: (&Proj, &Proj)| match pair {
        (Proj::Index(a), Proj::Index(b)) => a == b,
        (Proj::Field(a), Proj::Field(b)) => a == b,
        _ => false,
    };
    a.base == b.base && a.path.len() == b.path.len() && a.path.iter().zip(&b.path).all(same)
}
