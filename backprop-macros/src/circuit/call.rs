//! Calls of other functions: one gate each.

use super::Pass;
use crate::adjoint::call::is_used;
use crate::fence::catalogue as no;
use crate::ir::{
    Arg, Call, GateInput, Hold, Kind, Op, Owning, Place, Pullback, PullbackArg, Stmt, Tree, ValueId,
};

impl Pass<'_> {
    /// A call of another function is one gate. Its pullback, run at once with the
    /// upstream one, gives the local gradients.
    pub(super) fn call(&mut self, mut call: Call) {
        let writes = call.args.iter().any(|arg| match arg {
            Arg::In(tree) => tree.any(|leaf| {
                let mut roots = self.activity.views.roots(*leaf).into_iter();
                self.f.info(*leaf).hold == Hold::Mut && roots.any(|root| self.is_active(root))
            }),
            Arg::Mut { after, .. } => after.any(|leaf| self.is_active(*leaf)),
        });
        let is_active = call.result.any(|leaf| self.is_active(*leaf));
        let span = call.span;
        if writes {
            self.errors.refuse_at(span, no::CIRCUIT_CALL_WRITES);
            return;
        }
        if !is_active {
            self.out.push(Stmt::Call(call));
            return;
        }
        let Tree::Leaf(value) = call.result else {
            self.errors.refuse_at(span, no::CIRCUIT_CALL_RESULT);
            return;
        };
        if self.f.kind(value).is_container() {
            self.errors.refuse_at(span, no::CIRCUIT_CALL_RESULT);
            return;
        }
        let name = call.callee.name().map(|name| name.to_string());
        let name = name.unwrap_or_default();
        let pullback = self.f.value(Kind::Opaque, Some("pullback".into()), span);
        call.pullback = Some(pullback);
        let mut inputs = Vec::new();
        let mut args = Vec::new();
        for arg in &call.args {
            let Arg::In(tree) = arg else {
                self.errors.refuse_at(span, no::CIRCUIT_CALL_WRITES);
                return;
            };
            args.push(self.argument(tree, &mut inputs));
        }
        let (of, kind) = (call.id, self.f.kind(value));
        self.out.push(Stmt::Call(call));
        let upstream = self.push(Op::Runtime("upstream_one", vec![value]), kind, span);
        self.out.push(Stmt::Pullback(Pullback {
            of,
            pullback,
            of_parameter: false,
            is_doubled: false,
            upstream: Tree::Leaf(upstream),
            args,
            guard: None,
            otherwise: Vec::new(),
            span,
        }));
        self.draw_gate(name.trim_start_matches("r#"), value, inputs);
    }

    /// An argument for the pullback, and for the gate.
    fn argument(&mut self, tree: &Tree<ValueId>, inputs: &mut Vec<GateInput>) -> PullbackArg {
        if let Tree::Leaf(leaf) = tree
            && self.f.is_reference(*leaf)
        {
            let mut adjoint = None;
            if let Some(wires) = self.wire_place(&Place::whole(*leaf)) {
                let (kind, span) = (self.f.kind(*leaf), self.f.info(*leaf).span);
                let gradient = self.push(Op::ZeroGradient(*leaf), kind, span);
                adjoint = Some(Place::whole(gradient));
                inputs.push(GateInput::Argument { wires, gradient });
            }
            return PullbackArg::View {
                argument: *leaf,
                content: Place::whole(*leaf),
                adjoint,
                detour: false,
            };
        }
        let adjoint = tree.map(&mut |leaf| {
            if !self.is_active(*leaf) {
                return None;
            }
            let info = self.f.info(*leaf).clone();
            let gradient = self.f.value(info.kind, info.hint, info.span);
            self.f.info_mut(gradient).adjoint = true;
            let wires = Place::whole(self.wire(*leaf));
            inputs.push(GateInput::Argument { wires, gradient });
            Some(gradient)
        });
        // what may be a reference, without a gradient: as only rustc knows
        let owned = match tree {
            Tree::Leaf(leaf) if self.f.borrowed.contains(leaf) && !self.is_active(*leaf) => {
                let (kind, span) = (self.f.kind(*leaf), self.f.info(*leaf).span);
                Some(self.push(Op::Owned(*leaf, Owning::Nothing), kind, span))
            }
            _ => None,
        };
        PullbackArg::In {
            is_used: is_used(tree, &self.constants),
            owned,
            arg: tree.clone(),
            adjoint,
        }
    }
}
