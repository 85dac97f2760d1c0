//! `return`, `break` and `continue` become structured control flow.
//!
//! Afterwards nothing jumps: code that an exit skips stands in the arm that
//! does not exit, or behind a `bool` that the exit sets, and a loop that can be
//! left has a `stop` flag.
//!
//! The pass keeps one invariant: in a list it returns, exits stand only at the
//! very end, that is, as the last statement of the last statement's arms. There
//! an exit to the enclosing block does nothing and is dropped.

use crate::ir::{Function, If, Kind, Let, Op, Region, Stmt, Target, VarId};
use proc_macro2::Span;
use std::collections::BTreeSet;

/// Removes every `Exit` and `Block` of `f`.
pub(crate) fn eliminate(f: &mut Function) {
    let body = std::mem::take(&mut f.body.stmts);
    f.body.stmts = Pass { f }.list(body);
}

struct Pass<'a> {
    f: &'a mut Function,
}

impl Pass<'_> {
    fn list(&mut self, stmts: Vec<Stmt>) -> Vec<Stmt> {
        let mut done = Vec::new();
        let mut rest: std::collections::VecDeque<Stmt> = stmts.into();
        while let Some(stmt) = rest.pop_front() {
            match stmt {
                Stmt::Exit(_) | Stmt::Diverge(_) => {
                    // what follows never runs
                    done.push(stmt);
                    return done;
                }
                Stmt::Block(target, region) => {
                    let mut inner = self.list(region.stmts);
                    replace_tail(&mut inner, &mut |to| match to == target {
                        true => Some(Vec::new()),
                        false => None,
                    });
                    let last = inner.pop();
                    done.append(&mut inner);
                    if let Some(last) = last
                        && self.branching(last, &mut rest, &mut done)
                    {
                        return done;
                    }
                }
                Stmt::If(mut branch) => {
                    branch.then.stmts = self.list(branch.then.stmts);
                    branch.other.stmts = self.list(branch.other.stmts);
                    if self.branching(Stmt::If(branch), &mut rest, &mut done) {
                        return done;
                    }
                }
                Stmt::Match(mut choice) => {
                    for arm in &mut choice.arms {
                        arm.body.stmts = self.list(std::mem::take(&mut arm.body.stmts));
                    }
                    if self.branching(Stmt::Match(choice), &mut rest, &mut done) {
                        return done;
                    }
                }
                Stmt::Loop(looped) => {
                    let span = looped.span;
                    let outer = self.looped(looped, &mut done);
                    if !outer.is_empty() {
                        let rest = rest.into();
                        self.raise(outer, rest, &mut done, span);
                        return done;
                    }
                }
                stmt => done.push(stmt),
            }
        }
        done
    }

    /// Adds a statement whose arms may end in exits, and with it the rest of
    /// the list if it had to go somewhere; returns whether it did.
    fn branching(
        &mut self,
        mut stmt: Stmt,
        rest: &mut std::collections::VecDeque<Stmt>,
        done: &mut Vec<Stmt>,
    ) -> bool {
        let mut exits = BTreeSet::new();
        let falls = leaves(std::slice::from_ref(&stmt), &mut exits);
        if falls == 0 {
            done.push(stmt);
            return true;
        }
        if exits.is_empty() {
            done.push(stmt);
            return false;
        }
        let rest: Vec<Stmt> = std::mem::take(rest).into();
        if falls == 1 {
            let mut rest = Some(self.list(rest));
            append(&mut stmt, &mut rest);
            done.push(stmt);
            return true;
        }
        if rest.is_empty() {
            done.push(stmt);
            return true;
        }
        let span = span_of(self.f, &stmt);
        let flags: Vec<(Target, VarId)> = exits
            .into_iter()
            .map(|target| (target, self.flag("exit", done, span)))
            .collect();
        let mut list = vec![stmt];
        self.set_flags(&mut list, &flags, None, span);
        done.append(&mut list);
        self.raise(flags, rest, done, span);
        true
    }

    /// A new `bool` variable that is false.
    fn flag(&mut self, name: &str, into: &mut Vec<Stmt>, span: Span) -> VarId {
        let flag = self.f.var(Kind::Bool, Some(name.to_owned()), span, None);
        into.push(Stmt::Declare(flag));
        self.write(flag, false, into, span);
        flag
    }

    fn write(&mut self, flag: VarId, to: bool, into: &mut Vec<Stmt>, span: Span) {
        let value = self.f.value(Kind::Bool, None, span);
        let op = Op::Flag(to);
        into.push(Stmt::Let(Let { value, op }));
        into.push(Stmt::Write(flag, value));
    }

    /// Replaces the exits of a tail by writes to their flags.
    fn set_flags(
        &mut self,
        stmts: &mut Vec<Stmt>,
        flags: &[(Target, VarId)],
        stop: Option<VarId>,
        span: Span,
    ) {
        replace_tail(stmts, &mut |target| {
            let mut set = Vec::new();
            let flag = flags
                .iter()
                .find(|(to, _)| *to == target)
                .map(|(_, flag)| *flag);
            for flag in flag.into_iter().chain(stop) {
                self.write(flag, true, &mut set, span);
            }
            Some(set)
        });
    }

    /// `if flag { exit } else { rest }` for each flag: exits in tail position.
    fn raise(
        &mut self,
        flags: Vec<(Target, VarId)>,
        rest: Vec<Stmt>,
        done: &mut Vec<Stmt>,
        span: Span,
    ) {
        let mut rest = self.list(rest);
        for (target, flag) in flags.into_iter().rev() {
            let cond = self.f.value(Kind::Bool, Some("exit".to_owned()), span);
            let id = self.f.stmt_id();
            let exit = Region {
                stmts: vec![Stmt::Exit(target)],
                yields: Vec::new(),
            };
            let other = Region {
                stmts: rest,
                yields: Vec::new(),
            };
            let branch = Stmt::If(If {
                id,
                cond,
                then: exit,
                other,
                results: Vec::new(),
                record: None,
                fused: None,
            });
            rest = vec![Stmt::Read(cond, flag), branch];
        }
        done.append(&mut rest);
    }

    /// Adds a loop; returns the flags of the outer targets it was left for.
    fn looped(
        &mut self,
        mut looped: crate::ir::Loop,
        done: &mut Vec<Stmt>,
    ) -> Vec<(Target, VarId)> {
        let span = looped.span;
        let own = looped.exit.take();
        let mut body = self.list(std::mem::take(&mut looped.body.stmts));
        let mut exits = BTreeSet::new();
        leaves(&body, &mut exits);
        if exits.is_empty() {
            looped.body.stmts = body;
            done.push(Stmt::Loop(looped));
            return Vec::new();
        }
        let outer: Vec<(Target, VarId)> = exits
            .into_iter()
            .filter(|target| Some(*target) != own)
            .map(|target| (target, self.flag("exit", done, span)))
            .collect();
        let mut stmts = Vec::new();
        let stop = self.flag("stop", &mut stmts, span);
        self.set_flags(&mut body, &outer, Some(stop), span);
        stmts.append(&mut body);
        let value = self.f.value(Kind::Bool, Some("stop".to_owned()), span);
        stmts.push(Stmt::Read(value, stop));
        looped.stop = Some(value);
        looped.body.stmts = stmts;
        done.push(Stmt::Loop(looped));
        outer
    }
}

fn span_of(f: &Function, stmt: &Stmt) -> Span {
    match stmt {
        Stmt::If(branch) => f.info(branch.cond).span,
        Stmt::Match(choice) => choice.span,
        _ => Span::call_site(),
    }
}

/// How many ways lead through the end of the list, and the exits at its end.
fn leaves(stmts: &[Stmt], exits: &mut BTreeSet<Target>) -> usize {
    match stmts.last() {
        Some(Stmt::Exit(target)) => {
            exits.insert(*target);
            0
        }
        Some(Stmt::Diverge(_)) => 0,
        Some(Stmt::If(branch)) => {
            let mut inner = BTreeSet::new();
            let falls =
                leaves(&branch.then.stmts, &mut inner) + leaves(&branch.other.stmts, &mut inner);
            joined(falls, inner, exits)
        }
        Some(Stmt::Match(choice)) => {
            let mut inner = BTreeSet::new();
            let arms = choice.arms.iter();
            let falls = arms.map(|arm| leaves(&arm.body.stmts, &mut inner)).sum();
            joined(falls, inner, exits)
        }
        _ => 1,
    }
}

/// A branch that no exit leaves is passed in one place: behind it.
fn joined(falls: usize, inner: BTreeSet<Target>, exits: &mut BTreeSet<Target>) -> usize {
    if inner.is_empty() {
        return falls.min(1);
    }
    exits.extend(inner);
    falls
}

fn has_exits(stmt: &Stmt) -> bool {
    let mut exits = BTreeSet::new();
    leaves(std::slice::from_ref(stmt), &mut exits);
    !exits.is_empty()
}

/// Replaces the exits at the end of a list by what `f` gives, if anything.
fn replace_tail(stmts: &mut Vec<Stmt>, f: &mut dyn FnMut(Target) -> Option<Vec<Stmt>>) {
    match stmts.last_mut() {
        Some(Stmt::Exit(target)) => {
            if let Some(mut new) = f(*target) {
                stmts.pop();
                stmts.append(&mut new);
            }
        }
        Some(Stmt::If(branch)) => {
            replace_tail(&mut branch.then.stmts, f);
            replace_tail(&mut branch.other.stmts, f);
        }
        Some(Stmt::Match(choice)) => {
            let arms = choice.arms.iter_mut();
            arms.for_each(|arm| replace_tail(&mut arm.body.stmts, f));
        }
        _ => {}
    }
}

/// Appends `rest` where control falls out of `stmt`: there is one such place.
fn append(stmt: &mut Stmt, rest: &mut Option<Vec<Stmt>>) {
    let mut into = |stmts: &mut Vec<Stmt>| match stmts.last_mut() {
        Some(Stmt::Exit(_) | Stmt::Diverge(_)) => {}
        Some(last @ (Stmt::If(_) | Stmt::Match(_))) if has_exits(last) => append(last, rest),
        Some(last) if leaves(std::slice::from_ref(last), &mut BTreeSet::new()) == 0 => {}
        _ => stmts.extend(rest.take().unwrap_or_default()),
    };
    match stmt {
        Stmt::If(branch) => {
            into(&mut branch.then.stmts);
            into(&mut branch.other.stmts);
        }
        Stmt::Match(choice) => choice
            .arms
            .iter_mut()
            .for_each(|arm| into(&mut arm.body.stmts)),
        _ => {}
    }
}
