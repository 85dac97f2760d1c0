//! Operations of the circuit form: they draw what was executed.

use super::{Place, ValueId};

/// What is drawn; the value is the wire, or the wires, of a number.
#[derive(Clone, Debug)]
pub(crate) enum Drawing {
    /// New wires for the numbers of a parameter.
    Input { name: String, value: ValueId },
    /// A gate and the wire behind it.
    Gate(Gate),
    /// The same wire, with a name if it has none.
    Named { wire: ValueId, name: String },
    /// Wires in the places of zeros, taken in turns from others.
    Filled { zeros: ValueId, with: ValueId },
}

/// An operation on real numbers.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    pub(crate) operation: String,
    /// The user's name of the result.
    pub(crate) name: Option<String>,
    /// What it computed.
    pub(crate) value: ValueId,
    pub(crate) inputs: Vec<GateInput>,
}

/// An operand of a gate.
#[derive(Clone, Debug)]
pub(crate) enum GateInput {
    Fixed(ValueId),
    Wire {
        value: ValueId,
        wire: ValueId,
        /// The local gradient.
        local: ValueId,
        /// Whether a local gradient of zero means that nothing is routed there.
        is_routed: bool,
    },
    /// An argument of a call, and the gradient of the result with respect to it.
    Argument {
        wires: Place,
        gradient: ValueId,
    },
}
