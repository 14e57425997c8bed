//! What the suite is made of.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use crosscheck::internals::Elements;
use crosscheck_backends::Kernels;
use crosscheck_kernel_suite::law::{ensure, search};

/// The reference implements everything.
#[test]
fn every_kernel_has_a_golden() {
    let suite = Elements::linked().suite::<dyn Kernels>().spec;
    let reference = suite.backends.iter().find(|backend| backend.name == "reference").unwrap();
    let mut kernels: BTreeSet<_> = reference.implements.unwrap().iter().copied().collect();
    // The goldens of the inference suite are about it.
    kernels.remove("device");
    let golden = suite.tests.iter().filter(|test| test.path.contains("golden::"));
    let golden: BTreeSet<_> = golden.filter_map(|test| test.of).collect();
    assert_eq!(kernels.difference(&golden).collect::<Vec<_>>(), [&""; 0], "kernels without a golden");
    assert!(kernels.len() > 40, "{kernels:?}");
}

/// Looks for a number that ends with 7; returns the numbers that were tried, and what was said.
fn tried(seed: u64, kept: Option<PathBuf>) -> (Vec<u64>, Option<String>) {
    let tried = RefCell::new(Vec::new());
    let check = |number: u64| {
        tried.borrow_mut().push(number);
        ensure(number % 10 != 7, || format!("{number} ends with 7"))
    };
    let search = || search("no number ends with 7", seed, 0..u64::MAX, check, kept, false);
    let said = match catch_unwind(AssertUnwindSafe(search)) {
        Ok(outcome) => outcome.err().map(|error| error.to_string()),
        Err(panic) => panic.downcast_ref::<String>().cloned(),
    };
    (tried.into_inner(), said)
}

#[test]
fn what_was_kept_is_tried_first() {
    let file = std::env::temp_dir().join(format!("crosscheck-kept-{}.txt", std::process::id()));
    let _ = std::fs::remove_file(&file);
    let (first, said) = tried(1, Some(file.clone()));
    assert!(said.is_some_and(|said| said.contains("no number ends with 7 does not hold")), "{first:?}");
    let found = first.iter().copied().find(|number| number % 10 == 7).unwrap();
    assert_ne!(found, first[0], "it took a while");
    // Another seed, which begins with another number.
    assert_ne!(tried(2, None).0[0], found);
    assert_eq!(tried(2, Some(file.clone())).0[0], found);
    std::fs::remove_file(&file).unwrap();
}

#[test]
fn a_seed_makes_the_inputs() {
    assert_eq!(tried(1, None).0[0], tried(1, None).0[0]);
    assert_ne!(tried(1, None).0[0], tried(2, None).0[0]);
}
