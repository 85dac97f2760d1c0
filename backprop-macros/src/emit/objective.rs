//! `f::objective`: the function as solvers take it.

use super::companions::{Parts, RawIdent, plain, respan};
use super::names::plumbing;
use crate::parse::{Input, Parameter, Passing};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Type;

/// Whether one parameter is varied.
pub(crate) fn has_point(input: &Input) -> bool {
    let params = input.signature.params.iter();
    params.filter(|param| param.is_active()).count() == 1
}

impl Parts<'_> {
    /// The function of the companion, if it is asked for: it takes all arguments but
    /// the one that varies.
    pub(super) fn objective(&self) -> Option<TokenStream> {
        self.input.options.objective.as_ref()?;
        let params = &self.input.signature.params;
        let index = params.iter().position(Parameter::is_active)?;
        let (point, name) = (&params[index], &self.input.item.sig.ident);
        // what was refused is not there
        let is_number = super::rule_has_tangent(self.input);
        if !is_number || !has_point(self.input) || super::has_mut(self.input) {
            return None;
        }
        let span = self.span;
        let docs = format!(
            "[`{}`] as a function of `{}`, for solvers.",
            plain(name),
            plain(&point.name)
        );
        let (varied, fixed) = (plumbing("point", span), plumbing("fixed", span));
        let direction = plumbing("direction", span);
        let others = || params.iter().filter(|param| param.name != point.name);
        let names: Vec<_> = others().map(|param| &param.name).collect();
        let types = others().map(|param| {
            let ty = self.public_type(param);
            respan(quote!(#ty))
        });
        // each call has arguments of its own
        let copies = others().map(|param| {
            let name = &param.name;
            let function = param.function.as_ref();
            let is_owned = function.is_some_and(|function| function.by_value.is_some());
            match param.passing {
                _ if is_owned => quote!(let #name = ::core::clone::Clone::clone(#name);),
                Passing::Value => quote!(let #name = ::core::clone::Clone::clone(#name);),
                _ => quote!(let #name = *#name;),
            }
        });
        let at = &point.name;
        let take = match point.passing {
            Passing::Value => quote!(let #at = ::core::clone::Clone::clone(#varied);),
            _ => quote!(let #at = #varied;),
        };
        let prepare = quote!(let (#(#names,)*) = #fixed; #(#copies)* #take);
        let point_ty = match &point.ty {
            Type::Reference(reference) => &reference.elem,
            ty => ty,
        };
        let point_ty = respan(quote!(#point_ty));
        let grad = format_ident!("{}_grad", self.stem(), span = span);
        let args: Vec<_> = params.iter().map(|param| &param.name).collect();
        let told = self.told(0).0;
        // the primal takes other functions than companions do
        let lend = self.lend_functions();
        let value = match self.input.functions.is_empty() {
            true => quote!(#name #told(#(#args),*)),
            false => {
                let args: Vec<TokenStream> = args.iter().map(|arg| quote!(#arg)).collect();
                let split = self.call_split(quote!(0u64), &args);
                quote!(#lend #split.0)
            }
        };
        let is_twice = self.second.is_some();
        let parameters = self.generic_parameters();
        let where_clause = match is_twice {
            true => self.where_clause_in("FnDoubled", None),
            false => self.where_clause(None),
        };
        let (kind, make) = match is_twice {
            true => ("TwiceDifferentiable", "twice_differentiable"),
            false => ("Objective", "objective"),
        };
        let (kind, make) = (self.private(kind), self.private(make));
        let hvp = is_twice.then(|| {
            let companion = proc_macro2::Ident::new_raw_if(name, span);
            let (copy, lend) = (self.private("copy_tangent"), self.private("lend"));
            let (check, lend_functions) = (self.private("check_shape"), self.lend_functions());
            let directions = params.iter().map(|param| match param.name == point.name {
                false => self.no_direction(param),
                true if param.passing == Passing::Value => quote!(#copy(#direction)),
                true if param.is_in_place() => quote!(#lend(#at, #direction)),
                true => quote!(#direction),
            });
            let index = Literal::usize_unsuffixed(index);
            let found = plumbing("found", span);
            quote_spanned! {span=>
                , |#varied: &#point_ty, #direction, #fixed| {
                    #check(#varied, #lend(#varied, #direction));
                    #prepare #lend_functions
                    let #found = #companion::hvp #told(#(#args,)* (#(#directions,)*));
                    (#found.0, #found.1.#index, #found.2.#index)
                }
            }
        });
        let result = &self.result;
        Some(quote_spanned! {span=>
            #[doc = #docs]
            #[inline]
            pub fn objective<#(#parameters),*>(#(#names: #types),*)
                -> impl #kind<Point = #point_ty, Value = #result> #where_clause
            {
                #make(
                    (#(#names,)*),
                    |#varied: &#point_ty, #fixed| { #prepare #value },
                    |#varied: &#point_ty, #fixed| { #prepare #grad #told(#(#args),*) }
                    #hvp
                )
            }
        })
    }
}
