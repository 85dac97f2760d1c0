//! Slices and vectors that become arrays: `x[..3].try_into().unwrap()`.

use super::{Lowerer, Lowering, call::strip};
use crate::emit::TO_ARRAY;
use crate::ir::{BinaryOp, Capture, Claimed, Kind, Op, Proj, Region, Stmt};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, Type};

impl Lowerer<'_> {
    /// What an expression turns into an array, if it is `slice.try_into()` or
    /// `<[f64; 3]>::try_from(slice)`, and into which. Integers are converted so, too.
    pub(super) fn as_array(&self, expr: &Expr) -> Option<(Expr, Option<Type>)> {
        let (from, to) = match strip(expr) {
            Expr::MethodCall(call) if call.method == "try_into" && call.args.is_empty() => {
                (&*call.receiver, None)
            }
            Expr::Call(call) if call.args.len() == 1 => {
                let Expr::Path(path) = strip(&call.func) else {
                    return None;
                };
                let name = path.path.segments.last()?;
                let owner = path.qself.as_ref().filter(|_| name.ident == "try_from")?;
                (&call.args[0], Some((*owner.ty).clone()))
            }
            _ => return None,
        };
        self.is_slice(from).then(|| (from.clone(), to))
    }

    /// `let a: [f64; 3] = slice.try_into().unwrap();`
    pub(super) fn typed_array(&mut self, init: &Expr, ty: Option<&Type>) -> Option<Lowering> {
        let Expr::MethodCall(call) = strip(init) else {
            return None;
        };
        if !matches!(&*call.method.to_string(), "unwrap" | "expect") {
            return None;
        }
        let (from, to) = self.as_array(&call.receiver)?;
        Some(self.converted_to_array(&from, to.as_ref().or(ty), call.method.span()))
    }

    /// Whether an expression is a slice or a container by what is known of it.
    fn is_slice(&self, expr: &Expr) -> bool {
        match strip(expr) {
            Expr::Reference(inner) => self.is_slice(&inner.expr),
            Expr::Index(index) => self.is_range(&index.index),
            Expr::Path(path) => {
                let name = path.path.get_ident();
                let kind = name.and_then(|name| self.kind_of_local(name));
                kind.is_some_and(Kind::is_container)
            }
            Expr::MethodCall(call) => matches!(&*call.method.to_string(), "as_slice" | "to_vec"),
            _ => false,
        }
    }

    /// A copy as an array, of as many elements as its type says; a reference to an array
    /// is one to a slice of its length.
    pub(super) fn converted_to_array(
        &mut self,
        from: &Expr,
        ty: Option<&Type>,
        span: Span,
    ) -> Lowering {
        let place = self.sequence(from, Claimed::Sequence)?;
        if let Some(Type::Reference(to)) = ty
            && let Type::Array(array) = &*to.elem
        {
            let is_mut = to.mutability.is_some();
            let all = place.clone().with(Proj::Range(None, None, false));
            let (len, wanted) = (self.len(&place, span), &array.len);
            let wanted = self.push_value(Op::Constant(quote!(#wanted)), Kind::Int, span);
            let differs = Op::Binary(BinaryOp::Ne, len, wanted);
            let differs = self.push_value(differs, Kind::Bool, span);
            // the generated code panics where the user's does
            let panics = self.region(|this| {
                let tokens = quote_spanned! {span=>
                    ::core::panic!("the slice has another length than the array")
                };
                this.out.push(Stmt::Diverge(Capture {
                    tokens,
                    uses: Vec::new(),
                }));
            });
            self.push_if(differs, panics, Region::default());
            return Some(self.view(all, is_mut, span));
        }
        let kind = self.kind_at(&place);
        let op = Op::Duplicate(place, Ident::new(TO_ARRAY, span));
        let array = self.push(op, kind, span);
        Some(match ty {
            Some(ty) => self.ascribe(array, ty),
            None => array,
        })
    }

    /// The length in `array::from_fn::<_, N, _>`.
    pub(super) fn written_length(function: &Expr) -> Option<TokenStream> {
        let Expr::Path(path) = strip(function) else {
            return None;
        };
        match &path.path.segments.last()?.arguments {
            syn::PathArguments::AngleBracketed(types) => match types.args.get(1)? {
                syn::GenericArgument::Type(Type::Infer(_)) => None,
                len => Some(len.to_token_stream()),
            },
            _ => None,
        }
    }
}
