use backprop::differentiate;

#[differentiate]
fn twice(mut f: impl FnMut(f64) -> f64, x: f64) -> f64 {
    let y = f(x);
    f(y)
}

#[differentiate]
fn f(x: f64) -> f64 {
    let mut state = (vec![1.0], 2);
    let y = twice(
        |t| {
            state.0.push(t);
            t * state.0[0] + state.0.len() as f64
        },
        x,
    );
    y * state.0[1]
}

fn main() {}
