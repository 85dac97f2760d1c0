use backprop::{Differentiable, differentiate};

#[derive(Differentiable, Clone)]
enum Expr {
    Number(f64),
    Negated(Box<Expr>),
}

#[differentiate]
fn eval(e: &Expr) -> f64 {
    match e {
        Expr::Number(x) => *x,
        Expr::Negated(inner) => -eval(inner),
    }
}

fn main() {}
