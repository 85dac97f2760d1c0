//! Networks and their losses.

use backprop::{Differentiable, differentiate};

oracle::programs! {
    #[differentiate]
    fn softmax_cross_entropy(logits: &[f64], label: usize) -> f64 {
        let max = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let total: f64 = logits.iter().map(|z| (z - max).exp()).sum();
        total.ln() + max - logits[label]
    }

    /// The multiclass hinge loss with margin 1.
    #[differentiate]
    fn hinge(scores: &[f64], label: usize) -> f64 {
        scores
            .iter()
            .enumerate()
            .filter(|(i, _)| *i != label)
            .map(|(_, s)| (s - scores[label] + 1.0).max(0.0))
            .sum()
    }

    #[differentiate]
    fn layer(w: &[Vec<f64>], x: &[f64]) -> Vec<f64> {
        w.iter()
            .map(|row| row.iter().zip(x).map(|(w, x)| w * x).sum())
            .collect()
    }

    /// `f = W2 max(0, W1 x)`
    #[differentiate]
    fn two_layers(w1: &[Vec<f64>], w2: &[Vec<f64>], x: &[f64], label: usize) -> f64 {
        let mut hidden = layer(w1, x);
        for h in hidden.iter_mut() {
            *h = h.max(0.0);
        }
        softmax_cross_entropy(&layer(w2, &hidden), label)
    }

    /// The mean loss of a batch of rows.
    #[differentiate]
    fn batch(w1: &[Vec<f64>], w2: &[Vec<f64>], rows: &[f64], labels: &[usize]) -> f64 {
        let width = rows.len() / labels.len();
        let mut loss = 0.0;
        for (x, label) in rows.chunks_exact(width).zip(labels) {
            loss += two_layers(w1, w2, x, *label);
        }
        loss / labels.len() as f64
    }

    #[differentiate]
    fn layer_norm(x: &[f64], gain: &[f64], bias: &[f64]) -> Vec<f64> {
        let n = x.len() as f64;
        let mean = x.iter().sum::<f64>() / n;
        let variance = x.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n;
        let scale = 1.0 / (variance + 1e-5).sqrt();
        x.iter()
            .enumerate()
            .map(|(i, v)| (v - mean) * scale * gain[i] + bias[i])
            .collect()
    }

    /// One attention head: rows of `q`, `k`, `v` are tokens (Vaswani and others,
    /// 2017).
    #[differentiate]
    fn attention(q: &[Vec<f64>], k: &[Vec<f64>], v: &[Vec<f64>]) -> f64 {
        let scale = 1.0 / (q[0].len() as f64).sqrt();
        let mut output = 0.0;
        for (t, query) in q.iter().enumerate() {
            let mut weights: Vec<f64> = Vec::new();
            for key in k {
                let score: f64 = query.iter().zip(key).map(|(a, b)| a * b).sum();
                weights.push((score * scale).exp());
            }
            let total: f64 = weights.iter().sum();
            for (w, value) in weights.iter().zip(v) {
                for (c, x) in value.iter().enumerate() {
                    output += w / total * x * (1.0 + 0.1 * (c + t) as f64);
                }
            }
        }
        output
    }

    #[derive(Differentiable, Clone, Debug, PartialEq)]
    struct Gate {
        input: Vec<Vec<f64>>,
        recurrent: Vec<Vec<f64>>,
        bias: Vec<f64>,
    }

    #[derive(Differentiable, Clone, Debug, PartialEq)]
    struct Lstm {
        forget: Gate,
        write: Gate,
        output: Gate,
        candidate: Gate,
    }

    #[derive(Differentiable, Clone, Debug, PartialEq)]
    struct Memory {
        hidden: Vec<f64>,
        cell: Vec<f64>,
    }

    #[differentiate]
    fn gate(g: &Gate, x: &[f64], h: &[f64]) -> Vec<f64> {
        let mut out = g.bias.clone();
        for (i, value) in out.iter_mut().enumerate() {
            for (j, x) in x.iter().enumerate() {
                *value += g.input[i][j] * x;
            }
            for (j, h) in h.iter().enumerate() {
                *value += g.recurrent[i][j] * h;
            }
        }
        out
    }

    #[differentiate]
    fn sigmoid(x: f64) -> f64 {
        1.0 / (1.0 + (-x).exp())
    }

    /// A step of a long short-term memory (Hochreiter and Schmidhuber, 1997).
    #[differentiate]
    fn lstm_step(lstm: &Lstm, x: &[f64], memory: &mut Memory) {
        let f = gate(&lstm.forget, x, &memory.hidden);
        let i = gate(&lstm.write, x, &memory.hidden);
        let o = gate(&lstm.output, x, &memory.hidden);
        let c = gate(&lstm.candidate, x, &memory.hidden);
        for k in 0..f.len() {
            let cell = sigmoid(f[k]) * memory.cell[k] + sigmoid(i[k]) * c[k].tanh();
            memory.cell[k] = cell;
            memory.hidden[k] = sigmoid(o[k]) * cell.tanh();
        }
    }

    #[differentiate]
    fn lstm(weights: &Lstm, sequence: &[Vec<f64>]) -> f64 {
        let n = weights.forget.bias.len();
        let mut memory = Memory {
            hidden: vec![0.0; n],
            cell: vec![0.0; n],
        };
        for x in sequence {
            lstm_step(weights, x, &mut memory);
        }
        memory.hidden.iter().map(|h| h * h).sum()
    }
}

fn gate_of(a: f64) -> Gate {
    Gate {
        input: vec![vec![a, 0.3], vec![-0.2, a]],
        recurrent: vec![vec![0.1, -a], vec![0.4, 0.2]],
        bias: vec![0.05, a],
    }
}

#[test]
fn programs() {
    oracle::check!(softmax_cross_entropy(&[1.0, 2.0, 0.5], 2));
    oracle::check!(hinge(&[1.0, 2.2, 0.5], 1));
    let (w1, w2) = (
        [vec![0.5, -1.0], vec![1.0, 0.7]],
        [vec![0.3, 2.0], vec![-0.4, 0.6]],
    );
    oracle::check!(two_layers(&w1, &w2, &[1.0, 0.2], 1));
    oracle::check!(batch(&w1, &w2, &[1.0, 0.2, -0.3, 0.9], &[1, 0]));
    oracle::check!(layer_norm(
        &[1.0, 2.0, 0.5],
        &[1.0, 0.9, 1.1],
        &[0.0, 0.1, -0.2]
    ));
    oracle::check!(attention(
        &[vec![0.5, 1.0], vec![-0.3, 0.8]],
        &[vec![1.0, 0.2], vec![0.4, -0.6]],
        &[vec![0.7, 0.1], vec![-0.2, 0.9]]
    ));
    let weights = Lstm {
        forget: gate_of(0.5),
        write: gate_of(-0.3),
        output: gate_of(0.8),
        candidate: gate_of(0.2),
    };
    oracle::check!(lstm(&weights, &[vec![1.0, 0.5], vec![-0.4, 0.3]]));
}
