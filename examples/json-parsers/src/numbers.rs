//! Numbers, to the last bit.

use crosscheck::backend_matrix;
use crosscheck::compare::{Exact, Fallible};

use crate::{Json, Parser};

/// The number of a text, whichever type the parser has for it.
fn number(parser: &dyn Parser, text: &str) -> Result<f64, String> {
    match parser.parse(text.as_bytes())? {
        Json::Integer(integer) => Ok(integer as f64),
        Json::Float(float) => Ok(float),
        other => Err(format!("{other:?} is no number")),
    }
}

#[backend_matrix(tolerance(exact), text(
    tenth = "0.1",
    large = "1.7976931348623157e308",
    smallest_normal = "2.2250738585072014e-308",
    smallest = "5e-324",
    // 2^53 + 1 is as far from 2^53 as from 2^53 + 2, and 2^53 is even.
    halfway = "9007199254740993.0",
    just_above_halfway = "9007199254740993.00000000000000000001",
    below_the_smallest_normal = "2.2250738585072011e-308",
    half_of_the_smallest = "2.4703282292062328e-324",
    many_digits = "1.00000000000000011102230246251565404236316680908203125",
    fifteen_digits = "8.988465674311579e307",
))]
pub fn floats(parser: &dyn Parser, text: &str) -> Result<f64, String> {
    number(parser, text)
}

#[backend_matrix(text(i64_min = "-9223372036854775808", u64_max = "18446744073709551615", odd = "9007199254740993"))]
pub fn integers(parser: &dyn Parser, text: &str) -> Result<Exact<Json>, String> {
    parser.parse(text.as_bytes()).map(Exact)
}

#[backend_matrix(
    tolerance(exact),
    uses("large_integers"),
    text(u64_max_and_1 = "18446744073709551616", i64_min_less_1 = "-9223372036854775809", googol = GOOGOL)
)]
pub fn integers_of_more_than_64_bits(parser: &dyn Parser, text: &str) -> Result<f64, String> {
    number(parser, text)
}

const GOOGOL: &str =
    "10000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000";

#[backend_matrix(
    tolerance(exact),
    uses("negative_zero"),
    text(integer = "-0", float = "-0.0", exponent = "-0e1", underflow = "-1e-400"),
    expects_constant(reason = "it is about zeros")
)]
pub fn negative_zero(parser: &dyn Parser, text: &str) -> Result<f64, String> {
    number(parser, text)
}

#[backend_matrix(text(large = "1e400", negative = "-1e400", rounded_up = "1.7976931348623159e308"))]
pub fn beyond_the_largest(parser: &dyn Parser, text: &str) -> Fallible<f64> {
    number(parser, text).into()
}
