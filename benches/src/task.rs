//! What a task of the suite is, and how one is run.

use std::hint::black_box;
use std::time::Instant;

/// A function with its generated gradient and one written by hand.
///
/// The gradient by hand is what a careful engineer gets in safe Rust: one pass
/// where one is enough, shared subexpressions, no needless allocation. It keeps
/// the conventions of the documentation at kinks, and adds into the buffers of
/// its caller as `f_backprop` does.
pub(crate) trait Task {
    /// The arguments.
    type Input;
    /// What the function and its gradients change: buffers of the caller.
    type Work;

    /// A problem of the size, always the same.
    fn input(size: usize) -> Self::Input;
    /// Buffers as they are before a call. Made outside of what is counted.
    fn work(input: &Self::Input) -> Self::Work;
    /// The function as a user writes it.
    fn primal(input: &Self::Input, work: &mut Self::Work) -> f64;
    /// Its value and its gradient, by `#[differentiate]`.
    fn generated(input: &Self::Input, work: &mut Self::Work) -> f64;
    /// Its value and its gradient, by hand.
    fn by_hand(input: &Self::Input, work: &mut Self::Work) -> f64;
    /// The gradient, and other results than the value, as numbers to compare.
    fn results(work: &Self::Work) -> Vec<f64>;
}

/// A task of one size.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) size: usize,
    /// How often each version is called while it is counted.
    pub(crate) calls: u32,
    /// How many times the instructions of the gradient by hand the generated
    /// one may need in CI.
    pub(crate) margin: Option<f64>,
    /// How many versions `run` runs.
    pub(crate) versions: usize,
    pub(crate) run: fn(usize, u32),
    pub(crate) time: fn(usize) -> Vec<f64>,
}

/// A version of a task: the primal, or one of its gradients.
pub(crate) type Version<T> = fn(&<T as Task>::Input, &mut <T as Task>::Work) -> f64;

/// The versions of every task in the order in which they run.
pub(crate) fn versions<T: Task>() -> [Version<T>; 3] {
    [T::primal, T::generated, T::by_hand]
}

/// Runs the primal, the generated gradient and the one by hand.
pub(crate) fn run<T: Task>(size: usize, calls: u32) {
    run_all::<T>(&versions::<T>(), size, calls);
}

/// Runs every version, the primal first and the generated gradient second; prints
/// its allocations and its peak, one line each, and how far any gradient is from the
/// generated one.
///
/// # Panics
///
/// If the values or the gradients disagree by more than rounding.
pub(crate) fn run_all<T: Task>(versions: &[Version<T>], size: usize, calls: u32) {
    let input = T::input(size);
    let mut results = Vec::new();
    for version in versions {
        // the first call also fills the caches of the dynamic linker
        let mut work = T::work(&input);
        let mut value = 0.0;
        let info = allocation_counter::measure(|| value = version(&input, &mut work));
        println!("{} {}", info.count_total, info.bytes_max);
        results.push((value, T::results(&work)));
        for _ in 0..calls {
            let mut work = T::work(&input);
            black_box(counted::<T>(*version, black_box(&input), &mut work));
            black_box(&work);
        }
        next_version();
    }
    let [(primal, _), (generated, gradient), others @ ..] = &results[..] else {
        unreachable!("two versions at least")
    };
    assert_eq!(
        primal.to_bits(),
        generated.to_bits(),
        "the value is the primal's"
    );
    let mut largest = 0.0;
    for (value, other) in others {
        let values = difference(&[*generated], &[*value]);
        let gradients = difference(gradient, other);
        assert!(values.max(gradients) <= 1e-9, "{values:e}, {gradients:e}");
        largest = values.max(gradients).max(largest);
    }
    println!("{largest:e}");
}

/// Seconds of a call of each version: the shortest of many runs that take turns, as
/// whatever else the machine does only adds to them.
pub(crate) fn time<T: Task>(size: usize) -> Vec<f64> {
    const RUNS: usize = 101;
    const SHORTEST: f64 = 2e-4;
    let input = T::input(size);
    let once = |version: Version<T>, calls: usize| {
        let (mut left, mut seconds) = (calls, 0.0);
        while left > 0 {
            // what a call changes is made anew for each
            let mut works: Vec<T::Work> = (0..left.min(64)).map(|_| T::work(&input)).collect();
            let start = Instant::now();
            for work in &mut works {
                black_box(version(black_box(&input), black_box(work)));
            }
            seconds += start.elapsed().as_secs_f64();
            left -= works.len();
        }
        seconds / calls as f64
    };
    let mut calls = 1;
    while calls < 1 << 20 && once(T::primal, calls) * (calls as f64) < SHORTEST {
        calls *= 2;
    }
    let runs = match once(T::generated, 1) < 0.05 {
        true => RUNS,
        false => RUNS / 10,
    };
    let mut shortest = vec![f64::INFINITY; 3];
    for _ in 0..runs {
        for (version, shortest) in versions::<T>().into_iter().zip(&mut shortest) {
            *shortest = once(version, calls).min(*shortest);
        }
    }
    shortest
}

/// Callgrind counts what happens in here.
#[inline(never)]
fn counted<T: Task>(version: Version<T>, input: &T::Input, work: &mut T::Work) -> f64 {
    version(input, work)
}

/// Callgrind writes its counts, and begins anew, when this is called.
#[inline(never)]
fn next_version() {
    black_box(());
}

/// The largest difference, relative to the largest number.
///
/// # Panics
///
/// If the lengths differ or a number is not finite.
fn difference(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    assert!(a.iter().chain(b).all(|x| x.is_finite()));
    let scale = b.iter().fold(f64::MIN_POSITIVE, |max, b| max.max(b.abs()));
    let pairs = a.iter().zip(b);
    pairs.fold(0.0, |max: f64, (a, b)| max.max((a - b).abs() / scale))
}
