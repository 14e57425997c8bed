//! From bytes to text.

use crosscheck::{backend_matrix, conformance};

use crate::{Alphabet, Codec};

/// The vectors of RFC 4648, section 10.
#[conformance(length(0, 1, 2, 3, 4, 5, 6))]
pub fn the_vectors_of_the_rfc(codec: &dyn Codec, length: usize) {
    let texts = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"];
    assert_eq!(codec.encode(&b"foobar"[..length], Alphabet::Standard), texts[length]);
}

/// Lengths around those that an implementation takes at a time: every byte, and each in every place of a group of three.
#[backend_matrix(
    length(1, 3, 23, 24, 25, 47, 48, 49, 768, 1025),
    alphabet(standard = Alphabet::Standard, url = Alphabet::Url)
)]
pub fn of_any_bytes(codec: &dyn Codec, length: usize, alphabet: Alphabet) -> String {
    codec.encode(&bytes(length), alphabet)
}

/// Bytes in an order in which each stands in each place of a group sooner or later.
pub(crate) fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 167 + at / 256) as u8).collect()
}
