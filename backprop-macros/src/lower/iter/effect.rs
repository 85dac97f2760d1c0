//! What running a closure does beside giving a value.
//!
//! Items that a step skips are not computed where their positions are known.
//! `std` runs the closures before that step for them all the same, so this is
//! only right where nobody can tell.

use crate::lower::closure::{Callback, Closure};
use crate::lower::{Binding, Lowerer};
use crate::rules;
use quote::ToTokens;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Expr, Ident, Pat, Token};

/// What is seen of a call of a closure, from nothing to everything.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Effect {
    /// Nothing but the value. Arithmetic counts as such.
    Nothing,
    /// It may panic.
    Panic,
    /// It may change what is around it, or print.
    State,
}

/// Methods that change nothing and do not panic.
const QUIET: &[&str] = &[
    "all",
    "any",
    "as_ref",
    "as_slice",
    "chain",
    "clone",
    "cloned",
    "collect",
    "contains",
    "copied",
    "count",
    "enumerate",
    "filter",
    "filter_map",
    "find",
    "first",
    "flat_map",
    "flatten",
    "fold",
    "get",
    "into",
    "into_iter",
    "is_empty",
    "is_none",
    "is_some",
    "iter",
    "last",
    "len",
    "map",
    "map_or",
    "map_or_else",
    "map_while",
    "max_by",
    "min_by",
    "position",
    "product",
    "reduce",
    "rev",
    "scan",
    "skip",
    "skip_while",
    "sum",
    "take",
    "take_while",
    "to_owned",
    "to_vec",
    "unwrap_or",
    "unwrap_or_else",
    "wrapping_add",
    "wrapping_mul",
    "wrapping_sub",
    "zip",
];

/// Methods that change nothing but may panic.
const LOUD: &[&str] = &[
    "chunks",
    "chunks_exact",
    "concat",
    "expect",
    "pow",
    "rchunks",
    "rchunks_exact",
    "split_at",
    "step_by",
    "unwrap",
    "windows",
];

/// Macros that change nothing but may panic.
const PANICS: &[&str] = &[
    "assert",
    "assert_eq",
    "assert_ne",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "panic",
    "todo",
    "unimplemented",
    "unreachable",
];

impl Lowerer<'_> {
    /// What a call of a function argument does beside giving a value.
    pub(super) fn effect(&self, callback: &Callback) -> Effect {
        match &callback.closure {
            Some(closure) => self.effect_of_closure(closure, 0),
            None => effect_of_function(&callback.expr),
        }
    }

    fn effect_of_closure(&self, closure: &Closure, depth: usize) -> Effect {
        if depth > 16 {
            return Effect::State;
        }
        let mut finder = Finder {
            lowerer: self,
            closure,
            depth,
            variables: Vec::new(),
            effect: Effect::Nothing,
        };
        for pat in &closure.expr.inputs {
            finder.visit_pat(pat);
        }
        finder.visit_expr(&closure.expr.body);
        finder.effect
    }
}

/// Functions are taken to leave what is around them alone.
fn effect_of_function(function: &Expr) -> Effect {
    let Expr::Path(path) = function else {
        return Effect::State;
    };
    let names: Vec<String> = path
        .path
        .segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect();
    match &names[..] {
        [.., owner, name] if owner == "f64" || owner == "f32" => match rules::method(name) {
            Some(_) => Effect::Nothing,
            None => Effect::Panic,
        },
        [name] if name == "Some" => Effect::Nothing,
        _ => Effect::Panic,
    }
}

struct Finder<'a, 'b> {
    lowerer: &'a Lowerer<'b>,
    closure: &'a Closure,
    depth: usize,
    /// Variables of the closure, and whether they are known to hold what they
    /// name: what is behind a reference may be anyone's.
    variables: Vec<(Ident, bool)>,
    effect: Effect,
}

impl Finder<'_, '_> {
    fn has(&mut self, effect: Effect) {
        self.effect = self.effect.max(effect);
    }

    fn around(&self, name: &Ident) -> Option<&Binding> {
        let name = name.to_string();
        let mut scopes = self.closure.scopes.iter().rev();
        scopes.find_map(|scope| {
            let found = scope.iter().rev().find(|(bound, _)| *bound == name);
            found.map(|(_, binding)| binding)
        })
    }

    /// Whether a place that is changed is a variable of the closure.
    fn is_own(&self, place: &Expr) -> bool {
        let (name, inside) = match root(place, false) {
            Some(found) => found,
            None => return false,
        };
        let mut known = self
            .variables
            .iter()
            .filter(|(own, _)| own == name)
            .peekable();
        known.peek().is_some()
            && known.all(|(_, holds)| *holds || !inside)
            && self.around(name).is_none()
    }

    fn changes(&mut self, place: &Expr) {
        let own = match place {
            Expr::Tuple(parts) => parts.elems.iter().all(|part| self.is_own(part)),
            Expr::Infer(_) => true,
            place => self.is_own(place),
        };
        if !own {
            self.has(Effect::State);
        }
    }

    fn macro_call(&mut self, mac: &syn::Macro) {
        let name = mac.path.segments.last().map(|last| last.ident.to_string());
        let name = name.unwrap_or_default();
        let panics = PANICS.contains(&&*name);
        if !panics && name != "vec" {
            self.has(Effect::State);
            return;
        }
        if panics {
            self.has(Effect::Panic);
        }
        let listed = Punctuated::<Expr, Token![,]>::parse_terminated;
        let repeated = Punctuated::<Expr, Token![;]>::parse_terminated;
        let tokens = mac.tokens.to_token_stream();
        let parts: Vec<Expr> = match listed.parse2(tokens.clone()) {
            Ok(parts) => parts.into_iter().collect(),
            Err(_) => match repeated.parse2(tokens) {
                Ok(parts) => parts.into_iter().collect(),
                Err(_) => {
                    self.has(Effect::State);
                    return;
                }
            },
        };
        for part in &parts {
            self.visit_expr(part);
        }
    }
}

/// The variable that a place is part of, and whether the place is inside it.
fn root(place: &Expr, inside: bool) -> Option<(&Ident, bool)> {
    match place {
        Expr::Path(path) => Some((path.path.get_ident()?, inside)),
        Expr::Paren(inner) => root(&inner.expr, inside),
        Expr::Group(inner) => root(&inner.expr, inside),
        Expr::Field(field) => root(&field.base, true),
        Expr::Index(index) => root(&index.expr, true),
        _ => None,
    }
}

/// Whether a value is no reference by its spelling.
fn is_fresh(value: &Expr) -> bool {
    match value {
        Expr::Array(_) | Expr::Repeat(_) | Expr::Lit(_) | Expr::Struct(_) | Expr::Binary(_) => true,
        Expr::Paren(inner) => is_fresh(&inner.expr),
        Expr::Group(inner) => is_fresh(&inner.expr),
        Expr::Tuple(parts) => parts.elems.iter().all(is_fresh),
        Expr::Macro(mac) => mac.mac.path.is_ident("vec"),
        Expr::MethodCall(call) => {
            matches!(&*call.method.to_string(), "to_vec" | "collect" | "clone")
        }
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) => {
                let last = path.path.segments.last();
                last.is_some_and(|last| last.ident == "new" || last.ident == "with_capacity")
            }
            _ => false,
        },
        _ => false,
    }
}

impl<'ast> Visit<'ast> for Finder<'_, '_> {
    fn visit_local(&mut self, local: &'ast syn::Local) {
        let pat = match &local.pat {
            Pat::Type(typed) => &*typed.pat,
            pat => pat,
        };
        let Some(init) = &local.init else {
            self.visit_pat(pat);
            return;
        };
        visit::visit_local_init(self, init);
        match pat {
            Pat::Ident(name) if is_fresh(&init.expr) => {
                self.variables.push((name.ident.clone(), true));
            }
            pat => self.visit_pat(pat),
        }
    }

    fn visit_pat_ident(&mut self, pat: &'ast syn::PatIdent) {
        if pat.mutability.is_some() && pat.by_ref.is_none() {
            self.variables.push((pat.ident.clone(), false));
        }
        visit::visit_pat_ident(self, pat);
    }

    fn visit_expr_assign(&mut self, assign: &'ast syn::ExprAssign) {
        self.changes(&assign.left);
        visit::visit_expr_assign(self, assign);
    }

    fn visit_expr_binary(&mut self, binary: &'ast syn::ExprBinary) {
        use syn::BinOp;
        if matches!(
            binary.op,
            BinOp::AddAssign(_)
                | BinOp::SubAssign(_)
                | BinOp::MulAssign(_)
                | BinOp::DivAssign(_)
                | BinOp::RemAssign(_)
                | BinOp::BitXorAssign(_)
                | BinOp::BitAndAssign(_)
                | BinOp::BitOrAssign(_)
                | BinOp::ShlAssign(_)
                | BinOp::ShrAssign(_)
        ) {
            self.changes(&binary.left);
        }
        visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_reference(&mut self, reference: &'ast syn::ExprReference) {
        if reference.mutability.is_some() {
            self.changes(&reference.expr);
        }
        visit::visit_expr_reference(self, reference);
    }

    fn visit_expr_index(&mut self, index: &'ast syn::ExprIndex) {
        self.has(Effect::Panic);
        visit::visit_expr_index(self, index);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let name = call.method.to_string();
        match &*name {
            name if QUIET.contains(&name) || rules::method(name).is_some() => {}
            name if LOUD.contains(&name) => self.has(Effect::Panic),
            // it may change its receiver
            _ => match self.is_own(&call.receiver) {
                true => self.has(Effect::Panic),
                false => self.has(Effect::State),
            },
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        let named = match &*call.func {
            Expr::Path(path) => path.path.get_ident().and_then(|name| self.around(name)),
            _ => None,
        };
        if !matches!(named, Some(Binding::Closure(_))) {
            self.has(effect_of_function(&call.func));
        }
        visit::visit_expr_call(self, call);
    }

    // a closure that is named is called
    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        if let Some(name) = path.path.get_ident()
            && let Some(Binding::Closure(closure)) = self.around(name)
        {
            let effect = self.lowerer.effect_of_closure(closure, self.depth + 1);
            self.has(effect);
        }
        // items may be taken from it
        if let Some(name) = path.path.get_ident()
            && let Some(Binding::Iterator(_)) = self.around(name)
        {
            self.has(Effect::State);
        }
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        self.macro_call(mac);
    }

    fn visit_item(&mut self, _: &'ast syn::Item) {}
}
