//! Loops with `#[checkpoint]`: iterations run again where others record.

#![expect(
    clippy::needless_range_loop,
    clippy::ptr_arg,
    reason = "the programs use every form that people write"
)]

use backprop::{Differentiable, differentiate};

oracle::programs! {
    /// What is only read in the loop is changed after it: the iterations that run again see
    /// a copy, which nobody changes.
    #[differentiate]
    fn changed_after(w: &mut Vec<f64>, x: f64, n: usize) -> f64 {
        let mut s = x;
        #[checkpoint]
        for i in 0..n {
            s = (s * w[i] + x).sin();
        }
        w[0] = s * w[0];
        w.push(s);
        s
    }

    #[differentiate]
    fn recurrence(x: f64, w: f64, n: usize) -> f64 {
        let mut s = x;
        #[checkpoint]
        for _ in 0..n {
            s = (w * s + 0.1).tanh();
        }
        s * x
    }

    #[differentiate]
    fn of_the_index(x: f64, n: usize) -> f64 {
        let mut s = x;
        #[checkpoint(snapshots = 2)]
        for i in (1..=n).rev() {
            s = (s * i as f64 * 0.05).sin() + x / i as f64;
        }
        #[checkpoint(snapshots = 3)]
        for i in (0..n).step_by(2) {
            s = s.cos() * x + i as f64 * 0.01;
        }
        s
    }

    #[differentiate]
    fn integer_state(x: f64, n: i32) -> f64 {
        let (mut s, mut k, mut up) = (x, 3_i32, true);
        #[checkpoint(snapshots = 4)]
        for i in 0..n {
            if up {
                s = (s * k as f64 * 0.2).sin();
                k = (k * 5 + i).rem_euclid(7);
            } else {
                s = s * s + x * 0.1;
            }
            up = k % 2 == 0;
        }
        s + k as f64
    }

    #[differentiate]
    fn array_state(x: [f64; 3], dt: f64, n: usize) -> f64 {
        let mut u = x;
        #[checkpoint(snapshots = 3)]
        for _ in 0..n {
            let d = [10.0 * (u[1] - u[0]), u[0] * (28.0 - u[2]) - u[1], u[0] * u[1] - 2.5 * u[2]];
            u = [u[0] + dt * d[0], u[1] + dt * d[1], u[2] + dt * d[2]];
        }
        u[0] + 2.0 * u[1] - u[2] * u[2]
    }

    #[differentiate]
    fn in_place(x: &[f64], w: &[f64], n: usize) -> f64 {
        let mut u = x.to_vec();
        #[checkpoint(snapshots = 3)]
        for step in 0..n {
            for i in 0..u.len() {
                let next = u[(i + 1) % x.len()];
                u[i] = (u[i] * w[i] + next * 0.2).sin();
            }
            if step % 2 == 0 {
                u[0] += x[0] * w[0];
            }
        }
        u.iter().sum::<f64>() * u[0]
    }

    #[differentiate]
    fn lengths(x: &[f64], n: usize) -> f64 {
        let mut stack = vec![x[0]];
        #[checkpoint(snapshots = 2)]
        for i in 0..n {
            if i % 3 == 2 {
                let top = stack.pop().unwrap();
                stack[0] *= top.cos();
            } else {
                stack.push(x[i % x.len()] * stack[0]);
            }
        }
        stack.iter().map(|v| v * v).sum()
    }

    #[differentiate]
    fn of_items(x: &[f64], k: f64) -> f64 {
        let mut s = k;
        #[checkpoint]
        for v in x {
            s = (s * v).sin() + k;
        }
        #[checkpoint(snapshots = 2)]
        for (i, v) in x.iter().enumerate().skip(1) {
            s = s * v.cos() + i as f64;
        }
        s
    }

    #[differentiate]
    fn while_loop(x: f64, limit: f64) -> f64 {
        let mut s = x;
        let mut n = 0;
        #[checkpoint(snapshots = 3)]
        while s < limit && n < 40 {
            s = s * 1.1 + x.sin();
            n += 1;
        }
        #[checkpoint]
        while n > 0 {
            s = s.sin() + x;
            n -= 2;
        }
        s
    }

    #[differentiate]
    fn exits(x: f64, n: usize) -> f64 {
        let mut s = x;
        #[checkpoint(snapshots = 2)]
        for i in 0..n {
            if i % 4 == 1 {
                continue;
            }
            s = (s + 0.3 * i as f64).sin() * x;
            if s > 1.9 {
                break;
            }
            if s < -3.0 {
                return s * x;
            }
        }
        let last = #[checkpoint] loop {
            s = s.cos() * x;
            if s < 0.9 {
                break s * 3.0;
            }
        };
        last + s
    }

    #[differentiate]
    fn inner_loops(x: f64, n: usize, m: usize) -> f64 {
        let mut s = x;
        #[checkpoint(snapshots = 2)]
        for i in 0..n {
            let mut t = s;
            for j in 0..m {
                t = (t * x + j as f64 * 0.1).sin();
                let mut k = 0;
                while k < i {
                    t = t.exp() * 0.3;
                    k += 2;
                }
            }
            for j in 0..3 {
                t += (x * j as f64).cos() * t;
            }
            s = s * 0.5 + t;
        }
        s
    }

    #[differentiate]
    fn in_an_outer_loop(x: f64, n: usize, m: usize) -> f64 {
        let mut s = x;
        for i in 0..n {
            let mut local = [s, x];
            #[checkpoint(snapshots = 2)]
            for j in 0..m {
                local[0] = (local[0] * local[1]).sin() + i as f64 * 0.1;
                local[1] += local[0] * j as f64 * 0.1;
            }
            local[1] *= 2.0;
            if i % 2 == 0 {
                #[checkpoint]
                for _ in 0..i {
                    s = s.sin() * x;
                }
            }
            s += local[0] - local[1];
        }
        s
    }

    #[differentiate]
    fn changed_afterwards(x: &[f64], n: usize) -> f64 {
        let mut table = x.to_vec();
        let mut s = x[0];
        #[checkpoint(snapshots = 2)]
        for i in 0..n {
            s = (s * table[i % table.len()]).sin() + table[0];
        }
        table[0] = s * 5.0;
        table.push(s);
        let mut t = s;
        #[checkpoint(snapshots = 1)]
        for i in 0..n {
            t = (t * table[i % table.len()]).cos();
        }
        s + t * table[0]
    }

    #[differentiate]
    fn through_references(x: &[f64], n: usize) -> f64 {
        let (left, right) = x.split_at(1);
        let tail = &x[1..];
        let mut s = left[0];
        #[checkpoint(snapshots = 3)]
        for i in 0..n {
            let v = &tail[i % tail.len()];
            s = (s * v).sin() + right[0] * left[0];
        }
        s
    }

    #[differentiate]
    fn mut_parameter(u: &mut [f64], k: f64, n: usize) -> f64 {
        let mut s = 0.0;
        #[checkpoint(snapshots = 3)]
        for _ in 0..n {
            for i in 0..u.len() {
                u[i] = (u[i] * k).sin() + 0.1;
            }
            s += u[0] * u[0];
        }
        u[0] *= k;
        s
    }

    #[differentiate]
    fn mut_scalar(x: &mut f64, v: &mut Vec<f64>, n: usize) {
        #[checkpoint(snapshots = 2)]
        for i in 0..n {
            *x = x.sin() * 1.5;
            v[0] *= *x;
            if i == 2 {
                v.push(*x);
            }
        }
    }

    #[differentiate]
    fn whole_containers(x: Vec<f64>, n: usize) -> Vec<f64> {
        let mut u = x;
        #[checkpoint(snapshots = 2)]
        for _ in 0..n {
            let next: Vec<f64> = u.iter().map(|v| v.sin() * 1.2).collect();
            u = next;
        }
        u
    }

    #[differentiate]
    fn fused(x: &[f64], k: f64) -> f64 {
        let mut sum = 0.0;
        #[checkpoint]
        for i in 0..x.len() {
            sum += (x[i] * k).sin();
        }
        sum
    }

    #[differentiate]
    fn tail(x: &mut f64, n: usize) {
        #[checkpoint]
        for _ in 0..n {
            *x = x.sin();
        }
    }

    #[differentiate]
    fn options(x: f64, n: usize) -> f64 {
        let mut best: Option<f64> = None;
        let mut s = x;
        #[checkpoint(snapshots = 2)]
        for i in 0..n {
            s = (s * 2.0).sin() + 0.1 * i as f64 * x;
            best = match best {
                Some(b) if b > s => Some(b * 0.99),
                _ => Some(s * x),
            };
        }
        best.unwrap_or(x)
    }

    #[differentiate]
    fn many_parts(x: f64, n: usize) -> f64 {
        let (mut a, mut b, mut c, mut d, mut e, mut f, mut g) = (x, x, x, x, x, x, x);
        let (mut h, mut i, mut j, mut k, mut l, mut m, mut o) = (x, x, x, x, x, x, x);
        #[checkpoint(snapshots = 2)]
        for _ in 0..n {
            (a, b, c, d, e, f, g) = (b.sin(), c * x, d.cos(), e, f * g, g, a);
            (h, i, j, k, l, m, o) = (i * a, j, k.sin(), l, m, o, h);
        }
        a * h + b * i + c + d * j + e * k + f * l + g * m * o
    }

    #[differentiate]
    fn single(x: f32, n: u8) -> f32 {
        let mut s = x;
        #[checkpoint(snapshots = 2)]
        for i in 0..n {
            s = (s + i as f32).sin() * x;
        }
        s
    }

    #[differentiate]
    fn slope(x: f64, k: f64) -> f64 {
        assert!(x.is_finite());
        let mut s = x;
        for i in 0..3 {
            s = (s * k + i as f64 * 0.1).sin();
        }
        s
    }

    #[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
    struct State {
        position: f64,
        speed: f64,
    }

    #[differentiate]
    fn force(s: &State, k: f64) -> f64 {
        -k * slope(s.position, k) - 0.1 * s.speed
    }

    #[differentiate]
    fn step(s: State, k: f64, dt: f64) -> State {
        let half = State {
            position: s.position + 0.5 * dt * s.speed,
            speed: s.speed + 0.5 * dt * force(&s, k),
        };
        State {
            position: s.position + dt * half.speed,
            speed: s.speed + dt * force(&half, k),
        }
    }

    #[differentiate]
    fn smooth(u: &mut [f64], w: &[f64]) -> f64 {
        let mut sum = 0.0;
        for i in 1..u.len() {
            u[i] = (u[i] * w[0] + u[i - 1] * w[1]).sin();
            sum += u[i];
        }
        sum
    }

    #[differentiate]
    fn flow(u: [f64; 2], k: f64) -> [f64; 2] {
        [u[1] * k, -u[0].sin()]
    }

    #[differentiate]
    fn calls(x: f64, k: f64, n: usize) -> f64 {
        let mut s = x;
        #[checkpoint(snapshots = 3)]
        for i in 0..n {
            s = slope(s, k) + 0.01 * i as f64 + slope(0.5, 0.2);
        }
        s
    }

    #[differentiate]
    fn trajectory(s: State, k: f64, dt: f64, n: usize) -> f64 {
        let mut s = s;
        let mut energy = 0.0;
        #[checkpoint(snapshots = 3)]
        for _ in 0..n {
            s = step(s, k, dt);
            energy += s.speed * s.speed;
        }
        s.position * energy + s.speed
    }

    #[differentiate]
    fn of_slices(u: &mut [f64], w: &[f64], n: usize) -> f64 {
        let mut total = 0.0;
        let mut local = w.to_vec();
        #[checkpoint(snapshots = 2)]
        for i in 0..n {
            total += smooth(u, w) * 0.1;
            if i % 2 == 0 {
                total += smooth(&mut u[1..], &local);
            }
            total += smooth(&mut local, w) + u[0];
        }
        total * local[1]
    }

    #[differentiate]
    fn runge_kutta(u: [f64; 2], k: f64, dt: f64, n: usize) -> f64 {
        let mut u = u;
        #[checkpoint]
        for _ in 0..n {
            let a = flow(u, k);
            let b = flow([u[0] + 0.5 * dt * a[0], u[1] + 0.5 * dt * a[1]], k);
            for i in 0..2 {
                u[i] += dt * b[i];
            }
        }
        u[0] * u[1]
    }

    #[differentiate]
    fn scaled(x: &[f64], k: f64) -> Vec<f64> {
        x.iter().map(|v| v * k).collect()
    }

    #[differentiate]
    fn returns_a_container(x: &[f64], k: f64, n: usize) -> Vec<f64> {
        let mut u = x.to_vec();
        #[checkpoint(snapshots = 2)]
        for i in 0..n {
            if u[0] > 0.8 {
                return scaled(&u, k);
            }
            u = scaled(&u, 1.0 + 0.1 * k);
            u[1] += u[0] * i as f64;
        }
        scaled(&u, 2.0)
    }

    #[differentiate]
    fn chosen_inside(x: &[f64], n: usize) -> f64 {
        let (mut a, mut b) = (x.to_vec(), x.to_vec());
        #[checkpoint(snapshots = 2)]
        for i in 0..n {
            let target = if i % 3 == 0 { &mut a } else { &mut b };
            target[0] = (target[0] * target[1]).sin() + x[0];
            std::mem::swap(&mut a, &mut b);
        }
        a[0] * b[0]
    }

    #[differentiate]
    fn boxed(s: &Vec<State>, k: f64, n: usize) -> f64 {
        let mut all = s.clone();
        #[checkpoint(snapshots = 2)]
        for i in 0..n {
            let j = i % s.len();
            all[j] = step(all[j], k, 0.1);
            let other = force(&all[0], k);
            all[j].speed += other * s[0].position;
        }
        all[0].position + all[1].speed
    }
}

#[test]
fn programs() {
    for n in [0, 1, 2, 3, 7, 20] {
        oracle::check!(recurrence(0.4, 0.9, n));
        oracle::check!(of_the_index(0.4, n));
        oracle::check!(integer_state(0.4, n as i32));
        oracle::check!(array_state([0.4, 0.5, 0.6], 0.01, n));
        oracle::check!(in_place(&[0.4, 0.5, 0.6], &[0.7, 0.8, 0.9], n));
        oracle::check!(lengths(&[0.4, 0.5, 0.6], n));
        oracle::check!(exits(0.9, n));
        oracle::check!(exits(2.1, n));
        oracle::check!(inner_loops(0.4, n.min(7), 3));
        oracle::check!(inner_loops(0.4, n.min(7), 0));
        oracle::check!(in_an_outer_loop(0.4, n.min(7), 4));
        oracle::check!(changed_afterwards(&[0.4, 0.5, 0.6], n));
        oracle::check!(through_references(&[0.4, 0.5, 0.6], n));
        oracle::check!(whole_containers(vec![0.4, 0.5], n));
        oracle::check!(options(0.4, n));
        oracle::check!(many_parts(0.4, n));
        oracle::check!(single(0.4, n as u8));
        oracle::check!(mut_parameter(&mut [0.4, 0.5], 0.9, n));
        oracle::check!(mut_scalar(&mut 0.4, &mut vec![0.5], n));
        oracle::check!(tail(&mut 0.4, n));
        oracle::check!(calls(0.4, 0.9, n));
        let s = State {
            position: 0.4,
            speed: 0.5,
        };
        oracle::check!(trajectory(s, 0.9, 0.1, n));
        oracle::check!(of_slices(&mut [0.4, 0.5, 0.6], &[0.7, 0.2], n.min(7)));
        oracle::check!(runge_kutta([0.4, 0.5], 0.9, 0.1, n));
        oracle::check!(returns_a_container(&[0.4, 0.5], 0.9, n));
        oracle::check!(chosen_inside(&[0.4, 0.5], n));
        oracle::check!(boxed(&vec![s, s], 0.9, n));
    }
    oracle::check!(of_items(&[0.4, 0.5, 0.6, 0.7, 0.8, 0.9], 0.3));
    oracle::check!(of_items(&[], 0.3));
    oracle::check!(while_loop(0.4, 100.0));
    oracle::check!(while_loop(0.4, 0.0));
    oracle::check!(fused(&[0.4, 0.5, 0.6], 0.3));
}

/// Effects happen once, whatever runs again.
#[test]
fn effects_are_not_repeated() {
    use std::cell::Cell;

    fn count(seen: &Cell<usize>) {
        seen.set(seen.get() + 1);
    }

    #[differentiate(wrt(x))]
    fn counted(x: f64, seen: &Cell<usize>, n: usize) -> f64 {
        let mut s = x;
        #[checkpoint(snapshots = 2)]
        for _ in 0..n {
            assert!({
                count(seen);
                true
            });
            s = s.sin();
        }
        s
    }

    let seen = Cell::new(0);
    counted_grad(0.5, &seen, 20);
    assert_eq!(seen.get(), 20);
}

#[test]
fn what_is_changed_after() {
    for n in 0..4 {
        oracle::check!(changed_after(&mut vec![0.5, -1.5, 0.75], 0.25, n));
    }
}
