use backprop::differentiate;

#[differentiate]
fn all(layers: &[fn(f64) -> f64], x: f64) -> f64 {
    let mut y = x;
    for layer in layers {
        y = layer(y);
    }
    y
}

fn main() {}
