//! What a task of the suite is, and how one is run.

use std::hint::black_box;

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
    pub(crate) run: fn(usize, u32),
}

/// The versions in the order in which they run.
pub(crate) const VERSIONS: [&str; 3] = ["primal", "generated", "by hand"];

type Version<T> = fn(&<T as Task>::Input, &mut <T as Task>::Work) -> f64;

/// Runs every version; prints its allocations and its peak, one line each, and
/// how far the generated gradient is from the one by hand.
///
/// # Panics
///
/// If the values or the gradients disagree by more than rounding.
pub(crate) fn run<T: Task>(size: usize, calls: u32) {
    let input = T::input(size);
    let versions: [Version<T>; 3] = [T::primal, T::generated, T::by_hand];
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
            black_box(counted::<T>(version, black_box(&input), &mut work));
            black_box(&work);
        }
        next_version();
    }
    let [(primal, _), (generated, gradient), (by_hand, expected)] = &results[..] else {
        unreachable!("three versions")
    };
    assert_eq!(
        primal.to_bits(),
        generated.to_bits(),
        "the value is the primal's"
    );
    let values = difference(&[*generated], &[*by_hand]);
    let gradients = difference(gradient, expected);
    println!("{:e}", values.max(gradients));
    assert!(values.max(gradients) <= 1e-9, "{values:e}, {gradients:e}");
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
