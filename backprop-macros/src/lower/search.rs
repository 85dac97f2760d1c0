//! Positions that a comparison finds: `partition_point`, `binary_search_by`.
//!
//! Std is asked for them. A position has no derivative, whatever is compared.

use super::passed::Parts;
use super::{Lowerer, Lowering, call::strip};
use crate::ir::{Kind, Op};
use quote::quote_spanned;
use syn::{Expr, ExprMethodCall};

impl Lowerer<'_> {
    /// A method that finds a position, or tells something of a sequence.
    pub(super) fn found(&mut self, call: &ExprMethodCall) -> Option<Lowering> {
        if self.is_range_test(call) {
            return Some(self.position(call, Kind::Bool));
        }
        if self.sibling(call).is_some() || !self.sees_more(call) {
            return None;
        }
        let name = call.method.to_string();
        let is_sequence = || self.is_vector(&call.receiver);
        let kind = match (&*name, call.args.len()) {
            ("partition_point", 1) => Kind::Int,
            ("binary_search_by", 1) | ("binary_search_by_key", 2) => Kind::Constant,
            ("is_sorted", 0)
            | ("is_sorted_by" | "is_sorted_by_key" | "contains", 1)
            | ("starts_with" | "ends_with", 1)
                if is_sequence() =>
            {
                Kind::Bool
            }
            _ => return None,
        };
        Some(self.position(call, kind))
    }

    /// `(a..b).contains(&x)`
    fn is_range_test(&self, call: &ExprMethodCall) -> bool {
        call.method == "contains" && matches!(strip(&call.receiver), Expr::Range(_))
    }

    fn position(&mut self, call: &ExprMethodCall, kind: Kind) -> Lowering {
        let span = call.method.span();
        let mut capture = self.passed(&Expr::MethodCall(call.clone()), Parts::Calls)?;
        if kind != Kind::Constant {
            return Some(self.push(Op::Verbatim(capture, ""), kind, span));
        }
        // one tuple, taken apart into integers
        let found = capture.tokens;
        capture.tokens = quote_spanned! {span=>
            match #found {
                ::core::result::Result::Ok(at) => (true, at, ::core::option::Option::None),
                ::core::result::Result::Err(at) => (false, at, ::core::option::Option::Some(at)),
            }
        };
        let found = self.push_value(Op::Verbatim(capture, ""), Kind::Constant, span);
        let is_there = self.push(Op::Project(found, 0), Kind::Bool, span);
        let at = self.push(Op::Project(found, 1), Kind::Int, span);
        let error = self.push(Op::Project(found, 2), Kind::Constant, span);
        let option = crate::ir::Tree::Option(Box::new(is_there), Box::new(at));
        Some(crate::ir::Tree::Result(Box::new(option), Box::new(error)))
    }
}
