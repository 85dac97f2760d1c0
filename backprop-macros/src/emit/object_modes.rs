//! The modes of trait objects: members beside the one of the split form, and what is around
//! them on `dyn Trait`.

use super::companions::{Parts, attributes};
use super::names::{Form, companion_method, plumbing};
use crate::parse::Parameter;
use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};

impl Parts<'_> {
    /// The members of the trait for the modes that are asked for.
    pub(super) fn object_member_modes(&self) -> TokenStream {
        let modes = &self.input.options.modes;
        let forward = modes.jvp.is_some().then(|| self.object_forward());
        let doubled = modes.second().next().is_some();
        let doubled = doubled.then(|| self.object_doubled());
        quote!(#forward #doubled)
    }

    /// What the trait object itself has: where a mode is not asked for, something in its
    /// place that tells callers what to write.
    pub(super) fn object_modes(
        &self,
        vis: &syn::Visibility,
        of: &Ident,
        has_default: bool,
    ) -> TokenStream {
        let forward = self.forward_of_object(vis, has_default);
        let doubled = self.doubled_of_object(vis, of, has_default);
        quote!(#forward #doubled)
    }

    /// A member is declared, or has a body.
    fn object_body(&self, body: Option<TokenStream>) -> TokenStream {
        body.map_or_else(|| quote!(;), |body| quote!({ #body }))
    }

    fn has_body(&self) -> bool {
        self.input.home != crate::parse::Home::Declaration
    }

    fn this(&self) -> Ident {
        let span = self.receiver().map(|receiver| receiver.name.span());
        Ident::new("self", span.unwrap_or(self.span))
    }

    /// The parameters but the receiver.
    fn others(&self) -> impl Iterator<Item = &Parameter> + Clone {
        self.input.signature.params.iter().skip(1)
    }

    fn other_names(&self) -> Vec<Ident> {
        self.others().map(|param| self.inner(param)).collect()
    }

    /// The types of all tangents: that of the receiver is one of an object.
    fn object_tangents(&self) -> TokenStream {
        let gradient = self.private("DynGradient");
        let others = self.others().map(|param| self.tangent_type(param));
        quote!((::core::option::Option<&#gradient>, #(#others,)*))
    }

    /// The tangents of an object as those of the type behind it.
    fn behind(&self, tangents: &Ident) -> TokenStream {
        let behind = self.private("tangent_behind");
        let others =
            (1..self.input.signature.params.len()).map(proc_macro2::Literal::usize_unsuffixed);
        quote!((#behind::<Self>(#tangents.0), #(#tangents.#others,)*))
    }

    fn object_forward(&self) -> TokenStream {
        let (params, tangents) = (self.params(), plumbing("tangents", self.span));
        let types = self.object_tangents();
        let (result, tangent) = (&self.result, self.result_tangent());
        let head = self.object_head(
            Form::ObjectForward,
            &quote!(#(#params,)* #tangents: #types),
            &quote!((#result, #tangent)),
        );
        let forward = companion_method(&self.input.item.sig.ident, Form::Forward, self.span);
        let body = self.has_body().then(|| {
            if self.is_undecided() {
                let body = self.undecided();
                return quote!(let _ = #tangents; #body);
            }
            let (this, names, behind) = (self.this(), self.other_names(), self.behind(&tangents));
            quote_spanned!(self.span=> #this.#forward(#(#names,)* #behind))
        });
        let body = self.object_body(body);
        quote!(#head #body)
    }

    fn object_doubled(&self) -> TokenStream {
        let span = self.span;
        let (params, tangents) = (self.params(), plumbing("tangents", span));
        let (types, boxed) = (self.object_tangents(), self.private("Box"));
        let (result, tangent) = (&self.result, self.result_tangent());
        let [entry, direction] = ["ObjectEntry", "ObjectDirection"].map(|name| self.private(name));
        let pullback_type = self.doubled_of(&quote!(#entry<'_>), &quote!(#direction<'_>));
        let head = self.object_head(
            Form::ObjectDoubled,
            &quote!(#(#params,)* #tangents: #types),
            &quote!(((#result, #tangent), #boxed<dyn #pullback_type>)),
        );
        let doubled = companion_method(&self.input.item.sig.ident, Form::Doubled, span);
        let body = self.has_body().then(|| {
            if self.is_undecided() {
                let body = self.undecided();
                return quote!(let _ = #tangents; #body);
            }
            let (this, names, behind) = (self.this(), self.other_names(), self.behind(&tangents));
            let active = self.all_active();
            let call = quote_spanned! {span=>
                #this.#doubled(#(#names,)* (#behind, #active))
            };
            let into = |receiver: &Ident| quote!(#receiver.of::<Self>());
            let closure =
                self.doubled_around(&[quote!(#entry<'_>), quote!(#direction<'_>)], &into, &into);
            let (value, pullback) = (plumbing("value", span), plumbing("pullback", span));
            quote!(let (#value, #pullback) = #call; (#value, #boxed::new(#closure)))
        });
        let body = self.object_body(body);
        quote!(#head #body)
    }

    /// The type of a pullback of values and tangents, with other entries for the receiver.
    fn doubled_of(&self, entry: &TokenStream, direction: &TokenStream) -> TokenStream {
        let others = self.others().map(|param| {
            let (entry, direction) = (self.entry_type(param), self.direction_entry(param));
            quote!(#entry, #direction)
        });
        let slots = self.input.signature.params.iter().map(|param| {
            let slot = self.slot_type(param);
            quote!(#slot, #slot)
        });
        let (upstream, run) = (self.doubled_upstream(), self.private("Run"));
        quote! {
            ::core::ops::Fn(#run, &#upstream, #entry, #direction, #(#others),*) -> (#(#slots,)*)
        }
    }

    /// A pullback of values and tangents around `pullback`, with other entries for the
    /// receiver.
    fn doubled_around(
        &self,
        [entry_type, direction_type]: &[TokenStream; 2],
        entry: &dyn Fn(&Ident) -> TokenStream,
        direction: &dyn Fn(&Ident) -> TokenStream,
    ) -> TokenStream {
        let span = self.span;
        let (run, run_type) = (self.run_name(), self.private("Run"));
        let (upstream, upstream_type) = (self.upstream_name(), self.doubled_upstream());
        let [receiver, along, pullback] =
            ["receiver", "along", "pullback"].map(|name| plumbing(name, span));
        let (mut declared, mut passed) = (Vec::new(), Vec::new());
        for (index, param) in self.others().enumerate() {
            let own = self.adjoint_name(param);
            let along = plumbing(&format!("along_{index}"), span);
            let (entry, direction) = (self.entry_type(param), self.direction_entry(param));
            declared.push(quote!(#own: #entry, #along: #direction));
            passed.push(quote!(#own, #along));
        }
        let (entry, direction) = (entry(&receiver), direction(&along));
        quote_spanned! {span=>
            move |
                #run: #run_type,
                #upstream: &#upstream_type,
                #receiver: #entry_type,
                #along: #direction_type,
                #(#declared),*
            | #pullback(#run, #upstream, #entry, #direction, #(#passed),*)
        }
    }

    fn forward_of_object(&self, vis: &syn::Visibility, has_default: bool) -> TokenStream {
        let (sig, span) = (&self.input.item.sig, self.span);
        let name = companion_method(&sig.ident, Form::ForwardOfObject, span);
        let inside = companion_method(&sig.ident, Form::ObjectForward, span);
        let is_asked_for = self.input.options.modes.jvp.is_some();
        let (lifetimes, params) = (self.lifetimes(), self.params());
        let (tangents, types) = (plumbing("tangents", span), self.object_tangents());
        let (result, tangent) = (&self.result, self.result_tangent());
        let (this, names) = (self.this(), self.other_names());
        let bound = (!is_asked_for).then(|| {
            let bound = self.unmet("MethodHasForwardMode");
            quote!(where #bound)
        });
        let body = match is_asked_for {
            true if has_default => {
                let [replaces, default] = [Form::Replaces, Form::DefaultForward]
                    .map(|form| companion_method(&sig.ident, form, span));
                quote_spanned! {span=>
                    if #this.#replaces() {
                        #this.#inside(#(#names,)* #tangents)
                    } else {
                        #this.#default(#(#names,)* #tangents)
                    }
                }
            }
            true => quote_spanned!(span=> #this.#inside(#(#names,)* #tangents)),
            false => {
                let refused = self.private("refused");
                quote_spanned!(span=> let _ = (#this, #(#names,)* #tangents); #refused())
            }
        };
        let cfgs = attributes(&self.input.item.attrs, &["cfg"]);
        quote_spanned! {span=>
            #(#cfgs)*
            #[doc(hidden)]
            #vis fn #name #lifetimes(#(#params,)* #tangents: #types) -> (#result, #tangent)
            #bound
            { #body }
        }
    }

    fn doubled_of_object(
        &self,
        vis: &syn::Visibility,
        of: &Ident,
        has_default: bool,
    ) -> TokenStream {
        let (sig, span) = (&self.input.item.sig, self.span);
        let name = companion_method(&sig.ident, Form::DoubledOfObject, span);
        let inside = companion_method(&sig.ident, Form::ObjectDoubled, span);
        let is_asked_for = self.input.options.modes.second().next().is_some();
        let (lifetimes, params) = (sig.generics.lifetimes(), self.params());
        let (tangents, types) = (plumbing("tangents", span), self.object_tangents());
        let (active, mask) = (self.active_type(), plumbing("ACTIVE", span));
        let (result, tangent) = (&self.result, self.result_tangent());
        let (this, names) = (self.this(), self.other_names());
        let [shared, along] = ["Shared", "SharedDirection"].map(|name| self.private(name));
        let own = [quote!(#shared<'_, dyn #of>), quote!(#along<'_, dyn #of>)];
        let pullback_type = self.doubled_of(&own[0], &own[1]);
        let cfgs = attributes(&self.input.item.attrs, &["cfg"]);
        let head = quote_spanned! {span=>
            #(#cfgs)*
            #[doc(hidden)]
            #vis fn #name<#(#lifetimes,)* const #mask: u64>(
                #(#params,)*
                (#tangents, _): (#types, #active),
            )
        };
        if !is_asked_for {
            let (boxed, refused) = (self.private("Box"), self.private("refused"));
            let bound = self.unmet("MethodHasSecondOrder");
            return quote_spanned! {span=>
                #head -> ((#result, #tangent), #boxed<dyn #pullback_type>) where #bound {
                    let _ = (#this, #(#names,)* #tangents);
                    #refused()
                }
            };
        }
        let [entry, direction] = ["ObjectEntry", "ObjectDirection"].map(|name| self.private(name));
        let closure = self.doubled_around(
            &own,
            &|receiver| {
                quote!(#entry {
                    value: #receiver.value.__object_any(),
                    adjoint: #receiver.adjoint,
                })
            },
            &|along| {
                quote!(#direction {
                    tangent: #along.tangent,
                    adjoint: #along.adjoint,
                })
            },
        );
        let (value, pullback) = (plumbing("value", span), plumbing("pullback", span));
        let call = quote_spanned! {span=>
            let (#value, #pullback) = #this.#inside(#(#names,)* #tangents);
        };
        if has_default {
            let default = companion_method(&sig.ident, Form::DefaultDoubled, span);
            let active = self.private("Active");
            let default = quote_spanned! {span=>
                #this.#default(#(#names,)* (#tangents, #active::<#mask>))
            };
            let result = quote!((#result, #tangent));
            return self.either(head, result, pullback_type, [call, closure], default);
        }
        quote_spanned! {span=>
            #head -> ((#result, #tangent), impl #pullback_type + use<#mask>) {
                #call
                (#value, #closure)
            }
        }
    }
}
