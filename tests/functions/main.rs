//! Functions as values, checked through functions that pass them.
//!
//! As in `tests/gradients`, each text is compiled twice, differentiated and on
//! dual numbers: see the crate `oracle`.

mod named;
