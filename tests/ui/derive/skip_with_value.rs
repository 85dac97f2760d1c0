use backprop::Differentiable;

#[derive(Differentiable)]
struct Point {
    #[differentiate(skip = true)]
    x: f64,
}

fn main() {}
