//! Radix-2 fast Fourier transform (Cooley and Tukey, 1965), in place and by
//! recursion: value and vector-Jacobian product.

use crate::task::Task;
use backprop::differentiate;
use std::f64::consts::TAU;

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
        let angle = -TAU / len as f64;
        let (w_im, w_re) = angle.sin_cos();
        for start in (0..n).step_by(len) {
            let (mut c, mut s) = (1.0, 0.0);
            for a in start..start + len / 2 {
                let b = a + len / 2;
                let t_re = re[b] * c - im[b] * s;
                let t_im = re[b] * s + im[b] * c;
                re[b] = re[a] - t_re;
                im[b] = im[a] - t_im;
                re[a] += t_re;
                im[a] += t_im;
                (c, s) = (c * w_re - s * w_im, c * w_im + s * w_re);
            }
        }
        len *= 2;
    }
}

/// The butterflies of one stage: `+t` and `-t` of `a` and `w b`, or, transposed,
/// the sum to `a` and `w̄` times the difference to `b`.
fn stage<const TRANSPOSED: bool>(re: &mut [f64], im: &mut [f64], len: usize) {
    let half = len / 2;
    let angle = -TAU / len as f64;
    let (w_im, w_re) = angle.sin_cos();
    for (re, im) in re.chunks_exact_mut(len).zip(im.chunks_exact_mut(len)) {
        let (re_a, re_b) = re.split_at_mut(half);
        let (im_a, im_b) = im.split_at_mut(half);
        let (mut c, mut s) = (1.0, 0.0);
        let upper = re_a.iter_mut().zip(im_a);
        for ((re_a, im_a), (re_b, im_b)) in upper.zip(re_b.iter_mut().zip(im_b)) {
            if TRANSPOSED {
                let (d_re, d_im) = (*re_a - *re_b, *im_a - *im_b);
                *re_a += *re_b;
                *im_a += *im_b;
                *re_b = d_re * c + d_im * s;
                *im_b = d_im * c - d_re * s;
            } else {
                let t_re = *re_b * c - *im_b * s;
                let t_im = *re_b * s + *im_b * c;
                *re_b = *re_a - t_re;
                *im_b = *im_a - t_im;
                *re_a += t_re;
                *im_a += t_im;
            }
            (c, s) = (c * w_re - s * w_im, c * w_im + s * w_re);
        }
    }
}

/// The permutation by reversed bits, which is its own transpose.
fn reversed_bits(re: &mut [f64], im: &mut [f64]) {
    let n = re.len();
    let shift = usize::BITS - n.trailing_zeros();
    for i in 1..n - 1 {
        let j = i.reverse_bits() >> shift;
        if i < j {
            re.swap(i, j);
            im.swap(i, j);
        }
    }
}

/// A linear map: the adjoints go through its transpose, stage by stage from the
/// last, and nothing is recorded.
fn by_hand(re: &mut [f64], im: &mut [f64], d_re: &mut [f64], d_im: &mut [f64]) {
    let n = re.len();
    reversed_bits(re, im);
    let mut len = 2;
    while len <= n {
        stage::<false>(re, im, len);
        len *= 2;
    }
    while len > 2 {
        len /= 2;
        stage::<true>(d_re, d_im, len);
    }
    reversed_bits(d_re, d_im);
}

/// Even and odd positions apart, each transformed, then put together.
#[differentiate(recursive)]
fn recursive(re: &mut [f64], im: &mut [f64]) {
    let n = re.len();
    if n > 1 {
        let half = n / 2;
        let mut even_re = vec![0.0; half];
        let mut even_im = vec![0.0; half];
        let mut odd_re = vec![0.0; half];
        let mut odd_im = vec![0.0; half];
        for i in 0..half {
            even_re[i] = re[2 * i];
            even_im[i] = im[2 * i];
            odd_re[i] = re[2 * i + 1];
            odd_im[i] = im[2 * i + 1];
        }
        recursive(&mut even_re, &mut even_im);
        recursive(&mut odd_re, &mut odd_im);
        let angle = -TAU / n as f64;
        let (w_im, w_re) = angle.sin_cos();
        let (mut c, mut s) = (1.0, 0.0);
        for i in 0..half {
            let t_re = odd_re[i] * c - odd_im[i] * s;
            let t_im = odd_re[i] * s + odd_im[i] * c;
            re[i] = even_re[i] + t_re;
            im[i] = even_im[i] + t_im;
            re[i + half] = even_re[i] - t_re;
            im[i + half] = even_im[i] - t_im;
            (c, s) = (c * w_re - s * w_im, c * w_im + s * w_re);
        }
    }
}

/// The transpose of the recursion, on the adjoints alone.
fn recursive_transposed(d_re: &mut [f64], d_im: &mut [f64]) {
    let n = d_re.len();
    if n <= 1 {
        return;
    }
    let half = n / 2;
    let angle = -TAU / n as f64;
    let (w_im, w_re) = angle.sin_cos();
    let (mut c, mut s) = (1.0, 0.0);
    let mut odd_re = Vec::with_capacity(half);
    let mut odd_im = Vec::with_capacity(half);
    let mut even_re = Vec::with_capacity(half);
    let mut even_im = Vec::with_capacity(half);
    let (low_re, high_re) = d_re.split_at(half);
    let (low_im, high_im) = d_im.split_at(half);
    let low = low_re.iter().zip(low_im);
    for ((a_re, a_im), (b_re, b_im)) in low.zip(high_re.iter().zip(high_im)) {
        even_re.push(a_re + b_re);
        even_im.push(a_im + b_im);
        let (t_re, t_im) = (a_re - b_re, a_im - b_im);
        odd_re.push(t_re * c + t_im * s);
        odd_im.push(t_im * c - t_re * s);
        (c, s) = (c * w_re - s * w_im, c * w_im + s * w_re);
    }
    recursive_transposed(&mut even_re, &mut even_im);
    recursive_transposed(&mut odd_re, &mut odd_im);
    for (pair, (even, odd)) in d_re
        .as_chunks_mut()
        .0
        .iter_mut()
        .zip(even_re.iter().zip(&odd_re))
    {
        *pair = [*even, *odd];
    }
    for (pair, (even, odd)) in d_im
        .as_chunks_mut()
        .0
        .iter_mut()
        .zip(even_im.iter().zip(&odd_im))
    {
        *pair = [*even, *odd];
    }
}

/// Signal and adjoint, each in two parts.
#[derive(Clone)]
pub(crate) struct Buffers {
    re: Vec<f64>,
    im: Vec<f64>,
    d_re: Vec<f64>,
    d_im: Vec<f64>,
}

macro_rules! task {
    ($name:ident, $primal:expr, $backprop:expr, $by_hand:expr) => {
        pub(crate) struct $name;

        impl Task for $name {
            type Input = Buffers;
            type Work = Buffers;

            fn input(size: usize) -> Self::Input {
                let numbers = |f: f64| (0..size).map(move |i| (f * i as f64).sin()).collect();
                Buffers {
                    re: numbers(0.3),
                    im: numbers(1.1),
                    d_re: numbers(0.7),
                    d_im: numbers(0.2),
                }
            }

            fn work(input: &Self::Input) -> Self::Work {
                input.clone()
            }

            fn primal(_: &Self::Input, b: &mut Self::Work) -> f64 {
                $primal(&mut b.re, &mut b.im);
                b.re[0]
            }

            fn generated(_: &Self::Input, b: &mut Self::Work) -> f64 {
                $backprop(&mut b.re, &mut b.im, &mut b.d_re, &mut b.d_im);
                b.re[0]
            }

            fn by_hand(_: &Self::Input, b: &mut Self::Work) -> f64 {
                $by_hand(&mut b.re, &mut b.im, &mut b.d_re, &mut b.d_im);
                b.re[0]
            }

            fn results(b: &Self::Work) -> Vec<f64> {
                let content = b.re.iter().chain(&b.im);
                content.chain(&b.d_re).chain(&b.d_im).copied().collect()
            }
        }
    };
}

task!(InPlace, fft, fft_backprop, by_hand);
task!(
    Recursive,
    recursive,
    recursive_backprop,
    |re: &mut [f64], im: &mut [f64], d_re: &mut [f64], d_im: &mut [f64]| {
        recursive(re, im);
        recursive_transposed(d_re, d_im);
    }
);
