//! Default methods of marked traits, which implementations may replace.

/// What a marked trait says of each of its methods: whether its default form has a
/// companion.
#[derive(Clone, Copy, Debug)]
pub struct HasDefault<const YES: bool>;

/// Of a method that may be replaced by one without a companion: the default form has none
/// that would stand for it.
#[diagnostic::on_unimplemented(
    message = "this method replaces a differentiated default method, but is not differentiated itself",
    label = "write `#[differentiate]` on this method, or on the block alone",
    note = "callers would get value and gradient of the default method"
)]
pub trait MayBeReplaced {}

impl MayBeReplaced for HasDefault<false> {}

/// Checks what the trait says.
#[inline]
pub fn replaces<R: MayBeReplaced>(_: R) {}
