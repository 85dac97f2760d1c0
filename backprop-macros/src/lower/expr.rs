//! Expressions.

use super::memory::Base;
use super::{ANY_REAL, Binding, Lowerer, Lowering, MAX_DEPTH};
use crate::emit::plumbing;
use crate::fence::catalogue as no;
use crate::ir::{
    BinaryOp, Callee, Capture, Kind, Op, Operator, Place as Memory, Proj, Stmt, Tree, ValueId,
    Width,
};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{BinOp, Expr, Lit, UnOp};

impl Lowerer<'_> {
    pub(super) fn expr(&mut self, expr: &Expr) -> Lowering {
        self.expr_expecting(expr, None)
    }

    /// Lowers an expression; `expected` is the tuple shape asked of it, which
    /// an opaque value (the result of a call) is given.
    pub(super) fn expr_expecting(&mut self, expr: &Expr, expected: Option<&Tree<()>>) -> Lowering {
        if self.depth > MAX_DEPTH {
            return self.refuse(expr, no::TOO_DEEP);
        }
        self.depth += 1;
        let value = self.expr_inner(expr, expected);
        self.depth -= 1;
        match (expected, &value) {
            // a pattern takes a tuple behind a reference apart where it is
            (Some(Tree::Tuple(_)), Some(Tree::Leaf(leaf))) if self.f.is_reference(*leaf) => value,
            (
                Some(like @ (Tree::Tuple(_) | Tree::Option(..) | Tree::Result(..))),
                Some(Tree::Leaf(_)),
            ) => Some(self.coerce(&value?, like, expr.span())),
            _ => value,
        }
    }

    fn expr_inner(&mut self, expr: &Expr, expected: Option<&Tree<()>>) -> Lowering {
        let span = expr.span();
        match expr {
            Expr::Paren(inner) => self.expr_expecting(&inner.expr, expected),
            Expr::Group(inner) => self.expr_expecting(&inner.expr, expected),
            Expr::Lit(lit) => Some(self.literal(&lit.lit)),
            Expr::Path(path) => self.path(path),
            Expr::Unary(unary) => self.unary(unary),
            Expr::Binary(binary) => self.binary(binary),
            Expr::Assign(assign) => {
                if let Some(value) = self.assigned_pointer(assign) {
                    self.assign(&assign.left, &value);
                    return Some(Tree::unit());
                }
                let expected = match self.place(&assign.left) {
                    Some(place) => self.place_vars(&place).map(|t| t.map(&mut |_| ())),
                    None => None,
                };
                let value = self.expr_expecting(&assign.right, expected.as_ref())?;
                let value = self.apart(&value, &assign.right);
                self.assign(&assign.left, &value);
                Some(Tree::unit())
            }
            Expr::Tuple(tuple) => {
                let mut parts = Vec::new();
                for elem in &tuple.elems {
                    parts.push(self.expr(elem)?);
                }
                Some(Tree::Tuple(parts))
            }
            Expr::Field(field) => self.field(field),
            Expr::Reference(reference) => {
                self.reference(reference, matches!(expected, Some(Tree::Ref(_))))
            }
            Expr::Cast(cast) => self.cast(cast),
            Expr::Block(block) if block.label.is_some() => self.labelled_block(block),
            Expr::Block(block) => {
                let fallible = expected.filter(|shape| shape.is_asked());
                self.block_of_shape(&block.block, false, fallible)
            }
            Expr::If(branch) => self.if_expr(branch, expected),
            Expr::Match(choice) => self.match_expr(choice, expected),
            Expr::Loop(looped) => self.marked_loop(&looped.attrs, |this| this.loop_expr(looped)),
            Expr::While(looped) => self.marked_loop(&looped.attrs, |this| this.while_expr(looped)),
            Expr::ForLoop(looped) => self.marked_loop(&looped.attrs, |this| this.for_expr(looped)),
            Expr::Break(jump) => self.break_expr(jump),
            Expr::Continue(jump) => self.continue_expr(jump),
            Expr::Return(jump) => self.return_expr(jump),
            Expr::Call(_) | Expr::MethodCall(_)
                if self.is_lens(expr)
                    || (self.only_looks
                        && matches!(expected, Some(Tree::Ref(_)))
                        && self.is_call_of_user(expr)) =>
            {
                self.lens(expr)
            }
            Expr::Call(call) => self.call(call, expected),
            Expr::MethodCall(call)
                if matches!(expected, Some(Tree::Ref(_))) && self.is_element(call) =>
            {
                match self.base(expr)? {
                    Base::Place(place) => Some(self.view(place, false, span)),
                    Base::Tree(tree) => Some(tree),
                }
            }
            Expr::MethodCall(call) => self.method_call(call, expected),
            Expr::Macro(mac) => self.macro_call(&mac.mac, mac),
            Expr::Try(question) => self.question_mark(question),
            Expr::Let(_) => self.refuse(expr, no::LET_EXPRESSION),
            Expr::Closure(_) => self.refuse(expr, no::CLOSURE),
            Expr::Index(index) if !self.is_local(&index.expr) => {
                self.verbatim(expr, no::OPAQUE_CODE)
            }
            Expr::Index(_) => self.load_expr(expr),
            Expr::Array(array) => self.array(array),
            Expr::Repeat(repeat) => self.repeat(repeat),
            Expr::Struct(literal) => self.struct_literal(literal),
            Expr::Range(_) => self.verbatim(expr, no::OPAQUE_CODE),
            // the fence has refused these already
            _ => Some(self.dummy(span)),
        }
    }

    fn literal(&mut self, lit: &Lit) -> Tree<crate::ir::ValueId> {
        let width = |suffix: &str| match suffix {
            "f32" => Kind::Real(Width::F32),
            "f64" => Kind::Real(Width::F64),
            _ => ANY_REAL,
        };
        let kind = match lit {
            Lit::Float(lit) => width(lit.suffix()),
            Lit::Int(lit) if lit.suffix().starts_with('f') => width(lit.suffix()),
            Lit::Int(_) => Kind::Int,
            Lit::Bool(_) => Kind::Bool,
            _ => Kind::Opaque,
        };
        let value = self.push_value(Op::Constant(lit.to_token_stream()), kind, lit.span());
        if kind == Kind::Opaque {
            self.constants.insert(value);
        }
        Tree::Leaf(value)
    }

    pub(super) fn path(&mut self, path: &syn::ExprPath) -> Lowering {
        if let Some(name) = path.path.get_ident() {
            match self.lookup(&name.to_string()).cloned() {
                Some(Binding::Value(tree)) => return Some(tree),
                Some(Binding::Slot(slot)) => {
                    let tree = self.read_slot(slot, name.span());
                    return Some(self.owned(&tree, name.span()));
                }
                Some(Binding::MutRef(place)) => {
                    // a use of the reference where a value is wanted: `*r` is
                    // written for it, except where methods and fields reach through
                    return match self.read_place(&place, name.span()) {
                        Some(Tree::Leaf(leaf)) if !self.is_scalar(leaf) => {
                            Some(self.view(Memory::whole(leaf), true, name.span()))
                        }
                        Some(tree) => Some(Tree::Ref(Box::new(tree))),
                        None => self.refuse(path, no::TUPLE_SHAPE),
                    };
                }
                Some(Binding::Closure(_)) => return self.refuse(path, no::CLOSURE),
                Some(Binding::Function(_)) => return self.refuse(path, no::FUNCTION_KEPT),
                Some(Binding::Iterator(chain)) => {
                    let why = chain.no_value();
                    return self.refuse(path, why);
                }
                Some(Binding::Range(range)) => return self.expr(&Expr::Range((*range).clone())),
                None => {}
            }
        }
        if path.path.is_ident("None") {
            return Some(self.none(path.span()));
        }
        let kind = constant_kind(&path.path);
        Some(self.push(Op::Constant(path.to_token_stream()), kind, path.span()))
    }

    fn unary(&mut self, unary: &syn::ExprUnary) -> Lowering {
        let span = unary.span();
        match unary.op {
            UnOp::Deref(_) => {
                let value = match self.base(&unary.expr)? {
                    Base::Tree(tree) => tree,
                    Base::Place(place) => {
                        let place = self.dereferenced(&unary.expr, place);
                        return Some(self.load(place, span));
                    }
                };
                Some(match value {
                    Tree::Ref(inner) => self.owned(&inner, span),
                    Tree::Leaf(leaf) if self.f.is_reference(leaf) => {
                        self.load(Memory::whole(leaf), span)
                    }
                    Tree::Leaf(leaf) if self.boxes.contains(&leaf) => {
                        self.load(Memory::whole(leaf).with(Proj::Deref), span)
                    }
                    Tree::Leaf(leaf) => {
                        let kind = self.f.kind(leaf);
                        self.push(Op::Deref(leaf), kind, span)
                    }
                    Tree::Tuple(_) | Tree::Option(..) | Tree::Result(..) => {
                        return self.refuse(unary, no::OPAQUE_CODE);
                    }
                })
            }
            UnOp::Neg(_) => {
                let value = self.expr(&unary.expr)?;
                if self.is_named(&value) {
                    return Some(self.operator(Operator::negation(), vec![value], span));
                }
                let value = self.leaf(&value, span);
                let kind = self.f.kind(value);
                Some(self.push(Op::Neg(value), kind, span))
            }
            UnOp::Not(_) => {
                let value = self.expr(&unary.expr)?;
                let value = self.leaf(&value, span);
                let kind = self.f.kind(value);
                Some(self.push(Op::Not(value), kind, span))
            }
            _ => self.refuse(unary, no::UNKNOWN_EXPRESSION),
        }
    }

    fn binary(&mut self, binary: &syn::ExprBinary) -> Lowering {
        let span = binary.span();
        let Some((op, assigns)) = operator(&binary.op) else {
            return self.refuse(binary, no::UNKNOWN_EXPRESSION);
        };
        if assigns
            && let Some(operator) = Operator::binary(op, true)
            && self.is_named_target(&binary.left)
        {
            let target = &binary.left;
            let left: Expr = syn::parse_quote_spanned!(target.span()=> &mut #target);
            let callee = Callee::Operator(operator);
            // `x += y * x`: the target is borrowed when the right side is there
            let args = vec![&left, &*binary.right];
            self.function_call_of(callee, args, 1, span, Some(&Tree::unit()))?;
            return Some(Tree::unit());
        }
        if assigns {
            // the right side first, as for primitive types
            let right = self.expr(&binary.right)?;
            let right = self.leaf(&right, binary.right.span());
            let place = self.place(&binary.left);
            let left = match &place {
                Some(place) => self.read_place(place, binary.left.span()),
                None => None,
            };
            let Some(left) = left else {
                if place.is_none() && self.is_memory_target(&binary.left) {
                    self.store_compound(&binary.left, op, right, span)?;
                    return Some(Tree::unit());
                }
                self.assign(&binary.left, &Tree::Leaf(right));
                return Some(Tree::unit());
            };
            let left = self.owned(&left, binary.left.span());
            let left = self.leaf(&left, binary.left.span());
            let value = self.arithmetic(op, left, right, span);
            self.assign(&binary.left, &Tree::Leaf(value));
            return Some(Tree::unit());
        }
        if matches!(op, BinaryOp::And | BinaryOp::Or)
            && matches!(binary.op, BinOp::And(_) | BinOp::Or(_))
        {
            return self.short_circuit(binary, op);
        }
        let left = self.expr(&binary.left)?;
        let right = self.expr(&binary.right)?;
        if let (true, Tree::Tuple(_)) = (op.is_predicate(), left.behind_refs()) {
            return self.verbatim(&Expr::Binary(binary.clone()), no::OPAQUE_CODE);
        }
        if let Some(operator) = Operator::binary(op, false)
            && (self.is_named(&left) || self.is_named(&right))
            && !self.is_integer_tree(&left)
            && !self.is_integer_tree(&right)
        {
            return Some(self.operator(operator, vec![left, right], span));
        }
        if op.is_predicate() && (self.is_of_any_type(&left) || self.is_of_any_type(&right)) {
            return Some(self.compared(binary, left, right));
        }
        let left = self.leaf(&left, binary.left.span());
        let right = self.leaf(&right, binary.right.span());
        Some(Tree::Leaf(self.arithmetic(op, left, right, span)))
    }

    /// Text, and what a pattern binds: a reference to anything, or anything.
    fn is_of_any_type(&self, tree: &Tree<ValueId>) -> bool {
        let leaf = match tree.behind_refs() {
            Tree::Leaf(leaf) => leaf,
            _ => return false,
        };
        self.payloads.contains(leaf) || self.constants.contains(leaf)
    }

    /// A comparison of what the user has there, whose types say what it means.
    fn compared(
        &mut self,
        binary: &syn::ExprBinary,
        left: Tree<ValueId>,
        right: Tree<ValueId>,
    ) -> Tree<ValueId> {
        let (a, b) = (
            plumbing("left", binary.left.span()),
            plumbing("right", binary.right.span()),
        );
        let op = &binary.op;
        let tokens = quote::quote!(#a #op #b);
        // a reference more on both sides, so that nothing is moved
        let uses = vec![
            (a, Tree::Ref(Box::new(left))),
            (b, Tree::Ref(Box::new(right))),
        ];
        // a `bool` has no derivative, whatever it looks at
        let op = Op::Verbatim(Capture { tokens, uses }, "");
        self.push(op, Kind::Bool, binary.span())
    }

    pub(super) fn arithmetic(
        &mut self,
        op: BinaryOp,
        left: crate::ir::ValueId,
        right: crate::ir::ValueId,
        span: proc_macro2::Span,
    ) -> crate::ir::ValueId {
        let (a, b) = (self.f.kind(left), self.f.kind(right));
        let kind = match op {
            _ if op.is_predicate() => Kind::Bool,
            BinaryOp::Shl | BinaryOp::Shr => a,
            _ => a.join(b),
        };
        self.push_value(Op::Binary(op, left, right), kind, span)
    }

    /// `a && b`: `b` runs only if `a` holds.
    fn short_circuit(&mut self, binary: &syn::ExprBinary, op: BinaryOp) -> Lowering {
        let span = binary.span();
        let left = self.expr(&binary.left)?;
        let left = self.leaf(&left, binary.left.span());
        let mut right = None;
        let region = self.region(|this| {
            let value = this.expr(&binary.right);
            right = value.map(|value| this.leaf(&value, binary.right.span()));
        });
        let pure = region.stmts.iter().all(|stmt| match stmt {
            Stmt::Let(binding) => !crate::simplify::may_panic(&self.f, &binding.op),
            Stmt::Read(..) => true,
            _ => false,
        });
        if let (true, Some(right)) = (pure, right) {
            self.out.extend(region.stmts);
            let value = self.push_value(Op::Binary(op, left, right), Kind::Bool, span);
            return Some(Tree::Leaf(value));
        }
        let result = self.slot(None, None, true, span);
        let mut evaluated = region;
        let before = std::mem::take(&mut self.out);
        if let Some(right) = right {
            self.write_slot(result, &Tree::Leaf(right), span);
        }
        evaluated.stmts.append(&mut self.out);
        let fixed = self.push(Op::Flag(op == BinaryOp::Or), Kind::Bool, span);
        self.write_slot(result, &fixed, span);
        let skipped = crate::ir::Region {
            stmts: std::mem::replace(&mut self.out, before),
            yields: Vec::new(),
        };
        let (then, other) = match op {
            BinaryOp::And => (evaluated, skipped),
            _ => (skipped, evaluated),
        };
        self.push_if(left, then, other);
        Some(self.read_slot(result, span))
    }

    fn field(&mut self, field: &syn::ExprField) -> Lowering {
        let whole = Expr::Field(field.clone());
        match self.is_local(&field.base) {
            true => {
                let value = self.load_expr(&whole)?;
                Some(self.owned(&value, field.span()))
            }
            false => self.verbatim(&whole, no::OPAQUE_CODE),
        }
    }

    /// Whether a place is rooted in a local, or in a value computed here.
    fn is_local(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Paren(inner) => self.is_local(&inner.expr),
            Expr::Group(inner) => self.is_local(&inner.expr),
            Expr::Path(path) => match path.path.get_ident() {
                Some(name) => self.lookup(&name.to_string()).is_some(),
                None => false,
            },
            Expr::Field(field) => self.is_local(&field.base),
            Expr::Index(index) => self.is_local(&index.expr),
            Expr::Unary(unary) => self.is_local(&unary.expr),
            _ => true,
        }
    }

    fn cast(&mut self, cast: &syn::ExprCast) -> Lowering {
        let value = self.expr(&cast.expr)?;
        let value = self.leaf(&value, cast.expr.span());
        let kind = self.kind_of_type(&cast.ty);
        Some(self.push(Op::Cast(value, cast.ty.clone()), kind, cast.span()))
    }
}

/// `f64::MAX`, `std::f32::consts::PI`: real by spelling.
fn constant_kind(path: &syn::Path) -> Kind {
    let in_module = |name: &str| path.segments.iter().any(|segment| segment.ident == name);
    let names_integer = ["MANTISSA_DIGITS", "RADIX", "DIGITS", "MAX_EXP", "MIN_EXP"];
    let last = path
        .segments
        .last()
        .map(|segment| segment.ident.to_string());
    match last {
        Some(last) if path.segments.len() > 1 && !names_integer.contains(&last.as_str()) => {
            match (in_module("f64"), in_module("f32")) {
                (true, false) => Kind::Real(Width::F64),
                (false, true) => Kind::Real(Width::F32),
                _ => Kind::Opaque,
            }
        }
        _ => Kind::Opaque,
    }
}

/// The operator, and whether it assigns.
pub(super) fn operator(op: &BinOp) -> Option<(BinaryOp, bool)> {
    Some(match op {
        BinOp::Add(_) => (BinaryOp::Add, false),
        BinOp::Sub(_) => (BinaryOp::Sub, false),
        BinOp::Mul(_) => (BinaryOp::Mul, false),
        BinOp::Div(_) => (BinaryOp::Div, false),
        BinOp::Rem(_) => (BinaryOp::Rem, false),
        BinOp::And(_) => (BinaryOp::And, false),
        BinOp::Or(_) => (BinaryOp::Or, false),
        BinOp::BitXor(_) => (BinaryOp::BitXor, false),
        BinOp::BitAnd(_) => (BinaryOp::BitAnd, false),
        BinOp::BitOr(_) => (BinaryOp::BitOr, false),
        BinOp::Shl(_) => (BinaryOp::Shl, false),
        BinOp::Shr(_) => (BinaryOp::Shr, false),
        BinOp::Eq(_) => (BinaryOp::Eq, false),
        BinOp::Lt(_) => (BinaryOp::Lt, false),
        BinOp::Le(_) => (BinaryOp::Le, false),
        BinOp::Ne(_) => (BinaryOp::Ne, false),
        BinOp::Ge(_) => (BinaryOp::Ge, false),
        BinOp::Gt(_) => (BinaryOp::Gt, false),
        BinOp::AddAssign(_) => (BinaryOp::Add, true),
        BinOp::SubAssign(_) => (BinaryOp::Sub, true),
        BinOp::MulAssign(_) => (BinaryOp::Mul, true),
        BinOp::DivAssign(_) => (BinaryOp::Div, true),
        BinOp::RemAssign(_) => (BinaryOp::Rem, true),
        BinOp::BitXorAssign(_) => (BinaryOp::BitXor, true),
        BinOp::BitAndAssign(_) => (BinaryOp::BitAnd, true),
        BinOp::BitOrAssign(_) => (BinaryOp::BitOr, true),
        BinOp::ShlAssign(_) => (BinaryOp::Shl, true),
        BinOp::ShrAssign(_) => (BinaryOp::Shr, true),
        _ => return None,
    })
}
