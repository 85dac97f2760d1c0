//! The arguments of `#[differentiate(..)]`.

use crate::errors::Errors;
use crate::fence::{catalogue as no, check_depth};
use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Path, Token, parenthesized};

/// The arguments of the attribute.
pub(crate) struct Options {
    /// `wrt(a, b)`: the parameters to differentiate with respect to.
    pub(crate) wrt: Option<Vec<Ident>>,
    /// `name = stem` of the generated functions.
    pub(crate) name: Option<Ident>,
    /// `rule = path`: the user's own value and pullback.
    pub(crate) rule: Option<Path>,
    /// `crate = path` of the facade.
    pub(crate) krate: Path,
    /// Whether that is given.
    has_crate: bool,
    /// `recursive`: part of a cycle of calls, so the pullback is boxed.
    /// `recursive = false`: it is not, although it calls a method of its own name.
    pub(crate) recursive: Option<bool>,
    /// `inherent`: companions of the methods of a trait that is not marked.
    pub(crate) inherent: Option<Ident>,
    /// `impl<T: Float>`: the function is marked alone, in a block with these parameters.
    pub(crate) block: Option<(Ident, syn::Generics)>,
    /// What is generated beside the gradient.
    pub(crate) modes: Modes,
    /// What the block around a method asks for: it has what can be had.
    pub(crate) modes_of_block: Modes,
    /// `objective`: also `f::objective`, for solvers.
    pub(crate) objective: Option<Ident>,
    /// `circuit`: also `f_circuit`.
    pub(crate) circuit: Option<Ident>,
    /// `workspace`: also `f_backprop_in`.
    pub(crate) workspace: Option<Ident>,
    /// `show`: print the generated code as a note of the compiler.
    pub(crate) show: Option<Ident>,
}

/// The modes that are asked for, where they are.
#[derive(Clone, Default)]
pub(crate) struct Modes {
    /// `jvp`: forward mode.
    pub(crate) jvp: Option<Ident>,
    /// `jacobian`: a gradient for each number of the result.
    pub(crate) jacobian: Option<Ident>,
    /// `hvp`: the Hessian times a vector.
    pub(crate) hvp: Option<Ident>,
    /// `hessian`: all of it.
    pub(crate) hessian: Option<Ident>,
}

/// One of the modes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mode {
    Jvp,
    Jacobian,
    Hvp,
    Hessian,
}

impl Mode {
    /// All there are.
    pub(crate) const ALL: [Mode; 4] = [Mode::Jvp, Mode::Jacobian, Mode::Hvp, Mode::Hessian];
}

impl Modes {
    /// Where a mode is asked for, if it is.
    pub(crate) fn of(&mut self, mode: Mode) -> &mut Option<Ident> {
        match mode {
            Mode::Jvp => &mut self.jvp,
            Mode::Jacobian => &mut self.jacobian,
            Mode::Hvp => &mut self.hvp,
            Mode::Hessian => &mut self.hessian,
        }
    }

    /// Those with second derivatives.
    pub(crate) fn second(&self) -> impl Iterator<Item = &Ident> {
        self.hvp.iter().chain(&self.hessian)
    }
}

impl Options {
    /// Reads the options; unknown or repeated ones are reported.
    pub(crate) fn read(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut options = Options {
            wrt: None,
            name: None,
            rule: None,
            krate: syn::parse_quote!(::backprop),
            has_crate: false,
            recursive: None,
            inherent: None,
            block: None,
            modes: Modes::default(),
            modes_of_block: Modes::default(),
            objective: None,
            circuit: None,
            workspace: None,
            show: None,
        };
        let parser = |input: ParseStream| {
            let mut seen: Vec<String> = Vec::new();
            while !input.is_empty() {
                let key = input.call(Ident::parse_any)?;
                if seen.contains(&key.to_string()) {
                    errors.refuse(&key, no::REPEATED_OPTION);
                }
                seen.push(key.to_string());
                options.read_one(&key, input, errors)?;
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        };
        if let Err(error) = check_depth(&tokens).and_then(|()| parser.parse2(tokens)) {
            errors.push(error);
        }
        options
    }

    /// The options given that make sense for one function only.
    pub(crate) fn of_one_function(&self) -> Vec<Ident> {
        let wrt = self.wrt.iter().flatten().next();
        let rule = self.rule.iter().filter_map(|path| path.get_ident());
        let named = wrt.into_iter().chain(&self.name).chain(rule);
        let drawn = named.chain(&self.circuit);
        let drawn = drawn.chain(&self.workspace);
        drawn.chain(&self.objective).cloned().collect()
    }

    /// An option that a function without a gradient of its own cannot have.
    pub(crate) fn of_results(&self) -> Option<Ident> {
        let modes = &self.modes;
        let modes = [&modes.jvp, &modes.jacobian, &modes.hvp, &modes.hessian];
        let asked = modes.into_iter().flatten().next().cloned();
        asked.or_else(|| self.of_one_function().into_iter().next())
    }

    /// These, for a method of a block with options of its own.
    pub(crate) fn inside(mut self, block: &Options) -> Options {
        if !self.has_crate {
            self.krate = block.krate.clone();
        }
        self.recursive = self.recursive.or(block.recursive);
        self.modes_of_block = block.modes.clone();
        self.show = self.show.or_else(|| block.show.clone());
        self
    }

    fn read_one(
        &mut self,
        key: &Ident,
        input: ParseStream,
        errors: &mut Errors,
    ) -> syn::Result<()> {
        match key.to_string().as_str() {
            "wrt" => {
                let list;
                parenthesized!(list in input);
                let names = list.parse_terminated(Ident::parse_any, Token![,])?;
                if names.is_empty() {
                    errors.refuse(key, no::EMPTY_WRT);
                }
                self.wrt = Some(names.into_iter().collect());
            }
            "name" => {
                input.parse::<Token![=]>()?;
                self.name = Some(input.parse()?);
            }
            "rule" => {
                input.parse::<Token![=]>()?;
                self.rule = Some(as_expression(input.parse()?));
            }
            "crate" => {
                input.parse::<Token![=]>()?;
                self.krate = Path::parse_mod_style(input)?;
                self.has_crate = true;
            }
            "recursive" => {
                self.recursive = Some(match input.parse::<Option<Token![=]>>()? {
                    Some(_) => input.parse::<syn::LitBool>()?.value,
                    None => true,
                });
            }
            "impl" => self.block = Some((key.clone(), input.parse()?)),
            "inherent" => self.inherent = Some(key.clone()),
            "objective" => self.objective = Some(key.clone()),
            "circuit" => self.circuit = Some(key.clone()),
            "workspace" => self.workspace = Some(key.clone()),
            "show" => self.show = Some(key.clone()),
            "jvp" => self.modes.jvp = Some(key.clone()),
            "jacobian" => self.modes.jacobian = Some(key.clone()),
            "hvp" => self.modes.hvp = Some(key.clone()),
            "hessian" => self.modes.hessian = Some(key.clone()),
            "bound" => {
                errors.refuse(key, no::MODE_NOT_YET);
                skip_value(input)?;
            }
            _ => {
                errors.refuse(key, no::UNKNOWN_OPTION);
                skip_value(input)?;
            }
        }
        Ok(())
    }
}

/// Skips the value of an option that was reported, so that the next is read.
fn skip_value(input: ParseStream) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<proc_macro2::TokenTree>()?;
    }
    Ok(())
}

/// The path as expressions have it, `a::<T>`: types may leave out the colons.
fn as_expression(mut path: Path) -> Path {
    for segment in &mut path.segments {
        if let syn::PathArguments::AngleBracketed(arguments) = &mut segment.arguments {
            let colons = syn::Token![::](arguments.lt_token.span);
            arguments.colon2_token.get_or_insert(colons);
        }
    }
    path
}
