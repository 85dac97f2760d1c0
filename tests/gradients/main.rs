//! Gradients of whole programs, checked against dual numbers and differences.
//!
//! Every function is compiled twice from one text: as it stands, differentiated
//! by `#[differentiate]`, and with its scalars replaced by dual numbers. See
//! the crate `oracle` for what a `check!` compares.

#![expect(
    clippy::too_many_arguments,
    reason = "a `_backprop` takes the arguments, the upstream and one buffer for each argument"
)]

mod branches;
mod calls;
mod classics;
mod loops;
mod statements;
