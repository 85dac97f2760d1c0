//! `oracle::Value` for the structs and enums among the items.

use std::collections::HashSet;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{Attribute, Fields, Generics, Item, Member, Type};

use crate::driver::names;
use crate::facts::Facts;

/// The implementations for the types that `seeds` need, in the module `checks`.
/// With `gradients`, derived structs have the gradient that the derive names.
pub(crate) fn values<'a>(
    items: &'a [Item],
    facts: &Facts,
    seeds: impl Iterator<Item = &'a Type>,
    gradients: bool,
) -> TokenStream {
    let types: Vec<Composite> = items.iter().filter_map(Composite::of).collect();
    let mut used: HashSet<String> = seeds.flat_map(names).map(|name| name.to_string()).collect();
    loop {
        let found: Vec<String> = types
            .iter()
            .filter(|ty| used.contains(&ty.name.to_string()))
            .flat_map(|ty| ty.variants.iter().flat_map(|variant| &variant.fields))
            .flat_map(|field| names(field.ty))
            .map(|name| name.to_string())
            .collect();
        let before = used.len();
        used.extend(found);
        if used.len() == before {
            break;
        }
    }
    types
        .iter()
        .filter(|ty| used.contains(&ty.name.to_string()))
        .map(|ty| {
            let debug = (!ty.has_debug(items)).then(|| ty.debug());
            let value = ty.value(facts, gradients);
            quote!(#value #debug)
        })
        .collect()
}

/// A struct, as its only variant, or an enum.
struct Composite<'a> {
    name: &'a Ident,
    generics: &'a Generics,
    attributes: &'a [Attribute],
    variants: Vec<Variant<'a>>,
    is_struct: bool,
}

struct Variant<'a> {
    /// `::Variant`, or nothing.
    path: TokenStream,
    fields: Vec<Field<'a>>,
}

struct Field<'a> {
    member: Member,
    /// The variable that holds the field.
    local: Ident,
    ty: &'a Type,
}

impl<'a> Variant<'a> {
    fn of(path: TokenStream, fields: &'a Fields) -> Self {
        let fields = fields
            .members()
            .zip(fields)
            .enumerate()
            .map(|(index, (member, field))| Field {
                member,
                local: format_ident!("field_{index}"),
                ty: &field.ty,
            })
            .collect();
        Self { path, fields }
    }

    /// The variant with each field made by `field`, as pattern or expression.
    fn build(&self, ty: &TokenStream, field: impl Fn(&Field) -> TokenStream) -> TokenStream {
        let path = &self.path;
        let fields = self.fields.iter().map(|each| {
            let (member, value) = (&each.member, field(each));
            quote!(#member: #value)
        });
        quote!(#ty #path { #(#fields),* })
    }

    fn pattern(&self, ty: &TokenStream) -> TokenStream {
        self.build(ty, |field| field.local.to_token_stream())
    }
}

impl<'a> Composite<'a> {
    /// Types with type parameters have no gradient to compare.
    fn of(item: &'a Item) -> Option<Self> {
        let this = match item {
            Item::Struct(item) => Self {
                name: &item.ident,
                generics: &item.generics,
                attributes: &item.attrs,
                variants: vec![Variant::of(TokenStream::new(), &item.fields)],
                is_struct: true,
            },
            Item::Enum(item) if !item.variants.is_empty() => Self {
                name: &item.ident,
                generics: &item.generics,
                attributes: &item.attrs,
                variants: item
                    .variants
                    .iter()
                    .map(|variant| {
                        let name = &variant.ident;
                        Variant::of(quote!(::#name), &variant.fields)
                    })
                    .collect(),
                is_struct: false,
            },
            _ => return None,
        };
        let plain = this.generics.type_params().next().is_none()
            && this.generics.const_params().next().is_none();
        plain.then_some(this)
    }

    fn has_debug(&self, items: &[Item]) -> bool {
        let by_hand = |item: &Item| match item {
            Item::Impl(block) => {
                block.trait_.as_ref().is_some_and(|(path, _)| {
                    path.segments
                        .last()
                        .is_some_and(|last| last.ident == "Debug")
                }) && names(&block.self_ty).iter().any(|name| name == self.name)
            }
            _ => false,
        };
        derives(self.attributes, "Debug") || items.iter().any(by_hand)
    }

    fn debug(&self) -> TokenStream {
        let (impl_generics, type_generics, _) = self.generics.split_for_impl();
        let name = self.name;
        let this = name.to_token_stream();
        let arms = self.variants.iter().map(|variant| {
            let pattern = variant.pattern(&this);
            let text = variant.path.clone().into_iter().last();
            let text = text.map_or_else(|| name.to_string(), |token| token.to_string());
            let locals = variant.fields.iter().map(|field| &field.local);
            quote!(#pattern => formatter.debug_tuple(#text)#(.field(#locals))*.finish())
        });
        quote! {
            impl #impl_generics ::core::fmt::Debug for #name #type_generics {
                fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    match self { #(#arms,)* }
                }
            }
        }
    }

    fn value(&self, facts: &Facts, gradients: bool) -> TokenStream {
        let (impl_generics, type_generics, _) = self.generics.split_for_impl();
        let name = self.name;
        let this = name.to_token_stream();
        let twin = match facts.twins.contains(&name.to_string()) {
            true => quote!(dual::#name),
            false => this.clone(),
        };
        let forever = self.generics.lifetimes().map(|_| quote!('static));
        let forever: Vec<_> = forever.collect();
        let twin_type = match forever.is_empty() {
            true => twin.clone(),
            false => quote!(#twin<#(#forever),*>),
        };

        let scalars = self.variants.iter().map(|variant| {
            let pattern = variant.pattern(&this);
            let locals = variant.fields.iter().map(|field| &field.local);
            quote!(#pattern => { #(::oracle::Value::scalars(#locals, flat);)* })
        });
        let with_scalars = self.variants.iter().map(|variant| {
            let pattern = variant.pattern(&this);
            let copy = variant.build(
                &this,
                |Field { local, .. }| quote!(::oracle::Value::with_scalars(#local, scalars)),
            );
            quote!(#pattern => #copy)
        });
        let dual = self.variants.iter().map(|variant| {
            let pattern = variant.pattern(&this);
            let copy = variant.build(
                &twin,
                |Field { local, .. }| quote!(::oracle::Value::dual(#local, tangents)),
            );
            quote!(#pattern => #copy)
        });
        let tangents = self.variants.iter().map(|variant| {
            let pattern = variant.pattern(&twin);
            let fields = variant.fields.iter().map(
                |Field { local, ty, .. }| quote!(<#ty as ::oracle::Value>::tangents(#local, flat)),
            );
            quote!(#pattern => { #(#fields;)* })
        });
        let primal = self.variants.iter().map(|variant| {
            let pattern = variant.pattern(&twin);
            let copy = variant.build(
                &this,
                |Field { local, ty, .. }| quote!(<#ty as ::oracle::Value>::primal(#local)),
            );
            quote!(#pattern => #copy)
        });
        // an enum without fields has none
        let has_gradient = (self.is_struct || self.variants.iter().any(|v| !v.fields.is_empty()))
            && gradients
            && derives(self.attributes, "Differentiable");
        let gradient = match has_gradient {
            true => {
                let gradient = format_ident!("{name}Gradient");
                let made = self.variants.iter().map(|variant| {
                    let pattern = variant.pattern(&this);
                    let made = variant.build(
                        &gradient.to_token_stream(),
                        |Field { local, .. }| quote!(::oracle::Value::gradient(#local, elements)),
                    );
                    quote!(#pattern => #made)
                });
                let flattened = self.variants.iter().map(|variant| {
                    let pattern = variant.pattern(&gradient.to_token_stream());
                    let fields = variant.fields.iter().map(|Field { local, ty, .. }| {
                        quote!(<#ty as ::oracle::Value>::flatten(#local, flat))
                    });
                    quote!(#pattern => { #(#fields;)* })
                });
                quote! {
                    type Gradient = #gradient;
                    fn gradient(&self, elements: &mut dyn Iterator<Item = f64>) -> #gradient {
                        match self { #(#made,)* }
                    }
                    fn flatten(gradient: &#gradient, flat: &mut Vec<f64>) {
                        match gradient { #(#flattened)* }
                    }
                }
            }
            false => quote! {
                type Gradient = ();
                fn gradient(&self, elements: &mut dyn Iterator<Item = f64>) {
                    elements.take(::oracle::flat(self).len()).for_each(drop);
                }
                fn flatten(_: &(), _: &mut Vec<f64>) {}
            },
        };
        let constant = facts.twins.contains(&name.to_string()).then(|| {
            let arms = self.variants.iter().map(|variant| {
                let pattern = variant.pattern(&twin);
                let copy = variant.build(
                    &twin,
                    |Field { local, .. }| quote!(::oracle::constant(#local)),
                );
                quote!(#pattern => #copy)
            });
            // The fields of a borrowing struct cannot be changed in place.
            self.generics.params.is_empty().then(|| {
                quote! {
                    impl ::oracle::Constant for #twin_type {
                        fn constant(self) -> Self {
                            match self { #(#arms,)* }
                        }
                    }
                }
            })
        });
        // What has no twin stands in twins as it is.
        let is_original = !facts.twins.contains(&name.to_string());
        let unchanged = (is_original && self.generics.params.is_empty()).then(|| {
            quote! {
                impl ::oracle::Constant for #name {
                    fn constant(self) -> Self { self }
                }
            }
        });
        quote! {
            #unchanged
            impl #impl_generics ::oracle::Value for #name #type_generics {
                type Dual = #twin_type;
                fn scalars(&self, flat: &mut Vec<f64>) {
                    match self { #(#scalars)* }
                }
                fn with_scalars(&self, scalars: &mut dyn Iterator<Item = f64>) -> Self {
                    match self { #(#with_scalars,)* }
                }
                fn dual(&self, tangents: &mut dyn Iterator<Item = f64>) -> Self::Dual {
                    match self { #(#dual,)* }
                }
                fn tangents(dual: &Self::Dual, flat: &mut Vec<f64>) {
                    match dual { #(#tangents)* }
                }
                fn primal(dual: &Self::Dual) -> Self {
                    match dual { #(#primal,)* }
                }
                #gradient
            }
            #constant
        }
    }
}

/// Whether the attributes derive this trait.
fn derives(attributes: &[Attribute], name: &str) -> bool {
    attributes.iter().any(|attribute| {
        let mut found = false;
        if attribute.path().is_ident("derive") {
            let _ = attribute.parse_nested_meta(|path| {
                let last = path.path.segments.last();
                found |= last.is_some_and(|last| last.ident == name);
                Ok(())
            });
        }
        found
    })
}
