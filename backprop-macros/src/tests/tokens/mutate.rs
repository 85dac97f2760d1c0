//! One input: a real item, changed at random.

use super::seeds::Seeds;
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

/// What is put in, one a line: tokens, arguments of the attribute, identifiers.
const WORDS: &str = include_str!("words.txt");
const OPTIONS: &str = include_str!("options.txt");
const NAMES: &str = include_str!("names.txt");

/// Tokens that can be changed.
#[derive(Clone)]
pub(super) enum Tree {
    Token(TokenTree),
    Group(Delimiter, Vec<Tree>),
}

impl Tree {
    pub(super) fn list(tokens: TokenStream) -> Vec<Tree> {
        let tree = |token| match token {
            TokenTree::Group(group) => Tree::Group(group.delimiter(), Tree::list(group.stream())),
            token => Tree::Token(token),
        };
        tokens.into_iter().map(tree).collect()
    }

    pub(super) fn tokens(list: &[Tree]) -> TokenStream {
        let token = |tree: &Tree| match tree {
            Tree::Token(token) => token.clone(),
            Tree::Group(delimiter, inside) => {
                TokenTree::Group(Group::new(*delimiter, Tree::tokens(inside)))
            }
        };
        list.iter().map(token).collect()
    }

    fn size(list: &[Tree]) -> usize {
        let size = |tree: &Tree| match tree {
            Tree::Token(_) => 1,
            Tree::Group(_, inside) => 2 + Tree::size(inside),
        };
        list.iter().map(size).sum()
    }
}

/// What a macro is called with.
pub(super) struct Input {
    pub(super) macro_name: &'static str,
    pub(super) options: TokenStream,
    pub(super) item: TokenStream,
    size: usize,
}

impl Input {
    pub(super) fn new(macro_name: &'static str, options: TokenStream, item: TokenStream) -> Self {
        Input {
            macro_name,
            options,
            item,
            size: 0,
        }
    }

    /// How many tokens there are.
    pub(super) fn size(&self) -> usize {
        self.size
    }
}

impl std::fmt::Display for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = format!("#[{}({})] {}", self.macro_name, self.options, self.item);
        f.write_str(text.get(..4000).unwrap_or(&text))
    }
}

/// Random numbers by SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn line<'a>(&mut self, text: &'a str) -> &'a str {
        let lines = text.lines().count();
        text.lines().nth(self.below(lines)).unwrap_or_default()
    }

    fn of<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        list[self.below(list.len())]
    }
}

/// Input number `number`.
pub(super) fn input(seeds: &Seeds, number: u64) -> Input {
    let mut random = Random(number.wrapping_mul(0x5851_f42d_4c95_7f2d));
    let (options, item) = &seeds.functions[random.below(seeds.functions.len())];
    let (mut options, mut item) = (options.clone(), item.clone());
    for _ in 0..random.below(6) {
        change(&mut item, seeds, &mut random);
    }
    if random.one_in(3) {
        let text = random.line(OPTIONS);
        options = Tree::list(text.parse().unwrap_or_default());
        if random.one_in(4) {
            change(&mut options, seeds, &mut random);
        }
    }
    let macro_name = match random.below(16) {
        0 => "derive",
        1 => "assert_gradient",
        _ => "differentiate",
    };
    if macro_name == "assert_gradient" && !random.one_in(8) {
        item = call(&item, &mut random);
    }
    Input {
        macro_name,
        size: Tree::size(&item) + Tree::size(&options),
        options: Tree::tokens(&options),
        item: Tree::tokens(&item),
    }
}

/// A call of the function of an item, with what is in its brackets as arguments.
fn call(item: &[Tree], random: &mut Random) -> Vec<Tree> {
    let group = |tree: &&Tree| matches!(tree, Tree::Group(Delimiter::Parenthesis, _));
    let args = item.iter().find(group).cloned();
    let name = item.get(1).cloned();
    let mut call: Vec<Tree> = name.into_iter().chain(args).collect();
    if random.one_in(2) {
        let rest = random.of(&[
            ", epsilon = 1e-3",
            ", max_relative = ",
            ", crate = ::x",
            ",,",
            "",
        ]);
        call.extend(Tree::list(rest.parse().unwrap_or_default()));
    }
    call
}

/// Changes one list of tokens, at some depth.
fn change(list: &mut Vec<Tree>, seeds: &Seeds, random: &mut Random) {
    let groups = list
        .iter()
        .filter(|tree| matches!(tree, Tree::Group(..)))
        .count();
    if groups > 0 && !random.one_in(4) {
        let chosen = random.below(groups);
        let inside = list.iter_mut().filter_map(|tree| match tree {
            Tree::Group(_, inside) => Some(inside),
            Tree::Token(_) => None,
        });
        if let Some(inside) = inside.into_iter().nth(chosen) {
            return change(inside, seeds, random);
        }
    }
    let (from, to) = (random.below(list.len() + 1), random.below(list.len() + 1));
    let to_near = (from + 1 + random.below(4)).min(list.len());
    match random.below(18) {
        0 => list.truncate(from),
        1 => drop(list.drain(from..to_near)),
        2 => drop(list.drain(from.min(to)..to.max(from))),
        3 => {
            let copy = list[from..to_near].to_vec();
            list.splice(to..to, copy);
        }
        4 if !list.is_empty() => {
            let last = list.len() - 1;
            list.swap(from.min(last), to.min(last));
        }
        5 | 6 => {
            let insert = Tree::list(random.line(WORDS).parse().unwrap_or_default());
            list.splice(from..from, insert);
        }
        7 | 8 => {
            let insert = Tree::list(random.line(WORDS).parse().unwrap_or_default());
            list.splice(from..(from + 1).min(list.len()), insert);
        }
        // what a macro of the user passes on stands in groups without brackets
        9 | 10 => wrap(list, from, to_near, Delimiter::None),
        11 => {
            let delimiters = [Delimiter::Brace, Delimiter::Bracket, Delimiter::Parenthesis];
            let delimiter = delimiters[random.below(3)];
            wrap(list, from, to_near, delimiter);
        }
        12 => {
            if let Some(index) = list.iter().position(|tree| matches!(tree, Tree::Group(..)))
                && let Tree::Group(_, inside) = list.remove(index)
            {
                list.splice(index..index, inside);
            }
        }
        13 | 14 => {
            let (_, group) = &seeds.groups[random.below(seeds.groups.len())];
            let (start, end) = (random.below(group.len()), random.below(group.len() + 1));
            let part = group[start.min(end)..end.max(start)].to_vec();
            list.splice(from..to_near.min(from + random.below(3)), part);
        }
        15 => {
            for tree in list.iter_mut() {
                if let Tree::Token(TokenTree::Ident(name)) = tree
                    && random.one_in(6)
                {
                    *name = other_name(name, random);
                }
            }
        }
        16 if random.one_in(8) => repeat(list, from, to_near, random),
        17 if random.one_in(8) => {
            let depth = 1 + random.below(400);
            let delimiters = [
                Delimiter::None,
                Delimiter::Parenthesis,
                Delimiter::Brace,
                Delimiter::Bracket,
            ];
            let delimiter = delimiters[random.below(4)];
            for _ in 0..depth {
                wrap(list, from, from + 1, delimiter);
            }
        }
        _ => {
            if let Some(tree) = list.get_mut(from)
                && let Tree::Token(TokenTree::Ident(name)) = tree
            {
                *name = other_name(name, random);
            }
        }
    }
}

fn wrap(list: &mut Vec<Tree>, from: usize, to: usize, delimiter: Delimiter) {
    let to = to.min(list.len());
    if from < to {
        let inside = list.drain(from..to).collect();
        list.insert(from, Tree::Group(delimiter, inside));
    }
}

/// Repeats a part, or a prefix or an operator before it, many times.
fn repeat(list: &mut Vec<Tree>, from: usize, to: usize, random: &mut Random) {
    let prefix = random.of(&[
        "",
        "",
        "-",
        "!",
        "&",
        "*",
        "+ x",
        "x +",
        "x = ",
        "if x {} else",
        ".sin()",
        "|a|",
        "return",
        "x as",
        "?",
        "break",
        "a @",
        "<",
        "x..",
        "Some",
    ]);
    let mut part = Tree::list(prefix.parse().unwrap_or_default());
    if part.is_empty() {
        part = list[from..to].to_vec();
    }
    let limit = 20_000 / Tree::size(&part).max(1);
    let times = 1 + random.below(limit.clamp(1, 2_000));
    let all = std::iter::repeat_n(part, times).flatten();
    list.splice(from..from, all);
}

/// An identifier that is like another, is raw, or could be one of ours.
fn other_name(name: &Ident, random: &mut Random) -> Ident {
    let span = Span::call_site();
    let name = name.to_string();
    let plain = name.trim_start_matches("r#");
    let can_be_raw = !["self", "Self", "super", "crate", "_"].contains(&plain);
    if random.one_in(4) && can_be_raw {
        return Ident::new_raw(plain, span);
    }
    Ident::new(random.line(NAMES), span)
}
