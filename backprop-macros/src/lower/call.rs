//! Calls: of differentiated functions, of std methods, of macros.

use super::closure::{Argument, Closure};
use super::passed::Parts;
use super::{Binding, Lowerer, Lowering};
use crate::fence::{Refusal, catalogue as no};
use crate::ir::{
    Aggregate, Arg, Call, Callee, Kind, Method, Op, Receiver, Stmt, Tree, ValueId, Width,
};
use crate::rules::{self, Output};
use proc_macro2::Span;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Expr, Path};

/// What a path in a call names.
pub(super) enum Callable {
    /// A method of `f32` or `f64` in path form.
    Float(Width, String),
    /// `backprop::constant`.
    Stop,
    /// `Some`
    Some,
    /// `Ok`
    Ok,
    /// `Err`
    Err,
    /// The constructor of a tuple struct.
    TupleStruct,
    /// `Vec::new` and its like.
    Container,
    /// `Box::new`
    Boxed,
    /// `array::from_fn`
    ArrayFromFn,
    /// `swap`, `replace`, `take` of `std::mem`.
    Memory(String),
    /// Another differentiated function.
    Function,
    /// A function of the body without `#[differentiate]`.
    Nested,
    /// A function of a type or a trait.
    Associated,
    /// Code that is passed through if no argument is active.
    Opaque(Refusal),
}

impl Lowerer<'_> {
    pub(super) fn call(&mut self, call: &syn::ExprCall, expected: Option<&Tree<()>>) -> Lowering {
        if let Some(function) = self.function_parameter(&call.func) {
            return self.call_parameter(&function, call);
        }
        let whole = Expr::Call(call.clone());
        let Expr::Path(path) = strip(&call.func) else {
            return self.verbatim(&whole, no::CALL_OF_VALUE);
        };
        if let Some(owner) = &path.qself {
            let name = path.path.segments.last();
            return match (self.float_type(&owner.ty), name) {
                // `<f64>::exp(x)`
                (Some(width), Some(name)) if owner.position == 0 => {
                    self.float_function(call, width, &name.ident.to_string())
                }
                _ => self.associated(call, path, expected),
            };
        }
        if let Some(name) = path.path.get_ident()
            && let Some(Binding::Closure(closure)) = self.lookup(&name.to_string()).cloned()
        {
            return self.closure_call(&closure, call);
        }
        if let Some(kind) = self.named_conversion(&path.path)
            && call.args.len() == 1
        {
            return self.converted_number(call, kind);
        }
        let callable = match self.callable(&path.path) {
            Callable::Nested if self.is_marked_for(call, path) => Callable::Function,
            Callable::Some | Callable::Ok | Callable::Err if call.args.len() != 1 => {
                Callable::Opaque(no::CONSTRUCTOR)
            }
            Callable::Stop if call.args.len() != 1 => Callable::Opaque(no::CONSTANT_ARGUMENTS),
            callable => callable,
        };
        match callable {
            Callable::Float(width, name) => self.float_function(call, width, &name),
            Callable::Stop => {
                let capture = self.passed_arguments(&call.args, Parts::Calls)?;
                let op = Op::Stop(path.path.clone(), capture);
                Some(self.push(op, Kind::Opaque, call.span()))
            }
            Callable::Function => {
                let callee = Callee::Function(path.path.clone());
                self.function_call(callee, &call.args, call.func.span(), expected)
            }
            Callable::Associated => self.associated(call, path, expected),
            Callable::Some => {
                let value = self.expr(&call.args[0])?;
                let value = self.owned(&value, call.span());
                Some(self.some(value, call.span()))
            }
            Callable::Ok => {
                let value = self.expr(&call.args[0])?;
                let value = self.owned(&value, call.span());
                Some(self.ok(value, call.span()))
            }
            Callable::Err => self.err(&call.args[0], call.span()),
            Callable::TupleStruct => self.tuple_struct(call, &path.path),
            Callable::Container => self.new_vec(call, &path.path),
            Callable::Boxed => {
                let (parts, _) = self.parts(&call.args)?;
                let op = Op::Aggregate(Aggregate::Box, parts);
                let boxed = self.push_value(op, Kind::Opaque, call.span());
                self.boxes.insert(boxed);
                Some(Tree::Leaf(boxed))
            }
            Callable::ArrayFromFn if call.args.len() == 1 => {
                let len = Self::written_length(&call.func);
                self.array_from_fn(&call.args[0], len, call.span())
            }
            Callable::ArrayFromFn => self.verbatim(&whole, no::STD_FUNCTION),
            Callable::Memory(name) => match self.mem_function(&name, call) {
                Some(value) => value,
                None => self.verbatim(&whole, no::STD_FUNCTION),
            },
            Callable::Opaque(refusal) => self.verbatim(&whole, refusal),
            Callable::Nested => self.verbatim(&whole, no::NESTED_FUNCTION_CALL),
        }
    }

    /// A call of a local closure. A `&mut` reference to a variable is another
    /// name of it in the closure.
    fn closure_call(&mut self, closure: &Closure, call: &syn::ExprCall) -> Lowering {
        let mut args = Vec::new();
        for arg in &call.args {
            args.push(match self.as_mut_reference(arg) {
                Some(place) if !self.is_in_memory(&place) => Argument::State(place),
                _ => Argument::Value(self.expr(arg)?),
            });
        }
        self.enter(closure, args, call.span())
    }

    /// Whether a path in a call names a differentiated function.
    pub(super) fn is_function(&self, path: &Path) -> bool {
        matches!(self.callable(path), Callable::Function)
    }

    /// `Vec::new()`, `Vec::<f64>::with_capacity(n)`
    fn new_vec(&mut self, call: &syn::ExprCall, path: &Path) -> Lowering {
        let span = call.span();
        let capacity = match call.args.first() {
            Some(arg) => {
                let value = self.expr(arg)?;
                Some(self.leaf(&value, arg.span()))
            }
            None => None,
        };
        let vec = self.push(Op::NewVec(capacity), Kind::Opaque.contained(), span);
        let owner = path.segments.iter().rev().nth(1);
        Some(match owner.map(|owner| &owner.arguments) {
            Some(arguments @ syn::PathArguments::AngleBracketed(_)) => {
                let ty = syn::parse_quote_spanned!(span=> Vec #arguments);
                self.ascribe(vec, &ty)
            }
            _ => vec,
        })
    }

    pub(super) fn callable(&self, path: &Path) -> Callable {
        let names: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
        let (Some(last), first) = (names.last(), &names[0]) else {
            return Callable::Opaque(no::CALL_OF_VALUE);
        };
        let owner = names.len().checked_sub(2).map(|i| names[i].as_str());
        let capital = |name: &str| name.trim_start_matches('_').starts_with(char::is_uppercase);
        match owner {
            Some("f64") => return Callable::Float(Width::F64, last.clone()),
            Some("f32") => return Callable::Float(Width::F32, last.clone()),
            Some(
                "i8" | "i16" | "i32" | "i64" | "i128" | "isize" | "u8" | "u16" | "u32" | "u64"
                | "u128" | "usize" | "bool" | "char" | "str",
            ) => return Callable::Opaque(no::STD_FUNCTION),
            Some("Vec") if matches!(last.as_str(), "new" | "with_capacity") => {
                return Callable::Container;
            }
            Some("Box") if last == "new" => return Callable::Boxed,
            Some("mem") if matches!(last.as_str(), "swap" | "replace" | "take") => {
                return Callable::Memory(last.clone());
            }
            Some("array") if last == "from_fn" => return Callable::ArrayFromFn,
            Some(owner) if capital(owner) => {
                let of_std = matches!(last.as_str(), "Some" | "Ok" | "Err");
                return match capital(last) {
                    true if of_std => Callable::Opaque(no::CONSTRUCTOR),
                    true => Callable::TupleStruct,
                    false if is_std_type(owner) => Callable::Opaque(no::STD_FUNCTION),
                    false => Callable::Associated,
                };
            }
            _ => {}
        }
        if last == "Some" && names.len() == 1 {
            return Callable::Some;
        }
        if names.len() == 1 && last == "Ok" {
            return Callable::Ok;
        }
        if names.len() == 1 && last == "Err" {
            return Callable::Err;
        }
        if capital(last) {
            return match matches!(last.as_str(), "Some" | "Ok" | "Err") {
                true => Callable::Opaque(no::CONSTRUCTOR),
                false => Callable::TupleStruct,
            };
        }
        if last == "constant" && self.lookup(last).is_none() {
            return Callable::Stop;
        }
        if names.len() > 1 && matches!(first.as_str(), "std" | "core" | "alloc") {
            return Callable::Opaque(no::STD_FUNCTION);
        }
        if names.len() == 1 {
            if self.lookup(last).is_some() {
                return Callable::Opaque(no::CALL_OF_VALUE);
            }
            if self.is_unmarked(last) {
                return Callable::Nested;
            }
        }
        Callable::Function
    }

    pub(super) fn method_call(
        &mut self,
        call: &syn::ExprMethodCall,
        expected: Option<&Tree<()>>,
    ) -> Lowering {
        let whole = Expr::MethodCall(call.clone());
        let span = call.method.span();
        let name = call.method.to_string();
        if let Some(value) = self.sibling_call(call, expected) {
            return value;
        }
        if call.args.is_empty()
            && let Some(end) = self.end_of_range(&call.receiver, &name)
        {
            return end.map(|end| Tree::Ref(Box::new(end)));
        }
        if let Some(range) = self.named_range(&whole) {
            return self.expr(&Expr::Range(range));
        }
        if let Some(written) = self.with_range(call) {
            return self.method_call(&written, expected);
        }
        if let Some(array) = self.typed_array(&whole, None) {
            return array;
        }
        if let Some(value) = self.result_method(call, matches!(expected, Some(Tree::Result(..)))) {
            return value;
        }
        if let Some(value) = self.converted(call) {
            return value;
        }
        if let Some(value) = self.converted_parameter(call) {
            return value;
        }
        if super::then::is_then(call) {
            return self.then(call);
        }
        if let Some(value) = self.found(call) {
            return value;
        }
        if let Some(value) = self.option_method(call, expected) {
            return value;
        }
        if let Some(value) = self.container_method(call) {
            return value;
        }
        if let Some(value) = self.chain_end(call) {
            return value;
        }
        if name != "sin_cos" && rules::method(&name).is_none() {
            return match strip(&call.receiver) {
                // `x.total_cmp(&y).is_lt()`: the receiver is no active value
                Expr::MethodCall(inner) if rules::method(&inner.method.to_string()).is_some() => {
                    let receiver = self.expr(&call.receiver)?;
                    self.method_of(receiver, call, Kind::Opaque)
                }
                _ => {
                    if self.is_method_of_user(call) {
                        return self.user_method(call, expected);
                    }
                    let unknown = self.unknown_method(call);
                    let name = unknown.method.to_string();
                    if changes_in_place(&name) && self.is_memory_expr(&unknown.receiver) {
                        return self.refuse(&unknown.method, no::CHANGE_IN_PLACE.about(&name));
                    }
                    self.verbatim_at(&whole, method_refusal(&name), unknown.method.span())
                }
            };
        }
        let receiver = self.expr(&call.receiver)?;
        let Tree::Leaf(_) = receiver.behind_refs() else {
            return self.method_of(receiver, call, Kind::Opaque);
        };
        let receiver = self.leaf(&receiver, span);
        if matches!(self.f.kind(receiver), Kind::Int | Kind::Bool) {
            // `n.max(m)`, `n.abs()`: whatever it is, it is no real number
            return self.method_of(Tree::Leaf(receiver), call, Kind::Int);
        }
        let mut args = vec![receiver];
        for arg in &call.args {
            let value = self.expr(arg)?;
            args.push(self.leaf(&value, arg.span()));
        }
        self.method(&name, args, call, call.method.span())
    }

    /// The first method without a lowering in a row of calls.
    fn unknown_method<'e>(&self, call: &'e syn::ExprMethodCall) -> &'e syn::ExprMethodCall {
        match strip(&call.receiver) {
            Expr::MethodCall(inner) => {
                let name = inner.method.to_string();
                let copies = matches!(&*name, "clone" | "to_vec" | "to_owned" | "as_slice" | "len");
                let is_known = copies
                    || rules::method(&name).is_some()
                    || self.is_chain(&call.receiver)
                    || self.is_optional(&call.receiver)
                    || self.is_optional(&inner.receiver);
                match is_known {
                    true => call,
                    false => self.unknown_method(inner),
                }
            }
            _ => call,
        }
    }

    /// A method without a rule of a value that is computed before.
    fn method_of(
        &mut self,
        receiver: Tree<ValueId>,
        call: &syn::ExprMethodCall,
        kind: Kind,
    ) -> Lowering {
        let local = crate::emit::plumbing("receiver", call.receiver.span());
        let mut passed = call.clone();
        *passed.receiver = syn::parse_quote!(#local);
        let mut capture = self.passed(&Expr::MethodCall(passed), Parts::Integers)?;
        capture.uses.push((local, receiver));
        let refusal = method_refusal(&call.method.to_string());
        let op = Op::Verbatim(capture, refusal.message);
        Some(self.push(op, kind, call.method.span()))
    }

    pub(super) fn method(
        &mut self,
        name: &str,
        mut args: Vec<ValueId>,
        call: &impl ToTokens,
        span: Span,
    ) -> Lowering {
        if name == "sin_cos" && args.len() == 1 {
            let sin = self.method("sin", args.clone(), call, span)?;
            let cos = self.method("cos", args, call, span)?;
            return Some(Tree::Tuple(vec![sin, cos]));
        }
        let Some(method) = rules::method(name).filter(|rule| rule.arity() == args.len()) else {
            return self.refuse(call, no::METHOD_ARGUMENTS);
        };
        if name == "powi" && self.f.kind(args[1]) == Kind::Opaque {
            let int = syn::parse_quote_spanned!(span=> i32);
            let op = Op::Copy(args[1], Some(Box::new(int)));
            args[1] = self.push_value(op, Kind::Int, span);
        }
        let mut kind = self.f.kind(args[0]);
        if let Method::Discrete(rule) = method {
            kind = match rule.result {
                Output::Real => kind,
                Output::Bool => Kind::Bool,
                Output::Other => Kind::Opaque,
            };
        } else if name != "powi" {
            for arg in &args[1..] {
                kind = kind.join(self.f.kind(*arg));
            }
        }
        Some(self.push(Op::Method(method, args), kind, span))
    }

    /// A call of a differentiated function, if any argument is active.
    pub(super) fn function_call<'e>(
        &mut self,
        callee: Callee,
        exprs: impl IntoIterator<Item = &'e Expr>,
        span: Span,
        expected: Option<&Tree<()>>,
    ) -> Lowering {
        self.function_call_of(callee, exprs.into_iter().collect(), 0, span, expected)
    }

    /// The same, where the first `late` arguments are borrowed after the others.
    pub(super) fn function_call_of(
        &mut self,
        mut callee: Callee,
        mut exprs: Vec<&Expr>,
        late: usize,
        span: Span,
        expected: Option<&Tree<()>>,
    ) -> Lowering {
        let count = exprs.len();
        exprs.rotate_left(late);
        let (mut args, mut written) = (Vec::new(), Vec::new());
        for (index, arg) in exprs.into_iter().enumerate() {
            let of = match &callee {
                Callee::Function(path) => Some((path.clone(), index)),
                _ => None,
            };
            if let Some(place) = self.as_mut_reference(arg)
                && !self.is_in_memory(&place)
            {
                let Some(before) = self.read_place(&place, arg.span()) else {
                    return self.refuse(arg, no::TUPLE_SHAPE);
                };
                let after = before.map(&mut |leaf| {
                    let info = self.f.info(*leaf).clone();
                    self.f.value(info.kind, info.hint, info.span)
                });
                written.push((place, after.clone(), arg.span()));
                args.push(Arg::Mut { before, after });
            } else if let Some(function) = self.function_argument(arg, of) {
                args.push(Arg::In(function?));
            } else {
                let value = match self.expr(arg)? {
                    option @ Tree::Option(..) => Tree::Leaf(self.packed(&option, arg.span())),
                    Tree::Ref(option) if matches!(*option, Tree::Option(..)) => {
                        let packed = self.packed(&option, arg.span());
                        self.view(crate::ir::Place::whole(packed), false, arg.span())
                    }
                    value => value,
                };
                args.push(Arg::In(value));
            }
        }
        args.rotate_left(count - late);
        if let (Callee::Method(.., known), Some(Arg::In(receiver))) = (&mut callee, args.first())
            && receiver.any(|leaf| self.objects.contains(leaf))
        {
            *known = Receiver::Object;
        }
        let result = match expected {
            Some(Tree::Ref(_)) | None => Tree::Leaf(()),
            Some(shape) => shape.with_payloads(),
        };
        let result = result.map(&mut |()| self.f.value(Kind::Opaque, None, span));
        if let Tree::Result(_, error) = &result {
            for leaf in error.leaves() {
                self.f.info_mut(leaf).kind = Kind::Constant;
            }
        }
        let id = self.f.stmt_id();
        self.out.push(Stmt::Call(Call {
            id,
            callee,
            args,
            result: result.clone(),
            span,
            is_idle: false,
            pullback: None,
            tangents: None,
            is_doubled: false,
            is_repeated: false,
        }));
        for (place, after, span) in written {
            self.write_place(&place, &after, span);
        }
        Some(result)
    }

    /// The width of `f32` or `f64`, by spelling.
    pub(super) fn float_type(&self, ty: &syn::Type) -> Option<Width> {
        match self.kind_of_type(ty) {
            Kind::Real(width @ (Width::F32 | Width::F64)) => Some(width),
            _ => None,
        }
    }
}

/// Types of std by whose name a path can be told from one of the user's types.
pub(super) fn is_std_type(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "Vec",
        "Box",
        "Rc",
        "Arc",
        "String",
        "Option",
        "Result",
        "HashMap",
        "HashSet",
        "BTreeMap",
        "BTreeSet",
        "VecDeque",
        "BinaryHeap",
        "Cell",
        "RefCell",
        "Mutex",
        "RwLock",
        "Ordering",
        "Iterator",
        "Default",
        "Clone",
        "From",
        "Into",
        "Instant",
        "Duration",
        "Rng",
    ];
    NAMES.contains(&name)
}

pub(super) fn method_refusal(name: &str) -> Refusal {
    match name {
        "to_bits" | "from_bits" | "to_le_bytes" | "to_be_bytes" | "to_ne_bytes" => no::BIT_CAST,
        _ => no::UNKNOWN_METHOD.about(name),
    }
}

/// Methods of std that take `&mut self`, and that code which is passed through
/// could not call: it has locals by value or by shared reference.
fn changes_in_place(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "append",
        "dedup",
        "dedup_by",
        "dedup_by_key",
        "drain",
        "entry",
        "get_or_insert",
        "get_or_insert_with",
        "insert",
        "pop_back",
        "pop_front",
        "push_back",
        "push_front",
        "push_str",
        "remove",
        "retain",
        "retain_mut",
        "sort",
        "sort_by_cached_key",
        "sort_by_key",
        "sort_unstable",
        "sort_unstable_by",
        "sort_unstable_by_key",
        "split_off",
        "swap_remove",
    ];
    NAMES.contains(&name)
}

/// The expression inside parentheses and groups.
pub(super) fn strip(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(inner) => strip(&inner.expr),
        Expr::Group(inner) => strip(&inner.expr),
        expr => expr,
    }
}
