//! The drawing as an SVG document.

use super::Circuit;
use super::layout::{Block, Layout, layout};
use super::scene::{Label, Node, NodeKind, Scene};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// The radius of a gate.
const RADIUS: f64 = 22.0;
/// Sizes of text.
const NUMBER: f64 = 15.0;
const SYMBOL: f64 = 16.0;
const OPERATOR: f64 = 24.0;
const NAME: f64 = 15.0;
/// The room inside a circle.
const INSIDE: f64 = 2.0 * RADIUS - 7.0;
/// The distance of a number from its wire.
const LIFT: f64 = 7.0;

const FONT: &str = "'DejaVu Sans', Verdana, 'Segoe UI', Helvetica, Arial, sans-serif";
const STYLE: &str = "\
.wire { fill: none; stroke: #3b4252; stroke-width: 1.6; stroke-linecap: round; }
.gate { fill: #ffffff; stroke: #3b4252; stroke-width: 1.6; }
.fork { fill: #3b4252; }
text { fill: #3b4252; text-anchor: middle; }
.value { fill: #14842f; }
.gradient { fill: #d01c1f; }
.name { font-style: italic; }
";

/// The whole document.
pub(super) fn document(circuit: &Circuit, scene: &Scene) -> String {
    let boxes: Vec<Block> = scene.nodes.iter().map(size).collect();
    let layout = layout(&boxes);
    let (width, height) = (number(layout.width), number(layout.height));
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"{FONT}\">\n"
    );
    out.push_str(&format!(
        "<title>circuit of {}: values in green, gradients in red</title>\n",
        escape(&circuit.function)
    ));
    out.push_str(&format!("<style>\n{STYLE}</style>\n"));
    out.push_str("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
    wires(&layout, &mut out);
    for (index, node) in scene.nodes.iter().enumerate() {
        draw(node, &boxes[index], &layout, index, &mut out);
    }
    out.push_str("</svg>\n");
    out
}

/// The room that a node takes.
fn size(node: &Node) -> Block {
    let label = match &node.label {
        Label::Numbers(value, gradient) => {
            text_width(value, NUMBER).max(text_width(gradient, NUMBER)) + 14.0
        }
        Label::Bundle(text) => text_width(text, NAME) + 14.0,
        Label::Nothing => 8.0,
    };
    let text = LIFT + NUMBER;
    let (width, above) = match node.kind {
        NodeKind::Gate => {
            let above = match node.name.is_empty() {
                true => RADIUS,
                false => RADIUS + NAME + 4.0,
            };
            (shape_width(node).max(text_width(&node.name, NAME)), above)
        }
        NodeKind::Input | NodeKind::Output => (text_width(&node.symbol, SYMBOL) + 10.0, SYMBOL),
    };
    Block {
        width,
        above: above.max(text),
        below: RADIUS.max(text),
        label: match node.kind {
            NodeKind::Output => 0.0,
            _ => label,
        },
        sources: node.sources.clone(),
        is_last: node.kind == NodeKind::Output,
    }
}

/// The size of the text of a symbol: that of an operator, which is one sign, is
/// larger, three signs still go into a circle.
fn symbol_size(symbol: &str) -> f64 {
    let mut chars = symbol.chars();
    match (chars.next(), chars.next()) {
        (Some(sign), None) if !sign.is_alphanumeric() => OPERATOR,
        _ if text_width(symbol, SYMBOL) > INSIDE && symbol.chars().count() <= 3 => SYMBOL - 1.0,
        _ => SYMBOL,
    }
}

/// The width of the shape of a gate: a circle, if the symbol fits.
fn shape_width(node: &Node) -> f64 {
    let text = text_width(&node.symbol, symbol_size(&node.symbol));
    match text <= INSIDE {
        true => 2.0 * RADIUS,
        false => text + 20.0,
    }
}

/// No less than the width of a text in the widest of the fonts.
fn text_width(text: &str, size: f64) -> f64 {
    let widths = text.chars().map(|c| match c {
        'i' | 'j' | 'l' | '.' | ',' | '\'' | '|' | ' ' => 0.38,
        '[' | ']' | '(' | ')' | 'f' | 't' | 'r' | '/' => 0.45,
        'm' | 'w' | 'M' | 'W' => 1.0,
        '+' | '−' | '×' | '÷' | '=' | '<' | '>' | '#' | '–' => 0.84,
        _ => 0.68,
    });
    size * widths.sum::<f64>()
}

fn wires(layout: &Layout, out: &mut String) {
    for line in &layout.lines {
        let ((x0, y0), (x1, y1)) = (line.from, line.to);
        let (start, end) = line.bend;
        let middle = (start + end) / 2.0;
        let path = match (y0 - y1).abs() < 0.05 {
            true => format!("M{} {} H{}", number(x0), number(y0), number(x1)),
            false => format!(
                "M{} {} H{} C{} {} {} {} {} {} H{}",
                number(x0),
                number(y0),
                number(start),
                number(middle),
                number(y0),
                number(middle),
                number(y1),
                number(end),
                number(y1),
                number(x1)
            ),
        };
        out.push_str(&format!("<path class=\"wire\" d=\"{path}\"/>\n"));
    }
    for (x, y) in &layout.forks {
        let (x, y) = (number(*x), number(*y));
        out.push_str(&format!(
            "<circle class=\"fork\" cx=\"{x}\" cy=\"{y}\" r=\"3\"/>\n"
        ));
    }
}

fn draw(node: &Node, room: &Block, layout: &Layout, index: usize, out: &mut String) {
    let (x, y) = layout.centres[index];
    out.push_str(&format!("<g><title>{}</title>\n", escape(&node.title)));
    let baseline = y + 0.36 * SYMBOL;
    match node.kind {
        NodeKind::Gate => {
            let width = shape_width(node);
            out.push_str(&format!(
                "<rect class=\"gate\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{RADIUS}\"/>\n",
                number(x - width / 2.0),
                number(y - RADIUS),
                number(width),
                number(2.0 * RADIUS),
            ));
            let size = symbol_size(&node.symbol);
            text("symbol", size, (x, y + 0.36 * size), &node.symbol, out);
            let above = y - RADIUS - 6.0;
            text("name", NAME, (x, above), &node.name, out);
        }
        NodeKind::Input | NodeKind::Output => {
            // the wire ends at the name
            let half = room.width / 2.0;
            out.push_str(&format!(
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"#ffffff\"/>\n",
                number(x - half),
                number(y - 0.6 * SYMBOL),
                number(2.0 * half),
                number(1.2 * SYMBOL),
            ));
            text("name", SYMBOL, (x, baseline), &node.symbol, out);
        }
    }
    let (start, end) = layout.labels[index];
    // a circle leaves room for the number to come closer
    let centre = (start + end) / 2.0;
    match &node.label {
        Label::Numbers(value, gradient) => {
            text("value", NUMBER, (centre, y - LIFT), value, out);
            let below = y + LIFT + 0.75 * NUMBER;
            text("gradient", NUMBER, (centre, below), gradient, out);
        }
        Label::Bundle(label) => text("name", NAME, (centre, y - LIFT), label, out),
        Label::Nothing => {}
    }
    out.push_str("</g>\n");
}

fn text(class: &str, size: f64, (x, y): (f64, f64), text: &str, out: &mut String) {
    if !text.is_empty() {
        out.push_str(&format!(
            "<text class=\"{class}\" x=\"{}\" y=\"{}\" font-size=\"{size}\">{}</text>\n",
            number(x),
            number(y),
            escape(text)
        ));
    }
}

/// A coordinate with one decimal at most.
fn number(x: f64) -> String {
    let text = format!("{x:.1}");
    match text.strip_suffix(".0") {
        Some(whole) => whole.into(),
        None => text,
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
