//! The answer, as it comes.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use crosscheck_inference::generate::{Finish, GenerateError, TokenStream};
use crosscheck_inference::tokenizer::Decoder;
use futures_lite::{FutureExt, StreamExt};

use crate::failure::Failure;
use crate::interrupt::Interrupts;

/// How an answer came.
pub struct Statistics {
    pub prompt: usize,
    tokens: usize,
    begin: Instant,
    /// When the first token was there, and the last.
    came: Option<(Instant, Instant)>,
    pub end: End,
}

/// Why an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// By itself, or at a limit.
    Finished(Option<Finish>),
    Interrupted,
    /// The reader is gone.
    Unread,
}

impl Statistics {
    /// Of an answer that is about to begin.
    pub fn new(prompt: usize) -> Self {
        Self { prompt, tokens: 0, begin: Instant::now(), came: None, end: End::Finished(None) }
    }

    /// Prints the answer as it comes, until it ends in one way or another.
    pub async fn print(
        &mut self,
        mut stream: TokenStream,
        mut decoder: Decoder,
        interrupts: &Interrupts,
    ) -> Result<(), Failure> {
        let mut page = Page { output: io::stdout().lock(), is_terminal: io::stdout().is_terminal() };
        self.end = loop {
            let interrupted = async {
                interrupts.next().await;
                Event::Interrupted
            };
            let text = match interrupted.or(async { Event::Next(stream.next().await) }).await {
                Event::Interrupted => break End::Interrupted,
                Event::Next(None) => break End::Finished(stream.finish()),
                Event::Next(Some(Ok(token))) => {
                    self.count();
                    decoder.push(token)?
                }
                Event::Next(Some(Err(error))) => {
                    // What there is of the answer stays readable.
                    drop(page.write("\n"));
                    return Err(error.into());
                }
            };
            if page.write(&text).is_err() {
                break End::Unread;
            }
        };
        if page.write(&(decoder.finish() + "\n")).is_err() {
            self.end = End::Unread;
        }
        Ok(())
    }

    fn count(&mut self) {
        let now = Instant::now();
        self.tokens += 1;
        self.came.get_or_insert((now, now)).1 = now;
    }
}

enum Event {
    Interrupted,
    Next(Option<Result<u32, GenerateError>>),
}

struct Page<W> {
    output: W,
    is_terminal: bool,
}

impl<W: Write> Page<W> {
    fn write(&mut self, text: &str) -> io::Result<()> {
        if self.is_terminal {
            // A model's text shall not move the cursor.
            self.output.write_all(harmless(text).as_bytes())?;
        } else {
            self.output.write_all(text.as_bytes())?;
        }
        self.output.flush()
    }
}

fn harmless(text: &str) -> String {
    let shown = |c: char| if c.is_control() && !matches!(c, '\n' | '\t') { char::REPLACEMENT_CHARACTER } else { c };
    text.chars().map(shown).collect()
}

impl fmt::Display for Statistics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "prompt: {}", counted(self.prompt))?;
        if let Some((first, last)) = self.came {
            write!(f, ", first token after {}", seconds(first - self.begin))?;
            write!(f, "; answer: {}", counted(self.tokens))?;
            let took = last - first;
            if self.tokens > 1 && !took.is_zero() {
                write!(f, ", {:.1} tokens/s", (self.tokens - 1) as f64 / took.as_secs_f64())?;
            }
        } else {
            write!(f, "; no answer after {}", seconds(self.begin.elapsed()))?;
        }
        match self.end {
            End::Finished(Some(Finish::Length)) => f.write_str("; cut off there: `--max-tokens` allows more"),
            End::Finished(Some(Finish::Context)) => f.write_str("; cut off there: the model's context is full"),
            End::Interrupted => f.write_str("; interrupted"),
            End::Finished(Some(Finish::Stop(_)) | None) | End::Unread => Ok(()),
        }
    }
}

fn counted(tokens: usize) -> String {
    if tokens == 1 { "1 token".to_owned() } else { format!("{tokens} tokens") }
}

/// A duration, as exact as is of use.
pub fn seconds(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 10.0 { format!("{seconds:.2} s") } else { format!("{seconds:.0} s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_for_a_terminal_has_no_control_characters_but_line_breaks_and_tabs() {
        assert_eq!(harmless("a\n\tb é\u{1b}[2J\r\u{9b}"), "a\n\tb é\u{fffd}[2J\u{fffd}\u{fffd}");
        let written = |is_terminal| {
            let mut page = Page { output: Vec::new(), is_terminal };
            page.write("\u{1b}").unwrap();
            page.output
        };
        assert_eq!((written(true), written(false)), ("\u{fffd}".as_bytes().to_vec(), b"\x1b".to_vec()));
    }

    #[test]
    fn statistics_say_what_is_known() {
        let begin = Instant::now();
        let at = |millis| begin + Duration::from_millis(millis);
        let of = |tokens, came, end| Statistics { prompt: 37, tokens, begin, came, end }.to_string();
        let whole = End::Finished(Some(Finish::Stop(2)));
        assert_eq!(
            of(31, Some((at(250), at(1000))), whole),
            "prompt: 37 tokens, first token after 0.25 s; answer: 31 tokens, 40.0 tokens/s"
        );
        assert_eq!(
            of(1, Some((at(12_345), at(12_345))), End::Finished(Some(Finish::Length))),
            "prompt: 37 tokens, first token after 12 s; answer: 1 token; cut off there: `--max-tokens` allows more"
        );
        assert_eq!(
            of(2, Some((at(0), at(500))), End::Interrupted),
            "prompt: 37 tokens, first token after 0.00 s; answer: 2 tokens, 2.0 tokens/s; interrupted"
        );
        let none = of(0, None, whole);
        assert!(none.starts_with("prompt: 37 tokens; no answer after 0.0"), "{none}");
    }
}
