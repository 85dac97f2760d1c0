//! Numbers in options, changed where they are.

use backprop::differentiate;

oracle::programs! {
    #[differentiate]
    fn scaled_in_place(x: f64, y: f64, k: usize) -> f64 {
        let mut kept = if k > 0 { Some(x * y) } else { None };
        if let Some(value) = &mut kept {
            *value *= y;
            *value += x.sin();
        }
        if let Some(value) = kept.as_mut() {
            *value = *value * *value;
        } else {
            kept = Some(y);
        }
        if let Some(ref mut value) = kept {
            *value -= x;
        }
        kept.unwrap_or(0.0) * 2.0
    }

    #[differentiate]
    fn filled(x: &[f64], k: f64) -> f64 {
        let mut best: Option<f64> = None;
        let mut pair = Some((k, k * k));
        for value in x {
            if let Some(most) = &mut best {
                if *value > *most {
                    *most = value * k;
                    continue;
                }
                *most += 0.1 * value;
            } else {
                best = Some(*value);
            }
            if let Some(both) = &mut pair {
                both.0 += value;
                both.1 *= both.0;
            }
        }
        let (a, b) = pair.unwrap();
        best.unwrap_or(k) + a * b
    }

    #[differentiate]
    fn left(x: f64, k: f64) -> f64 {
        let mut kept = Some(x);
        let mut n = 0;
        while let Some(value) = &mut kept {
            *value *= k;
            n += 1;
            if n == 2 {
                break;
            }
            if *value > 2.0 {
                return *value;
            }
        }
        kept.unwrap()
    }
}
#[test]
fn payloads_in_place() {
    for k in 0..2 {
        oracle::check!(scaled_in_place(0.7, 1.3, k));
    }
    oracle::check!(filled(&[0.5, 0.75, 0.25, 1.5], 1.2));
    oracle::check!(filled(&[], 1.2));
    oracle::check!(left(1.3, 0.7));
    oracle::check!(left(1.3, 1.7));
}
