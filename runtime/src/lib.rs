//! Write a check once, say which features it uses, state in one place what each backend cannot do, and run every check
//! on every backend under `cargo test` or `cargo nextest`.
//!
//! The tour is the page `docs/src/tour.md` of the repository; the pieces are:
//!
//! - [`Subject`]: the contract under test, and [`Feature`]: what a backend of it may lack.
//! - [`conformance`](macro@conformance) and [`backend_matrix`](macro@backend_matrix): a check, and one whose value is
//!   compared with the baseline's.
//! - [`backend`](macro@backend): an implementation of the contract.
//! - [`exclusions`](macro@exclusions): what a backend cannot do, in [`Action`]s made by [`RUN`], [`skip`] and [`xfail`].
//! - [`main!`](crate::main!): the test executable; [`run_conformance`]: the same checks in an ordinary `#[test]`.
//!
//! Data flows one way: what the attributes register ([`registry`], as plain data [`spec`]) is planned ([`plan`]), executed ([`execute`]), judged
//! ([`judge`]), recorded ([`record`]) and reported ([`report`]).

// The attributes expand to paths that begin with `::crosscheck`.
extern crate self as crosscheck;

pub mod compare;
#[cfg(feature = "harness")]
mod conformance;
mod execute;
#[cfg(feature = "harness")]
#[doc(hidden)]
pub mod harness;
#[cfg(feature = "harness")]
mod judge;
mod nearest;
#[cfg(feature = "harness")]
mod plan;
#[cfg(feature = "harness")]
pub mod record;
mod registry;
#[cfg(feature = "harness")]
#[doc(hidden)]
pub mod report;
#[cfg(feature = "harness")]
mod session;
mod suite;

#[doc(hidden)]
pub mod __private;
#[doc(hidden)]
pub mod internals;

pub use compare::Compare;
#[cfg(feature = "harness")]
pub use conformance::{Conformance, ConformanceError, ConformanceReport, run_conformance};
pub use crosscheck_macros::{Feature, backend, backend_matrix, conformance, contract, exclusions, implements};
pub use execute::context::{is_expected_to_fail, seed};
#[cfg(feature = "harness")]
pub use judge::Outcome;
pub use registry::{OpenError, open};
pub use suite::action::{Action, Debt, Failure, RUN, flaky, skip, xfail};
pub use suite::date::Date;
pub use suite::subject::{Carries, Feature, Receipt, Subject, Unavailable};

/// Makes a test executable (`harness = false`) out of the crates that hold checks, backends and exclusions.
///
/// ```ignore
/// crosscheck::main!(my_kernels, my_backend);
/// ```
///
/// Naming a crate is what makes the linker keep it: a crate that no code mentions contributes nothing, silently. A named
/// crate that registers nothing is therefore an error.
///
/// An executable that holds a part of a suite on purpose says so, so that the rows of the matrix that decide on nothing
/// here are no error: `crosscheck::main!(my_kernels; partial = "the slow half runs in `conformance`")`.
#[cfg(feature = "harness")]
#[macro_export]
macro_rules! main {
    ($($krate:ident),* $(,)?) => {
        $crate::main!(@ $crate::__private::None; $($krate),*);
    };
    ($($krate:ident),* $(,)?; partial = $reason:literal) => {
        $crate::main!(@ $crate::__private::Some($crate::__private::reason($reason)); $($krate),*);
    };
    (@ $partial:expr; $($krate:ident),*) => {
        $(use $krate as _;)*

        fn main() -> ::std::process::ExitCode {
            let own = $crate::harness::Executable {
                package: ::core::env!("CARGO_PKG_NAME"),
                target: ::core::env!("CARGO_CRATE_NAME"),
                partial: const { $partial },
            };
            $crate::harness::main(own, &[$(::core::stringify!($krate)),*])
        }
    };
}

/// Makes a file that checks compare with a part of what the suite is made of, so that records of runs with another one cannot be
/// merged with those of this one.
///
/// ```
/// static GOLDENS: &[u8] = b"1 2 3"; // include_bytes!("goldens.safetensors")
/// crosscheck::fixture!("goldens.safetensors", GOLDENS);
/// ```
#[macro_export]
macro_rules! fixture {
    ($name:literal, $bytes:expr $(,)?) => {
        const _: () = {
            #[$crate::__private::linkme::distributed_slice($crate::__private::FIXTURES)]
            #[linkme(crate = $crate::__private::linkme)]
            static ELEMENT: ::core::option::Option<&'static $crate::__private::Fixture> =
                ::core::option::Option::Some(&$crate::__private::Fixture { name: $name, bytes: $bytes });
        };
    };
}
