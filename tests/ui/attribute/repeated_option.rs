use backprop::differentiate;

#[differentiate(name = g, name = h)]
fn f(x: f64) -> f64 {
    x
}

fn main() {}
