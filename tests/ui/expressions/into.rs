use backprop::differentiate;

fn doubled(x: f64) -> f64 {
    2.0 * x
}

#[differentiate]
fn f(x: f32) -> f64 {
    let y = backprop::constant(doubled(x.into()));
    let z: f64 = x.into();
    y * z * scaled(x.into())
}

#[differentiate]
fn scaled(x: f64) -> f64 {
    3.0 * x
}

fn main() {}
