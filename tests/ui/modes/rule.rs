use backprop::differentiate;

fn turned_rule(x: f64) -> ([f64; 2], impl FnOnce(&[f64; 2]) -> f64) {
    ([x.cos(), x.sin()], move |d: &[f64; 2]| d[1] * x.cos() - d[0] * x.sin())
}

#[differentiate(jvp, rule = turned_rule)]
fn turned(x: f64) -> [f64; 2] {
    [x.cos(), x.sin()]
}

fn main() {}
