use backprop::differentiate;

#[differentiate]
trait T {
    fn f(x: f64) -> f64;
}

fn main() {}
