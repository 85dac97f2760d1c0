//! `#[cfg(..)]` inside a body.
//!
//! A macro is not told which predicates hold. So the item is written once for each way
//! in which those inside it may hold, each under the `#[cfg(..)]` that says so: rustc
//! drops all but one, and expands `#[differentiate]` on that one alone.

use crate::errors::Errors;
use crate::fence::catalogue as no;
use crate::parse::Options;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use std::collections::{BTreeMap, BTreeSet};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Expr, ImplItem, Item, Meta, Stmt, Token, TraitItem};

/// How many different options of the build may stand in the predicates of an item.
const MOST: usize = 6;

/// The item in all its versions, if there is more than one.
pub(crate) fn versions(
    options: &TokenStream,
    item: &Item,
    tokens: &TokenStream,
    errors: &mut Errors,
) -> Option<TokenStream> {
    if !mentions_cfg(tokens.clone()) {
        return None;
    }
    let mut found = Configuring::default();
    found.item(&mut item.clone());
    let predicates = found.predicates;
    let mut atoms = BTreeSet::new();
    for predicate in predicates.values() {
        find_atoms(predicate, &mut atoms);
    }
    let last = predicates.values().last()?;
    if atoms.len() > MOST {
        errors.refuse(last, no::MANY_PREDICATES);
        return None;
    }
    let krate = Options::read(options.clone(), &mut Errors::default()).krate;
    let mut seen = BTreeSet::new();
    let mut all = TokenStream::new();
    for chosen in 0..1_u32 << atoms.len() {
        let is_set = |name: &str| {
            let mut atoms = atoms.iter().enumerate();
            atoms.any(|(bit, atom)| atom == name && chosen >> bit & 1 == 1)
        };
        let held: Vec<bool> = predicates.values().map(|p| holds(p, &is_set)).collect();
        if !seen.insert(held.clone()) {
            continue;
        }
        let conditions = predicates.values().zip(&held).map(|(predicate, held)| {
            let span = predicate.span();
            match held {
                true => predicate.to_token_stream(),
                false => quote_spanned!(span=> not(#predicate)),
            }
        });
        let conditions = quote!(#(#conditions),*);
        let mut configuring = Configuring {
            held: Some(predicates.keys().cloned().zip(held).collect()),
            ..Configuring::default()
        };
        let mut version = item.clone();
        configuring.item(&mut version);
        all.extend(quote! {
            #[cfg(all(#conditions))]
            #[#krate::differentiate(#options)]
            #version
        });
    }
    Some(all)
}

/// `#[cfg(..)]` anywhere in the tokens.
fn mentions_cfg(tokens: TokenStream) -> bool {
    let is_cfg = |tokens: TokenStream| {
        let first = tokens.into_iter().next();
        matches!(first, Some(TokenTree::Ident(name)) if name == "cfg")
    };
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => {
            let is_one = group.delimiter() == Delimiter::Bracket && is_cfg(group.stream());
            is_one || mentions_cfg(group.stream())
        }
        _ => false,
    })
}

/// Finds the predicates inside an item or, if it is known which hold, drops what they
/// exclude. What stands at the item itself is rustc's own business.
#[derive(Default)]
struct Configuring {
    /// By their text.
    predicates: BTreeMap<String, Meta>,
    held: Option<BTreeMap<String, bool>>,
}

impl Configuring {
    fn item(&mut self, item: &mut Item) {
        match item {
            Item::Fn(function) => self.function(&mut function.sig, Some(&mut function.block)),
            Item::Impl(block) => {
                for item in &mut block.items {
                    if let ImplItem::Fn(function) = item {
                        self.function(&mut function.sig, Some(&mut function.block));
                    }
                }
            }
            Item::Trait(block) => {
                for item in &mut block.items {
                    if let TraitItem::Fn(function) = item {
                        self.function(&mut function.sig, function.default.as_mut());
                    }
                }
            }
            _ => {}
        }
    }

    fn function(&mut self, sig: &mut syn::Signature, block: Option<&mut syn::Block>) {
        self.visit_signature_mut(sig);
        if let Some(block) = block {
            self.visit_block_mut(block);
        }
    }

    /// Whether what has these attributes is there; it has no predicate any more.
    fn keeps(&mut self, attrs: &mut Vec<Attribute>) -> bool {
        let mut keeps = true;
        attrs.retain(|attr| {
            if !attr.path().is_ident("cfg") {
                return true;
            }
            let Ok(predicate) = attr.parse_args::<Meta>() else {
                return true;
            };
            let text = predicate.to_token_stream().to_string();
            match &self.held {
                Some(held) => keeps &= held.get(&text).copied().unwrap_or(true),
                None => {
                    self.predicates.insert(text, predicate);
                }
            }
            false
        });
        keeps
    }

    /// What is there of a list.
    fn list<T>(
        &mut self,
        list: &mut Punctuated<T, Token![,]>,
        attrs: impl Fn(&mut T) -> Option<&mut Vec<Attribute>>,
    ) {
        let all = std::mem::take(list).into_iter();
        *list = all
            .filter_map(|mut one| {
                let keeps = attrs(&mut one).is_none_or(|attrs| self.keeps(attrs));
                keeps.then_some(one)
            })
            .collect();
    }
}

impl VisitMut for Configuring {
    fn visit_block_mut(&mut self, block: &mut syn::Block) {
        block.stmts.retain_mut(|stmt| {
            let attrs = match stmt {
                Stmt::Local(local) => Some(&mut local.attrs),
                Stmt::Macro(stmt) => Some(&mut stmt.attrs),
                Stmt::Item(item) => attributes_of_item(item),
                // as rustc reads them, they belong to the whole statement
                Stmt::Expr(expr, _) => attributes_of(first_of(expr)),
            };
            attrs.is_none_or(|attrs| self.keeps(attrs))
        });
        visit_mut::visit_block_mut(self, block);
    }

    // what is defined inside is emitted as it stands
    fn visit_item_mut(&mut self, _: &mut Item) {}

    fn visit_signature_mut(&mut self, sig: &mut syn::Signature) {
        self.list(&mut sig.inputs, |input| match input {
            syn::FnArg::Typed(typed) => Some(&mut typed.attrs),
            syn::FnArg::Receiver(receiver) => Some(&mut receiver.attrs),
        });
    }

    fn visit_expr_match_mut(&mut self, choice: &mut syn::ExprMatch) {
        choice.arms.retain_mut(|arm| self.keeps(&mut arm.attrs));
        visit_mut::visit_expr_match_mut(self, choice);
    }

    fn visit_expr_struct_mut(&mut self, literal: &mut syn::ExprStruct) {
        self.list(&mut literal.fields, |field| Some(&mut field.attrs));
        visit_mut::visit_expr_struct_mut(self, literal);
    }

    fn visit_pat_struct_mut(&mut self, pattern: &mut syn::PatStruct) {
        self.list(&mut pattern.fields, |field| Some(&mut field.attrs));
        visit_mut::visit_pat_struct_mut(self, pattern);
    }

    fn visit_expr_array_mut(&mut self, array: &mut syn::ExprArray) {
        self.list(&mut array.elems, attributes_of);
        visit_mut::visit_expr_array_mut(self, array);
    }

    fn visit_expr_call_mut(&mut self, call: &mut syn::ExprCall) {
        self.list(&mut call.args, attributes_of);
        visit_mut::visit_expr_call_mut(self, call);
    }

    fn visit_expr_method_call_mut(&mut self, call: &mut syn::ExprMethodCall) {
        self.list(&mut call.args, attributes_of);
        visit_mut::visit_expr_method_call_mut(self, call);
    }
}

/// Where syn keeps the attributes of a statement.
fn first_of(expr: &mut Expr) -> &mut Expr {
    match expr {
        Expr::Assign(assign) => first_of(&mut assign.left),
        Expr::Binary(binary) => first_of(&mut binary.left),
        Expr::Cast(cast) => first_of(&mut cast.expr),
        expr => expr,
    }
}

macro_rules! attributes {
    ($of:ident, $value:ident: $($variant:ident)*) => {
        match $value {
            $($of::$variant(one) => Some(&mut one.attrs),)*
            _ => None,
        }
    };
}

fn attributes_of(expr: &mut Expr) -> Option<&mut Vec<Attribute>> {
    attributes!(Expr, expr: Array Assign Binary Block Break Call Cast Closure Continue Field
        ForLoop If Index Lit Loop Macro Match MethodCall Paren Path Range Reference Repeat Return
        Struct Try Tuple Unary Unsafe While)
}

fn attributes_of_item(item: &mut Item) -> Option<&mut Vec<Attribute>> {
    attributes!(Item, item: Const Enum Fn Impl Macro Mod Static Struct Trait Type Use)
}

/// Collects the options that a predicate asks for, by their text.
fn find_atoms(predicate: &Meta, atoms: &mut BTreeSet<String>) {
    match parts(predicate) {
        Some((_, parts)) => parts.iter().for_each(|part| find_atoms(part, atoms)),
        None => {
            atoms.insert(predicate.to_token_stream().to_string());
        }
    }
}

/// Whether a predicate holds, if it is known which options are set.
fn holds(predicate: &Meta, is_set: &impl Fn(&str) -> bool) -> bool {
    match parts(predicate) {
        Some(("all", parts)) => parts.iter().all(|part| holds(part, is_set)),
        Some(("any", parts)) => parts.iter().any(|part| holds(part, is_set)),
        Some((_, parts)) => !parts.iter().any(|part| holds(part, is_set)),
        None => is_set(&predicate.to_token_stream().to_string()),
    }
}

/// `all(..)`, `any(..)`, `not(..)`
fn parts(predicate: &Meta) -> Option<(&'static str, Punctuated<Meta, Token![,]>)> {
    let Meta::List(list) = predicate else {
        return None;
    };
    let name = ["all", "any", "not"]
        .into_iter()
        .find(|name| list.path.is_ident(name))?;
    let parts = list.parse_args_with(Punctuated::parse_terminated).ok()?;
    Some((name, parts))
}
