//! The macros on arbitrary tokens: no panic, no endless loop, no more time than the
//! size of the input asks for.
//!
//! Inputs are the functions of all tests and examples, changed at random
//! (`mutate.rs`). Input number `i` of a run depends on `seed + i` alone.
//! `cargo xtask tokens` runs many in release.

mod mutate;
mod seeds;

use mutate::Input;
use proc_macro2::TokenStream;
use std::collections::BTreeMap;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// rustc calls macros on a thread with twice as much.
const STACK: usize = 4 << 20;

/// An input that takes longer does not end.
const ENDLESS: Duration = Duration::from_secs(60);

/// Time that any input may take, and what each of its tokens adds to that, in a
/// release build on a busy machine.
const BASE: Duration = Duration::from_millis(100);
const PER_TOKEN: Duration = Duration::from_micros(200);

fn expand(input: &Input) -> TokenStream {
    let item = input.item.clone();
    match input.macro_name {
        "derive" => crate::derive::derive(item),
        "assert_gradient" => crate::check::assert_gradient(item),
        _ => crate::expand::differentiate(input.options.clone(), item),
    }
}

/// What is wrong with an input, if anything; with its kind, of which one is shown.
fn failure(input: &Input, slower: u32) -> Option<(String, String)> {
    let start = Instant::now();
    let expanded = panic::catch_unwind(AssertUnwindSafe(|| expand(input)));
    let time = start.elapsed();
    let Ok(expanded) = expanded else {
        let at = PANIC.with_borrow(Clone::clone);
        return Some((at, input.to_string()));
    };
    let size = u32::try_from(input.size()).unwrap_or(u32::MAX);
    if time > (BASE + PER_TOKEN * size) * slower {
        return Some((
            "slow".into(),
            format!("{time:?} for {size} tokens: {input}"),
        ));
    }
    // what is no item comes back as it is, beside the error
    let is_item = crate::fence::check_depth(&input.item).is_ok()
        && syn::parse2::<syn::Item>(input.item.clone()).is_ok();
    if is_item && let Err(error) = syn::parse2::<syn::File>(expanded) {
        return Some((format!("does not parse: {error}"), input.to_string()));
    }
    None
}

thread_local! {
    /// Where the last panic of this thread happened.
    static PANIC: std::cell::RefCell<String> = const { std::cell::RefCell::new(String::new()) };
}

/// Runs `inputs` inputs from `seed` on; panics with one example of each failure.
fn run(inputs: u64, seed: u64, slower: u32) {
    panic::set_hook(Box::new(|info| {
        if std::thread::current().name() != Some("tokens") {
            eprintln!("{info}");
        }
        PANIC.set(info.to_string());
    }));
    let current = Arc::new(AtomicU64::new(seed));
    let failures = Arc::new(Mutex::new(BTreeMap::<String, (u64, u64, String)>::new()));
    let work = {
        let (current, failures) = (current.clone(), failures.clone());
        // a stack that overflows ends the process: the number of the input stays here
        let trace = std::env::var_os("TOKENS_TRACE");
        move || {
            let seeds = seeds::all();
            assert!(
                seeds.functions.len() > 1000,
                "the functions of the tests are there"
            );
            for number in seed..seed + inputs {
                current.store(number, Ordering::Relaxed);
                if let Some(path) = &trace {
                    let _ = std::fs::write(path, number.to_string());
                }
                let input = mutate::input(&seeds, number);
                if inputs == 1 {
                    eprintln!("{input}");
                }
                if let Some((kind, text)) = failure(&input, slower) {
                    let mut failures = failures.lock().expect("nobody panics");
                    let entry = failures.entry(kind).or_insert((0, number, text));
                    entry.0 += 1;
                }
            }
        }
    };
    let thread = std::thread::Builder::new().name("tokens".into());
    let thread = thread.stack_size(STACK).spawn(work).expect("a thread");
    let (mut last, mut since) = (seed, Instant::now());
    while !thread.is_finished() {
        std::thread::sleep(Duration::from_millis(20));
        let now = current.load(Ordering::Relaxed);
        if now != last {
            (last, since) = (now, Instant::now());
        }
        assert!(since.elapsed() < ENDLESS, "input {now} does not end");
    }
    assert!(
        thread.join().is_ok(),
        "the run ended early, at {}",
        current.load(Ordering::Relaxed)
    );
    let failures = failures.lock().expect("nobody panics");
    for (kind, (count, number, text)) in failures.iter() {
        eprintln!("== {count} × {kind}\n   first: seed {number}\n{text}\n");
    }
    assert!(failures.is_empty(), "{} kinds of failures", failures.len());
}

#[test]
fn some_inputs() {
    run(500, 0, 100);
}

/// All code of the tests is let in, but for the case that is made to be refused.
#[test]
fn real_inputs() {
    let functions = seeds::all().functions;
    let is_refused = |(_, item): &&(_, Vec<mutate::Tree>)| {
        crate::fence::check_depth(&mutate::Tree::tokens(item)).is_err()
    };
    assert_eq!(functions.iter().filter(is_refused).count(), 1);
}

/// What once panicked, or made code that does not parse.
#[test]
fn found_inputs() {
    for line in include_str!("found.txt").lines() {
        let (options, item) = line.split_once(" # ").expect("options and an item");
        let parse = |text: &str| text.parse::<TokenStream>().expect("tokens");
        for macro_name in ["differentiate", "derive"] {
            let input = Input::new(macro_name, parse(options), parse(item));
            let expanded = expand(&input);
            assert!(syn::parse2::<syn::File>(expanded).is_ok(), "{line}");
        }
    }
}

/// `cargo xtask tokens`.
#[test]
#[ignore = "takes as long as it is told to"]
fn many_inputs() {
    let number = |name: &str, default| {
        std::env::var(name).map_or(default, |value| value.parse().expect("a number"))
    };
    run(number("TOKENS_INPUTS", 10_000), number("TOKENS_SEED", 0), 1);
}

/// What nests, as often as the fence lets it, on half the stack that rustc gives macros.
#[test]
fn deep_inputs() {
    for line in include_str!("deep.txt").lines() {
        let (place, (before, after)) = line
            .split_once(": ")
            .and_then(|(place, nested)| Some((place, nested.split_once('…')?)))
            .expect("a place, and what stands around the next level");
        let program = |times: usize| {
            let nested =
                |inside| format!("{}{inside}{}", before.repeat(times), after.repeat(times));
            match place {
                "body" => format!("fn f(x: f64) -> f64 {{ {} }}", nested("x")),
                "type" => format!("fn f(x: {0}, y: f64) -> {0} {{ x }}", nested("f64")),
                _ => {
                    let p = nested("q");
                    format!("fn f(x: f64) -> f64 {{ let {p} = x; match x {{ {p} => q, _ => x }} }}")
                }
            }
        };
        let is_allowed = |times: &usize| {
            let tokens = program(*times).parse().expect("tokens");
            crate::fence::check_depth(&tokens).is_ok()
        };
        let most = (0..2000).step_by(20).take_while(is_allowed).last();
        let text = program(most.unwrap_or_default());
        let run = move || {
            for options in ["", "jvp, hvp, circuit, show"] {
                let item = text.parse().expect("tokens");
                crate::expand::differentiate(options.parse().expect("tokens"), item);
            }
        };
        let thread = std::thread::Builder::new().stack_size(STACK);
        let done = thread.spawn(run).expect("a thread").join();
        assert!(done.is_ok(), "{line}");
    }
}
