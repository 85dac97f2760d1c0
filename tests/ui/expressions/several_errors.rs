use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let g = |a: f64| a;
    let y = unsafe { x };
    y + Some(x)?
}

fn main() {}
