use backprop::differentiate;

#[differentiate]
unsafe extern "C" fn f(x: f64, mut _rest: ...) -> f64 {
    x
}

fn main() {}
