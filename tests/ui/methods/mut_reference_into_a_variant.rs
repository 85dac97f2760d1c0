use backprop::{Differentiable, differentiate};

#[derive(Clone, Differentiable)]
enum Shape {
    Circle(f64),
    Square(f64),
}

impl Shape {
    #[differentiate]
    fn size_mut(&mut self) -> &mut f64 {
        match self {
            Shape::Circle(r) => r,
            Shape::Square(a) => a,
        }
    }
}

fn main() {}
