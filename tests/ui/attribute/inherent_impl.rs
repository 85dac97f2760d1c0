use backprop::differentiate;

struct S;

#[differentiate(inherent)]
impl S {
    fn f(x: f64) -> f64 {
        x * x
    }
}

fn main() {}
