use backprop::differentiate;

struct S;

impl S {
    #[differentiate]
    fn f(&self, x: f64) -> f64 {
        x
    }
}

fn main() {}
