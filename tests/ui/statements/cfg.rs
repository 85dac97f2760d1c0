use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    #[cfg(debug_assertions)]
    let x = x * 2.0;
    x
}

fn main() {}
