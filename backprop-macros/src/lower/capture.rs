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
        let value = self.push_value(op, Kind::Opaque, span);
        if super::iter::makes_map(expr) {
            self.maps.insert(value);
        }
        Some(Tree::Leaf(value))
    }

    /// Finds the locals that `tokens` name.
    pub(super) fn capture(&mut self, mut tokens: TokenStream) -> Capture {
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
                Some(Binding::Range(range)) => {
                    let range = Expr::Range((*range).clone());
                    match self.verbatim(&range, no::OPAQUE_CODE) {
                        Some(range) => range,
                        None => continue,
                    }
                }
                // under its name another function might be found
                Some(Binding::Closure(_) | Binding::Function(_)) => {
                    self.errors.refuse(&name, no::CLOSURE_IN_OPAQUE_CODE);
                    continue;
                }
                Some(Binding::Iterator(_)) => {
                    self.errors.refuse(&name, no::ITERATOR_IN_OPAQUE_CODE);
                    continue;
                }
                _ => continue,
            };
            let tree = match tree {
                // a method that looks at it
                Tree::Leaf(leaf)
                    if self.maps.contains(&leaf)
                        && !self.f.is_reference(leaf)
                        && let Some(seen) = lent(&tokens, &name) =>
                {
                    tokens = seen;
                    Tree::Ref(Box::new(Tree::Leaf(leaf)))
                }
                tree => tree,
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

/// Code with a reference to the local under its name: `&name` becomes `name`, and
/// methods that leave it where it is find it behind the reference. Nothing if the
/// code does more.
fn lent(tokens: &TokenStream, name: &Ident) -> Option<TokenStream> {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let is_punct = |at: usize, c: char| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == c);
    let mut seen: Vec<TokenTree> = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => {
                let inner = lent(&group.stream(), name)?;
                let mut seen_group = proc_macro2::Group::new(group.delimiter(), inner);
                seen_group.set_span(group.span());
                seen.push(seen_group.into());
                continue;
            }
            TokenTree::Ident(ident) if ident == name => {
                let is_member = i.checked_sub(1).is_some_and(|before| is_punct(before, '.'));
                let consumes = match tokens.get(i + 2) {
                    Some(TokenTree::Ident(method)) => method.to_string().starts_with("into_"),
                    _ => true,
                };
                if is_punct(i + 1, '.') {
                    (!consumes).then_some(())?;
                } else if !is_member {
                    let borrow = i.checked_sub(1)?;
                    is_punct(borrow, '&').then_some(())?;
                    seen.pop();
                }
            }
            _ => {}
        }
        seen.push(token.clone());
    }
    Some(seen.into_iter().collect())
}

/// Whether a format string has a placeholder that names the local.
fn mentions(text: &str, name: &str) -> bool {
    text.split('{').skip(1).any(|placeholder| {
        let inner = placeholder.split('}').next().unwrap_or("");
        let word = |c: char| !(c.is_alphanumeric() || c == '_');
        inner.split(word).any(|part| part == name)
    })
}
