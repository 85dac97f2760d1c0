//! Replaces floats by dual numbers.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Attribute, Error, Expr, ExprLit, Item, Lit, Macro, Pat, Path, Result, Token, Type, parse_quote,
    parse_quote_spanned,
};

use crate::facts::{Facts, Width, only_width, type_name};
use crate::{pattern, width};

/// The items of the module `dual`. What has no float in it has no twin: the
/// module imports the original.
pub(crate) fn twins(items: &[Item], facts: &Facts) -> Result<TokenStream> {
    let mut tokens = TokenStream::new();
    for item in items {
        match item {
            Item::Const(item) if facts.carries_floats(&item.ty.to_token_stream()) => {
                let (name, vis) = (&item.ident, &item.vis);
                let value = lift(&item.ty, &quote!(super::#name))?;
                let ty = twin_type(&item.ty);
                tokens.extend(quote!(#vis const #name: #ty = #value;));
            }
            Item::Static(item) if facts.carries_floats(&item.ty.to_token_stream()) => {
                let (name, vis) = (&item.ident, &item.vis);
                let value = lift(&item.ty, &quote!(super::#name))?;
                let ty = twin_type(&item.ty);
                tokens.extend(quote!(#vis static #name: #ty = #value;));
            }
            Item::Fn(_) => tokens.extend(twin(item.clone(), facts)?),
            Item::Impl(block) if facts.carries_floats(&block.self_ty.to_token_stream()) => {
                tokens.extend(twin(item.clone(), facts)?);
            }
            _ if type_name(item).is_some_and(|name| facts.twins.contains(&name)) => {
                tokens.extend(twin(item.clone(), facts)?);
            }
            _ => {}
        }
    }
    Ok(tokens)
}

fn twin(mut item: Item, facts: &Facts) -> Result<TokenStream> {
    if let Item::Fn(function) = &mut item {
        width::settle(function, facts);
        function.vis = parse_quote!(pub);
    }
    let mut twin = Twin {
        default: only_width(&item.to_token_stream()),
        facts,
        error: None,
    };
    twin.visit_item_mut(&mut item);
    match twin.error {
        Some(error) => Err(error),
        None => Ok(item.into_token_stream()),
    }
}

fn twin_type(ty: &Type) -> Type {
    let mut ty = ty.clone();
    Types.visit_type_mut(&mut ty);
    ty
}

/// A constant expression for the dual twin of the constant `value`.
fn lift(ty: &Type, value: &TokenStream) -> Result<TokenStream> {
    match ty {
        Type::Path(path) => match path
            .path
            .get_ident()
            .and_then(|name| Width::of_name(&name.to_string()))
        {
            Some(width) => {
                let dual = dual_path(width);
                Ok(quote!(#dual::constant(#value)))
            }
            None => Ok(value.clone()),
        },
        Type::Tuple(tuple) => {
            let elements = tuple.elems.iter().enumerate().map(|(index, ty)| {
                let index = syn::Index::from(index);
                lift(ty, &quote!(#value.#index))
            });
            let elements = elements.collect::<Result<Vec<_>>>()?;
            Ok(quote!((#(#elements,)*)))
        }
        Type::Array(array) => {
            let Expr::Lit(ExprLit {
                lit: Lit::Int(length),
                ..
            }) = &array.len
            else {
                return Err(Error::new(
                    array.len.span(),
                    "the oracle needs a literal array length here",
                ));
            };
            let elements = (0..length.base10_parse::<usize>()?)
                .map(|index| lift(&array.elem, &quote!(#value[#index])));
            let elements = elements.collect::<Result<Vec<_>>>()?;
            Ok(quote!([#(#elements,)*]))
        }
        _ => Err(Error::new(
            ty.span(),
            "the oracle has no dual twin for constants of this type",
        )),
    }
}

fn dual_path(width: Width) -> Path {
    match width {
        Width::Single => parse_quote!(::oracle::Dual32),
        Width::Double => parse_quote!(::oracle::Dual64),
    }
}

/// `f64` to `Dual64` in types.
struct Types;

impl VisitMut for Types {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if let Type::Path(path) = ty
            && path.qself.is_none()
            && let Some(width) = path
                .path
                .segments
                .last()
                .and_then(|last| Width::of_name(&last.ident.to_string()))
        {
            let dual = dual_path(width);
            *ty = parse_quote_spanned!(ty.span()=> #dual);
        }
        visit_mut::visit_type_mut(self, ty);
    }
}

struct Twin<'a> {
    /// The width of a literal that has no suffix; `None` leaves it to rustc.
    default: Option<Width>,
    facts: &'a Facts,
    error: Option<Error>,
}

impl Twin<'_> {
    fn refuse(&mut self, error: Error) {
        match &mut self.error {
            Some(errors) => errors.combine(error),
            None => self.error = Some(error),
        }
    }

    fn literal(&self, literal: &ExprLit) -> Option<Expr> {
        let Lit::Float(float) = &literal.lit else {
            return None;
        };
        let mut float = float.clone();
        let span = float.span();
        if let Some(width) = self.default {
            width::suffix(&mut float, width);
        }
        Some(match Width::of_name(float.suffix()) {
            Some(width) => {
                let dual = dual_path(width);
                parse_quote_spanned!(span=> #dual::constant(#float))
            }
            None => parse_quote_spanned!(span=> ::oracle::literal(#float)),
        })
    }

    /// `matches!` as the `match` it stands for.
    fn matches(mac: &Macro) -> Option<Expr> {
        struct Matches(Expr, Pat);
        impl Parse for Matches {
            fn parse(input: ParseStream<'_>) -> Result<Self> {
                let value = input.parse()?;
                input.parse::<Token![,]>()?;
                let mut pattern = Pat::parse_multi_with_leading_vert(input)?;
                if input.peek(Token![if]) {
                    let if_token = input.parse()?;
                    let guard = Box::new(input.parse()?);
                    pattern = Pat::Guard(syn::PatGuard {
                        attrs: Vec::new(),
                        pat: Box::new(pattern),
                        if_token,
                        guard,
                    });
                }
                input.parse::<Option<Token![,]>>()?;
                Ok(Self(value, pattern))
            }
        }
        let Matches(value, pattern) = mac.parse_body().ok()?;
        Some(parse_quote!(match #value { #pattern => true, _ => false }))
    }
}

impl VisitMut for Twin<'_> {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<Attribute>) {
        attributes.retain(|attribute| !is_differentiate(attribute));
    }

    fn visit_type_mut(&mut self, ty: &mut Type) {
        Types.visit_type_mut(ty);
    }

    /// A `const` inside a body keeps its expression, which is evaluated before
    /// it is lifted; other constants in it are read as values.
    fn visit_item_const_mut(&mut self, item: &mut syn::ItemConst) {
        if !self.facts.carries_floats(&item.ty.to_token_stream()) {
            return;
        }
        let (ty, value) = (&item.ty, &item.expr);
        match lift(ty, &quote!(WRITTEN)) {
            Ok(lifted) => {
                *item.expr = parse_quote!({ use super::*; const WRITTEN: #ty = #value; #lifted });
                *item.ty = twin_type(ty);
            }
            Err(error) => self.refuse(error),
        }
    }

    fn visit_pat_mut(&mut self, pattern: &mut Pat) {
        if !pattern::conditions(&mut pattern.clone()).is_empty() {
            self.refuse(Error::new(
                pattern.span(),
                "the oracle cannot put a guard in place of this float pattern",
            ));
        }
        // A range in a pattern holds literals, not expressions.
        if !matches!(pattern, Pat::Range(_) | Pat::Lit(_)) {
            visit_mut::visit_pat_mut(self, pattern);
        }
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        match expr {
            Expr::Lit(literal) => {
                if let Some(constant) = self.literal(literal) {
                    *expr = constant;
                }
                return;
            }
            Expr::Match(branch) => {
                branch.arms = pattern::guard_arms(std::mem::take(&mut branch.arms));
            }
            Expr::Let(condition) => {
                let tests = pattern::conditions(&mut condition.pat);
                visit_mut::visit_expr_let_mut(self, condition);
                if !tests.is_empty() {
                    *expr = Expr::Verbatim(quote!(#condition #(&& #tests)*));
                }
                return;
            }
            Expr::Macro(call) => {
                if call
                    .mac
                    .path
                    .segments
                    .last()
                    .is_some_and(|last| last.ident == "matches")
                    && let Some(branch) = Self::matches(&call.mac)
                {
                    *expr = branch;
                    self.visit_expr_mut(expr);
                    return;
                }
            }
            Expr::Cast(cast) => {
                let source_span = cast.span();
                self.visit_expr_mut(&mut cast.expr);
                self.visit_type_mut(&mut cast.ty);
                let (value, ty) = (&cast.expr, &cast.ty);
                if is_numeric(ty) {
                    *expr = parse_quote_spanned!(source_span=> ::oracle::Cast::<#ty>::cast(#value));
                }
                return;
            }
            Expr::Path(path) if path.qself.is_none() => {
                if let Some(twin) = float_path(&path.path) {
                    *expr = twin;
                    return;
                }
            }
            Expr::Call(call) => {
                if let Expr::Path(function) = &*call.func
                    && function
                        .path
                        .segments
                        .last()
                        .is_some_and(|last| last.ident == "constant")
                    && !self.facts.functions.contains_key("constant")
                {
                    *call.func = parse_quote!(::oracle::constant);
                }
            }
            _ => {}
        }
        visit_mut::visit_expr_mut(self, expr);
    }

    /// Arguments of macros are expressions wherever they parse as such.
    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        if mac
            .path
            .segments
            .last()
            .is_some_and(|last| last.ident == "verbatim")
        {
            return;
        }
        let arguments = Punctuated::<Expr, Token![,]>::parse_terminated;
        if let Ok(mut arguments) = arguments.parse2(mac.tokens.clone()) {
            arguments
                .iter_mut()
                .for_each(|argument| self.visit_expr_mut(argument));
            mac.tokens = arguments.into_token_stream();
        }
    }
}

/// `#[differentiate]`, however it is reached.
pub(crate) fn is_differentiate(attribute: &Attribute) -> bool {
    attribute
        .path()
        .segments
        .last()
        .is_some_and(|last| last.ident == "differentiate")
}

fn is_numeric(ty: &Type) -> bool {
    const NAMES: &[&str] = &[
        "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize",
        "Dual32", "Dual64",
    ];
    match ty {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .is_some_and(|last| NAMES.iter().any(|name| last.ident == name)),
        _ => false,
    }
}

/// `f64::EPSILON` and `std::f64::consts::PI` as constants, `f64::sin` as the
/// function of the dual number.
fn float_path(path: &Path) -> Option<Expr> {
    const COUNTS: &[&str] = &[
        "RADIX",
        "DIGITS",
        "MANTISSA_DIGITS",
        "MIN_EXP",
        "MAX_EXP",
        "MIN_10_EXP",
        "MAX_10_EXP",
    ];
    let position = path
        .segments
        .iter()
        .position(|segment| Width::of_name(&segment.ident.to_string()).is_some())?;
    let dual = dual_path(Width::of_name(&path.segments[position].ident.to_string())?);
    let last = path.segments.last()?;
    let name = last.ident.to_string();
    if position + 1 == path.segments.len() || COUNTS.contains(&name.as_str()) {
        return None;
    }
    if name.chars().all(|letter| !letter.is_lowercase()) {
        return Some(parse_quote_spanned!(path.span()=> #dual::constant(#path)));
    }
    let function = quote_spanned!(path.span()=> #dual::#last);
    Some(parse_quote!(#function))
}
