//! Every refusal: what is unsupported, why where it helps, what to write instead.

/// A refusal's message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refusal {
    pub(crate) message: &'static str,
}

impl Refusal {
    /// The refusal of what goes by `name`, which stands for `{}` in the message.
    pub(crate) fn about(self, name: &str) -> Refusal {
        Refusal {
            message: self.message.replace("{}", name).leak(),
        }
    }
}

macro_rules! catalogue {
    ($($name:ident = $message:literal;)*) => {
        $(pub(crate) const $name: Refusal = Refusal { message: $message };)*

        /// All refusals, for the test that looks for a case of each.
        #[cfg(test)]
        pub(crate) const ALL: &[(&str, Refusal)] = &[$((stringify!($name), $name)),*];
    };
}

catalogue! {
    // the attribute
    UNKNOWN_OPTION = "unknown option; `#[differentiate]` knows `wrt(..)`, `name = ..`, `rule = ..`, `crate = ..`, `recursive`, `inherent`, `impl<..>`, `jvp`, `jacobian`, `hvp`, `hessian`, `objective`, `circuit`, `workspace` and `show`";
    REPEATED_OPTION = "this option is given twice";
    MODE_NOT_YET = "this option is not implemented yet; reverse mode needs no option";
    MODE_OF_AN_OPERATOR = "an operator has the modes `jvp` and `hvp`, for the functions that use it";
    SECOND_ORDER_RESULT = "a Hessian is that of one real number: return `f64` or `f32`, alone or in an `Option` or a `Result`; with `hvp` a function that others call may return several numbers";
    PARTS_IN_SECOND_ORDER = "second derivatives do not go through calls that may change two parts of one value yet: pass what is only looked at as `&`, or write the code here";
    NUMBER_IN_SECOND_ORDER = "for second derivatives it has to be known whether this is an integer: annotate it (`let n: usize = ..`)";
    MODE_WITH_RULE = "a custom rule gives tangents of one real number only";
    OBJECTIVE_OF_A_METHOD = "`objective` goes on free functions; call the method in one";
    WORKSPACE = "`workspace` goes on free functions that do not call themselves, without `rule = ..` and without functions as parameters";
    OBJECTIVE_POINT = "an objective varies one parameter: write `wrt(x)` with the one that a solver is to choose";
    OBJECTIVE_RESULT = "an objective is one real number, and changes nothing: return `f64` or `f32`, without `&mut` parameters";
    EMPTY_WRT = "`wrt()` names no parameter; write `wrt(x)`, or leave it out to differentiate with respect to all";
    UNKNOWN_WRT = "no parameter has this name";
    REPEATED_WRT = "this parameter is named twice";
    CONSTANT_WRT = "this parameter cannot carry a derivative: only real numbers can; leave it out of `wrt(..)`";
    NOT_A_FUNCTION = "`#[differentiate]` goes on a function, a method, an `impl` or a trait; a method without a body is marked by marking its trait";
    INHERENT_IMPL = "`inherent` goes on the `impl` of a trait that is not marked itself";
    BLOCK_IS_SEEN = "`impl<..>` tells of the block around one function that is marked alone; leave it out where the block is marked, or where there is none";
    OPTION_OF_ONE_FUNCTION = "this option goes on one method: write `#[differentiate(..)]` on it inside the block";

    // the option `circuit`
    CIRCUIT_OF_SEVERAL = "`circuit` draws functions with one real number as result; return the number to draw";
    CIRCUIT_OF_RULE = "`circuit` has no gates to draw inside a function with `rule = ..`; put it on a function that calls this one";
    CIRCUIT_OF_TRAIT = "`circuit` does not go on a method of a trait yet; put it on a function that calls the method";
    CIRCUIT_REFERENCE = "`circuit` cannot draw references to one of several places yet, nor loops over listed slices (`for v in [a, b]`); write the code for each";
    CIRCUIT_CALL_WRITES = "`circuit` draws a call as one gate, but this one changes active arguments in place; return the number instead";
    CIRCUIT_CALL_RESULT = "`circuit` draws a call as one gate, but the result of this one is more than one real number; call a function for each number";

    // `#[checkpoint]`
    CHECKPOINT_PLACE = "`#[checkpoint]` goes on `for`, `while` or `loop`";
    CHECKPOINT_TWICE = "`#[checkpoint]` is given twice";
    CHECKPOINT_OPTION = "unknown option; write `#[checkpoint]` or `#[checkpoint(snapshots = 30)]`";
    CHECKPOINT_SNAPSHOTS = "the number of snapshots is a number, one at least, or a constant (`N`)";
    CHECKPOINT_NESTED = "this loop is inside one with `#[checkpoint]`, whose iterations run again anyway; put `#[checkpoint]` on one of both";
    CHECKPOINT_REPEATED = "an iteration of a loop with `#[checkpoint]` runs several times, and it is not known whether this code gives the same each time; compute it before the loop (a table, a `Vec`), or take `#[checkpoint]` off";
    CHECKPOINT_CALL = "an iteration of a loop with `#[checkpoint]` runs several times, and of methods of trait objects and functions that are passed it is not known whether they may; call a function or a method of a known type with `#[differentiate]`, or write the code here";
    CHECKPOINT_REFERENCE = "a loop with `#[checkpoint]` does not carry references from one iteration to the next: what they refer to may change; carry positions";
    CHECKPOINT_VIEW = "this is changed in a loop with `#[checkpoint]` through a `&mut` reference from before the loop; take the reference inside the loop, or index into the container";

    // the derive
    DERIVE_OPTION = "unknown option; `#[derive(Differentiable)]` knows `crate = ..` and `gradient = ..` on the type, and `skip` on a field";
    DERIVE_FIELD_OPTION = "unknown option; a field knows `skip`";
    DERIVE_UNION = "a union has no gradient: which of its fields is there is not known";

    // the signature
    TYPED_RECEIVER = "a receiver is `self`, `&self` or `&mut self`";
    BOUNDS_END_IN_PLUS = "these bounds end in `+`; leave that `+` out";
    ASYNC_FUNCTION = "an `async fn` cannot be differentiated; differentiate the computation and call it from async code";
    UNSAFE_FUNCTION = "an `unsafe fn` cannot be differentiated; give it a rule: wrap it in a safe function with `#[differentiate(rule = ..)]`";
    EXTERN_FUNCTION = "an `extern` function cannot be differentiated; wrap it in a Rust function with `#[differentiate(rule = ..)]`";
    NAME_OF_A_MACRO = "this name stands for a variable of a macro and for another one of its caller: rename the one in the macro";
    PARAMETER_NAMED_AS_FUNCTION = "a parameter with the name of its function hides it from the generated functions; rename the parameter";
    VARIADIC = "variadic functions cannot be differentiated";
    TOO_MANY_PARAMETERS = "more than 63 parameters are not supported; group them in tuples";
    ATTRIBUTE_ON_FUNCTION = "this attribute does not go with `#[differentiate]`; put it on a function that calls this one";
    FUNCTION_ARGUMENT = "a function that is a parameter takes up to six numbers, types of your own without parameters, or arrays, tuples and vectors of them, by value or by `&`: numbers by value, nothing by `&mut`";
    FUNCTION_RESULT = "a function that is a parameter gives real numbers, types of your own without parameters, or arrays, tuples and vectors of them, to be differentiated";
    FUNCTION_INSIDE = "a function inside something else is not differentiated yet: take it as a parameter of its own, `f: impl Fn(f64) -> f64`";
    FUNCTION_MODE = "this mode is not there yet for functions that take functions";
    TRAIT_OBJECT = "of trait objects, `&dyn Trait` and boxes of one marked trait are differentiated, without further bounds: functions are taken as `impl Fn(f64) -> f64`; name the type, or exclude the parameter with `wrt(..)`";
    FUNCTION_POINTER = "the functions that such a pointer can point to have no companions; take `impl Fn(f64) -> f64` or `fn(f64) -> f64`, or exclude the parameter with `wrt(..)`";
    RAW_POINTER = "raw pointers cannot be differentiated; pass a reference";
    UNSUPPORTED_TYPE = "parameters of this type cannot be differentiated; exclude it with `wrt(..)`";
    REFERENCE_IN_TUPLE = "references inside tuples are not differentiated yet; pass the parts as parameters of their own";
    MUT_OF_REFERENCE = "`&mut` of a reference cannot be differentiated; take `&mut` of the number itself";
    MUT_OBJECT = "trait objects are not changed through `&mut` yet; name the type, or return a new value";
    MUT_IN_OPTION = "`&mut` inside an `Option` is not differentiated yet; take the `&mut` reference and a flag, or two functions";
    MUT_UNSUPPORTED = "`&mut` of this type cannot be differentiated; take `&mut` of real numbers, containers of them, or a type with `#[derive(Differentiable)]`";
    RULE_WITH_MUT = "a custom rule cannot have `&mut` parameters; return the new value instead";
    RULE_WITH_FUNCTION = "a custom rule does not take functions: what it does with one is not known; call the function here, and give the rule its values";
    NO_ACTIVE_PARAMETER = "no parameter can carry a derivative: at least one must be a real number that `wrt(..)` does not exclude";
    CONSTANT_RESULT = "the result cannot carry a derivative: return a real number or a tuple with one, or write to a `&mut f64` parameter";
    NEVER_RESULT = "a function that never returns has no derivative";
    REFERENCE_RESULT = "a function that returns a reference returns nothing else beside it yet, and no `Option` of one: return the number, or the index";
    MUT_REFERENCE_RESULT = "a function that returns a `&mut` reference takes one `&mut` parameter, which it leads into: `&mut self`, or `&mut` of a container or a struct that can carry a derivative; return the index, or change what is referred to in a method";
    MUT_REFERENCE_OF_TRAIT = "methods of traits that return `&mut` references are not differentiated yet; return the index, or change what is referred to in a method";
    MUT_REFERENCE_OPTION = "a function that returns a `&mut` reference has no gradient of its own: it tells its callers where the reference leads";
    LENS_BODY = "the body of a function that returns a `&mut` reference runs in its companion to tell where that leads: it may change and print nothing, and has no items";
    LENS_PLACE = "where this `&mut` reference leads is not known: an element, a field or a range of what is passed by `&mut`, one of finitely many that integers choose (`&mut self.data[i * self.cols + j]`)";
    LENS_ROOT = "which argument the `&mut` reference leads into is not known here: pass one by `&mut`, and what is only read by `&`: `&*weights`";
    REFERENCE_TO_NUMBER = "the number that the result refers to is one of a parameter `&f64`, or a name for one: write the place (`&self.data[i]`) as the result, or return the number";
    UNSUPPORTED_RESULT = "results of this type cannot be differentiated; return a scalar or a tuple";

    // statements and items
    ATTRIBUTE_IN_BODY = "attributes other than `#[cfg(..)]` and lint levels are not supported inside a differentiated function";
    MANY_PREDICATES = "more than six different options stand in `#[cfg(..)]` inside this differentiated item; choose with `if cfg!(..)`, or split the function";
    STATIC_IN_BODY = "a `static` inside a differentiated function would exist twice; move it out of the function";
    MACRO_IN_BODY = "macros defined inside a differentiated function are not supported; write the code out";
    ITEM_IN_BODY = "this item inside a differentiated function would exist twice; move it out of the function";
    ITEM_NAME = "an item in a nested block must not mean anything elsewhere in the differentiated function: give it a name of its own and import neither traits nor `*`, or move it to the head of the body";
    UNKNOWN_MACRO = "the code behind this macro cannot be seen; write it out, or wrap it in `backprop::constant(..)` if it carries no gradient";
    NESTED_FUNCTION_CALL = "this function of the body hands out nothing that carries a derivative, and takes what may be active; wrap the call in `backprop::constant(..)`";

    // expressions
    ASYNC_BLOCK = "`async` blocks cannot be differentiated";
    AWAIT = "`.await` cannot be differentiated";
    UNSAFE_BLOCK = "`unsafe` code cannot be differentiated; put it into a function of its own with `#[differentiate(rule = ..)]`";
    QUESTION_MARK = "`?` is differentiated on an `Option` in a function that returns an `Option`, and on a `Result` in one that returns a `Result`; use `match` or `if let`";
    TRY_BLOCK = "`try` blocks cannot be differentiated";
    YIELD = "`yield` cannot be differentiated";
    RAW_ADDRESS = "raw pointers cannot be differentiated";
    CONST_BLOCK = "`const` blocks are not supported; name the constant: `const C: f64 = ..;`";
    UNKNOWN_EXPRESSION = "this expression is not known to `#[differentiate]`";
    OWN_OPERATION = "this operator or method is differentiated on `f32` and `f64` only, and its result is no number here; annotate the operands with their type (`let a: Vector = ..`), or write a function of the type with `#[differentiate]`";
    CLOSURE = "a closure is differentiated where it is called: bind it with `let`, call it, or pass it to a method of an iterator";
    CLOSURE_IN_OPAQUE_CODE = "a local closure, or a function that is a parameter, cannot be used in code that is passed through as it is; call it in a `let` before, and use the result";
    CHANGE_IN_OPAQUE_CODE = "this changes a variable inside code that is passed through as it is; put it into a `let` before";
    REFERENCES_KEPT = "active references are not kept in an array; list them where a `for` loop goes over them: `for v in [a, b]`, or choose one with `if` or `match`";
    CLOSURE_ARGUMENTS = "this closure takes another number of arguments";
    FUNCTION_KEPT = "a function that is a parameter is called, or passed to another differentiated function by its name";
    CLOSURE_OF_A_METHOD = "a closure is passed to free functions only yet: there the signature tells the types of its arguments; write a function with `#[differentiate]` in its place, or one that calls the method";
    CAPTURED_CHANGED = "`{}` is changed by a closure that is passed to a function, which is not differentiated: what the closure captures stays as it is; return the new value";
    CAPTURED_EXCLUSIVELY = "a closure that is passed to a differentiated function does not capture `&mut` references; copy what it reads before: `let first = state[0];`";
    FUNCTION_VALUE = "write a closure or the name of a function here";
    OPTION_SHAPE = "what is inside this `Option` is not known here; annotate it: `let best: Option<f64> = ..`, or match on it";
    PAYLOAD_PASSED = "what this pattern binds inside an enum is not passed on to another function; match on the reference itself (`Layer::Dense(w)` for `&mut Layer::Dense(ref w)`), or pass a number (`*x`) or a copy (`&v.clone()`)";
    WRITTEN_THROUGH_PATTERN = "which part of an enum this write changes is not known here; match on `&mut` of a place, write the fields from the first on (`Layer::Dense(w, ..)`), or build a new value";
    SLICE_PATTERN = "inside a slice pattern, names, `_` and tuples of such are differentiated; test the element in a guard";
    RESULT_SHAPE = "what is inside this `Result` is not known here; annotate it: `let r: Result<f64, E> = ..`, or match on it with `Ok` and `Err`";
    RESULT_METHOD = "this method of a `Result` with an active payload is not differentiated yet; use `match`";
    ERROR_PATTERN = "an error is bound by a name, or matched with `_`, and by value; look into it with another `match`";
    ACTIVE_ERROR = "an error carries no derivative; make what it holds a constant before: `let residual = constant(residual);`";
    OPTION_METHOD = "this method of an `Option` with an active payload is not differentiated yet; use `match` or `if let`";
    OPTION_PATTERN = "on an `Option` or a `Result`, names, tuples and literals inside `Some(..)`, `Ok(..)`, and guards are differentiated; nest another `match` for the rest";
    OPTION_CLOSURE = "this closure must end in `Some(..)`, `None`, or a method of an `Option`";
    ITERATOR_VALUE = "an iterator over active values is not passed on or returned; bind it with `let`, call `sum`, `fold`, `collect` … on it, or loop over it";
    RANGE_VALUE = "a range in a variable is one of integers that is gone over, or asked for `next`; name its ends where they are used or changed: `let mut start = ..`";
    ITERATOR_IN_OPAQUE_CODE = "an iterator under a name is used where it is bound, not in code that is passed through as it is or in a closure that is passed to a function; collect it first";
    ITERATOR_RESUMED = "items are taken from an iterator one after another where it goes over a container or a range: after `take_while`, `flat_map` and `flatten`, and of iterators that `chain` puts together after `filter` and its like, it is used up at once";
    ITERATOR_LENGTH = "`len` of this iterator is not known here; write `count()`, or take the length of what it goes over";
    PEEK = "`peek` is differentiated where closures before it change nothing, of an iterator that is not lent by another one; take the item with `next`, or collect first";
    UNSTABLE = "in which order this leaves equal elements is told for numbers only; for the rest use `sort_by`, or `sort_by_key`";
    CYCLE = "`cycle` is differentiated where each item has a known position: not after `filter` and its like; collect into a `Vec` first";
    REVERSED = "`rev` is differentiated where each item has a known position: not after `filter` and its like, and after closures that change something or may panic not after `skip`, `step_by`, `take` or `zip`; turn round first, or collect into a `Vec`";
    ZIP = "the items of this iterator have no known positions: `filter` and its like leave some out, `skip` and `step_by` count them where closures before them change something or may panic; cut first, or collect into a `Vec`";
    ZIP_OF_STATE = "`std` does not say how often `zip` asks the first iterator where the second one is shorter, and here that can be told: a closure changes something, or another iterator is left with fewer items; collect into a `Vec` first, or write the loop out";
    COLLECT_REFERENCES = "active references are not collected; collect what they refer to: `.copied().collect()`, or positions";
    COLLECT = "only `collect` into a `Vec` is differentiated";
    INTO = "what `into` makes of this number is not known here: annotate it (`let y: f64 = x.into();`), or write `f64::from(x)`";
    UNKNOWN_METHOD = "the method `{}` has no rule, and its receiver or an argument is active; write a function with `#[differentiate]` or `#[differentiate(rule = ..)]`, or wrap the call in `backprop::constant(..)` if it carries no gradient; an integer that is part of an active value is named first: `let n: usize = ..`";
    CHANGE_IN_PLACE = "`{}` changes a local in place, which a differentiated function does by `push`, `pop`, `swap`, `sort_by` and their like only; build a new value, and if it carries no gradient, do so in a function of its own: `let order = backprop::constant(sorted(order));`";
    BIT_CAST = "the bits of an active value carry no derivative; wrap the call in `backprop::constant(..)` if that is meant";
    METHOD_ARGUMENTS = "this method of `f32` and `f64` takes another number of arguments";
    CALL_OF_VALUE = "only functions called by their path are differentiated";
    CONSTANT_ARGUMENTS = "a function by the name of `constant` is taken for `backprop::constant`, which takes one expression; another one needs another name";
    CONSTRUCTOR = "`Some`, `Ok` and `Err` are differentiated by these names, without a path, of one value";
    STD_FUNCTION = "functions of the standard library that take active arguments have no rule; write it out, or wrap it in `backprop::constant(..)` if it carries no gradient";
    MUT_REFERENCE = "a `&mut` reference can be taken of a local variable only";
    INDEX_BODY = "the body of an index runs once more to tell where it leads: it may change and print nothing, and has no items";
    INDEX_PLACE = "an index is differentiated if it refers to an element or a field of `self`, one of finitely many that integers choose (`&self.data[i * self.cols + j]`)";
    MUT_REFERENCE_CHOSEN = "where this `&mut` reference leads is not known here: choose an index, or pass the places to a function";
    ASSIGNMENT_TARGET = "only local variables and fields of local tuples can be assigned";
    ASSIGNMENT_IMMUTABLE = "this variable is not declared `mut`, or is captured by a closure that is passed to a function";
    TUPLE_SHAPE = "the shape of this tuple is not known here; annotate it: `let t: (f64, f64) = ..`";
    OPEN_RANGE = "a range without an end cannot be differentiated; use `loop` with a counter";
    OPAQUE_CODE = "this code is passed through as it is, so it must not use active values; write it with the operations of the documentation, or wrap it in `backprop::constant(..)` if it carries no gradient";
    JUMP_IN_OPAQUE_CODE = "`return`, `break` and `continue` cannot be seen through in this code; write them as statements of the function";
    PATTERN = "this pattern is not supported on active values";
    OR_PATTERN = "an or-pattern that binds different active values in its alternatives is not differentiated yet; write separate arms";
    REF_PATTERN = "`ref` patterns of active values are not differentiated yet; bind the value";
    GUARD = "a guard that assigns, prints or jumps is not differentiated; compute its condition before the `match`";
    PAYLOAD = "this active payload is nested too deeply in its pattern: names, tuples and variants (`Enum::Variant(..)`) are looked into; match on the rest inside the arm";
    ACTIVE_ARGUMENT_OF_MACRO = "an active value cannot be used in this macro";
    LET_EXPRESSION = "`let` is supported as the condition of `if` and `while`";
    UNKNOWN_LABEL = "no enclosing loop or block has this label";
    OUTSIDE_LOOP = "`break` and `continue` need an enclosing loop";
    ASSIGN_DESTRUCTURE = "destructuring assignments take tuples of local variables";
    TOO_MANY_CLOSURES = "closures are written out where they are called, and those that call others make that too often here; write a function with `#[differentiate]` in place of one";
    TOO_DEEP = "this is nested too deeply to be differentiated; bind parts of it with `let`, or move them into functions of their own";
}
