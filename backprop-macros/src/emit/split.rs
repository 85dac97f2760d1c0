//! The body of the split form: the forward half, and the pullback as a closure
//! over what it needs.

use super::Emitter;
use super::checkpoint::demands;
use super::companions::{Parts, plain};
use super::names::plumbing;
use crate::ir::{Function, Hold, Tree, ValueId};
use crate::parse::{Home, Input, Parameter, Passing, Shape};
use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

/// The forward half, and the pullback as a closure over what it needs.
pub(super) fn split_body(
    input: &Input,
    parts: &Parts,
    f: &Function,
    items: &[syn::Item],
) -> TokenStream {
    let mut emitter = Emitter::new(f, parts.krate);
    emitter.in_workspace = parts.in_workspace;
    let span = parts.span;
    emitter.run = parts.run_name().into_token_stream();
    let mut load = demands(f);
    for (param, values) in input.signature.params.iter().zip(&f.params) {
        load.extend(load_parameter(&emitter, parts, param, &values.entry));
        if is_rewritten(f, &values.entry) {
            let content = emitter.tree(&values.entry);
            load.extend(parts.save(&saved(param, span), &content));
        }
    }
    let forward = emitter.stmts(&f.body);
    let result = emitter.tree(&f.result);
    let mut store = TokenStream::new();
    for (param, values) in input.signature.params.iter().zip(&f.params) {
        if let Some(exit) = &values.exit {
            let (name, value) = (parts.inner(param), emitter.tree(exit));
            store.extend(quote!(*#name = #value;));
        }
    }
    if f.body.diverges() {
        let body = quote!(#(#items)* #load #forward);
        return parts.diverging(body, &parts.result, &parts.pullback_type());
    }
    let closure = pullback(&emitter, parts, f);
    let value = plumbing("result", span);
    let closure = parts.in_a_box(closure, &parts.pullback_type());
    match store.is_empty() {
        true => quote_spanned!(span=> { #(#items)* #load #forward (#result, #closure) }),
        false => quote_spanned! {span=> {
            #(#items)* #load #forward
            let #value = #result;
            #store
            (#value, #closure)
        }},
    }
}

/// Both halves at once, from the upstream on.
pub(super) fn joint_body(
    input: &Input,
    parts: &Parts,
    f: &Function,
    items: &[syn::Item],
) -> TokenStream {
    let mut emitter = Emitter::new(f, parts.krate);
    emitter.in_workspace = parts.in_workspace;
    let span = parts.span;
    let Some(reverse) = &f.reverse else {
        return TokenStream::new();
    };
    let (upstream, pattern) = (parts.upstream_name(), emitter.pattern(&reverse.upstream));
    let mut head = quote!(let #pattern = *#upstream;);
    let mut slots = Vec::new();
    for (index, param) in input.signature.params.iter().enumerate() {
        head.extend(load_parameter(
            &emitter,
            parts,
            param,
            &f.params[index].entry,
        ));
        if parts.has_shared_entry(param) {
            if let Some(buffer) = reverse.buffers[index] {
                let (buffer, adjoint) = (emitter.binder(buffer), parts.adjoint_name(param));
                head.extend(quote!(let #buffer = #adjoint;));
            }
            slots.push(parts.private("AddedInPlace"));
        } else {
            slots.push(match f.params[index].active {
                true => {
                    let adjoint = &reverse.adjoints[index];
                    let adjoint = adjoint_tree(&emitter, parts, param, adjoint, f, index);
                    parts.if_wanted(param, index, adjoint)
                }
                false => parts.absent(param),
            });
        }
    }
    let (forward, backward) = (emitter.stmts(&f.body), emitter.stmts(&reverse.body));
    let (value, result) = (plumbing("result", span), emitter.tree(&f.result));
    quote_spanned! {span=> {
        #(#items)* #head #forward
        let #value = #result;
        #backward
        (#value, (#(#slots,)*))
    }}
}

impl Parts<'_> {
    /// The adjoint of a number that `wrt` leaves out, if the caller takes it for active:
    /// otherwise what sums it up is not compiled.
    fn if_wanted(&self, param: &Parameter, index: usize, adjoint: TokenStream) -> TokenStream {
        match &param.shape {
            Shape::Real(width)
                if !param.in_wrt && self.input.home == Home::Module && index < 63 =>
            {
                let (active, zero) = (plumbing("ACTIVE", self.span), self.number(0.0, *width));
                let index = Literal::usize_unsuffixed(index);
                quote!(if #active >> #index & 1 == 0 { #zero } else { #adjoint })
            }
            _ => adjoint,
        }
    }

    /// A forward half that never gives a value: what it would give has a type all the same.
    pub(super) fn diverging(
        &self,
        body: TokenStream,
        value: &TokenStream,
        pullback: &TokenStream,
    ) -> TokenStream {
        let (diverging, boxed) = (self.private("diverging"), self.private("Box"));
        quote_spanned! {self.span=>
            { #diverging::<(#value, #boxed<dyn #pullback>)>(|| { #body }) }
        }
    }

    /// A pullback in a box where the function is in a cycle of calls. What a trait declares
    /// is some type: there it is one that does not name itself.
    pub(super) fn in_a_box(&self, closure: TokenStream, ty: &TokenStream) -> TokenStream {
        let boxed = self.private("Box");
        match self.input.home {
            _ if !self.boxed => closure,
            Home::Trait => {
                let pullback = plumbing("boxed", self.span);
                quote_spanned! {self.span=> {
                    let #pullback: #boxed<dyn #ty> = #boxed::new(#closure);
                    #pullback
                }}
            }
            _ => quote!(#boxed::new(#closure)),
        }
    }

    /// Copies the initial content of a `&mut` parameter, if the caller wants it back.
    fn save(&self, saved: &proc_macro2::Ident, content: &TokenStream) -> TokenStream {
        let (restored, snapshot) = (self.restored(), self.private("snapshot"));
        quote! {
            let #saved = if #restored {
                ::core::option::Option::Some(#snapshot(&*#content))
            } else {
                ::core::option::Option::None
            };
        }
    }
}

/// Whether the content of a `&mut` parameter is changed in place: its pullback
/// then puts the initial content back.
fn is_rewritten(f: &Function, entry: &Tree<ValueId>) -> bool {
    match entry {
        Tree::Leaf(leaf) => {
            f.info(*leaf).hold == Hold::Mut && crate::lower::changed(f, &f.body).contains(leaf)
        }
        _ => false,
    }
}

/// The copy of the initial content.
fn saved(param: &Parameter, span: proc_macro2::Span) -> proc_macro2::Ident {
    plumbing(&format!("saved_{}", plain(&param.name)), span)
}

/// Takes a parameter apart into the values that the body uses.
pub(super) fn load_parameter(
    emitter: &Emitter,
    parts: &Parts,
    param: &Parameter,
    entry: &Tree<ValueId>,
) -> TokenStream {
    let name = parts.inner(param);
    let by_reference = param.passing != Passing::Value;
    match entry {
        // `&Opaque` stays the reference that it is
        Tree::Leaf(leaf) if by_reference && is_loaded(&param.shape) => {
            let value = emitter.ident(*leaf);
            quote!(let #value = *#name;)
        }
        Tree::Leaf(leaf) => {
            let value = emitter.ident(*leaf);
            match value == name {
                true => TokenStream::new(),
                false => quote!(let #value = #name;),
            }
        }
        entry => {
            let pattern = reference_pattern(emitter, entry);
            match by_reference {
                true => quote!(let #pattern = *#name;),
                false => quote!(let #pattern = #name;),
            }
        }
    }
}

fn is_loaded(shape: &Shape) -> bool {
    matches!(
        shape,
        Shape::Real(_) | Shape::Int | Shape::Bool | Shape::Ref(_)
    )
}

fn reference_pattern(emitter: &Emitter, tree: &Tree<ValueId>) -> TokenStream {
    match tree {
        Tree::Ref(inner) => {
            let inner = reference_pattern(emitter, inner);
            quote!(&#inner)
        }
        Tree::Tuple(parts) => {
            let parts = parts.iter().map(|part| reference_pattern(emitter, part));
            quote!((#(#parts,)*))
        }
        leaf => emitter.pattern(leaf),
    }
}

fn pullback(emitter: &Emitter, parts: &Parts, f: &Function) -> TokenStream {
    let Some(reverse) = &f.reverse else {
        return TokenStream::new();
    };
    let span = parts.span;
    let upstream_type = &parts.upstream;
    let upstream = match &reverse.upstream {
        tree if tree.is_unit() => quote!(_),
        // not copied out of the caller's gradient but where it is used
        Tree::Leaf(leaf) if f.is_reference(*leaf) => emitter.pattern(&reverse.upstream),
        tree => {
            let name = upstream_pattern(emitter, f, tree);
            quote!(&#name)
        }
    };
    let mut params = Vec::new();
    let mut head = TokenStream::new();
    let mut tail = TokenStream::new();
    let mut slots = Vec::new();
    for (index, param) in parts.input.signature.params.iter().enumerate() {
        let entry = plumbing(&format!("entry_{}", plain(&param.name)), span);
        let ty = parts.entry_type(param);
        let adjoint = match f.params[index].active {
            true => adjoint_tree(emitter, parts, param, &reverse.adjoints[index], f, index),
            false => parts.absent(param),
        };
        match (&reverse.exits[index], parts.has_shared_entry(param)) {
            (Some(exit), _) => {
                let pattern = upstream_pattern(emitter, f, exit);
                let before = emitter.tree(&f.params[index].entry);
                let adjoint = match param.has_adjoint() {
                    true => adjoint,
                    false => quote!(()),
                };
                head.extend(quote!(let #pattern = *#entry.adjoint;));
                let some = quote!(::core::option::Option::Some);
                let content = plumbing("content", span);
                tail.extend(quote! {
                    if let #some(#content) = #entry.value { *#content = #before; }
                    *#entry.adjoint = #adjoint;
                });
                params.push(quote!(#entry: #ty));
                slots.push(parts.private("AddedInPlace"));
            }
            (None, true) => {
                // the record borrows nothing: the argument comes again
                let value = emitter.tree(&f.params[index].entry);
                head.extend(quote!(let #value = #entry.value;));
                if let Some(buffer) = reverse.buffers[index] {
                    let buffer = emitter.binder(buffer);
                    head.extend(quote!(let #buffer = #entry.adjoint;));
                }
                params.push(quote!(#entry: #ty));
                slots.push(parts.private("AddedInPlace"));
            }
            (None, false) if param.passing == Passing::Mut => {
                if let Some(buffer) = reverse.buffers[index] {
                    let buffer = emitter.binder(buffer);
                    head.extend(quote!(let #buffer = #entry.adjoint;));
                }
                if is_rewritten(f, &f.params[index].entry) {
                    let (saved, restore) = (saved(param, span), parts.private("restore"));
                    let snapshot = parts.private("snapshot");
                    let content = plumbing("content", span);
                    let some = quote!(::core::option::Option::Some);
                    tail.extend(quote! {
                        if let (#some(#content), #some(#saved)) = (#entry.value, &#saved) {
                            #restore(#content, #snapshot(#saved));
                        }
                    });
                }
                params.push(quote!(#entry: #ty));
                slots.push(parts.private("AddedInPlace"));
            }
            (None, false) => {
                params.push(quote!(_: #ty));
                slots.push(match f.params[index].active {
                    true => parts.if_wanted(param, index, adjoint),
                    false => adjoint,
                });
            }
        }
    }
    let body = emitter.stmts(&reverse.body);
    let (run, run_type) = (parts.run_name(), parts.private("Run"));
    quote_spanned! {span=>
        move |#run: #run_type, #upstream: &#upstream_type, #(#params),*| {
            #head #body #tail
            (#(#slots,)*)
        }
    }
}

/// The pattern of a gradient behind a reference: what is no number stays there.
pub(super) fn upstream_pattern(
    emitter: &Emitter,
    f: &Function,
    tree: &Tree<ValueId>,
) -> TokenStream {
    match tree {
        Tree::Leaf(leaf) if f.is_reference(*leaf) => {
            let name = emitter.ident(*leaf);
            quote!(ref #name)
        }
        Tree::Tuple(parts) => {
            let parts = parts.iter().map(|part| upstream_pattern(emitter, f, part));
            quote!((#(#parts,)*))
        }
        Tree::Ref(inner) => upstream_pattern(emitter, f, inner),
        tree @ (Tree::Option(..) | Tree::Result(..)) => {
            upstream_pattern(emitter, f, tree.payload())
        }
        leaf => emitter.pattern(leaf),
    }
}

/// The adjoint of a whole parameter, zeros where nothing arrives.
pub(super) fn adjoint_tree(
    emitter: &Emitter,
    parts: &Parts,
    param: &Parameter,
    adjoint: &Tree<Option<ValueId>>,
    f: &Function,
    index: usize,
) -> TokenStream {
    fn build(
        emitter: &Emitter,
        parts: &Parts,
        shape: &Shape,
        adjoint: &Tree<Option<ValueId>>,
        entry: &Tree<ValueId>,
    ) -> TokenStream {
        match (shape, adjoint, entry) {
            (_, Tree::Leaf(Some(value)), _) => emitter.value(*value),
            (Shape::Ref(shape), Tree::Ref(adjoint), Tree::Ref(entry)) => {
                build(emitter, parts, shape, adjoint, entry)
            }
            // a tangent has no reference in it
            (Shape::Ref(shape), adjoint, entry) => build(emitter, parts, shape, adjoint, entry),
            (shape, Tree::Ref(adjoint), Tree::Ref(entry)) => {
                build(emitter, parts, shape, adjoint, entry)
            }
            (Shape::Tuple(shapes), Tree::Tuple(adjoints), Tree::Tuple(entries)) => {
                let each = shapes.iter().zip(adjoints).zip(entries);
                let each = each.map(|((s, a), e)| build(emitter, parts, s, a, e));
                quote!((#(#each,)*))
            }
            (Shape::Real(width), ..) => parts.number(0.0, *width),
            (shape, _, Tree::Leaf(leaf)) if shape.may_be_active() => {
                let zero = parts.private("zero_gradient");
                let leaf = emitter.ident(*leaf);
                quote!(#zero(&#leaf))
            }
            _ => quote!(()),
        }
    }
    build(
        emitter,
        parts,
        &param.shape,
        adjoint,
        &f.params[index].entry,
    )
}
