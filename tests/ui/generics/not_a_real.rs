use backprop::differentiate;

trait Float: Copy + std::ops::Mul<Output = Self> {}

impl Float for i32 {}

#[differentiate]
fn square<T: Float>(x: T) -> T {
    x * x
}

fn main() {
    square_grad(2i32);
}
