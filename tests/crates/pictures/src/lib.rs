//! Renders drawings of circuits and finds what is wrong with them: text over text,
//! text over lines, anything at the border.
//!
//! Fonts come from a crate, so that every machine renders the same.

use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::{Group, Node, Options, Rect, Tree, fontdb::Database};
use std::sync::Arc;

/// Pixels for each unit of the drawing.
const SCALE: f32 = 2.0;

/// A font to read the drawing with.
#[derive(Clone, Copy, Debug)]
pub enum Font {
    /// Ubuntu Light, narrow.
    Ubuntu,
    /// Hack, which has the wide shapes of DejaVu at one width.
    Hack,
}

/// The drawing as an image.
pub fn render(svg: &str, font: Font) -> Pixmap {
    paint(&tree(svg, font))
}

/// What is wrong with a drawing; nothing, if it is as it should be.
pub fn faults(svg: &str, font: Font) -> Vec<String> {
    let mut faults = Vec::new();
    let all = tree(svg, font);
    let image = paint(&all);
    let (width, height) = (image.width(), image.height());
    let margin = (3.0 * SCALE) as u32;
    let at_border =
        |x: u32, y: u32| x < margin || y < margin || x >= width - margin || y >= height - margin;
    let ink = |image: &Pixmap, x, y| {
        image
            .pixel(x, y)
            .is_some_and(|p| p.red() < 200 || p.green() < 200 || p.blue() < 200)
    };
    let pixels = || (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    if let Some((x, y)) = pixels().find(|(x, y)| at_border(*x, *y) && ink(&image, *x, *y)) {
        faults.push(format!("cut at ({x}, {y})"));
    }
    // text alone and lines alone, in the places that they have together
    let text = paint(&tree(&without_lines(svg), font));
    let lines = paint(&tree(&without_text(svg), font));
    let both = |(x, y): &(u32, u32)| ink(&text, *x, *y) && ink(&lines, *x, *y);
    if let Some((x, y)) = pixels().find(both) {
        faults.push(format!("a line crosses text at ({x}, {y})"));
    }
    let mut boxes = Vec::new();
    texts(all.root(), &mut boxes);
    if boxes.is_empty() {
        faults.push("no text".to_owned());
    }
    for (index, (a, first)) in boxes.iter().enumerate() {
        for (b, second) in &boxes[..index] {
            if overlap(*a, *b) {
                faults.push(format!("`{first}` overlaps `{second}`"));
            }
        }
    }
    faults
}

fn tree(svg: &str, font: Font) -> Tree {
    let mut fonts = Database::new();
    let (data, family) = match font {
        Font::Ubuntu => (epaint_default_fonts::UBUNTU_LIGHT, "Ubuntu"),
        Font::Hack => (epaint_default_fonts::HACK_REGULAR, "Hack"),
    };
    fonts.load_font_data(data.to_vec());
    fonts.set_sans_serif_family(family);
    let options = Options {
        fontdb: Arc::new(fonts),
        font_family: family.to_owned(),
        ..Options::default()
    };
    Tree::from_str(svg, &options).expect("the drawing is an SVG document")
}

fn paint(tree: &Tree) -> Pixmap {
    let size = tree.size();
    let (width, height) = (size.width() * SCALE, size.height() * SCALE);
    let mut image =
        Pixmap::new(width.ceil() as u32, height.ceil() as u32).expect("the drawing has a size");
    image.fill(Color::WHITE);
    let transform = Transform::from_scale(SCALE, SCALE);
    resvg::render(tree, transform, &mut image.as_mut());
    image
}

fn without_lines(svg: &str) -> String {
    svg.replace(
        "</style>",
        ".wire, .gate { stroke: none; } .fork { fill: none; }</style>",
    )
}

fn without_text(svg: &str) -> String {
    svg.replace(
        "</style>",
        "text, .value, .gradient { fill: none; }</style>",
    )
}

fn texts(group: &Group, into: &mut Vec<(Rect, String)>) {
    for node in group.children() {
        match node {
            Node::Group(inner) => texts(inner, into),
            Node::Text(text) => {
                let chunks = text.chunks().iter().map(|chunk| chunk.text());
                into.push((text.abs_bounding_box(), chunks.collect()));
            }
            _ => {}
        }
    }
}

fn overlap(a: Rect, b: Rect) -> bool {
    let level = a.left() < b.right() && b.left() < a.right();
    // a line of text is less high than its box
    let slack = 0.12 * a.height().min(b.height());
    level && a.top() + slack < b.bottom() && b.top() + slack < a.bottom()
}
