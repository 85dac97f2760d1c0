//! Replaces floats by dual numbers.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Attribute, BinOp, Block, Error, Expr, ExprLit, ImplItem, ImplItemConst, Item, ItemConst,
    ItemUse, Lit, Macro, Pat, Path, Result, Signature, Stmt, Token, Type, UseTree, parse_quote,
    parse_quote_spanned,
};

use crate::facts::{Facts, Width, type_name};
use crate::lift::lift;
use crate::{pattern, width};

/// The items of the module `dual`. What has no float in it has no twin: the
/// module imports the original.
pub(crate) fn twins(items: &[Item], facts: &Facts) -> Result<TokenStream> {
    let mut tokens = TokenStream::new();
    for item in items {
        match item {
            Item::Const(item) if facts.carries_floats(&item.ty.to_token_stream()) => {
                let (name, vis) = (&item.ident, &item.vis);
                let value = lift(&item.ty, &quote!(super::#name), facts)?;
                let ty = twin_type(&item.ty);
                tokens.extend(quote!(#vis const #name: #ty = #value;));
            }
            Item::Static(item) if facts.carries_floats(&item.ty.to_token_stream()) => {
                let (name, vis) = (&item.ident, &item.vis);
                let value = lift(&item.ty, &quote!(super::#name), facts)?;
                let ty = twin_type(&item.ty);
                tokens.extend(quote!(#vis static #name: #ty = #value;));
            }
            Item::Fn(_) => tokens.extend(twin(item.clone(), facts)?),
            Item::Impl(block) => {
                let of_twin = block
                    .trait_
                    .as_ref()
                    .is_some_and(|(path, _)| facts.carries_floats(&path.to_token_stream()));
                if of_twin || facts.carries_floats(&block.self_ty.to_token_stream()) {
                    tokens.extend(twin(item.clone(), facts)?);
                }
            }
            Item::Use(import) => {
                let constants = imported_constants(import);
                tokens.extend(quote!(#(#constants)*));
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
    Lists.visit_item_mut(&mut item);
    width::settle(&mut item, facts);
    expose(&mut item);
    let this = match &item {
        Item::Impl(block) => Some((*block.self_ty).clone()),
        _ => None,
    };
    let mut twin = Twin {
        default: facts.only_width(&item.to_token_stream()),
        facts,
        this,
        error: None,
    };
    twin.visit_item_mut(&mut item);
    match twin.error {
        Some(error) => Err(error),
        None => Ok(item.into_token_stream()),
    }
}

/// Makes what was private to the module of the original visible to it.
fn expose(item: &mut Item) {
    match item {
        Item::Fn(function) => function.vis = parse_quote!(pub),
        Item::Enum(item) => item.vis = parse_quote!(pub),
        Item::Trait(item) => item.vis = parse_quote!(pub),
        Item::Type(item) => item.vis = parse_quote!(pub),
        Item::Struct(item) => {
            item.vis = parse_quote!(pub);
            item.fields
                .iter_mut()
                .for_each(|field| field.vis = parse_quote!(pub));
        }
        Item::Impl(block) if block.trait_.is_none() => {
            for item in &mut block.items {
                match item {
                    ImplItem::Fn(method) => method.vis = parse_quote!(pub),
                    ImplItem::Const(constant) => constant.vis = parse_quote!(pub),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

/// `use std::f64::consts::PI` as constants; nothing for other imports.
fn imported_constants(import: &ItemUse) -> Vec<ItemConst> {
    fn leaves(tree: &UseTree, mut path: Vec<Ident>, found: &mut Vec<(Vec<Ident>, Ident)>) {
        match tree {
            UseTree::Path(tree) => {
                path.push(tree.ident.clone());
                leaves(&tree.tree, path, found);
            }
            UseTree::Group(group) => group
                .items
                .iter()
                .for_each(|tree| leaves(tree, path.clone(), found)),
            UseTree::Name(name) => {
                path.push(name.ident.clone());
                found.push((path, name.ident.clone()));
            }
            UseTree::Rename(rename) => {
                path.push(rename.ident.clone());
                found.push((path, rename.rename.clone()));
            }
            UseTree::Glob(_) => {}
        }
    }
    let mut found = Vec::new();
    leaves(&import.tree, Vec::new(), &mut found);
    let constants = found.into_iter().filter_map(|(path, name)| {
        let path: Path = parse_quote!(#(#path)::*);
        let value = float_path(&path, Width::Double)?;
        let width = path
            .segments
            .iter()
            .find_map(|segment| Width::of_name(&segment.ident.to_string()))?;
        let dual = dual_path(width);
        Some(parse_quote!(pub const #name: #dual = #value;))
    });
    constants.collect()
}

/// `vec![..]` as a call, whose arguments are expressions like any others.
struct Lists;

impl VisitMut for Lists {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if let Expr::Macro(call) = expr
            && call
                .mac
                .path
                .segments
                .last()
                .is_some_and(|last| last.ident == "vec")
        {
            if let Ok(repeat) = call.mac.parse_body::<Repeated>() {
                let (element, length) = (repeat.element, repeat.length);
                *expr = parse_quote!(::oracle::repeat(#element, #length));
            } else if let Ok(elements) = call
                .mac
                .parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated)
            {
                *expr = match elements.is_empty() {
                    true => parse_quote!(::std::vec::Vec::new()),
                    false => parse_quote!(::oracle::list([#elements])),
                };
            }
        }
        visit_mut::visit_expr_mut(self, expr);
    }

    fn visit_stmt_mut(&mut self, stmt: &mut Stmt) {
        if let Stmt::Macro(call) = stmt
            && call.semi_token.is_none()
            && call
                .mac
                .path
                .segments
                .last()
                .is_some_and(|last| last.ident == "vec")
        {
            let mac = call.mac.clone();
            *stmt = Stmt::Expr(Expr::Macro(parse_quote!(#mac)), None);
        }
        visit_mut::visit_stmt_mut(self, stmt);
    }

    /// Other macros may hold lists in their arguments.
    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        visit_arguments(self, mac);
    }
}

struct Repeated {
    element: Expr,
    length: Expr,
}

impl Parse for Repeated {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let element = input.parse()?;
        input.parse::<Token![;]>()?;
        let length = input.parse()?;
        Ok(Self { element, length })
    }
}

/// Arguments of macros are expressions wherever they parse as such.
fn visit_arguments(visitor: &mut impl VisitMut, mac: &mut Macro) {
    let arguments = Punctuated::<Expr, Token![,]>::parse_terminated;
    if let Ok(mut arguments) = arguments.parse2(mac.tokens.clone()) {
        arguments
            .iter_mut()
            .for_each(|argument| visitor.visit_expr_mut(argument));
        mac.tokens = arguments.into_token_stream();
    }
}

/// Drops the attribute and the derive.
pub(crate) struct Undifferentiated;

impl VisitMut for Undifferentiated {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<Attribute>) {
        let is_checkpoint = |a: &Attribute| a.path().is_ident("checkpoint");
        attributes.retain(|a| !is_differentiate(a) && !is_checkpoint(a));
        for attribute in attributes {
            if attribute.path().is_ident("derive")
                && let Ok(mut traits) =
                    attribute.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated)
            {
                traits = traits
                    .into_iter()
                    .filter(|path| {
                        let last = path.segments.last();
                        last.is_none_or(|last| last.ident != "Differentiable")
                    })
                    .collect();
                *attribute = parse_quote!(#[derive(#traits)]);
            }
        }
    }
}

pub(crate) fn twin_type(ty: &Type) -> Type {
    let mut ty = ty.clone();
    Types.visit_type_mut(&mut ty);
    ty
}

pub(crate) fn dual_path(width: Width) -> Path {
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
    /// The type of the `impl` block.
    this: Option<Type>,
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
        Undifferentiated.visit_attributes_mut(attributes);
    }

    fn visit_type_mut(&mut self, ty: &mut Type) {
        Types.visit_type_mut(ty);
    }

    /// Operators of dual numbers cannot run at compile time.
    fn visit_signature_mut(&mut self, signature: &mut Signature) {
        signature.constness = None;
        visit_mut::visit_signature_mut(self, signature);
    }

    fn visit_block_mut(&mut self, block: &mut Block) {
        block.stmts = std::mem::take(&mut block.stmts)
            .into_iter()
            .flat_map(|stmt| match &stmt {
                Stmt::Item(Item::Use(import)) => match imported_constants(import) {
                    constants if constants.is_empty() => vec![stmt],
                    // Their values are dual numbers already.
                    constants => constants
                        .iter()
                        .map(|constant| Stmt::Item(Item::Verbatim(quote!(#constant))))
                        .collect(),
                },
                _ => vec![stmt],
            })
            .collect();
        visit_mut::visit_block_mut(self, block);
    }

    /// An associated constant is that of the original.
    fn visit_impl_item_const_mut(&mut self, item: &mut ImplItemConst) {
        let Some(Type::Path(this)) = &self.this else {
            return;
        };
        if !self.facts.carries_floats(&item.ty.to_token_stream()) {
            let (name, this) = (&item.ident, &this.path);
            item.expr = parse_quote!(<super::#this>::#name);
            return;
        }
        let (name, this) = (&item.ident, &this.path);
        match lift(&item.ty, &quote!(<super::#this>::#name), self.facts) {
            Ok(lifted) => {
                item.expr = parse_quote!(#lifted);
                item.ty = twin_type(&item.ty);
            }
            Err(error) => self.refuse(error),
        }
    }

    /// A `const` inside a body keeps its expression, which is evaluated before
    /// it is lifted; other constants in it are read as values.
    fn visit_item_const_mut(&mut self, item: &mut syn::ItemConst) {
        if !self.facts.carries_floats(&item.ty.to_token_stream()) {
            return;
        }
        let (ty, value) = (&item.ty, &item.expr);
        match lift(ty, &quote!(WRITTEN), self.facts) {
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
                if is_numeric(ty) || matches!(&*cast.ty, Type::Infer(_)) {
                    *expr = parse_quote_spanned!(source_span=> ::oracle::Cast::<#ty>::cast(#value));
                }
                return;
            }
            // On floats the right side of `+=` comes first, and the left one
            // is not borrowed for it; an operator of a trait borrows.
            Expr::Binary(binary)
                if is_assigning(&binary.op)
                    && !matches!(*binary.right, Expr::Lit(_) | Expr::Path(_)) =>
            {
                visit_mut::visit_expr_binary_mut(self, binary);
                let (left, op, right) = (&binary.left, &binary.op, &binary.right);
                *expr = parse_quote!(match #right { __right => #left #op __right });
                return;
            }
            Expr::Path(path) if path.qself.is_none() => {
                let width = self.default.unwrap_or(Width::Double);
                if let Some(twin) = float_path(&path.path, width) {
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

    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        let last = mac.path.segments.last();
        if last.is_none_or(|last| last.ident != "verbatim") {
            visit_arguments(self, mac);
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

fn is_assigning(op: &BinOp) -> bool {
    matches!(
        op,
        BinOp::AddAssign(_)
            | BinOp::SubAssign(_)
            | BinOp::MulAssign(_)
            | BinOp::DivAssign(_)
            | BinOp::RemAssign(_)
    )
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
/// function of the dual number. `consts::PI` has the width of its surroundings.
fn float_path(path: &Path, surroundings: Width) -> Option<Expr> {
    const COUNTS: &[&str] = &[
        "RADIX",
        "DIGITS",
        "MANTISSA_DIGITS",
        "MIN_EXP",
        "MAX_EXP",
        "MIN_10_EXP",
        "MAX_10_EXP",
    ];
    if path.segments.len() == 2 && path.segments[0].ident == "consts" {
        let dual = dual_path(surroundings);
        return Some(parse_quote_spanned!(path.span()=> #dual::constant(#path)));
    }
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
