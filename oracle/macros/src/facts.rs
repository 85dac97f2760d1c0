//! What the items of one block say about names and types.

use std::collections::{HashMap, HashSet};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{FnArg, ImplItem, Item, ItemFn, ItemImpl, Member, ReturnType, Signature, Type};

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
    /// Names and types of the fields of each struct.
    pub(crate) structs: HashMap<String, Vec<(Member, Type)>>,
    /// Parameter types (without `self`) and result of each method, by type and
    /// name.
    pub(crate) methods: HashMap<(String, String), (Vec<Type>, Option<Type>)>,
    /// Functions that compute in `f32`, directly or in a callee.
    single: HashSet<String>,
    /// Types and constants made of `f32`, and of `f64`.
    widths: [HashSet<String>; 2],
}

impl Facts {
    /// Reads the items.
    pub(crate) fn of(items: &[Item]) -> Self {
        let mut facts = Self {
            functions: HashMap::new(),
            constants: HashMap::new(),
            twins: HashSet::new(),
            structs: HashMap::new(),
            methods: HashMap::new(),
            single: HashSet::new(),
            widths: [HashSet::new(), HashSet::new()],
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
                Item::Struct(item) => {
                    let types = item.fields.iter().map(|field| field.ty.clone());
                    let fields = item.fields.members().zip(types).collect();
                    facts.structs.insert(item.ident.to_string(), fields);
                }
                Item::Impl(block) => facts.read_methods(block),
                _ => {}
            }
        }
        let declared = items.iter().filter_map(type_name).collect();
        facts.close(items, &declared);
        facts
    }

    fn read_methods(&mut self, block: &ItemImpl) {
        let Some(name) = path_name(&block.self_ty) else {
            return;
        };
        for item in &block.items {
            if let ImplItem::Fn(method) = item {
                let parameters = parameters(&method.sig).map(|ty| with_self(ty, &block.self_ty));
                let result = match &method.sig.output {
                    ReturnType::Default => None,
                    ReturnType::Type(_, ty) => Some(with_self(ty, &block.self_ty)),
                };
                self.methods.insert(
                    (name.clone(), method.sig.ident.to_string()),
                    (parameters.collect(), result),
                );
            }
        }
    }

    /// Adds what follows transitively: types of twin types, callers of callees.
    fn close(&mut self, items: &[Item], declared: &HashSet<String>) {
        let count = |facts: &Self| {
            (
                facts.twins.len(),
                facts.single.len(),
                facts.widths.each_ref().map(HashSet::len),
            )
        };
        loop {
            let before = count(self);
            for item in items {
                self.close_item(item, declared);
            }
            if before == count(self) {
                return;
            }
        }
    }

    fn close_item(&mut self, item: &Item, declared: &HashSet<String>) {
        let tokens = item.to_token_stream();
        let implemented = match item {
            Item::Impl(block) => path_name(&block.self_ty).filter(|name| declared.contains(name)),
            _ => None,
        };
        let is_single = |name: &str| {
            name.ends_with("f32") || self.single.contains(name) || self.widths[0].contains(name)
        };
        match item {
            Item::Fn(function) if mentions(&tokens, &is_single) => {
                self.single.insert(function.sig.ident.to_string());
            }
            // A type whose methods compute needs a twin to hold theirs.
            Item::Impl(_) if self.carries_floats(&tokens) => {
                self.twins.extend(implemented.clone());
            }
            Item::Struct(_) | Item::Enum(_) | Item::Type(_) | Item::Trait(_)
                if self.carries_floats(&tokens) =>
            {
                self.twins.extend(type_name(item));
            }
            _ => {}
        }
        let name = match item {
            Item::Const(item) => Some(item.ident.to_string()),
            Item::Static(item) => Some(item.ident.to_string()),
            Item::Impl(_) => implemented,
            _ => type_name(item),
        };
        if let Some(name) = name {
            for (names, ending) in self.widths.iter_mut().zip(["f32", "f64"]) {
                let is_wide = |name: &str| name.ends_with(ending) || names.contains(name);
                if mentions(&tokens, &is_wide) {
                    names.insert(name.clone());
                }
            }
        }
    }

    /// The single width that these tokens mention, in types or suffixes; where
    /// none does, that of the types and constants they name.
    pub(crate) fn only_width(&self, tokens: &TokenStream) -> Option<Width> {
        let direct = ["f32", "f64"].map(|end| mentions(tokens, &|name| name.ends_with(end)));
        let [single, double] = match direct {
            [false, false] => self
                .widths
                .each_ref()
                .map(|names| mentions(tokens, &|name| names.contains(name))),
            _ => direct,
        };
        match (single, double) {
            (true, true) => None,
            (true, false) => Some(Width::Single),
            (false, _) => Some(Width::Double),
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
    parameters(&function.sig)
}

fn parameters(signature: &Signature) -> impl Iterator<Item = &Type> {
    signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(parameter) => Some(&*parameter.ty),
        FnArg::Receiver(_) => None,
    })
}

/// The type with `Self` written out.
pub(crate) fn with_self(ty: &Type, this: &Type) -> Type {
    struct This<'a>(&'a Type);
    impl VisitMut for This<'_> {
        fn visit_type_mut(&mut self, ty: &mut Type) {
            if matches!(ty, Type::Path(path) if path.path.is_ident("Self")) {
                *ty = self.0.clone();
            } else {
                visit_mut::visit_type_mut(self, ty);
            }
        }
    }
    let mut ty = ty.clone();
    This(this).visit_type_mut(&mut ty);
    ty
}

/// The last name of a type that is a path.
pub(crate) fn path_name(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => Some(path.path.segments.last()?.ident.to_string()),
        _ => None,
    }
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
