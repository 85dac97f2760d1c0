use backprop::differentiate;

#[differentiate]
fn f(x: &[f64], mut order: Vec<usize>) -> f64 {
    order.dedup();
    x[order[0]]
}

fn main() {}
