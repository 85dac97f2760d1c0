use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let mut k = 0.0;
    match x {
        v if {
            k += 1.0;
            v > k
        } =>
        {
            v
        }
        _ => x * k,
    }
}

fn main() {}
