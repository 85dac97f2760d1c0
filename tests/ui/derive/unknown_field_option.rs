use backprop::Differentiable;

#[derive(Differentiable)]
struct Point {
    #[differentiate(ignore)]
    x: f64,
}

fn main() {}
