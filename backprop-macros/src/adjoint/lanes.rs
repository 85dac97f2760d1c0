//! Sums of adjoints in lanes.
//!
//! A loop of the reverse half that carries a sum waits for one addition after the other, and
//! the compiler takes no two of its iterations at once: it may not add in another order. The
//! order in which contributions are added to an adjoint is ours. So where a loop looks at
//! windows, each sum that depends on nothing but their elements leaves it for a
//! [`Stmt::Sum`], which has four lanes:
//!
//! ```text
//! for k in (0..n).rev() { d_w[k] += d_y[k] * x; d_x += d_y[k] * w[k]; }
//!
//! d_x += Σ d_y[k] * w[k];
//! for k in (0..n).rev() { d_w[k] += d_y[k] * x; }
//! ```
//!
//! What is computed twice for that is cheap, or else the sum stays.

use super::fuse::only_accumulates;
use super::windows::for_each_access_mut;
use crate::ir::{
    BinaryOp, Copies, Function, Kind, Let, Method, Op, Order, Proj, Region, RevBranch, RevLoop,
    Stmt, Sum, ValueId, collect_definitions, for_each_region, for_each_region_of_both_mut,
    for_each_use,
};
use std::collections::{BTreeMap, BTreeSet};

/// So many slices at most are taken apart together: the runtime crate has no more.
const MOST: usize = 3;

/// Loops of fewer iterations are not taken apart.
const FEW: i64 = 16;

/// Takes sums out of the loops of the reverse half.
pub(crate) fn split(f: &mut Function) {
    let Some(mut reverse) = f.reverse.take() else {
        return;
    };
    let mut forward = std::mem::take(&mut f.body);
    let mut pass = Pass {
        integers: super::record::integers(&forward, &reverse.body),
        zeros: BTreeSet::new(),
        f,
    };
    for region in [&forward, &reverse.body] {
        find_zeros(region, &mut pass.zeros);
    }
    pass.region(&mut forward);
    pass.region(&mut reverse.body);
    f.body = forward;
    f.reverse = Some(reverse);
}

fn find_zeros(region: &Region, into: &mut BTreeSet<ValueId>) {
    for stmt in &region.stmts {
        if let Stmt::Let(Let {
            value,
            op: Op::Number(number),
        }) = stmt
            && *number == 0.0
        {
            into.insert(*value);
        }
        for_each_region(stmt, &mut |inner, _| find_zeros(inner, into));
    }
}

struct Pass<'a> {
    f: &'a mut Function,
    integers: BTreeMap<ValueId, i64>,
    /// The zeros that sums begin with.
    zeros: BTreeSet<ValueId>,
}

impl Pass<'_> {
    fn region(&mut self, region: &mut Region) {
        let mut windows = BTreeMap::new();
        for mut stmt in std::mem::take(&mut region.stmts) {
            for_each_region_of_both_mut(&mut stmt, &mut |inner| self.region(inner));
            match stmt {
                Stmt::RevLoop(looped) => self.looped(looped, &windows, &mut region.stmts),
                stmt => {
                    // where these are taken, the loop runs at least once
                    if let Stmt::Let(Let {
                        value,
                        op: Op::Window(window),
                    }) = &stmt
                        && window.more == 0
                    {
                        windows.insert(*value, window.count);
                    }
                    region.stmts.push(stmt);
                }
            }
        }
    }

    fn looped(
        &mut self,
        looped: RevLoop,
        windows: &BTreeMap<ValueId, ValueId>,
        into: &mut Vec<Stmt>,
    ) {
        let Some(body) = self.known(&looped, windows) else {
            into.push(Stmt::RevLoop(looped));
            return;
        };
        let carried = 0..looped.params.len();
        let taken: Vec<_> = carried.map(|at| self.sum(&looped, at, &body)).collect();
        if taken.iter().all(Option::is_none) {
            into.push(Stmt::RevLoop(looped));
            return;
        }
        let count = body.count;
        if self.integers.contains_key(&count) {
            into.extend(self.apart(looped, taken).stmts);
            return;
        }
        // the sums are worth a loop of their own where there are some iterations
        let (results, span) = (looped.results.clone(), looped.span);
        let mut whole = Region {
            yields: results.clone(),
            stmts: vec![Stmt::RevLoop(looped.clone())],
        };
        let mut split = self.apart(looped, taken);
        split.yields.clone_from(&results);
        for arm in [&mut whole, &mut split] {
            let mut copies = Copies::default();
            *arm = copies.reverse(self.f, arm);
        }
        let (few, is_long) = (
            self.f.value(Kind::Int, None, span),
            self.f.value(Kind::Bool, None, span),
        );
        for (value, op) in [
            (few, Op::Integer(FEW)),
            (is_long, Op::Binary(BinaryOp::Ge, count, few)),
        ] {
            into.push(Stmt::Let(Let { value, op }));
        }
        into.push(Stmt::RevBranch(RevBranch {
            of: self.f.stmt_id(),
            cond: Some(is_long),
            arms: vec![split, whole],
            results,
            record: None,
        }));
    }

    /// The sums, and what is left of the loop.
    fn apart(&mut self, mut looped: RevLoop, taken: Vec<Option<Taken>>) -> Region {
        let mut region = Region::default();
        // the last first: the positions of the others stay
        for (at, taken) in taken.into_iter().enumerate().rev() {
            let Some(taken) = taken else {
                continue;
            };
            looped.params.remove(at);
            looped.body.yields.remove(at);
            let (init, result) = (looped.inits.remove(at), looped.results.remove(at));
            let is_all = self.zeros.contains(&init);
            let sum = match is_all {
                true => result,
                false => Copies::default().add(self.f, result),
            };
            region.stmts.push(Stmt::Sum(Sum {
                result: sum,
                parts: taken.parts,
                body: taken.body,
                span: looped.span,
            }));
            if !is_all {
                let op = Op::Binary(BinaryOp::Add, init, sum);
                region.stmts.push(Stmt::Let(Let { value: result, op }));
            }
        }
        region.stmts.push(Stmt::RevLoop(looped));
        region
    }

    /// What there is to know of a loop over windows.
    fn known<'r>(
        &self,
        looped: &'r RevLoop,
        windows: &BTreeMap<ValueId, ValueId>,
    ) -> Option<Body<'r>> {
        let Order::Range(range) = &looped.order else {
            return None;
        };
        // all are of this loop: they are as long as it runs
        let count = *windows.values().next()?;
        let is_short = |count: &i64| *count < FEW;
        if self.integers.get(&count).is_some_and(is_short) {
            return None;
        }
        let mut defined: BTreeSet<ValueId> = looped.params.iter().copied().collect();
        defined.insert(range.item);
        collect_definitions(&looped.body, &mut defined);
        let mut body = Body {
            item: range.item,
            count,
            windows: windows.keys().copied().collect(),
            defined,
            lets: BTreeMap::new(),
            uses: BTreeMap::new(),
            before: BTreeSet::new(),
        };
        let mut changed = BTreeSet::new();
        for stmt in &looped.body.stmts {
            if let Stmt::Let(Let { value, op }) = stmt {
                body.lets.insert(*value, op);
                if let Op::Load(place) | Op::Take(place) | Op::Exchange(place, _) = op
                    && !changed.contains(&place.base)
                {
                    body.before.insert(*value);
                }
            }
            let mut this = Region {
                stmts: vec![stmt.clone()],
                yields: Vec::new(),
            };
            for_each_access_mut(&mut this, &mut |place, is_written| {
                if is_written {
                    changed.insert(place.base);
                }
            });
            for_each_use(stmt, &mut |value| *body.uses.entry(value).or_default() += 1);
        }
        for value in &looped.body.yields {
            *body.uses.entry(*value).or_default() += 1;
        }
        Some(body)
    }

    /// The sum that a loop carries, if it may leave the loop.
    fn sum(&mut self, looped: &RevLoop, at: usize, body: &Body) -> Option<Taken> {
        let (param, next) = (looped.params[at], looped.body.yields[at]);
        if !matches!(self.f.kind(param), Kind::Real(_)) {
            return None;
        }
        if !only_accumulates(&looped.body, param, next) {
            return None;
        }
        let terms = terms(&looped.body, param, next)?;
        let mut slice = Slice::default();
        for (_, term) in &terms {
            if !self.collect(*term, body, &mut slice) {
                return None;
            }
        }
        if !slice.is_worthwhile(body, &terms) {
            return None;
        }
        let mut copies = Copies::default();
        let mut parts: BTreeMap<ValueId, ValueId> = BTreeMap::new();
        let mut inner = Region::default();
        for stmt in &looped.body.stmts {
            let Stmt::Let(Let { value, op }) = stmt else {
                continue;
            };
            if let Some(window) = slice.elements.get(value) {
                let element = match parts.get(window) {
                    Some(element) => *element,
                    None => self.element(*value, *window),
                };
                copies.set(*value, element);
                parts.insert(*window, element);
            } else if slice.values.contains(value) {
                let mut op = op.clone();
                op.rewrite_uses(&mut |used| *used = copies.of(*used));
                let value = copies.add(self.f, *value);
                inner.stmts.push(Stmt::Let(Let { value, op }));
            }
        }
        let mut sum: Option<ValueId> = None;
        for (op, term) in terms {
            let term = copies.of(term);
            let op = match (sum, op) {
                (Some(sum), op) => Op::Binary(op, sum, term),
                (None, BinaryOp::Sub) => Op::Neg(term),
                (None, _) => {
                    sum = Some(term);
                    continue;
                }
            };
            let value = copies.add(self.f, param);
            inner.stmts.push(Stmt::Let(Let { value, op }));
            sum = Some(value);
        }
        inner.yields.extend(sum);
        Some(Taken {
            parts: parts.into_iter().collect(),
            body: inner,
        })
    }

    /// The element of a window in a sum, which is called as the window is.
    fn element(&mut self, loaded: ValueId, window: ValueId) -> ValueId {
        let (kind, window) = (self.f.kind(loaded), self.f.info(window).clone());
        let element = self.f.value(kind, window.hint, window.span);
        self.f.info_mut(element).adjoint = window.adjoint;
        element
    }

    /// Adds what a value of an iteration depends on; whether a sum may compute it.
    fn collect(&self, value: ValueId, body: &Body, slice: &mut Slice) -> bool {
        if !body.defined.contains(&value) {
            return true;
        }
        if slice.knows(value) {
            return true;
        }
        let Some(op) = body.lets.get(&value) else {
            return false;
        };
        if !matches!(self.f.kind(value), Kind::Real(_) | Kind::Bool) {
            return false;
        }
        match op {
            Op::Load(place) | Op::Take(place) | Op::Exchange(place, _) => {
                let is_element = body.windows.contains(&place.base)
                    && body.before.contains(&value)
                    && matches!(place.path[..], [Proj::Index(index)] if index == body.item);
                if is_element {
                    slice.elements.insert(value, place.base);
                }
                is_element
            }
            Op::Number(_) | Op::Flag(_) => slice.values.insert(value),
            Op::Constant(tokens) => {
                syn::parse2::<syn::Lit>(tokens.clone()).is_ok() && slice.values.insert(value)
            }
            Op::Copy(_, None)
            | Op::Neg(_)
            | Op::Not(_)
            | Op::Binary(..)
            | Op::Method(..)
            | Op::Select(..) => {
                let mut found = true;
                op.for_each_use(&mut |used| found &= self.collect(*used, body, slice));
                found && slice.values.insert(value)
            }
            _ => false,
        }
    }
}

/// What each iteration adds to a sum or takes from it, in order.
fn terms(region: &Region, param: ValueId, next: ValueId) -> Option<Vec<(BinaryOp, ValueId)>> {
    let mut terms = Vec::new();
    let mut sum = param;
    for stmt in &region.stmts {
        if let Stmt::Let(Let {
            value,
            op: Op::Binary(op @ (BinaryOp::Add | BinaryOp::Sub), a, b),
        }) = stmt
            && (*a == sum || *b == sum)
        {
            terms.push((*op, if *a == sum { *b } else { *a }));
            sum = *value;
        }
    }
    (sum == next).then_some(terms)
}

/// The body of a loop over windows.
struct Body<'r> {
    item: ValueId,
    count: ValueId,
    /// The windows with one element for each iteration.
    windows: BTreeSet<ValueId>,
    defined: BTreeSet<ValueId>,
    lets: BTreeMap<ValueId, &'r Op>,
    uses: BTreeMap<ValueId, usize>,
    /// Elements as they are before the loop: nothing in an iteration changes them first, and no
    /// other iteration looks at them.
    before: BTreeSet<ValueId>,
}

/// What one contribution to a sum depends on.
#[derive(Default)]
struct Slice {
    /// Loads of elements, and the windows that these are in.
    elements: BTreeMap<ValueId, ValueId>,
    values: BTreeSet<ValueId>,
}

impl Slice {
    fn knows(&self, value: ValueId) -> bool {
        self.elements.contains_key(&value) || self.values.contains(&value)
    }

    /// Whether there is a slice to walk along, and nothing dear is computed twice.
    fn is_worthwhile(&self, body: &Body, terms: &[(BinaryOp, ValueId)]) -> bool {
        let windows: BTreeSet<&ValueId> = self.elements.values().collect();
        let mut own: BTreeMap<ValueId, usize> = BTreeMap::new();
        for (_, term) in terms {
            *own.entry(*term).or_default() += 1;
        }
        for value in &self.values {
            if let Some(op) = body.lets.get(value) {
                op.for_each_use(&mut |used| *own.entry(*used).or_default() += 1);
            }
        }
        let is_shared = |value: &ValueId| body.uses.get(value) != own.get(value);
        let is_dear = |value: &ValueId| {
            matches!(
                body.lets.get(value),
                Some(
                    Op::Method(Method::Smooth(_), _)
                        | Op::Binary(BinaryOp::Div | BinaryOp::Rem, ..)
                )
            )
        };
        let twice = self
            .values
            .iter()
            .any(|value| is_dear(value) && is_shared(value));
        (1..=MOST).contains(&windows.len()) && !twice
    }
}

/// What leaves a loop.
struct Taken {
    parts: Vec<(ValueId, ValueId)>,
    body: Region,
}
