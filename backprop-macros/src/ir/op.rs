//! Operations: what the right-hand side of a `let` can be.

use super::{Place, ValueId};
use crate::rules::{Discrete, Rule};
use proc_macro2::{Ident, TokenStream};

/// The right-hand side of a `let`.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    /// A literal, a constant's path, or another expression without locals.
    Constant(TokenStream),
    /// A float literal made by a rule or a pass.
    Number(f64),
    /// An integer literal made by a rule or a pass.
    Integer(i64),
    /// A `bool` made by a pass.
    Flag(bool),
    /// The same value under another name, with the user's type if written.
    Copy(ValueId, Option<Box<syn::Type>>),
    Neg(ValueId),
    Not(ValueId),
    Binary(BinaryOp, ValueId, ValueId),
    /// A method of `f32` or `f64` from the rule table.
    Method(Method, Vec<ValueId>),
    /// `value as ty`
    Cast(ValueId, Box<syn::Type>),
    /// `f64::from(x)` and its like: a lossless conversion.
    Convert(syn::Path, ValueId),
    /// A function by name, which is passed to another one: its path, and what the user
    /// wrote.
    Function(Box<syn::Path>, Box<syn::Expr>),
    /// `*value` of an opaque reference.
    Deref(ValueId),
    /// `value.index` of an opaque tuple.
    Project(ValueId, u32),
    /// User code that must not touch an active value.
    Verbatim(Capture, &'static str),
    /// `backprop::constant(..)`: user code whose result carries no gradient.
    Stop(syn::Path, Capture),
    /// A function of the runtime crate that a rule calls by name.
    Runtime(&'static str, Vec<ValueId>),
    /// The content of a place: copied, or moved out of it.
    Load(Place),
    /// `&place`, or `&mut place`.
    View(Place, bool),
    /// `&mut variable` of a number, as a value; before `exits` only.
    Pointer(super::VarId),
    /// A `&mut` reference that branches merge or loops carry, under a new name: `&mut`
    /// to what it refers to, which is one of the places.
    Traced(ValueId, Candidates),
    /// `&mut` to one of several places, chosen by the tag; in the reverse half, where it
    /// is written at each use.
    Choose(Candidates),
    /// Where `place[index]` leads, of a type of the user; or where it leads to change it.
    Part(Place, ValueId, bool),
    /// Where the `&mut` reference leads that a call returns.
    Lens(Box<LensCall>),
    /// A lens that is made on this path, or one that is not: as branches merge them.
    Chosen(Option<ValueId>),
    /// `place.split_at_mut(middle)`
    SplitAt(Place, ValueId),
    /// One of the two of [`Op::SplitAt`], and the place that it is.
    Half(ValueId, u32, Place),
    /// `place.method()`: a copy of the content (`clone`, `to_vec`).
    Duplicate(Place, Ident),
    /// A copy as an array, of as many elements as the other value has.
    ArrayLike(Place, ValueId),
    /// `place.method()`: a number about a container (`len`, `is_empty`).
    Query(Place, Ident),
    /// The order in which a sort by a comparison or a key puts the elements; by which
    /// function.
    SortOrder(Place, Capture, &'static str),
    /// What the pullback of a function needs of the content that the call leaves
    /// behind a `&mut` argument: a copy, if it takes that by `&` after all.
    Keep(Place, Box<syn::Path>, u32),
    /// The last element of a vector, removed.
    PopValue(Place),
    /// The length of a sequence of a type that only rustc knows.
    Length(Place),
    /// Whether such a sequence is empty.
    IsEmpty(Place),
    /// `&place` or `&mut place` of what rustc must find to be a sequence.
    Checked(Place, Claimed),
    /// `Vec::with_capacity(n)`, or `Vec::new()`.
    NewVec(Option<ValueId>),
    /// An array, a tuple, a struct, a vector or a box of its parts.
    Aggregate(Aggregate, Vec<ValueId>),
    /// `[value; count]`, `vec![value; count]`
    Repeat(ValueId, Count),
    /// `if cond { a } else { b }`, both without effects.
    Select(ValueId, ValueId, ValueId),
    /// The zero of the gradient of a value.
    ZeroGradient(ValueId),
    /// An adjoint with a contribution added to one field of it.
    AddField(ValueId, u32, ValueId),
    /// Takes an adjoint out of its place and leaves zero there.
    Take(Place),
    /// The same, and leaves the given adjoint there.
    Exchange(Place, ValueId),
    /// The zero of the gradient of what is at a place.
    ZeroAt(Place),
    /// The last element of an adjoint, removed: the adjoint of what was pushed.
    Pop(Place),
    /// An adjoint that begins as a zero made in the forward half.
    Begin(ValueId),
    /// The sum of the elements of an adjoint.
    SumOf(ValueId),
    /// A copy of an adjoint behind a reference.
    CopyGradient(ValueId),
    /// A copy of the content of a place, for a pullback.
    Snapshot(Place),
    /// A copy of a value whose type only rustc knows, where [`Op::IsLight`] said that it can
    /// be copied.
    Kept(ValueId),
    /// Of a value that may be a reference, as only rustc knows: what a record may hold.
    Owned(ValueId, Owning),
    /// Of the tangent of such a value, which is an argument: what a record may hold.
    OwnedAlong(ValueId, ValueId),
    /// A copy of what a place of a tangent holds.
    CopyAt(Place),
    /// A tangent, once for each element of what repeats a value.
    Spread(ValueId, Count),
    /// A tangent as an integer or a real number that is cast to another type: of
    /// the value of a type that only rustc knows.
    CastTangent(ValueId, ValueId),
    /// The number of records on a tape; of bytes, if it is that of a nest.
    TapeLength(ValueId),
    /// Counts of records, multiplied or added.
    Counts(BinaryOp, ValueId, ValueId),
    /// A tape in the reverse half, where it is taken back run by run.
    Resume(ValueId),
    /// What the reverse half takes, kept for the runs after that.
    Hold(ValueId),
    /// What was kept, for this run; whether it is a gradient.
    Regain(ValueId, bool),
    /// The snapshots of a loop: of as many iterations as the range has numbers, if that is
    /// known; how many there may be, if that is said.
    NewCheckpoints(Option<Box<super::Range>>, Option<TokenStream>),
    /// Goes on to the last iteration that is not reversed yet; whether there is one.
    NextTurn(ValueId),
    /// The number of the iteration whose snapshot a turn begins with.
    TurnStart(ValueId),
    /// The number of the iteration that a turn reverses.
    TurnEnd(ValueId),
    /// Whether all of these functions cost little, and the values are small: a constant.
    IsLight(Vec<syn::Path>, Vec<ValueId>),
    /// What a range yields in the iteration of this number.
    ItemAt(Box<super::Range>, ValueId),
    /// An adjoint in the other float type: `value as f32` without naming it.
    Narrow(ValueId, ValueId),
    /// How many numbers a range has.
    TripCount(Box<super::Range>),
    /// The part of a sequence that a loop looks at.
    Window(Box<Window>),
    /// Draws a part of the circuit; in the circuit form only.
    Draw(Box<super::Drawing>),
}

/// A call of a function that returns a `&mut` reference.
#[derive(Clone, Debug)]
pub(crate) struct LensCall {
    pub(crate) callee: Callee,
    /// The argument that the reference leads into, and its number.
    pub(crate) root: Place,
    pub(crate) index: usize,
    /// The other arguments.
    pub(crate) args: Vec<super::Tree<ValueId>>,
    /// Whether nothing that it sees is active: there is no companion then.
    pub(crate) is_constant: bool,
}

impl Op {
    /// Whether it stands where no value is: on a path that does not reach a use.
    pub(crate) fn is_absent(&self) -> bool {
        let of = |tokens: &TokenStream| tokens.to_string().replace(' ', "");
        matches!(self, Op::Constant(tokens) if of(tokens) == "::core::default::Default::default()")
    }
}

/// A slice of `count` elements and some `more`, from the element `first` on.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    pub(crate) of: Place,
    pub(crate) first: ValueId,
    pub(crate) count: ValueId,
    pub(crate) more: u64,
    pub(crate) access: Access,
}

/// How a window is held.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Access {
    /// By `&`.
    Shared,
    /// By `&mut`.
    Mut,
    /// By `&mut`, of a buffer that the caller may not have given.
    Buffer,
}

/// The places that a reference may lead to.
#[derive(Clone, Debug)]
pub(crate) struct Candidates {
    /// The number of the place; nothing if there is one only.
    pub(crate) tag: Option<ValueId>,
    pub(crate) places: Vec<Place>,
}

/// What an [`Op::Checked`] must be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Claimed {
    /// An array, a slice or a vector.
    Sequence,
    /// The same, to be changed.
    SequenceMut,
    /// A vector, to be changed.
    VectorMut,
}

/// What an [`Op::Owned`] makes of a value that is no reference; of one that is, it
/// copies what it refers to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Owning {
    /// The value itself.
    Moved,
    /// A copy.
    Copied,
    /// Nothing: a callee gets it by value.
    Nothing,
}

/// What an [`Op::Aggregate`] builds.
#[derive(Clone, Debug)]
pub(crate) enum Aggregate {
    Array,
    Vec,
    Tuple,
    Box,
    /// A closure that is passed to a function: of what it captures, in a mode.
    Closure(std::rc::Rc<ClosureForm>, ClosureMode),
    /// `Path { member: .., }`; the last part is the base if there is one.
    Struct {
        path: Box<syn::Path>,
        members: Vec<syn::Member>,
        has_base: bool,
    },
}

/// A closure that is differentiated by itself.
#[derive(Clone)]
pub(crate) struct ClosureForm {
    /// Its parameters are what it captures, then its arguments.
    pub(crate) function: super::Function,
    /// The same of values and tangents: for the modes of the function around it.
    pub(crate) forward: Option<super::Function>,
    pub(crate) doubled: Option<super::Function>,
    /// What it captures: whether each part is a constant, whatever its type.
    pub(crate) captured: Vec<bool>,
    /// The free function that it is passed to, and as which argument.
    pub(crate) of: (syn::Path, usize),
}

/// What a closure is needed for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ClosureMode {
    /// The split form.
    Split,
    /// Forward mode, too.
    Forward,
    /// Second derivatives, too.
    Doubled,
}

impl ClosureMode {
    /// All there are.
    pub(crate) const ALL: [ClosureMode; 3] = [
        ClosureMode::Split,
        ClosureMode::Forward,
        ClosureMode::Doubled,
    ];
}

impl std::fmt::Debug for ClosureForm {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("..")
    }
}

/// How often an [`Op::Repeat`] repeats.
#[derive(Clone, Debug)]
pub(crate) enum Count {
    /// The length of an array: a constant expression.
    Constant(TokenStream),
    /// The length of a vector.
    Value(ValueId),
}

/// A method in the rule table.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Method {
    /// With partial derivatives.
    Smooth(&'static Rule),
    /// Piecewise constant: its derivative is zero or its result is no number.
    Discrete(&'static Discrete),
}

/// The function that a call names, as the user wrote it.
#[derive(Clone, Debug)]
pub(crate) enum Callee {
    /// `path(..)`
    Function(syn::Path),
    /// `Type::name(..)`, `Self::name(..)`, `<T as Trait>::name(..)`
    Associated(syn::ExprPath),
    /// `receiver.name::<..>(..)`: the receiver is the first argument.
    Method(
        syn::Ident,
        Option<syn::AngleBracketedGenericArguments>,
        Receiver,
    ),
    /// `a * b`, `a *= b` or `-a` of the user's own types.
    Operator(Operator),
    /// `f(..)` of a function that is a parameter: it is the first argument.
    Parameter,
}

/// What is known of a receiver.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Receiver {
    /// The method takes it as it likes.
    Any,
    /// The method may not change it: another call has it as its receiver, and this one is
    /// among the arguments.
    Shared,
    /// It is a trait object.
    Object,
}

impl Callee {
    /// The last name.
    pub(crate) fn name(&self) -> Option<&syn::Ident> {
        match self {
            Callee::Function(path) => path.segments.last().map(|segment| &segment.ident),
            Callee::Associated(path) => path.path.segments.last().map(|segment| &segment.ident),
            Callee::Method(name, ..) => Some(name),
            Callee::Operator(_) | Callee::Parameter => None,
        }
    }
}

/// An operator of the user's own types.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operator {
    pub(crate) symbol: &'static str,
    /// The trait of ours that its companion implements.
    pub(crate) rule: &'static str,
}

impl Operator {
    /// The operator for `a op b`, or for `a op= b`.
    pub(crate) fn binary(op: BinaryOp, assigns: bool) -> Option<Self> {
        let (symbol, rule) = match (op, assigns) {
            (BinaryOp::Add, false) => ("+", "AddRule"),
            (BinaryOp::Sub, false) => ("-", "SubRule"),
            (BinaryOp::Mul, false) => ("*", "MulRule"),
            (BinaryOp::Div, false) => ("/", "DivRule"),
            (BinaryOp::Add, true) => ("+=", "AddAssignRule"),
            (BinaryOp::Sub, true) => ("-=", "SubAssignRule"),
            (BinaryOp::Mul, true) => ("*=", "MulAssignRule"),
            (BinaryOp::Div, true) => ("/=", "DivAssignRule"),
            _ => return None,
        };
        Some(Operator { symbol, rule })
    }

    /// `-a`
    pub(crate) fn negation() -> Self {
        Operator {
            symbol: "-",
            rule: "NegRule",
        }
    }
}

/// User code and the locals it names. Emitted with those names bound again.
#[derive(Clone, Debug)]
pub(crate) struct Capture {
    pub(crate) tokens: TokenStream,
    pub(crate) uses: Vec<(syn::Ident, super::Tree<ValueId>)>,
}

impl Capture {
    /// Whether it names an element of a constant, and no more: `WEIGHTS[i]`, `-NODES[2 * k].x`.
    /// That gives the same again, and costs no more than to load it from elsewhere.
    pub(crate) fn is_lookup(&self) -> bool {
        fn is_part(expr: &syn::Expr) -> bool {
            match expr {
                syn::Expr::Lit(_) | syn::Expr::Path(_) => true,
                syn::Expr::Paren(inner) => is_part(&inner.expr),
                syn::Expr::Group(inner) => is_part(&inner.expr),
                syn::Expr::Field(field) => is_part(&field.base),
                syn::Expr::Index(index) => is_part(&index.expr) && is_part(&index.index),
                syn::Expr::Unary(unary) => {
                    matches!(unary.op, syn::UnOp::Neg(_)) && is_part(&unary.expr)
                }
                syn::Expr::Cast(cast) => is_part(&cast.expr),
                syn::Expr::Binary(binary) => {
                    use syn::BinOp::{Add, Div, Mul, Rem, Sub};
                    let is_cheap = match binary.op {
                        Add(_) | Sub(_) | Mul(_) => true,
                        Div(_) | Rem(_) => matches!(*binary.right, syn::Expr::Lit(_)),
                        _ => false,
                    };
                    is_cheap && is_part(&binary.left) && is_part(&binary.right)
                }
                _ => false,
            }
        }
        syn::parse2(self.tokens.clone()).is_ok_and(|expr| is_part(&expr))
    }
}

/// A binary operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    And,
    Or,
    BitXor,
    BitAnd,
    BitOr,
    Shl,
    Shr,
    Eq,
    Lt,
    Le,
    Ne,
    Ge,
    Gt,
}

impl BinaryOp {
    /// The operator as written.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            BinaryOp::Add => "+",
            BinaryOp::Sub => "-",
            BinaryOp::Mul => "*",
            BinaryOp::Div => "/",
            BinaryOp::Rem => "%",
            BinaryOp::And => "&&",
            BinaryOp::Or => "||",
            BinaryOp::BitXor => "^",
            BinaryOp::BitAnd => "&",
            BinaryOp::BitOr => "|",
            BinaryOp::Shl => "<<",
            BinaryOp::Shr => ">>",
            BinaryOp::Eq => "==",
            BinaryOp::Lt => "<",
            BinaryOp::Le => "<=",
            BinaryOp::Ne => "!=",
            BinaryOp::Ge => ">=",
            BinaryOp::Gt => ">",
        }
    }

    /// How tightly it binds; higher is tighter.
    pub(crate) fn precedence(self) -> u8 {
        match self {
            BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem => 10,
            BinaryOp::Add | BinaryOp::Sub => 9,
            BinaryOp::Shl | BinaryOp::Shr => 8,
            BinaryOp::BitAnd => 7,
            BinaryOp::BitXor => 6,
            BinaryOp::BitOr => 5,
            BinaryOp::Eq
            | BinaryOp::Lt
            | BinaryOp::Le
            | BinaryOp::Ne
            | BinaryOp::Ge
            | BinaryOp::Gt => 4,
            BinaryOp::And => 3,
            BinaryOp::Or => 2,
        }
    }

    /// `+ - * / %`: the operators with a gate rule.
    pub(crate) fn is_arithmetic(self) -> bool {
        matches!(
            self,
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem
        )
    }

    /// Operators whose result is a `bool`.
    pub(crate) fn is_predicate(self) -> bool {
        matches!(self.precedence(), 2..=4)
    }
}
