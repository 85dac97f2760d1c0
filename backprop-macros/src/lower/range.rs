//! Ranges under a name: `let rows = a..b;`
//!
//! A range is no value of its own here: its ends are, and where the name is used
//! the range is written out again over these.

use super::{Binding, Lowerer, Lowering, call::strip};
use crate::emit::plumbing;
use crate::ir::{Kind, Op, Place, Proj, Tree};
use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{Block, Expr, ExprMethodCall, ExprRange, Ident, Member, RangeLimits, Stmt, Type};

impl Lowerer<'_> {
    /// `let name = start..end;`
    pub(super) fn bind_range(
        &mut self,
        name: &Ident,
        range: &ExprRange,
        ty: Option<&Type>,
    ) -> Option<()> {
        let index = ty.and_then(index_type);
        let mut bound = range.clone();
        let ends = [(&mut bound.start, "start"), (&mut bound.end, "end")];
        for (end, part) in ends {
            let Some(expr) = end else {
                continue;
            };
            let span = expr.span();
            let mut value = self.expr(expr)?;
            if let Some(index) = index {
                value = self.ascribe(value, index);
            }
            let value = self.leaf(&value, span);
            *end = Some(Box::new(self.range_end(
                name,
                part,
                Tree::Leaf(value),
                span,
            )));
        }
        self.bind(name, Binding::Range(std::rc::Rc::new(bound)));
        Some(())
    }

    /// `let name = if c { a..b } else { c..d };`
    pub(super) fn bind_chosen_range(
        &mut self,
        name: &Ident,
        ends: &Expr,
        limits: RangeLimits,
        ty: Option<&Type>,
    ) -> Option<()> {
        let span = ends.span();
        let pair = Tree::Tuple(vec![Tree::Leaf(()), Tree::Leaf(())]);
        let chosen = self.expr_expecting(ends, Some(&pair))?;
        let Tree::Tuple(parts) = self.take_apart(&chosen, &pair, span) else {
            return None;
        };
        let mut ends = Vec::new();
        for (mut end, part) in parts.into_iter().zip(["start", "end"]) {
            if let Some(index) = ty.and_then(index_type) {
                end = self.ascribe(end, index);
            }
            ends.push(self.range_end(name, part, end, span));
        }
        let (start, end) = (&ends[0], &ends[1]);
        let range = syn::parse_quote_spanned!(span=> #start #limits #end);
        self.bind(name, Binding::Range(std::rc::Rc::new(range)));
        Some(())
    }

    /// A parameter whose type is a range of integers by spelling.
    pub(super) fn bind_range_parameter(&mut self, name: &Ident, value: &Tree<crate::ir::ValueId>) {
        let Tree::Leaf(leaf) = value.behind_refs() else {
            return;
        };
        let span = name.span();
        let [start, end] = ["start", "end"].map(|part| {
            let field = Proj::Field(Member::Named(Ident::new(part, span)));
            let place = Place::whole(*leaf).with(field);
            let end = self.push(Op::Load(place), Kind::Int, span);
            self.range_end(name, part, end, span)
        });
        let range = syn::parse_quote_spanned!(span=> #start..#end);
        self.bind(name, Binding::Range(std::rc::Rc::new(range)));
    }

    /// The name under which an end of a range is found.
    fn range_end(
        &mut self,
        name: &Ident,
        part: &str,
        value: Tree<crate::ir::ValueId>,
        span: Span,
    ) -> Expr {
        let name = name.to_string();
        let local = format!(
            "{}_{part}_{}",
            name.trim_start_matches("r#"),
            self.f.values.len()
        );
        let local = plumbing(&local, span);
        self.bind(&local, Binding::Value(value));
        syn::parse_quote!(#local)
    }

    /// The range that a name, or a copy of one, stands for.
    pub(super) fn named_range(&self, expr: &Expr) -> Option<ExprRange> {
        match strip(expr) {
            Expr::Path(path) => match self.lookup(&path.path.get_ident()?.to_string())? {
                Binding::Range(range) => Some((**range).clone()),
                _ => None,
            },
            Expr::MethodCall(call) if call.method == "clone" && call.args.is_empty() => {
                self.named_range(&call.receiver)
            }
            _ => None,
        }
    }

    /// `rows.clone().map(..)` with the range written out.
    pub(super) fn with_range(&self, call: &ExprMethodCall) -> Option<ExprMethodCall> {
        let receiver: Expr = match self.named_range(&call.receiver) {
            Some(range) => syn::parse_quote!((#range)),
            None => match strip(&call.receiver) {
                Expr::MethodCall(inner) => Expr::MethodCall(self.with_range(inner)?),
                _ => return None,
            },
        };
        Some(ExprMethodCall {
            receiver: Box::new(receiver),
            ..call.clone()
        })
    }

    /// `rows.start`, `rows.end`; also as methods, of what includes its end.
    pub(super) fn end_of_range(&mut self, base: &Expr, part: &str) -> Option<Lowering> {
        let range = self.named_range(base)?;
        let end = match part {
            "start" => range.start,
            "end" => range.end,
            _ => None,
        };
        Some(self.expr(&*end?))
    }
}

/// A choice between ranges as one between pairs of their ends.
pub(super) fn ends(expr: &Expr) -> Option<(Expr, RangeLimits)> {
    match strip(expr) {
        Expr::If(branch) => {
            let mut branch = branch.clone();
            let limits = ends_of_block(&mut branch.then_branch)?;
            let (_, other) = branch.else_branch.as_mut()?;
            let other_limits = match &mut **other {
                Expr::Block(block) => ends_of_block(&mut block.block)?,
                nested => {
                    let (pairs, limits) = ends(nested)?;
                    *nested = pairs;
                    limits
                }
            };
            (limits == other_limits).then_some((Expr::If(branch), limits))
        }
        Expr::Match(choice) => {
            let mut choice = choice.clone();
            let mut limits = None;
            for arm in &mut choice.arms {
                let (pairs, own) = pair(&arm.body)?;
                *arm.body = pairs;
                if *limits.get_or_insert(own) != own {
                    return None;
                }
            }
            Some((Expr::Match(choice), limits?))
        }
        _ => None,
    }
}

fn ends_of_block(block: &mut Block) -> Option<RangeLimits> {
    match block.stmts.last_mut()? {
        Stmt::Expr(tail, None) => {
            let (pairs, limits) = pair(tail)?;
            *tail = pairs;
            Some(limits)
        }
        _ => None,
    }
}

fn pair(expr: &Expr) -> Option<(Expr, RangeLimits)> {
    match strip(expr) {
        Expr::Range(range) => {
            let (start, end) = (range.start.as_ref()?, range.end.as_ref()?);
            Some((syn::parse_quote!((#start, #end)), range.limits))
        }
        nested => ends(nested),
    }
}

/// Whether a type is `Range` of integers.
pub(super) fn is_range(ty: &Type) -> bool {
    match ty {
        Type::Reference(inner) => is_range(&inner.elem),
        Type::Path(path) => {
            let last = path.path.segments.last();
            let is_range = last.is_some_and(|segment| segment.ident == "Range");
            is_range
                && index_type(ty).is_some_and(|index| {
                    super::kind_of(&crate::parse::Shape::of(index, &Default::default()))
                        == Kind::Int
                })
        }
        _ => false,
    }
}

/// The type of the ends of a range.
fn index_type(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else {
        return None;
    };
    match &path.path.segments.last()?.arguments {
        syn::PathArguments::AngleBracketed(args) => args.args.iter().find_map(|arg| match arg {
            syn::GenericArgument::Type(ty) => Some(ty),
            _ => None,
        }),
        _ => None,
    }
}
