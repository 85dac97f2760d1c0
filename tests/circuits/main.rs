//! Circuits: the gates that ran, with the gradients of `f_grad` on their wires.

mod agree;
mod pictures;
