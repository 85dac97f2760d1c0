//! What is an iterator chain by its spelling.

use crate::lower::Lowerer;
use syn::{Expr, ExprMethodCall};

const SOURCES: &[&str] = &[
    "iter",
    "iter_mut",
    "into_iter",
    "windows",
    "chunks",
    "chunks_exact",
    "chunks_mut",
    "chunks_exact_mut",
    "rchunks",
    "rchunks_exact",
    "rchunks_mut",
    "rchunks_exact_mut",
    "drain",
];

const ADAPTORS: &[&str] = &[
    "map",
    "filter",
    "filter_map",
    "flat_map",
    "take_while",
    "skip_while",
    "map_while",
    "inspect",
    "scan",
    "enumerate",
    "rev",
    "skip",
    "take",
    "step_by",
    "zip",
    "copied",
    "cloned",
    "by_ref",
    "chain",
    "peekable",
    "fuse",
    "cycle",
    "flatten",
    "into_iter",
    "iter",
    "clone",
];

/// Methods that have a lowering.
const NO_ARGUMENT: &[&str] = &[
    "sum",
    "product",
    "count",
    "collect",
    "enumerate",
    "rev",
    "copied",
    "cloned",
    "into_iter",
    "iter",
    "by_ref",
    "fuse",
    "flatten",
    "last",
    "next",
    "next_back",
    "peek",
    "peekable",
    "clone",
    "len",
    "cycle",
    "unzip",
    "remainder",
];

const ONE_ARGUMENT: &[&str] = &[
    "for_each",
    "all",
    "any",
    "map",
    "inspect",
    "filter",
    "filter_map",
    "flat_map",
    "take_while",
    "skip_while",
    "map_while",
    "skip",
    "take",
    "step_by",
    "zip",
    "chain",
    "find",
    "find_map",
    "position",
    "nth",
    "rposition",
    "partition",
    "reduce",
    "max_by",
    "min_by",
];

impl Lowerer<'_> {
    /// Whether an expression is an iterator by its spelling, or the name of one.
    pub(in crate::lower) fn is_chain(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Paren(inner) => self.is_chain(&inner.expr),
            Expr::Group(inner) => self.is_chain(&inner.expr),
            Expr::Range(range) => range.start.is_some(),
            Expr::MethodCall(call) => {
                let name = call.method.to_string();
                let source = match &*name {
                    "iter" | "iter_mut" | "into_iter" => call.args.is_empty(),
                    name => SOURCES.contains(&name) && call.args.len() == 1,
                };
                source || (ADAPTORS.contains(&&*name) && self.is_chain(&call.receiver))
            }
            Expr::Call(call) => is_source_function(call),
            Expr::Path(_) => self.kept_iterator(expr).is_some(),
            Expr::Reference(inner) => {
                inner.mutability.is_some() && self.kept_iterator(&inner.expr).is_some()
            }
            _ => false,
        }
    }

    /// The first method of a chain that has no lowering.
    pub(super) fn unknown_in_chain<'e>(&self, expr: &'e Expr) -> Option<&'e ExprMethodCall> {
        match expr {
            Expr::Paren(inner) => self.unknown_in_chain(&inner.expr),
            Expr::MethodCall(call) => {
                if !self.is_chain(&call.receiver) {
                    return None;
                }
                let inner = self.unknown_in_chain(&call.receiver);
                inner.or((!is_known(call)).then_some(call))
            }
            _ => None,
        }
    }
}

/// Whether a method of iterators has a lowering.
fn is_known(call: &ExprMethodCall) -> bool {
    let known = match call.args.len() {
        0 => NO_ARGUMENT,
        1 => ONE_ARGUMENT,
        2 => &["fold", "scan", "try_fold"],
        _ => &[],
    };
    known.contains(&&*call.method.to_string())
}

pub(super) fn unknown_message(call: &ExprMethodCall) -> String {
    let name = &call.method;
    format!("the iterator method `{name}` is not differentiated yet; write the loop out")
}

/// `iter::once(x)`, `iter::repeat(x)` and their like.
pub(super) fn is_source_function(call: &syn::ExprCall) -> bool {
    let Expr::Path(path) = &*call.func else {
        return false;
    };
    let names: Vec<String> = path
        .path
        .segments
        .iter()
        .map(|s| s.ident.to_string())
        .collect();
    let arguments = match names.last().map(String::as_str) {
        Some("once" | "repeat" | "from_fn" | "repeat_with") => 1,
        Some("repeat_n" | "successors") => 2,
        _ => return false,
    };
    let of_iter = matches!(&names[..], [.., module, _] if module == "iter");
    of_iter && call.args.len() == arguments
}
