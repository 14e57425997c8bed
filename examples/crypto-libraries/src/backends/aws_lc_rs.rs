//! aws-lc-rs, which has the interface of ring and more.

use aws_lc_rs::aead::{self, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{self, PrivateKey, X25519};
use aws_lc_rs::hkdf::{self, KeyType, Salt};
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use crosscheck::Debt::WontFix;
use crosscheck::{Action, Failure, RUN, Unavailable, xfail};

use crate::{Cipher, Crypto, Feature, Hash, Refusal};

struct Crate;

#[crosscheck::implements("aws_lc_rs")]
impl Crypto for Crate {
    fn hmac(&self, hash: Hash, key: &[u8], message: &[u8]) -> Result<Vec<u8>, Refusal> {
        let key = hmac::Key::new(tags(hash)?, key);
        Ok(hmac::sign(&key, message).as_ref().to_vec())
    }

    fn verify_hmac(&self, hash: Hash, key: &[u8], message: &[u8], tag: &[u8]) -> Result<(), Refusal> {
        let key = hmac::Key::new(tags(hash)?, key);
        hmac::verify(&key, message, tag).map_err(Refusal::invalid)
    }

    fn hkdf(&self, hash: Hash, ikm: &[u8], salt: &[u8], info: &[u8], size: usize) -> Result<Vec<u8>, Refusal> {
        let mut key = vec![0; size];
        let extracted = Salt::new(keys(hash)?, salt).extract(ikm);
        let filled = extracted.expand(&[info], Size(size)).and_then(|expanded| expanded.fill(&mut key));
        filled.map(|()| key).map_err(Refusal::invalid)
    }

    fn seal(&self, cipher: Cipher, key: &[u8], nonce: &[u8], aad: &[u8], message: &[u8]) -> Result<Vec<u8>, Refusal> {
        let key = LessSafeKey::new(UnboundKey::new(algorithm(cipher, key)?, key).map_err(Refusal::invalid)?);
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(Refusal::invalid)?;
        let mut sealed = message.to_vec();
        key.seal_in_place_append_tag(nonce, Aad::from(aad), &mut sealed).map_err(Refusal::invalid)?;
        Ok(sealed)
    }

    fn open(&self, cipher: Cipher, key: &[u8], nonce: &[u8], aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Refusal> {
        let key = LessSafeKey::new(UnboundKey::new(algorithm(cipher, key)?, key).map_err(Refusal::invalid)?);
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(Refusal::invalid)?;
        let mut sealed = sealed.to_vec();
        let message = key.open_in_place(nonce, Aad::from(aad), &mut sealed).map_err(Refusal::invalid)?;
        Ok(message.to_vec())
    }

    fn verify_ed25519(&self, key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), Refusal> {
        UnparsedPublicKey::new(&ED25519, key).verify(message, signature).map_err(Refusal::invalid)
    }

    fn x25519(&self, private: &[u8], public: &[u8]) -> Result<Vec<u8>, Refusal> {
        let private = PrivateKey::from_private_key(&X25519, private).map_err(Refusal::invalid)?;
        let public = agreement::UnparsedPublicKey::new(&X25519, public);
        let refused = Refusal::Invalid("no agreement".to_owned());
        agreement::agree(&private, public, refused, |secret| Ok(secret.to_vec()))
    }
}

fn tags(hash: Hash) -> Result<hmac::Algorithm, Refusal> {
    Ok(match hash {
        Hash::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        Hash::Sha224 => hmac::HMAC_SHA224,
        Hash::Sha256 => hmac::HMAC_SHA256,
        Hash::Sha384 => hmac::HMAC_SHA384,
        Hash::Sha512 => hmac::HMAC_SHA512,
    })
}

fn keys(hash: Hash) -> Result<hkdf::Algorithm, Refusal> {
    Ok(match hash {
        Hash::Sha1 => hkdf::HKDF_SHA1_FOR_LEGACY_USE_ONLY,
        Hash::Sha224 => return Err(Refusal::NotOffered("HKDF with SHA-224".to_owned())),
        Hash::Sha256 => hkdf::HKDF_SHA256,
        Hash::Sha384 => hkdf::HKDF_SHA384,
        Hash::Sha512 => hkdf::HKDF_SHA512,
    })
}

fn algorithm(cipher: Cipher, key: &[u8]) -> Result<&'static aead::Algorithm, Refusal> {
    Ok(match (cipher, key.len()) {
        (Cipher::ChaCha20Poly1305, _) => &aead::CHACHA20_POLY1305,
        (Cipher::XChaCha20Poly1305, _) => return Err(Refusal::NotOffered("XChaCha20-Poly1305".to_owned())),
        (Cipher::AesGcm, 16) => &aead::AES_128_GCM,
        (Cipher::AesGcm, 24) => &aead::AES_192_GCM,
        (Cipher::AesGcm, _) => &aead::AES_256_GCM,
    })
}

/// The size of a key that is derived.
struct Size(usize);

impl KeyType for Size {
    fn len(&self) -> usize {
        self.0
    }
}

#[crosscheck::backend(name = "aws_lc_rs")]
fn open() -> Result<Box<dyn Crypto>, Unavailable> {
    Ok(Box::new(Crate))
}

#[crosscheck::exclusions("aws_lc_rs")]
const fn cannot(feature: Feature) -> Action {
    match feature {
        Feature::HalfTags => xfail("the first 16 bytes of a tag of 32 → refused")
            .because(WontFix)
            .by(Failure::Panic)
            .saying("Err(Invalid("),
        Feature::OtherNonces => xfail("a nonce of 16 bytes → refused: its type has 12")
            .because(WontFix)
            .by(Failure::Error)
            .saying("refused: "),
        Feature::LongNonces => xfail("there is no XChaCha20-Poly1305").because(WontFix).saying("XChaCha20-Poly1305"),
        Feature::Sha1
        | Feature::Sha224
        | Feature::Aes
        | Feature::Aes192
        | Feature::Acceptable
        | Feature::ZeroSecretsRefused => RUN,
    }
}
