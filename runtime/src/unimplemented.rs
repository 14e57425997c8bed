//! A contract's default bodies, which are not an implementation of the backend's own.

use std::any::TypeId;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// A default body was reached on a backend that does not implement the function.
#[derive(Clone, Copy, Debug)]
pub struct DefaultBody(pub &'static str);

/// The functions that a backend implements, and the contract that they belong to.
type Implemented = (TypeId, &'static [&'static str]);

thread_local! {
    /// What the backend implements on which this thread runs a body; `None` where nothing says so.
    static IMPLEMENTED: Cell<Option<Implemented>> = const { Cell::new(None) };
}

/// Runs `body` on a backend that implements these functions of the contract `S`.
///
/// # Errors
/// The function whose default body ended `body`.
pub(crate) fn with_implemented<S: ?Sized + 'static>(
    implements: Option<&'static [&'static str]>,
    body: &mut dyn FnMut(),
) -> Result<(), DefaultBody> {
    struct Restore(Option<Implemented>);
    impl Drop for Restore {
        fn drop(&mut self) {
            IMPLEMENTED.set(self.0);
        }
    }
    let _restore = Restore(IMPLEMENTED.replace(implements.map(|functions| (TypeId::of::<S>(), functions))));
    if implements.is_none() {
        body();
        return Ok(());
    }
    catch_unwind(AssertUnwindSafe(body)).or_else(|payload| match payload.downcast_ref() {
        Some(default_body) => Err(*default_body),
        None => resume_unwind(payload),
    })
}

/// What `#[crosscheck::contract]` puts in front of each default body: it ends the running check where the backend is known
/// not to implement the function, so that no check compares the default with itself.
pub fn default_body<S: ?Sized + 'static>(function: &'static str) {
    if let Some((subject, functions)) = IMPLEMENTED.get()
        && subject == TypeId::of::<S>()
        && !functions.contains(&function)
    {
        // Not a panic of the body's: no hook is to print it.
        resume_unwind(Box::new(DefaultBody(function)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    trait Ops {}
    trait Other {}

    fn reached<S: ?Sized + 'static>(implements: Option<&'static [&'static str]>) -> bool {
        let mut reached = false;
        let ended = with_implemented::<dyn Ops>(implements, &mut || {
            default_body::<S>("add");
            reached = true;
        });
        assert_eq!(ended.map_err(|DefaultBody(function)| function), if reached { Ok(()) } else { Err("add") });
        reached
    }

    #[test]
    fn a_default_body_runs_only_where_nothing_says_that_the_backend_lacks_it() {
        assert!(reached::<dyn Ops>(None));
        assert!(reached::<dyn Ops>(Some(&["add", "mul"])));
        assert!(!reached::<dyn Ops>(Some(&["mul"])));
        assert!(reached::<dyn Other>(Some(&["mul"])), "another contract's functions are its own");
        let panic = || with_implemented::<dyn Ops>(Some(&[]), &mut || panic!("other")).is_ok();
        assert_eq!(catch_unwind(panic).unwrap_err().downcast_ref(), Some(&"other"));
        // Outside of a body there is no backend to lack it.
        default_body::<dyn Ops>("add");
    }
}
