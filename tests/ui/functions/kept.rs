use backprop::differentiate;

#[differentiate]
fn either(f: impl Fn(f64) -> f64, x: f64) -> f64 {
    let layer = (f, 2.0);
    layer.0(x) * layer.1
}

fn main() {}
