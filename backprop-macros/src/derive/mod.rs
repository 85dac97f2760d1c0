//! `#[derive(Differentiable)]`: the gradient type of a struct or an enum.

mod accessors;
mod traits;

pub(crate) use accessors::{accessor, accessor_ref};

use crate::errors::Errors;
use crate::fence::{catalogue as no, check_bounds_of_fields, check_depth};
use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote, quote_spanned};
use syn::visit::Visit;
use syn::{
    Attribute, Data, DeriveInput, Field, Fields, GenericParam, Index, Member, Path, Token, Type,
    Visibility,
};

/// Expands the derive.
pub(crate) fn derive(input: TokenStream) -> TokenStream {
    let input: DeriveInput = match check_depth(&input).and_then(|()| syn::parse2(input)) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let mut errors = Errors::default();
    check_bounds_of_fields(&input, &mut errors);
    let model = Model::read(&input, &mut errors);
    match errors.finish() {
        Ok(()) => model.expand(),
        Err(error) => error.into_compile_error(),
    }
}

/// The type and its gradient type.
struct Model<'a> {
    input: &'a DeriveInput,
    krate: Path,
    gradient: Ident,
    /// One for a struct, one for each variant of an enum.
    variants: Vec<Variant<'a>>,
    is_enum: bool,
    span: Span,
}

struct Variant<'a> {
    /// Its name, for an enum.
    name: Option<&'a Ident>,
    fields: &'a Fields,
    parts: Vec<Part<'a>>,
}

struct Part<'a> {
    field: &'a Field,
    member: Member,
    /// Nothing if it is skipped.
    ty: Option<Type>,
}

impl<'a> Model<'a> {
    fn read(input: &'a DeriveInput, errors: &mut Errors) -> Self {
        let span = input.ident.span().resolved_at(Span::mixed_site());
        let mut model = Model {
            input,
            krate: syn::parse_quote!(::backprop),
            gradient: format_ident!("{}Gradient", input.ident, span = span),
            variants: Vec::new(),
            is_enum: false,
            span,
        };
        for attr in differentiate(&input.attrs) {
            let parsed = attr.parse_nested_meta(|meta| {
                if meta.path.is_ident("crate") {
                    meta.value()?;
                    model.krate = meta.input.call(Path::parse_mod_style)?;
                } else if meta.path.is_ident("gradient") {
                    model.gradient = meta.value()?.parse()?;
                } else {
                    return Err(meta.error(no::DERIVE_OPTION.message));
                }
                Ok(())
            });
            if let Err(error) = parsed {
                errors.push(error);
            }
        }
        match &input.data {
            Data::Struct(data) => model
                .variants
                .push(Variant::read(None, &data.fields, errors)),
            Data::Enum(data) => {
                model.is_enum = true;
                for variant in &data.variants {
                    for attr in differentiate(&variant.attrs) {
                        errors.refuse(attr, no::DERIVE_OPTION);
                    }
                    let read = Variant::read(Some(&variant.ident), &variant.fields, errors);
                    model.variants.push(read);
                }
            }
            Data::Union(data) => errors.refuse(&data.union_token, no::DERIVE_UNION),
        }
        model
    }

    fn parts(&self) -> impl Iterator<Item = &Part<'a>> {
        self.variants.iter().flat_map(|variant| &variant.parts)
    }

    fn private(&self) -> TokenStream {
        let krate = &self.krate;
        quote_spanned!(self.span=> #krate::__private)
    }

    /// The gradient type of a field.
    fn gradient_of(&self, part: &Part) -> TokenStream {
        match &part.ty {
            None => quote_spanned!(self.span=> ()),
            Some(ty) => {
                let krate = &self.krate;
                // a gradient borrows nothing
                let ty = without_lifetimes(quote!(#ty));
                quote_spanned!(self.span=> <#ty as #krate::Differentiable>::Gradient)
            }
        }
    }

    /// Parameters of the type that its gradient has, too.
    fn kept(&self) -> Vec<&'a GenericParam> {
        let mut names = Names(Vec::new());
        for part in self.parts() {
            if let Some(ty) = &part.ty {
                names.visit_type(ty);
            }
        }
        let params = self.input.generics.params.iter();
        params
            .filter(|param| match param {
                GenericParam::Lifetime(_) => false,
                GenericParam::Type(param) => names.0.contains(&param.ident),
                GenericParam::Const(_) => true,
            })
            .collect()
    }

    fn expand(&self) -> TokenStream {
        let (krate, span, name) = (&self.krate, self.span, &self.input.ident);
        let (impl_generics, type_generics, _) = self.input.generics.split_for_impl();
        let bounds = self.bounds();
        let mut where_clause = self.input.generics.where_clause.clone();
        if !bounds.is_empty() {
            let clause = where_clause.get_or_insert_with(|| syn::parse_quote!(where));
            clause.predicates.extend(bounds);
        }
        if self.is_enum && self.parts().next().is_none() {
            // modes and flags
            let private = self.private();
            return quote_spanned! {span=>
                #[automatically_derived]
                impl #impl_generics #krate::Differentiable for #name #type_generics #where_clause {
                    type Gradient = ();
                    fn zero_gradient(&self) {}
                    fn accumulate(_: &mut (), _: &()) {}
                }
                #[automatically_derived]
                impl #impl_generics #private::Numbers for #name #type_generics #where_clause {
                    fn for_each_number(&self, _: &mut dyn ::core::ops::FnMut(f64)) {}
                    fn map_numbers(&mut self, _: &mut dyn ::core::ops::FnMut(f64) -> f64) {}
                }
            };
        }
        let gradient = self.gradient_type();
        let zero = self.zero(false);
        let accumulate = self.accumulate();
        let fits = self.fits();
        let (definition, traits) = (self.definition(), self.gradient_traits());
        let private = self.private();
        // the numbers behind a reference cannot be replaced
        let borrows = self.input.generics.lifetimes().next().is_some();
        let numbers = (!borrows).then(|| {
            let numbers = self.numbers(&quote_spanned!(self.span=> #name), false);
            quote_spanned! {span=>
                #[automatically_derived]
                impl #impl_generics #private::Numbers for #name #type_generics #where_clause {
                    #numbers
                }
            }
        });
        quote_spanned! {span=>
            #definition
            #traits

            #[automatically_derived]
            impl #impl_generics #krate::Differentiable for #name #type_generics #where_clause {
                type Gradient = #gradient;
                fn zero_gradient(&self) -> Self::Gradient { #zero }
                fn __fits(&self, gradient: &Self::Gradient) -> bool { #fits }
                fn accumulate(into: &mut Self::Gradient, from: &Self::Gradient) { #accumulate }
            }

            #numbers
        }
    }

    /// `T: Differentiable + Numbers` for each type parameter of the gradient.
    fn bounds(&self) -> Vec<syn::WherePredicate> {
        let (krate, private) = (&self.krate, self.private());
        let kept = self.kept().into_iter();
        kept.filter_map(|param| match param {
            GenericParam::Type(param) => {
                let name = &param.ident;
                Some(syn::parse_quote_spanned! {self.span=>
                    #name: #krate::Differentiable<Gradient: #private::Numbers> + #private::Numbers
                })
            }
            _ => None,
        })
        .collect()
    }

    fn gradient_type(&self) -> TokenStream {
        let name = &self.gradient;
        let arguments: Vec<_> = self
            .kept()
            .into_iter()
            .map(|param| match param {
                GenericParam::Type(param) => &param.ident,
                GenericParam::Const(param) => &param.ident,
                GenericParam::Lifetime(param) => &param.lifetime.ident,
            })
            .collect();
        match arguments.is_empty() {
            true => quote_spanned!(self.span=> #name),
            false => quote_spanned!(self.span=> #name<#(#arguments),*>),
        }
    }

    /// The parameters of the gradient type where they are declared.
    fn gradient_generics(&self) -> (TokenStream, TokenStream) {
        let params: Vec<TokenStream> = self
            .kept()
            .into_iter()
            .map(|param| match param {
                GenericParam::Const(param) => {
                    let (name, ty) = (&param.ident, &param.ty);
                    quote_spanned!(self.span=> const #name: #ty)
                }
                GenericParam::Type(param) => {
                    let (name, bounds) = (&param.ident, &param.bounds);
                    quote_spanned!(self.span=> #name: #bounds)
                }
                GenericParam::Lifetime(_) => TokenStream::new(),
            })
            .collect();
        let bounds = self.bounds();
        let generics = match params.is_empty() {
            true => TokenStream::new(),
            false => quote_spanned!(self.span=> <#(#params),*>),
        };
        let clause = match bounds.is_empty() {
            true => TokenStream::new(),
            false => quote_spanned!(self.span=> where #(#bounds),*),
        };
        (generics, clause)
    }

    fn definition(&self) -> TokenStream {
        let (span, vis, gradient) = (self.span, &self.input.vis, &self.gradient);
        let docs = format!("The gradient of [`{}`].", self.input.ident);
        let (generics, clause) = self.gradient_generics();
        if !self.is_enum {
            let variant = &self.variants[0];
            let body = self.body(variant, true);
            return match variant.fields {
                Fields::Named(_) => quote_spanned! {span=>
                    #[doc = #docs] #vis struct #gradient #generics #clause { #body }
                },
                Fields::Unnamed(_) => quote_spanned! {span=>
                    #[doc = #docs] #vis struct #gradient #generics (#body) #clause;
                },
                Fields::Unit => quote_spanned!(span=> #[doc = #docs] #vis struct #gradient;),
            };
        }
        let variants = self.variants.iter().map(|variant| {
            let name = variant.name;
            let docs = match name {
                Some(name) => format!("The gradient of `{name}`."),
                None => String::new(),
            };
            let body = self.body(variant, false);
            match variant.fields {
                Fields::Named(_) => quote_spanned!(self.span=> #[doc = #docs] #name { #body }),
                Fields::Unnamed(_) => quote_spanned!(self.span=> #[doc = #docs] #name(#body)),
                Fields::Unit => quote_spanned!(self.span=> #[doc = #docs] #name),
            }
        });
        quote_spanned! {span=>
            #[doc = #docs] #vis enum #gradient #generics #clause { #(#variants),* }
        }
    }

    /// The fields of the gradient.
    fn body(&self, variant: &Variant, with_visibility: bool) -> TokenStream {
        let fields = variant.parts.iter().map(|part| {
            let ty = self.gradient_of(part);
            let vis = match with_visibility {
                true => part.field.vis.clone(),
                false => Visibility::Inherited,
            };
            match &part.field.ident {
                Some(name) => {
                    let docs = format!("The gradient of `{name}`.");
                    quote_spanned!(self.span=> #[doc = #docs] #vis #name: #ty)
                }
                None => {
                    let docs = "The gradient of the field in this place.";
                    quote_spanned!(self.span=> #[doc = #docs] #vis #ty)
                }
            }
        });
        quote_spanned!(self.span=> #(#fields),*)
    }

    /// The zero of the gradient, from the value or from a gradient.
    fn zero(&self, of_gradient: bool) -> TokenStream {
        let zero = {
            let private = self.private();
            quote_spanned!(self.span=> #private::zero_gradient)
        };
        let (source, target) = (self.path(of_gradient), self.path(true));
        let arms = self.variants.iter().map(|variant| {
            let (pattern, names) = variant.pattern("", self.span);
            let parts = variant.parts.iter().zip(&names).map(|(part, name)| {
                let member = &part.member;
                match &part.ty {
                    None => quote_spanned!(self.span=> #member: ()),
                    Some(_) => quote_spanned!(self.span=> #member: #zero(#name)),
                }
            });
            let name = variant.colon_name();
            quote_spanned!(self.span=> #source #name #pattern => #target #name { #(#parts),* })
        });
        quote_spanned!(self.span=> match self { #(#arms),* })
    }

    /// `Self`-like paths in front of a variant's name.
    fn path(&self, of_gradient: bool) -> TokenStream {
        let name = match of_gradient {
            true => &self.gradient,
            false => &self.input.ident,
        };
        quote_spanned!(self.span=> #name)
    }

    fn accumulate(&self) -> TokenStream {
        let private = self.private();
        let target = self.path(true);
        let arms = self.variants.iter().map(|variant| {
            let (left, into) = variant.pattern("into_", self.span);
            let (right, from) = variant.pattern("from_", self.span);
            let adds = variant.parts.iter().zip(into.iter().zip(&from));
            let adds = adds.map(|(part, (into, from))| match part.ty {
                None => quote_spanned!(self.span=> let _ = (#into, #from);),
                Some(_) => quote_spanned!(self.span=> #private::accumulate(#into, #from);),
            });
            let name = variant.colon_name();
            quote_spanned!(self.span=> (#target #name #left, #target #name #right) => { #(#adds)* })
        });
        // documented with `accumulate`: buffers of another shape panic at run time
        let other = match self.variants.len() {
            0 | 1 => None,
            _ => Some(
                quote_spanned!(self.span=> _ => ::core::panic!("gradients of different variants")),
            ),
        };
        quote_spanned!(self.span=> match (into, from) { #(#arms),* #other })
    }

    fn fits(&self) -> TokenStream {
        let krate = &self.krate;
        let (source, target) = (self.path(false), self.path(true));
        let arms = self.variants.iter().map(|variant| {
            let (left, values) = variant.pattern("", self.span);
            let (right, gradients) = variant.pattern("d_", self.span);
            let parts = variant.parts.iter().zip(values.iter().zip(&gradients));
            let tests = parts.map(|(part, (value, gradient))| match part.ty {
                None => quote_spanned!(self.span=> { let _ = (#value, #gradient); true }),
                Some(_) => {
                    quote_spanned!(self.span=> #krate::Differentiable::__fits(#value, #gradient))
                }
            });
            let name = variant.colon_name();
            quote_spanned!(self.span=> (#source #name #left, #target #name #right) => true #(&& #tests)*)
        });
        let other = match self.variants.len() {
            0 | 1 => None,
            _ => Some(quote_spanned!(self.span=> _ => false)),
        };
        quote_spanned!(self.span=> match (self, gradient) { #(#arms,)* #other })
    }

    /// The methods of `Numbers`.
    fn numbers(&self, path: &TokenStream, of_gradient: bool) -> TokenStream {
        let private = self.private();
        let each = |call: &dyn Fn(&Part, &Ident) -> TokenStream| {
            let arms = self.variants.iter().map(|variant| {
                let (pattern, names) = variant.pattern("", self.span);
                let calls = variant.parts.iter().zip(&names).map(|(part, name)| {
                    match part.ty.is_none() && !of_gradient {
                        // a skipped field has none
                        true => quote_spanned!(self.span=> let _ = #name;),
                        false => call(part, name),
                    }
                });
                let variant_name = variant.colon_name();
                quote_spanned!(self.span=> #path #variant_name #pattern => { #(#calls)* })
            });
            quote_spanned!(self.span=> match self { #(#arms),* })
        };
        let for_each = each(
            &|_, name| quote_spanned!(self.span=> #private::Numbers::for_each_number(#name, f);),
        );
        let map =
            each(&|_, name| quote_spanned!(self.span=> #private::Numbers::map_numbers(#name, f);));
        let named = each(&|part, name| {
            let place = match &part.member {
                Member::Named(name) => format!(".{}", name.to_string().trim_start_matches("r#")),
                Member::Unnamed(index) => format!(".{}", index.index),
            };
            quote_spanned! {self.span=>
                #private::Numbers::__for_each_named(#name, &#private::joined(name, #place), f);
            }
        });
        let (mut single, mut tests) = (TokenStream::new(), Vec::new());
        for part in self
            .parts()
            .filter(|part| !self.is_enum && part.ty.is_some())
        {
            let member = &part.member;
            tests.push(quote_spanned!(self.span=> #private::Numbers::__is_single(&self.#member)));
        }
        if !tests.is_empty() {
            single = quote_spanned!(self.span=> fn __is_single(&self) -> bool { #(#tests)||* });
        }
        quote_spanned! {self.span=>
            fn for_each_number(&self, f: &mut dyn ::core::ops::FnMut(f64)) { #for_each }
            fn map_numbers(&mut self, f: &mut dyn ::core::ops::FnMut(f64) -> f64) { #map }
            fn __for_each_named(&self, name: &str, f: &mut dyn ::core::ops::FnMut(&str, f64)) {
                let _ = name;
                #named
            }
            #single
        }
    }
}

impl<'a> Variant<'a> {
    fn read(name: Option<&'a Ident>, fields: &'a Fields, errors: &mut Errors) -> Self {
        // rustc refuses it, too, unless another macro hides it from the parser
        let names = fields.iter().filter_map(|field| field.ident.as_ref());
        for name in names.filter(|name| *name == "_") {
            errors.push(syn::Error::new(name.span(), "expected the name of a field"));
        }
        let parts = fields.iter().enumerate().map(|(index, field)| Part {
            field,
            member: match &field.ident {
                Some(name) => Member::Named(name.clone()),
                None => Member::Unnamed(Index::from(index)),
            },
            ty: (!is_skipped(field, errors)).then(|| field.ty.clone()),
        });
        Variant {
            name,
            fields,
            parts: parts.collect(),
        }
    }

    /// `::Name`, or nothing for a struct.
    fn colon_name(&self) -> TokenStream {
        match self.name {
            Some(name) => quote!(::#name),
            None => TokenStream::new(),
        }
    }

    /// `{ field: name, .. }` with a name for each field.
    fn pattern(&self, prefix: &str, span: Span) -> (TokenStream, Vec<Ident>) {
        let names: Vec<Ident> = self
            .parts
            .iter()
            .enumerate()
            .map(|(index, _)| Ident::new(&format!("__{prefix}field_{index}"), span))
            .collect();
        let members = self.parts.iter().map(|part| &part.member);
        (quote!({ #(#members: #names),* }), names)
    }
}

/// `#[differentiate(..)]` among other attributes.
fn differentiate(attrs: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attrs
        .iter()
        .filter(|attr| attr.path().is_ident("differentiate"))
}

fn is_skipped(field: &Field, errors: &mut Errors) -> bool {
    let mut skipped = false;
    for attr in differentiate(&field.attrs) {
        let parsed = attr.parse_nested_meta(|meta| {
            if !meta.path.is_ident("skip") || meta.input.peek(Token![=]) {
                return Err(meta.error(no::DERIVE_FIELD_OPTION.message));
            }
            skipped = true;
            Ok(())
        });
        if let Err(error) = parsed {
            errors.push(error);
        }
    }
    skipped
}

/// Replaces every lifetime by `'static`.
fn without_lifetimes(tokens: TokenStream) -> TokenStream {
    let mut is_lifetime = false;
    let each = |token: TokenTree| {
        let after_quote = std::mem::replace(&mut is_lifetime, false);
        match token {
            TokenTree::Punct(punct) => {
                is_lifetime = punct.as_char() == '\'';
                TokenTree::Punct(punct)
            }
            TokenTree::Ident(name) if after_quote => Ident::new("static", name.span()).into(),
            TokenTree::Group(group) => {
                let inner = without_lifetimes(group.stream());
                Group::new(group.delimiter(), inner).into()
            }
            token => token,
        }
    };
    tokens.into_iter().map(each).collect()
}

/// The names in a type.
struct Names(Vec<Ident>);

impl<'ast> Visit<'ast> for Names {
    fn visit_ident(&mut self, ident: &'ast Ident) {
        self.0.push(ident.clone());
    }
}

/// Whether a type names another.
fn names(ty: &Type, name: &Ident) -> bool {
    fn find(tokens: TokenStream, name: &Ident) -> bool {
        tokens.into_iter().any(|token| match token {
            proc_macro2::TokenTree::Ident(ident) => ident == *name,
            proc_macro2::TokenTree::Group(group) => find(group.stream(), name),
            _ => false,
        })
    }
    find(quote!(#ty), name)
}
