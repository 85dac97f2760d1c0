use backprop::differentiate;
#[differentiate(show)]
fn circuit(x: f64, y: f64, z: f64) -> f64 {
    let q = x + y;
    q * z
}
#[differentiate]
fn sig(x: f64) -> f64 { 1.0 / (1.0 + (-x).exp()) }
#[differentiate(show)]
fn looped(x: f64, n: usize) -> f64 {
    let mut s = 1.0;
    for i in 0..n { if i == 3 { continue; } s *= x; if s > 100.0 { break; } }
    sig(s) + s
}
fn main() {
    println!("{:?}", circuit_grad(-2.0, 5.0, -4.0));
    println!("{:?}", looped_grad(1.5, 6));
}
