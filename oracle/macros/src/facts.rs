//! What the items of one block say about names and types.

use std::collections::{HashMap, HashSet};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{FnArg, Item, ItemFn, ReturnType, Type};

/// The two widths of floats.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Width {
    Single,
    Double,
}

impl Width {
    /// The width that a primitive type's name says.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        match name {
            "f32" => Some(Self::Single),
            "f64" => Some(Self::Double),
            _ => None,
        }
    }

    /// The name of the primitive type, which is also the literal's suffix.
    pub(crate) fn suffix(self) -> &'static str {
        match self {
            Self::Single => "f32",
            Self::Double => "f64",
        }
    }
}

/// What a pass needs to know about the other items.
pub(crate) struct Facts {
    /// Parameter types and result of each function.
    pub(crate) functions: HashMap<String, (Vec<Type>, Option<Type>)>,
    /// Types of the constants and statics.
    pub(crate) constants: HashMap<String, Type>,
    /// Structs, enums, aliases and traits that contain floats and so have a twin.
    pub(crate) twins: HashSet<String>,
    /// Functions that compute in `f32`, directly or in a callee.
    single: HashSet<String>,
}

impl Facts {
    /// Reads the items.
    pub(crate) fn of(items: &[Item]) -> Self {
        let mut facts = Self {
            functions: HashMap::new(),
            constants: HashMap::new(),
            twins: HashSet::new(),
            single: HashSet::new(),
        };
        for item in items {
            match item {
                Item::Fn(function) => {
                    let parameters = typed_parameters(function).cloned().collect();
                    let name = function.sig.ident.to_string();
                    facts
                        .functions
                        .insert(name, (parameters, result(function).cloned()));
                }
                Item::Const(item) => {
                    facts
                        .constants
                        .insert(item.ident.to_string(), (*item.ty).clone());
                }
                Item::Static(item) => {
                    facts
                        .constants
                        .insert(item.ident.to_string(), (*item.ty).clone());
                }
                _ => {}
            }
        }
        facts.close(items);
        facts
    }

    /// Adds what follows transitively: types of twin types, callers of callees.
    fn close(&mut self, items: &[Item]) {
        loop {
            let before = (self.twins.len(), self.single.len());
            for item in items {
                let tokens = item.to_token_stream();
                let calls_single = |name: &str| name.ends_with("f32") || self.single.contains(name);
                match item {
                    Item::Fn(function) if mentions(&tokens, &calls_single) => {
                        self.single.insert(function.sig.ident.to_string());
                    }
                    Item::Struct(_) | Item::Enum(_) | Item::Type(_) | Item::Trait(_)
                        if self.carries_floats(&tokens) =>
                    {
                        self.twins.extend(type_name(item));
                    }
                    _ => {}
                }
            }
            if before == (self.twins.len(), self.single.len()) {
                return;
            }
        }
    }

    /// Whether these tokens name a float or a type that contains one.
    pub(crate) fn carries_floats(&self, tokens: &TokenStream) -> bool {
        mentions(tokens, &|name| {
            Width::of_name(name).is_some() || self.twins.contains(name)
        })
    }

    /// Whether the function computes in `f32` anywhere.
    pub(crate) fn is_single(&self, function: &ItemFn) -> bool {
        self.single.contains(&function.sig.ident.to_string())
    }
}

/// The types of the parameters, `self` left out.
pub(crate) fn typed_parameters(function: &ItemFn) -> impl Iterator<Item = &Type> {
    function.sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(parameter) => Some(&*parameter.ty),
        FnArg::Receiver(_) => None,
    })
}

/// The result type, if one is written.
pub(crate) fn result(function: &ItemFn) -> Option<&Type> {
    match &function.sig.output {
        ReturnType::Default => None,
        ReturnType::Type(_, ty) => Some(ty),
    }
}

/// The name of an item that defines a type or a trait.
pub(crate) fn type_name(item: &Item) -> Option<String> {
    match item {
        Item::Struct(item) => Some(item.ident.to_string()),
        Item::Enum(item) => Some(item.ident.to_string()),
        Item::Type(item) => Some(item.ident.to_string()),
        Item::Trait(item) => Some(item.ident.to_string()),
        _ => None,
    }
}

/// The single width that these tokens mention, in types or suffixes.
pub(crate) fn only_width(tokens: &TokenStream) -> Option<Width> {
    let single = mentions(tokens, &|name| name.ends_with("f32"));
    let double = mentions(tokens, &|name| name.ends_with("f64"));
    match (single, double) {
        (true, true) => None,
        (true, false) => Some(Width::Single),
        (false, _) => Some(Width::Double),
    }
}

/// Whether an identifier or literal satisfies `is`, at any depth.
fn mentions(tokens: &TokenStream, is: &dyn Fn(&str) -> bool) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => is(&ident.to_string()),
        TokenTree::Literal(literal) => {
            let text = literal.to_string();
            text.starts_with(|start: char| start.is_ascii_digit()) && is(&text)
        }
        TokenTree::Group(group) => mentions(&group.stream(), is),
        TokenTree::Punct(_) => false,
    })
}
