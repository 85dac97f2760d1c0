//! What is drawn: a node for each input, gate or group of gates, and for the result.
//!
//! A small circuit is drawn gate by gate. A large one is folded: first each
//! sub-expression (gates without a name, used once) into the gate that uses it, then
//! what ran from the first to the last gate of a source line into one box; lines
//! that ran in turns, as in a loop, share one. Groups are closed: nothing leads out
//! of one and back into it, so the drawing has no cycles.

use super::number::{plain_constant, short, typeset};
use super::{Circuit, Wire};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

/// How many gates are drawn one by one.
const GATES: usize = 60;
/// How many inputs are drawn one by one.
const INPUTS: usize = 24;

/// A drawing without positions.
#[derive(Debug)]
pub(super) struct Scene {
    /// Each after those that it takes wires from.
    pub(super) nodes: Vec<Node>,
}

/// A part of the drawing.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) kind: NodeKind,
    /// What stands in it.
    pub(super) symbol: String,
    /// What stands above it.
    pub(super) name: String,
    /// What stands on the wire behind it.
    pub(super) label: Label,
    /// Where its wires come from, in order.
    pub(super) sources: Vec<usize>,
    /// What a viewer tells about it.
    pub(super) title: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum NodeKind {
    /// The symbol is the name of an input.
    Input,
    /// A gate or a group of gates.
    Gate,
    /// The symbol is the name of the function.
    Output,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Label {
    /// The value, and the gradient.
    Numbers(String, String),
    /// Several wires drawn as one.
    Bundle(String),
    Nothing,
}

impl Scene {
    pub(super) fn of(circuit: &Circuit) -> Scene {
        let mut assembly = Assembly {
            circuit,
            node_of: vec![0; circuit.wires.len()],
            nodes: Vec::new(),
        };
        assembly.inputs();
        for group in groups(circuit) {
            assembly.group(&group);
        }
        assembly.labels();
        assembly.output();
        Scene {
            nodes: assembly.nodes.into_iter().map(|(node, _)| node).collect(),
        }
    }
}

struct Assembly<'a> {
    circuit: &'a Circuit,
    /// The node that each wire comes from.
    node_of: Vec<usize>,
    /// With the wires that come from each.
    nodes: Vec<(Node, Vec<usize>)>,
}

impl Assembly<'_> {
    fn inputs(&mut self) {
        let wires = &self.circuit.wires;
        let inputs: Vec<usize> = (0..wires.len())
            .filter(|index| wires[*index].gate.is_none())
            .collect();
        let is_folded = inputs.len() > INPUTS;
        let parameter = |wire: &Wire| match is_folded {
            true => wire.name.split(['[', '.']).next().unwrap_or("").to_string(),
            false => wire.name.clone(),
        };
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for index in inputs {
            let wire = &wires[index];
            let is_constant = !wire.is_named;
            let symbol = match is_constant {
                true => plain_constant(wire.value),
                false => parameter(wire),
            };
            let next = self.nodes.len();
            let node = *seen.entry(symbol.clone()).or_insert(next);
            if node == next {
                let title = format!("input {symbol}");
                let node = Node::new(NodeKind::Input, symbol, title);
                self.nodes.push((node, Vec::new()));
            }
            self.nodes[node].1.push(index);
            self.node_of[index] = node;
        }
    }

    fn group(&mut self, group: &[usize]) {
        let circuit = self.circuit;
        let index = self.nodes.len();
        let gates = || group.iter().map(|gate| &circuit.gates[*gate]);
        let inside: BTreeSet<usize> = gates().map(|gate| gate.output).collect();
        let mut sources = Vec::new();
        for wire in gates().flat_map(|gate| gate.inputs.iter().filter_map(|i| i.wire)) {
            if !inside.contains(&wire) {
                sources.push(self.node_of[wire]);
            }
        }
        let last = group.last().map(|gate| &circuit.gates[*gate]);
        let last = last.map(|gate| (gate, &circuit.wires[gate.output]));
        let mut node = match (group, last) {
            (&[_], Some((gate, wire))) => {
                let shares = gate.inputs.iter().filter_map(|input| {
                    let name = &circuit.source(input)?.name;
                    let (local, share) = (input.local, input.share(wire.gradient));
                    let (local, upstream) = (short(local), short(wire.gradient));
                    Some(format!(
                        "\n{name}: [{local}] × [{upstream}] = {}",
                        short(share)
                    ))
                });
                let mut title = format!("{} = {}", wire.name, gate.expression(circuit));
                if let Some(line) = gate.line {
                    title.push_str(&format!(" (line {line})"));
                }
                title.extend(shares);
                Node::new(NodeKind::Gate, gate.symbol(), title)
            }
            _ => {
                // one wire to a source is enough to draw
                let mut seen = BTreeSet::new();
                sources.retain(|source| seen.insert(*source));
                let symbol = format!("{} gates", group.len());
                let lines: BTreeSet<u32> = gates().filter_map(|gate| gate.line).collect();
                let lines = match (lines.first(), lines.last()) {
                    (Some(first), Some(last)) if first == last => format!("line {first}"),
                    (Some(first), Some(last)) => format!("lines {first}–{last}"),
                    _ => String::new(),
                };
                let mut node = Node::new(NodeKind::Gate, symbol, lines.clone());
                node.name = lines;
                node
            }
        };
        if let Some((_, wire)) = last.filter(|(_, wire)| wire.is_named) {
            node.name = wire.name.clone();
        }
        node.sources = sources;
        for wire in inside.iter() {
            self.node_of[*wire] = index;
        }
        self.nodes.push((node, inside.into_iter().collect()));
    }

    /// What stands on the wires between the nodes.
    fn labels(&mut self) {
        let circuit = self.circuit;
        let mut leaves = vec![false; circuit.wires.len()];
        leaves[circuit.output] = true;
        for gate in &circuit.gates {
            for wire in gate.inputs.iter().filter_map(|input| input.wire) {
                leaves[wire] |= self.node_of[wire] != self.node_of[gate.output];
            }
        }
        for (node, wires) in &mut self.nodes {
            let mut outside = wires.iter().filter(|wire| leaves[**wire]);
            let (first, count) = (outside.next(), outside.count() + 1);
            node.label = match first {
                Some(first) if count == 1 => {
                    let wire = &circuit.wires[*first];
                    Label::Numbers(typeset(wire.value), typeset(wire.gradient))
                }
                Some(_) => Label::Bundle(format!("{count} wires")),
                None => Label::Nothing,
            };
        }
    }

    fn output(&mut self) {
        let circuit = self.circuit;
        let title = format!("{} = {}", circuit.function, short(circuit.value()));
        let mut node = Node::new(NodeKind::Output, circuit.function.clone(), title);
        node.sources = vec![self.node_of[circuit.output]];
        self.nodes.push((node, Vec::new()));
    }
}

impl Node {
    fn new(kind: NodeKind, symbol: String, title: String) -> Node {
        Node {
            kind,
            symbol,
            name: String::new(),
            label: Label::Nothing,
            sources: Vec::new(),
            title,
        }
    }
}

/// The gates in groups, each a node of the drawing, in an order in which each takes
/// wires from earlier ones only.
fn groups(circuit: &Circuit) -> Vec<Vec<usize>> {
    let count = circuit.gates.len();
    if count <= GATES {
        return (0..count).map(|gate| vec![gate]).collect();
    }
    let expressions = expressions(circuit);
    if expressions.len() <= GATES {
        return expressions;
    }
    let lines = lines(circuit);
    let together = lines.len().div_ceil(GATES);
    lines.chunks(together).map(|runs| runs.concat()).collect()
}

/// Each gate with those below it that have no name and no other use.
fn expressions(circuit: &Circuit) -> Vec<Vec<usize>> {
    let mut uses = vec![0; circuit.wires.len()];
    uses[circuit.output] += 1;
    for gate in &circuit.gates {
        for wire in gate.inputs.iter().filter_map(|input| input.wire) {
            uses[wire] += 1;
        }
    }
    let mut root: Vec<usize> = (0..circuit.gates.len()).collect();
    for (index, gate) in circuit.gates.iter().enumerate().rev() {
        for input in &gate.inputs {
            if let Some(wire) = input.wire
                && let Some(below) = circuit.wires[wire].gate
                && uses[wire] == 1
                && !circuit.wires[wire].is_named
            {
                root[below] = root[index];
            }
        }
    }
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (gate, root) in root.into_iter().enumerate() {
        members.entry(root).or_default().push(gate);
    }
    members.into_values().collect()
}

/// Runs of gates from the first to the last of a source line.
fn lines(circuit: &Circuit) -> Vec<Vec<usize>> {
    let mut last = BTreeMap::new();
    for (index, gate) in circuit.gates.iter().enumerate() {
        last.insert(gate.line, index);
    }
    let mut runs: Vec<Vec<usize>> = Vec::new();
    let mut end = None;
    for (index, gate) in circuit.gates.iter().enumerate() {
        let goes_on = end.is_some_and(|end| index <= end);
        end = end.max(last.get(&gate.line).copied());
        match runs.last_mut() {
            Some(run) if goes_on => run.push(index),
            _ => runs.push(vec![index]),
        }
    }
    runs
}
