use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> impl Copy {
    x
}

fn main() {}
