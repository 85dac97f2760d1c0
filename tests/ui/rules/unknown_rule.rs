use backprop::differentiate;

#[differentiate(rule = missing)]
fn f(x: f64) -> f64 {
    x
}

fn main() {}
