//! The modes that programs are asked for beside their gradients.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Item, Meta, Type};

use crate::driver::{names_of, twice_differentiable};
use crate::twin::is_differentiate;

/// Adds the options `jvp` and `hvp` to each function that can have them, and to blocks,
/// whose methods get what they can have; if `reverse_only`, takes away the marks alone.
pub(crate) fn ask_for_modes(items: &mut [Item], reverse_only: bool, second_order: bool) {
    let twice = twice_differentiable(items);
    for item in items {
        match item {
            Item::Fn(function) if returns_mut(&function.sig) => {}
            Item::Fn(function) => {
                let is_twice = twice.contains(&function.sig.ident.to_string());
                ask_in(&mut function.attrs, reverse_only, second_order && is_twice);
            }
            Item::Impl(block) => {
                ask_in(&mut block.attrs, reverse_only, second_order);
                for item in &mut block.items {
                    if let syn::ImplItem::Fn(method) = item
                        && !returns_mut(&method.sig)
                    {
                        ask_in(&mut method.attrs, reverse_only, second_order);
                    }
                }
            }
            Item::Trait(block) => {
                ask_in(&mut block.attrs, reverse_only, second_order);
                for item in &mut block.items {
                    if let syn::TraitItem::Fn(method) = item {
                        ask_in(&mut method.attrs, reverse_only, second_order);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Whether a function returns a `&mut` reference: it has a companion of one kind.
pub(crate) fn returns_mut(sig: &syn::Signature) -> bool {
    matches!(
        &sig.output,
        syn::ReturnType::Type(_, ty)
            if matches!(&**ty, Type::Reference(reference) if reference.mutability.is_some())
    )
}

/// Adds the options to the attributes of one item.
fn ask_in(attributes: &mut Vec<syn::Attribute>, reverse_only: bool, second_order: bool) {
    let mut take = |name: &str| {
        let before = attributes.len();
        attributes.retain(|attribute| !attribute.path().is_ident(name));
        attributes.len() < before
    };
    let first_order_only = take("first_order_only");
    if take("reverse_only") || reverse_only {
        return;
    }
    let second = (second_order && !first_order_only).then(|| quote!(, hvp));
    for attribute in attributes.iter_mut().filter(|a| is_differentiate(a)) {
        let options = match &attribute.meta {
            Meta::List(options) => options.tokens.clone(),
            _ => TokenStream::new(),
        };
        let names = names_of(&options);
        if names
            .iter()
            .any(|name| ["rule", "jvp"].contains(&name.as_str()))
        {
            continue;
        }
        let path = attribute.path().clone();
        let comma = (!options.is_empty()).then(|| quote!(,));
        attribute.meta = syn::parse_quote!(#path(#options #comma jvp #second));
    }
}
