use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    macro_rules! twice {
        ($e:expr) => {
            $e + $e
        };
    }
    twice!(x)
}

fn main() {}
