//! `#[derive(Differentiable)]`: the forms of types, and functions of them.
#![deny(missing_docs, warnings)]

use backprop::{Differentiable, Numbers, assert_gradient, differentiate};

/// Named fields of all sorts.
#[derive(Differentiable, Clone, Debug, PartialEq)]
pub struct Layer {
    /// Rows of weights.
    pub weights: Vec<Vec<f64>>,
    /// One for each row.
    pub bias: [f64; 2],
    /// No number.
    pub rounds: usize,
    /// No number.
    pub name: String,
    /// Anything.
    #[differentiate(skip)]
    pub cache: std::cell::Cell<u8>,
    r#type: (f32, bool),
}

#[derive(Differentiable, Clone, Copy, Debug, PartialEq)]
struct Pair(f64, f64);

#[derive(Differentiable, Clone, Copy, Debug, PartialEq)]
struct Unit;

#[derive(Differentiable, Clone, Copy, Debug, PartialEq)]
struct Nested {
    pair: Pair,
    both: [Pair; 2],
    unit: Unit,
    mode: Mode,
}

#[derive(Differentiable, Clone, Copy, Debug, PartialEq)]
enum Mode {
    Fast,
    Exact,
}

#[derive(Differentiable, Clone, Debug, PartialEq)]
enum Shape {
    Circle(f64),
    Rectangle { width: f64, height: f64 },
    Polygon(Vec<(f64, f64)>, usize),
    Nothing,
}

#[derive(Differentiable, Clone, Debug, PartialEq)]
struct Generic<'a, T, const N: usize>
where
    T: Clone,
{
    values: [T; N],
    data: &'a [f64],
    #[differentiate(skip)]
    marker: std::marker::PhantomData<&'a T>,
}

/// What is learned, and what is set by hand.
#[derive(Differentiable, Clone, Debug)]
struct Trained {
    weight: f64,
    #[differentiate(skip)]
    rate: f64,
}

#[differentiate]
fn decayed(t: &Trained, x: f64) -> f64 {
    let mut sum = t.weight * x;
    sum *= t.rate;
    let squared = t.rate * t.rate;
    if t.rate > x {
        sum += squared.sqrt() * x;
    }
    sum + t.rate.exp() * x
}

#[test]
fn skipped_numbers_are_constants() {
    let t = Trained {
        weight: 0.3,
        rate: 0.4,
    };
    for x in [0.2, 0.7] {
        assert_gradient!(decayed(&t.clone(), x));
    }
    let (_, (d_t, _)) = decayed_grad(&t, 0.7);
    assert_eq!(d_t.weight, 0.4 * 0.7);
    let () = d_t.rate;
}

#[derive(Differentiable)]
#[differentiate(gradient = Slope)]
struct Renamed {
    x: [f64; 100],
}

#[differentiate]
fn affine(layer: &Layer, x: &[f64]) -> Vec<f64> {
    let mut y = layer.bias.to_vec();
    for (i, row) in layer.weights.iter().enumerate() {
        for (j, w) in row.iter().enumerate() {
            y[i] += w * x[j];
        }
    }
    y
}

#[differentiate]
fn loss(layer: &Layer, x: &[f64]) -> f64 {
    affine(layer, x).iter().map(|v| v * v).sum()
}

#[differentiate]
fn complex_square(z: Pair) -> Pair {
    let Pair(re, im) = z;
    Pair(re * re - im * im, 2.0 * re * im)
}

#[differentiate]
fn mandelbrot(c: Pair) -> f64 {
    let mut z = Pair(0.0, 0.0);
    for _ in 0..4 {
        let square = complex_square(z);
        z = Pair(square.0 + c.0, square.1 + c.1);
    }
    z.0 * z.0 + z.1 * z.1
}

#[differentiate]
fn nested(n: &Nested, k: f64) -> f64 {
    let scale = match n.mode {
        Mode::Fast => 1.0,
        Mode::Exact => 2.0,
    };
    let mut copy = *n;
    copy.pair.0 *= k;
    copy.both[1].1 = copy.pair.0 * n.both[0].0;
    let moved = Nested {
        pair: Pair(k, k * k),
        ..copy
    };
    scale * (copy.pair.0 * moved.both[1].1 + moved.pair.1 * moved.both[0].1)
}

#[differentiate]
fn step(state: &mut Pair, dt: f64) {
    let acceleration = -state.0.sin();
    state.1 += dt * acceleration;
    state.0 += dt * state.1;
}

#[differentiate]
fn energy(start: Pair, dt: f64, n: usize) -> f64 {
    let mut state = start;
    for _ in 0..n {
        step(&mut state, dt);
    }
    0.5 * state.1 * state.1 - state.0.cos()
}

#[test]
fn functions_of_structs() {
    let layer = Layer {
        weights: vec![vec![0.5, -1.0], vec![2.0, 0.25]],
        bias: [0.1, -0.2],
        rounds: 3,
        name: "dense".to_owned(),
        cache: std::cell::Cell::new(0),
        r#type: (0.5, true),
    };
    let (value, (d_layer, d_x)) = loss_grad(&layer, &[1.0, 2.0]);
    let y = affine(&layer, &[1.0, 2.0]);
    assert_eq!(value, y[0] * y[0] + y[1] * y[1]);
    assert_eq!(d_layer.bias, [2.0 * y[0], 2.0 * y[1]]);
    assert_eq!(d_layer.weights[0], [2.0 * y[0], 4.0 * y[0]]);
    assert_eq!(d_layer.r#type, (0.0, ()));
    assert_eq!(d_layer.cache, ());
    assert_eq!(d_x[0], 2.0 * (0.5 * y[0] + 2.0 * y[1]));

    assert_gradient!(mandelbrot(Pair(0.3, 0.2)));
    let n = Nested {
        pair: Pair(0.5, 0.25),
        both: [Pair(1.5, -0.5), Pair(0.75, 2.0)],
        unit: Unit,
        mode: Mode::Exact,
    };
    assert_gradient!(nested(&n, 0.7));
    assert_gradient!(step(&mut Pair(0.4, 0.1), 0.2));
    assert_gradient!(energy(Pair(0.4, 0.1), 0.2, 5));
}

#[test]
fn gradients_are_numbers() {
    let (_, gradient) = mandelbrot_grad(Pair(0.3, 0.2));
    let sum = gradient.clone() + gradient.clone() * 2.0;
    assert_eq!(sum.0, gradient.0 + 2.0 * gradient.0);
    let mut total = PairGradient::default();
    total += &gradient;
    assert_eq!(total, gradient);
    assert_eq!(total.numbers(), [gradient.0, gradient.1]);

    let mut parameters = Pair(1.0, 2.0);
    parameters.update(&gradient, |x, d| x - 0.1 * d);
    assert_eq!(
        parameters,
        Pair(1.0 - 0.1 * gradient.0, 2.0 - 0.1 * gradient.1)
    );
    assert_eq!(
        format!("{:?}", PairGradient(1.0, 2.0)),
        "PairGradient(1.0, 2.0)"
    );
}

#[test]
fn enums() {
    let shapes = [
        Shape::Circle(1.0),
        Shape::Rectangle {
            width: 2.0,
            height: 3.0,
        },
        Shape::Polygon(vec![(0.0, 1.0), (2.0, 3.0)], 2),
        Shape::Nothing,
    ];
    for shape in &shapes {
        let mut zero = shape.zero_gradient();
        assert!(zero.numbers().iter().all(|x| *x == 0.0));
        assert_eq!(zero.count_numbers(), shape.count_numbers());
        let one = {
            let mut one = zero.clone();
            one.map_numbers(&mut |_| 1.0);
            one
        };
        Shape::accumulate(&mut zero, &one);
        assert_eq!(zero, one);
    }
    let mut circle = shapes[0].zero_gradient();
    *circle.__circle_0() += 2.0;
    assert_eq!(circle, ShapeGradient::Circle(2.0));
    assert_eq!(shapes[2].numbers(), [0.0, 1.0, 2.0, 3.0]);
    let mode: () = Mode::Fast.zero_gradient();
    assert_eq!(mode, ());
}

#[test]
#[should_panic(expected = "gradients of different variants")]
fn different_variants() {
    let mut circle = Shape::Circle(1.0).zero_gradient();
    Shape::accumulate(&mut circle, &Shape::Nothing.zero_gradient());
}

#[test]
fn generic_types() {
    let data = [1.0, 2.0];
    let generic = Generic {
        values: [0.5_f32, 1.5, 2.5],
        data: &data,
        marker: std::marker::PhantomData,
    };
    let gradient: GenericGradient<f32, 3> = generic.zero_gradient();
    assert_eq!(gradient.values, [0.0; 3]);
    assert_eq!(gradient.data, [0.0; 2]);
    let () = gradient.marker;
    let slope: Slope = Renamed { x: [1.0; 100] }.zero_gradient();
    assert_eq!(slope.clone().x.len(), 100);
}

#[differentiate]
fn area(s: &Shape, k: f64) -> f64 {
    match s {
        Shape::Circle(r) => r * r * 3.0 * k,
        Shape::Rectangle { width, height: h } => width * h,
        Shape::Polygon(points, n) => {
            let mut a = 0.0;
            for (x, y) in points {
                a += x * y * *n as f64;
            }
            a
        }
        Shape::Nothing => k,
    }
}

#[differentiate]
fn total(shapes: &[Shape], k: f64) -> f64 {
    let mut t = 0.0;
    for s in shapes {
        t += area(s, k) * k;
        if let Shape::Circle(r) = s {
            t += r.sin();
        }
    }
    t
}

#[differentiate]
fn owned(s: Shape) -> f64 {
    match s {
        Shape::Circle(r) => r * 2.0,
        Shape::Polygon(points, _) => points[0].0 * points[1].1,
        _ => 1.0,
    }
}

#[differentiate]
fn optional(o: &Option<f64>, x: f64) -> f64 {
    match o {
        Some(v) => v * x,
        None => x,
    }
}

#[differentiate]
fn counted(layer: &Layer) -> f64 {
    layer.bias[0] * layer.rounds as f64 + f64::from(layer.r#type.0)
}

#[test]
fn payloads() {
    let shapes = vec![
        Shape::Circle(0.5),
        Shape::Rectangle {
            width: 0.3,
            height: 0.7,
        },
        Shape::Polygon(vec![(0.1, 0.2), (0.3, 0.4)], 3),
        Shape::Nothing,
    ];
    for s in &shapes {
        assert_gradient!(area(&s.clone(), 0.6));
        assert_gradient!(owned(s.clone()));
    }
    assert_gradient!(total(&shapes.clone(), 0.6));
    let (_, (gradient, _)) = total_grad(&shapes, 0.6);
    assert_eq!(gradient[3], ShapeGradient::Nothing);
    assert_gradient!(optional(&Some(0.4), 0.7));
    assert_gradient!(optional(&None, 0.7));
    let layer = Layer {
        weights: Vec::new(),
        bias: [0.5, 0.25],
        rounds: 3,
        name: String::new(),
        cache: std::cell::Cell::new(0),
        r#type: (0.5, true),
    };
    let (value, gradient) = counted_grad(&layer);
    assert_eq!(
        (value, gradient.bias, gradient.r#type.0),
        (2.0, [3.0, 0.0], 1.0)
    );
}

/// Types that hold themselves.
mod recursive {
    use backprop::{Differentiable, assert_gradient, differentiate};

    #[derive(Differentiable, Clone, Debug, Default, PartialEq)]
    struct Tree {
        value: f64,
        children: Vec<Tree>,
    }

    #[derive(Differentiable, Clone, Debug)]
    enum Expr {
        Variable(f64),
        Sum(Box<Expr>, Box<Expr>),
        Sine(Box<Expr>),
    }

    #[differentiate]
    fn total(tree: &Tree) -> f64 {
        let mut sum = tree.value * tree.value;
        for child in tree.children.iter() {
            sum += 0.5 * total(child);
        }
        sum
    }

    #[differentiate]
    fn eval(e: &Expr) -> f64 {
        match e {
            Expr::Variable(v) => *v,
            Expr::Sum(a, b) => eval(&a.clone()) * eval(&b.clone()),
            Expr::Sine(a) => eval(&a.clone()).sin(),
        }
    }

    #[test]
    fn programs() {
        let leaf = |value| Tree {
            value,
            children: Vec::new(),
        };
        let tree = Tree {
            value: 1.0,
            children: vec![leaf(2.0), leaf(3.0)],
        };
        assert_gradient!(total(&tree.clone()));
        let gradient = total_grad(&tree).1;
        assert_eq!(gradient.clone(), gradient);
        let variable = |v| Box::new(Expr::Variable(v));
        let e = Expr::Sum(variable(2.0), Box::new(Expr::Sine(variable(0.5))));
        assert_gradient!(eval(&e.clone()));
    }
}

/// Patterns of structs that may fail.
mod patterns {
    use backprop::{Differentiable, assert_gradient, differentiate};

    #[derive(Differentiable, Clone, Copy, Debug)]
    struct Point {
        x: f64,
        y: f64,
    }

    #[derive(Differentiable, Clone, Copy, Debug)]
    struct Counted(f64, usize);

    #[differentiate]
    fn guarded(p: &Point) -> f64 {
        match p {
            Point { x, .. } if *x > 0.0 => x * p.y,
            Point { y, .. } => *y,
        }
    }

    #[differentiate]
    fn counted(c: &Counted) -> f64 {
        if let Counted(x, 0) = c { x * x } else { c.0 }
    }

    #[test]
    fn programs() {
        assert_gradient!(guarded(&Point { x: 1.0, y: 2.0 }));
        assert_gradient!(guarded(&Point { x: -1.0, y: 2.0 }));
        assert_gradient!(counted(&Counted(1.5, 0)));
        assert_gradient!(counted(&Counted(1.5, 2)));
    }
}
