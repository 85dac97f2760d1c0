//! Reprojection residuals of bundle adjustment (as [`mixture`](super::mixture):
//! Šrajer and others, 2018): for each observation the 2 × 15 Jacobian for a camera, a
//! point and a weight, and the residual of the weight.

use crate::task::Task;
use backprop::differentiate;

/// Rodrigues' formula.
#[differentiate]
fn rotated(r: [f64; 3], x: [f64; 3]) -> [f64; 3] {
    let squared = r[0] * r[0] + r[1] * r[1] + r[2] * r[2];
    if squared == 0.0 {
        return [
            x[0] + r[1] * x[2] - r[2] * x[1],
            x[1] + r[2] * x[0] - r[0] * x[2],
            x[2] + r[0] * x[1] - r[1] * x[0],
        ];
    }
    let theta = squared.sqrt();
    let (s, c) = theta.sin_cos();
    let w = [r[0] / theta, r[1] / theta, r[2] / theta];
    let along = (w[0] * x[0] + w[1] * x[1] + w[2] * x[2]) * (1.0 - c);
    [
        x[0] * c + (w[1] * x[2] - w[2] * x[1]) * s + w[0] * along,
        x[1] * c + (w[2] * x[0] - w[0] * x[2]) * s + w[1] * along,
        x[2] * c + (w[0] * x[1] - w[1] * x[0]) * s + w[2] * along,
    ]
}

/// A camera is its rotation, centre, focal length, principal point and two
/// coefficients of radial distortion.
#[differentiate(jacobian, wrt(camera, point, weight))]
fn residual(camera: &[f64; 11], point: &[f64; 3], weight: f64, seen: [f64; 2]) -> [f64; 2] {
    let from = [
        point[0] - camera[3],
        point[1] - camera[4],
        point[2] - camera[5],
    ];
    let x = rotated([camera[0], camera[1], camera[2]], from);
    let (p, q) = (x[0] / x[2], x[1] / x[2]);
    let r2 = p * p + q * q;
    let distortion = 1.0 + camera[9] * r2 + camera[10] * r2 * r2;
    let scale = camera[6] * distortion;
    [
        weight * (p * scale + camera[7] - seen[0]),
        weight * (q * scale + camera[8] - seen[1]),
    ]
}

/// Both rows share everything up to the projection.
fn by_hand(c: &[f64; 11], point: &[f64; 3], weight: f64, seen: [f64; 2]) -> ([f64; 2], [Row; 2]) {
    let x = [point[0] - c[3], point[1] - c[4], point[2] - c[5]];
    let r = [c[0], c[1], c[2]];
    let theta = dot(r, r).sqrt();
    let rotates = theta != 0.0;
    let (sin, cos) = theta.sin_cos();
    let w = if rotates {
        r.map(|r| r / theta)
    } else {
        [0.0; 3]
    };
    let across = cross(w, x);
    let reach = dot(w, x);
    let rest = 1.0 - cos;
    let along = reach * rest;
    let y = match rotates {
        true => [0, 1, 2].map(|i| x[i] * cos + across[i] * sin + w[i] * along),
        false => {
            let turned = cross(r, x);
            [0, 1, 2].map(|i| x[i] + turned[i])
        }
    };
    let inverse = 1.0 / y[2];
    let p = [y[0] / y[2], y[1] / y[2]];
    let r2 = p[0] * p[0] + p[1] * p[1];
    let distortion = 1.0 + c[9] * r2 + c[10] * r2 * r2;
    let bent = [p[0] * distortion, p[1] * distortion];
    let off = [0, 1].map(|a| c[6] * bent[a] + c[7 + a] - seen[a]);
    let focal = weight * c[6];
    // of the distorted point by the undistorted one
    let slope = 2.0 * focal * (c[9] + 2.0 * c[10] * r2);
    let rows = [0, 1].map(|a| {
        let mut m = [slope * p[a] * p[0], slope * p[a] * p[1]];
        m[a] += focal * distortion;
        let (g0, g1) = (m[0] * inverse, m[1] * inverse);
        let g = [g0, g1, -(g0 * p[0] + g1 * p[1])];
        let (d_r, d_x) = if rotates {
            let (g_w, x_g) = (dot(g, w), cross(x, g));
            let back = cross(g, w);
            let d_w = [0, 1, 2].map(|i| sin * x_g[i] + rest * (g_w * x[i] + reach * g[i]));
            let d_theta = cos * dot(g, across) + sin * (reach * g_w - dot(g, x));
            let radial = d_theta - dot(w, d_w) / theta;
            (
                [0, 1, 2].map(|i| d_w[i] / theta + w[i] * radial),
                [0, 1, 2].map(|i| g[i] * cos + back[i] * sin + w[i] * rest * g_w),
            )
        } else {
            let back = cross(g, r);
            (cross(x, g), [0, 1, 2].map(|i| g[i] + back[i]))
        };
        let radial = focal * p[a] * r2;
        let mut d_c = [0.0; 11];
        d_c[..3].copy_from_slice(&d_r);
        d_c[3..6].copy_from_slice(&d_x.map(|d| -d));
        d_c[6] = weight * bent[a];
        d_c[7 + a] = weight;
        d_c[9] = radial;
        d_c[10] = radial * r2;
        (d_c, d_x, off[a])
    });
    (off.map(|off| weight * off), rows)
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

type Row = ([f64; 11], [f64; 3], f64);

/// An observation: camera, point, weight, where it was seen.
pub(crate) struct Observation([f64; 11], [f64; 3], f64, [f64; 2]);

/// Residuals and Jacobians; made in one piece before anything is counted.
pub(crate) struct Work {
    residuals: Vec<[f64; 3]>,
    rows: Vec<[Row; 2]>,
    weights: Vec<f64>,
}

pub(crate) struct BundleAdjustment;

impl Task for BundleAdjustment {
    type Input = Vec<Observation>;
    type Work = Work;

    fn input(size: usize) -> Self::Input {
        let number = |i: usize, k: usize| (0.37 * (i * 17 + k) as f64).sin();
        let observations = (0..size).map(|i| {
            let mut camera = std::array::from_fn(|k| 0.3 * number(i, k));
            camera[6] = 2.0;
            let point = [number(i, 12), number(i, 13), 5.0 + number(i, 14)];
            Observation(camera, point, 0.8, [number(i, 15), number(i, 16)])
        });
        observations.collect()
    }

    fn work(input: &Self::Input) -> Self::Work {
        let row = ([0.0; 11], [0.0; 3], 0.0);
        Work {
            residuals: vec![[0.0; 3]; input.len()],
            rows: vec![[row; 2]; input.len()],
            weights: vec![0.0; input.len()],
        }
    }

    fn primal(input: &Self::Input, work: &mut Self::Work) -> f64 {
        let mut total = 0.0;
        for (at, Observation(camera, point, weight, seen)) in input.iter().enumerate() {
            let [a, b] = residual(camera, point, *weight, *seen);
            work.residuals[at] = [a, b, 1.0 - weight * weight];
            total += a + b;
        }
        total
    }

    fn generated(input: &Self::Input, work: &mut Self::Work) -> f64 {
        let mut total = 0.0;
        for (at, Observation(camera, point, weight, seen)) in input.iter().enumerate() {
            let ([a, b], rows) = residual_jacobian(camera, point, *weight, *seen);
            work.residuals[at] = [a, b, 1.0 - weight * weight];
            work.rows[at] = [rows[0], rows[1]];
            work.weights[at] = -2.0 * weight;
            total += a + b;
        }
        total
    }

    fn by_hand(input: &Self::Input, work: &mut Self::Work) -> f64 {
        let mut total = 0.0;
        for (at, Observation(camera, point, weight, seen)) in input.iter().enumerate() {
            let ([a, b], rows) = by_hand(camera, point, *weight, *seen);
            work.residuals[at] = [a, b, 1.0 - weight * weight];
            work.rows[at] = rows;
            work.weights[at] = -2.0 * weight;
            total += a + b;
        }
        total
    }

    fn results(work: &Self::Work) -> Vec<f64> {
        let rows = work.rows.iter().flatten();
        let mut results: Vec<f64> = rows
            .flat_map(|(c, p, w)| c.iter().chain(p).chain([w]))
            .copied()
            .collect();
        results.extend(work.residuals.iter().flatten());
        results.extend(&work.weights);
        results
    }
}
