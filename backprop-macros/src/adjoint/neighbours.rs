//! Contributions to neighbours.
//!
//! A difference of neighbours, `x[i + 1] - x[i]`, adds to two elements of an adjoint in each
//! iteration of its reverse half, and the next iteration adds to one of these again: it waits
//! for the store of this one. So the loop carries what it has for the element that the next
//! iteration comes to, and each element is added to once:
//!
//! ```text
//! for i in 0..n { d[i] += a; d[i + 1] += b; }
//!
//! let mut carried = 0.0;
//! for i in 0..n { d[i] += a + carried; carried = b; }
//! d[n] += carried;
//! ```

use crate::ir::{
    AddAt, BinaryOp, Function, Head, Kind, Let, Op, Order, Place, Proj, Range, RangeAdaptor,
    Region, RevLoop, Stmt, ValueId, for_each_region_of_both_mut, for_each_use,
};
use std::collections::BTreeMap;

/// Carries contributions in loops over windows.
pub(crate) fn carry(f: &mut Function) {
    let Some(mut reverse) = f.reverse.take() else {
        return;
    };
    let mut forward = std::mem::take(&mut f.body);
    let mut pass = Pass { f };
    pass.region(&mut forward);
    pass.region(&mut reverse.body);
    f.body = forward;
    f.reverse = Some(reverse);
}

struct Pass<'a> {
    f: &'a mut Function,
}

/// Which of the two elements the next iteration comes to.
#[derive(Clone, Copy, PartialEq)]
enum Direction {
    Up,
    Down,
}

impl Pass<'_> {
    fn region(&mut self, region: &mut Region) {
        // windows of two neighbours, and how many iterations there are
        let mut windows = BTreeMap::new();
        for mut stmt in std::mem::take(&mut region.stmts) {
            for_each_region_of_both_mut(&mut stmt, &mut |inner| self.region(inner));
            if let Stmt::Let(Let {
                value,
                op: Op::Window(window),
            }) = &stmt
                && window.more == 1
            {
                windows.insert(*value, window.count);
            }
            let mut uses = BTreeMap::new();
            for_each_use(&stmt, &mut |value| *uses.entry(value).or_insert(0) += 1);
            let parts = match &mut stmt {
                Stmt::Loop(looped) => match (&looped.head, looped.fused.as_mut()) {
                    (Head::Range(range), Some(fused)) => Some((range.clone(), fused)),
                    _ => None,
                },
                Stmt::RevLoop(looped) => match &looped.order {
                    Order::Range(range) => Some((range.clone(), looped)),
                    _ => None,
                },
                _ => None,
            };
            let mut after = Vec::new();
            if let Some((range, looped)) = parts {
                for (window, count) in &windows {
                    let uses = uses.get(window).copied().unwrap_or(0);
                    let window = (*window, *count, uses);
                    self.looped(window, &range, looped, &mut region.stmts, &mut after);
                }
            }
            region.stmts.push(stmt);
            region.stmts.append(&mut after);
        }
    }

    fn looped(
        &mut self,
        (window, count, uses): (ValueId, ValueId, usize),
        range: &Range,
        looped: &mut RevLoop,
        before: &mut Vec<Stmt>,
        after: &mut Vec<Stmt>,
    ) {
        // windows are for loops over all numbers from zero on
        let is_rev = |adaptor: &&RangeAdaptor| matches!(adaptor, RangeAdaptor::Rev);
        let direction = match range.adaptors.iter().filter(is_rev).count() % 2 {
            0 => Direction::Up,
            _ => Direction::Down,
        };
        let offset = |add: &AddAt| match add.place.path[..] {
            [Proj::Index(index)] if index == range.item => Some(0),
            // a window of two has no other
            [Proj::Index(_)] => Some(1),
            _ => None,
        };
        let adds = looped.body.stmts.iter().filter_map(|stmt| match stmt {
            Stmt::AddAt(add) if add.place.base == window => Some(add),
            _ => None,
        });
        let adds: Vec<&AddAt> = adds.collect();
        let is_real = |add: &&AddAt| matches!(self.f.kind(add.value), Kind::Real(_));
        let offsets: Option<Vec<i64>> = adds.iter().map(|add| offset(add)).collect();
        let Some(offsets) = offsets else {
            return;
        };
        // what is carried is for the element that the next iteration comes to
        let (own, carried) = match direction {
            Direction::Up => (0, 1),
            Direction::Down => (1, 0),
        };
        let has = |offset| offsets.contains(&offset);
        if adds.len() != uses || !adds.iter().all(is_real) || !has(own) || !has(carried) {
            return;
        }
        let pairs = adds.iter().zip(&offsets);
        let of_carried: Vec<ValueId> = pairs
            .filter(|(_, offset)| **offset == carried)
            .map(|(add, _)| add.value)
            .collect();
        let Some(first) = of_carried.first().copied() else {
            return;
        };
        let span = adds[0].span;
        let info = self.f.info(first).clone();
        let like = |f: &mut Function| {
            let value = f.value(info.kind, info.hint.clone(), info.span);
            f.info_mut(value).adjoint = info.adjoint;
            value
        };
        let (init, param, result) = (like(self.f), like(self.f), like(self.f));
        let op = Op::Number(0.0);
        before.push(Stmt::Let(Let { value: init, op }));
        looped.body.stmts.retain(|stmt| match stmt {
            Stmt::AddAt(add) => add.place.base != window || offset(add) != Some(carried),
            _ => true,
        });
        let mut sum = first;
        for value in &of_carried[1..] {
            let op = Op::Binary(BinaryOp::Add, sum, *value);
            sum = like(self.f);
            looped.body.stmts.push(Stmt::Let(Let { value: sum, op }));
        }
        // with what the iteration itself adds there
        let at = looped
            .body
            .stmts
            .iter()
            .rposition(|stmt| matches!(stmt, Stmt::AddAt(add) if add.place.base == window));
        let together = like(self.f);
        if let Some(at) = at
            && let Stmt::AddAt(add) = &mut looped.body.stmts[at]
        {
            let own = std::mem::replace(&mut add.value, together);
            let op = Op::Binary(BinaryOp::Add, own, param);
            let stmt = Stmt::Let(Let {
                value: together,
                op,
            });
            looped.body.stmts.insert(at, stmt);
        }
        looped.inits.push(init);
        looped.params.push(param);
        looped.body.yields.push(sum);
        looped.results.push(result);
        let last = match direction {
            Direction::Up => count,
            Direction::Down => range.start,
        };
        after.push(Stmt::AddAt(AddAt {
            place: Place::whole(window).with(Proj::Index(last)),
            value: result,
            span,
        }));
    }
}
