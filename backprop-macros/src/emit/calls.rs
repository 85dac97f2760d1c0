//! Calls of other functions, and of their pullbacks.

use super::Emitter;
use super::names::{Form, companion_method, plumbing};
use super::told::turbofish_of;
use crate::ir::{Arg, Call, Callee, Op, Pullback, PullbackArg, Receiver, Stmt, Tree, ValueId};
use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

impl Emitter<'_> {
    pub(super) fn call(&self, call: &Call) -> TokenStream {
        let prepare = call.args.iter().map(|arg| match arg {
            Arg::Mut { before, after } => {
                let before = self.tree(before);
                let name = match after {
                    Tree::Leaf(leaf) => self.ident(*leaf),
                    after => self.whole(after),
                };
                quote!(let mut #name = #before;)
            }
            Arg::In(_) => TokenStream::new(),
        });
        let mut prepare: TokenStream = prepare.collect();
        let finish = call.args.iter().map(|arg| match arg {
            Arg::Mut {
                after: after @ (Tree::Tuple(_) | Tree::Ref(_)),
                ..
            } => {
                let (names, whole) = (self.pattern(after), self.whole(after));
                quote!(let #names = #whole;)
            }
            _ => TokenStream::new(),
        });
        let finish: TokenStream = finish.collect();
        let mut result = self.pattern(&call.result);
        let mut finish = finish;
        let (given, along) = match &call.result {
            Tree::Tuple(pair) if call.is_doubled => (&pair[0], pair.get(1)),
            result => (result, None),
        };
        if given.is_fallible() {
            let (parts, whole) = (self.pattern(given), plumbing("optional", call.span));
            let apart = match given {
                Tree::Result(..) => "take_result_apart",
                _ => "take_apart",
            };
            let apart = self.facade.private(apart, call.span);
            result = whole.to_token_stream();
            finish.extend(quote!(let #parts = #apart(#whole);));
            if let Some(tangent) = along {
                let payload = self.facade.private("payload_tangent", call.span);
                let (tangent, optional) = (
                    self.pattern(tangent),
                    plumbing("optional_tangent", call.span),
                );
                result = quote!((#whole, #optional));
                finish.extend(quote!(let #tangent = #payload(#optional);));
            }
        }
        prepare.extend(call.is_repeated.then(|| self.asked_to_repeat(call)));
        if let Some(tangents) = &call.tangents {
            return self.call_forward(call, tangents, prepare, result, finish);
        }
        let is_unit = call.result.is_unit();
        if call.pullback.is_none() && !call.is_doubled {
            let companion = call.is_idle.then(|| self.companion_is_there(call));
            let call = self.callee(call, &Companion::None);
            return match is_unit {
                true => quote!(#prepare #companion #call; #finish),
                false => quote!(#prepare #companion let #result = #call; #finish),
            };
        }
        let active = self.facade.private("Active", call.span);
        let mask = Literal::u64_suffixed(self.active_args.get(&call.id).copied().unwrap_or(0));
        // only its companion gives a pair, though nobody may ask for the adjoints
        let pullback = match call.pullback {
            Some(pullback) => self.ident(pullback).to_token_stream(),
            None => quote!(_),
        };
        let mask = quote!(#active::<#mask>);
        let companion = match call.is_doubled {
            true => {
                let mut tangents = Vec::new();
                for (index, pair) in call.args.chunks(2).enumerate() {
                    tangents.push(match pair {
                        [Arg::In(Tree::Leaf(leaf)), Arg::In(Tree::Leaf(tangent))]
                            if self.f.borrowed.contains(leaf) =>
                        {
                            let (more, entry) = self.follows(*leaf, *tangent, index, call.span);
                            prepare.extend(more);
                            entry
                        }
                        [_, tangent] => self.tangent_arg(tangent, call.span),
                        _ => TokenStream::new(),
                    });
                }
                Companion::Doubled(tangents, mask)
            }
            false => Companion::Split(mask),
        };
        let split = self.callee(call, &companion);
        quote!(#prepare let (#result, #pullback) = #split; #finish)
    }

    /// Only what is differentiated keeps nothing of what it sees: rustc finds the
    /// companion of a call, which does not run.
    pub(super) fn companion_is_there(&self, call: &Call) -> TokenStream {
        let span = call.span;
        let active = self.facade.private("Active", span);
        let split = self.callee(call, &Companion::Split(quote!(#active::<0u64>)));
        let there = plumbing("companion", span);
        // what is moved there is not moved on
        let never = self.facade.private("never", span);
        quote_spanned!(span=> if false { let #there = #split; #never() })
    }

    /// The call itself: of the primal, or of one of its companions.
    pub(super) fn callee(&self, call: &Call, companion: &Companion) -> TokenStream {
        let span = call.span;
        if matches!(companion, Companion::None) && self.takes_parameter(call) {
            // what is a function in the primal is none here
            let active = self.facade.private("Active", span);
            return match &call.callee {
                Callee::Parameter => self.parameter_call(companion, call),
                _ => {
                    let split = Companion::Split(quote!(#active::<0u64>));
                    let split = self.callee(call, &split);
                    quote_spanned!(span=> #split.0)
                }
            };
        }
        match &call.callee {
            Callee::Function(path) => {
                let args = self.arguments(call, companion, 0);
                let (ty, more) = (companion_type(path), companion.more(span));
                let written = path.segments.last().map(|last| &last.arguments);
                let told = self.told(call, companion, written.and_then(turbofish_of), 1);
                match companion {
                    Companion::None => quote!(#path(#(#args),*)),
                    Companion::Split(mask) => {
                        quote_spanned!(span=> <#ty>::split #told(#mask, #path, #(#args),*))
                    }
                    Companion::Doubled(..) => {
                        quote_spanned!(span=> <#ty>::doubled #told(#path, #(#args,)* #(#more),*))
                    }
                    Companion::Forward(_) => {
                        quote_spanned!(span=> <#ty>::jvp #told(#path, #(#args,)* #(#more),*))
                    }
                }
            }
            Callee::Parameter => self.parameter_call(companion, call),
            Callee::Associated(path) => {
                let mut path = path.clone();
                let mut told = TokenStream::new();
                if let Some(last) = path.path.segments.last_mut() {
                    last.ident = companion.method(&last.ident);
                    if !matches!(companion, Companion::None) {
                        told = self.told(call, companion, turbofish_of(&last.arguments), 0);
                        last.arguments = syn::PathArguments::None;
                    }
                }
                let args = self.arguments(call, companion, 0).into_iter();
                let args = args.chain(companion.more(span));
                quote_spanned!(span=> #path #told(#(#args),*))
            }
            Callee::Operator(operator) => self.operator(call, operator, companion),
            Callee::Method(name, turbofish, known) => {
                let name = match known {
                    Receiver::Object => companion.method_of_object(name),
                    Receiver::Any | Receiver::Shared => companion.method(name),
                };
                let receiver = call.args.first().map(|arg| match known {
                    // rustc refuses a method that would change it
                    Receiver::Shared => {
                        let receiver = self.arg(arg);
                        quote_spanned!(span=> (#receiver))
                    }
                    Receiver::Any | Receiver::Object => self.receiver_arg(arg),
                });
                let args = self.arguments(call, companion, 1).into_iter();
                let args = args.chain(companion.more(span));
                let told = match companion {
                    Companion::None => turbofish.to_token_stream(),
                    _ => self.told(call, companion, turbofish.as_ref(), 0),
                };
                quote_spanned!(span=> #receiver.#name #told(#(#args),*))
            }
        }
    }

    /// The arguments after the first `skipped`, without their tangents.
    fn arguments(&self, call: &Call, companion: &Companion, skipped: usize) -> Vec<TokenStream> {
        let args = values(call, companion).skip(skipped);
        let each = args.map(|arg| match (companion, self.written(arg)) {
            (Companion::None, Some(written)) => written,
            _ => self.arg(arg),
        });
        each.collect()
    }

    /// An operator, or the function of the trait that is its companion.
    fn operator(
        &self,
        call: &Call,
        operator: &crate::ir::Operator,
        companion: &Companion,
    ) -> TokenStream {
        let span = call.span;
        // the companion borrows what the operator may take by value
        let operand = |arg: &Arg| match arg {
            Arg::In(tree) => match tree.behind_refs() {
                Tree::Leaf(leaf) if self.f.is_reference(*leaf) => self.value(*leaf),
                Tree::Leaf(leaf) => {
                    let operand = self.operand(*leaf);
                    quote_spanned!(span=> &#operand)
                }
                tree => {
                    let tree = self.tree(tree);
                    quote_spanned!(span=> &#tree)
                }
            },
            arg => self.arg(arg),
        };
        let name = |of: &str| {
            let stem = operator.rule.trim_end_matches("Rule");
            self.facade.private(&format!("{stem}{of}"), span)
        };
        let operands = values(call, companion).map(operand);
        match companion {
            Companion::Split(mask) => {
                let rule = name("Rule");
                quote_spanned!(span=> #rule::split(#(#operands,)* #mask))
            }
            Companion::Forward(tangents) => {
                let rule = name("Tangent");
                quote_spanned!(span=> #rule::jvp(#(#operands,)* (#(#tangents,)*)))
            }
            Companion::Doubled(tangents, mask) => {
                let rule = name("Doubled");
                quote_spanned!(span=> #rule::doubled(#(#operands,)* ((#(#tangents,)*), #mask)))
            }
            Companion::None => {
                let op = super::expr::symbol(operator.symbol, span);
                match &call.args[..] {
                    [only] => {
                        let only = self.arg(only);
                        quote_spanned!(span=> #op (#only))
                    }
                    [left, right] if operator.symbol.ends_with('=') => {
                        let (left, right) = (self.assigned(left), self.arg(right));
                        quote_spanned!(span=> #left #op #right)
                    }
                    args => {
                        let left = self.arg(&args[0]);
                        let right = args[1..].iter().map(|arg| self.arg(arg));
                        quote_spanned!(span=> (#left) #op #((#right))*)
                    }
                }
            }
        }
    }

    /// The left side of `a += b`: a place.
    fn assigned(&self, arg: &Arg) -> TokenStream {
        let left = self.receiver_arg(arg);
        let is_name = |leaf: &ValueId| {
            self.f.is_reference(*leaf) && !matches!(self.inline.get(leaf), Some(Op::View(..)))
        };
        match arg {
            Arg::In(Tree::Leaf(leaf)) if is_name(leaf) => quote!(*#left),
            _ => left,
        }
    }

    /// Whether a function that is a parameter goes into a call.
    fn takes_parameter(&self, call: &Call) -> bool {
        let mut args = call.args.iter();
        args.any(|arg| match arg {
            Arg::In(tree) => tree.any(|leaf| self.f.functions.contains(leaf)),
            Arg::Mut { .. } => false,
        })
    }

    /// The call of a function that is a parameter.
    fn parameter_call(&self, companion: &Companion, call: &Call) -> TokenStream {
        let span = call.span.resolved_at(proc_macro2::Span::mixed_site());
        let (of, method) = match companion {
            Companion::None => ("DifferentiableFn", "__call"),
            Companion::Split(_) => ("DifferentiableFn", "__split"),
            Companion::Forward(..) => ("FnTangent", "__jvp"),
            Companion::Doubled(..) => ("FnDoubled", "__doubled"),
        };
        let method = proc_macro2::Ident::new(method, span);
        let of = self.facade.private(of, span);
        let mut args = values(call, companion).map(|arg| self.arg(arg));
        let function = args.next();
        // the tangent of the function stands by itself
        let (along, tangents) = match companion {
            Companion::Forward(tangents) | Companion::Doubled(tangents, _) => {
                let (own, rest) = (tangents.first(), tangents.get(1..).unwrap_or_default());
                (Some(quote!(#own,)), Some(quote!(, (#(#rest,)*))))
            }
            _ => (None, None),
        };
        quote_spanned!(span=> #of::#method(#function, #along (#(#args,)*) #tangents))
    }

    /// A function by name, as it is passed to the primal.
    fn written(&self, arg: &Arg) -> Option<TokenStream> {
        let Arg::In(Tree::Ref(inner)) = arg else {
            return None;
        };
        let Tree::Leaf(leaf) = &**inner else {
            return None;
        };
        match self.inline.get(leaf)? {
            Op::Function(_, written) => Some(written.to_token_stream()),
            _ => None,
        }
    }

    /// A tangent, as the parameter asks for it.
    fn tangent_arg(&self, arg: &Arg, span: proc_macro2::Span) -> TokenStream {
        let tree = match arg {
            Arg::In(tree) if tree.is_unit() => {
                let none = self.facade.private("no_tangent", span);
                return quote_spanned!(span=> #none());
            }
            Arg::In(tree) => tree,
            Arg::Mut { .. } => {
                let (make, arg) = (self.facade.private("mut_tangent", span), self.arg(arg));
                return quote_spanned!(span=> #make(#arg));
            }
        };
        let by_reference = match tree {
            Tree::Ref(_) => true,
            Tree::Leaf(leaf) => self.f.is_reference(*leaf),
            _ => false,
        };
        let make = match by_reference {
            true if self.is_exclusive(tree) => "mut_tangent",
            true => "shared_tangent",
            false => "value_tangent",
        };
        let (make, arg) = (self.facade.private(make, span), self.arg(arg));
        quote_spanned!(span=> #make(#arg))
    }

    /// Whether an argument is a `&mut` reference.
    fn is_exclusive(&self, tree: &Tree<ValueId>) -> bool {
        matches!(tree, Tree::Leaf(leaf) if self.f.info(*leaf).hold == crate::ir::Hold::Mut)
    }

    /// An argument that stands before a dot.
    pub(super) fn receiver_arg(&self, arg: &Arg) -> TokenStream {
        let tree = match arg {
            Arg::In(tree) => tree,
            Arg::Mut { after, .. } => match after {
                Tree::Leaf(leaf) => return self.ident(*leaf).to_token_stream(),
                after => return self.whole(after).to_token_stream(),
            },
        };
        match tree.behind_refs() {
            // the method takes the reference that it needs
            Tree::Leaf(leaf) => match self.inline.get(leaf) {
                Some(Op::View(place, _)) => self.receiver(place),
                _ => self.before_dot(*leaf),
            },
            tree => self.tree(tree),
        }
    }

    pub(super) fn pullback(&self, call: &Pullback) -> TokenStream {
        let span = call.span;
        let mut prepare = TokenStream::new();
        let mut finish = TokenStream::new();
        let mut entries = Vec::new();
        let mut returned = Vec::new();
        for arg in &call.args {
            if let Some(lent) = self.lent_argument(arg, returned.len(), span) {
                prepare.extend(lent.before);
                finish.extend(lent.after);
                entries.push(lent.entry);
                returned.push(lent.returned);
                continue;
            }
            match arg {
                // the tangent of a constant, or `()` itself
                PullbackArg::In { arg, .. } if arg.is_unit() => {
                    let none = self.facade.private("no_tangent", span);
                    entries.push(quote!(#none()));
                    returned.push(quote!(_));
                }
                PullbackArg::In {
                    arg,
                    adjoint,
                    is_used,
                    ..
                } => {
                    let buffered = matches!(arg, Tree::Ref(_)) && adjoint.any(Option::is_some);
                    if buffered {
                        // the callee may add in place instead of returning
                        let entry = self.facade.private("shared_entry", span);
                        let zero = self.facade.private("zero_gradient", span);
                        let take = self.facade.private("contribution", span);
                        let number = returned.len();
                        let value = plumbing(&format!("argument_{number}"), span);
                        let buffer = plumbing(&format!("buffer_{number}"), span);
                        let share = plumbing(&format!("share_{number}"), span);
                        let lent = self.tree(arg);
                        prepare.extend(quote! {
                            let #value = #lent;
                            let mut #buffer = #zero(#value);
                        });
                        let some = quote!(::core::option::Option::Some);
                        entries.push(quote!(#entry(#value, #some(&mut #buffer))));
                        let names = self.adjoint_pattern(adjoint);
                        finish.extend(quote!(let #names = #take(#share, #buffer);));
                        returned.push(share.to_token_stream());
                    } else if *is_used {
                        let entry = self.facade.private("constant_entry", span);
                        let arg = self.tree(arg);
                        entries.push(quote!(#entry(#arg)));
                        returned.push(quote!(_));
                    } else {
                        entries.push(quote!(()));
                        returned.push(self.adjoint_pattern(adjoint));
                    }
                }
                PullbackArg::View { .. } | PullbackArg::MutView { .. } => {}
                PullbackArg::Mut { upstream, adjoint } => {
                    let entry = self.facade.private("kept_entry", span);
                    let nothing = self.facade.private("NotHeld", span);
                    let number = returned.len();
                    let buffer = plumbing(&format!("buffer_{number}"), span);
                    let upstream = self.tree(upstream);
                    prepare.extend(quote!(let mut #buffer = #upstream;));
                    entries.push(quote!(#entry(&mut #nothing, &mut #buffer)));
                    let names = self.pattern(adjoint);
                    finish.extend(quote!(let #names = #buffer;));
                    returned.push(quote!(_));
                }
            }
        }
        if call.of_parameter && !entries.is_empty() {
            // those of the arguments as tuples; of their tangents as others
            let step = if call.is_doubled { 2 } else { 1 };
            for parts in [&mut entries, &mut returned] {
                let rest = parts.split_off(step.min(parts.len()));
                for first in 0..step {
                    let each = rest.iter().skip(first).step_by(step);
                    parts.push(quote!((#(#each,)*)));
                }
            }
        }
        let (pullback, given) = (self.before_dot(call.pullback), &self.run);
        let upstream = self.tree(&Tree::Ref(Box::new(call.upstream.clone())));
        let run = quote_spanned!(span=> #pullback(#given, #upstream, #(#entries),*));
        let Some(guard) = call.guard else {
            return quote!(#prepare let (#(#returned,)*) = #run; #finish);
        };
        let names: Vec<ValueId> = crate::ir::definitions(&Stmt::Pullback(call.clone()));
        if names.is_empty() {
            let guard = self.value(guard);
            return quote! {
                if #guard { #prepare let (#(#returned,)*) = #run; #finish }
            };
        }
        let otherwise = self.group(&call.otherwise);
        let guard = self.value(guard);
        let outer = self.names(&names);
        let inner = self.group(&names);
        quote! {
            let #outer = if #guard {
                #prepare let (#(#returned,)*) = #run; #finish
                #inner
            } else {
                #otherwise
            };
        }
    }

    pub(super) fn adjoint_pattern(&self, tree: &Tree<Option<ValueId>>) -> TokenStream {
        match tree {
            Tree::Leaf(Some(leaf)) => self.binder(*leaf),
            Tree::Leaf(None) => quote!(_),
            Tree::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.adjoint_pattern(part));
                quote!((#(#parts,)*))
            }
            Tree::Ref(inner) => self.adjoint_pattern(inner),
            // options are passed to calls as constants only
            Tree::Option(..) | Tree::Result(..) => quote!(_),
        }
    }
}

/// Which companion of a function is called.
pub(super) enum Companion {
    /// None: the primal itself.
    None,
    /// The split form, with the mask of active arguments.
    Split(TokenStream),
    /// The split form with tangents: those of all arguments, and the mask.
    Doubled(Vec<TokenStream>, TokenStream),
    /// Forward mode, with the tangents of all arguments.
    Forward(Vec<TokenStream>),
}

impl Companion {
    /// The name of a method, or of its companion.
    fn method(&self, name: &proc_macro2::Ident) -> proc_macro2::Ident {
        let form = match self {
            Companion::None => return name.clone(),
            Companion::Split(_) => Form::Split,
            Companion::Doubled(..) => Form::Doubled,
            Companion::Forward(_) => Form::Forward,
        };
        companion_method(name, form, name.span())
    }

    /// The same of a trait object.
    fn method_of_object(&self, name: &proc_macro2::Ident) -> proc_macro2::Ident {
        let form = match self {
            Companion::None => return name.clone(),
            Companion::Split(_) => Form::SplitOfObject,
            Companion::Doubled(..) => Form::DoubledOfObject,
            Companion::Forward(_) => Form::ForwardOfObject,
        };
        companion_method(name, form, name.span())
    }

    /// What a companion of a method takes after the arguments.
    fn more(&self, span: Span) -> Vec<TokenStream> {
        match self {
            Companion::None => Vec::new(),
            Companion::Split(mask) => vec![mask.clone()],
            Companion::Forward(tangents) => vec![quote_spanned!(span=> (#(#tangents,)*))],
            Companion::Doubled(tangents, mask) => {
                vec![quote_spanned!(span=> ((#(#tangents,)*), #mask))]
            }
        }
    }
}

/// The arguments of a call, without those that are tangents.
pub(super) fn values<'c>(call: &'c Call, companion: &Companion) -> impl Iterator<Item = &'c Arg> {
    let step = if matches!(companion, Companion::Doubled(..)) {
        2
    } else {
        1
    };
    call.args.iter().step_by(step)
}

/// The type that a function's companion is, by the path of the function.
pub(super) fn companion_type(path: &syn::Path) -> syn::Path {
    let mut ty = path.clone();
    if let Some(last) = ty.segments.last_mut() {
        last.arguments = syn::PathArguments::None;
    }
    ty
}
