//! Closures that are passed to differentiated functions.
//!
//! Such a closure is a function of its own, of what it captures and of its arguments:
//! it is lowered and differentiated by itself. What it captures is its environment, a
//! tuple of copies. The adjoint of the environment goes back to what was copied.

use super::closure::Closure;
use super::function::Parameter;
use super::{Binding, Lowerer, Lowering};
use crate::fence::catalogue as no;
use crate::ir::{
    Aggregate, ClosureForm, ClosureMode, Function, Hold, Kind, Op, Param, Place, Region, Stmt,
    Tree, ValueId,
};
use crate::parse::Shape;
use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprClosure, Pat, ReturnType};

/// What a closure captures, and the values that stand for it inside.
struct Environment {
    inside: Function,
    /// The copies, and whether each is a constant.
    parts: Vec<(ValueId, bool)>,
    /// What each captured value is inside: by reference, or by value.
    known: BTreeMap<(ValueId, bool), ValueId>,
    boxes: BTreeSet<ValueId>,
    named: BTreeSet<ValueId>,
    objects: BTreeSet<ValueId>,
    constants: BTreeSet<ValueId>,
    maps: BTreeSet<ValueId>,
}

impl Lowerer<'_> {
    /// A closure as an argument: of a free function, which argument of which.
    pub(super) fn closure_argument(
        &mut self,
        closure: &Closure,
        of: Option<(syn::Path, usize)>,
        span: Span,
    ) -> Lowering {
        let Some(of) = of else {
            return self.refuse(&closure.expr, no::CLOSURE_OF_A_METHOD);
        };
        let mut environment = Environment {
            inside: Function::new(),
            parts: Vec::new(),
            known: BTreeMap::new(),
            boxes: BTreeSet::new(),
            named: BTreeSet::new(),
            objects: BTreeSet::new(),
            constants: BTreeSet::new(),
            maps: BTreeSet::new(),
        };
        let closure = self.captured_closure(closure, &mut environment);
        let parts = std::mem::take(&mut environment.parts);
        let function = self.closure_body(closure, environment, span);
        if self.errors.any() {
            return Some(self.dummy(span));
        }
        let forms = crate::expand::closure_forms(function, self.modes, self.errors);
        let Some([Some(function), forward, doubled]) = forms else {
            return Some(self.dummy(span));
        };
        let (parts, captured) = parts.into_iter().unzip();
        let form = ClosureForm {
            function,
            forward,
            doubled,
            captured,
            of,
        };
        let closure = Aggregate::Closure(Rc::new(form), ClosureMode::Split);
        let op = Op::Aggregate(closure, parts);
        let handle = self.push_value(op, Kind::Opaque, span);
        let view = self.view(Place::whole(handle), false, span);
        self.f.functions.insert(handle);
        self.f.functions.extend(view.leaves());
        Some(view)
    }

    /// A closure with the names that it captures, bound to what they are inside.
    fn captured_closure(&mut self, closure: &Closure, environment: &mut Environment) -> Closure {
        let mut names = Names::default();
        for input in &closure.expr.inputs {
            names.visit_pat(input);
        }
        let mut own = Own {
            arguments: std::mem::take(&mut names.bound),
            ..Own::default()
        };
        names.visit_expr(&closure.expr.body);
        own.rebound = names.bound;
        let outer = std::mem::replace(&mut self.scopes, closure.scopes.clone());
        self.capture_names(closure.expr.body.to_token_stream(), environment, &mut own);
        self.scopes = outer;
        let mut expr = closure.expr.clone();
        if !own.behind.is_empty() {
            Reach(&own.behind).visit_expr_mut(&mut expr.body);
        }
        Closure {
            expr,
            scopes: vec![own.scope],
        }
    }

    fn capture_names(&mut self, tokens: TokenStream, environment: &mut Environment, own: &mut Own) {
        let (mut names, mut jumps) = (Vec::new(), Vec::new());
        self.scan(tokens, &mut names, &mut jumps);
        for name in names {
            let spelled = name.to_string();
            let is_there = own.scope.iter().any(|(known, _)| *known == spelled);
            if is_there || own.arguments.contains(&spelled) {
                continue;
            }
            let Some(binding) = self.lookup(&spelled).cloned() else {
                continue;
            };
            let inside = match binding {
                Binding::Value(tree) => self.capture_tree(&tree, &name, environment, own),
                Binding::Slot(slot) if self.slots[slot.0].tree.is_some() => {
                    let tree = self.read_slot(slot, name.span());
                    self.capture_tree(&tree, &name, environment, own)
                }
                Binding::Slot(_) => continue,
                Binding::MutRef(_) => {
                    self.errors.refuse(&name, no::CAPTURED_EXCLUSIVELY);
                    continue;
                }
                Binding::Closure(closure) => {
                    Binding::Closure(Rc::new(self.captured_closure(&closure, environment)))
                }
                Binding::Function(function) => {
                    let value = self.capture_value(function.value, true, name.span(), environment);
                    environment.inside.functions.insert(value);
                    Binding::Function(Rc::new(Parameter {
                        value,
                        inputs: function.inputs.clone(),
                        output: function.output.clone(),
                    }))
                }
                Binding::Iterator(_) => {
                    self.errors.refuse(&name, no::ITERATOR_IN_OPAQUE_CODE);
                    continue;
                }
                Binding::Range(range) => {
                    let ends = range.to_token_stream();
                    self.capture_names(ends, environment, own);
                    Binding::Range(range)
                }
            };
            own.scope.push((spelled, inside));
        }
    }

    fn capture_tree(
        &mut self,
        tree: &Tree<ValueId>,
        name: &Ident,
        environment: &mut Environment,
        own: &mut Own,
    ) -> Binding {
        // what a name stands for is lent; parts of tuples and options are values
        let is_lent = matches!(tree, Tree::Leaf(_));
        if let Tree::Leaf(leaf) = tree
            && !self.is_scalar(*leaf)
            && !self.f.is_reference(*leaf)
            && !self.maps.contains(leaf)
            && !own.rebound.contains(&name.to_string())
        {
            own.behind.insert(name.to_string());
        }
        if tree.any(|leaf| self.f.info(*leaf).hold == Hold::Mut) {
            self.errors.refuse(name, no::CAPTURED_EXCLUSIVELY);
        }
        let inside = tree.map(&mut |leaf| {
            let is_lent = is_lent || self.f.is_reference(*leaf);
            self.capture_value(*leaf, is_lent, name.span(), environment)
        });
        Binding::Value(inside)
    }

    /// A copy of a value in the environment, and the value that it is inside.
    fn capture_value(
        &mut self,
        value: ValueId,
        is_lent: bool,
        span: Span,
        environment: &mut Environment,
    ) -> ValueId {
        if let Some(known) = environment.known.get(&(value, is_lent)) {
            return *known;
        }
        let info = self.f.info(value).clone();
        let is_scalar = self.is_scalar(value);
        let method = match self.f.is_reference(value) && !self.f.functions.contains(&value) {
            true => "to_owned",
            false => "clone",
        };
        let part = match is_scalar {
            true => value,
            false => {
                let method = Ident::new(method, span.resolved_at(Span::mixed_site()));
                let op = Op::Duplicate(Place::whole(value), method);
                self.push_value(op, info.kind, span)
            }
        };
        // what `wrt` excludes, and what is no number, may have no gradient
        let is_constant =
            info.kind == Kind::Constant
                || self.maps.contains(&value)
                || self.f.params.iter().any(|param| {
                    !param.active && param.entry.any(|leaf| *leaf == value) && !is_scalar
                });
        let inner = environment.inside.value(info.kind, info.hint, info.span);
        let in_place = is_lent && !is_scalar;
        if in_place {
            environment.inside.info_mut(inner).hold = Hold::Shared;
        }
        environment.inside.params.push(Param {
            entry: Tree::Leaf(inner),
            exit: None,
            active: info.kind.may_be_real() && !is_constant,
            in_place,
            is_owned: false,
        });
        for (outside, inside) in [
            (&self.boxes, &mut environment.boxes),
            (&self.named, &mut environment.named),
            (&self.objects, &mut environment.objects),
            (&self.constants, &mut environment.constants),
            (&self.maps, &mut environment.maps),
        ] {
            if outside.contains(&value) {
                inside.insert(inner);
            }
        }
        environment.parts.push((part, is_constant));
        environment.known.insert((value, is_lent), inner);
        inner
    }

    /// The closure as a function of its environment and its arguments.
    fn closure_body(&mut self, closure: Closure, environment: Environment, span: Span) -> Function {
        let captured = environment.inside.params.len();
        let reals = self.reals.clone();
        let siblings = self.siblings.clone();
        let mut inner = Lowerer::new(&mut *self.errors, siblings, reals);
        inner.f.functions = environment.inside.functions.clone();
        inner.f = Function {
            reals: std::mem::take(&mut inner.f.reals),
            ..environment.inside
        };
        inner.modes = self.modes;
        inner.items = std::mem::take(&mut self.items);
        inner.nested = std::mem::take(&mut self.nested);
        inner.hoisted = std::mem::take(&mut self.hoisted);
        inner.renamed = self.renamed;
        inner.text = self.text.clone();
        inner.depth = self.depth + 1;
        inner.closures = self.closures + 1;
        inner.boxes = environment.boxes;
        inner.named = environment.named;
        inner.objects = environment.objects;
        inner.constants = environment.constants;
        inner.maps = environment.maps;
        inner.scopes = closure.scopes;
        inner.scopes.push(Vec::new());
        inner.closure_function(&closure.expr, span);
        self.closures = inner.closures;
        self.items = inner.items;
        self.nested = inner.nested;
        self.hoisted = inner.hoisted;
        self.renamed = inner.renamed;
        let mut function = inner.f;
        super::to_ssa(&mut function, self.errors);
        // what is captured is a copy, which the function around it does not see again
        let changed = super::changed(&function, &function.body);
        for param in &function.params[..captured] {
            if let Some(leaf) = param
                .entry
                .leaves()
                .iter()
                .find(|leaf| changed.contains(leaf))
            {
                let name = function.info(*leaf).hint.as_deref().unwrap_or_default();
                let refusal = no::CAPTURED_CHANGED.about(name);
                self.errors.refuse(&closure.expr, refusal);
            }
        }
        function
    }

    fn closure_function(&mut self, expr: &ExprClosure, span: Span) {
        let ret = self.slot(None, None, true, span);
        let target = self.f.target();
        self.ret = (target, ret);
        for (index, pat) in expr.inputs.iter().enumerate() {
            self.closure_parameter(pat, index);
        }
        if let ReturnType::Type(_, ty) = &expr.output {
            self.shape_slot(ret, ty, span);
        }
        let before = std::mem::take(&mut self.out);
        if let Some(value) = self.expr(&expr.body) {
            self.write_slot(ret, &value, span);
        }
        let stmts = std::mem::replace(&mut self.out, before);
        let body = Region {
            stmts,
            yields: Vec::new(),
        };
        self.out.push(Stmt::Block(target, body));
        self.f.result = match self.slots[ret.0].tree {
            Some(_) => self.read_slot(ret, span),
            None => Tree::unit(),
        };
        self.f.body = Region {
            stmts: std::mem::take(&mut self.out),
            yields: Vec::new(),
        };
    }

    fn closure_parameter(&mut self, pat: &Pat, index: usize) {
        let (pat, ty) = match pat {
            Pat::Type(typed) => (&*typed.pat, Some(&*typed.ty)),
            pat => (pat, None),
        };
        let name = match pat {
            Pat::Ident(pat) => pat.ident.to_string(),
            _ => format!("argument_{index}"),
        };
        let span = pat.span();
        let shape = ty.map(|ty| Shape::of(ty, &self.reals));
        if let Some(Shape::Ref(inner)) = &shape
            && self.is_opaque_reference(inner)
            && **inner != Shape::Unsupported
        {
            self.closure_reference(pat, inner, &name);
            return;
        }
        if let (Some(ty), Some(Shape::Ref(_) | Shape::Unsupported)) = (ty, &shape) {
            self.errors.refuse(ty, no::FUNCTION_ARGUMENT);
        }
        let entry = match (&shape, self.expected(pat, None)) {
            (Some(shape), _) => self.entry(shape, &name, span),
            (None, Some(like)) => {
                like.map(&mut |()| self.f.value(Kind::Opaque, Some(name.clone()), span))
            }
            (None, None) => Tree::Leaf(self.f.value(Kind::Opaque, Some(name), span)),
        };
        let active = entry.any(|leaf| self.f.kind(*leaf).may_be_real());
        self.f.params.push(Param {
            entry: entry.clone(),
            exit: None,
            active,
            in_place: false,
            is_owned: false,
        });
        self.bind_pattern(pat, entry, None);
    }

    /// An argument `&T`: the pullback gets it again.
    fn closure_reference(&mut self, pat: &Pat, shape: &Shape, name: &str) {
        let span = pat.span();
        let leaf = self
            .f
            .value(super::kind_of(shape), Some(name.to_owned()), span);
        self.f.info_mut(leaf).hold = Hold::Shared;
        let active = shape.may_be_active();
        self.f.params.push(Param {
            entry: Tree::Leaf(leaf),
            exit: None,
            active,
            in_place: active,
            is_owned: false,
        });
        self.bind_pattern(pat, Tree::Leaf(leaf), None);
    }
}

/// Names of what is behind references stand for that.
struct Reach<'n>(&'n BTreeSet<String>);

impl VisitMut for Reach<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        match expr {
            Expr::Path(path)
                if path
                    .path
                    .get_ident()
                    .is_some_and(|name| self.0.contains(&name.to_string())) =>
            {
                *expr = syn::parse_quote!((*#path));
            }
            expr => visit_mut::visit_expr_mut(self, expr),
        }
    }

    fn visit_field_value_mut(&mut self, field: &mut syn::FieldValue) {
        if field.colon_token.is_none() {
            field.colon_token = Some(syn::Token![:](field.member.span()));
        }
        visit_mut::visit_field_value_mut(self, field);
    }
}

/// What one closure captures.
#[derive(Default)]
struct Own {
    scope: Vec<(String, Binding)>,
    /// The names of its arguments, and those that its body binds.
    arguments: BTreeSet<String>,
    rebound: BTreeSet<String>,
    /// Names of containers and the like, which are references inside.
    behind: BTreeSet<String>,
}

/// The names that patterns bind.
#[derive(Default)]
struct Names {
    bound: BTreeSet<String>,
}

impl<'ast> Visit<'ast> for Names {
    fn visit_pat_ident(&mut self, pat: &'ast syn::PatIdent) {
        self.bound.insert(pat.ident.to_string());
        visit::visit_pat_ident(self, pat);
    }
}
