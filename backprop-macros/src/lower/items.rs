//! Items inside bodies. Generated code has copies of them, at its head.

use super::Lowerer;
use crate::fence::catalogue as no;
use crate::parse::Around;
use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use std::collections::BTreeMap;
use syn::{Attribute, Block, Item, Stmt, UseTree};

/// A function that is defined in the body.
pub(super) struct Nested {
    pub(super) name: String,
    /// Whether it is differentiated: the user says so, or a call asks for it.
    pub(super) is_marked: bool,
}

impl Lowerer<'_> {
    /// An item of a block. One in a nested block goes to the head of the body, if its
    /// name means nothing else elsewhere.
    pub(super) fn item(&mut self, item: &Item, block: &Block, outermost: bool) {
        if !outermost {
            let inside = block.to_token_stream();
            let is_only_here = |name: &String| {
                let all = mentions(self.text.clone(), name);
                all == 0 || all == mentions(inside.clone(), name)
            };
            let names = defined_names(item);
            let Some(names) = names.filter(|names| names.iter().all(is_only_here)) else {
                self.errors.refuse(item, no::ITEM_NAME);
                return;
            };
            // the body of a closure is lowered at each of its calls
            let is_new = names.into_iter().fold(false, |is_new, name| {
                let is_first = self.hoisted.insert(name);
                is_new || is_first
            });
            if !is_new {
                return;
            }
        }
        if let Item::Fn(function) = item {
            self.nested.push(Nested {
                name: function.sig.ident.to_string(),
                is_marked: function.attrs.iter().any(is_mark),
            });
        }
        self.items.push(item.clone());
    }

    /// A nested block, in which the constants and functions that it defines have other
    /// names, if theirs stand elsewhere, too.
    pub(super) fn with_own_names(&mut self, block: &Block) -> Option<Block> {
        let name = |stmt: &Stmt| match stmt {
            Stmt::Item(Item::Const(constant)) => Some(constant.ident.to_string()),
            Stmt::Item(Item::Fn(function)) => Some(function.sig.ident.to_string()),
            _ => None,
        };
        let defined: Vec<String> = block.stmts.iter().filter_map(name).collect();
        if defined.is_empty() {
            return None;
        }
        let inside = block.to_token_stream();
        let mut names = BTreeMap::new();
        for name in defined {
            let all = mentions(self.text.clone(), &name);
            if all != mentions(inside.clone(), &name) {
                self.renamed += 1;
                let own = format!("__{}_{}", name.trim_start_matches("r#"), self.renamed);
                names.insert(name, own);
            }
        }
        match names.is_empty() {
            true => None,
            false => syn::parse2(renamed(inside, &names)?).ok(),
        }
    }

    /// Whether a name is that of a function of the body without `#[differentiate]`.
    pub(super) fn is_unmarked(&self, name: &str) -> bool {
        let mut nested = self.nested.iter();
        nested.any(|nested| nested.name == name && !nested.is_marked)
    }

    /// Whether a call has a function of the body differentiated: what it takes may be
    /// active.
    pub(super) fn is_marked_for(&mut self, call: &syn::ExprCall, path: &syn::ExprPath) -> bool {
        let name = path.path.get_ident();
        self.sees_more(&call.args) && name.is_some_and(|name| self.mark_nested(name))
    }

    /// Has a function of the body differentiated, which a call with active arguments
    /// asks for; whether it may be.
    fn mark_nested(&mut self, name: &syn::Ident) -> bool {
        let mut functions = self.items.iter().filter_map(|item| match item {
            Item::Fn(function) => Some(function),
            _ => None,
        });
        let found = functions.find(|function| function.sig.ident == *name);
        let Some(function) =
            found.filter(|function| Around::default().has_derivative(&function.sig))
        else {
            return false;
        };
        let calls = function.block.to_token_stream();
        let nested = self.nested.iter_mut();
        for nested in nested.filter(|nested| *name == nested.name) {
            nested.is_marked = true;
        }
        // what it calls is differentiated with it
        let others = self.nested.iter().filter(|nested| !nested.is_marked);
        let others: Vec<String> = others
            .filter(|nested| mentions(calls.clone(), &nested.name) > 0)
            .map(|nested| nested.name.clone())
            .collect();
        for other in others {
            self.mark_nested(&syn::Ident::new(&other, name.span()));
        }
        true
    }

    /// The items for the copies, each function with the attribute that its calls need.
    pub(super) fn take_items(&mut self, krate: &syn::Path) -> Vec<Item> {
        let mut items = std::mem::take(&mut self.items);
        let [jvp, second] = self.modes;
        let jvp = jvp.then(|| quote::quote!(jvp,));
        let hvp = second.then(|| quote::quote!(hvp,));
        for item in &mut items {
            if let Item::Fn(function) = item
                && !function.attrs.iter().any(is_mark)
            {
                let mut nested = self.nested.iter();
                if nested.any(|nested| nested.is_marked && function.sig.ident == nested.name) {
                    let mark =
                        syn::parse_quote!(#[#krate::differentiate(crate = #krate, #jvp #hvp)]);
                    function.attrs.push(mark);
                }
            }
        }
        items
    }
}

fn is_mark(attr: &Attribute) -> bool {
    let last = attr.path().segments.last();
    last.is_some_and(|segment| segment.ident == "differentiate")
}

/// The names that an item brings into scope, if they can be told: a trait brings methods.
fn defined_names(item: &Item) -> Option<Vec<String>> {
    fn imported(tree: &UseTree, names: &mut Vec<String>) -> bool {
        match tree {
            UseTree::Path(path) => imported(&path.tree, names),
            UseTree::Group(group) => group.items.iter().all(|tree| imported(tree, names)),
            UseTree::Name(name) => {
                let name = name.ident.to_string();
                let is_plain = !may_be_trait(&name) && name != "self";
                names.push(name);
                is_plain
            }
            UseTree::Rename(rename) => {
                names.push(rename.rename.to_string());
                !may_be_trait(&rename.ident.to_string())
            }
            UseTree::Glob(_) => false,
        }
    }
    match item {
        Item::Const(constant) if constant.ident != "_" => Some(vec![constant.ident.to_string()]),
        Item::Fn(function) => Some(vec![function.sig.ident.to_string()]),
        Item::Use(import) => {
            let mut names = Vec::new();
            imported(&import.tree, &mut names).then_some(names)
        }
        _ => None,
    }
}

/// `Float`, but not `PI` or `sin`.
fn may_be_trait(name: &str) -> bool {
    name.starts_with(char::is_uppercase) && name.chars().any(char::is_lowercase)
}

/// The code with other names; none if text that macros may look into has the old ones.
fn renamed(tokens: TokenStream, names: &BTreeMap<String, String>) -> Option<TokenStream> {
    let mut follows_dot = false;
    let each = tokens.into_iter().map(|token| {
        let is_member = std::mem::replace(&mut follows_dot, is_dot(&token));
        Some(match token {
            TokenTree::Ident(ident) if !is_member => {
                let name = names.get(&ident.to_string());
                let name = name.map(|name| Ident::new(name, ident.span()));
                TokenTree::Ident(name.unwrap_or(ident))
            }
            TokenTree::Group(group) => {
                let inner = renamed(group.stream(), names)?;
                let mut new = Group::new(group.delimiter(), inner);
                new.set_span(group.span());
                TokenTree::Group(new)
            }
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                if names.keys().any(|name| text.contains(name)) {
                    return None;
                }
                TokenTree::Literal(literal)
            }
            token => token,
        })
    });
    each.collect()
}

fn is_dot(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == '.')
}

/// How often a name stands in the code, and in the text that macros may look into.
fn mentions(tokens: TokenStream, name: &str) -> usize {
    let each = tokens.into_iter().map(|token| match token {
        TokenTree::Ident(ident) => usize::from(ident == name),
        TokenTree::Group(group) => mentions(group.stream(), name),
        TokenTree::Literal(literal) => literal.to_string().matches(name).count(),
        TokenTree::Punct(_) => 0,
    });
    each.sum()
}
