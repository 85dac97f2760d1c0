use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let n = usize::max(x as usize, 2);
    let m = u8::from(x > 0.0) + (x, n).1 as u8;
    x * i32::signum(m as i32 + { let t = (x, 1); t.1 }) as f64 + [x, 1.0].len() as f64
}

fn main() {}
