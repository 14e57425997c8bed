//! The vectors of Wycheproof, and what four cryptographic libraries make of them.

#![forbid(unsafe_code)]

use std::fmt;

use crosscheck::Subject;

pub mod aead;
mod backends;
pub mod ed25519;
pub mod hkdf;
pub mod hmac;
pub mod x25519;

/// What the checks ask of a library. Where it has no such function, its `impl` block leaves the function out.
#[crosscheck::contract]
pub trait Crypto: Send + Sync {
    /// The whole tag of a message.
    fn hmac(&self, hash: Hash, key: &[u8], message: &[u8]) -> Result<Vec<u8>, Refusal>;

    /// Whether this is the tag of a message, or its first half.
    fn verify_hmac(&self, hash: Hash, key: &[u8], message: &[u8], tag: &[u8]) -> Result<(), Refusal>;

    /// A key of `size` bytes.
    fn hkdf(&self, hash: Hash, ikm: &[u8], salt: &[u8], info: &[u8], size: usize) -> Result<Vec<u8>, Refusal>;

    /// The ciphertext, with the tag behind it.
    fn seal(&self, cipher: Cipher, key: &[u8], nonce: &[u8], aad: &[u8], message: &[u8]) -> Result<Vec<u8>, Refusal>;

    /// The message of a ciphertext with its tag.
    fn open(&self, cipher: Cipher, key: &[u8], nonce: &[u8], aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Refusal>;

    /// Whether this is the signature of a message.
    fn verify_ed25519(&self, _key: &[u8], _message: &[u8], _signature: &[u8]) -> Result<(), Refusal> {
        unimplemented!()
    }

    /// The secret that two keys share.
    fn x25519(&self, _private: &[u8], _public: &[u8]) -> Result<Vec<u8>, Refusal> {
        unimplemented!()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cipher {
    ChaCha20Poly1305,
    XChaCha20Poly1305,
    AesGcm,
}

/// Why there is no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The library has no such algorithm. This is not what an invalid vector has to get: nothing has been looked at.
    NotOffered(String),
    /// The library does not take what it was given.
    Invalid(String),
}

impl Refusal {
    /// The error of a library.
    fn invalid(error: impl fmt::Display) -> Self {
        Self::Invalid(error.to_string())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOffered(what) => write!(f, "not offered: {what}"),
            Self::Invalid(why) => write!(f, "refused: {why}"),
        }
    }
}

impl std::error::Error for Refusal {}

/// Bytes, which are shown as hexadecimal digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Hex(pub Vec<u8>);

impl fmt::Debug for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// What not every library can do.
#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// SHA-1, which HMAC and HKDF may still use.
    Sha1,
    /// HMAC with SHA-224.
    Sha224,
    /// The first half of a tag of HMAC is taken for one.
    HalfTags,
    /// AES-GCM.
    Aes,
    /// AES with a key of 192 bits.
    Aes192,
    /// Nonces of AES-GCM that have not 96 bits.
    OtherNonces,
    /// XChaCha20-Poly1305, with nonces of 192 bits.
    LongNonces,
    /// What a library may refuse: public keys on the twist, of low order, or not written in the one canonical way.
    Acceptable,
    /// A shared secret of zeros, which anybody knows, is refused.
    ZeroSecretsRefused,
}

impl Subject for dyn Crypto {
    type Feature = Feature;
    const BASELINE: &'static str = "rust_crypto";
    const BACKENDS: Option<&'static [&'static str]> = Some(&["rust_crypto", "ring", "aws_lc_rs", "orion"]);
}
