//! Statements: variables, writes, branches, loops, chains.

use super::helpers::calls;
use super::values::mentions;
use super::{Generator, Kind, Var};

impl Generator {
    // Statements

    pub(super) fn block(&mut self, statements: u32) {
        let scope = self.scope.clone();
        self.indent += 1;
        self.depth += 1;
        for _ in 0..statements {
            self.statement();
        }
        self.depth -= 1;
        self.indent -= 1;
        self.scope = scope;
    }

    /// One that fits the program.
    pub(super) fn statement(&mut self) {
        let (start, scope) = (self.out.len(), self.scope.clone());
        self.any_statement();
        if self.plain && calls(&self.out[start..]) {
            self.out.truncate(start);
            self.scope = scope;
        }
    }

    fn any_statement(&mut self) {
        self.budget -= 1;
        let deep = self.depth >= 3;
        let forms = if self.wide { 56 } else { 40 };
        match self.rng.u32(0..forms) {
            0 | 1 => {
                let value = self.real(2);
                let mutable = self.rng.bool();
                let name = self.declare(Kind::Real, mutable);
                let mutable = if mutable { "mut " } else { "" };
                self.line(&format!("let {mutable}{name} = {value};"));
            }
            2 | 3 => {
                let kinds = [
                    Kind::Vector,
                    Kind::Vector,
                    Kind::Array,
                    Kind::Matrix,
                    Kind::Struct,
                    Kind::Pair,
                ];
                let kind = self.rng.choice(kinds).unwrap_or(Kind::Vector);
                let value = self.value_of(kind);
                let mutable = kind != Kind::Pair && self.rng.u32(0..4) > 0;
                let name = self.declare(kind, mutable);
                let mutable = if mutable { "mut " } else { "" };
                let ty = self.parameter(kind);
                self.line(&format!("let {mutable}{name}: {ty} = {value};"));
            }
            4 | 5 => {
                if let Some(var) = self.pick_mut(&[Kind::Real]) {
                    let value = self.real(2);
                    let text = match self.rng.u32(0..4) {
                        0 => format!("{} = {value};", var.name),
                        1 => format!("{} *= ({value}).tanh();", var.name),
                        2 => format!("{} -= {value};", var.name),
                        _ => format!("{} += {value};", var.name),
                    };
                    self.line(&text);
                }
            }
            6..=9 => {
                if let Some(x) = self.sequence_mut() {
                    let (index, value) = (self.index_into(&x), self.real(2));
                    // dual numbers have no two-phase borrows
                    let text = match self.rng.u32(0..5) {
                        0 | 1 => format!("{x}[at] = element;"),
                        2 => format!("{x}[at] *= element.tanh();"),
                        3 => format!("{x}[at] -= element;"),
                        _ => format!("{x}[at] += element;"),
                    };
                    self.line(&format!("let (element, at) = ({value}, {index});"));
                    self.line(&text);
                }
            }
            10 => {
                if let Some(x) = self.sequence_mut() {
                    let text = match self.rng.u32(0..6) {
                        0 => format!("{x}.reverse();"),
                        1 => format!("{x}.rotate_left(1);"),
                        2 => format!("let n = {x}.len(); {x}.swap(0, n - 1);"),
                        3 => format!("{x}.sort_by(|a, b| a.total_cmp(b));"),
                        4 => format!("let filler = {}; {x}[1..].fill(filler);", self.atom()),
                        _ => format!("let factor = {}; scale(&mut {x}[..], factor);", self.atom()),
                    };
                    self.line(&format!("{{ {text} }}"));
                }
            }
            11 => {
                if let Some(var) = self.pick_mut(&[Kind::Vector]) {
                    let x = var.name;
                    let value = self.real(1);
                    let text = match self.rng.u32(0..6) {
                        0 | 1 => format!("let item = {value}; {x}.push(item);"),
                        2 => format!("{x}.truncate(2);"),
                        3 => format!("let item = {value}; {x}.resize(3, item);"),
                        4 => format!("let factor = {value}; let _ = append(&mut {x}, factor);"),
                        _ => match self.sequence() {
                            Some(y) if !y.starts_with(&x) => {
                                format!("{x}.extend({y}.iter().map(|v| v * 0.5));")
                            }
                            _ => String::new(),
                        },
                    };
                    self.line(&format!("{{ {text} }}"));
                }
            }
            12 => {
                if let Some(var) = self.pick_mut(&[Kind::Struct]) {
                    let (x, value) = (var.name, self.real(2));
                    let text = match self.rng.u32(0..4) {
                        0 => format!("{x}.a = value;"),
                        1 => format!("{x}.w[{}] += value;", self.rng.u32(0..2)),
                        2 => format!("{x}.v.push(value);"),
                        _ => format!("advance(&mut {x}, value);"),
                    };
                    self.line(&format!("{{ let value = {value}; {text} }}"));
                }
            }
            13 => {
                let values = (
                    self.pick_mut(&[Kind::Vector]),
                    self.pick_mut(&[Kind::Vector]),
                );
                if let (Some(a), Some(b)) = values {
                    let text = match a.name == b.name {
                        true => format!("{} = {};", a.name, self.value_of(Kind::Vector)),
                        false => match self.rng.bool() {
                            true => format!("std::mem::swap(&mut {}, &mut {});", a.name, b.name),
                            false => format!("{} = {}.clone();", a.name, b.name),
                        },
                    };
                    self.line(&text);
                }
            }
            14 | 15 if !deep => {
                let condition = self.condition();
                self.line(&format!("if {condition} {{"));
                let count = self.rng.u32(1..4);
                self.block(count);
                if self.rng.bool() {
                    self.line("} else {");
                    let count = self.rng.u32(1..3);
                    self.block(count);
                }
                self.line("}");
            }
            16..=20 if !deep && self.loops < 2 => self.looped(),
            21 => {
                let value = self.real(2);
                let name = self.fresh();
                self.line(&format!("let {name} = |z: f64| z * 0.5 + {value};"));
                // what it borrows must not be written while it lives
                if !self
                    .scope
                    .vars
                    .iter()
                    .any(|v| v.mutable && mentions(&value, &v.name))
                {
                    self.scope.closures.push(name);
                }
            }
            22 => {
                if let Some(x) = self.sequence() {
                    let name = self.fresh();
                    let (a, b) = (self.atom(), self.atom());
                    self.line(&format!(
                        "let {name} = {{ let part = &{x}[1..]; norm(part, {a}) * {b} + part[0] }};"
                    ));
                    self.scope.vars.push(Var {
                        name,
                        kind: Kind::Real,
                        mutable: false,
                    });
                }
            }
            23 => {
                if let Some(x) = self.sequence_mut() {
                    let (a, b) = (self.real(1), self.atom());
                    self.line(&format!("{{ let (p, q) = ({a}, {b}); let (left, right) = {x}.split_at_mut(1); left[0] += p * right[0]; right[0] *= q; scale(right, left[0]); }}"));
                }
            }
            26 | 27 => self.option(),
            28 | 29 => self.chain(),
            30 => {
                if let Some(var) = self.pick_mut(&[Kind::Real]) {
                    let (a, b, k) = (self.real(1), self.real(1), self.atom());
                    let name = var.name;
                    self.line(&format!(
                        "{{ let (a, b, k) = ({a}, {b}, {k}); let mut sum = 0.25; let mut add = |z: f64| {{ sum += z * k; }}; add(a); add(b); {name} = sum; }}"
                    ));
                }
            }
            31 if !deep => {
                let value = self.int();
                self.line(&format!("match ({value}) % 3 {{"));
                for arm in ["0", "1", "_"] {
                    self.indent += 1;
                    self.line(&format!("{arm} => {{"));
                    let count = self.rng.u32(0..3);
                    self.block(count);
                    self.line("}");
                    self.indent -= 1;
                }
                self.line("}");
            }
            32 => {
                if let Some(var) = self.pick(Kind::Array) {
                    let (p, q) = (
                        self.declare(Kind::Real, false),
                        self.declare(Kind::Real, false),
                    );
                    self.line(&format!("let [{p}, .., {q}] = {};", var.name));
                }
            }
            24 => {
                let (a, b) = (self.real(1), self.real(1));
                let (m, n) = (
                    self.declare(Kind::Real, false),
                    self.declare(Kind::Real, false),
                );
                self.line(&format!("let ({m}, {n}) = mix({a}, {b});"));
            }
            34..=39 => self.shape(),
            40..=55 => self.form(),
            _ if self.depth > 0 && self.rng.u32(0..3) == 0 => {
                let value = match self.result {
                    Kind::Int => String::new(),
                    kind => {
                        let value = self.value_of(kind);
                        self.returned(&value)
                    }
                };
                let condition = self.condition();
                self.line(&format!("if {condition} {{ return {value}; }}"));
            }
            _ => {}
        }
    }

    /// Elements that may be missing.
    pub(super) fn option(&mut self) {
        let (Some(x), Some(target)) = (self.sequence(), self.pick_mut(&[Kind::Real])) else {
            return;
        };
        let (a, target) = (self.atom(), target.name);
        let text = match self.rng.u32(0..6) {
            0 => format!(
                "if let Some(e) = {x}.get({}) {{ {target} += e * {a}; }}",
                self.int()
            ),
            1 => format!(
                "if let Some(e) = {x}.last() {{ {target} = *e; }} else {{ {target} *= 0.5; }}"
            ),
            2 => format!("{target} += {x}.first().copied().unwrap_or({a});"),
            3 => format!(
                "{target} -= {x}.iter().copied().find(|e| *e > {a}).map_or(0.5, |e| e * e);"
            ),
            4 => format!("{target} *= {x}.iter().copied().reduce(f64::min).unwrap().tanh();"),
            _ => match self.pick_mut(&[Kind::Vector]) {
                Some(v) => {
                    let v = v.name;
                    format!(
                        "{{ let k = {a}; while let Some(e) = {v}.pop() {{ {target} = ({target} + e * k).sin(); if {v}.len() == 1 {{ break; }} }} {v}.push(k); {v}.push({target}); }}"
                    )
                }
                None => String::new(),
            },
        };
        self.line(&text);
    }

    /// Longer chains.
    pub(super) fn chain(&mut self) {
        let (Some(x), Some(y)) = (self.sequence(), self.sequence()) else {
            return;
        };
        let a = self.atom();
        let text = match self.rng.u32(0..8) {
            0 => format!("{x}.iter().chain({y}.iter()).map(|e| e * {a}).sum::<f64>()"),
            1 => format!(
                "{x}.iter().rev().step_by(2).zip({y}.iter().skip(1)).map(|(p, q)| p * q).sum::<f64>()"
            ),
            2 => format!(
                "{x}.iter().scan({a}, |s, e| {{ *s = *s * 0.5 + e; Some(*s) }}).sum::<f64>()"
            ),
            3 => format!(
                "{x}.iter().enumerate().filter(|(i, _)| i % 2 == 0).map(|(i, e)| e * (i + 1) as f64).sum::<f64>()"
            ),
            4 => format!(
                "{x}.chunks(2).map(|c| c.iter().product::<f64>()).fold({a}, |s, e| s + e.sin())"
            ),
            5 => format!(
                "{x}.iter().take_while(|e| **e < 0.8).chain({y}.iter()).count() as f64 * {a}"
            )
            .replace(".take_while(|e| **e < 0.8)", ".take(2)"),
            6 => format!(
                "{x}.iter().filter_map(|e| if *e > 0.0 {{ Some(e * {a}) }} else {{ None }}).sum::<f64>()"
            ),
            _ => format!(
                "{x}.iter().flat_map(|p| {y}.iter().take(2).map(move |q| p * q)).sum::<f64>() + *{y}.iter().max_by(|p, q| p.total_cmp(q)).unwrap()"
            ),
        };
        let mutable = self.rng.bool();
        let name = self.declare(Kind::Real, mutable);
        let mutable = if mutable { "mut " } else { "" };
        self.line(&format!("let {mutable}{name} = ({text}).tanh();"));
    }

    pub(super) fn looped(&mut self) {
        self.loops += 1;
        let count = self.rng.u32(1..4);
        let scope = self.scope.clone();
        let item = self.fresh();
        let sequence = self.sequence();
        let writable = self.sequence_mut();
        match (self.rng.u32(0..8), sequence, writable) {
            (0 | 1, Some(x), _) => {
                // what is iterated over is borrowed
                self.head(&format!("for {item} in {x}.to_vec().iter() {{"));
                self.indent += 1;
                let real = self.declare(Kind::Real, false);
                self.line(&format!("let {real} = *{item};"));
                self.indent -= 1;
            }
            (2, Some(x), _) => {
                self.head(
                    &format!("for ({item}, element) in {x}.clone().iter().enumerate() {{")
                        .replace(".clone()", ".to_vec()"),
                );
                self.indent += 1;
                let real = self.declare(Kind::Real, true);
                self.line(&format!("let mut {real} = element * 0.5;"));
                self.indent -= 1;
                self.scope.vars.push(Var {
                    name: item,
                    kind: Kind::Int,
                    mutable: false,
                });
            }
            (3, _, Some(x)) => {
                let value = self.real(1);
                self.line(&format!("let factor = {value};"));
                self.head(&format!(
                    "for {item} in {x}.iter_mut() {{ *{item} = (*{item} * factor).sin(); }}"
                ));
                self.scope = scope;
                self.loops -= 1;
                return;
            }
            (4, Some(x), _) => {
                self.head(&format!("for {item} in 0..{x}.len() {{"));
                self.scope.vars.push(Var {
                    name: item,
                    kind: Kind::Int,
                    mutable: false,
                });
            }
            (5, ..) => {
                self.line(&format!("let mut {item} = 0;"));
                self.head(&format!("while {item} < 3 {{"));
                self.indent += 1;
                self.line(&format!("{item} += 1;"));
                self.indent -= 1;
                self.scope.vars.push(Var {
                    name: item,
                    kind: Kind::Int,
                    mutable: false,
                });
            }
            (6, ..) => {
                self.head(&format!("for {item} in (1..4usize).rev() {{"));
                self.scope.vars.push(Var {
                    name: item,
                    kind: Kind::Int,
                    mutable: false,
                });
            }
            _ => {
                self.head(&format!("for {item} in 0..3usize {{"));
                self.scope.vars.push(Var {
                    name: item,
                    kind: Kind::Int,
                    mutable: false,
                });
            }
        }
        self.block(count);
        if self.rng.u32(0..4) == 0 {
            let exit = if self.rng.bool() { "break" } else { "continue" };
            self.indent += 1;
            let condition = self.condition();
            self.line(&format!("if {condition} {{ {exit}; }}"));
            self.indent -= 1;
            self.block(1);
        }
        self.line("}");
        self.scope = scope;
        self.loops -= 1;
    }

    /// The head of a loop. What stands before it does not depend on chance, so that a
    /// program is the same with snapshots and without.
    fn head(&mut self, head: &str) {
        if self.checkpoints && self.loops == 1 {
            self.line(match self.next % 4 {
                0 => "#[checkpoint]",
                1 => "#[checkpoint(snapshots = 1)]",
                2 => "#[checkpoint(snapshots = 2)]",
                _ => "#[checkpoint(snapshots = 5)]",
            });
        }
        self.line(head);
    }
}
