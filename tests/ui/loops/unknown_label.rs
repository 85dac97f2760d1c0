use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    loop {
        break 'outer x;
    }
}

fn main() {}
