//! Nonlinear least squares by Levenberg and Marquardt's method, with Jacobians
//! from the macro, against certified values.
//!
//! ```sh
//! cargo run --release --example curve_fit
//! ```
//!
//! The problems are from NIST's *Statistical Reference Datasets* (see
//! `examples/data/README.md`): each has observations, a model, two starting
//! points, and parameters and their standard deviations that NIST certifies to 11
//! digits. The fit must reproduce them, from both starting points, to 6 digits at
//! least; the standard deviations come from the Jacobian, so they check it. The
//! picture goes to `target/curve_fit.svg`.

mod nist;

use std::error::Error;
use std::path::Path;

use backprop::differentiate;
use levenberg_marquardt::{LeastSquaresProblem, LevenbergMarquardt};
use nalgebra::storage::Owned;
use nalgebra::{DMatrix, DVector, Dyn};
use nist::Data;
use plotters::prelude::*;

/// Digits that must agree with the certified values.
const DIGITS: f64 = 6.0;

/// Dental research: the volume of monomolecular adsorption under pressure.
#[differentiate(wrt(b))]
fn misra1a(b: &[f64], x: f64) -> f64 {
    b[0] * (1.0 - (-b[1] * x).exp())
}

/// Electron mobility in a semiconductor, against the logarithm of the density.
#[differentiate(wrt(b))]
fn thurber(b: &[f64], x: f64) -> f64 {
    let numerator = b[0] + x * (b[1] + x * (b[2] + x * b[3]));
    let denominator = 1.0 + x * (b[4] + x * (b[5] + x * b[6]));
    numerator / denominator
}

/// Two exponentials that nearly cancel.
#[differentiate(wrt(b))]
fn mgh17(b: &[f64], x: f64) -> f64 {
    b[0] + b[1] * (-x * b[3]).exp() + b[2] * (-x * b[4]).exp()
}

/// Circular interference transmittance, against the wavelength.
#[differentiate(wrt(b))]
fn eckerle4(b: &[f64], x: f64) -> f64 {
    let z = (x - b[2]) / b[1];
    b[0] / b[1] * (-0.5 * z * z).exp()
}

/// The value of a model at `x`, and its gradient with respect to the parameters.
type Model = fn(&[f64], f64) -> (f64, Vec<f64>);

const PROBLEMS: [(&str, Model); 4] = [
    ("Misra1a", misra1a_grad),
    ("Thurber", thurber_grad),
    ("MGH17", mgh17_grad),
    ("Eckerle4", eckerle4_grad),
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut fitted = Vec::new();
    for (name, model) in PROBLEMS {
        let data = Data::read(name)?;
        println!("{name}: {} observations", data.points.len());
        for start in &data.starts {
            let (fit, report) = LevenbergMarquardt::new()
                .with_patience(1000)
                .minimize(Fit::new(&data, model, start));
            if !report.termination.was_successful() {
                return Err(format!("{name}: {:?}", report.termination).into());
            }
            println!(
                "  from {start:?}: {} evaluations",
                report.number_of_evaluations
            );
            fit.compare()?;
            fitted.push(fit.parameters);
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/curve_fit.svg");
    draw(&path, &fitted)?;
    println!("{}", path.display());
    Ok(())
}

/// A model with parameters, beside the observations.
struct Fit<'a> {
    data: &'a Data,
    model: Model,
    parameters: DVector<f64>,
}

impl<'a> Fit<'a> {
    fn new(data: &'a Data, model: Model, parameters: &[f64]) -> Self {
        let parameters = DVector::from_column_slice(parameters);
        Self {
            data,
            model,
            parameters,
        }
    }

    fn rows(&self) -> impl Iterator<Item = (f64, Vec<f64>)> {
        let points = self.data.points.iter();
        points.map(|&(x, y)| {
            let (value, gradient) = (self.model)(self.parameters.as_slice(), x);
            (value - y, gradient)
        })
    }

    fn sum_of_squares(&self) -> f64 {
        self.rows().map(|(residual, _)| residual * residual).sum()
    }

    /// The standard deviation of each parameter: the root of the diagonal of
    /// `s² (JᵀJ)⁻¹`, where `s²` is the sum of squares for each degree of freedom.
    fn deviations(&self) -> Option<Vec<f64>> {
        let (rows, columns) = (self.data.points.len(), self.parameters.len());
        let variance = self.sum_of_squares() / (rows - columns) as f64;
        // with J = QR the matrix is R⁻¹ R⁻ᵀ, which does not square the condition
        let inverse = self.jacobian()?.qr().r().try_inverse()?;
        let squares = inverse.row_iter().map(|row| row.norm_squared());
        Some(squares.map(|square| (variance * square).sqrt()).collect())
    }

    /// Prints certified and fitted values, and fails where they disagree.
    fn compare(&self) -> Result<(), Box<dyn Error>> {
        let deviations = self
            .deviations()
            .ok_or("parameters that are not determined")?;
        let mut rows = vec![(
            "sum of squares".to_owned(),
            self.data.sum_of_squares,
            self.sum_of_squares(),
        )];
        for (i, certified) in self.data.certified.iter().enumerate() {
            rows.push((format!("b{}", i + 1), certified.0, self.parameters[i]));
            rows.push(("  standard deviation".into(), certified.1, deviations[i]));
        }
        for (name, certified, found) in rows {
            let digits = -((found - certified) / certified).abs().log10();
            println!("    {name:<22} {certified:>18.10e} {found:>18.10e}  {digits:>4.1} digits");
            if digits.is_nan() || digits < DIGITS {
                return Err("not the certified value".into());
            }
        }
        Ok(())
    }
}

impl LeastSquaresProblem<f64, Dyn, Dyn> for Fit<'_> {
    type ResidualStorage = Owned<f64, Dyn>;
    type JacobianStorage = Owned<f64, Dyn, Dyn>;
    type ParameterStorage = Owned<f64, Dyn>;

    fn set_params(&mut self, parameters: &DVector<f64>) {
        self.parameters.copy_from(parameters);
    }

    fn params(&self) -> DVector<f64> {
        self.parameters.clone()
    }

    fn residuals(&self) -> Option<DVector<f64>> {
        let residuals = self.rows().map(|row| row.0);
        Some(DVector::from_iterator(self.data.points.len(), residuals))
    }

    /// A row of it is the gradient at one observation.
    fn jacobian(&self) -> Option<DMatrix<f64>> {
        let (rows, columns) = (self.data.points.len(), self.parameters.len());
        let numbers = self.rows().flat_map(|row| row.1);
        Some(DMatrix::from_row_iterator(rows, columns, numbers))
    }
}

/// Observations and fitted curves.
fn draw(path: &Path, fitted: &[DVector<f64>]) -> Result<(), Box<dyn Error>> {
    let area = SVGBackend::new(path, (1100, 800)).into_drawing_area();
    area.fill(&WHITE)?;
    let blue = RGBColor(31, 119, 180);
    let panels = area.split_evenly((2, 2));
    // the first of two fits each, which agree
    for ((panel, problem), parameters) in panels.iter().zip(PROBLEMS).zip(fitted.iter().step_by(2))
    {
        let (name, model) = problem;
        let data = Data::read(name)?;
        let (x_min, x_max) = bounds(data.points.iter().map(|point| point.0));
        let (y_min, y_max) = bounds(data.points.iter().map(|point| point.1));
        let mut chart = ChartBuilder::on(panel)
            .caption(name, ("sans-serif", 20))
            .margin(12)
            .x_label_area_size(30)
            .y_label_area_size(55)
            .build_cartesian_2d(x_min..x_max, y_min..y_max)?;
        chart
            .configure_mesh()
            .label_style(("sans-serif", 13))
            .light_line_style(WHITE)
            .draw()?;
        let curve = (0..=400).map(|i| {
            let x = x_min + (x_max - x_min) * f64::from(i) / 400.0;
            (x, model(parameters.as_slice(), x).0)
        });
        chart.draw_series(LineSeries::new(curve, blue.stroke_width(2)))?;
        let points = data.points.iter();
        chart.draw_series(points.map(|point| Circle::new(*point, 3, BLACK.stroke_width(1))))?;
    }
    Ok(area.present()?)
}

/// The smallest and the largest, and a little more to both sides.
fn bounds(numbers: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let smallest = numbers.clone().fold(f64::INFINITY, f64::min);
    let largest = numbers.fold(f64::NEG_INFINITY, f64::max);
    let margin = 0.05 * (largest - smallest);
    (smallest - margin, largest + margin)
}
