use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    x
}

fn main() {
    backprop::assert_gradient!(f(1.0), tolerance = 1.0);
}
