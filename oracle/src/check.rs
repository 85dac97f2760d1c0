//! The comparison behind `check!`.

use std::fmt::Debug;

use crate::Value;
use crate::value::flat;

/// What is known about one parameter of a checked function.
pub struct Parameter {
    /// Its name in the program text.
    pub name: &'static str,
    /// The number of scalars of the argument.
    pub scalars: usize,
    /// `&mut`: its adjoint is replaced, not added to, and its final content is
    /// an output.
    pub exclusive: bool,
}

/// `f_grad`: the outputs and, for each parameter, its gradient in flat form.
pub type Grad<A, R> = dyn Fn(A) -> (R, Vec<Vec<f64>>);

/// `f_backprop`: arguments, a model of the outputs, upstreams, and the content
/// of the gradient buffers before and after.
pub type Backprop<A, R> = dyn Fn(A, &R, &[f64], &[f64]) -> (R, Vec<Vec<f64>>);

/// `f_jvp`: arguments and tangents; the outputs and their tangents in flat form.
pub type Jvp<A, R> = dyn Fn(A, &[f64]) -> (R, Vec<f64>);

/// `f_hvp`: arguments and direction; outputs, gradient and product in flat form.
pub type Hvp<A, R> = dyn Fn(A, &[f64]) -> (R, Vec<f64>, Vec<f64>);

/// One call of a differentiated function, in the flat form.
///
/// `A` are the arguments without their references; `R` is the result followed
/// by the final content of each `&mut` argument.
pub struct Program<'a, A: Value, R: Value> {
    /// The name of the function.
    pub name: &'static str,
    /// The arguments of this call.
    pub arguments: A,
    /// One entry per argument.
    pub parameters: Vec<Parameter>,
    /// Whether the function computes in `f32` anywhere.
    pub single: bool,
    /// The function as written.
    pub primal: &'a dyn Fn(A) -> R,
    /// The function on dual numbers.
    pub dual: &'a dyn Fn(A::Dual) -> R::Dual,
    /// `f_grad`, for a scalar result.
    pub grad: Option<&'a Grad<A, R>>,
    /// `f_backprop`, unless only the twin is checked.
    pub backprop: Option<&'a Backprop<A, R>>,
    /// `f_jvp`, if it is there.
    pub jvp: Option<&'a Jvp<A, R>>,
    /// `f_hvp`, if it is there.
    pub hvp: Option<&'a Hvp<A, R>>,
}

impl<A: Value + Debug, R: Value + Debug> Program<'_, A, R> {
    /// Compares everything that was generated with the dual numbers, and these
    /// with central differences if `differences`.
    ///
    /// # Panics
    ///
    /// At the first disagreement.
    pub fn check(&self, differences: bool) {
        let point = flat(&self.arguments);
        let at = |scalars: &[f64]| self.arguments.with_scalars(&mut scalars.iter().copied());
        let outputs = (self.primal)(at(&point));
        let grad = self.grad.map(|grad| {
            move |scalars: &[f64]| {
                let (values, gradient) = grad(at(scalars));
                (Outputs::of(&values), gradient)
            }
        });
        let backprop = self.backprop.map(|backprop| {
            let (outputs, point) = (&outputs, &point);
            move |upstream: &[f64], buffers: &[f64]| {
                let (values, after) = backprop(at(point), outputs, upstream, buffers);
                (Outputs::of(&values), after)
            }
        });
        let jvp = self.jvp.map(|jvp| {
            let point = &point;
            move |direction: &[f64]| {
                let (values, tangents) = jvp(at(point), direction);
                (Outputs::of(&values), tangents)
            }
        });
        let hvp = self.hvp.map(|hvp| {
            let point = &point;
            move |direction: &[f64]| {
                let (values, gradient, product) = hvp(at(point), direction);
                (Outputs::of(&values), gradient, product)
            }
        });
        let call = Call {
            text: format!("{}{:?}", self.name, self.arguments),
            point: &point,
            parameters: &self.parameters,
            single: self.single,
            primal: &|scalars| Outputs::of(&(self.primal)(at(scalars))),
            dual: &|tangents| {
                let dual = (self.dual)(self.arguments.dual(&mut tangents.iter().copied()));
                let mut column = Vec::new();
                R::tangents(&dual, &mut column);
                (Outputs::of(&R::primal(&dual)), column)
            },
            grad: grad.as_ref().map(|grad| grad as _),
            backprop: backprop.as_ref().map(|backprop| backprop as _),
            jvp: jvp.as_ref().map(|jvp| jvp as _),
            hvp: hvp.as_ref().map(|hvp| hvp as _),
        };
        call.check(differences);
    }
}

/// Outputs as the comparison sees them.
struct Outputs {
    scalars: Vec<f64>,
    text: String,
}

impl Outputs {
    fn of<R: Value + Debug>(outputs: &R) -> Self {
        Self {
            scalars: flat(outputs),
            text: format!("{outputs:?}"),
        }
    }
}

type Run<'a, R> = &'a dyn Fn(&[f64]) -> R;

type Reverse<'a> = &'a dyn Fn(&[f64], &[f64]) -> (Outputs, Parts);

/// Outputs, gradient and product.
type Second = (Outputs, Vec<f64>, Vec<f64>);

/// For each parameter.
type Parts = Vec<Vec<f64>>;

/// The same call without its types, so that the comparison is compiled once and
/// not for each signature.
struct Call<'a> {
    /// The name of the function and its arguments.
    text: String,
    /// The arguments in flat form.
    point: &'a [f64],
    parameters: &'a [Parameter],
    single: bool,
    /// At any point; so is `grad`.
    primal: Run<'a, Outputs>,
    /// With these tangents; the outputs and their tangents.
    dual: Run<'a, (Outputs, Vec<f64>)>,
    grad: Option<Run<'a, (Outputs, Parts)>>,
    /// Upstreams, and the content of the buffers before and after.
    backprop: Option<Reverse<'a>>,
    jvp: Option<Run<'a, (Outputs, Vec<f64>)>>,
    hvp: Option<Run<'a, Second>>,
}

impl Call<'_> {
    fn check(&self, differences: bool) {
        let outputs = (self.primal)(self.point);
        let jacobian = self.jacobian(&outputs);
        if differences {
            self.check_differences(&outputs, &jacobian);
        }
        self.check_grad(&outputs, &jacobian);
        self.check_backprop(&outputs, &jacobian);
        self.check_jvp(&outputs, &jacobian);
        self.check_hvp(&outputs, &jacobian, differences);
    }

    /// The derivative of each output (second index) along each input (first
    /// index), by one forward run per input.
    fn jacobian(&self, outputs: &Outputs) -> Vec<Vec<f64>> {
        let inputs = self.point.len();
        let run = |seed: Option<usize>| {
            let tangents = (0..inputs).map(|input| f64::from(u8::from(Some(input) == seed)));
            let (values, column) = (self.dual)(&tangents.collect::<Vec<f64>>());
            self.same_values("the dual twin", outputs, &values);
            column
        };
        run(None);
        (0..inputs).map(|input| run(Some(input))).collect()
    }

    fn check_differences(&self, outputs: &Outputs, jacobian: &[Vec<f64>]) {
        let (steps, tolerance): (&[f64], f64) = if self.single {
            (&[3e-1, 1e-1, 3e-2, 1e-2, 3e-3, 1e-3], 2e-2)
        } else {
            (&[1e-3, 1e-4, 1e-5, 1e-6, 1e-7], 1e-5)
        };
        let point = self.point;
        let outputs = outputs.scalars.len();
        for (input, column) in jacobian.iter().enumerate() {
            let slopes = |step: &f64| {
                let moved = |sign: f64| {
                    let mut moved = point.to_vec();
                    moved[input] += sign * step * point[input].abs().max(1.0);
                    if self.single {
                        moved[input] = f64::from(moved[input] as f32);
                    }
                    let values = (self.primal)(&moved).scalars;
                    (moved[input], values)
                };
                let ((above, high), (below, low)) = (moved(1.0), moved(-1.0));
                let width = above - below;
                // An output that is not there, or moved, has no slope.
                let same_shape = high.len() == outputs && low.len() == outputs;
                (0..outputs)
                    .map(|output| match same_shape {
                        true => (high[output] - low[output]) / width,
                        false => f64::NAN,
                    })
                    .collect()
            };
            let slopes: Vec<Vec<f64>> = steps.iter().map(slopes).collect();
            for (output, expected) in column.iter().enumerate() {
                let slopes: Vec<f64> = slopes.iter().map(|slopes| slopes[output]).collect();
                assert!(
                    slopes
                        .iter()
                        .any(|slope| agree(*slope, *expected, tolerance)),
                    "{}: output {output} along {}: dual numbers give {expected:e}, \
                     central differences {slopes:?}; is this a kink?",
                    self.call(),
                    self.label(input),
                );
            }
        }
    }

    fn check_grad(&self, outputs: &Outputs, jacobian: &[Vec<f64>]) {
        let Some(grad) = self.grad else { return };
        let (values, gradient) = grad(self.point);
        self.same_values("f_grad", outputs, &values);
        let expected: Vec<f64> = jacobian.iter().map(|column| column[0]).collect();
        self.same_gradient("f_grad", &expected, &gradient);
    }

    fn check_backprop(&self, outputs: &Outputs, jacobian: &[Vec<f64>]) {
        let Some(backprop) = self.backprop else {
            return;
        };
        for upstream in upstreams(outputs.scalars.len()) {
            let local: Vec<f64> = jacobian
                .iter()
                .map(|column| contract(column, &upstream))
                .collect();
            let start = self.parameters.iter().flat_map(|parameter| {
                let value = if parameter.exclusive { 0.0 } else { 0.625 };
                std::iter::repeat_n(value, parameter.scalars)
            });
            let start: Vec<f64> = start.collect();
            let exclusive = self
                .parameters
                .iter()
                .flat_map(|parameter| std::iter::repeat_n(parameter.exclusive, parameter.scalars));
            let exclusive: Vec<bool> = exclusive.collect();

            let mut buffers = start.clone();
            for round in 1..=2 {
                let (values, after) = backprop(&upstream, &buffers);
                let case =
                    format!("f_backprop, upstream {upstream:?}, call {round} into one buffer");
                self.same_values(&case, outputs, &values);
                let expected: Vec<f64> = (0..local.len())
                    .map(|input| {
                        let times = if exclusive[input] {
                            1.0
                        } else {
                            f64::from(round)
                        };
                        start[input] + times * local[input]
                    })
                    .collect();
                self.same_gradient(&case, &expected, &after);
                buffers = after.concat();
            }
        }
    }

    /// Along each input alone, then along all at once.
    fn check_jvp(&self, outputs: &Outputs, jacobian: &[Vec<f64>]) {
        let Some(jvp) = self.jvp else {
            return;
        };
        let tolerance = if self.single { 2e-4 } else { 1e-9 };
        let scalars: usize = self
            .parameters
            .iter()
            .map(|parameter| parameter.scalars)
            .sum();
        for direction in upstreams(scalars) {
            let (values, tangents) = jvp(&direction);
            let case = format!("f_jvp along {direction:?}");
            self.same_values(&case, outputs, &values);
            let count = outputs.scalars.len();
            assert!(
                tangents.len() == count,
                "{}: {case}: {} tangents of {count} outputs",
                self.call(),
                tangents.len(),
            );
            for (output, got) in tangents.iter().enumerate() {
                let row: Vec<f64> = jacobian.iter().map(|column| column[output]).collect();
                let expected = contract(&row, &direction);
                assert!(
                    agree(expected, *got, tolerance),
                    "{}: {case}: output {output}: expected {expected:e} (dual numbers), got {got:e}",
                    self.call(),
                );
            }
        }
    }

    /// The gradient is that of the dual numbers, the Hessian is symmetric, and, away from
    /// kinks, its products are the differences of gradients.
    fn check_hvp(&self, outputs: &Outputs, jacobian: &[Vec<f64>], differences: bool) {
        let (Some(hvp), Some(grad)) = (self.hvp, self.grad) else {
            return;
        };
        let gradient: Vec<f64> = jacobian.iter().map(|column| column[0]).collect();
        let tolerance = if self.single { 2e-3 } else { 1e-8 };
        let run = |direction: &[f64]| {
            let (values, slopes, product) = hvp(direction);
            let case = format!("f_hvp along {direction:?}");
            self.same_values(&case, outputs, &values);
            let agrees =
                |(a, b): (&f64, &f64)| agree(*a, *b, if self.single { 2e-4 } else { 1e-9 });
            assert!(
                slopes.len() == gradient.len() && gradient.iter().zip(&slopes).all(agrees),
                "{}: {case}: gradient: expected {gradient:?} (dual numbers), got {slopes:?}",
                self.call(),
            );
            product
        };
        let inputs = gradient.len();
        let units = (0..inputs).map(|i| (0..inputs).map(|j| f64::from(u8::from(i == j))).collect());
        let units: Vec<Vec<f64>> = units.collect();
        let rows: Vec<Vec<f64>> = units.iter().map(|unit| run(unit)).collect();
        let all: Vec<f64> = (0..inputs).map(|i| 0.5 + 0.25 * i as f64).collect();
        let largest = rows.iter().flatten().fold(1.0, |a: f64, b| a.max(b.abs()));
        if !largest.is_finite() || !gradient.iter().all(|slope| slope.is_finite()) {
            return;
        }
        let product = run(&all);
        for (i, row) in rows.iter().enumerate() {
            for (j, entry) in row.iter().enumerate() {
                assert!(
                    (entry - rows[j][i]).abs() <= tolerance * largest,
                    "{}: f_hvp: entry {i}, {j} of the Hessian is {entry:e}, entry {j}, {i} is {:e}",
                    self.call(),
                    rows[j][i],
                );
            }
            let expected: f64 = row
                .iter()
                .zip(&all)
                .map(|(entry, along)| entry * along)
                .sum();
            assert!(
                (expected - product[i]).abs() <= tolerance * largest * inputs as f64,
                "{}: f_hvp along {all:?}: entry {i}: expected {expected:e} (rows), got {:e}",
                self.call(),
                product[i],
            );
        }
        if !differences || self.single {
            return;
        }
        let point = self.point;
        for (unit, row) in units.iter().zip(&rows) {
            let slopes = |step: &f64| {
                let moved = |sign: f64| {
                    let moved = point.iter().zip(unit).map(|(x, d)| x + sign * step * d);
                    let moved: Vec<f64> = moved.collect();
                    grad(&moved).1.concat()
                };
                let (high, low) = (moved(1.0), moved(-1.0));
                let pairs = high.iter().zip(&low);
                pairs
                    .map(|(high, low)| (high - low) / (2.0 * step))
                    .collect()
            };
            let slopes: Vec<Vec<f64>> = [1e-3, 1e-4, 1e-5, 1e-6].iter().map(slopes).collect();
            for (i, expected) in row.iter().enumerate() {
                assert!(
                    slopes.iter().any(|slopes| {
                        let found = slopes.get(i).copied().unwrap_or(f64::NAN);
                        (found - expected).abs() <= 1e-4 * largest
                    }),
                    "{}: f_hvp along {unit:?}: entry {i} is {expected:e}, differences of \
                     gradients are {:?}; is this a kink?",
                    self.call(),
                    slopes
                        .iter()
                        .map(|slopes| slopes.get(i))
                        .collect::<Vec<_>>(),
                );
            }
        }
    }

    /// Compares by the text of `Debug`, which tells any two floats apart but
    /// NaNs, and scalar by scalar, because a type may print less than it holds.
    fn same_values(&self, case: &str, expected: &Outputs, got: &Outputs) {
        let bits = |outputs: &Outputs| -> Vec<Option<u64>> {
            let scalars = outputs.scalars.iter();
            scalars
                .map(|scalar| (!scalar.is_nan()).then_some(scalar.to_bits()))
                .collect()
        };
        assert!(
            bits(expected) == bits(got) && expected.text == got.text,
            "{}: {case}: value: expected {}, got {}",
            self.call(),
            expected.text,
            got.text,
        );
    }

    fn same_gradient(&self, case: &str, expected: &[f64], got: &[Vec<f64>]) {
        let tolerance = if self.single { 2e-4 } else { 1e-9 };
        for (parameter, got) in self.parameters.iter().zip(got) {
            assert!(
                parameter.scalars == got.len(),
                "{}: {case}: the gradient of `{}` has {} scalars instead of {}",
                self.call(),
                parameter.name,
                got.len(),
                parameter.scalars,
            );
        }
        for (input, (expected, got)) in expected.iter().zip(got.iter().flatten()).enumerate() {
            assert!(
                agree(*expected, *got, tolerance),
                "{}: {case}: {}: expected {expected:e} (dual numbers), got {got:e}",
                self.call(),
                self.label(input),
            );
        }
    }

    fn call(&self) -> &str {
        &self.text
    }

    /// The name of a flat input, such as "parameter 1 `y`, scalar 0".
    fn label(&self, input: usize) -> String {
        let mut first = 0;
        for (index, parameter) in self.parameters.iter().enumerate() {
            if input < first + parameter.scalars {
                return format!(
                    "parameter {index} `{}`, scalar {}",
                    parameter.name,
                    input - first
                );
            }
            first += parameter.scalars;
        }
        format!("input {input}")
    }
}

/// Every output alone with several factors, then all outputs together.
fn upstreams(outputs: usize) -> Vec<Vec<f64>> {
    let alone = (0..outputs).flat_map(|output| {
        [1.0, -0.75].map(|factor| {
            let mut upstream = vec![0.0; outputs];
            upstream[output] = factor;
            upstream
        })
    });
    let mut upstreams: Vec<Vec<f64>> = alone.collect();
    upstreams.push(vec![0.0; outputs]);
    upstreams.push(
        (0..outputs)
            .map(|output| 0.5 + 0.25 * output as f64)
            .collect(),
    );
    upstreams
}

/// Upstream times Jacobian; a zero upstream contributes zero whatever the slope.
fn contract(column: &[f64], upstream: &[f64]) -> f64 {
    let terms = column.iter().zip(upstream);
    terms
        .filter(|(_, upstream)| **upstream != 0.0)
        .map(|(slope, upstream)| slope * upstream)
        .sum()
}

/// Equal up to `tolerance`, relative above 1 and absolute below; NaN agrees
/// with NaN and an infinity with itself.
fn agree(a: f64, b: f64, tolerance: f64) -> bool {
    a == b
        || (a.is_nan() && b.is_nan())
        || (a - b).abs() <= tolerance * a.abs().max(b.abs()).max(1.0)
            && a.is_finite()
            && b.is_finite()
}
