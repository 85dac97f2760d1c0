//! What is generated beside the gradient.
//!
//! Every program of `tests/gradients`, `tests/algorithms` and `tests/rules`, and
//! every random program, has forward mode too (`oracle::programs!` asks for it) and
//! is compared with dual numbers there. Here are the public functions themselves.

mod kinks;
mod tangents;
