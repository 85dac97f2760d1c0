use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let r: Result<f64, String> = Ok(x);
    let _same = r.inspect(|v| println!("{v}"));
    x
}

fn main() {}
