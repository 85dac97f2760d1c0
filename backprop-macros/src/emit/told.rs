//! Types and constants of a function that follow from no argument: `payoff::<true>(x)`.
//! Callers write them, and so does what is generated beside the function.

use super::Emitter;
use super::calls::{Companion, values};
use super::companions::Parts;
use crate::ir::{Aggregate, Arg, Call, Op};
use crate::parse::Home;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{GenericParam, Type};

impl Parts<'_> {
    /// Whether types and constants follow from the arguments and the result of a call.
    pub(super) fn are_told(&self) -> bool {
        let sig = &self.input.item.sig;
        let result = match &sig.output {
            syn::ReturnType::Type(_, ty) => Some(&**ty),
            syn::ReturnType::Default => None,
        };
        let types = self.input.signature.params.iter().map(|param| &param.ty);
        let types: Vec<&Type> = types.chain(result).collect();
        let mut params = sig.generics.params.iter();
        params.all(|param| match param {
            GenericParam::Lifetime(_) => true,
            GenericParam::Type(param) => {
                let is_function = self.input.functions.is_one(&param.ident);
                is_function || types.iter().any(|ty| tells(ty, &param.ident))
            }
            GenericParam::Const(param) => types.iter().any(|ty| tells(ty, &param.ident)),
        })
    }

    /// The types and constants of the primal for a companion that has `more` of them, and
    /// the primal to go with it: written out, where they do not follow from the arguments.
    pub(super) fn told(&self, more: usize) -> (TokenStream, TokenStream) {
        let item = &self.input.item;
        let name = item.sig.ident.to_token_stream();
        if self.are_told() {
            return (TokenStream::new(), name);
        }
        let arguments = item.sig.generics.params.iter();
        let arguments = arguments.filter_map(|param| self.told_argument(param));
        let arguments = arguments.chain(std::iter::repeat_n(quote!(_), more));
        let primal = match self.input.home {
            Home::Module => self.own_instance(),
            _ => name,
        };
        (quote!(::<#(#arguments),*>), primal)
    }

    /// A type or a constant as an argument; the type of a function follows from it.
    pub(super) fn told_argument(&self, param: &GenericParam) -> Option<TokenStream> {
        match param {
            GenericParam::Lifetime(_) => None,
            GenericParam::Type(param) if self.input.functions.is_one(&param.ident) => {
                Some(quote!(_))
            }
            GenericParam::Type(param) => Some(param.ident.to_token_stream()),
            GenericParam::Const(param) => Some(param.ident.to_token_stream()),
        }
    }
}

impl Emitter<'_> {
    /// The types and constants that the user wrote, for a companion: it has that of the
    /// mask and `more` of them, and one for each function that is passed to a parameter
    /// without a name.
    pub(super) fn told(
        &self,
        call: &Call,
        companion: &Companion,
        written: Option<&syn::AngleBracketedGenericArguments>,
        more: usize,
    ) -> TokenStream {
        let Some(written) = written else {
            return TokenStream::new();
        };
        let is_left_out = |arg: &&syn::GenericArgument| {
            matches!(arg, syn::GenericArgument::Type(syn::Type::Infer(_)))
        };
        let left_out = written.args.iter().filter(is_left_out).count();
        let functions = values(call, companion).filter(|arg| self.is_function(arg));
        let unnamed = functions.count().saturating_sub(left_out);
        let mask = match companion {
            Companion::Split(_) | Companion::Doubled(..) => 1,
            Companion::Forward(_) | Companion::None => 0,
        };
        let written = written.args.iter().map(ToTokens::to_token_stream);
        let rest = std::iter::repeat_n(quote!(_), mask + more + unnamed);
        let all = written.chain(rest);
        quote_spanned!(call.span=> ::<#(#all),*>)
    }

    /// Whether an argument is a closure or a function by name.
    fn is_function(&self, arg: &Arg) -> bool {
        let Arg::In(tree) = arg else {
            return false;
        };
        tree.any(|leaf| {
            let op = self.inline.get(leaf);
            matches!(
                op,
                Some(Op::Function(..) | Op::Aggregate(Aggregate::Closure(..), _))
            ) || self.f.functions.contains(leaf)
        })
    }
}

/// The types and constants that stand behind a name.
pub(super) fn turbofish_of(
    arguments: &syn::PathArguments,
) -> Option<&syn::AngleBracketedGenericArguments> {
    match arguments {
        syn::PathArguments::AngleBracketed(arguments) => Some(arguments),
        _ => None,
    }
}

/// Whether a type determines a parameter of the function: it is part of it.
pub(super) fn tells(ty: &Type, name: &Ident) -> bool {
    match ty {
        Type::Paren(inner) => tells(&inner.elem, name),
        Type::Group(inner) => tells(&inner.elem, name),
        Type::Tuple(tuple) => tuple.elems.iter().any(|ty| tells(ty, name)),
        Type::Reference(reference) => tells(&reference.elem, name),
        Type::Slice(slice) => tells(&slice.elem, name),
        Type::Array(array) => {
            let is_length = matches!(&array.len, syn::Expr::Path(len) if len.path.is_ident(name));
            is_length || tells(&array.elem, name)
        }
        Type::Path(path) => {
            let mut segments = path.path.segments.iter();
            path.path.is_ident(name)
                || segments.any(|segment| match &segment.arguments {
                    syn::PathArguments::AngleBracketed(args) => {
                        args.args.iter().any(|arg| match arg {
                            syn::GenericArgument::Type(ty) => tells(ty, name),
                            _ => false,
                        })
                    }
                    _ => false,
                })
        }
        _ => false,
    }
}
