//! Patterns inside the variants of an enum, and or-patterns that bind names.
//!
//! The patterns of an arm are emitted as they are, so rustc decides which arm runs. What
//! they bind inside an enum must be a part of it that has a path. A struct or a slice
//! inside a variant gets a name of its own, `name @ [_, _]`, and is taken apart in the
//! body of the arm. Alternatives that bind names become arms of their own.

use super::branch::wildcard;
use proc_macro2::{Ident, Span};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Pat, Token};

/// So many arms one may become.
const MOST: usize = 16;

/// A pattern, and the patterns in it that are bound to names of their own.
pub(super) struct TakenOut {
    pub(super) pattern: Pat,
    pub(super) parts: Vec<(Ident, Pat)>,
}

/// Names the structs and slices inside the variants of a pattern.
pub(super) fn take_out(pat: &Pat, first: usize) -> TakenOut {
    let (mut pattern, mut parts) = (pat.clone(), Vec::new());
    visit(&mut pattern, false, first, &mut parts);
    TakenOut { pattern, parts }
}

fn visit(pat: &mut Pat, inside: bool, first: usize, parts: &mut Vec<(Ident, Pat)>) {
    if inside && is_part(pat) && binds(pat) {
        let span = pat.span().resolved_at(Span::mixed_site());
        let name = Ident::new(&format!("__part{}", first + parts.len()), span);
        let mut tests = pat.clone();
        forget_names(&mut tests);
        let mut names = std::mem::replace(pat, wildcard(span));
        forget_tests(&mut names);
        *pat = Pat::Ident(syn::PatIdent {
            attrs: Vec::new(),
            by_ref: None,
            mutability: None,
            ident: name.clone(),
            subpat: Some((Token![@](span), Box::new(tests))),
        });
        parts.push((name, names));
        return;
    }
    match pat {
        Pat::Paren(inner) => visit(&mut inner.pat, inside, first, parts),
        Pat::Reference(inner) => visit(&mut inner.pat, inside, first, parts),
        Pat::Tuple(tuple) => each(&mut tuple.elems, |pat| visit(pat, inside, first, parts)),
        Pat::TupleStruct(tuple) => each(&mut tuple.elems, |pat| visit(pat, true, first, parts)),
        Pat::Struct(fields) => {
            for field in &mut fields.fields {
                spell_out(field);
                visit(&mut field.pat, true, first, parts);
            }
        }
        _ => {}
    }
}

fn each(pats: &mut Punctuated<Pat, Token![,]>, f: impl FnMut(&mut Pat)) {
    pats.iter_mut().for_each(f);
}

/// `P { x }` → `P { x: x }`
fn spell_out(field: &mut syn::FieldPat) {
    if field.colon_token.is_none() {
        field.colon_token = Some(Token![:](field.span()));
    }
}

/// Whether the pattern looks into a struct or a sequence, and into no enum.
fn is_part(pat: &Pat) -> bool {
    let fields = |fields: &syn::PatStruct| {
        fields.path.segments.len() == 1 && fields.fields.iter().all(|field| is_inner(&field.pat))
    };
    match pat {
        Pat::Struct(pat) => fields(pat),
        Pat::Slice(slice) => slice.elems.iter().all(is_inner),
        _ => false,
    }
}

fn is_inner(pat: &Pat) -> bool {
    match pat {
        Pat::Ident(bound) => match &bound.subpat {
            None => true,
            Some((_, inner)) => matches!(**inner, Pat::Rest(_)),
        },
        Pat::Wild(_) | Pat::Rest(_) | Pat::Lit(_) | Pat::Range(_) => true,
        Pat::Paren(inner) => is_inner(&inner.pat),
        Pat::Tuple(tuple) => tuple.elems.iter().all(is_inner),
        pat => is_part(pat),
    }
}

/// Whether a pattern binds a name.
fn binds(pat: &Pat) -> bool {
    let mut names = Vec::new();
    super::pattern::bound_names(pat, &mut names);
    !names.is_empty()
}

/// Leaves what a pattern tests.
fn forget_names(pat: &mut Pat) {
    match pat {
        Pat::Ident(bound) if !super::pattern::is_constant_name(&bound.ident) => {
            let span = bound.ident.span();
            *pat = match bound.subpat.take() {
                Some((_, inner)) => *inner,
                None => wildcard(span),
            };
        }
        pat => children(pat, forget_names),
    }
}

/// Leaves what a pattern binds.
fn forget_tests(pat: &mut Pat) {
    let is_constant =
        |pat: &syn::PatIdent| pat.subpat.is_none() && super::pattern::is_constant_name(&pat.ident);
    match pat {
        Pat::Lit(_) | Pat::Range(_) => *pat = wildcard(pat.span()),
        Pat::Ident(bound) if is_constant(bound) => {
            *pat = wildcard(pat.span());
        }
        pat => children(pat, forget_tests),
    }
}

fn children(pat: &mut Pat, f: fn(&mut Pat)) {
    match pat {
        Pat::Paren(inner) => f(&mut inner.pat),
        Pat::Reference(inner) => f(&mut inner.pat),
        Pat::Tuple(tuple) => each(&mut tuple.elems, f),
        Pat::Slice(slice) => each(&mut slice.elems, f),
        Pat::Struct(fields) => {
            for field in &mut fields.fields {
                spell_out(field);
                f(&mut field.pat);
            }
        }
        _ => {}
    }
}

/// The alternatives of a pattern as patterns of their own, in the order in which they
/// are tried, if they bind names.
pub(super) fn alternatives(pat: &Pat) -> Vec<Pat> {
    match spread(pat) {
        Some(all) if binds(pat) => all,
        _ => vec![pat.clone()],
    }
}

/// Every alternative, or none if there are too many.
fn spread(pat: &Pat) -> Option<Vec<Pat>> {
    let all = match pat {
        Pat::Or(or) if or.cases.iter().any(binds) => {
            let mut all = Vec::new();
            for case in &or.cases {
                all.extend(spread(case)?);
            }
            all
        }
        Pat::Paren(inner) => spread(&inner.pat)?,
        Pat::Reference(inner) => product(&[&inner.pat], |pats| {
            let mut inner = inner.clone();
            *inner.pat = pats[0].clone();
            Pat::Reference(inner)
        })?,
        Pat::Tuple(tuple) => product(&tuple.elems.iter().collect::<Vec<_>>(), |pats| {
            let mut tuple = tuple.clone();
            replace(&mut tuple.elems, pats);
            Pat::Tuple(tuple)
        })?,
        Pat::TupleStruct(tuple) => product(&tuple.elems.iter().collect::<Vec<_>>(), |pats| {
            let mut tuple = tuple.clone();
            replace(&mut tuple.elems, pats);
            Pat::TupleStruct(tuple)
        })?,
        Pat::Struct(fields) => {
            let pats: Vec<&Pat> = fields.fields.iter().map(|field| &*field.pat).collect();
            product(&pats, |pats| {
                let mut fields = fields.clone();
                for (field, pat) in fields.fields.iter_mut().zip(pats) {
                    spell_out(field);
                    *field.pat = pat.clone();
                }
                Pat::Struct(fields)
            })?
        }
        pat => vec![pat.clone()],
    };
    (all.len() <= MOST).then_some(all)
}

fn replace(elems: &mut Punctuated<Pat, Token![,]>, pats: &[Pat]) {
    for (elem, pat) in elems.iter_mut().zip(pats) {
        *elem = pat.clone();
    }
}

/// Every combination of the alternatives of several patterns: that of the first varies
/// last.
fn product(pats: &[&Pat], build: impl Fn(&[Pat]) -> Pat) -> Option<Vec<Pat>> {
    let mut rows: Vec<Vec<Pat>> = vec![Vec::new()];
    for pat in pats {
        let all = spread(pat)?;
        if rows.len() * all.len() > MOST {
            return None;
        }
        let longer = |row: &Vec<Pat>| {
            let each = all
                .iter()
                .map(|pat| [&row[..], std::slice::from_ref(pat)].concat());
            each.collect::<Vec<_>>()
        };
        rows = rows.iter().flat_map(longer).collect();
    }
    Some(rows.iter().map(|row| build(row)).collect())
}
