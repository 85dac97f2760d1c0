//! A file of tests without the functions that a mutant does not change, and without the
//! statements that check those: it compiles in a tenth of the time.

use std::collections::BTreeSet;
use std::ops::Range;

use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::{Block, Expr, Item, Stmt};

/// A function of the file.
struct Function {
    name: String,
    range: Range<usize>,
    /// The names in it.
    names: BTreeSet<String>,
    /// Differentiated, so it may go.
    is_program: bool,
}

#[derive(Default)]
struct Parts {
    functions: Vec<Function>,
    tests: Vec<syn::ItemFn>,
    /// The names in all that stays.
    others: BTreeSet<String>,
    /// Modules in other files.
    modules: Vec<Range<usize>>,
}

/// What is left of `source` for the function `name`; nothing if no test reaches it.
pub(crate) fn prune(source: &str, name: &str) -> Option<String> {
    let file = syn::parse_file(source).ok()?;
    let mut parts = Parts::default();
    parts.collect(file.items, false);
    let Parts {
        functions,
        tests,
        others,
        modules,
    } = parts;
    let known: BTreeSet<&str> = functions.iter().map(|f| &*f.name).collect();
    // `f_grad` stands for `f`
    let meant = |names: &BTreeSet<String>| -> BTreeSet<&str> {
        let of = |name: &String| {
            let stems = known.iter().filter(|stem| {
                let rest = name.strip_prefix(**stem);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
            });
            stems.copied().max_by_key(|stem| stem.len())
        };
        names.iter().filter_map(of).collect()
    };
    let calls: Vec<BTreeSet<&str>> = functions.iter().map(|f| meant(&f.names)).collect();
    let in_tests = tests.iter().map(|test| meant(&names(test)));
    let in_tests: BTreeSet<&str> = in_tests.flatten().collect();
    // up to what is tested
    let mut reached: BTreeSet<&str> = known.iter().copied().filter(|f| *f == name).collect();
    while reached.is_disjoint(&in_tests) {
        let callers = functions.iter().zip(&calls);
        let callers = callers.filter(|(_, calls)| !calls.is_disjoint(&reached));
        let before = reached.len();
        let callers: Vec<&str> = callers.map(|(function, _)| &*function.name).collect();
        reached.extend(callers);
        if reached.len() == before {
            return None;
        }
    }
    // what is checked in one statement stays together
    let mut statements = Vec::new();
    for test in &tests {
        leaves(&test.block, &mut statements);
    }
    let together: Vec<BTreeSet<&str>> = statements
        .iter()
        .map(&meant)
        .filter(|names| !names.is_disjoint(&reached))
        .collect();
    reached.extend(together.into_iter().flatten());
    // down to all that is called
    reached.extend(meant(&others));
    loop {
        let before = reached.len();
        for (function, calls) in functions.iter().zip(&calls) {
            if reached.contains(&*function.name) {
                reached.extend(calls);
            }
        }
        if reached.len() == before {
            break;
        }
    }
    let mut gone: BTreeSet<&str> = BTreeSet::new();
    loop {
        let before = gone.len();
        for (function, calls) in functions.iter().zip(&calls) {
            let is_gone = match function.is_program {
                true => !reached.contains(&*function.name),
                false => !calls.is_disjoint(&gone),
            };
            if is_gone {
                gone.insert(&function.name);
            }
        }
        if gone.len() == before {
            break;
        }
    }
    let mut cuts: Vec<Range<usize>> = functions
        .iter()
        .filter(|function| gone.contains(&*function.name))
        .map(|function| function.range.clone())
        .collect();
    let hits = |tokens: TokenStream| !meant(&names_in(tokens)).is_disjoint(&gone);
    cuts.extend(modules);
    for test in &tests {
        let panics = |attribute: &syn::Attribute| attribute.path().is_ident("should_panic");
        if test.attrs.iter().any(panics) && hits(tokens(test)) {
            cuts.push(test.span().byte_range());
        } else {
            strip(&test.block, &hits, &mut cuts);
        }
    }
    cuts.sort_by_key(|cut| cut.start);
    let mut text = String::new();
    let mut at = 0;
    for cut in cuts {
        if cut.start >= at {
            text += &source[at..cut.start];
            at = cut.end;
        }
    }
    text += &source[at..];
    Some(text)
}

impl Parts {
    fn collect(&mut self, items: Vec<Item>, are_programs: bool) {
        for item in items {
            match item {
                Item::Macro(item)
                    if item
                        .mac
                        .path
                        .segments
                        .last()
                        .is_some_and(|last| last.ident == "programs") =>
                {
                    if let Ok(file) = syn::parse2::<syn::File>(item.mac.tokens) {
                        self.collect(file.items, true);
                    }
                }
                Item::Mod(syn::ItemMod {
                    content: Some((_, items)),
                    ..
                }) => self.collect(items, are_programs),
                // it does not come along
                Item::Mod(module) => self.modules.push(module.span().byte_range()),
                Item::Fn(function) => {
                    let has = |name: &str| {
                        let mut attributes = function.attrs.iter();
                        attributes.any(|attribute| {
                            let last = attribute.path().segments.last();
                            last.is_some_and(|last| last.ident == name)
                        })
                    };
                    if has("test") {
                        self.tests.push(function);
                        continue;
                    }
                    self.functions.push(Function {
                        name: function.sig.ident.to_string(),
                        range: function.span().byte_range(),
                        names: names(&function),
                        is_program: are_programs || has("differentiate"),
                    });
                }
                item => self.others.extend(names(&item)),
            }
        }
    }
}

/// The block of a statement that is nothing but one, and what stands before it.
fn inside(stmt: &Stmt) -> Option<(TokenStream, &Block)> {
    match stmt {
        Stmt::Expr(Expr::ForLoop(looped), _) => Some((tokens(&looped.expr), &looped.body)),
        Stmt::Expr(Expr::While(looped), _) => Some((tokens(&looped.cond), &looped.body)),
        Stmt::Expr(Expr::Loop(looped), _) => Some((TokenStream::new(), &looped.body)),
        Stmt::Expr(Expr::Block(inner), _) => Some((TokenStream::new(), &inner.block)),
        _ => None,
    }
}

/// The names in each innermost statement.
fn leaves(block: &Block, found: &mut Vec<BTreeSet<String>>) {
    for stmt in &block.stmts {
        match inside(stmt) {
            Some((header, inner)) => {
                found.push(names_in(header));
                leaves(inner, found);
            }
            None => found.push(names(stmt)),
        }
    }
}

/// Cuts the innermost statements that need what is gone.
fn strip(block: &Block, hits: &dyn Fn(TokenStream) -> bool, cuts: &mut Vec<Range<usize>>) {
    for stmt in &block.stmts {
        if !hits(tokens(stmt)) {
            continue;
        }
        match inside(stmt) {
            Some((header, inner)) if !hits(header.clone()) => strip(inner, hits, cuts),
            _ => cuts.push(stmt.span().byte_range()),
        }
    }
}

fn tokens(node: &impl quote::ToTokens) -> TokenStream {
    let mut tokens = TokenStream::new();
    node.to_tokens(&mut tokens);
    tokens
}

fn names(node: &impl quote::ToTokens) -> BTreeSet<String> {
    names_in(tokens(node))
}

fn names_in(tokens: TokenStream) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for tree in tokens {
        match tree {
            TokenTree::Ident(name) => {
                found.insert(name.to_string());
            }
            TokenTree::Group(group) => found.extend(names_in(group.stream())),
            _ => {}
        }
    }
    found
}
