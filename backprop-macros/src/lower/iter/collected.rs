//! Two vectors at once: `unzip` and `partition`; and `try_fold`.

use crate::fence::catalogue as no;
use crate::ir::{Kind, Op, Place, Stmt, Tree, ValueId};
use crate::lower::option::option_shape;
use crate::lower::{Lowerer, Lowering, SlotId};
use proc_macro2::Span;
use syn::ExprMethodCall;

impl Lowerer<'_> {
    /// `pairs.unzip()`
    pub(super) fn unzip(&mut self, call: &ExprMethodCall) -> Lowering {
        let span = call.method.span();
        let chain = self.receiver_chain(call)?;
        let vectors = [(); 2].map(|()| self.empty_vector(span));
        let mut kinds = None;
        self.drive(chain, &None, &mut |this, item| {
            let pair = Tree::Tuple(vec![Tree::Leaf(()), Tree::Leaf(())]);
            let Tree::Tuple(parts) = this.take_apart(&item, &pair, span) else {
                return;
            };
            let mut pushed = |to: SlotId, part: &Tree<ValueId>| this.collect_item(to, part, span);
            kinds = Some([pushed(vectors[0], &parts[0]), pushed(vectors[1], &parts[1])]);
        });
        self.collected(vectors, kinds, span)
    }

    /// `items.partition(f)`: those for which it holds, and the others.
    pub(super) fn partition(&mut self, call: &ExprMethodCall) -> Lowering {
        let span = call.method.span();
        let chain = self.receiver_chain(call)?;
        let f = self.callback(&call.args[0])?;
        let vectors = [(); 2].map(|()| self.empty_vector(span));
        let mut kinds = None;
        self.drive(chain, &None, &mut |this, item| {
            if this.is_reference_item(&item) {
                this.errors.refuse(&call.method, no::COLLECT_REFERENCES);
                return;
            }
            let shown = Tree::Ref(Box::new(item.clone()));
            let Some(holds) = this.run(&f, vec![shown]) else {
                return;
            };
            let holds = this.leaf(&holds, span);
            let mut kind = Kind::Opaque;
            let then = this.region(|this| kind = this.collect_item(vectors[0], &item, span));
            let other = this.region(|this| {
                this.collect_item(vectors[1], &item, span);
            });
            this.push_if(holds, then, other);
            kinds = Some([kind, kind]);
        });
        self.collected(vectors, kinds, span)
    }

    fn is_reference_item(&self, item: &Tree<ValueId>) -> bool {
        match item {
            Tree::Ref(_) => true,
            Tree::Leaf(leaf) => self.f.is_reference(*leaf),
            _ => false,
        }
    }

    pub(super) fn empty_vector(&mut self, span: Span) -> SlotId {
        let vec = self.push(Op::NewVec(None), Kind::Opaque.contained(), span);
        let slot = self.slot(Some("collected".to_owned()), None, true, span);
        self.write_slot(slot, &vec, span);
        slot
    }

    /// Pushes an item on the vector in a slot.
    fn collect_item(&mut self, to: SlotId, item: &Tree<ValueId>, span: Span) -> Kind {
        let item = self.owned(item, span);
        let item = self.packed(&item, span);
        let kind = self.f.kind(item);
        if let Tree::Leaf(base) = self.read_slot(to, span) {
            self.push_to(Place::whole(base), item, span);
        }
        kind
    }

    fn collected(
        &mut self,
        vectors: [SlotId; 2],
        kinds: Option<[Kind; 2]>,
        span: Span,
    ) -> Lowering {
        for (slot, kind) in vectors.iter().zip(kinds.iter().flatten()) {
            if let Some(Tree::Leaf(var)) = self.slots[slot.0].tree.clone() {
                self.f.vars[var.0 as usize].kind = kind.contained();
            }
        }
        let vectors = vectors.map(|slot| self.read_slot(slot, span));
        Some(Tree::Tuple(vectors.into()))
    }

    /// `items.try_fold(init, f)`: up to the first `None` or `Err`.
    pub(super) fn try_fold(&mut self, call: &ExprMethodCall) -> Lowering {
        let span = call.method.span();
        let chain = self.receiver_chain(call)?;
        let init = self.expr(&call.args[0])?;
        let init = self.owned(&init, span);
        let f = self.callback(&call.args[1])?;
        let ty = super::state_type(&call.args[1]);
        let total = self.slot(Some("fold".to_owned()), ty, true, span);
        self.write_slot(total, &init, span);
        let goes_on = self.slot(None, None, true, span);
        let flag = self.push(Op::Flag(true), Kind::Bool, span);
        self.write_slot(goes_on, &flag, span);
        let failed = self.slot(None, None, true, span);
        let mut has_error = false;
        self.drive(chain, &None, &mut |this, item| {
            let before = this.read_slot(total, span);
            let before = this.owned(&before, span);
            this.expected_of_closure = Some(option_shape());
            let Some(value) = this.run(&f, vec![before, item]) else {
                return;
            };
            let (option, error) = match value {
                Tree::Result(option, error) => (*option, Some(*error)),
                option => (option, None),
            };
            let Tree::Option(some, next) = option else {
                this.errors.refuse(&f.expr, no::OPTION_CLOSURE);
                return;
            };
            let some = this.leaf(&some, span);
            let exit = this.jumps.last().map(|jump| jump.exit);
            let then = this.region(|this| {
                let next = this.owned(&next, span);
                this.write_slot(total, &next, span);
            });
            let other = this.region(|this| {
                let flag = this.push(Op::Flag(false), Kind::Bool, span);
                this.write_slot(goes_on, &flag, span);
                if let Some(error) = error.filter(|error| !error.is_unit()) {
                    has_error = true;
                    this.write_slot(failed, &error, span);
                }
                this.out.extend(exit.map(Stmt::Exit));
            });
            this.push_if(some, then, other);
        });
        let flag = self.read_slot(goes_on, span);
        let value = self.read_slot(total, span);
        let option = Tree::Option(Box::new(flag), Box::new(value));
        Some(match has_error {
            true => {
                let error = self.read_slot(failed, span);
                Tree::Result(Box::new(option), Box::new(error))
            }
            false => option,
        })
    }
}
