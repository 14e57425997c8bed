//! `--list`.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use super::args::{Format, Libtest};
use super::run::Run;
use super::under_nextest;
use crate::text;

/// Prints the names of the selected cells, and for people why a cell will be skipped.
pub(super) fn print(run: &Run, args: &Libtest) -> ExitCode {
    match write(&mut BufWriter::new(io::stdout().lock()), run, args) {
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
    for cell in &plan.cells {
        if args.ignored && !(under_nextest() && run.session.planned_reason(cell).is_some()) {
            continue;
        }
        count += 1;
        let name = text::into_line(plan.name(cell));
        // Not by `write!`, which takes as long as everything else about a name in a build that optimises nothing.
        out.write_all(name.as_bytes())?;
        match if terse { None } else { run.session.planned_reason(cell) } {
            None => out.write_all(b": test\n")?,
            Some(reason) => writeln!(out, ": test, ignored: {}", text::line(&reason))?,
        }
    }
    if !terse {
        writeln!(out, "\n{count} tests, 0 benchmarks")?;
    }
    out.flush()
}
