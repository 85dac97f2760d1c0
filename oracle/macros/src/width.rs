//! Gives float literals their suffix.
//!
//! rustc infers the width of `2.0` in `2.0 * x` because it knows its own
//! operators. Operators of dual numbers are trait implementations, for which it
//! infers nothing, so the little inference that programs need happens here:
//! types flow from annotations, casts, parameters and callees to variables, and
//! from an operand to the literals beside it. A literal that nothing reaches
//! has the only width its function mentions, or is left to rustc.

use std::collections::HashMap;

use syn::visit_mut::{self, VisitMut};
use syn::{
    BinOp, Block, Expr, FnArg, ImplItemFn, Item, ItemFn, Lit, LitFloat, Local, Member, Pat,
    ReturnType, Signature, Stmt, Type, parse_quote,
};

use crate::facts::{Facts, Width, path_name, with_self};

/// Adds suffixes in one function or in the methods of one block.
pub(crate) fn settle(item: &mut Item, facts: &Facts) {
    let mut settle = Settle {
        facts,
        variables: HashMap::new(),
        result: None,
        this: match item {
            Item::Impl(block) => Some((*block.self_ty).clone()),
            _ => None,
        },
        learned: HashMap::new(),
    };
    // The first round learns from their uses what `let mut sum = 0.0` are.
    settle.visit_item_mut(item);
    settle.visit_item_mut(item);
}

struct Settle<'a> {
    facts: &'a Facts,
    /// Types of the variables in scope, without references.
    variables: HashMap<String, Option<Type>>,
    result: Option<Type>,
    /// The type of the `impl` block.
    this: Option<Type>,
    /// Types of variables that only an operand beside them tells.
    learned: HashMap<String, Type>,
}

impl Settle<'_> {
    fn bind(&mut self, pattern: &Pat, ty: Option<&Type>) {
        match pattern {
            Pat::Ident(name) => {
                self.variables
                    .insert(name.ident.to_string(), ty.map(value_type));
            }
            Pat::Type(typed) => self.bind(&typed.pat, Some(&typed.ty)),
            Pat::Paren(inner) => self.bind(&inner.pat, ty),
            Pat::Reference(inner) => self.bind(&inner.pat, ty),
            Pat::Guard(inner) => self.bind(&inner.pat, ty),
            Pat::Or(or) => or.cases.iter().for_each(|case| self.bind(case, ty)),
            Pat::Tuple(tuple) => {
                for (index, element) in tuple.elems.iter().enumerate() {
                    let element_type = match ty.map(value_type) {
                        Some(Type::Tuple(types)) if types.elems.len() == tuple.elems.len() => {
                            Some(types.elems[index].clone())
                        }
                        _ => None,
                    };
                    self.bind(element, element_type.as_ref());
                }
            }
            Pat::TupleStruct(inner) => inner
                .elems
                .iter()
                .for_each(|element| self.bind(element, None)),
            Pat::Slice(inner) => inner
                .elems
                .iter()
                .for_each(|element| self.bind(element, None)),
            Pat::Struct(inner) => inner
                .fields
                .iter()
                .for_each(|field| self.bind(&field.pat, None)),
            _ => {}
        }
    }

    /// The type of an expression as far as it is plain, without references.
    fn type_of(&self, expr: &Expr) -> Option<Type> {
        let known = match expr {
            Expr::Path(path) => {
                let name = path.path.get_ident()?.to_string();
                match self.variables.get(&name) {
                    Some(ty) => ty.clone(),
                    None => self.facts.constants.get(&name).cloned(),
                }
            }
            Expr::Lit(literal) => match &literal.lit {
                Lit::Float(float) => Width::of_name(float.suffix()).map(primitive),
                _ => None,
            },
            Expr::Cast(cast) => Some((*cast.ty).clone()),
            Expr::Paren(inner) => self.type_of(&inner.expr),
            Expr::Group(inner) => self.type_of(&inner.expr),
            Expr::Unary(inner) => self.type_of(&inner.expr),
            Expr::Reference(inner) => self.type_of(&inner.expr),
            Expr::Binary(binary) if is_arithmetic(&binary.op) => self
                .type_of(&binary.left)
                .or_else(|| self.type_of(&binary.right)),
            Expr::MethodCall(call) => {
                let receiver = self.type_of(&call.receiver)?;
                let method = call.method.to_string();
                if width_of(&receiver).is_none() {
                    return self.method(&receiver, &method);
                }
                match method.as_str() {
                    "sin_cos" => Some(parse_quote!((#receiver, #receiver))),
                    "total_cmp" | "classify" | "to_bits" => None,
                    _ if method.starts_with("is_") => None,
                    _ => Some(receiver),
                }
            }
            Expr::Call(call) => match list(call) {
                Some(List::Elements(array)) => {
                    let element = element_of(&self.type_of(array)?)?.clone();
                    Some(parse_quote!(Vec<#element>))
                }
                Some(List::Repeated(element)) => {
                    let element = self.type_of(element)?;
                    Some(parse_quote!(Vec<#element>))
                }
                None => self.callee(&call.func)?.1,
            },
            Expr::Field(field) => match (self.type_of(&field.base)?, &field.member) {
                (Type::Tuple(tuple), syn::Member::Unnamed(index)) => {
                    tuple.elems.get(index.index as usize).cloned()
                }
                (base, member) => self.field(&base, member),
            },
            Expr::Index(index) if matches!(*index.index, Expr::Range(_)) => {
                self.type_of(&index.expr)
            }
            Expr::Index(index) => element_of(&self.type_of(&index.expr)?).cloned(),
            Expr::Array(array) => {
                let element = self.type_of(array.elems.first()?)?;
                Some(parse_quote!([#element]))
            }
            Expr::Repeat(array) => {
                let element = self.type_of(&array.expr)?;
                Some(parse_quote!([#element]))
            }
            Expr::Struct(literal) => {
                let path = &literal.path;
                Some(self.written_out(&parse_quote!(#path)))
            }
            Expr::Tuple(tuple) => {
                let types = tuple
                    .elems
                    .iter()
                    .map(|element| self.type_of(element).unwrap_or_else(|| parse_quote!(_)));
                Some(parse_quote!((#(#types,)*)))
            }
            Expr::If(branch) => self.type_of_block(&branch.then_branch).or_else(|| {
                branch
                    .else_branch
                    .as_ref()
                    .and_then(|(_, other)| self.type_of(other))
            }),
            Expr::Block(block) => self.type_of_block(&block.block),
            Expr::Match(branch) => branch.arms.iter().find_map(|arm| self.type_of(&arm.body)),
            _ => None,
        };
        known.as_ref().map(value_type)
    }

    /// `Self` as the type it is.
    fn written_out(&self, ty: &Type) -> Type {
        match &self.this {
            Some(this) => with_self(ty, this),
            None => ty.clone(),
        }
    }

    fn field(&self, base: &Type, member: &Member) -> Option<Type> {
        let fields = self.facts.structs.get(&path_name(base)?)?;
        let (_, ty) = fields.iter().find(|(name, _)| name == member)?;
        Some(ty.clone())
    }

    /// The result of a method that keeps the type or is among the items.
    fn method(&self, receiver: &Type, method: &str) -> Option<Type> {
        const SAME: &[&str] = &[
            "clone",
            "to_vec",
            "as_slice",
            "as_ref",
            "as_mut_slice",
            "to_owned",
        ];
        if SAME.contains(&method) {
            return Some(receiver.clone());
        }
        let key = (path_name(receiver)?, method.to_owned());
        self.facts.methods.get(&key)?.1.clone()
    }

    /// Only of blocks without statements, whose variables are still in scope.
    fn type_of_block(&self, block: &Block) -> Option<Type> {
        match block.stmts.as_slice() {
            [Stmt::Expr(tail, None)] => self.type_of(tail),
            _ => None,
        }
    }

    fn callee(&self, function: &Expr) -> Option<(Vec<Type>, Option<Type>)> {
        let Expr::Path(path) = function else {
            return None;
        };
        if let Some(name) = path.path.get_ident().map(ToString::to_string) {
            // A tuple struct is called like a function.
            let constructor = |fields: &Vec<(Member, Type)>| {
                let types = fields.iter().map(|(_, ty)| ty.clone()).collect();
                (types, Some(Type::Path(parse_quote!(#path))))
            };
            return match self.facts.structs.get(&name) {
                Some(fields) => Some(constructor(fields)),
                None => self.facts.functions.get(&name).cloned(),
            };
        }
        let first = &path.path.segments.first()?.ident;
        if path.path.segments.len() == 2 {
            let this = self.written_out(&parse_quote!(#first));
            let key = (path_name(&this)?, path.path.segments[1].ident.to_string());
            if let Some(signature) = self.facts.methods.get(&key) {
                return Some(signature.clone());
            }
        }
        let width = Width::of_name(&first.to_string())?;
        Some((vec![primitive(width); 3], Some(primitive(width))))
    }

    /// Starts a function; the scope around it is returned.
    fn enter(
        &mut self,
        signature: &Signature,
        block: &mut Block,
    ) -> (HashMap<String, Option<Type>>, Option<Type>) {
        let result = match &signature.output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => Some(self.written_out(ty)),
        };
        if let Some(ty) = &result {
            push_block(block, ty);
        }
        let variables = std::mem::take(&mut self.variables);
        let outer = std::mem::replace(&mut self.result, result);
        for input in &signature.inputs {
            match input {
                FnArg::Typed(parameter) => {
                    let ty = self.written_out(&parameter.ty);
                    self.bind(&parameter.pat, Some(&ty));
                }
                FnArg::Receiver(_) => {
                    self.variables.insert("self".to_owned(), self.this.clone());
                }
            }
        }
        (variables, outer)
    }

    /// Operands of one operator have one type.
    fn unify(&mut self, left: &mut Expr, right: &mut Expr) {
        if let Some(ty) = self.type_of(left).or_else(|| self.type_of(right)) {
            for side in [&*left, &*right] {
                if let Expr::Path(path) = side
                    && let Some(name) = path.path.get_ident().map(ToString::to_string)
                    && matches!(self.variables.get(&name), Some(None))
                    && width_of(&ty).is_some()
                {
                    self.learned.entry(name).or_insert_with(|| ty.clone());
                }
            }
            push(left, &ty);
            push(right, &ty);
        }
    }
}

impl VisitMut for Settle<'_> {
    fn visit_item_fn_mut(&mut self, function: &mut ItemFn) {
        let outer = self.enter(&function.sig, &mut function.block);
        visit_mut::visit_item_fn_mut(self, function);
        (self.variables, self.result) = outer;
    }

    fn visit_impl_item_fn_mut(&mut self, method: &mut ImplItemFn) {
        let outer = self.enter(&method.sig, &mut method.block);
        visit_mut::visit_impl_item_fn_mut(self, method);
        (self.variables, self.result) = outer;
    }

    fn visit_expr_struct_mut(&mut self, literal: &mut syn::ExprStruct) {
        visit_mut::visit_expr_struct_mut(self, literal);
        let path = &literal.path;
        let ty = self.written_out(&parse_quote!(#path));
        for field in &mut literal.fields {
            if let Some(ty) = self.field(&ty, &field.member) {
                push(&mut field.expr, &ty);
            }
        }
    }

    fn visit_block_mut(&mut self, block: &mut Block) {
        let variables = self.variables.clone();
        visit_mut::visit_block_mut(self, block);
        self.variables = variables;
    }

    fn visit_arm_mut(&mut self, arm: &mut syn::Arm) {
        let variables = self.variables.clone();
        self.bind(&arm.pat, None);
        visit_mut::visit_arm_mut(self, arm);
        self.variables = variables;
    }

    fn visit_expr_closure_mut(&mut self, closure: &mut syn::ExprClosure) {
        let (variables, result) = (self.variables.clone(), self.result.take());
        closure
            .inputs
            .iter()
            .for_each(|input| self.bind(input, None));
        visit_mut::visit_expr_closure_mut(self, closure);
        (self.variables, self.result) = (variables, result);
    }

    fn visit_local_mut(&mut self, local: &mut Local) {
        if let (Pat::Type(typed), Some(init)) = (&local.pat, &mut local.init) {
            push(&mut init.expr, &typed.ty);
        }
        visit_mut::visit_local_mut(self, local);
        let mut ty = local
            .init
            .as_ref()
            .and_then(|init| self.type_of(&init.expr));
        if let (None, Pat::Ident(name)) = (&ty, &local.pat) {
            ty = self.learned.get(&name.ident.to_string()).cloned();
            if let (Some(init), Some(ty)) = (&mut local.init, &ty) {
                push(&mut init.expr, ty);
            }
        }
        self.bind(&local.pat, ty.as_ref());
    }

    fn visit_expr_let_mut(&mut self, condition: &mut syn::ExprLet) {
        visit_mut::visit_expr_let_mut(self, condition);
        let ty = self.type_of(&condition.expr);
        self.bind(&condition.pat, ty.as_ref());
    }

    fn visit_expr_for_loop_mut(&mut self, each: &mut syn::ExprForLoop) {
        let variables = self.variables.clone();
        self.bind(&each.pat, None);
        visit_mut::visit_expr_for_loop_mut(self, each);
        self.variables = variables;
    }

    fn visit_expr_match_mut(&mut self, branch: &mut syn::ExprMatch) {
        self.visit_expr_mut(&mut branch.expr);
        let ty = self.type_of(&branch.expr);
        for arm in &mut branch.arms {
            let variables = self.variables.clone();
            self.bind(&arm.pat, ty.as_ref());
            visit_mut::visit_arm_mut(self, arm);
            self.variables = variables;
        }
    }

    fn visit_expr_binary_mut(&mut self, binary: &mut syn::ExprBinary) {
        visit_mut::visit_expr_binary_mut(self, binary);
        self.unify(&mut binary.left, &mut binary.right);
    }

    fn visit_expr_assign_mut(&mut self, assign: &mut syn::ExprAssign) {
        visit_mut::visit_expr_assign_mut(self, assign);
        self.unify(&mut assign.left, &mut assign.right);
    }

    fn visit_expr_return_mut(&mut self, exit: &mut syn::ExprReturn) {
        visit_mut::visit_expr_return_mut(self, exit);
        if let (Some(value), Some(ty)) = (&mut exit.expr, &self.result) {
            push(value, ty);
        }
    }

    fn visit_expr_call_mut(&mut self, call: &mut syn::ExprCall) {
        visit_mut::visit_expr_call_mut(self, call);
        if let Some((parameters, _)) = self.callee(&call.func) {
            for (argument, ty) in call.args.iter_mut().zip(&parameters) {
                push(argument, ty);
            }
        }
    }

    fn visit_expr_method_call_mut(&mut self, call: &mut syn::ExprMethodCall) {
        visit_mut::visit_expr_method_call_mut(self, call);
        let ty = self.type_of(&call.receiver);
        let ty = ty.or_else(|| call.args.first().and_then(|first| self.type_of(first)));
        if let Some(ty) = ty.filter(|ty| width_of(ty).is_some()) {
            push(&mut call.receiver, &ty);
            call.args
                .iter_mut()
                .for_each(|argument| push(argument, &ty));
            return;
        }
        let Some(receiver) = self.type_of(&call.receiver) else {
            return;
        };
        let name = call.method.to_string();
        let key = (path_name(&receiver).unwrap_or_default(), name.clone());
        if let Some((parameters, _)) = self.facts.methods.get(&key) {
            for (argument, ty) in call.args.iter_mut().zip(parameters) {
                push(argument, ty);
            }
        } else if let Some(element) = element_of(&receiver)
            && ["push", "insert", "fill", "resize", "contains"].contains(&name.as_str())
        {
            call.args
                .iter_mut()
                .for_each(|argument| push(argument, element));
        }
    }

    fn visit_expr_cast_mut(&mut self, cast: &mut syn::ExprCast) {
        visit_mut::visit_expr_cast_mut(self, cast);
        if self.type_of(&cast.expr).is_none() {
            push(&mut cast.expr, &primitive(Width::Double));
        }
    }
}

/// Gives the literals that make up `expr` the type that is expected of it.
fn push(expr: &mut Expr, ty: &Type) {
    let ty = &value_type(ty);
    match expr {
        Expr::Lit(literal) => {
            if let (Lit::Float(float), Some(width)) = (&mut literal.lit, width_of(ty)) {
                suffix(float, width);
            }
        }
        Expr::Paren(inner) => push(&mut inner.expr, ty),
        Expr::Group(inner) => push(&mut inner.expr, ty),
        Expr::Unary(inner) => push(&mut inner.expr, ty),
        Expr::Reference(inner) => push(&mut inner.expr, ty),
        Expr::Binary(binary) if is_arithmetic(&binary.op) => {
            push(&mut binary.left, ty);
            push(&mut binary.right, ty);
        }
        Expr::Tuple(tuple) => {
            if let Type::Tuple(types) = ty {
                for (element, ty) in tuple.elems.iter_mut().zip(&types.elems) {
                    push(element, ty);
                }
            }
        }
        Expr::Array(array) => {
            if let Some(element) = element_of(ty) {
                array.elems.iter_mut().for_each(|each| push(each, element));
            }
        }
        Expr::Repeat(array) => {
            if let Some(element) = element_of(ty) {
                push(&mut array.expr, element);
            }
        }
        Expr::Call(call) => {
            // `vec![0.0; n]`, `vec![0.0]`, and `Some(0.0)`, `Box::new(0.0)`.
            let listed = matches!(list(call), Some(List::Elements(_)));
            if let (Some(first), Some(content)) = (call.args.first_mut(), argument_of(ty)) {
                match listed {
                    true => push(first, &parse_quote!([#content])),
                    false => push(first, content),
                }
            }
        }
        Expr::If(branch) => {
            push_block(&mut branch.then_branch, ty);
            if let Some((_, other)) = &mut branch.else_branch {
                push(other, ty);
            }
        }
        Expr::Block(block) => push_block(&mut block.block, ty),
        Expr::Match(branch) => branch
            .arms
            .iter_mut()
            .for_each(|arm| push(&mut arm.body, ty)),
        _ => {}
    }
}

/// What `vec![..]` has become.
enum List<'a> {
    Elements(&'a Expr),
    Repeated(&'a Expr),
}

fn list(call: &syn::ExprCall) -> Option<List<'_>> {
    let Expr::Path(path) = &*call.func else {
        return None;
    };
    let mut segments = path.path.segments.iter();
    let first = call.args.first()?;
    match (segments.next(), segments.next()) {
        (Some(oracle), Some(name)) if oracle.ident == "oracle" && name.ident == "list" => {
            Some(List::Elements(first))
        }
        (Some(oracle), Some(name)) if oracle.ident == "oracle" && name.ident == "repeat" => {
            Some(List::Repeated(first))
        }
        _ => None,
    }
}

/// The type of the elements of an array, slice or vector.
fn element_of(ty: &Type) -> Option<&Type> {
    match ty {
        Type::Array(array) => Some(&array.elem),
        Type::Slice(slice) => Some(&slice.elem),
        _ if path_name(ty)? == "Vec" => argument_of(ty),
        _ => None,
    }
}

/// `T` of `Vec<T>`, `Option<T>` or `Box<T>`.
fn argument_of(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match arguments.args.first()? {
        syn::GenericArgument::Type(ty) => Some(ty),
        _ => None,
    }
}

fn push_block(block: &mut Block, ty: &Type) {
    if let Some(Stmt::Expr(tail, None)) = block.stmts.last_mut() {
        push(tail, ty);
    }
}

/// Adds a suffix to a literal that has none.
pub(crate) fn suffix(float: &mut LitFloat, width: Width) {
    if float.suffix().is_empty() {
        // `1.` takes no suffix, `1.0` does.
        let digits = match float.base10_digits() {
            digits if digits.ends_with('.') => format!("{digits}0"),
            digits => digits.to_owned(),
        };
        *float = LitFloat::new(&format!("{digits}{}", width.suffix()), float.span());
    }
}

/// The type behind references and parentheses.
fn value_type(ty: &Type) -> Type {
    match ty {
        Type::Reference(inner) => value_type(&inner.elem),
        Type::Paren(inner) => value_type(&inner.elem),
        Type::Group(inner) => value_type(&inner.elem),
        _ => ty.clone(),
    }
}

fn width_of(ty: &Type) -> Option<Width> {
    match ty {
        Type::Path(path) => Width::of_name(&path.path.get_ident()?.to_string()),
        _ => None,
    }
}

fn primitive(width: Width) -> Type {
    let name = proc_macro2::Ident::new(width.suffix(), proc_macro2::Span::call_site());
    parse_quote!(#name)
}

fn is_arithmetic(op: &BinOp) -> bool {
    matches!(
        op,
        BinOp::Add(_) | BinOp::Sub(_) | BinOp::Mul(_) | BinOp::Div(_) | BinOp::Rem(_)
    )
}
