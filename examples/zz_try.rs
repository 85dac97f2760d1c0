#![allow(missing_docs)]
use backprop::differentiate;

#[differentiate]
fn twice(f: impl Fn(f64) -> f64, x: f64) -> f64 { f(f(x)) }

#[differentiate(show)]
fn plain(a: f64, x: f64) -> f64 { twice(|t| a * t.sin(), x) }

#[differentiate(show)]
fn slices(a: f64, w: &[f64], x: f64) -> f64 { 
    let v = vec![a, x];
    let k = plain(a, x);
    twice(|t| { let mut s = k * t; for i in 0..w.len() { s += w[i] * t * v[0]; } s + v.len() as f64 }, x) }

fn main() {
    println!("{:?}", plain_grad(1.5, 1.0));
    println!("{:?}", slices_grad(1.5, &[0.5, 0.25], 1.0));
    let h = 1e-6;
    println!("{:?} {:?}", (slices(1.5 + h, &[0.5, 0.25], 1.0) - slices(1.5 - h, &[0.5, 0.25], 1.0)) / (2.0 * h), (slices(1.5, &[0.5 + h, 0.25], 1.0) - slices(1.5, &[0.5 - h, 0.25], 1.0)) / (2.0 * h));
}
