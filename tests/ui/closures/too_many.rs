use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let f0 = |a: f64| a * x;
    let f1 = |a: f64| f0(a) * f0(x);
    let f2 = |a: f64| f1(a) * f1(x);
    let f3 = |a: f64| f2(a) * f2(x);
    let f4 = |a: f64| f3(a) * f3(x);
    let f5 = |a: f64| f4(a) * f4(x);
    let f6 = |a: f64| f5(a) * f5(x);
    let f7 = |a: f64| f6(a) * f6(x);
    let f8 = |a: f64| f7(a) * f7(x);
    let f9 = |a: f64| f8(a) * f8(x);
    let f10 = |a: f64| f9(a) * f9(x);
    let f11 = |a: f64| f10(a) * f10(x);
    let f12 = |a: f64| f11(a) * f11(x);
    let f13 = |a: f64| f12(a) * f12(x);
    f13(x)
}

fn main() {}
