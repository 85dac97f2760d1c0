//! Statements with methods, operators, views, labels, places that are lent.

use super::{Generator, Kind, Var};

impl Generator {
    pub(super) fn form(&mut self) {
        match self.rng.u32(0..36) {
            0..=3 => self.own_statement(),
            4 => self.deep_statement(),
            5 => self.masked(),
            6 => self.counted(),
            7 => self.labelled(),
            8 => self.chosen_view(),
            9 | 10 => self.taken(),
            11 | 12 => self.lent(),
            13 => self.closure(),
            14 | 15 => self.called(),
            16 => self.patterns(),
            17 => self.enumerated(),
            18 => self.sorted(),
            19..=25 => self.lent_form(),
            _ => self.composed(),
        }
    }

    fn target(&mut self) -> Option<String> {
        self.pick_mut(&[Kind::Real]).map(|var| var.name)
    }

    fn own_statement(&mut self) {
        let s = self.suffix.clone();
        if !self.owns {
            return;
        }
        let (a, b) = (self.real(1), self.atom());
        let changed = self.pick_mut(&[Kind::Own]).map(|var| var.name);
        match (self.rng.u32(0..9), changed) {
            (0, Some(v)) if self.level > 2 => {
                self.line(&format!("{{ let k = {a}; {v}.own_change(k); }}"))
            }
            (1, Some(v)) if self.level > 4 => {
                let name = self.declare(Kind::Real, true);
                self.line(&format!("let k = {a};"));
                self.line(&format!("let mut {name} = {v}.own_step(k);"));
            }
            (2, Some(v)) if self.level > 6 => {
                let other = self.own_value();
                self.line(&format!("{{ let other: Own{s} = {other}; {v} += other; }}"));
            }
            (3, Some(v)) if self.level > 6 => {
                self.line(&format!("{{ let k = {a}; {v}.own_grow(k); }}"))
            }
            (4, Some(v)) if self.level > 6 => {
                let name = self.declare(Kind::Real, false);
                self.line(&format!("let k = {a};"));
                self.line(&format!("let {name} = own_changed{s}(&mut {v}, k);"));
            }
            (5, Some(v)) => {
                let value = self.own_value();
                self.line(&format!("{v} = {value};"));
            }
            (6, _) => {
                let text = self.own_number();
                let name = self.declare(Kind::Real, false);
                self.line(&format!("let {name} = {text} + {b};"));
            }
            _ => {
                let value = self.own_value();
                let name = self.fresh();
                let mutable = self.rng.u32(0..3) > 0;
                let word = if mutable { "mut " } else { "" };
                self.line(&format!("let {word}{name}: Own{s} = {value};"));
                self.fields(&name, mutable);
            }
        }
    }

    /// Structs in arrays and vectors in a struct.
    fn deep_statement(&mut self) {
        if !self.owns || self.level < 7 {
            return;
        }
        let (a, b) = (self.atom(), self.atom());
        let Some(d) = self.pick_mut(&[Kind::Deep]).map(|var| var.name) else {
            let (v, u) = (self.own_value(), self.own_value());
            let s = self.suffix.clone();
            let name = self.declare(Kind::Deep, true);
            self.line(&format!(
                "let mut {name} = Deep{s} {{ inner: [{v}, {u}], rows: vec![{u}, {v}, {u}], v: vec![{a}, {b}], k: {a} }};"
            ));
            return;
        };
        let (i, n) = (self.index_into(&format!("{d}.rows")), self.rng.u32(0..2));
        let text = match self.rng.u32(0..9) {
            0 => format!("{d}.inner[{n}].x += k;"),
            1 => format!("{d}.rows[at].own_change(k);"),
            2 => format!("for row in &mut {d}.rows {{ row.own_change(k); }}"),
            3 => format!(
                "for row in {d}.rows.iter_mut().rev() {{ row.x = (row.x * k + row.y).sin(); }}"
            ),
            4 => format!("{d}.inner[{n}].w[at % 4] *= k; {d}.k -= {d}.inner[{n}].w[1];"),
            5 => format!("{d}.rows[at] = {d}.inner[{n}]; {d}.inner.swap(0, 1); {d}.k += k;"),
            6 => {
                format!("{d}.k += {d}.rows.iter().map(|row| row.own_read(k)).sum::<f64>().tanh();")
            }
            7 => format!(
                "if let Some(row) = {d}.rows.pop() {{ {d}.inner[{n}].y = row.x * k; {d}.rows.push(row); }}"
            ),
            _ => format!(
                "let old = std::mem::replace(&mut {d}.inner[{n}], {d}.rows[0]); {d}.k *= old.y; scale(&mut {d}.v, k);"
            ),
        };
        self.line(&format!("{{ let (k, at) = ({a}, {i}); {text} }}"));
    }

    /// A number that is not there where it is not used.
    fn masked(&mut self) {
        let (a, b) = (self.real(1), self.atom());
        let name = self.declare(Kind::Real, true);
        let text = match self.rng.u32(0..6) {
            0 => format!(
                "{{ let r = ({a}).ln(); if r.is_nan() || r < -9.0 {{ {b} }} else {{ r }} }}"
            ),
            1 => {
                format!("{{ let r = ({a}).sqrt(); if {b} > 0.3 {{ {b} }} else {{ r.max(0.1) }} }}")
            }
            2 => format!("if {b} > 0.0 {{ {b}.ln() }} else {{ ({a}).asin().max({b}) }}"),
            3 => {
                format!("{{ let r = {b} / ({a} - {a}); if r.is_finite() {{ r }} else {{ {b} }} }}")
            }
            4 => format!("{{ let r = [({a}).sqrt(), {b}]; r[({b} > -5.0) as usize] }}"),
            _ => format!("({a}).sqrt().min({b})"),
        };
        self.line(&format!("let mut {name} = ({text}).tanh();"));
    }

    /// An integer that active values give.
    fn counted(&mut self) {
        let a = self.real(1);
        let name = self.declare(Kind::Int, false);
        let text = match self.rng.u32(0..4) {
            0 => format!("(({a}) * 3.0).abs() as usize % 4"),
            1 => format!("({a} > 0.2) as usize + 1"),
            2 => match self.sequence() {
                Some(x) => format!("{x}.iter().filter(|e| **e > 0.1).count()"),
                None => "1".to_owned(),
            },
            _ => format!("({a}).floor().max(0.0) as usize % 3"),
        };
        self.line(&format!("let {name}: usize = {text};"));
    }

    fn labelled(&mut self) {
        let (Some(target), Some(x)) = (self.target(), self.sequence()) else {
            return;
        };
        let (a, b, c) = (self.atom(), self.atom(), self.condition());
        let text = match self.rng.u32(0..4) {
            0 => format!(
                "{{ let x = {x}.to_vec(); 'o: for i in 0..x.len() {{ for j in 0..x.len() {{ \
                 if x[j] > {target} && i > 0 {{ break 'o; }} if j > i {{ continue 'o; }} {target} = ({target} + x[i] * x[j]).sin(); }} }} }}"
            ),
            1 => format!(
                "{target} = 'b: {{ if {c} {{ break 'b {a} * 0.5; }} let r = {a} + {b}; if r > 0.4 {{ break 'b r.sin(); }} r * {b} }};"
            ),
            2 => format!(
                "{{ let mut n = 0; {target} = loop {{ {target} = ({target} * 0.5 + {a}).tanh(); n += 1; if n > 3 || {target} < {b} {{ break {target} * {b}; }} }}; }}"
            ),
            _ => format!(
                "{{ let mut left = 4usize; 'w: while left > 0 {{ left -= 1; for k in 0..left {{ if {c} {{ continue 'w; }} {target} -= {b} * k as f64 * 0.1; }} if {target} < -2.0 {{ break; }} }} }}"
            ),
        };
        self.line(&text);
    }

    /// A view of one of two places.
    fn chosen_view(&mut self) {
        let (Some(x), Some(y)) = (self.sequence(), self.sequence()) else {
            return;
        };
        let (a, c) = (self.atom(), self.condition());
        let name = self.declare(Kind::Real, true);
        let text = match self.rng.u32(0..4) {
            0 => format!(
                "let part = if {c} {{ &{x}[..] }} else {{ &{y}[1..] }}; norm(part, {a}) + part[0] * part.len() as f64"
            ),
            1 => format!(
                "let mut part = &{x}[..]; let mut s = {a}; while part.len() > 1 {{ s = (s + part[0] * part[part.len() - 1]).sin(); part = &part[1..]; }} s"
            ),
            2 => format!(
                "let mut part = &{x}[..1]; for i in 0..2 {{ if {c} {{ part = &{y}[i % {y}.len()..]; }} }} part.iter().map(|e| e * {a}).sum::<f64>()"
            ),
            _ => format!(
                "let (left, right) = {x}.split_at(1); let far = match {c} {{ true => left, false => right }}; far.iter().product::<f64>() * {a}"
            ),
        };
        self.line(&format!("let mut {name} = {{ {text} }};"));
    }

    /// `std::mem`.
    fn taken(&mut self) {
        let Some(target) = self.target() else {
            return;
        };
        let (a, b) = (self.atom(), self.atom());
        let vector = self.pick_mut(&[Kind::Vector]).map(|var| var.name);
        let other = self.target();
        let text = match (self.rng.u32(0..5), vector, other) {
            (0, _, _) => format!(
                "{{ let new = {a}; let old = std::mem::replace(&mut {target}, new); {target} += old * {b}; }}"
            ),
            (1, Some(v), _) => format!(
                "{{ let k = {a}; let old = std::mem::take(&mut {v}); {v}.push(k); {v}.extend(old.iter().map(|e| e * k)); }}"
            ),
            (2, Some(v), _) => format!(
                "{{ let new = vec![{a}, {b}, 0.5]; let old = std::mem::replace(&mut {v}, new); {target} += old[0] * {v}[1]; }}"
            ),
            (3, _, Some(other)) if other != target => {
                format!("std::mem::swap(&mut {target}, &mut {other});")
            }
            _ => format!(
                "{{ let old = std::mem::take(&mut {target}); {target} = (old * {a}).sin() - {b}; }}"
            ),
        };
        self.line(&text);
    }

    /// Parts of places by `&mut`.
    fn lent(&mut self) {
        let Some(x) = self.sequence_mut() else {
            return;
        };
        let (a, i) = (self.real(1), self.index_into(&x));
        let Some(target) = self.target() else {
            return;
        };
        let text = match self.rng.u32(0..6) {
            0 => format!("scale(&mut {x}[1..], k);"),
            1 => format!("{target} = nudge(&mut {x}[at], k) - {x}[at];"),
            2 => format!("let r = nudge(&mut {target}, k); {x}[at] += r;"),
            3 => format!(
                "let n = {x}.len(); scale(&mut {x}[..at + 1], k); scale(&mut {x}[n - 1..], k);"
            ),
            4 => format!(
                "let (left, right) = {x}.split_at_mut(1); scale(right, left[0]); let r = nudge(&mut left[0], right[0] + k); right[0] -= r;"
            ),
            _ => format!("for e in {x}.iter_mut() {{ let r = nudge(e, k); *e += r * k; }}"),
        };
        self.line(&format!("{{ let (k, at) = ({a}, {i}); {text} }}"));
    }

    fn closure(&mut self) {
        let Some(target) = self.target() else {
            return;
        };
        let (a, b, c) = (self.atom(), self.atom(), self.condition());
        let text = match self.rng.u32(0..4) {
            0 => format!(
                "let f = |u: f64, v: f64| {{ let w = u * {a}; if w > v {{ w }} else {{ v - w * {b} }} }}; {target} = f({b}, 0.5) * f(0.25, {a});"
            ),
            1 => format!(
                "let (a, b) = ({a}, {b}); let mut f = |u: f64| {{ {target} = ({target} * a + u).sin(); {target} * b }}; let r = f(a); let q = f(r); {target} += q;"
            ),
            2 => format!(
                "let k = {a}; let mut s = {b}; let mut f = move |u: f64| {{ s += u * k; s }}; let r = f({b}) * f(k); {target} -= r * s;"
            ),
            _ => format!(
                "let f = |u: f64| if {c} {{ Some(u * {a}) }} else {{ None }}; if let Some(r) = f({b}) {{ {target} = r; }}"
            ),
        };
        self.line(&format!("{{ {text} }}"));
    }

    /// Generic, recursive and fallible functions.
    fn called(&mut self) {
        if !self.owns {
            return;
        }
        let s = self.suffix.clone();
        let (a, b) = (self.atom(), self.atom());
        let (Some(x), n) = (self.sequence(), self.int()) else {
            return;
        };
        // none of these before it is there
        if self.level == 0 {
            return;
        }
        let text = match self.rng.u32(0..7) {
            0 => format!("float{s}({a}, {b}, {n})"),
            1 => format!("again{s}({a}, &{x}, {n})"),
            2 => format!("tried{s}({a}, &{x}).unwrap_or({b})"),
            3 => format!(
                "match tried{s}({a}, &{x}) {{ Some(v) if v > {b} => v * {a}, Some(v) => v, None => {b} }}"
            ),
            4 => format!("tried{s}({a}, &{x}).map_or({b}, |v| v * {b})"),
            5 if self.single => format!("float{s}({a} as f32, 0.5f32, {n}) as f64"),
            _ => format!("tried{s}({a}, &{x}[1..]).and_then(|v| larger(v, {b})).unwrap_or({a})"),
        };
        let name = self.declare(Kind::Real, true);
        self.line(&format!("let mut {name} = {text};"));
    }

    fn patterns(&mut self) {
        let (Some(x), Some(target)) = (self.sequence(), self.target()) else {
            return;
        };
        let a = self.atom();
        let text = match self.rng.u32(0..4) {
            0 => format!(
                "match &{x}[..] {{ [p, q, rest @ ..] if *p > {a} => {{ {target} += p * q + rest.iter().sum::<f64>(); }} [p, .., q] => {{ {target} *= p - q; }} _ => {{ {target} = 0.5; }} }}"
            ),
            1 => format!(
                "if let [first, middle @ .., last] = &{x}[..] {{ {target} = first * last + middle.len() as f64 * {a}; }}"
            ),
            2 => format!("let [p, ..] = &{x}[..] else {{ panic!() }}; {target} -= p * {a};"),
            _ => format!(
                "match ({x}.first(), {a} > 0.1) {{ (Some(p), true) => {{ {target} += p; }} (Some(p), false) => {{ {target} -= p * {a}; }} (None, _) => {{}} }}"
            ),
        };
        self.line(&format!("{{ {text} }}"));
    }

    /// Enums with payloads.
    fn enumerated(&mut self) {
        if !self.owns || self.level < 9 {
            return;
        }
        let s = self.suffix.clone();
        let (a, b, c) = (self.atom(), self.atom(), self.condition());
        let name = self.declare(Kind::Real, true);
        let text = match self.rng.u32(0..3) {
            0 => format!(
                "let e = if {c} {{ Choice{s}::One({a}) }} else {{ Choice{s}::Two {{ p: {b}, q: {a} }} }}; own_chosen{s}(&e, {b})"
            ),
            1 => format!(
                "let mut e = Choice{s}::Many(vec![{a}, {b}], 2); let r = own_chosen{s}(&e, {b}); if {c} {{ e = Choice{s}::One(r); }} own_chosen{s}(&e, {a})"
            ),
            _ => format!(
                "let e = if {c} {{ Choice{s}::Nothing }} else {{ Choice{s}::One({a}) }}; match e {{ Choice{s}::One(v) => v * {b}, Choice{s}::Two {{ p, q }} => p * q, _ => {a} }}"
            ),
        };
        self.line(&format!("let mut {name} = {{ {text} }};"));
    }

    fn sorted(&mut self) {
        let (Some(x), a) = (self.sequence(), self.atom()) else {
            return;
        };
        let name = self.fresh();
        self.line(&format!("let mut {name}: Vec<f64> = {x}.to_vec();"));
        let text = match self.rng.u32(0..4) {
            0 => format!("{name}.sort_by(|p, q| q.total_cmp(p));"),
            1 => format!("{name}.sort_by(|p, q| p.partial_cmp(q).unwrap());"),
            2 => format!("{name}.sort_by(|p, q| (p * p).total_cmp(&(q * q))); {name}[0] *= {a};"),
            _ => format!("{name}.reverse(); {name}.rotate_right(1); {name}[0] += {a};"),
        };
        self.line(&text);
        self.scope.vars.push(Var::new(&name, Kind::Vector, true));
    }
}
