//! What is under test, and what a backend of it may lack.

use std::error::Error;
use std::fmt;

use crate::compare::Terms;
use crate::suite::action::Debt;

/// A contract with several implementations: usually the trait object type of an object-safe trait.
///
/// The type *is* the identity of a suite: checks, backends and exclusions that name the same type belong together.
///
/// ```
/// trait Store: Send + Sync {
///     fn get(&self, key: &str) -> Option<String>;
/// }
///
/// /// What a store may lack.
/// #[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
/// enum Feature {
///     /// Keys longer than 255 bytes.
///     LongKeys,
/// }
///
/// impl crosscheck::Subject for dyn Store {
///     type Feature = Feature;
///     const BASELINE: &'static str = "in_memory";
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the subject of a suite",
    label = "`crosscheck::Subject` is not implemented for this",
    note = "write `impl crosscheck::Subject for {Self} {{ type Feature = …; const BASELINE: &'static str = \"…\"; }}`"
)]
pub trait Subject: Send + Sync + 'static {
    /// What a backend may lack.
    type Feature: Feature;

    /// The name of the backend whose values every other one is compared with.
    const BASELINE: &'static str;

    /// The names of all backends, where the list is closed: a `backends("…")` that names another one does not compile, and one that
    /// is not linked into a test executable is an error when it starts (unless its `main!` says that it is `partial`).
    /// Without it any crate may add a backend, and a name that no linked crate adds is an error when the run starts.
    const BACKENDS: Option<&'static [&'static str]> = None;

    /// What values have to agree in, where a test does not say otherwise: other tolerances, or stricter rules for zeros and
    /// subnormals.
    ///
    /// ```
    /// # trait Kernels: Send + Sync {}
    /// # /// None.
    /// # #[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
    /// # enum Feature {}
    /// use crosscheck::compare::{Terms, Tolerance};
    ///
    /// impl crosscheck::Subject for dyn Kernels {
    ///     type Feature = Feature;
    ///     const BASELINE: &'static str = "reference";
    ///     const TERMS: Terms<'static> = Terms::DEFAULT.f32(Tolerance::F16.because("products are taken in TF32"));
    /// }
    /// ```
    const TERMS: Terms<'static> = Terms::DEFAULT;

    /// What the backend ran on this thread since it was last asked here; `None` from a backend that keeps no account.
    ///
    /// A check whose backend shows that nothing was evaluated or refused, or that something was left to another backend,
    /// does not pass.
    fn take_receipt(&self) -> Option<Receipt> {
        None
    }

    /// Runs the future of an `async` check to its end, on the thread that calls this: what such checks need, where they name no
    /// `block_on = path` themselves. An executor of your own choice, such as `pollster` or `tokio`:
    ///
    /// ```
    /// # trait Store: Send + Sync {}
    /// # /// None.
    /// # #[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
    /// # enum Feature {}
    /// # mod pollster {
    /// #     pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    /// #         let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    /// #         match std::pin::pin!(future).poll(&mut context) {
    /// #             std::task::Poll::Ready(value) => value,
    /// #             std::task::Poll::Pending => unreachable!(),
    /// #         }
    /// #     }
    /// # }
    /// impl crosscheck::Subject for dyn Store {
    ///     type Feature = Feature;
    ///     const BASELINE: &'static str = "reference";
    ///
    ///     fn block_on<T>(future: impl Future<Output = T>) -> T {
    ///         pollster::block_on(future)
    ///     }
    /// }
    /// ```
    ///
    /// Without it, an `async` check does not compile.
    fn block_on<T>(future: impl Future<Output = T>) -> T {
        drop(future);
        const {
            panic!(
                "an `async` check needs an executor: implement `Subject::block_on`, or write `block_on = path` in the attribute"
            )
        }
    }

    /// What the opened backend says of itself: its driver, the version of the library behind it. It is asked behind each cell's
    /// turn, and where a row's condition (`applies_if`) is asked; stands in the record, and in what the backend publishes.
    fn about(&self) -> Option<String> {
        None
    }

    /// The function that a backend does not implement, when `error` says so.
    ///
    /// A cell whose body returns such an error is `NotImplemented` instead of `Failed`. By default no error means that.
    fn unimplemented_function<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a str> {
        let _ = error;
        None
    }
}

/// What a backend can show for what it ran.
///
/// ```
/// let receipt = crosscheck::Receipt::new("Apple M3").evaluations(2).refusals(1).bytes(4096);
/// assert_eq!((receipt.evaluations, receipt.bytes), (2, Some(4096)));
/// assert!(receipt.fallbacks.is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "harness", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Receipt {
    /// The device, in its own words.
    pub device: String,
    /// How many kernels were launched, or graphs evaluated.
    pub evaluations: u64,
    /// How many calls were refused before anything was evaluated.
    pub refusals: u64,
    /// What was left to another backend, in its own words.
    pub fallbacks: Vec<String>,
    /// How many bytes came out of it, where that is known.
    pub bytes: Option<u64>,
}

impl Receipt {
    /// A receipt of this device, in its own words, on which nothing was run yet.
    #[must_use]
    pub fn new(device: impl Into<String>) -> Self {
        Self { device: device.into(), evaluations: 0, refusals: 0, fallbacks: Vec::new(), bytes: None }
    }

    /// With so many kernels launched, or graphs evaluated.
    #[must_use]
    pub fn evaluations(self, evaluations: u64) -> Self {
        Self { evaluations, ..self }
    }

    /// With so many calls refused before anything was evaluated.
    #[must_use]
    pub fn refusals(self, refusals: u64) -> Self {
        Self { refusals, ..self }
    }

    /// With this left to another backend, in the backend's own words.
    #[must_use]
    pub fn fallback(mut self, what: impl Into<String>) -> Self {
        self.fallbacks.push(what.into());
        self
    }

    /// With so many bytes of results.
    #[must_use]
    pub fn bytes(self, bytes: u64) -> Self {
        Self { bytes: Some(bytes), ..self }
    }
}

/// A closed list of what a backend may lack. Derive it: `#[derive(crosscheck::Feature)]` on an enum whose variants
/// have no fields and a doc comment each.
///
/// The *marker* of a variant is its name in `snake_case`; the doc comment is what the report prints.
pub trait Feature: Copy + Eq + fmt::Debug + Send + Sync + 'static {
    /// Every feature, in the order of declaration.
    const ALL: &'static [Self];

    /// The marker of each feature, in the same order.
    const MARKERS: &'static [&'static str];

    /// The kinds of debt that must be followed up: a row of the exclusion matrix for such a reason does not compile
    /// without [`tracking`](crate::Action::tracking). None by default; `#[crosscheck(tracked(NotYet, Upstream))]` on the
    /// enum says which.
    const TRACKED: &'static [Debt] = &[];

    /// The name and the version of the crate that declares them; empty where that is not known.
    #[doc(hidden)]
    const PACKAGE: (&'static str, &'static str) = ("", "");

    /// The hash of each marker, in the same order; none where they are not known.
    #[doc(hidden)]
    const HASHES: &'static [u64] = &[];

    /// The feature's name in attributes, expressions and reports, such as `dynamic_offsets`.
    fn marker(self) -> &'static str;

    /// The feature's doc comment.
    fn description(self) -> &'static str;
}

/// A type whose values stand for features wherever they are values of an axis: a dtype, a mesh, a layout.
///
/// ```
/// # #[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
/// # enum Feature {
/// #     /// 64-bit floats.
/// #     Float64,
/// # }
/// #[derive(Clone, Copy)]
/// enum Dtype {
///     F32,
///     F64,
/// }
///
/// impl crosscheck::Carries<Feature> for Dtype {
///     fn features(&self) -> &'static [Feature] {
///         match self {
///             Self::F32 => &[],
///             Self::F64 => &[Feature::Float64],
///         }
///     }
/// }
/// ```
///
/// A backend that excludes `float64` then loses only the `f64` cells of a test over `dtype(F32, F64)`. Where the type of a value belongs to another crate,
/// the annotation says it: `n(1, 0 uses("empty_tensors"))`.
pub trait Carries<F: Feature> {
    /// The features that a cell with this value uses.
    fn features(&self) -> &'static [F];
}

/// Why a backend cannot be opened on this machine.
///
/// ```
/// let why = crosscheck::Unavailable::new("no Metal device: this is Linux");
/// assert_eq!(why.to_string(), "no Metal device: this is Linux");
/// ```
///
/// In a constructor, `?` makes one of every error, with the errors that led to it: use it where the error means that the backend is
/// not there, and panic where it means that the backend is faulty.
///
/// ```
/// use crosscheck::Unavailable;
///
/// fn port() -> Result<u16, Unavailable> {
///     let text = std::fs::read_to_string("/no/such/folder/port")?;
///     Ok(text.trim().parse()?)
/// }
///
/// assert!(port().unwrap_err().to_string().contains("o such file") || cfg!(windows));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unavailable {
    reason: String,
}

impl Unavailable {
    /// A backend that is not available for `reason`, a sentence fragment in lower case.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

/// Not an [`Error`] itself, so that it can be made of each.
impl<E: Error> From<E> for Unavailable {
    fn from(error: E) -> Self {
        let sources = std::iter::successors(error.source(), |source| (*source).source());
        Self { reason: sources.fold(error.to_string(), |reason, source| format!("{reason}: {source}")) }
    }
}

impl From<Unavailable> for Box<dyn Error + Send + Sync> {
    fn from(Unavailable { reason }: Unavailable) -> Self {
        reason.into()
    }
}

impl From<Unavailable> for Box<dyn Error> {
    fn from(Unavailable { reason }: Unavailable) -> Self {
        reason.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_can_be_why_a_backend_is_not_there() {
        #[derive(Debug, thiserror::Error)]
        #[error("no driver")]
        struct Driver(#[source] std::num::ParseIntError);

        let opened = || -> Result<(), Unavailable> {
            "x".parse::<u8>().map_err(Driver)?;
            Ok(())
        };
        let why = opened().unwrap_err();
        assert_eq!(why, Unavailable::new("no driver: invalid digit found in string"));
        // And the other way, in functions that return any error.
        let any = || -> Result<(), Box<dyn Error>> { Ok(opened()?) };
        assert_eq!(any().unwrap_err().to_string(), why.to_string());
        let any = || -> Result<(), Box<dyn Error + Send + Sync>> { Ok(opened()?) };
        assert_eq!(any().unwrap_err().to_string(), why.to_string());
    }
}
