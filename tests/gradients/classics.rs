//! The twelve programs that every differentiator should get right, in their
//! natural form.

use backprop::differentiate;

oracle::programs! {
    #[differentiate]
    fn circuit(x: f64, y: f64, z: f64) -> f64 {
        (x + y) * z
    }

    #[differentiate]
    fn router(x: f64, y: f64, z: f64) -> f64 {
        x.max(y) * z
    }

    #[differentiate]
    fn neuron(w0: f64, x0: f64, w1: f64, x1: f64, w2: f64) -> f64 {
        1.0 / (1.0 + (-(w0 * x0 + w1 * x1 + w2)).exp())
    }

    #[differentiate]
    fn branch(x: f64, y: f64) -> f64 {
        if x > y { x * y } else { x + y }
    }

    #[differentiate]
    fn power(x: f64, n: usize) -> f64 {
        let mut s = 1.0;
        for _ in 0..n {
            s *= x;
        }
        s
    }

    #[differentiate]
    fn sq(x: f64) -> f64 {
        x * x
    }

    #[differentiate]
    fn helper(x: f64, y: f64) -> f64 {
        sq(x) + y
    }

    #[differentiate]
    fn used_twice(x: f64) -> f64 {
        x * x + x
    }

    #[differentiate]
    fn shadowed(x: f64, y: f64) -> f64 {
        let x = x * x;
        let x = x * y;
        x
    }

    #[differentiate]
    fn assigned(x: f64, y: f64) -> f64 {
        let mut s = x;
        s += y;
        s *= x;
        s
    }

    #[differentiate]
    fn composed(x: f64, y: f64) -> f64 {
        (x.sin() * (y + x).exp()).ln()
    }

    #[differentiate]
    fn pair(x: f64, y: f64) -> (f64, f64) {
        (x * y, x + y.sin())
    }
}

#[test]
fn circuit_at_the_lectures_inputs() {
    assert_eq!(circuit_grad(-2.0, 5.0, -4.0), (-12.0, (-4.0, -4.0, 3.0)));
    oracle::check!(circuit(-2.0, 5.0, -4.0));
}

#[test]
fn max_gate() {
    oracle::check!(router(4.0, -2.0, 3.0));
    oracle::check!(router(-2.0, 4.0, 3.0));
    oracle::check!(router(1.0, 1.0, 3.0), kink);
}

#[test]
fn sigmoid_neuron() {
    oracle::check!(neuron(2.0, -1.0, -3.0, -2.0, -3.0));
}

#[test]
fn if_else() {
    oracle::check!(branch(2.0, 1.0));
    oracle::check!(branch(1.0, 2.0));
}

#[test]
fn loop_over_a_product() {
    for n in 0..5 {
        oracle::check!(power(1.3, n));
    }
}

#[test]
fn helper_call() {
    oracle::check!(helper(3.0, -1.0));
}

#[test]
fn a_value_used_twice() {
    oracle::check!(used_twice(3.0));
}

#[test]
fn shadowing() {
    oracle::check!(shadowed(3.0, 2.0));
}

#[test]
fn compound_assignment() {
    oracle::check!(assigned(3.0, 2.0));
}

#[test]
fn nested_methods() {
    oracle::check!(composed(1.1, 0.3));
}

#[test]
fn tuple_result_with_every_seed() {
    oracle::check!(pair(1.1, 0.3));
}
