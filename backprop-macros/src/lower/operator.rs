//! Operators of the user's own types.
//!
//! Where an operand is of a type that the user names, an operator is a call: its
//! companion is found by a trait. A name may be an alias of `f64`: the trait is
//! implemented for numbers, too.

use super::{Binding, Lowerer};
use crate::ir::{Arg, Call, Callee, Kind, Operator, Place, Proj, Stmt, Tree, ValueId};
use crate::parse::Shape;
use proc_macro2::Span;
use syn::{Expr, Type};

impl Lowerer<'_> {
    /// `a * b` or `-a` as a call.
    pub(super) fn operator(
        &mut self,
        operator: Operator,
        operands: Vec<Tree<ValueId>>,
        span: Span,
    ) -> Tree<ValueId> {
        let value = self.f.value(Kind::Opaque, None, span);
        let id = self.f.stmt_id();
        self.out.push(Stmt::Call(Call {
            id,
            callee: Callee::Operator(operator),
            args: operands.into_iter().map(Arg::In).collect(),
            result: Tree::Leaf(value),
            span,
            is_idle: false,
            tangents: None,
            is_doubled: false,
            is_repeated: false,
            pullback: None,
        }));
        self.named.insert(value);
        Tree::Leaf(value)
    }

    /// Whether a type is one that the user names, or holds elements of one.
    pub(super) fn is_named_type(&self, ty: &Type) -> bool {
        match ty {
            Type::Reference(reference) => self.is_named_type(&reference.elem),
            Type::Array(array) => self.is_named_type(&array.elem),
            Type::Slice(slice) => self.is_named_type(&slice.elem),
            Type::Paren(inner) => self.is_named_type(&inner.elem),
            Type::Group(inner) => self.is_named_type(&inner.elem),
            Type::Path(path) if path.qself.is_none() => {
                let Some(last) = path.path.segments.last() else {
                    return false;
                };
                if last.ident == "Vec" {
                    return match &last.arguments {
                        syn::PathArguments::AngleBracketed(args) => {
                            args.args.iter().any(|arg| match arg {
                                syn::GenericArgument::Type(ty) => self.is_named_type(ty),
                                _ => false,
                            })
                        }
                        _ => false,
                    };
                }
                matches!(Shape::of(ty, &self.reals), Shape::Opaque)
                    && !super::call::is_std_type(&last.ident.to_string())
            }
            _ => false,
        }
    }

    /// Whether a value is of a type that the user names.
    pub(super) fn is_named(&self, tree: &Tree<ValueId>) -> bool {
        matches!(
            tree.behind_refs(),
            Tree::Leaf(leaf) if self.named.contains(leaf) && self.f.kind(*leaf) == Kind::Opaque
        )
    }

    pub(super) fn is_integer_tree(&self, tree: &Tree<ValueId>) -> bool {
        matches!(tree.behind_refs(), Tree::Leaf(leaf) if self.f.kind(*leaf) == Kind::Int)
    }

    /// Whether what is at a place is of such a type: an element of a container of
    /// them. What is in a field may be anything.
    pub(super) fn is_named_place(&self, place: &Place) -> bool {
        let is_field = |step: &Proj| match step {
            Proj::Field(_) | Proj::Variant(..) | Proj::Called(_) => true,
            // `m[(i, j)]` is of no container
            Proj::Own(index, _) => self.f.kind(*index) != Kind::Int,
            _ => false,
        };
        self.named.contains(&place.base) && !place.path.iter().any(is_field)
    }

    /// Whether what is at a place is a trait object, as one sees.
    pub(super) fn is_object_place(&self, place: &Place) -> bool {
        let is_element =
            |step: &Proj| matches!(step, Proj::Index(_) | Proj::Range(..) | Proj::Deref);
        self.objects.contains(&place.base) && place.path.iter().all(is_element)
    }

    /// The same, of the target of an assignment.
    pub(super) fn is_named_target(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Paren(inner) => self.is_named_target(&inner.expr),
            Expr::Group(inner) => self.is_named_target(&inner.expr),
            Expr::Index(index) => {
                !super::indexing::is_written(&index.index) && self.is_named_target(&index.expr)
            }
            Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Deref(_)) => {
                self.is_named_target(&unary.expr)
            }
            Expr::Path(path) => {
                let name = path.path.get_ident();
                match name.and_then(|name| self.lookup(&name.to_string())) {
                    Some(Binding::Value(tree)) => matches!(
                        tree.behind_refs(),
                        Tree::Leaf(leaf) if self.named.contains(leaf)
                    ),
                    Some(Binding::Slot(slot)) => matches!(
                        &self.slots[slot.0].tree,
                        Some(Tree::Leaf(var)) if self.named_vars.contains(var)
                    ),
                    Some(Binding::MutRef(place)) => matches!(
                        self.place_vars(place),
                        Some(Tree::Leaf(var)) if self.named_vars.contains(&var)
                    ),
                    _ => false,
                }
            }
            _ => false,
        }
    }
}
