//! Tuples and references around leaves.

/// The shape of a scalar-replaced value: tuples are taken apart down to their
/// leaves, a reference to a local is the local's value with a mark on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tree<T> {
    Leaf(T),
    Tuple(Vec<Tree<T>>),
    Ref(Box<Tree<T>>),
    /// An `Option`: whether it is `Some`, and of what. The payload is `()` where
    /// only `None` is known.
    Option(Box<Tree<T>>, Box<Tree<T>>),
    /// A `Result`: its `ok()`, and its `err()` as one leaf, or `()` where only
    /// `Ok` is known. An error carries no derivative.
    Result(Box<Tree<T>>, Box<Tree<T>>),
}

impl Tree<()> {
    /// The same, with a leaf where nothing is known of a payload or an error: what a call
    /// gives has one.
    pub(crate) fn with_payloads(&self) -> Self {
        let known = |tree: &Self| match tree.is_unit() {
            true => Box::new(Tree::Leaf(())),
            false => Box::new(tree.with_payloads()),
        };
        match self {
            Tree::Leaf(()) => Tree::Leaf(()),
            Tree::Tuple(parts) => Tree::Tuple(parts.iter().map(Self::with_payloads).collect()),
            Tree::Ref(inner) => Tree::Ref(Box::new(inner.with_payloads())),
            Tree::Option(_, payload) => Tree::Option(Box::new(Tree::Leaf(())), known(payload)),
            Tree::Result(ok, error) => Tree::Result(Box::new(ok.with_payloads()), known(error)),
        }
    }
}

impl<T> Tree<T> {
    /// `()`
    pub(crate) fn unit() -> Self {
        Tree::Tuple(Vec::new())
    }

    pub(crate) fn is_unit(&self) -> bool {
        matches!(self, Tree::Tuple(parts) if parts.is_empty())
    }

    /// The tree behind any number of references.
    pub(crate) fn behind_refs(&self) -> &Tree<T> {
        match self {
            Tree::Ref(inner) => inner.behind_refs(),
            tree => tree,
        }
    }

    /// What an `Option` or a `Result` of this shape holds; the tree itself, if it
    /// is neither.
    pub(crate) fn payload(&self) -> &Tree<T> {
        match self {
            Tree::Option(_, payload) => payload,
            Tree::Result(ok, _) => ok.payload(),
            tree => tree,
        }
    }

    /// Whether a block has to know that this shape is asked of it: an option, a
    /// result or a reference.
    pub(crate) fn is_asked(&self) -> bool {
        matches!(self, Tree::Ref(_)) || self.is_fallible()
    }

    pub(crate) fn is_fallible(&self) -> bool {
        matches!(self.behind_refs(), Tree::Option(..) | Tree::Result(..))
    }

    /// Whether it is or contains an `Option` or a `Result`.
    pub(crate) fn has_option(&self) -> bool {
        match self {
            Tree::Leaf(_) => false,
            Tree::Tuple(parts) => parts.iter().any(Tree::has_option),
            Tree::Ref(inner) => inner.has_option(),
            Tree::Option(..) | Tree::Result(..) => true,
        }
    }

    /// Whether it is or contains an `Option` whose payload is not known.
    pub(crate) fn has_empty_option(&self) -> bool {
        match self {
            Tree::Leaf(_) => false,
            Tree::Tuple(parts) => parts.iter().any(Tree::has_empty_option),
            Tree::Ref(inner) => inner.has_empty_option(),
            Tree::Option(_, payload) => payload.is_unit() || payload.has_empty_option(),
            Tree::Result(ok, error) => ok.has_empty_option() || error.is_unit(),
        }
    }

    pub(crate) fn for_each(&self, f: &mut dyn FnMut(&T)) {
        match self {
            Tree::Leaf(leaf) => f(leaf),
            Tree::Tuple(parts) => parts.iter().for_each(|part| part.for_each(f)),
            Tree::Ref(inner) => inner.for_each(f),
            Tree::Option(some, payload) => {
                some.for_each(f);
                payload.for_each(f);
            }
            Tree::Result(ok, error) => {
                ok.for_each(f);
                error.for_each(f);
            }
        }
    }

    pub(crate) fn for_each_mut(&mut self, f: &mut dyn FnMut(&mut T)) {
        match self {
            Tree::Leaf(leaf) => f(leaf),
            Tree::Tuple(parts) => parts.iter_mut().for_each(|part| part.for_each_mut(f)),
            Tree::Ref(inner) => inner.for_each_mut(f),
            Tree::Option(some, payload) => {
                some.for_each_mut(f);
                payload.for_each_mut(f);
            }
            Tree::Result(ok, error) => {
                ok.for_each_mut(f);
                error.for_each_mut(f);
            }
        }
    }

    pub(crate) fn map<U>(&self, f: &mut dyn FnMut(&T) -> U) -> Tree<U> {
        match self {
            Tree::Leaf(leaf) => Tree::Leaf(f(leaf)),
            Tree::Tuple(parts) => Tree::Tuple(parts.iter().map(|part| part.map(f)).collect()),
            Tree::Ref(inner) => Tree::Ref(Box::new(inner.map(f))),
            Tree::Option(some, payload) => {
                Tree::Option(Box::new(some.map(f)), Box::new(payload.map(f)))
            }
            Tree::Result(ok, error) => Tree::Result(Box::new(ok.map(f)), Box::new(error.map(f))),
        }
    }

    pub(crate) fn any(&self, f: impl Fn(&T) -> bool) -> bool {
        let mut found = false;
        self.for_each(&mut |leaf| found |= f(leaf));
        found
    }

    pub(crate) fn leaves(&self) -> Vec<T>
    where
        T: Clone,
    {
        let mut leaves = Vec::new();
        self.for_each(&mut |leaf| leaves.push(leaf.clone()));
        leaves
    }

    /// Pairs the leaves of two trees of one shape; `None` if shapes differ.
    pub(crate) fn zip<U: Clone>(&self, other: &Tree<U>) -> Option<Vec<(T, U)>>
    where
        T: Clone,
    {
        let (left, right) = (self.leaves(), other.leaves());
        (left.len() == right.len()).then(|| left.into_iter().zip(right).collect())
    }
}
