//! Gradients of whole programs, checked against dual numbers and differences.
//!
//! Every function is compiled twice from one text: as it stands, differentiated
//! by `#[differentiate]`, and with its scalars replaced by dual numbers. See
//! the crate `oracle` for what a `check!` compares.

#![expect(
    clippy::too_many_arguments,
    reason = "a `_backprop` takes the arguments, the upstream and one buffer for each argument"
)]
#![expect(
    clippy::let_and_return,
    clippy::assign_op_pattern,
    clippy::needless_late_init,
    reason = "the programs use every form that people write"
)]

mod activity;
mod again;
mod bounds;
mod boxes;
mod branches;
mod calls;
mod changed_layers;
mod changed_parts;
mod checkpoints;
mod chosen;
mod classics;
mod close;
mod configured;
mod containers;
mod conversions;
mod copies;
mod counts;
mod diverging;
mod ends;
mod enums;
mod found;
mod from_the_end;
mod fused;
mod generic;
mod halves;
mod hostile;
mod idioms;
mod in_options;
mod in_out;
mod inner_names;
mod integers;
mod items;
mod iterators;
mod kept;
mod lanes;
mod leaving;
mod left_out;
mod listed;
mod looked;
mod loops;
mod memory;
mod neighbours;
mod nests;
mod numbers;
mod operators;
mod option_fields;
mod optional;
mod options;
mod passed;
mod payloads;
mod pointers;
mod preferred;
mod ranges;
mod replaced;
mod restored;
mod results;
mod snapshots;
mod statements;
mod tables;
mod taken;
mod tested;
mod tuples;
mod turbofish;
mod unknown;
mod unmarked;
mod views;
mod vocabulary;
mod windows;
mod workspaces;
