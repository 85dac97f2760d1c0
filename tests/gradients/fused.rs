//! Loops that are reversed as they run, and loops that must not be.

use backprop::differentiate;

oracle::programs! {
    #[differentiate]
    fn weighted(x: &[f64], w: f64) -> f64 {
        let mut s = 0.0;
        for v in x {
            s += w * v * v;
        }
        s * 2.0
    }

    // the second sum is known early, the first is not
    #[differentiate]
    fn normalised(x: &[f64], y: &[f64]) -> f64 {
        let total: f64 = x.iter().map(|v| v.exp()).sum();
        let mut s = 0.0;
        for (a, b) in x.iter().zip(y) {
            s += a * b / total;
        }
        s
    }

    // what is carried is scaled on the way: the order matters
    #[differentiate]
    fn decayed(x: &[f64], k: f64) -> f64 {
        let mut s = 0.0;
        for v in x {
            s = s * k + v * v;
        }
        s
    }

    #[differentiate]
    fn two_sums(x: &[f64], k: f64) -> f64 {
        let (mut p, mut q) = (0.0, 1.0);
        for v in x {
            p += v * k;
            q -= v * v;
        }
        p + 3.0 * q
    }

    // the sum that one loop starts from is that of another
    #[differentiate]
    fn continued(x: &[f64], y: &[f64]) -> f64 {
        let mut s = 0.5;
        for v in x {
            s += v.sin();
        }
        for v in y {
            s -= v * x[0];
        }
        s
    }

    #[differentiate]
    fn nested(x: &[Vec<f64>], c: &[f64], k: f64) -> f64 {
        let mut s = 0.0;
        for row in x {
            let mut d = 0.0;
            for (a, b) in row.iter().zip(c) {
                d += (a - b) * (a - b);
            }
            s += (-k * d).exp();
        }
        s
    }

    #[differentiate]
    fn pairs(x: &[f64], k: f64) -> f64 {
        let mut s = 0.0;
        for i in 0..x.len() {
            for j in 0..i {
                let d = x[i] - x[j];
                s += k / (1.0 + d * d);
            }
        }
        s
    }

    #[differentiate]
    fn with_exits(x: &[f64], k: f64) -> f64 {
        if x.len() < 2 {
            return k;
        }
        let mut s = 0.0;
        for (i, v) in x.iter().enumerate() {
            if *v < 0.0 {
                continue;
            }
            if i == 4 {
                break;
            }
            s += if *v > 1.0 { v * k } else { v.sqrt() };
        }
        s
    }

    // the value of a step is the state of the next one
    #[differentiate]
    fn moving(x: &[f64], k: f64) -> f64 {
        let mut last = k;
        let mut s = 0.0;
        for v in x {
            s += v * last;
            last = v * v;
        }
        s
    }

    #[differentiate]
    fn with_state(x: &[f64], k: f64) -> f64 {
        let mut n = 1.0;
        let mut s = 0.0;
        for v in x {
            n *= 1.5;
            s += (v * k).sin() / n;
        }
        s
    }

    #[differentiate]
    fn helper(x: &[f64], k: f64) -> f64 {
        let mut s = 0.0;
        for v in x {
            s += v.tanh() * k;
        }
        s
    }

    #[differentiate]
    fn calls(x: &[Vec<f64>], k: f64) -> f64 {
        let mut s = 0.0;
        for row in x {
            s += helper(row, k) * helper(&row[1..], 0.5);
        }
        s
    }

    #[differentiate]
    fn with_locals(x: &[f64], k: f64) -> f64 {
        let mut s = 0.0;
        for start in x {
            let mut v = vec![*start; 3];
            v[1] *= k;
            v[2] = v[0] * v[1];
            for e in v.iter_mut() {
                *e += k;
            }
            let w = v;
            s += w.iter().map(|e| e * e).sum::<f64>();
        }
        s
    }

    #[differentiate]
    fn chosen(x: &[f64], n: usize) -> f64 {
        let mut s = 0.0;
        match n {
            0 => {
                for v in x {
                    s += v * v;
                }
            }
            1 => s = x[0].sin(),
            _ => {
                for i in 0..n {
                    let a: f64 = x.iter().skip(i).map(|v| v * x[i]).sum();
                    s += a.cos();
                }
            }
        }
        s * x[1]
    }

    #[differentiate]
    fn infinite(x: &[f64], k: f64) -> f64 {
        let mut s = 0.0;
        for v in x {
            s += if *v > 0.0 { v.ln() } else { k };
        }
        s
    }

    #[differentiate]
    fn powers(x: &[f64]) -> f64 {
        let mut s = 0.0;
        for v in x {
            let mut p = 1.0;
            while p < 10.0 {
                p *= 1.0 + v * v;
            }
            s += p;
        }
        s
    }

    #[differentiate]
    fn halved(x: &[f32], k: f32) -> f64 {
        let mut s = 0.0;
        for v in x {
            s += f64::from(v * k) * 0.5;
        }
        s
    }

    // places that stay the same in a loop: their sums are carried

    // the third is not there, and not read if the loop does not run
    #[differentiate]
    fn absent(x: f64, k: &[f64], n: usize) -> f64 {
        let mut s = x;
        for _ in 0..n {
            s += s * k[0] - k[2] * k[1 + 1];
        }
        s
    }

    // one index of a pair moves with the outer loop, the other with the inner
    #[differentiate]
    fn springs(x: &[[f64; 2]], k: &[f64], cols: usize) -> f64 {
        let mut energy = 0.0;
        for i in 0..x.len() {
            for j in 0..i {
                let (u, v) = (x[i][0] - x[j][0], x[i][1] - x[j][1]);
                energy += k[i * cols + 1] * u * u + k[i * cols] * v * v * u;
            }
        }
        energy
    }

    // what is added up is also taken in the same loop
    #[differentiate]
    fn overwritten(x: f64, n: usize) -> f64 {
        let mut a = [x, 2.0 * x];
        for i in 0..n {
            let s = a[0] * a[1] * a[0];
            if i % 2 == 1 {
                a[0] = s.sin();
            }
            a[1] += 0.1 * a[0] * x;
        }
        a[0] * a[1]
    }

    // three products of an adjoint that is zero until the branch was taken
    #[differentiate]
    fn late(x: f64, y: f64, k: &[f64; 3], n: usize) -> f64 {
        let (mut u, mut v) = (x, y);
        for i in 0..n {
            let w = v * (k[0] + k[1] * u) - v.ln() * k[2];
            if i + 2 > n {
                u += w * v;
            }
            v += 0.01 * w;
        }
        u
    }
}

#[test]
fn sums_and_branches() {
    let k = [0.3, -0.2, 0.7, 0.1, 1.2, 0.4];
    oracle::check!(absent(0.6, &k[..1], 0));
    oracle::check!(absent(0.6, &k, 3));
    oracle::check!(springs(&[[0.1, 0.4], [1.0, -0.3], [0.2, 2.0]], &k, 2));
    oracle::check!(springs(&[[0.1, 0.4]], &k[..0], 2));
    for n in 0..4 {
        oracle::check!(overwritten(0.8, n));
        oracle::check!(late(0.4, 1.3, &[0.3, -0.2, 0.7], n));
    }
}

#[test]
fn programs() {
    let x = [1.2, 0.3, -0.4, 2.0, 0.7];
    oracle::check!(weighted(&x, 0.7));
    oracle::check!(weighted(&[], 0.7));
    oracle::check!(normalised(&x, &[0.2, 0.1, 1.0, 0.4, -0.3]));
    oracle::check!(decayed(&x, 0.9));
    oracle::check!(two_sums(&x, 0.7));
    oracle::check!(continued(&x, &[0.2, 0.3]));
    let rows = [vec![1.0, 2.0], vec![0.3, -0.4, 0.5]];
    oracle::check!(nested(&rows, &[0.4, 0.6, 0.1], 0.8));
    oracle::check!(pairs(&x, 0.7));
    oracle::check!(with_exits(&x, 0.7));
    oracle::check!(with_exits(&[0.5], 0.7));
    oracle::check!(moving(&x, 0.7));
    oracle::check!(with_state(&x, 0.7));
    oracle::check!(calls(&rows, 0.7));
    oracle::check!(with_locals(&x, 0.7));
    oracle::check!(chosen(&x, 0));
    oracle::check!(chosen(&x, 1));
    oracle::check!(chosen(&x, 3));
    oracle::check!(infinite(&[1.0, -1.0, 0.1], 0.7));
    oracle::check!(powers(&x));
    oracle::check!(halved(&[1.0, 0.25], 0.5));
}

#[test]
fn a_zero_upstream_adds_nothing() {
    let (mut d_x, mut d_k) = ([0.0; 2], 0.0);
    // the slope of the logarithm is infinite at zero
    let value = infinite_backprop(&[0.5, f64::MIN_POSITIVE], 1.0, 0.0, &mut d_x, &mut d_k);
    assert_eq!(value, infinite(&[0.5, f64::MIN_POSITIVE], 1.0));
    assert_eq!((d_x, d_k), ([0.0; 2], 0.0));
}
