//! `docs/errors.md`: common mistakes and what the compiler says, taken from the
//! compile-fail cases.
//!
//! Write it with `GALLERY=write cargo test -p backprop-macros gallery`.

use std::fmt::Write;
use std::path::Path;

/// A mistake, its case in `tests/ui`, and what to do.
const GALLERY: &[(&str, &str, &str)] = &[
    (
        "A helper without the attribute",
        "calls/not_differentiated",
        "`expected type, found function` at a call says that the function which is called is \
         not differentiated. Write `#[differentiate]` on it; if it is not yours, wrap it in a \
         function with `#[differentiate(rule = ..)]`, or in `backprop::constant(..)` if it \
         carries no gradient.",
    ),
    (
        "A method without the attribute",
        "calls/unknown_method",
        "`no method named __differentiated_m` says that `m` is not differentiated. Write \
         `#[differentiate]` on the `impl` or the trait that it stands in.",
    ),
    (
        "An integer in `wrt`",
        "attribute/constant_wrt",
        "Name real numbers only, or leave `wrt` out: integers are constants anyway.",
    ),
    (
        "A result without a derivative",
        "signature/constant_result",
        "Return the real number; convert it where it is used.",
    ),
    (
        "A type of one's own as a parameter",
        "containers/no_derive",
        "Write `#[derive(Differentiable)]` on a type that holds real numbers, or exclude the \
         parameter with `wrt(..)`.",
    ),
    (
        "A type parameter that may be anything",
        "generics/missing_bound",
        "Use `T: backprop::Real`, or one of the bounds that the message names.",
    ),
    (
        "An iterator that is kept",
        "iterators/kept",
        "A name for an iterator is fine; a tuple, a struct or a call of one is not. Use the name itself.",
    ),
    (
        "An adaptor that is not differentiated",
        "iterators/unknown_adaptor",
        "Write the loop out, or use another adaptor; `docs/limits.md` lists what there is not.",
    ),
    (
        "A macro of one's own",
        "macros/user_macro",
        "What a macro expands to is not seen by the attribute. Put the code into a function.",
    ),
    (
        "A closure that changes what it captures",
        "functions/captured_vector_changed",
        "A closure that is passed to a differentiated function has copies of what it \
         captures. Let it give the new value, or write the loop out.",
    ),
    (
        "A closure from plain code",
        "functions/without_derivative",
        "Of a closure outside of differentiated functions only the value is known. Write a \
         function with `#[differentiate]`, and pass it under its name with braces.",
    ),
    (
        "A map of active values",
        "containers/hash_map",
        "Use a `Vec`, with the positions in the map.",
    ),
    (
        "Forward mode through a function without it",
        "modes/call_without_forward_mode",
        "Modes are needed on what is called as on what calls.",
    ),
];

fn page() -> String {
    let mut page = String::from(
        "# Errors\n\nCommon mistakes, what the compiler says, and what to do. Code and messages \
         are those of the\ncases in `tests/ui`, so they are what is printed today.\n",
    );
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/ui"));
    let read = |case: &str, extension: &str| {
        std::fs::read_to_string(root.join(case).with_extension(extension)).expect("a case")
    };
    for (title, case, advice) in GALLERY {
        let code = read(case, "rs").replace("\nfn main() {}\n", "");
        let message = read(case, "stderr");
        // later errors follow from the first
        let first = message.split("\n\n").next().unwrap_or_default();
        let _ = write!(
            page,
            "\n## {title}\n\n```rust,ignore\n{}\n```\n\n```text\n{}\n```\n\n{advice}\n",
            code.trim(),
            first.trim_end(),
        );
    }
    page
}

#[test]
fn gallery_is_what_is_printed() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/errors.md");
    if std::env::var("GALLERY").is_ok_and(|value| value == "write") {
        std::fs::write(path, page()).expect("the page can be written");
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        written == page(),
        "write docs/errors.md again: see the head of gallery.rs"
    );
}
