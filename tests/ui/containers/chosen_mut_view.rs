use backprop::differentiate;

#[differentiate]
fn f(x: &mut [f64], y: &mut [f64], first: bool) {
    let target = if first { &mut x[..] } else { &mut y[..] };
    target[0] *= 2.0;
}

fn main() {}
