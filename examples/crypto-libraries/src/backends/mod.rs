//! The libraries, and what each does not offer or does otherwise.

mod aws_lc_rs;
mod orion;
mod ring;
mod rust_crypto;
