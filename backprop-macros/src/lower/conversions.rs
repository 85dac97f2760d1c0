//! Numbers of one type made of those of another: `f64::from(x)`, `x.into()`, and functions
//! of `f32` and `f64` by name.

use super::call::{method_refusal, strip};
use super::{Lowerer, Lowering};
use crate::emit::plumbing;
use crate::fence::catalogue as no;
use crate::ir::{Kind, Op, Width};
use crate::rules;
use proc_macro2::Ident;
use syn::spanned::Spanned;
use syn::{Expr, ExprCall, ExprClosure, ExprMethodCall, ExprPath, GenericArgument, Path};

impl Lowerer<'_> {
    /// `f64::sin(x)`, `f64::from(x)`.
    pub(super) fn float_function(
        &mut self,
        call: &syn::ExprCall,
        width: Width,
        name: &str,
    ) -> Lowering {
        let span = call.span();
        if name == "from" && call.args.len() == 1 {
            return self.converted_number(call, Kind::Real(width));
        }
        if name != "sin_cos" && rules::method(name).is_none() {
            return self.verbatim(&Expr::Call(call.clone()), method_refusal(name));
        }
        let mut args = Vec::new();
        for (index, arg) in call.args.iter().enumerate() {
            let value = self.expr(arg)?;
            let mut leaf = self.leaf(&value, arg.span());
            let known = matches!(self.f.kind(leaf), Kind::Real(Width::F32 | Width::F64));
            if index == 0 && !known {
                // the path names the type; the method form needs it
                let ty = match width {
                    Width::F32 => syn::parse_quote!(f32),
                    _ => syn::parse_quote!(f64),
                };
                let op = Op::Copy(leaf, Some(Box::new(ty)));
                // an opaque value behind a reference would not fit the type
                if self.f.kind(leaf) != Kind::Opaque {
                    leaf = self.push_value(op, Kind::Real(width), arg.span());
                }
            }
            args.push(leaf);
        }
        self.method(name, args, call, span)
    }

    /// `f64::from(x)`, `Into::<f64>::into(x)`
    pub(super) fn converted_number(&mut self, call: &ExprCall, kind: Kind) -> Lowering {
        let span = call.span();
        let value = self.expr(&call.args[0])?;
        let value = self.leaf(&value, span);
        let Expr::Path(path) = strip(&call.func) else {
            return self.refuse(call, no::STD_FUNCTION);
        };
        let op = Op::Convert(path.path.clone(), value);
        Some(self.push(op, kind, span))
    }

    /// The kind of real number that `Into::<f64>::into` makes.
    pub(super) fn named_conversion(&self, path: &Path) -> Option<Kind> {
        let mut names = path.segments.iter().rev();
        let (name, owner) = (names.next()?, names.next()?);
        let syn::PathArguments::AngleBracketed(types) = &owner.arguments else {
            return None;
        };
        match types.args.first()? {
            GenericArgument::Type(ty) if name.ident == "into" && owner.ident == "Into" => {
                let kind = self.kind_of_type(ty);
                matches!(kind, Kind::Real(_)).then_some(kind)
            }
            _ => None,
        }
    }

    /// `x.into()` of a type parameter whose bound tells what it gives; of other active
    /// numbers only an annotation could tell.
    pub(super) fn converted_parameter(&mut self, call: &ExprMethodCall) -> Option<Lowering> {
        if call.method != "into" || !call.args.is_empty() {
            return None;
        }
        let kind = match strip(&call.receiver) {
            Expr::Path(path) => self.kind_of_local(path.path.get_ident()?)?,
            // if it is none of the type parameter, rustc says so
            _ => Kind::Opaque,
        };
        match (kind, self.reals.target_of_into().cloned()) {
            (Kind::Real(Width::Param(_)) | Kind::Opaque, Some(ty)) => {
                let (receiver, span) = (&call.receiver, call.method.span());
                let whole: ExprCall = syn::parse_quote_spanned! {span=>
                    ::core::convert::Into::<#ty>::into(#receiver)
                };
                Some(self.converted_number(&whole, self.kind_of_type(&ty)))
            }
            (Kind::Real(_), _) => Some(self.refuse(&call.method, no::INTO)),
            _ => None,
        }
    }

    /// `f64::sin` as a closure: its derivative is in the table.
    pub(super) fn function_of_floats(&self, path: &ExprPath) -> Option<ExprClosure> {
        let mut names = path.path.segments.iter().rev();
        let (name, owner) = (&names.next()?.ident, names.next()?);
        let ty = syn::Type::Path(syn::parse_quote!(#owner));
        let is_alone = path.qself.is_none() && names.next().is_none();
        if !is_alone || !matches!(self.kind_of_type(&ty), Kind::Real(_)) {
            return None;
        }
        let arity = rules::method(&name.to_string())?.arity();
        let span = path.span();
        let args: Vec<Ident> = (0..arity)
            .map(|index| plumbing(&format!("argument_{index}"), span))
            .collect();
        // the exponent of `powi` is none of them
        let types = args.iter().enumerate().map(|(index, _)| match index {
            1 if *name == "powi" => syn::parse_quote_spanned!(span=> i32),
            _ => ty.clone(),
        });
        Some(syn::parse_quote_spanned!(span=> |#(#args: #types),*| #path(#(#args),*)))
    }
}
