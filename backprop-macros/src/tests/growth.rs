//! How the time of an expansion grows with the length of the body.

use proc_macro2::TokenStream;
use std::fmt::Write;
use std::time::{Duration, Instant};

/// A body of `lines` lines: of each kind of statement some.
fn program(kind: &str, lines: usize) -> String {
    let mut body = String::new();
    for k in 0..lines {
        let _ = match kind {
            "straight" => writeln!(body, "let v{k} = x * {k}.5 + s.sin(); s += v{k} * y;"),
            "branches" => writeln!(body, "if s > {k}.0 {{ s += x; }} else {{ s *= y; }}"),
            "loops" => writeln!(body, "for i in 0..n {{ s += a[i] * x; }}"),
            "writes" => writeln!(body, "a[{k}] = a[{k}] * x + s;"),
            "calls" => writeln!(body, "s += g(s, x);"),
            "views" => writeln!(body, "let v{k} = &a[{k}..]; s += v{k}[0] * x;"),
            _ => writeln!(body, "if s > {k}.0 {{ return s * x; }} s += y;"),
        };
    }
    format!("fn f(x: f64, y: f64, n: usize, a: &mut [f64]) -> f64 {{ let mut s = x; {body} s }}")
}

fn time(kind: &str, lines: usize) -> Duration {
    let text = program(kind, lines);
    let run = move || {
        let item: TokenStream = text.parse().expect("tokens");
        let start = Instant::now();
        let expanded = crate::expand::differentiate(TokenStream::new(), item);
        let time = start.elapsed();
        assert!(!expanded.to_string().contains("compile_error"));
        time
    };
    let thread = std::thread::Builder::new().stack_size(8 << 20);
    let time = thread.spawn(run).expect("a thread").join();
    time.expect("the program is accepted")
}

const KINDS: [&str; 7] = [
    "straight", "branches", "loops", "writes", "calls", "views", "exits",
];

/// `cargo xtask compile-time`: tables for `docs/benchmarks.md`.
#[test]
#[ignore = "a measurement"]
fn expansion_times() {
    let variable = |name: &str, default: &str| std::env::var(name).unwrap_or(default.to_owned());
    let lines = variable("EXPANSION_LINES", "10,100,1000,5000");
    let lines = lines
        .split(',')
        .map(|lines| lines.parse().expect("a number"));
    let lines: Vec<usize> = lines.collect();
    let kinds = variable("EXPANSION_KINDS", &KINDS.join(","));
    println!("| statements | {lines:?} lines, µs for each |\n|---|---|");
    for kind in kinds.split(',') {
        let per_line = lines.iter().map(|lines| {
            let runs = if *lines < 1000 { "5" } else { "1" };
            let runs = variable("EXPANSION_RUNS", runs).parse().expect("a number");
            let best = (0_u32..runs).map(|_| time(kind, *lines)).min();
            best.unwrap_or_default().as_micros() / *lines as u128
        });
        println!("| {kind} | {:?} |", per_line.collect::<Vec<_>>());
    }
}
