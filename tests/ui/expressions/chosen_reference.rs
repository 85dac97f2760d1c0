use backprop::differentiate;

#[differentiate]
fn f(x: f64, v: &mut [f64]) -> f64 {
    let mut a = x;
    let r = if x > 0.0 { &mut a } else { &mut v[0] };
    *r += 1.0;
    a
}

fn main() {}
