//! The lines that a test executable prints while it runs, in the formats of libtest: people, Cargo and editors know them.

use std::fs::File;
use std::io::{self, Write};
use std::time::Duration;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use serde_json::json;

use super::args::{Color, Format, Libtest};
use super::threads::{Ended, Trial};
use crate::buffer::Buffer;
use crate::screen;

/// Prints what becomes of cells.
pub(super) struct Printer {
    out: Box<dyn Write + Send>,
    /// The same where it shows no colours, for lines that hold none: not looked at once more for each cell.
    plain: Option<io::Stdout>,
    format: Format,
    /// How long the longest name is, in characters.
    width: usize,
    /// What is printed next.
    text: Buffer,
}

/// How many cells came to what.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) passed: usize,
    pub(super) failed: usize,
    pub(super) ignored: usize,
    pub(super) filtered_out: usize,
}

/// The file of `--logfile` cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("--logfile: {path}: {source}")]
pub(super) struct LogfileError {
    path: String,
    source: io::Error,
}

impl Printer {
    /// One that prints as the command line says.
    pub(super) fn new(args: &Libtest) -> Result<Self, LogfileError> {
        let color = args.color;
        let mut plain = None;
        let out: Box<dyn Write + Send> = match &args.logfile {
            Some(path) => {
                let file =
                    File::create(path).map_err(|source| LogfileError { path: path.display().to_string(), source })?;
                match color {
                    Color::Always => Box::new(AutoStream::always(file)),
                    Color::Auto | Color::Never => Box::new(AutoStream::never(file)),
                }
            }
            None => {
                let choice = match color {
                    Color::Auto => ColorChoice::Auto,
                    Color::Always => ColorChoice::Always,
                    Color::Never => ColorChoice::Never,
                };
                let out = AutoStream::new(io::stdout(), choice);
                plain = (out.current_choice() == ColorChoice::Never).then(io::stdout);
                Box::new(out)
            }
        };
        Ok(Self { out, plain, format: args.format, width: 0, text: Buffer::default() })
    }

    /// Prints a text in one piece. The record says what became of the cells where nobody reads this.
    fn print(&mut self, text: &str) {
        let _ = screen::print(|| self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush()));
    }

    /// The same with what was put together, which only holds colours where there are any.
    fn print_added(&mut self) {
        let Self { out, plain, text, .. } = self;
        let _ = screen::print(|| match plain {
            Some(out) => out.write_all(text.bytes()).and_then(|()| out.flush()),
            None => out.write_all(text.bytes()).and_then(|()| out.flush()),
        });
        self.text.cut(0);
    }

    /// What is going to run.
    pub(super) fn title(&mut self, trials: &[Trial<'_>]) {
        self.width = trials.iter().map(|trial| trial.width).max().unwrap_or(0);
        let count = trials.len();
        let plural = if count == 1 { "" } else { "s" };
        self.text.add(&match self.format {
            Format::Json => format!(r#"{{ "type": "suite", "event": "started", "test_count": {count} }}"#) + "\n",
            Format::Pretty | Format::Terse => format!("\nrunning {count} test{plural}\n"),
        });
        self.print_added();
    }

    /// A cell's line begins with its name.
    pub(super) fn begins(&mut self, trial: &Trial<'_>) {
        self.add_beginning(trial);
        if self.text.length() > 0 {
            self.print_added();
        }
    }

    /// And it ends with what became of the cell.
    pub(super) fn ended(&mut self, trial: &Trial<'_>, ended: &Ended) {
        self.add_end(trial, ended);
        self.print_added();
    }

    /// The lines of cells that have ended, in one piece.
    pub(super) fn both(&mut self, ends: &[(&Trial<'_>, Ended)]) {
        for (trial, ended) in ends {
            self.add_beginning(trial);
            self.add_end(trial, ended);
        }
        self.print_added();
    }

    fn add_beginning(&mut self, trial: &Trial<'_>) {
        match self.format {
            // Not by `format!`, which takes as long as everything else about a small cell in a debug build.
            Format::Pretty => {
                self.text.add("test ");
                self.text.add(&trial.name);
                for _ in trial.width..self.width {
                    self.text.add_ascii(b' ');
                }
                self.text.add(" ... ");
            }
            Format::Terse => {}
            Format::Json => self
                .text
                .add(&format!("{{ \"type\": \"test\", \"event\": \"started\", \"name\": {} }}\n", json!(trial.name))),
        }
    }

    fn add_end(&mut self, trial: &Trial<'_>, ended: &Ended) {
        let is_plain = self.plain.is_some();
        match (self.format, ended) {
            (Format::Pretty, Ended::Ok) if is_plain => self.text.add("ok\n"),
            (Format::Pretty, _) => self.text.add(&format!("{}\n", self.verdict(ended))),
            (Format::Terse, Ended::Ok) if is_plain => self.text.add("."),
            (Format::Terse, _) => {
                let (style, word) = self.word(ended);
                let letter = if word == "ok" { "." } else { &word[..1] };
                self.text.add(&format!("{style}{letter}{style:#}"));
            }
            (Format::Json, _) => {
                let (event, output) = match ended {
                    Ended::Ok => ("ok", String::new()),
                    Ended::Ignored(_) => ("ignored", String::new()),
                    Ended::Failed(message) => {
                        ("failed", format!(r#", "stdout": {}"#, json!(format!("Error: \"{message}\"\n"))))
                    }
                };
                let name = json!(trial.name);
                let line = format!("{{ \"type\": \"test\", \"name\": {name}, \"event\": \"{event}\"{output} }}\n");
                self.text.add(&line);
            }
        }
    }

    /// The failed cells with what is to be said of each.
    pub(super) fn failures(&mut self, failed: &[(String, String)]) {
        if self.format == Format::Json {
            return;
        }
        let mut text = "\nfailures:\n\n".to_owned();
        for (name, message) in failed {
            text.push_str(&format!("---- {name} ----\n{message}\n\n"));
        }
        text.push_str("\nfailures:\n");
        for (name, _) in failed {
            text.push_str(&format!("    {name}\n"));
        }
        self.print(&text);
    }

    /// How many came to what.
    pub(super) fn summary(&mut self, counts: &Counts, elapsed: Duration) {
        let Counts { passed, failed, ignored, filtered_out } = *counts;
        let seconds = elapsed.as_secs_f64();
        let text = match self.format {
            Format::Json => format!(
                "{{ \"type\": \"suite\", \"event\": \"{}\", \"passed\": {passed}, \"failed\": {failed}, \"ignored\": {ignored}, \
                 \"measured\": 0, \"filtered_out\": {filtered_out}, \"exec_time\": {seconds} }}\n",
                if failed > 0 { "failed" } else { "ok" },
            ),
            Format::Pretty | Format::Terse => {
                let all = if failed > 0 { Ended::Failed(String::new()) } else { Ended::Ok };
                format!(
                    "\ntest result: {}. {passed} passed; {failed} failed; {ignored} ignored; 0 measured; {filtered_out} \
                     filtered out; finished in {seconds:.2}s\n\n",
                    self.verdict(&all),
                )
            }
        };
        self.text.add(&text);
        self.print_added();
    }

    /// The word for it, and its colour.
    fn word(&self, ended: &Ended) -> (Style, &'static str) {
        let (color, word) = match ended {
            Ended::Ok => (AnsiColor::Green, "ok"),
            Ended::Ignored(_) => (AnsiColor::Yellow, "ignored"),
            Ended::Failed(_) => (AnsiColor::Red, "FAILED"),
        };
        (if self.plain.is_some() { Style::new() } else { color.on_default() }, word)
    }

    /// The coloured word, with the reason where there is one.
    fn verdict(&self, ended: &Ended) -> String {
        let (style, word) = self.word(ended);
        match ended {
            Ended::Ignored(Some(reason)) => format!("{style}{word} ({reason}){style:#}"),
            _ => format!("{style}{word}{style:#}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is printed of four cells, one of which fails.
    fn printed(format: Format) -> String {
        let written = Written::default();
        let out = Box::new(written.clone());
        let mut printer = Printer { out, plain: None, format, width: 0, text: Buffer::default() };
        let trial = |name: &'static str| Trial { name: name.into(), width: name.len(), at: 0, ignored: false };
        let cells = [
            ("a", Ended::Ok),
            ("a::b", Ended::Ignored(None)),
            ("c", Ended::Ignored(Some("no \"c\"".to_owned()))),
            ("d\"", Ended::Failed("FAILED: \"d\"\n  in d".to_owned())),
        ];
        printer.title(&cells.iter().map(|(name, _)| trial(name)).collect::<Vec<_>>());
        for (name, ended) in &cells {
            printer.begins(&trial(name));
            printer.ended(&trial(name), ended);
        }
        printer.failures(&[("d\"".to_owned(), "FAILED: \"d\"\n  in d".to_owned())]);
        let counts = Counts { passed: 1, failed: 1, ignored: 2, filtered_out: 5 };
        printer.summary(&counts, Duration::from_millis(1250));
        let printed = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        anstream::adapter::strip_str(&printed).to_string()
    }

    /// As libtest-mimic 0.8.2 prints them.
    #[test]
    fn the_formats_are_those_of_libtest() {
        let failures = "\nfailures:\n\n---- d\" ----\nFAILED: \"d\"\n  in d\n\n\nfailures:\n    d\"\n";
        let result =
            "\ntest result: FAILED. 1 passed; 1 failed; 2 ignored; 0 measured; 5 filtered out; finished in 1.25s\n\n";
        assert_eq!(
            printed(Format::Pretty),
            format!(
                "\nrunning 4 tests\ntest a    ... ok\ntest a::b ... ignored\ntest c    ... ignored (no \"c\")\n\
                 test d\"   ... FAILED\n{failures}{result}"
            ),
        );
        assert_eq!(printed(Format::Terse), format!("\nrunning 4 tests\n.iiF{failures}{result}"));
        assert_eq!(
            printed(Format::Json),
            r#"{ "type": "suite", "event": "started", "test_count": 4 }
{ "type": "test", "event": "started", "name": "a" }
{ "type": "test", "name": "a", "event": "ok" }
{ "type": "test", "event": "started", "name": "a::b" }
{ "type": "test", "name": "a::b", "event": "ignored" }
{ "type": "test", "event": "started", "name": "c" }
{ "type": "test", "name": "c", "event": "ignored" }
{ "type": "test", "event": "started", "name": "d\"" }
{ "type": "test", "name": "d\"", "event": "failed", "stdout": "Error: \"FAILED: \"d\"\n  in d\"\n" }
{ "type": "suite", "event": "failed", "passed": 1, "failed": 1, "ignored": 2, "measured": 0, "filtered_out": 5, "exec_time": 1.25 }
"#,
        );
    }
}
