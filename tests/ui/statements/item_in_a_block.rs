use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let y = {
        const K: f64 = 2.0;
        x * K
    };
    y
}

fn main() {}
