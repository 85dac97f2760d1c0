//! Functions as values, checked through functions that pass them.
//!
//! As in `tests/gradients`, each text is compiled twice, differentiated and on
//! dual numbers: see the crate `oracle`.

#![expect(
    clippy::too_many_arguments,
    reason = "a `_backprop` takes the arguments, the upstream and one buffer for each argument"
)]
#![expect(
    clippy::assign_op_pattern,
    clippy::boxed_local,
    clippy::useless_vec,
    clippy::needless_borrows_for_generic_args,
    clippy::needless_range_loop,
    reason = "the programs use every form that people write"
)]

mod borrowed;
mod closures;
mod hostile;
mod modes;
mod named;
