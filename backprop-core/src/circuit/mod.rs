//! Circuits: the gates that a call of a function executed, with the value and the
//! gradient of every wire. `#[differentiate(circuit)]` makes a function that returns
//! its [`Circuit`].

// Generated code adds the gates in order (`build`); the reverse sweep over them
// multiplies, gate by gate, the upstream gradient with the local gradients. The rest
// writes a circuit down: as a table (`text`), for other programs (`graph`), and as a
// drawing (`scene`, `layout`, `svg`).

pub(crate) mod build;
mod gate;
mod graph;
mod layout;
mod number;
mod scene;
mod svg;
mod text;

use alloc::string::String;
use alloc::vec::Vec;

pub use gate::{Gate, Input};

/// What one call of a function computed: its gates in the order in which they ran,
/// each wire with its value and its gradient.
///
/// `#[differentiate(circuit)]` on a function `f` makes `f_circuit`, which takes the
/// arguments of `f` and returns this.
///
/// * Branches that were not taken leave no gates, a loop leaves those of each of
///   its iterations.
/// * Only what reaches the result is kept: any other gradient is zero.
/// * Constants are part of the gate that uses them (`+1`, `×2`). A gate that
///   changes nothing and passes the gradient on as it is, such as the first
///   addition to a sum that starts at zero, is no gate of the circuit.
/// * A call of another differentiated function is one gate.
///
/// Wires carry the names of the variables, the result that of the function unless it
/// is a variable; other wires are `v1`, `v2` and so on. The second wire that a
/// variable stood for is `s#2`.
#[derive(Clone, Debug, PartialEq)]
pub struct Circuit {
    function: String,
    wires: Vec<Wire>,
    gates: Vec<Gate>,
    output: usize,
}

/// A wire: it leads from an input, or from the gate that computes it, to the gates
/// that use it.
#[derive(Clone, Debug, PartialEq)]
pub struct Wire {
    name: String,
    is_named: bool,
    value: f64,
    gradient: f64,
    gate: Option<usize>,
}

impl Circuit {
    /// How many gates a circuit may have: loops are unrolled up to this limit.
    pub const GATE_LIMIT: usize = 100_000;

    /// The name of the function.
    pub fn function(&self) -> &str {
        &self.function
    }

    /// The value of the function.
    pub fn value(&self) -> f64 {
        self.output().value
    }

    /// The wire of the result.
    pub fn output(&self) -> &Wire {
        &self.wires[self.output]
    }

    /// The wires: those of the inputs in the order of the parameters, then one for
    /// each gate. What [`Gate::output`] and [`Input::wire`] give are indices of it.
    pub fn wires(&self) -> &[Wire] {
        &self.wires
    }

    /// The wires that are inputs of the function.
    pub fn inputs(&self) -> impl Iterator<Item = &Wire> {
        let is_input = |wire: &&Wire| wire.gate.is_none() && wire.is_named;
        self.wires.iter().filter(is_input)
    }

    /// The first wire of this name: a parameter (`x`), a number in one (`w[1]`,
    /// `p.mass`), or a variable.
    pub fn wire(&self, name: &str) -> Option<&Wire> {
        self.wires.iter().find(|wire| wire.name == name)
    }

    /// The gates, in the order in which they ran.
    pub fn gates(&self) -> &[Gate] {
        &self.gates
    }

    /// The drawing of the circuit as an SVG document, laid out left to right: gates
    /// in circles, on each wire its value above the line in green and its gradient
    /// below in red.
    ///
    /// It is complete in itself: no scripts, no fonts but the reader's. Beyond 60
    /// gates, sub-expressions and then the gates of one source line are drawn as
    /// one box, and numbers in one parameter as one input.
    pub fn to_svg(&self) -> String {
        let scene = scene::Scene::of(self);
        svg::document(self, &scene)
    }

    /// The circuit in the language of Graphviz.
    pub fn to_dot(&self) -> String {
        graph::dot(self)
    }

    /// The circuit as a Mermaid flowchart, which Markdown viewers draw.
    pub fn to_mermaid(&self) -> String {
        graph::mermaid(self)
    }

    /// The reverse sweep: the upstream gradient of each gate, times its local
    /// gradients, is added to the gradients of its inputs.
    fn sweep(&mut self) {
        self.wires.iter_mut().for_each(|wire| wire.gradient = 0.0);
        self.wires[self.output].gradient = 1.0;
        for gate in self.gates.iter().rev() {
            let upstream = self.wires[gate.output].gradient;
            for input in &gate.inputs {
                if let Some(wire) = input.wire {
                    self.wires[wire].gradient += input.share(upstream);
                }
            }
        }
    }

    /// The wire that an input of a gate hangs on.
    fn source(&self, input: &Input) -> Option<&Wire> {
        input.wire.map(|wire| &self.wires[wire])
    }
}

impl Wire {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value that it carries forward.
    pub fn value(&self) -> f64 {
        self.value
    }

    /// The gradient that it carries backward: the derivative of the function with
    /// respect to the value.
    pub fn gradient(&self) -> f64 {
        self.gradient
    }

    /// The index of the gate that computes it; none for an input.
    pub fn gate(&self) -> Option<usize> {
        self.gate
    }
}
