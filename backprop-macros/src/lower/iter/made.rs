//! Items that a closure makes: `successors`, `from_fn`, `repeat_with`.

use super::{Chain, Driver};
use crate::fence::catalogue as no;
use crate::ir::{Region, Stmt, Tree, ValueId};
use crate::lower::closure::Callback;
use crate::lower::option::option_shape;
use crate::lower::{Lowerer, Lowering, SlotId};
use proc_macro2::Span;
use syn::ExprCall;
use syn::spanned::Spanned;

/// What makes items, one after another.
#[derive(Clone)]
pub(super) struct Made {
    pub(super) function: Callback,
    how: How,
}

#[derive(Clone, Copy)]
enum How {
    /// From the one before, which a variable holds as an option.
    Successors(SlotId),
    FromFn,
    RepeatWith,
}

impl Made {
    /// Whether there may be an end, which the closure tells.
    pub(super) fn may_end(&self) -> bool {
        !matches!(self.how, How::RepeatWith)
    }

    pub(super) fn state(&mut self) -> Option<&mut SlotId> {
        match &mut self.how {
            How::Successors(next) => Some(next),
            How::FromFn | How::RepeatWith => None,
        }
    }
}

impl Lowerer<'_> {
    /// `iter::successors(first, next)` and its like.
    pub(super) fn made(&mut self, call: &ExprCall, name: &str) -> Option<Chain> {
        let span = call.func.span();
        let how = match name {
            "successors" => {
                let first = self.expr_expecting(&call.args[0], Some(&option_shape()))?;
                let first = self.owned(&first, span);
                let next = self.slot(Some("next".to_owned()), None, true, span);
                self.write_slot(next, &first, span);
                How::Successors(next)
            }
            "from_fn" => How::FromFn,
            _ => How::RepeatWith,
        };
        let function = self.callback(call.args.last()?)?;
        Some(Chain {
            driver: Driver::Made(Made { function, how }),
            steps: Vec::new(),
            guards: Vec::new(),
            tail: None,
            span,
        })
    }

    /// Makes the next item, in a loop that ends where there is none.
    pub(super) fn make_next(
        &mut self,
        made: &Made,
        span: Span,
        body: &mut dyn FnMut(&mut Self, Tree<ValueId>),
    ) {
        let exit = self.jumps.last().map(|jump| jump.exit);
        let next = match made.how {
            How::RepeatWith => {
                if let Some(item) = self.run(&made.function, Vec::new()) {
                    body(self, item);
                }
                return;
            }
            How::FromFn => self.run_optional(&made.function, Vec::new()),
            How::Successors(next) => Some(self.read_slot(next, span)),
        };
        let Some(next) = next else {
            return;
        };
        let Tree::Option(some, item) = next else {
            self.errors.refuse(&made.function.expr, no::OPTION_CLOSURE);
            return;
        };
        let is_there = self.leaf(&some, span);
        let then = self.region(|this| {
            let item = match made.how {
                How::Successors(slot) => {
                    // the one after it is made before it is used
                    let item = this.owned(&item, span);
                    let shown = Tree::Ref(Box::new(item.clone()));
                    if let Some(after) = this.run_optional(&made.function, vec![shown]) {
                        let after = this.owned(&after, span);
                        this.write_slot(slot, &after, span);
                    }
                    item
                }
                _ => *item,
            };
            body(this, item);
        });
        let end: Region = self.region(|this| this.out.extend(exit.map(Stmt::Exit)));
        self.push_if(is_there, then, end);
    }

    fn run_optional(&mut self, function: &Callback, args: Vec<Tree<ValueId>>) -> Lowering {
        self.expected_of_closure = Some(option_shape());
        self.run(function, args)
    }
}
