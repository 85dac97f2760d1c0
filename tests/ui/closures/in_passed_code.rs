use backprop::differentiate;

#[differentiate]
fn f(x: &[f64], n: Option<usize>) -> f64 {
    let next = |i: usize| i + 1;
    let k: usize = n.map_or(0, |i| next(i));
    x[k]
}

fn main() {}
