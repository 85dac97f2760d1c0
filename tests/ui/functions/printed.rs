use backprop::differentiate;

#[differentiate]
fn twice(f: impl Fn(f64) -> f64 + std::fmt::Debug, x: f64) -> f64 {
    println!("{f:?}");
    f(f(x))
}

fn main() {}
