use backprop::differentiate;

#[derive(Clone, Copy)]
enum Mode {
    A,
    B,
}

#[differentiate]
fn f(x: f64, mode: Mode) -> f64 {
    match mode {
        Mode::A => x,
        Mode::B => -x,
    }
}

fn main() {}
