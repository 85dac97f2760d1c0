//! What a chain ends in: `sum`, `fold`, `collect` and their like.

use super::spelling::unknown_message;
use crate::fence::catalogue as no;
use crate::ir::{BinaryOp, Kind, Op, Place, Proj, Region, Stmt, Tree};
use crate::lower::{ANY_REAL, Lowerer, Lowering};
use syn::spanned::Spanned;
use syn::{Expr, ExprMethodCall};

/// Whether a container of this type holds references.
pub(in crate::lower) fn is_of_references(ty: &syn::Type) -> bool {
    match ty {
        syn::Type::Path(path) => path.path.segments.last().is_some_and(|last| {
            let syn::PathArguments::AngleBracketed(args) = &last.arguments else {
                return false;
            };
            args.args.iter().any(|arg| match arg {
                syn::GenericArgument::Type(ty) => {
                    matches!(ty, syn::Type::Reference(_)) || is_of_references(ty)
                }
                _ => false,
            })
        }),
        syn::Type::Tuple(tuple) => tuple
            .elems
            .iter()
            .any(|ty| matches!(ty, syn::Type::Reference(_)) || is_of_references(ty)),
        _ => false,
    }
}

impl Lowerer<'_> {
    /// `sum`, `fold`, `collect` and their like; `None` if it is no chain.
    pub(in crate::lower) fn chain_end(&mut self, call: &ExprMethodCall) -> Option<Lowering> {
        let whole = Expr::MethodCall(call.clone());
        if self.is_chain(&whole) {
            return Some(self.verbatim(&whole, no::ITERATOR_VALUE));
        }
        if !self.is_chain(&call.receiver) {
            return None;
        }
        let span = call.method.span();
        let name = call.method.to_string();
        if self.asks(&whole) {
            return Some(self.asked_option(call));
        }
        if let Some(unknown) = self.unknown_in_chain(&whole) {
            // constants may be iterated over in any way
            let refusal = crate::fence::Refusal {
                message: unknown_message(unknown).leak(),
            };
            return Some(self.verbatim(&whole, refusal));
        }
        Some(match (&*name, call.args.len()) {
            ("sum", 0) => self.accumulated(call, BinaryOp::Add, -0.0, 0),
            ("product", 0) => self.accumulated(call, BinaryOp::Mul, 1.0, 1),
            ("fold", 2) => self.fold(call),
            ("for_each", 1) => {
                let chain = self.receiver_chain(call)?;
                let f = self.callback(&call.args[0])?;
                self.drive(chain, &None, &mut |this, item| {
                    this.run(&f, vec![item]);
                });
                Some(Tree::unit())
            }
            ("count", 0) => {
                let chain = self.receiver_chain(call)?;
                let zero = self.integer(0, span);
                let slot = self.slot(Some("count".to_owned()), None, true, span);
                self.write_slot(slot, &Tree::Leaf(zero), span);
                self.drive(chain, &None, &mut |this, _| {
                    this.next_count(slot, span);
                });
                Some(self.read_slot(slot, span))
            }
            ("all" | "any", 1) => self.quantified(call, name == "all"),
            ("collect", 0) => self.collect(call),
            ("len", 0) => self.items_left(call),
            ("remainder", 0) => self.remainder(call),
            ("unzip", 0) => self.unzip(call),
            ("partition", 1) => self.partition(call),
            ("try_fold", 2) => self.try_fold(call),
            ("rposition", 1) => self.position_from_behind(call),
            ("last" | "next", 0)
            | ("find" | "find_map" | "position" | "reduce" | "max_by" | "min_by" | "nth", 1) => {
                self.chain_option(call, &name)
            }
            _ => return None,
        })
    }

    fn accumulated(
        &mut self,
        call: &ExprMethodCall,
        op: BinaryOp,
        real: f64,
        int: i64,
    ) -> Lowering {
        let span = call.method.span();
        let chain = self.receiver_chain(call)?;
        let mut kind = match &call.turbofish {
            Some(types) => types
                .args
                .iter()
                .find_map(|arg| match arg {
                    syn::GenericArgument::Type(ty) => Some(self.kind_of_type(ty)),
                    _ => None,
                })
                .unwrap_or(Kind::Opaque),
            None => Kind::Opaque,
        };
        let init = self.push_value(Op::Number(real), ANY_REAL, span);
        let slot = self.slot(Some(call.method.to_string()), None, true, span);
        self.write_slot(slot, &Tree::Leaf(init), span);
        self.drive(chain, &None, &mut |this, item| {
            let item = this.leaf(&item, span);
            kind = kind.join(this.f.kind(item));
            let total = this.read_slot(slot, span).leaves()[0];
            let next = this.arithmetic(op, total, item, span);
            this.write_slot(slot, &Tree::Leaf(next), span);
        });
        if kind == Kind::Int {
            // known only now
            for stmt in &mut self.out {
                if let Stmt::Let(binding) = stmt
                    && binding.value == init
                {
                    binding.op = Op::Integer(int);
                }
            }
            self.f.info_mut(init).kind = Kind::Int;
        }
        if let Some(Tree::Leaf(var)) = self.slots[slot.0].tree.clone()
            && kind != Kind::Opaque
        {
            self.f.vars[var.0 as usize].kind = kind;
        }
        let total = self.read_slot(slot, span);
        Some(match &call.turbofish {
            Some(types) => match types.args.first() {
                Some(syn::GenericArgument::Type(ty)) => self.ascribe(total, ty),
                _ => total,
            },
            None => total,
        })
    }

    fn fold(&mut self, call: &ExprMethodCall) -> Lowering {
        let span = call.method.span();
        let chain = self.receiver_chain(call)?;
        let init = self.expr(&call.args[0])?;
        let init = self.owned(&init, span);
        let f = self.callback(&call.args[1])?;
        let ty = super::state_type(&call.args[1]);
        let slot = self.slot(Some("fold".to_owned()), ty, true, span);
        self.write_slot(slot, &init, span);
        self.drive(chain, &None, &mut |this, item| {
            let total = this.read_slot(slot, span);
            let total = this.owned(&total, span);
            if let Some(next) = this.run(&f, vec![total, item]) {
                this.write_slot(slot, &next, span);
            }
        });
        Some(self.read_slot(slot, span))
    }

    /// `remainder()` of `chunks_exact`, however many chunks are left.
    fn remainder(&mut self, call: &ExprMethodCall) -> Lowering {
        let span = call.method.span();
        let chain = match self.kept_iterator(&call.receiver) {
            Some(chain) => (*chain).clone(),
            None => self.chain(&call.receiver)?,
        };
        let Some((place, len, n)) = chain.tail else {
            let message = unknown_message(call);
            self.errors.push(syn::Error::new(span, message));
            return None;
        };
        let rest = self.int_op(BinaryOp::Rem, len, n, span);
        let start = self.int_op(BinaryOp::Sub, len, rest, span);
        let part = place.with(Proj::Range(Some(start), None, false));
        Some(self.view(part, false, span))
    }

    /// `len()` of an iterator that knows it.
    fn items_left(&mut self, call: &ExprMethodCall) -> Lowering {
        let chain = match self.kept_iterator(&call.receiver) {
            Some(chain) => self.rest(&chain),
            None => self.chain(&call.receiver)?,
        };
        let items = self.by_position(chain);
        match items.and_then(|items| items.len) {
            Some(len) => Some(Tree::Leaf(len)),
            None => self.refuse(&call.method, no::ITERATOR_LENGTH),
        }
    }

    fn quantified(&mut self, call: &ExprMethodCall, all: bool) -> Lowering {
        let span = call.method.span();
        let chain = self.receiver_chain(call)?;
        let f = self.callback(&call.args[0])?;
        let init = self.push(Op::Flag(all), Kind::Bool, span);
        let slot = self.slot(None, None, true, span);
        self.write_slot(slot, &init, span);
        self.drive(chain, &None, &mut |this, item| {
            let Some(holds) = this.run(&f, vec![item]) else {
                return;
            };
            let holds = this.leaf(&holds, span);
            let exit = this.jumps.last().map(|jump| jump.exit);
            let decided = this.region(|this| {
                let flag = this.push(Op::Flag(!all), Kind::Bool, span);
                this.write_slot(slot, &flag, span);
                this.out.extend(exit.map(Stmt::Exit));
            });
            match all {
                true => this.push_if(holds, Region::default(), decided),
                false => this.push_if(holds, decided, Region::default()),
            }
        });
        Some(self.read_slot(slot, span))
    }

    fn collect(&mut self, call: &ExprMethodCall) -> Lowering {
        let span = call.method.span();
        if let Some(types) = &call.turbofish {
            let vec = types.args.first().is_some_and(|arg| match arg {
                syn::GenericArgument::Type(syn::Type::Path(path)) => path
                    .path
                    .segments
                    .last()
                    .is_some_and(|segment| segment.ident == "Vec"),
                _ => false,
            });
            if !vec {
                // of constants it may be anything
                return self.verbatim_at(
                    &Expr::MethodCall(call.clone()),
                    no::COLLECT,
                    types.span(),
                );
            }
        }
        let mut types = call.turbofish.iter().flat_map(|types| &types.args);
        if types.any(|arg| matches!(arg, syn::GenericArgument::Type(ty) if is_of_references(ty))) {
            let whole = Expr::MethodCall(call.clone());
            return self.verbatim_at(&whole, no::COLLECT_REFERENCES, span);
        }
        let chain = self.receiver_chain(call)?;
        let vec = self.push(Op::NewVec(chain.len()), Kind::Opaque.contained(), span);
        let slot = self.slot(Some("collected".to_owned()), None, true, span);
        self.write_slot(slot, &vec, span);
        let mut kind = None;
        self.drive(chain, &None, &mut |this, item| {
            let item = this.owned(&item, span);
            let item = this.packed(&item, span);
            kind = Some(this.f.kind(item));
            let Tree::Leaf(base) = this.read_slot(slot, span) else {
                return;
            };
            this.push_to(Place::whole(base), item, span);
        });
        if let (Some(kind), Some(Tree::Leaf(var))) = (kind, self.slots[slot.0].tree.clone()) {
            self.f.vars[var.0 as usize].kind = kind.contained();
        }
        let collected = self.read_slot(slot, span);
        Some(match &call.turbofish {
            Some(types) => match types.args.first() {
                Some(syn::GenericArgument::Type(ty)) => self.ascribe(collected, ty),
                _ => collected,
            },
            None => collected,
        })
    }
}
