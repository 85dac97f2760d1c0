fn f() -> f64 {
    1.0
}

fn main() {
    backprop::assert_gradient!(f());
}
