use backprop::differentiate;

#[differentiate(jacobian)]
fn f(x: f64) -> Option<f64> {
    (x > 0.0).then(|| x.ln())
}

fn main() {}
