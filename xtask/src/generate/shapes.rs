//! Statements in which gradients once went astray: copies of variables, results
//! of calls changed in place, patterns that may fail, fallible helpers.

use super::{Generator, Kind};

impl Generator {
    pub(super) fn shape(&mut self) {
        match self.rng.u32(0..16) {
            0 => self.copy(),
            1 => self.result_in_place(),
            2 => {
                let (a, b, c) = (self.atom(), self.atom(), self.atom());
                let name = self.declare(Kind::Real, false);
                self.line(&format!(
                    "let {name} = match root({a}) {{ Ok(v) => v * {b}, Err(_) => {c} }};"
                ));
            }
            3 => self.assigned(|g, target| {
                let (a, b) = (g.atom(), g.atom());
                format!("{target} += root({a}).map(|v| v * 0.5).unwrap_or({b});")
            }),
            4 | 5 => self.slice_pattern(),
            6 => self.assigned(|g, target| {
                let (a, b) = (g.atom(), g.atom());
                let x = g.sequence()?;
                Some(format!(
                    "match {x}.iter().copied().find(|e| *e > {a}) {{ \
                     Some(e) if e > {b} => {{ {target} += e; }} \
                     Some(_) => {{ {target} *= 0.5; }} None => {{ {target} -= 0.25; }} }}"
                ))
            }),
            7 => self.assigned(|g, target| {
                let x = g.sequence()?;
                Some(format!(
                    "if let (Some(p), Some(q)) = ({x}.first(), {x}.last()) \
                     {{ {target} += p * q; }}"
                ))
            }),
            8 => self.assigned(|g, target| {
                let (a, b) = (g.atom(), g.atom());
                format!("if let Some(v) = larger({a}, {b}) {{ {target} = v.sin(); }}")
            }),
            9 => self.assigned(|g, target| {
                let a = g.atom();
                let m = g.pick(Kind::Matrix)?.name;
                Some(match g.rng.u32(0..3) {
                    0 => format!(
                        "{{ let limit = {a}; for e in {m}.iter().flatten() \
                         {{ if *e > limit {{ break; }} {target} += e * 0.3; }} }}"
                    ),
                    1 => format!(
                        "{target} += {m}.iter().flatten().copied().find(|e| *e > {a}).unwrap_or(0.5f64);"
                    ),
                    _ => format!(
                        "{target} -= {m}.iter().flat_map(|r| r.iter()).skip(1).take(2).map(|e| e * e).sum::<f64>();"
                    ),
                })
            }),
            10 => {
                let (Some(x), a) = (self.sequence(), self.atom()) else {
                    return;
                };
                let state = self.declare(Kind::Real, true);
                let name = self.declare(Kind::Real, false);
                self.line(&format!("let mut {state} = {a};"));
                let cut = self.rng.choice(["", ".skip(1)", ".step_by(2)", ".take(2)"]);
                self.line(&format!(
                    "let {name} = {x}.iter().map(move |e| {{ {state} = ({state} * 0.5 + e).sin(); \
                     {state} }}){}.sum::<f64>().tanh();",
                    cut.unwrap_or_default()
                ));
            }
            11 => self.assigned(|g, target| {
                let (x, y) = (g.sequence()?, g.sequence()?);
                Some(format!(
                    "for v in [&{x}[..], &{y}[..]] \
                     {{ {target} += v[0] * {target} * 0.1 + v.len() as f64; }}"
                ))
            }),
            12 => self.assigned(|g, target| {
                let (x, a) = (g.sequence()?, g.atom());
                Some(format!(
                    "{{ let r = if {target} > {a} {{ 0..{x}.len() }} else {{ 0..1 }}; \
                     for i in r.clone() {{ {target} += {x}[i] * 0.2; }} \
                     {target} -= {x}[r].iter().sum::<f64>() * 0.1; }}"
                ))
            }),
            13 => self.assigned(|g, target| {
                let kind = g.rng.choice([Kind::Struct, Kind::StructRef]);
                let (s, a) = (g.pick(kind.unwrap_or(Kind::Struct))?.name, g.atom());
                Some(format!(
                    "{{ let count = {s}.n * {s}.n; {target} += {a} / (1.0 + count as f64); \
                     if {s}.n * {s}.n == {s}.n {{ {target} *= 0.5; }} }}"
                ))
            }),
            14 => self.assigned(|g, target| {
                let (a, b) = (g.atom(), g.atom());
                format!(
                    "for o in &[Some({a}), None, Some({b})] \
                     {{ match o {{ Some(v) if *v > 0.2 => {{ {target} += v * 0.4; }} \
                     Some(v) => {{ {target} *= v.cos(); }} None => {{ {target} -= 0.1; }} }} }}"
                )
            }),
            _ => {
                let (Some(x), a) = (self.sequence(), self.atom()) else {
                    return;
                };
                let state = self.declare(Kind::Real, true);
                let name = self.declare(Kind::Real, false);
                self.line(&format!("let mut {state} = {a};"));
                self.line(&format!(
                    "let {name} = {x}.iter().map(|e| {{ {state} = ({state} * 0.5 + e).sin(); \
                     {state} }}).sum::<f64>().tanh();"
                ));
            }
        }
    }

    /// A statement about a number that may be assigned, if there is one.
    fn assigned<S: Into<Option<String>>>(&mut self, text: impl FnOnce(&mut Self, &str) -> S) {
        let Some(target) = self.pick_mut(&[Kind::Real]) else {
            return;
        };
        if let Some(text) = text(self, &target.name).into() {
            self.line(&text);
        }
    }

    /// A copy that goes its own way, as its original does.
    fn copy(&mut self) {
        let kinds = [Kind::Array, Kind::Vector, Kind::Struct, Kind::Real];
        let Some(original) = self.pick_mut(&kinds) else {
            return;
        };
        let (a, b) = (self.atom(), self.atom());
        let (kind, from) = (original.kind, original.name);
        let copy = self.declare(kind, true);
        let clone = match kind {
            Kind::Array | Kind::Real => "",
            _ => ".clone()",
        };
        self.line(&format!("let mut {copy} = {from}{clone};"));
        let place = match kind {
            Kind::Real => "",
            Kind::Struct => ".w[0]",
            _ => "[0]",
        };
        self.line(&format!("{copy}{place} += {a};"));
        self.line(&format!("{from}{place} = {b};"));
    }

    /// The type of a result is known to rustc alone; it lives on under `&mut`.
    fn result_in_place(&mut self) {
        let (Some(x), a, b) = (self.sequence(), self.atom(), self.atom()) else {
            return;
        };
        let name = self.declare(Kind::Real, true);
        self.line(&format!("let mut {name} = norm(&{x}, {a});"));
        match self.rng.u32(0..3) {
            0 => self.line(&format!("let _ = nudge(&mut {name}, {b});")),
            1 => self.line(&format!(
                "for _ in 0..2 {{ let k = {b}; {name} += nudge(&mut {name}.clone(), k); }}"
            )),
            _ => {
                let other = self.declare(Kind::Real, true);
                self.line(&format!("let mut {other} = {name};"));
                self.line(&format!("for _ in 0..2 {{ nudge(&mut {other}, {b}); }}"));
                self.line(&format!("{name} -= {b};"));
            }
        }
    }

    fn slice_pattern(&mut self) {
        let kind = match self.rng.bool() {
            true => Kind::Vector,
            false => Kind::Slice,
        };
        let (Some(x), Some(target)) = (self.pick(kind), self.pick_mut(&[Kind::Real])) else {
            return;
        };
        let (x, target) = (x.name, target.name);
        let text = match self.rng.u32(0..3) {
            0 => format!(
                "match &{x}[..] {{ [p, q, ..] => {{ {target} += p * q; }} \
                 [p] => {{ {target} -= *p; }} [] => {{}} }}"
            ),
            1 => format!("if let [first, .., last] = &{x}[..] {{ {target} = first * last; }}"),
            _ => format!(
                "{{ let mut rest = &{x}[..]; while let [head, tail @ ..] = rest \
                 {{ {target} = ({target} * 0.5 + head).sin(); rest = tail; }} }}"
            ),
        };
        self.line(&text);
    }
}
