//! `f_circuit`: the circuit form as a public function.

use super::Emitter;
use super::companions::{Parts, plain};
use super::names::plumbing;
use super::split::load_parameter;
use crate::circuit::Circuit;
use crate::ir::{Drawing, Gate, GateInput};
use crate::parse::{Home, Input, Passing};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

/// `f_circuit`.
pub(crate) fn circuit(input: &Input, circuit: &Circuit, items: &[syn::Item]) -> TokenStream {
    let parts = Parts::of(input);
    let (body, finish) = body(&parts, circuit, items);
    let finish = finish.map(|(_, finish)| finish);
    function(&parts, quote!(#body #finish))
}

/// The body of an `f_grad` that reads its gradients off the circuit.
pub(super) fn gradient_of_circuit(
    parts: &Parts,
    circuit: &Circuit,
    items: &[syn::Item],
) -> Option<TokenStream> {
    let (body, finish) = body(parts, circuit, items);
    let (result, finish) = finish?;
    let span = parts.span;
    let module = parts.private("circuit");
    let (value, circuit) = (plumbing("value", span), plumbing("finished", span));
    let mut zeros = TokenStream::new();
    let mut gradients = Vec::new();
    for param in parts.listed() {
        let (name, zero) = (&param.name, parts.private("zero_gradient"));
        let gradient = plumbing(&format!("d_{}", plain(name)), span);
        let content = match param.passing {
            Passing::Value => quote!(&#name),
            _ => quote!(&*#name),
        };
        // before the body changes it
        zeros.extend(quote!(let #gradient = #zero(#content);));
        let name = plain(name);
        gradients.push(quote!(#module::gradient_of(&#circuit, #name, #gradient)));
    }
    let gradient = match &gradients[..] {
        [only] => only.clone(),
        many => quote!((#(#many),*)),
    };
    Some(quote_spanned! {span=>
        #zeros #body
        let #value = *#result;
        let #circuit = #finish;
        (#value, #gradient)
    })
}

/// The body, and at its end the result and the finished circuit, if it has an end.
fn body(
    parts: &Parts,
    circuit: &Circuit,
    items: &[syn::Item],
) -> (TokenStream, Option<(TokenStream, TokenStream)>) {
    let (input, f) = (parts.input, &circuit.function);
    let emitter = Emitter::new(f, parts.krate);
    let span = parts.span;
    let mut load = TokenStream::new();
    for (param, values) in input.signature.params.iter().zip(&f.params) {
        let (inner, name) = (parts.inner(param), &param.name);
        load.extend(quote!(let #inner = #name;));
        load.extend(load_parameter(&emitter, parts, param, &values.entry));
    }
    // it counts as used, as what computes the same
    let (primal, arguments) = (parts.primal(), parts.type_arguments());
    let used = match arguments.is_empty() {
        true => quote!(let _ = #primal;),
        // there is no way to write its type
        false if input.unnamed > 0 => TokenStream::new(),
        false => quote!(let _ = #primal::<#(#arguments),*>;),
    };
    let stmts = emitter.stmts(&f.body);
    let (builder, module) = (builder(span), parts.private("circuit"));
    let name = plain(&input.item.sig.ident);
    let mut body = quote_spanned! {span=>
        #(#items)*
        #used
        let mut #builder = #module::CircuitBuilder::new(#name);
        #load #stmts
    };
    if f.body.diverges() {
        return (body, None);
    }
    for (param, values) in input.signature.params.iter().zip(&f.params) {
        if let (Some(exit), Passing::Mut) = (&values.exit, param.passing) {
            let (name, value) = (parts.inner(param), emitter.tree(exit));
            body.extend(quote!(*#name = #value;));
        }
    }
    let (result, wire) = (
        emitter.reference(circuit.result),
        emitter.reference(circuit.wire),
    );
    let finish = quote_spanned!(span=> #builder.finish(#result, #wire));
    (body, Some((result, finish)))
}

/// The same without a body, for a function that was refused.
pub(crate) fn circuit_stub(input: &Input) -> Option<TokenStream> {
    input.options.circuit.as_ref()?;
    if !matches!(input.home, Home::Module | Home::Impl) {
        return None;
    }
    let parts = Parts::of(input);
    let refused = parts.private("refused");
    let names = input.signature.params.iter().map(|param| &param.name);
    Some(function(&parts, quote!(let _ = (#(&#names,)*); #refused())))
}

fn function(parts: &Parts, body: TokenStream) -> TokenStream {
    let (span, krate) = (parts.span, parts.krate);
    let name = format_ident!("{}_circuit", parts.stem(), span = span);
    let primal = plain(&parts.input.item.sig.ident);
    let docs = format!("The gates that [`{primal}`] executes, each wire with its gradient.");
    let head = parts.public_head(&docs);
    let generics = parts.public_generics();
    let (params, take) = (parts.public_params(), parts.take_receiver(false));
    let where_clause = parts.where_clause(None);
    quote_spanned! {span=>
        #head fn #name #generics(#(#params),*) -> #krate::Circuit #where_clause {
            #take #body
        }
    }
}

/// The local that the circuit is built in.
fn builder(span: Span) -> Ident {
    plumbing("circuit", span.resolved_at(Span::mixed_site()))
}

impl Emitter<'_> {
    pub(super) fn draw(&self, drawing: &Drawing, span: Span) -> TokenStream {
        let builder = builder(span);
        match drawing {
            Drawing::Input { name, value } => {
                let zero = self.facade.private("zero_gradient", span);
                let reference = match self.f.is_reference(*value) {
                    true => {
                        let value = self.operand(*value);
                        quote!(&*#value)
                    }
                    false => self.reference(*value),
                };
                quote_spanned!(span=> #builder.inputs(#name, #reference, #zero(#reference)))
            }
            Drawing::Named { wire, name } => {
                let wire = self.value(*wire);
                quote_spanned!(span=> #builder.named(#wire, #name))
            }
            Drawing::Filled { zeros, with } => {
                let fill = self.circuit_item("fill", span);
                let (zeros, with) = (self.value(*zeros), self.reference(*with));
                quote_spanned!(span=> #fill(#zeros, #with))
            }
            Drawing::Gate(gate) => self.gate(gate, span),
        }
    }

    fn gate(&self, gate: &Gate, span: Span) -> TokenStream {
        let (builder, site) = (builder(span), self.circuit_item("Site", span));
        let operation = &gate.operation;
        let name = gate.name.as_deref().unwrap_or("");
        let line = Literal::u32_unsuffixed(line(span));
        let value = self.operand(gate.value);
        let value = quote_spanned!(span=> &#value);
        let inputs = gate.inputs.iter().map(|input| self.gate_input(input, span));
        quote_spanned! {span=>
            #builder.gate(
                #site { operation: #operation, name: #name, line: #line },
                #value,
                [#(#inputs),*],
            )
        }
    }

    fn gate_input(&self, input: &GateInput, span: Span) -> TokenStream {
        match input {
            GateInput::Fixed(value) => {
                let (fixed, value) = (self.circuit_item("fixed", span), self.reference(*value));
                quote_spanned!(span=> #fixed(#value))
            }
            GateInput::Wire {
                value,
                wire,
                local,
                is_routed,
            } => {
                let function = match is_routed {
                    true => self.circuit_item("routed", span),
                    false => self.circuit_item("operand", span),
                };
                let parts = [value, wire, local].map(|part| self.reference(*part));
                quote_spanned!(span=> #function(#(#parts),*))
            }
            GateInput::Argument { wires, gradient } => {
                let function = self.circuit_item("argument", span);
                let (wires, gradient) = (self.looked_at(wires), self.reference(*gradient));
                let builder = builder(span);
                quote_spanned!(span=> #function(&#builder, &#wires, #gradient))
            }
        }
    }

    fn circuit_item(&self, name: &str, span: Span) -> TokenStream {
        let module = self.facade.private("circuit", span);
        let name = Ident::new(name, span.resolved_at(Span::mixed_site()));
        quote_spanned!(span=> #module::#name)
    }
}

/// The line of the user's code, or 0 where no compiler tells.
fn line(span: Span) -> u32 {
    match proc_macro::is_available() {
        // a span of the compiler is behind it, so that this does not panic
        true => span.unwrap().line().try_into().unwrap_or(0),
        false => 0,
    }
}
