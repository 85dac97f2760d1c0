//! The loss of a stacked LSTM with diagonal weights that predicts the next character
//! of a text (as [`mixture`](super::mixture): Šrajer and others, 2018; Gers,
//! Schmidhuber and Cummins, *Learning to forget*, 2000).

use crate::task::Task;
use backprop::{Differentiable, differentiate};

const CHARACTERS: usize = 14;

/// One number for each gate and character.
#[derive(Clone, Differentiable)]
pub(crate) struct Gates {
    forget: [f64; CHARACTERS],
    input: [f64; CHARACTERS],
    output: [f64; CHARACTERS],
    change: [f64; CHARACTERS],
}

#[derive(Clone, Differentiable)]
pub(crate) struct Layer {
    weights: Gates,
    biases: Gates,
}

#[derive(Clone, Differentiable)]
pub(crate) struct Lstm {
    layers: Vec<Layer>,
    in_weight: [f64; CHARACTERS],
    out_weight: [f64; CHARACTERS],
    out_bias: [f64; CHARACTERS],
}

#[derive(Clone, Differentiable)]
pub(crate) struct Memory {
    hidden: [f64; CHARACTERS],
    cell: [f64; CHARACTERS],
}

#[differentiate]
fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// One cell: `x` becomes what the next layer sees.
#[differentiate]
fn cell(layer: &Layer, memory: &mut Memory, x: &mut [f64; CHARACTERS]) {
    let (w, b) = (&layer.weights, &layer.biases);
    for i in 0..CHARACTERS {
        let forget = sigmoid(x[i] * w.forget[i] + b.forget[i]);
        let input = sigmoid(memory.hidden[i] * w.input[i] + b.input[i]);
        let output = sigmoid(x[i] * w.output[i] + b.output[i]);
        let change = (memory.hidden[i] * w.change[i] + b.change[i]).tanh();
        memory.cell[i] = memory.cell[i] * forget + input * change;
        memory.hidden[i] = output * memory.cell[i].tanh();
        x[i] = memory.hidden[i];
    }
}

#[differentiate(wrt(net))]
fn loss(net: &Lstm, start: &[Memory], text: &[[f64; CHARACTERS]]) -> f64 {
    let mut memories = start.to_vec();
    let mut total = 0.0;
    for t in 0..text.len() - 1 {
        let mut x = text[t];
        for i in 0..CHARACTERS {
            x[i] *= net.in_weight[i];
        }
        for (layer, memory) in net.layers.iter().zip(memories.iter_mut()) {
            cell(layer, memory, &mut x);
        }
        for i in 0..CHARACTERS {
            x[i] = x[i] * net.out_weight[i] + net.out_bias[i];
        }
        let mut sum = 2.0;
        for i in 0..CHARACTERS {
            sum += x[i].exp();
        }
        let log_sum = sum.ln();
        for i in 0..CHARACTERS {
            total += text[t + 1][i] * (x[i] - log_sum);
        }
    }
    -total / ((text.len() - 1) * CHARACTERS) as f64
}

/// What the reverse sweep needs of one unit of a cell.
#[derive(Clone, Copy)]
struct Unit {
    forget: f64,
    input: f64,
    output: f64,
    change: f64,
    /// Of the step before.
    cell: f64,
    tanh: f64,
}

type Units = [Unit; CHARACTERS];

/// Gates, cell states and their tanh are recorded, 48 bytes for each unit and step;
/// every slope is one of these. Hidden states are products of two of them.
fn by_hand(net: &Lstm, start: &[Memory], text: &[[f64; CHARACTERS]], d: &mut LstmGradient) -> f64 {
    let steps = text.len() - 1;
    let depth = net.layers.len();
    assert!(start.len() == depth && d.layers.len() == depth);
    let scale = -1.0 / (steps * CHARACTERS) as f64;
    let mut memories = start.to_vec();
    let mut records: Vec<Units> = Vec::with_capacity(steps * depth);
    // the adjoints of the predictions
    let mut d_predictions = Vec::with_capacity(steps);
    let mut total = 0.0;
    for (now, next) in text.iter().zip(&text[1..]) {
        let mut x = *now;
        for (x, w) in x.iter_mut().zip(&net.in_weight) {
            *x *= w;
        }
        for (layer, memory) in net.layers.iter().zip(&mut memories) {
            let (w, b) = (&layer.weights, &layer.biases);
            let Memory { hidden, cell } = memory;
            records.push(std::array::from_fn(|i| {
                let forget = sigmoid(x[i] * w.forget[i] + b.forget[i]);
                let input = sigmoid(hidden[i] * w.input[i] + b.input[i]);
                let output = sigmoid(x[i] * w.output[i] + b.output[i]);
                let change = (hidden[i] * w.change[i] + b.change[i]).tanh();
                let before = cell[i];
                cell[i] = before * forget + input * change;
                let tanh = cell[i].tanh();
                hidden[i] = output * tanh;
                x[i] = hidden[i];
                Unit {
                    forget,
                    input,
                    output,
                    change,
                    cell: before,
                    tanh,
                }
            }));
        }
        let mut sum = 2.0;
        let mut share = [0.0; CHARACTERS];
        for i in 0..CHARACTERS {
            x[i] = x[i] * net.out_weight[i] + net.out_bias[i];
            share[i] = x[i].exp();
            sum += share[i];
        }
        let log_sum = sum.ln();
        let mut gold = 0.0;
        for (x, wanted) in x.iter().zip(next) {
            total += wanted * (x - log_sum);
            gold += wanted;
        }
        let factor = gold * scale / sum;
        for (share, wanted) in share.iter_mut().zip(next) {
            *share = scale * wanted - factor * *share;
        }
        d_predictions.push(share);
    }
    let zero = Memory {
        hidden: [0.0; CHARACTERS],
        cell: [0.0; CHARACTERS],
    };
    let mut d_memories = vec![zero; depth];
    for t in (0..steps).rev() {
        let (before, rest) = records.split_at(t * depth);
        let records = &rest[..depth];
        let before = before.rchunks_exact(depth).next();
        let mut d_x = d_predictions[t];
        let last = &records[depth - 1];
        for i in 0..CHARACTERS {
            let up = d_x[i];
            d.out_bias[i] += up;
            d.out_weight[i] += up * last[i].output * last[i].tanh;
            d_x[i] = up * net.out_weight[i];
        }
        for l in (0..depth).rev() {
            let w = &net.layers[l].weights;
            let LayerGradient {
                weights: d_w,
                biases: d_b,
            } = &mut d.layers[l];
            let Memory {
                hidden: d_hidden,
                cell: d_cell,
            } = &mut d_memories[l];
            for i in 0..CHARACTERS {
                let Unit {
                    forget,
                    input,
                    output,
                    change,
                    cell,
                    tanh,
                } = records[l][i];
                let x = match l {
                    0 => text[t][i] * net.in_weight[i],
                    _ => records[l - 1][i].output * records[l - 1][i].tanh,
                };
                let hidden = match before {
                    None => start[l].hidden[i],
                    Some(units) => units[l][i].output * units[l][i].tanh,
                };
                let up = d_hidden[i] + d_x[i];
                let to_cell = d_cell[i] + up * output * (1.0 - tanh * tanh);
                let s_output = up * tanh * output * (1.0 - output);
                let s_forget = to_cell * cell * forget * (1.0 - forget);
                let s_input = to_cell * change * input * (1.0 - input);
                let s_change = to_cell * input * (1.0 - change * change);
                d_w.forget[i] += s_forget * x;
                d_w.output[i] += s_output * x;
                d_w.input[i] += s_input * hidden;
                d_w.change[i] += s_change * hidden;
                d_b.forget[i] += s_forget;
                d_b.output[i] += s_output;
                d_b.input[i] += s_input;
                d_b.change[i] += s_change;
                d_cell[i] = to_cell * forget;
                d_hidden[i] = s_input * w.input[i] + s_change * w.change[i];
                d_x[i] = s_forget * w.forget[i] + s_output * w.output[i];
            }
        }
        for i in 0..CHARACTERS {
            d.in_weight[i] += d_x[i] * text[t][i];
        }
    }
    total * scale
}

/// A network, its first memories and a text.
pub(crate) struct Input {
    net: Lstm,
    start: Vec<Memory>,
    text: Vec<[f64; CHARACTERS]>,
}

/// `LAYERS` layers; the size is the number of steps.
pub(crate) struct Stack<const LAYERS: usize>;

impl<const LAYERS: usize> Task for Stack<LAYERS> {
    type Input = Input;
    type Work = LstmGradient;

    fn input(size: usize) -> Self::Input {
        let row = |f: usize| {
            std::array::from_fn::<f64, CHARACTERS, _>(|i| (0.37 * (f * 29 + i) as f64).sin())
        };
        let gates = |f: usize| Gates {
            forget: row(f),
            input: row(f + 1),
            output: row(f + 2),
            change: row(f + 3),
        };
        let layers = (0..LAYERS).map(|l| Layer {
            weights: gates(8 * l),
            biases: gates(8 * l + 4),
        });
        let start = (0..LAYERS).map(|l| Memory {
            hidden: row(l + 50),
            cell: row(l + 60),
        });
        let letter = |t: usize| (t * t + 3 * t) % CHARACTERS;
        Input {
            net: Lstm {
                layers: layers.collect(),
                in_weight: row(91),
                out_weight: row(92),
                out_bias: row(93),
            },
            start: start.collect(),
            text: (0..=size)
                .map(|t| std::array::from_fn(|i| f64::from(u8::from(i == letter(t)))))
                .collect(),
        }
    }

    fn work(input: &Self::Input) -> Self::Work {
        input.net.zero_gradient()
    }

    fn primal(input: &Self::Input, _: &mut Self::Work) -> f64 {
        loss(&input.net, &input.start, &input.text)
    }

    fn generated(input: &Self::Input, d: &mut Self::Work) -> f64 {
        loss_backprop(&input.net, &input.start, &input.text, 1.0, d)
    }

    fn by_hand(input: &Self::Input, d: &mut Self::Work) -> f64 {
        by_hand(&input.net, &input.start, &input.text, d)
    }

    fn results(d: &Self::Work) -> Vec<f64> {
        let mut results = Vec::new();
        for layer in &d.layers {
            for gates in [&layer.weights, &layer.biases] {
                let parts = [&gates.forget, &gates.input, &gates.output, &gates.change];
                results.extend(parts.into_iter().flatten());
            }
        }
        results.extend(d.in_weight.iter().chain(&d.out_weight).chain(&d.out_bias));
        results
    }
}
