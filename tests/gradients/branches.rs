//! Branches, patterns, early exits from blocks.

use backprop::differentiate;

/// A constant that only rustc knows.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mode {
    Linear,
    Leaky(f64),
    Scaled { by: f64, shift: i32 },
}

const ZERO: i32 = 0;

oracle::programs! {
    #[differentiate]
    fn as_statement(x: f64, y: f64) -> f64 {
        let mut s = x;
        if x > y {
            s *= y;
        } else if x < -1.0 {
            s = y;
        }
        if s > 0.0 {
            s += 1.0;
        }
        s * x
    }

    #[differentiate]
    fn as_value(x: f64, y: f64) -> f64 {
        let (a, b) = if x > y { (x, y * y) } else { (y, x) };
        a * if b > 1.0 { b.sin() } else { b } + a
    }

    #[differentiate]
    fn early_return(x: f64, y: f64) -> f64 {
        if x < 0.0 {
            return y * y;
        }
        let z = x * y;
        if z > 2.0 {
            if y > 2.0 {
                return z * z;
            }
            return z.ln();
        }
        let w = z + x;
        w * y
    }

    #[differentiate]
    fn match_integers(x: f64, n: i32) -> f64 {
        let y = match n {
            0 => x,
            1 | 2 => x * x,
            3..=5 => x.powi(n),
            k if k < 0 => x * k as f64,
            k @ 6..=8 => x * k as f64,
            9 => return x.sin() + 1.0,
            _ => x.sin(),
        };
        y * y
    }

    #[differentiate]
    fn match_reals(x: f64, y: f64) -> f64 {
        match x {
            0.0 => y,
            v if v > 1.0 => v * y,
            v @ -1.0..=0.5 => v * v * y,
            v => v.exp() * y,
        }
    }

    #[differentiate]
    fn match_tuples(x: f64, y: f64, flag: bool) -> f64 {
        match (x * y, flag) {
            (p, true) if p > 0.0 => p * x,
            (p, true) => -p,
            (_, false) => y,
        }
    }

    #[differentiate]
    fn match_statement(x: f64, n: u8) -> f64 {
        let mut s = x;
        match n {
            0 => s *= 2.0,
            1 => {
                let t = s * s;
                s = t.sin() * s - t;
            }
            _ => {}
        }
        s * s
    }

    #[differentiate]
    fn let_else(x: f64, n: i32) -> f64 {
        let (3, k) = (n, n * 2) else {
            return x * 7.0;
        };
        x.powi(k)
    }

    #[differentiate]
    fn let_else_panics(x: f64, n: i32) -> f64 {
        let 1..=5 = n else { panic!("out of range: {n}") };
        x * x
    }

    #[differentiate]
    fn labelled(x: f64, y: f64) -> f64 {
        let z = 'found: {
            if x > 1.0 {
                break 'found x * y;
            }
            let t = y * y;
            if t > 4.0 {
                break 'found t;
            }
            x + t
        };
        z * x
    }

    #[differentiate]
    fn conditions(x: f64, y: f64) -> f64 {
        let a = x > 0.0 && y > 0.0;
        let b = !a || x * y > 1.1;
        if a ^ b { x * y } else if b & a { x - y } else { y }
    }

    #[differentiate]
    fn diverging(x: f64) -> f64 {
        if x > 1e9 {
            panic!("too large: {x}");
        }
        let y = if x > 0.0 { x.sqrt() } else if x < -1e9 { unreachable!() } else { x * x };
        y * x
    }

    #[differentiate]
    fn untaken_branch(x: f64) -> f64 {
        let y = if x > 0.0 { x.ln() } else { x * x };
        let big = (800.0 * x).exp();
        let z = if x > 0.0 { y } else { big * y };
        z + y
    }

    #[differentiate]
    fn many_arms(x: f64, n: u32) -> f64 {
        let y = match n {
            0 => x.sin(),
            1 => x.exp() * x,
            2 => (x * x).cos(),
            3 => 4.0,
            _ => x.tanh(),
        };
        y * y
    }

    #[differentiate]
    fn nested_branches(x: f64, y: f64) -> f64 {
        let mut s = x;
        if x > 0.0 {
            let a = s.exp();
            if y > 0.0 {
                let b = a.sin() * y;
                s = a * b;
            } else {
                s *= a;
            }
            s += a;
        } else {
            s = y * s - y;
        }
        s * y
    }
}

#[differentiate(wrt(x))]
fn activation(x: f64, mode: Mode) -> f64 {
    match mode {
        Mode::Linear => x,
        Mode::Leaky(slope) if x < 0.0 => slope * x,
        Mode::Leaky(_) => x,
        Mode::Scaled { by, shift } => by * x * shift as f64,
    }
}

#[differentiate(wrt(x))]
fn by_reference(x: f64, mode: &Mode) -> f64 {
    if let Mode::Leaky(slope) = mode {
        return x * slope;
    }
    if *mode == Mode::Linear { x } else { x * x }
}

#[differentiate]
fn path_patterns(x: f64, n: i32) -> f64 {
    match n {
        ZERO => x,
        i32::MAX => x * x,
        _ => x * 3.0,
    }
}

#[differentiate]
fn chains(x: f64, n: Option<i32>, m: Option<i32>) -> f64 {
    if let Some(a) = n
        && a > 1
        && let Some(b) = m
    {
        x.powi(a + b)
    } else {
        x * 2.0
    }
}

#[test]
fn programs() {
    for (x, y) in [
        (0.7, 1.3),
        (-1.1, 2.3),
        (2.5, 0.4),
        (2.5, 3.0),
        (-0.4, -0.9),
        (1.2, 1.9),
    ] {
        oracle::check!(as_statement(x, y));
        oracle::check!(as_value(x, y));
        oracle::check!(early_return(x, y));
        oracle::check!(match_reals(x, y));
        oracle::check!(match_tuples(x, y, true));
        oracle::check!(match_tuples(x, y, false));
        oracle::check!(labelled(x, y));
        oracle::check!(conditions(x, y));
        oracle::check!(diverging(x));
        oracle::check!(untaken_branch(x));
        oracle::check!(nested_branches(x, y));
        for n in -2..11 {
            oracle::check!(match_integers(x, n));
            oracle::check!(let_else(x, n));
        }
        for n in 0..5 {
            oracle::check!(many_arms(x, n));
            oracle::check!(match_statement(x, n as u8));
        }
        oracle::check!(let_else_panics(x, 2));
    }
}

#[test]
fn an_untaken_branch_contributes_nothing() {
    let (_, slope) = untaken_branch_grad(2.0);
    assert_eq!(slope, 1.0);
}

#[test]
fn payloads_of_constants() {
    assert_eq!(activation_grad(2.0, Mode::Linear), (2.0, 1.0));
    assert_eq!(activation_grad(-2.0, Mode::Leaky(0.1)), (-0.2, 0.1));
    assert_eq!(activation_grad(2.0, Mode::Leaky(0.1)), (2.0, 1.0));
    let scaled = Mode::Scaled { by: 0.5, shift: 3 };
    assert_eq!(activation_grad(2.0, scaled), (3.0, 1.5));
    assert_eq!(by_reference_grad(2.0, &Mode::Leaky(0.25)), (0.5, 0.25));
    assert_eq!(by_reference_grad(2.0, &Mode::Linear), (2.0, 1.0));
    assert_eq!(by_reference_grad(3.0, &scaled), (9.0, 6.0));
}

#[test]
fn constants_in_patterns() {
    assert_eq!(path_patterns_grad(2.0, 0), (2.0, 1.0));
    assert_eq!(path_patterns_grad(2.0, i32::MAX), (4.0, 4.0));
    assert_eq!(path_patterns_grad(2.0, 5), (6.0, 3.0));
}

#[differentiate]
fn if_let(x: f64, n: Option<i32>) -> f64 {
    if let Some(k) = n {
        x.powi(k) * k as f64
    } else {
        x * x
    }
}

#[test]
fn payload_of_an_option() {
    assert_eq!(if_let_grad(2.0, Some(3)), (24.0, 36.0));
    assert_eq!(if_let_grad(2.0, None), (4.0, 4.0));
}

#[test]
fn let_chains() {
    assert_eq!(chains_grad(2.0, Some(2), Some(1)), (8.0, 12.0));
    assert_eq!(chains_grad(2.0, Some(2), None), (4.0, 2.0));
    assert_eq!(chains_grad(2.0, Some(1), Some(1)), (4.0, 2.0));
}
