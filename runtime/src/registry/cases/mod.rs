//! Cases that are made of data: what each is called and what is known of it before it runs, and its content, which is read when it
//! runs.

mod content;
mod files;
mod label;
mod listing;
mod order;
mod pattern;
mod root;

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::path::PathBuf;

pub use content::Content;
pub use label::label;
pub use listing::{At, CasesOf, Listing, files, list};
pub use root::Root;

use super::element::BoxError;
use crate::compare::Tolerance;
use crate::suite::spec::CaseSpec;

/// A case of a check that is made of data: `#[conformance(cases = list)]` has one cell for each of those that `list` returns, on each
/// backend.
///
/// ```
/// use crosscheck::{Case, CasesError, conformance};
/// # trait Hasher: Send + Sync {
/// #     fn digest(&self, message: &str) -> String;
/// # }
/// # /// None.
/// # #[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
/// # enum Feature {}
/// # impl crosscheck::Subject for dyn Hasher {
/// #     type Feature = Feature;
/// #     const BASELINE: &'static str = "reference";
/// # }
///
/// /// The vectors that somebody else publishes, one a line.
/// const VECTORS: &str = "empty,,d41d8cd98f00b204e9800998ecf8427e\na,a,0cc175b9c0f1b6a831c399e269772661";
///
/// struct Vector {
///     message: String,
///     digest: String,
/// }
///
/// fn vectors() -> Result<Vec<Case<Vector>>, CasesError> {
///     let vectors = VECTORS.lines().enumerate().map(|(number, line)| {
///         let place = format!("vectors.csv:{}", number + 1);
///         let [name, message, digest] = line.split(',').collect::<Vec<_>>()[..] else {
///             return Err(CasesError::at(place, "three fields are wanted"));
///         };
///         let vector = Vector { message: message.to_owned(), digest: digest.to_owned() };
///         Ok(Case::new(name, vector).at(place).covering(line).tag("short"))
///     });
///     vectors.collect()
/// }
///
/// /// Its cells are called `digests::empty::…` and `digests::a::…`.
/// #[conformance(cases(vectors, count = 2))]
/// fn digests(hasher: &dyn Hasher, vector: &Vector) {
///     assert_eq!(hasher.digest(&vector.message), vector.digest);
/// }
/// # assert_eq!(vectors().unwrap().len(), 2);
/// ```
///
/// In the names of cells, every character other than letters, digits and `_-./+=@` is written as `%` and two hexadecimal digits for
/// each byte of its UTF-8; rows, filters and records know the case by that name.
pub struct Case<T> {
    name: Cow<'static, str>,
    content: Held<T>,
    own: CaseSpec,
    tolerance: Option<Tolerance>,
    /// A hash over what it is made of.
    covered: Option<u64>,
}

/// Where the content of a case is.
enum Held<T> {
    Here(T),
    Made(Box<dyn Fn() -> Result<T, BoxError> + Send + Sync>),
    File(PathBuf, Decode<T>),
}

/// Makes a value of a file's bytes.
type Decode<T> = Box<dyn Fn(&[u8]) -> Result<T, BoxError> + Send + Sync>;

impl<T> Case<T> {
    /// A case of this name, whose content is there.
    pub fn new(name: impl Into<Cow<'static, str>>, content: T) -> Self {
        Self::of_content(name.into(), Held::Here(content))
    }

    /// One whose content is made when its cell runs, once for each backend. That it cannot be made is no failure of the backend's:
    /// no row excuses it.
    pub fn lazy<E: Into<Box<dyn std::error::Error>>>(
        name: impl Into<Cow<'static, str>>,
        make: impl Fn() -> Result<T, E> + Send + Sync + 'static,
    ) -> Self {
        Self::of_content(name.into(), Held::Made(Box::new(move || make().map_err(Into::into))))
    }

    /// One whose content is a file, read and decoded when its cell runs; a relative path begins at the folder of the crate in which
    /// the check stands. What is in the file is a part of what the suite is made of.
    pub fn file<E: Into<Box<dyn std::error::Error>>>(
        name: impl Into<Cow<'static, str>>,
        path: impl Into<PathBuf>,
        decode: impl Fn(&[u8]) -> Result<T, E> + Send + Sync + 'static,
    ) -> Self {
        let decode = Box::new(move |bytes: &[u8]| decode(bytes).map_err(Into::into));
        Self::of_content(name.into(), Held::File(path.into(), decode))
    }

    fn of_content(name: Cow<'static, str>, content: Held<T>) -> Self {
        Self { name, content, own: CaseSpec::default(), tolerance: None, covered: None }
    }

    /// One that uses a feature, by its marker. A marker that no feature has is an error when the executable starts.
    #[must_use]
    pub fn marker(mut self, marker: impl Into<Cow<'static, str>>) -> Self {
        self.own.markers.push(marker.into());
        self
    }

    /// One that is about a function of the contract, as the argument `of` of a check is.
    #[must_use]
    pub fn of(mut self, function: impl Into<Cow<'static, str>>) -> Self {
        self.own.of = Some(function.into());
        self
    }

    /// One that calls a function of the contract, which the body of the check does not show.
    #[must_use]
    pub fn calls(mut self, function: impl Into<Cow<'static, str>>) -> Self {
        self.own.calls.push(function.into());
        self
    }

    /// One that `--tag` selects by this word.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<Cow<'static, str>>) -> Self {
        self.own.tags.push(tag.into());
        self
    }

    /// One whose value is compared with this tolerance in place of the check's.
    #[must_use]
    pub fn tolerance(mut self, tolerance: Tolerance) -> Self {
        self.own.terms.push(tolerance.to_string());
        self.tolerance = Some(tolerance);
        self
    }

    /// One whose value may be a constant, for this reason.
    #[must_use]
    pub fn expects_constant(mut self, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        self.own.terms.push(format!("expects a constant ({reason})"));
        self.own.constant = Some(reason);
        self
    }

    /// One that stands there: `vectors.json:12`. Whatever is wrong with it says so.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.own.place = Some(place.into());
        self
    }

    /// One that is made of this: records of runs in which it was something else cannot be merged. Of a file it is known.
    #[must_use]
    pub fn covering(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.covered = Some(content::hash(bytes.as_ref()));
        self
    }
}

impl<T> fmt::Debug for Case<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Case").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Why the cases of a check cannot be listed. `?` makes it of a text and of an `io::Error`.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
pub struct CasesError {
    text: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl CasesError {
    /// For this reason.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), source: None }
    }

    /// Because of an error at a place: a file, or a line of it.
    pub fn at(place: impl fmt::Display, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let source = error.into();
        Self { text: format!("{place}: {source}"), source: Some(source) }
    }
}

impl From<String> for CasesError {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for CasesError {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<std::io::Error> for CasesError {
    fn from(error: std::io::Error) -> Self {
        Self { text: error.to_string(), source: Some(error.into()) }
    }
}

/// What a function returns that lists cases.
#[diagnostic::on_unimplemented(
    message = "`cases` names a function that lists cases: `fn() -> Vec<crosscheck::Case<T>>`, or a `Result` of that",
    label = "`{Self}` is no list of cases"
)]
pub trait Cases {
    /// What a case holds.
    type Value: Send + Sync + 'static;
    /// The list.
    ///
    /// # Errors
    /// What the function returned in place of a list.
    fn list(self) -> Result<Vec<Case<Self::Value>>, BoxError>;
}

impl<T: Send + Sync + 'static> Cases for Vec<Case<T>> {
    type Value = T;

    fn list(self) -> Result<Self, BoxError> {
        Ok(self)
    }
}

impl<T: Send + Sync + 'static, E: Into<BoxError>> Cases for Result<Vec<Case<T>>, E> {
    type Value = T;

    fn list(self) -> Result<Vec<Case<T>>, BoxError> {
        self.map_err(Into::into)
    }
}

/// What the parameter of a check may be for such a case.
#[diagnostic::on_unimplemented(
    message = "the cases hold `{Self}`, and the parameter of the check is a `&{T}`",
    label = "the parameter is `&` and what a case holds"
)]
pub trait Holds<T: ?Sized> {
    /// The parameter.
    fn held(&self) -> &T;
}

impl<T: Borrow<U>, U: ?Sized> Holds<U> for T {
    fn held(&self) -> &U {
        self.borrow()
    }
}
