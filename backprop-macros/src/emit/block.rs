//! Statements and regions.

use super::Emitter;
use crate::ir::{
    AddAt, BranchRecord, Claim, Hold, If, Let, Match, Op, Region, RevBranch, Stmt, Tree, ValueId,
    for_each_use,
};
use crate::simplify::{is_pinned, is_removable};
use proc_macro2::{Group, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};

impl Emitter<'_> {
    pub(super) fn stmts(&self, region: &Region) -> TokenStream {
        let mut out = TokenStream::new();
        // contributions to one adjoint in a row: what stands between them reads neither
        // memory nor that adjoint
        let mut adds: Vec<&AddAt> = Vec::new();
        for stmt in &region.stmts {
            let mut reads = false;
            for_each_use(stmt, &mut |value| {
                reads |= adds.first().is_some_and(|add| add.place.base == value);
            });
            match stmt {
                Stmt::AddAt(add) => {
                    if adds.iter().any(|other| other.place.base != add.place.base) {
                        out.extend(self.add_all(&std::mem::take(&mut adds)));
                    }
                    adds.push(add);
                }
                Stmt::Let(Let { op, .. })
                    if is_removable(self.f, op) && !is_pinned(self.f, op) && !reads =>
                {
                    out.extend(self.stmt(stmt));
                }
                stmt => {
                    out.extend(self.add_all(&std::mem::take(&mut adds)));
                    out.extend(self.stmt(stmt));
                }
            }
            if stmt.diverges() {
                break;
            }
        }
        out.extend(self.add_all(&adds));
        out
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
            Stmt::AddAt(add) => self.add_all(&[add]),
            Stmt::AddEach(to, from, span) => self.add_each(*to, *from, *span),
            Stmt::Call(call) => self.call(call),
            Stmt::If(branch) => self.branch(branch),
            Stmt::Match(choice) => self.choice(choice),
            Stmt::Loop(looped) => self.looped(looped),
            Stmt::RevBranch(branch) => self.reverse_branch(branch),
            Stmt::RevLoop(looped) => self.reverse_loop(looped),
            Stmt::Sum(sum) => self.sum(sum),
            Stmt::Pullback(call) => self.pullback(call),
            Stmt::NewTape(tape, size) => self.new_tape(*tape, size),
            Stmt::Reserve(reserve) => self.reserve(reserve),
            Stmt::Push(push) => self.push(push),
            Stmt::Reach(reach) => self.reach(reach),
            Stmt::Save(checkpoints, state) => self.save(*checkpoints, state),
            Stmt::Restore(checkpoints, state) => self.restore(*checkpoints, state),
            // gone before emission
            Stmt::Declare(_)
            | Stmt::Read(..)
            | Stmt::Write(..)
            | Stmt::Block(..)
            | Stmt::Exit(_) => TokenStream::new(),
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
    pub(super) fn group(&self, values: &[ValueId]) -> TokenStream {
        let values: Vec<_> = values.iter().map(|value| self.value(*value)).collect();
        match &values[..] {
            [only] => only.clone(),
            values => quote!((#(#values),*)),
        }
    }

    pub(super) fn names(&self, values: &[ValueId]) -> TokenStream {
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
        let mut bound = choice.arms.iter().flat_map(|arm| &arm.bindings);
        let binds_places = bound.any(|(_, value)| self.f.info(*value).hold == Hold::Mut);
        let scrutinee = match &choice.scrutinee {
            Tree::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.matched_on(part, binds_places));
                quote!((#(#parts,)*))
            }
            // a name for the whole would move the reference out
            Tree::Leaf(leaf)
                if self.f.info(*leaf).hold == Hold::Mut
                    && choice.arms.iter().any(|arm| names_whole(&arm.pattern)) =>
            {
                let whole = self.ident(*leaf);
                quote!(&mut *#whole)
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
    fn matched_on(&self, tree: &Tree<ValueId>, binds_places: bool) -> TokenStream {
        match tree {
            Tree::Leaf(leaf) if self.f.info(*leaf).hold == Hold::Mut => {
                let value = self.value(*leaf);
                match binds_places {
                    true => quote!(&mut *#value),
                    false => quote!(&*#value),
                }
            }
            Tree::Leaf(leaf)
                if self.f.kind(*leaf).is_container() && !self.f.is_reference(*leaf) =>
            {
                self.reference(*leaf)
            }
            Tree::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.matched_on(part, binds_places));
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

    /// `Else(Then(Then(..)))`: nested so that any number of arms fits. The arms are the leaves
    /// of a balanced tree: rustc infers the type of each level anew for each arm, which takes
    /// it minutes where a hundred arms are nested in each other.
    fn wrap(&self, record: &BranchRecord, index: usize, inner: TokenStream) -> TokenStream {
        let branch = self.facade.private("Branch", self.span(record.value));
        let mut path = Vec::new();
        let (mut start, mut end) = (0, record.arms.len());
        while end - start > 1 {
            let middle = start + (end - start) / 2;
            match index < middle {
                true => {
                    path.push(quote!(Then));
                    end = middle;
                }
                false => {
                    path.push(quote!(Else));
                    start = middle;
                }
            }
        }
        let levels = path.iter().rev();
        levels.fold(inner, |inner, side| quote!(#branch::#side(#inner)))
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
            let then = self.arm(then, None);
            if other.stmts.is_empty() && other.yields.is_empty() {
                return quote!(if #cond { #then });
            }
            let other = self.arm(other, None);
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
pub(super) fn respanned(tokens: TokenStream, span: Span) -> TokenStream {
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

/// Whether a pattern is a name for all of what is matched on.
fn names_whole(pat: &syn::Pat) -> bool {
    match pat {
        syn::Pat::Paren(inner) => names_whole(&inner.pat),
        syn::Pat::Ident(name) => name.subpat.is_some(),
        _ => false,
    }
}
