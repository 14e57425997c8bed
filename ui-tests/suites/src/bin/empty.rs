//! A suite that misbehaves on purpose: it holds nothing. `tests/cli.rs` runs it.

crosscheck::main!();
