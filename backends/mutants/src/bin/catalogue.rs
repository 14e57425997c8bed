//! Prints every mutant, a line each: name, backend, function and fault, between tabs.

use std::io::{self, Write};

use crosscheck_mutants::catalogue;

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    catalogue().iter().try_for_each(|it| writeln!(out, "{}\t{}\t{}\t{}", it.name, it.backend, it.function, it.what))
}
