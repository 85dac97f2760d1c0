//! Gradients written by hand: what the generated ones are measured against.
//!
//! Each function computes value and gradient in one pass, in safe Rust, shares
//! every subexpression and does no operation that the calculus does not need.
//! The value is computed with the operations of the primal in their order, so
//! it has the primal's bits. Each is `#[inline(never)]` so that it can be found
//! and counted in a disassembly.

/// `(x + y) * z`.
///
/// With q = x + y and f = q·z: ∂f/∂q = z and ∂f/∂z = q; the sum passes ∂f/∂q on
/// to x and to y unchanged.
#[inline(never)]
pub fn circuit_by_hand(x: f64, y: f64, z: f64) -> (f64, (f64, f64, f64)) {
    let q = x + y;
    (q * z, (z, z, q))
}

/// `1.0 / (1.0 + (-(w0 * x0 + w1 * x1 + w2)).exp())`.
///
/// With s = w0·x0 + w1·x1 + w2 and f = σ(s): σ′ = σ·(1 − σ), taken from the
/// result so that `exp` is called once. s is linear in each variable: ∂s/∂w0 =
/// x0, ∂s/∂x0 = w0, likewise for w1 and x1, and ∂s/∂w2 = 1.
#[inline(never)]
pub fn neuron_by_hand(
    w0: f64,
    x0: f64,
    w1: f64,
    x1: f64,
    w2: f64,
) -> (f64, (f64, f64, f64, f64, f64)) {
    let f = 1.0 / (1.0 + (-(w0 * x0 + w1 * x1 + w2)).exp());
    let d_s = f * (1.0 - f);
    (f, (d_s * x0, d_s * w0, d_s * x1, d_s * w1, d_s))
}

/// `let a = 1.0 - x; let b = y - x * x; a * a + 100.0 * b * b`.
///
/// ∂f/∂a = 2a and ∂f/∂b = 200b; ∂a/∂x = −1, ∂b/∂x = −2x, ∂b/∂y = 1. Hence
/// ∂f/∂y = 200b, and ∂f/∂x = −2a − 2x·200b = −2·(a + x·∂f/∂y). The product 100b
/// serves the value and, doubled, ∂f/∂y.
#[inline(never)]
pub fn rosenbrock_by_hand(x: f64, y: f64) -> (f64, (f64, f64)) {
    let a = 1.0 - x;
    let b = y - x * x;
    let c = 100.0 * b;
    let d_y = c + c;
    let d_x = -2.0 * (a + x * d_y);
    (a * a + c * b, (d_x, d_y))
}

/// `(x.sin() * (y + x).exp()).ln()`.
///
/// Where the logarithm is defined (sin x > 0), f = ln sin x + y + x: ∂f/∂x =
/// cos x / sin x + 1 and ∂f/∂y = 1. This cancels the exponential from the
/// gradient on paper, which no gate-by-gate derivation does: that one has
/// ∂f/∂x = (cos x · eʸ⁺ˣ + p)/p and ∂f/∂y = p/p with p = sin x · eʸ⁺ˣ. Both need
/// one `sin`, one `cos`, one `exp` and one `ln`; here one division and one
/// addition remain.
#[inline(never)]
pub fn log_product_by_hand(x: f64, y: f64) -> (f64, (f64, f64)) {
    let (sin, cos) = x.sin_cos();
    let f = (sin * (y + x).exp()).ln();
    (f, (cos / sin + 1.0, 1.0))
}

/// `((x1 - x0).powi(2) + (y1 - y0).powi(2)).sqrt()`.
///
/// With u = x1 − x0, v = y1 − y0 and r = √(u² + v²): ∂r/∂u = u/r and ∂r/∂v =
/// v/r, which reach x1 and y1 with sign +, x0 and y0 with sign −. One division
/// serves all four. At coincident points r has no gradient and the result is
/// NaN.
#[inline(never)]
pub fn distance_by_hand(x0: f64, y0: f64, x1: f64, y1: f64) -> (f64, (f64, f64, f64, f64)) {
    let u = x1 - x0;
    let v = y1 - y0;
    let r = (u * u + v * v).sqrt();
    let inverse = 1.0 / r;
    let (d_u, d_v) = (u * inverse, v * inverse);
    (r, (-d_u, -d_v, d_u, d_v))
}

/// `let c = f * c0 + i * g; o * c.tanh()`, a cell of a recurrent network.
///
/// With t = tanh c: ∂/∂o = t and ∂/∂c = o·(1 − t²), which the add gate hands to
/// both products and the mul gates switch.
#[inline(never)]
pub fn cell_by_hand(f: f64, c0: f64, i: f64, g: f64, o: f64) -> (f64, (f64, f64, f64, f64, f64)) {
    let t = (f * c0 + i * g).tanh();
    let d_c = o * (1.0 - t * t);
    (o * t, (d_c * c0, d_c * f, d_c * g, d_c * i, t))
}
