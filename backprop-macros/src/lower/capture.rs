//! User code that is passed through as it is, with the locals it names.

use super::passed::Parts;
use super::{Binding, Lowerer, Lowering};
use crate::fence::{Refusal, catalogue as no};
use crate::ir::{Capture, Kind, Op, Tree};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::Expr;
use syn::spanned::Spanned;

impl Lowerer<'_> {
    /// Passes `expr` through; it is refused if an active value reaches it.
    pub(super) fn verbatim(&mut self, expr: &Expr, refusal: Refusal) -> Lowering {
        self.verbatim_at(expr, refusal, expr.span())
    }

    /// The same; it is refused at `span`.
    pub(super) fn verbatim_at(&mut self, expr: &Expr, refusal: Refusal, span: Span) -> Lowering {
        let capture = self.passed(expr, Parts::Integers)?;
        let op = Op::Verbatim(capture, refusal.message);
        Some(self.push(op, Kind::Opaque, span))
    }

    /// Finds the locals that `tokens` name.
    pub(super) fn capture(&mut self, tokens: TokenStream) -> Capture {
        let mut names: Vec<Ident> = Vec::new();
        let mut jumps = Vec::new();
        self.scan(tokens.clone(), &mut names, &mut jumps);
        for jump in jumps {
            self.errors.refuse(&jump, no::JUMP_IN_OPAQUE_CODE);
        }
        let mut uses = Vec::new();
        for name in names {
            let tree = match self.lookup(&name.to_string()).cloned() {
                Some(Binding::Value(tree)) => tree,
                Some(Binding::Slot(slot)) if self.slots[slot.0].tree.is_some() => {
                    self.read_slot(slot, name.span())
                }
                Some(Binding::MutRef(place)) => match self.read_place(&place, name.span()) {
                    Some(tree) => Tree::Ref(Box::new(tree)),
                    None => continue,
                },
                _ => continue,
            };
            uses.push((name, tree));
        }
        Capture { tokens, uses }
    }

    /// Collects names of locals, also those in format strings (`"{x}"`).
    pub(super) fn scan(&self, tokens: TokenStream, names: &mut Vec<Ident>, jumps: &mut Vec<Ident>) {
        // a name after one dot is a field or a method; after two it is a bound
        let mut dots = 0;
        for token in tokens {
            let field = dots == 1;
            if !matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '.') {
                dots = 0;
            }
            match token {
                TokenTree::Group(group) => self.scan(group.stream(), names, jumps),
                TokenTree::Ident(ident) => {
                    let name = ident.to_string();
                    if matches!(name.as_str(), "return" | "break" | "continue" | "await") {
                        jumps.push(ident);
                    } else if !field && !names.contains(&ident) && self.lookup(&name).is_some() {
                        names.push(ident);
                    }
                }
                TokenTree::Punct(punct) => {
                    dots += i32::from(punct.as_char() == '.');
                    if punct.as_char() == '?' {
                        jumps.push(Ident::new("question", punct.span()));
                    }
                }
                TokenTree::Literal(literal) => {
                    let text = literal.to_string();
                    if !text.contains('"') || !text.contains('{') {
                        continue;
                    }
                    for scope in &self.scopes {
                        for (name, _) in scope {
                            let quoted = names.iter().any(|known| known == name);
                            if !quoted && mentions(&text, name) {
                                names.push(make_ident(name, literal.span()));
                            }
                        }
                    }
                }
            }
        }
    }
}

fn make_ident(name: &str, span: proc_macro2::Span) -> Ident {
    match name.strip_prefix("r#") {
        Some(raw) => Ident::new_raw(raw, span),
        None => Ident::new(name, span),
    }
}

/// Whether a format string has a placeholder that names the local.
fn mentions(text: &str, name: &str) -> bool {
    text.split('{').skip(1).any(|placeholder| {
        let inner = placeholder.split('}').next().unwrap_or("");
        let word = |c: char| !(c.is_alphanumeric() || c == '_');
        inner.split(word).any(|part| part == name)
    })
}
