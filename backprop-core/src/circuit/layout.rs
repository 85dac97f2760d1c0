//! A layered layout (Sugiyama, Tagawa, Toda: *Methods for visual understanding of
//! hierarchical system structures*, 1981), left to right.
//!
//! Inputs stand in the first column, every other node one column behind the last
//! of its sources. A wire over several columns has a lane of its own in each column
//! that it passes. Columns are ordered by sweeps over the means of neighbours, the
//! order with the fewest crossings wins; heights are the closest ones to the means
//! of the sources that keep order and distance.
//!
//! A column is a strip for the nodes, a strip for what stands on the wires behind
//! them, where all lines are level, and a strip where they bend. So lines cross
//! neither nodes nor numbers.

use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

/// A node to be placed; sources come before.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    pub(super) width: f64,
    /// The extent above and below the height of its wires, labels included.
    pub(super) above: f64,
    pub(super) below: f64,
    /// The length of what stands on the wire behind it.
    pub(super) label: f64,
    pub(super) sources: Vec<usize>,
    /// Whether it stands in the last column.
    pub(super) is_last: bool,
}

/// Positions.
#[derive(Debug)]
pub(super) struct Layout {
    /// The centre of each node.
    pub(super) centres: Vec<(f64, f64)>,
    /// Where the strip of labels behind the column of each node begins and ends.
    pub(super) labels: Vec<(f64, f64)>,
    pub(super) lines: Vec<Line>,
    /// Where lines part.
    pub(super) forks: Vec<(f64, f64)>,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// A line: level to `bend.0`, a bend to `bend.1`, level to its end.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) from: (f64, f64),
    pub(super) bend: (f64, f64),
    pub(super) to: (f64, f64),
}

const MARGIN: f64 = 16.0;
/// The free space between what stands in one column.
const SPACE: f64 = 8.0;
/// Half the height of a lane.
const LANE: f64 = 5.0;
/// The distance of two wires into one node.
const PORT: f64 = 13.0;

/// A node or a lane in a column.
#[derive(Clone, Debug)]
struct Slot {
    node: usize,
    column: usize,
    is_lane: bool,
    y: f64,
    /// Slots of the column before, and the inputs that they lead to.
    before: Vec<usize>,
    after: Vec<usize>,
}

struct Grid<'a> {
    boxes: &'a [Block],
    slots: Vec<Slot>,
    /// The slots of each column, top to bottom.
    columns: Vec<Vec<usize>>,
}

/// Places the nodes.
pub(super) fn layout(boxes: &[Block]) -> Layout {
    let mut grid = Grid::new(boxes);
    grid.order();
    grid.heights();
    grid.positions()
}

impl<'a> Grid<'a> {
    fn new(boxes: &'a [Block]) -> Self {
        let mut column = vec![0; boxes.len()];
        for (index, node) in boxes.iter().enumerate() {
            let behind = node.sources.iter().map(|source| column[*source] + 1);
            column[index] = behind.max().unwrap_or(0);
        }
        let last = column.iter().copied().max().unwrap_or(0);
        for (index, node) in boxes.iter().enumerate() {
            if node.is_last {
                column[index] = last;
            }
        }
        let slots = column.iter().enumerate().map(|(node, column)| Slot {
            node,
            column: *column,
            is_lane: false,
            y: 0.0,
            before: Vec::new(),
            after: Vec::new(),
        });
        let mut grid = Grid {
            boxes,
            slots: slots.collect(),
            columns: Vec::new(),
        };
        let mut lanes = BTreeMap::new();
        for (index, node) in boxes.iter().enumerate() {
            for source in &node.sources {
                let from = grid.lane(*source, column[index] - 1, &mut lanes);
                grid.link(from, index);
            }
        }
        grid.columns = grid.first_order(last);
        grid
    }

    /// The slot of a node's wire in a column: the node or a lane, made if need be.
    fn lane(
        &mut self,
        node: usize,
        column: usize,
        lanes: &mut BTreeMap<(usize, usize), usize>,
    ) -> usize {
        if self.slots[node].column == column {
            return node;
        }
        if let Some(slot) = lanes.get(&(node, column)) {
            return *slot;
        }
        let from = self.lane(node, column - 1, lanes);
        let slot = self.slots.len();
        self.slots.push(Slot {
            node,
            column,
            is_lane: true,
            y: 0.0,
            before: Vec::new(),
            after: Vec::new(),
        });
        self.link(from, slot);
        lanes.insert((node, column), slot);
        slot
    }

    fn link(&mut self, from: usize, to: usize) {
        self.slots[to].before.push(from);
        self.slots[from].after.push(to);
    }

    /// The order in which a walk from the last nodes over their sources meets the
    /// slots: without crossings if each wire is used once.
    fn first_order(&self, last: usize) -> Vec<Vec<usize>> {
        let mut columns = vec![Vec::new(); last + 1];
        let mut seen = vec![false; self.slots.len()];
        let ends = (0..self.slots.len()).filter(|slot| self.slots[*slot].after.is_empty());
        for end in ends {
            let mut stack = vec![(end, 0)];
            while let Some((slot, next)) = stack.pop() {
                if next == 0 && core::mem::replace(&mut seen[slot], true) {
                    continue;
                }
                match self.slots[slot].before.get(next) {
                    Some(before) => {
                        stack.push((slot, next + 1));
                        stack.push((*before, 0));
                    }
                    None => columns[self.slots[slot].column].push(slot),
                }
            }
        }
        columns
    }

    // Order

    fn order(&mut self) {
        let mut best = (self.crossings(), self.columns.clone());
        for sweep in 0..12 {
            if best.0 == 0 {
                break;
            }
            let count = self.columns.len();
            for step in 1..count {
                let column = match sweep % 2 {
                    0 => step,
                    _ => count - 1 - step,
                };
                self.sort(column, sweep % 2 == 0);
            }
            let crossings = self.crossings();
            if crossings < best.0 {
                best = (crossings, self.columns.clone());
            }
        }
        self.columns = best.1;
    }

    /// Sorts a column by the mean place of the neighbours on one side.
    fn sort(&mut self, column: usize, by_before: bool) {
        let places = self.places();
        let key = |slot: usize| {
            let slot_data = &self.slots[slot];
            let neighbours = match by_before {
                true => &slot_data.before,
                false => &slot_data.after,
            };
            let sum: usize = neighbours.iter().map(|other| places[*other]).sum();
            match neighbours.len() {
                0 => places[slot] as f64,
                count => sum as f64 / count as f64,
            }
        };
        let mut sorted = self.columns[column].clone();
        sorted.sort_by(|a, b| key(*a).total_cmp(&key(*b)));
        self.columns[column] = sorted;
    }

    /// The place of each slot in its column.
    fn places(&self) -> Vec<usize> {
        let mut places = vec![0; self.slots.len()];
        for column in &self.columns {
            for (place, slot) in column.iter().enumerate() {
                places[*slot] = place;
            }
        }
        places
    }

    fn crossings(&self) -> usize {
        let places = self.places();
        let mut crossings = 0;
        for column in &self.columns {
            // wires into one node do not cross: they come in in their order
            let mut links = Vec::new();
            for slot in column {
                let before = self.slots[*slot].before.iter();
                links.extend(before.map(|from| (places[*from], places[*slot])));
            }
            for (index, a) in links.iter().enumerate() {
                let crosses =
                    |b: &&(usize, usize)| (a.0 < b.0 && a.1 > b.1) || (a.0 > b.0 && a.1 < b.1);
                crossings += links[index + 1..].iter().filter(crosses).count();
            }
        }
        crossings
    }

    // Heights

    fn extent(&self, slot: usize) -> (f64, f64) {
        let data = &self.slots[slot];
        let node = &self.boxes[data.node];
        match data.is_lane {
            true => (LANE, LANE),
            false => (node.above, node.below),
        }
    }

    fn heights(&mut self) {
        let columns = self.columns.clone();
        for column in &columns {
            let wanted = vec![0.0; column.len()];
            self.place(column, &wanted);
        }
        for sweep in 0..16 {
            let forward = sweep % 2 == 1;
            let steps: Vec<&Vec<usize>> = match forward {
                true => columns.iter().skip(1).collect(),
                false => columns.iter().rev().skip(1).collect(),
            };
            for column in steps {
                let wanted = |slot: &usize| {
                    let data = &self.slots[*slot];
                    let neighbours = match forward {
                        true => &data.before,
                        false => &data.after,
                    };
                    let sum: f64 = neighbours.iter().map(|other| self.slots[*other].y).sum();
                    match neighbours.len() {
                        0 => data.y,
                        count => sum / count as f64,
                    }
                };
                let wanted: Vec<f64> = column.iter().map(wanted).collect();
                self.place(column, &wanted);
            }
        }
    }

    /// The heights closest to the wanted ones (in squares) that keep order and
    /// distance: pool adjacent violators.
    fn place(&mut self, column: &[usize], wanted: &[f64]) {
        let mut offset = 0.0;
        let mut offsets = Vec::new();
        for (index, slot) in column.iter().enumerate() {
            if index > 0 {
                offset += self.extent(column[index - 1]).1 + SPACE + self.extent(*slot).0;
            }
            offsets.push(offset);
        }
        // blocks of slots at their least distance: weight, mean, how many
        let mut blocks: Vec<(f64, f64, usize)> = Vec::new();
        for (index, slot) in column.iter().enumerate() {
            // a lane is kept straight
            let weight = match self.slots[*slot].is_lane {
                true => 4.0,
                false => 1.0,
            };
            let mut block = (weight, wanted[index] - offsets[index], 1);
            while let Some(above) = blocks.last().copied()
                && above.1 > block.1
            {
                blocks.pop();
                let weight = above.0 + block.0;
                let mean = (above.0 * above.1 + block.0 * block.1) / weight;
                block = (weight, mean, above.2 + block.2);
            }
            blocks.push(block);
        }
        let mut slots = column.iter().zip(&offsets);
        for (_, mean, count) in blocks {
            for (slot, offset) in slots.by_ref().take(count) {
                self.slots[*slot].y = mean + offset;
            }
        }
    }

    // Positions

    fn positions(mut self) -> Layout {
        let mut top = f64::INFINITY;
        let mut bottom = f64::NEG_INFINITY;
        for index in 0..self.slots.len() {
            let (above, below) = self.extent(index);
            top = top.min(self.slots[index].y - above);
            bottom = bottom.max(self.slots[index].y + below);
        }
        for slot in &mut self.slots {
            slot.y += MARGIN - top;
        }
        // per column: where the nodes, the labels and the bends begin
        let mut strips = Vec::new();
        let mut x = MARGIN;
        for column in &self.columns {
            let nodes = || column.iter().filter(|slot| !self.slots[**slot].is_lane);
            let widest = |f: fn(&Block) -> f64| {
                let sizes = nodes().map(|slot| f(&self.boxes[self.slots[*slot].node]));
                sizes.fold(0.0, f64::max)
            };
            let (width, label) = (widest(|node| node.width), widest(|node| node.label));
            strips.push((x, x + width, x + width + label));
            x += width + label + self.bends(column);
        }
        let width = strips.last().map_or(0.0, |strip| strip.2) + MARGIN;
        let mut layout = Layout {
            centres: Vec::new(),
            labels: Vec::new(),
            lines: Vec::new(),
            forks: Vec::new(),
            width,
            height: bottom - top + 2.0 * MARGIN,
        };
        for slot in &self.slots {
            let strip = strips[slot.column];
            if !slot.is_lane {
                layout.centres.push(((strip.0 + strip.1) / 2.0, slot.y));
                layout.labels.push((strip.1, strip.2));
            }
        }
        self.lines(&strips, &mut layout);
        layout
    }

    /// The width of the strip where lines bend: more for steeper ones.
    fn bends(&self, column: &[usize]) -> f64 {
        let rises = column.iter().flat_map(|slot| {
            let from = self.slots[*slot].y;
            let after = self.slots[*slot].after.iter();
            after.map(move |to| (self.slots[*to].y - from).abs())
        });
        (rises.fold(0.0, f64::max) * 0.4).clamp(28.0, 110.0)
    }

    fn lines(&self, strips: &[(f64, f64, f64)], layout: &mut Layout) {
        for to in &self.slots {
            let strip = strips[to.column];
            let count = to.before.len();
            // the topmost wire comes in at the top
            let mut ports: Vec<usize> = (0..count).collect();
            ports.sort_by(|a, b| {
                let height = |port: &usize| self.slots[to.before[*port]].y;
                height(a).total_cmp(&height(b))
            });
            for (place, port) in ports.into_iter().enumerate() {
                let from = &self.slots[to.before[port]];
                let before = strips[from.column];
                let spread = (place as f64 - (count as f64 - 1.0) / 2.0) * self.port(to, count);
                let start = match from.is_lane {
                    true => before.0,
                    false => (before.0 + before.1) / 2.0,
                };
                let end = match to.is_lane {
                    true => strip.0,
                    false => (strip.0 + strip.1) / 2.0,
                };
                layout.lines.push(Line {
                    from: (start, from.y),
                    bend: (before.2, strip.0),
                    to: (end, to.y + spread),
                });
            }
        }
        for slot in &self.slots {
            if slot.after.len() > 1 {
                layout.forks.push((strips[slot.column].2, slot.y));
            }
        }
    }

    fn port(&self, to: &Slot, count: usize) -> f64 {
        let node = &self.boxes[to.node];
        let room = 1.3 * node.above.min(node.below).min(18.0);
        PORT.min(room / (count.max(2) - 1) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(sources: &[usize]) -> Block {
        Block {
            width: 40.0,
            above: 24.0,
            below: 24.0,
            label: 50.0,
            sources: sources.into(),
            is_last: false,
        }
    }

    /// Boxes with all that belongs to them keep apart, lines pass none of them.
    fn check(boxes: &[Block]) -> Layout {
        let layout = layout(boxes);
        let area = |index: usize| {
            let (x, y) = layout.centres[index];
            let node = &boxes[index];
            (
                x - node.width / 2.0,
                y - node.above,
                layout.labels[index].1,
                y + node.below,
            )
        };
        for a in 0..boxes.len() {
            let (left, top, right, bottom) = area(a);
            assert!(left >= 0.0 && top >= 0.0 && right <= layout.width && bottom <= layout.height);
            for b in 0..a {
                let other = area(b);
                let apart =
                    left >= other.2 || other.0 >= right || top >= other.3 || other.1 >= bottom;
                assert!(apart, "{a} and {b} overlap: {layout:?}");
            }
            // a level part of a line that is not the node's own
            for line in &layout.lines {
                let level = [
                    (line.from.1, line.from.0, line.bend.0),
                    (line.to.1, line.bend.1, line.to.0),
                ];
                for (y, start, end) in level {
                    let own = line.from == layout.centres[a]
                        || line.to.0 == layout.centres[a].0
                            && (line.to.1 - layout.centres[a].1).abs() < 20.0;
                    let apart = own || y <= top || y >= bottom || end <= left || start >= right;
                    assert!(apart, "a line passes {a}: {line:?} {layout:?}");
                }
            }
        }
        layout
    }

    #[test]
    fn a_gate_stands_between_its_inputs() {
        // (x + y) z
        let layout = check(&[
            node(&[]),
            node(&[]),
            node(&[]),
            node(&[0, 1]),
            node(&[3, 2]),
        ]);
        let heights: Vec<f64> = layout.centres.iter().map(|centre| centre.1).collect();
        assert!(heights[0] < heights[1] && heights[1] < heights[2]);
        assert!((heights[3] - (heights[0] + heights[1]) / 2.0).abs() < 1.0);
    }

    #[test]
    fn nothing_overlaps() {
        check(&[]);
        check(&[node(&[])]);
        // one wire on both inputs, and a long wire
        check(&[node(&[]), node(&[0, 0]), node(&[1]), node(&[2, 0])]);
        // a chain that uses one input again and again
        let mut chain = vec![node(&[]), node(&[0])];
        for last in 1..30 {
            chain.push(node(&[last, 0]));
        }
        check(&chain);
        // random ones
        let mut state = 1_u64;
        let mut random = |below: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) as usize % below
        };
        for _ in 0..50 {
            let mut boxes: Vec<Block> = (0..1 + random(6)).map(|_| node(&[])).collect();
            for _ in 0..random(50) {
                let count = 1 + random(3);
                let sources: Vec<usize> = (0..count).map(|_| random(boxes.len())).collect();
                boxes.push(node(&sources));
            }
            check(&boxes);
        }
    }

    #[test]
    fn a_tree_has_no_crossings() {
        let boxes = [
            node(&[]),
            node(&[]),
            node(&[]),
            node(&[]),
            node(&[2, 0]),
            node(&[3, 1]),
            node(&[5, 4]),
        ];
        let mut grid = Grid::new(&boxes);
        grid.order();
        assert_eq!(grid.crossings(), 0);
    }
}
