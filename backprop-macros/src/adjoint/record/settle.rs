//! What is computed again in the reverse half, and what is recorded.

use super::{Pass, find_index, uses};
use crate::ir::{
    BinaryOp, Copies, Function, If, Kind, Let, Op, Place, Region, Stmt, Tree, ValueId,
    for_each_region, for_each_use,
};
use std::collections::{BTreeMap, BTreeSet};

/// How many operations a branch that is run again may have.
const MAX_BRANCH: usize = 8;

/// How many operations one after another are run again for one value.
const MAX_CHAIN: u32 = 4;

impl Pass<'_> {
    /// Finds the values of `defined` that the reverse region uses, recomputes the cheap
    /// ones there, and returns those to record.
    pub(super) fn settle(
        &mut self,
        forward: &Region,
        defined: &BTreeSet<ValueId>,
        reverse: &mut Region,
    ) -> Vec<ValueId> {
        let needed: BTreeSet<ValueId> = uses(reverse).intersection(defined).copied().collect();
        let recipes = self.recipes(forward);
        let mut plan = Plan {
            recipes: &recipes,
            defined,
            recorded: BTreeSet::new(),
        };
        // what cannot be recomputed first: it may make others recomputable
        for value in &needed {
            if !recipes.contains_key(value) {
                plan.recorded.insert(*value);
            }
        }
        for value in &needed {
            if !plan.is_available(*value, 0) {
                plan.recorded.insert(*value);
            }
        }
        let places = Places::of(self, forward, &recipes, reverse);
        let (order, positions) = loop {
            let mut again = BTreeSet::new();
            for value in needed.difference(&plan.recorded) {
                plan.collect(*value, &mut again);
            }
            let order = in_order(forward, &again, &recipes);
            let positions = places.of_each(&order, &recipes);
            let late = |value: &&ValueId| {
                let position = positions.get(value).copied().unwrap_or(0);
                position > 0 && places.first_use(reverse, **value) < position
            };
            let late: Vec<ValueId> = needed.iter().filter(late).copied().collect();
            if late.is_empty() {
                break (order, positions);
            }
            // the content changes before it is used: its position is behind
            plan.recorded.extend(late);
        };
        let mut copies = self.run_again(&order, &recipes, &positions, reverse);
        for value in &plan.recorded {
            // another result of a branch that runs again
            copies.set(*value, *value);
        }
        copies.rename(reverse);
        plan.recorded.into_iter().collect()
    }

    /// Puts the operations of `order` into a reverse region, under names of their own.
    fn run_again(
        &mut self,
        order: &[ValueId],
        recipes: &BTreeMap<ValueId, Recipe>,
        positions: &BTreeMap<ValueId, usize>,
        reverse: &mut Region,
    ) -> Copies {
        let mut copies = Copies::default();
        let mut slots: Vec<Vec<Stmt>> = vec![Vec::new(); reverse.stmts.len() + 1];
        for value in order {
            let Some(recipe) = recipes.get(value) else {
                continue;
            };
            if copies.of(*value) != *value {
                // another result of the same branch
                continue;
            }
            let stmt = match recipe {
                Recipe::Op(op) => Stmt::Let(Let {
                    value: *value,
                    op: op.clone(),
                }),
                Recipe::Branch(branch) => Stmt::If((**branch).clone()),
            };
            let once = Region {
                stmts: vec![stmt],
                yields: Vec::new(),
            };
            let again = copies.region(self.f, &once);
            slots[positions.get(value).copied().unwrap_or(0)].extend(again.stmts);
        }
        let mut stmts = Vec::new();
        let mirrors = std::mem::take(&mut reverse.stmts);
        let mut slots = slots.into_iter();
        stmts.extend(slots.next().into_iter().flatten());
        for (mirror, after) in mirrors.into_iter().zip(slots) {
            stmts.push(mirror);
            stmts.extend(after);
        }
        reverse.stmts = stmts;
        copies
    }

    /// How what a region defines can be computed again.
    fn recipes(&self, forward: &Region) -> BTreeMap<ValueId, Recipe> {
        let mut recipes = BTreeMap::new();
        for stmt in &forward.stmts {
            match stmt {
                Stmt::Let(binding) => {
                    let op = self.seen_from_root(&binding.op);
                    if self.is_cheap(binding.value, &op) {
                        recipes.insert(binding.value, Recipe::Op(op));
                    }
                }
                // what was written is there until the write is undone
                Stmt::Store(store)
                    if store.op.is_none()
                        && self.f.recoverable.contains(&store.value)
                        && self.restored(&store.place).is_some() =>
                {
                    let place = self.views.resolve(&store.place);
                    let recipe = Recipe::Op(Op::Load(place));
                    recipes.entry(store.value).or_insert(recipe);
                }
                Stmt::If(branch) if self.is_light(branch) => {
                    let mut branch = branch.clone();
                    self.see_from_roots(&mut branch);
                    for result in &branch.results {
                        recipes.insert(*result, Recipe::Branch(Box::new(branch.clone())));
                    }
                }
                _ => {}
            }
        }
        recipes
    }

    fn see_from_roots(&self, branch: &mut If) {
        for arm in [&mut branch.then, &mut branch.other] {
            for stmt in &mut arm.stmts {
                match stmt {
                    Stmt::Let(binding) => binding.op = self.seen_from_root(&binding.op),
                    Stmt::If(inner) => self.see_from_roots(inner),
                    _ => {}
                }
            }
        }
    }

    /// The root of a place, if its content is restored.
    fn restored(&self, place: &Place) -> Option<ValueId> {
        let root = self.views.root(place.base);
        self.f.restored.contains(&root).then_some(root)
    }

    fn is_cheap(&self, value: ValueId, op: &Op) -> bool {
        if let Op::Load(place) = op
            && self.f.recoverable.contains(&value)
            && self.f.restored.contains(&place.base)
        {
            return true;
        }
        // a division by a number that is known is a product and a shift
        if let Op::Binary(BinaryOp::Div | BinaryOp::Rem, _, by) = op
            && self.f.kind(value) == Kind::Int
            && self.integers.get(by).is_some_and(|by| *by > 0)
        {
            return !cfg!(feature = "record_all");
        }
        is_cheap(self.f, value, op)
    }

    fn is_light(&self, branch: &If) -> bool {
        is_light(self.f, branch, &|value, op| {
            // what is restored is read at a place of its own
            is_cheap(self.f, value, &self.seen_from_root(op))
        })
    }

    /// A read through a reference that is gone in the reverse half, as one of
    /// what it refers to, where that is still there.
    pub(super) fn seen_from_root(&self, op: &Op) -> Op {
        let mut op = op.clone();
        if let Op::Load(place)
        | Op::Query(place, _)
        | Op::Length(place)
        | Op::IsEmpty(place)
        | Op::Part(place, ..) = &mut op
            && !self.f.stable.contains(&place.base)
        {
            let seen = self.views.resolve(place);
            if self.f.stable.contains(&seen.base) || self.f.restored.contains(&seen.base) {
                *place = seen;
            }
        }
        op
    }
}

/// How a value is computed again.
enum Recipe {
    Op(Op),
    /// The branch that it is a result of.
    Branch(Box<If>),
}

impl Recipe {
    fn needs(&self) -> BTreeSet<ValueId> {
        match self {
            Recipe::Op(op) => {
                let mut needs = BTreeSet::new();
                op.for_each_use(&mut |used| {
                    needs.insert(*used);
                });
                needs
            }
            Recipe::Branch(branch) => needs_of(branch),
        }
    }
}

/// What a branch uses from outside.
pub(crate) fn needs_of(branch: &If) -> BTreeSet<ValueId> {
    let mut needs = crate::ir::free_values(&branch.then, &[]);
    needs.extend(crate::ir::free_values(&branch.other, &[]));
    needs.insert(branch.cond);
    needs
}

/// Loading a recorded value costs about as much as a few of these.
pub(crate) fn is_cheap(f: &Function, value: ValueId, op: &Op) -> bool {
    use crate::ir::BinaryOp::{Add, Mul, Sub};
    if matches!(op, Op::Function(..)) {
        return true;
    }
    if cfg!(feature = "record_all") {
        // for tests: what is recorded must not matter
        return false;
    }
    match op {
        Op::Binary(Add | Sub | Mul, _, _) => {
            // what did not overflow before does not now
            matches!(f.kind(value), Kind::Real(_) | Kind::Int)
        }
        // the content is still what it was
        Op::Load(place) | Op::Part(place, ..) => f.stable.contains(&place.base),
        // and so is the length where only elements change
        Op::Query(place, _) | Op::Length(place) | Op::IsEmpty(place) => {
            f.stable.contains(&place.base) || f.restored.contains(&place.base)
        }
        Op::Binary(op, _, _) => op.is_predicate() && f.kind(value) == Kind::Bool,
        // a constant by its name has one value, whatever its type is
        Op::Constant(tokens) => {
            matches!(f.kind(value), Kind::Real(_) | Kind::Int)
                || syn::parse2::<syn::Path>(tokens.clone()).is_ok()
        }
        // an element of a constant, by integers that cannot change in place
        Op::Verbatim(capture, _) => {
            let is_integer = |leaf: ValueId| f.kind(leaf) == Kind::Int && !f.is_reference(leaf);
            let is_integers = |(_, tree): &(_, Tree<ValueId>)| matches!(tree, Tree::Leaf(leaf) if is_integer(*leaf));
            capture.uses.iter().all(is_integers) && capture.is_lookup()
        }
        Op::Neg(_) => matches!(f.kind(value), Kind::Real(_)),
        Op::Number(_) | Op::Integer(_) | Op::Flag(_) | Op::Cast(..) | Op::Copy(..) => true,
        _ => false,
    }
}

/// Whether a branch chooses between numbers that are cheap to compute.
pub(crate) fn is_light(f: &Function, branch: &If, is_cheap: &dyn Fn(ValueId, &Op) -> bool) -> bool {
    fn count(branch: &If, is_cheap: &dyn Fn(ValueId, &Op) -> bool) -> Option<usize> {
        if branch.record.is_some() || branch.fused.is_some() {
            return None;
        }
        let mut total = 1;
        for stmt in branch.then.stmts.iter().chain(&branch.other.stmts) {
            total += match stmt {
                Stmt::Let(binding) if is_cheap(binding.value, &binding.op) => 1,
                Stmt::If(inner) => count(inner, is_cheap)?,
                _ => return None,
            };
        }
        Some(total)
    }
    let is_number = |value: &ValueId| matches!(f.kind(*value), Kind::Int | Kind::Bool);
    !cfg!(feature = "record_all")
        && branch.results.iter().all(is_number)
        && !branch.results.is_empty()
        && is_tied(branch)
        && count(branch, is_cheap).is_some_and(|total| total <= MAX_BRANCH)
}

/// Whether each result has its type from something other than literals: alone, these
/// would be of another type in the reverse half.
fn is_tied(branch: &If) -> bool {
    let is_literal = |arm: &Region, value: &ValueId| {
        arm.stmts.iter().any(|stmt| match stmt {
            Stmt::Let(Let { value: found, op }) if found == value => match op {
                Op::Integer(_) => true,
                Op::Constant(tokens) => syn::parse2::<syn::LitInt>(tokens.clone()).is_ok(),
                _ => false,
            },
            _ => false,
        })
    };
    let mut pairs = branch.then.yields.iter().zip(&branch.other.yields);
    pairs.all(|(a, b)| !is_literal(&branch.then, a) || !is_literal(&branch.other, b))
}

/// Chooses between recomputing and recording in one region.
struct Plan<'a> {
    recipes: &'a BTreeMap<ValueId, Recipe>,
    defined: &'a BTreeSet<ValueId>,
    recorded: BTreeSet<ValueId>,
}

impl Plan<'_> {
    /// Whether a value is there, recorded, or cheap to compute from such.
    fn is_available(&self, value: ValueId, depth: u32) -> bool {
        if !self.defined.contains(&value) || self.recorded.contains(&value) {
            return true;
        }
        let Some(recipe) = self.recipes.get(&value) else {
            return false;
        };
        let available = |used: &ValueId| self.is_available(*used, depth + 1);
        depth <= MAX_CHAIN && recipe.needs().iter().all(available)
    }

    /// The values to recompute so that `value` is there.
    fn collect(&self, value: ValueId, into: &mut BTreeSet<ValueId>) {
        if !self.defined.contains(&value) || self.recorded.contains(&value) || !into.insert(value) {
            return;
        }
        if let Some(recipe) = self.recipes.get(&value) {
            let needs = recipe.needs();
            needs.into_iter().for_each(|used| self.collect(used, into));
        }
    }
}

/// Values in an order in which they can be computed. It is that of the region but for
/// what is read where it was written: that needs the place, which may come later.
fn in_order(
    region: &Region,
    values: &BTreeSet<ValueId>,
    recipes: &BTreeMap<ValueId, Recipe>,
) -> Vec<ValueId> {
    fn visit(
        value: ValueId,
        values: &BTreeSet<ValueId>,
        recipes: &BTreeMap<ValueId, Recipe>,
        seen: &mut BTreeSet<ValueId>,
        order: &mut Vec<ValueId>,
    ) {
        if !values.contains(&value) || !seen.insert(value) {
            return;
        }
        for used in recipes.get(&value).map(Recipe::needs).unwrap_or_default() {
            visit(used, values, recipes, seen, order);
        }
        order.push(value);
    }
    let (mut seen, mut order) = (BTreeSet::new(), Vec::new());
    for value in region.stmts.iter().flat_map(crate::ir::definitions) {
        visit(value, values, recipes, &mut seen, &mut order);
    }
    order
}

/// Where in a reverse region memory that is restored has the content that a read of
/// the forward region saw.
#[derive(Default)]
struct Places {
    /// Where each read stands in the forward region.
    reads: BTreeMap<ValueId, (ValueId, usize)>,
    /// For each root the statements of the reverse region that restore it, each with
    /// the statement of the forward region that it mirrors, if that is known.
    restores: BTreeMap<ValueId, Vec<(usize, Option<usize>)>>,
}

impl Places {
    fn of(
        pass: &Pass,
        forward: &Region,
        recipes: &BTreeMap<ValueId, Recipe>,
        reverse: &Region,
    ) -> Self {
        let mut places = Places::default();
        if pass.f.restored.is_empty() {
            return places;
        }
        for (index, stmt) in forward.stmts.iter().enumerate() {
            let (read, from) = match stmt {
                Stmt::Let(Let {
                    value,
                    op: Op::Load(place),
                }) => (*value, place),
                Stmt::Store(store) => (store.value, &store.place),
                _ => continue,
            };
            if let (Some(root), Some(Recipe::Op(Op::Load(place)))) =
                (pass.restored(from), recipes.get(&read))
                && place.base == root
            {
                places.reads.entry(read).or_insert((root, index));
            }
        }
        for (index, stmt) in reverse.stmts.iter().enumerate() {
            let mut roots = BTreeSet::new();
            restored_in(stmt, &mut roots);
            let mirrored = match stmt {
                Stmt::RevBranch(branch) => find_index(forward, branch.of),
                Stmt::RevLoop(looped) => find_index(forward, looped.of),
                // right before the write is what it overwrites read
                Stmt::Store(store) => forward
                    .stmts
                    .iter()
                    .position(|stmt| crate::ir::definitions(stmt).contains(&store.value)),
                _ => None,
            };
            for root in roots {
                places
                    .restores
                    .entry(root)
                    .or_default()
                    .push((index, mirrored));
            }
        }
        places
    }

    /// After how many statements of the reverse region each value can be computed.
    fn of_each(
        &self,
        order: &[ValueId],
        recipes: &BTreeMap<ValueId, Recipe>,
    ) -> BTreeMap<ValueId, usize> {
        let mut positions: BTreeMap<ValueId, usize> = BTreeMap::new();
        if self.reads.is_empty() {
            return positions;
        }
        for value in order {
            let needs = recipes.get(value).map(Recipe::needs).unwrap_or_default();
            let needs = needs.iter().filter_map(|used| positions.get(used));
            let mut position = needs.copied().max().unwrap_or(0);
            if let Some((root, read)) = self.reads.get(value) {
                for (index, mirrored) in self.restores.get(root).into_iter().flatten() {
                    match mirrored {
                        Some(write) if write < read => {}
                        Some(_) => position = position.max(index + 1),
                        None => position = usize::MAX,
                    }
                }
            }
            positions.insert(*value, position);
        }
        positions
    }

    /// The first statement of a reverse region that uses a value.
    fn first_use(&self, reverse: &Region, value: ValueId) -> usize {
        let uses = |stmt: &Stmt| {
            let mut found = false;
            for_each_use(stmt, &mut |used| found |= used == value);
            found
        };
        let first = reverse.stmts.iter().position(uses);
        first.unwrap_or(reverse.stmts.len())
    }
}

/// The roots that a statement of the reverse half writes to: what it restores.
fn restored_in(stmt: &Stmt, into: &mut BTreeSet<ValueId>) {
    if let Stmt::Store(store) = stmt {
        into.insert(store.place.base);
    }
    for_each_region(stmt, &mut |inner, _| {
        inner.stmts.iter().for_each(|stmt| restored_in(stmt, into));
    });
}
