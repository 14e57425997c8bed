//! Looking for counterexamples to a law.

use std::cell::RefCell;
use std::fmt::Debug;
use std::path::PathBuf;

use crosscheck_backends::KernelError;
use proptest::strategy::Strategy;
use proptest::test_runner::{
    Config, FileFailurePersistence, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner,
};

use crate::Checked;

/// How many inputs are tried.
const CASES: u32 = 24;

/// Why an input is a counterexample.
pub enum Broken {
    /// The kernel refused it.
    Error(KernelError),
    /// The law does not hold.
    Law(String),
}

impl From<KernelError> for Broken {
    fn from(error: KernelError) -> Self {
        Self::Error(error)
    }
}

/// Fails with `otherwise` unless the condition holds.
pub fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), Broken> {
    if holds { Ok(()) } else { Err(Broken::Law(otherwise())) }
}

/// Every pair of numbers is this near, absolutely.
pub fn ensure_near(actual: &[f64], expected: &[f64], allowed: impl Fn(usize) -> f64) -> Result<(), Broken> {
    ensure(actual.len() == expected.len(), || format!("{} elements instead of {}", actual.len(), expected.len()))?;
    let far = |at: &usize| {
        (actual[*at] - expected[*at]).abs() > allowed(*at) || actual[*at].is_nan() != expected[*at].is_nan()
    };
    match (0..actual.len()).find(far) {
        None => Ok(()),
        Some(at) => Err(Broken::Law(format!(
            "element {at} is {:e} instead of {:e}, allowed {:e}",
            actual[at],
            expected[at],
            allowed(at)
        ))),
    }
}

/// Asserts that no input breaks the law.
///
/// The inputs are made from the case's seed, so that they are the same in every run, and others with `--seed`. A
/// counterexample is made as small as it gets, unless it is expected, and kept in the folder that `CROSSCHECK_COUNTEREXAMPLES`
/// names, if it is set; what is kept is tried first.
pub fn assert_holds_for<S: Strategy<Value: Debug>>(
    law: &str,
    inputs: S,
    check: impl Fn(S::Value) -> Result<(), Broken>,
) -> Checked {
    let expected = crosscheck::is_expected_to_fail();
    search(law, crosscheck::seed(), inputs, check, kept(law).filter(|_| !expected), expected)
}

/// The same with this seed; what was kept is in this file.
pub fn search<S: Strategy<Value: Debug>>(
    law: &str,
    seed: u64,
    inputs: S,
    check: impl Fn(S::Value) -> Result<(), Broken>,
    kept: Option<PathBuf>,
    expected: bool,
) -> Checked {
    let persistence = kept.map(|path| {
        let path: &'static str = Box::leak(path.to_string_lossy().into_owned().into_boxed_str());
        Box::new(FileFailurePersistence::Direct(path)) as _
    });
    let config = Config {
        cases: CASES,
        failure_persistence: persistence,
        max_shrink_iters: if expected { 0 } else { 1024 },
        ..Config::default()
    };
    let mut bytes = [0; 32];
    law.bytes().chain(seed.to_le_bytes()).enumerate().for_each(|(at, byte)| bytes[at % 32] ^= byte);
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let refused = RefCell::new(None);
    let result = runner.run(&inputs, |input| {
        check(input).map_err(|broken| match broken {
            Broken::Error(error) => {
                let message = error.to_string();
                refused.replace(Some(error));
                TestCaseError::fail(message)
            }
            Broken::Law(message) => {
                refused.replace(None);
                TestCaseError::fail(message)
            }
        })
    });
    match (result, refused.into_inner()) {
        (Ok(()), _) => Ok(()),
        (Err(_), Some(error)) => Err(error),
        (Err(TestError::Fail(reason, input)), None) => {
            panic!("{law} does not hold: {reason}\n  for {input:?}")
        }
        (Err(TestError::Abort(reason)), None) => panic!("{law} cannot be tried: {reason}"),
    }
}

/// Where the counterexamples of a law are kept.
fn kept(law: &str) -> Option<PathBuf> {
    let named = std::env::var_os("CROSSCHECK_COUNTEREXAMPLES").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    named.map(|folder| folder.join(format!("{}.txt", law.replace(' ', "_"))))
}
