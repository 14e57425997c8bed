//! The text of a tree.

use crosscheck::backend_matrix;

use crate::Parser;

#[backend_matrix(text(
    spaces = " [ 1 , { \"a\" : null } ] ",
    escapes = r#""\/\u001f\u007f\u2028""#,
    float = "[1.0,0.00001,1e-7]",
    large_float = "1e300",
))]
pub fn of_a_tree(parser: &dyn Parser, text: &str) -> Result<String, String> {
    parser.print(text.as_bytes())
}
