//! Where inputs come from: every item under an attribute, and every function, of the
//! repository's tests and examples.

use super::mutate::Tree;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::path::Path;

/// Real code, cut into items.
#[derive(Default)]
pub(super) struct Seeds {
    /// Items, the arguments of their attribute before each.
    pub(super) functions: Vec<(Vec<Tree>, Vec<Tree>)>,
    /// The insides of all brackets, to be put in elsewhere.
    pub(super) groups: Vec<(Delimiter, Vec<Tree>)>,
}

/// All there is; in the same order everywhere.
pub(super) fn all() -> Seeds {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let mut seeds = Seeds::default();
    for folder in ["tests", "examples", "src", "benches/src"] {
        folder_of(&root.join(folder), &mut seeds);
    }
    seeds
}

fn folder_of(path: &Path, seeds: &mut Seeds) {
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            folder_of(&path, seeds);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            if let Ok(tokens) = text.parse::<TokenStream>() {
                items_of(&Tree::list(tokens), seeds);
            }
        }
    }
}

/// Adds the items in `trees`, at any depth.
fn items_of(trees: &[Tree], seeds: &mut Seeds) {
    let mut options = Vec::new();
    let mut start = None;
    for (index, tree) in trees.iter().enumerate() {
        match tree {
            Tree::Group(delimiter, inside) => {
                items_of(inside, seeds);
                if inside.len() > 1 {
                    seeds.groups.push((*delimiter, inside.clone()));
                }
                if let [Tree::Token(TokenTree::Ident(name)), Tree::Group(_, list)] = &inside[..]
                    && name == "differentiate"
                {
                    options.clone_from(list);
                }
                if *delimiter == Delimiter::Brace
                    && let Some(start) = start.take()
                {
                    let item = trees[start..=index].to_vec();
                    seeds.functions.push((std::mem::take(&mut options), item));
                }
            }
            Tree::Token(TokenTree::Ident(name)) => {
                let opens = ["fn", "impl", "trait", "struct", "enum"];
                if start.is_none() && opens.iter().any(|open| name == open) {
                    start = Some(index);
                }
            }
            Tree::Token(TokenTree::Punct(punct)) if punct.as_char() == ';' => start = None,
            Tree::Token(_) => {}
        }
    }
}
