//! Signals: transforms, convolutions, filters, splines.

use backprop::differentiate;

oracle::programs! {
    /// Radix-2 decimation in time, in place (Cooley and Tukey, 1965).
    #[differentiate]
    fn fft(re: &mut [f64], im: &mut [f64]) {
        let n = re.len();
        let mut j = 0;
        for i in 1..n {
            let mut bit = n / 2;
            while j & bit != 0 {
                j ^= bit;
                bit /= 2;
            }
            j ^= bit;
            if i < j {
                re.swap(i, j);
                im.swap(i, j);
            }
        }
        let mut len = 2;
        while len <= n {
            let angle = -2.0 * std::f64::consts::PI / len as f64;
            for start in (0..n).step_by(len) {
                for k in 0..len / 2 {
                    let (sin, cos) = (angle * k as f64).sin_cos();
                    let (a, b) = (start + k, start + k + len / 2);
                    let (tr, ti) = (re[b] * cos - im[b] * sin, re[b] * sin + im[b] * cos);
                    re[b] = re[a] - tr;
                    im[b] = im[a] - ti;
                    re[a] += tr;
                    im[a] += ti;
                }
            }
            len *= 2;
        }
    }

    /// The power in the upper half of the spectrum.
    #[differentiate]
    fn high_power(signal: &[f64]) -> f64 {
        let mut re = signal.to_vec();
        let mut im = vec![0.0; signal.len()];
        fft(&mut re, &mut im);
        let half = signal.len() / 4;
        re[half..]
            .iter()
            .zip(&im[half..])
            .map(|(re, im)| re * re + im * im)
            .sum()
    }

    #[differentiate]
    fn convolve(signal: &[f64], kernel: &[f64]) -> Vec<f64> {
        signal
            .windows(kernel.len())
            .map(|window| window.iter().zip(kernel.iter().rev()).map(|(x, k)| x * k).sum())
            .collect()
    }

    /// Two-dimensional convolution, stride 1, no padding, row-major.
    #[differentiate]
    fn convolve_2d(image: &[f64], width: usize, kernel: &[[f64; 2]; 2], out: &mut [f64]) {
        let height = image.len() / width;
        for y in 0..height - 1 {
            for x in 0..width - 1 {
                let mut sum = 0.0;
                for (dy, row) in kernel.iter().enumerate() {
                    for (dx, weight) in row.iter().enumerate() {
                        sum += weight * image[(y + dy) * width + x + dx];
                    }
                }
                out[y * (width - 1) + x] = sum;
            }
        }
    }

    /// A biquad section, direct form II transposed.
    #[differentiate]
    fn biquad(x: &[f64], b: [f64; 3], a: [f64; 2]) -> Vec<f64> {
        let [b0, b1, b2] = b;
        let [a1, a2] = a;
        let (mut s1, mut s2) = (0.0, 0.0);
        let mut y = Vec::with_capacity(x.len());
        for &input in x {
            let output = b0 * input + s1;
            s1 = b1 * input - a1 * output + s2;
            s2 = b2 * input - a2 * output;
            y.push(output);
        }
        y
    }

    /// The natural cubic spline through `(xs, ys)` at `x`, by the Thomas
    /// algorithm (de Boor, *A Practical Guide to Splines*, chapter IV).
    #[differentiate]
    fn spline(xs: &[f64], ys: &[f64], x: f64) -> f64 {
        let n = xs.len();
        let mut upper = vec![0.0; n];
        let mut moments = vec![0.0; n];
        for i in 1..n - 1 {
            let (h0, h1) = (xs[i] - xs[i - 1], xs[i + 1] - xs[i]);
            let slope = (ys[i + 1] - ys[i]) / h1 - (ys[i] - ys[i - 1]) / h0;
            let pivot = 2.0 * (h0 + h1) - h0 * upper[i - 1];
            upper[i] = h1 / pivot;
            moments[i] = (6.0 * slope - h0 * moments[i - 1]) / pivot;
        }
        for i in (1..n - 1).rev() {
            moments[i] -= upper[i] * moments[i + 1];
        }
        let mut i = 0;
        while i + 2 < n && x > xs[i + 1] {
            i += 1;
        }
        let h = xs[i + 1] - xs[i];
        let (a, b) = ((xs[i + 1] - x) / h, (x - xs[i]) / h);
        a * ys[i]
            + b * ys[i + 1]
            + ((a.powi(3) - a) * moments[i] + (b.powi(3) - b) * moments[i + 1]) * h * h / 6.0
    }

    /// Cumulative sums in place, single precision.
    #[differentiate]
    fn prefix_sums(x: &mut [f32]) {
        let mut total = 0.0;
        for v in x.iter_mut() {
            total += *v;
            *v = total;
        }
    }
}

#[test]
fn programs() {
    oracle::check!(fft(&mut [1.0, 2.0, 0.5, -1.0], &mut [0.0, 0.3, 0.0, -0.2]));
    oracle::check!(high_power(&[1.0, 0.3, -0.7, 0.2, 0.9, -1.1, 0.4, 0.6]));
    oracle::check!(high_power(&[0.1, -0.3, 0.7, 0.2]));
    oracle::check!(convolve(&[1.0, 2.0, 0.5, -1.0, 3.0], &[0.2, 0.5, 0.3]));
    oracle::check!(convolve_2d(
        &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
        3,
        &[[0.5, 0.2], [-0.1, 0.3]],
        &mut [0.0, 0.0]
    ));
    oracle::check!(biquad(&[1.0, 0.0, 0.5, -0.3], [0.2, 0.3, 0.1], [-0.4, 0.2]));
    oracle::check!(spline(&[0.0, 1.0, 2.5, 3.0], &[1.0, 2.0, 0.5, 1.5], 1.7));
    oracle::check!(spline(&[0.0, 1.0, 2.5, 3.0], &[1.0, 2.0, 0.5, 1.5], 0.4));
    oracle::check!(prefix_sums(&mut [1.0, 2.0, 3.0]));
}
