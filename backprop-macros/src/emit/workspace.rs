//! `f_backprop_in`: tapes in the memory of a workspace.

use super::companions::{Parts, RawIdent, plain};
use super::names::plumbing;
use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};

impl Parts<'_> {
    /// The workspace in the signature of the public function.
    pub(super) fn workspace_name(&self) -> Ident {
        let mut params = self.input.signature.params.iter();
        match params.any(|param| plain(&param.name) == "workspace") {
            true => plumbing("workspace", self.span),
            false => Ident::new("workspace", self.span),
        }
    }

    /// A call of a hidden form by the public function.
    pub(super) fn call_pooled(
        &self,
        form: &str,
        mask: TokenStream,
        args: &TokenStream,
    ) -> TokenStream {
        let (name, span) = (&self.input.item.sig.ident, self.span);
        let companion = Ident::new_raw_if(name, span);
        let (form, workspace) = (Ident::new(form, span), self.workspace_name());
        let active = self.private("Active");
        let (told, primal) = self.told(2);
        quote_spanned! {span=>
            #companion::#form #told(&*#workspace, #active::<#mask>, #primal, #args)
        }
    }

    /// The hidden forms whose tapes are of a workspace, if they are asked for.
    pub(super) fn pooled_companions(
        &self,
        own: &TokenStream,
        tie: &Option<TokenStream>,
    ) -> Option<TokenStream> {
        let body = self.pooled_split.as_ref()?;
        let span = self.span;
        let lifetime = syn::Lifetime::new("'__w", span);
        let (active, primal_ty) = (plumbing("ACTIVE", span), plumbing("Primal", span));
        let (mask, primal) = (plumbing("active", span), plumbing("primal", span));
        let (workspace, kind) = (plumbing("workspace", span), self.private("Workspace"));
        let (active_struct, check) = (self.private("Active"), self.private("check_companion"));
        let (params, parameters) = (self.params(), self.generic_parameters());
        let (result, pullback, arguments) =
            (&self.result, self.pullback_type(), self.type_arguments());
        let where_clause = self.where_clause(None);
        let generics = quote! {
            <#lifetime, #(#parameters,)* const #active: u64, #primal_ty: 'static #tie>
        };
        let head = quote! {
            #workspace: &#lifetime #kind,
            #mask: #active_struct<#active>,
            #primal: #primal_ty,
        };
        let joint = self.pooled_joint.as_ref().map(|body| {
            let (parameters, returned) = self.joint_parameters();
            quote_spanned! {span=>
                #[doc(hidden)]
                #[inline]
                pub fn joint_in #generics(#head #parameters) -> #returned #where_clause {
                    #check(&#primal, &#own);
                    #body
                }
            }
        });
        Some(quote_spanned! {span=>
            #[doc(hidden)]
            #[inline]
            pub fn split_in #generics(#head #(#params),*) -> (
                #result,
                impl #pullback + use<#lifetime, #(#arguments,)* #active, #primal_ty>
            ) #where_clause {
                #check(&#primal, &#own);
                #body
            }

            #joint
        })
    }
}
