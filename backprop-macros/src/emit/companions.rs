//! The generated items: the hidden companion with its split form, and the
//! public `f_grad` and `f_backprop` on top of it.

use super::checkpoint;
use super::circuit::gradient_of_circuit;
use super::doubled::doubled_body;
use super::forward::forward_body;
pub(super) use super::names::RawIdent;
use super::names::{local, plumbing};
use super::second::second_body;
use super::split::{joint_body, split_body};
use crate::ir::{Function, Width};
use crate::parse::{Home, Input, Parameter, Passing, Shape};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ReturnType;

/// What a function was compiled to.
pub(crate) struct Forms<'a> {
    /// The forward half, and the reverse half as its pullback.
    pub(crate) split: &'a Function,
    /// Both at once, where the upstream is known from the start.
    pub(crate) joint: Option<&'a Function>,
    /// The values and their tangents, if forward mode is asked for.
    pub(crate) forward: Option<&'a Function>,
    /// Value, gradient and the Hessian times a vector, if asked for.
    pub(crate) second: Option<&'a Function>,
    /// The split form with tangents: for callers with second derivatives.
    pub(crate) doubled: Option<&'a Function>,
    /// The forward half that draws what it executes.
    pub(crate) circuit: Option<&'a crate::circuit::Circuit>,
    /// Items of the body.
    pub(crate) items: &'a [syn::Item],
    /// Whether a loop with `#[checkpoint]` may call the function.
    pub(crate) repeatable: &'a crate::analyse::repeated::Repeatable,
}

/// Whether a joint form makes sense: the reverse half runs whenever the forward
/// half does, and nothing is lent to it that changes its shape on the way.
pub(crate) fn may_be_joint(input: &Input) -> bool {
    let mut params = input.signature.params.iter();
    let is_optional = match &input.item.sig.output {
        ReturnType::Type(_, ty) => crate::parse::option_payload(ty).is_some(),
        ReturnType::Default => true,
    };
    // members of a trait have the split form only
    !cfg!(feature = "run_twice")
        && matches!(input.home, Home::Module | Home::Impl)
        && matches!(input.signature.result, Shape::Real(_))
        && !is_optional
        && params.all(|param| param.passing != Passing::Mut)
}

/// All items that `#[differentiate]` adds beside the primal.
pub(crate) fn companions(input: &Input, forms: &Forms) -> TokenStream {
    let mut parts = Parts::of(input);
    (parts.repeatable, parts.light) = checkpoint::constants(input, forms);
    let body = split_body(input, &parts, forms.split, forms.items);
    let joint = forms
        .joint
        .map(|f| joint_body(input, &parts, f, forms.items));
    parts.joint = joint;
    if input.options.workspace.is_some() {
        parts.in_workspace = true;
        parts.pooled_split = Some(split_body(input, &parts, forms.split, forms.items));
        parts.pooled_joint = forms
            .joint
            .map(|f| joint_body(input, &parts, f, forms.items));
        parts.in_workspace = false;
    }
    if cfg!(feature = "circuit_grad") {
        let circuit = forms.circuit;
        parts.by_circuit = circuit.and_then(|c| gradient_of_circuit(&parts, c, forms.items));
    }
    parts.forward = forms
        .forward
        .map(|f| forward_body(input, &parts, f, forms.items));
    parts.second = forms
        .second
        .map(|f| second_body(input, &parts, f, forms.items));
    parts.doubled = forms
        .doubled
        .map(|f| doubled_body(input, &parts, f, forms.items));
    parts.assemble(body)
}

/// Companions with empty bodies, for a function that was refused: callers
/// then see the one error that matters.
pub(crate) fn stub(input: &Input) -> TokenStream {
    let mut parts = Parts::of(input);
    let refused = parts.private("refused");
    let (upstream, run) = (&parts.upstream, parts.private("Run"));
    let params = &input.signature.params;
    let entries = params.iter().map(|param| parts.entry_type(param));
    let slots = params.iter().map(|param| parts.slot_type(param));
    let closure =
        quote!(|_: #run, _: &#upstream, #(_: #entries),*| -> (#(#slots,)*) { #refused() });
    let closure = match parts.boxed {
        true => {
            let boxed = parts.private("Box");
            quote!(#boxed::new(#closure))
        }
        false => closure,
    };
    if input.options.modes.second().next().is_some() && has_joint_second(input) {
        let names = params.iter().map(|param| parts.inner(param));
        parts.second = Some(quote!({ let _ = (#(#names,)*); #refused() }));
    }
    if input.options.modes.jvp.is_some() {
        let names = params.iter().map(|param| parts.inner(param));
        parts.forward = Some(quote!({ let _ = (#(#names,)*); #refused() }));
    }
    if input.options.workspace.is_some() {
        parts.pooled_split = Some(quote!({ (#refused(), #closure) }));
    }
    parts.assemble(quote!({ (#refused(), #closure) }))
}

/// What a trait asks for beside a method without a body.
pub(crate) fn declaration(input: &Input) -> TokenStream {
    Parts::of(input).declaration()
}

/// The companion without functions, where even their types cannot be told.
pub(crate) fn bare(input: &Input) -> TokenStream {
    if input.home.is_member() {
        // no items fit into an `impl`
        return TokenStream::new();
    }
    let vis = &input.item.vis;
    let span = input.item.sig.ident.span().resolved_at(Span::mixed_site());
    let companion = Ident::new_raw_if(&input.item.sig.ident, span);
    let cfgs = attributes(&input.item.attrs, &["cfg"]);
    quote_spanned!(span=> #(#cfgs)* #[doc(hidden)] #vis struct #companion {})
}

/// Whether the pullback is boxed: the function is in a cycle of calls.
pub(crate) fn is_boxed(input: &Input) -> bool {
    let said = input.options.recursive;
    said.unwrap_or_else(|| input.calls_itself())
}

/// Whether a parameter is changed in place.
pub(crate) fn has_mut(input: &Input) -> bool {
    let mut params = input.signature.params.iter();
    params.any(|param| param.passing == Passing::Mut)
}

/// Whether there are second derivatives of the function itself: of one number.
pub(crate) fn has_second(input: &Input) -> bool {
    matches!(input.signature.result, Shape::Real(_)) && input.options.rule.is_none()
}

/// Whether they have a form of their own; else they are those that callers have.
pub(crate) fn has_joint_second(input: &Input) -> bool {
    !has_mut(input) && super::rule_has_tangent(input)
}

/// What the items of one function have in common.
pub(super) struct Parts<'a> {
    pub(super) input: &'a Input,
    pub(super) span: Span,
    pub(super) krate: &'a syn::Path,
    /// The result type, `()` if none is written.
    pub(super) result: TokenStream,
    /// The gradient shape of the result.
    pub(super) upstream: TokenStream,
    pub(super) shape_is_scalar: bool,
    pub(super) boxed: bool,
    /// Whether bodies are emitted whose tapes are of a workspace.
    pub(super) in_workspace: bool,
    /// The bodies of the split and of the joint form with such tapes, if asked for.
    pub(super) pooled_split: Option<TokenStream>,
    pub(super) pooled_joint: Option<TokenStream>,
    /// The body of the joint form, if there is one.
    pub(super) joint: Option<TokenStream>,
    /// The body of an `f_grad` that reads its gradients off the circuit; in tests.
    pub(super) by_circuit: Option<TokenStream>,
    /// The body of `f::jvp`, if it is asked for.
    pub(super) forward: Option<TokenStream>,
    /// The body of `f::hvp`, if it is asked for.
    pub(super) second: Option<TokenStream>,
    /// The body of `f::doubled`, if it is asked for.
    pub(super) doubled: Option<TokenStream>,
    /// Whether a loop with `#[checkpoint]` may call the function: a constant.
    pub(super) repeatable: TokenStream,
    /// Whether any loop may run it again: a constant.
    pub(super) light: TokenStream,
}

/// A name without `r#`, as it stands in other names.
pub(super) fn plain(name: &Ident) -> String {
    match crate::parse::is_receiver(name) {
        true => "self".to_owned(),
        false => name.to_string().trim_start_matches("r#").to_owned(),
    }
}

impl<'a> Parts<'a> {
    pub(super) fn of(input: &'a Input) -> Self {
        let span = input.item.sig.ident.span().resolved_at(Span::mixed_site());
        let mut parts = Parts {
            input,
            span,
            krate: &input.options.krate,
            result: match &input.item.sig.output {
                ReturnType::Default => quote!(()),
                ReturnType::Type(_, ty) => respan(quote!(#ty)),
            },
            upstream: TokenStream::new(),
            shape_is_scalar: matches!(input.signature.result, Shape::Real(_) | Shape::Opaque),
            boxed: is_boxed(input),
            in_workspace: false,
            pooled_split: None,
            pooled_joint: None,
            joint: None,
            by_circuit: None,
            forward: None,
            second: None,
            doubled: None,
            repeatable: quote!(true),
            light: quote!(false),
        };
        parts.upstream = match &input.item.sig.output {
            ReturnType::Default => quote!(()),
            ReturnType::Type(_, ty) => {
                parts.gradient(crate::parse::option_payload(ty).unwrap_or(ty))
            }
        };
        parts
    }

    pub(super) fn private(&self, name: &str) -> TokenStream {
        let krate = self.krate;
        let name = Ident::new(name, self.span);
        let span = self.span;
        quote_spanned!(span=> #krate::__private::#name)
    }

    /// A number of a type that is known by spelling.
    pub(super) fn number(&self, value: f64, width: Width) -> TokenStream {
        let literal = proc_macro2::Literal::f64_unsuffixed(value);
        let name = match width {
            Width::Param(index) => self.input.reals.names().get(usize::from(index)),
            _ => None,
        };
        match name {
            Some(name) => {
                let convert = self.private("literal");
                quote!(#convert::<#name>(#literal))
            }
            None => quote!(#literal),
        }
    }

    /// The name of a parameter inside the split form.
    pub(super) fn inner(&self, param: &Parameter) -> Ident {
        let name = plain(&param.name);
        match param.passing {
            // the body names the content as the user does
            Passing::Mut => plumbing(&name, param.name.span()),
            _ => local(&name, param.name.span()),
        }
    }

    /// Whether a caller wants the initial content of `&mut` arguments back: the
    /// highest bit of the mask. Only callers whose own pullback sees it do.
    pub(super) fn restored(&self) -> TokenStream {
        let active = plumbing("ACTIVE", self.span);
        quote!(#active >> 63u32 != 0u64)
    }

    pub(super) fn has_shared_entry(&self, param: &Parameter) -> bool {
        param.passing == Passing::Shared && param.is_in_place()
    }

    /// The name of the adjoint of a parameter in the joint form.
    pub(super) fn adjoint_name(&self, param: &Parameter) -> Ident {
        plumbing(&format!("adjoint_{}", plain(&param.name)), self.span)
    }

    /// The name under which a pullback is told which run it is.
    pub(super) fn run_name(&self) -> Ident {
        plumbing("run", self.span)
    }

    pub(super) fn upstream_name(&self) -> Ident {
        plumbing("upstream", self.span)
    }

    /// The companion with `body` as its split form, and the public functions.
    pub(super) fn assemble(&self, body: TokenStream) -> TokenStream {
        match self.input.home {
            Home::Module => self.items(body),
            Home::Operator => self.operator(body),
            _ => self.members(body),
        }
    }

    /// The companion as an item beside the primal.
    fn items(&self, body: TokenStream) -> TokenStream {
        let item = &self.input.item;
        let (vis, span) = (&item.vis, self.span);
        let name = item.sig.ident.clone();
        let companion = Ident::new_raw_if(&name, self.span);
        let cfgs = attributes(&item.attrs, &["cfg"]);
        let (active, primal_ty) = (plumbing("ACTIVE", span), plumbing("Primal", span));
        let (mask, primal) = (plumbing("active", span), plumbing("primal", span));
        let active_struct = self.private("Active");
        let check = self.private("check_companion");
        let params = self.params();
        let result = &self.result;
        let pullback = self.pullback_type();
        let arguments = self.type_arguments();
        // a function that is captured is copied
        let derive = quote_spanned!(span=> #[derive(::core::clone::Clone, ::core::marker::Copy)]);
        let (as_value, constructors) = (self.as_value(), self.closure_constructors());
        let returned = match self.boxed {
            true => {
                let boxed = self.private("Box");
                quote!(#boxed<dyn #pullback>)
            }
            // the record borrows nothing, so nothing borrowed is captured
            false if self.borrows() => quote_spanned! {span=>
                impl #pullback + use<#(#arguments,)* #active, #primal_ty>
            },
            false => quote!(impl #pullback),
        };
        // which instance of the function is called follows from the arguments
        let (tie, own) = (self.tie(), self.own_instance());
        let parameters = self.generic_parameters();
        let where_clause = self.where_clause(None);
        let jvp = self.input.options.modes.jvp.is_some().then(|| self.jvp());
        let pooled = self.pooled_split.as_ref().map(|_| self.backprop(true));
        let public = [self.grad(), Some(self.backprop(false)), jvp, pooled];
        let modes = self.modes();
        let second = self.second_companion();
        let objective = self.objective();
        let forward =
            self.forward_companion(&quote!(<#(#parameters,)* #primal_ty: 'static #tie>), &own);
        let generics = quote! {
            <#(#parameters,)* const #active: u64, #primal_ty: 'static #tie>
        };
        let doubled = self.doubled_companion(&generics, &own);
        let (repeatable, light) = (&self.repeatable, &self.light);
        let takes_mut = self.input.signature.params.iter().enumerate();
        let takes_mut = takes_mut.filter(|(_, param)| param.passing == Passing::Mut);
        let takes_mut = takes_mut.fold(0u64, |mask, (index, _)| mask | 1 << index);
        let joint = self.joint.as_ref().map(|body| {
            let (parameters, returned) = self.joint_parameters();
            quote_spanned! {span=>
                #[doc(hidden)]
                #[inline]
                pub fn joint #generics(
                    #mask: #active_struct<#active>,
                    #primal: #primal_ty,
                    #parameters
                ) -> #returned #where_clause {
                    #check(&#primal, &#own);
                    #body
                }
            }
        });
        let pooled = self.pooled_companions(&own, &tie);
        quote_spanned! {span=>
            #(#cfgs)*
            #[doc(hidden)]
            #derive
            #vis struct #companion {}

            #(#cfgs)*
            impl #companion {
                #[doc(hidden)]
                pub const IS_REPEATABLE: bool = #repeatable;

                #[doc(hidden)]
                pub const IS_LIGHT: bool = #light;

                #[doc(hidden)]
                pub const TAKES_MUT: u64 = #takes_mut;

                #[doc(hidden)]
                #[inline]
                pub fn split #generics(
                    #mask: #active_struct<#active>,
                    #primal: #primal_ty,
                    #(#params),*
                ) -> (#result, #returned) #where_clause {
                    #check(&#primal, &#own);
                    #body
                }

                #joint

                #pooled

                #forward

                #second

                #doubled

                #objective

                #(#constructors)*
            }

            #as_value

            #(#public)*
            #modes
        }
    }

    /// The parameters of the split form.
    pub(super) fn params(&self) -> Vec<TokenStream> {
        let params = self.input.signature.params.iter();
        let each = |param: &Parameter| match self.receiver_inside(param) {
            Some(receiver) => receiver,
            None => {
                let (name, ty) = (self.inner(param), &param.ty);
                quote!(#name: #ty)
            }
        };
        params.map(each).collect()
    }

    /// The parameters of the joint form and what it returns.
    pub(super) fn joint_parameters(&self) -> (TokenStream, TokenStream) {
        let params = &self.input.signature.params;
        let names = params.iter().map(|param| self.inner(param));
        let types = params.iter().map(|param| &param.ty);
        let adjoints = params.iter().map(|param| self.adjoint_name(param));
        let entries = params.iter().map(|param| self.joint_entry_type(param));
        let slots = params.iter().map(|param| self.slot_type(param));
        let (upstream, upstream_ty) = (self.upstream_name(), &self.upstream);
        let result = &self.result;
        (
            quote! {
                (#(#names,)*): (#(#types,)*),
                #upstream: &#upstream_ty,
                (#(#adjoints,)*): (#(#entries,)*),
            },
            quote!((#result, (#(#slots,)*))),
        )
    }

    /// Whether a parameter borrows, by its spelling or through a lifetime.
    pub(super) fn borrows(&self) -> bool {
        let params = &self.input.signature.params;
        let by_reference = |param: &Parameter| {
            param.passing != Passing::Value
                || matches!(param.shape, Shape::Constant | Shape::Ref(_))
        };
        params.iter().any(by_reference) || self.input.item.sig.generics.lifetimes().next().is_some()
    }
}

/// The attributes of the primal that its companions share.
pub(super) fn attributes<'a>(
    attrs: &'a [syn::Attribute],
    names: &[&str],
) -> Vec<&'a syn::Attribute> {
    let wanted = |attr: &&syn::Attribute| names.iter().any(|name| attr.path().is_ident(name));
    attrs.iter().filter(wanted).collect()
}

/// The user's tokens with the spans of generated code: lints then know it.
pub(super) fn respan(tokens: TokenStream) -> TokenStream {
    use proc_macro2::{Group, TokenTree};
    let each = |token: TokenTree| {
        let span = token.span().resolved_at(Span::mixed_site());
        let mut token = match token {
            TokenTree::Group(group) => {
                TokenTree::Group(Group::new(group.delimiter(), respan(group.stream())))
            }
            TokenTree::Ident(name) => TokenTree::Ident(Ident::new_raw_if(&name, span)),
            token => token,
        };
        token.set_span(span);
        token
    };
    tokens.into_iter().map(each).collect()
}
