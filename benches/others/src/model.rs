//! A task as it is written for other crates, and how each of them differentiates it.

use crate::number::Number;
use crate::task::{Task, Version};
use candle_core::{Tensor, Var};
use nalgebra::SVector;
use num_dual::DualSVec64;
use reverse::{Gradient, Tape};
use std::marker::PhantomData;

/// A task as a function of the numbers that its gradient is for.
///
/// What is a sum of independent parts is differentiated part by part, as one would
/// with any of the crates.
pub(crate) trait Model: Task {
    fn parts(_: &Self::Input) -> usize {
        1
    }
    /// In the order of [`Task::results`].
    fn parameters(input: &Self::Input, part: usize) -> Vec<f64>;
    fn model<N: Number>(input: &Self::Input, part: usize, x: &[N]) -> N;
    /// The parameters as tensors, and the loss as a function of them.
    fn tensors(_: &Self::Input) -> Option<Tensors> {
        None
    }
}

/// A model on tensors. Made outside of what is counted: parameters and data stay.
pub(crate) struct Tensors {
    pub(crate) parameters: Vec<Var>,
    pub(crate) data: Vec<Tensor>,
    pub(crate) loss: fn(&[Var], &[Tensor]) -> candle_core::Result<Tensor>,
}

/// A task with versions that leave a gradient of their own.
pub(crate) struct Beside<M>(PhantomData<M>);

pub(crate) struct Work<W> {
    own: W,
    /// Of each part.
    parameters: Vec<Vec<f64>>,
    gradient: Vec<f64>,
    tensors: Option<Tensors>,
}

impl<M: Model> Task for Beside<M> {
    type Input = M::Input;
    type Work = Work<M::Work>;

    fn input(size: usize) -> Self::Input {
        M::input(size)
    }

    fn work(input: &Self::Input) -> Self::Work {
        let parts = 0..M::parts(input);
        let parameters: Vec<_> = parts.map(|part| M::parameters(input, part)).collect();
        Work {
            own: M::work(input),
            gradient: Vec::with_capacity(parameters.iter().map(Vec::len).sum()),
            parameters,
            tensors: M::tensors(input),
        }
    }

    fn primal(input: &Self::Input, work: &mut Self::Work) -> f64 {
        M::primal(input, &mut work.own)
    }

    fn generated(input: &Self::Input, work: &mut Self::Work) -> f64 {
        M::generated(input, &mut work.own)
    }

    fn by_hand(input: &Self::Input, work: &mut Self::Work) -> f64 {
        M::by_hand(input, &mut work.own)
    }

    fn results(work: &Self::Work) -> Vec<f64> {
        match work.gradient.is_empty() {
            true => M::results(&work.own),
            false => work.gradient.clone(),
        }
    }
}

/// By `reverse`: the operations on a tape.
pub(crate) fn on_a_tape<M: Model>(input: &M::Input, work: &mut Work<M::Work>) -> f64 {
    let mut total = 0.0;
    let tape = Tape::new();
    for (part, parameters) in work.parameters.iter().enumerate() {
        tape.clear();
        let x = tape.add_vars(parameters);
        let y = M::model(input, part, &x);
        work.gradient.extend(y.grad().wrt(&x));
        total += y.val();
    }
    total
}

/// By `num-dual`: forward, every number with its `N` tangents.
pub(crate) fn dual<M: Model, const N: usize>(input: &M::Input, work: &mut Work<M::Work>) -> f64 {
    let mut total = 0.0;
    for (part, parameters) in work.parameters.iter().enumerate() {
        let x = SVector::<f64, N>::from_column_slice(parameters);
        let model = |x: SVector<DualSVec64<N>, N>| M::model(input, part, x.as_slice());
        let (value, gradient) = num_dual::gradient(model, &x);
        work.gradient.extend(gradient.iter());
        total += value;
    }
    total
}

/// By `candle-core`: operations on whole tensors, recorded in the tensors.
///
/// # Panics
///
/// If the task has no tensors, or their shapes do not fit.
pub(crate) fn on_tensors<M: Model>(_: &M::Input, work: &mut Work<M::Work>) -> f64 {
    let tensors = work.tensors.as_ref().expect("tensors");
    let loss = (tensors.loss)(&tensors.parameters, &tensors.data).expect("shapes that fit");
    let gradients = loss.backward().expect("a gradient");
    for parameter in &tensors.parameters {
        let gradient = gradients.get(parameter).expect("a gradient");
        let numbers = gradient.flatten_all().and_then(|flat| flat.to_vec1());
        work.gradient.extend::<Vec<f64>>(numbers.expect("numbers"));
    }
    loss.to_scalar().expect("one number")
}

/// All versions of a task: those of the suite, then those of other crates.
pub(crate) fn versions<M: Model>(others: &[Version<Beside<M>>]) -> Vec<Version<Beside<M>>> {
    let own: [Version<Beside<M>>; 3] = crate::task::versions::<Beside<M>>();
    own.into_iter().chain(others.iter().copied()).collect()
}
