//! What is used, by statements, operations and places: to read it and to replace it.
//!
//! Both walks come from one text, which keeps them from drifting apart; passes read far
//! more often than they replace, so reading must not copy what it walks over.

use super::{
    Arg, BranchRecord, Candidates, Capture, Count, Drain, Drawing, GateInput, Head, Memory, Op,
    Order, Place, Proj, PullbackArg, Range, RangeAdaptor, Reached, Region, RevBranch, Run, Stmt,
    TangentArg, TapeSize, ValueId,
};

/// Calls `f` on every value that a statement uses, nested regions included.
pub(crate) fn for_each_use(stmt: &Stmt, f: &mut dyn FnMut(ValueId)) {
    read_stmt(stmt, &mut |value| f(*value));
}

/// Calls `f` on every value that a region uses, its yields included.
pub(crate) fn for_each_region_use(region: &Region, f: &mut dyn FnMut(ValueId)) {
    read_region(region, &mut |value| f(*value));
}

/// Calls `f` on every value that a statement uses itself, not in the regions inside it.
pub(crate) fn for_each_direct_use(stmt: &Stmt, f: &mut dyn FnMut(ValueId)) {
    read_parts(stmt, &mut |value| f(*value), &mut |_, _| {});
}

/// Lets `f` replace every value that a statement uses, nested ones included.
pub(crate) fn rewrite_uses(stmt: &mut Stmt, f: &mut dyn FnMut(&mut ValueId)) {
    rewrite_stmt(stmt, f);
}

/// Lets `f` replace every value that a region uses, its yields included.
pub(crate) fn rewrite_region_uses(region: &mut Region, f: &mut dyn FnMut(&mut ValueId)) {
    rewrite_region(region, f);
}

macro_rules! walk {
    ($stmt:ident, $parts:ident, $region:ident, $range:ident, $each:ident, $each_index:ident, $uses:ident $(, $mut:tt)?) => {
        fn $stmt(stmt: &$($mut)? Stmt, f: &mut dyn FnMut(&$($mut)? ValueId)) {
            $parts(stmt, f, &mut |region, f| $region(region, f));
        }

        fn $region(region: &$($mut)? Region, f: &mut dyn FnMut(&$($mut)? ValueId)) {
            for stmt in &$($mut)? region.stmts {
                $stmt(stmt, f);
            }
            for value in &$($mut)? region.yields {
                f(value);
            }
        }

        fn $range(range: &$($mut)? Range, f: &mut dyn FnMut(&$($mut)? ValueId)) {
            f(&$($mut)? range.start);
            f(&$($mut)? range.end);
            for adaptor in &$($mut)? range.adaptors {
                if let RangeAdaptor::StepBy(step) = adaptor {
                    f(step);
                }
            }
        }

        /// What a statement uses; `inner` is called with each region inside it.
        fn $parts(
            stmt: &$($mut)? Stmt,
            f: &mut dyn FnMut(&$($mut)? ValueId),
            inner: &mut dyn FnMut(&$($mut)? Region, &mut dyn FnMut(&$($mut)? ValueId)),
        ) {
            type Use<'a> = &'a mut dyn FnMut(&$($mut)? ValueId);
            let record = |record: &$($mut)? Option<BranchRecord>, f: Use| {
                if let Some(record) = record {
                    for value in (&$($mut)? record.arms).into_iter().flatten() {
                        f(value);
                    }
                }
            };
            match stmt {
                Stmt::Let(binding) => binding.op.$uses(f),
                Stmt::Effect(capture) | Stmt::Diverge(capture) => capture.$uses(f),
                Stmt::Call(call) => {
                    for arg in &$($mut)? call.args {
                        match arg {
                            Arg::In(tree) => tree.$each(f),
                            Arg::Mut { before, .. } => before.$each(f),
                        }
                    }
                    if let Some(tangents) = &$($mut)? call.tangents {
                        for tangent in &$($mut)? tangents.args {
                            match tangent {
                                TangentArg::Constant => {}
                                TangentArg::Value(tree) | TangentArg::Shared(tree) => {
                                    tree.$each(f);
                                }
                                TangentArg::Follows { argument, tangent } => {
                                    f(argument);
                                    f(tangent);
                                }
                                TangentArg::View(place) | TangentArg::MutView(place) => {
                                    place.$each(f);
                                }
                                TangentArg::Mut { before, .. } => before.$each(f),
                            }
                        }
                    }
                }
                Stmt::If(branch) => {
                    f(&$($mut)? branch.cond);
                    inner(&$($mut)? branch.then, f);
                    inner(&$($mut)? branch.other, f);
                    record(&$($mut)? branch.record, f);
                    if let Some(RevBranch { arms, .. }) = &$($mut)? branch.fused {
                        for arm in arms {
                            inner(arm, f);
                        }
                    }
                }
                Stmt::Match(choice) => {
                    choice.scrutinee.$each(f);
                    for arm in &$($mut)? choice.arms {
                        if let Some(guard) = &$($mut)? arm.guard {
                            inner(guard, f);
                        }
                        inner(&$($mut)? arm.body, f);
                    }
                    record(&$($mut)? choice.record, f);
                    if let Some(RevBranch { arms, .. }) = &$($mut)? choice.fused {
                        for arm in arms {
                            inner(arm, f);
                        }
                    }
                }
                Stmt::Loop(looped) => {
                    for init in &$($mut)? looped.inits {
                        f(init);
                    }
                    match &$($mut)? looped.head {
                        Head::Once | Head::Forever => {}
                        Head::While(cond) => inner(cond, f),
                        Head::Range(head) => $range(head, f),
                    }
                    inner(&$($mut)? looped.body, f);
                    if let Some(stop) = &$($mut)? looped.stop {
                        f(stop);
                    }
                    if let Some(fused) = &$($mut)? looped.fused {
                        for init in &$($mut)? fused.inits {
                            f(init);
                        }
                        inner(&$($mut)? fused.body, f);
                    }
                }
                Stmt::NewTape(_, TapeSize::Counted(counts)) => {
                    for (_, count) in counts {
                        f(count);
                    }
                }
                Stmt::Reserve(reserve) => {
                    f(&$($mut)? reserve.tape);
                    // sites are used where records are taken back
                    for (_, count) in &$($mut)? reserve.counts {
                        f(count);
                    }
                }
                Stmt::Reach(reach) => {
                    if let Some(start) = &$($mut)? reach.start {
                        f(start);
                    }
                    f(&$($mut)? reach.end);
                    for Reached { place, .. } in &$($mut)? reach.ends {
                        place.$each(f);
                        // the last index
                        f(&$($mut)? reach.end);
                    }
                }
                Stmt::Declare(_) | Stmt::Read(..) | Stmt::Exit(_) | Stmt::NewTape(..) => {}
                Stmt::Write(_, value) | Stmt::Check(value, ..) => f(value),
                Stmt::SameType(a, b) => {
                    f(a);
                    f(b);
                }
                Stmt::Store(store) => {
                    store.place.$each(f);
                    f(&$($mut)? store.value);
                }
                Stmt::Mutate(mutate) => {
                    mutate.place.$each(f);
                    for arg in &$($mut)? mutate.args {
                        f(arg);
                    }
                    if let Some(record) = &$($mut)? mutate.record {
                        f(record);
                    }
                }
                Stmt::AddAt(add) => {
                    add.place.$each(f);
                    f(&$($mut)? add.value);
                }
                Stmt::AddEach(to, from, _) => {
                    f(to);
                    f(from);
                }
                Stmt::Block(_, region) => inner(region, f),
                Stmt::RevBranch(branch) => {
                    match &$($mut)? branch.record {
                        Some(record) => f(&$($mut)? record.value),
                        None => {
                            if let Some(cond) = &$($mut)? branch.cond {
                                f(cond);
                            }
                        }
                    }
                    for arm in &$($mut)? branch.arms {
                        inner(arm, f);
                    }
                }
                Stmt::RevLoop(looped) => {
                    for init in &$($mut)? looped.inits {
                        f(init);
                    }
                    match &$($mut)? looped.order {
                        Order::Unknown => {}
                        Order::Count(count) => f(count),
                        Order::Drain(Drain { tape, nest, run, beside, .. }) => {
                            f(tape);
                            if let Some(nested) = nest {
                                f(&$($mut)? nested.nest);
                            }
                            match run {
                                Run::All | Run::Rest => {}
                                Run::Range(records) => $range(records, f),
                                Run::Since(mark) => f(mark),
                            }
                            if let Some(beside) = beside {
                                $range(beside, f);
                            }
                        }
                        Order::Range(order) => $range(order, f),
                    }
                    inner(&$($mut)? looped.body, f);
                }
                Stmt::Sum(sum) => {
                    for (slice, _) in &$($mut)? sum.parts {
                        f(slice);
                    }
                    inner(&$($mut)? sum.body, f);
                }
                Stmt::Pullback(call) => {
                    f(&$($mut)? call.pullback);
                    call.upstream.$each(f);
                    if let Some(guard) = &$($mut)? call.guard {
                        f(guard);
                    }
                    for value in &$($mut)? call.otherwise {
                        f(value);
                    }
                    for arg in &$($mut)? call.args {
                        match arg {
                            PullbackArg::In { arg, is_used, owned, .. } => {
                                if *is_used {
                                    arg.$each(f);
                                }
                                if let Some(owned) = owned {
                                    f(owned);
                                }
                            }
                            PullbackArg::Mut { upstream, .. } => upstream.$each(f),
                            PullbackArg::View { content, adjoint, .. } => {
                                content.$each(f);
                                if let Some(adjoint) = adjoint {
                                    adjoint.$each(f);
                                }
                            }
                            PullbackArg::MutView { content, adjoint, .. } => {
                                f(content);
                                if let Some(adjoint) = adjoint {
                                    adjoint.$each(f);
                                }
                            }
                        }
                    }
                }
                Stmt::Restore(from, _) => f(from),
                Stmt::Push(push) => {
                    f(&$($mut)? push.tape);
                    match &$($mut)? push.to {
                        Memory::Own => {}
                        Memory::Nest(to) => f(to),
                    }
                    for value in &$($mut)? push.values {
                        f(value);
                    }
                }
                Stmt::Save(to, values) => {
                    f(to);
                    for value in values {
                        f(value);
                    }
                }
            }
        }

        impl Place {
            pub(crate) fn $each(&$($mut)? self, f: &mut dyn FnMut(&$($mut)? ValueId)) {
                f(&$($mut)? self.base);
                self.$each_index(f);
            }

            /// The values that the path uses.
            pub(crate) fn $each_index(&$($mut)? self, f: &mut dyn FnMut(&$($mut)? ValueId)) {
                for step in &$($mut)? self.path {
                    match step {
                        Proj::Index(index) | Proj::Selected(index) | Proj::Called(index) => f(index),
                        Proj::Own(index, part) => {
                            f(index);
                            f(part);
                        }
                        Proj::Range(start, end, _) => {
                            for end in start.into_iter().chain(end) {
                                f(end);
                            }
                        }
                        Proj::Field(_) | Proj::Deref | Proj::Variant(..) => {}
                    }
                }
            }
        }

        impl Capture {
            pub(crate) fn $uses(&$($mut)? self, f: &mut dyn FnMut(&$($mut)? ValueId)) {
                for (_, tree) in &$($mut)? self.uses {
                    tree.$each(f);
                }
            }
        }

        impl Candidates {
            fn $uses(&$($mut)? self, f: &mut dyn FnMut(&$($mut)? ValueId)) {
                if let Some(tag) = &$($mut)? self.tag {
                    f(tag);
                }
                for place in &$($mut)? self.places {
                    place.$each(f);
                }
            }
        }

        impl Drawing {
            fn $uses(&$($mut)? self, f: &mut dyn FnMut(&$($mut)? ValueId)) {
                match self {
                    Drawing::Input { value, .. } => f(value),
                    Drawing::Named { wire, .. } => f(wire),
                    Drawing::Filled { zeros, with } => {
                        f(zeros);
                        f(with);
                    }
                    Drawing::Gate(gate) => {
                        f(&$($mut)? gate.value);
                        for input in &$($mut)? gate.inputs {
                            match input {
                                GateInput::Fixed(value) => f(value),
                                GateInput::Wire { value, wire, local, .. } => {
                                    f(value);
                                    f(wire);
                                    f(local);
                                }
                                GateInput::Argument { wires, gradient } => {
                                    wires.$each(f);
                                    f(gradient);
                                }
                            }
                        }
                    }
                }
            }
        }

        impl Op {
            /// The values that the operation uses.
            pub(crate) fn $uses(&$($mut)? self, f: &mut dyn FnMut(&$($mut)? ValueId)) {
                match self {
                    Op::Constant(_)
                    | Op::Number(_)
                    | Op::Integer(_)
                    | Op::Flag(_)
                    | Op::Function(..)
                    | Op::Pointer(_) => {}
                    Op::Copy(a, _)
                    | Op::Neg(a)
                    | Op::Not(a)
                    | Op::Cast(a, _)
                    | Op::Convert(_, a)
                    | Op::Deref(a)
                    | Op::Project(a, _)
                    | Op::ZeroGradient(a)
                    | Op::SumOf(a)
                    | Op::Begin(a)
                    | Op::CopyGradient(a)
                    | Op::TapeLength(a)
                    | Op::Kept(a)
                    | Op::Owned(a, _)
                    | Op::NextTurn(a)
                    | Op::TurnStart(a)
                    | Op::TurnEnd(a)
                    | Op::Hold(a)
                    | Op::Regain(a, _)
                    | Op::Resume(a) => f(a),
                    Op::NewCheckpoints(range, _) => {
                        if let Some(range) = range {
                            $range(range, f);
                        }
                    }
                    Op::ItemAt(range, a) => {
                        $range(range, f);
                        f(a);
                    }
                    Op::TripCount(range) => $range(range, f),
                    Op::Counts(_, a, b) => {
                        f(a);
                        f(b);
                    }
                    Op::Window(window) => {
                        window.of.$each(f);
                        f(&$($mut)? window.first);
                        f(&$($mut)? window.count);
                    }
                    Op::Part(place, a, _) | Op::SplitAt(place, a) | Op::Half(a, _, place) | Op::Exchange(place, a) => {
                        place.$each(f);
                        f(a);
                    }
                    Op::Lens(call) => {
                        call.root.$each(f);
                        for arg in &$($mut)? call.args {
                            arg.$each(f);
                        }
                    }
                    Op::Chosen(lens) => {
                        if let Some(lens) = lens {
                            f(lens);
                        }
                    }
                    Op::ArrayLike(place, like) => {
                        place.$each(f);
                        f(like);
                    }
                    Op::Load(place)
                    | Op::View(place, _)
                    | Op::Duplicate(place, _)
                    | Op::Query(place, _)
                    | Op::Length(place)
                    | Op::PopValue(place)
                    | Op::IsEmpty(place)
                    | Op::Checked(place, _)
                    | Op::Take(place)
                    | Op::ZeroAt(place)
                    | Op::Pop(place)
                    | Op::Snapshot(place)
                    | Op::Keep(place, ..)
                    | Op::CopyAt(place) => place.$each(f),
                    Op::SortOrder(place, capture, _) => {
                        place.$each(f);
                        capture.$uses(f);
                    }
                    Op::Traced(a, candidates) => {
                        f(a);
                        candidates.$uses(f);
                    }
                    Op::Choose(candidates) => candidates.$uses(f),
                    Op::NewVec(n) => {
                        if let Some(n) = n {
                            f(n);
                        }
                    }
                    Op::Repeat(a, count) | Op::Spread(a, count) => {
                        f(a);
                        if let Count::Value(n) = count {
                            f(n);
                        }
                    }
                    Op::Binary(_, a, b)
                    | Op::AddField(a, _, b)
                    | Op::Narrow(a, b)
                    | Op::CastTangent(a, b)
                    | Op::OwnedAlong(a, b) => {
                        f(a);
                        f(b);
                    }
                    Op::Method(_, args) | Op::Runtime(_, args) | Op::Aggregate(_, args) | Op::IsLight(_, args) => {
                        for arg in args {
                            f(arg);
                        }
                    }
                    Op::Verbatim(capture, _) | Op::Stop(_, capture) => capture.$uses(f),
                    Op::Draw(drawing) => drawing.$uses(f),
                    Op::Select(c, a, b) => {
                        f(c);
                        f(a);
                        f(b);
                    }
                }
            }
        }
    };
}

walk!(
    read_stmt,
    read_parts,
    read_region,
    read_range,
    for_each,
    for_each_index,
    for_each_use
);
walk!(
    rewrite_stmt,
    rewrite_parts,
    rewrite_region,
    rewrite_range,
    for_each_mut,
    for_each_index_mut,
    rewrite_uses,
    mut
);
