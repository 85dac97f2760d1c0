//! The function as a value that is passed to other differentiated functions, and
//! functions as parameters.

use super::companions::{Parts, RawIdent, plain, respan};
use super::names::plumbing;
use super::told::tells;
use crate::ir::ClosureMode;
use crate::parse::{Home, Parameter, Passing, Reals, Shape, option_payload};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::visit::Visit;
use syn::{GenericParam, ReturnType, Type};

impl Parts<'_> {
    /// `DifferentiableFn` for the companion, if the function is one of numbers: then
    /// nothing has to be known of its types but their spelling.
    pub(super) fn as_value(&self) -> Option<TokenStream> {
        let input = self.input;
        let params = &input.signature.params;
        let ReturnType::Type(_, output) = &input.item.sig.output else {
            return None;
        };
        let are_plain = params.iter().all(|param| {
            let ty = match &param.ty {
                Type::Reference(reference) => &reference.elem,
                ty => ty,
            };
            let is_passed = match param.passing {
                Passing::Value => true,
                Passing::Shared => !param.shape.is_scalar(),
                Passing::Mut => false,
            };
            // the gradient of `Vec<usize>` is `Vec<()>`, where the split form gives `()`
            let is_unit = param.passing == Passing::Shared || param.shape.is_scalar();
            let is_told = param.has_adjoint() || !param.shape.may_be_active() && is_unit;
            is_passed && is_told && self.is_plain(ty)
        });
        let is_plain = are_plain
            && (1..=6).contains(&params.len())
            && input.home == Home::Module
            && input.unnamed == 0
            && input.functions.is_empty()
            && option_payload(output).is_none()
            && input.signature.result.may_be_active()
            && self.is_plain(output);
        let mut generics = input.item.sig.generics.params.iter();
        let are_told = generics.all(|param| match param {
            GenericParam::Lifetime(_) => false,
            GenericParam::Type(known) => params.iter().any(|p| tells(&p.ty, &known.ident)),
            GenericParam::Const(known) => params.iter().any(|p| tells(&p.ty, &known.ident)),
        });
        (is_plain && are_told).then(|| self.function_value())
    }

    fn function_value(&self) -> TokenStream {
        let (span, krate, result) = (self.span, self.krate, &self.result);
        let item = &self.input.item;
        let params = &self.input.signature.params;
        let cfgs = super::companions::attributes(&item.attrs, &["cfg"]);
        let companion = Ident::new_raw_if(&item.sig.ident, span);
        let (primal, own) = (&item.sig.ident, self.own_instance());
        let types = params.iter().map(|param| {
            let ty = &param.ty;
            respan(quote!(#ty))
        });
        let types = quote!((#(#types,)*));
        let passed = params
            .iter()
            .map(|param| respan(crate::parse::passed(&param.ty, krate, span)));
        let passed = quote!((#(#passed,)*));
        let parts = params.iter().map(|param| self.parts_of_argument(&param.ty));
        let [_, entries, _, slots] = transposed(parts);
        let [entry_names, given] = self.entries_of("entry");
        let names: Vec<Ident> = params.iter().map(|param| self.inner(param)).collect();

        let (parameters, where_clause) = (
            self.generic_parameters(),
            self.where_clause(self.own_types()),
        );
        let captured = self.type_arguments();
        let (shared, in_place) = (self.private("Shared"), self.private("AddedInPlace"));
        let (upstream, upstream_name) = (&self.upstream, self.upstream_name());
        let (value, pullback) = (plumbing("value", span), plumbing("pullback", span));
        let args: Vec<TokenStream> = names.iter().map(ToTokens::to_token_stream).collect();
        let split = self.call_split(self.full_mask().to_token_stream(), &args);
        let type_of = self.private("type_of");
        let (run, run_name) = (self.private("Run"), self.run_name());
        let modes = self.modes_of_value([&types, &passed], &args);
        quote_spanned! {span=>
            #(#cfgs)*
            #[automatically_derived]
            impl #krate::Differentiable for #companion {
                type Gradient = ();
                fn zero_gradient(&self) {}
                fn accumulate(_: &mut (), _: &()) {}
            }

            #(#cfgs)*
            #[automatically_derived]
            impl<#(#parameters),*> #krate::DifferentiableFn<#passed, #result> for #companion
                #where_clause
            {
                #[inline]
                fn __call(&self, (#(#names,)*): #types) -> #result {
                    #primal(#(#names),*)
                }

                #[inline]
                fn __split(&self, (#(#names,)*): #types) -> (
                    #result,
                    impl ::core::ops::Fn(#run, &#upstream, #shared<'_, Self>, #entries)
                        -> (#in_place, #slots) + use<#(#captured),*>,
                ) {
                    let (#value, #pullback) = #split;
                    (#value, move |
                        #run_name: #run,
                        #upstream_name: &#upstream,
                        _: #shared<'_, Self>,
                        (#(#entry_names,)*): #entries,
                    | (#in_place, #pullback(#run_name, #upstream_name, #(#given),*)))
                }

                #[inline]
                fn __primal(&self) -> ::core::option::Option<::core::any::TypeId> {
                    #type_of(&#own)
                }
            }

            #modes
        }
    }

    /// Types of the user's own carry derivatives, or the function is none that can be
    /// passed: what is wrong is said once, where the function itself needs it. A bound
    /// without a lifetime would be checked here, too.
    fn own_types(&self) -> Option<TokenStream> {
        let (krate, item) = (self.krate, &self.input.item);
        let mut own = OwnTypes {
            reals: &self.input.reals,
            generics: &item.sig.generics,
            found: Vec::new(),
        };
        for param in &self.input.signature.params {
            own.visit_type(&param.ty);
        }
        own.visit_return_type(&item.sig.output);
        let bounds = own.found.iter().map(|ty| {
            let ty = respan(ty.to_token_stream());
            quote!(for<'__g> #ty: #krate::Differentiable)
        });
        (!own.found.is_empty()).then(|| quote!(#(#bounds),*))
    }

    /// `FnTangent` and `FnDoubled`, where the modes are asked for.
    fn modes_of_value(
        &self,
        [types, passed]: [&TokenStream; 2],
        args: &[TokenStream],
    ) -> TokenStream {
        let (span, krate, result) = (self.span, self.krate, &self.result);
        let item = &self.input.item;
        let cfgs = super::companions::attributes(&item.attrs, &["cfg"]);
        let (companion, primal) = (Ident::new_raw_if(&item.sig.ident, span), &item.sig.ident);
        let (parameters, where_clause) = (
            self.generic_parameters(),
            self.where_clause(self.own_types()),
        );
        let params = &self.input.signature.params;
        let upstream = &self.upstream;
        let option = quote!(::core::option::Option);
        let tangent_names: Vec<Ident> = params.iter().map(|p| self.tangent_name(p)).collect();
        let parts = params.iter().map(|param| self.parts_of_argument(&param.ty));
        let [tangent_types, entries, directions, slots] = transposed(parts);
        let along = params.iter().zip(&tangent_names);
        let along = along.map(|(param, name)| match param.has_adjoint() {
            true => quote!(#name),
            false => quote!(()),
        });
        let along = quote!((#(#along,)*));
        let unused = params.iter().zip(&tangent_names);
        let unused = unused.filter(|(param, _)| !param.has_adjoint());
        let unused: Vec<_> = unused.map(|(_, name)| quote!(let _ = #name;)).collect();
        let head = quote! {
            _: #option<&()>,
            (#(#args,)*): #types,
            (#(#tangent_names,)*): #tangent_types,
        };
        let forward = self.forward.as_ref().map(|_| {
            quote_spanned! {span=>
                #(#cfgs)*
                #[automatically_derived]
                impl<#(#parameters),*> #krate::FnTangent<#passed, #result> for #companion
                    #where_clause
                {
                    #[inline]
                    fn __jvp(&self, #head) -> (#result, #upstream) {
                        #(#unused)*
                        #companion::jvp(#primal, #(#args,)* #along)
                    }
                }
            }
        });
        let doubled = self.doubled.as_ref().map(|_| {
            let [shared, direction, in_place] =
                ["Shared", "SharedDirection", "AddedInPlace"].map(|name| self.private(name));
            let (run, run_name) = (self.private("Run"), self.run_name());
            let upstream_name = self.upstream_name();
            let (values, pullback) = (plumbing("values", span), plumbing("pullback", span));
            let (active, mask) = (self.private("Active"), self.full_mask());
            let captured = self.type_arguments();
            let [entry_names, given] = self.entries_of("entry");
            let [direction_names, given_along] = self.entries_of("direction");
            let names = |what: &str| -> Vec<Ident> {
                let each = params
                    .iter()
                    .map(|p| plumbing(&format!("{what}_{}", plain(&p.name)), span));
                each.collect()
            };
            let (found, found_along) = (names("slot"), names("slot_along"));
            let both = found
                .iter()
                .zip(&found_along)
                .map(|(slot, along)| quote!(#slot, #along));
            quote_spanned! {span=>
                #(#cfgs)*
                #[automatically_derived]
                impl<#(#parameters),*> #krate::FnDoubled<#passed, #result> for #companion
                    #where_clause
                {
                    #[inline]
                    fn __doubled(&self, #head) -> (
                        (#result, #upstream),
                        impl ::core::ops::Fn(
                            #run,
                            &(#upstream, #upstream),
                            #shared<'_, Self>,
                            #direction<'_, Self>,
                            #entries,
                            #directions,
                        ) -> (#in_place, #in_place, #slots, #slots)
                        + use<#(#captured),*>,
                    ) {
                        #(#unused)*
                        let (#values, #pullback) = #companion::doubled(
                            #primal, #(#args,)* (#along, #active::<#mask>),
                        );
                        (#values, move |
                            #run_name: #run,
                            #upstream_name: &(#upstream, #upstream),
                            _: #shared<'_, Self>,
                            _: #direction<'_, Self>,
                            (#(#entry_names,)*): #entries,
                            (#(#direction_names,)*): #directions,
                        | {
                            let (#(#both,)*) = #pullback(
                                #run_name,
                                #upstream_name,
                                #(#given, #given_along),*
                            );
                            (#in_place, #in_place, (#(#found,)*), (#(#found_along,)*))
                        })
                    }
                }
            }
        });
        quote!(#forward #doubled)
    }

    /// For each parameter that is a function, what makes one of a closure: its arguments
    /// have the types that the signature says.
    pub(super) fn closure_constructors(&self) -> Vec<TokenStream> {
        let (input, span, krate) = (self.input, self.span, self.krate);
        let generics = &input.item.sig.generics;
        let mut kept = generics.clone();
        let functions = input.functions.iter();
        let told: Vec<&Type> = functions
            .flat_map(|function| function.inputs.iter().chain([&function.output]))
            .collect();
        let known = |param: &&GenericParam| match param {
            GenericParam::Type(param) => !input.functions.is_one(&param.ident),
            GenericParam::Lifetime(_) => false,
            // what no function mentions nobody could tell
            GenericParam::Const(param) => told.iter().any(|ty| tells(ty, &param.ident)),
        };
        kept.params = generics.params.iter().filter(known).cloned().collect();
        let parameters = self.parameters_of(&kept);
        let predicates = self.predicates_of(&kept);
        let (environment, split) = (plumbing("environment", span), plumbing("split", span));
        let (env, back, forth) = (
            plumbing("Environment", span),
            plumbing("Pullback", span),
            plumbing("Split", span),
        );
        let (form, back_along) = (plumbing("Form", span), plumbing("PullbackAlong", span));
        let (closure, make) = (self.private("Closure"), self.private("closure"));
        let run = self.private("Run");
        let mode = plumbing("mode", span);
        let forms = ["TangentForm", "DoubledForm"].map(|name| self.private(name));
        let [tangent_form, doubled_form] = forms;
        let option = quote!(::core::option::Option);
        let params = input.signature.params.iter().enumerate();
        let each = params.filter_map(|(index, param)| {
            let function = &param.function.as_ref()?.of;
            let [name, name_along, name_doubled] =
                ClosureMode::ALL.map(|mode| super::closure::constructor(index, mode, span));
            let (inputs, output) = (&function.inputs, &function.output);
            let parts = inputs.iter().map(|ty| self.parts_of_argument(ty));
            let upstream = self.gradient(output);
            let of_env = quote!(<#env as #krate::Differentiable>::Gradient);
            let [tangents, entries, directions, slots] = transposed(parts);
            let args = quote!((#(#inputs,)*));
            let bounds = quote! {
                #env: #krate::Differentiable + ::core::clone::Clone,
                #back: ::core::ops::Fn(#run, &#upstream, &#env, #option<&mut #of_env>, #entries)
                    -> #slots,
                #forth: ::core::ops::Fn(&#env, #args) -> (#output, #back)
                    + ::core::marker::Copy + 'static,
                #(#predicates,)*
            };
            Some(quote_spanned! {span=>
                #[doc(hidden)]
                #[inline]
                pub fn #name<#(#parameters,)* #env, #back, #forth>(
                    #environment: #env,
                    #split: #forth,
                ) -> #closure<#env, #forth>
                where #bounds
                {
                    #make(#environment, #split)
                }

                #[doc(hidden)]
                #[inline]
                pub fn #name_along<#(#parameters,)* #env, #back, #forth, #form>(
                    #environment: #env,
                    #split: #forth,
                    #mode: #form,
                ) -> #closure<#env, #forth, #tangent_form<#form>>
                where
                    #form: ::core::ops::Fn(&#env, &#of_env, #args, #tangents)
                        -> (#output, #upstream) + ::core::marker::Copy + 'static,
                    #bounds
                {
                    #make(#environment, #split).with_tangent(#mode)
                }

                #[doc(hidden)]
                #[inline]
                pub fn #name_doubled<#(#parameters,)* #env, #back, #forth, #back_along, #form>(
                    #environment: #env,
                    #split: #forth,
                    #mode: #form,
                ) -> #closure<#env, #forth, #doubled_form<#form>>
                where
                    #back_along: ::core::ops::Fn(
                        #run,
                        &(#upstream, #upstream),
                        (&#env, &#of_env),
                        [#option<&mut #of_env>; 2],
                        #entries,
                        #directions,
                    ) -> (#slots, #slots),
                    #form: ::core::ops::Fn(&#env, &#of_env, #args, #tangents)
                        -> ((#output, #upstream), #back_along) + ::core::marker::Copy + 'static,
                    #bounds
                {
                    #make(#environment, #split).doubled(#mode)
                }
            })
        });
        each.collect()
    }

    /// Names for the entries of all parameters, and what the companion takes for them: none
    /// of what it does not need again.
    fn entries_of(&self, what: &str) -> [Vec<TokenStream>; 2] {
        let (mut names, mut entries) = (Vec::new(), Vec::new());
        for param in &self.input.signature.params {
            let name = plumbing(&format!("{what}_{}", plain(&param.name)), self.span);
            let (name, entry) = match (self.has_shared_entry(param), param.passing) {
                (true, _) => (quote!(#name), quote!(#name)),
                (false, Passing::Value) => (quote!(()), quote!(())),
                (false, _) => (quote!(_), quote!(())),
            };
            names.push(name);
            entries.push(entry);
        }
        [names, entries]
    }

    /// What stands for an argument of a function: its tangent, its entry, that of its
    /// tangent, and its slot.
    fn parts_of_argument(&self, ty: &Type) -> [TokenStream; 4] {
        let option = quote!(::core::option::Option);
        let Type::Reference(reference) = ty else {
            let gradient = self.gradient(ty);
            return [quote!(#option<#gradient>), quote!(()), quote!(()), gradient];
        };
        let elem = &reference.elem;
        let [in_place, shared, direction, added] =
            ["InPlace", "Shared", "SharedDirection", "AddedInPlace"].map(|name| self.private(name));
        [
            quote!(#option<&<#elem as #in_place>::Adjoint>),
            quote!(#shared<'_, #elem>),
            quote!(#direction<'_, #elem>),
            added,
        ]
    }

    /// What is made of numbers, of types of the user's own and of type parameters, by
    /// spelling.
    fn is_plain(&self, ty: &Type) -> bool {
        let mut generics = self.input.item.sig.generics.clone();
        generics.params.clear();
        crate::parse::is_plain(ty, &self.input.reals, &generics)
    }

    /// The instance of the primal that the companion is of.
    pub(super) fn own_instance(&self) -> TokenStream {
        let (name, arguments) = (&self.input.item.sig.ident, self.type_arguments());
        let (span, input) = (self.span, self.input);
        if arguments.is_empty() {
            return quote!(#name);
        }
        // types without a name cannot be written either
        if input.unnamed > 0 || !input.functions.is_empty() {
            let instance = plumbing("instance", span);
            let tie = self.tie();
            let generics = &input.item.sig.generics;
            let known = |param: &&GenericParam| match param {
                GenericParam::Type(param) => !input.functions.is_one(&param.ident),
                _ => true,
            };
            let mut kept = generics.clone();
            kept.params = generics.params.iter().filter(known).cloned().collect();
            let parameters = self.parameters_of(&kept);
            let arguments = super::generics::arguments(&kept);
            let where_clause = self.where_clause_of(&kept, None);
            let named = generics.params.len() - input.unnamed;
            let named = generics.params.iter().take(named);
            let named = named.filter_map(|param| self.told_argument(param));
            let told = (!self.are_told()).then(|| quote!(::<#(#named),*>));
            return quote_spanned! {span=> {
                fn #instance<#(#parameters),*>() -> impl 'static #tie #where_clause {
                    #name #told
                }
                #instance::<#(#arguments),*>()
            }};
        }
        quote!(#name::<#(#arguments),*>)
    }

    /// What ties the function that is called to the arguments: which instance it is
    /// follows from them. One that takes functions is that of function pointers.
    pub(super) fn tie(&self) -> Option<TokenStream> {
        (!self.type_arguments().is_empty()).then(|| {
            let (span, result) = (self.span, &self.result);
            let types = self.input.signature.params.iter().map(|param| {
                let by_value = param.function.as_ref().and_then(|f| f.by_value.as_ref());
                self.input.functions.pointers(by_value.unwrap_or(&param.ty))
            });
            quote_spanned!(span=> + ::core::ops::FnOnce(#(#types),*) -> #result)
        })
    }

    /// Lends the functions that public functions take by value.
    pub(super) fn lend_functions(&self) -> TokenStream {
        let params = self.input.signature.params.iter();
        let each = params.filter_map(|param| {
            let name = &param.name;
            param.function.as_ref()?.by_value.as_ref()?;
            Some(quote!(let #name = &#name;))
        });
        each.collect()
    }

    /// The type of a parameter in the public functions.
    pub(super) fn public_type<'p>(&self, param: &'p Parameter) -> &'p Type {
        let function = param.function.as_ref();
        let by_value = function.and_then(|function| function.by_value.as_ref());
        by_value.unwrap_or(&param.ty)
    }
}

/// Tuples of the first parts, of the second ones, and so on.
fn transposed(all: impl Iterator<Item = [TokenStream; 4]>) -> [TokenStream; 4] {
    let all: Vec<[TokenStream; 4]> = all.collect();
    [0, 1, 2, 3].map(|part| {
        let each = all.iter().map(|parts| &parts[part]);
        quote!((#(#each,)*))
    })
}

/// The types of which only rustc knows what they are, but for type parameters.
struct OwnTypes<'a> {
    reals: &'a Reals,
    generics: &'a syn::Generics,
    found: Vec<&'a syn::TypePath>,
}

impl<'a> Visit<'a> for OwnTypes<'a> {
    fn visit_type_path(&mut self, path: &'a syn::TypePath) {
        let mut params = self.generics.type_params();
        let is_param = params.any(|param| path.path.is_ident(&param.ident));
        match Shape::of(&Type::Path(path.clone()), self.reals) {
            Shape::Opaque if is_param || self.found.contains(&path) => {}
            Shape::Opaque => self.found.push(path),
            _ => syn::visit::visit_type_path(self, path),
        }
    }
}
