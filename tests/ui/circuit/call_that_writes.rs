use backprop::differentiate;

#[differentiate]
fn normalise(x: &mut [f64]) {
    let sum: f64 = x.iter().sum();
    for x in x.iter_mut() {
        *x /= sum;
    }
}

#[differentiate(circuit)]
fn f(a: f64, b: f64) -> f64 {
    let mut x = [a, b];
    normalise(&mut x);
    x[0]
}

fn main() {}
