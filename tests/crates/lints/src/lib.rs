//! Generated code is silent under every lint that a user may turn on: this
//! crate denies or forbids them, and compiling it is the test.

#![forbid(unsafe_code)]
#![deny(
    warnings,
    absolute_paths_not_starting_with_crate,
    ambiguous_negative_literals,
    closure_returning_async_block,
    deprecated_in_future,
    deprecated_safe_2024,
    edition_2024_expr_fragment_specifier,
    ffi_unwind_calls,
    future_incompatible,
    if_let_rescope,
    impl_trait_overcaptures,
    keyword_idents,
    let_underscore,
    missing_unsafe_on_extern,
    nonstandard_style,
    redundant_imports,
    refining_impl_trait,
    rust_2018_idioms,
    rust_2021_compatibility,
    rust_2024_compatibility,
    unused,
    explicit_outlives_requirements,
    impl_trait_redundant_captures,
    macro_use_extern_crate,
    meta_variable_misuse,
    missing_debug_implementations,
    missing_docs,
    non_ascii_idents,
    redundant_lifetimes,
    single_use_lifetimes,
    tail_expr_drop_order,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unnameable_types,
    unreachable_pub,
    unsafe_attr_outside_unsafe,
    unused_crate_dependencies,
    unused_extern_crates,
    unused_import_braces,
    unused_lifetimes,
    unused_macro_rules,
    unused_qualifications,
    unused_results,
    variant_size_differences
)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::default_numeric_fallback,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::integer_division_remainder_used,
    clippy::missing_asserts_for_indexing,
    clippy::suboptimal_flops,
    clippy::while_float,
    reason = "functions of numbers do so, and their derivatives after them"
)]
#![allow(
    clippy::absolute_paths,
    clippy::arbitrary_source_item_ordering,
    clippy::blanket_clippy_restriction_lints,
    clippy::deref_by_slicing,
    clippy::derive_partial_eq_without_eq,
    clippy::exhaustive_enums,
    clippy::impl_trait_in_params,
    clippy::implicit_return,
    clippy::min_ident_chars,
    clippy::missing_const_for_fn,
    clippy::missing_docs_in_private_items,
    clippy::missing_inline_in_public_items,
    clippy::missing_trait_methods,
    clippy::pattern_type_mismatch,
    clippy::question_mark_used,
    clippy::renamed_function_params,
    clippy::shadow_unrelated,
    clippy::single_char_lifetime_names,
    clippy::std_instead_of_core,
    reason = "this crate is written so"
)]
#![allow(
    clippy::exhaustive_structs,
    clippy::shadow_reuse,
    clippy::shadow_same,
    clippy::useless_let_if_seq,
    reason = "handles are structs without fields, runs of `f_hessian` copy what they take under its name, and what is chosen is declared before"
)]

pub mod functions;
pub mod methods;

use backprop::differentiate;

/// The lecture's circuit.
#[differentiate(jvp, jacobian, hvp, hessian)]
#[must_use]
pub fn circuit(x: f64, y: f64, z: f64) -> f64 {
    (x + y) * z
}

/// Branches and an early return.
#[differentiate(jvp, jacobian, hvp, hessian)]
#[must_use]
pub fn branches(x: f64, y: f64) -> f64 {
    if x < 0.0 {
        return y;
    }
    let s = if x > y { x * y } else { x.sin() };
    match s {
        v if v > 1.0 => v * y,
        v => v.exp(),
    }
}

/// Loops with exits.
#[differentiate(jvp, jacobian, hvp, hessian)]
#[must_use]
pub fn loops(x: f64, n: u32) -> f64 {
    let mut s = 1.0;
    for i in 0..n {
        if i == 3 {
            continue;
        }
        s *= x;
        if s > 100.0 {
            break;
        }
    }
    while s > 2.0 {
        s = s.sqrt();
    }
    s
}

#[differentiate(jvp)]
fn add_square(into: &mut f64, x: f64) {
    *into += x * x;
}

/// Calls, references and tuples.
#[differentiate(name = calling, jvp, jacobian)]
#[inline]
#[must_use]
pub fn calls(p: (f64, f64), k: f32) -> (f64, f64) {
    let (a, b) = p;
    let mut sum = circuit(a, b, f64::from(k));
    add_square(&mut sum, a);
    (sum, branches(a, b).max(0.0).powf(1.5))
}

/// With constants of the user's own under names that generated code uses.
pub mod names {
    use backprop::differentiate;

    const VALUE: f64 = 2.0;

    /// Locals named as ours are.
    #[differentiate(jvp, jacobian, hvp, hessian)]
    #[must_use]
    pub fn locals(value: f64, upstream: f64) -> f64 {
        let tape = value * VALUE;
        let pullback = tape * upstream;
        let result = pullback + tape;
        let d_value = result * result;
        d_value + value
    }

    /// Raw identifiers.
    #[differentiate(jvp, jacobian, hvp, hessian)]
    #[must_use]
    pub fn raw(r#type: f64, r#match: f64) -> f64 {
        let r#fn = r#type * r#match;
        r#fn * r#type
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gradients() {
        backprop::assert_gradient!(circuit(-2.0, 5.0, -4.0));
        backprop::assert_gradient!(branches(1.0, 0.5));
        backprop::assert_gradient!(loops(1.5, 6));
        backprop::assert_gradient!(calls((1.0, 0.5), 1.5));
        backprop::assert_gradient!(names::locals(1.0, 0.5));
        backprop::assert_gradient!(names::raw(1.0, 0.5));
    }
}

/// Weights and a bias.
#[derive(backprop::Differentiable, Debug, Clone, PartialEq)]
pub struct Unit {
    /// One for each input.
    pub weights: Vec<f64>,
    /// Added to the sum.
    pub bias: f64,
    /// How often it is applied.
    pub rounds: usize,
}

/// A shape with payloads.
#[derive(backprop::Differentiable, Debug, Clone, PartialEq)]
pub enum Form {
    /// By its radius.
    Circle(f64),
    /// By its sides.
    Box {
        /// Along x.
        width: f64,
        /// Along y.
        height: f64,
    },
    /// Nothing.
    Empty,
}

/// A weighted sum and the unit's firing rate, in place.
#[differentiate(jvp)]
pub fn fire(unit: &Unit, x: &mut [f64], k: f64) -> f64 {
    let mut total = unit.bias;
    for (w, v) in unit.weights.iter().zip(x.iter()) {
        total += w * v;
    }
    for v in x.iter_mut() {
        *v = (*v * k).clamp(-1.0, 1.0);
    }
    x[0] += total;
    let (head, tail) = x.split_at_mut(1);
    if let Some(first) = tail.first() {
        head[0] *= first;
    }
    total.tanh()
}

/// Normalised exponentials.
#[differentiate(jvp, jacobian)]
#[must_use]
pub fn softmax(x: &[f64]) -> Vec<f64> {
    let max = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let exps: Vec<f64> = x.iter().map(|v| (v - max).exp()).collect();
    let total: f64 = exps.iter().sum();
    exps.iter().map(|e| e / total).collect()
}

/// Steps of a unit, its rows in chunks.
#[differentiate(jvp)]
#[must_use]
pub fn applied(unit: &Unit, data: &[f64]) -> f64 {
    let mut sum = 0.0;
    for row in data.chunks(2) {
        let mut copy = row.to_vec();
        for _ in 0..unit.rounds {
            sum += fire(unit, &mut copy, 0.5);
        }
        copy.push(sum);
        copy.sort_by(f64::total_cmp);
        sum += softmax(&copy)[0] * copy.windows(2).map(|w| w[1] - w[0]).sum::<f64>();
    }
    sum
}

/// The root of a number that has one.
#[differentiate(jvp)]
#[must_use]
pub fn root(x: f64) -> Option<f64> {
    if x < 0.0 { None } else { Some(x.sqrt()) }
}

/// A small matrix power.
#[differentiate(jvp, jacobian)]
#[must_use]
pub fn power(a: [[f64; 2]; 2], n: usize) -> [[f64; 2]; 2] {
    let mut result = [[1.0, 0.0], [0.0, 1.0]];
    for _ in 0..n {
        let mut next = [[0.0; 2]; 2];
        for (i, row) in next.iter_mut().enumerate() {
            for (j, entry) in row.iter_mut().enumerate() {
                *entry = result[i][0] * a[0][j] + result[i][1] * a[1][j];
            }
        }
        result = next;
    }
    result
}

/// The inverse of a number that has one.
///
/// # Errors
///
/// At zero.
#[differentiate(jvp)]
pub fn inverse(x: f64) -> Result<f64, String> {
    if x == 0.0 {
        return Err("no inverse".to_owned());
    }
    Ok(1.0 / x)
}

/// Results, their errors handed on.
///
/// # Errors
///
/// At zero.
#[differentiate(jvp)]
pub fn harmonic(x: &[f64]) -> Result<f64, String> {
    let mut sum = 0.0;
    for v in x {
        sum += inverse(*v)?;
    }
    let n = u32::try_from(x.len()).map_err(|error| error.to_string())?;
    inverse(sum).map(|s| s * f64::from(n))
}

/// A loop that is reversed as it runs, with one inside that is not.
#[differentiate(jvp, jacobian, hvp, hessian)]
#[must_use]
pub fn closeness(points: &[[f64; 2]], centre: &[f64; 2], sharpness: f64) -> f64 {
    let mut sum = 0.0;
    for point in points {
        let mut d = 0.0;
        for (p, c) in point.iter().zip(centre) {
            d += (p - c) * (p - c);
        }
        if d > 4.0 {
            continue;
        }
        sum += (-sharpness * d).exp();
    }
    sum
}

/// Slice patterns, guards, a nest of recorded loops.
#[differentiate(jvp, jacobian, hvp, hessian, workspace)]
#[must_use]
pub fn folded(x: &[f64], rounds: usize) -> f64 {
    let mut state = match x {
        [] => return 0.0,
        [a] => *a,
        [a, .., z] => a * z,
    };
    for _ in 0..rounds {
        for v in x {
            state = (state + v).sin();
        }
    }
    match x.last() {
        Some(v) if *v > 1.0 => state * v,
        Some(_) | None => state,
    }
}

/// Double buffers, and what is left of a slice.
#[differentiate(jvp, jacobian, hvp, hessian)]
#[must_use]
pub fn smoothed(x: &[f64], k: f64, steps: usize) -> f64 {
    let (mut a, mut b) = (x.to_vec(), vec![0.0; x.len()]);
    let (mut from, mut to) = (&mut a, &mut b);
    for _ in 0..steps {
        for i in 1..from.len() {
            to[i] = from[i] + k * (from[i - 1] - from[i]);
        }
        to[0] = from[0];
        std::mem::swap(&mut from, &mut to);
    }
    let mut sum = 0.0;
    let mut rest = &mut from[..];
    while rest.len() > 2 {
        let (head, tail) = rest.split_at_mut(2);
        head[0] *= head[1];
        sum += head[0] * tail[0];
        rest = tail;
    }
    let last = if sum > 1.0 { &mut a } else { &mut b };
    last[0] *= k;
    let (mut up, mut down) = (sum, k);
    let mut at = &mut up;
    for i in 0..steps {
        *at *= 1.5;
        at = if i % 2 == 0 { &mut down } else { &mut up };
    }
    up * down + a[0] * b[0]
}

/// A circuit of most things that can be drawn.
#[differentiate(circuit)]
pub fn drawn(w: &[f64], x: &mut f64, n: usize) -> f64 {
    let mut h = vec![*x; w.len()];
    for (h, w) in h.iter_mut().zip(w) {
        *h += w * *x;
    }
    h.push(1.0);
    let pair = (h[0], [h[n], 2.0]);
    let mut sum = 0.0;
    while sum < 3.0 {
        sum += pair.0.abs() + pair.1[0].powi(2);
    }
    *x = circuit(sum, *x, w[0]) * 2.0;
    if *x > 0.0 { *x } else { -sum }
}

/// Snapshots of a loop, with calls in it.
#[differentiate(jvp, jacobian, hvp, hessian)]
#[must_use]
pub fn relaxed(x: &[f64], rate: f64, rounds: usize) -> f64 {
    let mut state = x.to_vec();
    let mut energy = 0.0;
    #[checkpoint(snapshots = 4)]
    for round in 0..rounds {
        for (s, v) in state.iter_mut().zip(x) {
            *s += rate * (v - *s);
        }
        energy += closeness(&[[state[0], rate]], &[0.0, 1.0], 0.5);
        if round % 2 == 1 {
            state[0] *= rate;
        }
    }
    #[checkpoint]
    while energy > 1.0 {
        energy = (energy * rate).sin() * 0.9;
    }
    energy * state[0]
}

/// Modes of what changes its arguments and may give nothing.
#[differentiate(jvp, jacobian, hvp, hessian)]
pub fn changed(v: &mut [f64], scale: &mut f64, w: &[f64; 2]) -> Option<f64> {
    if v.is_empty() {
        return None;
    }
    for x in v.iter_mut() {
        *x *= *scale * w[0];
    }
    *scale += w[1];
    Some(v.iter().sum::<f64>() * *scale)
}

/// Rows of two things that change.
///
/// # Errors
///
/// Where there is nothing.
#[differentiate(jacobian, hvp, hessian)]
pub fn checked(v: &mut Vec<f64>, x: f64) -> Result<f64, String> {
    let Some(last) = v.pop() else {
        return Err(String::new());
    };
    v.push(last * x);
    Ok(last * last * x)
}
