use backprop::{Differentiable, differentiate};

#[derive(Differentiable, Clone)]
struct Length(f64);

#[differentiate]
impl std::ops::Add for Length {
    type Output = Length;
    fn add(self, other: Length) -> Length {
        Length(self.0 + other.0)
    }
}

#[differentiate(jvp)]
fn forward(a: Length, b: Length) -> f64 {
    let sum: Length = a + b;
    sum.0
}

fn main() {}
