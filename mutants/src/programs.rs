//! The functions of the tests, as the attribute gets them.

use std::path::Path;

use quote::ToTokens;
use syn::Item;

use crate::units::Units;

pub(crate) struct Program {
    /// What it is compiled with; nothing for what the compiler has to refuse.
    pub(crate) unit: Option<usize>,
    /// Where it stands, below the root.
    pub(crate) file: String,
    /// Its name, if it is a function.
    pub(crate) name: String,
    options: String,
    item: String,
}

/// The modes that the oracle asks for.
const MODES: [&str; 4] = ["jvp", "hvp", "hessian", "jacobian"];

impl Program {
    pub(crate) fn len(&self) -> usize {
        self.item.len()
    }

    fn text(&self, options: &str) -> String {
        format!("{}\x1f{options}\x1f{}\x1e", self.file, self.item)
    }

    /// As the server reads it.
    pub(crate) fn with_modes(&self) -> String {
        self.text(&self.options)
    }

    pub(crate) fn without_modes(&self) -> String {
        let options = self.options.split(',').map(str::trim);
        let options: Vec<&str> = options.filter(|option| !MODES.contains(option)).collect();
        self.text(&options.join(", "))
    }
}

/// All that the units hand to the attribute, then what it has to refuse.
pub(crate) fn all(root: &Path, units: &Units) -> Vec<Program> {
    let text = units.inputs();
    let mut programs: Vec<Program> = text
        .split_terminator('\x1e')
        .filter_map(|program| {
            let mut parts = program.split('\x1f').map(str::to_owned);
            let file = parts.next()?;
            let unit = units.of(&file)?;
            let (options, item) = (parts.next()?, parts.next()?);
            let function = syn::parse_str::<syn::ItemFn>(&item).ok();
            Some(Program {
                unit: Some(unit),
                file: units.all[unit].file.clone(),
                name: function.map_or_else(String::new, |f| f.sig.ident.to_string()),
                options,
                item,
            })
        })
        .collect();
    refused(root, &root.join("tests/ui"), &mut programs);
    programs
}

/// Cases of one item that the macro refuses: rustc's own errors have numbers.
fn refused(root: &Path, folder: &Path, programs: &mut Vec<Program>) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            refused(root, &path, programs);
            continue;
        }
        let message = std::fs::read_to_string(path.with_extension("stderr"));
        let source = std::fs::read_to_string(&path);
        let (Ok(message), Ok(source), true) =
            (message, source, path.extension().is_some_and(|x| x == "rs"))
        else {
            continue;
        };
        let Ok(file) = syn::parse_file(&source) else {
            continue;
        };
        let mut marked = file.items.into_iter().filter_map(split);
        if let (Some((options, item)), None, false) =
            (marked.next(), marked.next(), message.contains("error["))
        {
            let file = path.strip_prefix(root).unwrap_or(&path);
            programs.push(Program {
                unit: None,
                file: file.display().to_string(),
                name: String::new(),
                options,
                item,
            });
        }
    }
}

/// The options of the attribute, and the item without it.
fn split(mut item: Item) -> Option<(String, String)> {
    let attributes = match &mut item {
        Item::Fn(item) => &mut item.attrs,
        Item::Impl(item) => &mut item.attrs,
        Item::Trait(item) => &mut item.attrs,
        _ => return None,
    };
    let at = attributes.iter().position(|attribute| {
        let last = attribute.path().segments.last();
        last.is_some_and(|last| last.ident == "differentiate")
    })?;
    let attribute = attributes.remove(at);
    let options = match &attribute.meta {
        syn::Meta::List(list) => list.tokens.to_string(),
        _ => String::new(),
    };
    Some((options, item.into_token_stream().to_string()))
}
