use backprop::differentiate;

#[differentiate(fast, wrt(y), hessian)]
fn f(x: f64) -> f64 {
    x
}

fn main() {}
