//! What can be done with a value of a type that only the expansion of `#[crosscheck::contract]` knows.
//!
//! A type need not implement anything: a method that is found with fewer references in front of the probe asks for less. Nothing
//! here asks for a type without lifetimes, unless it implements [`Corrupt`], because such a bound does not keep a method from being
//! found, but makes an error of it.

use std::borrow::Borrow;
use std::error::Error;
use std::marker::PhantomData;
use std::pin::Pin;

use super::inject::{failed, keep_error, kept_error, with_kept};
use super::{Corrupt, Fault, strike};

/// A probe of a type.
pub struct Probe<T>(PhantomData<fn() -> T>);

impl<T> Probe<T> {
    /// A probe of the type.
    #[expect(clippy::new_without_default, reason = "only an expansion makes one")]
    pub const fn new() -> Self {
        Self(PhantomData)
    }

    /// A probe of the type of a value.
    pub const fn of(_: &T) -> Self {
        Self(PhantomData)
    }
}

/// What a function returns instead of a correct value.
fn spoiled<T: Corrupt>(fault: Fault, mut value: T) -> T {
    match fault {
        Fault::Value(how) => {
            if value.corrupt(how) {
                strike();
            }
            value
        }
        Fault::Last | Fault::First => with_kept(fault, |kept| {
            let before = kept.as_ref().and_then(|kept| kept.downcast_ref::<T>()).cloned();
            if fault == Fault::Last || before.is_none() {
                *kept = Some(Box::new(value.clone()));
            }
            let Some(before) = before else { return value };
            if !before.is_same(&value) {
                strike();
            }
            before
        }),
        _ => value,
    }
}

/// Traits of one method with the same name each, so that the one that asks for most is found first.
macro_rules! levels {
    ({ $($method:tt)* }) => {};
    ({ $($method:tt)* } $(#[$doc:meta])* $name:ident; $($rest:tt)*) => {
        $(#[$doc])*
        pub trait $name {
            /// The type.
            type Type;
            $($method)*
        }
        levels! { { $($method)* } $($rest)* }
    };
}

levels! {
    {
        /// Whether anything can be done.
        fn crosscheck_can_be_spoiled(&self) -> bool;
        /// What is returned instead.
        fn crosscheck_spoiled(&self, fault: Fault, value: Self::Type) -> Self::Type;
    }
    /// A value of a `Result`, or an earlier one in the place of an error; and one that is borrowed.
    SpoiledResult;
    /// What a future comes to.
    FutureOf;
    /// Any value that can be made wrong.
    Spoiled;
    /// A value of which nothing is known.
    Whatever;
}

impl<T: Corrupt, E> SpoiledResult for &&&Probe<Result<T, E>> {
    type Type = Result<T, E>;

    fn crosscheck_can_be_spoiled(&self) -> bool {
        true
    }

    fn crosscheck_spoiled(&self, fault: Fault, value: Self::Type) -> Self::Type {
        match value {
            Ok(value) if fault == Fault::NoError => {
                with_kept(fault, |kept| *kept = Some(Box::new(value.clone())));
                Ok(value)
            }
            Ok(value) => Ok(spoiled(fault, value)),
            Err(error) if fault == Fault::NoError => {
                let before = with_kept(fault, |kept| kept.as_ref().and_then(|kept| kept.downcast_ref::<T>()).cloned());
                before.ok_or(error).inspect(|_| strike())
            }
            Err(error) => Err(error),
        }
    }
}

impl<'a, T: ToOwned<Owned: Corrupt> + ?Sized> SpoiledResult for &&&Probe<&'a T> {
    type Type = &'a T;

    fn crosscheck_can_be_spoiled(&self) -> bool {
        true
    }

    fn crosscheck_spoiled(&self, fault: Fault, value: Self::Type) -> Self::Type {
        match fault {
            Fault::Value(_) | Fault::Last | Fault::First => leaked(spoiled(fault, value.to_owned())),
            _ => value,
        }
    }
}

/// A value that is never freed: a process that tries faults is short-lived.
fn leaked<'a, T: ToOwned + ?Sized>(owned: T::Owned) -> &'a T {
    (*Box::leak(Box::new(owned))).borrow()
}

impl<'a, T: Corrupt> FutureOf for &&Probe<Pin<Box<dyn Future<Output = T> + Send + 'a>>> {
    type Type = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

    fn crosscheck_can_be_spoiled(&self) -> bool {
        true
    }

    fn crosscheck_spoiled(&self, fault: Fault, value: Self::Type) -> Self::Type {
        Box::pin(async move { spoiled(fault, value.await) })
    }
}

impl<T: Corrupt> Spoiled for &Probe<T> {
    type Type = T;

    fn crosscheck_can_be_spoiled(&self) -> bool {
        true
    }

    fn crosscheck_spoiled(&self, fault: Fault, value: T) -> T {
        spoiled(fault, value)
    }
}

impl<T> Whatever for Probe<T> {
    type Type = T;

    fn crosscheck_can_be_spoiled(&self) -> bool {
        false
    }

    fn crosscheck_spoiled(&self, _: Fault, value: T) -> T {
        value
    }
}

levels! {
    {
        /// What it returns when it does nothing.
        fn crosscheck_nothing(&self) -> Option<Self::Type>;
        /// What is returned in the place of an error.
        fn crosscheck_pardoned(&self, fault: Fault, value: Self::Type) -> Self::Type;
    }
    /// A function that can say that all is well.
    Succeeds;
    /// One that returns what has a default.
    Defaults;
    /// One that does not.
    Insists;
}

impl<T: Default, E> Succeeds for &&Probe<Result<T, E>> {
    type Type = Result<T, E>;

    fn crosscheck_nothing(&self) -> Option<Self::Type> {
        Some(Ok(T::default()))
    }

    fn crosscheck_pardoned(&self, fault: Fault, value: Self::Type) -> Self::Type {
        if fault == Fault::NoError && value.is_err() {
            strike();
            return Ok(T::default());
        }
        value
    }
}

impl<T: Default> Defaults for &Probe<T> {
    type Type = T;

    fn crosscheck_nothing(&self) -> Option<T> {
        Some(T::default())
    }

    fn crosscheck_pardoned(&self, _: Fault, value: T) -> T {
        value
    }
}

impl<T> Insists for Probe<T> {
    type Type = T;

    fn crosscheck_nothing(&self) -> Option<T> {
        None
    }

    fn crosscheck_pardoned(&self, _: Fault, value: T) -> T {
        value
    }
}

levels! {
    {
        /// The type of its errors, where there is one to return.
        fn crosscheck_error(&self) -> Option<&'static str>;
        /// Notes an error that it returned, or returns one instead of its value.
        fn crosscheck_failing(&self, function: &'static str, fault: Fault, value: Self::Type) -> Self::Type;
    }
    /// A function of which the errors can be kept.
    FailsAgain;
    /// One of which an error can be made of a text.
    FailsByText;
    /// One that returns errors of which nothing is known.
    Fails;
    /// One that returns none.
    NeverFails;
}

impl<T, E: Corrupt> FailsAgain for &&&Probe<Result<T, E>> {
    type Type = Result<T, E>;

    fn crosscheck_error(&self) -> Option<&'static str> {
        Some(std::any::type_name::<E>())
    }

    fn crosscheck_failing(&self, function: &'static str, fault: Fault, value: Self::Type) -> Self::Type {
        match (fault, value) {
            (Fault::Watched, Err(error)) => {
                failed(function);
                keep_error(&error);
                Err(error)
            }
            (Fault::Error, Ok(value)) => kept_error().map_or(Ok(value), Err).inspect_err(|_| strike()),
            (_, value) => value,
        }
    }
}

/// An error that can be made of a text.
pub trait OfText {
    /// The error that says this.
    fn of_text(text: &str) -> Self;
}

impl OfText for String {
    fn of_text(text: &str) -> Self {
        text.to_owned()
    }
}

impl<'a> OfText for Box<dyn Error + 'a> {
    fn of_text(text: &str) -> Self {
        text.into()
    }
}

impl<'a> OfText for Box<dyn Error + Send + Sync + 'a> {
    fn of_text(text: &str) -> Self {
        text.into()
    }
}

impl OfText for std::io::Error {
    fn of_text(text: &str) -> Self {
        Self::other(text.to_owned())
    }
}

impl<T, E: OfText> FailsByText for &&Probe<Result<T, E>> {
    type Type = Result<T, E>;

    fn crosscheck_error(&self) -> Option<&'static str> {
        Some("")
    }

    fn crosscheck_failing(&self, function: &'static str, fault: Fault, value: Self::Type) -> Self::Type {
        match fault {
            Fault::Watched if value.is_err() => failed(function),
            Fault::Error if value.is_ok() => {
                strike();
                return Err(E::of_text("`--strength` tries whether an error is noticed"));
            }
            _ => {}
        }
        value
    }
}

impl<T, E> Fails for &Probe<Result<T, E>> {
    type Type = Result<T, E>;

    fn crosscheck_error(&self) -> Option<&'static str> {
        None
    }

    fn crosscheck_failing(&self, function: &'static str, fault: Fault, value: Self::Type) -> Self::Type {
        if fault == Fault::Watched && value.is_err() {
            failed(function);
        }
        value
    }
}

impl<T> NeverFails for Probe<T> {
    type Type = T;

    fn crosscheck_error(&self) -> Option<&'static str> {
        None
    }

    fn crosscheck_failing(&self, _: &'static str, _: Fault, value: T) -> T {
        value
    }
}

levels! {
    {
        /// Whether it can be the default of its type.
        fn crosscheck_has_default(&self) -> bool;
        /// The default in its place.
        fn crosscheck_default(&self, value: Self::Type) -> Self::Type;
    }
    /// An argument that is borrowed from what has a default.
    BorrowsDefault;
    /// One that has a default.
    HasDefault;
    /// One that has none.
    HasNoDefault;
}

impl<'a, T: ToOwned<Owned: Default> + ?Sized> BorrowsDefault for &&Probe<&'a T> {
    type Type = &'a T;

    fn crosscheck_has_default(&self) -> bool {
        true
    }

    fn crosscheck_default(&self, _: &'a T) -> &'a T {
        strike();
        leaked(T::Owned::default())
    }
}

impl<T: Default> HasDefault for &Probe<T> {
    type Type = T;

    fn crosscheck_has_default(&self) -> bool {
        true
    }

    fn crosscheck_default(&self, _: T) -> T {
        strike();
        T::default()
    }
}

impl<T> HasNoDefault for Probe<T> {
    type Type = T;

    fn crosscheck_has_default(&self) -> bool {
        false
    }

    fn crosscheck_default(&self, value: T) -> T {
        value
    }
}

levels! {
    {
        /// Whether it can be that of another call.
        fn crosscheck_can_be_kept(&self) -> bool;
        /// That of the first call in its place.
        fn crosscheck_first(&self, fault: Fault, value: Self::Type) -> Self::Type;
    }
    /// An argument that is borrowed from what can be kept.
    BorrowsKept;
    /// One that can be kept.
    IsKept;
    /// One that cannot.
    IsNotKept;
}

/// The first value that was given for a fault.
fn first<T: Corrupt>(fault: Fault, value: &T) -> Option<T> {
    with_kept(fault, |kept| match kept {
        Some(kept) => {
            strike();
            kept.downcast_ref::<T>().cloned()
        }
        None => {
            *kept = Some(Box::new(value.clone()));
            None
        }
    })
}

impl<'a, T: ToOwned<Owned: Corrupt> + ?Sized> BorrowsKept for &&Probe<&'a T> {
    type Type = &'a T;

    fn crosscheck_can_be_kept(&self) -> bool {
        true
    }

    fn crosscheck_first(&self, fault: Fault, value: &'a T) -> &'a T {
        match first(fault, &value.to_owned()) {
            Some(first) => leaked(first),
            None => value,
        }
    }
}

impl<T: Corrupt> IsKept for &Probe<T> {
    type Type = T;

    fn crosscheck_can_be_kept(&self) -> bool {
        true
    }

    fn crosscheck_first(&self, fault: Fault, value: T) -> T {
        first(fault, &value).unwrap_or(value)
    }
}

impl<T> IsNotKept for Probe<T> {
    type Type = T;

    fn crosscheck_can_be_kept(&self) -> bool {
        false
    }

    fn crosscheck_first(&self, _: Fault, value: T) -> T {
        value
    }
}
