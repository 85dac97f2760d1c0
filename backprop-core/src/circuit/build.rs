//! What the generated `f_circuit` calls.
//!
//! It runs the function's own operations, and beside each number that depends on
//! an input it has the number of a wire: for a real number in a variable of the same
//! type, for what holds several in a value of its gradient's type, which has a number
//! in each of the same places. Wire 0 is no wire: there, the number is a constant.

use super::{Circuit, Gate, Input, Wire};
use crate::{Differentiable, Numbers, Real};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

/// No more wires than `f32` can count.
const WIRES: usize = 1 << 24;

/// A circuit while its function runs.
#[derive(Debug)]
pub struct CircuitBuilder {
    function: &'static str,
    /// The first is wire 0.
    wires: Vec<Wire>,
    gates: Vec<Gate>,
}

/// Where a gate comes from.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    /// The operation.
    pub operation: &'static str,
    /// The variable that the result gets, or nothing.
    pub name: &'static str,
    /// The line of the source, or 0.
    pub line: u32,
}

/// Inputs of a gate.
#[derive(Clone, Debug)]
pub struct Operands(Vec<Input>);

/// A number that can be shown: a float or an integer.
pub trait Shown {
    /// About the number.
    fn shown(&self) -> f64;
}

macro_rules! shown {
    ($($ty:ty)*) => {$(
        impl Shown for $ty {
            fn shown(&self) -> f64 {
                *self as f64
            }
        }
    )*};
}

shown! { f32 f64 i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize }

impl Shown for bool {
    fn shown(&self) -> f64 {
        f64::from(u8::from(*self))
    }
}

impl Shown for char {
    fn shown(&self) -> f64 {
        f64::from(u32::from(*self))
    }
}

impl<T: Shown + ?Sized> Shown for &T {
    fn shown(&self) -> f64 {
        (**self).shown()
    }
}

/// What comes out of a gate: one real number.
#[diagnostic::on_unimplemented(
    message = "`circuit` draws this as one gate, but its result `{Self}` is more than one real number",
    label = "only `f32` and `f64` come out of a gate",
    note = "call a function for each number that is needed"
)]
pub trait Drawn: Differentiable {
    /// The number.
    fn number(&self) -> f64;
    /// A wire of it.
    fn wire(number: usize) -> Self::Gradient;
}

impl Drawn for f32 {
    fn number(&self) -> f64 {
        f64::from(*self)
    }
    // exact: there are fewer than `WIRES`
    fn wire(number: usize) -> f32 {
        number as f32
    }
}

impl Drawn for f64 {
    fn number(&self) -> f64 {
        *self
    }
    fn wire(number: usize) -> f64 {
        number as f64
    }
}

/// A number that turned out to be an integer has no wire.
macro_rules! constants {
    ($($ty:ty)*) => {$(
        impl Drawn for $ty {
            fn number(&self) -> f64 {
                *self as f64
            }
            fn wire(_: usize) {}
        }
    )*};
}

constants! { i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize }

/// The upstream gradient with which a pullback gives local gradients.
pub fn upstream_one<R: Drawn>(_: &R) -> R::Gradient {
    R::wire(1)
}

impl CircuitBuilder {
    /// The empty circuit of a function.
    pub fn new(function: &'static str) -> Self {
        CircuitBuilder {
            function,
            wires: vec![Wire::new(String::new(), 0.0, None)],
            gates: Vec::new(),
        }
    }

    /// Makes a wire of each number of a parameter. `zeros` is its zero gradient and
    /// becomes the numbers of the wires.
    pub fn inputs<T: Numbers + ?Sized, G: Numbers>(
        &mut self,
        name: &str,
        value: &T,
        mut zeros: G,
    ) -> G {
        let first = self.wires.len();
        let wires = &mut self.wires;
        value.__for_each_named(name, &mut |name, value| {
            wires.push(Wire::new(name.into(), value, None));
        });
        assert_eq!(
            zeros.count_numbers(),
            wires.len() - first,
            "a value and its gradient have different counts of numbers",
        );
        assert!(
            wires.len() < WIRES - Circuit::GATE_LIMIT,
            "the inputs of a circuit are too many numbers",
        );
        let mut next = first;
        zeros.map_numbers(&mut |_| {
            next += 1;
            (next - 1) as f64
        });
        zeros
    }

    /// Records a gate with the value that it computed, and gives its wire: none if
    /// nothing but constants goes in.
    ///
    /// # Panics
    ///
    /// If there are more than [`Circuit::GATE_LIMIT`] gates.
    #[track_caller]
    pub fn gate<R: Drawn, const N: usize>(
        &mut self,
        site: Site,
        value: &R,
        operands: [Operands; N],
    ) -> R::Gradient {
        let value = value.number();
        let inputs: Vec<Input> = operands.into_iter().flat_map(|o| o.0).collect();
        let mut wires = inputs.iter().filter_map(|input| input.wire);
        let Some(first) = wires.next() else {
            return R::wire(0);
        };
        let is_alone = wires.next().is_none();
        if is_alone && changes_nothing(site.operation, value, &inputs) {
            self.name_wire(first, site.name);
            return R::wire(first);
        }
        assert!(
            self.gates.len() < Circuit::GATE_LIMIT,
            "the circuit of `{}` has more than {} gates",
            self.function,
            Circuit::GATE_LIMIT,
        );
        let output = self.wires.len();
        let wire = Wire::new(site.name.into(), value, Some(self.gates.len()));
        self.wires.push(wire);
        self.gates.push(Gate {
            operation: site.operation,
            inputs,
            output,
            line: (site.line != 0).then_some(site.line),
        });
        R::wire(output)
    }

    /// The same wire, which gets a name if it has none.
    pub fn named<R: Real>(&mut self, wire: R, name: &str) -> R {
        let number = wire.__to_f64() as usize;
        if number != 0 {
            self.name_wire(number, name);
        }
        wire
    }

    fn name_wire(&mut self, wire: usize, name: &str) {
        let wire = &mut self.wires[wire];
        if wire.name.is_empty() {
            wire.name = name.into();
        }
    }

    /// The circuit whose result is this number.
    pub fn finish<R: Real>(mut self, value: &R, wire: &R) -> Circuit {
        let mut output = wire.__to_f64() as usize;
        if output == 0 {
            output = self.wires.len();
            let wire = Wire::new(String::new(), value.__to_f64(), None);
            self.wires.push(wire);
        }
        let mut circuit = self.pruned(output);
        circuit.name_all();
        circuit.sweep();
        circuit
    }

    /// Only what reaches the result, the inputs first.
    fn pruned(self, output: usize) -> Circuit {
        let mut reaches = vec![false; self.wires.len()];
        reaches[output] = true;
        for gate in self.gates.iter().rev() {
            if reaches[gate.output] {
                for wire in gate.inputs.iter().filter_map(|input| input.wire) {
                    reaches[wire] = true;
                }
            }
        }
        let mut moved = vec![0; self.wires.len()];
        let mut wires = Vec::new();
        let mut old = self.wires.into_iter().map(Some).collect::<Vec<_>>();
        for (index, wire) in old.iter_mut().enumerate() {
            if reaches[index] && wire.as_ref().is_some_and(|wire| wire.gate.is_none()) {
                moved[index] = wires.len();
                wires.extend(wire.take());
            }
        }
        let mut gates = Vec::new();
        for mut gate in self.gates {
            if !reaches[gate.output] {
                continue;
            }
            moved[gate.output] = wires.len();
            if let Some(mut wire) = old[gate.output].take() {
                wire.gate = Some(gates.len());
                wires.push(wire);
            }
            gate.output = moved[gate.output];
            for input in &mut gate.inputs {
                input.wire = input.wire.map(|wire| moved[wire]);
            }
            gates.push(gate);
        }
        Circuit {
            function: self.function.into(),
            wires,
            gates,
            output: moved[output],
        }
    }
}

impl Circuit {
    /// A name for each wire, and no name twice.
    fn name_all(&mut self) {
        let mut used: BTreeMap<String, usize> = BTreeMap::new();
        let mut unnamed = 0;
        for (index, wire) in self.wires.iter_mut().enumerate() {
            wire.is_named = !wire.name.is_empty();
            if !wire.is_named && index == self.output {
                wire.name = self.function.clone();
            } else if !wire.is_named {
                unnamed += 1;
                wire.name = format!("v{unnamed}");
            }
            let count = used.entry(wire.name.clone()).or_default();
            *count += 1;
            if *count > 1 {
                wire.name = format!("{}#{count}", wire.name);
            }
        }
    }
}

impl Wire {
    fn new(name: String, value: f64, gate: Option<usize>) -> Self {
        Wire {
            is_named: false,
            name,
            value,
            gradient: 0.0,
            gate,
        }
    }
}

/// Whether a gate with one wire does what the wire alone does: whatever comes in
/// goes out, as at the start of a sum, a product or a maximum.
fn changes_nothing(operation: &str, value: f64, inputs: &[Input]) -> bool {
    let passes = |input: &Input| match input.wire {
        Some(_) => input.value.to_bits() == value.to_bits() && input.local == 1.0,
        None => match operation {
            "+" | "-" => input.value == 0.0,
            "*" | "/" => input.value == 1.0,
            "max" => input.value == f64::NEG_INFINITY,
            "min" => input.value == f64::INFINITY,
            _ => false,
        },
    };
    let is_conversion = matches!(operation, "f32" | "f64") && inputs.len() == 1;
    (is_conversion || inputs.len() == 2) && inputs.iter().all(passes)
}

/// An operand with its wire and its local gradient.
pub fn operand<N: Shown, W: Numbers, L: Real>(value: &N, wire: &W, local: &L) -> Operands {
    single(value.shown(), wire, local.__to_f64(), false)
}

/// The same, where a local gradient of zero means that nothing is routed there.
pub fn routed<N: Shown, W: Numbers, L: Real>(value: &N, wire: &W, local: &L) -> Operands {
    single(value.shown(), wire, local.__to_f64(), true)
}

fn single<W: Numbers>(value: f64, wire: &W, local: f64, is_routed: bool) -> Operands {
    let mut found = 0.0;
    wire.for_each_number(&mut |wire| found = wire);
    let wire = (found != 0.0).then_some(found as usize);
    Operands(vec![Input {
        local: if wire.is_some() { local } else { 0.0 },
        wire,
        value,
        is_routed,
    }])
}

/// An operand that is a constant.
pub fn fixed<N: Shown>(value: &N) -> Operands {
    Operands(vec![Input {
        wire: None,
        value: value.shown(),
        local: 0.0,
        is_routed: false,
    }])
}

/// An argument of a call: all its wires, and the gradient of the result with
/// respect to it. Constants in it are left out.
pub fn argument<W: Numbers + ?Sized, G: Numbers + ?Sized>(
    builder: &CircuitBuilder,
    wires: &W,
    gradient: &G,
) -> Operands {
    let (wires, locals) = (wires.numbers(), gradient.numbers());
    assert_eq!(wires.len(), locals.len(), "another count of numbers");
    let pairs = wires.into_iter().map(|wire| wire as usize).zip(locals);
    let inputs = pairs.filter(|(wire, _)| *wire != 0);
    Operands(
        inputs
            .map(|(wire, local)| Input {
                wire: Some(wire),
                value: builder.wires[wire].value,
                local,
                is_routed: true,
            })
            .collect(),
    )
}

/// The gradient of the parameter `name`, in the shape of `zeros`.
pub fn gradient_of<G: Numbers>(circuit: &Circuit, name: &str, mut zeros: G) -> G {
    let wires = circuit.inputs().map(|wire| (wire.name(), wire.gradient()));
    let gradients: BTreeMap<&str, f64> = wires.collect();
    let mut numbers = Vec::new();
    zeros.__for_each_named(name, &mut |place, _| {
        numbers.push(gradients.get(place).copied().unwrap_or(0.0));
    });
    zeros.set_numbers(&numbers);
    zeros
}

/// Puts the wire of one number in each place of another.
pub fn fill<G: Numbers, W: Numbers>(mut places: G, with: &W) -> G {
    let numbers = with.numbers();
    if !numbers.is_empty() {
        let mut all = numbers.iter().cycle();
        places.map_numbers(&mut |zero| all.next().copied().unwrap_or(zero));
    }
    places
}
