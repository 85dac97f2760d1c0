//! All mutants of a file in one text: each place where there are some asks at run time
//! which one is chosen (`crate::mutant::is(number)`).
//!
//! What is written must have the type, the moves and the borrows of the original. So
//! comparisons look at references, `&&` and `||` turn into each other by De Morgan's law,
//! and an arm is deleted by a guard. Where that does not compile, the place is left out.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{BinOp, Expr, Pat};

use crate::list::{Genre, Mutant};

/// A part of the rewritten text.
enum Piece {
    Text(String),
    /// A part of the source, itself rewritten.
    Source(Range<usize>),
    /// What only some mutants run: an error in it is theirs.
    Of(Vec<usize>, Vec<Piece>),
}

/// What stands instead of a range of the source.
struct Edit {
    range: Range<usize>,
    pieces: Vec<Piece>,
}

/// A rewritten file.
pub(crate) struct Rewritten {
    pub(crate) text: String,
    /// Whose text each range of it is.
    pub(crate) owners: Vec<(Range<usize>, Vec<usize>)>,
    /// The mutants that are in it.
    pub(crate) inside: BTreeSet<usize>,
}

/// The source with all of `mutants`, which are those of this file.
pub(crate) fn rewrite(source: &str, mutants: &[&Mutant]) -> Rewritten {
    let file = syn::parse_file(source).expect("the source parses");
    let mut at = BTreeMap::<usize, Vec<&Mutant>>::new();
    for mutant in mutants {
        at.entry(mutant.start).or_default().push(mutant);
    }
    let mut finder = Finder {
        source,
        at,
        edits: Vec::new(),
        inside: BTreeSet::new(),
    };
    finder.visit_file(&file);
    let Finder {
        mut edits, inside, ..
    } = finder;
    // outer edits first; of one range, what was visited last is outside
    edits.reverse();
    edits.sort_by_key(|edit| (edit.range.start, std::cmp::Reverse(edit.range.end)));
    let mut rewritten = Rewritten {
        text: String::new(),
        owners: Vec::new(),
        inside,
    };
    let printer = Printer {
        source,
        edits: &edits,
    };
    printer.print(0..source.len(), None, &mut rewritten);
    rewritten
}

struct Printer<'a> {
    source: &'a str,
    edits: &'a [Edit],
}

impl Printer<'_> {
    /// Prints a range of the source with the edits in it, but for the one that prints it.
    fn print(&self, range: Range<usize>, within: Option<usize>, out: &mut Rewritten) {
        let mut at = range.start;
        let first = within.map_or(0, |edit| edit + 1);
        for (index, edit) in self.edits.iter().enumerate().skip(first) {
            if edit.range.start < at || edit.range.end > range.end {
                continue;
            }
            out.text += &self.source[at..edit.range.start];
            at = edit.range.end;
            let start = out.text.len();
            let mut numbers = Vec::new();
            self.pieces(&edit.pieces, index, out, &mut numbers);
            out.owners.push((start..out.text.len(), numbers));
        }
        out.text += &self.source[at..range.end];
    }

    fn pieces(&self, pieces: &[Piece], edit: usize, out: &mut Rewritten, numbers: &mut Vec<usize>) {
        for piece in pieces {
            match piece {
                Piece::Text(text) => out.text += text,
                Piece::Source(range) => self.print(range.clone(), Some(edit), out),
                Piece::Of(of, inner) => {
                    let start = out.text.len();
                    self.pieces(inner, edit, out, &mut Vec::new());
                    out.owners.push((start..out.text.len(), of.clone()));
                    numbers.extend(of);
                }
            }
        }
    }
}

struct Finder<'a> {
    source: &'a str,
    at: BTreeMap<usize, Vec<&'a Mutant>>,
    edits: Vec<Edit>,
    inside: BTreeSet<usize>,
}

impl<'a> Finder<'a> {
    fn take(&self, start: usize, genre: Genre) -> Vec<&'a Mutant> {
        let here = self.at.get(&start).into_iter().flatten();
        here.filter(|mutant| mutant.genre == genre)
            .copied()
            .collect()
    }

    fn edit(&mut self, range: Range<usize>, mutants: &[&Mutant], pieces: Vec<Piece>) {
        self.inside
            .extend(mutants.iter().map(|mutant| mutant.number));
        self.edits.push(Edit { range, pieces });
    }

    /// Each mutant that replaces the body returns at its head.
    fn body(&mut self, block: &syn::Block) {
        let (Some(first), open) = (block.stmts.first(), block.brace_token.span.open()) else {
            return;
        };
        let end = open.byte_range().end;
        // an attribute or a comment may stand before the first statement
        let range = end..first.span().byte_range().end;
        let starts: Vec<usize> = self.at.range(range).map(|(start, _)| *start).collect();
        for start in starts {
            let mutants = self.take(start, Genre::Body);
            if mutants.is_empty() || self.inside.contains(&mutants[0].number) {
                continue;
            }
            let pieces = mutants.iter().map(|mutant| {
                let number = mutant.number;
                let text = format!(
                    " if crate::mutant::is({number}) {{ return {}; }}",
                    mutant.replacement
                );
                Piece::Of(vec![number], vec![Piece::Text(text)])
            });
            let pieces = pieces.collect();
            self.edit(end..end, &mutants, pieces);
            return;
        }
    }

    fn binary(&mut self, node: &syn::ExprBinary) {
        let mutants = self.take(start_of(&node.op), Genre::Binary);
        let whole = range_of(node);
        let operand = |side: &Expr| Piece::Source(range_of(side));
        let (left, right) = (&*node.left, &*node.right);
        let Some(first) = mutants.first() else {
            return;
        };
        let operator = self.source[range_of(&node.op)].to_owned();
        let text = |text: String| Piece::Text(text);
        let is = |mutant: &Mutant| format!("crate::mutant::is({})", mutant.number);
        let pieces = match &node.op {
            BinOp::And(_) | BinOp::Or(_) => {
                if has_let(left) || has_let(right) || mutants.len() != 1 {
                    return;
                }
                let is = is(first);
                vec![
                    text("(((".into()),
                    operand(left),
                    text(format!(") != {is} {operator} (")),
                    operand(right),
                    text(format!(") != {is}) != {is})")),
                ]
            }
            BinOp::Eq(_) | BinOp::Ne(_) if mutants.len() == 1 => vec![
                text("((".into()),
                operand(left),
                text(format!(" {operator} ")),
                operand(right),
                text(format!(") != {})", is(first))),
            ],
            BinOp::AddAssign(_)
            | BinOp::SubAssign(_)
            | BinOp::MulAssign(_)
            | BinOp::DivAssign(_)
            | BinOp::RemAssign(_)
            | BinOp::BitAndAssign(_)
            | BinOp::BitOrAssign(_)
            | BinOp::BitXorAssign(_) => {
                let mut pieces = vec![text("{ ".into())];
                for mutant in &mutants {
                    let inner = vec![
                        operand(left),
                        text(format!(" {} ", mutant.replacement)),
                        operand(right),
                    ];
                    pieces.push(text(format!("if {} {{ ", is(mutant))));
                    pieces.push(Piece::Of(vec![mutant.number], inner));
                    pieces.push(text(" } else ".into()));
                }
                pieces.push(text("{ ".into()));
                pieces.push(operand(left));
                pieces.push(text(format!(" {operator} ")));
                pieces.push(operand(right));
                pieces.push(text(" } }".into()));
                pieces
            }
            op => {
                let compares = matches!(
                    op,
                    BinOp::Eq(_)
                        | BinOp::Ne(_)
                        | BinOp::Lt(_)
                        | BinOp::Le(_)
                        | BinOp::Gt(_)
                        | BinOp::Ge(_)
                );
                let by = if compares { "&" } else { "" };
                let mut pieces = vec![
                    text(format!("(match ({by}(")),
                    operand(left),
                    text(format!("), {by}(")),
                    operand(right),
                    text(")) { (l, r) => ".into()),
                ];
                for mutant in &mutants {
                    let inner = text(format!("l {} r", mutant.replacement));
                    pieces.push(text(format!("if {} {{ ", is(mutant))));
                    pieces.push(Piece::Of(vec![mutant.number], vec![inner]));
                    pieces.push(text(" } else ".into()));
                }
                pieces.push(text(format!("{{ l {operator} r }} }})")));
                pieces
            }
        };
        let numbers = mutants.iter().map(|mutant| mutant.number).collect();
        self.edit(whole, &mutants, vec![Piece::Of(numbers, pieces)]);
    }

    fn unary(&mut self, node: &syn::ExprUnary) {
        let mutants = self.take(start_of(&node.op), Genre::Unary);
        let [mutant] = mutants[..] else {
            return;
        };
        let number = mutant.number;
        let whole = Piece::Source(range_of(node));
        let inner = Piece::Source(range_of(&*node.expr));
        let is = format!("crate::mutant::is({number})");
        let pieces = match &node.op {
            syn::UnOp::Not(_) => vec![
                Piece::Text("((".into()),
                whole,
                Piece::Text(format!(") != {is})")),
            ],
            _ => vec![
                Piece::Text(format!("(if {is} {{ ")),
                inner,
                Piece::Text(" } else { ".into()),
                whole,
                Piece::Text(" })".into()),
            ],
        };
        let pieces = vec![Piece::Of(vec![number], pieces)];
        self.edit(range_of(node), &mutants, pieces);
    }

    /// An arm is deleted by a guard; what is left must cover everything, as if it were gone.
    fn arm(&mut self, node: &syn::Arm) {
        let deleted = self.take(range_of(node).start, Genre::Arm);
        let not = |mutant: &Mutant| {
            let text = format!("!crate::mutant::is({})", mutant.number);
            Piece::Of(vec![mutant.number], vec![Piece::Text(text)])
        };
        let Pat::Guard(guarded) = &node.pat else {
            if let [mutant] = deleted[..] {
                let end = range_of(&node.pat).end;
                let pieces = vec![Piece::Text(" if ".into()), not(mutant)];
                self.edit(end..end, &[mutant], pieces);
            }
            return;
        };
        let range = range_of(&*guarded.guard);
        let replaced = self.take(range.start, Genre::Guard);
        let has_let = has_let(&guarded.guard);
        let mut pieces = Vec::new();
        let mut mutants = deleted.clone();
        for mutant in deleted {
            pieces.push(not(mutant));
            pieces.push(Piece::Text(" && ".into()));
        }
        let (mut always, mut never) = (None, None);
        for mutant in replaced {
            match mutant.replacement.as_str() {
                "true" if !has_let => always = Some(mutant),
                "false" => never = Some(mutant),
                _ => {}
            }
        }
        mutants.extend(always.iter().chain(&never));
        if mutants.is_empty() {
            return;
        }
        if let Some(mutant) = never {
            pieces.push(not(mutant));
            pieces.push(Piece::Text(" && ".into()));
        }
        if let Some(mutant) = always {
            let text = format!("(crate::mutant::is({}) || ", mutant.number);
            pieces.push(Piece::Text(text));
        }
        let (open, close) = if has_let { ("", "") } else { ("(", ")") };
        pieces.push(Piece::Text(open.into()));
        pieces.push(Piece::Source(range.clone()));
        pieces.push(Piece::Text(close.into()));
        if always.is_some() {
            pieces.push(Piece::Text(")".into()));
        }
        let numbers = mutants.iter().map(|mutant| mutant.number).collect();
        self.edit(range, &mutants, vec![Piece::Of(numbers, pieces)]);
    }

    /// Where the arms that are left do not cover everything, rustc points at what is
    /// matched.
    fn matched(&mut self, node: &syn::ExprMatch) {
        let arms = node.arms.iter();
        let deleted = arms.flat_map(|arm| self.take(range_of(arm).start, Genre::Arm));
        let deleted: Vec<usize> = deleted.map(|mutant| mutant.number).collect();
        if !deleted.is_empty() {
            let range = range_of(&*node.expr);
            let source = vec![Piece::Source(range.clone())];
            self.edit(range, &[], vec![Piece::Of(deleted, source)]);
        }
    }

    /// A field that is left out comes from what the others come from.
    fn fields(&mut self, node: &syn::ExprStruct) {
        let whole = range_of(node);
        let mut pieces = Vec::new();
        let mut mutants = Vec::new();
        for field in &node.fields {
            let range = range_of(field);
            for mutant in self.take(range.start, Genre::Field) {
                let rest = self.source[range.end..].trim_start();
                let comma = self.source[range.end..].len() - rest.len();
                let after = range.end + comma + usize::from(rest.starts_with(','));
                let without = vec![
                    Piece::Source(whole.start..range.start),
                    Piece::Source(after..whole.end),
                ];
                let is = format!("if crate::mutant::is({}) {{ ", mutant.number);
                pieces.push(Piece::Text(is));
                pieces.push(Piece::Of(vec![mutant.number], without));
                pieces.push(Piece::Text(" } else ".into()));
                mutants.push(mutant);
            }
        }
        if !mutants.is_empty() {
            pieces.insert(0, Piece::Text("(".into()));
            pieces.push(Piece::Text("{ ".into()));
            pieces.push(Piece::Source(whole.clone()));
            pieces.push(Piece::Text(" })".into()));
            self.edit(whole, &mutants, pieces);
        }
    }
}

impl<'a> Visit<'a> for Finder<'_> {
    fn visit_item_fn(&mut self, node: &'a syn::ItemFn) {
        visit::visit_item_fn(self, node);
        self.body(&node.block);
    }

    fn visit_impl_item_fn(&mut self, node: &'a syn::ImplItemFn) {
        visit::visit_impl_item_fn(self, node);
        self.body(&node.block);
    }

    fn visit_expr_binary(&mut self, node: &'a syn::ExprBinary) {
        visit::visit_expr_binary(self, node);
        self.binary(node);
    }

    fn visit_expr_unary(&mut self, node: &'a syn::ExprUnary) {
        visit::visit_expr_unary(self, node);
        self.unary(node);
    }

    fn visit_arm(&mut self, node: &'a syn::Arm) {
        visit::visit_arm(self, node);
        self.arm(node);
    }

    fn visit_expr_match(&mut self, node: &'a syn::ExprMatch) {
        visit::visit_expr_match(self, node);
        self.matched(node);
    }

    fn visit_expr_struct(&mut self, node: &'a syn::ExprStruct) {
        visit::visit_expr_struct(self, node);
        self.fields(node);
    }
}

/// Whether a condition binds names: `a && let Some(b) = c`.
fn has_let(condition: &Expr) -> bool {
    match condition {
        Expr::Let(_) => true,
        Expr::Binary(binary) => has_let(&binary.left) || has_let(&binary.right),
        _ => false,
    }
}

fn start_of(node: &impl Spanned) -> usize {
    range_of(node).start
}

/// Outside of macros, and with locations, a joined span reaches over the whole node.
fn range_of(node: &impl Spanned) -> Range<usize> {
    let span: Span = node.span();
    span.byte_range()
}
