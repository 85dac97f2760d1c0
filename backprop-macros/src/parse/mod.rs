//! The typed view of what the user wrote: the function, its parameters by
//! spelling, and the options of the attribute.

mod checkpoint;
mod checks;
mod coercions;
mod functions;
pub(crate) mod lens;
mod objects;
mod options;
mod reals;
mod receiver;
mod recursion;
mod signature;
mod unnamed;

pub(crate) use checkpoint::{attributes_of_loop, checkpoint, is_checkpoint, strip_checkpoints};
pub(crate) use functions::{FunctionType, Functions, is_plain, passed};
pub(crate) use lens::{Lens, returns_mut};
pub(crate) use objects::is_object;
pub(crate) use options::{Mode, Options};
pub(crate) use reals::Reals;
pub(crate) use receiver::{RECEIVER, is_receiver};
pub(crate) use recursion::in_boxes;
pub(crate) use signature::{
    Parameter, Passing, Shape, Signature, Wrapped, is_collection, option_payload,
};

use crate::errors::Errors;
use std::collections::{BTreeMap, BTreeSet};

/// A function to differentiate.
pub(crate) struct Input {
    /// The function; the body of a method names its receiver [`is_receiver`].
    pub(crate) item: syn::ItemFn,
    pub(crate) options: Options,
    pub(crate) signature: Signature,
    pub(crate) home: Home,
    /// Type parameters that stand for real numbers.
    pub(crate) reals: Reals,
    /// Type parameters that stand for functions.
    pub(crate) functions: Functions,
    /// The operator that the function implements.
    pub(crate) operator: Option<Operator>,
    /// What it indexes.
    pub(crate) indexing: Option<Indexing>,
    /// Where the reference leads that it returns, if it is a `&mut` one.
    pub(crate) lens: Option<Lens>,
    /// Whether it only [reads](is_reading).
    pub(crate) is_reading: bool,
    /// Whether its record borrows [nothing](in_boxes), and neither does the type.
    pub(crate) is_in_box: bool,
    /// The generics of the `impl` or the trait around it, if it is seen.
    pub(crate) outer: Option<syn::Generics>,
    /// The methods of the same block, as far as it is seen.
    pub(crate) siblings: BTreeMap<String, Sibling>,
    /// The type that an inherent block is for, and its functions without a receiver.
    pub(crate) owner: Option<proc_macro2::Ident>,
    pub(crate) associated: BTreeSet<String>,
    /// How many of its type parameters, the last ones, have no name in the primal.
    pub(crate) unnamed: usize,
}

/// An operator, and the types that it is implemented for, references left out.
#[derive(Clone)]
pub(crate) struct Operator {
    /// The trait of ours that its companion implements.
    pub(crate) rule: &'static str,
    pub(crate) left: syn::Type,
    /// Whether the left operand is taken by reference.
    pub(crate) left_is_reference: bool,
    pub(crate) right: Option<syn::Type>,
    /// What it gives, unless it assigns.
    pub(crate) output: Option<syn::Type>,
}

/// What an `impl` of `Index` or `IndexMut` is for.
#[derive(Clone)]
pub(crate) struct Indexing {
    pub(crate) of: syn::Type,
    pub(crate) index: syn::Type,
    pub(crate) is_mut: bool,
}

/// What a block tells of its methods.
#[derive(Clone, Default)]
pub(crate) struct Around {
    pub(crate) operator: Option<Operator>,
    pub(crate) indexing: Option<Indexing>,
    pub(crate) lens: Option<Lens>,
    /// The trait whose objects have the method, where that is its default form.
    pub(crate) object: Option<proc_macro2::Ident>,
    /// Default methods whose records borrow [nothing](in_boxes).
    pub(crate) in_boxes: BTreeSet<String>,
    pub(crate) generics: Option<syn::Generics>,
    pub(crate) siblings: BTreeMap<String, Sibling>,
    /// The type that an inherent block is for, and its functions without a receiver that
    /// have companions.
    pub(crate) owner: Option<proc_macro2::Ident>,
    pub(crate) associated: BTreeSet<String>,
}

/// A method of the same block.
#[derive(Clone)]
pub(crate) struct Sibling {
    /// How it takes its receiver.
    pub(crate) passing: Passing,
    /// Whether `self.name()` means it for sure: where a trait is implemented, the type
    /// itself may have a method of the name.
    pub(crate) is_sure: bool,
    pub(crate) has_companions: bool,
    pub(crate) result: Shape,
    /// Whether it returns a `&mut` reference.
    pub(crate) returns_mut: bool,
}

impl Around {
    /// What a block with these generics tells.
    pub(crate) fn of(generics: &syn::Generics) -> Self {
        Around {
            operator: None,
            indexing: None,
            lens: None,
            object: None,
            in_boxes: BTreeSet::new(),
            generics: Some(generics.clone()),
            siblings: BTreeMap::new(),
            owner: None,
            associated: BTreeSet::new(),
        }
    }

    /// Adds a method, if it is one.
    pub(crate) fn add(&mut self, sig: &syn::Signature, is_sure: bool, has_companions: bool) {
        let Some(passing) = receiver::passing(sig) else {
            if has_companions {
                self.associated.insert(sig.ident.to_string());
            }
            return;
        };
        let result = match &sig.output {
            syn::ReturnType::Default => Shape::Tuple(Vec::new()),
            syn::ReturnType::Type(_, ty) => Shape::of(ty, &self.reals(&sig.generics)),
        };
        let sibling = Sibling {
            passing,
            is_sure,
            has_companions,
            result,
            returns_mut: returns_mut(sig),
        };
        self.siblings.insert(sig.ident.to_string(), sibling);
    }

    /// Whether a function here has a derivative, by its signature.
    pub(crate) fn has_derivative(&self, sig: &syn::Signature) -> bool {
        let mut sig = sig.clone();
        unnamed::name(&mut sig);
        let reals = self.reals(&sig.generics);
        Signature::has_derivative(&mut sig, &reals)
    }

    /// The type parameters of a function here that stand for real numbers.
    pub(crate) fn reals(&self, own: &syn::Generics) -> Reals {
        Reals::of(self.generics.iter().chain([own]))
    }
}

/// Where a function stands, and so where its companions go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Home {
    /// In a module or a body: the companion is an item of the same name.
    Module,
    /// In an `impl` of a type: companions are functions beside it.
    Impl,
    /// In the definition of a trait: companions are members of the trait.
    Trait,
    /// The same, without a body.
    Declaration,
    /// In an `impl` of a trait: companions implement those of the trait.
    TraitImpl,
    /// In an `impl` of an operator: its companion implements a trait of ours.
    Operator,
    /// The default form of a method, of `dyn Trait`.
    Object,
}

impl Home {
    /// Where a function stands that is marked itself, as far as it tells.
    pub(crate) fn of(item: &syn::ItemFn) -> Home {
        match item.sig.receiver().is_some() || receiver::mentions_self_type(item) {
            true => Home::Impl,
            false => Home::Module,
        }
    }

    /// Whether companions are members of a trait.
    pub(crate) fn is_trait(self) -> bool {
        matches!(self, Home::Trait | Home::Declaration)
    }

    /// Whether companions are associated functions.
    pub(crate) fn is_member(self) -> bool {
        self != Home::Module
    }
}

/// Whether a function of a type gets nothing that has a derivative, or a method only
/// reads what has none off its receiver: its parameters are constants by spelling, and the
/// result of a method is. A trait is implemented elsewhere: there a result that is a number
/// or a flag decides, which any body can give.
pub(crate) fn is_reading(sig: &syn::Signature, home: Home) -> bool {
    let none = Reals::default();
    let is_constant = |ty: &syn::Type| match ty {
        syn::Type::Reference(reference) if reference.mutability.is_some() => false,
        ty => !Shape::of(ty, &none).may_be_active(),
    };
    let passes = |input: &syn::FnArg| match input {
        syn::FnArg::Receiver(_) => receiver::passing(sig) != Some(Passing::Mut),
        syn::FnArg::Typed(typed) => is_constant(&typed.ty),
    };
    let makes = sig.receiver().is_none() && home == Home::Impl && !sig.inputs.is_empty();
    let gives = match &sig.output {
        _ if makes => true,
        syn::ReturnType::Type(_, ty) if home == Home::Impl => is_constant(ty),
        syn::ReturnType::Type(_, ty) => matches!(Shape::of(ty, &none), Shape::Int | Shape::Bool),
        syn::ReturnType::Default => false,
    };
    let has_home = home.is_member() && home != Home::Operator;
    let is_plain = sig.generics.params.is_empty() && (sig.receiver().is_some() || makes);
    has_home && is_plain && gives && sig.inputs.iter().all(passes)
}

/// Reads the function and the options; what is wrong goes to `errors`.
pub(crate) fn parse(
    mut item: syn::ItemFn,
    options: Options,
    home: Home,
    around: &Around,
    errors: &mut Errors,
) -> Input {
    let unnamed = unnamed::name(&mut item.sig);
    let reals = around.reals(&item.sig.generics);
    coercions::write(&mut item, &reals);
    if around.lens.is_none() {
        signature::name_lifetime(&mut item.sig);
    }
    let is_reading = options.rule.is_none() && around.lens.is_none() && is_reading(&item.sig, home);
    let mut found = Errors::default();
    let functions = Functions::read(&mut item.sig, &options, &reals, &mut found);
    let are_sound = !found.any();
    let is_lens = around.lens.is_some();
    let mut signature =
        Signature::read(&item.sig, &options, &reals, &functions, is_lens, &mut found);
    signature.is_sound &= are_sound;
    match is_reading {
        // it has no derivative, as one sees
        true => signature.is_sound = true,
        false => errors.append(found),
    }
    if let Some(operator) = &around.operator {
        signature.of_operator(operator);
    }
    if let Some(name) = &around.object {
        signature.of_object(name);
    }
    if home.is_member() {
        receiver::rename(&mut item.block);
    }
    let is_in_box = around.in_boxes.contains(&item.sig.ident.to_string());
    Input {
        is_in_box,
        item,
        options,
        signature,
        home,
        reals,
        functions,
        operator: around.operator.clone(),
        indexing: around.indexing.clone(),
        lens: around.lens.clone(),
        is_reading,
        outer: around.generics.clone(),
        siblings: around.siblings.clone(),
        owner: around.owner.clone(),
        associated: around.associated.clone(),
        unnamed,
    }
}
