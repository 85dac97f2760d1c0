//! Rotations, cameras and shapes.

use backprop::{Differentiable, differentiate};

oracle::programs! {
    #[differentiate]
    fn cross(a: &[f64; 3], b: &[f64; 3]) -> [f64; 3] {
        [
            a[1] * b[2] - a[2] * b[1],
            a[2] * b[0] - a[0] * b[2],
            a[0] * b[1] - a[1] * b[0],
        ]
    }

    #[differentiate]
    fn dot3(a: &[f64; 3], b: &[f64; 3]) -> f64 {
        a.iter().zip(b.iter()).map(|(x, y)| x * y).sum()
    }

    /// Rodrigues' formula: `x` rotated by `|r|` around `r`.
    #[differentiate]
    fn rotate(r: &[f64; 3], x: &[f64; 3]) -> [f64; 3] {
        let theta2 = dot3(r, r);
        if theta2 < 1e-12 {
            let c = cross(r, x);
            return [x[0] + c[0], x[1] + c[1], x[2] + c[2]];
        }
        let theta = theta2.sqrt();
        let axis = [r[0] / theta, r[1] / theta, r[2] / theta];
        let (sin, cos) = theta.sin_cos();
        let across = cross(&axis, x);
        let along = dot3(&axis, x) * (1.0 - cos);
        let mut out = [0.0; 3];
        for i in 0..3 {
            out[i] = x[i] * cos + across[i] * sin + axis[i] * along;
        }
        out
    }

    #[derive(Differentiable, Clone, Debug, PartialEq)]
    struct Camera {
        rotation: [f64; 3],
        translation: [f64; 3],
        focal: f64,
        distortion: [f64; 2],
    }

    /// The residual of bundle adjustment (Agarwal and others, 2010).
    #[differentiate]
    fn reprojection(camera: &Camera, point: &[f64; 3], observed: [f64; 2]) -> [f64; 2] {
        let mut p = rotate(&camera.rotation, point);
        for (p, t) in p.iter_mut().zip(&camera.translation) {
            *p += t;
        }
        let (x, y) = (-p[0] / p[2], -p[1] / p[2]);
        let r2 = x * x + y * y;
        let [k1, k2] = camera.distortion;
        let factor = camera.focal * (1.0 + r2 * (k1 + k2 * r2));
        [factor * x - observed[0], factor * y - observed[1]]
    }

    #[derive(Differentiable, Clone, Copy, Debug, PartialEq)]
    struct Quaternion {
        w: f64,
        x: f64,
        y: f64,
        z: f64,
    }

    #[differentiate]
    fn times(a: Quaternion, b: Quaternion) -> Quaternion {
        Quaternion {
            w: a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z,
            x: a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y,
            y: a.w * b.y - a.x * b.z + a.y * b.w + a.z * b.x,
            z: a.w * b.z + a.x * b.y - a.y * b.x + a.z * b.w,
        }
    }

    /// The point `v` rotated by a chain of quaternions that are normalised.
    #[differentiate]
    fn rotated_by(chain: &[Quaternion], v: [f64; 3]) -> f64 {
        let mut q = Quaternion { w: 1.0, x: 0.0, y: 0.0, z: 0.0 };
        for next in chain {
            q = times(q, *next);
        }
        let norm = (q.w * q.w + q.x * q.x + q.y * q.y + q.z * q.z).sqrt();
        let unit = Quaternion { w: q.w / norm, x: q.x / norm, y: q.y / norm, z: q.z / norm };
        let conjugate = Quaternion { x: -unit.x, y: -unit.y, z: -unit.z, ..unit };
        let point = Quaternion { w: 0.0, x: v[0], y: v[1], z: v[2] };
        let turned = times(times(unit, point), conjugate);
        turned.x + 2.0 * turned.y + 3.0 * turned.z
    }

    /// Distance from a point to a polygon's boundary.
    #[differentiate]
    fn distance(polygon: &[(f64, f64)], x: f64, y: f64) -> f64 {
        let mut best = f64::INFINITY;
        for i in 0..polygon.len() {
            let (ax, ay) = polygon[i];
            let (bx, by) = polygon[(i + 1) % polygon.len()];
            let (ex, ey) = (bx - ax, by - ay);
            let t = ((x - ax) * ex + (y - ay) * ey) / (ex * ex + ey * ey);
            let t = t.clamp(0.0, 1.0);
            let d = ((x - ax - t * ex).powi(2) + (y - ay - t * ey).powi(2)).sqrt();
            if d < best {
                best = d;
            }
        }
        best
    }
}

#[test]
fn programs() {
    oracle::check!(rotate(&[0.3, -0.5, 0.2], &[1.0, 2.0, 3.0]));
    let camera = Camera {
        rotation: [0.1, -0.2, 0.05],
        translation: [0.3, 0.1, -4.0],
        focal: 1.5,
        distortion: [-0.1, 0.02],
    };
    oracle::check!(reprojection(&camera, &[0.5, -0.4, 0.3], [0.1, 0.2]));
    let q = |a: f64| Quaternion {
        w: 0.9,
        x: a,
        y: 0.2,
        z: -0.1,
    };
    oracle::check!(rotated_by(&[q(0.3), q(-0.4), q(0.1)], [1.0, -0.5, 0.25]));
    oracle::check!(distance(&[(0.0, 0.0), (2.0, 0.0), (1.0, 1.5)], 0.9, 0.3));
    oracle::check!(distance(&[(0.0, 0.0), (2.0, 0.0), (1.0, 1.5)], -0.7, -0.4));
}
