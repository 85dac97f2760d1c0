//! Loops and their exits.

use backprop::differentiate;

oracle::programs! {
    #[differentiate]
    fn while_loop(x: f64, y: f64) -> f64 {
        let mut s = x;
        let mut n = 0;
        while s < 20.0 && n < 30 {
            s = s * y + 1.0;
            n += 1;
        }
        s + n as f64
    }

    #[differentiate]
    fn loop_with_value(x: f64) -> f64 {
        let mut s = x;
        let mut k = 0;
        let r = loop {
            s = s.sin() + x;
            k += 1;
            if k == 4 {
                break s * x;
            }
            if s > 3.0 {
                break s;
            }
        };
        r * 2.0
    }

    #[differentiate]
    fn newton(a: f64) -> f64 {
        let mut x = a;
        for _ in 0..20 {
            let next = 0.5 * (x + a / x);
            if (next - x).abs() < 1e-15 {
                break;
            }
            x = next;
        }
        x
    }

    #[differentiate]
    fn ranges(x: f64, n: usize) -> f64 {
        let mut s = 0.0;
        for i in 0..n {
            s += x.powi(i as i32) * 0.1;
        }
        for i in (1..=n).rev() {
            s = s * x + i as f64;
        }
        for i in (0..n).step_by(2) {
            s += 0.01 * x * i as f64 * s;
        }
        for i in (0..n).rev().step_by(3) {
            s = s.sin() * 0.1 * i as f64 + x;
        }
        s
    }

    #[differentiate]
    fn continues(x: f64, n: i32) -> f64 {
        let mut s = x;
        for i in 0..n {
            if i % 3 == 0 {
                continue;
            }
            s *= 1.0 + 0.1 * x;
            if i % 2 == 0 {
                s += x;
                continue;
            }
            s -= 0.25 * x * s;
        }
        s
    }

    #[differentiate]
    fn nested(x: f64, n: usize) -> f64 {
        let mut s = 0.0;
        for i in 0..n {
            let mut t = x;
            for j in 0..=i {
                t = t * x + j as f64 * 0.1;
            }
            s += t * t;
        }
        s
    }

    #[differentiate]
    fn labels(x: f64, n: usize) -> f64 {
        let mut s = x;
        'outer: for i in 0..n {
            for j in 0..n {
                s = s.sin() + 0.3 * x;
                if i * j == 6 {
                    break 'outer;
                }
                if j > i {
                    continue 'outer;
                }
                if s > 5.0 {
                    return s * 100.0;
                }
            }
            s *= 1.1;
        }
        s * x
    }

    #[differentiate]
    fn return_from_loop(x: f64, limit: f64) -> f64 {
        let mut s = x;
        loop {
            s = s * s * 0.7 + 0.4 * x;
            if s > limit {
                return s * x;
            }
            if s < 1e-3 {
                return x;
            }
            s += 0.2;
        }
    }

    #[differentiate]
    fn branch_in_loop(x: f64, y: f64, n: usize) -> f64 {
        let mut a = x;
        let mut b = y;
        for i in 0..n {
            if a > b {
                let t = a.sin();
                a = b;
                b = t * a + b;
            } else {
                a += 0.5 * b;
            }
            if i == 7 {
                b = x;
            }
        }
        a * b
    }

    #[differentiate]
    fn swap_state(x: f64, y: f64, n: usize) -> f64 {
        let (mut a, mut b) = (x, y);
        for _ in 0..n {
            (a, b) = (b, 0.5 * (a + b));
        }
        a - b * b
    }

    #[differentiate]
    fn zero_trips(x: f64, n: usize) -> f64 {
        let mut s = x;
        let mut z = 0.0;
        for _ in n..0 {
            s *= s;
            z += x.ln();
        }
        while z > 1.0 {
            z -= s;
        }
        s + z
    }

    #[differentiate]
    fn integers(x: f64, n: u64) -> f64 {
        let mut k = n;
        let mut s = 1.0;
        let mut base = x;
        while k > 0 {
            if k & 1 == 1 {
                s *= base;
            }
            base *= base;
            k >>= 1;
        }
        s
    }

    #[differentiate]
    fn while_with_break(x: f64) -> f64 {
        let mut s = x;
        let mut i = 0;
        while i < 10 {
            i += 1;
            s = (s + x).cos();
            if s < 0.1 {
                break;
            }
            if i == 5 {
                continue;
            }
            s *= x;
        }
        s
    }

    #[differentiate]
    fn match_in_loop(x: f64, n: usize) -> f64 {
        let mut s = x;
        for i in 0..n {
            s = match i % 4 {
                0 => s.exp() * 0.1,
                1 => s * x,
                2 => break,
                _ => continue,
            };
        }
        s
    }

    #[differentiate]
    fn linear(x: f64, y: f64, n: usize) -> f64 {
        let mut s = 0.0;
        for i in 0..n {
            s += x * i as f64;
            s -= y;
        }
        s
    }

    #[differentiate]
    fn constant_loop(x: f64, n: usize) -> f64 {
        let mut k = 1.0;
        for _ in 0..n {
            k *= 1.5;
        }
        x * k
    }

    #[differentiate]
    fn overwritten(x: f64, n: usize) -> f64 {
        let mut t = x * x;
        for i in 0..n {
            t = x * (i as f64 + 2.0);
        }
        t.sin()
    }

    #[differentiate]
    fn triple(x: f64, n: usize) -> f64 {
        let mut s = x;
        for i in 0..n {
            for _ in 0..i {
                let mut j = 0;
                while j < 2 {
                    s = s.sin() + x * 0.3;
                    j += 1;
                }
                s *= 1.05;
            }
        }
        s
    }
}

#[differentiate]
fn while_let(x: f64, n: u32) -> f64 {
    let mut s = x;
    let mut left = Some(n);
    while let Some(k) = left {
        s = s * x + k as f64;
        left = if k > 0 { Some(k - 1) } else { None };
    }
    s
}

#[test]
fn programs() {
    for x in [0.7, -1.1, 1.3] {
        for n in [0_usize, 1, 2, 5, 9] {
            oracle::check!(ranges(x, n));
            oracle::check!(continues(x, n as i32));
            oracle::check!(nested(x, n));
            oracle::check!(labels(x, n));
            oracle::check!(branch_in_loop(x, 0.9, n));
            oracle::check!(swap_state(x, 0.2, n));
            oracle::check!(zero_trips(x.abs(), n));
            oracle::check!(integers(x, n as u64));
            oracle::check!(match_in_loop(x, n));
            oracle::check!(linear(x, 0.3, n));
            oracle::check!(constant_loop(x, n));
            oracle::check!(triple(x, n));
            oracle::check!(overwritten(x, n));
        }
        oracle::check!(while_loop(x, 1.3));
        oracle::check!(loop_with_value(x));
        oracle::check!(newton(x.abs()));
        oracle::check!(return_from_loop(x.abs(), 4.0));
        oracle::check!(while_with_break(x));
    }
}

#[test]
fn while_let_counts_down() {
    // x³ + 2x² + x, then the constant
    let (value, slope) = while_let_grad(2.0, 2);
    assert_eq!(value, 2.0_f64.powi(4) + 2.0 * 4.0 + 2.0);
    assert_eq!(slope, 4.0 * 8.0 + 2.0 * 2.0 * 2.0 + 1.0);
}
