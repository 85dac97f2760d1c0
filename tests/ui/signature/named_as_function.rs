use backprop::differentiate;

#[differentiate]
fn square(square: f64) -> f64 {
    square * square
}

fn main() {
    let _ = square(1.0);
}
