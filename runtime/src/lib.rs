//! Write a check once, say which features it uses, state in one place what each backend cannot do, and run every check
//! on every backend under `cargo test` or `cargo nextest`.
//!
//! The tour is the page `docs/src/tour.md` of the repository. Other pages of this book, in the same folder: `tutorial` begins with an
//! empty folder, `adopt` and `publish` are about suites that several crates share, `from_pytest` about moving one over, `rows` and
//! `outcomes` about what a row can say and what becomes of a cell, `comparison` and `tolerances` about values, `subjects` about
//! backends with state and `async` contracts, `flags` has every flag, `linking` how checks are found, and `why` the reasons.
//!
//! The pieces are:
//!
//! - [`Subject`]: the contract under test, and [`Feature`]: what a backend of it may lack.
//! - [`conformance`](macro@conformance) and [`backend_matrix`](macro@backend_matrix): a check, and one whose value is
//!   compared with the baseline's.
//! - [`backend`](macro@backend): an implementation of the contract.
//! - [`exclusions`](macro@exclusions): what a backend cannot do, in [`Action`]s made by [`RUN`], [`skip`], [`xfail`] and others.
//! - [`main!`](crate::main!): the test executable; [`run_conformance`]: the same checks in an ordinary `#[test]`.
//!
//! Data flows one way: what is declared and registered is planned, executed, judged, recorded ([`record`]) and reported.

#[cfg(target_family = "wasm")]
compile_error!(
    "crosscheck does not run on WebAssembly: its linker keeps no sections for the checks to be found in. Run the suite on the host, with a \
     backend that starts what was built for WebAssembly"
);

// The attributes expand to paths that begin with `::crosscheck`.
extern crate self as crosscheck;

#[cfg(feature = "harness")]
mod buffer;
pub mod compare;
#[cfg(feature = "harness")]
mod conformance;
mod execute;
#[cfg(all(test, feature = "harness"))]
mod fuzz;
#[cfg(feature = "harness")]
#[doc(hidden)]
pub mod harness;
#[cfg(feature = "harness")]
mod hash;
#[cfg(feature = "harness")]
mod judge;
mod nearest;
#[cfg(feature = "harness")]
mod plan;
#[cfg(feature = "harness")]
pub mod record;
mod registry;
#[cfg(feature = "harness")]
mod report;
#[cfg(feature = "harness")]
mod screen;
#[cfg(feature = "harness")]
mod session;
#[cfg(feature = "harness")]
mod sorted;
#[doc(hidden)]
pub mod strength;
mod suite;
#[cfg_attr(not(feature = "harness"), expect(dead_code, reason = "only the harness shows what cells say"))]
mod text;

#[doc(hidden)]
pub mod __private;
#[doc(hidden)]
pub mod internals;

pub use compare::Compare;
#[cfg(feature = "harness")]
pub use conformance::{Conformance, ConformanceError, ConformanceReport, run_conformance};
/// What a backend may lack: an enum of variants without fields, each with a doc comment, which is the text of the report.
///
/// ```
/// #[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
/// #[crosscheck(tracked(NotYet, Upstream))]
/// enum Feature {
///     /// 64-bit floats.
///     Float64, // the marker "float64"
/// }
/// assert_eq!(<Feature as crosscheck::Feature>::MARKERS, ["float64"]);
/// ```
///
/// `tracked(…)` demands a tracking link of every row of the exclusion matrix that exists for one of these reasons; without one
/// the row does not compile. `#[crosscheck(crate = path)]` says where crosscheck is, if not in the dependency `crosscheck`.
pub use crosscheck_macros::Feature;
/// A helper of checks that asserts, whatever it is called.
///
/// ```
/// # trait Store: Send + Sync {
/// #     fn get(&self, key: &str) -> Option<String>;
/// # }
/// # #[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
/// # enum Feature {}
/// # impl crosscheck::Subject for dyn Store {
/// #     type Feature = Feature;
/// #     const BASELINE: &'static str = "reference";
/// # }
/// #[crosscheck::asserts]
/// fn is_gone(store: &dyn Store, key: &str) -> Result<(), String> {
///     assert_eq!(store.get(key), None);
///     Ok(())
/// }
///
/// #[crosscheck::conformance]
/// fn nothing_is_there_at_first(store: &dyn Store) -> Result<(), String> {
///     is_gone(store, "key")?;
///     Ok(())
/// }
/// ```
///
/// What it reaches counts for the check that calls it: one that ends without having reached any assertion is
/// [`Outcome::Vacuous`]. Functions whose names begin with `assert`, `check`, `expect`, `verify`, `ensure`, `require` or `compare`
/// count by themselves. `crate = path` says where crosscheck is, if not in the dependency `crosscheck`.
pub use crosscheck_macros::asserts;
/// A backend: a function that opens it, or says why it is not available on this machine.
///
/// ```
/// use crosscheck::Unavailable;
/// # trait Kernels: Send + Sync {
/// #     fn double(&self, x: f64) -> f64;
/// # }
/// # #[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
/// # enum Feature {
/// #     /// The start of a slice is known only at run time.
/// #     DynamicOffsets,
/// #     /// 64-bit floats.
/// #     Float64,
/// # }
/// # impl crosscheck::Subject for dyn Kernels {
/// #     type Feature = Feature;
/// #     const BASELINE: &'static str = "reference";
/// # }
/// # struct Metal;
/// # impl Kernels for Metal {
/// #     fn double(&self, x: f64) -> f64 {
/// #         x + x
/// #     }
/// # }
///
/// #[crosscheck::backend(name = "mlx_metal", aliases("metal"))]
/// fn mlx_metal() -> Result<Box<dyn Kernels>, Unavailable> {
///     if cfg!(target_os = "macos") { Ok(Box::new(Metal)) } else { Err(Unavailable::new("Metal needs macOS")) }
/// }
/// ```
///
/// - `name = "…"`: its name in the matrix, in the names of cells and on the command line.
/// - `aliases("…", …)`: other names that the command line accepts.
/// - `device = "…"`: its cells have the device of this name for themselves while they run.
/// - `isolated`: its cells run in processes of their own.
/// - `each = devices`: there is one for each device of the machine, `cuda_0`, `cuda_1`, …: `devices` is a function that lists them
///   without opening any (`fn() -> Vec<D>`, or a `Result<Vec<D>, Unavailable>`), and the annotated one takes a `D`. Rows, lists and
///   blocks name `cuda`, and so may the command line; a `device` is one for each as well.
/// - `fresh`: it is opened for each cell anew and dropped behind it, for what keeps state between calls. Otherwise all cells of a
///   process share one, also at a time.
/// - `crate = path`: where crosscheck is, if not in the dependency `crosscheck`.
pub use crosscheck_macros::backend;
/// A differential check: a function that takes the subject and returns a value, which is compared with the baseline's.
///
/// ```
/// use crosscheck::backend_matrix;
/// # trait Kernels: Send + Sync {
/// #     fn double(&self, x: f64) -> f64;
/// # }
/// # #[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
/// # enum Feature {
/// #     /// The start of a slice is known only at run time.
/// #     DynamicOffsets,
/// #     /// 64-bit floats.
/// #     Float64,
/// # }
/// # impl crosscheck::Subject for dyn Kernels {
/// #     type Feature = Feature;
/// #     const BASELINE: &'static str = "reference";
/// # }
///
/// #[backend_matrix(n(1, 4096), tolerance(rtol = 1e-12, atol = 0, reason = "sums of 4096 products"))]
/// fn sums(kernels: &dyn Kernels, n: usize) -> Result<f64, String> {
///     Ok((0..n).map(|x| kernels.double(x as f64 + 0.1)).sum())
/// }
/// ```
///
/// It takes the arguments of [`conformance`](macro@conformance), and:
///
/// - `tolerance(rtol = …, atol = …, reason = "…")` replaces the default tolerance of the value's type; so does
///   `tolerance(ulps = …, reason = "…")`, in units in the last place, and `tolerance(exact)`, which allows nothing (-0 agrees
///   with 0 even then, unless [`Subject::TERMS`] has [`keep_signed_zeros`](compare::Terms::keep_signed_zeros)). Behind a value
///   of an axis it holds for the cells of that value: `dtype(F32, F16 tolerance(…))`.
/// - `expects_constant(reason = "…")` says that a constant is the right answer. Without it, a comparison that zeros, the mean
///   of the elements, moved elements, the other sign or what is empty would pass as well is *vacuous*, and the cell fails; so are
///   numbers that are the same in every case. Behind a value of an axis it holds for the cells of that value:
///   `n(1, 0 expects_constant(…))`.
///
/// The function returns `T` or `Result<T, E>` with `T: crosscheck::Compare`. It does not run on the baseline, which it would
/// compare with itself.
pub use crosscheck_macros::backend_matrix;
/// A check: a function that takes the subject and asserts, or returns a value and what is expected of it.
///
/// ```
/// use crosscheck::conformance;
/// # trait Kernels: Send + Sync {
/// #     fn double(&self, x: f64) -> f64;
/// # }
/// # #[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
/// # enum Feature {
/// #     /// The start of a slice is known only at run time.
/// #     DynamicOffsets,
/// #     /// 64-bit floats.
/// #     Float64,
/// # }
/// # impl crosscheck::Subject for dyn Kernels {
/// #     type Feature = Feature;
/// #     const BASELINE: &'static str = "reference";
/// # }
///
/// #[conformance(uses = "dynamic_offsets")]
/// fn one_is_doubled(kernels: &dyn Kernels) {
///     assert_eq!(kernels.double(1.0), 2.0);
/// }
///
/// #[conformance(uses("dynamic_offsets", "float64"), n(1, 17, 1023))]
/// fn numbers_are_doubled(kernels: &dyn Kernels, n: u32) -> Result<(), String> {
///     let x = f64::from(n);
///     if kernels.double(x) == x + x { Ok(()) } else { Err(format!("{x} is not doubled")) }
/// }
/// ```
///
/// - `uses = "marker"` or `uses("a", "b")`: the features that it uses. A marker that no feature has does not compile.
/// - `of = "matmul"`: the function of the contract that it is about; it does not run on a backend that does not implement the
///   function ([`implements`](macro@implements)).
/// - `backends("a", "b")`: the backends it is narrowed to; without it, it runs on all of them.
/// - `isolated`: its cells run in processes of their own, as those of an isolated backend do. For what belongs to a process
///   and not to a test, such as memory in use.
/// - `timeout = "5s"`: how long each of its cells may take, whatever `--timeout` says; they run in processes of their own (on Unix).
/// - `tags("slow", …)`: words to select it by (`--tag "not slow"`) that are no capability of a backend.
/// - `block_on = path`: what runs the future of an `async` check to its end, such as `pollster::block_on`; without it, that is
///   [`Subject::block_on`].
/// - `parameter(v, w, …)`: an *axis*, the values of the parameter of that name. A bare identifier is a variant or constant
///   of the parameter's type, a literal is itself, and any other expression needs a label: `size(small = Size::new(3))`. With a
///   label, an identifier is itself as well. A value may use features of its own: `n(1, 0 uses("empty_tensors"))`; a value of
///   a type that implements [`Carries`] implies them.
/// - `cases = function` or `cases("folder/**/*.toml", …)`: an axis that is made of data, for the parameter that no other one gives
///   values to: what the function lists ([`Case`]), or files, given as `&str`, `&[u8]` or `&Path`. `cases(…, count = 12)` says how many
///   there have to be.
/// - `asserts(helper, reason = "…")`: a function or macro of another crate asserts, although it is not called `assert…`; for one
///   of your own, see [`asserts`](macro@asserts).
/// - `allow(lint, reason = "…")`: see below.
/// - `crate = path`: where crosscheck is, if not in the dependency `crosscheck`: a dependency with another name, or a crate
///   that re-exports it.
///
/// The function returns nothing, [`Expected`](compare::Expected), or a `Result` of either. It stays callable as it is. With an
/// `Expected`, whose two values are compared, it takes the arguments `tolerance` and `expects_constant` of
/// [`backend_matrix`](macro@backend_matrix).
///
/// On a module, `uses`, `of`, `tags`, `block_on` and `crate` hold for each check in it:
///
/// ```
/// #[crosscheck::conformance(uses = "float64")]
/// mod wide {
///     # use crate::Kernels;
///     #[crosscheck::conformance]
///     fn thirds_are_doubled(kernels: &dyn Kernels) {
///         assert_eq!(kernels.double(1.0 / 3.0), 2.0 / 3.0);
///     }
/// }
/// # trait Kernels: Send + Sync {
/// #     fn double(&self, x: f64) -> f64;
/// # }
/// # #[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
/// # enum Feature {
/// #     /// The start of a slice is known only at run time.
/// #     DynamicOffsets,
/// #     /// 64-bit floats.
/// #     Float64,
/// # }
/// # impl crosscheck::Subject for dyn Kernels {
/// #     type Feature = Feature;
/// #     const BASELINE: &'static str = "reference";
/// # }
/// # fn main() {}
/// ```
///
/// # A check that checks nothing
///
/// Each assertion counts when it is reached, and so does what decides whether the check fails (`if wrong { panic!() }`, a
/// value at the end), but no `?` by itself: a backend that does nothing refuses nothing. A check that ends without having reached
/// any is [`Outcome::Vacuous`], and fails the run: its loop was empty, or a macro has left it. Where that is meant,
/// `allow(no_assertion, reason = "…")` says why.
///
/// # Lints
///
/// A body that turns a skip into a pass does not compile: one that branches on what the backend is called or made of
/// (`backend_branch`) or on a `cfg` (`cfg_branch`), that returns early with anything but `Err(…)` (`early_return`), or that
/// asserts nothing and so cannot fail (`no_assertion`, of checks only). What a backend cannot do belongs into the exclusion
/// matrix. Where a lint is wrong, `allow(early_return, cfg_branch, reason = "…")` excuses it; an `allow` that excuses nothing
/// is an error. The lints see the body alone: not the helper functions that it calls, and not the function behind `#[rstest]`
/// with `#[test_attr(conformance(…))]`, where the attribute stands on a call of that function.
pub use crosscheck_macros::conformance;
/// The trait that is the contract: what a backend leaves out of it is *not implemented*, and `--strength` can put faults into it.
///
/// ```
/// #[crosscheck::contract]
/// trait Kernels: Send + Sync {
///     fn relu(&self, x: f64) -> f64 {
///         x.max(0.0)
///     }
/// }
/// # #[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
/// # pub enum Feature {}
/// # impl crosscheck::Subject for dyn Kernels {
/// #     type Feature = Feature;
/// #     const BASELINE: &'static str = "reference";
/// # }
/// ```
///
/// A check that calls such a body on a backend whose `impl` block ([`implements`](macro@implements)) leaves the function out
/// ends there, as *not implemented*: no check compares the reference with itself. Everywhere else the bodies do what they say.
///
/// The test executable's `--strength` puts faults into the baseline, one function and one fault at a time, and says which of them
/// no check notices. Values of one's own types take part where they implement [`Corrupt`]. `symmetric("add", …)` names functions
/// for which an exchange of two arguments is no fault.
///
/// `crate = path` says where crosscheck is, if not in the dependency `crosscheck`.
pub use crosscheck_macros::contract;
/// What a backend cannot do: a `const fn` from a feature to an [`Action`], or one row, a `const`.
///
/// ```
/// use crosscheck::{Action, Debt::HardwareLimit, RUN, skip};
/// # #[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
/// # enum Feature {
/// #     /// The start of a slice is known only at run time.
/// #     DynamicOffsets,
/// #     /// 64-bit floats.
/// #     Float64,
/// # }
///
/// #[crosscheck::exclusions("mlx_metal")]
/// const fn mlx_metal(feature: Feature) -> Action {
///     match feature {
///         Feature::Float64 => skip("Metal has no 64-bit floats").because(HardwareLimit),
///         Feature::DynamicOffsets => RUN,
///     }
/// }
/// ```
///
/// The page `rows` of the book has all that a row can say, and which one decides.
///
/// The compiler checks it: the function is evaluated for every feature while it compiles, a new feature makes the match
/// non-exhaustive, and a shadowed row (an unreachable pattern) is an error, as is a row that does not say why it exists.
///
/// `all = skip("…").because(…)` behind the name excludes the whole backend with one row. It decides where no row of a feature
/// does. `crate = path` says where crosscheck is, if not in the dependency `crosscheck`.
///
/// On a constant it is one row by itself, which any linked crate may write for any backend:
///
/// ```
/// # pub trait Kernels: Send + Sync {
/// #     fn sum(&self, x: &[f32]) -> f32;
/// #     fn has_fp64(&self) -> bool;
/// # }
/// # #[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
/// # pub enum Feature {
/// #     /// 64-bit floats.
/// #     Float64,
/// # }
/// # impl crosscheck::Subject for dyn Kernels {
/// #     type Feature = Feature;
/// #     const BASELINE: &'static str = "reference";
/// # }
/// # mod suite {
/// #     #[crosscheck::conformance(length(1, 4096))]
/// #     pub fn sums(kernels: &dyn super::Kernels, length: usize) {
/// #         assert_eq!(kernels.sum(&vec![1.0; length]), length as f32);
/// #     }
/// # }
/// use crosscheck::{Action, Debt::{HardwareLimit, Upstream}, skip, xfail};
///
/// #[crosscheck::exclusions("candle", test = suite::sums, case(length = 4096))]
/// const HALF_SUMS: Action = xfail("sums in 16 bits").because(Upstream).saying("2048");
///
/// #[crosscheck::exclusions("cuda", uses = "float64", applies_if = has_no_fp64)]
/// const NO_FP64: Action = skip("this card has no 64-bit units").because(HardwareLimit);
///
/// fn has_no_fp64(kernels: &dyn Kernels) -> bool {
///     !kernels.has_fp64()
/// }
/// # fn main() {}
/// ```
///
/// - `test = path`, `test("module::*", …)`: the checks that it hangs on, by function or by name, in which `*` stands for any part.
/// - `case(axis = value | value, …)`, `case("name*", …)`: the cases of those.
/// - `uses = "marker"`: the feature that it hangs on. Without any of these it is a row of the whole backend.
/// - `applies_if = function`: it applies where this function says so of the opened backend. See [`Subject::about`].
/// - `for dyn Trait`: it is a row of the suite of this subject, and of no other one that has the backend.
///
/// The narrowest level that says anything decides (case, test, feature, backend), and [`RUN`] takes cells out of a wider row. A
/// path that does not resolve does not compile; a name that is not there is an error when the run starts.
pub use crosscheck_macros::exclusions;
/// Which functions of the contract some backends implement, read off the `impl` block, so that it cannot drift.
///
/// ```
/// # trait Kernels: Send + Sync {
/// #     fn double(&self, x: f64) -> f64;
/// # }
/// # #[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
/// # enum Feature {
/// #     /// The start of a slice is known only at run time.
/// #     DynamicOffsets,
/// #     /// 64-bit floats.
/// #     Float64,
/// # }
/// # impl crosscheck::Subject for dyn Kernels {
/// #     type Feature = Feature;
/// #     const BASELINE: &'static str = "reference";
/// # }
/// struct Mlx;
///
/// #[crosscheck::implements("mlx_cpu", "mlx_metal")]
/// impl Kernels for Mlx {
///     fn double(&self, x: f64) -> f64 {
///         x + x
///     }
/// }
/// ```
///
/// A cell of these backends is *not implemented* if its test is about a function (`of = "…"`) that the block leaves out, or
/// calls one. The plan knows it before anything runs, and every runner shows the cell as skipped. Calls count where the test's
/// own body makes them on the backend; those of helpers count where the trait is a [`contract`](macro@contract).
/// `crate = path` behind the names says where crosscheck is, if not in the dependency `crosscheck`.
pub use crosscheck_macros::implements;
pub use execute::context::{is_expected_to_fail, seed};
#[cfg(feature = "harness")]
pub use judge::Outcome;
pub use registry::{Case, CasesError, OpenError, open};
pub use strength::{Corrupt, Corruption};
pub use suite::action::{Action, Debt, RUN, UNCLASSIFIED, baseline_wrong, flaky, skip, xfail};
pub use suite::date::Date;
pub use suite::expectation::Failure;
pub use suite::subject::{Carries, Feature, Receipt, Subject, Unavailable};

/// Makes a test executable (`harness = false`) out of the crates that hold checks, backends and exclusions.
///
/// ```no_run
/// # extern crate serde as my_kernels;
/// # extern crate serde_json as my_backend;
/// crosscheck::main!(my_kernels, my_backend);
/// ```
///
/// Naming a crate is what makes the linker keep it: a crate that no code mentions contributes nothing, silently. A named
/// crate that registers nothing is therefore an error (the page `linking` of the book).
///
/// Under libtest's harness no cell would run: there, the macro leaves a test that fails and says so. A binary or a bench that is
/// made by this macro sets `test = false`.
///
/// Two crates with tests of one name can be combined: `crosscheck::main!(suite_a, suite_b as b)` puts `b::` in front of those of
/// `suite_b`. The rows that mean them by a name need no change.
///
/// An executable that holds a part of a suite on purpose says so, so that the rows of the matrix that decide on nothing
/// here are no error: `crosscheck::main!(my_kernels; partial = "the slow half runs in `conformance`")`. One that leaves tests with
/// some tags to those who ask for them says `crosscheck::main!(my_kernels; tags = "not slow")`; `--tag EXPR` asks for others.
#[cfg(feature = "harness")]
#[macro_export]
macro_rules! main {
    ($($krate:ident $(as $name:ident)?),* $(,)? $(; $($option:ident = $value:literal),+ $(,)?)?) => {
        $(use $krate as _;)*

        // Without libtest's harness, this is not compiled; with it, `main` is not called, and no cell would run.
        #[cfg(test)]
        mod crosscheck_needs {
            #[test]
            fn harness_false() {
                ::core::panic!(
                    "no cell of `{0}` runs, because libtest is its harness: add `harness = false` to its target in Cargo.toml:\n\n\
                     [[test]]\nname = \"{0}\"\nharness = false\n",
                    ::core::env!("CARGO_CRATE_NAME"),
                );
            }
        }

        fn main() -> ::std::process::ExitCode {
            let own = const {
                $crate::harness::Executable::new(::core::env!("CARGO_PKG_NAME"), ::core::env!("CARGO_CRATE_NAME"))
                    $($(.$option($value))+)?
            };
            $crate::harness::main(
                own,
                &[$((
                    ::core::stringify!($krate),
                    // The last of the two: without a name there is none.
                    [$crate::__private::None $(, $crate::__private::Some(::core::stringify!($name)))?]
                        .as_slice()
                        .last()
                        .copied()
                        .flatten(),
                )),*],
            )
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
            static __CROSSCHECK_FIXTURE: ::core::option::Option<&'static $crate::__private::Fixture> =
                ::core::option::Option::Some(&$crate::__private::Fixture { name: $name, bytes: $bytes });
        };
    };
}
