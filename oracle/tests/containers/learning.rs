//! Losses and layers.

oracle::twins! {
    const SLOPES: [f64; 3] = [0.1, 0.01, 0.001];
    const CENTRES: &[[f64; 2]] = &[[0.5, 0.5], [-1.0, 2.0]];
    const CLASSES: usize = 3;

    fn cross_entropy(logits: &[f64], label: usize) -> f64 {
        let max = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum = logits.iter().map(|z| (z - max).exp()).sum::<f64>();
        sum.ln() + max - logits[label]
    }

    fn softmax(x: &mut Vec<f64>) {
        let max = x.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(b));
        let mut total = 0.0;
        for v in x.iter_mut() { *v = (*v - max).exp(); total += *v; }
        for v in x { *v /= total; }
    }

    fn batch_loss(points: &[[f64; 2]], labels: &[usize], weights: &[[f64; 2]; CLASSES]) -> f64 {
        assert_eq!(points.len(), labels.len(), "one label per point");
        let mut total = 0.0;
        for (point, &label) in points.iter().zip(labels) {
            let mut scores = [0.0; CLASSES];
            for (score, row) in scores.iter_mut().zip(weights) {
                *score = row[0] * point[0] + row[1] * point[1];
            }
            total += cross_entropy(&scores, label);
        }
        total / points.len() as f64
    }

    fn k_means(points: &[Vec<f64>], centres: &[Vec<f64>]) -> f64 {
        let mut loss = 0.0;
        for point in points {
            let mut best = f64::INFINITY;
            for centre in centres {
                let mut distance = 0.0;
                for (p, c) in point.iter().zip(centre) { distance += (p - c) * (p - c); }
                best = f64::min(best, distance);
            }
            loss += best;
        }
        loss
    }

    fn nearest(p: [f64; 2]) -> f64 {
        CENTRES
            .iter()
            .map(|c| (p[0] - c[0]).hypot(p[1] - c[1]))
            .min_by(|a, b| a.partial_cmp(b).unwrap())
            .unwrap()
    }

    fn leaky(x: &[f64; 3]) -> [f64; 3] {
        let mut out = [0.0; 3];
        for i in 0..3 { out[i] = if x[i] < 0.0 { SLOPES[i] * x[i] } else { x[i] }; }
        out
    }

    fn perceptron(input: &[f64], layers: &[Vec<Vec<f64>>]) -> f64 {
        let mut activations = input.to_vec();
        for layer in layers {
            let mut next = Vec::new();
            for neuron in layer {
                let (bias, weights) = neuron.split_last().unwrap();
                let z: f64 = weights.iter().zip(&activations).map(|(w, a)| w * a).sum();
                next.push((z + *bias).tanh());
            }
            activations = next;
        }
        activations.iter().sum()
    }

    fn normalise(x: &[f64], gamma: f64, beta: f64) -> Vec<f64> {
        let n = x.len() as f64;
        let mean = x.iter().sum::<f64>() / n;
        let variance = x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n;
        x.iter().map(|v| gamma * (v - mean) / (variance + 1e-5).sqrt() + beta).collect()
    }

    fn momentum(weights: &mut [f64], velocity: &mut [f64], gradient: &[f64], rate: f64) {
        for ((w, v), g) in weights.iter_mut().zip(velocity.iter_mut()).zip(gradient) {
            *v = 0.9 * *v - rate * g;
            *w += *v;
        }
    }

    fn attention(queries: &[[f64; 2]], keys: &[[f64; 2]], values: &[f64]) -> Vec<f64> {
        let mut out = Vec::with_capacity(queries.len());
        for q in queries {
            let scores: Vec<f64> = keys
                .iter()
                .map(|k| q.iter().zip(k).map(|(a, b)| a * b).sum::<f64>() / 2f64.sqrt())
                .collect();
            let max = scores.iter().cloned().fold(f64::MIN, f64::max);
            let weights = scores.iter().map(|s| (s - max).exp()).collect::<Vec<_>>();
            let total: f64 = weights.iter().sum();
            out.push(weights.iter().zip(values).map(|(w, v)| w / total * v).sum());
        }
        out
    }

    fn viterbi(emissions: &[[f64; 2]], transitions: [[f64; 2]; 2]) -> (f64, Vec<usize>) {
        let mut score = [0.0; 2];
        let mut path = vec![];
        for e in emissions {
            let mut next = [f64::NEG_INFINITY; 2];
            for to in 0..2 { for from in 0..2 {
                let candidate = score[from] + transitions[from][to] + e[to];
                if candidate > next[to] { next[to] = candidate; }
            } }
            score = next;
            path.push(if score[0] > score[1] { 0 } else { 1 });
        }
        (score[0].max(score[1]), path)
    }
}

#[test]
fn losses() {
    oracle::check!(cross_entropy(&[1.0, -0.5, 2.0], 0));
    oracle::check!(cross_entropy(&[700.0, -700.0], 1));
    oracle::check!(softmax(&mut vec![0.5, 1.5, -1.0]));
    oracle::check!(batch_loss(
        &[[1.0, 2.0], [-0.5, 0.25]],
        &[2, 0],
        &[[0.1, 0.2], [-0.3, 0.4], [0.5, -0.6]],
    ));
    oracle::check!(k_means(
        &[vec![0.0, 1.0], vec![2.0, -1.0], vec![0.3, 0.4]],
        &[vec![0.5, 0.5], vec![1.5, -1.5]],
    ));
    oracle::check!(nearest([0.25, 1.0]));
}

#[test]
fn layers() {
    oracle::check!(leaky(&[1.0, -2.0, -0.5]));
    oracle::check!(leaky(&[0.0, 1.0, -2.0]), kink);
    oracle::check!(perceptron(
        &[0.5, -1.0],
        &[
            vec![vec![0.1, 0.2, 0.3], vec![-0.4, 0.5, -0.6]],
            vec![vec![1.0, -1.0, 0.25]],
        ],
    ));
    oracle::check!(normalise(&[1.0, 2.0, 4.0], 1.5, -0.5));
    oracle::check!(momentum(
        &mut [1.0, 2.0],
        &mut [0.1, -0.2],
        &[0.5, 0.25],
        0.01
    ));
    oracle::check!(attention(
        &[[1.0, 0.5], [-0.5, 2.0]],
        &[[0.3, -0.1], [1.2, 0.4]],
        &[2.0, -1.0],
    ));
    oracle::check!(viterbi(
        &[[0.1, 0.9], [0.7, 0.2], [0.4, 0.5]],
        [[0.5, -0.5], [-0.2, 0.3]]
    ));
}
