pub(crate) fn assert_gradient(_: proc_macro2::TokenStream) -> proc_macro2::TokenStream { todo!() }
