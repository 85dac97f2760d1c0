//! The tasks that are compared, as they are written for other crates.

use crate::model::{Model, Tensors};
use crate::number::Number;
use crate::tasks::{black_scholes, cholesky, circuit, lennard_jones, mlp, neuron, ode, rosenbrock};
use candle_core::{Device, Result, Tensor, Var};

impl Model for circuit::Circuit {
    fn parts(input: &Self::Input) -> usize {
        input.len()
    }

    fn parameters(input: &Self::Input, part: usize) -> Vec<f64> {
        input[part].to_vec()
    }

    fn model<N: Number>(_: &Self::Input, _: usize, x: &[N]) -> N {
        (x[0] + x[1]) * x[2]
    }
}

fn sigmoid<N: Number>(s: N) -> N {
    ((-s).exp() + 1.0).recip()
}

impl Model for neuron::Two {
    fn parts(input: &Self::Input) -> usize {
        input.len()
    }

    fn parameters(input: &Self::Input, part: usize) -> Vec<f64> {
        input[part].to_vec()
    }

    fn model<N: Number>(_: &Self::Input, _: usize, x: &[N]) -> N {
        sigmoid(x[0] * x[1] + x[2] * x[3] + x[4])
    }
}

impl Model for neuron::Eight {
    fn parameters(input: &Self::Input, _: usize) -> Vec<f64> {
        [&input.w[..], &input.x, &[input.b]].concat()
    }

    fn model<N: Number>(_: &Self::Input, _: usize, x: &[N]) -> N {
        let mut s = x[16];
        for i in 0..8 {
            s = s + x[i] * x[8 + i];
        }
        sigmoid(s)
    }
}

impl Model for rosenbrock::Rosenbrock {
    fn parameters(input: &Self::Input, _: usize) -> Vec<f64> {
        input.clone()
    }

    fn model<N: Number>(_: &Self::Input, _: usize, x: &[N]) -> N {
        let term = |i: usize| {
            let a = -x[i] + 1.0;
            let b = x[i + 1] - x[i] * x[i];
            a * a + b * b * 100.0
        };
        (1..x.len() - 1).fold(term(0), |sum, i| sum + term(i))
    }
}

impl Model for black_scholes::BlackScholes {
    fn parts(input: &Self::Input) -> usize {
        input.len()
    }

    fn parameters(input: &Self::Input, part: usize) -> Vec<f64> {
        let call = input[part];
        let (market, contract) = ([call.spot, call.strike], [call.rate, call.volatility]);
        [&market[..], &contract, &[call.years]].concat()
    }

    fn model<N: Number>(_: &Self::Input, _: usize, x: &[N]) -> N {
        let (spot, strike, rate, volatility, years) = (x[0], x[1], x[2], x[3], x[4]);
        let deviation = volatility * years.sqrt();
        let drift = rate + volatility * volatility * 0.5;
        let d1 = ((spot / strike).ln() + drift * years) / deviation;
        let discount = (-rate * years).exp();
        spot * normal_cdf(d1) - strike * discount * normal_cdf(d1 - deviation)
    }
}

fn normal_cdf<N: Number>(x: N) -> N {
    let b = black_scholes::B;
    let t = (x.abs() * 0.2316419 + 1.0).recip();
    let sum = t * (t * (t * (t * (t * b[4] + b[3]) + b[2]) + b[1]) + b[0]);
    let tail = (x * x * -0.5).exp() / (2.0 * std::f64::consts::PI).sqrt() * sum;
    if x.value() < 0.0 { tail } else { -tail + 1.0 }
}

impl Model for lennard_jones::LennardJones {
    fn parameters(input: &Self::Input, _: usize) -> Vec<f64> {
        let (atoms, parameters) = (input.as_flattened(), [0.8, 1.05]);
        [atoms, &parameters].concat()
    }

    fn model<N: Number>(input: &Self::Input, _: usize, x: &[N]) -> N {
        let (atoms, rest) = x.split_at(3 * input.len());
        let (epsilon, sigma) = (rest[0], rest[1]);
        let mut energy = epsilon * 0.0;
        for i in 0..input.len() {
            for j in i + 1..input.len() {
                let [x, y, z] = [0, 1, 2].map(|k| atoms[3 * i + k] - atoms[3 * j + k]);
                let s2 = sigma * sigma / (x * x + y * y + z * z);
                let s6 = s2 * s2 * s2;
                energy = energy + epsilon * (s6 * s6 - s6) * 4.0;
            }
        }
        energy
    }
}

impl Model for ode::Euler {
    fn parameters(_: &Self::Input, _: usize) -> Vec<f64> {
        [&ode::START[..], &ode::RATES].concat()
    }

    fn model<N: Number>(input: &Self::Input, _: usize, x: &[N]) -> N {
        let &ode::Steps(steps, h) = input;
        let (mut u, mut v, k) = (x[0], x[1], &x[2..]);
        for _ in 0..steps {
            let d_u = u * (k[0] - k[1] * v);
            let d_v = v * (k[2] * u - k[3]);
            u = u + d_u * h;
            v = v + d_v * h;
        }
        u
    }
}

impl Model for cholesky::Cholesky {
    fn parameters(input: &Self::Input, _: usize) -> Vec<f64> {
        input.0.clone()
    }

    fn model<N: Number>(input: &Self::Input, _: usize, x: &[N]) -> N {
        let n = input.1;
        let mut l = x.to_vec();
        for j in 0..n {
            for k in 0..j {
                for i in j..n {
                    l[i * n + j] = l[i * n + j] - l[i * n + k] * l[j * n + k];
                }
            }
            let pivot = l[j * n + j].sqrt();
            for i in j..n {
                l[i * n + j] = l[i * n + j] / pivot;
            }
        }
        let term = |i: usize| l[i * n + i].ln() * 2.0;
        (1..n).fold(term(0), |sum, i| sum + term(i))
    }
}

/// The loss of one sample; the parameters in the order of the gradient.
fn mlp_loss<N: Number>(input: &mlp::Input, sample: usize, net: &[N]) -> N {
    let (inputs, hidden) = (mlp::INPUTS, mlp::HIDDEN);
    let (w1, rest) = net.split_at(inputs * hidden);
    let (b1, rest) = rest.split_at(hidden);
    let (w2, b2) = rest.split_at(hidden);
    let mut out = b2[0];
    for j in 0..hidden {
        let mut s = b1[j];
        for i in 0..inputs {
            s = s + w1[j * inputs + i] * input.xs[sample][i];
        }
        out = out + w2[j] * s.tanh();
    }
    let error = out - input.ys[sample];
    error * error
}

fn mlp_parameters(input: &mlp::Input) -> Vec<f64> {
    let net = &input.net;
    [net.w1.as_flattened(), &net.b1, &net.w2, &[net.b2]].concat()
}

fn mlp_tensors(input: &mlp::Input) -> Result<Tensors> {
    let (net, cpu) = (&input.net, &Device::Cpu);
    let samples = input.ys.len();
    let parameters = vec![
        Var::from_slice(net.w1.as_flattened(), (mlp::HIDDEN, mlp::INPUTS), cpu)?,
        Var::from_slice(&net.b1, mlp::HIDDEN, cpu)?,
        Var::from_slice(&net.w2, (mlp::HIDDEN, 1), cpu)?,
        Var::from_slice(&[net.b2], 1, cpu)?,
    ];
    let xs = Tensor::from_slice(input.xs.as_flattened(), (samples, mlp::INPUTS), cpu)?;
    let ys = Tensor::from_slice(&input.ys, (samples, 1), cpu)?;
    let loss = |net: &[Var], data: &[Tensor]| {
        let hidden = data[0].matmul(&net[0].t()?)?.broadcast_add(&net[1])?;
        let out = hidden.tanh()?.matmul(&net[2])?.broadcast_add(&net[3])?;
        (out - &data[1])?.sqr()?.mean_all()
    };
    Ok(Tensors {
        parameters,
        data: vec![xs, ys],
        loss,
    })
}

impl Model for mlp::Single {
    fn parameters(input: &Self::Input, _: usize) -> Vec<f64> {
        mlp_parameters(input)
    }

    fn model<N: Number>(input: &Self::Input, _: usize, x: &[N]) -> N {
        mlp_loss(input, 0, x)
    }

    fn tensors(input: &Self::Input) -> Option<Tensors> {
        mlp_tensors(input).ok()
    }
}

impl Model for mlp::Batch {
    fn parameters(input: &Self::Input, _: usize) -> Vec<f64> {
        mlp_parameters(input)
    }

    fn model<N: Number>(input: &Self::Input, _: usize, x: &[N]) -> N {
        let losses = (1..input.ys.len()).map(|sample| mlp_loss(input, sample, x));
        let total = losses.fold(mlp_loss(input, 0, x), |total, loss| total + loss);
        total / input.ys.len() as f64
    }

    fn tensors(input: &Self::Input) -> Option<Tensors> {
        mlp_tensors(input).ok()
    }
}
