//! Forward mode, as IR: each statement is followed by its tangent.
//!
//! The pass is a function from a function to a function: that of the values and
//! their tangents. Each parameter is followed by its tangent, and the result is
//! the pair of both. A tangent is the sum of upstream × local gradient over the
//! operands, from the same rule table as the reverse half, with the tangent of the
//! operand for the upstream: the rules are linear in it.
//!
//! Only active values have tangents; that of any other is zero, and is written
//! down only where a place has to be filled. What is kept in memory has a tangent
//! in memory, of the shape of its gradient; views are resolved, as in the adjoint.
//!
//! **Strong zero.** A tangent of zero contributes nothing, however steep the slope
//! is: `0 × ∞` would be NaN. Where a slope can be infinite although the value is a
//! number, the product is guarded.

pub(crate) mod call;
mod control;
mod memory;

use crate::adjoint::{Literal, literals};
use crate::analyse::Activity;
use crate::fence::catalogue as no;
use crate::ir::{
    Aggregate, BinaryOp, Function, Kind, Let, Method, Op, Param, Place, Region, Stmt, Tree,
    ValueId, Width,
};
use crate::rules::{self, Expr, Rule};
use proc_macro2::Span;
use std::collections::{BTreeMap, BTreeSet};

/// The function that computes the values of `f` and their tangents.
pub(crate) fn tangent(f: &Function, activity: &Activity) -> Function {
    of(f, activity, false)
}

/// The function whose gradient holds the second derivatives of `f`: that of the
/// tangent of its result. By the tangents it is the gradient of `f`, by the values the
/// Hessian times the tangents.
pub(crate) fn to_differentiate(f: &Function, activity: &Activity) -> Function {
    let mut g = with_tangent(f, activity);
    if let Tree::Tuple(pair) = &mut g.result
        && let Some(tangent) = pair.pop()
    {
        g.result = tangent;
    }
    g
}

/// The same for callers: its gradient holds that of the value and of the tangent.
pub(crate) fn with_tangent(f: &Function, activity: &Activity) -> Function {
    of(f, activity, true)
}

fn of(f: &Function, activity: &Activity, is_differentiated: bool) -> Function {
    let mut pass = Pass {
        literals: literals(f),
        absent: absent(&f.body),
        inner: BTreeSet::new(),
        f: f.clone(),
        activity,
        tangents: BTreeMap::new(),
        out: Vec::new(),
        is_differentiated,
    };
    pass.function();
    let mut f = pass.f;
    memory::moves(&mut f);
    f.stable = crate::adjoint::moves::stable(&f);
    f
}

fn absent(region: &Region) -> BTreeSet<ValueId> {
    let mut found = BTreeSet::new();
    for stmt in &region.stmts {
        if let Stmt::Let(binding) = stmt
            && binding.op.is_absent()
        {
            found.insert(binding.value);
        }
        crate::ir::for_each_region(stmt, &mut |inner, _| found.extend(absent(inner)));
    }
    found
}

struct Pass<'a> {
    f: Function,
    activity: &'a Activity,
    /// The tangent of each number, and of each value in memory that is no view.
    tangents: BTreeMap<ValueId, ValueId>,
    literals: BTreeMap<ValueId, Literal>,
    /// What stands where no value is.
    absent: BTreeSet<ValueId>,
    /// References whose tangents are values of the arm in which they were bound.
    inner: BTreeSet<ValueId>,
    out: Vec<Stmt>,
    /// Whether the result goes to the adjoint pass.
    is_differentiated: bool,
}

impl Pass<'_> {
    fn function(&mut self) {
        let mut params = Vec::new();
        for param in self.f.params.clone() {
            let entry = self.fresh_tree(&param.entry);
            params.push(param.clone());
            params.push(Param {
                entry,
                exit: None,
                active: param.active,
                in_place: param.in_place,
                is_owned: param.is_owned,
            });
        }
        let body = std::mem::take(&mut self.f.body);
        self.region(&body);
        for (index, param) in self.f.params.clone().iter().enumerate() {
            if let Some(exit) = &param.exit {
                params[2 * index + 1].exit = Some(self.tangent_tree(exit));
            }
        }
        let result = self.f.result.clone();
        let tangent = match body.diverges() {
            true => Tree::unit(),
            false => self.result_tree(&result),
        };
        self.f.body = Region {
            stmts: std::mem::take(&mut self.out),
            yields: body.yields,
        };
        self.f.result = Tree::Tuple(vec![result, tangent]);
        self.f.params = params;
    }

    /// The tangent of a result; of the payload, if there is one.
    fn result_tree(&mut self, tree: &Tree<ValueId>) -> Tree<ValueId> {
        match tree {
            Tree::Option(some, payload) => {
                let payload = self.tangent_tree(payload);
                Tree::Option(some.clone(), Box::new(payload))
            }
            Tree::Result(ok, _) => self.result_tree(ok),
            Tree::Leaf(leaf) if self.f.returns_slice && self.is_active(*leaf) => {
                Tree::Leaf(self.copied_slice(*leaf))
            }
            tree => self.tangent_tree(tree),
        }
    }

    fn region(&mut self, region: &Region) {
        for stmt in &region.stmts {
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Let(binding) => self.operation(binding),
            Stmt::Store(store) => self.stored(store),
            Stmt::Mutate(mutate) => self.mutated(mutate),
            Stmt::Call(call) => self.call(call),
            Stmt::If(branch) => self.branch(branch),
            Stmt::Match(choice) => self.choice(choice),
            Stmt::Loop(looped) => self.looped(looped),
            stmt => self.out.push(stmt.clone()),
        }
    }

    fn push(&mut self, op: Op, kind: Kind, span: Span) -> ValueId {
        let value = self.f.value(kind, None, span);
        self.out.push(Stmt::Let(Let { value, op }));
        value
    }

    /// A fresh value that is named as the tangent of `value`.
    fn fresh(&mut self, value: ValueId) -> ValueId {
        let info = self.f.info(value).clone();
        let tangent = self.f.value(info.kind, info.hint, info.span);
        let new = self.f.info_mut(tangent);
        new.adjoint = true;
        new.hold = info.hold;
        tangent
    }

    /// `op` as the tangent of `value`.
    fn define(&mut self, value: ValueId, op: Op) -> ValueId {
        let tangent = self.fresh(value);
        self.f.info_mut(tangent).hold = crate::ir::Hold::Value;
        self.out.push(Stmt::Let(Let { value: tangent, op }));
        self.tangents.insert(value, tangent);
        tangent
    }

    /// Fresh tangents for each leaf that can have one, and `()` for the others.
    fn fresh_tree(&mut self, tree: &Tree<ValueId>) -> Tree<ValueId> {
        self.shaped(tree, &mut |this, leaf| {
            let tangent = this.fresh(leaf);
            if this.activity.is_active(leaf) {
                this.tangents.insert(leaf, tangent);
            }
            tangent
        })
    }

    /// The tangents of a tree: zero for constants, `()` for what has no derivative.
    fn tangent_tree(&mut self, tree: &Tree<ValueId>) -> Tree<ValueId> {
        self.shaped(tree, &mut |this, leaf| this.owned(leaf))
    }

    /// A tree of tangents. References are looked through.
    fn shaped(
        &mut self,
        tree: &Tree<ValueId>,
        leaf: &mut dyn FnMut(&mut Self, ValueId) -> ValueId,
    ) -> Tree<ValueId> {
        match tree {
            Tree::Leaf(value) => match self.f.kind(*value) {
                Kind::Int | Kind::Bool | Kind::Constant => Tree::unit(),
                _ => Tree::Leaf(leaf(self, *value)),
            },
            Tree::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.shaped(part, leaf));
                Tree::Tuple(parts.collect())
            }
            Tree::Ref(inner) => self.shaped(inner, leaf),
            Tree::Option(..) | Tree::Result(..) => self.shaped(tree.payload(), leaf),
        }
    }

    fn is_active(&self, value: ValueId) -> bool {
        match self.activity.views.is_view(value) {
            true => self.activity.is_active(self.activity.views.root(value)),
            false => self.activity.is_active(value),
        }
    }

    /// The statement itself, then the tangent of what it defines.
    fn operation(&mut self, binding: &Let) {
        let value = binding.value;
        let binding = &self.in_mode(binding);
        let primal = Stmt::Let(binding.clone());
        if let Op::PopValue(place) = &binding.op {
            self.out.push(primal);
            self.popped(place, value);
            return;
        }
        if self.activity.views.is_view(value) || !self.activity.is_active(value) {
            self.out.push(primal);
            return;
        }
        if let Op::Aggregate(aggregate, parts) = &binding.op {
            self.aggregated(binding, aggregate, parts);
            return;
        }
        self.out.push(primal);
        let span = self.f.info(value).span;
        let carriers = crate::analyse::carriers(&self.f, value, &binding.op);
        match &binding.op {
            Op::NewVec(n) => {
                self.define(value, Op::NewVec(*n));
            }
            Op::Repeat(a, count) if !self.is_in_place(*a) => {
                let tangent = self.number(*a);
                self.define(value, Op::Repeat(tangent, count.clone()));
            }
            _ if !carriers.iter().any(|from| self.is_active(*from)) => {
                let zero = self.zero(value);
                self.bind(value, zero);
            }
            Op::Repeat(a, count) => {
                let tangent = self.owned(*a);
                self.define(value, Op::Spread(tangent, count.clone()));
            }
            Op::Copy(a, _) | Op::Deref(a) => self.read(value, &Place::whole(*a)),
            Op::Runtime("by_value" | "number" | "owned_option", args) => {
                self.read(value, &Place::whole(args[0]))
            }
            Op::Runtime("payload", args) => {
                let option = self.referred(args[0]);
                self.define(value, Op::Runtime("payload", vec![option]));
            }
            Op::Load(place) => self.read(value, place),
            Op::Duplicate(place, method) => self.duplicated(value, place, method),
            Op::Project(a, index) => {
                let member = syn::Member::Unnamed((*index as usize).into());
                let place = Place::whole(*a).with(crate::ir::Proj::Field(member));
                self.read(value, &place);
            }
            Op::Neg(a) => {
                let tangent = self.number(*a);
                self.define(value, Op::Neg(tangent));
            }
            Op::Cast(a, ty) => self.cast(value, *a, ty),
            Op::Convert(path, a) => match self.f.kind(*a) {
                Kind::Real(_) => {
                    let tangent = self.number(*a);
                    self.define(value, Op::Convert(path.clone(), tangent));
                }
                _ => {
                    let tangent = self.number(*a);
                    self.define(value, Op::CastTangent(*a, tangent));
                }
            },
            Op::Binary(op, a, b) if self.activity.is_number(value) => {
                if let Some(rule) = rules::operator(*op) {
                    self.rule_of_numbers(rule, &[*a, *b], value, span);
                }
            }
            Op::Method(Method::Smooth(rule), args) if self.activity.is_number(value) => {
                self.rule_of_numbers(rule, args, value, span);
            }
            Op::Binary(BinaryOp::Mul, a, b) if a == b => {
                if let Some(rule) = rules::square() {
                    self.rule(rule, &[*a], value, span);
                }
            }
            Op::Binary(op, a, b) => {
                if let Some(rule) = rules::operator(*op) {
                    self.rule(rule, &[*a, *b], value, span);
                }
            }
            Op::Method(Method::Smooth(rule), args) => self.rule(rule, args, value, span),
            Op::Select(cond, a, b) => {
                let (a, b) = (self.number(*a), self.number(*b));
                self.define(value, Op::Select(*cond, a, b));
            }
            // nothing that carries a derivative is passed over
            _ => {
                self.f
                    .unsupported
                    .get_or_insert((span, no::UNKNOWN_EXPRESSION));
            }
        }
    }

    /// Makes `tangent` that of `value`, under its name if it has none.
    fn bind(&mut self, value: ValueId, tangent: ValueId) {
        let hint = self.f.info(value).hint.clone();
        let info = self.f.info_mut(tangent);
        if info.hint.is_none() && hint.is_some() {
            info.hint = hint;
            info.adjoint = true;
        }
        self.tangents.insert(value, tangent);
    }

    /// A conversion between the number types.
    fn cast(&mut self, value: ValueId, a: ValueId, ty: &syn::Type) {
        let tangent = self.number(a);
        match (self.f.kind(a), self.f.kind(value)) {
            // an alias may be that of an integer, which has none
            (_, Kind::Opaque) => {
                let span = self.f.info(value).span;
                let wide = self.push(Op::CastTangent(a, tangent), Kind::Real(Width::F64), span);
                self.define(value, Op::Narrow(value, wide));
            }
            (from, to) if from == to && from != Kind::Real(Width::Any) => self.bind(value, tangent),
            (Kind::Real(_), _) => {
                self.define(value, Op::Cast(tangent, Box::new(ty.clone())));
            }
            // an integer has the tangent `()`
            _ => {
                let span = self.f.info(value).span;
                let wide = self.push(Op::CastTangent(a, tangent), Kind::Real(Width::F64), span);
                self.define(value, Op::Cast(wide, Box::new(ty.clone())));
            }
        }
    }

    /// The sum of upstream × local gradient over the operands.
    fn rule(&mut self, rule: &Rule, args: &[ValueId], result: ValueId, span: Span) {
        let operands: Vec<Expr> = args.iter().map(|arg| self.operand(*arg)).collect();
        let mut total: Option<ValueId> = None;
        for (index, arg) in args.iter().enumerate() {
            if !self.is_active(*arg) {
                continue;
            }
            let tangent = self.number(*arg);
            let upstream = Expr::Value(tangent);
            let share = rule.partial(&operands, Expr::Value(result), upstream.clone(), index);
            if share.is_zero() {
                continue;
            }
            let is_guarded = rule.singular || self.may_be_steep(rule, args, index);
            let mut share = share.build(&mut self.f, &mut self.out, span);
            if is_guarded {
                let guarded = Expr::Value(share).or_zero_where(&upstream);
                share = guarded.build(&mut self.f, &mut self.out, span);
                self.f.guards.insert(share);
            }
            total = Some(match total {
                None => share,
                Some(total) => {
                    let op = Op::Binary(BinaryOp::Add, total, share);
                    self.push(op, Kind::Real(Width::Any), span)
                }
            });
        }
        match total {
            // what is changed in place later has a tangent of its own, of its kind
            Some(total) if self.is_in_place(result) => {
                self.define(result, Op::Copy(total, None));
            }
            Some(total) if !self.tangents.values().any(|known| *known == total) => {
                self.bind(result, total);
            }
            // the tangent of an operand, unchanged
            Some(total) => {
                self.tangents.insert(result, total);
            }
            None => {
                let zero = self.zero(result);
                self.bind(result, zero);
            }
        }
    }

    /// The same, where operands and result may be integers: in `f64`, which
    /// [`Op::Narrow`] makes a tangent of the type of the result of.
    fn rule_of_numbers(&mut self, rule: &Rule, args: &[ValueId], result: ValueId, span: Span) {
        if self.is_differentiated {
            self.f
                .unsupported
                .get_or_insert((span, no::NUMBER_IN_SECOND_ORDER));
        }
        let value = self.as_real(result, span);
        let reals: Vec<ValueId> = args.iter().map(|arg| self.as_real(*arg, span)).collect();
        let operand = |(arg, real): (&ValueId, &ValueId)| match self.operand(*arg) {
            Expr::Value(_) => Expr::Value(*real),
            _ => Expr::Fixed(*real),
        };
        let operands: Vec<Expr> = args.iter().zip(&reals).map(operand).collect();
        let mut total = Expr::Number(0.0);
        for (index, arg) in args.iter().enumerate() {
            if !self.is_active(*arg) {
                continue;
            }
            let tangent = self.number(*arg);
            let upstream = Expr::Value(self.as_real(tangent, span));
            let share = rule.partial(&operands, Expr::Value(value), upstream.clone(), index);
            if share.is_zero() {
                continue;
            }
            let guarded = share.build(&mut self.f, &mut self.out, span);
            let share = Expr::Value(guarded).or_zero_where(&upstream);
            let share = share.build(&mut self.f, &mut self.out, span);
            self.f.guards.insert(share);
            let share = Expr::Value(share);
            total = match total.is_zero() {
                true => share,
                false => total + share,
            };
        }
        let total = total.build(&mut self.f, &mut self.out, span);
        self.define(result, Op::Narrow(result, total));
    }

    fn as_real(&mut self, value: ValueId, span: Span) -> ValueId {
        let op = Op::Runtime("as_real", vec![value]);
        self.push(op, Kind::Real(Width::F64), span)
    }

    fn operand(&self, value: ValueId) -> Expr {
        match self.literals.get(&value) {
            Some(Literal::Integer(n)) => Expr::Literal(value, *n),
            Some(Literal::Fixed) => Expr::Fixed(value),
            None => Expr::Value(value),
        }
    }

    /// Whether a local gradient can be infinite, or none, where the value is a
    /// number: the cosine of infinity is none, but so is the sine.
    fn may_be_steep(&self, rule: &Rule, args: &[ValueId], index: usize) -> bool {
        match rule.name {
            "+" | "-" | "max" | "min" | "clamp" | "fract" | "midpoint" | "to_degrees"
            | "to_radians" | "next_up" | "next_down" | "abs" | "copysign" | "sin" | "cos"
            | "tan" | "tanh" | "atan" | "asinh" => false,
            "*" => {
                let other = args.get(1 - index);
                !other.is_some_and(|other| self.literals.contains_key(other))
            }
            _ => true,
        }
    }

    /// The tangent of a number: zero if it is a constant.
    fn number(&mut self, value: ValueId) -> ValueId {
        if !self.is_active(value) {
            return self.zero(value);
        }
        if let Some(tangent) = self.tangents.get(&value)
            && !self.is_in_place(value)
        {
            return *tangent;
        }
        let kind = self.f.kind(value);
        let span = self.f.info(value).span;
        match self.tangent_place(&Place::whole(value)) {
            Some(place) => self.push(Op::Load(place), kind, span),
            None => self.zero(value),
        }
    }

    /// The zero tangent of a value.
    fn zero(&mut self, like: ValueId) -> ValueId {
        let (kind, span) = (self.f.kind(like), self.f.info(like).span);
        match kind {
            Kind::Real(_) => self.push(Op::Number(0.0), kind, span),
            Kind::Int | Kind::Bool | Kind::Constant => {
                self.push(Op::Aggregate(Aggregate::Tuple, Vec::new()), kind, span)
            }
            Kind::Container(..) | Kind::Opaque => {
                self.push(Op::ZeroAt(Place::whole(like)), kind, span)
            }
        }
    }
}
