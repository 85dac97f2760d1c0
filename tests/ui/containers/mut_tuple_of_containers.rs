use backprop::differentiate;

#[differentiate]
fn f(state: &mut (Vec<f64>, Vec<f64>)) {
    state.0[0] *= 2.0;
}

fn main() {}
