//! Tapes of both halves.

use super::Emitter;
use super::names::plumbing;
use crate::adjoint::record::MOST_PARTS;
use crate::ir::{
    Counts, Drain, Kind, Memory, Nested, Push, Reserve, RevLoop, Run, TapeSize, ValueId,
};
use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};

impl Emitter<'_> {
    pub(super) fn new_tape(&self, tape: ValueId, size: &TapeSize) -> TokenStream {
        let (name, span) = (self.ident(tape), self.span(tape));
        let private = |made| self.facade.private(made, span);
        if self.f.kind(tape) == Kind::Int {
            return quote!(let mut #name = 0usize;);
        }
        let made = match size {
            TapeSize::Site => {
                let site = private("site");
                return quote!(let #name = #site(););
            }
            TapeSize::Constant(n) => {
                let (inline, n) = (private("InlineTape"), Literal::u64_unsuffixed(*n));
                quote!(#inline::<_, #n>::new())
            }
            size if self.in_workspace => {
                let made = private(match self.f.nests.contains(&tape) {
                    true => "pooled_nest",
                    false => "pooled_tape",
                });
                let workspace = plumbing("workspace", span);
                let site = Literal::u32_unsuffixed(tape.0);
                let room = match size {
                    TapeSize::Counted(counts) => self.reserve(&Reserve {
                        tape,
                        counts: counts.clone(),
                    }),
                    _ => TokenStream::new(),
                };
                return quote!(let mut #name = #made(#workspace, #site); #room);
            }
            TapeSize::Counted(counts) => {
                let made = private(match self.f.nests.contains(&tape) {
                    true => "nest_for",
                    false => "tape_for",
                });
                let counts = self.counts(counts);
                quote!(#made(#counts))
            }
            TapeSize::Nest => {
                let nest = private("Nest");
                quote!(#nest::new())
            }
            TapeSize::Unknown => {
                let tape = private("Tape");
                quote!(#tape::new())
            }
        };
        quote!(let mut #name = #made;)
    }

    pub(super) fn reserve(&self, reserve: &Reserve) -> TokenStream {
        let tape = self.ident(reserve.tape);
        let room = match self.f.nests.contains(&reserve.tape) {
            true => "make_room",
            false => "reserve",
        };
        let room = self.facade.private(room, self.span(reserve.tape));
        let counts = self.counts(&reserve.counts);
        quote!(#room(&mut #tape, #counts);)
    }

    /// How many records a tape holds, or how many bytes that of a nest holds of each loop.
    fn counts(&self, counts: &Counts) -> TokenStream {
        let of_sites = counts.iter().map(|(site, count)| {
            let count = self.value(*count);
            site.map_or(count.clone(), |site| {
                let (bytes, site) = (
                    self.facade.private("bytes", self.span(site)),
                    self.ident(site),
                );
                quote!(#bytes(&#site, #count))
            })
        });
        match counts[..] {
            [(None, _)] => quote!(#(#of_sites)*),
            _ => quote!([#(#of_sites),*]),
        }
    }

    pub(super) fn push(&self, push: &Push) -> TokenStream {
        let (tape, span) = (self.ident(push.tape), self.span(push.tape));
        let private = |name| self.facade.private(name, span);
        match push.to {
            Memory::Own => {
                let values = self.group(&push.values);
                quote!(#tape.push(#values);)
            }
            Memory::Nest(nest) => {
                let (push_to, nest) = (private("push"), self.ident(nest));
                let values = self.values(&push.values);
                quote!(#push_to(&mut #nest, &#tape, #values);)
            }
        }
    }

    fn values(&self, values: &[ValueId]) -> TokenStream {
        let parts: Vec<_> = values.iter().map(|value| self.value(*value)).collect();
        tuple(&parts)
    }

    /// A tape, to be read from its end.
    pub(super) fn cursor(&self, tape: ValueId) -> TokenStream {
        let name = match self.f.nests.contains(&tape) {
            true => "nest_cursor",
            false => "cursor",
        };
        let cursor = self.facade.private(name, self.span(tape));
        let tape = self.reference(tape);
        quote!(#cursor(#tape))
    }

    /// The head of a loop that takes records back, and what its iterations begin with.
    pub(super) fn drained(&self, drain: &Drain, looped: &RevLoop) -> (TokenStream, TokenStream) {
        if let Some(nested) = drain.nest
            && !nested.is_innermost
        {
            return self.popped(drain, nested, looped);
        }
        let (values, records) = match drain.nest {
            Some(nested) => (self.patterns(drain), self.records_of(drain, nested, looped)),
            None => {
                let values = self.names(&drain.values);
                let values = match self.f.read.contains(&drain.tape) {
                    true => quote!(&#values),
                    false => values,
                };
                (values, self.records(drain, looped))
            }
        };
        let head = match &drain.beside {
            Some(range) => {
                let (item, range) = (self.ident(range.item), self.range(range));
                let beside = self.facade.private("beside", looped.span);
                quote!(for (#item, #values) in #beside(#range, #records))
            }
            None => quote!(for #values in #records),
        };
        (head, TokenStream::new())
    }

    fn patterns(&self, drain: &Drain) -> TokenStream {
        let names: Vec<_> = drain
            .values
            .iter()
            .map(|value| self.binder(*value))
            .collect();
        tuple(&names)
    }

    /// Each iteration takes its record; what the loops inside recorded comes before it.
    fn popped(
        &self,
        drain: &Drain,
        nested: Nested,
        looped: &RevLoop,
    ) -> (TokenStream, TokenStream) {
        let private = |name| self.facade.private(name, looped.span);
        let (nest, site) = (self.ident(nested.nest), self.reference(drain.tape));
        let (values, pop) = (self.patterns(drain), private("take_record"));
        let first = quote!(let #values = #pop(&mut #nest, #site););
        let head = match (&drain.beside, &drain.run) {
            (Some(range), _) => self.for_head(range),
            (None, Run::Range(range)) => {
                let range = self.range(range);
                quote!(for _ in #range)
            }
            (None, run) => {
                let mark = match run {
                    Run::Since(mark) => self.value(*mark),
                    _ => quote!(0),
                };
                let is_longer = private("is_longer");
                quote!(while #is_longer(&#nest, #mark))
            }
        };
        (head, first)
    }

    /// The records of one run on the tape of a nest, last to first.
    fn records_of(&self, drain: &Drain, nested: Nested, looped: &RevLoop) -> TokenStream {
        let private = |name| self.facade.private(name, looped.span);
        let (nest, site) = (self.ident(nested.nest), self.reference(drain.tape));
        match &drain.run {
            Run::Range(range) => {
                let (last, count) = (private("last_of"), private("trip_count"));
                let range = self.range(range);
                quote!(#last(&mut #nest, #site, #count(&(#range))))
            }
            run => {
                let mark = match run {
                    Run::Since(mark) => self.value(*mark),
                    _ => quote!(0),
                };
                let since = private("since");
                quote!(#since(&mut #nest, #site, #mark))
            }
        }
    }

    /// What goes after a loop that looked at the records of a run on the tape itself.
    pub(super) fn cut(&self, drain: &Drain) -> Option<TokenStream> {
        let nested = drain.nest.filter(|nested| nested.is_innermost)?;
        let is_cursor = !self.f.nests.contains(&nested.nest);
        let cut = self.facade.private("cut", self.span(drain.tape));
        let nest = self.ident(nested.nest);
        (!is_cursor).then(|| quote!(#cut(&mut #nest);))
    }

    /// The records of one run, last to first.
    fn records(&self, drain: &Drain, looped: &RevLoop) -> TokenStream {
        let is_read = self.f.read.contains(&drain.tape);
        let tape = match (is_read, &drain.run) {
            (true, Run::All) => self.cursor(drain.tape),
            _ => self.ident(drain.tape).to_token_stream(),
        };
        let private = |name| self.facade.private(name, looped.span);
        match &drain.run {
            Run::All => {
                let backwards = private("backwards");
                quote!(#backwards(#tape))
            }
            Run::Rest => {
                let rest = private("rest");
                quote!(#rest(&mut #tape, 0))
            }
            Run::Range(range) => {
                let (last, count) = (private("last"), private("trip_count"));
                let range = self.range(range);
                quote!(#last(&mut #tape, #count(&(#range))))
            }
            Run::Since(mark) => {
                let (rest, mark) = (private("rest"), self.value(*mark));
                quote!(#rest(&mut #tape, #mark))
            }
        }
    }
}

/// `a`, `(a, b)`, and tuples of tuples where one has no room for all.
fn tuple(parts: &[TokenStream]) -> TokenStream {
    match parts {
        [only] => only.clone(),
        parts if parts.len() <= MOST_PARTS => quote!((#(#parts),*)),
        parts => {
            let groups: Vec<_> = parts.chunks(MOST_PARTS).map(tuple).collect();
            tuple(&groups)
        }
    }
}
