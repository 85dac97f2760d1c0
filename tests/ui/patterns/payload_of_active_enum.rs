use backprop::differentiate;

#[derive(Clone, Copy)]
enum Mode {
    Leaky(f64),
}

impl backprop::Differentiable for Mode {
    type Gradient = ();
    fn zero_gradient(&self) {}
    fn accumulate(_: &mut (), _: &()) {}
}

#[differentiate]
fn f(x: f64, mode: Mode) -> f64 {
    match mode {
        Mode::Leaky(slope) => x * slope,
    }
}

fn main() {}
