//! What a gradient allocates: nothing where the function allocates nothing and
//! its trip counts are constants, one tape for a nest of loops otherwise, and no
//! record at all of a reduction.

#![expect(clippy::needless_range_loop, reason = "index loops are the subject")]

use backprop::neural::{Activation, FixedNeuron};
use backprop::{Workspace, differentiate};

/// The number of allocations of `f`, and the bytes alive at its peak.
fn measured(f: impl FnOnce()) -> (u64, u64) {
    let info = allocation_counter::measure(f);
    (info.count_total, info.bytes_max)
}

#[differentiate]
fn scalar(x: f64, y: f64) -> f64 {
    (x * y).tanh() + x.exp()
}

#[differentiate]
fn nested(x: [f64; 4], m: &[[f64; 4]; 4]) -> f64 {
    let mut state = x;
    for step in 0..3 {
        let mut next = [0.0; 4];
        for i in 0..4 {
            for j in 0..4 {
                next[i] += m[i][j] * state[j];
            }
            if i != step {
                next[i] = next[i].tanh();
            }
        }
        state = next;
    }
    state[0] * state[3] + helper(&state)
}

#[differentiate]
fn helper(x: &[f64; 4]) -> f64 {
    x[0].sin() + x[1] * x[2]
}

#[differentiate]
fn in_place(x: &mut [f64], k: f64) {
    for i in 0..3 {
        x[i] = (x[i] * k).sin();
    }
}

#[differentiate]
fn sum_of_squares(x: &[f64]) -> f64 {
    x.iter().map(|v| v * v).sum()
}

#[differentiate]
fn sum_of_functions(x: &[f64], k: f64) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        let d = x[i] - k;
        sum += d * d * d;
    }
    sum
}

#[differentiate]
fn recurrence(x: f64, w: f64, n: usize) -> f64 {
    let mut s = x;
    for _ in 0..n {
        s = (w * s + 0.1).tanh();
    }
    s
}

#[test]
fn constant_trip_counts_allocate_nothing() {
    let (mut d_x, mut d_y) = (0.0, 0.0);
    let (count, _) = measured(|| {
        scalar_backprop(0.3, 0.4, 1.0, &mut d_x, &mut d_y);
    });
    assert_eq!(count, 0);

    let m = [[0.1, 0.2, 0.3, 0.4]; 4];
    let (mut d_x, mut d_m) = ([0.0; 4], [[0.0; 4]; 4]);
    let (count, _) = measured(|| {
        nested_backprop([0.1, 0.2, 0.3, 0.4], &m, 1.0, &mut d_x, &mut d_m);
    });
    assert_eq!(count, 0);
    assert!(d_x.iter().all(|d| *d != 0.0));

    let mut x = [0.1, 0.2, 0.3];
    let (mut d_x, mut d_k) = ([1.0; 3], 0.0);
    let (count, _) = measured(|| {
        in_place_backprop(&mut x, 0.5, &mut d_x, &mut d_k);
    });
    assert_eq!(count, 0);
    assert!(d_k != 0.0);
}

#[test]
fn reductions_record_nothing() {
    let x = vec![0.5; 1_000_000];
    let (mut d_x, mut d_k) = (vec![0.0; 1_000_000], 0.0);
    let measures = measured(|| {
        sum_of_squares_backprop(&x, 1.0, &mut d_x);
        sum_of_functions_backprop(&x, 0.1, 1.0, &mut d_x, &mut d_k);
    });
    assert_eq!(measures, (0, 0));
    assert!((d_k + 3.0 * 0.16 * 1e6).abs() < 1e-3, "{d_k}");
}

#[test]
fn a_loop_allocates_one_tape_of_its_length() {
    let (mut d_x, mut d_w) = (0.0, 0.0);
    let (count, peak) = measured(|| {
        recurrence_backprop(0.3, 0.9, 1_000_000, 1.0, &mut d_x, &mut d_w);
    });
    // the state before each step, no more
    assert_eq!((count, peak), (1, 8_000_000));
}

#[differentiate]
fn rectangular(x: f64, w: f64, n: usize, m: usize) -> f64 {
    let mut s = x;
    for _ in 0..n {
        for _ in 0..m {
            s = (w * s + 0.1).tanh();
        }
    }
    s
}

#[differentiate]
fn triangular(x: f64, w: f64, n: usize) -> f64 {
    let mut s = x;
    for i in 0..n {
        for j in 0..i {
            s = (w * s + 0.1 * j as f64).tanh();
        }
    }
    s
}

#[differentiate]
fn until(x: f64, w: f64, n: usize) -> f64 {
    let mut s = x;
    for _ in 0..n {
        let mut t = s;
        while t > 0.1 {
            t *= 0.5 * w.cos();
        }
        s += t.exp() * w;
    }
    s
}

#[test]
fn a_nest_of_loops_allocates_one_tape() {
    let (mut d_x, mut d_w) = (0.0, 0.0);
    let (count, peak) = measured(|| {
        rectangular_backprop(0.3, 0.9, 1000, 1000, 1.0, &mut d_x, &mut d_w);
    });
    assert_eq!((count, peak), (1, 8_000_000));
    // 0 + 1 + .. + 999 steps: counted before the first
    let (count, peak) = measured(|| {
        triangular_backprop(0.3, 0.9, 1000, 1.0, &mut d_x, &mut d_w);
    });
    assert_eq!((count, peak), (1, 8 * 499_500));
    // nobody knows how long the inner loop runs: the tape doubles
    let (few, _) = measured(|| {
        until_backprop(3.0, 0.9, 10, 1.0, &mut d_x, &mut d_w);
    });
    let (many, _) = measured(|| {
        until_backprop(3.0, 0.9, 1000, 1.0, &mut d_x, &mut d_w);
    });
    assert!(many <= few + 8, "{few}, {many}");
}

#[differentiate]
fn double(x: f64, w: f64, n: usize, m: usize) -> f64 {
    let mut s = x;
    for _ in 0..n {
        for _ in 0..m {
            s = (w * s + 0.1).tanh();
        }
        s = (s * w).sin();
    }
    s
}

#[differentiate]
fn triple(x: f64, w: f64, n: usize) -> f64 {
    let mut s = x;
    for i in 0..n {
        for j in i..n {
            for _ in 0..=j {
                s = (w * s + 0.1).tanh();
            }
            s = (s * w).sin();
        }
        s = (s * w).cos();
    }
    s
}

#[differentiate]
fn two_inside(x: f64, w: f64, rows: &[usize]) -> f64 {
    let mut s = x;
    for i in 1..rows.len() {
        for _ in rows[i - 1]..rows[i] {
            s = (w * s + 0.1).tanh();
        }
        for _ in (0..i).rev().step_by(2) {
            s = (s - w).sin();
        }
    }
    s
}

#[differentiate]
fn left_early(x: f64, w: f64, n: usize) -> f64 {
    let mut s = x;
    for _ in 0..n {
        for j in 0..n {
            s = (w * s + 0.1).tanh();
            if s < 0.05 * j as f64 {
                break;
            }
        }
        s = (s * w).exp();
    }
    s
}

#[differentiate]
fn with_integers(x: f64, w: &[f64], n: usize) -> f64 {
    let (mut s, mut at) = (x, 0);
    for i in 0..n {
        for _ in 0..3 * n {
            at = (at * 7 + i) % w.len();
            s = (w[at] * s + 0.1).tanh();
        }
        if s > 0.1 {
            s = (s * w[0]).sin();
        }
    }
    s
}

#[differentiate]
fn some_inside(x: f64, w: f64, n: usize) -> f64 {
    let mut s = x;
    for i in 0..n {
        if i % 3 == 0 {
            for _ in 0..n {
                s = (w * s + 0.1).tanh();
            }
        }
        s = (s * w).sin();
    }
    s
}

#[test]
fn loops_of_a_nest_share_one_tape() {
    let (mut d_x, mut d_w) = (0.0, 0.0);
    let of_double = measured(|| {
        double_backprop(0.3, 0.9, 100, 50, 1.0, &mut d_x, &mut d_w);
    });
    assert_eq!(of_double, (1, 8 * (100 * 50 + 100)));
    // 20 iterations, 210 of the loop inside, Σᵢ Σⱼ (j + 1) = 2870 of the innermost
    let of_triple = measured(|| {
        triple_backprop(0.3, 0.9, 20, 1.0, &mut d_x, &mut d_w);
    });
    assert_eq!(of_triple, (1, 8 * (20 + 210 + 2870)));
    // four numbers of each iteration: both ends, a state, and where the records of the
    // loop with steps begin
    let of_two = measured(|| {
        two_inside_backprop(0.3, 0.9, &[0, 5, 5, 9, 20], 1.0, &mut d_x, &mut d_w);
    });
    assert_eq!(of_two, (1, 8 * (4 * 4 + 20 + (1 + 1 + 2 + 2))));
    // an index beside a number, 16 bytes, and the number with the branch
    let (w, mut d_ws) = ([0.9, 0.7, 0.8], [0.0; 3]);
    let of_integers = measured(|| {
        with_integers_backprop(0.3, &w, 10, 1.0, &mut d_x, &mut d_ws);
    });
    assert_eq!(of_integers, (1, 16 * 300 + 8 * 10));
}

/// What is not known before the nest runs: one tape, which doubles.
#[test]
fn loops_that_need_not_run_share_one_tape_that_grows() {
    let (mut d_x, mut d_w) = (0.0, 0.0);
    let mut of_early = |n| {
        measured(|| {
            left_early_backprop(0.3, 0.9, n, 1.0, &mut d_x, &mut d_w);
        })
    };
    let (few, many) = (of_early(10).0, of_early(160).0);
    assert!(
        (1..=many).contains(&few) && many <= few + 4,
        "{few}, {many}"
    );
    let mut of_some = |n| {
        measured(|| {
            some_inside_backprop(0.3, 0.9, n, 1.0, &mut d_x, &mut d_w);
        })
    };
    let (few, many) = (of_some(10).0, of_some(40).0);
    assert!(
        (1..=many).contains(&few) && many <= few + 4,
        "{few}, {many}"
    );
}

#[differentiate(workspace)]
fn nest_in_memory(x: f64, w: f64, n: usize) -> f64 {
    let mut s = x;
    for i in 0..n {
        for _ in 0..=i {
            s = (w * s + 0.1).tanh();
        }
        while s < 0.5 {
            s = s.exp();
        }
        s = (s * w).sin();
    }
    s
}

#[test]
fn a_workspace_keeps_the_tape_of_a_nest() {
    let (mut d_x, mut d_w) = (0.0, 0.0);
    let mut workspace = Workspace::new();
    let mut run = |n| {
        measured(|| {
            nest_in_memory_backprop_in(&mut workspace, 0.3, 0.9, n, 1.0, &mut d_x, &mut d_w);
        })
    };
    assert!(run(50).0 > 0);
    assert_eq!(run(50), (0, 0));
    assert_eq!(run(7), (0, 0));
    let expected = nest_in_memory_grad(0.3, 0.9, 7);
    let (mut d_x, mut d_w) = (0.0, 0.0);
    let value = nest_in_memory_backprop_in(&mut workspace, 0.3, 0.9, 7, 1.0, &mut d_x, &mut d_w);
    assert_eq!((value, (d_x, d_w)), expected);
}

#[test]
fn a_neuron_of_fixed_size_allocates_nothing() {
    let neuron = FixedNeuron {
        weights: [2.0, -3.0],
        bias: -3.0,
        activation: Activation::Gelu,
    };
    let (count, _) = measured(|| {
        let (_, (d_neuron, d_inputs)) = neuron.forward_grad(&[-1.0, -2.0]);
        assert!(d_neuron.weights[0] != 0.0 && d_inputs[0] != 0.0);
    });
    assert_eq!(count, 0);
}

#[differentiate]
fn with_few_snapshots(x: f64, w: f64, n: usize) -> f64 {
    let mut s = x;
    #[checkpoint(snapshots = 10)]
    for _ in 0..n {
        s = (w * s + 0.1).tanh();
    }
    s
}

#[differentiate]
fn with_snapshots(x: &[f64], w: f64, n: usize) -> f64 {
    let mut u = x.to_vec();
    #[checkpoint]
    for _ in 0..n {
        for i in 0..u.len() {
            u[i] = (w * u[i] + 0.1).tanh();
        }
    }
    u[0]
}

#[test]
fn a_loop_with_snapshots_holds_these_alone() {
    let (mut d_x, mut d_w) = (0.0, 0.0);
    let (count, bytes) = measured(|| {
        with_few_snapshots_backprop(0.3, 0.9, 100_000, 1.0, &mut d_x, &mut d_w);
    });
    // the numbers of their steps beside them
    assert_eq!((count, bytes), (2, 10 * 8 + 10 * 8));

    let x = vec![0.5; 100];
    let mut d_x = vec![0.0; 100];
    let (_, bytes) = measured(|| {
        with_snapshots_backprop(&x, 0.9, 10_000, 1.0, &mut d_x, &mut d_w);
    });
    // 140 of 100 numbers; 2 million numbers would be recorded
    assert!(bytes < 150 * 850, "{bytes} bytes");
}

#[differentiate(workspace)]
fn of_any_length(x: &[f64], w: f64, n: usize) -> f64 {
    let mut s = w;
    for _ in 0..n {
        for i in 0..x.len() {
            s = (w * s + x[i]).tanh();
        }
    }
    while s < 2.0 {
        s = s.exp();
    }
    s
}

#[test]
fn a_workspace_serves_the_next_call() {
    let x = vec![0.5; 100];
    let (mut d_x, mut d_w) = (vec![0.0; 100], 0.0);
    let mut workspace = Workspace::new();
    let mut run = |n| {
        measured(|| {
            of_any_length_backprop_in(&mut workspace, &x, 0.9, n, 1.0, &mut d_x, &mut d_w);
        })
    };
    assert!(run(50).0 > 0);
    assert_eq!(run(50), (0, 0));
    // what needs less, and other functions between, allocate nothing either
    assert_eq!(run(7), (0, 0));
    assert_eq!(run(50), (0, 0));
}

#[derive(backprop::Differentiable, Clone, Copy)]
struct State {
    x: f64,
    v: f64,
}

#[differentiate]
fn step(s: &State, k: f64, h: f64) -> State {
    State {
        x: s.x + h * s.v,
        v: s.v - h * k * s.x * s.x,
    }
}

#[differentiate(wrt(start, k))]
fn steps(start: State, k: f64, h: f64, n: usize) -> f64 {
    let mut s = start;
    for _ in 0..n {
        s = step(&s, k, h);
    }
    s.x
}

#[differentiate]
fn bend(x: f64, k: f64) -> f64 {
    x * (1.0 - k * x)
}

/// What the first call gives, only rustc knows.
#[differentiate]
fn bends(x: f64, k: f64, n: usize) -> f64 {
    let mut y = bend(x, k);
    for _ in 0..n {
        y = bend(y, k);
    }
    y
}

const WEIGHTS: [f64; 4] = [0.25, 0.5, 1.5, 0.75];

#[differentiate(wrt(x))]
fn weighted(x: f64, n: usize) -> f64 {
    let mut y = x;
    for i in 0..n {
        y = (WEIGHTS[i % 4] * y).sin();
    }
    y
}

/// A step that runs again leaves what it begins with, whatever its type; an element of a
/// constant is looked up again.
#[test]
fn what_a_step_begins_with_is_all_that_is_kept() {
    let mut d_start = StateGradient { x: 0.0, v: 0.0 };
    let (mut d_x, mut d_k) = (0.0, 0.0);
    let (count, peak) = measured(|| {
        let start = State { x: 0.5, v: 0.25 };
        steps_backprop(start, 0.5, 0.01, 1000, 1.0, &mut d_start, &mut d_k);
    });
    assert_eq!((count, peak), (1, 16_000));
    let (count, peak) = measured(|| {
        bends_backprop(0.5, 0.25, 1000, 1.0, &mut d_x, &mut d_k);
    });
    assert_eq!((count, peak), (1, 8_000));
    let (count, peak) = measured(|| {
        weighted_backprop(0.5, 1000, 1.0, &mut d_x);
    });
    assert_eq!((count, peak), (1, 8_000));
}
