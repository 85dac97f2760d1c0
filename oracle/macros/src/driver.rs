//! One function per differentiated function that describes a call of it to
//! `oracle::Program::check`.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::{Fields, FnArg, GenericParam, Item, ItemFn, Meta, Pat, Result, Type};

use crate::facts::{Facts, result, typed_parameters};
use crate::twin::is_differentiate;

/// The items of the module `checks`.
pub(crate) fn drivers(items: &[Item], facts: &Facts) -> Result<TokenStream> {
    let mut tokens = TokenStream::new();
    for item in items {
        match item {
            Item::Fn(function) if is_checked(function) => tokens.extend(driver(function, facts)?),
            Item::Enum(choice) if !facts.carries_floats(&choice.to_token_stream()) => {
                let name = &choice.ident;
                let plain = choice
                    .variants
                    .iter()
                    .all(|variant| matches!(variant.fields, Fields::Unit));
                if plain && !choice.variants.is_empty() {
                    tokens.extend(quote!(::oracle::cast_enum!(#name);));
                }
                let used = items.iter().any(|item| match item {
                    Item::Fn(function) => {
                        is_checked(function)
                            && typed_parameters(function)
                                .chain(result(function))
                                .any(|ty| names(ty).iter().any(|found| name == found))
                    }
                    _ => false,
                });
                if used {
                    tokens.extend(quote!(::oracle::inactive!(#name);));
                }
            }
            _ => {}
        }
    }
    Ok(tokens)
}

/// Differentiated, free of type parameters, and with the usual companions.
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
    let generic = function
        .sig
        .generics
        .params
        .iter()
        .any(|parameter| !matches!(parameter, GenericParam::Lifetime(_)));
    !generic && attributes.next().is_some_and(plain)
}

fn driver(function: &ItemFn, facts: &Facts) -> Result<TokenStream> {
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
    let flattened: Vec<_> = active.iter().map(|parameter| parameter.flatten()).collect();
    let single = facts.is_single(function);

    let buffers = parameters
        .iter()
        .filter(|parameter| parameter.is_active())
        .map(|parameter| {
            let (name, adjoint) = (&parameter.name, parameter.adjoint());
            match parameter.is_exclusive() {
                false => {
                    quote!(let mut #adjoint = ::oracle::Value::gradient(&#name, &mut buffers);)
                }
                // Its adjoint enters as the upstream of its final content.
                true => quote! {
                    let _ = ::oracle::Value::gradient(&#name, &mut buffers);
                    let mut #adjoint = ::oracle::Value::gradient(&#name, &mut upstream);
                },
            }
        });

    let output = result(function);
    let upstream = match output {
        Some(ty) if is_scalar(ty) => quote!(result_upstream,),
        Some(ty) if !is_inactive(ty) => quote!(&result_upstream,),
        _ => quote!(),
    };
    let grad = match output {
        Some(ty) if is_scalar(ty) => {
            let gradient = match adjoints.as_slice() {
                [only] => quote!(#only),
                several => quote!((#(#several),*)),
            };
            quote! {
                Some(&|arguments| {
                    let #unpack = arguments;
                    let (result, #gradient) = super::#grad(#(#passed),*);
                    let mut flat = Vec::new();
                    #(#flattened)*
                    ((result, #(#finals,)*), flat)
                })
            }
        }
        _ => quote!(None),
    };

    Ok(quote! {
        pub fn #name #generics (#(#declared,)* differences: bool) {
            let arguments = (#(#owned,)*);
            let (#(#names,)*) = &arguments;
            let parameters = vec![#({
                let mut flat = Vec::new();
                ::oracle::Value::scalars(#names, &mut flat);
                ::oracle::Parameter { name: #labels, scalars: flat.len(), exclusive: #exclusive }
            }),*];
            ::oracle::Program {
                name: stringify!(#name),
                arguments: arguments.clone(),
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
                backprop: &|arguments, outputs, upstream, buffers| {
                    let #unpack = arguments;
                    let mut upstream = upstream.iter().copied();
                    let mut buffers = buffers.iter().copied();
                    let result_upstream = ::oracle::Value::gradient(&outputs.0, &mut upstream);
                    #(#buffers)*
                    let result = super::#backprop(#(#passed,)* #upstream #(&mut #adjoints),*);
                    let mut flat = Vec::new();
                    #(#flattened)*
                    ((result, #(#finals,)*), flat)
                },
            }
            .check(differences);
        }
    })
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
            Type::Reference(_) => quote!(::std::borrow::ToOwned::to_owned(&*#name)),
            _ => quote!(#name),
        }
    }

    /// The argument with its reference again.
    fn passed(&self) -> TokenStream {
        let name = &self.name;
        match &self.ty {
            Type::Reference(_) if self.is_exclusive() => quote!(&mut #name),
            Type::Reference(_) => quote!(&#name),
            _ => quote!(#name.clone()),
        }
    }

    fn adjoint(&self) -> syn::Ident {
        format_ident!("d_{}", self.name)
    }

    /// Appends the gradient; the argument names its type.
    fn flatten(&self) -> TokenStream {
        let (name, adjoint) = (&self.name, self.adjoint());
        quote!(::oracle::flatten_like(&#name, &#adjoint, &mut flat);)
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
    const NAMES: &[&str] = &[
        "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize",
        "bool", "char", "str", "String", "Vec", "Option",
    ];
    names(ty)
        .iter()
        .all(|found| NAMES.iter().any(|name| found == name))
}

/// All names in a type.
fn names(ty: &Type) -> Vec<proc_macro2::Ident> {
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
