//! The implementation of a contract that hands each call on to a backend, and does what it is told wrong.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::{
    Attribute, FnArg, GenericParam, ItemTrait, LitStr, Pat, ReceiverKind, ReturnType, Signature, Token, TraitItem,
    TraitItemFn, Type, TypeParamBound, WherePredicate,
};

use crate::krate::{Krate, local};

/// The most pairs of arguments that are exchanged.
const PAIRS: usize = 6;

/// What is registered of a contract: the functions that can be wrong, and what makes a faulty backend, or why nothing can.
pub fn registration(contract: &ItemTrait, symmetric: &[LitStr], krate: &Krate) -> TokenStream {
    let name = &contract.ident;
    let import = krate.import();
    let text = name.unraw().to_string();
    let (made, faulty) = match wrapper(contract, symmetric) {
        Ok((functions, implementation)) => {
            (quote!(::core::result::Result::Ok((const { &[#(#functions),*] }, __faulty))), implementation)
        }
        Err(why) => (quote!(::core::result::Result::Err(#why)), TokenStream::new()),
    };
    quote! {
        #[allow(deprecated, reason = "what is deprecated is handed on as well")]
        #[allow(clippy::all, clippy::pedantic, reason = "the signatures are those of the contract")]
        const _: () = {
            #import
            #faulty
            #[__crosscheck::__private::linkme::distributed_slice(__crosscheck::__private::CONTRACTS)]
            #[linkme(crate = __crosscheck::__private::linkme)]
            static __CROSSCHECK_ELEMENT: ::core::option::Option<&'static __crosscheck::__private::Contract> =
                ::core::option::Option::Some(const {
                    &__crosscheck::__private::Contract::new(#text, ::core::any::TypeId::of::<dyn #name>, #made)
                });
        };
    }
}

/// The functions, and the type that implements the contract.
///
/// # Errors
/// Why there can be none, in words that go on behind "the contract".
fn wrapper(contract: &ItemTrait, symmetric: &[LitStr]) -> Result<(Vec<TokenStream>, TokenStream), String> {
    let debug = bounds(contract)?;
    let mut functions = Vec::new();
    let mut bodies = Vec::new();
    for item in &contract.items {
        let TraitItem::Fn(function) = item else {
            return Err("has associated types or constants".to_owned());
        };
        match Kind::of(function) {
            Kind::Left => {}
            Kind::Uncallable => {
                bodies.push(implementation(function, &quote!(::core::unreachable!("a check calls it on no `&dyn`"))))
            }
            Kind::Called => {
                let is_symmetric = symmetric.iter().any(|name| function.sig.ident.unraw() == name.value());
                let (listed, body) = faulty(function, is_symmetric);
                functions.push(listed);
                bodies.push(implementation(function, &body));
            }
        }
    }
    let (name, safety) = (&contract.ident, &contract.unsafety);
    let attributes = contract.attrs.iter().filter(|attribute| makes_futures(attribute));
    let debug = debug.then(|| {
        quote! {
            impl ::core::fmt::Debug for __CrosscheckFaulty {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    ::core::fmt::Debug::fmt(&self.0, f)
                }
            }
        }
    });
    let implementation = quote! {
        use __crosscheck::__private::strength::{
            BorrowsDefault as _, BorrowsKept as _, Defaults as _, Fails as _, FailsAgain as _, FailsByText as _, FutureOf as _,
            HasDefault as _, HasNoDefault as _, Insists as _, IsKept as _, IsNotKept as _, NeverFails as _, Spoiled as _,
            SpoiledResult as _, Succeeds as _, Whatever as _,
        };

        struct __CrosscheckFaulty(::std::boxed::Box<dyn #name>);

        #debug

        #[automatically_derived]
        #(#attributes)*
        #safety impl #name for __CrosscheckFaulty {
            #(#bodies)*
        }

        fn __faulty(instance: __crosscheck::__private::Instance) -> __crosscheck::__private::Instance {
            match instance.downcast::<::std::boxed::Box<dyn #name>>() {
                ::core::result::Result::Ok(backend) => {
                    let faulty: ::std::boxed::Box<dyn #name> = ::std::boxed::Box::new(__CrosscheckFaulty(*backend));
                    ::std::boxed::Box::new(faulty)
                }
                ::core::result::Result::Err(instance) => instance,
            }
        }
    };
    Ok((functions, implementation))
}

/// Whether the contract demands `Debug`.
///
/// # Errors
/// When it demands what is not known, or lacks what an open backend needs.
fn bounds(contract: &ItemTrait) -> Result<bool, String> {
    let clause = contract.generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let of_self = clause.filter_map(|predicate| match predicate {
        WherePredicate::Type(predicate) => match &predicate.bounded_ty {
            Type::Path(path) if path.path.is_ident("Self") => Some(&predicate.bounds),
            _ => None,
        },
        _ => None,
    });
    let bounds = contract.supertraits.iter().chain(of_self.flatten());
    let (mut send, mut sync, mut debug) = (false, false, false);
    for bound in bounds {
        let TypeParamBound::Trait(bound) = bound else { continue };
        match bound.path.segments.last().map(|segment| segment.ident.to_string()).as_deref() {
            Some("Send") => send = true,
            Some("Sync") => sync = true,
            Some("Debug") => debug = true,
            Some("Any") => {}
            name => {
                return Err(format!("demands `{}`, which a faulty backend does not have", name.unwrap_or_default()));
            }
        }
    }
    if send && sync { Ok(debug) } else { Err("is not `Send + Sync` itself".to_owned()) }
}

/// How a function is called.
enum Kind {
    /// On `&dyn Contract`.
    Called,
    /// Not on that, but an implementation needs it.
    Uncallable,
    /// Not on that, and an implementation can do without it.
    Left,
}

impl Kind {
    fn of(function: &TraitItemFn) -> Self {
        let Signature { generics, inputs, .. } = &function.sig;
        let receiver = match inputs.first() {
            Some(FnArg::Receiver(receiver)) => Some(receiver),
            _ => None,
        };
        let is_borrowed = receiver.is_some_and(|receiver| is_borrowed(&receiver.kind));
        let is_sized =
            generics.where_clause.iter().flat_map(|clause| &clause.predicates).any(|predicate| match predicate {
                WherePredicate::Type(predicate) => is_self(&predicate.bounded_ty),
                _ => false,
            });
        let is_generic = generics.params.iter().any(|parameter| !matches!(parameter, GenericParam::Lifetime(_)));
        let returns =
            !matches!(&function.sig.output, ReturnType::Type(_, output) if matches!(**output, Type::Never(_)));
        match is_borrowed && !is_sized && !is_generic && returns {
            true => Self::Called,
            false if function.default.is_some() => Self::Left,
            false => Self::Uncallable,
        }
    }
}

fn is_borrowed(kind: &ReceiverKind) -> bool {
    match kind {
        ReceiverKind::Reference(..) => true,
        ReceiverKind::Typed(_, ty) => matches!(&**ty, Type::Reference(it) if is_self(&it.elem)),
        _ => false,
    }
}

fn is_self(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.is_ident("Self"))
}

/// Attributes that make `async` functions ones that an object can have, of the trait and of each implementation.
fn makes_futures(attribute: &Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|segment| segment.ident == "async_trait")
}

/// The names of the expansion for the arguments.
fn arguments(signature: &Signature) -> Vec<(Ident, &syn::PatType)> {
    let typed = signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(typed),
        FnArg::Receiver(_) => None,
    });
    typed.enumerate().map(|(at, typed)| (local(&format!("argument_{at}")), typed)).collect()
}

/// The function with this body.
fn implementation(function: &TraitItemFn, body: &TokenStream) -> TokenStream {
    let kept = function
        .attrs
        .iter()
        .filter(|attribute| ["cfg", "track_caller", "allow"].iter().any(|known| attribute.path().is_ident(known)));
    let mut signature = function.sig.clone();
    let mut at = 0;
    signature.inputs = std::mem::take(&mut signature.inputs)
        .into_iter()
        .map(|input| match input {
            FnArg::Typed(mut typed) => {
                let name = local(&format!("argument_{at}"));
                at += 1;
                typed.attrs.clear();
                *typed.pat = Pat::Verbatim(quote!(#name));
                FnArg::Typed(typed)
            }
            receiver => receiver,
        })
        .collect::<Punctuated<_, Token![,]>>();
    quote! {
        #(#kept)*
        #signature { #body }
    }
}

/// What is known of a function, and its body.
fn faulty(function: &TraitItemFn, is_symmetric: bool) -> (TokenStream, TokenStream) {
    let signature = &function.sig;
    let (name, text) = (&signature.ident, signature.ident.unraw().to_string());
    let arguments = arguments(signature);
    let names: Vec<_> = arguments.iter().map(|(name, _)| name).collect();
    let shown = arguments.iter().enumerate().map(|(at, (_, typed))| match &*typed.pat {
        Pat::Ident(pat) => pat.ident.unraw().to_string().trim_start_matches('_').to_owned(),
        _ => format!("argument {}", at + 1),
    });
    let conditions = function.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg"));
    let listed = quote! {
        #(#conditions)*
        __crosscheck::__private::ContractFunction::new(#text, &[#(#shown),*])
    };

    let strength = quote!(__crosscheck::__private::strength);
    let output = match &signature.output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, output) => output.to_token_stream(),
    };
    let (is_unsafe, is_async) = (matches!(signature.safety, syn::Safety::Unsafe(_)), signature.asyncness.is_some());
    let call = |names: &[&Ident]| {
        let call = quote!(self.0.#name(#(#names),*));
        let call = if is_unsafe { quote!(unsafe { #call }) } else { call };
        if is_async { quote!(#call.await) } else { call }
    };
    let plain = call(&names);

    let swapped = if is_symmetric { Vec::new() } else { exchangeable(signature) };
    let swaps = swapped.iter().map(|(a, b)| {
        let mut exchanged = names.clone();
        exchanged.swap(*a, *b);
        let call = call(&exchanged);
        quote! {
            #strength::Fault::Swapped(#a, #b) => {
                #strength::strike();
                #call
            }
        }
    });
    let pairs = swapped.iter().map(|(a, b)| quote!((#a, #b)));
    let probes: Vec<_> = (0..arguments.len()).map(|at| local(&format!("probe_{at}"))).collect();
    let at: Vec<_> = (0..arguments.len()).collect();
    let (fault, probe, value, can) = (local("fault"), local("probe"), local("value"), local("can"));
    let body = quote! {
        let #probe = #strength::Probe::<#output>::new();
        #(let #probes = #strength::Probe::of(&#names);)*
        let #can = || {
            #strength::Can::new(
                (&&&&#probe).crosscheck_can_be_spoiled(),
                (&&&#probe).crosscheck_nothing().is_some(),
                (&&&&#probe).crosscheck_error(),
            )
            #(.argument((&&&#probes).crosscheck_has_default(), (&&&#probes).crosscheck_can_be_kept()))*
            #(.swapped #pairs)*
        };
        let ::core::option::Option::Some(#fault) = #strength::enter(#text, #can) else {
            return #plain;
        };
        if #fault == #strength::Fault::Nothing {
            if let ::core::option::Option::Some(#value) = (&&&#probe).crosscheck_nothing() {
                #strength::strike();
                return #value;
            }
        }
        #(
            let #names = match #fault {
                #strength::Fault::Default(#at) => (&&&#probes).crosscheck_default(#names),
                #strength::Fault::Stuck(#at) => (&&&#probes).crosscheck_first(#fault, #names),
                _ => #names,
            };
        )*
        let #value = match #fault {
            #(#swaps)*
            _ => #plain,
        };
        let #value = (&&&&#probe).crosscheck_failing(#text, #fault, #value);
        let #value = (&&&&#probe).crosscheck_spoiled(#fault, #value);
        (&&&#probe).crosscheck_pardoned(#fault, #value)
    };
    (listed, body)
}

/// The pairs of arguments that have one type, by position.
pub fn exchangeable(signature: &Signature) -> Vec<(usize, usize)> {
    let types: Vec<_> = arguments(signature).iter().map(|(_, typed)| typed.ty.to_token_stream().to_string()).collect();
    let pairs = (0..types.len()).flat_map(|a| (a + 1..types.len()).map(move |b| (a, b)));
    pairs.filter(|(a, b)| types[*a] == types[*b]).take(PAIRS).collect()
}
