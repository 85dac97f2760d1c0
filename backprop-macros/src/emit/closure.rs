//! Closures that are passed to differentiated functions: their environment, and the
//! forms of what they compute.

use super::Emitter;
use super::calls::companion_type;
use super::names::plumbing;
use super::split::upstream_pattern;
use crate::ir::{ClosureForm, ClosureMode, Function, Kind, Param, Tree, ValueId};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};

impl Emitter<'_> {
    /// The closure around the values that it captures. Its forms are emitted as closures
    /// that capture nothing: rustc checks that.
    pub(super) fn closure(
        &self,
        form: &ClosureForm,
        mode: ClosureMode,
        values: &[TokenStream],
        span: Span,
    ) -> TokenStream {
        let (ty, name) = (
            companion_type(&form.of.0),
            constructor(form.of.1, mode, span),
        );
        let make = quote_spanned!(span=> <#ty>::#name);
        let fixed = self.facade.private("Fixed", span);
        let values = values.iter().zip(&form.captured);
        let values = values.map(|(value, is_constant)| match is_constant {
            true => quote!(#fixed(#value)),
            false => value.clone(),
        });
        let environment = quote!((#(#values,)*));
        let split = self.form(form, &form.function, ClosureMode::Split, span);
        let of_mode = match mode {
            ClosureMode::Split => return quote_spanned!(span=> #make(#environment, #split)),
            ClosureMode::Forward => form.forward.as_ref(),
            ClosureMode::Doubled => form.doubled.as_ref(),
        };
        let of_mode = of_mode.map(|f| self.form(form, f, mode, span));
        quote_spanned!(span=> #make(#environment, #split, #of_mode))
    }

    /// One form of a closure.
    fn form(&self, form: &ClosureForm, f: &Function, mode: ClosureMode, span: Span) -> TokenStream {
        let mut inner = Emitter::new(f, &self.facade.0);
        let run = plumbing("run", span);
        inner.run = run.to_token_stream();
        let body = Body::of(inner, form, f, mode, span);
        let [params, load] = body.head();
        let (forward, result) = (body.inner.stmts(&f.body), body.inner.tree(&f.result));
        if f.body.diverges() {
            return quote_spanned!(span=> |#params| { #load #forward });
        }
        match body.pullback(&run) {
            None => quote_spanned!(span=> |#params| { #load #forward #result }),
            Some(pullback) => {
                quote_spanned!(span=> |#params| { #load #forward (#result, #pullback) })
            }
        }
    }
}

/// What the parts of a form have in common.
struct Body<'a> {
    inner: Emitter<'a>,
    f: &'a Function,
    /// What is captured: whether it is a constant.
    captured: &'a [bool],
    mode: ClosureMode,
    span: Span,
}

impl<'a> Body<'a> {
    fn of(
        inner: Emitter<'a>,
        form: &'a ClosureForm,
        f: &'a Function,
        mode: ClosureMode,
        span: Span,
    ) -> Self {
        Body {
            inner,
            f,
            captured: &form.captured,
            mode,
            span,
        }
    }

    /// Values and their tangents, if there are any: the parameters in groups.
    fn groups(&self) -> impl Iterator<Item = (usize, &'a [Param])> {
        let step = match self.mode {
            ClosureMode::Split => 1,
            _ => 2,
        };
        let groups = self.f.params.chunks(step).enumerate();
        groups.map(move |(index, group)| (index * step, group))
    }

    fn arguments(&self) -> impl Iterator<Item = (usize, &'a [Param])> {
        self.groups().skip(self.captured.len())
    }

    fn name(&self, what: &str, index: usize) -> Ident {
        plumbing(&format!("{what}_{index}"), self.span)
    }

    fn environment(&self) -> Ident {
        plumbing("environment", self.span)
    }

    fn along(&self) -> Ident {
        plumbing("along", self.span)
    }

    /// Where a captured value is, and its tangent.
    fn places(&self, index: usize) -> [TokenStream; 2] {
        let (environment, along) = (self.environment(), self.along());
        let number = Literal::usize_unsuffixed(index);
        let inside = self.captured[index].then(|| quote!(.0));
        [quote!(#environment.#number #inside), quote!(#along.#number)]
    }

    /// The parameters of the form, and what takes them apart.
    fn head(&self) -> [TokenStream; 2] {
        let (environment, along) = (self.environment(), self.along());
        let count = self.arguments().count();
        let args: Vec<Ident> = (0..count)
            .map(|index| self.name("argument", index))
            .collect();
        let mut load = TokenStream::new();
        for (index, (_, group)) in self.groups().take(self.captured.len()).enumerate() {
            let [place, place_along] = self.places(index);
            load.extend(self.captured(&group[0], &place));
            if let Some(tangent) = group.get(1) {
                load.extend(self.captured_tangent(tangent, &place_along));
            }
        }
        let or_zero = self.inner.facade.private("tangent_or_zero", self.span);
        for (index, (_, group)) in self.arguments().enumerate() {
            let (name, pattern) = (&args[index], self.inner.pattern(&group[0].entry));
            if let Some(tangent) = group.get(1)
                && self.is_reference(&group[0])
            {
                load.extend(self.along_reference(tangent, index, &quote!(#name), None));
            } else if let Some(tangent) = group.get(1) {
                let given = self.name("tangent", index);
                let tangent = match tangent.entry.leaves().is_empty() {
                    true => quote!(_),
                    false => self.inner.pattern(&tangent.entry),
                };
                load.extend(quote!(let #tangent = #or_zero(&#name, #given);));
            }
            load.extend(quote!(let #pattern = #name;));
        }
        if self.mode == ClosureMode::Split {
            return [quote!(#environment, (#(#args,)*)), load];
        }
        let tangents = (0..count).map(|index| self.name("tangent", index));
        let all = quote!(#environment, #along, (#(#args,)*), (#(#tangents,)*));
        [all, load]
    }

    /// A captured value that the form begins with.
    fn captured(&self, param: &Param, place: &TokenStream) -> TokenStream {
        let name = self.inner.pattern(&param.entry);
        if param.in_place {
            return quote!(let #name = &#place;);
        }
        match param.entry.any(|leaf| is_scalar(self.f.kind(*leaf))) {
            true => quote!(let #name = #place;),
            false => quote!(let #name = ::core::clone::Clone::clone(&#place);),
        }
    }

    /// Its tangent.
    fn captured_tangent(&self, param: &Param, place: &TokenStream) -> TokenStream {
        if param.entry.leaves().is_empty() {
            return TokenStream::new();
        }
        let name = self.inner.pattern(&param.entry);
        if param.in_place {
            return quote!(let #name = &#place;);
        }
        let copy = self.inner.facade.private("copy_tangent", self.span);
        quote!(let #name = #copy(&#place);)
    }

    /// The pullback; forward mode has none.
    fn pullback(&self, run: &Ident) -> Option<TokenStream> {
        let reverse = self.f.reverse.as_ref()?;
        let span = self.span;
        let (environment, along) = (self.environment(), self.along());
        let (mut again, mut finish) = (TokenStream::new(), TokenStream::new());
        let what = ["adjoint", "adjoint_along"];
        let deposit = self.inner.facade.private("deposit", span);
        for (index, (first, group)) in self.groups().take(self.captured.len()).enumerate() {
            let places = self.places(index);
            for (offset, param) in group.iter().enumerate() {
                let part = self.name(what[offset], index);
                if param.entry.leaves().is_empty() {
                    continue;
                }
                if !param.in_place {
                    if let Tree::Leaf(Some(share)) = &reverse.adjoints[first + offset] {
                        let share = self.inner.value(*share);
                        finish.extend(quote!(#deposit(#share, #part);));
                    }
                    continue;
                }
                let (name, place) = (self.inner.pattern(&param.entry), &places[offset]);
                again.extend(quote!(let #name = &#place;));
                if let Some(buffer) = reverse.buffers[first + offset] {
                    let buffer = self.inner.binder(buffer);
                    again.extend(quote!(let #buffer = #part;));
                }
            }
        }
        let (mut entries, mut directions) = (Vec::new(), Vec::new());
        for (index, (first, group)) in self.arguments().enumerate() {
            if !group[0].in_place {
                entries.push(quote!(_));
                directions.push(quote!(_));
                continue;
            }
            let (entry, direction) = (self.name("entry", index), self.name("direction", index));
            let name = self.inner.pattern(&group[0].entry);
            again.extend(quote!(let #name = #entry.value;));
            if let Some(buffer) = reverse.buffers[first] {
                let buffer = self.inner.binder(buffer);
                again.extend(quote!(let #buffer = #entry.adjoint;));
            }
            if let Some(tangent) = group.get(1) {
                again.extend(self.along_reference(tangent, index, &name, Some(&direction)));
                if let Some(buffer) = reverse.buffers[first + 1] {
                    let buffer = self.inner.binder(buffer);
                    again.extend(quote!(let #buffer = #direction.adjoint;));
                }
            }
            entries.push(entry.to_token_stream());
            directions.push(direction.to_token_stream());
        }
        let (entries, directions) = (quote!((#(#entries,)*)), quote!((#(#directions,)*)));
        let added = self.inner.facade.private("AddedInPlace", span);
        let slots = |offset: usize| {
            let added = &added;
            let each = self.arguments().map(move |(first, group)| {
                if self.is_reference(&group[0]) {
                    return added.clone();
                }
                let adjoint = &reverse.adjoints[first + offset];
                let adjoint = self.adjoint_of(adjoint, &group[offset].entry);
                // what has no type in sight may be a reference
                match &group[0].entry {
                    Tree::Leaf(leaf) if self.f.kind(*leaf) == Kind::Opaque => {
                        let span = self.f.info(*leaf).span;
                        let returned = self.inner.facade.private("into_slot", span);
                        quote_spanned!(span=> #returned(#adjoint))
                    }
                    _ => adjoint,
                }
            });
            quote!((#(#each,)*))
        };
        let upstream = match &reverse.upstream {
            tree if tree.is_unit() => quote!(_),
            Tree::Leaf(leaf) if self.f.is_reference(*leaf) => self.inner.pattern(&reverse.upstream),
            tree => {
                let name = upstream_pattern(&self.inner, self.f, tree);
                quote!(&#name)
            }
        };
        let backward = self.inner.stmts(&reverse.body);
        let option = quote!(::core::option::Option);
        let [own, own_along] = what.map(|name| plumbing(name, span));
        let apart = self.apart(&own, what[0]);
        if self.mode == ClosureMode::Split {
            let slots = slots(0);
            return Some(quote_spanned! {span=>
                move |#run, #upstream: &_, #environment: &_, #own: #option<&mut _>, #entries| {
                    #apart #again #backward #finish
                    #slots
                }
            });
        }
        let apart_along = self.apart(&own_along, what[1]);
        let (slots, slots_along) = (slots(0), slots(1));
        Some(quote_spanned! {span=>
            move |
                #run,
                #upstream: &_,
                (#environment, #along): (&_, &_),
                [#own, #own_along]: [#option<&mut _>; 2],
                #entries,
                #directions,
            | {
                #apart #apart_along #again #backward #finish
                (#slots, #slots_along)
            }
        })
    }

    /// Whether an argument is passed by reference.
    fn is_reference(&self, param: &Param) -> bool {
        param.entry.any(|leaf| self.f.is_reference(*leaf))
    }

    /// The tangent of such an argument: zero if there is none. In the pullback it comes with
    /// the direction.
    fn along_reference(
        &self,
        tangent: &Param,
        index: usize,
        value: &TokenStream,
        direction: Option<&Ident>,
    ) -> TokenStream {
        if tangent.entry.leaves().is_empty() {
            let given = self.name("tangent", index);
            return match direction {
                None => quote!(let _ = #given;),
                Some(_) => TokenStream::new(),
            };
        }
        let (pattern, zero) = (self.inner.pattern(&tangent.entry), self.name("zero", index));
        let or_zero = self.inner.facade.private("shared_or_zero", self.span);
        let given = match direction {
            None => self.name("tangent", index).to_token_stream(),
            Some(direction) => quote!(#direction.tangent),
        };
        quote! {
            let mut #zero = ::core::option::Option::None;
            let #pattern = #or_zero(#value, #given, &mut #zero);
        }
    }

    /// Takes an adjoint of all that is captured apart.
    fn apart(&self, adjoint: &Ident, what: &str) -> Option<TokenStream> {
        let count = self.captured.len();
        if count == 0 {
            return None;
        }
        let parts: Vec<Ident> = (0..count).map(|index| self.name(what, index)).collect();
        let some = quote!(::core::option::Option::Some);
        let none = quote!(::core::option::Option::None);
        let nones = parts.iter().map(|_| &none);
        Some(quote! {
            let (#(#parts,)*) = match #adjoint {
                #some((#(#parts,)*)) => (#(#some(#parts),)*),
                #none => (#(#nones,)*),
            };
        })
    }

    /// The adjoint of an argument, zeros where nothing arrives.
    fn adjoint_of(&self, adjoint: &Tree<Option<ValueId>>, entry: &Tree<ValueId>) -> TokenStream {
        match (adjoint, entry) {
            (Tree::Leaf(Some(value)), _) => self.inner.value(*value),
            (Tree::Tuple(adjoints), Tree::Tuple(entries)) => {
                let each = adjoints.iter().zip(entries);
                let each = each.map(|(adjoint, entry)| self.adjoint_of(adjoint, entry));
                quote!((#(#each,)*))
            }
            (_, Tree::Leaf(leaf)) if matches!(self.f.kind(*leaf), Kind::Int | Kind::Bool) => {
                quote!(())
            }
            (_, entry) => {
                let zero = self
                    .inner
                    .facade
                    .private("zero_gradient", Span::mixed_site());
                let entry = self.inner.tree(entry);
                quote!(#zero(&#entry))
            }
        }
    }
}

fn is_scalar(kind: Kind) -> bool {
    matches!(kind, Kind::Real(_) | Kind::Int | Kind::Bool)
}

/// The name of what makes a closure for a parameter, in a mode.
pub(super) fn constructor(index: usize, mode: ClosureMode, span: Span) -> Ident {
    let mode = match mode {
        ClosureMode::Split => "",
        ClosureMode::Forward => "_along",
        ClosureMode::Doubled => "_doubled",
    };
    format_ident!(
        "function_{index}{mode}",
        span = span.resolved_at(Span::mixed_site())
    )
}
