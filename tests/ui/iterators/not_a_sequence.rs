use backprop::differentiate;

struct Wrapper(Vec<f64>);

impl std::ops::Deref for Wrapper {
    type Target = [f64];
    fn deref(&self) -> &[f64] {
        &self.0
    }
}

impl Wrapper {
    fn iter(&self) -> impl Iterator<Item = f64> + '_ {
        self.0.iter().map(|v| v * 2.0)
    }
}

impl backprop::Differentiable for Wrapper {
    type Gradient = Vec<f64>;
    fn zero_gradient(&self) -> Vec<f64> {
        self.0.zero_gradient()
    }
    fn accumulate(into: &mut Vec<f64>, from: &Vec<f64>) {
        Vec::<f64>::accumulate(into, from);
    }
}

#[differentiate]
fn f(x: &Wrapper) -> f64 {
    x.iter().sum()
}

fn main() {}
