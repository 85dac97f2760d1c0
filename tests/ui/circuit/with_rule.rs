use backprop::differentiate;

fn cube_rule(x: f64) -> (f64, impl FnOnce(f64) -> f64) {
    (x * x * x, move |upstream| 3.0 * x * x * upstream)
}

#[differentiate(circuit, rule = cube_rule)]
fn cube(x: f64) -> f64 {
    x * x * x
}

fn main() {}
