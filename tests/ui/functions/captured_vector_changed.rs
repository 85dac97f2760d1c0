use backprop::differentiate;

#[differentiate]
fn twice(mut f: impl FnMut(f64) -> f64, x: f64) -> f64 {
    let y = f(x);
    f(y)
}

#[differentiate]
fn f(x: f64) -> f64 {
    let mut seen = vec![1.0];
    let y = twice(
        |t| {
            seen[0] += t;
            t * seen[0]
        },
        x,
    );
    y * seen[0]
}

fn main() {}
