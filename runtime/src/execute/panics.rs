//! Catching panics with their message, place and backtrace.

pub(crate) mod elsewhere;

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::Cell;
use std::io::Write;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::{screen, text};

/// A panic that was caught.
#[derive(Debug)]
pub struct Panic {
    /// The message, or what stands for it, however long it is.
    pub message: String,
    /// `file:line:column`, where known.
    pub location: Option<String>,
    /// Where the panic came from, unless it was printed at once; formatted only when it is shown, because that takes ten
    /// times longer than to capture it.
    backtrace: Option<Backtrace>,
}

impl Panic {
    /// A panic of which only the payload is known.
    fn of(payload: &(dyn Any + Send)) -> Self {
        let message = said(payload).unwrap_or(NO_TEXT).to_owned();
        Self { message, location: None, backtrace: None }
    }

    /// The backtrace, where `RUST_BACKTRACE` asks for one and it has not been printed.
    pub(crate) fn backtrace(&self) -> Option<String> {
        let trace = self.backtrace.as_ref().filter(|trace| trace.status() == BacktraceStatus::Captured)?;
        Some(body_frames(&trace.to_string()))
    }

    /// The panic, its message saying when it happened.
    pub(crate) fn noted(mut self, what: &str) -> Self {
        self.message = format!("{} (when {what})", self.message);
        self
    }

    /// The message and where it came from, cut where it is long.
    pub(crate) fn describe(&self) -> String {
        text::cut(self.whole())
    }

    /// The whole of that.
    pub(crate) fn whole(&self) -> String {
        self.heading() + &self.message
    }

    /// What stands before the message.
    pub(crate) fn heading(&self) -> String {
        match &self.location {
            Some(location) => format!("panicked at {location}: "),
            None => "panicked: ".to_owned(),
        }
    }
}

/// What stands for the message of a panic that has none.
const NO_TEXT: &str = "a panic whose payload is not a string";

/// The message of a panic.
fn said(payload: &(dyn Any + Send)) -> Option<&str> {
    let literal = payload.downcast_ref::<&'static str>().copied();
    literal.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
}

/// What becomes of a panic besides being returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Panics {
    /// It goes to the hook that was there before, which prints it.
    Unexpected,
    /// It is kept, with its backtrace, and not printed: what comes of it is seen later.
    Kept,
    /// The same, of a body that is expected to fail.
    Expected,
}

/// The frames between the start of the panic and crosscheck's own, as the standard library's short form leaves out what is
/// above and below; all of them where that is not to be found.
fn body_frames(trace: &str) -> String {
    let mut frames: Vec<String> = Vec::new();
    for line in trace.lines() {
        match (line.split_once(':'), frames.last_mut()) {
            (Some((number, _)), _) if number.trim().parse::<u32>().is_ok() => frames.push(format!("{line}\n")),
            (_, Some(frame)) => frame.push_str(&format!("{line}\n")),
            (_, None) => {}
        }
    }
    let at = |name: &str| frames.iter().position(|frame| frame.contains(name));
    let Some(start) = at("rust_begin_unwind") else { return frames.concat() };
    // The hook that captures the trace is crosscheck's too: only what is behind the panic ends the body.
    let body = &frames[start + 1..];
    match body.iter().position(|frame| frame.contains("crosscheck::execute::")) {
        Some(end) => body[..end].concat(),
        None => frames.concat(),
    }
}

thread_local! {
    static CAUGHT: Cell<Caught> = const { Cell::new(Caught { panics: None, has_noted: false }) };
    /// The last panic of the body that this thread runs. It is looked for only where there is one: a debug build takes long for it.
    static NOTED: Cell<Option<Box<Panic>>> = const { Cell::new(None) };
}

/// What becomes of this thread's panics while a body runs, and whether one is noted; nothing while none does.
#[derive(Clone, Copy, Default)]
struct Caught {
    panics: Option<Panics>,
    has_noted: bool,
}

/// Whether this process is a test executable of crosscheck's, whose output is a report. In another one, such as that of an
/// ordinary `#[test]`, printing is the business of the hook that is there.
static GUARDED: AtomicBool = AtomicBool::new(false);

/// From here on, no message of a panic can pass for a line of the report.
pub(crate) fn guard() {
    GUARDED.store(true, Ordering::Relaxed);
}

/// Puts the hook that notes panics before the one that is there.
fn install() {
    let previous = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if note(info) || elsewhere::held(|| written(info, said(info.payload()))) {
            return;
        }
        let guarded = GUARDED.load(Ordering::Relaxed);
        screen::print(|| match said(info.payload()).filter(|message| guarded && !is_harmless(message)) {
            // Not by the macro: a stream that is closed would be a panic in the hook, which ends the process.
            Some(message) => drop(writeln!(std::io::stderr(), "{}", written(info, Some(message)))),
            None => previous(info),
        });
    }));
}

/// Whether the hook that was there before may print a message as it is: nothing in it acts on a terminal, none of its further
/// lines begins at the margin, where a line of the report could, and its first one does not begin as one of those.
fn is_harmless(message: &str) -> bool {
    let is_inside = |line: &str| line.is_empty() || line.starts_with([' ', '\t']);
    message.len() <= 2 * text::KEPT
        && text::lines(message) == message
        && !message.starts_with("test ")
        && message.split('\n').skip(1).all(is_inside)
}

/// A panic as the standard library prints it, except for what its message could do.
fn written(info: &PanicHookInfo<'_>, message: Option<&str>) -> String {
    let thread = std::thread::current();
    let place = info.location().map(|at| format!(" at {}", text::line(&at.to_string()))).unwrap_or_default();
    let message = text::barred(&text::cut(message.unwrap_or(NO_TEXT)));
    let backtrace = Backtrace::capture();
    let backtrace = match backtrace.status() {
        BacktraceStatus::Captured => body_frames(&backtrace.to_string()),
        _ => String::new(),
    };
    let name = text::line(thread.name().unwrap_or("<unnamed>"));
    format!("\nthread '{name}' panicked{place}:{message}\n{backtrace}")
}

/// Puts the hook back, whatever a body has put in its place; what stands behind it is the standard library's.
#[cfg(unix)]
pub(crate) fn reinstall() {
    let _ = panic::take_hook();
    install();
}

/// Runs `body` and returns its panic.
pub(crate) fn catch<T>(panics: Panics, body: impl FnOnce() -> T) -> Result<T, Box<Panic>> {
    static HOOK: Once = Once::new();
    HOOK.call_once(install);
    let own = Caught { panics: Some(panics), has_noted: false };
    let outer = CAUGHT.replace(own);
    let noted = if outer.has_noted { NOTED.take() } else { None };
    let result = match panic::catch_unwind(AssertUnwindSafe(body)) {
        Ok(value) => Ok(value),
        Err(payload) => {
            // A panic that the body caught itself has been noted too, and one that it resumes goes past the hook.
            CAUGHT.set(own);
            let thrown = Panic::of(payload.as_ref());
            let noted = NOTED.take().filter(|noted| noted.message == thrown.message);
            // A payload may panic while it is dropped; that is no reason to lose what was learnt.
            let _ = panic::catch_unwind(AssertUnwindSafe(|| drop(payload)));
            Err(noted.unwrap_or_else(|| Box::new(thrown)))
        }
    };
    if CAUGHT.replace(outer).has_noted || outer.has_noted {
        NOTED.set(noted);
    }
    result
}

/// Notes a panic of a thread that runs a body; true when it is not to be printed.
fn note(info: &PanicHookInfo<'_>) -> bool {
    // What panics while it is noted finds nothing here.
    let Some(panics) = CAUGHT.replace(Caught::default()).panics else { return false };
    let is_kept = panics != Panics::Unexpected;
    let noted = Panic {
        location: info.location().map(ToString::to_string),
        backtrace: is_kept.then(Backtrace::capture),
        ..Panic::of(info.payload())
    };
    NOTED.set(Some(Box::new(noted)));
    CAUGHT.set(Caught { panics: Some(panics), has_noted: true });
    is_kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_returned_with_its_message_and_place() {
        let panic = catch(Panics::Expected, || panic!("no {}", "way")).unwrap_err();
        assert_eq!(panic.message, "no way");
        assert!(panic.location.unwrap().contains("panics.rs"));
    }

    #[test]
    fn a_panic_that_the_body_caught_is_not_taken_for_the_one_that_it_resumed() {
        let panic = catch(Panics::Expected, || {
            let _ = panic::catch_unwind(|| panic!("first"));
            panic::resume_unwind(Box::new("second"));
        });
        let panic = panic.unwrap_err();
        assert_eq!((panic.message.as_str(), panic.location), ("second", None));
        // Neither is that of a body before it.
        assert!(catch(Panics::Expected, || panic::catch_unwind(|| panic!("third")).is_err()).unwrap());
        let panic = catch(Panics::Expected, || panic::resume_unwind(Box::new("third")));
        assert_eq!(panic.unwrap_err().location, None);
    }

    #[test]
    fn what_is_caught_inside_of_a_body_is_not_taken_for_its_own_panic_and_does_not_hide_that() {
        for inner_panics in [false, true] {
            let panic = catch(Panics::Expected, || {
                let own = panic::catch_unwind(|| panic!("own")).unwrap_err();
                let inner = catch(Panics::Kept, || assert!(!inner_panics, "own"));
                assert_eq!(inner.is_err(), inner_panics);
                panic::resume_unwind(own);
            });
            let panic = panic.unwrap_err();
            assert_eq!((panic.message.as_str(), panic.location.is_some()), ("own", true));
        }
    }

    #[test]
    fn a_backtrace_is_cut_to_the_frames_of_the_body() {
        let trace = "   0: crosscheck::execute::panics::note\n             at a.rs:1\n   1: __rustc::rust_begin_unwind\n   2: user::check\n             \
                     at check.rs:7:5\n   3: crosscheck::execute::executor::Executor::run\n   4: main\n";
        assert_eq!(body_frames(trace), "   2: user::check\n             at check.rs:7:5\n");
        assert_eq!(body_frames("   0: user::check\n"), "   0: user::check\n");
    }

    #[test]
    fn a_panic_with_another_payload_and_one_that_panics_in_drop_are_returned_as_well() {
        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                panic!("again");
            }
        }
        let panic = catch(Panics::Expected, || panic::panic_any(Bomb)).unwrap_err();
        assert_eq!(panic.message, "a panic whose payload is not a string");
        assert_eq!(catch(Panics::Unexpected, || 7).unwrap(), 7);
    }
}
