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

/// Every message of the compile-fail cases, as one text.
fn messages_of_cases() -> String {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/ui");
    let mut all = String::new();
    for topic in std::fs::read_dir(root)
        .expect("the cases are there")
        .flatten()
    {
        for case in std::fs::read_dir(topic.path()).expect("a topic").flatten() {
            if case
                .path()
                .extension()
                .is_some_and(|extension| extension == "stderr")
            {
                all += &std::fs::read_to_string(case.path()).expect("a text");
            }
        }
    }
    all
}

#[test]
fn every_refusal_has_a_case() {
    let cases = messages_of_cases();
    // there is no such syntax today: neither syn nor rustc has it
    let unknown_syntax = |name: &str| name == "UNKNOWN_EXPRESSION";
    let missing: Vec<&str> = ALL
        .iter()
        .filter(|(name, _)| !unknown_syntax(name))
        .filter(|(_, refusal)| {
            // around the name in the message
            let mut parts = refusal.message.split("{}");
            !parts.all(|part| cases.contains(part))
        })
        .map(|(name, _)| *name)
        .collect();
    assert!(missing.is_empty(), "no case in tests/ui for {missing:?}");
}
