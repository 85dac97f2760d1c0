use backprop::differentiate;

macro_rules! t {
    () => {
        f64
    };
}

#[differentiate]
fn f(x: f64, y: t!()) -> f64 {
    x * y
}

fn main() {}
