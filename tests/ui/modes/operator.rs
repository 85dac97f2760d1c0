use backprop::{Differentiable, differentiate};

#[derive(Differentiable, Clone)]
struct Length(f64);

#[differentiate(hessian)]
impl std::ops::Add for Length {
    type Output = Length;
    fn add(self, other: Length) -> Length {
        Length(self.0 + other.0)
    }
}

fn main() {}
