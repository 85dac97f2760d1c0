use backprop::differentiate;

macro_rules! doubled {
    ($name:ident, $x:ident, $body:expr) => {
        #[differentiate]
        fn $name($x: f64) -> f64 {
            let t = 2.0;
            $body * t
        }
    };
}

// `t * t` is of the caller's `t`
doubled!(f, t, t * t);

fn main() {
    f(1.0);
}
