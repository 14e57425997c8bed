//! What a function has to look like to be a check, and its axes.

use proc_macro2::TokenStream;
use syn::{FnArg, GenericParam, Ident, ItemFn, Pat, Type};

use crate::check::args::{Axis, KNOWN, ToleranceArg};
use crate::check::axis::{label, labels_are_distinct, value};
use crate::errors::Errors;
use crate::nearest::did_you_mean;

/// What the runner calls: the subject, and one parameter an axis.
pub struct Signature<'a> {
    /// What the body calls the subject, where that is a name.
    pub name: Option<&'a Ident>,
    pub subject: &'a Type,
    pub parameters: Vec<(&'a Ident, &'a Type)>,
}

impl<'a> Signature<'a> {
    pub fn of(function: &'a ItemFn, errors: &mut Errors) -> Option<Self> {
        let signature = &function.sig;
        if let Some(token) = &signature.asyncness {
            errors.at(token, "a check is not async: block on the future inside of it");
        }
        let lifetime = |parameter: &GenericParam| matches!(parameter, GenericParam::Lifetime(_));
        if !signature.generics.params.iter().all(lifetime) {
            errors.at(&signature.generics, "a check is not generic: every backend is given as the same trait object");
        }
        let mut inputs = signature.inputs.iter();
        let name = signature.inputs.first().and_then(|input| match input {
            FnArg::Typed(parameter) => match &*parameter.pat {
                Pat::Ident(pattern) => Some(&pattern.ident),
                _ => None,
            },
            FnArg::Receiver(_) => None,
        });
        let subject = match inputs.next() {
            Some(FnArg::Typed(parameter)) => match ungrouped(&parameter.ty) {
                Type::Reference(reference) if reference.mutability.is_none() => Some(&*reference.elem),
                ty => {
                    errors.at(ty, "the first parameter is the backend, as a shared reference: `&dyn Trait`");
                    None
                }
            },
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
                Pat::Ident(pattern) => Some((&pattern.ident, &*parameter.ty)),
                pattern => {
                    errors.at(pattern, "a parameter needs a name: it is the name of its axis");
                    None
                }
            },
            FnArg::Receiver(_) => None,
        });
        let parameters = parameters.collect();
        Some(Self { name, subject: subject?, parameters })
    }

    /// Pairs the axes with the parameters, in the order of the parameters.
    pub fn match_axes(&self, axes: &[Axis], errors: &mut Errors) -> Vec<MatchedAxis<'a>> {
        for axis in axes {
            if !self.parameters.iter().any(|(parameter, _)| **parameter == axis.parameter) {
                let name = &axis.parameter;
                let parameters: Vec<_> = self.parameters.iter().map(|(parameter, _)| parameter.to_string()).collect();
                let hint = did_you_mean(&name.to_string(), parameters.iter().map(String::as_str).chain(KNOWN));
                errors.at(name, format!("no parameter is named `{name}`{hint} (an axis gives values to a parameter)"));
            }
        }
        let (mut matched, mut by_tolerance) = (Vec::new(), false);
        for (parameter, ty) in &self.parameters {
            if KNOWN.contains(&parameter.to_string().as_str()) {
                errors.at(
                    parameter,
                    format!("`{parameter}` is an argument of the attribute: give the parameter another name"),
                );
                continue;
            }
            let Some(axis) = axes.iter().find(|axis| axis.parameter == **parameter) else {
                errors.at(parameter, format!("no values for `{parameter}`: add the axis `{parameter}(…)`"));
                continue;
            };
            if axis.values.is_empty() && !axis.faulty {
                errors.at(&axis.parameter, format!("axis `{parameter}` has no values"));
            }
            let labels: Vec<_> = axis.values.iter().map(|it| errors.keep(label(parameter, it))).collect();
            labels_are_distinct(axis, &labels, errors);
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
            matched.push(MatchedAxis { parameter, ty, labels, values, uses, tolerances });
        }
        matched
    }
}

/// The type that a `macro_rules!` fragment stands for.
fn ungrouped(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungrouped(&group.elem),
        ty => ty,
    }
}

/// An axis, and the parameter that it gives values to.
pub struct MatchedAxis<'a> {
    pub parameter: &'a Ident,
    pub ty: &'a Type,
    pub labels: Vec<String>,
    pub values: Vec<TokenStream>,
    pub uses: Vec<Vec<Ident>>,
    pub tolerances: Vec<Option<ToleranceArg>>,
}
