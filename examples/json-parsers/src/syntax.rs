//! What is no JSON.

use crosscheck::backend_matrix;
use crosscheck::compare::{Exact, Fallible};

use crate::{Json, Parser};

#[backend_matrix(text(
    nothing = "",
    spaces = " \n",
    trailing_comma = "[1,]",
    leading_zero = "01",
    plus = "+1",
    no_digit_before = ".5",
    no_digit_behind = "1.",
    no_exponent = "1e",
    not_a_number = "NaN",
    two_values = "1 2",
    single_quotes = "'a'",
    comment = "1//",
    byte_order_mark = "\u{feff}1",
    control_character = "\"a\u{1}b\"",
    unknown_escape = r#""\x""#,
    unclosed = r#"{"a":1"#,
    wrong_bracket = "[}",
    no_colon = r#"{"a" 1}"#,
))]
pub fn is_refused(parser: &dyn Parser, text: &str) -> Fallible<Exact<Json>> {
    parser.parse(text.as_bytes()).map(Exact).into()
}
