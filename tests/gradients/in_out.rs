//! `&mut` numbers that calls give a new value.

use backprop::{assert_gradient, differentiate};

oracle::programs! {
    #[differentiate]
    fn square(x: f64) -> f64 {
        x * x
    }

    #[differentiate]
    fn squared_in_place(x: &mut f64) -> f64 {
        *x = square(*x);
        if *x > 0.0 { *x } else { -1.0 }
    }

    #[differentiate]
    fn both_ways(x: &mut f64, y: f64) -> f64 {
        let before = *x;
        *x = square(before + y);
        match *x > 1.0 {
            true => *x * before,
            false => y,
        }
    }
}

#[test]
fn programs() {
    oracle::check!(squared_in_place(&mut 3.0));
    oracle::check!(both_ways(&mut 0.7, 0.6));
    oracle::check!(both_ways(&mut 0.1, 0.2));
    assert_gradient!(both_ways(&mut 0.7, 0.6));
}
