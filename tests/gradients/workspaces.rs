//! `f_backprop_in` adds what `f_backprop` adds, bit for bit, call after call.

#![expect(clippy::needless_range_loop, reason = "index loops are the subject")]

use backprop::{Real, Workspace, differentiate};

#[differentiate(workspace)]
fn recurrence(x: f64, w: f64, n: usize) -> f64 {
    let mut s = x;
    for _ in 0..n {
        s = (w * s + 0.1).tanh();
    }
    s
}

#[differentiate(workspace)]
fn nested(x: &[f64], w: &[f64], rounds: usize) -> f64 {
    let mut s = 0.1;
    let mut k = 0;
    while k < rounds {
        for i in 0..x.len() {
            s = (s * w[i % w.len()] + x[i]).sin();
            if s > 0.5 {
                for j in 0..i {
                    s = s.cos() * x[j];
                }
            } else if s < -0.5 {
                return s.exp();
            }
        }
        k += 1;
    }
    s
}

#[differentiate(workspace)]
fn joint(x: &[f64], k: f64, n: usize) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        let mut t = x[i];
        for _ in 0..n {
            t = (t * k).sin();
        }
        sum += t;
    }
    sum
}

#[differentiate(workspace)]
fn in_place(x: &mut [f64], k: f64, n: usize) -> f64 {
    for _ in 0..n {
        for v in x.iter_mut() {
            *v = (*v * k).sin();
        }
    }
    x[0] * k
}

#[differentiate(workspace)]
fn optional(x: f64, n: usize) -> Option<f64> {
    let mut s = x;
    for _ in 0..n {
        s = s.ln() + 1.5;
        if s < 0.0 {
            return None;
        }
    }
    Some(s)
}

#[differentiate(workspace, name = renamed)]
fn generic<T: Real>(workspace: T, x: &[T]) -> T {
    let mut s = workspace;
    for v in x {
        s = s * s * *v + s;
    }
    s
}

#[differentiate(workspace)]
fn calls(x: f64, n: usize) -> [f64; 2] {
    let mut s = x;
    for i in 0..n {
        s = recurrence(s, 0.9, i);
    }
    [s, s * x]
}

#[differentiate(workspace)]
fn with_snapshots(x: f64, n: usize) -> f64 {
    let mut s = x;
    #[checkpoint(snapshots = 3)]
    for i in 0..n {
        for _ in 0..i {
            s = s.sin() + 0.1;
        }
    }
    s
}

/// The same call with a workspace and without, twice.
macro_rules! same {
    ($workspace:ident, $plain:ident, $pooled:ident($($arg:expr),*; $upstream:expr; $($d:expr),*)) => {
        for _ in 0..2 {
            let mut plain = ($($d,)*);
            let mut pooled = ($($d,)*);
            let value = apply!($plain, [$($arg,)* $upstream], plain, ($($d),*));
            let again = apply!($pooled, [&mut $workspace, $($arg,)* $upstream], pooled, ($($d),*));
            assert_eq!(format!("{value:?} {plain:?}"), format!("{again:?} {pooled:?}"));
        }
    };
}

macro_rules! apply {
    ($f:ident, [$($arg:expr),*], $d:ident, ($a:expr)) => { $f($($arg,)* &mut $d.0) };
    ($f:ident, [$($arg:expr),*], $d:ident, ($a:expr, $b:expr)) => {
        $f($($arg,)* &mut $d.0, &mut $d.1)
    };
}

#[test]
fn programs() {
    let mut workspace = Workspace::new();
    let (x, w) = ([0.4, 0.5, 0.9], [0.7, 1.8]);
    for n in [7, 0, 1, 30, 3] {
        same!(workspace, recurrence_backprop, recurrence_backprop_in(0.3, 0.9, n; 1.5; 0.1, 0.2));
        same!(workspace, nested_backprop, nested_backprop_in(&x, &w, n; 1.5; [0.1; 3], [0.2; 2]));
        same!(workspace, joint_backprop, joint_backprop_in(&x, 0.9, n; 1.5; [0.1; 3], 0.2));
        same!(workspace, joint_backprop, joint_backprop_in(&x, 0.9, n; 0.0; [0.1; 3], 0.2));
        same!(workspace, in_place_backprop, in_place_backprop_in(&mut x.clone(), 0.9, n; 1.5; [0.1; 3], 0.2));
        same!(workspace, optional_backprop, optional_backprop_in(0.3, n; 1.5; 0.1));
        same!(workspace, renamed_backprop, renamed_backprop_in(0.3, &x; 1.5; 0.1, [0.2; 3]));
        same!(workspace, calls_backprop, calls_backprop_in(0.3, n; &[1.5, 0.5]; 0.1));
        same!(workspace, with_snapshots_backprop, with_snapshots_backprop_in(0.3, n; 1.5; 0.1));
    }
    workspace.clear();
    same!(workspace, recurrence_backprop, recurrence_backprop_in(0.3, 0.9, 9; 1.5; 0.1, 0.2));
}

/// What a panic leaves behind does not come back.
#[test]
fn after_a_panic() {
    #[differentiate(workspace)]
    fn stops(x: f64, n: usize, last: usize) -> f64 {
        let mut s = x;
        for i in 0..n {
            assert!(i < last, "stopped");
            s = s.sin();
        }
        s
    }

    let mut workspace = Workspace::new();
    let mut d_x = 0.0;
    let run = std::panic::AssertUnwindSafe(|| {
        stops_backprop_in(&mut workspace, 0.3, 9, 5, 1.0, &mut 0.0);
    });
    assert!(std::panic::catch_unwind(run).is_err());
    stops_backprop_in(&mut workspace, 0.3, 9, 9, 1.0, &mut d_x);
    assert_eq!(d_x, stops_grad(0.3, 9, 9).1);
}
