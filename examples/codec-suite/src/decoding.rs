//! From text to bytes, and what is not a text of bytes.

use crosscheck::conformance;

use crate::encoding::bytes;
use crate::{Alphabet, Codec};

/// What was encoded is what is decoded.
#[conformance(
    length(0, 1, 2, 3, 23, 24, 25, 31, 32, 33, 47, 48, 49, 768, 1025),
    alphabet(standard = Alphabet::Standard, url = Alphabet::Url)
)]
pub fn is_the_way_back(codec: &dyn Codec, length: usize, alphabet: Alphabet) {
    let text = codec.encode(&bytes(length), alphabet);
    assert_eq!(codec.decode(&text, alphabet), Ok(bytes(length)));
}

/// Texts that are no base64, in a short text and behind a long one, which a fast path has taken.
#[conformance(
    text(
        no_letter = "Zm9!",
        other_alphabet = "Zm-_",
        not_ascii = "Zmé=",
        one_letter = "Z",
        padding_in_front = "=Zm9",
        padding_in_between = "Zm=v",
        too_much_padding = "Zm9v====",
        padding_alone = "====",
        missing_padding = "Zm8" uses("refuses_missing_padding"),
        half_of_the_padding = "Zg=" uses("refuses_missing_padding"),
        trailing_bits_of_two = "Zh==" uses("refuses_trailing_bits"),
        trailing_bits_of_three = "Zm9=" uses("refuses_trailing_bits"),
        blank = "Zm 9v" uses("refuses_whitespace"),
        line_end = "Zm9v\n" uses("refuses_whitespace")
    ),
    before(0, 64)
)]
pub fn is_refused(codec: &dyn Codec, text: &str, before: usize) {
    let text = "QUJD".repeat(before / 4) + text;
    let decoded = codec.decode(&text, Alphabet::Standard);
    assert!(decoded.is_err(), "{text:?} is taken for {decoded:?}");
}
