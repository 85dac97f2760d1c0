use backprop::differentiate;

struct S;

#[differentiate]
impl S {
    #[differentiate(impl<>)]
    fn f(x: f64) -> f64 {
        x * x
    }
}

fn main() {}
