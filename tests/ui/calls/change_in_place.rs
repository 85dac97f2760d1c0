use backprop::differentiate;
use std::collections::VecDeque;

#[differentiate]
fn f(x: &[f64], mut queue: VecDeque<usize>) -> f64 {
    queue.push_back(1);
    x[queue[0]]
}

fn main() {}
