//! The circuit form: the forward half, which records what it executes.
//!
//! Beside each active number there is the number of its wire. A real number has it
//! in a value of its own, which branches merge and loops carry as they do the number;
//! what is kept in memory has it in a value of its gradient's type, in the same
//! place. An operation with a rule becomes a gate with the local gradients of the
//! rule table; a copy hands its wire on. What has no wires here is refused: the
//! picture would lack it.

mod call;
mod memory;

use crate::adjoint::call::constants;
use crate::adjoint::{Literal, literals, operand};
use crate::analyse::Activity;
use crate::errors::Errors;
use crate::fence::Refusal;
use crate::fence::catalogue as no;
use crate::ir::{
    Arm, Drawing, Function, Gate, GateInput, Head, Kind, Let, Method, Op, Place, Proj, Region,
    Stmt, Tree, ValueId, Width, payload_path,
};
use crate::parse::{Home, Input, Parameter, Shape, is_object};
use crate::rules::{self, Expr, Rule};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use std::collections::{BTreeMap, BTreeSet};

/// The circuit form of a function.
pub(crate) struct Circuit {
    pub(crate) function: Function,
    /// The result and its wire.
    pub(crate) result: ValueId,
    pub(crate) wire: ValueId,
}

/// The circuit form of an analysed function; nothing if it is refused.
pub(crate) fn circuit(
    input: &Input,
    function: &Function,
    activity: &Activity,
    option: Span,
    errors: &mut Errors,
) -> Option<Circuit> {
    let mut function = function.clone();
    let Tree::Leaf(result) = function.result else {
        errors.refuse_at(option, no::CIRCUIT_OF_SEVERAL);
        return None;
    };
    if !function.kind(result).may_be_real() || function.kind(result).is_container() {
        errors.refuse_at(option, no::CIRCUIT_OF_SEVERAL);
        return None;
    }
    let before = errors.count();
    let mut pass = Pass {
        literals: literals(&function),
        constants: constants(&function),
        f: &mut function,
        activity,
        wires: BTreeMap::new(),
        out: Vec::new(),
        errors,
    };
    for (index, param) in input.signature.params.iter().enumerate() {
        pass.parameter(param, index);
    }
    let body = std::mem::take(&mut pass.f.body);
    pass.stmts(body.stmts);
    let wire = pass.wire(result);
    let stmts = std::mem::take(&mut pass.out);
    let is_sound = pass.errors.count() == before;
    function.body = Region {
        stmts,
        yields: body.yields,
    };
    function.result = Tree::Tuple(vec![Tree::Leaf(result), Tree::Leaf(wire)]);
    if !is_sound {
        return None;
    }
    crate::simplify::simplify(&mut function);
    crate::simplify::settle(&mut function);
    let [result, wire] = function.result.leaves()[..] else {
        return None;
    };
    Some(Circuit {
        function,
        result,
        wire,
    })
}

/// The same for a function that does not ask for it, if it is sure to have one.
pub(crate) fn if_any(input: &Input, function: &Function, activity: &Activity) -> Option<Circuit> {
    if !input.functions.is_empty() {
        return None;
    }
    fn is_sure(function: &Function, activity: &Activity, region: &Region) -> bool {
        region.stmts.iter().all(|stmt| {
            let mut sure = match stmt {
                // what a `&mut` reference that a call returns leads to may be an integer
                Stmt::Let(Let {
                    op: Op::Lens(_), ..
                }) => false,
                // whether its result is one number only rustc knows
                Stmt::Call(call) => !call
                    .result
                    .any(|leaf| activity.is_active(*leaf) && activity.is_in_place(function, *leaf)),
                _ => true,
            };
            crate::ir::for_each_region(stmt, &mut |inner, _| {
                sure &= is_sure(function, activity, inner);
            });
            sure
        })
    }
    let params = &input.signature.params;
    // what is behind more than one reference is no `Numbers`
    let borrows = |ty: &syn::Type| {
        let ty = match ty {
            syn::Type::Reference(reference) => &reference.elem,
            ty => ty,
        };
        let tokens = quote::quote!(#ty).to_string();
        tokens.contains('&') || tokens.contains('\'')
    };
    // nor is what only the caller knows
    let generics = input.outer.iter().chain([&input.item.sig.generics]);
    let unknown: Vec<_> = generics
        .flat_map(|generics| generics.type_params())
        .filter(|param| input.reals.index(&param.ident).is_none())
        .map(|param| &param.ident)
        .collect();
    let is_unknown = |ty: &syn::Type| mentions(ty.to_token_stream(), &unknown);
    let plain = |param: &Parameter| {
        let is_named = matches!(param.pat, syn::Pat::Ident(_)) || param.is_receiver();
        is_named && !borrows(&param.ty) && !is_object(&param.ty) && !is_unknown(&param.ty)
    };
    let fits = params.iter().all(plain)
        && matches!(input.home, Home::Module | Home::Impl)
        && matches!(input.signature.result, Shape::Real(_))
        && is_sure(function, activity, &function.body);
    let mut refusals = Errors::default();
    fits.then(|| circuit(input, function, activity, Span::call_site(), &mut refusals))
        .flatten()
}

/// Whether one of `names` stands among tokens.
fn mentions(tokens: TokenStream, names: &[&Ident]) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => mentions(group.stream(), names),
        TokenTree::Ident(name) => names.contains(&&name),
        _ => false,
    })
}

struct Pass<'a> {
    f: &'a mut Function,
    activity: &'a Activity,
    /// The wires of each value that has some: of what is no view.
    wires: BTreeMap<ValueId, ValueId>,
    literals: BTreeMap<ValueId, Literal>,
    constants: BTreeSet<ValueId>,
    out: Vec<Stmt>,
    errors: &'a mut Errors,
}

impl Pass<'_> {
    fn push(&mut self, op: Op, kind: Kind, span: Span) -> ValueId {
        let value = self.f.value(kind, None, span);
        self.out.push(Stmt::Let(Let { value, op }));
        value
    }

    /// A wire, or wires, of `value`, under its name.
    fn draw(&mut self, drawing: Drawing, value: ValueId) -> ValueId {
        let wire = self.like(value);
        let op = Op::Draw(Box::new(drawing));
        self.out.push(Stmt::Let(Let { value: wire, op }));
        wire
    }

    /// A value for the wires of another.
    fn like(&mut self, value: ValueId) -> ValueId {
        let info = self.f.info(value).clone();
        let hint = info.hint.map(|name| format!("{name}_wire"));
        self.f.value(info.kind, hint, info.span)
    }

    fn refuse(&mut self, value: ValueId, refusal: Refusal) {
        self.errors.refuse_at(self.f.info(value).span, refusal);
    }

    fn is_active(&self, value: ValueId) -> bool {
        self.activity.is_active(value)
    }

    fn name_of(&self, value: ValueId) -> Option<String> {
        let hint = self.f.info(value).hint.as_ref()?;
        Some(hint.trim_start_matches("r#").to_owned())
    }

    fn parameter(&mut self, param: &Parameter, index: usize) {
        let entry = self.f.params[index].entry.clone();
        let is_active = self.f.params[index].active && param.in_wrt;
        let name = match param.is_receiver() {
            true => "self".to_owned(),
            false => param.name.to_string().trim_start_matches("r#").to_owned(),
        };
        let mut leaves = Vec::new();
        name_leaves(&entry, Some(&param.pat), name, &mut leaves);
        for (leaf, name) in leaves {
            if !is_active || !self.is_active(leaf) {
                // what is stored there later may have wires
                if self.is_active(leaf) {
                    let none = self.none(leaf);
                    self.wires.insert(leaf, none);
                }
                continue;
            }
            let drawing = Drawing::Input { name, value: leaf };
            let wires = self.draw(drawing, leaf);
            self.wires.insert(leaf, wires);
        }
    }

    // Statements

    fn stmts(&mut self, stmts: Vec<Stmt>) {
        for stmt in stmts {
            self.stmt(stmt);
        }
    }

    /// A region with its gates, at whose head values are bound that are parts of
    /// places; the wires of `merged` are handed on with its yields.
    fn region(&mut self, region: &mut Region, merged: &[usize], bound: &[(ValueId, Place)]) {
        let diverges = region.diverges();
        let outer = std::mem::take(&mut self.out);
        for (value, place) in bound {
            let wires = self.loaded(place, *value);
            self.wires.insert(*value, wires);
        }
        self.stmts(std::mem::take(&mut region.stmts));
        if !diverges {
            for index in merged {
                let wire = self.wire(region.yields[*index]);
                region.yields.push(wire);
            }
        }
        region.stmts = std::mem::replace(&mut self.out, outer);
    }

    /// Which results of a statement have wires, and values for them.
    fn merged(&mut self, results: &mut Vec<ValueId>) -> Vec<usize> {
        let active = |index: &usize| self.is_active(results[*index]);
        let merged: Vec<usize> = (0..results.len()).filter(active).collect();
        for index in &merged {
            if self.f.is_reference(results[*index]) {
                self.refuse(results[*index], no::CIRCUIT_REFERENCE);
            }
            let wire = self.like(results[*index]);
            self.wires.insert(results[*index], wire);
            results.push(wire);
        }
        merged
    }

    fn stmt(&mut self, mut stmt: Stmt) {
        match &mut stmt {
            Stmt::Let(binding) => {
                let binding = binding.clone();
                let told = self.told_before(&binding);
                self.out.push(stmt);
                self.operation(&binding, told);
                return;
            }
            Stmt::Store(store) => {
                let store = store.clone();
                self.store(store);
                return;
            }
            Stmt::Mutate(mutate) => {
                let mutate = mutate.clone();
                self.mutate(mutate);
                return;
            }
            Stmt::Call(call) => {
                let call = call.clone();
                self.call(call);
                return;
            }
            Stmt::If(branch) => {
                let results = branch.results.clone();
                let merged = self.merged(&mut branch.results);
                self.region(&mut branch.then, &merged, &[]);
                self.region(&mut branch.other, &merged, &[]);
                self.merge(stmt, &results);
                return;
            }
            Stmt::Match(choice) => {
                let results = choice.results.clone();
                let merged = self.merged(&mut choice.results);
                for arm in &mut choice.arms {
                    let payloads = self.payloads(&choice.scrutinee, arm);
                    if let Some(guard) = &mut arm.guard {
                        self.region(guard, &[], &[]);
                    }
                    self.region(&mut arm.body, &merged, &payloads);
                }
                self.merge(stmt, &results);
                return;
            }
            Stmt::Loop(looped) => {
                let active = |index: &usize| {
                    self.is_active(looped.params[*index]) || self.is_active(looped.results[*index])
                };
                let carried: Vec<usize> = (0..looped.params.len()).filter(active).collect();
                for index in &carried {
                    let wire = self.wire(looped.inits[*index]);
                    looped.inits.push(wire);
                    let (param, result) = (looped.params[*index], looped.results[*index]);
                    for (value, list) in
                        [(param, &mut looped.params), (result, &mut looped.results)]
                    {
                        let wire = self.like(value);
                        self.wires.insert(value, wire);
                        list.push(wire);
                    }
                }
                if let Head::While(cond) = &mut looped.head {
                    self.region(cond, &[], &[]);
                }
                self.region(&mut looped.body, &carried, &[]);
            }
            _ => {}
        }
        self.out.push(stmt);
    }

    /// What an arm binds, as parts of what is matched on.
    fn payloads(&mut self, scrutinee: &Tree<ValueId>, arm: &Arm) -> Vec<(ValueId, Place)> {
        let mut payloads = Vec::new();
        for (name, value) in &arm.bindings {
            if !self.is_active(*value) || self.activity.views.is_view(*value) {
                continue;
            }
            let place = match (scrutinee.behind_refs(), payload_path(&arm.pattern, name)) {
                (Tree::Leaf(whole), Some(path)) => Place::whole(*whole).along(path),
                _ => {
                    self.refuse(*value, no::UNKNOWN_EXPRESSION);
                    continue;
                }
            };
            payloads.push((*value, place));
        }
        payloads
    }

    /// The name of what branches merge goes to the wire that came out.
    fn merge(&mut self, stmt: Stmt, results: &[ValueId]) {
        self.out.push(stmt);
        let stmts = std::mem::take(&mut self.out);
        let region = Region {
            stmts,
            yields: Vec::new(),
        };
        let diverges = region.diverges();
        self.out = region.stmts;
        if diverges {
            return;
        }
        for value in results {
            if self.is_active(*value) && !self.is_in_place(*value) {
                self.give_name(*value);
            }
        }
    }

    fn give_name(&mut self, value: ValueId) {
        if let (Some(name), Some(wire)) = (self.name_of(value), self.wires.get(&value)) {
            let wire = *wire;
            let named = self.draw(Drawing::Named { wire, name }, value);
            self.wires.insert(value, named);
        }
    }

    // Operations

    fn operation(&mut self, binding: &Let, told: Vec<ValueId>) {
        let value = binding.value;
        if let Op::PopValue(place) = &binding.op {
            if let Some(place) = self.wire_place(place) {
                let wire = self.like(value);
                let op = Op::Pop(place);
                self.out.push(Stmt::Let(Let { value: wire, op }));
                self.wires.insert(value, wire);
            }
            return;
        }
        if !self.is_active(value) || self.activity.views.is_view(value) {
            return;
        }
        if let Some(wires) = self.built(binding, &told) {
            self.wires.insert(value, wires);
            if !self.is_in_place(value) {
                self.give_name(value);
            }
            return;
        }
        let span = self.f.info(value).span;
        let one = || rules::Expr::Number(1.0);
        match &binding.op {
            Op::Neg(a) => self.simple("neg", *a, value, -one()),
            // an alias may be that of an integer, whose slope is none
            Op::Cast(..) if self.f.kind(value) == Kind::Opaque => {
                self.refuse(value, no::UNKNOWN_EXPRESSION);
            }
            Op::Cast(a, _) | Op::Convert(_, a) => {
                let name = match self.f.kind(value) {
                    Kind::Real(Width::F32) => "f32",
                    _ => "f64",
                };
                self.simple(name, *a, value, one());
            }
            Op::Binary(op, a, b) => match rules::operator(*op) {
                Some(rule) if self.activity.is_number(value) => {
                    self.gate_of_numbers(rule, &[*a, *b], value);
                }
                Some(rule) => self.gate(rule, &[*a, *b], value),
                None => self.refuse(value, no::UNKNOWN_EXPRESSION),
            },
            Op::Method(Method::Smooth(rule), args) if self.activity.is_number(value) => {
                self.gate_of_numbers(rule, args, value);
            }
            Op::Method(Method::Smooth(rule), args) => self.gate(rule, args, value),
            Op::Select(cond, a, b) if !self.is_in_place(value) => {
                let (a, b) = (self.wire(*a), self.wire(*b));
                let wire = self.push(Op::Select(*cond, a, b), self.f.kind(value), span);
                self.wires.insert(value, wire);
                self.give_name(value);
            }
            op => {
                let carriers = crate::analyse::carriers(self.f, value, op);
                if carriers.iter().any(|from| self.is_active(*from)) {
                    self.refuse(value, no::UNKNOWN_EXPRESSION);
                }
                let none = self.none(value);
                self.wires.insert(value, none);
            }
        }
    }

    /// A gate with one input whose local gradient is a constant.
    fn simple(&mut self, operation: &str, from: ValueId, value: ValueId, local: Expr) {
        let span = self.f.info(value).span;
        let wire = self.wire(from);
        let local = local.build(self.f, &mut self.out, span);
        let inputs = vec![GateInput::Wire {
            value: from,
            wire,
            local,
            is_routed: false,
        }];
        self.draw_gate(operation, value, inputs);
    }

    /// A gate of the rule table: its local gradients are those of the upstream one.
    fn gate(&mut self, rule: &Rule, args: &[ValueId], value: ValueId) {
        let span = self.f.info(value).span;
        let upstream = Op::Runtime("one_like", vec![value]);
        let upstream = self.push(upstream, self.f.kind(value), span);
        let operands: Vec<Expr> = args
            .iter()
            .map(|arg| operand(&self.literals, *arg))
            .collect();
        let formula = (operands, Expr::Value(value), Expr::Value(upstream));
        self.gate_with(rule, args, value, formula);
    }

    /// The same, where operands and result may be integers: in `f64`.
    fn gate_of_numbers(&mut self, rule: &Rule, args: &[ValueId], value: ValueId) {
        let span = self.f.info(value).span;
        let mut operands = Vec::new();
        for arg in args {
            let real = Op::Runtime("as_real", vec![*arg]);
            let real = self.push(real, Kind::Real(Width::F64), span);
            operands.push(match operand(&self.literals, *arg) {
                Expr::Value(_) => Expr::Value(real),
                _ => Expr::Fixed(real),
            });
        }
        let result = Op::Runtime("as_real", vec![value]);
        let result = self.push(result, Kind::Real(Width::F64), span);
        let formula = (operands, Expr::Value(result), Expr::Number(1.0));
        self.gate_with(rule, args, value, formula);
    }

    fn gate_with(
        &mut self,
        rule: &Rule,
        args: &[ValueId],
        value: ValueId,
        (operands, result, upstream): (Vec<Expr>, Expr, Expr),
    ) {
        let span = self.f.info(value).span;
        let mut inputs = Vec::new();
        for (index, arg) in args.iter().enumerate() {
            if !self.is_active(*arg) {
                inputs.push(GateInput::Fixed(*arg));
                continue;
            }
            let partial = rule.partial(&operands, result.clone(), upstream.clone(), index);
            let is_routed = partial.is_zero() || matches!(partial, Expr::Select(..));
            let wire = self.wire(*arg);
            inputs.push(GateInput::Wire {
                value: *arg,
                wire,
                local: partial.build(self.f, &mut self.out, span),
                is_routed,
            });
        }
        self.draw_gate(rule.name, value, inputs);
    }

    fn draw_gate(&mut self, operation: &str, value: ValueId, inputs: Vec<GateInput>) {
        let gate = Gate {
            operation: operation.to_owned(),
            name: self.name_of(value),
            value,
            inputs,
        };
        let wire = self.draw(Drawing::Gate(gate), value);
        self.wires.insert(value, wire);
    }
}

/// The leaves of a parameter with their names: those in its pattern, or `p.0`.
fn name_leaves(
    tree: &Tree<ValueId>,
    pat: Option<&syn::Pat>,
    name: String,
    into: &mut Vec<(ValueId, String)>,
) {
    use syn::Pat;
    match (tree, pat) {
        (tree, Some(Pat::Paren(inner))) => name_leaves(tree, Some(&inner.pat), name, into),
        (Tree::Ref(tree), Some(Pat::Reference(inner))) => {
            name_leaves(tree, Some(&inner.pat), name, into);
        }
        // the reference of the parameter itself is no part of the tree
        (tree, Some(Pat::Reference(inner))) => name_leaves(tree, Some(&inner.pat), name, into),
        (tree, Some(Pat::Ident(bound))) => {
            let name = match crate::parse::is_receiver(&bound.ident) {
                true => name,
                false => bound.ident.to_string().trim_start_matches("r#").to_owned(),
            };
            name_leaves(tree, None, name, into);
        }
        (Tree::Leaf(leaf), _) => into.push((*leaf, name)),
        (Tree::Tuple(parts), pat) => {
            let pats = match pat {
                Some(Pat::Tuple(tuple)) if tuple.elems.len() == parts.len() => Some(&tuple.elems),
                _ => None,
            };
            for (index, part) in parts.iter().enumerate() {
                let pat = pats.and_then(|pats| pats.get(index));
                name_leaves(part, pat, format!("{name}.{index}"), into);
            }
        }
        (Tree::Ref(inner), _) => name_leaves(inner, pat, name, into),
        // refused in signatures
        (Tree::Option(_, payload), _) => name_leaves(payload, None, name, into),
        (Tree::Result(ok, _), _) => name_leaves(ok, None, name, into),
    }
}
