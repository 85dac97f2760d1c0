use backprop::differentiate;

#[differentiate]
struct S;

fn main() {}
