use backprop::differentiate;

#[differentiate(rule = 3)]
fn f(x: f64) -> f64 {
    x
}

fn main() {}
