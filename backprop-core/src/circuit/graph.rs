//! The circuit in the languages of other programs.

use super::number::short;
use super::{Circuit, Wire};
use alloc::format;
use alloc::string::String;

/// What a node says: its name and numbers, lines separated by `newline`.
fn label(wire: &Wire, newline: &str) -> String {
    format!(
        "{}{newline}value {}{newline}gradient {}",
        wire.name,
        short(wire.value),
        short(wire.gradient)
    )
}

/// Graphviz: one node for each input and gate, one edge for each input of a gate,
/// labelled with the local gradient.
pub(super) fn dot(circuit: &Circuit) -> String {
    let escape = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
    let mut out = format!("digraph \"{}\" {{\n", escape(&circuit.function));
    out.push_str("    rankdir = LR;\n");
    for (index, wire) in circuit.wires.iter().enumerate() {
        let name = Wire {
            name: escape(&wire.name),
            ..wire.clone()
        };
        let mut text = label(&name, "\\n");
        let shape = match wire.gate.map(|gate| &circuit.gates[gate]) {
            Some(gate) => {
                text = format!("{}\\n{text}", escape(&gate.symbol()));
                "ellipse"
            }
            None => "plain",
        };
        out.push_str(&format!(
            "    n{index} [shape = {shape}, label = \"{text}\"];\n"
        ));
    }
    for gate in &circuit.gates {
        for input in &gate.inputs {
            if let Some(from) = input.wire {
                let (to, local) = (gate.output, short(input.local));
                out.push_str(&format!("    n{from} -> n{to} [label = \"{local}\"];\n"));
            }
        }
    }
    out.push_str("}\n");
    out
}

/// The same for Mermaid.
pub(super) fn mermaid(circuit: &Circuit) -> String {
    // entities of the language: what else has a meaning in it
    let escape = |text: &str| {
        let mut out = String::new();
        for c in text.chars() {
            match c {
                '#' | '"' | '<' | '>' | '&' | '[' | ']' | '|' | '`' | '*' | '_' => {
                    out.push_str(&format!("#{};", u32::from(c)));
                }
                c => out.push(c),
            }
        }
        out
    };
    let mut out = String::from("flowchart LR\n");
    for (index, wire) in circuit.wires.iter().enumerate() {
        let name = Wire {
            name: escape(&wire.name),
            ..wire.clone()
        };
        let text = label(&name, "<br/>");
        let node = match wire.gate.map(|gate| &circuit.gates[gate]) {
            Some(gate) => format!("([\"{}<br/>{text}\"])", escape(&gate.symbol())),
            None => format!("[\"{text}\"]"),
        };
        out.push_str(&format!("    n{index}{node}\n"));
    }
    for gate in &circuit.gates {
        for input in &gate.inputs {
            if let Some(from) = input.wire {
                let (to, local) = (gate.output, short(input.local));
                out.push_str(&format!("    n{from} -- \"{local}\" --> n{to}\n"));
            }
        }
    }
    out
}
