use backprop::differentiate;

#[differentiate]
fn f(x: &[f64]) -> f64 {
    let p = x.as_ptr();
    unsafe { *p }
}

fn main() {}
