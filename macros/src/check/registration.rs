//! What is registered of a check.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{GenericArgument, Ident, ItemFn, PathArguments, ReturnType, Type};

use super::Flavour;
use super::args::{Constant, TestArgs};
use super::calls::calls;
use super::signature::{MatchedAxis, Signature, output};
use super::tolerance::optional;
use crate::element::{Slice, element, origin, slice_of};
use crate::feature::hash;
use crate::krate::{all_at, local};
use crate::lens::in_rust_analyzer;

/// The element, the functions that make the values of its axes, and what is checked while they compile.
pub fn registration(
    args: &TestArgs,
    function: &ItemFn,
    signature: &Signature<'_>,
    axes: &[MatchedAxis<'_>],
    points: Option<&[Span]>,
    flavour: Flavour,
) -> TokenStream {
    // Everything that needs a subject has the span of its name, so that rustc reports a missing `impl Subject` once.
    let at = Span::call_site().located_at(signature.subject_span);
    let (subject, name) = (&all_at(signature.subject.clone(), at), &function.sig.ident);
    // With `r#`, as in `module_path!()`, and as rust-analyzer asks for it.
    let name_text = name.to_string();
    let origin = origin(name.span());
    let body = body(args, function, subject, at, axes, flavour);
    let uses = (!args.uses.is_empty()).then(|| {
        let markers = markers(subject, at, &args.uses);
        quote_spanned!(at=> .uses(#markers))
    });
    let of = args.of.as_ref().map(|function| {
        let name = function.unraw().to_string();
        // The path is what makes a function that the contract does not have an error, at the literal.
        quote_spanned!(at=> .of({ let _ = <#subject>::#function; #name }))
    });
    let calls = calls(function, signature.name);
    let calls = (!calls.is_empty()).then(|| {
        let calls = slice_of(&calls);
        quote_spanned!(at=> .calls(#calls))
    });
    let backends = args.backends.as_ref().map(|names| {
        let names = slice_of(names);
        quote_spanned!(at=> .backends(#names))
    });
    let points = points.map(|points| {
        // A call that this attribute has written says of itself that it comes from the line of the attribute.
        let lines = [Span::call_site()].into_iter().chain(points.iter().copied());
        let lines = lines.map(|at| quote_spanned!(at=> ::core::line!()));
        quote_spanned!(at=> .points(&[#(#lines),*]))
    });
    let isolated = args.isolated.as_ref().map(|_| quote_spanned!(at=> .isolated()));
    let timeout = args
        .timeout
        .map(|milliseconds| quote_spanned!(at=> .timeout(::core::time::Duration::from_millis(#milliseconds))));
    let tags = (!args.tags.is_empty()).then(|| {
        let tags = slice_of(&args.tags);
        quote_spanned!(at=> .tags(#tags))
    });
    let cases = axes.iter().enumerate().find(|(_, axis)| axis.is_data).zip(args.cases.as_ref());
    let cases = cases.map(|((number, axis), cases)| {
        let cases = cases.registered(number, axis.parameter, at);
        quote_spanned!(at=> .cases(#cases))
    });
    let of_axes = axes.iter().any(|axis| !axis.is_data).then(|| {
        let specs = axes.iter().filter(|axis| !axis.is_data).map(|axis| {
            let (name, labels) = (axis.parameter.unraw().to_string(), slice_of(&axis.labels));
            quote_spanned!(at=> __crosscheck::__private::AxisSpec::new(#name, #labels))
        });
        let implied = implied(subject, at, axes);
        quote_spanned!(at=> .axes(const { &[#(#specs),*] }).implied(#implied))
    });
    let new = quote_spanned! {at=>
        __crosscheck::__private::NewTest::new(#name_text, #origin, #body)
            .function(__crosscheck::__private::id_of(&#name))
            #uses #backends #isolated #timeout #tags #of #calls #points #cases #of_axes
    };
    let test = quote_spanned!(at=> __crosscheck::__private::test::<#subject>(#new));
    let element = element(&Slice::Tests, &quote_spanned!(at=> ::core::option::Option::Some(&#test)));
    let of_values = axes.iter().filter(|axis| !axis.is_data);
    let (values, checks) = (of_values.map(values), checks(args, function, &signature.subject, axes, flavour));
    let import = (!checks.is_empty()).then(|| {
        quote_spanned! {at=>
            #[allow(unused_imports, reason = "not needed where the subject is one")]
            use __crosscheck::__private::NotASubject as _;
        }
    });
    quote_spanned!(at=> #(#values)* #import #(const _: () = #checks;)* #element)
}

/// The type of the features.
fn feature(subject: &TokenStream, at: Span) -> TokenStream {
    quote_spanned!(at=> <#subject as __crosscheck::Subject>::Feature)
}

/// These markers, which name features.
fn markers(subject: &TokenStream, at: Span, markers: &[Ident]) -> TokenStream {
    let markers = markers.iter().map(|marker| {
        let text = marker.unraw().to_string();
        if in_rust_analyzer() {
            // What has the span of the literal is where "go to definition" goes from there.
            let feature = feature(subject, at);
            return quote_spanned!(at=> { let _ = <#feature>::#marker; #text });
        }
        text.into_token_stream()
    });
    quote_spanned!(at=> &[#(#markers),*])
}

/// The features of these markers, as a constant slice.
fn features(subject: &TokenStream, at: Span, markers: &[Ident]) -> TokenStream {
    let lookup = markers.iter().map(|marker| {
        let text = marker.unraw().to_string();
        let feature = feature(subject, at);
        if in_rust_analyzer() {
            // What has the span of the literal is where "go to definition" goes from there.
            return quote_spanned!(at=> { let _ = <#feature>::#marker; __crosscheck::__private::feature::<#feature>(#text) });
        }
        quote_spanned!(at=> __crosscheck::__private::feature::<#feature>(#text))
    });
    quote_spanned!(at=> const { &[#(#lookup),*] })
}

/// What is run: the function, with the values that a cell has on the axes.
fn body(
    args: &TestArgs,
    function: &ItemFn,
    subject: &TokenStream,
    at: Span,
    axes: &[MatchedAxis<'_>],
    flavour: Flavour,
) -> TokenStream {
    let name = &function.sig.ident;
    let (backend, case) = (local("subject"), local("case"));
    let arguments: Vec<_> = (0..axes.len()).map(|at| local(&format!("argument_{at}"))).collect();
    // What the body returns is judged where its type stands.
    let output = match &function.sig.output {
        ReturnType::Default => name.span(),
        ReturnType::Type(_, ty) => ty.span(),
    };
    let verdict = quote_spanned!(output=> __crosscheck::__private::Verdict::verdict);
    let call = quote_spanned!(output=> #name(#backend #(, #arguments)*));
    let call = match (&function.sig.asyncness, &args.block_on) {
        (None, _) => call,
        (Some(_), Some(block_on)) => quote_spanned!(output=> #block_on(#call)),
        (Some(_), None) => quote_spanned!(output=> <#subject as __crosscheck::Subject>::block_on(#call)),
    };
    let judged = match flavour {
        Flavour::Check => quote_spanned!(output=> #verdict(#call)),
        Flavour::Differential => quote_spanned!(output=> __crosscheck::__private::Output::output(#call)),
    };
    let run = axes.iter().zip(&arguments).enumerate().rfold(judged, |inner, (number, (axis, argument))| {
        let MatchedAxis { function: values, ty, is_data, .. } = axis;
        match args.cases.as_ref().filter(|_| *is_data) {
            Some(cases) => cases.given(number, &case, argument, ty, &inner),
            None => quote_spanned!(at=> #values(#case[#number], |#argument| #inner)),
        }
    });
    let run = quote_spanned!(at=> |#backend, #case| { let _ = #case; #run });
    let tolerance = args.tolerance.as_ref().map(|tolerance| {
        let tolerance = tolerance.value();
        quote_spanned!(at=> .tolerance(#tolerance))
    });
    let expects_constant =
        args.expects_constant.as_ref().map(|Constant { reason, .. }| quote_spanned!(at=> .expects_constant(#reason)));
    let constants = axes.iter().flat_map(|axis| &axis.constants).any(Option::is_some).then(|| {
        let of_values = axes.iter().map(|axis| {
            let reasons = axis.constants.iter().map(|constant| match constant {
                Some(Constant { reason, .. }) => quote!(::core::option::Option::Some(#reason)),
                None => quote!(::core::option::Option::None),
            });
            quote_spanned!(at=> &[#(#reasons),*])
        });
        quote_spanned!(at=> .constants(const { &[#(#of_values),*] }))
    });
    let any = axes.iter().flat_map(|axis| &axis.tolerances).any(Option::is_some);
    let of_values = any.then(|| {
        let of_values = axes.iter().map(|axis| {
            let values = axis.tolerances.iter().map(|value| optional(value.as_ref()));
            quote_spanned!(at=> &[#(#values),*])
        });
        quote_spanned!(at=> .tolerances(const { &[#(#of_values),*] }))
    });
    let body = match flavour {
        Flavour::Check if axes.is_empty() && is_plain(&function.sig) => quote_spanned! {at=>
            __crosscheck::__private::Body::<#subject>::function(&__crosscheck::__private::Function(#name, #verdict))
        },
        Flavour::Check => quote_spanned!(at=> __crosscheck::__private::Body::<#subject>::check(#run)),
        Flavour::Differential => quote_spanned!(at=> __crosscheck::__private::Body::<#subject>::differential(#run)),
    };
    quote_spanned!(at=> #body #tolerance #of_values #expects_constant #constants)
}

/// Whether a function is called as it is, and what it returns is nothing, or a `Result` of nothing with an error whose type is a
/// name: that cannot hang on how long the backend is lent to it.
fn is_plain(signature: &syn::Signature) -> bool {
    let is_nothing = |ty: &Type| matches!(ty, Type::Tuple(tuple) if tuple.elems.is_empty());
    let is_named = |ty: &Type| matches!(ty, Type::Path(path) if path.path.get_ident().is_some());
    let is_plain = |ty: &Type| {
        let Type::Path(path) = ty else { return is_nothing(ty) };
        let Some(result) = path.path.segments.last() else { return false };
        let PathArguments::AngleBracketed(arguments) = &result.arguments else { return false };
        let fits = |(at, argument): (usize, &GenericArgument)| match argument {
            GenericArgument::Type(ty) => {
                if at == 0 {
                    is_nothing(ty)
                } else {
                    is_named(ty)
                }
            }
            _ => false,
        };
        result.ident == "Result" && arguments.args.iter().enumerate().all(fits)
    };
    let output = match &signature.output {
        ReturnType::Default => true,
        ReturnType::Type(_, ty) => is_plain(ty),
    };
    output && signature.asyncness.is_none() && signature.generics.params.is_empty()
}

/// The function that makes the values of an axis and hands one on: to the body, and to what asks for the features that it
/// implies. The type of the values may hold lifetimes that only a parameter can leave out.
fn values(axis: &MatchedAxis<'_>) -> TokenStream {
    let MatchedAxis { function, ty, values, .. } = axis;
    let (at, then, value) = (local("at"), local("then"), local("value"));
    // A type has no hygiene: no type of the user's is called so.
    let result = format_ident!("__Crosscheck");
    let arms = values.iter().enumerate().map(|(number, expr)| {
        quote!(#number => {
            let #value: #ty = #expr;
            #then(#value)
        })
    });
    quote! {
        fn #function<#result>(
            #at: ::core::primitive::usize,
            #then: impl ::core::ops::FnOnce(#ty) -> #result,
        ) -> #result {
            match #at {
                #(#arms)*
                _ => ::core::unreachable!("crosscheck plans only values of the axis"),
            }
        }
    }
}

/// What the values of the axes imply: by their type, and by what is written beside them.
fn implied(subject: &TokenStream, at: Span, axes: &[MatchedAxis<'_>]) -> TokenStream {
    let feature = feature(subject, at);
    let (axis_number, position, value) = (local("axis"), local("at"), local("value"));
    let of_axes = axes.iter().enumerate().filter(|(_, axis)| !axis.is_data).map(|(number, axis)| {
        let MatchedAxis { function, ty, .. } = axis;
        let written = if axis.uses.iter().all(Vec::is_empty) {
            quote_spanned!(at=> &[])
        } else {
            let values = axis.uses.iter().map(|uses| match uses.as_slice() {
                [] => quote_spanned!(at=> &[]),
                uses => features(subject, at, uses),
            });
            quote_spanned!(at=> const { &[#(#values),*] })
        };
        // A value that implies nothing is not even made.
        quote_spanned! {at=>
            #number => __crosscheck::__private::implied(
                #written,
                #position,
                __crosscheck::__private::Probe::<#ty, #feature>::new().implies().then(|| {
                    #function(#position, |#value| __crosscheck::__private::Probe::<_, #feature>::of(&#value).implied(&#value))
                }),
            ),
        }
    });
    quote_spanned! {at=>
        |#axis_number, #position| {
            #[allow(unused_imports, reason = "not called where the type implies features itself")]
            use __crosscheck::__private::ImpliesNothing as _;
            match #axis_number {
                #(#of_axes)*
                _ => ::core::unreachable!("crosscheck asks only for axes of the test"),
            }
        }
    }
}

/// What is checked while the arguments compile, the markers in one constant and the rest each in one of its own, and with the span of
/// what was written throughout, so that it is said there, and once.
fn checks(
    args: &TestArgs,
    function: &ItemFn,
    subject: &TokenStream,
    axes: &[MatchedAxis<'_>],
    flavour: Flavour,
) -> Vec<TokenStream> {
    let markers = args.uses.iter().chain(axes.iter().flat_map(|axis| axis.uses.iter().flatten()));
    let markers = markers.map(|marker| {
        let text = marker.unraw().to_string();
        let known = quote_spanned!(marker.span()=> __crosscheck::__private::Known::<#subject>);
        let hash = hash(&text);
        quote_spanned!(marker.span()=> __crosscheck::__private::check_hashed(#known::HASHES, #hash, #known::MARKERS, #text))
    });
    let backends = args.backends.iter().flatten().map(|name| {
        let known = quote_spanned!(name.span()=> __crosscheck::__private::Known::<#subject>::BACKENDS);
        quote_spanned!(name.span()=> __crosscheck::__private::check_backend(#known, #name))
    });
    let of_values = axes.iter().flat_map(|axis| axis.tolerances.iter().flatten());
    let ty = match &function.sig.output {
        ReturnType::Type(_, ty) => output(ty, function),
        ReturnType::Default => None,
    };
    // Of a type without a name nothing can be asked.
    let compared = |at: Span| match (&ty, flavour) {
        (Some(ty), Flavour::Check) => quote_spanned!(at=> <#ty as __crosscheck::__private::Verdict>::COMPARED),
        (Some(ty), Flavour::Differential) => quote_spanned!(at=> <#ty as __crosscheck::__private::Output>::COMPARED),
        (None, _) => quote!(__crosscheck::__private::Compared::Floats),
    };
    let tolerances = args.tolerance.iter().chain(of_values);
    let tolerances = tolerances.map(|tolerance| tolerance.check(&compared(tolerance.name.span())));
    let constants = axes.iter().flat_map(|axis| axis.constants.iter().flatten());
    let constants = args.expects_constant.iter().chain(constants).map(|Constant { name, .. }| {
        let compared = compared(name.span());
        quote_spanned!(name.span()=> __crosscheck::__private::check_compared(#compared))
    });
    // Nearly each check has some, and each constant is a body more to compile. The first one that is wrong is said.
    let markers: Vec<_> = markers.collect();
    let markers = (!markers.is_empty()).then(|| quote!({ #(#markers;)* }));
    markers.into_iter().chain(backends).chain(tolerances).chain(constants).collect()
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;
    use crate::check::expand;

    #[test]
    fn the_values_of_an_axis_are_written_once() {
        let args = quote!(n(small = make_a_small_one(), large = 7), uses("a"));
        let function = quote!(
            fn check(ops: &dyn Ops, n: usize) {
                assert!(ops.run(n));
            }
        );
        let expansion = expand(args, function, Flavour::Check).to_string();
        assert_eq!(expansion.matches("make_a_small_one").count(), 1, "{expansion}");
    }
}
