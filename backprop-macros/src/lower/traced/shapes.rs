//! The shapes of places that references may lead to.

use crate::ir::{
    Function, Hold, Op, Proj, Region, Stmt, ValueId, Views, collect_definitions, for_each_region,
};
use std::collections::{BTreeMap, BTreeSet};

/// More shapes, or more steps in one, are not followed.
const MOST: usize = 16;

/// The references that statements merge.
#[derive(Default)]
pub(super) struct Merged {
    /// How references hold what is traced.
    pub(super) hold: Hold,
    /// What is merged. After a loop a reference is what it was before an iteration.
    pub(super) sources: BTreeMap<ValueId, Vec<ValueId>>,
    /// What the statement that merges defines inside.
    pub(super) inside: BTreeMap<ValueId, BTreeSet<ValueId>>,
    /// References that are those of slices by their type.
    pub(super) slices: BTreeSet<ValueId>,
    /// What stands for a reference where there is none yet, and nobody looks.
    pub(super) absent: BTreeSet<ValueId>,
}

impl Merged {
    pub(super) fn visit(&mut self, f: &Function, region: &Region) {
        let hold = self.hold;
        let is_held = |value: &ValueId| f.info(*value).hold == hold;
        for stmt in &region.stmts {
            let mut found = Vec::new();
            match stmt {
                Stmt::Let(binding) => {
                    if hold == Hold::Shared
                        && let Op::Constant(tokens) = &binding.op
                        && tokens.to_string() == super::super::ssa::absent().to_string()
                    {
                        self.absent.insert(binding.value);
                    }
                    if let Op::Copy(from, Some(ty)) = &binding.op
                        && let syn::Type::Reference(reference) = &**ty
                        && matches!(*reference.elem, syn::Type::Slice(_))
                    {
                        self.slices.insert(binding.value);
                        if hold == Hold::Shared {
                            // arms of several types, which the type of the result makes one
                            self.slices.insert(*from);
                        }
                    }
                }
                Stmt::If(branch) => {
                    let arms = [&branch.then, &branch.other];
                    found = of_arms(&branch.results, &arms);
                }
                Stmt::Match(choice) => {
                    let arms: Vec<&Region> = choice.arms.iter().map(|arm| &arm.body).collect();
                    found = of_arms(&choice.results, &arms);
                }
                Stmt::Loop(looped) => {
                    for (i, param) in looped.params.iter().enumerate() {
                        let next = match looped.body.diverges() {
                            true => None,
                            false => looped.body.yields.get(i),
                        };
                        let from = std::iter::once(&looped.inits[i]).chain(next);
                        found.push((*param, from.copied().collect()));
                        found.push((looped.results[i], vec![*param]));
                    }
                }
                _ => {}
            }
            found.retain(|(value, _)| is_held(value));
            if !found.is_empty() {
                let mut inside = BTreeSet::new();
                for_each_region(stmt, &mut |inner, bound| {
                    inside.extend(bound);
                    collect_definitions(inner, &mut inside);
                });
                for (value, from) in found {
                    self.inside.insert(value, inside.clone());
                    self.sources.insert(value, from);
                }
            }
            for_each_region(stmt, &mut |inner, _| self.visit(f, inner));
        }
    }
}

fn of_arms(results: &[ValueId], arms: &[&Region]) -> Vec<(ValueId, Vec<ValueId>)> {
    let each = results.iter().enumerate().map(|(i, result)| {
        let arms = arms.iter().filter(|arm| !arm.diverges());
        let from = arms.filter_map(|arm| arm.yields.get(i).copied());
        (*result, from.collect())
    });
    each.collect()
}

/// A place with its indices left open.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Shape {
    pub(crate) root: ValueId,
    pub(crate) steps: Vec<Step>,
    /// Whether it is a range of what the steps lead to.
    pub(crate) is_range: bool,
}

/// A step into a value, its index left open.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Step {
    Index,
    Field(syn::Member),
    Deref,
    /// Through the lens of a call.
    Called(ValueId),
}

impl Shape {
    pub(super) fn of(root: ValueId) -> Self {
        Shape {
            root,
            steps: Vec::new(),
            is_range: false,
        }
    }

    /// The shape of a part.
    pub(super) fn along(mut self, path: &[Proj]) -> Option<Self> {
        for step in path {
            let step = match step {
                Proj::Range(..) => {
                    self.is_range = true;
                    continue;
                }
                Proj::Index(_) => {
                    self.is_range = false;
                    Step::Index
                }
                Proj::Field(member) if !self.is_range => Step::Field(member.clone()),
                Proj::Deref if !self.is_range => Step::Deref,
                Proj::Called(lens) if !self.is_range => Step::Called(*lens),
                Proj::Field(_)
                | Proj::Deref
                | Proj::Variant(..)
                | Proj::Called(_)
                | Proj::Own(..)
                | Proj::Selected(_) => return None,
            };
            self.steps.push(step);
        }
        (self.steps.len() < MOST).then_some(self)
    }

    /// The lenses of its steps.
    pub(super) fn lenses(&self) -> impl Iterator<Item = ValueId> {
        self.steps.iter().filter_map(|step| match step {
            Step::Called(lens) => Some(*lens),
            _ => None,
        })
    }

    pub(super) fn indices(&self) -> usize {
        let indices = self.steps.iter().filter(|step| **step == Step::Index);
        indices.count()
    }
}

/// What is known of each merged reference; nothing of those that are not listed.
pub(super) type Shapes = BTreeMap<ValueId, Vec<Shape>>;

pub(super) fn shapes(f: &Function, merged: &Merged, views: &Views) -> Shapes {
    let mut found: Shapes = merged
        .sources
        .keys()
        .map(|value| (*value, Vec::new()))
        .collect();
    let mut lost = BTreeSet::new();
    loop {
        let mut changed = false;
        for (value, sources) in &merged.sources {
            if lost.contains(value) {
                continue;
            }
            let mut known = found.get(value).cloned().unwrap_or_default();
            let mut is_lost = false;
            for source in sources {
                match of_source(f, merged, views, &found, &lost, *source) {
                    Some(more) => known.extend(more),
                    None => is_lost = true,
                }
            }
            if known.iter().any(|shape| shape.is_range) || merged.slices.contains(value) {
                // the type of the reference is that of a slice
                known.iter_mut().for_each(|shape| shape.is_range = true);
            }
            let mut each: Vec<Shape> = Vec::new();
            for shape in known {
                is_lost |= merged.inside[value].contains(&shape.root);
                if !each.contains(&shape) {
                    each.push(shape);
                }
            }
            if is_lost || each.len() > MOST {
                lost.insert(*value);
                changed = true;
            } else if found.get(value) != Some(&each) {
                found.insert(*value, each);
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    found.retain(|value, shapes| !lost.contains(value) && !shapes.is_empty());
    found
}

fn of_source(
    f: &Function,
    merged: &Merged,
    views: &Views,
    found: &Shapes,
    lost: &BTreeSet<ValueId>,
    value: ValueId,
) -> Option<Vec<Shape>> {
    let hold = f.info(value).hold;
    if merged.absent.contains(&value) {
        return Some(Vec::new());
    }
    if let Some(known) = found.get(&value) {
        return (!lost.contains(&value)).then(|| known.clone());
    }
    if let Some(place) = views.viewed(value) {
        if hold != merged.hold {
            return None;
        }
        let is_view = views.is_view(place.base) || found.contains_key(&place.base);
        let outer = match is_view || f.is_reference(place.base) {
            true => of_source(f, merged, views, found, lost, place.base)?,
            false => vec![Shape::of(place.base)],
        };
        let parts = outer.into_iter().map(|shape| {
            let mut part = shape.along(&place.path)?;
            part.is_range |= merged.slices.contains(&value);
            Some(part)
        });
        return parts.collect();
    }
    let is_parameter = f
        .params
        .iter()
        .any(|param| param.in_place && param.entry.any(|leaf| *leaf == value));
    (hold == merged.hold && is_parameter).then(|| vec![Shape::of(value)])
}
