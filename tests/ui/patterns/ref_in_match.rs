use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    match x {
        ref y => *y,
    }
}

fn main() {}
