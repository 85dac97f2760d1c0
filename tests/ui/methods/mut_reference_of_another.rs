use backprop::differentiate;

#[differentiate]
fn last<'x>(x: &'x mut [f64], w: &[f64]) -> &'x mut f64 {
    &mut x[w.len() - 1]
}

mod others {
    // what the call means, and its companion, are two
    pub fn first(x: &mut [f64]) -> &mut f64 {
        &mut x[0]
    }
}
use others::first;

#[differentiate]
fn f(x: &mut [f64]) {
    *last(x, &[1.0]) *= 2.0;
    *first(x) *= 3.0;
}

fn main() {}
