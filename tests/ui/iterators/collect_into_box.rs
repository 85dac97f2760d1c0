use backprop::differentiate;

#[differentiate]
fn boxed(x: &[f64]) -> f64 {
    let squares: Box<[f64]> = x.iter().map(|v| v * v).collect();
    squares[0]
}

#[differentiate]
fn all(x: &[f64]) -> f64 {
    let roots: Option<Vec<f64>> = x.iter().map(|v| (*v > 0.0).then(|| v.sqrt())).collect();
    roots.map_or(0.0, |roots| roots[0])
}

fn main() {}
