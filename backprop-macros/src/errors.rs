//! Collected errors: a pass reports all it finds, not only the first.

use crate::fence::Refusal;
use proc_macro2::Span;
use quote::ToTokens;

/// The errors found so far.
#[derive(Default)]
pub(crate) struct Errors {
    list: Vec<syn::Error>,
}

impl Errors {
    /// Refuses the code at `node`, spanning all of it.
    pub(crate) fn refuse(&mut self, node: &impl ToTokens, refusal: Refusal) {
        self.push(syn::Error::new_spanned(node, refusal.message));
    }

    /// Refuses the code at `span`.
    pub(crate) fn refuse_at(&mut self, span: Span, refusal: Refusal) {
        self.push(syn::Error::new(span, refusal.message));
    }

    /// Reports a message made for the occasion.
    pub(crate) fn push(&mut self, error: syn::Error) {
        self.list.push(error);
    }

    /// Takes over what another pass found.
    pub(crate) fn append(&mut self, other: Errors) {
        self.list.extend(other.list);
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.list.len()
    }

    /// Whether anything was reported.
    pub(crate) fn any(&self) -> bool {
        !self.list.is_empty()
    }

    /// All errors as one, or nothing.
    pub(crate) fn finish(self) -> syn::Result<()> {
        let mut errors = self.list.into_iter();
        let Some(mut all) = errors.next() else {
            return Ok(());
        };
        errors.for_each(|error| all.combine(error));
        Err(all)
    }
}
