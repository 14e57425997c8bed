//! How the process ends: a body, a destructor or a handler that ends it must not choose the status of the run.

use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use super::run::{FAILED, Run};

/// The run that is not to end without a conclusion.
static RUN: OnceLock<Arc<Run>> = OnceLock::new();
static HAS_CONCLUDED: AtomicBool = AtomicBool::new(false);

/// From now on, a process that ends before the run has concluded fails, and says what was running.
pub(super) fn arm(run: &Arc<Run>) {
    if RUN.set(Arc::clone(run)).is_ok() {
        // SAFETY: the handler is a function of this executable, which is there until the process ends.
        unsafe { libc::atexit(at_exit) };
    }
}

/// The run has concluded with this status, and nothing that comes later changes it.
pub(super) fn conclude(status: u8) -> std::process::ExitCode {
    HAS_CONCLUDED.store(true, Ordering::SeqCst);
    // What measures coverage writes its file in a handler.
    if status != 0 && std::env::var_os("LLVM_PROFILE_FILE").is_none() {
        leave(status);
    }
    status.into()
}

/// Ends the process without the handlers and destructors that could choose another status.
pub(super) fn leave(status: u8) -> ! {
    use std::io::Write;
    HAS_CONCLUDED.store(true, Ordering::SeqCst);
    let _ = std::io::stdout().flush();
    // SAFETY: a null pointer stands for all streams of C; after that, the process is no more.
    unsafe {
        libc::fflush(std::ptr::null_mut());
        libc::_exit(i32::from(status))
    }
}

/// Comes after every handler that was registered later. Takes no lock that it would have to wait for: whoever has called `exit` may
/// hold it.
extern "C" fn at_exit() {
    if HAS_CONCLUDED.load(Ordering::SeqCst) {
        return;
    }
    let running = RUN.get().and_then(|run| run.running()).filter(|names| !names.is_empty());
    let running = running.map(|names| format!(" while `{}` ran", names.join("`, `"))).unwrap_or_default();
    let message = format!(
        "\nerror: the process was ended before the run concluded{running}: --isolate runs each cell in a process of its own\n"
    );
    // SAFETY: the bytes are there; a stream that is closed takes none of them.
    unsafe {
        libc::write(libc::STDERR_FILENO, message.as_ptr().cast(), message.len());
        libc::_exit(i32::from(FAILED))
    }
}
