use backprop::differentiate;

fn rule(x: &mut f64) -> ((), impl FnOnce(f64) -> f64) {
    *x = 1.0;
    ((), |d| d)
}

#[differentiate(rule = rule)]
fn f(x: &mut f64) {
    *x = 1.0;
}

fn main() {}
