use backprop::differentiate;

#[differentiate]
fn f(m: &mut [f64], k: f64) {
    let [a, ..] = m else { return };
    *a = k;
}

fn main() {}
