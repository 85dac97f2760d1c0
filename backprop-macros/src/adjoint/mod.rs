//! The reverse half, as IR.
//!
//! The pass walks the forward half backwards and builds, for each active
//! statement, the statement that turns the adjoints of its results into
//! contributions to the adjoints of its operands: upstream × local gradient,
//! from the rule table. Adjoints are values like any other: the first
//! contribution *is* the adjoint, later ones are added.
//!
//! The reverse half may use every forward value, whether or not it is still
//! there: [`record`] sees to that.
//!
//! **Masked adjoints.** Where control flow or a router sends nothing, an
//! adjoint is zero although the local gradient behind it may be infinite, and
//! `0 × ∞` is NaN. The pass knows which adjoints can be such a zero and guards
//! what they are multiplied with: a masked branch contributes nothing.

mod again;
pub(crate) mod bounds;
pub(crate) mod call;
pub(crate) mod checkpoint;
mod control;
pub(crate) mod fuse;
pub(crate) mod guards;
pub(crate) mod lanes;
pub(crate) mod memory;
pub(crate) mod moves;
pub(crate) mod neighbours;
mod owned;
mod plain;
pub(crate) mod record;
pub(crate) mod restore;
pub(crate) mod runs;
pub(crate) mod slices;
pub(crate) mod sums;
pub(crate) mod windows;

use crate::analyse::Activity;
use crate::fence::catalogue as no;
use crate::ir::{
    Aggregate, BinaryOp, Function, Kind, Let, Method, Op, Place, Proj, Region, Reverse, Stmt, Tree,
    ValueId, Width,
};
use crate::rules::{self, Expr, Rule};
use proc_macro2::Span;
use std::collections::{BTreeMap, BTreeSet};

/// Adds the reverse half to `f`.
pub(crate) fn adjoint(f: &mut Function, activity: &Activity) {
    let mut pass = Pass {
        literals: literals(f),
        constants: call::constants(f),
        f,
        activity,
        adjoints: BTreeMap::new(),
        memory: BTreeMap::new(),
        snapshots: BTreeMap::new(),
        masked: BTreeSet::new(),
        pullbacks: BTreeMap::new(),
        out: Vec::new(),
        depth: 0,
    };
    pass.function();
}

struct Pass<'a> {
    f: &'a mut Function,
    activity: &'a Activity,
    /// The adjoint so far of each value that has one.
    adjoints: BTreeMap<ValueId, ValueId>,
    /// The adjoint of each value that is kept in place, where it has one.
    memory: BTreeMap<ValueId, ValueId>,
    /// Copies that a pullback needs, before and after its call.
    snapshots: BTreeMap<crate::ir::StmtId, memory::Snapshots>,
    /// Adjoints that are zero where control flow masks them.
    masked: BTreeSet<ValueId>,
    pullbacks: BTreeMap<crate::ir::StmtId, ValueId>,
    literals: BTreeMap<ValueId, Literal>,
    /// Constants that may be references.
    constants: BTreeSet<ValueId>,
    out: Vec<Stmt>,
    /// How many loops surround the current statement.
    depth: u32,
}

/// A value that the user wrote as a constant.
#[derive(Clone, Copy)]
pub(crate) enum Literal {
    Integer(i64),
    /// A float literal, a named constant, or an integer cast.
    Fixed,
}

impl Pass<'_> {
    fn function(&mut self) {
        self.f.stable = moves::stable(self.f);
        let buffers = self.buffers();
        // the upstream of an option is that of its payload
        let result = self.f.result.payload().clone();
        let upstream = self.seeds(&result, "upstream");
        self.seed(&result, &upstream);
        let mut exits = Vec::new();
        for param in self.f.params.clone() {
            exits.push(param.exit.map(|exit| {
                let seeds = self.seeds(&exit, "upstream");
                self.seed(&exit, &seeds);
                seeds
            }));
        }
        let body = std::mem::take(&mut self.f.body);
        self.region(&body);
        self.f.body = body;
        let mut adjoints = Vec::new();
        for param in self.f.params.clone() {
            adjoints.push(param.entry.map(&mut |leaf| match self.is_in_place(*leaf) {
                true if param.in_place || !param.active => None,
                true => Some(self.ensure(*leaf)),
                false => self.adjoints.get(leaf).copied(),
            }));
        }
        let pullbacks = std::mem::take(&mut self.pullbacks);
        let mut snapshots = std::mem::take(&mut self.snapshots);
        call::set_pullbacks(&mut self.f.body, &pullbacks, &mut snapshots);
        self.f.reverse = Some(Reverse {
            upstream,
            exits,
            body: Region {
                stmts: std::mem::take(&mut self.out),
                yields: Vec::new(),
            },
            adjoints,
            buffers,
        });
    }

    /// The adjoints of the parameters that are references: the caller's.
    fn buffers(&mut self) -> Vec<Option<ValueId>> {
        let mut buffers = Vec::new();
        for param in self.f.params.clone() {
            buffers.push(match (param.in_place, param.entry) {
                (true, Tree::Leaf(leaf)) => {
                    let buffer = self.adjoint_of(leaf);
                    self.f.info_mut(buffer).hold = self.f.info(leaf).hold;
                    self.memory.insert(leaf, buffer);
                    Some(buffer)
                }
                _ => None,
            });
        }
        buffers
    }

    /// A fresh upstream for each leaf, named after what it is the adjoint of.
    fn seeds(&mut self, tree: &Tree<ValueId>, name: &str) -> Tree<ValueId> {
        tree.map(&mut |leaf| {
            let info = self.f.info(*leaf).clone();
            let hint = info.hint.unwrap_or_else(|| name.to_owned());
            let seed = self.f.value(info.kind, Some(hint.clone()), info.span);
            self.f.info_mut(seed).adjoint = hint != name;
            if self.is_in_place(*leaf) {
                self.f.info_mut(seed).hold = crate::ir::Hold::Shared;
            }
            seed
        })
    }

    fn seed(&mut self, tree: &Tree<ValueId>, seeds: &Tree<ValueId>) {
        for (leaf, seed) in tree.zip(seeds).unwrap_or_default() {
            if !self.is_in_place(leaf) {
                self.contribute(leaf, seed);
            } else if self.activity.is_active(leaf) {
                let (kind, span) = (self.f.kind(seed), self.f.info(seed).span);
                let copy = self.push(Op::CopyGradient(seed), kind, span);
                self.contribute(leaf, copy);
            }
        }
    }

    /// Adds `d` to the adjoint of `value`, if it is active.
    fn contribute(&mut self, value: ValueId, d: ValueId) {
        if !self.activity.is_active(value) {
            return;
        }
        if self.activity.views.is_view(value) || self.is_in_place(value) {
            self.contribute_whole(value, d);
            return;
        }
        let total = match self.adjoints.get(&value) {
            None => d,
            Some(before) => {
                let before = *before;
                let span = self.f.info(value).span;
                let sum = self.push(
                    Op::Binary(BinaryOp::Add, before, d),
                    Kind::Real(Width::Any),
                    span,
                );
                if self.masked.contains(&before) && self.masked.contains(&d) {
                    self.masked.insert(sum);
                }
                sum
            }
        };
        if let Some(name) = self.f.info(value).hint.clone() {
            let info = self.f.info_mut(total);
            if info.hint.is_none() {
                info.hint = Some(name);
                info.adjoint = true;
            }
        }
        self.adjoints.insert(value, total);
    }

    fn push(&mut self, op: Op, kind: Kind, span: Span) -> ValueId {
        let value = self.f.value(kind, None, span);
        self.out.push(Stmt::Let(Let { value, op }));
        value
    }

    /// The reverse half of a region, appended to the current one.
    fn region(&mut self, region: &Region) {
        for stmt in region.stmts.iter().rev() {
            match stmt {
                Stmt::Let(binding) => match (self.take_adjoint(binding.value), &binding.op) {
                    (Some(d), _) => self.operation(binding, d),
                    // the vector was longer before
                    (None, Op::PopValue(place)) => self.popped(place, binding.value, None),
                    (None, _) => {}
                },
                Stmt::Store(store) => self.stored(store),
                Stmt::Mutate(mutate) => self.mutated(mutate),
                Stmt::Call(call) => self.call(stmt, call),
                Stmt::If(branch) => self.branch(stmt, branch),
                Stmt::Match(choice) => self.choice(stmt, choice),
                Stmt::Loop(looped) => self.looped(stmt, looped),
                _ => {}
            }
        }
    }

    fn operation(&mut self, binding: &Let, d: ValueId) {
        let span = self.f.info(binding.value).span;
        match &binding.op {
            Op::Copy(a, _) | Op::Deref(a) => self.contribute(*a, d),
            Op::Runtime("by_value" | "number" | "owned_option", args) => {
                self.contribute(args[0], d)
            }
            Op::Neg(a) => {
                let kind = self.f.kind(*a);
                let negated = self.push(Op::Neg(d), kind, span);
                self.inherit_mask(d, negated);
                self.contribute(*a, negated);
            }
            Op::Cast(a, _) | Op::Convert(_, a) => self.cast(*a, binding.value, d, span),
            Op::Project(a, index) if self.is_in_place(*a) => {
                let member = syn::Member::Unnamed((*index as usize).into());
                let place = Place::whole(*a).with(Proj::Field(member));
                self.contribute_at(&place, d, span);
            }
            Op::Load(place) if place.path.is_empty() && !self.f.is_reference(place.base) => {
                self.contribute(place.base, d);
            }
            Op::Load(place)
            | Op::Duplicate(place, _)
            | Op::ArrayLike(place, _)
            | Op::CopyAt(place) => self.contribute_at(place, d, span),
            Op::PopValue(place) => self.popped(place, binding.value, Some(d)),
            Op::Runtime("payload", args) => {
                let some = Op::Runtime("is_some", vec![args[0]]);
                let some = self.push(some, Kind::Bool, span);
                let op = Op::Runtime("some_if", vec![some, d]);
                let share = self.push(op, Kind::Opaque, span);
                self.masked.insert(share);
                self.contribute(args[0], share);
            }
            Op::Aggregate(aggregate, parts) => self.aggregated(aggregate, parts, d, span),
            Op::Repeat(a, _) | Op::Spread(a, _) => self.repeated(*a, d, span),
            Op::Project(a, index) => {
                let before = match self.adjoints.get(a) {
                    Some(before) => *before,
                    None => self.push(Op::ZeroGradient(*a), Kind::Opaque, span),
                };
                let total = self.push(Op::AddField(before, *index, d), Kind::Opaque, span);
                if self.activity.is_active(*a) {
                    self.adjoints.insert(*a, total);
                }
            }
            Op::Binary(op, a, b) if self.activity.is_number(binding.value) => {
                if let Some(rule) = rules::operator(*op) {
                    self.rule_of_numbers(rule, &[*a, *b], binding.value, d, span);
                }
            }
            Op::Method(Method::Smooth(rule), args) if self.activity.is_number(binding.value) => {
                self.rule_of_numbers(rule, args, binding.value, d, span);
            }
            Op::Binary(BinaryOp::Mul, a, b) if a == b => {
                if let Some(rule) = rules::square() {
                    self.rule(rule, &[*a], binding.value, d, span);
                }
            }
            Op::Binary(op, a, b) => {
                if let Some(rule) = rules::operator(*op) {
                    self.rule(rule, &[*a, *b], binding.value, d, span);
                }
            }
            Op::Method(Method::Smooth(rule), args) => {
                self.rule(rule, args, binding.value, d, span);
            }
            Op::Runtime(name, args) if rules::runtime(name).is_some() => {
                if let Some(rule) = rules::runtime(name) {
                    self.rule(rule, args, binding.value, d, span);
                }
            }
            Op::Runtime("as_real", args) => {
                let back = self.push(Op::Narrow(args[0], d), self.f.kind(args[0]), span);
                self.inherit_mask(d, back);
                self.contribute(args[0], back);
            }
            Op::Narrow(_, a) => {
                let op = Op::Runtime("as_real", vec![d]);
                let back = self.push(op, Kind::Real(Width::F64), span);
                self.inherit_mask(d, back);
                self.contribute(*a, back);
            }
            Op::CastTangent(like, a) => {
                let back = self.push(Op::Narrow(*like, d), self.f.kind(*a), span);
                self.inherit_mask(d, back);
                self.contribute(*a, back);
            }
            // where the tangent is zero, too, it is the guarded product that changes
            Op::Select(_, _, guarded) if self.f.guards.contains(&binding.value) => {
                self.contribute(*guarded, d);
            }
            Op::Select(cond, a, b) => {
                let zero = Expr::Number(0.0);
                let cond = Expr::Value(*cond);
                let to_a = cond.clone().select(Expr::Value(d), zero.clone());
                let to_b = cond.select(zero, Expr::Value(d));
                for (operand, share) in [(*a, to_a), (*b, to_b)] {
                    if self.activity.is_active(operand) {
                        let share = share.build(self.f, &mut self.out, span);
                        self.masked.insert(share);
                        self.contribute(operand, share);
                    }
                }
            }
            // nothing that carries a derivative is passed over
            op => {
                let carriers = crate::analyse::carriers(self.f, binding.value, op);
                if carriers.iter().any(|from| self.activity.is_active(*from)) {
                    self.f
                        .unsupported
                        .get_or_insert((span, no::UNKNOWN_EXPRESSION));
                }
            }
        }
    }

    fn inherit_mask(&mut self, from: ValueId, to: ValueId) {
        if self.masked.contains(&from) {
            self.masked.insert(to);
        }
    }

    /// A conversion between the float types: the adjoint is converted back.
    fn cast(&mut self, from: ValueId, to: ValueId, d: ValueId, span: Span) {
        if !self.activity.is_active(from) {
            return;
        }
        // the alias of a type may be that of an integer, which sends nothing back
        let d = match self.f.kind(to) {
            Kind::Opaque => {
                let op = Op::Runtime("as_real", vec![d]);
                let real = self.push(op, Kind::Real(Width::F64), span);
                self.inherit_mask(d, real);
                real
            }
            _ => d,
        };
        let ty = match (self.f.kind(from), self.f.kind(d)) {
            (a, b) if a == b && a != Kind::Real(Width::Any) => {
                self.contribute(from, d);
                return;
            }
            (Kind::Real(Width::F32), _) => Some(syn::parse_quote!(f32)),
            (Kind::Real(Width::F64), _) => Some(syn::parse_quote!(f64)),
            // of a type parameter, too: `as` makes none of those
            _ => None,
        };
        let kind = self.f.kind(from);
        let back = match ty {
            Some(ty) => self.push(Op::Cast(d, Box::new(ty)), kind, span),
            None => self.push(Op::Narrow(from, d), kind, span),
        };
        self.inherit_mask(d, back);
        self.contribute(from, back);
    }

    fn rule(&mut self, rule: &Rule, args: &[ValueId], result: ValueId, d: ValueId, span: Span) {
        let operands: Vec<Expr> = args.iter().map(|arg| self.operand(*arg)).collect();
        for (index, arg) in args.iter().enumerate() {
            if !self.activity.is_active(*arg) {
                continue;
            }
            let upstream = Expr::Value(d);
            let partial = rule.partial(&operands, Expr::Value(result), upstream.clone(), index);
            if partial.is_zero() {
                continue;
            }
            let masked = self.masked.contains(&d);
            let routes = matches!(partial, Expr::Select(..));
            let guarded = rule.singular || (masked && self.is_unbounded(rule, args, index));
            let partial = match guarded {
                true => partial.or_zero_where(&upstream),
                false => partial,
            };
            let before = self.out.len();
            let share = partial.build(self.f, &mut self.out, span);
            let guard = self.out[before..].iter().rev().find_map(|stmt| match stmt {
                Stmt::Let(Let { value, op }) => matches!(op, Op::Select(..)).then_some(*value),
                _ => None,
            });
            // a share that a router cuts off is zero for a reason of its own
            if let (true, false, Some(guard)) = (guarded, routes, guard) {
                self.f.masks.insert(guard, rule.singular);
            }
            if masked || routes {
                self.masked.insert(share);
            }
            self.contribute(*arg, share);
        }
    }

    /// The same, where operands and result may be integers: in `f64`, which
    /// [`Op::Narrow`] makes an adjoint of the operand's type of.
    fn rule_of_numbers(
        &mut self,
        rule: &Rule,
        args: &[ValueId],
        result: ValueId,
        d: ValueId,
        span: Span,
    ) {
        let mut as_real = |value: ValueId| {
            let op = Op::Runtime("as_real", vec![value]);
            self.push(op, Kind::Real(Width::F64), span)
        };
        let (upstream, value) = (Expr::Value(as_real(d)), as_real(result));
        let reals: Vec<ValueId> = args.iter().map(|arg| as_real(*arg)).collect();
        let operand = |(arg, real): (&ValueId, &ValueId)| match self.operand(*arg) {
            Expr::Value(_) => Expr::Value(*real),
            _ => Expr::Fixed(*real),
        };
        let operands: Vec<Expr> = args.iter().zip(&reals).map(operand).collect();
        for (index, arg) in args.iter().enumerate() {
            if !self.activity.is_active(*arg) {
                continue;
            }
            let partial = rule.partial(&operands, Expr::Value(value), upstream.clone(), index);
            if partial.is_zero() {
                continue;
            }
            let partial = partial.or_zero_where(&upstream);
            let share = partial.build(self.f, &mut self.out, span);
            let kind = self.f.kind(*arg);
            let share = self.push(Op::Narrow(*arg, share), kind, span);
            self.masked.insert(share);
            self.contribute(*arg, share);
        }
    }

    fn operand(&self, value: ValueId) -> Expr {
        operand(&self.literals, value)
    }

    /// Whether the local gradient can be infinite or NaN, at whatever a value
    /// that does not reach the result may be: the cosine of infinity is NaN.
    fn is_unbounded(&self, rule: &Rule, args: &[ValueId], index: usize) -> bool {
        match rule.name {
            "+" | "-" | "max" | "min" | "clamp" | "fract" | "midpoint" | "to_degrees"
            | "to_radians" | "next_up" | "next_down" => false,
            "*" => {
                let other = args.get(1 - index);
                !other.is_some_and(|other| self.literals.contains_key(other))
            }
            _ => true,
        }
    }

    /// The adjoint of a value whose definition the reverse half has reached, where nothing
    /// added to it. Nothing that changed its shape was undone either, if it is not active:
    /// so of a parameter of a loop, or a result of a call.
    pub(super) fn zero_at_definition(&mut self, of: ValueId, span: Span) -> ValueId {
        let zero = self.zero(of, span);
        self.f.info_mut(zero).initial = true;
        zero
    }

    pub(super) fn zero(&mut self, like: ValueId, span: Span) -> ValueId {
        match self.f.kind(like) {
            kind @ Kind::Container(..) => self.push(Op::ZeroGradient(like), kind, span),
            Kind::Opaque => self.push(Op::ZeroGradient(like), Kind::Opaque, span),
            kind @ (Kind::Int | Kind::Bool | Kind::Constant) => {
                self.push(Op::Aggregate(Aggregate::Tuple, Vec::new()), kind, span)
            }
            kind => self.push(Op::Number(0.0), kind, span),
        }
    }
}

/// An operand of a rule.
pub(crate) fn operand(literals: &BTreeMap<ValueId, Literal>, value: ValueId) -> Expr {
    match literals.get(&value) {
        Some(Literal::Integer(n)) => Expr::Literal(value, *n),
        Some(Literal::Fixed) => Expr::Fixed(value),
        None => Expr::Value(value),
    }
}

/// The values that the user wrote as literals, constants or integer casts.
pub(crate) fn literals(f: &Function) -> BTreeMap<ValueId, Literal> {
    fn visit(f: &Function, region: &Region, ints: &mut BTreeMap<ValueId, Literal>) {
        for stmt in &region.stmts {
            if let Stmt::Let(binding) = stmt {
                // a constant under another name counts as any other value
                let named = f.info(binding.value).hint.is_some();
                let literal = match &binding.op {
                    Op::Constant(tokens) => match syn::parse2::<syn::LitInt>(tokens.clone()) {
                        Ok(lit) => match lit.base10_parse() {
                            Ok(n) => Some(Literal::Integer(n)),
                            Err(_) => Some(Literal::Fixed),
                        },
                        Err(_) if !named && is_one(tokens) => Some(Literal::Integer(1)),
                        Err(_) => is_written_constant(tokens).then_some(Literal::Fixed),
                    },
                    Op::Neg(a) => match ints.get(a) {
                        Some(Literal::Integer(n)) => n.checked_neg().map(Literal::Integer),
                        Some(Literal::Fixed) => Some(Literal::Fixed),
                        None => None,
                    },
                    Op::Cast(a, _) => (f.kind(*a) == Kind::Int).then_some(Literal::Fixed),
                    // an exponent, in the formula of a tangent
                    Op::Integer(n) => Some(Literal::Integer(*n)),
                    _ => None,
                };
                if let Some(literal) = literal
                    && !(named && matches!(literal, Literal::Fixed))
                {
                    ints.insert(binding.value, literal);
                }
            }
            crate::ir::for_each_region(stmt, &mut |inner, _| visit(f, inner, ints));
        }
    }
    let mut found = BTreeMap::new();
    visit(f, &f.body, &mut found);
    found
}

/// `1.0`, of any width.
fn is_one(tokens: &proc_macro2::TokenStream) -> bool {
    let literal = syn::parse2::<syn::LitFloat>(tokens.clone());
    literal.is_ok_and(|literal| literal.base10_digits() == "1.0")
}

/// A float literal, or a path whose last segment is in capitals.
fn is_written_constant(tokens: &proc_macro2::TokenStream) -> bool {
    if let Ok(path) = syn::parse2::<syn::Path>(tokens.clone()) {
        let last = path
            .segments
            .last()
            .map(|segment| segment.ident.to_string());
        return last.is_some_and(|name| !name.chars().any(char::is_lowercase));
    }
    syn::parse2::<syn::Lit>(tokens.clone()).is_ok()
}
