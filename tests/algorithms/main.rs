//! Algorithms as their users write them, against dual numbers and central
//! differences.

#![allow(
    clippy::too_many_arguments,
    clippy::needless_range_loop,
    reason = "programs as they are found; companions have more parameters"
)]

mod dynamics;
mod finance;
mod geometry;
mod learning;
mod linear;
mod sequences;
mod signals;
mod statistics;
