use backprop::differentiate;

#[differentiate]
fn f(v: &mut [f64], x: f64) {
    *v.iter_mut().rev().next().unwrap() *= x;
}

fn main() {}
