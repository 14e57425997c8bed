//! How the process ends: a body, a destructor or a handler that ends it must not choose the status of the run.

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI32, Ordering};

use super::run::{FAILED, Run};
use crate::execute::panics;

/// The run that is not to end without a conclusion, from when there is one.
static RUN: OnceLock<Arc<Run>> = OnceLock::new();
/// What the run has concluded with; negative until then.
static STATUS: AtomicI32 = AtomicI32::new(-1);
/// Nothing is run, and `main` returns what it says.
const NO_RUN: i32 = i32::MAX;
/// How many threads may call `exit` at once. Each takes a handler of its own from the C library's list, and one that finds none left ends
/// the process with its own status before another one's handler comes to that.
const CALLERS: usize = 64;

/// From now on, a process that ends before it has concluded fails: also while it collects what there is to run, which calls functions of
/// the suite.
pub(super) fn arm() {
    // SAFETY: the handlers are functions of this executable, which is there until the process ends.
    unsafe {
        libc::atexit(at_exit);
        for _ in 1..CALLERS {
            libc::atexit(at_exit_too_early);
        }
    }
}

/// What runs, and is named where the process ends before.
pub(super) fn watch(run: &Arc<Run>) {
    let _ = RUN.set(Arc::clone(run));
}

/// The run has concluded with this status, which is set when all that is left to be done at the end of the process is done.
pub(super) fn conclude(status: u8) -> ExitCode {
    STATUS.store(i32::from(status), Ordering::SeqCst);
    status.into()
}

/// `main` returns this, whether a run has concluded with it or there was none.
pub(super) fn settle(code: ExitCode) -> ExitCode {
    let _ = STATUS.compare_exchange(-1, NO_RUN, Ordering::SeqCst, Ordering::SeqCst);
    code
}

/// Ends the process at once, without what is left to be done at its end.
pub(super) fn leave(status: u8) -> ! {
    panics::elsewhere::release();
    let erase = crate::screen::give_up();
    let _ = std::io::stdout().flush();
    // SAFETY: the bytes are there.
    unsafe { libc::write(libc::STDERR_FILENO, erase.as_ptr().cast(), erase.len()) };
    // SAFETY: a null pointer stands for all streams of C; after that, the process is no more.
    unsafe {
        libc::fflush(std::ptr::null_mut());
        libc::_exit(i32::from(status))
    }
}

/// Ends the process at once, and leaves what it holds of other people's as it is.
pub(super) fn vanish() -> ! {
    // SAFETY: it ends the process, and calls nothing that somebody else has registered or holds a lock of.
    unsafe { libc::_exit(i32::from(FAILED)) }
}

/// Comes after every handler that was registered later. Takes no lock that it would have to wait for: whoever has called `exit` may
/// hold it.
extern "C" fn at_exit() {
    at_exit_too_early();
    let status = STATUS.load(Ordering::SeqCst);
    if status == NO_RUN {
        return;
    }
    // A handler that has ended the process before this leaves a record of a run that has not concluded.
    if let Some(run) = RUN.get() {
        run.end_record();
    }
    if status != 0 {
        // SAFETY: called from a handler, it goes on with those that were registered earlier (coverage, sanitizers), and sets the
        // status that another handler may have changed.
        unsafe { libc::exit(status) }
    }
}

/// Ends the process where nothing has concluded.
extern "C" fn at_exit_too_early() {
    if STATUS.load(Ordering::SeqCst) >= 0 {
        return;
    }
    let running = RUN.get().and_then(|run| run.running()).filter(|names| !names.is_empty());
    let running =
        running.map(|names| format!(" while `{}` ran", crate::text::line(&names.join("`, `")))).unwrap_or_default();
    panics::elsewhere::release();
    let erase = crate::screen::give_up();
    let advice = if RUN.get().is_some() { ": --isolate runs each cell in a process of its own" } else { ", or began" };
    let message = format!("{erase}\nerror: the process was ended before the run concluded{running}{advice}\n");
    // SAFETY: the bytes are there; a stream that is closed takes none of them.
    unsafe {
        libc::write(libc::STDERR_FILENO, message.as_ptr().cast(), message.len());
        libc::_exit(i32::from(FAILED))
    }
}
