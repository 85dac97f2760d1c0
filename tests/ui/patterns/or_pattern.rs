use backprop::differentiate;

#[differentiate]
fn f(x: f64, y: f64, n: usize) -> f64 {
    match (x, y, n) {
        (a, _, 0)
        | (_, a, 1)
        | (a, _, 2)
        | (a, _, 3)
        | (a, _, 4)
        | (a, _, 5)
        | (a, _, 6)
        | (a, _, 7)
        | (a, _, 8)
        | (a, _, 9)
        | (a, _, 10)
        | (a, _, 11)
        | (a, _, 12)
        | (a, _, 13)
        | (a, _, 14)
        | (a, _, 15)
        | (a, _, 16)
        | (a, _, 17) => a * a,
        _ => x,
    }
}

fn main() {}
