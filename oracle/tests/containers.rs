//! Programs on containers and structs, whose dual twin alone is checked: its
//! value against the program's, its tangents against central differences.

#![allow(
    clippy::all,
    dead_code,
    unused_assignments,
    reason = "the program texts are test data"
)]

#[path = "containers/algebra.rs"]
mod algebra;
#[path = "containers/learning.rs"]
mod learning;
#[path = "containers/std_types.rs"]
mod std_types;
#[path = "containers/structs.rs"]
mod structs;
#[path = "containers/widths.rs"]
mod widths;
