use backprop::{Differentiable, differentiate};

#[derive(Differentiable, Clone)]
enum Layer {
    Dense(Vec<f64>),
    None,
}

#[differentiate]
fn f(layer: &mut Layer, k: f64) {
    match layer {
        Layer::Dense(w) => w[0] *= k,
        Layer::None => {}
    }
}

fn main() {}
