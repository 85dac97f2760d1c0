//! Methods, traits and generic functions, checked through free functions that
//! call them.
//!
//! As in `tests/gradients`, each text is compiled twice, differentiated and on
//! dual numbers: see the crate `oracle`.

#![expect(
    clippy::assign_op_pattern,
    clippy::needless_range_loop,
    clippy::useless_format,
    reason = "the programs use every form that people write"
)]

mod alone;
mod changes;

mod checkpoints;
mod coercions;
mod compound;

mod indexing;
mod lenses;
mod makers;
mod methods;
mod object_defaults;
mod objects;
mod order;

mod references;

mod unnamed;
