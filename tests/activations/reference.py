"""Prints reference.rs: values and derivatives of the activation functions.

    python3 tests/activations/reference.py > tests/activations/reference.rs

Needs mpmath. The formulas are those of the definitions, evaluated with 60
digits more than the argument has before its decimal point; derivatives are
written out, not differences. Each argument is a number that `f32` has exactly,
except the largest `f64`.
"""

from mpmath import mp, mpf, exp, expm1, log1p, tanh, sqrt, erfc, pi

POINTS = [mpf(0)]
for text in ["2**-27", "0.125", "0.5", "1", "1.25", "2.75", "3", "6.5", "10", "20.5", "44", "100",
             "800", "1e12 // 2**20 * 2**20", "340282346638528859811704183484516925440"]:
    x = mpf(eval(text))
    POINTS += [x, -x]
LARGEST = mpf((2**53 - 1) * 2**971)
POINTS += [LARGEST, -LARGEST]

def sigmoid(x):
    return 1 / (1 + exp(-x)) if x >= 0 else exp(x) / (1 + exp(x))

def d_sigmoid(x):
    e = exp(-abs(x))
    return e / (1 + e) ** 2

def softplus(x):
    return max(x, 0) + log1p(exp(-abs(x)))

def phi(x):
    return exp(-x * x / 2) / sqrt(2 * pi)

def elu(x, alpha):
    return (x, mpf(1)) if x >= 0 else (alpha * expm1(x), alpha * exp(x))

def selu(x):
    scale, alpha = mpf("1.0507009873554804934193349852946"), mpf("1.6732632423543772848170429916717")
    y, d = elu(x, alpha)
    return scale * y, scale * d

def gelu(x):
    if abs(x) > 10**6:  # erfc of mpmath overflows; what is left out is below 10^(-10^11)
        return max(x, 0), mpf(x > 0)
    upper = erfc(-x / sqrt(2)) / 2
    return x * upper, upper + x * phi(x)

def gelu_tanh(x):
    u = 2 * sqrt(2 / pi) * (x + mpf("0.044715") * x**3)
    d_u = 2 * sqrt(2 / pi) * (1 + 3 * mpf("0.044715") * x**2)
    return x * sigmoid(u), sigmoid(u) + x * d_sigmoid(u) * d_u

def mish(x):
    t = tanh(softplus(x))
    e = exp(-2 * softplus(x))
    return x * t, t + x * 4 * e / (1 + e) ** 2 * sigmoid(x)

def hard_sigmoid(x):
    return mpf(min(max(x / 6 + mpf(1) / 2, 0), 1)), mpf(1) / 6 if abs(x) <= 3 else mpf(0)

def d_tanh(x):
    e = exp(-2 * abs(x))
    return 4 * e / (1 + e) ** 2

FUNCTIONS = {
    "identity": lambda x: (x, mpf(1)),
    "sigmoid": lambda x: (sigmoid(x), d_sigmoid(x)),
    "hard_sigmoid": hard_sigmoid,
    "tanh": lambda x: (tanh(x), d_tanh(x)),
    "relu": lambda x: (x, mpf(1)) if x > 0 else (mpf(0), mpf(0)),
    "leaky_relu": lambda x: (x, mpf(1)) if x > 0 else (x / 10, mpf(1) / 10),
    "leaky_relu_quarter": lambda x: (x, mpf(1)) if x > 0 else (x / 4, mpf(1) / 4),
    "elu_two": lambda x: elu(x, mpf(2)),
    "selu": selu,
    "softplus": lambda x: (softplus(x), sigmoid(x)),
    "silu": lambda x: (x * sigmoid(x), sigmoid(x) + x * d_sigmoid(x)),
    "gelu": gelu,
    "gelu_tanh": gelu_tanh,
    "mish": mish,
}

def text(x):
    # below the smallest subnormal `f64` is 0, and so is -0
    if abs(x) < mpf(2) ** -1075:
        return "0.0"
    if x > LARGEST:
        return "f64::INFINITY"
    text = mp.nstr(x, 25, strip_zeros=True, min_fixed=-6, max_fixed=6)
    return text.replace("e+", "e")

print("//! Value and derivative of each activation function at each point, correct to 25")
print("//! digits; made by `reference.py`, do not edit.")
print()
print("/// x, value, derivative.")
print("type Point = (f64, f64, f64);")
print()
print("/// The points of each function.")
print("#[rustfmt::skip]")
print("#[expect(clippy::excessive_precision, clippy::approx_constant, reason = \"as computed\")]")
print("pub(crate) const REFERENCE: &[(&str, &[Point])] = &[")
for name, function in FUNCTIONS.items():
    print(f"    (\"{name}\", &[")
    for x in POINTS:
        digits = max(0, int(mp.log10(abs(x))) if x else 0)
        with mp.workdps(60 + 2 * digits):
            value, derivative = function(x)
        print(f"        ({text(x)}, {text(value)}, {text(derivative)}),")
    print("    ]),")
print("];")
