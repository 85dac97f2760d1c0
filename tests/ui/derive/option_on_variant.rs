use backprop::Differentiable;

#[derive(Differentiable)]
enum Shape {
    #[differentiate(skip)]
    Circle(f64),
}

fn main() {}
