//! The parsers, and what each cannot do.

mod basic_toml;
mod toml;
mod toml_edit;
mod toml_span;

/// A document as a text: TOML is UTF-8, and these parsers take nothing else.
fn text(document: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(document).map_err(|error| error.to_string())
}
