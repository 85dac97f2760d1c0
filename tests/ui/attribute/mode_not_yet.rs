use backprop::differentiate;

#[differentiate(jvp)]
fn f(x: f64) -> f64 {
    x
}

fn main() {}
