use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let table = [1.0, 2.0];
    table[x as usize] * [x][0]
}

fn main() {}
