use backprop::differentiate;

macro_rules! twice {
    ($e:expr) => {
        $e + $e
    };
}

#[differentiate]
fn f(x: f64) -> f64 {
    twice!(x)
}

fn main() {}
