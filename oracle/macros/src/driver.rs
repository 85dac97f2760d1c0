//! One function per differentiated function that describes a call of it to
//! `oracle::Program::check`.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use std::collections::BTreeSet;
use syn::{Fields, FnArg, GenericParam, Item, ItemFn, Meta, Pat, Result, Type};

use crate::facts::{Facts, Width, result, type_name, typed_parameters};
use crate::modes::returns_mut;
use crate::twin::is_differentiate;
use crate::value::values;

/// Which functions are checked, and against what.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The differentiated ones, with their companions.
    Companions,
    /// All that have values for arguments and result, against the twin alone.
    Twins,
}

/// The items of the module `checks`.
pub(crate) fn drivers(items: &[Item], facts: &Facts, mode: Mode) -> Result<TokenStream> {
    let functions = items.iter().filter_map(|item| match item {
        Item::Fn(function) => Some(function),
        _ => None,
    });
    let checked: Vec<&ItemFn> = functions
        .filter(|function| match mode {
            Mode::Companions => is_checked(function) && !returns_mut(&function.sig),
            Mode::Twins => takes_values(function, items),
        })
        .collect();
    let types = checked
        .iter()
        .flat_map(|function| typed_parameters(function).chain(result(function)));
    let mut tokens = values(items, facts, types, mode == Mode::Companions);
    for function in &checked {
        tokens.extend(driver(function, facts, mode)?);
    }
    for item in items {
        if let Item::Enum(choice) = item {
            let name = &choice.ident;
            let fieldless = |variant: &syn::Variant| matches!(variant.fields, Fields::Unit);
            if !choice.variants.is_empty() && choice.variants.iter().all(fieldless) {
                tokens.extend(quote!(::oracle::cast_enum!(#name);));
                if facts.twins.contains(&name.to_string()) {
                    tokens.extend(quote!(::oracle::cast_enum!(dual::#name);));
                }
            }
        }
    }
    Ok(tokens)
}

/// Free of type parameters and made of types that have values.
fn takes_values(function: &ItemFn, items: &[Item]) -> bool {
    let declared: Vec<String> = items
        .iter()
        .filter(|item| matches!(item, Item::Struct(_) | Item::Enum(_)))
        .filter_map(type_name)
        .collect();
    let is_known = |ty: &Type| {
        !ty.to_token_stream()
            .into_iter()
            .any(|token| ["impl", "dyn", "fn"].contains(&token.to_string().as_str()))
            && names(ty).iter().all(|found| {
                is_constant_or_container(found)
                    || Width::of_name(&found.to_string()).is_some()
                    || declared.iter().any(|name| found == name)
            })
    };
    let lends = result(function).is_some_and(|ty| ty.to_token_stream().to_string().contains('&'));
    let mut types = typed_parameters(function).chain(result(function));
    !is_generic(function) && !lends && types.all(is_known)
}

/// The call of `f_hvp`, with gradient and product in flat form.
fn second(function: &ItemFn, parameters: &[Parameter]) -> TokenStream {
    let hvp = format_ident!("{}_hvp", function.sig.ident);
    let unpack = unpacking(parameters);
    let names = parameters.iter().map(|parameter| &parameter.name);
    let adjoints = parameters.iter().map(Parameter::adjoint);
    let passed = parameters.iter().flat_map(|parameter| {
        let adjoint = parameter.adjoint();
        let tangent = match &parameter.ty {
            Type::Reference(_) if parameter.is_exclusive() => quote!(&mut #adjoint),
            Type::Reference(_) => quote!(&#adjoint),
            _ => quote!(#adjoint),
        };
        let tangent = parameter.is_active().then_some(tangent);
        std::iter::once(parameter.passed()).chain(tangent)
    });
    let active: Vec<&Parameter> = parameters.iter().filter(|p| p.is_active()).collect();
    let found: Vec<_> = active.iter().map(|parameter| parameter.adjoint()).collect();
    let pattern = match found.as_slice() {
        [only] => quote!(#only),
        several => quote!((#(#several),*)),
    };
    let finals = parameters.iter().filter(|p| p.is_exclusive());
    let finals = finals.map(|parameter| &parameter.name);
    let flattened: Vec<_> = active.iter().map(|parameter| parameter.flatten()).collect();
    quote! {
        Some(&|arguments, tangents| {
            let #unpack = arguments;
            let mut tangents = tangents.iter().copied();
            #(let mut #adjoints = ::oracle::Value::gradient(&#names, &mut tangents);)*
            let (result, gradient, product) = super::#hvp(#(#passed),*);
            let #pattern = gradient;
            let gradient = [#(#flattened),*].concat();
            let #pattern = product;
            let product = [#(#flattened),*].concat();
            ((result, #(#finals,)*), gradient, product)
        })
    }
}

/// Whether an option is among those of the function.
fn has_option(function: &ItemFn, option: &str) -> bool {
    let mut attributes = function.attrs.iter().filter(|a| is_differentiate(a));
    attributes.any(|attribute| match &attribute.meta {
        Meta::List(options) => names_of(&options.tokens).iter().any(|name| name == option),
        _ => false,
    })
}

pub(crate) fn names_of(tokens: &TokenStream) -> Vec<String> {
    tokens
        .clone()
        .into_iter()
        .map(|token| token.to_string())
        .collect()
}

/// The functions that second derivatives go through: differentiated without a rule of
/// their own, and calling no others.
pub(crate) fn twice_differentiable(items: &[Item]) -> BTreeSet<String> {
    let functions = || {
        items.iter().filter_map(|item| match item {
            Item::Fn(function) => Some(function),
            _ => None,
        })
    };
    let name = |function: &ItemFn| function.sig.ident.to_string();
    let can_be = |function: &&ItemFn| {
        let is_marked = |word: &str| function.attrs.iter().any(|a| a.path().is_ident(word));
        function.attrs.iter().any(is_differentiate)
            && !has_option(function, "rule")
            && !is_marked("reverse_only")
            && !is_marked("first_order_only")
    };
    let mut found: BTreeSet<String> = functions().filter(can_be).map(name).collect();
    loop {
        let others = functions().map(name).filter(|name| !found.contains(name));
        let others: Vec<String> = others.collect();
        let before = found.len();
        for function in functions() {
            if mentions(function.block.to_token_stream(), &others) {
                found.remove(&name(function));
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

/// Whether the tokens name one of the functions, or call one by a path.
fn mentions(tokens: TokenStream, functions: &[String]) -> bool {
    tokens.into_iter().any(|token| match token {
        proc_macro2::TokenTree::Ident(ident) => {
            let name = ident.to_string();
            functions.contains(&name) || name == "super" || name == "crate"
        }
        proc_macro2::TokenTree::Group(group) => mentions(group.stream(), functions),
        _ => false,
    })
}

fn is_generic(function: &ItemFn) -> bool {
    let mut parameters = function.sig.generics.params.iter();
    let is_unnamed = |ty: &Type| {
        let text = ty.to_token_stream().to_string();
        text.contains("impl ") || text.starts_with("fn")
    };
    parameters.any(|parameter| !matches!(parameter, GenericParam::Lifetime(_)))
        || typed_parameters(function).any(is_unnamed)
}

/// Differentiated, free of type parameters (`impl Trait` and functions are such), and with the usual
/// companions.
fn is_checked(function: &ItemFn) -> bool {
    let plain = |attribute: &syn::Attribute| match &attribute.meta {
        Meta::List(options) => !options
            .tokens
            .clone()
            .into_iter()
            .any(|token| ["wrt", "name", "rule"].contains(&token.to_string().as_str())),
        _ => true,
    };
    let mut attributes = function
        .attrs
        .iter()
        .filter(|attribute| is_differentiate(attribute));
    !is_generic(function) && !gives_no_number(function) && attributes.next().is_some_and(plain)
}

/// Returns an `Option`, a `Result` or a reference: checked through its callers.
fn gives_no_number(function: &ItemFn) -> bool {
    let last = match result(function) {
        Some(Type::Reference(_)) => return true,
        Some(Type::Path(path)) => path.path.segments.last(),
        _ => None,
    };
    last.is_some_and(|segment| segment.ident == "Option" || segment.ident == "Result")
}

fn driver(function: &ItemFn, facts: &Facts, mode: Mode) -> Result<TokenStream> {
    let name = &function.sig.ident;
    let generics = &function.sig.generics;
    let (grad, backprop) = (
        format_ident!("{name}_grad"),
        format_ident!("{name}_backprop"),
    );
    let parameters = function
        .sig
        .inputs
        .iter()
        .enumerate()
        .map(|(index, input)| Parameter::of(index, input));
    let parameters: Vec<Parameter> = parameters.collect::<Result<_>>()?;

    let declared = parameters
        .iter()
        .map(|Parameter { name, ty, .. }| quote!(#name: #ty));
    let names: Vec<_> = parameters.iter().map(|parameter| &parameter.name).collect();
    let labels = parameters
        .iter()
        .map(|parameter| parameter.name.to_string());
    let owned = parameters.iter().map(Parameter::owned);
    let unpack = unpacking(&parameters);
    let passed: Vec<_> = parameters.iter().map(Parameter::passed).collect();
    let exclusive = parameters.iter().map(|parameter| parameter.is_exclusive());
    let finals: Vec<_> = parameters
        .iter()
        .filter(|parameter| parameter.is_exclusive())
        .map(|parameter| &parameter.name)
        .collect();
    let active: Vec<&Parameter> = parameters
        .iter()
        .filter(|parameter| parameter.is_active())
        .collect();
    let adjoints: Vec<_> = active.iter().map(|parameter| parameter.adjoint()).collect();
    // Of a parameter that is not listed, there is nothing to compare.
    let flattened: Vec<_> = parameters
        .iter()
        .map(|parameter| match parameter.is_active() {
            true => parameter.flatten(),
            false => quote!(Vec::new()),
        })
        .collect();
    let single = facts.is_single(function);

    let mut exclusives = 0;
    let mut buffers = Vec::new();
    for parameter in &parameters {
        let (name, adjoint) = (&parameter.name, parameter.adjoint());
        exclusives += usize::from(parameter.is_exclusive());
        if !parameter.is_active() {
            continue;
        }
        buffers.push(match parameter.is_exclusive() {
            false => quote!(let mut #adjoint = ::oracle::Value::gradient(&#name, &mut buffers);),
            // Its adjoint enters as the upstream of its final content, which
            // may be longer or shorter than the argument.
            true => {
                let output = syn::Index::from(exclusives);
                quote! {
                    let _ = ::oracle::Value::gradient(&#name, &mut buffers);
                    let mut #adjoint = ::oracle::Value::gradient(&outputs.#output, &mut upstream);
                }
            }
        });
    }

    let output = result(function);
    let upstream = match output {
        Some(ty) if is_scalar(ty) => quote!(result_upstream,),
        Some(ty) if !is_inactive(ty) => quote!(&result_upstream,),
        _ => quote!(),
    };
    let grad = match output {
        Some(ty) if is_scalar(ty) && mode == Mode::Companions => {
            let gradient = match adjoints.as_slice() {
                [only] => quote!(#only),
                several => quote!((#(#several),*)),
            };
            quote! {
                Some(&|arguments| {
                    let #unpack = arguments;
                    let (result, #gradient) = super::#grad(#(#passed),*);
                    ((result, #(#finals,)*), vec![#(#flattened),*])
                })
            }
        }
        _ => quote!(None),
    };
    let backprop = match mode {
        Mode::Companions => quote! {
            Some(&|arguments, outputs, upstream, buffers| {
                let #unpack = arguments;
                let mut upstream = upstream.iter().copied();
                let mut buffers = buffers.iter().copied();
                let result_upstream = ::oracle::Value::gradient(&outputs.0, &mut upstream);
                #(#buffers)*
                let result = super::#backprop(#(#passed,)* #upstream #(&mut #adjoints),*);
                ((result, #(#finals,)*), vec![#(#flattened),*])
            })
        },
        Mode::Twins => quote!(None),
    };
    let jvp = match has_option(function, "jvp") && mode == Mode::Companions {
        true => forward(function, &parameters),
        false => quote!(None),
    };
    let one_number = result(function).is_some_and(is_scalar);
    let hvp = match has_option(function, "hvp") && one_number && mode == Mode::Companions {
        true => second(function, &parameters),
        false => quote!(None),
    };

    Ok(quote! {
        pub fn #name #generics (#(#declared,)* differences: bool) {
            let arguments = (#(#owned,)*);
            let (#(#names,)*) = &arguments;
            let parameters = vec![#(::oracle::Parameter {
                name: #labels,
                scalars: ::oracle::flat(#names).len(),
                exclusive: #exclusive,
            }),*];
            ::oracle::Program {
                name: stringify!(#name),
                arguments,
                parameters,
                single: #single,
                primal: &|arguments| {
                    let #unpack = arguments;
                    let result = super::#name(#(#passed),*);
                    (result, #(#finals,)*)
                },
                dual: &|arguments| {
                    let #unpack = arguments;
                    let result = super::dual::#name(#(#passed),*);
                    (result, #(#finals,)*)
                },
                grad: #grad,
                backprop: #backprop,
                jvp: #jvp,
                hvp: #hvp,
            }
            .check(differences);
        }
    })
}

/// The call of `f_jvp`, with the tangents of its outputs.
fn forward(function: &ItemFn, parameters: &[Parameter]) -> TokenStream {
    let jvp = format_ident!("{}_jvp", function.sig.ident);
    let unpack = unpacking(parameters);
    let names = parameters.iter().map(|parameter| &parameter.name);
    let adjoints = parameters.iter().map(Parameter::adjoint);
    let passed = parameters.iter().flat_map(|parameter| {
        let adjoint = parameter.adjoint();
        let tangent = match &parameter.ty {
            Type::Reference(_) if parameter.is_exclusive() => quote!(&mut #adjoint),
            Type::Reference(_) => quote!(&#adjoint),
            _ => quote!(#adjoint),
        };
        let tangent = parameter.is_active().then_some(tangent);
        std::iter::once(parameter.passed()).chain(tangent)
    });
    let exclusive: Vec<&Parameter> = parameters
        .iter()
        .filter(|parameter| parameter.is_exclusive())
        .collect();
    let finals = exclusive.iter().map(|parameter| &parameter.name);
    let final_tangents = exclusive
        .iter()
        .filter(|parameter| parameter.is_active())
        .map(|parameter| parameter.flatten());
    let (pattern, flat) = match result(function) {
        Some(ty) if !is_inactive(ty) => (
            quote!((result, tangent)),
            quote!(flat_tangents.extend(::oracle::flatten::<#ty>(&tangent));),
        ),
        _ => (quote!(result), quote!()),
    };
    quote! {
        Some(&|arguments, tangents| {
            let #unpack = arguments;
            let mut tangents = tangents.iter().copied();
            #(let mut #adjoints = ::oracle::Value::gradient(&#names, &mut tangents);)*
            let #pattern = super::#jvp(#(#passed),*);
            let mut flat_tangents: Vec<f64> = Vec::new();
            #flat
            #(flat_tangents.extend(#final_tangents);)*
            ((result, #(#finals,)*), flat_tangents)
        })
    }
}

struct Parameter {
    name: syn::Ident,
    ty: Type,
}

impl Parameter {
    fn of(index: usize, input: &FnArg) -> Result<Self> {
        let FnArg::Typed(parameter) = input else {
            return Err(syn::Error::new_spanned(
                input,
                "the oracle checks free functions only",
            ));
        };
        let name = match &*parameter.pat {
            Pat::Ident(name) => name.ident.clone(),
            _ => format_ident!("argument_{index}"),
        };
        Ok(Self {
            name,
            ty: (*parameter.ty).clone(),
        })
    }

    fn is_exclusive(&self) -> bool {
        matches!(&self.ty, Type::Reference(reference) if reference.mutability.is_some())
    }

    fn is_active(&self) -> bool {
        !is_inactive(&self.ty)
    }

    /// The argument without its reference.
    fn owned(&self) -> TokenStream {
        let name = &self.name;
        match &self.ty {
            Type::Reference(_) => quote!(::oracle::Own::own(&*#name)),
            _ => quote!(#name),
        }
    }

    /// The argument with its reference again.
    fn passed(&self) -> TokenStream {
        let name = &self.name;
        match &self.ty {
            Type::Reference(_) if self.is_exclusive() => quote!(&mut #name),
            Type::Reference(_) => quote!(&#name),
            _ => quote!(#name),
        }
    }

    fn adjoint(&self) -> syn::Ident {
        format_ident!("d_{}", self.name)
    }

    /// The gradient in flat form.
    fn flatten(&self) -> TokenStream {
        let adjoint = self.adjoint();
        let ty = match &self.ty {
            Type::Reference(reference) => &*reference.elem,
            ty => ty,
        };
        quote!(::oracle::flatten::<#ty>(&#adjoint))
    }
}

/// The pattern that takes the arguments apart.
fn unpacking(parameters: &[Parameter]) -> TokenStream {
    let names = parameters.iter().map(|parameter| {
        let name = &parameter.name;
        if parameter.is_exclusive() {
            quote!(mut #name)
        } else {
            quote!(#name)
        }
    });
    quote!((#(#names,)*))
}

fn is_scalar(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.is_ident("f64") || path.path.is_ident("f32"))
}

/// Known by its spelling to carry no derivative. Any other name counts as
/// active, as in the compiler: an enum is listed, with the gradient `()`.
fn is_inactive(ty: &Type) -> bool {
    names(ty).iter().all(is_constant_or_container)
}

fn is_constant_or_container(name: &proc_macro2::Ident) -> bool {
    const NAMES: &[&str] = &[
        "i8",
        "i16",
        "i32",
        "i64",
        "i128",
        "isize",
        "u8",
        "u16",
        "u32",
        "u64",
        "u128",
        "usize",
        "bool",
        "char",
        "str",
        "String",
        "Vec",
        "Option",
        "Box",
        "HashMap",
        "BTreeMap",
        "HashSet",
        "BTreeSet",
        "VecDeque",
        "BinaryHeap",
    ];
    NAMES.iter().any(|known| name == known)
}

/// All names in a type.
pub(crate) fn names(ty: &Type) -> Vec<proc_macro2::Ident> {
    struct Names(Vec<proc_macro2::Ident>);
    impl<'ast> syn::visit::Visit<'ast> for Names {
        fn visit_path_segment(&mut self, segment: &'ast syn::PathSegment) {
            self.0.push(segment.ident.clone());
            syn::visit::visit_path_segment(self, segment);
        }
        fn visit_expr(&mut self, _: &'ast syn::Expr) {}
    }
    let mut names = Names(Vec::new());
    syn::visit::Visit::visit_type(&mut names, ty);
    names.0
}
