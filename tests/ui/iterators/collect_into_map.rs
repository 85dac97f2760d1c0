use backprop::differentiate;

#[differentiate]
fn f(x: &[f64]) -> f64 {
    let map = x.iter().copied().enumerate().collect::<std::collections::BTreeMap<usize, f64>>();
    map[&0]
}

fn main() {}
