//! Gradients with `#[checkpoint]` are those without, bit for bit.

/// The same function without `#[checkpoint]`, with it, and with `s` snapshots.
macro_rules! variants {
    ($module:ident: ($($params:tt)*) { $($before:tt)* } [$($looped:tt)*] { $($after:tt)* }) => {
        mod $module {
            use backprop::differentiate;

            #[differentiate(hvp)]
            pub(super) fn plain($($params)*) -> f64 {
                $($before)*
                $($looped)*
                $($after)*
            }

            #[differentiate(hvp)]
            pub(super) fn root($($params)*) -> f64 {
                $($before)*
                #[checkpoint]
                $($looped)*
                $($after)*
            }

            const MOST: usize = 3;

            #[differentiate(hvp)]
            pub(super) fn three($($params)*) -> f64 {
                $($before)*
                #[checkpoint(snapshots = MOST)]
                $($looped)*
                $($after)*
            }
        }
    };
}

variants!(lorenz: (x: &[f64; 3], k: &[f64], n: usize) { let mut u = *x; } [
    for i in 0..n {
        let d = [
            k[0] * (u[1] - u[0]),
            u[0] * (k[1] - u[2]) - u[1],
            u[0] * u[1] - k[2] * u[2],
        ];
        for j in 0..3 {
            u[j] += 0.003 * d[j] + k[i % 3] * 1e-6;
        }
    }
] { u[0] * u[1] + u[2].sin() });

variants!(chain: (x: f64, w: &[f64], n: usize) { let (mut s, mut k) = (x, 0); } [
    while k < n {
        s = (s * w[k % w.len()]).sin() + if s > 0.1 { x * s } else { s.exp() };
        k += 1;
    }
] { s });

/// Equal texts are equal bits.
macro_rules! agree {
    ($module:ident($($arg:expr),*), along ($($d:expr),*)) => {{
        let plain = format!("{:?}", $module::plain_grad($($arg),*));
        assert_eq!(plain, format!("{:?}", $module::root_grad($($arg),*)));
        assert_eq!(plain, format!("{:?}", $module::three_grad($($arg),*)));
        let plain = format!("{:?}", $module::plain_hvp($($d),*));
        assert_eq!(plain, format!("{:?}", $module::root_hvp($($d),*)));
        assert_eq!(plain, format!("{:?}", $module::three_hvp($($d),*)));
    }};
}

#[test]
fn the_gradient_is_the_same_bit_for_bit() {
    let (x, k, w) = ([1.0, 0.9, 20.0], [10.0, 28.0, 2.5], [0.9, 1.1]);
    for n in [0, 1, 2, 3, 10, 100, 1001] {
        agree!(
            lorenz(&x, &k, n),
            along(&x, &[1.0, 0.5, 2.0], &k, &[1.0; 3], n)
        );
        agree!(chain(0.3, &w, n), along(0.3, 1.0, &w, &[0.5, -1.0], n));
    }
}
