//! What stands in the place of each sort of mutants.

use crate::list::{Genre, Mutant};
use crate::prune::prune;
use crate::schema::rewrite;

/// The text of `source` with mutants where it has marks: `genre` of what begins there.
fn rewritten(source: &str, mutants: &[(Genre, &str, &str)]) -> String {
    let mutants: Vec<Mutant> = mutants
        .iter()
        .enumerate()
        .map(|(number, (genre, at, replacement))| Mutant {
            number,
            file: String::new(),
            genre: *genre,
            replacement: (*replacement).to_owned(),
            start: source.find(at).expect("the text is there"),
            key: String::new(),
            line: 0,
        })
        .collect();
    let mutants: Vec<&Mutant> = mutants.iter().collect();
    let rewritten = rewrite(source, &mutants);
    assert_eq!(rewritten.inside.len(), mutants.len());
    for (range, owners) in &rewritten.owners {
        assert!(range.end <= rewritten.text.len() && !owners.is_empty());
    }
    rewritten.text.replace("crate::mutant::", "")
}

#[test]
fn bodies() {
    let mutants = [(Genre::Body, "1", "0"), (Genre::Body, "1", "2")];
    assert_eq!(
        rewritten("fn f() -> u8 { 1 }", &mutants),
        "fn f() -> u8 { if is(0) { return 0; } if is(1) { return 2; } 1 }"
    );
}

#[test]
fn operators() {
    let mutants = [
        (Genre::Binary, "&&", "||"),
        (Genre::Binary, "==", "!="),
        (Genre::Unary, "!a", ""),
    ];
    assert_eq!(
        rewritten("fn f() -> bool { !a && b == c }", &mutants),
        "fn f() -> bool { (((((!a) != is(2))) != is(0) && (((b == c) != is(1))) != is(0)) != is(0)) }"
    );
    let mutants = [(Genre::Binary, "<", "=="), (Genre::Binary, "<", ">")];
    assert_eq!(
        rewritten("fn f() -> bool { a < b }", &mutants),
        "fn f() -> bool { (match (&(a), &(b)) { (l, r) => if is(0) { l == r } else if is(1) { l > r } \
         else { l < r } }) }"
    );
    let mutants = [(Genre::Binary, "+=", "-=")];
    assert_eq!(
        rewritten("fn f() { a += b; }", &mutants),
        "fn f() { { if is(0) { a -= b } else { a += b } }; }"
    );
}

#[test]
fn arms() {
    let source = "fn f() { match x { A(y) if y || z => 1, B => 2, _ => 3 } }";
    let mutants = [
        (Genre::Arm, "A(", ""),
        (Genre::Guard, "y ||", "true"),
        (Genre::Guard, "y ||", "false"),
        (Genre::Arm, "B", ""),
        // what is inside the guard stays inside
        (Genre::Binary, "||", "&&"),
    ];
    assert_eq!(
        rewritten(source, &mutants),
        "fn f() { match x { A(y) if !is(0) && !is(2) && (is(1) || ((((y) != is(4) || (z) != is(4)) != is(4)))) => 1, B if !is(3) => 2, _ => 3 } }"
    );
}

#[test]
fn fields() {
    let mutants = [(Genre::Field, "a:", "")];
    assert_eq!(
        rewritten("fn f() { S { a: 1, ..s } }", &mutants),
        "fn f() { (if is(0) { S {  ..s } } else { S { a: 1, ..s } }) }"
    );
}

/// A chain that binds names has no other form.
#[test]
fn chains_stay() {
    let source = "fn f() { if let Some(a) = b && c {} }";
    let mutant = Mutant {
        number: 0,
        file: String::new(),
        genre: Genre::Binary,
        replacement: "||".into(),
        start: source.find("&&").expect("the text is there"),
        key: String::new(),
        line: 0,
    };
    let rewritten = rewrite(source, &[&mutant]);
    assert!(rewritten.inside.is_empty());
    assert_eq!(rewritten.text, source);
}

/// A function with what it calls and the statements that check it; one that is not checked
/// with what is.
#[test]
fn functions_alone() {
    let source = "\
oracle::programs! {
    fn a(x: f64) -> f64 { b(x) }
    fn b(x: f64) -> f64 { x }
    fn c(x: f64) -> f64 { x }
}
fn helper() -> f64 { c_grad(1.0) }
#[test]
fn checks() {
    for x in [1.0] {
        oracle::check!(a(x));
        oracle::check!(c(x));
    }
    assert!(helper() > 0.0);
    nothing();
}
";
    let of_a = source
        .replace("    fn c(x: f64) -> f64 { x }\n", "    \n")
        .replace("fn helper() -> f64 { c_grad(1.0) }\n", "\n")
        .replace("        oracle::check!(c(x));\n", "        \n")
        .replace("    assert!(helper() > 0.0);\n", "    \n");
    assert_eq!(prune(source, "a").as_deref(), Some(&*of_a));
    assert_eq!(prune(source, "b").as_deref(), Some(&*of_a));
    let of_c = prune(source, "c").expect("it is tested");
    assert!(of_c.contains("check!(c(x))") && of_c.contains("helper()"));
    assert!(!of_c.contains("fn a(") && !of_c.contains("fn b("));
    assert_eq!(prune("oracle::programs! { fn a() {} }", "a"), None);
    // checked in one statement, and a module in another file
    let both = "\
mod other;
oracle::programs! { fn a() {} fn b() {} fn c() {} }
#[test]
fn checks() { at!(a b); at!(c); }
";
    let of_a = both.replace("mod other;", "").replace("fn c() {}", "");
    assert_eq!(prune(both, "a"), Some(of_a.replace("at!(c);", "")));
}
