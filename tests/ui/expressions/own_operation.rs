use backprop::{Differentiable, differentiate};

#[derive(Clone, Copy, Differentiable)]
struct V2 {
    x: f64,
    y: f64,
}

#[differentiate]
impl V2 {
    fn turned(self) -> V2 {
        V2 {
            x: -self.y,
            y: self.x,
        }
    }
}

impl std::ops::Add for V2 {
    type Output = V2;
    fn add(self, other: V2) -> V2 {
        V2 {
            x: self.x + other.x,
            y: self.y + other.y,
        }
    }
}

#[differentiate]
fn f(v: V2) -> f64 {
    let w = v.turned();
    let sum = w + w;
    sum.x * sum.y
}

fn main() {}
