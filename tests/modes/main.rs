//! What is generated beside the gradient.
//!
//! Every program of `tests/gradients`, `tests/algorithms` and `tests/rules`, and
//! every random program, is generated with forward mode and, where it can be, with
//! second derivatives (`oracle::programs!` asks for them): the first are compared
//! with dual numbers, the second with differences of gradients. Here are the public
//! functions themselves.

mod agree;
mod calls;
mod changing;
mod initial;
mod jacobian;
mod kinks;
mod objectives;
mod objects;
mod own_types;
mod returned;
mod second;
mod tangents;
mod views;
