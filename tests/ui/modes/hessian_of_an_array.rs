use backprop::differentiate;

#[differentiate(hessian)]
fn f(x: f64) -> [f64; 2] {
    [x, x * x]
}

fn main() {}
