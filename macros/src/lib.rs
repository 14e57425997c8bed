//! The attributes and the derive of `crosscheck`, which re-exports and documents them.

mod backend;
mod check;
mod contract;
mod element;
mod errors;
mod exclusions;
mod feature;
#[cfg(test)]
mod fuzz;
mod implements;
mod krate;
mod lens;
mod nearest;

use proc_macro::TokenStream;

/// A check: a function that takes the subject and asserts.
///
/// ```ignore
/// #[conformance(uses = "dynamic_offsets")]
/// fn slice_starts_where_the_tensor_says(kernels: &dyn Kernels) { /* … */ }
///
/// #[conformance(uses("dynamic_offsets", "float64"), n(1, 17, 1023))]
/// fn slices_of_many_lengths(kernels: &dyn Kernels, n: usize) -> Result<(), KernelError> { /* … */ }
/// ```
///
/// - `uses = "marker"` or `uses("a", "b")`: the features that it uses, resolved where they are written.
/// - `of = "matmul"`: the function of the contract that it is about; a backend that does not implement it
///   ([`macro@implements`]) is not asked.
/// - `backends("a", "b")`: the backends it is narrowed to; without it, all of them.
/// - `isolated`: its cells run in processes of their own, as those of an isolated backend do: for what is a process's and not
///   a test's, such as memory in use.
/// - `parameter(v, w, …)`: an *axis*, the values of the parameter of that name. A bare identifier is a variant or constant
///   of the parameter's type, a literal is itself, and any other expression needs a label: `size(small = Size::new(3))`. With a
///   label, an identifier is itself as well. A value may use features of its own: `n(1, 0 uses("empty_tensors"))`; one of a
///   type that implements `crosscheck::Carries` does so by itself.
///
/// On a module, `uses` and `of` hold for each check in it: `#[conformance(uses = "float64")] mod wide { … }`.
///
/// The function returns nothing or `Result<(), E>`. It stays callable as it is.
///
/// # Lints
///
/// A body that turns a skip into a pass does not compile: one that branches on what the backend is called or made of
/// (`backend_branch`) or on a `cfg` (`cfg_branch`), that returns before its end with anything but `Err(…)` (`early_return`),
/// or that asserts nothing and so cannot fail (`no_assertion`, of checks only). What a backend cannot do belongs into the
/// exclusion matrix. Where a lint is wrong, `allow(early_return, cfg_branch, reason = "…")` excuses it; an `allow` that
/// excuses nothing is an error. The lints see the body and nothing else: helper functions are not looked into, and neither is
/// the function behind `#[rstest]` with `#[test_attr(conformance(…))]`, where the attribute stands on a call of that function.
#[proc_macro_attribute]
pub fn conformance(args: TokenStream, item: TokenStream) -> TokenStream {
    check::expand(args.into(), item.into(), check::Flavour::Check).into()
}

/// A differential check: a function that takes the subject and returns a value, which is compared with the baseline's.
///
/// ```ignore
/// #[backend_matrix(dtype(F32, F16), tolerance(rtol = 1e-3, atol = 1e-4, reason = "sums of 4096 products"))]
/// fn softmax_of_large_logits(kernels: &dyn Kernels, dtype: Dtype) -> Result<Tensor, KernelError> { /* … */ }
/// ```
///
/// Takes what [`macro@conformance`] takes, and `tolerance(rtol = …, atol = …, reason = "…")`, which replaces the default of
/// the value's type; behind a value of an axis it holds for the cells of that value: `dtype(F32, F16 tolerance(…))`.
///
/// A value that agrees, where zeros, the mean of its elements, the elements moved by one or with the other sign would agree
/// as well, shows nothing: the cell is *vacuous* and fails. `expects_constant(reason = "…")` says that it has to be so.
///
/// The function returns `T` or `Result<T, E>` with `T: crosscheck::Compare`. It does not run on the baseline, which it would
/// compare with itself.
#[proc_macro_attribute]
pub fn backend_matrix(args: TokenStream, item: TokenStream) -> TokenStream {
    check::expand(args.into(), item.into(), check::Flavour::Differential).into()
}

/// A backend: a function that opens it, or says why it is not available on this machine.
///
/// ```ignore
/// #[crosscheck::backend(name = "mlx_metal", aliases("metal"))]
/// fn mlx_metal() -> Result<Box<dyn Kernels>, Unavailable> { /* … */ }
/// ```
#[proc_macro_attribute]
pub fn backend(args: TokenStream, item: TokenStream) -> TokenStream {
    backend::expand(args.into(), item.into()).into()
}

/// What a backend cannot do: a `const fn` from a feature to an `Action`.
///
/// ```ignore
/// #[crosscheck::exclusions("mlx_metal")]
/// const fn mlx_metal(feature: Feature) -> Action {
///     match feature {
///         Feature::Float64 => skip("Metal has no 64-bit floats").because(HardwareLimit),
///         Feature::DynamicOffsets => RUN,
///     }
/// }
/// ```
///
/// The compiler checks it: the function is evaluated for every feature while it compiles, a new feature makes the match
/// non-exhaustive, a shadowed row is an unreachable pattern, which is an error here, and so is a row that does not say why it
/// exists.
///
/// `#[crosscheck::exclusions("mlx_metal", all = skip("…").because(…))]` excludes the whole backend with one row. It decides
/// where no row of a feature does; a Skip beats their XFails.
#[proc_macro_attribute]
pub fn exclusions(args: TokenStream, item: TokenStream) -> TokenStream {
    exclusions::expand(args.into(), item.into()).into()
}

/// Which functions of the contract some backends implement, read off the `impl` block, so that it cannot drift.
///
/// ```ignore
/// #[crosscheck::implements("mlx_cpu", "mlx_metal")]
/// impl Kernels for Mlx { /* … */ }
/// ```
///
/// A cell of these backends whose test is about a function (`of = "…"`), or calls one, that the block leaves out is *not
/// implemented*: known before anything runs, and shown as skipped by every runner. Calls count where the test's own body
/// makes them on the backend; those of helpers count where the trait is a [`macro@contract`].
#[proc_macro_attribute]
pub fn implements(args: TokenStream, item: TokenStream) -> TokenStream {
    implements::expand(args.into(), item.into()).into()
}

/// The trait that is the contract, when it has default bodies that compute something.
///
/// ```ignore
/// #[crosscheck::contract]
/// pub trait Kernels: Send + Sync {
///     fn relu(&self, x: &Tensor) -> Tensor { reference::relu(x) }
/// }
/// ```
///
/// A check that comes to such a body on a backend whose `impl` block ([`macro@implements`]) leaves the function out ends
/// there, as *not implemented*: no check ever compares the reference with itself. Everywhere else the bodies are what they
/// are.
#[proc_macro_attribute]
pub fn contract(args: TokenStream, item: TokenStream) -> TokenStream {
    contract::expand(args.into(), item.into()).into()
}

/// What a backend may lack: an enum of variants without fields, each with a doc comment, which is the text of the report.
///
/// `#[crosscheck(tracked(NotYet, Upstream))]` on the enum demands a tracking link of every row of the exclusion matrix that
/// exists for one of these reasons; without one it does not compile.
#[proc_macro_derive(Feature, attributes(crosscheck))]
pub fn derive_feature(item: TokenStream) -> TokenStream {
    feature::expand(item.into()).into()
}
