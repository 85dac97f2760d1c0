//! What is refused, and with which words: one program per refusal.
//!
//! Bless with `TRYBUILD=overwrite cargo test --test ui`.

#[test]
fn refusals() {
    trybuild::TestCases::new().compile_fail("tests/ui/*/*.rs");
}
