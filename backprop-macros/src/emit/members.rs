//! Companions of methods and associated functions: functions beside them.
//!
//! A method is found by its receiver, whose type only rustc knows, so that its
//! companion is a method too: `x.area()` finds `x.__differentiated_area(..)`.

use super::companions::{Parts, RawIdent, attributes, respan};
use super::names::{Form, companion_method, plumbing};
use crate::parse::{Home, Parameter, Passing};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::FnArg;

impl Parts<'_> {
    /// The companions as members of the `impl` or the trait.
    pub(super) fn members(&self, body: TokenStream) -> TokenStream {
        let item = &self.input.item;
        let span = self.span;
        let split = self.form(Form::Split);
        let cfgs: Vec<_> = attributes(&item.attrs, &["cfg"]);
        let vis = &item.vis;
        let mask = plumbing("active", span);
        let head = self.member_head();
        let body = {
            let take = self.take_receiver(true);
            quote!({ #take #body })
        };
        let joint = self
            .joint
            .as_ref()
            .filter(|_| self.input.home == Home::Impl);
        let joint = joint.map(|body| {
            let (parameters, returned) = self.joint_parameters();
            let (generics, where_clause) = (self.member_generics(), self.where_clause(None));
            let (active, name) = (self.active_type(), self.joint_name());
            quote_spanned! {span=>
                #(#cfgs)*
                #[doc(hidden)]
                #[inline]
                #vis fn #name #generics(#mask: #active, #parameters) -> #returned #where_clause {
                    let _ = #mask;
                    #body
                }
            }
        });
        let (modes, public) = (self.member_modes(), self.public());
        let (object, repeat) = (self.object_member(), self.may_repeat());
        quote_spanned! {span=>
            #(#cfgs)*
            #[doc(hidden)]
            #[inline]
            #vis fn #split #head #body

            #repeat
            #joint
            #object
            #modes
            #public
        }
    }

    /// The public functions, if there is a derivative and the trait does not have them.
    fn public(&self) -> Option<TokenStream> {
        let is_elsewhere = matches!(self.input.home, Home::TraitImpl | Home::Object);
        if is_elsewhere || self.input.is_reading {
            return None;
        }
        let jvp = self.input.options.modes.jvp.is_some().then(|| self.jvp());
        let (grad, backprop, modes) = (self.grad(), self.backprop(false), self.modes());
        Some(quote!(#grad #backprop #jvp #modes))
    }

    /// The companions of a method that a trait asks for without a body.
    pub(super) fn declaration(&self) -> TokenStream {
        let item = &self.input.item;
        let span = self.span;
        let split = companion_method(&item.sig.ident, Form::Split, span);
        let cfgs = attributes(&item.attrs, &["cfg"]);
        let (head, public) = (self.member_head(), self.public());
        let modes = self.member_modes();
        let object = self.object_member();
        quote_spanned! {span=>
            #(#cfgs)*
            #[doc(hidden)]
            fn #split #head;

            #object
            #modes
            #public
        }
    }

    /// The name of a companion of a method.
    pub(super) fn form(&self, form: Form) -> Ident {
        let form = match (self.input.home, form) {
            (Home::Object, Form::Split) => Form::DefaultOfObject,
            (Home::Object, Form::Forward) => Form::DefaultForward,
            (Home::Object, Form::Doubled) => Form::DefaultDoubled,
            (_, form) => form,
        };
        companion_method(&self.input.item.sig.ident, form, self.span)
    }

    /// Generics, parameters, result and bounds of the split form of a member.
    fn member_head(&self) -> TokenStream {
        let span = self.span;
        let (generics, params) = (self.member_generics(), self.params());
        let (mask, active) = (plumbing("active", span), self.active_type());
        let (result, where_clause) = (&self.result, self.where_clause(None));
        let returned = self.returned(&self.pullback_type(), false);
        quote_spanned! {span=>
            #generics(#(#params,)* #mask: #active) -> (#result, #returned) #where_clause
        }
    }

    pub(super) fn member_generics(&self) -> TokenStream {
        let (parameters, active) = (self.generic_parameters(), plumbing("ACTIVE", self.span));
        quote!(<#(#parameters,)* const #active: u64>)
    }

    /// Whether the signature, or the type around it, borrows.
    pub(super) fn borrows_around(&self) -> bool {
        let around = self.input.outer.iter().flat_map(|outer| outer.lifetimes());
        self.borrows() || self.receiver().is_some() || around.count() > 0
    }

    /// What the pullback may hold: nothing that is borrowed. Every type in scope has
    /// to be listed, and the lifetimes of the type itself, which it names.
    pub(super) fn captured(&self) -> Vec<TokenStream> {
        let mut captured = Vec::new();
        if self.input.home.is_trait() {
            captured.push(quote!(Self));
        }
        for generics in self
            .input
            .outer
            .iter()
            .chain([&self.input.item.sig.generics])
        {
            captured.extend(super::generics::arguments(generics));
        }
        let lifetimes = self.input.outer.iter().flat_map(|outer| outer.lifetimes());
        let lifetimes = lifetimes.map(|param| param.lifetime.to_token_stream());
        let active = plumbing("ACTIVE", self.span).to_token_stream();
        lifetimes.chain(captured).chain([active]).collect()
    }

    pub(super) fn active_type(&self) -> TokenStream {
        let (active, mask) = (self.private("Active"), plumbing("ACTIVE", self.span));
        quote!(#active<#mask>)
    }

    fn joint_name(&self) -> Ident {
        let name = super::companions::plain(&self.input.item.sig.ident);
        plumbing(&format!("joint_{name}"), self.span)
    }

    /// The receiver as it stands in a signature of a public function, if a parameter
    /// is one.
    pub(super) fn receiver_of(&self, param: &Parameter) -> Option<TokenStream> {
        if !param.is_receiver() {
            return None;
        }
        match self.input.item.sig.inputs.first()? {
            FnArg::Receiver(receiver) => {
                let mut receiver = receiver.clone();
                receiver.attrs.clear();
                // what is by value is `mut` inside only
                receiver.mutability = None;
                Some(receiver.to_token_stream())
            }
            FnArg::Typed(_) => None,
        }
    }

    /// The same in the split form: what is taken by value is borrowed, as a caller
    /// does not know how a method takes its receiver, and lends it to the pullback.
    pub(super) fn receiver_inside(&self, param: &Parameter) -> Option<TokenStream> {
        let this = Ident::new("self", param.name.span());
        match param.passing {
            Passing::Value if param.is_receiver() => Some(quote!(&#this)),
            _ => self.receiver_of(param),
        }
    }

    /// The receiver of a public function as an argument of the split form.
    pub(super) fn receiver_argument(&self, param: &Parameter) -> Option<TokenStream> {
        let name = &param.name;
        let by_value = param.is_receiver() && param.passing == Passing::Value;
        by_value.then(|| quote!(&#name))
    }

    /// Binds `self` to the name that the rest of the code has for it: that of the
    /// split form, or of the public functions, which also lend their functions.
    pub(super) fn take_receiver(&self, inside: bool) -> TokenStream {
        let lend = match inside {
            true => TokenStream::new(),
            false => self.lend_functions(),
        };
        let Some(param) = self.receiver() else {
            return lend;
        };
        let this = Ident::new("self", param.name.span());
        let name = match inside {
            true => self.inner(param),
            false => param.name.clone(),
        };
        match (inside, param.passing) {
            (true, Passing::Value) => {
                quote!(let #name = ::core::clone::Clone::clone(#this);)
            }
            _ => quote!(let #name = #this; #lend),
        }
    }

    /// The parameter that is the receiver.
    pub(super) fn receiver(&self) -> Option<&Parameter> {
        let first = self.input.signature.params.first();
        first.filter(|param| param.is_receiver())
    }

    /// A call of the split form by a public function.
    pub(super) fn call_split(&self, mask: TokenStream, args: &[TokenStream]) -> TokenStream {
        let (name, span) = (&self.input.item.sig.ident, self.span);
        let active = self.private("Active");
        match self.input.home {
            Home::Module => {
                let companion = Ident::new_raw_if(name, span);
                let (told, primal) = self.told(2);
                quote_spanned! {span=>
                    #companion::split #told(#active::<#mask>, #primal, #(#args),*)
                }
            }
            _ => {
                let split = companion_method(name, Form::Split, span);
                let (told, _) = self.told(1);
                quote_spanned!(span=> Self::#split #told(#(#args,)* #active::<#mask>))
            }
        }
    }

    /// A call of the joint form by a public function.
    pub(super) fn call_joint(&self, mask: TokenStream, rest: TokenStream) -> TokenStream {
        let (name, span) = (&self.input.item.sig.ident, self.span);
        let active = self.private("Active");
        match self.input.home {
            Home::Module => {
                let companion = Ident::new_raw_if(name, span);
                let (told, primal) = self.told(2);
                quote_spanned!(span=> #companion::joint #told(#active::<#mask>, #primal, #rest))
            }
            _ => {
                let (joint, (told, _)) = (self.joint_name(), self.told(1));
                quote_spanned!(span=> Self::#joint #told(#active::<#mask>, #rest))
            }
        }
    }

    /// The primal, as a path.
    pub(super) fn primal(&self) -> TokenStream {
        let name = &self.input.item.sig.ident;
        match self.input.home {
            Home::Module => respan(quote!(#name)),
            _ => quote!(Self::#name),
        }
    }
}
