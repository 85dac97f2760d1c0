//! Algorithms as their users write them, against dual numbers and central
//! differences.

mod dynamics;
mod finance;
mod geometry;
mod learning;
mod linear;
mod sequences;
mod signals;
mod statistics;
