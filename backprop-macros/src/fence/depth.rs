//! How deeply tokens nest, before anything that calls itself looks at them: a stack
//! that overflows ends the compiler without a message.
//!
//! Brackets nest, and so do prefixes, operators and keywords one after another
//! (`- - x`, `a + b + c`, `if a {} else if b {}`). What is counted is at least the
//! depth of the syntax tree, up to a constant for each level.

use super::catalogue as no;
use proc_macro2::{Delimiter, Spacing, Span, TokenStream, TokenTree, token_stream};

/// Deep enough for what people and most generators write. Up to here the passes stay,
/// without optimisation, inside half of the stack that rustc gives them
/// (`tests::tokens::deep_inputs`).
const LIMIT: usize = 400;

/// What brackets, keywords and the like count: more functions are called for them, in
/// types most.
const PER_GROUP: usize = 3;
const PER_KEYWORD: usize = 2;
const PER_TYPE: usize = 6;
const PER_REFERENCE: usize = 4;

/// Refuses tokens that are nested too deeply.
pub(crate) fn check_depth(tokens: &TokenStream) -> syn::Result<()> {
    match too_deep(tokens) {
        Some(span) => Err(syn::Error::new(span, no::TOO_DEEP.message)),
        None => Ok(()),
    }
}

/// The first token that is nested too deeply, if there is one.
fn too_deep(tokens: &TokenStream) -> Option<Span> {
    let mut levels = vec![Level::new(tokens.clone(), 0)];
    while let Some(level) = levels.last_mut() {
        let Some(token) = level.tokens.next() else {
            levels.pop();
            continue;
        };
        if level.depth() > LIMIT {
            return Some(token.span());
        }
        level.count(&token);
        if let TokenTree::Group(group) = &token {
            let depth = level.depth() + PER_GROUP;
            levels.push(Level::new(group.stream(), depth));
        }
    }
    None
}

/// The tokens between two brackets.
struct Level {
    tokens: token_stream::IntoIter,
    /// Around the brackets.
    outside: usize,
    /// What may nest since the expression or the item began.
    run: usize,
    /// The part of it after which a comma ends nothing: `<` without `>`, and `|`.
    open: usize,
    last: Last,
}

#[derive(PartialEq)]
enum Last {
    /// A block, after which a statement may begin.
    Block,
    /// A dot, or what goes on: the first half of `=>` or `->`.
    Sign(char),
    /// A name, a literal, or brackets.
    Operand,
    /// The first half of `::`.
    Colon,
    Other,
}

impl Level {
    fn new(tokens: TokenStream, outside: usize) -> Self {
        Level {
            tokens: tokens.into_iter(),
            outside,
            run: 0,
            open: 0,
            last: Last::Other,
        }
    }

    fn depth(&self) -> usize {
        self.outside + self.run
    }

    fn begin(&mut self) {
        (self.run, self.open) = (0, 0);
    }

    fn count(&mut self, token: &TokenTree) {
        let last = std::mem::replace(&mut self.last, Last::Other);
        match token {
            TokenTree::Ident(name) => {
                let name = name.to_string();
                if last == Last::Block && !["as", "in", "else"].contains(&&*name) {
                    self.begin();
                }
                match is_prefix(&name) {
                    true => self.run += PER_KEYWORD,
                    false => self.last = Last::Operand,
                }
            }
            TokenTree::Literal(_) => {
                if last == Last::Block {
                    self.begin();
                }
                // `x.0.0` is two fields
                self.run += usize::from(last == Last::Sign('.'));
                self.last = Last::Operand;
            }
            TokenTree::Group(group) => {
                if last == Last::Block {
                    self.begin();
                }
                match group.delimiter() {
                    Delimiter::Brace => self.last = Last::Block,
                    // a call or an index, perhaps of what came before
                    _ => {
                        self.run += 1;
                        self.last = Last::Operand;
                    }
                }
            }
            TokenTree::Punct(punct) => {
                let is_joint = punct.spacing() == Spacing::Joint;
                match punct.as_char() {
                    ';' => self.begin(),
                    // an attribute of what begins here
                    '#' if last == Last::Block => self.begin(),
                    ',' => self.run = self.run.min(self.open),
                    '>' if last == Last::Sign('=') => self.begin(),
                    '>' if last == Last::Sign('-') => self.run += PER_KEYWORD,
                    '>' => self.open = self.open.saturating_sub(PER_TYPE),
                    ':' if last == Last::Colon => {}
                    ':' if is_joint => self.last = Last::Colon,
                    '<' => {
                        self.run += PER_TYPE;
                        self.open += PER_TYPE;
                    }
                    sign => {
                        // of a reference, perhaps in a type
                        let is_prefix = sign == '&' && last != Last::Operand;
                        self.run += if is_prefix { PER_REFERENCE } else { 1 };
                        self.open += usize::from(sign == '|');
                        if is_joint || sign == '.' {
                            self.last = Last::Sign(sign);
                        }
                    }
                }
            }
        }
    }
}

/// Keywords that an expression, a pattern or a type may follow.
fn is_prefix(word: &str) -> bool {
    matches!(
        word,
        "return"
            | "break"
            | "become"
            | "yield"
            | "if"
            | "else"
            | "match"
            | "while"
            | "for"
            | "in"
            | "loop"
            | "let"
            | "as"
            | "move"
            | "static"
            | "async"
            | "unsafe"
            | "const"
            | "do"
            | "box"
            | "ref"
            | "mut"
            | "dyn"
            | "impl"
            | "try"
            | "gen"
            | "where"
            | "raw"
    )
}
