//! The text form of a function: one line per statement, stable, for snapshots
//! and for reading.

mod tapes;

use super::{
    Arg, BranchRecord, Candidates, Capture, Drawing, Function, GateInput, Head, Op, Order, Owning,
    Place, Proj, PullbackArg, Range, RangeAdaptor, Reached, Region, RevBranch, Stmt, TangentArg,
    Tree, ValueId,
};
use quote::ToTokens;

/// The text form of `f`.
pub(crate) fn function(f: &Function) -> String {
    let mut text = Text {
        f,
        out: String::new(),
        depth: 1,
    };
    let params: Vec<String> = f
        .params
        .iter()
        .map(|param| text.tree(&param.entry))
        .collect();
    text.out += &format!("fn ({})\n", params.join(", "));
    text.region(&f.body);
    let result = text.tree(&f.result);
    text.line(&format!("result {result}"));
    for param in &f.params {
        if let Some(exit) = &param.exit {
            let exit = text.tree(exit);
            text.line(&format!("exit {exit}"));
        }
    }
    if let Some(reverse) = &f.reverse {
        let upstream = text.tree(&reverse.upstream);
        text.out += &format!("reverse ({upstream})\n");
        text.region(&reverse.body);
        for adjoint in &reverse.adjoints {
            let adjoint = text.optional(adjoint);
            text.line(&format!("adjoint {adjoint}"));
        }
    }
    text.out
}

/// `%12.name`, `%12.d_name`
pub(crate) fn value(f: &Function, value: ValueId) -> String {
    let info = f.info(value);
    match (&info.hint, info.adjoint) {
        (Some(hint), true) => format!("%{}.d_{hint}", value.0),
        (Some(hint), false) => format!("%{}.{hint}", value.0),
        (None, _) => format!("%{}", value.0),
    }
}

struct Text<'a> {
    f: &'a Function,
    out: String,
    depth: usize,
}

impl Text<'_> {
    fn line(&mut self, line: &str) {
        self.out += &"  ".repeat(self.depth);
        self.out += line;
        self.out.push('\n');
    }

    fn region(&mut self, region: &Region) {
        for stmt in &region.stmts {
            self.stmt(stmt);
        }
    }

    /// A nested region under a heading, with what it yields.
    fn nested(&mut self, heading: &str, region: &Region) {
        self.line(heading);
        self.depth += 1;
        self.region(region);
        if !region.yields.is_empty() {
            let yields = self.list(&region.yields);
            self.line(&format!("yield {yields}"));
        }
        self.depth -= 1;
    }

    fn list(&self, values: &[ValueId]) -> String {
        let values: Vec<String> = values.iter().map(|v| value(self.f, *v)).collect();
        values.join(", ")
    }

    fn tree(&self, tree: &Tree<ValueId>) -> String {
        match tree {
            Tree::Leaf(leaf) => value(self.f, *leaf),
            Tree::Tuple(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| self.tree(part)).collect();
                format!("({})", parts.join(", "))
            }
            Tree::Ref(inner) => format!("&{}", self.tree(inner)),
            Tree::Result(ok, error) => {
                format!("result({}, {})", self.tree(ok), self.tree(error))
            }
            Tree::Option(some, payload) => {
                format!("{} ? Some({}) : None", self.tree(some), self.tree(payload))
            }
        }
    }

    fn optional(&self, tree: &Tree<Option<ValueId>>) -> String {
        match tree {
            Tree::Leaf(Some(leaf)) => value(self.f, *leaf),
            Tree::Leaf(None) => "none".to_owned(),
            Tree::Tuple(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| self.optional(part)).collect();
                format!("({})", parts.join(", "))
            }
            Tree::Ref(inner) => format!("&{}", self.optional(inner)),
            tree @ (Tree::Option(..) | Tree::Result(..)) => self.optional(tree.payload()),
        }
    }

    fn capture(&self, capture: &Capture) -> String {
        let uses = capture.uses.iter();
        let uses: Vec<String> = uses
            .map(|(name, tree)| format!("{name}: {}", self.tree(tree)))
            .collect();
        format!("`{}` with [{}]", capture.tokens, uses.join(", "))
    }

    fn range(&self, range: &Range) -> String {
        let dots = if range.inclusive { "..=" } else { ".." };
        let mut text = format!(
            "{}{dots}{}",
            value(self.f, range.start),
            value(self.f, range.end)
        );
        for adaptor in &range.adaptors {
            text += &match adaptor {
                RangeAdaptor::Rev => " rev".to_owned(),
                RangeAdaptor::StepBy(step) => format!(" step_by {}", value(self.f, *step)),
            };
        }
        text
    }

    fn record(&mut self, record: &Option<BranchRecord>) {
        if let Some(record) = record {
            let arms: Vec<String> = record
                .arms
                .iter()
                .map(|arm| format!("({})", self.list(arm)))
                .collect();
            let name = value(self.f, record.value);
            self.line(&format!("record {name} = {}", arms.join(" | ")));
        }
    }

    fn fused_arms(&mut self, fused: &Option<RevBranch>) {
        if let Some(fused) = fused {
            let results = self.results(&fused.results);
            self.line(&format!("{results}fused"));
            for arm in &fused.arms {
                self.nested("arm", arm);
            }
        }
    }

    /// `a, b = `, or nothing.
    fn tangent(&self, arg: &TangentArg) -> String {
        match arg {
            TangentArg::Constant => "constant".to_owned(),
            TangentArg::Value(tree) => self.tree(tree),
            TangentArg::Shared(tree) => format!("&{}", self.tree(tree)),
            TangentArg::Follows { tangent, .. } => format!("as is {}", self.name(*tangent)),
            TangentArg::View(place) => format!("&{}", self.place(place)),
            TangentArg::MutView(place) => format!("&mut {}", self.place(place)),
            TangentArg::Mut { before, after } => {
                format!("&mut {} -> {}", self.tree(before), self.tree(after))
            }
        }
    }

    fn results(&self, values: &[ValueId]) -> String {
        match values.is_empty() {
            true => String::new(),
            false => format!("{} = ", self.list(values)),
        }
    }

    fn carried(&self, params: &[ValueId], inits: &[ValueId]) -> String {
        let pairs = params.iter().zip(inits);
        let pairs: Vec<String> = pairs
            .map(|(param, init)| format!("{} = {}", value(self.f, *param), value(self.f, *init)))
            .collect();
        format!("({})", pairs.join(", "))
    }

    fn stmt(&mut self, stmt: &Stmt) {
        let name = |v: ValueId| value(self.f, v);
        match stmt {
            Stmt::Let(binding) => {
                let line = format!("{} = {}", name(binding.value), self.op(&binding.op));
                self.line(&line);
            }
            Stmt::Effect(capture) => self.line(&format!("effect {}", self.capture(capture))),
            Stmt::Diverge(capture) => self.line(&format!("diverge {}", self.capture(capture))),
            Stmt::SameType(a, b) => self.line(&format!("same type {}, {}", name(*a), name(*b))),
            Stmt::Check(v, claim, _) => self.line(&format!("check {} {claim:?}", name(*v))),
            Stmt::Store(store) => {
                let op = store.op.map_or("", crate::ir::BinaryOp::symbol);
                let line = format!("{} {op}= {}", self.place(&store.place), name(store.value));
                self.line(&line);
            }
            Stmt::Mutate(mutate) => {
                let place = self.place(&mutate.place);
                let line = format!("{place}.{}({})", mutate.method, self.list(&mutate.args));
                self.line(&line);
            }
            Stmt::AddAt(add) => {
                let line = format!("{} += {}", self.place(&add.place), name(add.value));
                self.line(&line);
            }
            Stmt::AddEach(to, from, _) => {
                self.line(&format!("{} += each of {}", name(*to), name(*from)));
            }
            Stmt::Declare(var) => self.line(&format!("declare ${}", var.0)),
            Stmt::Read(v, var) => self.line(&format!("{} = read ${}", name(*v), var.0)),
            Stmt::Write(var, v) => self.line(&format!("write ${} {}", var.0, name(*v))),
            Stmt::Exit(target) => self.line(&format!("exit @{}", target.0)),
            Stmt::Block(target, region) => self.nested(&format!("block @{}", target.0), region),
            Stmt::NewTape(tape, size) => self.new_tape(*tape, size),
            Stmt::Reserve(reserve) => self.reserve(reserve),
            Stmt::Sum(sum) => {
                let parts = sum.parts.iter();
                let parts = parts.map(|(of, item)| format!("{} in {}", name(*item), name(*of)));
                let parts = parts.collect::<Vec<_>>().join(", ");
                self.nested(&format!("{} = sum of {parts}", name(sum.result)), &sum.body);
            }
            Stmt::Reach(reach) => {
                let start = reach.start.map_or(reach.literal.to_string(), name);
                let end = name(reach.end);
                for Reached { place, beyond, .. } in &reach.ends {
                    let place = self.place(place);
                    self.line(&format!("{start}..{end} + {beyond} is in {place}"));
                }
            }
            Stmt::Save(to, values) => {
                let line = format!("save ({}) in {}", self.list(values), name(*to));
                self.line(&line);
            }
            Stmt::Restore(from, values) => {
                let line = format!("({}) = restored from {}", self.list(values), name(*from));
                self.line(&line);
            }
            Stmt::Push(push) => self.push(push),
            Stmt::Call(call) => {
                let args = call.args.iter().map(|arg| match arg {
                    Arg::In(tree) => self.tree(tree),
                    Arg::Mut { before, after } => {
                        format!("&mut {} -> {}", self.tree(before), self.tree(after))
                    }
                });
                let args: Vec<String> = args.collect();
                let pullback = call.pullback.map(|v| format!(", {}", name(v)));
                let line = format!(
                    "{}{} = call{} {}({})",
                    self.tree(&call.result),
                    pullback.unwrap_or_default(),
                    if call.is_doubled {
                        " with tangents"
                    } else {
                        ""
                    },
                    callee(&call.callee),
                    args.join(", "),
                );
                self.line(&line);
                if let Some(tangents) = &call.tangents {
                    let args = tangents.args.iter().map(|arg| self.tangent(arg));
                    let args: Vec<String> = args.collect();
                    let result = self.tree(&tangents.result);
                    self.line(&format!("    tangents {result} of ({})", args.join(", ")));
                }
            }
            Stmt::If(branch) => {
                let results = self.results(&branch.results);
                self.nested(&format!("{results}if {}", name(branch.cond)), &branch.then);
                self.nested("else", &branch.other);
                self.record(&branch.record);
                self.fused_arms(&branch.fused);
            }
            Stmt::Match(choice) => {
                let results = self.results(&choice.results);
                self.line(&format!("{results}match {}", self.tree(&choice.scrutinee)));
                for arm in &choice.arms {
                    let pattern = arm.pattern.to_token_stream();
                    let bindings = arm.bindings.iter().map(|(_, v)| *v).collect::<Vec<_>>();
                    if let Some(guard) = &arm.guard {
                        self.nested("guard", guard);
                    }
                    let bound = self.list(&bindings);
                    self.nested(&format!("case `{pattern}` [{bound}]"), &arm.body);
                }
                self.record(&choice.record);
                self.fused_arms(&choice.fused);
            }
            Stmt::Loop(looped) => {
                let head = match &looped.head {
                    Head::Once => "once".to_owned(),
                    Head::Forever => "loop".to_owned(),
                    Head::While(_) => "while".to_owned(),
                    Head::Range(range) => {
                        format!("for {} in {}", name(range.item), self.range(range))
                    }
                };
                let carried = self.carried(&looped.params, &looped.inits);
                let results = self.results(&looped.results);
                if let Head::While(cond) = &looped.head {
                    self.nested("condition", cond);
                }
                self.nested(&format!("{results}{head} {carried}"), &looped.body);
                if let Some(stop) = looped.stop {
                    self.line(&format!("stop if {}", value(self.f, stop)));
                }
                if let Some(fused) = &looped.fused {
                    let carried = self.carried(&fused.params, &fused.inits);
                    let results = self.results(&fused.results);
                    self.nested(&format!("{results}fused {carried}"), &fused.body);
                }
            }
            Stmt::RevBranch(branch) => {
                let by = match (&branch.record, branch.cond) {
                    (Some(record), _) => name(record.value),
                    (None, Some(cond)) => name(cond),
                    (None, None) => "?".to_owned(),
                };
                let results = self.results(&branch.results);
                self.line(&format!("{results}reverse branch by {by}"));
                for arm in &branch.arms {
                    self.nested("arm", arm);
                }
            }
            Stmt::RevLoop(looped) => {
                let order = match &looped.order {
                    Order::Unknown => "backwards".to_owned(),
                    Order::Drain(drain) => self.drain(drain),
                    Order::Range(range) => {
                        format!("for {} in {}", name(range.item), self.range(range))
                    }
                    Order::Count(count) => format!("{} times", name(*count)),
                };
                let carried = self.carried(&looped.params, &looped.inits);
                let results = self.results(&looped.results);
                self.nested(&format!("{results}{order} {carried}"), &looped.body);
            }
            Stmt::Pullback(call) => {
                let args = call.args.iter().map(|arg| match arg {
                    PullbackArg::In { adjoint, .. } => self.optional(adjoint),
                    PullbackArg::View {
                        content, adjoint, ..
                    } => {
                        let adjoint = adjoint.as_ref().map(|place| self.place(place));
                        format!("&{} += {:?}", self.place(content), adjoint)
                    }
                    PullbackArg::MutView {
                        content, adjoint, ..
                    } => {
                        let adjoint = adjoint.as_ref().map(|place| self.place(place));
                        format!("&mut {} += {:?}", name(*content), adjoint)
                    }
                    PullbackArg::Mut {
                        upstream, adjoint, ..
                    } => format!("&mut {} -> {}", self.tree(upstream), self.tree(adjoint)),
                });
                let args: Vec<String> = args.collect();
                let guard = call
                    .guard
                    .map(|g| format!(" if {}", name(g)))
                    .unwrap_or_default();
                let line = format!(
                    "({}) = {}({}){guard}",
                    args.join(", "),
                    name(call.pullback),
                    self.tree(&call.upstream)
                );
                self.line(&line);
            }
        }
    }

    /// `%1.x[%2][..%3].field`
    fn place(&self, place: &Place) -> String {
        let name = |v: &ValueId| value(self.f, *v);
        let mut text = name(&place.base);
        for step in &place.path {
            text += &match step {
                Proj::Index(index) | Proj::Own(index, _) => format!("[{}]", name(index)),
                Proj::Selected(part) => format!("[part {}]", name(part)),
                Proj::Called(part) => format!("[lens {}]", name(part)),
                Proj::Range(start, end, closed) => {
                    let bound = |v: &Option<ValueId>| v.as_ref().map(name).unwrap_or_default();
                    let dots = if *closed { "..=" } else { ".." };
                    format!("[{}{dots}{}]", bound(start), bound(end))
                }
                Proj::Field(member) => format!(".{}", member.to_token_stream()),
                Proj::Deref => ".*".to_owned(),
                Proj::Variant(name, member) => format!(".{name}.{}", member.to_token_stream()),
            };
        }
        text
    }

    fn drawing(&self, drawing: &Drawing) -> String {
        let name = |v: &ValueId| value(self.f, *v);
        match drawing {
            Drawing::Input { name: input, value } => format!("input {input:?} of {}", name(value)),
            Drawing::Named { wire, name: given } => format!("{} named {given:?}", name(wire)),
            Drawing::Filled { zeros, with } => format!("{} full of {}", name(zeros), name(with)),
            Drawing::Gate(gate) => {
                let inputs = gate.inputs.iter().map(|input| match input {
                    GateInput::Fixed(value) => name(value),
                    GateInput::Wire { wire, local, .. } => {
                        format!("{} × {}", name(wire), name(local))
                    }
                    GateInput::Argument { wires, gradient } => {
                        format!("{} × {}", self.place(wires), name(gradient))
                    }
                });
                let inputs = inputs.collect::<Vec<_>>().join(", ");
                format!("gate {} of {}: {inputs}", gate.operation, name(&gate.value))
            }
        }
    }

    fn candidates(&self, candidates: &Candidates) -> String {
        let places = candidates.places.iter().map(|place| self.place(place));
        let places = places.collect::<Vec<_>>().join(" | ");
        match &candidates.tag {
            Some(tag) => format!("{places} by {}", value(self.f, *tag)),
            None => places,
        }
    }

    fn op(&self, op: &Op) -> String {
        let name = |v: &ValueId| value(self.f, *v);
        match op {
            Op::Load(place) => format!("load {}", self.place(place)),
            Op::View(place, false) => format!("view {}", self.place(place)),
            Op::View(place, true) => format!("view mut {}", self.place(place)),
            Op::SplitAt(place, middle) => {
                format!("split {} at {}", self.place(place), name(middle))
            }
            Op::Half(pair, _, place) => format!("{} of {}", self.place(place), name(pair)),
            Op::ArrayLike(place, _) => format!("{} as an array", self.place(place)),
            Op::Duplicate(place, method) | Op::Query(place, method) => {
                format!("{} {}", method, self.place(place))
            }
            Op::Part(place, index, _) => {
                format!("part {} of {}", name(index), self.place(place))
            }
            Op::Lens(call) => {
                let args = call.args.iter().map(|arg| self.tree(arg));
                let args: Vec<String> = std::iter::once(self.place(&call.root))
                    .chain(args)
                    .collect();
                let callee = call.callee.name().map(ToString::to_string);
                format!("lens {}({})", callee.unwrap_or_default(), args.join(", "))
            }
            Op::Chosen(Some(lens)) => format!("chosen {}", name(lens)),
            Op::Chosen(None) => "not chosen".to_owned(),
            Op::Pointer(var) => format!("pointer to variable {}", var.0),
            Op::Traced(a, candidates) => {
                format!("{}, one of {}", name(a), self.candidates(candidates))
            }
            Op::Choose(candidates) => format!("choose {}", self.candidates(candidates)),
            Op::IsEmpty(place) => format!("is empty {}", self.place(place)),
            Op::Checked(place, claim) => format!("view {} as {claim:?}", self.place(place)),
            Op::PopValue(place) => format!("pop value {}", self.place(place)),
            Op::SortOrder(place, ..) => format!("sort order of {}", self.place(place)),
            Op::Length(place) => format!("length of {}", self.place(place)),
            Op::NewVec(n) => format!("new vec {}", n.as_ref().map(name).unwrap_or_default()),
            Op::Aggregate(aggregate, parts) => format!("{aggregate:?} of {}", self.list(parts)),
            Op::Repeat(a, count) => format!("repeat {} {count:?}", name(a)),
            Op::Take(place) => format!("take {}", self.place(place)),
            Op::Exchange(place, with) => format!("exchange {} {}", self.place(place), name(with)),
            Op::ZeroAt(place) => format!("zero of {}", self.place(place)),
            Op::Pop(place) => format!("pop {}", self.place(place)),
            Op::Begin(zero) => format!("begin {}", name(zero)),
            Op::SumOf(d) => format!("sum of {}", name(d)),
            Op::CopyGradient(d) => format!("copy of {}", name(d)),
            Op::CopyAt(place) => format!("copy of {}", self.place(place)),
            Op::Spread(d, _) => format!("{} for each element", name(d)),
            Op::CastTangent(like, d) => format!("{} as that of {}", name(d), name(like)),
            Op::Kept(a) => format!("kept {}", name(a)),
            Op::Owned(a, Owning::Moved) => format!("owned {}", name(a)),
            Op::Owned(a, Owning::Copied) => format!("owned copy {}", name(a)),
            Op::Owned(a, Owning::Nothing) => format!("argument {}", name(a)),
            Op::OwnedAlong(a, d) => format!("argument {} along {}", name(d), name(a)),
            Op::Keep(place, _, index) => {
                format!("keep {} for argument {index}", self.place(place))
            }
            Op::Snapshot(place) => format!("snapshot {}", self.place(place)),
            Op::Constant(tokens) => format!("constant `{tokens}`"),
            Op::Number(number) => format!("number {number:?}"),
            Op::Integer(number) => format!("integer {number}"),
            Op::Flag(flag) => format!("flag {flag}"),
            Op::Copy(a, None) => format!("copy {}", name(a)),
            Op::Copy(a, Some(ty)) => format!("copy {} as `{}`", name(a), ty.to_token_stream()),
            Op::Neg(a) => format!("-{}", name(a)),
            Op::Not(a) => format!("!{}", name(a)),
            Op::Binary(op, a, b) => format!("{} {} {}", name(a), op.symbol(), name(b)),
            Op::Method(method, args) => format!("{}({})", method.name(), self.list(args)),
            Op::Cast(a, ty) => format!("cast {} to `{}`", name(a), ty.to_token_stream()),
            Op::Convert(path, a) => format!("{}({})", path.to_token_stream(), name(a)),
            Op::Function(path, _) => format!("function `{}`", path.to_token_stream()),
            Op::Deref(a) => format!("*{}", name(a)),
            Op::Project(a, index) => format!("{}.{index}", name(a)),
            Op::Verbatim(capture, _) => format!("code {}", self.capture(capture)),
            Op::Stop(_, capture) => format!("stop {}", self.capture(capture)),
            Op::Runtime(function, args) => format!("{function}({})", self.list(args)),
            Op::Select(c, a, b) => format!("{} ? {} : {}", name(c), name(a), name(b)),
            Op::ZeroGradient(a) => format!("zero of {}", name(a)),
            Op::AddField(a, index, d) => format!("{} with .{index} += {}", name(a), name(d)),
            Op::TapeLength(tape) => format!("length of {}", name(tape)),
            Op::Resume(tape) => format!("resume {}", name(tape)),
            Op::Hold(value) => format!("hold {}", name(value)),
            Op::Regain(kept, _) => format!("regain {}", name(kept)),
            Op::NewCheckpoints(range, snapshots) => {
                let of = range
                    .as_ref()
                    .map(|range| format!(" of {}", self.range(range)));
                let most = snapshots.as_ref().map(|most| format!(", {most} at most"));
                format!(
                    "checkpoints{}{}",
                    of.unwrap_or_default(),
                    most.unwrap_or_default()
                )
            }
            Op::NextTurn(of) => format!("next turn of {}", name(of)),
            Op::TurnStart(of) => format!("start of turn of {}", name(of)),
            Op::TurnEnd(of) => format!("end of turn of {}", name(of)),
            Op::Counts(op, a, b) => format!("count {} {} {}", name(a), op.symbol(), name(b)),
            Op::TripCount(range) => format!("count of {}", self.range(range)),
            Op::Window(window) => format!(
                "window {:?} of {} from {}, {} + {}",
                window.access,
                self.place(&window.of),
                name(&window.first),
                name(&window.count),
                window.more,
            ),
            Op::IsLight(callees, values) => {
                let path = |path: &syn::Path| path.to_token_stream().to_string();
                let callees: Vec<String> = callees.iter().map(path).collect();
                format!("{} light, {} small", callees.join(", "), self.list(values))
            }
            Op::ItemAt(range, step) => format!("item {} of {}", name(step), self.range(range)),
            Op::Narrow(like, d) => format!("{} in the type of {}", name(d), name(like)),
            Op::Draw(drawing) => self.drawing(drawing),
        }
    }
}

fn callee(callee: &crate::ir::Callee) -> String {
    use crate::ir::Callee;
    match callee {
        Callee::Function(path) => path.to_token_stream().to_string(),
        Callee::Associated(path) => path.to_token_stream().to_string(),
        Callee::Method(name, ..) => format!(".{name}"),
        Callee::Operator(operator) => operator.symbol.to_owned(),
        Callee::Parameter => "call".to_owned(),
    }
}
