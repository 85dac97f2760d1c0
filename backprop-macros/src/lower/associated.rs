//! Functions of types and traits, called by their path.

use super::call::{Callable, strip};
use super::passed::Parts;
use super::{Lowerer, Lowering};
use crate::fence::catalogue as no;
use crate::ir::{Callee, Kind, Op, Tree, Width};
use crate::parse::Passing;
use quote::ToTokens;
use syn::Expr;
use syn::spanned::Spanned;

impl Lowerer<'_> {
    /// Whether a call is one of a function of a type or a trait that may be
    /// differentiated.
    pub(super) fn is_associated(&self, call: &syn::ExprCall, path: &syn::ExprPath) -> bool {
        let is_function = match &path.qself {
            Some(owner) => self.float_type(&owner.ty).is_none(),
            None => matches!(self.callable(&path.path), Callable::Associated),
        };
        let is_constant = || {
            self.number_of_parameter(call, path).is_some()
                || self.is_method_of_parameter(call, path)
        };
        is_function && !is_constant() && self.sees_more(&call.args)
    }

    /// `Type::function(args)`
    pub(super) fn associated(
        &mut self,
        call: &syn::ExprCall,
        path: &syn::ExprPath,
        expected: Option<&Tree<()>>,
    ) -> Lowering {
        if let Some(kind) = self.number_of_parameter(call, path) {
            // a method of the user's own may do more than give a number
            let op = match is_plain_number(&path.path) {
                true => Op::Constant(call.to_token_stream()),
                false => {
                    let capture = self.passed(&Expr::Call(call.clone()), Parts::Integers)?;
                    Op::Verbatim(capture, no::STD_FUNCTION.message)
                }
            };
            return Some(self.push(op, kind, call.span()));
        }
        if self.is_method_of_parameter(call, path) {
            let mut args = Vec::new();
            for arg in &call.args {
                let value = self.expr(arg)?;
                args.push(self.leaf(&value, arg.span()));
            }
            let name = path.path.segments.last()?.ident.to_string();
            return self.method(&name, args, call, call.span());
        }
        if let Some(by_value) = self.own_by_value(call, path)
            && self.sees_more(&call.args)
        {
            return self.user_method(&by_value, expected);
        }
        let value = match self.sees_more(&call.args) {
            true => {
                let callee = Callee::Associated(path.clone());
                self.function_call(callee, &call.args, call.func.span(), expected)?
            }
            false => self.verbatim(&Expr::Call(call.clone()), no::STD_FUNCTION)?,
        };
        // `Complex::new(..)` is a `Complex`, as far as anyone can tell
        if let Tree::Leaf(leaf) = &value {
            self.named.insert(*leaf);
        }
        Some(value)
    }

    /// `Self::m(x, ..)` of a method of the same block that takes `self` by value, as
    /// `x.m(..)`: its companion borrows the receiver.
    fn own_by_value(
        &self,
        call: &syn::ExprCall,
        path: &syn::ExprPath,
    ) -> Option<syn::ExprMethodCall> {
        let mut names = path.path.segments.iter();
        let (Some(owner), Some(name), None) = (names.next(), names.next(), names.next()) else {
            return None;
        };
        let sibling = self.siblings.get(&name.ident.to_string())?;
        let is_own = path.qself.is_none() && owner.ident == "Self" && name.arguments.is_none();
        if !is_own || !sibling.is_sure || sibling.passing != Passing::Value {
            return None;
        }
        let mut args = call.args.iter();
        let (receiver, name) = (args.next()?, &name.ident);
        Some(syn::parse_quote_spanned!(call.span()=> (#receiver).#name(#(#args),*)))
    }

    /// `T::zero()`, `T::from_f64(0.5)`: a number of a type parameter, computed from
    /// nothing that is active.
    fn number_of_parameter(&self, call: &syn::ExprCall, path: &syn::ExprPath) -> Option<Kind> {
        let names = &path.path.segments;
        if path.qself.is_some() || names.len() != 2 || names[1].ident == "from" {
            return None;
        }
        let (mut locals, mut jumps) = (Vec::new(), Vec::new());
        self.scan(call.args.to_token_stream(), &mut locals, &mut jumps);
        match locals.is_empty() && jumps.is_empty() {
            true => self.real_parameter(&names[0].ident),
            false => None,
        }
    }

    /// `T::sin(x)` of a type parameter that stands for a real number: `x.sin()`.
    fn is_method_of_parameter(&self, call: &syn::ExprCall, path: &syn::ExprPath) -> bool {
        let names = &path.path.segments;
        if path.qself.is_some() || names.len() != 2 {
            return false;
        }
        let name = names[1].ident.to_string();
        let arity = match &*name {
            "sin_cos" => Some(1),
            name => crate::rules::method(name).map(crate::ir::Method::arity),
        };
        self.reals.index(&names[0].ident).is_some() && arity == Some(call.args.len())
    }

    /// The kind of a type parameter that stands for a real number.
    fn real_parameter(&self, name: &proc_macro2::Ident) -> Option<Kind> {
        let index = self.reals.index(name)?;
        Some(Kind::Real(Width::Param(index)))
    }

    /// `T::from(2.0).unwrap()`: a number of a type parameter.
    pub(super) fn converted(&mut self, call: &syn::ExprMethodCall) -> Option<Lowering> {
        let Expr::Call(from) = strip(&call.receiver) else {
            return None;
        };
        let Expr::Path(path) = strip(&from.func) else {
            return None;
        };
        let names = &path.path.segments;
        let is_from = path.qself.is_none() && names.len() == 2 && names[1].ident == "from";
        if !is_from || !matches!(&*call.method.to_string(), "unwrap" | "expect") {
            return None;
        }
        let kind = self.real_parameter(&names[0].ident)?;
        let whole = Expr::MethodCall(call.clone());
        let capture = match self.passed(&whole, Parts::Integers) {
            Some(capture) => capture,
            None => return Some(None),
        };
        let op = Op::Verbatim(capture, no::STD_FUNCTION.message);
        Some(Some(self.push(op, kind, call.method.span())))
    }
}

/// Functions of numbers that are constants: they may run any number of times.
fn is_plain_number(path: &syn::Path) -> bool {
    const NAMES: &[&str] = &[
        "zero",
        "one",
        "neg_zero",
        "infinity",
        "neg_infinity",
        "nan",
        "epsilon",
        "min_value",
        "max_value",
        "min_positive_value",
        "pi",
        "two_pi",
        "e",
        "from_f64",
        "from_f32",
    ];
    let last = path
        .segments
        .last()
        .map(|segment| segment.ident.to_string());
    last.is_some_and(|name| NAMES.contains(&&*name))
}
