use backprop::differentiate;

#[differentiate]
fn twice(mut f: impl FnMut(f64) -> f64, x: f64) -> f64 {
    let y = f(x);
    f(y)
}

#[differentiate]
fn f(x: f64) -> f64 {
    let mut calls = 0.0;
    twice(
        move |t| {
            calls += 1.0;
            t * calls
        },
        x,
    )
}

fn main() {}
