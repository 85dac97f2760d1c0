use backprop::differentiate;

#[differentiate]
fn f(x: &[f64]) -> f64 {
    let mut level = 1.0;
    let mut items = x
        .iter()
        .map(|v| {
            level *= v;
            level
        })
        .peekable();
    let first = *items.peek().unwrap();
    first * items.next().unwrap()
}

#[differentiate]
fn g(x: &[f64]) -> f64 {
    let mut items = x.iter();
    let first = **items.by_ref().peekable().peek().unwrap();
    first * items.sum::<f64>()
}

fn main() {}
