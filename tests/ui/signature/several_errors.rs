use backprop::differentiate;

#[differentiate]
async fn f<T>(x: &[f64], _t: T) -> Vec<f64> {
    x.to_vec()
}

fn main() {}
