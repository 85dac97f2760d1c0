use backprop::differentiate;

#[differentiate(circuit)]
fn f(a: &[f64], b: &[f64]) -> f64 {
    let mut s = 0.0;
    for v in [a, b] {
        s += v[0] * v[1];
    }
    s
}

fn main() {}
