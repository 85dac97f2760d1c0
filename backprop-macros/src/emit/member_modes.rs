//! The modes of methods and associated functions: companions beside the split form,
//! found as it is.

use super::companions::{Parts, attributes, respan};
use super::names::{Form, RawIdent, companion_method, plumbing};
use crate::parse::{Home, Parameter, Passing};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

impl Parts<'_> {
    /// Forward mode and second derivatives of a member. Where they are not asked for,
    /// a method of a type has something in their place that tells callers what to write.
    pub(super) fn member_modes(&self) -> TokenStream {
        let modes = &self.input.options.modes;
        let is_twice = modes.second().next().is_some();
        let has_stubs = self.input.home == Home::Impl;
        let forward = (has_stubs || modes.jvp.is_some()).then(|| self.forward_member());
        let doubled = (has_stubs || is_twice).then(|| self.doubled_member());
        let has_second = self.input.home != Home::Object && super::has_joint_second(self.input);
        let second = (is_twice && has_second).then(|| self.second_member());
        quote!(#forward #doubled #second)
    }

    /// A hidden function of the block: without a body where a trait declares it, and
    /// with one that is never called where there is none.
    fn member(&self, head: TokenStream, body: Option<&TokenStream>) -> TokenStream {
        let (vis, span) = (&self.input.item.vis, self.span);
        let cfgs = attributes(&self.input.item.attrs, &["cfg"]);
        if self.input.home == Home::Declaration {
            return quote_spanned!(span=> #(#cfgs)* #[doc(hidden)] #head;);
        }
        let take = self.take_receiver(true);
        let unused = || {
            let names = self.input.signature.params.iter().map(|p| self.inner(p));
            let refused = self.private("refused");
            quote!(let _ = (#(#names,)*); #refused())
        };
        let body = body.cloned().unwrap_or_else(unused);
        quote_spanned! {span=>
            #(#cfgs)*
            #[doc(hidden)]
            #[inline]
            #vis #head { #take #body }
        }
    }

    fn forward_member(&self) -> TokenStream {
        let is_asked_for = self.input.options.modes.jvp.is_some();
        let bound = (!is_asked_for).then(|| self.unmet("MethodHasForwardMode"));
        let head = self.forward_head(bound);
        self.member(head, self.forward.as_ref())
    }

    fn doubled_member(&self) -> TokenStream {
        let is_asked_for = self.input.options.modes.second().next().is_some();
        let bound = (!is_asked_for).then(|| self.unmet("MethodHasSecondOrder"));
        let head = self.doubled_head(bound);
        self.member(head, self.doubled.as_ref())
    }

    fn second_member(&self) -> TokenStream {
        self.member(self.second_head(), self.second.as_ref())
    }

    /// A bound that no type meets, and that rustc checks where it is used.
    pub(super) fn unmet(&self, name: &str) -> TokenStream {
        let (bound, lifetime) = (self.private(name), syn::Lifetime::new("'__a", self.span));
        quote!(for<#lifetime> (): #bound)
    }

    fn forward_head(&self, bound: Option<TokenStream>) -> TokenStream {
        let (span, name) = (self.span, self.form(Form::Forward));
        let (generics, params) = (self.public_generics(), self.params());
        let all = &self.input.signature.params;
        let names = self.tangent_names();
        let types = all.iter().map(|param| self.tangent_type(param));
        let (result, tangent) = (&self.result, self.result_tangent());
        let where_clause = match bound {
            None => self.where_clause_in("FnTangent", None),
            bound => self.where_clause(bound),
        };
        quote_spanned! {span=>
            fn #name #generics(#(#params,)* #names: (#(#types,)*))
                -> (#result, #tangent) #where_clause
        }
    }

    /// What binds the tangents of all parameters; there are no patterns without a body.
    fn tangent_names(&self) -> TokenStream {
        let all = self.input.signature.params.iter();
        let names = all.map(|param| self.tangent_name(param));
        match self.input.home {
            Home::Declaration => plumbing("tangents", self.span).to_token_stream(),
            _ => quote!((#(#names,)*)),
        }
    }

    fn doubled_head(&self, bound: Option<TokenStream>) -> TokenStream {
        let (span, name) = (self.span, self.form(Form::Doubled));
        let (params, active) = (self.params(), self.active_type());
        // with the mask, so that there are as many arguments as the split form has
        let names = match self.input.home {
            Home::Declaration => self.tangent_names(),
            _ => {
                let names = self.tangent_names();
                quote!((#names, _))
            }
        };
        let all = &self.input.signature.params;
        let types = all.iter().map(|param| self.tangent_type(param));
        let (result, tangent) = (&self.result, self.result_tangent());
        let has_body = self.input.home != Home::Declaration;
        let is_stub = has_body && self.doubled.is_none();
        let returned = self.returned(&self.doubled_pullback(), is_stub);
        let where_clause = match bound {
            None => self.where_clause_in("FnDoubled", None),
            bound => self.where_clause(bound),
        };
        let generics = self.member_generics();
        quote_spanned! {span=>
            fn #name #generics(#(#params,)* #names: ((#(#types,)*), #active))
                -> ((#result, #tangent), #returned) #where_clause
        }
    }

    /// The type of a pullback that a member returns: the record borrows nothing,
    /// whatever the signature borrows.
    pub(super) fn returned(&self, pullback: &TokenStream, is_stub: bool) -> TokenStream {
        if is_stub || (self.boxed && matches!(self.input.home, Home::Impl | Home::TraitImpl)) {
            let boxed = self.private("Box");
            return quote!(#boxed<dyn #pullback>);
        }
        // without anything borrowed all is captured that there is
        if !self.borrows_around() {
            return quote!(impl #pullback);
        }
        let (captured, span) = (self.captured(), self.span);
        quote_spanned!(span=> impl #pullback + use<#(#captured),*>)
    }

    fn second_head(&self) -> TokenStream {
        let (item, span) = (&self.input.item, self.span);
        let name = companion_method(&item.sig.ident, Form::Second, span);
        let (generics, params) = (self.public_generics(), self.params());
        let all = &self.input.signature.params;
        let names = self.tangent_names();
        let types = all.iter().map(|param| self.direction_type(param));
        let (result, gradients) = (&self.result, self.gradients());
        let where_clause = self.where_clause_in("FnDoubled", None);
        quote_spanned! {span=>
            fn #name #generics(#(#params,)* #names: (#(#types,)*))
                -> (#result, (#(#gradients,)*), (#(#gradients,)*)) #where_clause
        }
    }

    /// A call of the hidden function with tangents by a public function.
    pub(super) fn call_forward_form(&self, entries: &TokenStream) -> TokenStream {
        let (item, span, args) = (&self.input.item.sig.ident, self.span, self.own_arguments());
        match self.input.home {
            Home::Module => {
                let (companion, (told, primal)) = (self.companion(), self.told(1));
                quote_spanned!(span=> #companion::jvp #told(#primal, #(#args,)* #entries))
            }
            _ => {
                let name = companion_method(item, Form::Forward, span);
                let (told, _) = self.told(0);
                quote_spanned!(span=> Self::#name #told(#(#args,)* #entries))
            }
        }
    }

    /// A call of the hidden function of second derivatives by a public function.
    pub(super) fn call_second(&self, directions: &TokenStream) -> TokenStream {
        let (item, span, args) = (&self.input.item.sig.ident, self.span, self.own_arguments());
        match self.input.home {
            Home::Module => {
                let (companion, (told, _)) = (self.companion(), self.told(0));
                quote_spanned!(span=> #companion::hvp #told(#(#args,)* #directions))
            }
            _ => {
                let name = companion_method(item, Form::Second, span);
                let (told, _) = self.told(0);
                quote_spanned!(span=> Self::#name #told(#(#args,)* #directions))
            }
        }
    }

    /// The parameters of a public function as arguments of a hidden one.
    fn own_arguments(&self) -> Vec<TokenStream> {
        let each = |param: &Parameter| {
            let name = &param.name;
            self.receiver_argument(param).unwrap_or(quote!(#name))
        };
        self.input.signature.params.iter().map(each).collect()
    }

    fn companion(&self) -> Ident {
        Ident::new_raw_if(&self.input.item.sig.ident, self.span)
    }
}

impl Parts<'_> {
    /// Forward mode and second derivatives of an operator, as far as they are asked for.
    pub(super) fn operator_modes(&self) -> TokenStream {
        let (forward, doubled) = (self.operator_forward(), self.operator_doubled());
        quote!(#forward #doubled)
    }

    fn operator_forward(&self) -> Option<TokenStream> {
        let (body, span) = (self.forward.as_ref()?, self.span);
        let (head, receiver, right, take) = self.operator_parts("Tangent")?;
        let all = &self.input.signature.params;
        let names = self.tangent_names();
        let types = all.iter().map(|param| self.tangent_type(param));
        let (result, tangent) = (&self.result, self.result_tangent());
        let right = right.map(|(name, ty)| quote!(#name: #ty,));
        Some(quote_spanned! {span=>
            #head {
                #[inline]
                fn jvp(#receiver, #right #names: (#(#types,)*)) -> (#result, #tangent) {
                    #take #body
                }
            }
        })
    }

    fn operator_doubled(&self) -> Option<TokenStream> {
        let (body, span) = (self.doubled.as_ref()?, self.span);
        let (head, receiver, right, take) = self.operator_parts("Doubled")?;
        let (all, names) = (&self.input.signature.params, self.tangent_names());
        let types = all.iter().map(|param| self.tangent_type(param));
        let right = right.map(|(name, ty)| quote!(#name: #ty,));
        let (result, tangent) = (&self.result, self.result_tangent());
        let (pullback, captured) = (self.doubled_pullback(), self.captured());
        let (active, number) = (self.active_type(), plumbing("ACTIVE", span));
        Some(quote_spanned! {span=>
            #head {
                #[inline]
                fn doubled<const #number: u64>(
                    #receiver,
                    #right
                    (#names, _): ((#(#types,)*), #active),
                ) -> ((#result, #tangent), impl #pullback + use<#(#captured),*>) {
                    #take
                    #body
                }
            }
        })
    }

    /// The head of the `impl` of a trait of operators, the receiver of its function, the
    /// other operand, and what makes values of both.
    #[expect(clippy::type_complexity, reason = "the parts of one signature")]
    fn operator_parts(
        &self,
        of: &str,
    ) -> Option<(
        TokenStream,
        TokenStream,
        Option<(Ident, TokenStream)>,
        TokenStream,
    )> {
        let (operator, outer) = (self.input.operator.as_ref()?, self.input.outer.as_ref()?);
        let span = self.span;
        let stem = operator.rule.trim_end_matches("Rule");
        let (name, left) = (self.private(&format!("{stem}{of}")), &operator.left);
        let arguments = operator.right.as_ref().map(|right| quote!(<#right>));
        let (parameters, _, _) = outer.split_for_impl();
        let bounds = self.block_bounds(outer);
        let (mut take, mut other, mut receiver) = (TokenStream::new(), None, quote!(&self));
        for param in &self.input.signature.params {
            let name = self.inner(param);
            let this = Ident::new("self", param.name.span());
            match (param.is_receiver(), param.passing) {
                (true, Passing::Mut) => {
                    receiver = quote!(&mut #this);
                    take.extend(quote!(let #name = #this;));
                }
                (true, _) => {
                    receiver = quote!(&#this);
                    take.extend(quote!(let #name = ::core::clone::Clone::clone(#this);));
                }
                (false, _) => {
                    let ty = &operator.right;
                    other = Some((name.clone(), respan(quote!(&#ty))));
                    take.extend(quote!(let #name = ::core::clone::Clone::clone(#name);));
                }
            }
        }
        let head = quote_spanned!(span=> impl #parameters #name #arguments for #left #bounds);
        Some((head, receiver, other, take))
    }
}
