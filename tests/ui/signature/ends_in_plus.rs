use backprop::differentiate;

#[differentiate]
trait Potential {
    fn energy(&self, x: f64) -> f64;
}

#[differentiate]
fn f(p: &[Box<dyn Potential +>], x: f64) -> f64 {
    p[0].energy(x)
}

fn main() {}
