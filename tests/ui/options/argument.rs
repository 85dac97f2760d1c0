use backprop::differentiate;

#[differentiate(wrt(x))]
fn g(x: f64, _o: Result<f64, String>) -> f64 {
    x
}

#[differentiate]
fn f(x: f64) -> f64 {
    let r: Result<f64, String> = Ok(x);
    g(x, r)
}

fn main() {}
