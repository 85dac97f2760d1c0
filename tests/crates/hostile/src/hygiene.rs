//! The attribute inside of macros: names of the macro and names of its caller.

macro_rules! squared {
    ($name:ident, $x:ident, $body:expr) => {
        /// Made by a macro.
        #[backprop::differentiate(jvp, hvp)]
        pub fn $name($x: f64) -> f64 {
            let inner = $body;
            inner * inner
        }
    };
}

squared!(linear, x, 3.0 * x);
squared!(raw, r#type, r#type.sin() + r#type);
squared!(value, upstream, upstream * upstream);

macro_rules! method_of {
    ($type:ident, $self:ident, $method:ident, $body:block) => {
        #[backprop::differentiate]
        impl $type {
            pub fn $method(&$self, factor: f64) -> f64 {
                factor * $body
            }
        }
    };
}

#[derive(backprop::Differentiable)]
pub struct Line {
    slope: f64,
}

method_of!(Line, self, scaled, { self.slope * self.slope });

macro_rules! all {
    ($($name:ident: $ty:ty => $op:tt),*) => {
        $(#[backprop::differentiate]
        pub fn $name(a: $ty, b: $ty) -> $ty {
            a $op b $op a
        })*
    };
}

all!(added: f64 => +, product: f64 => *, quotient: f32 => /);

#[test]
fn gradients() {
    backprop::assert_gradient!(linear(1.5));
    backprop::assert_gradient!(raw(1.5));
    backprop::assert_gradient!(value(1.5));
    backprop::assert_gradient!(added(1.5, 2.0));
    backprop::assert_gradient!(product(1.5, 2.0));
    backprop::assert_gradient!(quotient(1.5, 2.0));
    let (value, (line, factor)) = Line { slope: 3.0 }.scaled_grad(2.0);
    assert_eq!((value, line.slope, factor), (18.0, 12.0, 9.0));
}
