//! Methods, traits and generic functions, checked through free functions that
//! call them.
//!
//! As in `tests/gradients`, each text is compiled twice, differentiated and on
//! dual numbers: see the crate `oracle`.

#![expect(
    clippy::too_many_arguments,
    reason = "a `_backprop` takes the arguments, the upstream and one buffer for each argument"
)]

mod changes;

mod methods;
