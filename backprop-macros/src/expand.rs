//! The pipeline, on one screen.
//!
//! `parse → fence → lower → analyse → adjoint → simplify → restore → fuse → checkpoint →
//! record → sums → windows → lanes → neighbours → guards → simplify → bounds → slices → runs → emit`;
//! the option `circuit` adds `analyse → circuit → emit`.

use crate::errors::Errors;
use crate::fence::{Refusal, catalogue as no};
use crate::ir::{Function, Tree, ValueId};
use crate::parse::{Around, Home, Input, Mode, Options};
use crate::{
    adjoint, analyse, circuit, configured, emit, fence, lower, members, parse, show, simplify,
    tangent,
};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Item;

/// What `#[differentiate(options)] item` becomes.
pub(crate) fn differentiate(options: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let parsed = fence::check_depth(&item).and_then(|()| syn::parse2::<Item>(item.clone()));
    if let Ok(parsed) = &parsed {
        fence::check_bounds(parsed, &mut errors);
    }
    if !errors.any()
        && let Ok(parsed) = &parsed
        && let Some(versions) = configured::versions(&options, parsed, &item, &mut errors)
    {
        return versions;
    }
    if errors.any() {
        return with_errors(item, TokenStream::new(), errors);
    }
    match parsed {
        Ok(Item::Fn(function)) => {
            let mut primal = function.clone();
            parse::strip_checkpoints(&mut primal.block);
            let primal = primal.to_token_stream();
            let options = Options::read(options, &mut errors);
            let (home, around) = match &options.block {
                Some((_, generics)) => (Home::Impl, Around::of(generics)),
                None => (Home::of(&function), Around::default()),
            };
            let beside = companions(function, options, home, &around, &mut errors);
            with_errors(primal, beside, errors)
        }
        Ok(Item::Impl(block)) => members::implementation(options, block),
        Ok(Item::Trait(block)) => members::definition(options, block),
        Ok(other) => {
            errors.refuse(&other, no::NOT_A_FUNCTION);
            with_errors(other.into_token_stream(), TokenStream::new(), errors)
        }
        Err(error) => {
            errors.push(error);
            with_errors(item, TokenStream::new(), errors)
        }
    }
}

/// What is added beside a function, of which `errors` holds nothing yet; stubs if
/// it is refused.
pub(crate) fn companions(
    function: syn::ItemFn,
    options: Options,
    home: Home,
    around: &Around,
    errors: &mut Errors,
) -> TokenStream {
    if parse::returns_mut(&function.sig) && around.indexing.is_none() && around.lens.is_none() {
        return lens(function, options, home, around, errors);
    }
    let mut input = parse::parse(function, options, home, around, errors);
    if let Some(option) = &input.options.circuit {
        if input.options.rule.is_some() {
            errors.refuse(option, no::CIRCUIT_OF_RULE);
        }
        if !matches!(home, Home::Module | Home::Impl) {
            errors.refuse(option, no::CIRCUIT_OF_TRAIT);
        }
    }
    let is_sound = fence::check(&input.item, input.options.rule.is_some(), errors);
    if input.indexing.is_some() {
        let index = match is_sound && input.signature.is_sound {
            true => lower::index(&input, errors),
            false => None,
        };
        return index
            .map(|index| emit::indexing(&input, &index))
            .unwrap_or_default();
    }
    if !(is_sound && input.signature.is_sound) {
        return emit::bare(&input);
    }
    if let Some(lens) = &input.lens {
        return match lower::led(&input, lens.root, errors) {
            Some(place) => emit::lens(&input, lens, &place),
            None => emit::bare(&input),
        };
    }
    if !modes_are_sound(&mut input, errors) {
        return emit::stub(&input);
    }
    if home == Home::Declaration {
        return emit::declaration(&input);
    }
    match compile(&input, errors) {
        Some(companions) => {
            let shown = show::note(&input, &companions);
            quote!(#companions #shown)
        }
        None => {
            let (stub, circuit) = (emit::stub(&input), emit::circuit_stub(&input));
            quote!(#stub #circuit)
        }
    }
}

/// The companion of a function that returns a `&mut` reference: it tells where that leads.
fn lens(
    mut function: syn::ItemFn,
    options: Options,
    home: Home,
    around: &Around,
    errors: &mut Errors,
) -> TokenStream {
    let mut around = around.clone();
    if let Some(option) = options.of_results() {
        errors.refuse(&option, no::MUT_REFERENCE_OPTION);
    } else if !matches!(home, Home::Module | Home::Impl) {
        errors.refuse_at(
            parse::lens::result_span(&function.sig),
            no::MUT_REFERENCE_OF_TRAIT,
        );
    } else {
        let reals = around.reals(&function.sig.generics);
        around.lens = parse::lens::read(&mut function, &reals, errors);
    }
    if around.lens.is_none() {
        let lens = parse::Lens {
            root: 0,
            primal: function.sig.clone(),
        };
        around.lens = Some(lens);
        let input = parse::parse(function, options, home, &around, &mut Errors::default());
        return emit::bare(&input);
    }
    companions(function, options, home, &around, errors)
}

/// Reports modes that the function cannot have; whether there are none. A mode that
/// the block around it asks for is left out where it cannot be had.
pub(crate) fn modes_are_sound(input: &mut Input, errors: &mut Errors) -> bool {
    let before = errors.count();
    for mode in Mode::ALL {
        if let Some(asked) = input.options.modes.of(mode).clone() {
            if let Some(refusal) = mode_refusal(input, mode) {
                errors.refuse(&asked, refusal);
            }
        } else if let Some(asked) = input.options.modes_of_block.of(mode).clone()
            && mode_refusal(input, mode).is_none()
        {
            *input.options.modes.of(mode) = Some(asked);
        }
    }
    if let Some(option) = &input.options.workspace
        && (input.home != Home::Module
            || input.options.rule.is_some()
            || emit::is_boxed(input)
            || !input.functions.is_empty())
    {
        errors.refuse(option, no::WORKSPACE);
    }
    if !input.functions.is_empty()
        && let Some(option) = &input.options.circuit
    {
        errors.refuse(option, no::FUNCTION_MODE);
    }
    if let Some(option) = &input.options.objective {
        if input.home != Home::Module {
            errors.refuse(option, no::OBJECTIVE_OF_A_METHOD);
        } else if !emit::rule_has_tangent(input) || emit::has_mut(input) {
            errors.refuse(option, no::OBJECTIVE_RESULT);
        } else if !emit::has_point(input) {
            errors.refuse(option, no::OBJECTIVE_POINT);
        }
    }
    errors.count() == before
}

/// Why a function cannot have a mode.
fn mode_refusal(input: &Input, mode: Mode) -> Option<Refusal> {
    let has_rule = input.options.rule.is_some();
    let is_operator = input.home == Home::Operator;
    match mode {
        Mode::Jvp => (has_rule && !emit::rule_has_tangent(input)).then_some(no::MODE_WITH_RULE),
        Mode::Jacobian | Mode::Hessian if is_operator => Some(no::MODE_OF_AN_OPERATOR),
        Mode::Hvp | Mode::Hessian if has_rule => Some(no::MODE_WITH_RULE),
        // the callers of a function may want it, whatever that gives
        Mode::Hvp | Mode::Jacobian => None,
        Mode::Hessian => (!emit::has_second(input)).then_some(no::SECOND_ORDER_RESULT),
    }
}

/// From the parsed function to its companions; nothing if it was refused.
fn compile(input: &Input, errors: &mut Errors) -> Option<TokenStream> {
    if let Some(rule) = &input.options.rule {
        return (!errors.any()).then(|| emit::custom(input, rule));
    }
    let lower::Lowered {
        mut function,
        items,
    } = lower::lower(input, errors);
    let activity = analyse::analyse(&mut function, errors);
    if errors.any() {
        return None;
    }
    let repeatable = analyse::repeated::repeatable(&function, input, &activity);
    let modes = &input.options.modes;
    let forward = match &modes.jvp {
        Some(_) => Some(forward(&function, &activity, errors)?),
        None => None,
    };
    let drawn = match &input.options.circuit {
        Some(option) => Some(circuit::circuit(
            input,
            &function,
            &activity,
            option.span(),
            errors,
        )?),
        None if cfg!(feature = "circuit_grad") => circuit::if_any(input, &function, &activity),
        None => None,
    };
    let (mut second, mut doubled) = (None, None);
    if modes.second().next().is_some() {
        let mut form = tangent::with_tangent(&function, &activity);
        if !second_order(&mut form, None, errors) {
            return None;
        }
        doubled = Some(form);
        if emit::has_joint_second(input) {
            let mut form = tangent::to_differentiate(&function, &activity);
            if !second_order(&mut form, Some(function.result.clone()), errors) {
                return None;
            }
            second = Some(form);
        }
    }
    if !add_adjoint(&mut function, &activity, errors) {
        return None;
    }
    simplify::simplify(&mut function);
    adjoint::restore::choose(&mut function);
    let mut joint = match emit::may_be_joint(input) {
        true => adjoint::fuse::fuse(&function),
        false => None,
    };
    for form in std::iter::once(&mut function).chain(&mut joint) {
        complete(form);
    }
    adjoint::runs::repeat(&mut function);
    let forms = emit::Forms {
        forward: forward.as_ref(),
        second: second.as_ref(),
        doubled: doubled.as_ref(),
        split: &function,
        joint: joint.as_ref(),
        circuit: drawn.as_ref(),
        items: &items,
        repeatable: &repeatable,
    };
    let companions = emit::companions(input, &forms);
    let circuit = match (&drawn, &input.options.circuit) {
        (Some(drawn), Some(_)) => Some(emit::circuit(input, drawn, &items)),
        _ => None,
    };
    Some(quote!(#companions #circuit))
}

/// Adds the reverse half to a function of tangents. Where its upstream is known, one,
/// `value` is the result of what is left. Whether nothing was refused.
fn second_order(f: &mut Function, value: Option<Tree<ValueId>>, errors: &mut Errors) -> bool {
    let activity = analyse::analyse(f, errors);
    if errors.any() {
        return false;
    }
    if !add_adjoint(f, &activity, errors) {
        return false;
    }
    let is_split = value.is_none();
    f.result = value.unwrap_or_else(|| f.result.clone());
    simplify::simplify(f);
    adjoint::restore::choose(f);
    if !is_split && let Some(fused) = adjoint::fuse::fuse(f) {
        *f = fused;
    }
    complete(f);
    if is_split {
        adjoint::runs::repeat(f);
    }
    true
}

/// The split form of a closure, and those of the modes: forward mode and second
/// derivatives. Nothing if something was refused.
pub(crate) fn closure_forms(
    mut f: Function,
    [is_forward, is_doubled]: [bool; 2],
    errors: &mut Errors,
) -> Option<[Option<Function>; 3]> {
    let activity = analyse::analyse(&mut f, errors);
    if errors.any() {
        return None;
    }
    let forward = match is_forward {
        true => Some(forward(&f, &activity, errors)?),
        false => None,
    };
    let doubled = match is_doubled {
        true => {
            let mut form = tangent::with_tangent(&f, &activity);
            second_order(&mut form, None, errors).then_some(())?;
            Some(form)
        }
        false => None,
    };
    add_adjoint(&mut f, &activity, errors).then_some(())?;
    simplify::simplify(&mut f);
    adjoint::restore::choose(&mut f);
    complete(&mut f);
    adjoint::runs::repeat(&mut f);
    Some([Some(f), forward, doubled])
}

/// Values and tangents; nothing if something was refused.
fn forward(f: &Function, activity: &analyse::Activity, errors: &mut Errors) -> Option<Function> {
    let mut form = tangent::tangent(f, activity);
    if let Some((span, refusal)) = form.unsupported {
        errors.refuse_at(span, refusal);
        return None;
    }
    simplify::simplify(&mut form);
    simplify::settle(&mut form);
    Some(form)
}

fn add_adjoint(f: &mut Function, activity: &analyse::Activity, errors: &mut Errors) -> bool {
    adjoint::restore::prepare(f, &|value| activity.is_active(value));
    adjoint::adjoint(f, activity);
    if let Some((span, refusal)) = f.unsupported {
        errors.refuse_at(span, refusal);
        return false;
    }
    true
}

/// What the reverse half needs of the forward half gets there.
fn complete(f: &mut Function) {
    adjoint::checkpoint::replay(f);
    adjoint::record::record(f);
    adjoint::sums::carry(f);
    adjoint::windows::open(f);
    adjoint::lanes::split(f);
    adjoint::neighbours::carry(f);
    adjoint::guards::gather(f);
    simplify::simplify(f);
    simplify::settle(f);
    adjoint::bounds::check_once(f);
    adjoint::slices::lend(f);
}

/// The primal stays, so that nothing but the reported errors is broken.
pub(crate) fn with_errors(primal: TokenStream, stub: TokenStream, errors: Errors) -> TokenStream {
    let errors = match errors.finish() {
        Ok(()) => TokenStream::new(),
        Err(error) => error.into_compile_error(),
    };
    quote!(#primal #stub #errors)
}
