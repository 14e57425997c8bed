//! What a function has to look like to be a check, and its axes.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{FnArg, GenericParam, Ident, ItemFn, Pat, Safety, Type, TypeImplTrait, TypeParamBound};

use super::args::{Axis, Constant, KNOWN};
use super::axis::{is_of_the_type, label, labels_are_distinct, value};
use super::cases::{CasesArg, is_lent};
use super::tolerance::ToleranceArg;
use crate::errors::Errors;
use crate::nearest::did_you_mean;

/// What the runner calls: the subject, and one parameter an axis.
pub struct Signature<'a> {
    /// What the body calls the subject, where that is a name.
    pub name: Option<&'a Ident>,
    /// The type of the subject, as it is meant outside of the function.
    pub subject: TokenStream,
    /// Where its name stands.
    pub subject_span: Span,
    /// The parameters that are axes, and their types as they are meant outside of the function.
    pub parameters: Vec<(&'a Ident, TokenStream)>,
}

impl<'a> Signature<'a> {
    pub fn of(function: &'a ItemFn, errors: &mut Errors) -> Option<Self> {
        qualifiers(function, errors);
        let signature = &function.sig;
        let lifetimes = Lifetimes::of(function);
        let mut inputs = signature.inputs.iter();
        let name = signature.inputs.first().and_then(|input| match input {
            FnArg::Typed(parameter) => match &*parameter.pat {
                Pat::Ident(pattern) => Some(&pattern.ident),
                _ => None,
            },
            FnArg::Receiver(_) => None,
        });
        let subject = match inputs.next() {
            Some(FnArg::Typed(parameter)) => subject(&parameter.ty, errors),
            Some(receiver) => {
                errors.at(receiver, "a check is a free function: its first parameter is the backend, `&dyn Trait`");
                None
            }
            None => {
                errors.at(&signature.ident, "a check takes the backend as its first parameter, `&dyn Trait`");
                None
            }
        };
        let parameters = inputs.filter_map(|input| match input {
            FnArg::Typed(parameter) => match &*parameter.pat {
                Pat::Ident(pattern) => {
                    if let Some(opaque) = impl_trait(&parameter.ty) {
                        errors.at(opaque, "a check is not generic: write the type that the values of this axis have");
                    }
                    let ty = lifetimes.replaced(bare(&parameter.ty).to_token_stream(), "_");
                    Some((&pattern.ident, ty))
                }
                pattern => {
                    errors
                        .at(pattern, "a parameter needs a name, which is that of its axis: take it apart in the body");
                    None
                }
            },
            FnArg::Receiver(_) => None,
        });
        let parameters = parameters.collect();
        let subject = subject?;
        let subject_span = name_span(subject);
        // A backend outlives every check of it.
        let subject = lifetimes.replaced(subject.to_token_stream(), "static");
        Some(Self { name, subject, subject_span, parameters })
    }

    /// Pairs the axes with the parameters, in the order of the parameters.
    pub fn match_axes(&self, axes: &[Axis], cases: Option<&CasesArg>, errors: &mut Errors) -> Vec<MatchedAxis<'a>> {
        for axis in axes {
            if !self.parameters.iter().any(|(parameter, _)| **parameter == axis.parameter) {
                let name = &axis.parameter;
                let parameters: Vec<_> = self.parameters.iter().map(|(parameter, _)| parameter.to_string()).collect();
                let hint = did_you_mean(&name.to_string(), parameters.iter().map(String::as_str).chain(KNOWN));
                errors.at(name, format!("no parameter is named `{name}`{hint} (an axis gives values to a parameter)"));
            }
        }
        let (mut matched, mut by_tolerance): (Vec<MatchedAxis<'_>>, _) = (Vec::new(), false);
        let mut taken: Option<&Ident> = None;
        for (parameter, ty) in &self.parameters {
            if KNOWN.contains(&parameter.to_string().as_str()) {
                errors.at(
                    parameter,
                    format!("`{parameter}` is an argument of the attribute: give the parameter another name"),
                );
                taken = taken.or(Some(parameter));
                continue;
            }
            let function = format_ident!("__axis_{}", matched.len());
            let Some(axis) = axes.iter().find(|axis| axis.parameter == **parameter) else {
                match (cases, taken) {
                    (Some(_), None) => {
                        is_lent(parameter, ty, errors);
                        matched.push(MatchedAxis::of_cases(parameter, function, ty.clone()));
                        taken = Some(parameter);
                    }
                    (Some(_), Some(first)) => {
                        let message = format!(
                            "no values for `{parameter}`: add the axis `{parameter}(…)`; the cases are given to `{first}`"
                        );
                        errors.at(parameter, message);
                    }
                    (None, _) => {
                        errors.at(parameter, format!("no values for `{parameter}`: add the axis `{parameter}(…)`"));
                    }
                }
                continue;
            };
            if axis.values.is_empty() && !axis.faulty {
                errors.at(&axis.parameter, format!("axis `{parameter}` has no values"));
            }
            let labels: Vec<_> = axis.values.iter().map(|it| errors.keep(label(parameter, it))).collect();
            labels_are_distinct(axis, &labels, errors);
            for it in &axis.values {
                errors.keep(is_of_the_type(it, ty));
            }
            let labels = labels.into_iter().flatten().collect();
            let values = axis.values.iter().map(|it| value(it, ty)).collect();
            let uses = axis.values.iter().map(|it| it.uses.clone()).collect();
            let tolerances: Vec<_> = axis.values.iter().map(|it| it.tolerance.clone()).collect();
            if let Some(first) = tolerances.iter().flatten().next() {
                if by_tolerance {
                    let message =
                        "the values of one axis only may set tolerances: else it is not clear which one holds";
                    errors.at(&first.name, message);
                }
                by_tolerance = true;
            }
            let constants = axis.values.iter().map(|it| it.expects_constant.clone()).collect();
            matched.push(MatchedAxis {
                parameter,
                is_data: false,
                function,
                ty: ty.clone(),
                labels,
                values,
                uses,
                tolerances,
                constants,
            });
        }
        if let (Some(cases), None) = (cases, taken) {
            errors.at(&cases.name, "no parameter takes the case: add one that no axis gives values to, `case: &T`");
        }
        matched
    }
}

/// Refuses what a check cannot be: `const`, `unsafe`, `extern`, variadic or generic.
fn qualifiers(function: &ItemFn, errors: &mut Errors) {
    let signature = &function.sig;
    if let Some(token) = &signature.constness {
        errors.at(token, "a check is not `const`: a backend is opened only when the check runs");
    }
    match &signature.safety {
        Safety::Unsafe(token) => {
            errors.at(token, "a check is not `unsafe`: put an `unsafe { … }` block into it, around what needs one");
        }
        Safety::Safe(token) => errors.at(token, "a check is not `safe`: remove the word"),
        Safety::Default => {}
    }
    if let Some(abi) = &signature.abi {
        errors.at(abi, "a check is called by Rust, and its panics are caught: remove the `extern`");
    }
    if let Some(variadic) = &signature.variadic {
        errors.at(variadic, "a check takes the backend and one parameter for each axis: remove the `...`");
    }
    let lifetime = |parameter: &GenericParam| matches!(parameter, GenericParam::Lifetime(_));
    if !signature.generics.params.iter().all(lifetime) {
        errors.at(&signature.generics, "a check is not generic: every backend is given as the same trait object");
    }
}

/// The type of the backend, behind the reference.
fn subject<'a>(ty: &'a Type, errors: &mut Errors) -> Option<&'a Type> {
    if let Some(opaque) = impl_trait(ty) {
        let bounds = opaque.bounds.to_token_stream();
        // `&dyn A + B` does not parse.
        let dynamic = if opaque.bounds.len() > 1 { format!("&(dyn {bounds})") } else { format!("&dyn {bounds}") };
        errors.at(opaque, format!("every backend is given as the same trait object: write `{dynamic}`"));
        return None;
    }
    match bare(ty) {
        Type::Reference(reference) if reference.mutability.is_none() => Some(bare(&reference.elem)),
        Type::Reference(_) => {
            errors.at(
                ty,
                "the first parameter is the backend, as a shared reference: `&dyn Trait`; what calls change is behind a \
                 lock, `impl Trait for Mutex<…>`, and `#[backend(…, fresh)]` opens a backend for each cell",
            );
            None
        }
        _ => {
            errors.at(ty, "the first parameter is the backend, as a shared reference: `&dyn Trait`");
            None
        }
    }
}

/// Where the trait is named, or the type.
fn name_span(ty: &Type) -> Span {
    let trait_name = |bound: &TypeParamBound| match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last().map(|segment| segment.ident.span()),
        _ => None,
    };
    match ty {
        Type::TraitObject(object) => object.bounds.iter().find_map(trait_name).unwrap_or_else(|| ty.span()),
        Type::Path(path) => path.path.segments.last().map_or_else(|| ty.span(), |segment| segment.ident.span()),
        ty => ty.span(),
    }
}

/// Without parentheses, and without the group that a `macro_rules!` fragment is in.
fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => bare(&group.elem),
        Type::Paren(paren) => bare(&paren.elem),
        ty => ty,
    }
}

/// The first `impl Trait` of the type.
fn impl_trait(ty: &Type) -> Option<&TypeImplTrait> {
    struct Opaque<'a>(Option<&'a TypeImplTrait>);
    impl<'a> Visit<'a> for Opaque<'a> {
        fn visit_type_impl_trait(&mut self, ty: &'a TypeImplTrait) {
            self.0 = self.0.or(Some(ty));
            visit::visit_type_impl_trait(self, ty);
        }
    }
    let mut opaque = Opaque(None);
    opaque.visit_type(ty);
    opaque.0
}

/// The return type as it is meant outside of the function, where it means something there: an `impl Trait` does not.
pub fn output(ty: &Type, function: &ItemFn) -> Option<TokenStream> {
    let nameable = impl_trait(ty).is_none();
    nameable.then(|| Lifetimes::of(function).replaced(ty.to_token_stream(), "static"))
}

/// The lifetimes that the function is generic over, by name.
struct Lifetimes(Vec<String>);

impl Lifetimes {
    fn of(function: &ItemFn) -> Self {
        let names = function.sig.generics.lifetimes().map(|parameter| parameter.lifetime.ident.to_string());
        Self(names.collect())
    }

    /// The tokens of a type, with another lifetime in place of these. They are not shadowed: rustc refuses that.
    fn replaced(&self, tokens: TokenStream, by: &str) -> TokenStream {
        if self.0.is_empty() {
            return tokens;
        }
        let mut quoted = false;
        let replaced = tokens.into_iter().map(|token| match token {
            TokenTree::Group(group) => {
                let mut replaced = Group::new(group.delimiter(), self.replaced(group.stream(), by));
                replaced.set_span(group.span());
                replaced.into()
            }
            TokenTree::Ident(name) if std::mem::take(&mut quoted) && self.0.contains(&name.to_string()) => {
                Ident::new(by, name.span()).into()
            }
            token => {
                quoted = matches!(&token, TokenTree::Punct(mark) if mark.as_char() == '\'');
                token
            }
        });
        replaced.collect()
    }
}

/// An axis, and the parameter that it gives values to.
pub struct MatchedAxis<'a> {
    pub parameter: &'a Ident,
    /// Whether its values are cases that are made of data, of which nothing else is known here.
    pub is_data: bool,
    /// The function of the expansion that makes its values.
    pub function: Ident,
    pub ty: TokenStream,
    pub labels: Vec<String>,
    pub values: Vec<TokenStream>,
    pub uses: Vec<Vec<Ident>>,
    pub tolerances: Vec<Option<ToleranceArg>>,
    /// Why the value of cells with each of them may be a constant.
    pub constants: Vec<Option<Constant>>,
}

impl<'a> MatchedAxis<'a> {
    fn of_cases(parameter: &'a Ident, function: Ident, ty: TokenStream) -> Self {
        let (labels, values, uses, tolerances, constants) = Default::default();
        Self { parameter, is_data: true, function, ty, labels, values, uses, tolerances, constants }
    }
}
