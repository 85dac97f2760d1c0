use backprop::differentiate;

#[differentiate]
fn f(x: f64, y: f64) -> f64 {
    let ((a, 0.0) | (0.0, a)) = (x, y) else {
        return x;
    };
    a
}

fn main() {}
