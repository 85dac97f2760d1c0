//! Snapshots of every stage.
//!
//! Bless with `INSTA_UPDATE=always cargo test -p backprop-macros`.

mod catalogue;
mod gallery;
mod growth;
mod modes;
mod passes;
mod refused;
mod stages;
mod tokens;
