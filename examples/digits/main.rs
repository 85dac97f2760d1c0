//! Networks learn to read handwritten digits.
//!
//! ```sh
//! cargo run --release --example digits
//! ```
//!
//! The data are 1,797 images of 8 × 8 pixels from the UCI repository (see
//! `examples/data/README.md`). Four fifths are for training, one fifth is for
//! the test; which is decided by a seeded generator, as are the initial weights
//! and the order of the images, so every run prints the same. The pictures go to
//! `target/digits`.

use std::error::Error;
use std::time::Instant;

use backprop::neural::{Activation, Dense, Network, cross_entropy};
use backprop::optimisers::Adam;
use backprop::{Numbers, differentiate};
use data::Digits;
use indicatif::{ProgressBar, ProgressStyle};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;

mod data;
mod plots;

const EPOCHS: u64 = 40;
const BATCH: usize = 32;
const LEARNING_RATE: f64 = 0.003;

/// What is added to each pixel is drawn anew in each epoch, from −0.4 to 0.4 of
/// full ink. So no image is learned by heart.
const NOISE: f64 = 0.4;

/// What the square of a weight costs: without it the random initial weights
/// stay, wherever no image says otherwise.
const DECAY: f64 = 5e-4;

/// The mean loss of a batch, which is given by the indices of its images, and
/// the cost of the weights.
#[differentiate(wrt(network))]
fn loss(network: &Network, digits: &Digits, batch: &[usize]) -> f64 {
    let mut total = 0.0;
    for i in batch {
        let scores = network.forward(&digits.images[*i]);
        total += cross_entropy(&scores, digits.labels[*i]);
    }
    total / batch.len() as f64 + DECAY * squares(network)
}

/// The sum of the squared weights.
#[differentiate]
fn squares(network: &Network) -> f64 {
    let mut sum = 0.0;
    for layer in network.layers.iter() {
        sum += layer.weights.iter().map(|w| w * w).sum::<f64>();
    }
    sum
}

/// The loss of one image, for its gradient with respect to the pixels.
#[differentiate(wrt(image))]
fn loss_of_image(network: &Network, image: &[f64], label: usize) -> f64 {
    cross_entropy(&network.forward(image), label)
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut random = Pcg64Mcg::seed_from_u64(1);
    let (training, test) = data::read()?.split(&mut random);
    println!(
        "{} images for training, {} for the test",
        training.labels.len(),
        test.labels.len()
    );

    // W₂ max(0, W₁ x) and W₃ max(0, W₂ max(0, W₁ x)), with biases
    let two = Network::of(vec![
        Dense::he(64, 100, Activation::Relu, &mut random),
        Dense::xavier(100, 10, Activation::Identity, &mut random),
    ]);
    let three = Network::of(vec![
        Dense::he(64, 100, Activation::Relu, &mut random),
        Dense::he(100, 50, Activation::Relu, &mut random),
        Dense::xavier(50, 10, Activation::Identity, &mut random),
    ]);

    let mut runs = Vec::new();
    for (name, network) in [("2 layers", two), ("3 layers", three)] {
        let run = train(name, network, &training, &test, &mut random)?;
        let right = test.right(&run.network);
        println!(
            "{name}: {} numbers learned; {right} of {} test images read right ({:.2} %)",
            run.network.count_numbers(),
            test.labels.len(),
            100.0 * right as f64 / test.labels.len() as f64,
        );
        if right * 100 < test.labels.len() * 97 {
            return Err("less than 97 % of the test images are read right".into());
        }
        runs.push(run);
    }

    for picture in plots::draw(&runs, &test)? {
        println!("{}", picture.display());
    }
    Ok(())
}

/// A trained network, and how it went.
struct Run {
    name: &'static str,
    network: Network,
    /// After each epoch: the mean loss over it, and the share of test images
    /// that are read right.
    history: Vec<(f64, f64)>,
}

fn train(
    name: &'static str,
    mut network: Network,
    training: &Digits,
    test: &Digits,
    random: &mut Pcg64Mcg,
) -> Result<Run, Box<dyn Error>> {
    let style = "{prefix} {bar:24} {percent:>3} %  {msg}";
    let progress = ProgressBar::new(EPOCHS)
        .with_style(ProgressStyle::with_template(style)?)
        .with_prefix(name);
    let mut optimiser = Adam::new(LEARNING_RATE);
    let mut history = Vec::new();
    let mut order: Vec<usize> = (0..training.labels.len()).collect();
    let start = Instant::now();
    for epoch in 0..EPOCHS {
        // smaller and smaller steps, along half a cosine
        let phase = std::f64::consts::PI * epoch as f64 / EPOCHS as f64;
        optimiser.rate = LEARNING_RATE * (1.0 + phase.cos()) / 2.0;
        order.shuffle(random);
        let noisy = training.with_noise(NOISE, random);
        let mut total = 0.0;
        for batch in order.chunks(BATCH) {
            let (mean, gradient) = loss_grad(&network, &noisy, batch);
            total += mean * batch.len() as f64;
            optimiser.step(&mut network, &gradient);
        }
        let mean_loss = total / order.len() as f64;
        let accuracy = test.right(&network) as f64 / test.labels.len() as f64;
        history.push((mean_loss, accuracy));
        let images = (epoch + 1) as f64 * order.len() as f64;
        progress.set_message(format!(
            "loss {mean_loss:.4}  test accuracy {:.1} %  {:.0} images/s",
            100.0 * accuracy,
            images / start.elapsed().as_secs_f64(),
        ));
        progress.inc(1);
    }
    progress.finish();
    Ok(Run {
        name,
        network,
        history,
    })
}
