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
    // the first runs tell little of the later ones
    let (count, peak) = measured(|| {
        triangular_backprop(0.3, 0.9, 1000, 1.0, &mut d_x, &mut d_w);
    });
    assert!(count <= 6 && peak <= 8_000_000, "{count}, {peak}");
    // nobody knows how long the inner loop runs: its tape doubles
    let (few, _) = measured(|| {
        until_backprop(3.0, 0.9, 10, 1.0, &mut d_x, &mut d_w);
    });
    let (many, _) = measured(|| {
        until_backprop(3.0, 0.9, 1000, 1.0, &mut d_x, &mut d_w);
    });
    assert!(many <= few + 10, "{few}, {many}");
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
