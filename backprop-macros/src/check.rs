//! `assert_gradient!`: a call becomes a comparison of its reverse half, run
//! once for each output, with differences of the function itself.

use crate::emit::{Form, companion_method};
use crate::fence::check_depth;
use proc_macro2::{Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Expr, ExprPath, Ident, Path, Token, parenthesized};

/// `f(args), epsilon = .., max_relative = .., crate = ..`
struct Assertion {
    function: ExprPath,
    args: Vec<Expr>,
    epsilon: Option<Expr>,
    max_relative: Option<Expr>,
    krate: Path,
}

impl Parse for Assertion {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let function = input.parse()?;
        let list;
        parenthesized!(list in input);
        let args = Punctuated::<Expr, Token![,]>::parse_terminated(&list)?;
        let mut assertion = Assertion {
            function,
            args: args.into_iter().collect(),
            epsilon: None,
            max_relative: None,
            krate: syn::parse_quote!(::backprop),
        };
        while input.parse::<Option<Token![,]>>()?.is_some() && !input.is_empty() {
            if input.peek(Token![crate]) {
                input.parse::<Token![crate]>()?;
                input.parse::<Token![=]>()?;
                assertion.krate = Path::parse_mod_style(input)?;
                continue;
            }
            let key: Ident = input.parse()?;
            input.parse::<Token![=]>()?;
            match key.to_string().as_str() {
                "epsilon" => assertion.epsilon = Some(input.parse()?),
                "max_relative" => assertion.max_relative = Some(input.parse()?),
                _ => {
                    let message = "expected `epsilon = ..`, `max_relative = ..` or `crate = ..`";
                    return Err(syn::Error::new(key.span(), message));
                }
            }
        }
        if !input.is_empty() {
            return Err(input.error("expected `,` and an option, or nothing"));
        }
        if assertion.args.is_empty() || assertion.args.len() > 12 {
            let message = "a gradient is checked for calls with 1 to 12 arguments";
            return Err(syn::Error::new(assertion.function.span(), message));
        }
        Ok(assertion)
    }
}

/// Expands the macro.
pub(crate) fn assert_gradient(input: TokenStream) -> TokenStream {
    match check_depth(&input).and_then(|()| syn::parse2::<Assertion>(input)) {
        Ok(assertion) => expand(&assertion),
        Err(error) => error.into_compile_error(),
    }
}

/// Whether a path names a function of a type or a trait.
fn is_associated(function: &ExprPath) -> bool {
    let owner = function.path.segments.iter().rev().nth(1);
    let is_type = |name: &Ident| name.to_string().starts_with(char::is_uppercase);
    function.qself.is_some() || owner.is_some_and(|owner| is_type(&owner.ident))
}

/// An argument as it is kept, and how it is passed.
struct Argument {
    /// The expression behind the reference.
    owned: TokenStream,
    mutable: bool,
    reference: bool,
}

fn argument(expr: &Expr, private: &TokenStream) -> Argument {
    match expr {
        Expr::Reference(reference) => {
            let owned = &reference.expr;
            let is_range = |index: &syn::ExprIndex| matches!(*index.index, Expr::Range(_));
            // what is lent stays the caller's
            let owned = match &**owned {
                Expr::Path(_) | Expr::Field(_) => quote!(#private::snapshot(&#owned)),
                Expr::Index(index) if is_range(index) => quote!(#private::snapshot(&#owned)),
                owned => quote!(#owned),
            };
            Argument {
                owned,
                mutable: reference.mutability.is_some(),
                reference: true,
            }
        }
        expr => Argument {
            owned: quote!(#expr),
            mutable: false,
            reference: false,
        },
    }
}

fn expand(assertion: &Assertion) -> TokenStream {
    let span = assertion.function.span().resolved_at(Span::mixed_site());
    let krate = &assertion.krate;
    let private = quote_spanned!(span=> #krate::__private);
    let function = &assertion.function;
    let written = quote!(#function).to_string().replace(' ', "");
    let args: Vec<Argument> = assertion
        .args
        .iter()
        .map(|arg| argument(arg, &private))
        .collect();
    let texts = assertion.args.iter().map(|arg| quote!(#arg).to_string());
    let owned = args.iter().map(|arg| &arg.owned);
    // every argument is active, and `&mut` content is taken back
    let all: u64 = (1 << 63) | ((1 << args.len()) - 1);
    let mask = Literal::u64_suffixed(all);
    let index = |i: usize| Literal::usize_unsuffixed(i);
    let passed: Vec<TokenStream> = args
        .iter()
        .enumerate()
        .map(|(i, arg)| {
            let i = index(i);
            match (arg.reference, arg.mutable) {
                (true, true) => quote_spanned!(span=> &mut __args.#i),
                (true, false) => quote_spanned!(span=> &__args.#i),
                _ => quote_spanned!(span=> ::core::clone::Clone::clone(&__args.#i)),
            }
        })
        .collect();
    let finals: Vec<TokenStream> = args
        .iter()
        .enumerate()
        .filter(|(_, arg)| arg.mutable)
        .map(|(i, _)| {
            let i = index(i);
            quote_spanned!(span=> ::core::iter::Extend::extend(&mut __outputs, #private::numbers(&__args.#i));)
        })
        .collect();
    let mut prepare = TokenStream::new();
    let mut entries = Vec::new();
    let mut slots = Vec::new();
    let mut adjoints = Vec::new();
    for (i, arg) in args.iter().enumerate() {
        let (i, number) = (index(i), i);
        let name = |text: &str| Ident::new(&format!("__{text}_{number}"), span);
        let (buffer, slot) = (name("buffer"), name("slot"));
        slots.push(slot.clone());
        match (arg.reference, arg.mutable) {
            (true, true) => {
                prepare.extend(quote_spanned! {span=>
                    let mut #buffer = #private::zero_gradient(&__args.#i);
                    let __count = #private::count(&#buffer);
                    if (__seeded..__seeded + __count).contains(&__output) {
                        #private::set(&mut #buffer, __output - __seeded, 1.0);
                    }
                    __seeded += __count;
                });
                entries.push(quote_spanned!(span=> #private::Mut {
                    value: ::core::option::Option::Some(&mut __args.#i),
                    adjoint: &mut #buffer,
                }));
                adjoints.push(quote_spanned!(span=> {
                    let #private::AddedInPlace = #slot;
                    ::core::option::Option::Some(#private::numbers(&#buffer))
                }));
            }
            (true, false) => {
                prepare.extend(
                    quote_spanned!(span=> let mut #buffer = #private::zero_gradient(&__args.#i);),
                );
                let some = quote_spanned!(span=> ::core::option::Option::Some);
                entries.push(
                    quote_spanned!(span=> #private::shared_entry(&__args.#i, #some(&mut #buffer))),
                );
                adjoints.push(quote_spanned!(span=> #private::slot(#slot, #buffer)));
            }
            _ => {
                entries.push(quote_spanned!(span=> ()));
                adjoints.push(quote_spanned!(span=> #private::slot(#slot, ())));
            }
        }
    }
    let count = Literal::usize_unsuffixed(args.len());
    let tolerance = |value: &Option<Expr>| match value {
        Some(value) => quote_spanned!(span=> ::core::option::Option::Some(#value)),
        None => quote_spanned!(span=> ::core::option::Option::None),
    };
    let (epsilon, max_relative) = (
        tolerance(&assertion.epsilon),
        tolerance(&assertion.max_relative),
    );
    let active = quote_spanned!(span=> #private::Active::<#mask>);
    let split = match is_associated(function) {
        true => {
            let mut companion = function.clone();
            if let Some(last) = companion.path.segments.last_mut() {
                last.ident = companion_method(&last.ident, Form::Split, last.ident.span());
            }
            quote_spanned!(span=> #companion(#(#passed,)* #active))
        }
        false => quote_spanned!(span=> <#function>::split(#active, #function, #(#passed),*)),
    };
    quote_spanned! {span=> {
        let __arguments = (#(#owned,)*);
        let __check = #private::Check {
            function: #written,
            arguments: &[#(#texts),*],
            epsilon: #epsilon,
            max_relative: #max_relative,
        };
        __check.run(
            &__arguments,
            |__args| {
                let mut __args = ::core::clone::Clone::clone(__args);
                let __result = #function(#(#passed),*);
                let mut __outputs = #private::numbers(&__result);
                #(#finals)*
                let _ = &mut __args;
                __outputs
            },
            |__args, __output| {
                let mut __args = ::core::clone::Clone::clone(__args);
                let (__result, __pullback) = #split;
                let mut __outputs = #private::numbers(&__result);
                #(#finals)*
                let ::core::option::Option::Some(mut __upstream) = #private::upstream(&__result) else {
                    // without a value there is nothing to differentiate
                    return #private::Reverse {
                        restored: #private::numbers(&__args),
                        outputs: __outputs,
                        adjoints: #private::nothing(#count),
                    };
                };
                let mut __seeded = #private::count(&__upstream);
                if __output < __seeded {
                    #private::set(&mut __upstream, __output, 1.0);
                }
                #prepare
                let _ = (&mut __args, &mut __seeded);
                let (#(#slots,)*) = __pullback(#private::Run::Last, &__upstream, #(#entries),*);
                #private::Reverse {
                    restored: #private::numbers(&__args),
                    outputs: __outputs,
                    adjoints: <[_]>::into_vec(#private::Box::new([#(#adjoints),*])),
                }
            },
        )
    }}
}
