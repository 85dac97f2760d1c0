//! Writes type aliases out, so that every later pass sees the types themselves.

use std::collections::HashMap;

use syn::visit_mut::{self, VisitMut};
use syn::{Item, Path, Type};

/// Replaces the aliases that these items define, except generic ones.
pub(crate) fn expand(items: &mut [Item]) {
    let mut aliases = Aliases(HashMap::new());
    for item in items.iter() {
        if let Item::Type(alias) = item
            && alias.generics.params.is_empty()
        {
            let mut ty = (*alias.ty).clone();
            aliases.visit_type_mut(&mut ty);
            let name = alias.ident.to_string();
            // An alias of a later alias is written out by a later round.
            let one = Aliases(HashMap::from([(name.clone(), ty.clone())]));
            for known in aliases.0.values_mut() {
                Aliases(one.0.clone()).visit_type_mut(known);
            }
            aliases.0.insert(name, ty);
        }
    }
    if !aliases.0.is_empty() {
        items
            .iter_mut()
            .for_each(|item| aliases.visit_item_mut(item));
    }
}

struct Aliases(HashMap<String, Type>);

impl VisitMut for Aliases {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if let Type::Path(path) = ty
            && let Some(name) = path.path.get_ident()
            && let Some(meaning) = self.0.get(&name.to_string())
        {
            *ty = meaning.clone();
            return;
        }
        visit_mut::visit_type_mut(self, ty);
    }

    /// `Alias::MAX` and `Alias::new`.
    fn visit_path_mut(&mut self, path: &mut Path) {
        if path.segments.len() > 1
            && path.leading_colon.is_none()
            && let Some(Type::Path(meaning)) = self.0.get(&path.segments[0].ident.to_string())
        {
            let rest = path.segments.iter().skip(1).cloned();
            let segments = meaning.path.segments.iter().cloned().chain(rest);
            path.segments = segments.collect();
        }
        visit_mut::visit_path_mut(self, path);
    }
}
