//! What is known of the type of a value.

/// What is known of a value's type without type checking.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// `f32` or `f64`, by construction.
    Real(Width),
    /// An integer.
    Int,
    /// A `bool`.
    Bool,
    /// What carries no derivative whatever it holds: an error, or none.
    Constant,
    /// Arrays, slices and vectors, nested so deep, of scalars.
    Container(u8, Scalar),
    /// Anything: rustc knows. A use as a real scalar is checked by rustc.
    Opaque,
}

/// What a container holds at its bottom.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Scalar {
    Real(Width),
    Int,
    Bool,
    /// Only rustc knows.
    Opaque,
}

/// Which float type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Width {
    F32,
    F64,
    /// A type parameter, by its number.
    Param(u8),
    /// A float literal: rustc decides.
    Any,
}

impl Kind {
    /// The kind of a value that is one of the two: rustc makes both agree, so
    /// what is known of one holds for the other.
    pub(crate) fn join(self, other: Kind) -> Kind {
        match (self, other) {
            (Kind::Opaque | Kind::Real(Width::Any), known) if known != Kind::Opaque => known,
            (Kind::Container(depth, Scalar::Opaque | Scalar::Real(Width::Any)), known) if matches!(known, Kind::Container(other, _) if other >= depth) => {
                known
            }
            (known, _) => known,
        }
    }

    /// Whether a value of this kind can carry a derivative.
    pub(crate) fn may_be_real(self) -> bool {
        match self {
            Kind::Real(_) | Kind::Opaque => true,
            Kind::Container(_, scalar) => matches!(scalar, Scalar::Real(_) | Scalar::Opaque),
            Kind::Int | Kind::Bool | Kind::Constant => false,
        }
    }

    pub(crate) fn is_container(self) -> bool {
        matches!(self, Kind::Container(..))
    }

    /// The kind of an element, if this is a container of such.
    pub(crate) fn element(self) -> Kind {
        match self {
            Kind::Container(depth, scalar) if depth > 1 => Kind::Container(depth - 1, scalar),
            Kind::Container(_, Scalar::Real(width)) => Kind::Real(width),
            Kind::Container(_, Scalar::Int) => Kind::Int,
            Kind::Container(_, Scalar::Bool) => Kind::Bool,
            _ => Kind::Opaque,
        }
    }

    /// The kind of a container with elements of this kind.
    pub(crate) fn contained(self) -> Kind {
        match self {
            Kind::Real(width) => Kind::Container(1, Scalar::Real(width)),
            Kind::Int => Kind::Container(1, Scalar::Int),
            Kind::Bool => Kind::Container(1, Scalar::Bool),
            Kind::Container(depth, scalar) => Kind::Container(depth.saturating_add(1), scalar),
            Kind::Opaque | Kind::Constant => Kind::Container(1, Scalar::Opaque),
        }
    }
}
