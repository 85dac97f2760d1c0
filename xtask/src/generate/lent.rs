//! Statements with functions as parameters, double buffers, indexed types, loops over
//! positions, and helpers of options and results.

use super::{Generator, Kind};

impl Generator {
    pub(super) fn lent_form(&mut self) {
        let Some(target) = self.pick_mut(&[Kind::Real]).map(|var| var.name) else {
            return;
        };
        match self.rng.u32(0..10) {
            0 | 1 => self.passed(&target),
            2 => self.buffers(&target),
            3 => self.indexed(&target),
            4..=6 => self.position(&target),
            _ => self.fallible_helper(&target),
        }
    }

    /// Functions by name, and closures with what they capture.
    fn passed(&mut self, target: &str) {
        let (Some(x), a, b) = (self.sequence(), self.atom(), self.atom()) else {
            return;
        };
        let text = match self.rng.u32(0..4) {
            0 => format!("{target} += folded(bend, &{x}, {a});"),
            1 => format!(
                "let (k, b) = ({a}, {b}); {target} = folded(|u: f64| (u * k).sin() + b, &{x}, k).tanh();"
            ),
            2 => format!(
                "let (k, b) = ({a}, {b}); let f = |u: f64| if u > b {{ u * k }} else {{ k - u }}; \
                 {target} -= folded(f, &{x}, b) * 0.3;"
            ),
            _ => {
                format!("{target} += folded(bend, &{x}[1..], {a}) * folded(bend, &{x}[..1], {b});")
            }
        };
        self.line(&format!("{{ {text} }}"));
    }

    /// `&mut` references that change places.
    fn buffers(&mut self, target: &str) {
        let (Some(x), a) = (self.sequence(), self.atom()) else {
            return;
        };
        let step = match self.rng.u32(0..3) {
            0 => "std::mem::swap(&mut src, &mut dst);",
            1 => "if dst[0] > k { std::mem::swap(&mut src, &mut dst); }",
            _ => "std::mem::swap(&mut src, &mut dst); if step == 1 && src[0] > k { break; }",
        };
        self.line(&format!(
            "{{ let k = {a}; let mut front: Vec<f64> = {x}.to_vec(); let mut back: Vec<f64> = front.clone(); \
             let (mut src, mut dst) = (&mut front, &mut back); \
             for step in 0..3usize {{ for i in 0..src.len() {{ \
             dst[i] = (src[i] * 0.5 + src[(i + 1) % src.len()] * k).sin(); }} {step} }} \
             {target} += src[0] * dst[1]; }}"
        ));
    }

    /// A type with `Index` and `IndexMut`.
    fn indexed(&mut self, target: &str) {
        let (Some(x), a) = (self.sequence(), self.atom()) else {
            return;
        };
        let text = match self.rng.u32(0..3) {
            0 => format!("g[(0, 0)] *= k; {target} += g[(0, 0)] * g[(0, 1)];"),
            1 => format!(
                "for j in 0..2usize {{ let other = g[(0, 1 - j)]; g[(0, j)] = (g[(0, j)] * k + other).sin(); }} \
                 {target} = g[(0, 1)];"
            ),
            _ => format!("if g[(0, 0)] > k {{ g[(0, 1)] -= k; }} {target} -= g[(0, 1)] * k;"),
        };
        self.line(&format!(
            "{{ let k = {a}; let mut g: Grid = Grid {{ data: {x}.to_vec(), cols: 2 }}; {text} }}"
        ));
    }

    /// `while` over positions.
    fn position(&mut self, target: &str) {
        let (Some(x), a) = (self.sequence(), self.atom()) else {
            return;
        };
        let text = match self.rng.u32(0..4) {
            0 => format!(
                "let mut at = 0usize; while at < x.len() {{ let e = x[at]; if e > {target} {{ at += 2; continue; }} \
                 {target} = ({target} + e * k).sin(); at += 1; }}"
            ),
            1 => format!(
                "let (mut low, mut high) = (0usize, x.len()); while low + 1 < high {{ let middle = (low + high) / 2; \
                 if x[middle] > k {{ high = middle; }} else {{ low = middle; }} }} {target} += x[low] * k;"
            ),
            2 => format!(
                "let mut at = x.len(); while at > 0 && {target} < 2.0 {{ at -= 1; {target} += x[at] * x[at] * k; }}"
            ),
            _ => format!(
                "let (mut i, mut j) = (0usize, x.len() - 1); while i < j {{ if x[i] > x[j] {{ {target} -= x[i] * k; i += 1; }} \
                 else {{ {target} += x[j] * x[i]; j -= 1; }} }}"
            ),
        };
        self.line(&format!(
            "{{ let k = {a}; let x: Vec<f64> = {x}.to_vec(); {text} }}"
        ));
    }

    /// Options and results of helpers, and what std does with them.
    fn fallible_helper(&mut self, target: &str) {
        let (a, b, c) = (self.atom(), self.atom(), self.atom());
        let text = match self.rng.u32(0..16) {
            0 => format!("{target} += larger(p, q).map_or(r, |v| v * p);"),
            1 => format!("{target} = larger(p, q).filter(|v| *v > r).unwrap_or(q);"),
            2 => {
                format!("{target} -= larger(p, q).or_else(|| larger(q, p)).map_or(0.5, |v| v * r);")
            }
            3 => format!("{target} += root(p).ok().and_then(|v| larger(v, q)).unwrap_or(r);"),
            4 => format!("{target} *= larger(p, q).map_or_else(|| r, |v| v * p).tanh();"),
            5 => format!("{target} += root(p).or_else(|_| root(q)).unwrap_or(r);"),
            6 => format!("{target} += larger(p, q).unwrap_or_default() * r;"),
            7 => format!(
                "if larger(p, q).is_some_and(|v| v > r) {{ {target} = p * q; }} else {{ {target} -= r; }}"
            ),
            8 => format!("if let Ok(v) = root(p) && v > q {{ {target} += v * r; }}"),
            9 => format!(
                "if let Some(v) = larger(p, q) && let Some(u) = larger(v, r) {{ {target} = u * v; }}"
            ),
            10 => format!("{target} -= larger(p, q).or(larger(q, p)).map_or(r, |v| v * p);"),
            // closures that leave themselves, and not the function
            11 => format!(
                "let f = |u: f64| {{ let v = larger(u, q)?; Some(v * r) }}; {target} += f(p).unwrap_or(r) * f(r).map_or(p, |v| v * 0.5);"
            ),
            12 => format!(
                "{target} -= larger(p, q).and_then(|v| {{ if v > r {{ return larger(v, r); }} larger(r, v) }}).unwrap_or(q);"
            ),
            13 => format!(
                "{target} += [p, q, r].iter().filter_map(|e| {{ let v = larger(*e, q)?; Some(v * r) }}).sum::<f64>();"
            ),
            14 => format!(
                "{target} *= root(p).and_then(|v| {{ let u = root(q - v)?; Ok(u * v) }}).unwrap_or(r).tanh();"
            ),
            _ => format!(
                "{target} += match (larger(p, q), root(r)) {{ (Some(u), Ok(v)) => u * v, (None, Ok(v)) => v, (Some(u), Err(_)) => u, _ => p }};"
            ),
        };
        self.line(&format!("{{ let (p, q, r) = ({a}, {b}, {c}); {text} }}"));
    }
}
