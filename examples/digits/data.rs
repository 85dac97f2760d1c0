//! The images.

use std::error::Error;

use backprop::neural::Network;
use rand::seq::SliceRandom;
use rand::{Rng, RngExt};

/// Images and what they show.
#[derive(Default)]
pub(crate) struct Digits {
    /// 64 pixels from 0 (paper) to 1 (ink), row after row.
    pub(crate) images: Vec<Vec<f64>>,
    /// The digits.
    pub(crate) labels: Vec<usize>,
}

/// Each line of the file is a digit and its pixels, from 0 to 16, each as one
/// digit to base 17.
pub(crate) fn read() -> Result<Digits, Box<dyn Error>> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/digits.txt");
    let mut digits = Digits::default();
    for line in std::fs::read_to_string(file)?.lines() {
        let (label, pixels) = line.split_once(' ').ok_or("a label and pixels")?;
        let pixels: Option<Vec<f64>> = pixels
            .chars()
            .map(|pixel| Some(f64::from(pixel.to_digit(17)?) / 16.0))
            .collect();
        digits.images.push(pixels.ok_or("pixels to base 17")?);
        digits.labels.push(label.parse()?);
    }
    Ok(digits)
}

impl Digits {
    /// Four fifths for training, one fifth for the test, at random.
    pub(crate) fn split(self, random: &mut impl Rng) -> (Digits, Digits) {
        let count = self.labels.len();
        let mut order: Vec<usize> = (0..count).collect();
        order.shuffle(random);
        let part = |indices: &[usize]| Digits {
            images: indices.iter().map(|&i| self.images[i].clone()).collect(),
            labels: indices.iter().map(|&i| self.labels[i]).collect(),
        };
        let (training, test) = order.split_at(count * 4 / 5);
        (part(training), part(test))
    }

    /// The same with something added to each pixel, between `±noise`.
    pub(crate) fn with_noise(&self, noise: f64, random: &mut impl Rng) -> Digits {
        let mut images = self.images.clone();
        for pixel in images.iter_mut().flatten() {
            *pixel += random.random_range(-noise..=noise);
        }
        let labels = self.labels.clone();
        Digits { images, labels }
    }

    /// How many of them a network reads right.
    pub(crate) fn right(&self, network: &Network) -> usize {
        let pairs = self.images.iter().zip(&self.labels);
        pairs
            .filter(|(image, label)| answer(network, image) == **label)
            .count()
    }
}

/// The digit with the highest score.
pub(crate) fn answer(network: &Network, image: &[f64]) -> usize {
    let scores = network.forward(image);
    let best = (0..scores.len()).max_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    best.expect("there are scores")
}
