//! The public functions: `f_grad` and `f_backprop`, thin wrappers of the split
//! form.

use super::companions::{Parts, attributes, plain, respan};
use super::names::plumbing;
use crate::parse::{Parameter, Passing, Shape};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ReturnType;

/// Code before the pullback, and its entries.
type Entries = (TokenStream, Vec<TokenStream>);

impl Parts<'_> {
    pub(super) fn stem(&self) -> String {
        let stem = self.input.options.name.as_ref();
        plain(stem.unwrap_or(&self.input.item.sig.ident))
    }

    pub(super) fn public_head(&self, docs: &str) -> TokenStream {
        let item = &self.input.item;
        let kept = attributes(&item.attrs, &["cfg", "inline", "must_use", "track_caller"]);
        let vis = item.vis.to_token_stream();
        let vis = respan(vis);
        let kept: TokenStream = kept.into_iter().map(ToTokens::to_token_stream).collect();
        let (kept, span) = (respan(kept), self.span);
        quote_spanned!(span=> #kept #[doc = #docs] #vis)
    }

    /// Parameters as in the primal, under clean names.
    pub(super) fn public_params(&self) -> Vec<TokenStream> {
        let each = |param: &Parameter| match self.receiver_of(param) {
            Some(receiver) => receiver,
            None => {
                let (name, ty) = (&param.name, self.public_type(param));
                let ty = respan(quote!(#ty));
                quote!(#name: #ty)
            }
        };
        self.input.signature.params.iter().map(each).collect()
    }

    /// The parameters whose adjoint the public functions hand out.
    pub(super) fn listed(&self) -> Vec<&Parameter> {
        let params = self.input.signature.params.iter();
        params
            .filter(|p| p.is_active() || (p.passing == Passing::Mut && p.shape.may_be_active()))
            .collect()
    }

    pub(super) fn public_generics(&self) -> TokenStream {
        let parameters = self.generic_parameters();
        match parameters.is_empty() {
            true => TokenStream::new(),
            false => quote!(<#(#parameters),*>),
        }
    }

    pub(super) fn slot_names(&self) -> Vec<Ident> {
        let params = self.input.signature.params.iter();
        params
            .map(|param| plumbing(&format!("slot_{}", plain(&param.name)), self.span))
            .collect()
    }

    /// The split form run forward, then backward: `prepare` makes what
    /// entries need, `entries` are the pullback's arguments.
    pub(super) fn run(&self, upstream: TokenStream, entries: &[TokenStream]) -> TokenStream {
        let (forward, reverse) = self.halves(upstream, entries, false, None);
        quote!(#forward #reverse)
    }

    /// The joint form run; adjoints go to the buffers `d_x` of the caller or of
    /// the function itself.
    fn jointly(&self, upstream: TokenStream, buffers_of_caller: bool, pooled: bool) -> TokenStream {
        let span = self.span;
        let value = plumbing("value", span);
        let mask = self.mask();
        let params = &self.input.signature.params;
        let args = params.iter().map(|param| &param.name);
        let entries = params.iter().map(|param| {
            if !self.has_shared_entry(param) {
                return quote!(());
            }
            let buffer = format!("d_{}", plain(&param.name));
            let lent = match (param.is_active(), buffers_of_caller) {
                (false, _) => return quote!(::core::option::Option::None),
                (true, true) => {
                    let buffer = Ident::new(&buffer, span);
                    quote!(&mut *#buffer)
                }
                (true, false) => {
                    let buffer = plumbing(&buffer, span);
                    quote!(&mut #buffer)
                }
            };
            quote!(::core::option::Option::Some(#lent))
        });
        let slots = self.slot_names();
        let rest = quote!((#(#args,)*), #upstream, (#(#entries,)*));
        let call = match pooled {
            true => self.call_pooled("joint_in", mask.to_token_stream(), &rest),
            false => self.call_joint(mask.to_token_stream(), rest),
        };
        quote_spanned!(span=> let (#value, (#(#slots,)*)) = #call;)
    }

    /// Which parameters the public functions give the adjoint of, one bit each.
    pub(super) fn mask(&self) -> Literal {
        self.mask_of(&|param| param.is_active() || param.passing == Passing::Mut)
    }

    /// The same for all arguments that have an adjoint.
    pub(super) fn full_mask(&self) -> Literal {
        self.mask_of(&|_| true)
    }

    fn mask_of(&self, is_wanted: &dyn Fn(&Parameter) -> bool) -> Literal {
        let mut mask = 0u64;
        for (index, param) in self.input.signature.params.iter().enumerate().take(63) {
            if param.has_adjoint() && is_wanted(param) {
                mask |= 1 << index;
            }
        }
        Literal::u64_suffixed(mask)
    }

    /// The two calls that `run` makes.
    pub(super) fn halves(
        &self,
        upstream: TokenStream,
        entries: &[TokenStream],
        pooled: bool,
        run: Option<&TokenStream>,
    ) -> (TokenStream, TokenStream) {
        let span = self.span;
        let (value, pullback) = (plumbing("value", span), plumbing("pullback", span));
        let mask = self.mask();
        let args = self.input.signature.params.iter().map(|param| {
            let name = &param.name;
            match (self.receiver_argument(param), param.passing) {
                (Some(receiver), _) => receiver,
                (None, Passing::Mut) => quote!(&mut *#name),
                (None, _) => quote!(#name),
            }
        });
        let args: Vec<TokenStream> = args.collect();
        let slots = self.slot_names();
        let call = match pooled {
            true => self.call_pooled("split_in", mask.to_token_stream(), &quote!(#(#args),*)),
            false => self.call_split(mask.to_token_stream(), &args),
        };
        let forward = quote_spanned! {span=>
            let (#value, #pullback) = #call;
        };
        let last = super::last_run(self.krate);
        let (run, before) = match run {
            Some(run) => (run.clone(), TokenStream::new()),
            None if cfg!(feature = "run_twice") => {
                let (earlier, (prepare, entries)) =
                    (self.private("Run"), self.entries(None, &|_| None));
                let earlier = quote!(#earlier::Earlier);
                let before =
                    quote!({ #prepare let _ = #pullback(#earlier, #upstream, #(#entries),*); });
                (earlier, before)
            }
            None => (last, TokenStream::new()),
        };
        let reverse = quote_spanned! {span=>
            #before
            let (#(#slots,)*) = #pullback(#run, #upstream, #(#entries),*);
        };
        (forward, reverse)
    }

    /// `f_grad`, if the result is one real number.
    pub(super) fn grad(&self) -> Option<TokenStream> {
        self.shape_is_scalar.then(|| {
            let span = self.span;
            let name = format_ident!("{}_grad", self.stem(), span = span);
            let primal = plain(&self.input.item.sig.ident);
            let listed = self.listed();
            let order = listed.iter().map(|p| format!("`{}`", plain(&p.name)));
            let order = order.collect::<Vec<_>>().join(", ");
            let docs =
                format!("The value of [`{primal}`] and its gradient with respect to {order}.");
            let head = self.public_head(&docs);
            let generics = self.public_generics();
            let (params, take) = (self.public_params(), self.take_receiver(false));
            let result = &self.result;
            let types: Vec<_> = listed.iter().map(|p| self.gradient(&p.ty)).collect();
            let gradient_type = match &types[..] {
                [only] => quote!(#only),
                many => quote!((#(#many),*)),
            };
            let seed = match &self.input.signature.result {
                Shape::Real(width) => {
                    let one = self.number(1.0, *width);
                    quote!(&#one)
                }
                _ => {
                    let one = self.private("one");
                    let scalar = &self.upstream;
                    quote!(&#one::<#scalar>())
                }
            };
            let bound = match &self.input.signature.result {
                Shape::Real(_) => None,
                _ => {
                    let real = self.private("Real");
                    let lifetime = syn::Lifetime::new("'__a", span);
                    let number = match &self.input.item.sig.output {
                        ReturnType::Type(_, ty) => crate::parse::option_payload(ty),
                        ReturnType::Default => None,
                    };
                    let number = number.map(|ty| respan(quote!(#ty)));
                    let number = number.as_ref().unwrap_or(result);
                    Some(quote!(for<#lifetime> #number: #real))
                }
            };
            let bound = self.where_clause(bound);
            let (prepare, entries) = self.entries(None, &|_| None);
            let run = match &self.joint {
                Some(_) => self.jointly(seed.clone(), false, false),
                None => self.run(seed.clone(), &entries),
            };
            let value = plumbing("value", span);
            let gradients: Vec<_> = listed.iter().map(|p| self.gradient_of(p)).collect();
            let gradient = match &gradients[..] {
                [only] => quote!(#only),
                many => quote!((#(#many),*)),
            };
            if let Some(body) = &self.by_circuit {
                return quote_spanned! {span=>
                    #head fn #name #generics(#(#params),*) -> (#result, #gradient_type) #bound {
                        #take #body
                    }
                };
            }
            let wrapped = match &self.input.item.sig.output {
                ReturnType::Type(_, ty) => crate::parse::Wrapped::of(ty),
                ReturnType::Default => None,
            };
            if let Some(wrapped) = wrapped {
                // without a value there is no gradient
                let (forward, reverse) = self.halves(seed, &entries, false, None);
                let number = plumbing("number", span);
                let (returned, found, missing) = self.wrapped_result(wrapped, &gradient_type);
                return quote_spanned! {span=>
                    #head fn #name #generics(#(#params),*) -> #returned #bound {
                        #take #prepare #forward
                        match #value {
                            #found(#number) => {
                                #reverse
                                #found((#number, #gradient))
                            }
                            #missing => #missing,
                        }
                    }
                };
            }
            quote_spanned! {span=>
                #head fn #name #generics(#(#params),*) -> (#result, #gradient_type) #bound {
                    #take #prepare #run
                    (#value, #gradient)
                }
            }
        })
    }

    /// The type that `f_grad` returns for an `Option` or a `Result`, and the patterns
    /// of its cases.
    pub(super) fn wrapped_result(
        &self,
        wrapped: crate::parse::Wrapped,
        gradient: &TokenStream,
    ) -> (TokenStream, TokenStream, TokenStream) {
        let payload = wrapped.payload;
        let payload = respan(quote!(#payload));
        if !wrapped.is_result {
            return (
                quote!(::core::option::Option<(#payload, #gradient)>),
                quote!(::core::option::Option::Some),
                quote!(::core::option::Option::None),
            );
        }
        let error = plumbing("error", self.span);
        let error_type = match wrapped.error {
            Some(ty) => respan(quote!(#ty)),
            // an alias fixes it
            None => {
                let (of, result) = (self.private("ErrorOf"), &self.result);
                quote!(<#result as #of>::Error)
            }
        };
        (
            quote!(::core::result::Result<(#payload, #gradient), #error_type>),
            quote!(::core::result::Result::Ok),
            quote!(::core::result::Result::Err(#error)),
        )
    }

    /// Where the adjoint of a parameter is after the pullback ran.
    pub(super) fn gradient_of(&self, param: &Parameter) -> TokenStream {
        let name = match param.passing {
            Passing::Mut => plumbing(&format!("d_{}", plain(&param.name)), self.span),
            _ if self.has_shared_entry(param) => {
                plumbing(&format!("d_{}", plain(&param.name)), self.span)
            }
            _ => plumbing(&format!("slot_{}", plain(&param.name)), self.span),
        };
        quote!(#name)
    }

    /// What the entries of the pullback need before, and the entries. `buffers` are the
    /// caller's adjoints of `&mut` parameters; where there are none, `seed` is what they
    /// begin with, if it is not zero.
    pub(super) fn entries(
        &self,
        buffers: Option<&dyn Fn(&Parameter) -> Ident>,
        seed: &dyn Fn(&Parameter) -> Option<TokenStream>,
    ) -> Entries {
        let mut prepare = TokenStream::new();
        let mut entries = Vec::new();
        let span = self.span;
        for param in &self.input.signature.params {
            let name = &param.name;
            let buffer = plumbing(&format!("d_{}", plain(name)), span);
            let zero = self.private("zero_gradient");
            if param.passing == Passing::Mut && param.is_in_place() {
                // the content stays what it is: nobody asks for the initial one
                let entry = self.private("mut_entry");
                let adjoint_name = plumbing("adjoint", span);
                let adjoint = match buffers {
                    Some(buffers) if param.shape.may_be_active() => {
                        let buffer = buffers(param);
                        let check = self.private("check_shape");
                        quote!({ #check(&*#name, &*#buffer); &mut *#buffer })
                    }
                    _ => {
                        prepare.extend(quote!(let mut #buffer;));
                        let seed = seed(param).unwrap_or_else(|| quote!(#zero(&*#name)));
                        quote!({ #buffer = #seed; &mut #buffer })
                    }
                };
                entries.push(quote_spanned!(span=> {
                    let #adjoint_name = #adjoint;
                    #entry(&mut *#name, #adjoint_name)
                }));
            } else if param.passing == Passing::Mut {
                let entry = self.private("Mut");
                let adjoint = match buffers {
                    Some(buffers) if param.shape.may_be_active() => {
                        let buffer = buffers(param);
                        quote!(&mut *#buffer)
                    }
                    _ => {
                        let seed = seed(param).unwrap_or_else(|| quote!(#zero(&*#name)));
                        prepare.extend(quote!(let mut #buffer = #seed;));
                        quote!(&mut #buffer)
                    }
                };
                // the content stays what it is
                entries.push(quote_spanned! {span=> #entry {
                    value: ::core::option::Option::None,
                    adjoint: #adjoint,
                }});
            } else if self.has_shared_entry(param) && !param.is_active() {
                let entry = self.private("Shared");
                entries.push(quote_spanned! {span=>
                    #entry { value: #name, adjoint: ::core::option::Option::None }
                });
            } else if let (true, Some(buffers)) = (self.has_shared_entry(param), buffers) {
                let (entry, buffer) = (self.private("Shared"), buffers(param));
                let check = self.private("check_shape");
                prepare.extend(quote!(#check(&*#name, &*#buffer);));
                entries.push(quote_spanned! {span=> #entry {
                    value: #name,
                    adjoint: ::core::option::Option::Some(&mut *#buffer),
                }});
            } else if self.has_shared_entry(param) {
                let entry = self.private("Shared");
                prepare.extend(quote!(let mut #buffer = #zero(#name);));
                entries.push(quote_spanned! {span=>
                    #entry { value: #name, adjoint: ::core::option::Option::Some(&mut #buffer) }
                });
            } else {
                entries.push(quote!(()));
            }
        }
        (prepare, entries)
    }

    /// `f_backprop`: adds upstream × local gradient into the caller's buffers; or
    /// `f_backprop_in`, with records of a workspace.
    pub(super) fn backprop(&self, pooled: bool) -> TokenStream {
        let span = self.span;
        let name = match pooled {
            true => format_ident!("{}_backprop_in", self.stem(), span = span),
            false => format_ident!("{}_backprop", self.stem(), span = span),
        };
        let primal = plain(&self.input.item.sig.ident);
        let mut docs = format!(
            "The value of [`{primal}`]; adds upstream × local gradient into the `d_` buffers. \
             A `d_` buffer of a `&mut` parameter holds the upstream of its final content on \
             entry and the gradient of its initial content on return."
        );
        let (mut params, take) = (self.public_params(), self.take_receiver(false));
        if pooled {
            docs += " Records are of the workspace.";
            let (name, workspace) = (self.workspace_name(), self.private("Workspace"));
            params.insert(0, quote!(#name: &mut #workspace));
        }
        let head = self.public_head(&docs);
        let (generics, where_clause) = (self.public_generics(), self.where_clause(None));
        let upstream = Ident::new("upstream", span);
        let upstream_type = &self.upstream;
        let has_upstream = self.input.signature.result.may_be_active();
        let upstream_arg = match (
            has_upstream,
            matches!(self.input.signature.result, Shape::Real(_)),
        ) {
            (false, _) => match &self.input.item.sig.output {
                ReturnType::Default => quote!(&()),
                ReturnType::Type(..) => {
                    let zero = self.private("constant_upstream");
                    quote!(&#zero())
                }
            },
            (true, true) => {
                params.push(quote!(#upstream: #upstream_type));
                quote!(&#upstream)
            }
            (true, false) => {
                params.push(quote!(#upstream: &#upstream_type));
                quote!(#upstream)
            }
        };
        let buffer = |param: &Parameter| Ident::new(&format!("d_{}", plain(&param.name)), span);
        let listed = self.listed();
        for param in &listed {
            let (name, ty) = (buffer(param), self.buffer(&param.ty));
            params.push(quote!(#name: &mut #ty));
        }
        let (prepare, entries) = self.entries(Some(&buffer), &|_| None);
        let (forward, reverse) = self.halves(upstream_arg.clone(), &entries, pooled, None);
        let adds = listed
            .iter()
            .filter(|param| param.passing != Passing::Mut && !self.has_shared_entry(param))
            .map(|param| {
                let (into, from) = (buffer(param), self.gradient_of(param));
                self.add(&param.shape, quote!(*#into), from)
            });
        let adds: TokenStream = adds.collect();
        let value = plumbing("value", span);
        let result = &self.result;
        // a zero upstream adds nothing, whatever the local gradients are, if it
        // is the only source of gradients
        let all = &self.input.signature.params;
        let only_source = all.iter().all(|p| p.passing != Passing::Mut);
        let in_place = all.iter().any(|param| self.has_shared_entry(param));
        let zero = match &self.input.signature.result {
            Shape::Real(width) => self.number(0.0, *width),
            _ => TokenStream::new(),
        };
        let body = match &self.input.signature.result {
            _ if self.joint.is_some() => {
                let joint = self.jointly(upstream_arg, true, pooled);
                let primal = self.primal();
                let args = all.iter().map(|param| &param.name);
                // the primal takes other functions than companions do
                let only_value = match self.input.functions.is_empty() {
                    true => {
                        let told = self.told(0).0;
                        quote!(#primal #told(#(#args),*))
                    }
                    false => quote!(#forward #value),
                };
                quote_spanned! {span=>
                    #prepare
                    if #upstream != #zero { #joint #adds #value } else { #only_value }
                }
            }
            Shape::Real(_) if only_source && in_place => quote_spanned! {span=>
                #prepare #forward if #upstream != #zero { #reverse #adds } #value
            },
            Shape::Real(_) if only_source && !adds.is_empty() => quote_spanned! {span=>
                #prepare #forward #reverse if #upstream != #zero { #adds } #value
            },
            _ => quote!(#prepare #forward #reverse #adds #value),
        };
        quote_spanned! {span=>
            #head fn #name #generics(#(#params),*) -> #result #where_clause { #take #body }
        }
    }

    /// `into += from`, taken apart as far as the spelling of the type goes.
    fn add(&self, shape: &Shape, into: TokenStream, from: TokenStream) -> TokenStream {
        match shape {
            Shape::Real(_) => quote!(#into += #from;),
            Shape::Ref(inner) => self.add(inner, into, from),
            Shape::Tuple(parts) => {
                let each = parts.iter().enumerate().map(|(index, part)| {
                    let index = Literal::usize_unsuffixed(index);
                    self.add(part, quote!((#into).#index), quote!(#from.#index))
                });
                each.collect()
            }
            shape if shape.may_be_active() => {
                let accumulate = self.private("accumulate");
                quote!(#accumulate(&mut #into, &#from);)
            }
            _ => TokenStream::new(),
        }
    }
}
