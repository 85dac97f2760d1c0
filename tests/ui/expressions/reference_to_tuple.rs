use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let (mut a, mut b) = ((x, 1.0), (x, 2.0));
    let r = if x > 0.0 { &mut a } else { &mut b };
    r.0 += 1.0;
    a.0 * b.0
}

fn main() {}
