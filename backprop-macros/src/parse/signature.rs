//! Parameters and result, as far as their types are known by spelling.

use super::checks::{check_parameter, check_result, check_rule, check_wrt};
use super::objects::{is_object, is_plain_object, own_object};
use super::{FunctionType, Functions, Operator, Options, Reals};
use crate::errors::Errors;
use crate::fence::catalogue as no;
use crate::ir::Width;
use proc_macro2::Ident;
use syn::spanned::Spanned;
use syn::{FnArg, Pat, ReceiverKind, ReturnType, Type};

/// The parameters and the result of the primal.
pub(crate) struct Signature {
    /// Whether companions can be written down for it.
    pub(crate) is_sound: bool,
    pub(crate) params: Vec<Parameter>,
    /// The shape of the result; of its payload, if it is an `Option` or a `Result`.
    pub(crate) result: Shape,
}

/// One parameter.
pub(crate) struct Parameter {
    /// The name in generated signatures: the user's, or `arg_0` for a pattern.
    pub(crate) name: Ident,
    pub(crate) pat: Pat,
    /// The type as written, references included.
    pub(crate) ty: Type,
    pub(crate) passing: Passing,
    /// The shape behind the outermost reference.
    pub(crate) shape: Shape,
    /// Not excluded by `wrt`.
    pub(crate) in_wrt: bool,
    /// An operand of an operator, which is copied: a reference to it in the primal.
    pub(crate) is_copied: bool,
    /// What it takes and gives, if it is a function.
    pub(crate) function: Option<FunctionParameter>,
}

/// A parameter that is a function: lent to companions, whatever the primal does.
pub(crate) struct FunctionParameter {
    pub(crate) of: FunctionType,
    /// The type in the public functions, if it is taken by value there.
    pub(crate) by_value: Option<Type>,
}

/// How a parameter is passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Passing {
    Value,
    Shared,
    Mut,
}

/// A type, as far as it is known by spelling.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Shape {
    Real(Width),
    Int,
    Bool,
    /// `char`, strings and what is made of constants.
    Constant,
    Tuple(Vec<Shape>),
    Ref(Box<Shape>),
    /// A name that only rustc can resolve.
    Opaque,
    /// An array, a slice or a `Vec` of such.
    Container(Box<Shape>),
    /// Closures, trait objects, pointers and the like.
    Unsupported,
}

impl Shape {
    /// Reads a type.
    pub(crate) fn of(ty: &Type, reals: &Reals) -> Shape {
        let of = |ty: &Type| Shape::of(ty, reals);
        match ty {
            Type::Paren(inner) => of(&inner.elem),
            Type::Group(inner) => of(&inner.elem),
            Type::Tuple(tuple) => Shape::Tuple(tuple.elems.iter().map(of).collect()),
            Type::Reference(reference) if reference.mutability.is_none() => {
                Shape::Ref(Box::new(of(&reference.elem)))
            }
            Type::Array(array) => Shape::Container(Box::new(of(&array.elem))),
            Type::Slice(slice) => Shape::Container(Box::new(of(&slice.elem))),
            Type::Path(path) if path.qself.is_none() => Shape::of_path(&path.path, reals),
            Type::Path(_) => Shape::Opaque,
            Type::TraitObject(object) if is_plain_object(object) => Shape::Opaque,
            _ => Shape::Unsupported,
        }
    }

    fn of_path(path: &syn::Path, reals: &Reals) -> Shape {
        let Some(last) = path.segments.last() else {
            return Shape::Opaque;
        };
        if let Some(index) = path.get_ident().and_then(|name| reals.index(name)) {
            return Shape::Real(Width::Param(index));
        }
        match last.ident.to_string().as_str() {
            "f64" => Shape::Real(Width::F64),
            "f32" => Shape::Real(Width::F32),
            "i8" | "i16" | "i32" | "i64" | "i128" | "isize" | "u8" | "u16" | "u32" | "u64"
            | "u128" | "usize" => Shape::Int,
            "bool" => Shape::Bool,
            "char" | "str" | "String" | "Ordering" => Shape::Constant,
            "Vec" | "Option" | "Box" | "Result" | "Rc" | "Arc" | "VecDeque" | "Range"
            | "RangeInclusive" | "HashMap" | "BTreeMap" | "HashSet" | "BTreeSet" | "BinaryHeap" => {
                let syn::PathArguments::AngleBracketed(args) = &last.arguments else {
                    return Shape::Opaque;
                };
                let mut parts = args.args.iter().filter_map(|arg| match arg {
                    syn::GenericArgument::Type(ty) => Some(Shape::of(ty, reals)),
                    _ => None,
                });
                if last.ident == "Vec" {
                    let element = parts.next().unwrap_or(Shape::Opaque);
                    return Shape::Container(Box::new(element));
                }
                let parts: Vec<Shape> = parts.collect();
                if let ("Box", [Shape::Unsupported]) = (&*last.ident.to_string(), &parts[..]) {
                    return Shape::Unsupported;
                }
                match parts.iter().any(Shape::may_be_active) {
                    true if is_collection(&last.ident) && parts.iter().any(Shape::is_real) => {
                        Shape::Unsupported
                    }
                    true => Shape::Opaque,
                    false => Shape::Constant,
                }
            }
            _ => Shape::Opaque,
        }
    }

    /// Whether it is made of real numbers.
    fn is_real(&self) -> bool {
        self.any(|part| matches!(part, Shape::Real(_)))
    }

    /// Whether a value of the type may carry a derivative.
    pub(crate) fn may_be_active(&self) -> bool {
        match self {
            Shape::Real(_) | Shape::Opaque | Shape::Unsupported => true,
            Shape::Container(element) => element.may_be_active(),
            Shape::Int | Shape::Bool | Shape::Constant => false,
            Shape::Tuple(parts) => parts.iter().any(Shape::may_be_active),
            Shape::Ref(inner) => inner.may_be_active(),
        }
    }

    pub(super) fn any(&self, f: fn(&Shape) -> bool) -> bool {
        f(self)
            || match self {
                Shape::Tuple(parts) => parts.iter().any(|part| part.any(f)),
                Shape::Ref(inner) | Shape::Container(inner) => inner.any(f),
                _ => false,
            }
    }
}

/// `Option<T>` or `Result<T, E>`: what a function returns that may have no value.
#[derive(Clone, Copy)]
pub(crate) struct Wrapped<'t> {
    pub(crate) payload: &'t Type,
    pub(crate) is_result: bool,
    /// `E`, if it is written: `Result` may be an alias that fixes it.
    pub(crate) error: Option<&'t Type>,
}

impl<'t> Wrapped<'t> {
    /// Reads a type, by the last name of its path.
    pub(crate) fn of(ty: &'t Type) -> Option<Self> {
        match ty {
            Type::Paren(inner) => Wrapped::of(&inner.elem),
            Type::Group(inner) => Wrapped::of(&inner.elem),
            Type::Path(path) if path.qself.is_none() => {
                let last = path.path.segments.last()?;
                let syn::PathArguments::AngleBracketed(args) = &last.arguments else {
                    return None;
                };
                let mut types = args.args.iter().filter_map(|arg| match arg {
                    syn::GenericArgument::Type(ty) => Some(ty),
                    _ => None,
                });
                let is_result = last.ident == "Result";
                (is_result || last.ident == "Option").then_some(())?;
                Some(Wrapped {
                    payload: types.next()?,
                    is_result,
                    error: types.next(),
                })
            }
            _ => None,
        }
    }
}

/// `T` of `Option<T>` or `Result<T, E>`.
pub(crate) fn option_payload(ty: &Type) -> Option<&Type> {
    Wrapped::of(ty).map(|wrapped| wrapped.payload)
}

impl Shape {
    /// A number, a `bool`, or a tuple of such, references included.
    pub(crate) fn is_scalar(&self) -> bool {
        match self {
            Shape::Real(_) | Shape::Int | Shape::Bool => true,
            Shape::Tuple(parts) => parts.iter().all(Shape::is_scalar),
            Shape::Ref(inner) => inner.is_scalar(),
            _ => false,
        }
    }
}

impl Parameter {
    /// Whether the user calls it `name`.
    pub(super) fn is_named(&self, name: &Ident) -> bool {
        self.name == *name || (self.is_receiver() && name == "self")
    }

    /// Whether it is `self`.
    pub(crate) fn is_receiver(&self) -> bool {
        super::is_receiver(&self.name)
    }

    /// Whether it is a reference that is read and written in place.
    pub(crate) fn is_in_place(&self) -> bool {
        let by_reference =
            self.passing == Passing::Mut || (self.passing == Passing::Shared && self.has_adjoint());
        by_reference && !self.shape.is_scalar()
    }

    /// Whether the split form gives the parameter an adjoint. `wrt` shapes
    /// only the public functions, but a type that only rustc knows need not
    /// be differentiable if it is excluded.
    pub(crate) fn has_adjoint(&self) -> bool {
        let is_unknown = |shape: &Shape| matches!(shape, Shape::Opaque | Shape::Unsupported);
        // calls through an object need it again, even as a constant
        let known = is_object(&self.ty) || !self.shape.any(is_unknown);
        let is_there = self.in_wrt || self.function.is_some() || self.passing == Passing::Mut;
        self.shape.may_be_active() && (is_there || known)
    }

    /// Whether the parameter is listed by the public functions.
    pub(crate) fn is_active(&self) -> bool {
        // functions carry no numbers that a user could see
        self.in_wrt && self.function.is_none() && self.shape.may_be_active()
    }
}

impl Signature {
    /// The operands of an operator are lent to its companion, which copies them,
    /// whether the primal takes them by value or by reference.
    pub(super) fn of_operator(&mut self, operator: &Operator) {
        for param in &mut self.params {
            param.is_copied = param.is_receiver() && operator.left_is_reference;
            if let (Passing::Shared, Type::Reference(reference)) = (param.passing, &param.ty) {
                param.ty = (*reference.elem).clone();
                param.passing = Passing::Value;
                param.is_copied = true;
            }
        }
    }

    /// The receiver is an object of this trait, as one sees.
    pub(super) fn of_object(&mut self, name: &Ident) {
        let span = name.span();
        if let Some(receiver) = self.params.first_mut() {
            receiver.ty = syn::parse_quote_spanned!(span=> &(dyn #name + 'static));
        }
    }

    /// Whether anything in a signature can carry a derivative, and is handed out by
    /// value or through `&mut`: whether the attribute on a block means this function.
    pub(crate) fn has_derivative(sig: &mut syn::Signature, reals: &Reals) -> bool {
        if super::returns_mut(sig) {
            return super::lens::root(sig, reals).is_some();
        }
        let mut found = Errors::default();
        let options = Options::read(proc_macro2::TokenStream::new(), &mut found);
        let functions = Functions::read(sig, &options, reals, &mut found);
        let params = sig
            .inputs
            .iter()
            .enumerate()
            .map(|(index, input)| match input {
                FnArg::Receiver(receiver) => receiver_parameter(receiver, &options, reals),
                FnArg::Typed(typed) => parameter(index, typed, &options, reals, &functions),
            });
        let params: Vec<Parameter> = params.collect();
        let result = match &sig.output {
            ReturnType::Default => Shape::Tuple(Vec::new()),
            ReturnType::Type(_, ty) => Shape::of(option_payload(ty).unwrap_or(ty), reals),
        };
        check_result(sig, &params, &result, true, &mut found);
        !found.any()
    }

    /// Reads parameters and result; what cannot be differentiated is reported.
    pub(crate) fn read(
        sig: &syn::Signature,
        options: &Options,
        reals: &Reals,
        functions: &Functions,
        is_lens: bool,
        errors: &mut Errors,
    ) -> Self {
        let before = errors.count();
        let mut params = Vec::new();
        for (index, input) in sig.inputs.iter().enumerate() {
            match input {
                FnArg::Receiver(receiver) => {
                    if let ReceiverKind::Typed(_, ty) = &receiver.kind {
                        errors.refuse(ty, no::TYPED_RECEIVER);
                    }
                    params.push(receiver_parameter(receiver, options, reals));
                }
                FnArg::Typed(typed) => {
                    params.push(parameter(index, typed, options, reals, functions));
                }
            }
        }
        let wrt_is_sound = check_wrt(&params, options, errors);
        // generated functions name the primal, which such a parameter would hide
        for param in params.iter_mut().filter(|param| param.name == sig.ident) {
            let name = format!("{}_", syn::ext::IdentExt::unraw(&param.name));
            param.name = Ident::new(&name, param.name.span());
        }
        let result = match &sig.output {
            ReturnType::Default => Shape::Tuple(Vec::new()),
            ReturnType::Type(_, ty) => Shape::of(option_payload(ty).unwrap_or(ty), reals),
        };
        if options.rule.is_some() {
            check_rule(&params, errors);
        }
        for param in &params {
            check_parameter(param, errors);
        }
        if !is_lens {
            check_result(sig, &params, &result, wrt_is_sound, errors);
        }
        if params.len() > 63 {
            errors.refuse(&sig.inputs, no::TOO_MANY_PARAMETERS);
        }
        Signature {
            is_sound: errors.count() == before,
            params,
            result,
        }
    }
}

/// Names the lifetime of a result that refers to the only parameter that is a
/// reference: generated functions have more of those.
pub(super) fn name_lifetime(sig: &mut syn::Signature) {
    let has_receiver = sig.receiver().is_some();
    let ReturnType::Type(_, result) = &mut sig.output else {
        return;
    };
    let mut params = sig.inputs.iter_mut().filter_map(|input| match input {
        FnArg::Typed(typed) => match &mut *typed.ty {
            Type::Reference(reference) if reference.lifetime.is_none() => Some(reference),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    });
    let (Type::Reference(result), Some(param)) = (&mut **result, params.next()) else {
        return;
    };
    if has_receiver || result.lifetime.is_some() || params.next().is_some() {
        return;
    }
    let lifetime = syn::Lifetime::new("'__result", result.and_token.span);
    result.lifetime = Some(lifetime.clone());
    param.lifetime = Some(lifetime.clone());
    let named = syn::GenericParam::Lifetime(syn::LifetimeParam::new(lifetime));
    sig.generics.params.insert(0, named);
}

fn parameter(
    index: usize,
    typed: &syn::PatType,
    options: &Options,
    reals: &Reals,
    functions: &Functions,
) -> Parameter {
    let name = match &*typed.pat {
        Pat::Ident(pat) if pat.subpat.is_none() => pat.ident.clone(),
        pat => Ident::new(&format!("arg_{index}"), pat.span()),
    };
    let in_wrt = match &options.wrt {
        Some(names) => names.contains(&name),
        None => true,
    };
    let pat = (*typed.pat).clone();
    let Some(function) = functions.of(&typed.ty) else {
        return typed_parameter(name, pat, (*typed.ty).clone(), in_wrt, reals);
    };
    let by_value = functions.by_value(&typed.ty).is_some();
    let by_value = by_value.then(|| (*typed.ty).clone());
    let ty = match &by_value {
        Some(ty) => syn::parse_quote!(&#ty),
        None => (*typed.ty).clone(),
    };
    let mut parameter = typed_parameter(name, pat, ty, in_wrt, reals);
    parameter.function = Some(FunctionParameter {
        of: function.clone(),
        by_value,
    });
    parameter
}

/// `self`, as a parameter with a name of its own.
fn receiver_parameter(receiver: &syn::Receiver, options: &Options, reals: &Reals) -> Parameter {
    let name = super::receiver::receiver_at(receiver.self_token.span());
    let ty = receiver_type(receiver);
    let pat = Pat::Ident(syn::PatIdent {
        attrs: Vec::new(),
        by_ref: None,
        mutability: receiver.mutability,
        ident: name.clone(),
        subpat: None,
    });
    let in_wrt = match &options.wrt {
        Some(names) => names.iter().any(|name| name == "self"),
        None => true,
    };
    typed_parameter(name, pat, ty, in_wrt, reals)
}

/// The type of `self`.
pub(super) fn receiver_type(receiver: &syn::Receiver) -> Type {
    let span = receiver.self_token.span();
    let this: Type = syn::parse_quote_spanned!(span=> Self);
    match &receiver.kind {
        ReceiverKind::Reference(and, lifetime, mutability) => {
            syn::parse_quote!(#and #lifetime #mutability #this)
        }
        ReceiverKind::Typed(_, ty) => (**ty).clone(),
        _ => this,
    }
}

fn typed_parameter(name: Ident, pat: Pat, mut ty: Type, in_wrt: bool, reals: &Reals) -> Parameter {
    own_object(&mut ty);
    let (passing, shape) = match &ty {
        Type::Reference(reference) => match reference.mutability {
            Some(_) => (Passing::Mut, Shape::of(&reference.elem, reals)),
            None => (Passing::Shared, Shape::of(&reference.elem, reals)),
        },
        ty => (Passing::Value, Shape::of(ty, reals)),
    };
    Parameter {
        name,
        pat,
        ty,
        passing,
        shape,
        in_wrt,
        is_copied: false,
        function: None,
    }
}

/// Collections of std that are not kept as sequences are: constants only.
pub(crate) fn is_collection(name: &Ident) -> bool {
    const NAMES: [&str; 6] = [
        "HashMap",
        "BTreeMap",
        "HashSet",
        "BTreeSet",
        "VecDeque",
        "BinaryHeap",
    ];
    NAMES.iter().any(|known| name == known)
}
