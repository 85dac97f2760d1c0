use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let text = format!("{x}");
    x * text.len() as f64
}

fn main() {}
