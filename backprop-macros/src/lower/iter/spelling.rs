//! What is an iterator chain by its spelling.

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
];

/// Whether an expression is an iterator by its spelling.
pub(in crate::lower) fn is_chain(expr: &Expr) -> bool {
    match expr {
        Expr::Paren(inner) => is_chain(&inner.expr),
        Expr::Group(inner) => is_chain(&inner.expr),
        Expr::Range(range) => range.start.is_some(),
        Expr::MethodCall(call) => {
            let name = call.method.to_string();
            let source = match &*name {
                "iter" | "iter_mut" | "into_iter" => call.args.is_empty(),
                name => SOURCES.contains(&name) && call.args.len() == 1,
            };
            source || (ADAPTORS.contains(&&*name) && is_chain(&call.receiver))
        }
        Expr::Call(call) => is_source_function(call),
        _ => false,
    }
}

pub(super) fn unknown_message(call: &ExprMethodCall) -> String {
    let name = &call.method;
    format!("the iterator method `{name}` is not differentiated yet; write the loop out")
}

/// The first method of a chain that has no lowering.
pub(super) fn unknown_method(expr: &Expr) -> Option<&ExprMethodCall> {
    match expr {
        Expr::Paren(inner) => unknown_method(&inner.expr),
        Expr::MethodCall(call) => {
            let name = &*call.method.to_string();
            if !is_chain(&call.receiver) {
                return None;
            }
            let inner = unknown_method(&call.receiver);
            let known = match call.args.len() {
                0 => &[
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
                ][..],
                1 => &[
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
                    "reduce",
                    "max_by",
                    "min_by",
                ],
                2 => &["fold", "scan"],
                _ => &[],
            };
            inner.or((!known.contains(&name)).then_some(call))
        }
        _ => None,
    }
}

/// `iter::once(x)`, `iter::repeat(x)`
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
    call.args.len() == 1
        && matches!(&names[..], [.., module, name]
            if module == "iter" && (name == "once" || name == "repeat"))
}
