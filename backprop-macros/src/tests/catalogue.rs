//! The catalogue of refusals.

use crate::fence::catalogue::ALL;

#[test]
fn messages_differ() {
    for (index, (name, refusal)) in ALL.iter().enumerate() {
        for (other, again) in &ALL[..index] {
            assert_ne!(refusal.message, again.message, "{name} and {other}");
        }
    }
}
