use backprop::differentiate;

#[differentiate]
fn either<'a>(a: &'a mut [f64], b: &'a mut [f64], first: bool) -> &'a mut f64 {
    if first { &mut a[0] } else { &mut b[0] }
}

fn main() {}
