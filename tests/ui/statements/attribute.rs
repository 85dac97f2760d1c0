use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    #[must_use]
    let y = x * 2.0;
    #[cfg_attr(unix, allow(unused_variables))]
    let z = y * 2.0;
    y
}

fn main() {}
