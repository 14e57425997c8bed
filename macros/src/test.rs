//! `#[conformance]` and `#[backend_matrix]`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, FnArg, GenericParam, Ident, ItemFn, Pat, ReturnType, Type};

use crate::args::{Axis, TestArgs, slice_of};
use crate::axis::{label, labels_are_distinct, value};
use crate::element::{Slice, element, origin, registered};
use crate::errors::Errors;

/// Which of the two.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    Check,
    Differential,
}

/// The function, and its registration.
pub fn expand(mut args: TestArgs, item: TokenStream, flavour: Flavour) -> TokenStream {
    let mut errors = std::mem::take(&mut args.errors);
    let Some(function) = errors.keep(syn::parse2::<ItemFn>(item.clone())) else {
        return errors.into_tokens().unwrap_or_default();
    };
    check_attributes(&function.attrs, &mut errors);
    let signature = Signature::of(&function, &mut errors);
    let axes = signature.as_ref().map(|signature| signature.match_axes(&args.axes, &mut errors)).unwrap_or_default();
    if let (Some(tolerance), Flavour::Check) = (&args.tolerance, flavour) {
        errors.at(&tolerance.name, "`tolerance` belongs to `#[backend_matrix]`: a check asserts for itself");
    }
    let Some(signature) = signature.filter(|_| errors.is_empty()) else {
        let errors = errors.into_tokens();
        return quote!(#errors #item);
    };
    let registration = registration(&args, &function, &signature, &axes, flavour);
    registered(&function, &registration)
}

fn registration(
    args: &TestArgs,
    function: &ItemFn,
    signature: &Signature<'_>,
    axes: &[MatchedAxis<'_>],
    flavour: Flavour,
) -> TokenStream {
    let (subject, name) = (signature.subject, &function.sig.ident);
    let name_text = name.unraw().to_string();
    let origin = origin(name.span());
    let uses = args.uses.iter().map(|marker| {
        // With the span of the literal throughout, rustc's "no such constant" and its suggestion point there.
        quote_spanned!(marker.span()=> <<#subject as ::crosscheck::Subject>::Feature>::#marker)
    });
    let backends = match &args.backends {
        Some(names) => {
            let names = slice_of(names);
            quote!(::core::option::Option::Some(#names))
        }
        None => quote!(::core::option::Option::None),
    };
    let axis_specs = axes.iter().map(|axis| {
        let (name, labels) = (axis.parameter.unraw().to_string(), slice_of(&axis.labels));
        quote!(::crosscheck::__private::AxisSpec { name: #name, labels: #labels })
    });
    let arguments = signature.parameters.iter().map(|(parameter, ty)| {
        let at = axes.iter().position(|axis| axis.parameter == *parameter).unwrap_or_default();
        let arms = axes.iter().filter(|axis| axis.parameter == *parameter).flat_map(|axis| axis.values.iter());
        let arms = arms.enumerate().map(|(number, value)| quote!(#number => #value,));
        quote! {{
            let value: #ty = match case[#at] {
                #(#arms)*
                _ => ::core::unreachable!("crosscheck plans only values of the axis"),
            };
            value
        }}
    });
    // What the body returns is judged where its type stands.
    let output = match &function.sig.output {
        ReturnType::Default => name.span(),
        ReturnType::Type(_, ty) => ty.span(),
    };
    // The parameters of the closures have the macro's own span: in a user's `macro_rules!` the other one is of another hygiene.
    let parameters = quote!(subject, case);
    let subject_parameter = quote!(subject);
    let call = quote_spanned!(output=> #name(#subject_parameter #(, #arguments)*));
    let body = match flavour {
        Flavour::Check => {
            let verdict = quote_spanned!(output=> ::crosscheck::__private::Verdict::verdict);
            quote!(::crosscheck::__private::Body::Check(|#parameters| { let _ = case; #verdict(#call) }))
        }
        Flavour::Differential => {
            let tolerance = match &args.tolerance {
                Some(tolerance) => {
                    let (rtol, atol, reason) = (&tolerance.rtol, &tolerance.atol, &tolerance.reason);
                    quote_spanned! {tolerance.name.span()=>
                        ::core::option::Option::Some(::crosscheck::__private::tolerance(#rtol, #atol, #reason))
                    }
                }
                None => quote!(::core::option::Option::None),
            };
            let into = quote_spanned!(output=> ::crosscheck::__private::Output::output);
            quote! {
                ::crosscheck::__private::Body::Differential {
                    run: |#parameters| { let _ = case; #into(#call) },
                    tolerance: #tolerance,
                }
            }
        }
    };
    element(
        &Slice::Tests,
        &quote! {
            ::crosscheck::__private::Test::<#subject> {
                name: #name_text,
                origin: #origin,
                uses: &[#(#uses),*],
                backends: #backends,
                axes: &[#(#axis_specs),*],
                body: #body,
            }
        },
    )
}

/// What the runner calls: the subject, and one parameter an axis.
struct Signature<'a> {
    subject: &'a Type,
    parameters: Vec<(&'a Ident, &'a Type)>,
}

impl<'a> Signature<'a> {
    fn of(function: &'a ItemFn, errors: &mut Errors) -> Option<Self> {
        let signature = &function.sig;
        if let Some(token) = &signature.asyncness {
            errors.at(token, "a check is not async: block on the future inside of it");
        }
        let lifetime = |parameter: &GenericParam| matches!(parameter, GenericParam::Lifetime(_));
        if !signature.generics.params.iter().all(lifetime) {
            errors.at(&signature.generics, "a check is not generic: every backend is given as the same trait object");
        }
        let mut inputs = signature.inputs.iter();
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
        Some(Self { subject: subject?, parameters })
    }

    /// Pairs the axes with the parameters, in the order of the parameters.
    fn match_axes(&self, axes: &[Axis], errors: &mut Errors) -> Vec<MatchedAxis<'a>> {
        for axis in axes {
            if !self.parameters.iter().any(|(parameter, _)| **parameter == axis.parameter) {
                let name = &axis.parameter;
                errors.at(name, format!("no parameter is named `{name}`: an axis gives values to a parameter"));
            }
        }
        let mut matched = Vec::new();
        for (parameter, ty) in &self.parameters {
            if matches!(parameter.to_string().as_str(), "uses" | "backends" | "tolerance") {
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
            if axis.values.is_empty() {
                errors.at(&axis.parameter, format!("axis `{parameter}` has no values"));
            }
            let labels: Vec<_> = axis.values.iter().map(|it| errors.keep(label(parameter, it))).collect();
            labels_are_distinct(axis, &labels, errors);
            let labels = labels.into_iter().flatten().collect();
            let values = axis.values.iter().map(|it| value(it, ty)).collect();
            matched.push(MatchedAxis { parameter, labels, values });
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

struct MatchedAxis<'a> {
    parameter: &'a Ident,
    labels: Vec<String>,
    values: Vec<TokenStream>,
}

/// libtest's own attributes would do something else than they seem to.
fn check_attributes(attributes: &[Attribute], errors: &mut Errors) {
    for attribute in attributes {
        let Some(name) = attribute.path().get_ident().map(ToString::to_string) else { continue };
        match name.as_str() {
            "test" => errors.at(attribute, "a conformance test is registered by crosscheck: remove `#[test]`"),
            "ignore" => {
                errors.at(attribute, "`#[ignore]` is not known here: exclude the feature in the matrix instead")
            }
            "should_panic" => {
                errors.at(attribute, "`#[should_panic]` is not known here: expect the failure in the matrix instead");
            }
            _ => {}
        }
    }
}
