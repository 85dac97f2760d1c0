use backprop::differentiate;

#[derive(Default)]
enum Shape {
    #[default]
    Point,
    Circle(f64),
}

#[differentiate]
fn f(x: f64) -> f64 {
    let _shape = Shape::Circle(x);
    let _none = Shape::Point;
    x
}

fn main() {}
