use backprop::Differentiable;

#[derive(Differentiable)]
#[differentiate(name = S)]
struct Point {
    x: f64,
}

fn main() {}
