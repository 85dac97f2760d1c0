//! A small network tells the arms of a spiral apart, with each activation
//! function in turn.
//!
//! ```sh
//! cargo run --release --example spiral
//! ```
//!
//! Three arms of points in the plane are wound around each other, so that no
//! straight line separates them. The picture, `target/spiral.svg`, shows for each
//! activation function how a trained network divides the plane: the colour is
//! the arm it takes a point for, as strong as it is sure. Without an activation
//! function the layers are one linear score, which cannot do it.

use std::error::Error;
use std::f64::consts::{PI, TAU};
use std::path::Path;

use backprop::activations::softmax;
use backprop::differentiate;
use backprop::neural::{Activation, Dense, Network, cross_entropy};
use backprop::optimisers::Adam;
use indicatif::{ProgressBar, ProgressStyle};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use rand::{Rng, RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

const ARMS: usize = 3;
const POINTS_OF_AN_ARM: usize = 100;
const HIDDEN: usize = 16;
const STEPS: u64 = 1500;
const LEARNING_RATE: f64 = 0.02;

const ACTIVATIONS: [(&str, Activation); 12] = [
    ("sigmoid", Activation::Sigmoid),
    ("hard sigmoid", Activation::HardSigmoid),
    ("tanh", Activation::Tanh),
    ("ReLU", Activation::Relu),
    ("leaky ReLU", Activation::LeakyRelu(0.1)),
    ("ELU", Activation::Elu(1.0)),
    ("SELU", Activation::Selu),
    ("softplus", Activation::Softplus),
    ("SiLU", Activation::Silu),
    ("GELU", Activation::Gelu),
    ("Mish", Activation::Mish),
    ("none", Activation::Identity),
];

/// The mean loss over all points.
#[differentiate(wrt(network))]
fn loss(network: &Network, points: &[[f64; 2]], arms: &[usize]) -> f64 {
    let mut total = 0.0;
    for (point, arm) in points.iter().zip(arms) {
        total += cross_entropy(&network.forward(point), *arm);
    }
    total / points.len() as f64
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut random = Pcg64Mcg::seed_from_u64(1);
    let (points, arms) = spiral(&mut random);
    let progress = ProgressBar::new(STEPS * ACTIVATIONS.len() as u64).with_style(
        ProgressStyle::with_template("{msg:12} {bar:24} {percent:>3} %")?,
    );
    let mut trained = Vec::new();
    for (name, activation) in ACTIVATIONS {
        progress.set_message(name);
        let mut network = Network::of(vec![
            Dense::he(2, HIDDEN, activation, &mut random),
            Dense::he(HIDDEN, HIDDEN, activation, &mut random),
            Dense::xavier(HIDDEN, ARMS, Activation::Identity, &mut random),
        ]);
        let mut optimiser = Adam::new(LEARNING_RATE);
        for step in 0..STEPS {
            // smaller and smaller steps, along half a cosine
            let phase = PI * step as f64 / STEPS as f64;
            optimiser.rate = LEARNING_RATE * (1.0 + phase.cos()) / 2.0;
            let (_, gradient) = loss_grad(&network, &points, &arms);
            optimiser.step(&mut network, &gradient);
            progress.inc(1);
        }
        trained.push((name, network));
    }
    progress.finish_and_clear();

    println!(
        "{:<12}  {:>6}  points on the right side",
        "activation", "loss"
    );
    for (name, network) in &trained {
        let loss = loss(network, &points, &arms);
        let right = right(network, &points, &arms);
        println!("{name:<12}  {loss:>6.4}  {right} of {}", points.len());
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/spiral.svg");
    draw(&path, &trained, &points, &arms)?;
    println!("{}", path.display());
    Ok(())
}

/// Points of each arm from the centre to radius 1, one and a quarter turns,
/// with some noise; and which arm each is of.
fn spiral(random: &mut impl Rng) -> (Vec<[f64; 2]>, Vec<usize>) {
    let (mut points, mut arms) = (Vec::new(), Vec::new());
    for arm in 0..ARMS {
        for i in 0..POINTS_OF_AN_ARM {
            let radius = (i as f64 + 1.0) / POINTS_OF_AN_ARM as f64;
            let start = TAU * arm as f64 / ARMS as f64;
            let angle = start + 1.25 * TAU * radius + random.random_range(-0.25..=0.25);
            points.push([radius * angle.cos(), radius * angle.sin()]);
            arms.push(arm);
        }
    }
    (points, arms)
}

fn right(network: &Network, points: &[[f64; 2]], arms: &[usize]) -> usize {
    let pairs = points.iter().zip(arms);
    pairs
        .filter(|(point, arm)| likeliest(network, **point).0 == **arm)
        .count()
}

/// The arm that a point is taken for, and how sure that is.
fn likeliest(network: &Network, point: [f64; 2]) -> (usize, f64) {
    let shares = softmax(&network.forward(&point));
    let arm = (0..ARMS).max_by(|&a, &b| shares[a].total_cmp(&shares[b]));
    arm.map(|arm| (arm, shares[arm])).expect("there are arms")
}

const COLOURS: [RGBColor; ARMS] = [
    RGBColor(31, 119, 180),
    RGBColor(230, 110, 20),
    RGBColor(44, 140, 60),
];

/// One square for each network.
fn draw(
    path: &Path,
    trained: &[(&str, Network)],
    points: &[[f64; 2]],
    arms: &[usize],
) -> Result<(), Box<dyn Error>> {
    const SIDE: i32 = 240;
    const CELL: i32 = 3;
    const GAP: i32 = 20;
    const COLUMNS: i32 = 4;
    let rows = (trained.len() as i32 + COLUMNS - 1) / COLUMNS;
    let size = (GAP + COLUMNS * (SIDE + GAP), rows * (SIDE + GAP + 30) + GAP);
    let area = SVGBackend::new(path, (size.0 as u32, size.1 as u32)).into_drawing_area();
    area.fill(&WHITE)?;
    // the square shows the plane from −1.15 to 1.15
    let plane = |pixel: f64| (2.0 * pixel / f64::from(SIDE) - 1.0) * 1.15;
    let pixel = |x: f64| ((x / 1.15 + 1.0) / 2.0 * f64::from(SIDE)).round() as i32;
    for (k, (name, network)) in (0..).zip(trained) {
        let (left, top) = (
            GAP + k % COLUMNS * (SIDE + GAP),
            GAP + 20 + k / COLUMNS * (SIDE + GAP + 30),
        );
        let title = format!(
            "{name}: {} of {}",
            right(network, points, arms),
            points.len()
        );
        let centre = Pos::new(HPos::Center, VPos::Center);
        let style = ("sans-serif", 17).into_font().color(&BLACK).pos(centre);
        area.draw(&Text::new(title, (left + SIDE / 2, top - 14), style))?;
        for y in (0..SIDE).step_by(CELL as usize) {
            let colour = |x: i32| {
                let middle = |start: i32| plane(f64::from(start) + f64::from(CELL) / 2.0);
                let (arm, share) = likeliest(network, [middle(x), -middle(y)]);
                // from a third, which is no opinion, to one; in steps
                let sure = (share - 1.0 / ARMS as f64) / (1.0 - 1.0 / ARMS as f64);
                blend(
                    WHITE,
                    COLOURS[arm],
                    0.1 + 0.5 * (16.0 * sure).round() / 16.0,
                )
            };
            // one rectangle for neighbours of one colour keeps the file small
            let cells: Vec<_> = (0..SIDE).step_by(CELL as usize).map(colour).collect();
            let mut x = 0;
            for run in cells.chunk_by(|a, b| a == b) {
                let end = x + CELL * run.len() as i32;
                let corners = [(left + x, top + y), (left + end, top + y + CELL)];
                area.draw(&Rectangle::new(corners, run[0].filled()))?;
                x = end;
            }
        }
        for (point, arm) in points.iter().zip(arms) {
            let place = (left + pixel(point[0]), top + pixel(-point[1]));
            area.draw(&Circle::new(place, 3, WHITE.filled()))?;
            area.draw(&Circle::new(place, 2, COLOURS[*arm].filled()))?;
        }
    }
    Ok(area.present()?)
}

/// A colour between two, 0 being the first.
fn blend(from: RGBColor, to: RGBColor, share: f64) -> RGBColor {
    let part = |a: u8, b: u8| (f64::from(a) * (1.0 - share) + f64::from(b) * share).round() as u8;
    RGBColor(part(from.0, to.0), part(from.1, to.1), part(from.2, to.2))
}
