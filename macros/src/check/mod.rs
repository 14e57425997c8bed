//! `#[conformance]` and `#[backend_matrix]`.

pub mod args;
pub mod axis;
mod calls;
mod cases;
mod lint;
pub mod marker;
pub mod marks;
mod module;
mod points;
mod registration;
mod rstest;
mod signature;
mod tolerance;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::quote;
use syn::{Attribute, ItemFn, ItemMod, ReturnType, Type};

use self::args::{Constant, TestArgs};
use self::registration::registration;
use self::signature::Signature;
use crate::element::registered;
use crate::errors::{Errors, not_this, with_args};
use crate::lens::{in_rust_analyzer, with_lens};

/// Which of the two.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    Check,
    Differential,
}

impl Flavour {
    /// The attribute's name.
    fn name(self) -> &'static str {
        match self {
            Self::Check => "conformance",
            Self::Differential => "backend_matrix",
        }
    }
}

/// The function, and its registration; or the module, and what it gives to the checks in it.
pub fn expand(args: TokenStream, item: TokenStream, flavour: Flavour) -> TokenStream {
    with_args(args, item, |args, item| expand_parsed(args, item, flavour))
}

fn expand_parsed(mut args: TestArgs, item: TokenStream, flavour: Flavour) -> TokenStream {
    // To read a function as a module, in order to see that it is none, takes all of its tokens apart.
    let is_module = item.clone().into_iter().any(|token| matches!(token, TokenTree::Ident(word) if word == "mod"));
    if is_module && let Ok(module) = syn::parse2::<ItemMod>(item.clone()) {
        return module::expand(args, module);
    }
    let mut errors = std::mem::take(&mut args.errors);
    let function = match syn::parse2::<ItemFn>(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            let name = flavour.name();
            errors.push(not_this(
                &item,
                error,
                &format!("`#[{name}]` belongs to a function with a body, or to a module of them"),
            ));
            let errors = errors.into_tokens();
            return quote!(#errors #item);
        }
    };
    if let Some(rest) = rstest::misused(&function, flavour.name(), &mut errors) {
        let errors = errors.into_tokens();
        return quote!(#errors #rest);
    }
    check_attributes(&function.attrs, &mut errors);
    let signature = Signature::of(&function, &mut errors);
    let axes = signature
        .as_ref()
        .map(|signature| signature.match_axes(&args.axes, args.cases.as_ref(), &mut errors))
        .unwrap_or_default();
    // Where it returns something, what that is decides.
    if flavour == Flavour::Check && returns_nothing(&function.sig.output) {
        let constants = axes.iter().flat_map(|axis| axis.constants.iter().flatten());
        let constants = args.expects_constant.iter().chain(constants).map(|constant| &constant.name);
        let of_values = axes.iter().flat_map(|axis| axis.tolerances.iter().flatten());
        let tolerances = args.tolerance.iter().chain(of_values).map(|tolerance| &tolerance.name);
        for name in constants.chain(tolerances) {
            let message = format!(
                "`{name}` belongs to a check whose value is compared, and this one asserts for itself: return \
                 `crosscheck::compare::Expected`, or a value under `#[backend_matrix]`"
            );
            errors.at(name, message);
        }
    }
    if let Some(Constant { name, .. }) = axes.iter().flat_map(|axis| axis.constants.iter().flatten()).next()
        && args.expects_constant.is_some()
    {
        errors.at(name, "the whole check expects a constant already: remove this, or say it of single values only");
    }
    match &function.sig.output {
        ReturnType::Type(_, ty) if matches!(**ty, Type::Never(_)) => {
            errors.at(ty, "a check that never returns cannot pass: return nothing, or a `Result`");
        }
        output if flavour == Flavour::Differential && returns_nothing(output) => {
            let message = "this returns nothing that could be compared with the baseline: return the value, or use `#[conformance]`";
            errors.at(&function.sig.ident, message);
        }
        _ => {}
    }
    if let (Some(path), None) = (&args.block_on, &function.sig.asyncness)
        && !args.is_block_on_of_the_module
    {
        errors.at(path, "there is nothing to block on: this check is not `async`");
    }
    if let (Flavour::Differential, Some((name, _))) = (flavour, &args.asserts) {
        errors.at(name, "`asserts` belongs to `#[conformance]`: what a differential check returns is compared");
    }
    if signature.is_some() {
        lint::check(&function, flavour, args.helpers(), &args.allowed, &mut errors);
    }
    let Some(signature) = signature.filter(|_| errors.is_empty()) else {
        let errors = errors.into_tokens();
        return quote!(#errors #item);
    };
    let mut body = function.clone();
    let points = points(&args, &mut body, flavour);
    let registration = registration(&args, &function, &signature, &axes, points.as_deref(), flavour);
    let body = rstest::with_set_up_marked(body, &args.krate);
    registered(&with_lens(body), &args.krate, &registration)
}

/// Marks where a check checks something; where that is. `None` where it is not asked at run time whether it did.
fn points(args: &TestArgs, function: &mut ItemFn, flavour: Flavour) -> Option<Vec<Span>> {
    if flavour == Flavour::Differential || lint::may_assert_nothing(function, &args.allowed) || in_rust_analyzer() {
        return None;
    }
    Some(marks::mark(function, args.helpers(), &args.krate))
}

fn returns_nothing(output: &ReturnType) -> bool {
    match output {
        ReturnType::Default => true,
        ReturnType::Type(_, ty) => matches!(&**ty, Type::Tuple(tuple) if tuple.elems.is_empty()),
    }
}

/// libtest's own attributes would do something else than they seem to.
fn check_attributes(attributes: &[Attribute], errors: &mut Errors) {
    for attribute in attributes {
        let Some(name) = attribute.path().get_ident().map(ToString::to_string) else { continue };
        match name.as_str() {
            "test" => errors.at(attribute, "a conformance test is registered by crosscheck: remove `#[test]`"),
            "ignore" => {
                errors.at(attribute, "`#[ignore]` has no meaning here: exclude the feature in the matrix, or give the check a tag, `tags(\"slow\")`")
            }
            "should_panic" => {
                errors.at(attribute, "`#[should_panic]` has no meaning here: expect a backend's failure in the matrix; a panic that the contract demands of all of them, catch with `std::panic::catch_unwind`");
            }
            _ => {}
        }
    }
}
