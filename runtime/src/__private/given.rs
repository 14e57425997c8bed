//! What gives a body the content of its case. That it cannot be made is no failure of the backend's.

use crate::execute::context::{set_up_begins, set_up_ends};
use crate::registry::{At, BoxError, Cases, Content, Holds};

/// Hands on a case of those that a function lists.
///
/// # Errors
/// Why its content cannot be made, or what the body returns.
pub fn given<L: Cases, U: ?Sized, R>(
    _: fn() -> L,
    at: &At<'_>,
    axis: usize,
    then: impl FnOnce(&U) -> Result<R, BoxError>,
) -> Result<R, BoxError>
where
    L::Value: Holds<U>,
{
    at.given(axis, reading, |content: &L::Value| then(content.held()))
}

/// Hands on a case that is a file.
///
/// # Errors
/// Why it cannot be read, or what the body returns.
pub fn of_file<U: Content + ?Sized, R>(
    at: &At<'_>,
    axis: usize,
    then: impl FnOnce(&U) -> Result<R, BoxError>,
) -> Result<R, BoxError> {
    at.of_file(axis, reading, then)
}

fn reading(begins: bool) {
    if begins { set_up_begins() } else { set_up_ends() }
}
