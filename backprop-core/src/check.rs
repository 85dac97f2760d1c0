//! The gradient check behind `assert_gradient!`: reverse mode against central
//! differences.

use crate::Differentiable;
use crate::numbers::Numbers;
use crate::protocol::{AddedInPlace, ParameterExcludedByWrt};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// All numbers of a value.
pub fn numbers<T: Numbers + ?Sized>(value: &T) -> Vec<f64> {
    value.numbers()
}

/// How many numbers a value has.
pub fn count<T: Numbers + ?Sized>(value: &T) -> usize {
    value.count_numbers()
}

/// Replaces number `index` of a value.
pub fn set<T: Numbers + ?Sized>(value: &mut T, index: usize, number: f64) {
    let mut position = 0;
    value.map_numbers(&mut |x| {
        position += 1;
        if position == index + 1 { number } else { x }
    });
}

/// A result whose upstream is a gradient of its own shape.
#[derive(Debug)]
pub struct Plain;

/// A result whose upstream is that of its payload.
#[derive(Debug)]
pub struct Fallible;

/// What a function returned; which of the two it is follows from its pullback.
pub trait Outcome<U, Kind> {
    /// The zero upstream, if there is a value.
    fn upstream(&self) -> Option<U>;
}

impl<T: Differentiable> Outcome<T::Gradient, Plain> for T {
    fn upstream(&self) -> Option<T::Gradient> {
        Some(self.zero_gradient())
    }
}

impl<T: Differentiable> Outcome<T::Gradient, Fallible> for Option<T> {
    fn upstream(&self) -> Option<T::Gradient> {
        self.as_ref().map(T::zero_gradient)
    }
}

impl<T: Differentiable, E> Outcome<T::Gradient, Fallible> for Result<T, E> {
    fn upstream(&self) -> Option<T::Gradient> {
        self.as_ref().ok().map(T::zero_gradient)
    }
}

/// The zero upstream of a result.
pub fn upstream<U, Kind, R: Outcome<U, Kind>>(result: &R) -> Option<U> {
    result.upstream()
}

/// No adjoints of so many parameters.
pub fn nothing(parameters: usize) -> Vec<Option<Vec<f64>>> {
    alloc::vec![None; parameters]
}

/// What a pullback returned for a parameter, as numbers.
pub trait Slot<G> {
    /// The adjoint; nothing if the function excludes the parameter.
    fn adjoint(self, buffer: G) -> Option<Vec<f64>>;
}

impl<G, T: Numbers> Slot<G> for T {
    fn adjoint(self, _: G) -> Option<Vec<f64>> {
        Some(numbers(&self))
    }
}

impl<G: Numbers> Slot<G> for AddedInPlace {
    fn adjoint(self, buffer: G) -> Option<Vec<f64>> {
        Some(numbers(&buffer))
    }
}

impl<G> Slot<G> for ParameterExcludedByWrt {
    fn adjoint(self, _: G) -> Option<Vec<f64>> {
        None
    }
}

/// The adjoint that a pullback returned or left in its buffer.
pub fn slot<G, S: Slot<G>>(slot: S, buffer: G) -> Option<Vec<f64>> {
    slot.adjoint(buffer)
}

/// What a run of the reverse half gave.
#[derive(Clone, Debug)]
pub struct Reverse {
    /// The outputs: the numbers of the result, then of the `&mut` arguments.
    pub outputs: Vec<f64>,
    /// The numbers of the arguments after the reverse half ran, which takes
    /// `&mut` arguments back to what they were.
    pub restored: Vec<f64>,
    /// For each parameter its adjoint, unless it is excluded.
    pub adjoints: Vec<Option<Vec<f64>>>,
}

/// A gradient to check.
#[derive(Clone, Debug)]
pub struct Check {
    /// The function, as written.
    pub function: &'static str,
    /// Its arguments, as written: how messages name the parameters.
    pub arguments: &'static [&'static str],
    /// The absolute tolerance, if not the default.
    pub epsilon: Option<f64>,
    /// The relative tolerance, if not the default.
    pub max_relative: Option<f64>,
}

/// Steps of the differences, from `2^-FIRST` of the argument's size on.
const FIRST: i32 = 3;
const STEPS: i32 = 16;

impl Check {
    /// Compares every derivative with central differences.
    ///
    /// `primal` runs the function on (a clone of) the arguments and gives its
    /// outputs: the numbers of the result, then those of the `&mut` arguments.
    /// `reverse` runs the reverse half with upstream 1 on one output.
    ///
    /// # Panics
    ///
    /// If a derivative disagrees, or if the value is not the primal's.
    #[track_caller]
    pub fn run<A: Arguments>(
        &self,
        arguments: &A,
        primal: impl Fn(&A) -> Vec<f64>,
        reverse: impl Fn(&A, usize) -> Reverse,
    ) {
        let outputs = primal(arguments);
        let single = arguments.single();
        let epsilon = self.epsilon.unwrap_or(if single { 1e-2 } else { 1e-6 });
        let max_relative = self
            .max_relative
            .unwrap_or(if single { 1e-2 } else { 1e-5 });
        for output in 0..outputs.len() {
            let run = reverse(arguments, output);
            for (index, (got, expected)) in run.outputs.iter().zip(&outputs).enumerate() {
                let same =
                    got.to_bits() == expected.to_bits() || (got.is_nan() && expected.is_nan());
                assert!(
                    same,
                    "`{}`: the differentiated function returns another value than the function itself\n  \
                     output {index}: expected {expected:?}, got {got:?}",
                    self.function,
                );
            }
            for (got, expected) in run.restored.iter().zip(arguments.numbers()) {
                assert!(
                    got.to_bits() == expected.to_bits() || (got.is_nan() && expected.is_nan()),
                    "`{}`: the reverse half does not restore a `&mut` argument\n  \
                     expected {expected:?}, got {got:?}",
                    self.function,
                );
            }
            for (parameter, adjoint) in run.adjoints.iter().enumerate() {
                let Some(adjoint) = adjoint else {
                    continue;
                };
                for (element, got) in adjoint.iter().enumerate() {
                    let difference = |step: f64| {
                        let at = arguments.number(parameter, element);
                        let above = arguments.with(parameter, element, at + step);
                        let below = arguments.with(parameter, element, at - step);
                        // what the step became when it was rounded
                        let width =
                            above.number(parameter, element) - below.number(parameter, element);
                        (primal(&above)[output] - primal(&below)[output]) / width
                    };
                    // far from 1, steps of the argument's size may be too
                    // long (`sin(1e6)`) or the only ones in the domain (`ln(1e-8)`)
                    let size = arguments.number(parameter, element).abs();
                    let (_, expected) = [size.max(0.1), size, 0.1]
                        .into_iter()
                        .filter(|size| *size > 0.0)
                        .map(|size| extrapolate(size, single, difference))
                        .reduce(|best, next| if next.0 < best.0 { next } else { best })
                        .unwrap_or((f64::INFINITY, f64::NAN));
                    let bound = epsilon.max(max_relative * expected.abs().max(got.abs()));
                    // an infinite number has an infinite bound, within which all would agree
                    let agrees =
                        *got == expected || (bound.is_finite() && (got - expected).abs() <= bound);
                    assert!(
                        agrees,
                        "`{}`: wrong gradient\n  parameter: {}\n  expected (differences): {expected:?}\n  \
                         got (reverse mode): {got:?}\n  tolerance: {bound:.1e}",
                        self.function,
                        self.place(parameter, element, adjoint.len(), output, outputs.len()),
                    );
                }
            }
        }
    }

    fn place(
        &self,
        parameter: usize,
        element: usize,
        of: usize,
        output: usize,
        outputs: usize,
    ) -> String {
        let written = self.arguments.get(parameter).copied().unwrap_or("");
        let mut place = format!("{} (argument `{written}`)", parameter + 1);
        if of > 1 {
            place += &format!(", element {element}");
        }
        if outputs > 1 {
            place += &format!(", output {output}");
        }
        place
    }
}

/// The derivative by central differences over halved steps, extrapolated once
/// (Richardson): the estimate that changes least from one step to the next, after
/// that change.
fn extrapolate(size: f64, single: bool, difference: impl Fn(f64) -> f64) -> (f64, f64) {
    let steps = if single { 8 } else { STEPS };
    let estimates: Vec<f64> = (0..steps)
        .map(|k| difference(size * f64::powi(0.5, FIRST + k)))
        .collect();
    let extrapolated: Vec<f64> = estimates
        .windows(2)
        .map(|pair| (4.0 * pair[1] - pair[0]) / 3.0)
        .collect();
    let mut best = (f64::INFINITY, estimates.last().copied().unwrap_or(f64::NAN));
    for pair in extrapolated.windows(2) {
        let change = (pair[1] - pair[0]).abs();
        if change < best.0 {
            best = (change, pair[1]);
        }
    }
    best
}

/// The arguments of a call: a tuple with one value for each parameter.
pub trait Arguments: Sized {
    /// Number `element` of argument `parameter`.
    fn number(&self, parameter: usize, element: usize) -> f64;
    /// The arguments with one number replaced.
    fn with(&self, parameter: usize, element: usize, value: f64) -> Self;
    /// Whether any number is an `f32`.
    fn single(&self) -> bool;
    /// All numbers.
    fn numbers(&self) -> Vec<f64>;
}

macro_rules! arguments {
    ($(($($name:ident $index:tt)*))*) => {$(
        impl<$($name: Numbers + Clone),*> Arguments for ($($name,)*) {
            fn number(&self, parameter: usize, element: usize) -> f64 {
                match parameter {
                    $($index => self.$index.numbers().get(element).copied().unwrap_or(0.0),)*
                    _ => 0.0,
                }
            }
            fn with(&self, parameter: usize, element: usize, value: f64) -> Self {
                let mut copy = self.clone();
                match parameter {
                    $($index => set(&mut copy.$index, element, value),)*
                    _ => {}
                }
                copy
            }
            fn single(&self) -> bool {
                self.__is_single()
            }
            fn numbers(&self) -> Vec<f64> {
                numbers(self)
            }
        }
    )*};
}

arguments! {
    (A 0)
    (A 0 B 1)
    (A 0 B 1 C 2)
    (A 0 B 1 C 2 D 3)
    (A 0 B 1 C 2 D 3 E 4)
    (A 0 B 1 C 2 D 3 E 4 F 5)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11)
}
