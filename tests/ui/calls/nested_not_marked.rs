use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    fn is_small(x: f64) -> bool {
        x < 1.0
    }
    fn index(k: usize) -> usize {
        k + 1
    }
    let table = [1.0, 2.0, 3.0];
    if is_small(x) {
        return x;
    }
    x * table[index(x as usize)]
}

fn main() {}
