//! `#[conformance]` and `#[backend_matrix]`.

pub mod args;
mod axis;
mod calls;
mod lint;
mod module;
mod rstest;
mod signature;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Attribute, Ident, ItemFn, ItemMod, ReturnType, Type};

use self::args::{TestArgs, ToleranceArg, slice_of};
use self::calls::calls;
use self::signature::{MatchedAxis, Signature};
use crate::element::{Slice, element, origin, registered};
use crate::errors::Errors;
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
    if flavour == Flavour::Check {
        if let Some((name, _)) = &args.expects_constant {
            errors.at(name, "`expects_constant` belongs to `#[backend_matrix]`: a check asserts for itself");
        }
        let of_values = axes.iter().flat_map(|axis| axis.tolerances.iter().flatten());
        for tolerance in args.tolerance.iter().chain(of_values) {
            errors.at(&tolerance.name, "`tolerance` belongs to `#[backend_matrix]`: a check asserts for itself");
        }
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
    let isolated = args.isolated.is_some();
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
            let tolerance = tolerance_of(args.tolerance.as_ref());
            let expects_constant = match &args.expects_constant {
                Some((_, reason)) => quote!(::core::option::Option::Some(#reason)),
                None => quote!(::core::option::Option::None),
            };
            let of_values = axes.iter().map(|axis| {
                let values = axis.tolerances.iter().map(|value| tolerance_of(value.as_ref()));
                quote!(&[#(#values),*])
            });
            let into = quote_spanned!(output=> ::crosscheck::__private::Output::output);
            quote! {
                ::crosscheck::__private::Body::Differential {
                    run: |#parameters| { let _ = case; #into(#call) },
                    tolerance: #tolerance,
                    tolerances: &[#(#of_values),*],
                    expects_constant: #expects_constant,
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
                isolated: #isolated,
                of: #of,
                calls: #calls,
                axes: &[#(#axis_specs),*],
                implied: #carried,
                body: #body,
            }
        },
    );
    let checks = checks(args, function, subject, axes);
    quote!(#(#checks)* #registration)
}

/// A tolerance as a constant, if there is one.
fn tolerance_of(tolerance: Option<&ToleranceArg>) -> TokenStream {
    match tolerance {
        Some(ToleranceArg { rtol, atol, reason, .. }) => quote! {
            ::core::option::Option::Some(::crosscheck::__private::tolerance(#rtol, #atol, #reason))
        },
        None => quote!(::core::option::Option::None),
    }
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
    let of_values = axes.iter().flat_map(|axis| axis.tolerances.iter().flatten());
    let tolerances = args.tolerance.iter().chain(of_values).map(|ToleranceArg { name, rtol, atol, .. }| {
        let exact = match &function.sig.output {
            ReturnType::Type(_, ty) if is_nameable(ty, function) => {
                quote_spanned!(name.span()=> <#ty as ::crosscheck::__private::Output>::EXACT)
            }
            _ => quote!(false),
        };
        quote_spanned!(name.span()=> ::crosscheck::__private::check_tolerance(#exact, #rtol, #atol))
    });
    let checks: Vec<_> = markers.chain(backends).chain(tolerances).collect();
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
