//! `&mut` references to numbers that are chosen by a condition or assigned.

use backprop::differentiate;

oracle::programs! {
    #[differentiate]
    fn chosen(x: f64, y: f64) -> f64 {
        let (mut a, mut b) = (x, x * y);
        let v = if x > y { &mut a } else { &mut b };
        *v *= y;
        *v += x.sin();
        *v = v.exp() - *v;
        a * a * b
    }

    #[differentiate]
    fn swapped(x: f64, y: f64, n: usize) -> f64 {
        let mut a = x;
        let mut b = y;
        let (mut p, mut q) = (&mut a, &mut b);
        for k in 0..n {
            *p += *q * x;
            if *p > 1.5 {
                std::mem::swap(p, q);
            }
            std::mem::swap(&mut p, &mut q);
            if k == 5 {
                break;
            }
        }
        let last = *p * *q;
        last + a * b * b
    }

    #[differentiate]
    fn twice(x: f64) -> f64 {
        x * x + x
    }

    #[differentiate]
    fn doubled(x: &mut f64, by: f64) -> f64 {
        *x = *x * by + 1.0;
        *x * *x
    }

    #[differentiate]
    fn calls(x: f64, y: f64, n: usize) -> f64 {
        let mut a = x;
        let mut b = y;
        let mut c = x * y;
        let mut total = 0.0;
        let mut v = &mut a;
        for k in 0..n {
            total += doubled(v, y) + twice(*v);
            match k % 3 {
                0 => v = &mut b,
                1 => {
                    let w = &mut c;
                    *w -= total;
                    v = w;
                }
                _ => *v = 0.5 * x,
            }
        }
        *v -= 1.0;
        total + a * b + c
    }

    #[differentiate]
    fn of_parameters(x: &mut f64, y: &mut f64, c: bool) -> f64 {
        let v = if c { &mut *x } else { &mut *y };
        let old = std::mem::replace(v, 2.0);
        *v *= old * old;
        *x * *y
    }

    #[differentiate]
    fn looked_at(x: f64, y: f64) -> f64 {
        let (mut a, mut b) = (x, y);
        let (mut p, mut q) = (&mut a, &mut b);
        let mut n = 0;
        while *p + *q < 9.0 && n < 30 {
            *q = (*q * *p).abs() + 0.3;
            match *q {
                w if w > *p => std::mem::swap(&mut p, &mut q),
                _ => *p += 0.25,
            }
            n += 1;
        }
        if *p > *q { *p } else { *q * x }
    }

    #[differentiate]
    fn optional(x: f64, n: usize) -> f64 {
        let (mut a, mut b, mut c) = (x, x * x, 1.0);
        let slot = match n {
            0 => Some(&mut a),
            1 => Some(&mut b),
            2 => Some(&mut c),
            _ => None,
        };
        if let Some(v) = slot {
            *v = *v * x + 2.0;
        }
        a * b + c
    }

    #[differentiate]
    fn nested(x: f64, n: usize) -> f64 {
        let mut sums = (x, 0.0);
        let mut other = x;
        'outer: for i in 0..n {
            let mut inner = x;
            let v = if i % 2 == 0 { &mut sums.0 } else { &mut sums.1 };
            for j in 0..3 {
                let w = if j == 1 { &mut other } else { &mut inner };
                *w *= *v + 0.5;
                *v += *w;
                if *v > 50.0 {
                    break 'outer;
                }
                if j == 2 && i == 3 {
                    return sums.1 * other;
                }
            }
        }
        sums.0 * sums.1 + other
    }

    #[differentiate]
    fn integers(x: f64, n: i32) -> f64 {
        let (mut up, mut down) = (0, n);
        let mut total = x;
        for k in 0..n {
            let count = if k % 3 == 0 { &mut up } else { &mut down };
            *count += 2;
            total *= x + f64::from(*count);
        }
        total.sqrt() * f64::from(up) - f64::from(down) * x
    }
}

#[test]
fn programs() {
    for (x, y) in [(0.7, 0.4), (0.4, 0.9)] {
        oracle::check!(chosen(x, y));
        oracle::check!(looked_at(x, y));
        for n in 0..8 {
            oracle::check!(swapped(x, y, n));
            oracle::check!(calls(x, y, n));
        }
        for c in [true, false] {
            oracle::check!(of_parameters(&mut x.clone(), &mut y.clone(), c));
        }
        for n in 0..6 {
            oracle::check!(optional(x, n));
            oracle::check!(nested(x, n));
            oracle::check!(integers(x, n as i32));
        }
    }
}
