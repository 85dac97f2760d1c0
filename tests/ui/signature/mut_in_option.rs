use backprop::differentiate;

#[differentiate]
fn f(x: f64, total: Option<&mut f64>) -> f64 {
    if let Some(total) = total {
        *total += x;
    }
    x * x
}

fn main() {}
