//! Prints every mutant, a line each: name, backend, function, fault and tests, between tabs.

use std::io::{self, Write};

use crosscheck_mutants::{Entry, catalogue};

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    let line = |it: &Entry| [&it.name, it.backend, it.function, it.what, it.tests].join("\t");
    catalogue().iter().try_for_each(|it| writeln!(out, "{}", line(it)))
}
