//! What is known of a loop that may get windows: its indices as sums, and its accesses.

use super::Pass;
use crate::adjoint::plain;
use crate::ir::{
    Head, Let, Loop, Op, Order, Place, Proj, Range, Region, RevLoop, Stmt, ValueId,
    for_each_region, for_each_region_of_both_mut,
};
use std::collections::{BTreeMap, BTreeSet};

/// An index as a sum: of the loop's number so many times, of products of values from outside
/// the loop, and a number.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Index {
    pub(super) of_item: i64,
    pub(super) terms: BTreeMap<Vec<ValueId>, i64>,
    pub(super) constant: i64,
}

/// Where accesses lie that one window can serve: the place of the sequence, and the terms of
/// the index.
pub(super) type Key = (ValueId, String, BTreeMap<Vec<ValueId>, i64>);

/// The accesses to one such sequence.
pub(super) struct Group {
    /// The place of the sequence.
    pub(super) of: Place,
    pub(super) terms: BTreeMap<Vec<ValueId>, i64>,
    /// The least and the greatest offset of what every iteration looks at.
    pub(super) offsets: Option<(i64, i64)>,
    pub(super) uses: usize,
    pub(super) is_written: bool,
}

/// What is known of a loop.
pub(super) struct Body {
    pub(super) item: ValueId,
    pub(super) defined: BTreeSet<ValueId>,
    pub(super) lets: BTreeMap<ValueId, Op>,
    /// Integers that the loop carries and each iteration adds the same to.
    pub(super) counters: BTreeMap<ValueId, Index>,
    pub(super) groups: BTreeMap<Key, Group>,
    pub(super) written: BTreeSet<ValueId>,
    /// How often each value is used at all.
    pub(super) uses: BTreeMap<ValueId, usize>,
}

/// A loop of either half.
pub(super) enum Looped {
    Forward(Box<Loop>),
    Reverse(Box<RevLoop>),
}

impl Looped {
    /// What it runs over, if it runs to its end.
    pub(super) fn range(&self) -> Option<&Range> {
        match self {
            Looped::Forward(looped) => match &looped.head {
                Head::Range(range) if looped.stop.is_none() => Some(range),
                _ => None,
            },
            Looped::Reverse(looped) => match &looped.order {
                Order::Range(range) => Some(range),
                Order::Drain(drain) => drain.beside.as_ref(),
                Order::Unknown | Order::Count(_) => None,
            },
        }
    }

    pub(super) fn set_range(&mut self, range: Range) {
        match self {
            Looped::Forward(looped) => looped.head = Head::Range(range),
            Looped::Reverse(looped) => match &mut looped.order {
                Order::Drain(drain) => drain.beside = Some(range),
                order => *order = Order::Range(range),
            },
        }
    }

    /// What an iteration runs: its forward half, and its reverse half.
    pub(super) fn regions(&self) -> Vec<&Region> {
        match self {
            Looped::Forward(looped) => {
                let fused = looped.fused.iter().map(|fused| &fused.body);
                std::iter::once(&looped.body).chain(fused).collect()
            }
            Looped::Reverse(looped) => vec![&looped.body],
        }
    }

    pub(super) fn regions_mut(&mut self) -> Vec<&mut Region> {
        match self {
            Looped::Forward(looped) => {
                let fused = looped.fused.iter_mut().map(|fused| &mut fused.body);
                std::iter::once(&mut looped.body).chain(fused).collect()
            }
            Looped::Reverse(looped) => vec![&mut looped.body],
        }
    }

    /// The values that each iteration begins with.
    pub(super) fn heads(&self) -> Vec<ValueId> {
        match self {
            Looped::Forward(looped) => {
                let fused = looped.fused.iter().flat_map(|fused| &fused.params);
                looped.params.iter().chain(fused).copied().collect()
            }
            Looped::Reverse(looped) => {
                let mut heads = looped.params.clone();
                if let Order::Drain(drain) = &looped.order {
                    heads.extend(&drain.values);
                }
                heads
            }
        }
    }

    /// What it carries: before an iteration, before the first one, and after an iteration.
    pub(super) fn carried(&self) -> Vec<[ValueId; 3]> {
        let (params, inits, body) = match self {
            Looped::Forward(looped) => (&looped.params, &looped.inits, &looped.body),
            Looped::Reverse(looped) => (&looped.params, &looped.inits, &looped.body),
        };
        let carried = params.iter().zip(inits).zip(&body.yields);
        carried
            .map(|((param, init), next)| [*param, *init, *next])
            .collect()
    }

    pub(super) fn span(&self) -> proc_macro2::Span {
        match self {
            Looped::Forward(looped) => looped.span,
            Looped::Reverse(looped) => looped.span,
        }
    }

    pub(super) fn into_stmt(self) -> Stmt {
        match self {
            Looped::Forward(looped) => Stmt::Loop(*looped),
            Looped::Reverse(looped) => Stmt::RevLoop(*looped),
        }
    }
}

impl Body {
    /// Which window an access may be served by, the step of its path that is the index, and
    /// the offset there.
    pub(super) fn key_of(&self, pass: &Pass, place: &Place) -> Option<(Key, usize, i64)> {
        for (at, step) in place.path.iter().enumerate() {
            match step {
                Proj::Index(index) => {
                    let index = pass.index(*index, self, 0)?;
                    if index.of_item == 1 {
                        let before = format!("{:?}", &place.path[..at]);
                        return Some(((place.base, before, index.terms), at, index.constant));
                    }
                    let Proj::Index(value) = step else {
                        return None;
                    };
                    if self.defined.contains(value) {
                        return None;
                    }
                }
                Proj::Field(_) | Proj::Deref => {}
                _ => return None,
            }
        }
        None
    }
}

impl Index {
    pub(super) fn plus(mut self, other: &Index, times: i64) -> Option<Index> {
        self.of_item = self
            .of_item
            .checked_add(other.of_item.checked_mul(times)?)?;
        self.constant = (self.constant).checked_add(other.constant.checked_mul(times)?)?;
        for (factors, count) in &other.terms {
            let sum = self.terms.entry(factors.clone()).or_default();
            *sum = sum.checked_add(count.checked_mul(times)?)?;
        }
        self.terms.retain(|_, count| *count != 0);
        Some(self)
    }

    /// A product with a number, or of two values from outside the loop.
    pub(super) fn times(&self, other: &Index) -> Option<Index> {
        let is_number = |index: &Index| index.of_item == 0 && index.terms.is_empty();
        match (is_number(self), is_number(other)) {
            (true, _) => Index::default().plus(other, self.constant),
            (_, true) => Index::default().plus(self, other.constant),
            _ => {
                let single = |index: &Index| {
                    let mut terms = index.terms.iter();
                    match (terms.next(), terms.next()) {
                        (Some((factors, count)), None)
                            if index.of_item == 0 && index.constant == 0 =>
                        {
                            Some((factors.clone(), *count))
                        }
                        _ => None,
                    }
                };
                let ((mut factors, a), (others, b)) = (single(self)?, single(other)?);
                factors.extend(others);
                factors.sort_unstable();
                Some(Index {
                    terms: [(factors, a.checked_mul(b)?)].into(),
                    ..Index::default()
                })
            }
        }
    }
}

/// Whether a region reads, computes and writes, and no more: no loop, no call.
pub(super) fn is_plain(region: &Region) -> bool {
    region.stmts.iter().all(|stmt| {
        let mut plain = match stmt {
            Stmt::Let(Let { op, .. }) => plain::computes(op),
            Stmt::Store(_)
            | Stmt::Push(..)
            | Stmt::AddAt(_)
            | Stmt::RevBranch(_)
            | Stmt::If(_)
            | Stmt::Check(..)
            | Stmt::SameType(..) => true,
            _ => false,
        };
        for_each_region(stmt, &mut |inner, _| plain &= is_plain(inner));
        plain
    })
}

pub(super) fn find_lets(region: &Region, into: &mut BTreeMap<ValueId, Op>) {
    for stmt in &region.stmts {
        if let Stmt::Let(Let { value, op }) = stmt {
            into.insert(*value, op.clone());
        }
        for_each_region(stmt, &mut |inner, _| find_lets(inner, into));
    }
}

/// Calls `f` on each place that a statement itself reads or writes, and whether it writes.
pub(super) fn for_access_mut(stmt: &mut Stmt, f: &mut impl FnMut(&mut Place, bool)) {
    match stmt {
        Stmt::Store(store) => f(&mut store.place, true),
        Stmt::AddAt(add) => f(&mut add.place, true),
        Stmt::Let(Let { op, .. }) => match op {
            Op::Load(place) => f(place, false),
            Op::Take(place) | Op::Exchange(place, _) => f(place, true),
            _ => {}
        },
        _ => {}
    }
}

pub(in crate::adjoint) fn for_each_access_mut(
    region: &mut Region,
    f: &mut impl FnMut(&mut Place, bool),
) {
    for stmt in &mut region.stmts {
        for_access_mut(stmt, f);
        for_each_region_of_both_mut(stmt, &mut |inner| for_each_access_mut(inner, f));
    }
}
