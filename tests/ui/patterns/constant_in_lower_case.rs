use backprop::differentiate;

#[expect(non_upper_case_globals)]
const zero: i32 = 0;

#[differentiate]
fn f(x: f64, n: i32) -> f64 {
    match n {
        zero => x,
        _ => x * x,
    }
}

fn main() {}
