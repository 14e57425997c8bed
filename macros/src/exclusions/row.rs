//! `#[crosscheck::exclusions]` on a constant: one row.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::ItemConst;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::args::{ExclusionsArgs, TestArg};
use super::case;
use super::source::source;
use crate::element::{Slice, element, origin, registered};
use crate::errors::Errors;

/// The constant, its check at compile time, and its registration.
pub fn expand(args: &ExclusionsArgs, constant: &ItemConst, item: &TokenStream, mut errors: Errors) -> TokenStream {
    check(args, constant, &mut errors);
    if let Some(errors) = errors.into_tokens() {
        return quote!(#errors #item);
    }
    let (backend, name) = (&args.backend, &constant.ident);
    let origin = origin(name.span());
    let hangs_on_all = args.tests.is_none() && args.uses.is_none();
    let conditional = args.applies_if.is_some();
    let (mut checks, mut imports) = (Vec::new(), TokenStream::new());
    let at = constant.expr.span();
    let tracked = match &args.subject {
        Some((_, subject)) => quote_spanned!(at=> __crosscheck::__private::Known::<#subject>::TRACKED),
        None => quote_spanned!(at=> __crosscheck::__private::None),
    };
    // What is wrong with the row is said once: by what makes it.
    let action = quote_spanned! {at=>
        __crosscheck::__private::row_apart(#name, #tracked, #hangs_on_all, #conditional)
    };
    let subject = args.subject.as_ref().map(|(_, subject)| {
        imports = quote! {
            #[allow(unused_imports, reason = "not needed where the subject is one")]
            use __crosscheck::__private::NotASubject as _;
        };
        quote_spanned!(subject.span()=> .of_subject::<#subject>())
    });
    let uses = args.uses.as_ref().map(|(_, marker)| {
        let text = marker.unraw().to_string();
        if let Some((_, subject)) = &args.subject {
            let known = quote_spanned!(marker.span()=> __crosscheck::__private::Known::<#subject>::MARKERS);
            checks.push(quote_spanned!(marker.span()=> __crosscheck::__private::check_marker(#known, #text)));
        }
        quote!(.uses(#text))
    });
    let tests = args.tests.as_ref().map(|(_, tests)| {
        let tests = tests.iter().map(|test| match test {
            TestArg::Pattern(pattern) => quote!(__crosscheck::__private::TestName::pattern(#pattern)),
            TestArg::Function(path) => {
                let written = path.to_token_stream().to_string().replace(' ', "");
                quote_spanned! {path.span()=>
                    __crosscheck::__private::TestName::function(__crosscheck::__private::id_of(&#path), #written)
                }
            }
        });
        quote!(.tests(const { &[#(#tests),*] }))
    });
    let cases = args.cases.as_ref().map(|(_, cases)| {
        let cases = case::expressions(cases);
        quote!(.cases(const { &[#(#cases),*] }))
    });
    let applies_if = args.applies_if.as_ref().map(|(_, path)| {
        let written = path.to_token_stream().to_string().replace(' ', "");
        // A closure, so that the subject is what the function takes, whatever lifetimes it leaves out.
        quote_spanned! {path.span()=>
            .applies_if(const { &__crosscheck::__private::Question::new(#written, |subject| #path(subject)) })
        }
    });
    let source = source(&args.written, ItemConst { attrs: Vec::new(), ..constant.clone() }.into_token_stream());
    let registration = element(
        &Slice::Exclusions,
        &quote! {
            __crosscheck::__private::row_element(const {
                &__crosscheck::__private::RowApart::new(#backend, #origin, #action)
                    #subject #uses #tests #cases #applies_if #source
            })
        },
    );
    registered(
        constant,
        &args.krate,
        &quote! {
            #imports
            #(const _: () = #checks;)*
            #registration
        },
    )
}

fn check(args: &ExclusionsArgs, constant: &ItemConst, errors: &mut Errors) {
    if let Some((key, _)) = &args.all {
        errors.at(
            key,
            "`all` stands beside a matrix function; a constant without `test` and `uses` is a row of the whole backend",
        );
    }
    if constant.ident == "_" {
        errors.at(&constant.ident, "a row has a name, such as `const NO_ROWS: Action = …;`");
    }
    if !constant.generics.params.is_empty() {
        errors.at(&constant.generics, "a row cannot be generic");
    }
    if let (Some(_), Some((key, _))) = (&args.tests, &args.uses) {
        errors.at(key, "a row hangs on tests or on a feature, not on both: leave one of them out");
    }
    if let (None, Some((key, _))) = (&args.tests, &args.cases) {
        errors.at(key, "`case` says which cases of a test are meant: name the test (`test = path`, `test(\"…\")`)");
    }
}
