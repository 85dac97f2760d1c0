use backprop::differentiate;

#[differentiate]
fn step(total: f64, x: &f64) -> Option<f64> {
    Some(total + x)
}

#[differentiate]
fn f(x: &[f64]) -> f64 {
    x.iter().try_for_each(|v| step(1.0, v).map(|_| ())).map_or(0.0, |()| x[0])
}

fn main() {}
