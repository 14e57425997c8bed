//! A suite whose strength is known, on a contract with functions of all forms.

#![forbid(unsafe_code)]
#![deny(warnings, missing_docs)]

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::pin::{Pin, pin};
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use crosscheck::{Corrupt, Corruption, Subject, Unavailable, backend, backend_matrix, conformance};

/// Why a shelf has no book.
#[derive(Clone, Debug, PartialEq)]
pub enum Missing {
    /// There is none of this title.
    Title(String),
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Title(title) = self;
        write!(f, "no {title}")
    }
}

impl std::error::Error for Missing {}

impl Corrupt for Missing {}

/// A book, which can be made wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Book {
    /// How many pages it has.
    pub pages: Vec<u32>,
}

impl Corrupt for Book {
    fn corrupt(&mut self, how: Corruption) -> bool {
        self.pages.corrupt(how)
    }
}

/// What nothing is known of.
#[derive(Debug, PartialEq)]
pub struct Opaque(u32);

/// A future that an object can return.
type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Has functions of all forms.
#[crosscheck::contract(symmetric("shared"))]
pub trait Shelf: fmt::Debug + Send + Sync + 'static {
    /// Puts a book there.
    fn put(&self, title: &str, book: Book);
    /// Takes a book away.
    ///
    /// # Errors
    /// When there is none.
    fn take(&self, title: &str) -> Result<Book, Missing>;
    /// What stands on a page of a book, counted from 0.
    fn page(&self, title: &str, number: usize) -> u32;
    /// How many pages of a book lie between two.
    fn between(&self, from: u32, to: u32, step: Option<u32>) -> Vec<u32>;
    /// As long as the text.
    fn head<'a>(&self, text: &'a str, length: usize) -> &'a str;
    /// Borrowed with a lifetime that is not written.
    fn shown(&self, text: &str) -> Cow<'_, str> {
        Cow::Owned(text.to_uppercase())
    }
    /// Of types that implement nothing.
    fn opaque(&self, opaque: Opaque, cell: Cell<u32>) -> Opaque {
        Opaque(opaque.0 + cell.get())
    }
    /// Writes where it is told to.
    fn fill(&self, into: &mut [u32], with: u32) {
        into.fill(with);
    }
    /// Comes later.
    fn later<'a>(&'a self, title: &'a str) -> BoxFuture<'a, usize> {
        Box::pin(std::future::ready(title.len()))
    }
    /// Of any error.
    ///
    /// # Errors
    /// When it is no number.
    fn number(&self, text: &str) -> Result<f64, Box<dyn std::error::Error>> {
        Ok(text.parse()?)
    }
    /// With patterns in the place of names.
    fn pair(&self, (a, b): (u8, u8), _: u8) -> u8 {
        a - b
    }
    /// With a name that is a word of the language.
    fn r#match(&self, r#type: u8) -> u8 {
        r#type
    }
    /// What no check calls.
    fn forgotten(&self) {}
    /// What is asked outside of checks.
    fn name(&self) -> String {
        "a shelf".to_owned()
    }
    /// On no object.
    fn new() -> Self
    where
        Self: Sized;
    /// Of any type, on no object.
    fn generic<T: Into<u32>>(&self, value: T) -> u32
    where
        Self: Sized,
    {
        value.into()
    }
    /// By value.
    fn into_name(self: Box<Self>) -> String {
        self.name()
    }
    /// Left out.
    #[cfg(any())]
    fn left_out(&self) -> Nothing;
    /// How many pages two books have together, in any order.
    fn shared(&self, a: u32, b: u32) -> u32 {
        a + b
    }
    /// Not to be used any more.
    #[deprecated]
    fn old(&self, x: f32) -> f32 {
        x * 2.0
    }
}

/// None.
#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoFeature {}

impl Subject for dyn Shelf {
    type Feature = NoFeature;
    const BASELINE: &'static str = "wooden";

    fn about(&self) -> Option<String> {
        Some(self.name())
    }
}

/// A shelf.
#[derive(Debug, Default)]
struct Wooden(Mutex<BTreeMap<String, Book>>);

impl Shelf for Wooden {
    fn put(&self, title: &str, book: Book) {
        self.0.lock().unwrap().insert(title.to_owned(), book);
    }

    fn take(&self, title: &str) -> Result<Book, Missing> {
        self.0.lock().unwrap().remove(title).ok_or_else(|| Missing::Title(title.to_owned()))
    }

    // A panic poisons the lock.
    fn page(&self, title: &str, number: usize) -> u32 {
        self.0.lock().unwrap()[title].pages[number]
    }

    fn between(&self, from: u32, to: u32, step: Option<u32>) -> Vec<u32> {
        (from..to).step_by(step.unwrap_or(1) as usize).collect()
    }

    fn head<'a>(&self, text: &'a str, length: usize) -> &'a str {
        &text[..length]
    }

    fn new() -> Self {
        Self::default()
    }
}

#[backend(name = "wooden")]
fn wooden() -> Result<Box<dyn Shelf>, Unavailable> {
    Ok(Box::new(Wooden::new()))
}

#[backend(name = "other", fresh)]
fn other() -> Result<Box<dyn Shelf>, Unavailable> {
    Ok(Box::new(Wooden::new()))
}

fn book(pages: &[u32]) -> Book {
    Book { pages: pages.to_vec() }
}

#[conformance]
fn what_is_put_is_taken(shelf: &dyn Shelf) {
    shelf.put("a", book(&[1, 2]));
    shelf.put("b", book(&[3]));
    assert_eq!(shelf.take("a"), Ok(book(&[1, 2])));
    assert_eq!(shelf.take("b"), Ok(book(&[3])));
    assert_eq!(shelf.take("a"), Err(Missing::Title("a".to_owned())));
}

#[conformance]
fn a_page_is_found(shelf: &dyn Shelf) {
    shelf.put("a", book(&[1, 2]));
    assert_eq!(shelf.page("a", 1), 2);
}

/// Goes on to pass where the title is ignored, unless the backend is the one that another check has left poisoned.
#[conformance]
fn a_page_without_a_title_is_found(shelf: &dyn Shelf) {
    shelf.put("", book(&[3, 4]));
    assert_eq!(shelf.page("", 1), 4);
}

/// The last call tells what came first from what came before.
#[conformance]
fn the_same_page_twice(shelf: &dyn Shelf) {
    shelf.put("b", book(&[5, 6]));
    let _ = (shelf.page("b", 0), shelf.page("b", 1));
    assert_eq!(shelf.page("b", 1), 6);
}

#[backend_matrix]
fn steps(shelf: &dyn Shelf) -> Vec<u32> {
    shelf.between(2, 9, Some(2))
}

#[backend_matrix]
fn no_steps(shelf: &dyn Shelf) -> Vec<u32> {
    shelf.between(5, 7, None)
}

#[conformance]
fn heads(shelf: &dyn Shelf) {
    assert_eq!(shelf.head("book", 2), "bo");
    assert_eq!(shelf.head("shelf", 3), "she");
}

#[conformance]
fn odd_forms(shelf: &dyn Shelf) {
    assert_eq!(shelf.shown("a"), "A");
    assert_eq!(shelf.opaque(Opaque(1), Cell::new(2)), Opaque(3));
    let mut pages = [0; 2];
    shelf.fill(&mut pages, 7);
    assert_eq!(pages, [7, 7]);
    assert_eq!(shelf.pair((3, 1), 0), 2);
    assert_eq!(shelf.r#match(4), 4);
    assert_eq!(shelf.shared(2, 3), 5);
    #[expect(deprecated, reason = "it is tried as well")]
    let doubled = shelf.old(2.0);
    assert!((doubled - 4.0).abs() < 1e-3);
}

#[conformance]
fn comes_later(shelf: &dyn Shelf) {
    let mut future = pin!(shelf.later("abc"));
    let polled = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert_eq!(polled, Poll::Ready(3));
}

#[conformance]
fn numbers(shelf: &dyn Shelf) {
    let is_two = shelf.number("2").is_ok_and(|number| number > 1.5);
    assert!(is_two && shelf.number("x").is_err());
}

/// Notices nothing.
#[conformance]
fn is_lazy(shelf: &dyn Shelf) {
    assert!(shelf.between(1, 3, None).len() < 10);
}

/// Calls nothing.
#[conformance]
fn calls_nothing(_: &dyn Shelf) {
    assert_ne!(std::process::id(), 0);
}

/// With a fault, it goes on for ever.
#[conformance]
fn empties(shelf: &dyn Shelf) {
    shelf.put("c", book(&[1]));
    while shelf.take("c").is_ok() {}
    assert!(shelf.take("c").is_err());
}

/// With a fault, it ends its process.
#[conformance]
fn ends_its_process(shelf: &dyn Shelf) {
    if shelf.r#match(9) != 9 {
        std::process::abort();
    }
    assert_ne!(shelf.r#match(9), 0);
}

#[conformance]
fn fails(shelf: &dyn Shelf) {
    assert_eq!(shelf.r#match(1), u8::from(std::env::var_os("STRENGTH_FAILS").is_none()));
}

crosscheck::main!();
