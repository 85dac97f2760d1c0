use backprop::differentiate;

fn rule(f: impl Fn(f64) -> f64, x: f64) -> (f64, impl FnOnce(f64) -> f64) {
    (f(x), |upstream| upstream)
}

#[differentiate(rule = rule, wrt(x))]
fn apply(f: impl Fn(f64) -> f64, x: f64) -> f64 {
    f(x)
}

fn main() {}
