use backprop::differentiate;

#[differentiate(jvp)]
fn last(x: &mut [f64]) -> &mut f64 {
    let n = x.len();
    &mut x[n - 1]
}

fn main() {}
