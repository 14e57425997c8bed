//! Three crates that speak base64, as backends of [`codec_suite`].

#![forbid(unsafe_code)]

mod base64;
mod data_encoding;
mod radix64;
