use backprop::{Differentiable, differentiate};

#[derive(Differentiable, Clone)]
enum Layer {
    Dense(Vec<f64>),
    None,
}

#[derive(Differentiable, Clone)]
enum Part {
    First(Layer),
    Nothing,
}

use Layer::Dense;

#[differentiate]
fn f(part: &mut Part, k: f64) {
    match part {
        Part::First(Dense(.., w)) => w[0] *= k,
        _ => {}
    }
}

fn main() {}
