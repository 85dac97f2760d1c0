//! Names that are written alike and are not the same.
//!
//! A function that a macro of the user's makes may have a variable of the macro's and one
//! of its caller's under one name. rustc keeps them apart; to a procedural macro both are
//! the same text, so such functions are refused.

use super::catalogue as no;
use crate::errors::Errors;
use proc_macro2::{Ident, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use syn::visit::{self, Visit};
use syn::{ExprPath, ItemFn, Macro, PatIdent};

pub(super) fn check(item: &ItemFn, errors: &mut Errors) {
    let mut names = Names::default();
    names.visit_signature(&item.sig);
    names.visit_block(&item.block);
    for name in names.bound {
        if let Some(idents) = names.found.get(&name)
            && let Some(other) = other_context(idents)
        {
            errors.refuse(other, no::NAME_OF_A_MACRO);
        }
    }
}

/// Everything that may name a local.
#[derive(Default)]
struct Names {
    bound: BTreeSet<String>,
    found: BTreeMap<String, Vec<Ident>>,
}

impl Names {
    fn add(&mut self, ident: &Ident) {
        let found = self.found.entry(ident.to_string()).or_default();
        found.push(ident.clone());
    }

    /// All names of passed-through tokens but those of fields and methods.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut after_dot = false;
        for token in tokens {
            match &token {
                TokenTree::Ident(ident) if !after_dot => self.add(ident),
                TokenTree::Group(group) => self.tokens(group.stream()),
                _ => {}
            }
            after_dot = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '.');
        }
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_pat_ident(&mut self, pat: &'ast PatIdent) {
        let name = pat.ident.to_string();
        // others are constants and variants
        if name.starts_with(|first: char| !first.is_uppercase()) && name != "self" {
            self.bound.insert(name);
        }
        self.add(&pat.ident);
        visit::visit_pat_ident(self, pat);
    }

    fn visit_expr_path(&mut self, path: &'ast ExprPath) {
        if let Some(ident) = path.path.get_ident() {
            self.add(ident);
        }
    }

    fn visit_macro(&mut self, code: &'ast Macro) {
        self.tokens(code.tokens.clone());
    }

    fn visit_item(&mut self, _: &'ast syn::Item) {}
}

/// The first name of another hygiene than the first one.
fn other_context(idents: &[Ident]) -> Option<&Ident> {
    let first = context(idents.first()?)?;
    let differs = |ident: &&Ident| context(ident).is_some_and(|context| context != first);
    idents.iter().find(differs)
}

/// The hygiene of a name: `#4` of `#4 bytes(120..121)`. There is no other way to see it;
/// `tests/ui/macros/name_of_a_macro.rs` tells if this one is gone.
fn context(ident: &Ident) -> Option<String> {
    let span = format!("{:?}", ident.span());
    let context = span.split_once(' ')?.0;
    context.starts_with('#').then(|| context.to_owned())
}
