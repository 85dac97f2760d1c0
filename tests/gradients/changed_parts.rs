//! What patterns bind through `&mut`: payloads of enums and options, changed where they are.

#![expect(
    clippy::single_match,
    reason = "the programs use every form that people write"
)]

use backprop::{Differentiable, differentiate};

oracle::programs! {
    #[derive(Differentiable, Clone, Debug, PartialEq)]
    enum Shape {
        Circle(f64),
        Rect { w: f64, h: f64 },
        Poly(Vec<f64>, usize),
        Pair([f64; 2], (f64, f64)),
        Nothing,
    }

    #[differentiate]
    fn grow(shape: &mut Shape, x: f64) {
        match shape {
            Shape::Circle(r) if *r > 2.0 => *r = x * x,
            Shape::Circle(r) => {
                *r *= x;
                *r *= *r;
            }
            Shape::Rect { w, h } => {
                *w *= x * *h;
                std::mem::swap(w, h);
                *h += *w * *h;
            }
            Shape::Poly(v, n) => {
                for e in v.iter_mut() {
                    *e *= x;
                    *e += x.sin() * *e;
                }
                let last = v[0] * x;
                v.push(last * last);
                *n += 1;
            }
            Shape::Pair([a, b], (c, d)) => {
                *a *= *b * *c;
                *d -= *a * x;
                *b = 3.0;
            }
            Shape::Nothing => {}
        }
    }

    // a parameter by value, and other names of it
    #[differentiate]
    fn size(mut shape: Shape, x: f64, n: usize) -> f64 {
        for k in 0..n {
            if let Shape::Circle(r) = &mut shape {
                *r = r.sin() * x;
                if *r > 0.9 {
                    continue;
                }
                *r += k as f64 * *r * *r;
            } else if let Shape::Rect { w, .. } = &mut shape {
                if *w > 3.0 {
                    break;
                }
                *w *= 1.5 * x;
            }
        }
        match &shape {
            Shape::Circle(r) => r * r,
            Shape::Rect { w, h } => w * h * w,
            Shape::Poly(v, n) => v[*n],
            Shape::Pair(a, b) => a[0] * a[1] * b.0 * b.1,
            Shape::Nothing => x,
        }
    }

    // made here, replaced by another variant, read before and after
    #[differentiate]
    fn made(x: f64, y: f64, k: usize) -> f64 {
        let mut shape = match k {
            0 => Shape::Circle(x),
            1 => Shape::Rect { w: x * y, h: y },
            _ => Shape::Nothing,
        };
        let mut total = 0.0;
        for _ in 0..3 {
            if let Shape::Rect { w, h } = &mut shape {
                total += *w * *h;
                *w = *h * 0.5;
                *h *= x;
                if *h < 0.5 {
                    shape = Shape::Circle(total);
                }
            }
            if let Shape::Circle(r) = &mut shape {
                total += *r * y;
                *r *= *r;
            }
        }
        if let Shape::Circle(r) = shape {
            total * r
        } else {
            total
        }
    }

    // in fields, in a vector, through another function
    #[derive(Differentiable, Clone, Debug)]
    struct Scene {
        shape: Shape,
        scale: Option<f64>,
        all: Vec<Shape>,
    }

    #[differentiate]
    fn scene(s: &mut Scene, x: f64, k: usize) {
        if let Shape::Circle(r) = &mut s.shape {
            *r *= x;
        }
        if let Some(scale) = &mut s.scale {
            *scale = *scale * *scale * x;
        }
        if let Some(scale) = s.scale.as_mut() {
            *scale += x;
        }
        if let Some(ref mut scale) = s.scale {
            *scale *= x;
        }
        for shape in s.all.iter_mut() {
            match shape {
                Shape::Circle(r) => *r = *r * *r * x,
                Shape::Rect { w, h } => twice(w, *h),
                other => grow(other, x),
            }
        }
        match s.all[k] {
            Shape::Circle(ref mut r) => *r += x * x,
            Shape::Rect { ref mut w, h } => *w *= h,
            Shape::Poly(ref mut v, n) => {
                v[0] *= x + n as f64;
                v.truncate(1);
            }
            _ => {}
        }
    }

    #[differentiate]
    fn twice(w: &mut f64, h: f64) {
        *w = 2.0 * *w * h;
    }

    // of parameters and variables that are options
    #[differentiate]
    fn optional(
        mut o: Option<f64>,
        mut v: Option<Vec<f64>>,
        mut t: Option<(f64, usize)>,
        x: f64,
    ) -> f64 {
        let before = o.unwrap_or(x);
        if let Some(a) = &mut o {
            *a *= x;
            *a *= *a;
        }
        match &mut v {
            Some(v) => {
                v[0] *= x * v[1];
                v.push(before);
            }
            None => v = Some(vec![x, x * x]),
        }
        match t.as_mut() {
            Some((a, n)) => {
                *a += before * *n as f64;
                *n += 1;
            }
            None => {}
        }
        while let Some(a) = o.as_mut() {
            *a *= 1.1;
            if *a > 2.0 {
                break;
            }
            if *a < 0.1 {
                return *a;
            }
        }
        let sum: f64 = v.map_or(1.0, |v| v.iter().product());
        let (a, n) = t.unwrap_or((x, 2));
        o.unwrap_or(before) * sum + a.powi(n as i32)
    }

    // behind `&mut`: what was there is read before, in between and after
    #[differentiate]
    fn behind(o: &mut Option<f64>, v: &mut Option<[f64; 2]>, x: f64) -> f64 {
        let mut seen = 0.0;
        if let Some(a) = o {
            seen += *a * *a;
            let old = *a;
            *a = x;
            seen += *a * old;
            *a *= old;
        }
        if let Some([a, b]) = v {
            std::mem::swap(a, b);
            *a *= seen;
        }
        match o {
            Some(a) if *a > 4.0 => {
                *a = 1.0;
                *o = None;
                return seen;
            }
            Some(a) => *a += seen,
            None => *o = Some(seen * x),
        }
        seen + x
    }

    impl Scene {
        #[differentiate]
        fn step(&mut self, x: f64) -> f64 {
            let Shape::Circle(ref mut r) = self.shape else {
                self.shape = Shape::Circle(x);
                return x;
            };
            let old = *r;
            *r = old.exp() * x;
            old * *r
        }
    }

    #[differentiate]
    fn steps(mut s: Scene, x: f64, n: usize) -> f64 {
        let mut total = 0.0;
        for _ in 0..n {
            total += s.step(x) * 0.1;
        }
        if let Shape::Circle(r) = s.shape {
            total * r
        } else {
            total
        }
    }

    // an arm that is not taken has no say, whatever is there
    #[differentiate]
    fn untaken(s: &mut Shape, x: f64) -> f64 {
        if let Shape::Rect { w, h } = s {
            if *h != 0.0 {
                *w = (*w / *h).sqrt();
            } else {
                *w = x;
            }
            return *w;
        }
        x
    }
}

fn shapes() -> Vec<Shape> {
    vec![
        Shape::Circle(0.7),
        Shape::Circle(2.5),
        Shape::Rect { w: 0.6, h: 1.3 },
        Shape::Rect { w: 3.5, h: 1.3 },
        Shape::Poly(vec![0.4, 0.9], 1),
        Shape::Pair([0.3, 0.8], (1.2, 0.7)),
        Shape::Nothing,
    ]
}

#[test]
fn parts_of_enums() {
    for shape in shapes() {
        oracle::check!(grow(&mut shape.clone(), 1.3));
        for n in [0, 1, 3] {
            oracle::check!(size(shape.clone(), 1.3, n));
        }
    }
    for k in 0..3 {
        oracle::check!(made(0.7, 1.3, k));
        oracle::check!(made(1.7, 0.4, k));
    }
    for scale in [None, Some(1.4)] {
        for k in 0..7 {
            let mut scene = Scene {
                shape: shapes()[k].clone(),
                scale,
                all: shapes(),
            };
            oracle::check!(scene(&mut scene, 0.8, k));
        }
    }
}

#[test]
fn parts_of_options() {
    for o in [None, Some(0.8), Some(1.9), Some(0.01)] {
        for v in [None, Some(vec![0.5, 1.5])] {
            for t in [None, Some((0.6, 3))] {
                oracle::check!(optional(o, v.clone(), t, 1.2));
            }
        }
        for v in [None, Some([0.5, 1.5])] {
            oracle::check!(behind(&mut o.clone(), &mut v.clone(), 1.2));
            oracle::check!(behind(&mut o.clone(), &mut v.clone(), 3.2));
        }
    }
}

#[test]
fn parts_of_fields() {
    for shape in shapes() {
        let scene = Scene {
            shape,
            scale: Some(0.4),
            all: Vec::new(),
        };
        for n in 0..3 {
            oracle::check!(steps(scene.clone(), 0.6, n));
        }
    }
    for h in [0.0, -0.0, 1.3] {
        oracle::check!(untaken(&mut Shape::Rect { w: 0.2, h: h + 0.1 }, 0.4), kink);
        oracle::check!(untaken(&mut Shape::Rect { w: 0.6, h }, 0.4), kink);
    }
    oracle::check!(untaken(&mut Shape::Circle(f64::NAN), 0.4), kink);
}
