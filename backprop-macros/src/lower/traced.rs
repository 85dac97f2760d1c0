//! Where `&mut` references lead that branches merge or loops carry.
//!
//! What is written through a reference has to be found by the reverse half. A reference
//! that is chosen by a condition, or assigned, may lead to one of several places: a root
//! and steps into it (a *shape*), and the indices that stand in the steps. Beside such a
//! reference goes a tag, the number of its shape, and its indices (the *slots*), as
//! integers that branches merge and loops carry like any other. A part of a part is one
//! part: `rest = &mut rest[k..]` adds to the start of the range, so that there are
//! finitely many shapes. Where there are not, as for lists, nothing is known of the
//! reference, and what is written through it is refused.

mod shapes;

use crate::fence::catalogue as no;
use crate::ir::{
    BinaryOp, Candidates, Function, Head, Hold, Kind, Let, Loop, Op, Place, Proj, Region, Stmt,
    ValueId, Views, for_each_region_mut, rewrite_region_uses,
};
use proc_macro2::{Ident, Span};
use shapes::{Merged, Shape, Shapes, shapes};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) use shapes::{Shape as Leading, Step};

/// Finds the places of merged references; each gets a name whose places are known.
pub(crate) fn trace(f: &mut Function) {
    let mut body = std::mem::take(&mut f.body);
    let mut merged = Merged {
        hold: Hold::Mut,
        ..Merged::default()
    };
    merged.visit(f, &body);
    if !merged.sources.is_empty() {
        let views = Views::of(f, &body);
        let mut pass = Pass {
            shapes: shapes(f, &merged, &views),
            f,
            views,
            slices: merged.slices,
            absent: merged.absent,
            known: BTreeMap::new(),
            names: BTreeMap::new(),
            gives_names: true,
        };
        pass.region(&mut body);
        let names = pass.names;
        rename(&mut body, &names);
        let to = |value: &mut ValueId| *value = names.get(value).copied().unwrap_or(*value);
        f.result.for_each_mut(&mut { to });
    }
    f.body = body;
}

/// Where the reference leads that a function returns, in one of its parameters.
pub(crate) struct Leads {
    pub(crate) shapes: Vec<Leading>,
    /// How many indices there are, the ends of ranges among them.
    pub(crate) slots: usize,
    /// The lenses that steps go through, in the order of their values.
    pub(crate) lenses: Vec<ValueId>,
}

impl Leads {
    /// Whether the first number tells which shape it is.
    pub(crate) fn is_tagged(&self) -> bool {
        self.shapes.len() > 1
    }
}

/// Makes the numbers the result that tell where the reference leads that a function
/// returns, in the parameter of this number; nothing, if that is not known.
pub(crate) fn result(f: &mut Function, root: usize) -> Option<Leads> {
    let crate::ir::Tree::Leaf(returned) = f.result else {
        return None;
    };
    let mut body = std::mem::take(&mut f.body);
    let mut merged = Merged {
        hold: Hold::Shared,
        ..Merged::default()
    };
    merged.visit(f, &body);
    let info = f.info(returned).clone();
    let whole = f.value(info.kind, None, info.span);
    merged.sources.insert(whole, vec![returned]);
    merged.inside.insert(whole, BTreeSet::new());
    let views = Views::of(f, &body);
    let mut pass = Pass {
        shapes: shapes(f, &merged, &views),
        f,
        views,
        slices: merged.slices,
        absent: merged.absent,
        known: BTreeMap::new(),
        names: BTreeMap::new(),
        gives_names: false,
    };
    pass.region(&mut body);
    let shapes = pass.shapes.get(&whole)?.clone();
    let known = pass.describe(returned, whole, &mut body.stmts);
    let root = f.params.get(root)?.entry.leaves();
    let is_part = |shape: &Shape| root == [shape.root];
    if !shapes.iter().all(is_part) || body.diverges() {
        return None;
    }
    let numbers = known.values().map(crate::ir::Tree::Leaf).collect();
    f.result = crate::ir::Tree::Tuple(numbers);
    f.body = body;
    Some(Leads {
        slots: slots(&shapes),
        lenses: known.lenses.into_keys().collect(),
        shapes,
    })
}

/// The tag and the slots of a reference: the ends of the range, if it is one, then the
/// indices.
#[derive(Clone)]
struct Known {
    tag: Option<ValueId>,
    slots: Vec<ValueId>,
    /// The lenses that its steps may go through, as [`Op::Chosen`].
    lenses: BTreeMap<ValueId, ValueId>,
}

impl Known {
    fn values(&self) -> impl Iterator<Item = ValueId> {
        let numbers = self.tag.iter().chain(&self.slots);
        numbers.chain(self.lenses.values()).copied()
    }
}

struct Pass<'a> {
    f: &'a mut Function,
    views: Views,
    shapes: Shapes,
    slices: BTreeSet<ValueId>,
    absent: BTreeSet<ValueId>,
    known: BTreeMap<ValueId, Known>,
    /// The names of merged references whose places are known.
    names: BTreeMap<ValueId, ValueId>,
    /// Whether they get such names.
    gives_names: bool,
}

impl Pass<'_> {
    fn region(&mut self, region: &mut Region) {
        for mut stmt in std::mem::take(&mut region.stmts) {
            let mut after = Vec::new();
            match &mut stmt {
                Stmt::Loop(looped) => {
                    let mut before = Vec::new();
                    self.looped(looped, &mut before, &mut after);
                    region.stmts.append(&mut before);
                }
                stmt => for_each_region_mut(stmt, &mut |inner| self.region(inner)),
            }
            match &mut stmt {
                Stmt::If(branch) => {
                    let mut arms = [&mut branch.then, &mut branch.other];
                    self.arms(&mut branch.results, &mut arms, &mut after);
                }
                Stmt::Match(choice) => {
                    let arms = choice.arms.iter_mut();
                    let mut arms: Vec<&mut Region> = arms.map(|arm| &mut arm.body).collect();
                    self.arms(&mut choice.results, &mut arms, &mut after);
                }
                _ => {}
            }
            region.stmts.push(stmt);
            region.stmts.append(&mut after);
        }
    }

    fn arms(
        &mut self,
        results: &mut Vec<ValueId>,
        arms: &mut [&mut Region],
        after: &mut Vec<Stmt>,
    ) {
        for (i, result) in results.clone().into_iter().enumerate() {
            if !self.shapes.contains_key(&result) {
                continue;
            }
            for arm in arms.iter_mut().filter(|arm| !arm.diverges()) {
                let known = self.describe(arm.yields[i], result, &mut arm.stmts);
                arm.yields.extend(known.values());
            }
            let known = self.fresh(result);
            results.extend(known.values());
            self.give_name(result, known, after);
        }
    }

    fn looped(&mut self, looped: &mut Loop, before: &mut Vec<Stmt>, after: &mut Vec<Stmt>) {
        let carried: Vec<usize> = (0..looped.params.len())
            .filter(|i| self.shapes.contains_key(&looped.params[*i]))
            .collect();
        let mut heads = Vec::new();
        for i in &carried {
            let (init, param) = (looped.inits[*i], looped.params[*i]);
            let known = self.describe(init, param, before);
            looped.inits.extend(known.values());
            let known = self.fresh(param);
            looped.params.extend(known.values());
            if let (Head::While(cond), true) = (&mut looped.head, self.gives_names) {
                // the condition has a name of its own
                let mut stmts = Vec::new();
                let name = self.traced(param, &known, &mut stmts);
                rewrite_region_uses(cond, &mut |used| {
                    if *used == param {
                        *used = name;
                    }
                });
                stmts.append(&mut cond.stmts);
                cond.stmts = stmts;
            }
            self.give_name(param, known, &mut heads);
        }
        if let Head::While(cond) = &mut looped.head {
            self.region(cond);
        }
        self.region(&mut looped.body);
        for i in &carried {
            let param = looped.params[*i];
            let next = match looped.body.diverges() {
                true => self.known[&param].clone(),
                false => self.describe(looped.body.yields[*i], param, &mut looped.body.stmts),
            };
            looped.body.yields.extend(next.values());
        }
        heads.append(&mut looped.body.stmts);
        looped.body.stmts = heads;
        for i in &carried {
            let result = looped.results[*i];
            let known = self.fresh(looped.params[*i]);
            looped.results.extend(known.values());
            self.shapes
                .insert(result, self.shapes[&looped.params[*i]].clone());
            self.give_name(result, known, after);
        }
    }

    /// Values for the tag and the slots of a reference.
    fn fresh(&mut self, merged: ValueId) -> Known {
        let span = self.f.info(merged).span;
        let shapes = &self.shapes[&merged];
        let (tags, slots) = (shapes.len() > 1, slots(shapes));
        let lenses = lenses(shapes);
        let mut value = |kind| self.f.value(kind, None, span);
        Known {
            tag: tags.then(|| value(Kind::Int)),
            slots: (0..slots).map(|_| value(Kind::Int)).collect(),
            lenses: lenses
                .into_iter()
                .map(|lens| (lens, value(Kind::Constant)))
                .collect(),
        }
    }

    /// The name of a reference whose places are known.
    fn give_name(&mut self, merged: ValueId, known: Known, into: &mut Vec<Stmt>) {
        if self.gives_names {
            let name = self.traced(merged, &known, into);
            self.names.insert(merged, name);
        }
        self.known.insert(merged, known);
    }

    fn traced(&mut self, merged: ValueId, known: &Known, into: &mut Vec<Stmt>) -> ValueId {
        let info = self.f.info(merged).clone();
        let value = self.f.value(info.kind, info.hint, info.span);
        self.f.info_mut(value).hold = Hold::Mut;
        let place = |shape: &Shape| {
            let ends = usize::from(shape.is_range) * 2;
            let mut indices = known.slots[ends..].iter();
            let mut place = Place::whole(shape.root);
            place
                .path
                .extend(shape.steps.iter().filter_map(|step| match step {
                    Step::Index => indices.next().map(|index| Proj::Index(*index)),
                    Step::Field(member) => Some(Proj::Field(member.clone())),
                    Step::Deref => Some(Proj::Deref),
                    Step::Called(lens) => {
                        let lens = known.lenses.get(lens).unwrap_or(lens);
                        Some(Proj::Called(*lens))
                    }
                }));
            match shape.is_range {
                true => {
                    let (start, end) = (known.slots[0], known.slots[1]);
                    place.with(Proj::Range(Some(start), Some(end), false))
                }
                false => place,
            }
        };
        let candidates = Candidates {
            tag: known.tag,
            places: self.shapes[&merged].iter().map(place).collect(),
        };
        let op = Op::Traced(merged, candidates);
        into.push(Stmt::Let(Let { value, op }));
        value
    }

    /// The tag and the slots of `value` as those of `merged`, which it goes into.
    fn describe(&mut self, value: ValueId, merged: ValueId, into: &mut Vec<Stmt>) -> Known {
        let span = self.f.info(value).span;
        if self.absent.contains(&value) {
            return self.nowhere(merged, span, into);
        }
        let mut steps = Vec::new();
        let mut base = value;
        while let Some(place) = self.views.viewed(base)
            && !self.known.contains_key(&base)
        {
            if self.slices.contains(&base) {
                steps.push(Proj::Range(None, None, false));
            }
            steps.extend(place.path.iter().rev().cloned());
            base = place.base;
        }
        steps.reverse();
        let (from, known) = match self.known.get(&base) {
            Some(known) => (self.shapes[&base].clone(), known.clone()),
            None => {
                let known = Known {
                    tag: None,
                    slots: Vec::new(),
                    lenses: BTreeMap::new(),
                };
                (vec![Shape::of(base)], known)
            }
        };
        let to = self.shapes[&merged].clone();
        let is_range = to[0].is_range;
        let tag = match to.len() {
            1 => None,
            _ => {
                let numbers = from.iter().map(|shape| {
                    let mut part = shape.clone().along(&steps)?;
                    part.is_range |= is_range;
                    to.iter().position(|shape| *shape == part)
                });
                let numbers: Option<Vec<usize>> = numbers.collect();
                match numbers {
                    Some(numbers) => Some(self.translated(known.tag, &numbers, span, into)),
                    None => Some(self.lost(span, into)),
                }
            }
        };
        let mut chosen = BTreeMap::new();
        for lens in lenses(&to) {
            let is_here = steps
                .iter()
                .any(|step| matches!(step, Proj::Called(called) if *called == lens));
            let value = match known.lenses.get(&lens) {
                Some(before) => *before,
                None => {
                    let value = self.f.value(Kind::Constant, None, span);
                    let op = Op::Chosen(is_here.then_some(lens));
                    into.push(Stmt::Let(Let { value, op }));
                    value
                }
            };
            chosen.insert(lens, value);
        }
        // from the outermost range inwards
        let is_whole = |step: &Proj| matches!(step, Proj::Range(None, None, _));
        let ends = from[0].is_range && steps.iter().all(is_whole);
        let ends = ends.then(|| known.slots[..2].to_vec());
        let (mut start, mut indices) = match from[0].is_range {
            true => (Some(known.slots[0]), known.slots[2..].to_vec()),
            false => (None, known.slots),
        };
        let mut fill = from.iter().map(Shape::indices);
        let first = fill.next().unwrap_or(0);
        let uneven = fill.any(|count| count != first);
        for step in steps {
            match step {
                Proj::Range(Some(from), ..) => start = Some(self.sum(start, from, span, into)),
                Proj::Index(index) => {
                    if uneven {
                        // the new index does not stand in one slot
                        self.lost(span, into);
                    }
                    indices.push(self.sum(start.take(), index, span, into));
                }
                _ => {}
            }
        }
        let mut slots = Vec::new();
        if let Some(ends) = ends {
            // the reference itself may be one that is not there
            slots = ends;
        } else if is_range {
            let start = match start {
                Some(start) => start,
                None => self.push(Op::Integer(0), span, into),
            };
            let len = Op::Query(Place::whole(value), Ident::new("len", span));
            let len = self.push(len, span, into);
            slots = vec![start, self.sum(Some(start), len, span, into)];
        }
        slots.extend(indices);
        while slots.len() < self::slots(&to) {
            slots.push(self.push(Op::Integer(0), span, into));
        }
        slots.truncate(self::slots(&to));
        Known {
            tag,
            slots,
            lenses: chosen,
        }
    }

    /// The tag and the slots of a reference that is not there.
    fn nowhere(&mut self, merged: ValueId, span: Span, into: &mut Vec<Stmt>) -> Known {
        let shapes = self.shapes[&merged].clone();
        let mut none = |op, kind| {
            let value = self.f.value(kind, None, span);
            into.push(Stmt::Let(Let { value, op }));
            value
        };
        let mut zero = || none(Op::Integer(0), Kind::Int);
        let tag = (shapes.len() > 1).then(&mut zero);
        let slots = (0..slots(&shapes)).map(|_| zero()).collect();
        let lenses = lenses(&shapes).into_iter();
        let lenses = lenses.map(|lens| (lens, none(Op::Chosen(None), Kind::Constant)));
        Known {
            tag,
            slots,
            lenses: lenses.collect(),
        }
    }

    /// The number of a shape among others.
    fn translated(
        &mut self,
        tag: Option<ValueId>,
        numbers: &[usize],
        span: Span,
        into: &mut Vec<Stmt>,
    ) -> ValueId {
        if let Some(tag) = tag
            && numbers.iter().enumerate().all(|(i, number)| i == *number)
        {
            return tag;
        }
        let last = numbers.last().copied().unwrap_or(0);
        let mut value = self.push(Op::Integer(last as i64), span, into);
        let Some(tag) = tag else {
            return value;
        };
        for (i, number) in numbers.iter().enumerate().rev().skip(1) {
            let literal = self.push(Op::Integer(i as i64), span, into);
            let number = self.push(Op::Integer(*number as i64), span, into);
            let cond = self.f.value(Kind::Bool, None, span);
            let op = Op::Binary(BinaryOp::Eq, tag, literal);
            into.push(Stmt::Let(Let { value: cond, op }));
            value = self.push(Op::Select(cond, number, value), span, into);
        }
        value
    }

    fn sum(
        &mut self,
        start: Option<ValueId>,
        more: ValueId,
        span: Span,
        into: &mut Vec<Stmt>,
    ) -> ValueId {
        match start {
            Some(start) => self.push(Op::Binary(BinaryOp::Add, start, more), span, into),
            None => more,
        }
    }

    fn push(&mut self, op: Op, span: Span, into: &mut Vec<Stmt>) -> ValueId {
        let value = self.f.value(Kind::Int, None, span);
        into.push(Stmt::Let(Let { value, op }));
        value
    }

    /// Nothing is guessed: the function is refused.
    fn lost(&mut self, span: Span, into: &mut Vec<Stmt>) -> ValueId {
        let refusal = (span, no::MUT_REFERENCE_CHOSEN);
        self.f.unsupported.get_or_insert(refusal);
        self.push(Op::Integer(0), span, into)
    }
}

/// How many slots references of these shapes have.
fn slots(shapes: &[Shape]) -> usize {
    let ends = usize::from(shapes.iter().any(|shape| shape.is_range)) * 2;
    ends + shapes.iter().map(Shape::indices).max().unwrap_or(0)
}

/// The lenses that references of these shapes go through.
fn lenses(shapes: &[Shape]) -> BTreeSet<ValueId> {
    shapes.iter().flat_map(Shape::lenses).collect()
}

/// Uses the new names, but where they are given.
fn rename(region: &mut Region, names: &BTreeMap<ValueId, ValueId>) {
    for stmt in &mut region.stmts {
        match stmt {
            Stmt::Let(binding) if matches!(binding.op, Op::Traced(..)) => {}
            Stmt::If(_) | Stmt::Match(_) | Stmt::Loop(_) => {
                own_uses(stmt, names);
                for_each_region_mut(stmt, &mut |inner| rename(inner, names));
            }
            stmt => crate::ir::rewrite_uses(stmt, &mut |value| to(names, value)),
        }
    }
    region.yields.iter_mut().for_each(|value| to(names, value));
}

/// What a statement uses itself that may be a reference.
fn own_uses(stmt: &mut Stmt, names: &BTreeMap<ValueId, ValueId>) {
    match stmt {
        Stmt::Match(choice) => choice.scrutinee.for_each_mut(&mut |value| to(names, value)),
        Stmt::Loop(looped) => looped.inits.iter_mut().for_each(|value| to(names, value)),
        _ => {}
    }
}

fn to(names: &BTreeMap<ValueId, ValueId>, value: &mut ValueId) {
    if let Some(name) = names.get(value) {
        *value = *name;
    }
}
