//! Loops that call functions which cost little: what they carry is recorded, and their
//! iterations run again in reverse. Each shape is there with such a function and with one
//! that is recorded.

#![expect(
    clippy::assign_op_pattern,
    reason = "the programs are written with indices, as numerical code is"
)]

use backprop::differentiate;

oracle::programs! {
    #[differentiate]
    fn slope(y: [f64; 2], k: &[f64; 4]) -> [f64; 2] {
        [y[0] * (k[0] - k[1] * y[1]), y[1] * (k[2] * y[0] - k[3])]
    }

    #[differentiate]
    fn slow_slope(y: [f64; 2], k: &[f64; 4]) -> [f64; 2] {
        [(y[0] * (k[0] - k[1] * y[1])).sin(), y[1] * (k[2] * y[0] - k[3])]
    }

    #[differentiate]
    fn moved(y: [f64; 2], k: [f64; 2], h: f64) -> [f64; 2] {
        [y[0] + h * k[0], y[1] + h * k[1]]
    }

    #[differentiate]
    fn square(x: f64) -> f64 {
        x * x - 0.3
    }

    #[differentiate]
    fn kinked(x: f64, k: f64) -> f64 {
        if x > k { x * k } else { -x }
    }

    /// The loop stands in the branch that goes on, which is reversed as it runs.
    #[differentiate]
    fn behind_a_return(x: f64, k: f64, steps: usize) -> f64 {
        if x >= 1.0 {
            return k.sqrt();
        }
        let mut y = k;
        for _ in 0..steps {
            let error = square(y) - x;
            y -= 0.2 * error;
        }
        y
    }

    #[differentiate]
    fn newton_behind_returns(p: f64, a: f64, steps: usize) -> f64 {
        let scale = square(a) + 2.0;
        if p >= 1.0 {
            return 100.0 + a.sqrt();
        } else if p <= 0.0 {
            return 0.0;
        }
        let mut x = if a > 1.0 { a * p.ln() } else { p / a };
        for _ in 0..steps {
            if x > 40.0 {
                return x * p;
            }
            let error = kinked(x, a) * scale - p;
            x -= 0.1 * error;
            if error.abs() < 1e-3 {
                break;
            }
        }
        x
    }

    #[differentiate]
    fn midpoint(start: [f64; 2], k: &[f64; 4], h: f64, steps: usize) -> f64 {
        let mut y = start;
        for _ in 0..steps {
            let k1 = slope(y, k);
            let k2 = slope(moved(y, k1, 0.5 * h), k);
            for i in 0..2 {
                y[i] += h * k2[i];
            }
        }
        y[0] * y[1]
    }

    #[differentiate]
    fn slow_midpoint(start: [f64; 2], k: &[f64; 4], h: f64, steps: usize) -> f64 {
        let mut y = start;
        for _ in 0..steps {
            let k1 = slow_slope(y, k);
            let k2 = slow_slope(moved(y, k1, 0.5 * h), k);
            for i in 0..2 {
                y[i] += h * k2[i];
            }
        }
        y[0] * y[1]
    }

    /// What the loop changes is read before and after it, and changed by others.
    #[differentiate]
    fn around(start: [f64; 2], k: &[f64; 4], h: f64, steps: usize) -> f64 {
        let mut y = start;
        let mut s = y[0] * y[1];
        y[0] *= k[0];
        s += y[0].sin();
        for i in 0..steps {
            let d = slope(y, k);
            y[i % 2] += h * d[i % 2];
            s *= y[0];
        }
        y[1] = y[1] * y[0];
        for _ in 0..steps {
            y = moved(y, slope(y, k), h);
            s += y[1] * y[1];
        }
        s * y[0] * y[1]
    }

    #[differentiate]
    fn finish(y: &mut f64, k: f64) {
        *y += k * k;
    }

    /// What a call gives is not used: its upstream is a zero of a type that only rustc
    /// knows.
    #[differentiate]
    fn finished_behind_a_return(x: f64, k: f64, steps: usize) -> f64 {
        if x >= 1.0 {
            return k;
        }
        let mut y = x;
        for _ in 0..steps {
            y += k;
            if y > 1.0 {
                finish(&mut y, k);
                break;
            }
        }
        y * y
    }

    /// Left early, by a condition that is seen after part of an iteration.
    #[differentiate]
    fn until(x: f64, k: f64, most: usize) -> f64 {
        let mut x = x;
        let mut sum = 0.0;
        for i in 0..most {
            let y = square(x);
            if y > 4.0 {
                sum += y * k;
                break;
            }
            x = y + k * i as f64;
            sum += square(x) * k;
        }
        sum * x
    }

    #[differentiate]
    fn while_large(x: f64, k: f64) -> f64 {
        let mut x = x;
        let mut rounds = 0;
        while x * x > 0.01 && rounds < 30 {
            x = kinked(x, k) * 0.5;
            rounds += 1;
            if rounds == 3 {
                continue;
            }
            x += 0.25 * square(x * k);
        }
        x * rounds as f64
    }

    /// Expensive numbers of the loop itself are recorded beside what it carries.
    #[differentiate]
    fn with_exponentials(x: f64, k: f64, steps: usize) -> f64 {
        let mut x = x;
        let mut s = 1.0;
        for i in 0..steps {
            let e = (k * x).exp();
            let r = (square(x) + 1.0).sqrt();
            let t = (e - 1.0).tanh();
            x = kinked(x * t, k) + r / (1.0 + e);
            s = s * 0.5 + t * square(s) + i as f64;
        }
        s * x
    }

    /// Branches in an iteration, some of which call.
    #[differentiate]
    fn with_branches(x: f64, k: f64, steps: usize) -> f64 {
        let mut x = x;
        for i in 0..steps {
            let y = if i % 3 == 0 {
                square(x)
            } else if x > k {
                let t = (x - k).sqrt();
                kinked(t, x)
            } else {
                -x
            };
            x = x + 0.1 * y * y;
        }
        x
    }

    /// Inside another loop, whose numbers it uses.
    #[differentiate]
    fn nested(x: &[f64], k: f64, steps: usize) -> f64 {
        let mut total = 0.0;
        for i in 0..x.len() {
            let mut y = x[i];
            let w = (k * i as f64).cos();
            for j in 0..steps + i {
                y = kinked(y * w, k) + x[j % x.len()] * square(y);
            }
            total += y * w;
        }
        total
    }

    /// Two of them one after another, the second on what the first made.
    #[differentiate]
    fn twice(x: f64, k: f64, steps: usize) -> f64 {
        let mut a = x;
        for _ in 0..steps {
            a = square(a) * 0.5 + k;
        }
        let mut b = a;
        for _ in 0..steps {
            b = kinked(b, a) * 0.9 + square(b) * 0.1;
        }
        a * b
    }

    /// An array in a parameter by `&mut`, and a slice, which is not copied.
    #[differentiate]
    fn in_place(y: &mut [f64; 3], k: f64, steps: usize) {
        for i in 0..steps {
            y[i % 3] = square(y[(i + 1) % 3]) * k + y[i % 3];
            y[2] *= y[0];
        }
    }

    #[differentiate]
    fn in_place_slice(y: &mut [f64], k: f64, steps: usize) {
        for i in 0..steps {
            let n = y.len();
            y[i % n] = square(y[(i + 1) % n]) * k + y[i % n];
            y[n - 1] *= y[0];
        }
    }

    /// A vector is changed in the loop.
    #[differentiate]
    fn with_vector(x: &[f64], k: f64, steps: usize) -> f64 {
        let mut y = x.to_vec();
        for i in 0..steps {
            let n = y.len();
            let d = square(y[i % n]);
            y[(i + 1) % n] += k * d * y[0];
        }
        y.iter().sum()
    }

    /// A matrix of the size of a few numbers, and a working array from outside.
    #[differentiate]
    fn matrix(a: [[f64; 2]; 2], k: f64, steps: usize) -> f64 {
        let mut m = a;
        let mut w = [0.0; 2];
        for _ in 0..steps {
            for i in 0..2 {
                w[i] = square(m[i][0] * k) + m[i][1];
            }
            m[0][1] = w[1] * 0.5;
            m[1][0] += w[0] * m[0][1];
        }
        m[0][1] * m[1][0] + w[0]
    }

    /// An array that each iteration changes, hands on whole, and changes again.
    #[differentiate]
    fn handed_on(start: [f64; 2], k: f64, steps: usize) -> f64 {
        let mut y = start;
        let mut s = k;
        for _ in 0..steps {
            y[0] *= y[1] + k;
            y = moved(y, [k, y[0]], 0.5);
            y[1] -= y[0] * y[0] * 0.1;
            s += y[0] * y[1];
        }
        s
    }

    #[differentiate]
    fn backwards(x: f64, k: f64, steps: usize) -> f64 {
        let mut x = x;
        for i in (1..=steps).rev().step_by(2) {
            x = square(x) * 0.2 + k / i as f64;
        }
        x
    }

    #[differentiate]
    fn carried_integers(x: f64, k: f64, steps: usize) -> f64 {
        let mut x = x;
        let (mut a, mut b) = (1, 2);
        let mut flip = false;
        for _ in 0..steps {
            (a, b) = (b, (a + b) % 17);
            flip = !flip;
            x = if flip { square(x) / b as f64 } else { kinked(x, k) + a as f64 };
        }
        x * k
    }

    #[differentiate]
    fn root(x: f64) -> Result<f64, String> {
        if x < 0.0 {
            return Err("negative".to_owned());
        }
        Ok((x + 0.1).sqrt())
    }

    #[differentiate]
    fn larger(x: f64, y: f64) -> Option<f64> {
        if x > y { Some(x * y) } else { None }
    }

    /// Calls in a branch of an iteration that runs again.
    #[differentiate]
    fn after_an_exit(x: f64, w: &[f64], most: usize) -> f64 {
        let mut v = x;
        let mut n = 0;
        while n < 3 {
            n += 1;
            if n * 2 > most {
                break;
            }
            v += root(w[1]).map(|r| r * 0.5).unwrap_or(x);
            v = v * w[0] + larger(v, w[1]).map_or(x, |r| r * 0.5);
        }
        v * v
    }
}

#[test]
fn values_and_gradients() {
    let k = [0.5, 0.3, 0.2, 0.4];
    for steps in [0, 1, 2, 7] {
        oracle::check!(behind_a_return(0.4, 0.7, steps));
        oracle::check!(behind_a_return(1.4, 0.7, steps));
        oracle::check!(finished_behind_a_return(0.4, 0.35, steps));
        oracle::check!(finished_behind_a_return(1.4, 0.35, steps));
        oracle::check!(newton_behind_returns(0.4, 0.7, steps));
        oracle::check!(newton_behind_returns(0.4, 1.7, steps));
        oracle::check!(newton_behind_returns(1.4, 0.7, steps));
        oracle::check!(newton_behind_returns(-0.4, 0.7, steps));
        oracle::check!(midpoint([1.0, 0.5], &k, 0.1, steps));
        oracle::check!(slow_midpoint([1.0, 0.5], &k, 0.1, steps));
        oracle::check!(around([1.0, 0.5], &k, 0.1, steps));
        oracle::check!(with_exponentials(0.4, 0.7, steps));
        oracle::check!(with_branches(0.8, 0.5, steps));
        oracle::check!(nested(&[0.3, -0.6, 0.9], 0.7, steps));
        oracle::check!(twice(0.4, 0.3, steps));
        oracle::check!(in_place(&mut [0.3, 0.8, -0.4], 0.6, steps));
        oracle::check!(in_place_slice(&mut [0.3, 0.8, -0.4], 0.6, steps));
        oracle::check!(with_vector(&[0.3, 0.8, -0.4], 0.6, steps));
        oracle::check!(matrix([[0.3, 0.8], [-0.4, 0.2]], 0.6, steps));
        oracle::check!(handed_on([0.9, 0.6], 0.3, steps));
        oracle::check!(backwards(0.9, 0.6, steps));
        oracle::check!(carried_integers(0.9, 0.6, steps));
        oracle::check!(until(1.2, 0.9, steps));
    }
    oracle::check!(until(0.2, 0.3, 9));
    oracle::check!(while_large(1.7, 0.4));
    oracle::check!(while_large(0.01, 0.4));
    for most in 1..8 {
        oracle::check!(after_an_exit(0.8, &[0.3, 0.5], most));
        oracle::check!(after_an_exit(0.8, &[0.4, -0.6], most));
    }
}

thread_local! {
    static DRAWN: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

fn drawn() -> f64 {
    DRAWN.set(DRAWN.get() + 1);
    f64::from(DRAWN.get())
}

#[differentiate]
fn times_drawn(x: f64) -> f64 {
    x * backprop::constant(drawn())
}

#[differentiate]
fn through_another(x: f64) -> f64 {
    2.0 * times_drawn(x)
}

#[differentiate]
fn drawn_product(x: f64, n: usize) -> f64 {
    let mut y = x;
    for _ in 0..n {
        y = through_another(y);
    }
    y
}

/// What does not give the same again is recorded, however far down it is called.
#[test]
fn what_differs_runs_once() {
    let (value, slope) = drawn_product_grad(3.0, 4);
    assert_eq!((value, slope), (3.0 * 384.0, 384.0));
    assert_eq!(DRAWN.get(), 4);
}
