//! Macros of std whose meaning is known.

use super::{Lowerer, Lowering};
use crate::fence::catalogue as no;
use crate::ir::{Kind, Op, Stmt, Tree};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{Expr, Macro};

impl Lowerer<'_> {
    pub(super) fn macro_call(&mut self, mac: &Macro, node: &impl ToTokens) -> Lowering {
        let name = match mac.path.segments.last() {
            Some(segment) => segment.ident.to_string(),
            None => String::new(),
        };
        match name.as_str() {
            "assert" | "assert_eq" | "assert_ne" | "debug_assert" | "debug_assert_eq"
            | "debug_assert_ne" | "println" | "print" | "eprintln" | "eprint" => {
                let always = match name.as_str() {
                    "assert" => 1,
                    "assert_eq" | "assert_ne" => 2,
                    name if name.starts_with("debug") => 0,
                    _ => usize::MAX,
                };
                let capture = self.passed_macro(mac, always)?;
                self.out.push(Stmt::Effect(capture));
                Some(Tree::unit())
            }
            "panic" | "unreachable" | "todo" | "unimplemented" => {
                let capture = self.passed_macro(mac, usize::MAX)?;
                self.out.push(Stmt::Diverge(capture));
                None
            }
            "matches" => {
                let capture = self.passed_macro(mac, 0)?;
                // a `bool` has no derivative, whatever it looks at
                let op = Op::Verbatim(capture, "");
                Some(self.push(op, Kind::Bool, node.to_token_stream().span()))
            }
            // of the crate `approx` and its like: rustc checks that it is a `bool`
            name if is_comparison(name) => {
                let mut capture = self.passed_macro(mac, 2)?;
                let test = capture.tokens;
                capture.tokens = quote!(::core::convert::identity::<bool>(#test));
                let op = Op::Verbatim(capture, "");
                Some(self.push(op, Kind::Bool, node.to_token_stream().span()))
            }
            name if name.strip_prefix("assert_").is_some_and(is_comparison) => {
                let capture = self.passed_macro(mac, 2)?;
                self.out.push(Stmt::Effect(capture));
                Some(Tree::unit())
            }
            "vec" => self.vec_macro(&mac.tokens, node.to_token_stream().span()),
            "cfg" | "line" | "column" | "concat" | "stringify" | "env" | "include_str"
            | "module_path" | "file" | "format" => {
                let expr = Expr::Macro(syn::ExprMacro {
                    attrs: Vec::new(),
                    mac: mac.clone(),
                });
                self.verbatim(&expr, no::ACTIVE_ARGUMENT_OF_MACRO)
            }
            _ => self.refuse(node, no::UNKNOWN_MACRO),
        }
    }
}

/// Whether a macro tells if two numbers are close, by its name.
fn is_comparison(name: &str) -> bool {
    matches!(
        name,
        "abs_diff_eq" | "abs_diff_ne" | "relative_eq" | "relative_ne" | "ulps_eq" | "ulps_ne"
    )
}
