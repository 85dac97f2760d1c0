//! The solvers of the crate `argmin` on differentiated functions: L-BFGS with
//! gradients, Newton-CG (Steihaug's, in a trust region) with Hessian-vector products.
//!
//! ```sh
//! cargo run --release --example solvers
//! ```
//!
//! `Problem` passes *any* [`Objective`] to `argmin`: it is written once and names no
//! generated function. Newton-CG asks for a Hessian, but only multiplies it with
//! vectors, so the Hessian here is a point and the objective, and no matrix is built.
//!
//! The objectives are Rosenbrock's valley in two and in twenty dimensions and the misfit of a
//! rational function with seven parameters to measured data (NIST's *Statistical
//! Reference Datasets*, Thurber). The program fails unless each solver comes to the
//! minimum: the certified parameters, for the fit.

mod nist;

use argmin::core::{CostFunction, Error, Executor, Gradient, Hessian, State};
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::quasinewton::LBFGS;
use argmin::solver::trustregion::{Steihaug, TrustRegion};
use argmin_math::ArgminDot;
use backprop::{Objective, TwiceDifferentiable, differentiate};

/// Digits of the solution that must be right.
const DIGITS: f64 = 5.0;

/// A curved valley that falls slowly to its minimum, (1, …, 1).
#[differentiate(objective, hvp)]
fn rosenbrock(x: &[f64]) -> f64 {
    x.windows(2)
        .map(|w| 100.0 * (w[1] - w[0] * w[0]).powi(2) + (1.0 - w[0]).powi(2))
        .sum()
}

/// How far the mobility of electrons in a semiconductor is from a rational function of
/// the logarithm of the density: the sum of squares, by that of the observations. The
/// parameters are in units of the starting point, so that all are of the size of one.
#[differentiate(objective, hvp, wrt(scaled))]
fn misfit(scaled: &[f64], start: &[f64], points: &[(f64, f64)]) -> f64 {
    let b: Vec<f64> = scaled.iter().zip(start).map(|(s, unit)| s * unit).collect();
    let (mut misfit, mut all) = (0.0, 0.0);
    for (x, y) in points {
        let numerator = b[0] + x * (b[1] + x * (b[2] + x * b[3]));
        let denominator = 1.0 + x * (b[4] + x * (b[5] + x * b[6]));
        let error = numerator / denominator - y;
        misfit += error * error;
        all += y * y;
    }
    misfit / all
}

/// An objective as `argmin` takes it.
#[derive(Clone, Copy)]
struct Problem<'a, O>(&'a O);

impl<O: Objective<Point = [f64], Value = f64>> CostFunction for Problem<'_, O> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, x: &Vec<f64>) -> Result<f64, Error> {
        Ok(self.0.value(x))
    }
}

impl<O: Objective<Point = [f64], Value = f64>> Gradient for Problem<'_, O> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;

    fn gradient(&self, x: &Vec<f64>) -> Result<Vec<f64>, Error> {
        Ok(self.0.grad(x).1)
    }
}

impl<'a, O: TwiceDifferentiable<Point = [f64], Value = f64>> Hessian for Problem<'a, O> {
    type Param = Vec<f64>;
    type Hessian = HessianAt<'a, O>;

    fn hessian(&self, x: &Vec<f64>) -> Result<HessianAt<'a, O>, Error> {
        let (objective, x) = (self.0, x.clone());
        Ok(HessianAt { objective, x })
    }
}

/// The Hessian at a point, which is known by what it does to vectors.
struct HessianAt<'a, O> {
    objective: &'a O,
    x: Vec<f64>,
}

impl<O> Clone for HessianAt<'_, O> {
    fn clone(&self) -> Self {
        let (objective, x) = (self.objective, self.x.clone());
        Self { objective, x }
    }
}

impl<O: TwiceDifferentiable<Point = [f64], Value = f64>> ArgminDot<Vec<f64>, Vec<f64>>
    for HessianAt<'_, O>
{
    fn dot(&self, vector: &Vec<f64>) -> Vec<f64> {
        self.objective.hvp(&self.x, vector).2
    }
}

fn main() -> Result<(), Error> {
    for start in [vec![-1.2, 1.0], vec![0.0; 20]] {
        println!("Rosenbrock, {} dimensions", start.len());
        solve(&rosenbrock::objective(), &start, &vec![1.0; start.len()])?;
    }

    let data = nist::Data::read("Thurber").map_err(|error| Error::msg(error.to_string()))?;
    println!("Thurber, {} observations", data.points.len());
    for start in &data.starts {
        let solution = data.certified.iter().zip(start);
        let solution: Vec<f64> = solution.map(|(b, unit)| b.0 / unit).collect();
        let objective = misfit::objective(start, &data.points);
        let least = solve(&objective, &vec![1.0; start.len()], &solution)?;
        let all: f64 = data.points.iter().map(|(_, y)| y * y).sum();
        let error = least * all / data.sum_of_squares - 1.0;
        if error.is_nan() || error.abs() > 1e-8 {
            return Err(Error::msg("not the certified sum of squares"));
        }
    }
    Ok(())
}

/// Runs both solvers and returns the least value; fails where one does not find the
/// solution.
fn solve<O>(objective: &O, start: &[f64], solution: &[f64]) -> Result<f64, Error>
where
    O: TwiceDifferentiable<Point = [f64], Value = f64>,
{
    let line = MoreThuenteLineSearch::new();
    let found = Executor::new(
        Problem(objective),
        LBFGS::new(line, 7).with_tolerance_cost(0.0)?,
    )
    .configure(|state| state.param(start.to_vec()).max_iters(5000))
    .run()?;
    report("L-BFGS", objective, found.state(), solution)?;

    let newton = TrustRegion::new(Steihaug::new().with_max_iters(100));
    let found = Executor::new(Problem(objective), newton)
        .configure(|state| state.param(start.to_vec()).max_iters(100))
        .run()?;
    report("Newton-CG", objective, found.state(), solution)
}

/// Prints where a solver came to, and compares it with the solution.
fn report(
    solver: &str,
    objective: &impl Objective<Point = [f64], Value = f64>,
    state: &impl State<Param = Vec<f64>, Float = f64>,
    solution: &[f64],
) -> Result<f64, Error> {
    let found = state.get_best_param();
    let found = found.ok_or_else(|| Error::msg("no point at all"))?;
    let (value, gradient) = objective.grad(found);
    let steepest = gradient.iter().fold(0.0_f64, |max, d| max.max(d.abs()));
    let errors = found.iter().zip(solution);
    let errors = errors.map(|(found, exact)| (found - exact).abs() / exact.abs().max(1.0));
    let digits = -errors.fold(f64::MIN_POSITIVE, f64::max).log10();
    println!(
        "  {solver:<10} {:>5} iterations  value {value:.6e}  gradient {steepest:.1e}  {digits:.1} digits",
        state.get_last_best_iter(),
    );
    match digits >= DIGITS {
        true => Ok(value),
        false => Err(Error::msg(format!("{solver}: not the minimum"))),
    }
}
