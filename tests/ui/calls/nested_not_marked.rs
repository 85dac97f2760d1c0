use backprop::differentiate;

#[allow(non_camel_case_types)]
type real = f64;

#[differentiate]
fn f(x: f64) -> f64 {
    fn g(x: real) -> real {
        x * x
    }
    g(x)
}

fn main() {}
