use backprop::differentiate;

#[differentiate]
fn f(m: &mut [[f64; 2]], k: f64) {
    if let [a, ..] = m {
        a[0] = k;
    }
}

fn main() {}
