//! Escapes and Unicode.

use crosscheck::backend_matrix;
use crosscheck::compare::{Exact, Fallible};

use crate::{Json, Parser};

#[backend_matrix(text(
    short = r#""\b\f\n\r\t\"\\\/""#,
    nul = r#""\u0000""#,
    pair = r#""\ud83d\ude00""#,
    capitals = r#""\uD83D\uDE00""#,
    delete = "\"\u{7f}\"",
))]
pub fn escapes(parser: &dyn Parser, text: &str) -> Result<Exact<Json>, String> {
    parser.parse(text.as_bytes()).map(Exact)
}

/// A half of a pair is no character, so that no `String` can hold it.
#[backend_matrix(text(
    high = r#""\ud800""#,
    low = r#""\udc00""#,
    high_and_letter = r#""\ud800a""#,
    high_and_escape = r#""\ud800\n""#,
    two_high = r#""\ud800\ud800""#,
    in_a_name = r#"{"\ud800":1}"#,
))]
pub fn lone_surrogates(parser: &dyn Parser, text: &str) -> Fallible<Exact<Json>> {
    parser.parse(text.as_bytes()).map(Exact).into()
}

#[backend_matrix(text(
    no_utf8 = b"\"\xff\"",
    encoded_surrogate = b"\"\xed\xa0\x80\"",
    overlong = b"\"\xc0\x80\"",
    truncated = b"\"\xe2\x82\"",
))]
pub fn bytes_that_are_no_text(parser: &dyn Parser, text: &[u8]) -> Fallible<Exact<Json>> {
    parser.parse(text).map(Exact).into()
}
