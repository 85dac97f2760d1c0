//! What a loop may do whose bounds are looked at before it runs.

use crate::ir::Op;

/// Whether an operation reads or computes, and no more: it runs no code of others, gives no
/// reference, and does not leave.
pub(super) fn computes(op: &Op) -> bool {
    match op {
        Op::Constant(tokens) => matches!(
            syn::parse2(tokens.clone()),
            Ok(syn::Expr::Lit(_) | syn::Expr::Path(_))
        ),
        Op::Verbatim(capture, _) => capture.is_lookup(),
        Op::Number(_)
        | Op::Integer(_)
        | Op::Flag(_)
        | Op::Copy(..)
        | Op::Neg(_)
        | Op::Not(_)
        | Op::Binary(..)
        | Op::Method(..)
        | Op::Cast(..)
        | Op::Convert(..)
        | Op::Deref(_)
        | Op::Project(..)
        | Op::Load(_)
        | Op::Query(..)
        | Op::Length(_)
        | Op::IsEmpty(_)
        | Op::Select(..)
        | Op::Runtime(..)
        | Op::ZeroGradient(_)
        | Op::ZeroAt(_)
        | Op::Take(_)
        | Op::Exchange(..)
        | Op::CopyGradient(_)
        | Op::Begin(_)
        | Op::Narrow(..)
        | Op::CastTangent(..) => true,
        _ => false,
    }
}
