//! The crates of RustCrypto and of dalek, the baseline.

use aes_gcm::AesGcm;
use aes_gcm::aead::consts::{U0, U1, U2, U4, U6, U8, U10, U12, U15, U16, U20, U32, U64, U128, U257};
use aes_gcm::aead::{Aead, KeyInit, Nonce, Payload};
use aes_gcm::aes::{Aes128, Aes192, Aes256};
use chacha20poly1305::{ChaCha20Poly1305, XChaCha20Poly1305};
use crosscheck::Debt::{Upstream, WontFix};
use crosscheck::{Action, Failure, RUN, Unavailable, xfail};
use ed25519_dalek::{Signature, VerifyingKey};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};
use x25519_dalek::{PublicKey, StaticSecret};

use crate::{Cipher, Crypto, Feature, Hash, Refusal};

struct Crates;

#[crosscheck::implements("rust_crypto")]
impl Crypto for Crates {
    fn hmac(&self, hash: Hash, key: &[u8], message: &[u8]) -> Result<Vec<u8>, Refusal> {
        match hash {
            Hash::Sha1 => tag::<Hmac<Sha1>>(key, message),
            Hash::Sha224 => tag::<Hmac<Sha224>>(key, message),
            Hash::Sha256 => tag::<Hmac<Sha256>>(key, message),
            Hash::Sha384 => tag::<Hmac<Sha384>>(key, message),
            Hash::Sha512 => tag::<Hmac<Sha512>>(key, message),
        }
    }

    fn verify_hmac(&self, hash: Hash, key: &[u8], message: &[u8], tag: &[u8]) -> Result<(), Refusal> {
        match hash {
            Hash::Sha1 => verify::<Hmac<Sha1>>(key, message, tag),
            Hash::Sha224 => verify::<Hmac<Sha224>>(key, message, tag),
            Hash::Sha256 => verify::<Hmac<Sha256>>(key, message, tag),
            Hash::Sha384 => verify::<Hmac<Sha384>>(key, message, tag),
            Hash::Sha512 => verify::<Hmac<Sha512>>(key, message, tag),
        }
    }

    fn hkdf(&self, hash: Hash, ikm: &[u8], salt: &[u8], info: &[u8], size: usize) -> Result<Vec<u8>, Refusal> {
        let mut key = vec![0; size];
        let salt = Some(salt);
        let expanded = match hash {
            Hash::Sha1 => Hkdf::<Sha1>::new(salt, ikm).expand(info, &mut key),
            Hash::Sha224 => Hkdf::<Sha224>::new(salt, ikm).expand(info, &mut key),
            Hash::Sha256 => Hkdf::<Sha256>::new(salt, ikm).expand(info, &mut key),
            Hash::Sha384 => Hkdf::<Sha384>::new(salt, ikm).expand(info, &mut key),
            Hash::Sha512 => Hkdf::<Sha512>::new(salt, ikm).expand(info, &mut key),
        };
        expanded.map(|()| key).map_err(Refusal::invalid)
    }

    fn seal(&self, cipher: Cipher, key: &[u8], nonce: &[u8], aad: &[u8], message: &[u8]) -> Result<Vec<u8>, Refusal> {
        (operations(cipher, key, nonce)?.seal)(key, nonce, Payload { msg: message, aad })
    }

    fn open(&self, cipher: Cipher, key: &[u8], nonce: &[u8], aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Refusal> {
        (operations(cipher, key, nonce)?.open)(key, nonce, Payload { msg: sealed, aad })
    }

    fn verify_ed25519(&self, key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), Refusal> {
        let key = VerifyingKey::try_from(key).map_err(Refusal::invalid)?;
        let signature = Signature::from_slice(signature).map_err(Refusal::invalid)?;
        key.verify_strict(message, &signature).map_err(Refusal::invalid)
    }

    fn x25519(&self, private: &[u8], public: &[u8]) -> Result<Vec<u8>, Refusal> {
        let private: [u8; 32] = private.try_into().map_err(Refusal::invalid)?;
        let public: [u8; 32] = public.try_into().map_err(Refusal::invalid)?;
        let secret = StaticSecret::from(private).diffie_hellman(&PublicKey::from(public));
        Ok(secret.as_bytes().to_vec())
    }
}

fn tag<M: Mac + KeyInit>(key: &[u8], message: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mac = <M as KeyInit>::new_from_slice(key).map_err(Refusal::invalid)?;
    Ok(mac.chain_update(message).finalize().into_bytes().to_vec())
}

fn verify<M: Mac + KeyInit>(key: &[u8], message: &[u8], tag: &[u8]) -> Result<(), Refusal> {
    let mac = <M as KeyInit>::new_from_slice(key).map_err(Refusal::invalid)?;
    mac.chain_update(message).verify_truncated_left(tag).map_err(Refusal::invalid)
}

/// The two directions of a cipher, whose type holds the sizes of its key and of its nonce.
struct Operations {
    seal: Operation,
    open: Operation,
}

type Operation = fn(&[u8], &[u8], Payload<'_, '_>) -> Result<Vec<u8>, Refusal>;

impl Operations {
    const fn of<C: KeyInit + Aead>() -> Self {
        Self {
            seal: |key, nonce, payload| {
                let (cipher, nonce) = with::<C>(key, nonce)?;
                cipher.encrypt(&nonce, payload).map_err(Refusal::invalid)
            },
            open: |key, nonce, payload| {
                let (cipher, nonce) = with::<C>(key, nonce)?;
                cipher.decrypt(&nonce, payload).map_err(Refusal::invalid)
            },
        }
    }
}

fn with<C: KeyInit + Aead>(key: &[u8], nonce: &[u8]) -> Result<(C, Nonce<C>), Refusal> {
    let cipher = C::new_from_slice(key).map_err(Refusal::invalid)?;
    Ok((cipher, Nonce::<C>::try_from(nonce).map_err(Refusal::invalid)?))
}

fn operations(cipher: Cipher, key: &[u8], nonce: &[u8]) -> Result<Operations, Refusal> {
    /// AES-GCM with these sizes of the nonce, in bytes.
    macro_rules! aes_gcm {
        ($aes:ty, $($bytes:literal $size:ty),*) => {
            match nonce.len() {
                $($bytes => Ok(Operations::of::<AesGcm<$aes, $size>>()),)*
                bytes => Err(Refusal::NotOffered(format!("a nonce of {bytes} bytes"))),
            }
        };
        ($aes:ty) => {
            aes_gcm!(
                $aes, 0 U0, 1 U1, 2 U2, 4 U4, 6 U6, 8 U8, 10 U10, 12 U12, 15 U15, 16 U16, 20 U20, 32 U32, 64 U64,
                128 U128, 257 U257
            )
        };
    }
    match (cipher, key.len()) {
        (Cipher::ChaCha20Poly1305, _) => Ok(Operations::of::<ChaCha20Poly1305>()),
        (Cipher::XChaCha20Poly1305, _) => Ok(Operations::of::<XChaCha20Poly1305>()),
        (Cipher::AesGcm, 16) => aes_gcm!(Aes128),
        (Cipher::AesGcm, 24) => aes_gcm!(Aes192),
        (Cipher::AesGcm, _) => aes_gcm!(Aes256),
    }
}

#[crosscheck::backend(name = "rust_crypto")]
fn open() -> Result<Box<dyn Crypto>, Unavailable> {
    Ok(Box::new(Crates))
}

#[crosscheck::exclusions("rust_crypto")]
const fn cannot(feature: Feature) -> Action {
    match feature {
        Feature::ZeroSecretsRefused => {
            xfail("the public key 0 → a secret of zeros: `was_contributory` has to be asked")
                .because(WontFix)
                .by(Failure::Panic)
                .saying("Ok(0000000000000000000000000000000000000000000000000000000000000000)")
        }
        Feature::Sha1
        | Feature::Sha224
        | Feature::HalfTags
        | Feature::Aes
        | Feature::Aes192
        | Feature::OtherNonces
        | Feature::LongNonces
        | Feature::Acceptable => RUN,
    }
}

#[crosscheck::exclusions(
    "rust_crypto",
    test(crate::aead::refuses_to_seal, crate::aead::refuses_to_open),
    case(vector = "aes-*/nonce-0/*")
)]
const TAKES_EMPTY_NONCES: Action =
    xfail("`AesGcm<Aes128, U0>`, a nonce of 0 bytes → a ciphertext: NIST SP 800-38D demands at least one bit")
        .because(Upstream)
        .by(Failure::Panic)
        .saying("Ok([");
