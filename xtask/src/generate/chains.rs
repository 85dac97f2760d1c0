//! Iterator chains: a source, adaptors, an end.

use super::{Generator, Kind};

impl Generator {
    /// An iterator over numbers by value.
    fn numbers(&mut self, adaptors: u32) -> Option<String> {
        let (x, y, a, b) = (self.sequence()?, self.sequence()?, self.atom(), self.atom());
        let mut text = match self.rng.u32(0..16) {
            0 => format!("{x}.iter().copied()"),
            1 => format!("{x}.iter().cloned().rev()"),
            2 => format!("{x}.to_vec().into_iter()"),
            3 => format!("(0..{x}.len()).map(|i| {x}[i] * {a})"),
            4 => format!("{x}.windows(2).map(|w| w[0] * w[1] + {a})"),
            5 => format!("{x}.chunks(2).map(|c| c[0] - c[c.len() - 1] * {a})"),
            6 => format!("{x}.chunks_exact(2).map(|c| c[0] * c[1])"),
            7 => format!("std::iter::once({a}).chain({x}.iter().copied())"),
            8 => format!("std::iter::repeat({a}).take(3)"),
            9 => format!("{x}.iter().zip({y}.iter()).map(|(p, q)| p * q)"),
            10 => format!("{x}.iter().enumerate().map(|(i, e)| e * (i as f64 - {a}))"),
            11 => format!("{x}.iter().chain({y}.iter()).map(|e| e * {a})"),
            12 => format!("{x}.iter().rev().enumerate().map(|(i, e)| e * i as f64 + {a})"),
            13 => format!("(1..4usize).rev().map(|i| {a} / (i as f64 + 0.5))"),
            14 => format!("{x}.iter().skip(1).step_by(2).map(|e| e.sin() * {b})"),
            _ => format!("{x}.iter().flat_map(|p| {y}.iter().map(move |q| p * q)).take(5)"),
        };
        for _ in 0..self.rng.u32(0..=adaptors) {
            let (a, b) = (self.atom(), self.atom());
            text += &match self.rng.u32(0..13) {
                0 => format!(".map(|e| e * {a} + {b})"),
                1 => format!(".filter(|e| *e > {a})"),
                2 => format!(".filter_map(|e| if e > {a} {{ Some(e * {b}) }} else {{ None }})"),
                3 => format!(".scan({a}, |s, e| {{ *s = *s * 0.5 + e; Some(*s) }})"),
                4 => format!(".take_while(|e| *e < {a})"),
                5 => format!(".skip_while(|e| *e < {a})"),
                6 => format!(".map_while(|e| if e < {a} {{ Some(e + {b}) }} else {{ None }})"),
                7 => ".skip(1)".to_owned(),
                8 => ".take(2)".to_owned(),
                9 => format!(".zip({y}.iter()).map(|(p, q)| p * q)"),
                10 => ".inspect(|_| ())".to_owned(),
                11 => format!(".chain({x}.iter().copied())"),
                _ => ".map(|e| e.sin())".to_owned(),
            };
        }
        Some(text)
    }

    /// A statement with a chain.
    pub(super) fn composed(&mut self) {
        let Some(chain) = self.numbers(3) else {
            return;
        };
        let (a, target) = (self.atom(), self.pick_mut(&[Kind::Real]));
        if let Some(target) = target.filter(|_| self.rng.u32(0..3) == 0) {
            let target = target.name;
            // what the loop reads stays borrowed
            let source = format!("{{ let items: Vec<f64> = {chain}.collect(); ");
            let text = match self.rng.u32(0..4) {
                0 => format!("for e in items {{ {target} = ({target} * 0.5 + e).sin(); }} }}"),
                1 => format!(
                    "for (i, e) in items.iter().enumerate() {{ if *e > {target} {{ break; }} {target} += e * i as f64; }} }}"
                ),
                2 => format!("items.iter().for_each(|e| {target} += e * 0.25); }}"),
                _ => format!(
                    "if items.iter().any(|e| *e > {target}) {{ {target} -= items.iter().sum::<f64>().tanh(); }} }}"
                ),
            };
            self.line(&format!("{source}{text}"));
            return;
        }
        if self.rng.u32(0..4) == 0 {
            let name = self.declare(Kind::Vector, true);
            self.line(&format!(
                "let mut {name}: Vec<f64> = {chain}.take(6).collect();"
            ));
            self.line(&format!(
                "{{ let k = {a}; {name}.push(k); {name}.push(0.5); }}"
            ));
            return;
        }
        let end = match self.rng.u32(0..10) {
            0 => ".sum::<f64>()".to_owned(),
            1 => ".product::<f64>()".to_owned(),
            2 => format!(".fold({a}, |s, e| (s * e).sin() + e)"),
            3 => format!(".count() as f64 * {a}"),
            4 => format!(".min_by(|p, q| p.total_cmp(q)).unwrap_or({a})"),
            5 => format!(".max_by(|p, q| p.total_cmp(q)).unwrap_or({a})"),
            6 => format!(".reduce(|p, q| p * 0.5 + q).unwrap_or({a})"),
            7 => format!(".last().unwrap_or({a})"),
            8 => format!(".all(|e| e < {a}) as usize as f64 * {a}"),
            _ => format!(".fold(({a}, 0.5f64), |(s, t), e| (s + e * t, t * {a})).0"),
        };
        let mutable = self.rng.bool();
        let name = self.declare(Kind::Real, mutable);
        let mutable = if mutable { "mut " } else { "" };
        self.line(&format!("let {mutable}{name} = ({chain}{end}).tanh();"));
    }
}
