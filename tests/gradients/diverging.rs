//! Functions, methods and loops that never give a value.

#![expect(
    unreachable_code,
    clippy::never_loop,
    reason = "what is not written yet"
)]

use backprop::{Differentiable, differentiate};

#[derive(Clone, Differentiable)]
struct Spring {
    stiffness: f64,
}

#[differentiate(jvp, hvp)]
trait Force {
    fn force(&self, x: f64) -> f64;

    fn work(&self, _x: &[f64]) -> Vec<f64> {
        unimplemented!("no work")
    }
}

#[differentiate(jvp, hvp)]
impl Force for Spring {
    fn force(&self, x: f64) -> f64 {
        -self.stiffness * x * x
    }
}

#[differentiate(jvp, hvp)]
impl Spring {
    fn damping(&self, x: f64) -> f64 {
        todo!("of {}", self.stiffness - x)
    }

    fn wound(&mut self, x: f64) {
        self.stiffness += x;
        panic!("broken")
    }
}

#[differentiate(jvp, hvp, hessian, circuit)]
fn of_argument(x: f64) -> f64 {
    x.powf(todo!("exponent"))
}

#[differentiate(jvp, hvp)]
fn of_branches(x: f64, y: &mut Vec<f64>) -> Vec<f64> {
    y.push(x);
    if x > 0.0 {
        panic!("no {x}")
    } else {
        unimplemented!("{x}")
    }
}

/// A loop that only runs if it has no iteration.
#[differentiate(jvp, hvp, hessian, circuit)]
fn of_loop(p: &[f64], k: f64) -> f64 {
    let mut sum = k * k;
    for v in p {
        if *v > 2.0 {
            sum *= v;
        }
        panic!("{sum}");
    }
    sum * k
}

#[differentiate(jvp, hvp)]
fn caller<F: Force + Differentiable>(force: &F, spring: &mut Spring, x: f64) -> f64 {
    let y = force.force(x);
    match y {
        y if y < -50.0 => of_argument(y),
        y if y < -20.0 => spring.damping(y),
        y if y < -10.0 => force.work(&[y])[0],
        y if y < -5.0 => {
            spring.wound(x);
            spring.stiffness * y
        }
        y => y * spring.stiffness,
    }
}

fn message(run: impl FnOnce()) -> String {
    let run = std::panic::AssertUnwindSafe(run);
    let panic = std::panic::catch_unwind(run).expect_err("a panic");
    match panic.downcast_ref::<String>() {
        Some(text) => text.clone(),
        None => (*panic.downcast_ref::<&str>().expect("a text")).to_owned(),
    }
}

#[test]
fn panic_as_the_function_does() {
    let exponent = "not yet implemented: exponent";
    assert_eq!(
        message(|| {
            _ = of_argument_grad(1.0);
        }),
        exponent
    );
    assert_eq!(
        message(|| {
            _ = of_argument_jvp(1.0, 1.0);
        }),
        exponent
    );
    assert_eq!(message(|| drop(of_argument_hessian(1.0))), exponent);
    assert_eq!(message(|| drop(of_argument_circuit(1.0))), exponent);
    let of_branches = |x| {
        move || {
            drop(of_branches_backprop(
                x,
                &mut vec![],
                &vec![1.0],
                &mut 0.0,
                &mut vec![],
            ))
        }
    };
    assert_eq!(message(of_branches(1.0)), "no 1");
    assert_eq!(message(of_branches(-1.0)), "not implemented: -1");
    assert_eq!(message(|| drop(of_loop_grad(&[1.0], 3.0))), "9");
    assert_eq!(message(|| drop(of_loop_hvp(&[1.0], &[1.0], 3.0, 1.0))), "9");
}

#[test]
fn what_is_not_reached_adds_nothing() {
    let (value, (_, d_k)) = of_loop_grad(&[], 3.0);
    assert_eq!((value, d_k), (27.0, 27.0));
    let (value, d_k) = of_loop_jvp(&[], &[], 3.0, 2.0);
    assert_eq!((value, d_k), (27.0, 54.0));
    let (_, _, (_, second)) = of_loop_hvp(&[], &[], 3.0, 1.0);
    assert_eq!(second, 18.0);
    let drawn = of_loop_circuit(&[], 3.0);
    assert_eq!(drawn.value(), 27.0);

    let (force, mut spring) = (Spring { stiffness: 2.0 }, Spring { stiffness: 3.0 });
    let (value, (d_force, d_spring, d_x)) = caller_grad(&force, &mut spring, 0.5);
    assert_eq!(value, -1.5);
    assert_eq!(
        (d_force.stiffness, d_spring.stiffness, d_x),
        (-0.75, -0.5, -6.0)
    );
    for (x, text) in [
        (1.7, "broken"),
        (2.4, "not implemented: no work"),
        (4.0, "not yet implemented: of 35"),
        (6.0, "not yet implemented: exponent"),
    ] {
        let (force, mut spring) = (force.clone(), spring.clone());
        assert_eq!(
            message(move || _ = caller_grad(&force, &mut spring, x)),
            text
        );
    }
}
