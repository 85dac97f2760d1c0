//! Float literals and ranges in patterns, which dual numbers cannot match:
//! each becomes a binding and a condition.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Arm, Expr, Lit, Pat, RangeLimits, parse_quote};

/// The arms with guards in place of float patterns. An arm whose alternatives
/// need different guards becomes several arms.
pub(crate) fn guard_arms(arms: Vec<Arm>) -> Vec<Arm> {
    arms.into_iter().flat_map(split).map(guard_arm).collect()
}

/// The alternatives of an arm, where floats inside them need their own guards.
fn split(arm: Arm) -> Vec<Arm> {
    let (pattern, guard) = match &arm.pat {
        Pat::Guard(guarded) => (&*guarded.pat, Some(&guarded.guard)),
        pattern => (pattern, None),
    };
    let Pat::Or(or) = pattern else {
        return vec![arm];
    };
    let whole = condition(pattern, &fresh(0)).is_some();
    if whole
        || or
            .cases
            .iter()
            .all(|case| conditions(&mut case.clone()).is_empty())
    {
        return vec![arm];
    }
    let alternative = |case: &Pat| {
        let pat = match guard {
            Some(guard) => guarded(case, guard),
            None => case.clone(),
        };
        Arm { pat, ..arm.clone() }
    };
    or.cases.iter().map(alternative).collect()
}

fn guard_arm(mut arm: Arm) -> Arm {
    let (mut pattern, guard) = match arm.pat {
        Pat::Guard(guarded) => (*guarded.pat, Some(guarded.guard)),
        pattern => (pattern, None),
    };
    let conditions = conditions(&mut pattern);
    arm.pat = match (conditions.is_empty(), guard) {
        (true, None) => pattern,
        (true, Some(guard)) => guarded(&pattern, &guard),
        (false, None) => guarded(&pattern, &parse_quote!(#(#conditions)&&*)),
        (false, Some(guard)) => guarded(&pattern, &parse_quote!(#(#conditions)&&* && (#guard))),
    };
    arm
}

fn guarded(pattern: &Pat, guard: &Expr) -> Pat {
    Pat::Guard(syn::PatGuard {
        attrs: Vec::new(),
        pat: Box::new(pattern.clone()),
        if_token: syn::Token![if](pattern.span()),
        guard: Box::new(guard.clone()),
    })
}

/// Replaces the float patterns inside `pattern` by bindings and returns their
/// conditions. Alternatives below the top are left alone, to be refused.
pub(crate) fn conditions(pattern: &mut Pat) -> Vec<TokenStream> {
    let mut conditions = Vec::new();
    extract(pattern, &mut conditions);
    conditions
}

fn extract(pattern: &mut Pat, conditions: &mut Vec<TokenStream>) {
    let binding = fresh(conditions.len());
    if let Some(test) = condition(pattern, &binding) {
        *pattern = binding_of(binding);
        conditions.push(test);
        return;
    }
    match pattern {
        Pat::Ident(name) => {
            if let Some((_, subpattern)) = &mut name.subpat {
                match condition(subpattern, &name.ident) {
                    Some(test) => {
                        name.subpat = None;
                        conditions.push(test);
                    }
                    None => extract(subpattern, conditions),
                }
            }
        }
        Pat::Tuple(inner) => inner
            .elems
            .iter_mut()
            .for_each(|element| extract(element, conditions)),
        Pat::TupleStruct(inner) => inner
            .elems
            .iter_mut()
            .for_each(|element| extract(element, conditions)),
        Pat::Slice(inner) => inner
            .elems
            .iter_mut()
            .for_each(|element| extract(element, conditions)),
        Pat::Struct(inner) => {
            inner
                .fields
                .iter_mut()
                .for_each(|field| extract(&mut field.pat, conditions));
        }
        Pat::Paren(inner) => extract(&mut inner.pat, conditions),
        Pat::Reference(inner) => extract(&mut inner.pat, conditions),
        _ => {}
    }
}

/// The condition on `binding` that a pattern made only of floats stands for.
fn condition(pattern: &Pat, binding: &Ident) -> Option<TokenStream> {
    match pattern {
        Pat::Lit(literal) => {
            let Lit::Float(float) = &literal.lit else {
                return None;
            };
            Some(
                quote_spanned!(literal.span()=> ::oracle::equals(&#binding, ::oracle::verbatim!(#float))),
            )
        }
        Pat::Path(path) if is_float_path(&path.path) => Some(
            quote_spanned!(path.span()=> ::oracle::equals(&#binding, ::oracle::verbatim!(#path))),
        ),
        Pat::Range(range) if is_float_bound(&range.start) || is_float_bound(&range.end) => {
            let mut tests = Vec::new();
            if let Some(start) = &range.start {
                tests.push(quote!(::oracle::at_least(&#binding, ::oracle::verbatim!(#start))));
            }
            if let Some(end) = &range.end {
                tests.push(match range.limits {
                    RangeLimits::Closed(_) => {
                        quote!(::oracle::at_most(&#binding, ::oracle::verbatim!(#end)))
                    }
                    RangeLimits::HalfOpen(_) => {
                        quote!(::oracle::below(&#binding, ::oracle::verbatim!(#end)))
                    }
                });
            }
            Some(quote!((#(#tests)&&*)))
        }
        Pat::Paren(inner) => condition(&inner.pat, binding),
        Pat::Or(or) => {
            let tests: Option<Vec<_>> = or
                .cases
                .iter()
                .map(|case| condition(case, binding))
                .collect();
            tests.map(|tests| quote!((#(#tests)||*)))
        }
        _ => None,
    }
}

fn is_float_bound(bound: &Option<Box<Expr>>) -> bool {
    match bound.as_deref() {
        Some(Expr::Lit(literal)) => matches!(literal.lit, Lit::Float(_)),
        Some(Expr::Path(path)) => is_float_path(&path.path),
        _ => false,
    }
}

/// A path such as `f64::MAX` or `std::f32::consts::PI`.
fn is_float_path(path: &syn::Path) -> bool {
    path.segments.len() > 1
        && path
            .segments
            .iter()
            .any(|segment| segment.ident == "f64" || segment.ident == "f32")
}

fn fresh(index: usize) -> Ident {
    Ident::new(&format!("__float_{index}"), Span::call_site())
}

fn binding_of(ident: Ident) -> Pat {
    Pat::Ident(syn::PatIdent {
        attrs: Vec::new(),
        by_ref: None,
        mutability: None,
        ident,
        subpat: None,
    })
}
