//! Functions as values: those that are parameters, and those that are passed by name.

use super::call::{Callable, strip};
use super::{Binding, Lowerer, Lowering};
use crate::fence::catalogue as no;
use crate::ir::{Callee, Kind, Op, Tree, ValueId};
use crate::parse::FunctionType;
use std::rc::Rc;
use syn::spanned::Spanned;
use syn::{Expr, Pat, Type};

/// A parameter that is a function.
pub(super) struct Parameter {
    pub(super) value: ValueId,
    pub(super) inputs: Vec<Type>,
    pub(super) output: Type,
}

impl Lowerer<'_> {
    /// Binds the name of such a parameter.
    pub(super) fn bind_function(&mut self, pat: &Pat, value: ValueId, of: &FunctionType) {
        match pat {
            Pat::Ident(pat) if pat.subpat.is_none() => {
                self.f.functions.insert(value);
                let parameter = Parameter {
                    value,
                    inputs: of.inputs.clone(),
                    output: of.output.clone(),
                };
                self.bind(&pat.ident, Binding::Function(parameter.into()));
            }
            Pat::Wild(_) => {}
            pat => self.errors.refuse(pat, no::PATTERN),
        }
    }

    /// The parameter that an expression names, as a function.
    pub(super) fn function_parameter(&self, expr: &Expr) -> Option<Rc<Parameter>> {
        let path = match strip(expr) {
            Expr::Path(path) => path,
            Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Deref(_)) => {
                return self.function_parameter(&unary.expr);
            }
            Expr::Reference(inner) if inner.mutability.is_none() => {
                return self.function_parameter(&inner.expr);
            }
            _ => return None,
        };
        match self.lookup(&path.path.get_ident()?.to_string()) {
            Some(Binding::Function(parameter)) => Some(parameter.clone()),
            _ => None,
        }
    }

    /// `f(args)`
    pub(super) fn call_parameter(&mut self, f: &Parameter, call: &syn::ExprCall) -> Lowering {
        if call.args.len() != f.inputs.len() {
            return self.refuse(call, no::CLOSURE_ARGUMENTS);
        }
        let args = std::iter::once(&*call.func).chain(&call.args);
        let value = self.function_call(Callee::Parameter, args, call.span(), None)?;
        Some(self.ascribe(value, &f.output))
    }

    /// A function that is passed to another one; nothing if an argument is no function.
    pub(super) fn function_argument(
        &mut self,
        expr: &Expr,
        of: Option<(syn::Path, usize)>,
    ) -> Option<Lowering> {
        let path = match strip(expr) {
            Expr::Reference(inner) if inner.mutability.is_none() => {
                return self.function_argument(&inner.expr, of);
            }
            Expr::Closure(closure) => {
                let closure = self.closure(closure);
                return Some(self.closure_argument(&closure, of, expr.span()));
            }
            stripped => match (self.function_parameter(stripped), stripped) {
                (Some(parameter), _) => return Some(Some(Tree::Leaf(parameter.value))),
                (None, Expr::Path(path)) if path.qself.is_none() => path,
                _ => return None,
            },
        };
        if let Some(closure) = self.bound_closure(strip(expr)) {
            return Some(self.closure_argument(&closure, of, expr.span()));
        }
        if path
            .path
            .get_ident()
            .is_some_and(|name| self.lookup(&name.to_string()).is_some())
        {
            return None;
        }
        match self.callable(&path.path) {
            Callable::Function => {
                let op = Op::Function(Box::new(path.path.clone()), Box::new(expr.clone()));
                let function = self.push(op, Kind::Constant, expr.span());
                Some(Some(Tree::Ref(Box::new(function))))
            }
            Callable::Float(..) => {
                let closure = self.function_of_floats(path)?;
                let closure = self.closure(&closure);
                Some(self.closure_argument(&closure, of, expr.span()))
            }
            _ => None,
        }
    }
}
