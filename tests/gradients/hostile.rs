//! Programs that are easy to get wrong: order of evaluation, names, types that
//! only inference knows, state that guards and conditions read.

use backprop::differentiate;

oracle::programs! {
    const TRIPLE: f64 = 3.0;

    #[differentiate]
    fn evaluation_order(x: f64, y: f64) -> f64 {
        let mut s = x;
        let a = s + { s = y; s } * s;
        let b = { s *= x; s } - s * { s += 1.0; s };
        a * b + s
    }

    #[differentiate]
    fn our_names(value: f64, primal: f64) -> f64 {
        let upstream = primal * 1.0;
        let d_value = value * upstream;
        let tape = d_value + value;
        let pullback = tape * d_value;
        let result = pullback - tape;
        let (branch, count) = (result * 0.1, value);
        let primal = branch * count;
        let active = primal + upstream;
        let d_upstream = active * active;
        let slot_value = d_upstream + d_value;
        slot_value * TRIPLE
    }

    #[differentiate]
    fn names_in_loops(pullback: f64, n: usize) -> f64 {
        let tape = pullback;
        let mut count = tape;
        let mut stop = 1.0;
        for item in 0..n {
            let test = count * stop;
            if item == 2 {
                stop = test.sin();
                continue;
            }
            count = test + 0.1 * item as f64;
            if count > 50.0 {
                break;
            }
        }
        count + stop
    }

    #[differentiate]
    fn raw_identifiers(r#type: f64, y: f64) -> f64 {
        let r#loop = y;
        let mut r#fn = r#type * r#loop;
        while r#fn > 1.0 {
            r#fn = r#fn.sqrt() * 0.9;
        }
        r#fn * r#type
    }

    #[differentiate]
    fn late_in_branches(x: f64, y: f64) -> f64 {
        let a;
        let b;
        if x > y {
            a = x * y;
            b = a + 1.0;
        } else {
            b = y;
            a = b * b;
        }
        a * b
    }

    #[differentiate]
    fn late_in_loop(x: f64) -> f64 {
        let y;
        let mut k = 0;
        loop {
            k += 1;
            if k > 2 {
                y = x * k as f64;
                break;
            }
        }
        y * y
    }

    #[differentiate]
    fn tuple_state(x: f64, n: usize) -> f64 {
        let mut t = ((x, 1.0), 0);
        for _ in 0..n {
            t = ((t.0.1 * x, t.0.0 + x), t.1 + 1);
            (t.0).0 += 0.5;
        }
        let ((a, b), k) = t;
        a * b + k as f64
    }

    #[differentiate]
    fn break_with_tuple(x: f64) -> f64 {
        let mut s = x;
        let (a, n) = loop {
            s = s * x + 0.3;
            if s > 4.0 {
                break (s, 2);
            }
            if s < -4.0 {
                break (-s, 3);
            }
            s += 0.1;
        };
        a.powi(n)
    }

    #[differentiate]
    fn reference_to_part(x: f64, y: f64) -> f64 {
        let mut t = (x, y);
        let r = &mut t.1;
        *r *= 2.0;
        *r += x;
        let q = &t;
        let (a, b) = q;
        a * b + q.0 * *b
    }

    #[differentiate]
    fn through_reference(t: &mut (f64, f64), k: f64) {
        t.0 *= k;
        let second = &mut t.1;
        *second += t.0;
        *second *= *second;
    }

    #[differentiate]
    fn guard_reads_state(x: f64, n: i32) -> f64 {
        let mut s = x;
        let mut limit = 1.0;
        for i in 0..n {
            s = match i {
                k if s > limit && k > 1 => {
                    limit *= x;
                    s * 0.5
                }
                2 => s + limit,
                _ => s * 1.3,
            };
        }
        s * limit
    }

    #[differentiate]
    fn guard_with_calls(x: f64, n: i32) -> f64 {
        let mut s = x;
        for i in 0..n {
            s = match s {
                v if exploding(v * 0.001) > 0.001 && (i != 1 || exploding(x * 0.01) < 0.1) => v * 0.5,
                v if { let w = v * x; w.abs() < 0.2 } => v + x,
                v => v * 1.5 - 0.1,
            };
        }
        s
    }

    #[differentiate]
    fn shadowed_in_arms(x: f64, y: f64) -> f64 {
        let z = x;
        let z = if y > 0.0 {
            let z = z * y;
            let y = z + 1.0;
            y * z
        } else {
            let x = y;
            x * z
        };
        match z {
            x if x > 1.0 => x * y,
            z => z - x,
        }
    }

    #[differentiate]
    fn alias_of_state(x: f64) -> f64 {
        let mut s = x;
        let before = s;
        s *= 2.0;
        let middle = s;
        s = s * s;
        before * middle + s
    }

    #[differentiate]
    fn zero_times_infinity(x: f64, c: f64) -> f64 {
        let big = (c * 1000.0).exp();
        let t = big * x;
        let u = if c > 0.5 { x } else { t };
        let v = t.min(7.0);
        u + v
    }

    #[differentiate]
    fn masked_loop(x: f64, n: usize) -> f64 {
        let mut s = x;
        let mut p = x;
        for i in 0..n {
            p = (p * 300.0).exp();
            if i + 1 == n {
                s = s * 2.0;
            } else {
                s = p.min(3.0) + s;
            }
        }
        s
    }

    #[differentiate]
    fn returns_everywhere(x: f64, n: usize) -> f64 {
        'a: for i in 0..n {
            let mut s = x;
            let mut rounds = 0;
            'b: loop {
                rounds += 1;
                if rounds > 5 {
                    break;
                }
                s = s * s + 0.1;
                if s > 3.0 {
                    if i % 2 == 0 {
                        continue 'a;
                    }
                    break 'b;
                }
                if s < 0.2 {
                    return match i {
                        0 => x,
                        1 => return s,
                        _ => s * x,
                    };
                }
                let t = 'c: {
                    if s > 1.0 {
                        break 'c s * 0.5;
                    }
                    if s > 0.9 {
                        break 'a;
                    }
                    s
                };
                s += t;
            }
            if s > 10.0 {
                return s.ln() * x;
            }
        }
        x * x * x
    }

    #[differentiate]
    fn helper_update(into: &mut f64, k: f64) -> f64 {
        let old = *into;
        *into = old * k + 0.1;
        old
    }

    #[differentiate]
    fn helper_in_branches(x: f64, n: usize) -> f64 {
        let mut s = x;
        let mut total = 0.0;
        for i in 0..n {
            if i % 2 == 0 {
                total += helper_update(&mut s, x);
            } else if s > 0.5 {
                let r = &mut s;
                total *= helper_update(r, 0.7);
                helper_update(&mut total, 0.5);
            }
        }
        s + total
    }

    #[differentiate]
    fn helper_in_condition(x: f64) -> f64 {
        let mut s = x;
        let mut k = 0;
        while helper_update(&mut s, 0.5) > 0.31 && k < 9 {
            k += 1;
            s *= 1.1;
        }
        s * x
    }

    #[differentiate]
    fn recursive_in_loop(x: f64, n: u32) -> f64 {
        let mut s = x;
        for i in 0..n {
            if i < 3 {
                s += 0.3 * recursive_in_loop(s * 0.5, i);
            }
        }
        s.sin()
    }

    #[differentiate]
    fn opaque_masked(x: f64) -> f64 {
        let a = exploding(x);
        let b = exploding(a);
        b.min(2.0) + x
    }

    #[differentiate]
    fn exploding(x: f64) -> f64 {
        (x * 400.0).exp() * x
    }

    #[differentiate]
    fn opaque_pairs(x: f64, y: f64) -> f64 {
        let t = if x > y { pair(x, y) } else { pair(y, x) };
        let mut u = pair(t.0, x);
        if y > 0.0 {
            u = pair(u.1, u.0);
        }
        u.0 * t.1 + u.1
    }

    #[differentiate]
    fn pair(x: f64, y: f64) -> (f64, f64) {
        (x * y, x + y)
    }

    #[differentiate]
    fn many_exits(x: f64, n: i32) -> (f64, f64) {
        if n == 0 {
            return (x, 1.0);
        }
        let y = match n {
            1 => x * x,
            2 => return (x.sin(), x),
            k if k < 0 => {
                if x > 0.0 {
                    return (0.0, x);
                }
                -x
            }
            _ => 4.0,
        };
        if y > 3.0 {
            (y, x * y)
        } else {
            let z = y * x;
            if z > 1.0 {
                return (z, z);
            }
            (z, y)
        }
    }

    #[differentiate]
    fn widths(x: f32, y: f64) -> f64 {
        let mut s = 1.0;
        let third = s / 3.0;
        s = x;
        let wide = (third * s) as f64;
        let mut n = 1;
        let big = n * 100;
        n = 2_u8;
        wide * y + (big + n) as f64 * y
    }

    #[differentiate]
    fn integer_tricks(x: f64, n: u32) -> f64 {
        let mut k = n.wrapping_mul(7) % 5;
        let mut s = x;
        while k != 0 {
            s *= x + k as f64;
            k = k.saturating_sub(2);
            if k.count_ones() == 1 {
                s += x;
            }
        }
        s
    }
}

#[test]
fn programs() {
    for x in [0.7, -1.1, 1.6, 0.3] {
        for y in [0.4, -0.9, 2.1] {
            oracle::check!(evaluation_order(x, y));
            oracle::check!(our_names(x, y));
            oracle::check!(raw_identifiers(x, y));
            oracle::check!(late_in_branches(x, y));
            oracle::check!(reference_to_part(x, y));
            oracle::check!(through_reference(&mut (x, y), 0.7));
            oracle::check!(shadowed_in_arms(x, y));
            oracle::check!(opaque_pairs(x, y));
            oracle::check!(widths(x as f32, y));
        }
        oracle::check!(late_in_loop(x));
        oracle::check!(break_with_tuple(x.abs() + 1.0));
        oracle::check!(alias_of_state(x));
        oracle::check!(helper_in_condition(x));
        for n in 0..7 {
            oracle::check!(names_in_loops(x, n as usize));
            oracle::check!(tuple_state(x, n as usize));
            oracle::check!(guard_reads_state(x, n));
            oracle::check!(guard_with_calls(x, n));
            oracle::check!(returns_everywhere(x, n as usize));
            oracle::check!(helper_in_branches(x, n as usize));
            oracle::check!(recursive_in_loop(x, n as u32));
            oracle::check!(many_exits(x, n - 2));
            oracle::check!(integer_tricks(x, n as u32));
        }
    }
}

/// Constants of the user's own under names of generated locals.
mod constants {
    #![expect(non_upper_case_globals, reason = "named as generated locals are")]

    use backprop::differentiate;

    const value: f64 = 3.0;
    const tape: f64 = 0.5;
    const product: f64 = 2.0;

    #[differentiate]
    pub(super) fn right_side_first(x: f64) -> f64 {
        let mut s = x;
        s += {
            s *= 5.0;
            value
        };
        for _ in 0..2 {
            s = (s * tape * product).max(s);
        }
        s
    }
}

use constants::*;

#[test]
fn compound_assignment_evaluates_its_right_side_first() {
    assert_eq!(right_side_first_grad(2.0), (13.0, 5.0));
}

#[test]
fn masks() {
    for x in [2.0, 1.5] {
        let (_, (d_x, d_c)) = zero_times_infinity_grad(x, 1.0);
        assert_eq!((d_x, d_c), (1.0, 0.0));
        assert_eq!(opaque_masked_grad(x).1, 1.0);
        assert_eq!(masked_loop_grad(x, 3).1, 2.0);
    }
}

/// An adjoint that several values share is not changed for one of them.
mod shared_adjoints {
    use backprop::differentiate;

    oracle::programs! {
        #[differentiate]
        fn same(x: f64) -> f64 {
            x
        }

        #[differentiate]
        fn copies(x: f64, y: f64) -> f64 {
            let p = same(x);
            let q = same(y);
            let a: f64 = p;
            let b: f64 = p;
            let c: f64 = q;
            a + b + c + x
        }

        #[differentiate]
        fn arrays(x: [f64; 2], y: f64) -> f64 {
            let a = x;
            let b = x;
            let mut c = x;
            c[0] *= y;
            let d = c;
            c[1] += a[0];
            let e = if y > 0.0 { d } else { c };
            a[0] * b[1] + c[0] * d[1] + e[0] * e[1] + c[1]
        }
    }

    #[test]
    fn programs() {
        oracle::check!(copies(0.3, 0.4));
        oracle::check!(arrays([0.3, 0.7], 0.4));
        oracle::check!(arrays([0.3, 0.7], -0.4));
    }
}
