//! Calls of other functions: their pullbacks run in reverse.

use super::{Pass, memory};
use crate::ir::{
    Arg, Callee, Function, Kind, Let, Op, Pullback, PullbackArg, Region, Stmt, Tree, ValueId,
};
use crate::rules::Expr;
use proc_macro2::{Span, TokenStream};
use std::collections::{BTreeMap, BTreeSet};

impl Pass<'_> {
    pub(super) fn call(&mut self, stmt: &Stmt, call: &crate::ir::Call) {
        let defined = crate::ir::definitions(stmt);
        let upstreams: Vec<ValueId> = defined
            .iter()
            .filter_map(|value| match self.is_in_place(*value) {
                true => self.memory.get(value).copied(),
                false => self.adjoints.get(value).copied(),
            })
            .collect();
        let writes = self.writes_active(&call.args);
        if upstreams.is_empty() && !writes {
            return;
        }
        // what a callee gets in a container it takes for masked itself
        let all_masked = !writes
            && upstreams.iter().all(|d| self.masked.contains(d))
            && !upstreams.iter().any(|d| self.f.kind(*d).is_container());
        let pullback = self
            .f
            .value(Kind::Opaque, Some(pullback_name(call)), call.span);
        self.pullbacks.insert(call.id, pullback);
        self.snapshots.remove(&call.id);
        let upstream = match &call.result {
            // of the value and of the tangent
            Tree::Tuple(pair) if call.is_doubled => {
                let each = pair.iter();
                let each = each.map(|tree| self.take_upstream(tree.payload(), call.span));
                Tree::Tuple(each.collect())
            }
            result => self.take_upstream(result.payload(), call.span),
        };
        let mut shares = Vec::new();
        let mut args = Vec::new();
        let mut lent = BTreeSet::new();
        for (index, arg) in call.args.iter().enumerate() {
            args.push(match arg {
                Arg::In(Tree::Leaf(leaf)) if self.f.is_reference(*leaf) => {
                    self.lend(*leaf, call, &mut lent)
                }
                Arg::In(tree) => {
                    let owned = self
                        .owned(tree, call)
                        .or_else(|| self.owned_along(index, call));
                    let adjoint = tree.map(&mut |leaf| {
                        self.activity
                            .is_active(*leaf)
                            .then(|| self.share(*leaf, &mut shares))
                    });
                    PullbackArg::In {
                        is_used: is_used(tree, &self.constants),
                        arg: tree.clone(),
                        adjoint,
                        owned,
                    }
                }
                Arg::Mut { before, after } => PullbackArg::Mut {
                    upstream: self.take_upstream(after, call.span),
                    adjoint: before.map(&mut |leaf| self.share(*leaf, &mut shares)),
                },
            });
        }
        let guard = match all_masked {
            true => self.any_nonzero(&upstreams, call.span),
            false => None,
        };
        let mut otherwise = Vec::new();
        if guard.is_some() {
            for (value, _) in &shares {
                otherwise.push(self.zero(*value, call.span));
            }
        }
        self.out.push(Stmt::Pullback(Pullback {
            of: call.id,
            pullback,
            of_parameter: matches!(call.callee, Callee::Parameter),
            is_doubled: call.is_doubled,
            upstream,
            args,
            guard,
            otherwise,
            span: call.span,
        }));
        for (value, share) in shares {
            // the callee may mask what it returns
            self.masked.insert(share);
            self.contribute(value, share);
        }
    }

    pub(super) fn any_nonzero(&mut self, upstreams: &[ValueId], span: Span) -> Option<ValueId> {
        let tests = upstreams.iter().map(|d| match self.f.kind(*d) {
            Kind::Opaque => Expr::Runtime("is_nonzero", vec![Expr::Value(*d)]),
            _ => Expr::Value(*d).differs_from_zero(),
        });
        let any = tests.reduce(|a, b| a.or(b))?;
        Some(any.build(self.f, &mut self.out, span))
    }

    pub(super) fn share(
        &mut self,
        value: ValueId,
        shares: &mut Vec<(ValueId, ValueId)>,
    ) -> ValueId {
        let info = self.f.info(value).clone();
        let share = self.f.value(info.kind, info.hint, info.span);
        self.f.info_mut(share).adjoint = true;
        shares.push((value, share));
        share
    }

    /// The adjoints of what a call defines; zeros where there are none.
    pub(super) fn take_upstream(&mut self, tree: &Tree<ValueId>, span: Span) -> Tree<ValueId> {
        tree.map(&mut |leaf| match self.take_adjoint(*leaf) {
            Some(d) => d,
            None => self.zero_at_definition(*leaf, span),
        })
    }
}

/// Whether a pullback takes the argument again: it is a reference, or a constant that may
/// be one.
pub(crate) fn is_used(tree: &Tree<ValueId>, constants: &BTreeSet<ValueId>) -> bool {
    match tree {
        Tree::Leaf(leaf) => constants.contains(leaf),
        tree => matches!(tree, Tree::Ref(_)),
    }
}

/// The constants, by path, of a type that only rustc knows, and parts of them.
pub(crate) fn constants(f: &Function) -> BTreeSet<ValueId> {
    fn visit(f: &Function, region: &Region, found: &mut BTreeSet<ValueId>) {
        for stmt in &region.stmts {
            if let Stmt::Let(Let { value, op }) = stmt
                && f.kind(*value) == Kind::Opaque
            {
                let is_one = match op {
                    Op::Constant(tokens) => is_path(tokens),
                    Op::Copy(of, _) => found.contains(of),
                    Op::Load(place) => found.contains(&place.base),
                    _ => false,
                };
                if is_one {
                    found.insert(*value);
                }
            }
            crate::ir::for_each_region(stmt, &mut |inner, _| visit(f, inner, found));
        }
    }
    let mut found = BTreeSet::new();
    visit(f, &f.body, &mut found);
    found
}

/// `TABLE`, `TABLES[1]`, `Self::TABLES.first`
fn is_path(tokens: &TokenStream) -> bool {
    let mut expr = match syn::parse2::<syn::Expr>(tokens.clone()) {
        Ok(expr) => expr,
        Err(_) => return false,
    };
    loop {
        expr = match expr {
            // nothing tells a second time of what `None` is an option
            syn::Expr::Path(path) => {
                let last = path.path.segments.last();
                return last.is_none_or(|last| last.ident != "None");
            }
            syn::Expr::Index(index) => *index.expr,
            syn::Expr::Field(field) => *field.base,
            _ => return false,
        };
    }
}

fn pullback_name(call: &crate::ir::Call) -> String {
    match call.callee.name() {
        Some(name) => format!("{}_pullback", name.to_string().trim_start_matches("r#")),
        None => "pullback".to_owned(),
    }
}

pub(super) fn set_pullbacks(
    region: &mut Region,
    pullbacks: &BTreeMap<crate::ir::StmtId, ValueId>,
    snapshots: &mut BTreeMap<crate::ir::StmtId, memory::Snapshots>,
) {
    for mut stmt in std::mem::take(&mut region.stmts) {
        crate::ir::for_each_region_mut(&mut stmt, &mut |inner| {
            set_pullbacks(inner, pullbacks, snapshots);
        });
        let Stmt::Call(call) = &mut stmt else {
            region.stmts.push(stmt);
            continue;
        };
        call.pullback = pullbacks.get(&call.id).copied();
        let copies = snapshots.remove(&call.id).unwrap_or_default();
        region
            .stmts
            .extend(copies.before.into_iter().map(Stmt::Let));
        region.stmts.push(stmt);
        region.stmts.extend(copies.after.into_iter().map(Stmt::Let));
    }
}
