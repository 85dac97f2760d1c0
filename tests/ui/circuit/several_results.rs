use backprop::differentiate;

#[differentiate(circuit)]
fn f(x: f64) -> (f64, f64) {
    (x, x * x)
}

fn main() {
    f_circuit(1.0);
}
