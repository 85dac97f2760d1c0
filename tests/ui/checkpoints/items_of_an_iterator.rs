#[backprop::differentiate]
fn f(x: f64, text: &str) -> f64 {
    let mut s = x;
    #[checkpoint]
    for c in text.chars() {
        s = s.sin() * f64::from(u32::from(c));
    }
    s
}

fn main() {}
