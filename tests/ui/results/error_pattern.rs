use backprop::differentiate;

#[derive(Debug)]
enum Error {
    Negative,
}

#[differentiate]
fn root(x: f64) -> Result<f64, Error> {
    if x < 0.0 {
        return Err(Error::Negative);
    }
    Ok(x.sqrt())
}

#[differentiate]
fn f(x: f64) -> f64 {
    match root(x) {
        Ok(y) => y,
        Err(Error::Negative) => 0.0,
    }
}

fn main() {}
