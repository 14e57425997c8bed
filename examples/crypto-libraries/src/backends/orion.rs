//! orion, which is in Rust without `unsafe`, and has no Ed25519.

use crosscheck::Debt::WontFix;
use crosscheck::{Action, Failure, RUN, Unavailable, xfail};
use orion::hazardous::aead::chacha20poly1305::{self, ChaCha20Poly1305, SecretKey};
use orion::hazardous::aead::xchacha20poly1305::{self, XChaCha20Poly1305};
use orion::hazardous::ecc::x25519;
use orion::hazardous::kdf::hkdf::{Hkdf, SHA256, SHA384, SHA512};
use orion::hazardous::mac::hmac::{sha256, sha384, sha512};

use crate::{Cipher, Crypto, Feature, Hash, Refusal};

struct Crate;

#[crosscheck::implements("orion")]
impl Crypto for Crate {
    fn hmac(&self, hash: Hash, key: &[u8], message: &[u8]) -> Result<Vec<u8>, Refusal> {
        macro_rules! tag {
            ($module:ident, $hmac:ident) => {
                $module::SecretKey::try_from(key)
                    .and_then(|key| $module::$hmac::hmac(&key, message))
                    .map(|tag| tag.unprotected_as_ref().to_vec())
                    .map_err(Refusal::invalid)
            };
        }
        match hash {
            Hash::Sha1 | Hash::Sha224 => Err(not_offered(hash)),
            Hash::Sha256 => tag!(sha256, HmacSha256),
            Hash::Sha384 => tag!(sha384, HmacSha384),
            Hash::Sha512 => tag!(sha512, HmacSha512),
        }
    }

    fn verify_hmac(&self, hash: Hash, key: &[u8], message: &[u8], tag: &[u8]) -> Result<(), Refusal> {
        macro_rules! verify {
            ($module:ident, $hmac:ident) => {
                $module::SecretKey::try_from(key)
                    .and_then(|key| $module::$hmac::verify(&$module::Tag::try_from(tag)?, &key, message))
                    .map_err(Refusal::invalid)
            };
        }
        match hash {
            Hash::Sha1 | Hash::Sha224 => Err(not_offered(hash)),
            Hash::Sha256 => verify!(sha256, HmacSha256),
            Hash::Sha384 => verify!(sha384, HmacSha384),
            Hash::Sha512 => verify!(sha512, HmacSha512),
        }
    }

    fn hkdf(&self, hash: Hash, ikm: &[u8], salt: &[u8], info: &[u8], size: usize) -> Result<Vec<u8>, Refusal> {
        let mut key = vec![0; size];
        let derived = match hash {
            Hash::Sha1 | Hash::Sha224 => return Err(not_offered(hash)),
            Hash::Sha256 => Hkdf::<SHA256>::derive_key(salt, ikm, Some(info), &mut key),
            Hash::Sha384 => Hkdf::<SHA384>::derive_key(salt, ikm, Some(info), &mut key),
            Hash::Sha512 => Hkdf::<SHA512>::derive_key(salt, ikm, Some(info), &mut key),
        };
        derived.map(|()| key).map_err(Refusal::invalid)
    }

    fn seal(&self, cipher: Cipher, key: &[u8], nonce: &[u8], aad: &[u8], message: &[u8]) -> Result<Vec<u8>, Refusal> {
        let mut sealed = vec![0; message.len() + TAG];
        let done = match cipher {
            Cipher::ChaCha20Poly1305 => SecretKey::try_from(key).and_then(|key| {
                let nonce = chacha20poly1305::Nonce::try_from(nonce)?;
                ChaCha20Poly1305::seal(&key, &nonce, message, Some(aad), &mut sealed)
            }),
            Cipher::XChaCha20Poly1305 => SecretKey::try_from(key).and_then(|key| {
                let nonce = xchacha20poly1305::Nonce::try_from(nonce)?;
                XChaCha20Poly1305::seal(&key, &nonce, message, Some(aad), &mut sealed)
            }),
            Cipher::AesGcm => return Err(Refusal::NotOffered("AES".to_owned())),
        };
        done.map(|()| sealed).map_err(Refusal::invalid)
    }

    fn open(&self, cipher: Cipher, key: &[u8], nonce: &[u8], aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Refusal> {
        let mut message = vec![0; sealed.len().saturating_sub(TAG)];
        let done = match cipher {
            Cipher::ChaCha20Poly1305 => SecretKey::try_from(key).and_then(|key| {
                let nonce = chacha20poly1305::Nonce::try_from(nonce)?;
                ChaCha20Poly1305::open(&key, &nonce, sealed, Some(aad), &mut message)
            }),
            Cipher::XChaCha20Poly1305 => SecretKey::try_from(key).and_then(|key| {
                let nonce = xchacha20poly1305::Nonce::try_from(nonce)?;
                XChaCha20Poly1305::open(&key, &nonce, sealed, Some(aad), &mut message)
            }),
            Cipher::AesGcm => return Err(Refusal::NotOffered("AES".to_owned())),
        };
        done.map(|()| message).map_err(Refusal::invalid)
    }

    fn x25519(&self, private: &[u8], public: &[u8]) -> Result<Vec<u8>, Refusal> {
        let private = x25519::PrivateKey::try_from(private).map_err(Refusal::invalid)?;
        let public = x25519::PublicKey::try_from(public).map_err(Refusal::invalid)?;
        let secret = x25519::key_agreement(&private, &public).map_err(Refusal::invalid)?;
        Ok(secret.unprotected_as_ref().to_vec())
    }
}

/// The bytes of a tag of Poly1305.
const TAG: usize = 16;

fn not_offered(hash: Hash) -> Refusal {
    Refusal::NotOffered(format!("{hash:?}"))
}

#[crosscheck::backend(name = "orion")]
fn open() -> Result<Box<dyn Crypto>, Unavailable> {
    Ok(Box::new(Crate))
}

#[crosscheck::exclusions("orion")]
const fn cannot(feature: Feature) -> Action {
    match feature {
        Feature::Sha1 => xfail("SHA-1 is left out").because(WontFix).saying("Sha1"),
        Feature::Sha224 => xfail("HMAC has SHA-256, SHA-384 and SHA-512").because(WontFix).saying("Sha224"),
        Feature::HalfTags => xfail("the first 16 bytes of a tag of 32 → refused: its type has one size")
            .because(WontFix)
            .by(Failure::Panic)
            .saying("Err(Invalid("),
        Feature::Aes => xfail("there is no AES").because(WontFix).saying("AES"),
        Feature::Aes192
        | Feature::OtherNonces
        | Feature::LongNonces
        | Feature::Acceptable
        | Feature::ZeroSecretsRefused => RUN,
    }
}
