//! One sigmoid neuron learns to tell two species of Iris apart.
//!
//! ```sh
//! cargo run --release --example neuron
//! ```
//!
//! The data are Fisher's (see `examples/data/README.md`): four measurements of
//! each flower. *Iris versicolor* and *Iris virginica* are the hard pair: no
//! hyperplane has all of the one on one side and all of the other on the other,
//! so a single neuron cannot get every flower right.

use std::error::Error;

use backprop::differentiate;
use indicatif::{ProgressBar, ProgressStyle};

const STEPS: u64 = 10_000;
const LEARNING_RATE: f64 = 1.0;

/// The impulses that reach the cell body, weighted and summed.
#[differentiate]
fn cell_body_sum(weights: (f64, f64, f64, f64), bias: f64, inputs: (f64, f64, f64, f64)) -> f64 {
    weights.0 * inputs.0 + weights.1 * inputs.1 + weights.2 * inputs.2 + weights.3 * inputs.3 + bias
}

/// The firing rate of the neuron, between 0 and 1: here, how sure it is that
/// the flower is a virginica.
#[differentiate(wrt(inputs))]
fn neuron_tick(weights: (f64, f64, f64, f64), bias: f64, inputs: (f64, f64, f64, f64)) -> f64 {
    let sum = cell_body_sum(weights, bias, inputs);
    1.0 / (1.0 + (-sum).exp())
}

/// The cross-entropy between the firing rate σ(s) and the label (0 or 1):
///
/// −label·ln σ(s) − (1 − label)·ln(1 − σ(s)) = ln(1 + eˢ) − label·s
///
/// Both exponents below are at most 0, so nothing overflows however sure the
/// neuron is. The shift by `m` cancels, in the value and in the gradient.
#[differentiate(wrt(weights, bias))]
fn loss(weights: (f64, f64, f64, f64), bias: f64, inputs: (f64, f64, f64, f64), label: f64) -> f64 {
    let s = cell_body_sum(weights, bias, inputs);
    let m = s.max(0.0);
    m + ((-m).exp() + (s - m).exp()).ln() - label * s
}

fn main() -> Result<(), Box<dyn Error>> {
    let flowers = read_flowers()?;
    let (mut test, mut training) = (Vec::new(), Vec::new());
    for (i, flower) in flowers.into_iter().enumerate() {
        if i % 5 == 4 {
            test.push(flower)
        } else {
            training.push(flower)
        }
    }
    let scale = Scale::of(&training);
    for flower in training.iter_mut().chain(&mut test) {
        flower.inputs = scale.standardise(flower.inputs);
    }

    let mut neuron = Neuron {
        weights: (0.0, 0.0, 0.0, 0.0),
        bias: 0.0,
    };
    let progress = ProgressBar::new(STEPS).with_style(ProgressStyle::with_template(
        "{bar:24} {pos:>5}/{len} steps  {msg}",
    )?);
    for step in 0..STEPS {
        let mean_loss = neuron.learn(&training);
        if step % 100 == 0 {
            let percent = 100.0 * neuron.accuracy(&training);
            progress.set_message(format!("loss {mean_loss:.4}  accuracy {percent:.1} %"));
        }
        progress.inc(1);
    }
    progress.finish();

    report(&neuron, &training, &test);
    Ok(())
}

struct Neuron {
    weights: (f64, f64, f64, f64),
    bias: f64,
}

impl Neuron {
    /// One step of gradient descent on the mean loss, which is returned.
    fn learn(&mut self, flowers: &[Flower]) -> f64 {
        // The mean is a sum in which each loss counts 1/n. So 1/n is the
        // upstream gradient of each, and their gradients add up.
        let share = 1.0 / flowers.len() as f64;
        let mut mean_loss = 0.0;
        let mut d_weights = (0.0, 0.0, 0.0, 0.0);
        let mut d_bias = 0.0;
        for &Flower { inputs, label } in flowers {
            let value = loss_backprop(
                self.weights,
                self.bias,
                inputs,
                label,
                share,
                &mut d_weights,
                &mut d_bias,
            );
            mean_loss += share * value;
        }
        self.weights.0 -= LEARNING_RATE * d_weights.0;
        self.weights.1 -= LEARNING_RATE * d_weights.1;
        self.weights.2 -= LEARNING_RATE * d_weights.2;
        self.weights.3 -= LEARNING_RATE * d_weights.3;
        self.bias -= LEARNING_RATE * d_bias;
        mean_loss
    }

    fn mean_loss(&self, flowers: &[Flower]) -> f64 {
        let loss_of = |flower: &Flower| loss(self.weights, self.bias, flower.inputs, flower.label);
        flowers.iter().map(loss_of).sum::<f64>() / flowers.len() as f64
    }

    fn firing_rate(&self, flower: &Flower) -> f64 {
        neuron_tick(self.weights, self.bias, flower.inputs)
    }

    /// The share of flowers on the right side of a firing rate of one half.
    fn accuracy(&self, flowers: &[Flower]) -> f64 {
        self.correct(flowers) as f64 / flowers.len() as f64
    }

    fn correct(&self, flowers: &[Flower]) -> usize {
        let is_right = |flower: &&Flower| (self.firing_rate(flower) > 0.5) == (flower.label > 0.5);
        flowers.iter().filter(is_right).count()
    }
}

fn report(neuron: &Neuron, training: &[Flower], test: &[Flower]) {
    for (name, flowers) in [("training", training), ("test", test)] {
        println!(
            "{name:<8}  {:>2} of {:>2} right ({:5.1} %), mean loss {:.4}",
            neuron.correct(flowers),
            flowers.len(),
            100.0 * neuron.accuracy(flowers),
            neuron.mean_loss(flowers),
        );
    }

    // The neuron is also differentiable in its inputs: what would sway it?
    let unsure = test
        .iter()
        .min_by(|a, b| {
            let distance = |flower| (neuron.firing_rate(flower) - 0.5).abs();
            distance(a).total_cmp(&distance(b))
        })
        .expect("there are test flowers");
    let (rate, d_inputs) = neuron_tick_grad(neuron.weights, neuron.bias, unsure.inputs);

    println!("\nweights (features standardised), and at the test flower it is least sure of,");
    println!("firing rate {rate:.2}, the gradient of the firing rate:\n");
    println!("  {:<12}  {:>7}  {:>8}", "", "weight", "gradient");
    let w = neuron.weights;
    for (feature, weight, d_input) in [
        ("sepal length", w.0, d_inputs.0),
        ("sepal width", w.1, d_inputs.1),
        ("petal length", w.2, d_inputs.2),
        ("petal width", w.3, d_inputs.3),
    ] {
        println!("  {feature:<12}  {weight:>7.3}  {d_input:>8.3}");
    }
    println!("  {:<12}  {:>7.3}", "bias", neuron.bias);
}

#[derive(Clone, Copy)]
struct Flower {
    /// Length and width of the sepal, length and width of the petal.
    inputs: (f64, f64, f64, f64),
    /// 0 for versicolor, 1 for virginica.
    label: f64,
}

fn read_flowers() -> Result<Vec<Flower>, csv::Error> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/iris.csv");
    let mut flowers = Vec::new();
    for row in csv::Reader::from_path(file)?.into_deserialize() {
        let (a, b, c, d, species): (f64, f64, f64, f64, String) = row?;
        let label = match species.as_str() {
            "versicolor" => 0.0,
            "virginica" => 1.0,
            _ => continue,
        };
        flowers.push(Flower {
            inputs: (a, b, c, d),
            label,
        });
    }
    Ok(flowers)
}

/// Mean and standard deviation of each feature over the training flowers.
struct Scale {
    mean: [f64; 4],
    deviation: [f64; 4],
}

impl Scale {
    fn of(flowers: &[Flower]) -> Self {
        let rows: Vec<[f64; 4]> = flowers.iter().map(|flower| flower.inputs.into()).collect();
        let mean = mean_of(&rows);
        let squares: Vec<[f64; 4]> = rows
            .iter()
            .map(|row| std::array::from_fn(|i| (row[i] - mean[i]).powi(2)))
            .collect();
        Self {
            mean,
            deviation: mean_of(&squares).map(f64::sqrt),
        }
    }

    /// Shifts and scales the features to mean 0 and standard deviation 1.
    fn standardise(&self, inputs: (f64, f64, f64, f64)) -> (f64, f64, f64, f64) {
        let x: [f64; 4] = inputs.into();
        std::array::from_fn(|i| (x[i] - self.mean[i]) / self.deviation[i]).into()
    }
}

/// The mean of each column.
fn mean_of(rows: &[[f64; 4]]) -> [f64; 4] {
    std::array::from_fn(|i| rows.iter().map(|row| row[i]).sum::<f64>() / rows.len() as f64)
}
