use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let (mut a, mut b) = (x, x * x);
    let r = if x > 0.0 { &mut a } else { &mut b };
    *r += 1.0;
    println!("{r}");
    a * b
}

fn main() {}
