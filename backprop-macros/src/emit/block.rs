//! Statements and regions.

use super::Emitter;
use super::names::{companion_method, plumbing};
use crate::ir::{
    Arg, BranchRecord, Call, Callee, Claim, Drain, Head, If, Loop, Match, Op, Order, Pullback,
    PullbackArg, Range, RangeAdaptor, Region, RevBranch, RevLoop, Run, Stmt, TapeSize, Tree,
    ValueId,
};
use proc_macro2::{Group, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use std::collections::BTreeSet;

impl Emitter<'_> {
    pub(super) fn stmts(&self, region: &Region) -> TokenStream {
        region.stmts.iter().map(|stmt| self.stmt(stmt)).collect()
    }

    fn stmt(&self, stmt: &Stmt) -> TokenStream {
        match stmt {
            Stmt::Let(binding) => self.let_stmt(binding),
            Stmt::Effect(capture) => {
                let tokens = self.capture(capture);
                quote!(#tokens;)
            }
            Stmt::Diverge(capture) => self.capture(capture),
            Stmt::SameType(a, b) => {
                let span = self.span(*b);
                let same = self.facade.private("same_type", span);
                let (a, b) = (self.reference(*a), self.reference(*b));
                respanned(quote!(#same(#a, #b);), span)
            }
            Stmt::Check(value, claim, span) => {
                let name = match claim {
                    Claim::Real => "real",
                    Claim::Discrete => "discrete",
                    Claim::Castable => "castable",
                    Claim::Number => "number",
                };
                let check = self.facade.private(name, *span);
                let value = self.reference(*value);
                respanned(quote!(#check(#value);), *span)
            }
            Stmt::Store(store) => self.store(store),
            Stmt::Mutate(mutate) => self.mutate(mutate),
            Stmt::AddAt(add) => self.add_at(add),
            Stmt::AddEach(to, from, span) => self.add_each(*to, *from, *span),
            Stmt::Call(call) => self.call(call),
            Stmt::If(branch) => self.branch(branch),
            Stmt::Match(choice) => self.choice(choice),
            Stmt::Loop(looped) => self.looped(looped),
            Stmt::RevBranch(branch) => self.reverse_branch(branch),
            Stmt::RevLoop(looped) => self.reverse_loop(looped),
            Stmt::Pullback(call) => self.pullback(call),
            Stmt::NewTape(tape, size) => self.new_tape(*tape, size),
            Stmt::Reserve(tape, range, outer) => {
                let stmt_tape = *tape;
                let reserve = self.facade.private("reserve", self.span(stmt_tape));
                let (tape, range) = (self.ident(*tape), self.range(range));
                let count = self.facade.private("trip_count", self.span(stmt_tape));
                let times = outer.iter().map(|range| {
                    let range = self.range(range);
                    quote!(#count(&(#range)))
                });
                quote!(#reserve(&mut #tape, #count(&(#range)), [#(#times),*]);)
            }
            Stmt::Push(tape, values) => {
                let name = self.ident(*tape);
                let values = self.group(values);
                quote!(#name.push(#values);)
            }
            // gone before emission
            Stmt::Declare(_)
            | Stmt::Read(..)
            | Stmt::Write(..)
            | Stmt::Block(..)
            | Stmt::Exit(_) => TokenStream::new(),
        }
    }

    fn new_tape(&self, tape: ValueId, size: &TapeSize) -> TokenStream {
        let (name, span) = (self.ident(tape), self.span(tape));
        if self.f.kind(tape) == crate::ir::Kind::Int {
            return quote!(let mut #name = 0usize;);
        }
        match size {
            TapeSize::Constant(n) => {
                let inline = self.facade.private("InlineTape", span);
                let n = Literal::u64_unsuffixed(*n);
                quote!(let mut #name = #inline::<_, #n>::new();)
            }
            TapeSize::Range(range) => {
                let tape = self.facade.private("tape_for", span);
                let range = self.range(range);
                quote!(let mut #name = #tape(&(#range));)
            }
            TapeSize::Unknown => {
                let tape = self.facade.private("Tape", span);
                quote!(let mut #name = #tape::new();)
            }
        }
    }

    fn let_stmt(&self, binding: &crate::ir::Let) -> TokenStream {
        if self.inline.contains_key(&binding.value) {
            return TokenStream::new();
        }
        let name = self.binder(binding.value);
        let (value, _) = self.op(binding.value, &binding.op);
        let span = self.span(binding.value);
        match &binding.op {
            Op::Copy(_, Some(ty)) => quote_spanned!(span=> let #name: #ty = #value;),
            _ => quote_spanned!(span=> let #name = #value;),
        }
    }

    /// `a` for one value, `(a, b)` for several, `()` for none.
    fn group(&self, values: &[ValueId]) -> TokenStream {
        let values: Vec<_> = values.iter().map(|value| self.value(*value)).collect();
        match &values[..] {
            [only] => only.clone(),
            values => quote!((#(#values),*)),
        }
    }

    fn names(&self, values: &[ValueId]) -> TokenStream {
        let names: Vec<_> = values.iter().map(|value| self.binder(*value)).collect();
        match &names[..] {
            [only] => only.clone(),
            names => quote!((#(#names),*)),
        }
    }

    // Branches

    /// The body of an arm: its statements, then what it hands on.
    fn arm(&self, region: &Region, record: Option<TokenStream>) -> TokenStream {
        self.fused_arm(region, None, record)
    }

    /// The same with its reverse half.
    fn fused_arm(
        &self,
        region: &Region,
        fused: Option<&Region>,
        record: Option<TokenStream>,
    ) -> TokenStream {
        let mut stmts = self.stmts(region);
        if region.diverges() {
            return stmts;
        }
        let mut yields = region.yields.clone();
        if let Some(fused) = fused {
            stmts.extend(self.stmts(fused));
            yields.extend(&fused.yields);
        }
        let mut values: Vec<_> = yields.iter().map(|value| self.value(*value)).collect();
        values.extend(record);
        let tail = match &values[..] {
            [] => TokenStream::new(),
            [only] => only.clone(),
            values => quote!((#(#values),*)),
        };
        quote!(#stmts #tail)
    }

    /// `let (results, record) = `, or nothing if there are none.
    fn receive(
        &self,
        results: &[ValueId],
        fused: &Option<RevBranch>,
        record: &Option<BranchRecord>,
    ) -> TokenStream {
        let mut values = results.to_vec();
        values.extend(fused.iter().flat_map(|fused| &fused.results));
        values.extend(record.iter().map(|record| record.value));
        match values.is_empty() {
            true => TokenStream::new(),
            false => {
                let names = self.names(&values);
                quote!(let #names =)
            }
        }
    }

    fn branch(&self, branch: &If) -> TokenStream {
        let cond = self.value(branch.cond);
        let is_plain = branch.record.is_none() && branch.fused.is_none();
        if is_plain && self.merges_references(&branch.results) {
            let declare = self.declare(&branch.results);
            let then = self.assigning_arm(&branch.then, &branch.results);
            let other = self.assigning_arm(&branch.other, &branch.results);
            return quote!(#declare if #cond { #then } else { #other });
        }
        let receive = self.receive(&branch.results, &branch.fused, &branch.record);
        let reversed = |index: usize| branch.fused.as_ref()?.arms.get(index);
        let record = |index: usize| self.arm_record(&branch.record, index);
        let then = self.fused_arm(&branch.then, reversed(0), record(0));
        let other = self.fused_arm(&branch.other, reversed(1), record(1));
        if receive.is_empty() {
            return match other.is_empty() {
                true => quote!(if #cond { #then }),
                false => quote!(if #cond { #then } else { #other }),
            };
        }
        quote!(#receive if #cond { #then } else { #other };)
    }

    /// Whether a reference and its tangent come out of a branch: in a tuple, an arm's
    /// `&[f64; 2]` would not become the `&[f64]` of another.
    fn merges_references(&self, results: &[ValueId]) -> bool {
        results.len() > 1 && results.iter().any(|value| self.f.is_reference(*value))
    }

    /// `let a; let b;`
    fn declare(&self, results: &[ValueId]) -> TokenStream {
        let names = results.iter().map(|value| self.binder(*value));
        quote!(#(let #names;)*)
    }

    /// An arm that assigns what it hands on.
    fn assigning_arm(&self, arm: &Region, results: &[ValueId]) -> TokenStream {
        let stmts = self.stmts(arm);
        if arm.diverges() {
            return stmts;
        }
        let names = results.iter().map(|value| self.ident(*value));
        let values = arm.yields.iter().map(|value| self.value(*value));
        quote!(#stmts #(#names = #values;)*)
    }

    fn choice(&self, choice: &Match) -> TokenStream {
        let is_plain = choice.record.is_none() && choice.fused.is_none();
        let by_assignment = is_plain && self.merges_references(&choice.results);
        let receive = self.receive(&choice.results, &choice.fused, &choice.record);
        let scrutinee = match &choice.scrutinee {
            Tree::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.matched_on(part));
                quote!((#(#parts,)*))
            }
            scrutinee => self.tree(scrutinee),
        };
        let arms = choice.arms.iter().enumerate().map(|(index, arm)| {
            let mut pattern = arm.pattern.clone();
            for (name, value) in &arm.bindings {
                rename_binding(&mut pattern, name, &self.ident(*value));
            }
            let guard = arm.guard.as_ref().map(|guard| {
                let stmts = self.stmts(guard);
                let cond = self.group(&guard.yields);
                match stmts.is_empty() {
                    true => quote!(if #cond),
                    false => quote!(if { #stmts #cond }),
                }
            });
            let reversed = choice
                .fused
                .as_ref()
                .and_then(|fused| fused.arms.get(index));
            let record = self.arm_record(&choice.record, index);
            let body = match by_assignment {
                true => self.assigning_arm(&arm.body, &choice.results),
                false => self.fused_arm(&arm.body, reversed, record),
            };
            quote!(#pattern #guard => { #body })
        });
        let arms: Vec<_> = arms.collect();
        if by_assignment {
            let declare = self.declare(&choice.results);
            return quote!(#declare match #scrutinee { #(#arms)* });
        }
        match receive.is_empty() {
            true => quote!(match #scrutinee { #(#arms)* }),
            false => quote!(#receive match #scrutinee { #(#arms)* };),
        }
    }

    /// A part of what is matched on, not moved: the names of patterns are other
    /// names of it.
    fn matched_on(&self, tree: &Tree<ValueId>) -> TokenStream {
        match tree {
            Tree::Leaf(leaf) if self.f.info(*leaf).hold == crate::ir::Hold::Mut => {
                let value = self.value(*leaf);
                quote!(&*#value)
            }
            Tree::Leaf(leaf)
                if self.f.kind(*leaf).is_container() && !self.f.is_reference(*leaf) =>
            {
                self.reference(*leaf)
            }
            Tree::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.matched_on(part));
                quote!((#(#parts,)*))
            }
            tree => self.tree(tree),
        }
    }

    /// What an arm hands on for its reverse half: its number, or its values
    /// wrapped by which arm it is.
    fn arm_record(&self, record: &Option<BranchRecord>, index: usize) -> Option<TokenStream> {
        let record = record.as_ref()?;
        if record.arms.iter().all(Vec::is_empty) {
            let number = Literal::usize_suffixed(index);
            return Some(number.to_token_stream());
        }
        let values = self.group(&record.arms[index]);
        Some(self.wrap(record, index, values))
    }

    /// `Else(Else(Then(..)))`: nested so that any number of arms fits.
    fn wrap(&self, record: &BranchRecord, index: usize, inner: TokenStream) -> TokenStream {
        let branch = self.facade.private("Branch", self.span(record.value));
        let mut tokens = match index + 1 == record.arms.len() {
            true => inner,
            false => quote!(#branch::Then(#inner)),
        };
        for _ in 0..index {
            tokens = quote!(#branch::Else(#tokens));
        }
        tokens
    }

    fn reverse_branch(&self, branch: &RevBranch) -> TokenStream {
        let receive = match branch.results.is_empty() {
            true => TokenStream::new(),
            false => {
                let names = self.names(&branch.results);
                quote!(let #names =)
            }
        };
        let end = (!branch.results.is_empty()).then(|| quote!(;));
        if let (None, Some(cond), [then, other]) = (&branch.record, branch.cond, &branch.arms[..]) {
            let cond = self.value(cond);
            let (then, other) = (self.arm(then, None), self.arm(other, None));
            return quote!(#receive if #cond { #then } else { #other } #end);
        }
        let Some(record) = &branch.record else {
            return TokenStream::new();
        };
        let value = self.value(record.value);
        let numbered = record.arms.iter().all(Vec::is_empty);
        let last = branch.arms.len().saturating_sub(1);
        let arms = branch.arms.iter().enumerate().map(|(index, arm)| {
            let body = self.arm(arm, None);
            let pattern = match numbered {
                true if index == last => quote!(_),
                true => Literal::usize_suffixed(index).to_token_stream(),
                false => self.wrap(record, index, self.names(&record.arms[index])),
            };
            quote!(#pattern => { #body })
        });
        let arms: Vec<_> = arms.collect();
        quote!(#receive match #value { #(#arms)* } #end)
    }

    // Loops

    fn looped(&self, looped: &Loop) -> TokenStream {
        let mut inits = self.inits(&looped.params, &looped.inits);
        let body = self.stmts(&looped.body);
        let mut next = TokenStream::new();
        if let Some(fused) = &looped.fused {
            inits.extend(self.inits(&fused.params, &fused.inits));
            next.extend(self.stmts(&fused.body));
            next.extend(self.carry(&fused.params, &fused.body.yields));
        }
        let counts = looped
            .tape
            .filter(|tape| self.f.kind(*tape) == crate::ir::Kind::Int);
        if !looped.body.diverges() {
            if let Some(count) = counts {
                let count = self.ident(count);
                next.extend(quote!(#count += 1;));
            }
            next.extend(self.carry(&looped.params, &looped.body.yields));
            if let Some(stop) = looped.stop {
                let stop = self.value(stop);
                next.extend(quote!(if #stop { break; }));
            }
        }
        let head = match &looped.head {
            Head::Forever => quote!(loop),
            Head::While(cond) => {
                let stmts = self.stmts(cond);
                let cond = self.group(&cond.yields);
                match stmts.is_empty() {
                    true => quote!(while #cond),
                    false => quote!(while { #stmts #cond }),
                }
            }
            Head::Range(range) => self.for_head(range),
        };
        quote!(#inits #head { #body #next })
    }

    fn for_head(&self, range: &Range) -> TokenStream {
        let (item, range) = (self.ident(range.item), self.range(range));
        quote!(for #item in #range)
    }

    fn range(&self, range: &Range) -> TokenStream {
        let (start, end) = (self.value(range.start), self.value(range.end));
        let mut tokens = match range.inclusive {
            true => quote!(#start..=#end),
            false => quote!(#start..#end),
        };
        if !range.adaptors.is_empty() {
            tokens = quote!((#tokens));
        }
        let mut reversed = false;
        let steps = range
            .adaptors
            .iter()
            .any(|a| matches!(a, RangeAdaptor::StepBy(_)));
        for adaptor in &range.adaptors {
            match adaptor {
                RangeAdaptor::Rev if steps => tokens.extend(quote!(.rev())),
                // without steps, two reversals are none
                RangeAdaptor::Rev => reversed = !reversed,
                RangeAdaptor::StepBy(step) => {
                    let step = self.value(*step);
                    tokens.extend(quote!(.step_by(#step)));
                }
            }
        }
        if reversed {
            tokens.extend(quote!(.rev()));
        }
        tokens
    }

    fn inits(&self, params: &[ValueId], inits: &[ValueId]) -> TokenStream {
        let pairs = params.iter().zip(inits);
        pairs
            .map(|(param, init)| {
                let (name, init) = (self.ident(*param), self.value(*init));
                quote!(let mut #name = #init;)
            })
            .collect()
    }

    /// Assigns the next carried values: one by one, or at once where one is
    /// read after it was assigned.
    fn carry(&self, params: &[ValueId], yields: &[ValueId]) -> TokenStream {
        let changed: Vec<(ValueId, ValueId)> = params
            .iter()
            .copied()
            .zip(yields.iter().copied())
            .filter(|(param, next)| param != next)
            .collect();
        let mut assigned: BTreeSet<ValueId> = BTreeSet::new();
        let mut hazard = false;
        for (param, next) in &changed {
            let mut read = BTreeSet::new();
            self.reads(*next, &mut read);
            hazard |= read.intersection(&assigned).next().is_some();
            assigned.insert(*param);
        }
        if hazard {
            let names = changed.iter().map(|(param, _)| self.ident(*param));
            let values = changed.iter().map(|(_, next)| self.value(*next));
            return quote!((#(#names),*) = (#(#values),*););
        }
        let assign = |(param, next): &(ValueId, ValueId)| {
            let name = self.ident(*param);
            match self.inline.get(next) {
                Some(Op::Binary(op, a, b)) if a == param && op.is_arithmetic() => {
                    let (op, b) = (self.compound(*op, *param), self.value(*b));
                    quote!(#name #op #b;)
                }
                _ => {
                    let value = self.value(*next);
                    quote!(#name = #value;)
                }
            }
        };
        changed.iter().map(assign).collect()
    }

    /// The named values that the expression for `value` reads.
    fn reads(&self, value: ValueId, into: &mut BTreeSet<ValueId>) {
        match self.inline.get(&value) {
            Some(op) => op.clone().rewrite_uses(&mut |used| self.reads(*used, into)),
            None => {
                into.insert(value);
            }
        }
    }

    fn reverse_loop(&self, looped: &RevLoop) -> TokenStream {
        let inits = self.inits(&looped.params, &looped.inits);
        let body = self.stmts(&looped.body);
        let next = self.carry(&looped.params, &looped.body.yields);
        let head = match &looped.order {
            Order::Drain(drain) => {
                let (values, records) = (self.names(&drain.values), self.records(drain, looped));
                match &drain.beside {
                    Some(range) => {
                        let (item, range) = (self.ident(range.item), self.range(range));
                        let zip = quote!(::core::iter::Iterator::zip);
                        quote!(for (#item, #values) in #zip(#range, #records))
                    }
                    None => quote!(for #values in #records),
                }
            }
            Order::Range(range) => self.for_head(range),
            Order::Count(count) => {
                let count = self.value(*count);
                quote!(for _ in 0..#count)
            }
            Order::Unknown => return TokenStream::new(),
        };
        quote!(#inits #head { #body #next })
    }

    /// The records of one run, last to first.
    fn records(&self, drain: &Drain, looped: &RevLoop) -> TokenStream {
        let tape = self.ident(drain.tape);
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

    // Calls

    fn call(&self, call: &Call) -> TokenStream {
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
        let prepare: TokenStream = prepare.collect();
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
        if call.result.is_fallible() {
            let (parts, whole) = (result, plumbing("optional", call.span));
            let apart = match call.result {
                Tree::Result(..) => "take_result_apart",
                _ => "take_apart",
            };
            let apart = self.facade.private(apart, call.span);
            result = whole.to_token_stream();
            finish.extend(quote!(let #parts = #apart(#whole);));
        }
        if let Some(tangents) = &call.tangents {
            return self.call_forward(call, tangents, prepare, result, finish);
        }
        let is_unit = call.result.is_unit();
        let Some(pullback) = call.pullback else {
            let companion = call.is_idle.then(|| self.companion_is_there(call));
            let call = self.callee(call, None);
            return match is_unit {
                true => quote!(#prepare #companion #call; #finish),
                false => quote!(#prepare #companion let #result = #call; #finish),
            };
        };
        let active = self.facade.private("Active", call.span);
        let mask = Literal::u64_suffixed(self.mask(call));
        let pullback = self.ident(pullback);
        let split = self.callee(call, Some(quote!(#active::<#mask>)));
        quote!(#prepare let (#result, #pullback) = #split; #finish)
    }

    /// Only what is differentiated keeps nothing of what it sees: rustc finds the
    /// companion of a call, which does not run.
    fn companion_is_there(&self, call: &Call) -> TokenStream {
        let span = call.span;
        let active = self.facade.private("Active", span);
        let split = self.callee(call, Some(quote!(#active::<0u64>)));
        let there = plumbing("companion", span);
        // what is moved there is not moved on
        quote_spanned!(span=> if false { let #there = #split; ::core::unreachable!() })
    }

    /// The call itself: of the primal, or of the companion with a mask.
    fn callee(&self, call: &Call, mask: Option<TokenStream>) -> TokenStream {
        let span = call.span;
        let args = call.args.iter().map(|arg| self.arg(arg));
        let companion = |name: &proc_macro2::Ident| match mask {
            Some(_) => companion_method(name, name.span()),
            None => name.clone(),
        };
        match &call.callee {
            Callee::Function(path) => match &mask {
                None => quote!(#path(#(#args),*)),
                Some(mask) => {
                    let ty = companion_type(path);
                    quote_spanned!(span=> <#ty>::split(#mask, #path, #(#args),*))
                }
            },
            Callee::Associated(path) => {
                let mut path = path.clone();
                if let Some(last) = path.path.segments.last_mut() {
                    last.ident = companion(&last.ident);
                }
                let mask = mask.iter();
                quote_spanned!(span=> #path(#(#args,)* #(#mask)*))
            }
            Callee::Operator(operator) => {
                let Some(mask) = &mask else {
                    let op = super::expr::symbol(operator.symbol, span);
                    return match &call.args[..] {
                        [only] => {
                            let only = self.arg(only);
                            quote_spanned!(span=> #op (#only))
                        }
                        args => {
                            let left = match operator.symbol.ends_with('=') {
                                true => self.receiver_arg(&args[0]),
                                false => self.arg(&args[0]),
                            };
                            let right = args[1..].iter().map(|arg| self.arg(arg));
                            quote_spanned!(span=> (#left) #op #((#right))*)
                        }
                    };
                };
                // the companion borrows what the operator may take by value
                let operands = call.args.iter().map(|arg| match arg {
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
                });
                let rule = self.facade.private(operator.rule, span);
                quote_spanned!(span=> #rule::split(#(#operands,)* #mask))
            }
            Callee::Method(name, turbofish) => {
                let name = companion(name);
                let receiver = call.args.first().map(|arg| self.receiver_arg(arg));
                let (args, mask) = (args.skip(1), mask.iter());
                let turbofish = turbofish.as_ref().filter(|_| mask.len() == 0);
                quote_spanned!(span=> #receiver.#name #turbofish(#(#args,)* #(#mask)*))
            }
        }
    }

    /// An argument that stands before a dot.
    fn receiver_arg(&self, arg: &Arg) -> TokenStream {
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

    /// Which arguments of a call are active, one bit each.
    fn mask(&self, call: &Call) -> u64 {
        let mut mask = 0;
        for (index, arg) in call.args.iter().enumerate() {
            let active = match arg {
                Arg::In(tree) => {
                    // the content goes back to what it was before the call
                    if tree.any(|leaf| self.f.info(*leaf).hold == crate::ir::Hold::Mut) {
                        mask |= 1 << 63;
                    }
                    tree.any(|leaf| self.active_args.contains(&(call.id, *leaf)))
                }
                Arg::Mut { .. } => true,
            };
            if active && index < 63 {
                mask |= 1 << index;
            }
        }
        mask
    }

    fn pullback(&self, call: &Pullback) -> TokenStream {
        let span = call.span;
        let mut prepare = TokenStream::new();
        let mut finish = TokenStream::new();
        let mut entries = Vec::new();
        let mut returned = Vec::new();
        for arg in &call.args {
            match arg {
                PullbackArg::In { arg, adjoint, .. } => {
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
                        let content = match arg {
                            Tree::Ref(inner) => self.tree(inner),
                            tree => self.tree(tree),
                        };
                        prepare.extend(quote! {
                            let #value = #content;
                            let mut #buffer = #zero(&#value);
                        });
                        let some = quote!(::core::option::Option::Some);
                        entries.push(quote!(#entry(&#value, #some(&mut #buffer))));
                        let names = self.adjoint_pattern(adjoint);
                        finish.extend(quote!(let #names = #take(#share, #buffer);));
                        returned.push(share.to_token_stream());
                    } else if let Tree::Ref(_) = arg {
                        let entry = self.facade.private("constant_entry", span);
                        let arg = self.tree(arg);
                        entries.push(quote!(#entry(#arg)));
                        returned.push(quote!(_));
                    } else {
                        entries.push(quote!(()));
                        returned.push(self.adjoint_pattern(adjoint));
                    }
                }
                PullbackArg::View {
                    content,
                    adjoint,
                    detour,
                    ..
                } => {
                    let lent = self.lend(content, adjoint, *detour, returned.len(), span);
                    prepare.extend(lent.before);
                    finish.extend(lent.after);
                    entries.push(lent.entry);
                    returned.push(lent.returned);
                }
                PullbackArg::MutView {
                    content,
                    adjoint,
                    detour,
                    ..
                } => {
                    let lent = self.lend_mut(*content, adjoint, *detour, returned.len(), span);
                    prepare.extend(lent.before);
                    finish.extend(lent.after);
                    entries.push(lent.entry);
                    returned.push(lent.returned);
                }
                PullbackArg::Mut {
                    after,
                    upstream,
                    adjoint,
                } => {
                    let entry = self.facade.private("Mut", span);
                    let number = returned.len();
                    let value = plumbing(&format!("content_{number}"), span);
                    let buffer = plumbing(&format!("buffer_{number}"), span);
                    let (content, upstream) = (self.tree(after), self.tree(upstream));
                    prepare.extend(quote! {
                        let mut #value = #content;
                        let mut #buffer = #upstream;
                    });
                    entries.push(quote!(#entry { value: &mut #value, adjoint: &mut #buffer }));
                    let names = self.pattern(adjoint);
                    finish.extend(quote!(let #names = #buffer;));
                    returned.push(quote!(_));
                }
            }
        }
        let pullback = self.value(call.pullback);
        let upstream = self.tree(&Tree::Ref(Box::new(call.upstream.clone())));
        let run = quote_spanned!(span=> #pullback(#upstream, #(#entries),*));
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

    fn adjoint_pattern(&self, tree: &Tree<Option<ValueId>>) -> TokenStream {
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

/// Replaces the user's name of a binding by the generated one.
fn rename_binding(pat: &mut syn::Pat, from: &syn::Ident, to: &syn::Ident) {
    use syn::Pat;
    let each = |pat: &mut Pat| rename_binding(pat, from, to);
    match pat {
        Pat::Ident(bound) => {
            if bound.ident == *from {
                bound.ident = to.clone();
            }
            if let Some((_, inner)) = &mut bound.subpat {
                each(inner);
            }
        }
        Pat::Paren(inner) => each(&mut inner.pat),
        Pat::Reference(inner) => each(&mut inner.pat),
        Pat::Or(or) => or.cases.iter_mut().for_each(each),
        Pat::Tuple(tuple) => tuple.elems.iter_mut().for_each(each),
        Pat::TupleStruct(tuple) => tuple.elems.iter_mut().for_each(each),
        Pat::Slice(slice) => slice.elems.iter_mut().for_each(each),
        Pat::Struct(fields) => fields
            .fields
            .iter_mut()
            .for_each(|field| each(&mut field.pat)),
        _ => {}
    }
}

/// Tokens of a check at the user's expression: what rustc finds wrong with it is
/// wrong there. Names keep their hygiene.
fn respanned(tokens: TokenStream, span: Span) -> TokenStream {
    let token = |mut token: TokenTree| {
        if let TokenTree::Group(group) = &token {
            let inner = respanned(group.stream(), span);
            token = TokenTree::Group(Group::new(group.delimiter(), inner));
        }
        token.set_span(span.resolved_at(token.span()));
        token
    };
    tokens.into_iter().map(token).collect()
}

/// The type that a function's companion is, by the path of the function.
pub(super) fn companion_type(path: &syn::Path) -> syn::Path {
    let mut ty = path.clone();
    if let Some(last) = ty.segments.last_mut() {
        last.arguments = syn::PathArguments::None;
    }
    ty
}
