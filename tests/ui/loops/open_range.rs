use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let mut s = x;
    for i in 0.. {
        s *= 0.5;
        if i > 3 {
            break;
        }
    }
    s
}

fn main() {}
