//! Code around assertions that a mark in front of them must not change: what is borrowed, moved or computed where.
#![deny(warnings)]

use std::cell::RefCell;
use std::sync::Mutex;

use crosscheck::{Subject, asserts, conformance};

trait Store: Send + Sync {
    fn names(&self) -> Vec<String>;
    fn lock(&self) -> &Mutex<Vec<u32>>;
}

/// None.
#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {}

impl Subject for dyn Store {
    type Feature = Feature;
    const BASELINE: &'static str = "one";
}

#[conformance]
fn temporaries(store: &dyn Store) {
    let first = store.lock().lock().unwrap().first().copied().unwrap();
    let longest = store.names().iter().map(|name| name.chars().next().unwrap().len_utf8()).max();
    let of_an_arm = match first {
        0 => store.lock().lock().unwrap().len(),
        _ => *store.lock().lock().unwrap().iter().max().unwrap() as usize,
    };
    let lazy = first == 0 || store.names().first().unwrap().is_empty() && *store.lock().lock().unwrap() == [1];
    assert!(lazy || longest == Some(of_an_arm));
}

#[conformance]
fn conditions(store: &dyn Store) -> Result<(), String> {
    let names = store.names();
    if let Some(name) = names.first()
        && name.parse::<u32>().unwrap() == 3
        && let [_, second] = names.as_slice()
    {
        assert_eq!(second, "4");
    } else if names.last().unwrap() == "5" {
        return Err("five".to_owned());
    } else {
        while let Some(1) = store.lock().lock().unwrap().pop() {}
    }
    let Some(_) = names.get(1) else { panic!("{}", names.len()) };
    match names.len() {
        n if n > 3 && names[3].parse::<u32>().unwrap() == 1 => Ok(()),
        0 => Err("none".to_owned()),
        _ => Ok(assert!(store.names().len() < 10)),
    }
}

#[conformance]
fn moves(store: &dyn Store) {
    let names = store.names();
    let count = move || names.into_iter().map(|name| name.parse::<u32>().unwrap()).sum::<u32>();
    let cell = RefCell::new(0);
    let add = |n| *cell.borrow_mut() += Some(n).unwrap();
    add(count());
    let value = 'found: {
        for name in store.names() {
            if name.parse::<u32>().expect("a number") == 1 {
                break 'found name;
            }
        }
        String::new()
    };
    std::thread::scope(|scope| scope.spawn(|| assert!(value.is_empty())).join().unwrap());
    drop(std::thread::spawn(|| assert_eq!(1 + 1, 2)));
    drop(async move { assert!(value.is_empty()) });
}

#[conformance]
fn what_the_compiler_runs(store: &dyn Store) {
    const LENGTH: usize = Some(3).unwrap();
    static ALL: [u8; LENGTH] = [const { Some(1).unwrap() }; { Some(LENGTH).unwrap() }];
    const fn three() -> usize {
        assert!(LENGTH == 3);
        LENGTH
    }
    struct Pair<const N: usize>([u8; N]);
    impl<const N: usize> Pair<N> {
        const TWICE: usize = 2 * Some(N).unwrap();
        const fn twice() -> usize {
            assert!(N > 0);
            Self::TWICE
        }
        fn check(&self) {
            assert_eq!(self.0.len(), N);
        }
    }
    Pair::<{ Some(3).unwrap() }>(ALL).check();
    macro_rules! same {
        ($a:expr, $b:expr) => {
            assert_eq!($a, $b)
        };
    }
    same!(three() + Pair::<2>::twice(), 7);
    // SAFETY: nothing is done.
    unsafe { assert_eq!(store.names().len(), *std::ptr::from_ref(&1)) }
}

#[conformance(asserts(every, reason = "it asserts what it is given"))]
fn named(store: &dyn Store) {
    helpers::every(store.names().iter().map(String::is_empty));
}

#[conformance(asserts(self::helpers::every, reason = "it asserts what it is given"))]
fn named_by_its_path(store: &dyn Store) {
    helpers::every(store.names().iter().map(String::is_empty));
}

mod helpers {
    pub fn every(results: impl Iterator<Item = bool>) {
        results.for_each(|result| assert!(result));
    }
}

#[asserts]
fn generic<T: PartialEq + std::fmt::Debug>(a: &T, b: &T) -> Result<(), String> {
    if a == b { Ok(()) } else { Err(format!("{a:?} is not {b:?}")) }
}

#[conformance]
fn by_a_helper(store: &dyn Store) -> Result<(), String> {
    generic(&store.names().len(), &1)?;
    Ok(())
}

fn main() {}
