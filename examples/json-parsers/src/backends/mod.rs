//! The parsers, and what each cannot do.

mod serde_json;
mod simd_json;
mod sonic_rs;
