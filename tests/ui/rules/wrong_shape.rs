use backprop::differentiate;

fn rule(x: f64, y: f64) -> (f64, impl FnOnce(f64) -> f64) {
    (x * y, move |d| d * y)
}

#[differentiate(rule = rule)]
fn f(x: f64, y: f64) -> f64 {
    x * y
}

fn main() {}
