//! `#[conformance]` and `#[backend_matrix]`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    Attribute, Expr, ExprMethodCall, FnArg, GenericParam, Ident, ItemFn, ItemMod, Macro, Pat, ReturnType, Token, Type,
};

use crate::args::{Axis, KNOWN, TestArgs, ToleranceArg, slice_of};
use crate::axis::{label, labels_are_distinct, value};
use crate::element::{Slice, element, origin, registered};
use crate::errors::Errors;
use crate::lens::{in_rust_analyzer, with_lens};
use crate::nearest::did_you_mean;
use crate::{lint, module, rstest};

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
pub fn expand(mut args: TestArgs, item: TokenStream, flavour: Flavour) -> TokenStream {
    if let Ok(module) = syn::parse2::<ItemMod>(item.clone()) {
        return module::expand(args, module);
    }
    let mut errors = std::mem::take(&mut args.errors);
    let Some(function) = errors.keep(syn::parse2::<ItemFn>(item.clone())) else {
        return errors.into_tokens().unwrap_or_default();
    };
    if let Some(rest) = rstest::misused(&function, flavour.name(), &mut errors) {
        let errors = errors.into_tokens();
        return quote!(#errors #rest);
    }
    check_attributes(&function.attrs, &mut errors);
    let signature = Signature::of(&function, &mut errors);
    let axes = signature.as_ref().map(|signature| signature.match_axes(&args.axes, &mut errors)).unwrap_or_default();
    if let (Some(tolerance), Flavour::Check) = (&args.tolerance, flavour) {
        errors.at(&tolerance.name, "`tolerance` belongs to `#[backend_matrix]`: a check asserts for itself");
    }
    if matches!((flavour, &function.sig.output), (Flavour::Differential, ReturnType::Default)) {
        let message =
            "this returns nothing that could be compared with the baseline: return the value, or use `#[conformance]`";
        errors.at(&function.sig.ident, message);
    }
    if signature.is_some() {
        lint::check(&function, flavour, &args.allowed, &mut errors);
    }
    let Some(signature) = signature.filter(|_| errors.is_empty()) else {
        let errors = errors.into_tokens();
        return quote!(#errors #item);
    };
    let registration = registration(&args, &function, &signature, &axes, flavour);
    registered(&with_lens(function), &registration)
}

fn registration(
    args: &TestArgs,
    function: &ItemFn,
    signature: &Signature<'_>,
    axes: &[MatchedAxis<'_>],
    flavour: Flavour,
) -> TokenStream {
    let (subject, name) = (signature.subject, &function.sig.ident);
    // With `r#`, as in `module_path!()`, and as rust-analyzer asks for it.
    let name_text = name.to_string();
    let origin = origin(name.span());
    let features = |markers: &[Ident]| {
        let lookup = markers.iter().map(|marker| {
            let (text, feature) = (marker.unraw().to_string(), quote!(<#subject as ::crosscheck::Subject>::Feature));
            if in_rust_analyzer() {
                // What has the span of the literal is where "go to definition" goes from there.
                return quote!({ let _ = <#feature>::#marker; ::crosscheck::__private::feature::<#feature>(#text) });
            }
            quote!(::crosscheck::__private::feature::<#feature>(#text))
        });
        quote!(&[#(#lookup),*])
    };
    let uses = features(&args.uses);
    let of = match &args.of {
        Some(function) => {
            let name = function.unraw().to_string();
            // The path is what makes a function that the contract does not have an error, at the literal.
            quote!(::core::option::Option::Some({ let _ = <#subject>::#function; #name }))
        }
        None => quote!(::core::option::Option::None),
    };
    let calls = slice_of(&calls(function, signature.name));
    let backends = match &args.backends {
        Some(names) => {
            let names = slice_of(names);
            quote!(::core::option::Option::Some(#names))
        }
        None => quote!(::core::option::Option::None),
    };
    let carried = carried(subject, axes, &features);
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
                    quote! {
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
    let registration = element(
        &Slice::Tests,
        &quote! {
            ::crosscheck::__private::Test::<#subject> {
                name: #name_text,
                origin: #origin,
                uses: #uses,
                backends: #backends,
                of: #of,
                calls: #calls,
                axes: &[#(#axis_specs),*],
                carried: #carried,
                body: #body,
            }
        },
    );
    let checks = checks(args, function, subject, axes);
    quote!(#(#checks)* #registration)
}

/// What is checked while the arguments compile, each in a constant of its own and with the span of what was written
/// throughout, so that it is said there, and once.
fn checks(
    args: &TestArgs,
    function: &ItemFn,
    subject: &Type,
    axes: &[MatchedAxis<'_>],
) -> impl Iterator<Item = TokenStream> {
    let markers = args.uses.iter().chain(axes.iter().flat_map(|axis| axis.uses.iter().flatten()));
    let markers = markers.map(|marker| {
        let text = marker.unraw().to_string();
        let feature = quote_spanned!(marker.span()=> <#subject as ::crosscheck::Subject>::Feature);
        quote_spanned!(marker.span()=> ::crosscheck::__private::check_feature::<#feature>(#text))
    });
    let backends = args
        .backends
        .iter()
        .flatten()
        .map(|name| quote_spanned!(name.span()=> ::crosscheck::__private::check_backend::<#subject>(#name)));
    let tolerance = args.tolerance.as_ref().map(|ToleranceArg { name, rtol, atol, .. }| {
        let exact = match &function.sig.output {
            ReturnType::Type(_, ty) if is_nameable(ty, function) => {
                quote_spanned!(name.span()=> <#ty as ::crosscheck::__private::Output>::EXACT)
            }
            _ => quote!(false),
        };
        quote_spanned!(name.span()=> ::crosscheck::__private::check_tolerance(#exact, #rtol, #atol))
    });
    let checks: Vec<_> = markers.chain(backends).chain(tolerance).collect();
    checks.into_iter().map(|check| quote!(const _: () = #check;))
}

/// Whether a return type means the same outside of the function: it has no `impl Trait`, and names no parameter.
fn is_nameable(ty: &Type, function: &ItemFn) -> bool {
    struct Opaque(bool);
    impl Visit<'_> for Opaque {
        fn visit_type_impl_trait(&mut self, _: &syn::TypeImplTrait) {
            self.0 = true;
        }
    }
    let mut opaque = Opaque(false);
    opaque.visit_type(ty);
    !opaque.0 && function.sig.generics.params.is_empty()
}

/// What the values of the axes carry: by their type, and by what is written beside them.
fn carried(subject: &Type, axes: &[MatchedAxis<'_>], features: &dyn Fn(&[Ident]) -> TokenStream) -> TokenStream {
    if axes.is_empty() {
        return quote!(::core::option::Option::None);
    }
    let feature = quote!(<#subject as ::crosscheck::Subject>::Feature);
    let written = axes.iter().map(|axis| {
        let values = axis.uses.iter().map(|uses| features(uses));
        quote!(&[#(#values),*])
    });
    let of_type = axes.iter().enumerate().map(|(at, axis)| {
        let (ty, values) = (axis.ty, axis.values.iter().enumerate().map(|(number, value)| quote!(#number => #value,)));
        quote! {
            #at => ::crosscheck::__private::Probe::<#ty, #feature>::new().carried(|| {
                let value: #ty = match value {
                    #(#values)*
                    _ => ::core::unreachable!("crosscheck asks only for values of the axis"),
                };
                value
            }),
        }
    });
    quote! {{
        const WRITTEN: &[&[&[#feature]]] = &[#(#written),*];
        ::core::option::Option::Some(|axis, value| {
            #[allow(unused_imports, reason = "not called where the type carries features itself")]
            use ::crosscheck::__private::CarriesNothing as _;
            let mut features = match axis {
                #(#of_type)*
                _ => ::core::unreachable!("crosscheck asks only for axes of the test"),
            };
            features.extend_from_slice(WRITTEN[axis][value]);
            features
        })
    }}
}

/// The functions that the body calls on the subject, as far as its own text shows.
fn calls(function: &ItemFn, subject: Option<&Ident>) -> Vec<String> {
    struct Calls<'a> {
        subject: &'a Ident,
        found: Vec<String>,
    }
    impl<'ast> Visit<'ast> for Calls<'_> {
        fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
            if matches!(&*call.receiver, Expr::Path(path) if path.path.is_ident(self.subject)) {
                let name = call.method.unraw().to_string();
                if !self.found.contains(&name) {
                    self.found.push(name);
                }
            }
            visit::visit_expr_method_call(self, call);
        }
        fn visit_macro(&mut self, invocation: &'ast Macro) {
            let arguments = Punctuated::<Expr, Token![,]>::parse_terminated;
            if let Ok(arguments) = invocation.parse_body_with(arguments) {
                let mut inner = Calls { subject: self.subject, found: std::mem::take(&mut self.found) };
                arguments.iter().for_each(|argument| inner.visit_expr(argument));
                self.found = inner.found;
            }
        }
    }
    let Some(subject) = subject else { return Vec::new() };
    let mut calls = Calls { subject, found: Vec::new() };
    calls.visit_block(&function.block);
    calls.found
}

/// What the runner calls: the subject, and one parameter an axis.
struct Signature<'a> {
    /// What the body calls the subject, where that is a name.
    name: Option<&'a Ident>,
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
    fn match_axes(&self, axes: &[Axis], errors: &mut Errors) -> Vec<MatchedAxis<'a>> {
        for axis in axes {
            if !self.parameters.iter().any(|(parameter, _)| **parameter == axis.parameter) {
                let name = &axis.parameter;
                let parameters: Vec<_> = self.parameters.iter().map(|(parameter, _)| parameter.to_string()).collect();
                let hint = did_you_mean(&name.to_string(), parameters.iter().map(String::as_str).chain(KNOWN));
                errors.at(name, format!("no parameter is named `{name}`{hint} (an axis gives values to a parameter)"));
            }
        }
        let mut matched = Vec::new();
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
            if axis.values.is_empty() {
                errors.at(&axis.parameter, format!("axis `{parameter}` has no values"));
            }
            let labels: Vec<_> = axis.values.iter().map(|it| errors.keep(label(parameter, it))).collect();
            labels_are_distinct(axis, &labels, errors);
            let labels = labels.into_iter().flatten().collect();
            let values = axis.values.iter().map(|it| value(it, ty)).collect();
            let uses = axis.values.iter().map(|it| it.uses.clone()).collect();
            matched.push(MatchedAxis { parameter, ty, labels, values, uses });
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
    ty: &'a Type,
    labels: Vec<String>,
    values: Vec<TokenStream>,
    uses: Vec<Vec<Ident>>,
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
