//! Forward mode and second derivatives: the function of tangents, and the code.

use crate::errors::Errors;
use crate::ir::text;
use crate::parse::{self, Options};
use crate::{analyse, lower, tangent};
use proc_macro2::TokenStream;
use quote::quote;

/// The IR of tangents, and the functions of `names` in what is emitted.
fn stages(options: TokenStream, function: &str, names: &[&str]) -> String {
    let mut errors = Errors::default();
    let item = syn::parse_str(function).expect("the test's own program parses");
    let read = Options::read(options.clone(), &mut errors);
    let (home, around) = (parse::Home::Module, parse::Around::default());
    let input = parse::parse(item, read, home, &around, &mut errors);
    let mut lowered = lower::lower(&input, &mut errors);
    let activity = analyse::analyse(&mut lowered.function, &mut errors);
    let tangents = tangent::tangent(&lowered.function, &activity);
    errors.finish().expect("the test's own program is accepted");
    let tokens = crate::expand::differentiate(
        options,
        function.parse().expect("the test's own program has tokens"),
    );
    let mut file: syn::File = syn::parse2(tokens).expect("the emitted code parses");
    let is_wanted = |name: &syn::Ident| names.iter().any(|wanted| name == wanted);
    file.items.retain_mut(|item| match item {
        syn::Item::Fn(function) => is_wanted(&function.sig.ident),
        syn::Item::Impl(block) => {
            block.items.retain(
                |item| matches!(item, syn::ImplItem::Fn(function) if is_wanted(&function.sig.ident)),
            );
            true
        }
        _ => false,
    });
    let (ir, code) = (text::function(&tangents), prettyplease::unparse(&file));
    format!("== tangent\n{ir}\n== emit\n{code}\n")
}

#[test]
fn forward_mode() {
    insta::assert_snapshot!(stages(
        quote!(jvp),
        "fn f(w: &[f64], x: &mut Vec<f64>, k: f64) -> f64 {
            let mut s = 1.0;
            for i in 0..w.len() {
                if s > 2.0 { s *= w[i]; } else { s += g(&x[i..], k).sqrt(); }
            }
            x.push(s);
            s
        }",
        &["jvp", "f_jvp"],
    ));
}

#[test]
fn second_order() {
    insta::assert_snapshot!(stages(
        quote!(hvp),
        "fn f(x: f64, y: f64) -> f64 { (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2) }",
        &["hvp", "f_hvp"],
    ));
}
