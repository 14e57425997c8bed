//! `--list`.

use std::io::{self, Write};
use std::process::ExitCode;

use super::args::{Format, Libtest};
use super::names::Plain;
use super::run::Run;
use super::under_nextest;
use crate::buffer::Buffer;
use crate::text;

/// So many bytes are written at once: a reader that has seen enough is noticed soon.
const PIECE: usize = 8 << 10;

/// Prints the names of the selected cells, and for people why a cell will be skipped.
pub(super) fn print(run: &Run, args: &Libtest) -> ExitCode {
    match write(&mut io::stdout().lock(), run, args) {
        // A reader that has seen enough, such as `head`, is no failure.
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("error: the list cannot be written: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(out: &mut impl Write, run: &Run, args: &Libtest) -> io::Result<()> {
    let terse = args.format == Format::Terse;
    let mut count = 0_usize;
    let plan = &run.session.plan;
    // Not by `write!`, which takes as long as everything else about a name in a build that optimises nothing.
    let (mut names, mut plain) = (Buffer::default(), Plain::names(plan));
    for cell in &plan.cells {
        if args.ignored && !(under_nextest() && run.session.planned_reason(cell).is_some()) {
            continue;
        }
        count += 1;
        match plain.is(cell) {
            true => plan.add_name(&mut names, cell),
            false => names.add(&text::line(&plan.name(cell))),
        }
        match if terse { None } else { run.session.planned_reason(cell) } {
            None => names.add(": test\n"),
            Some(reason) => names.add(&format!(": test, ignored: {}\n", text::line(&reason))),
        }
        if names.length() >= PIECE {
            out.write_all(names.bytes())?;
            names.cut(0);
        }
    }
    if !terse {
        names.add(&format!("\n{count} tests, 0 benchmarks\n"));
    }
    out.write_all(names.bytes())?;
    out.flush()
}
