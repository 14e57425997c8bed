//! A line below everything else on a terminal, for what a run is doing just now. It is erased before something is printed, comes
//! back behind it, and is gone at the end.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// Whether lines may be shown.
static OPEN: AtomicBool = AtomicBool::new(false);
/// The line that is shown.
static SHOWN: Mutex<Option<String>> = Mutex::new(None);

thread_local! {
    /// Whether this thread is printing, so that nothing is shown.
    static PRINTS: Cell<bool> = const { Cell::new(false) };
}

/// Lines may be shown from here on, where there is a terminal for them; true when there is one.
pub(crate) fn open() -> bool {
    let is_there = terminal::is_there();
    OPEN.store(is_there, Ordering::SeqCst);
    is_there
}

/// Nothing is shown any more.
pub(crate) fn close() {
    if OPEN.swap(false, Ordering::SeqCst) {
        show(None);
    }
}

/// Nothing is shown any more, in a process that ends at once and waits for nobody: what is to be written before anything else.
#[cfg(unix)]
pub(crate) fn give_up() -> &'static str {
    if OPEN.swap(false, Ordering::SeqCst) { terminal::ERASE } else { "" }
}

/// Shows another line in place of the one that is shown. It may hold colours, and nothing else that acts on a terminal.
pub(crate) fn show(line: Option<String>) {
    let mut shown = SHOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let line = line.filter(|_| OPEN.load(Ordering::SeqCst));
    match &line {
        Some(line) => terminal::draw(line),
        None if shown.is_some() => terminal::erase(),
        None => {}
    }
    *shown = line;
}

/// Prints something above the line.
pub(crate) fn print<T>(print: impl FnOnce() -> T) -> T {
    // What panics while it prints is printed by the same thread. At the very end of a thread there is nothing left to ask.
    let prints = PRINTS.try_with(Cell::get).unwrap_or(true);
    if prints || !OPEN.load(Ordering::SeqCst) {
        return print();
    }
    let shown = SHOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let _printing = Printing::begin();
    if shown.is_some() {
        terminal::erase();
    }
    let printed = print();
    if let Some(line) = shown.as_ref() {
        terminal::draw(line);
    }
    printed
}

/// This thread prints, until it is dropped.
struct Printing;

impl Printing {
    fn begin() -> Self {
        PRINTS.set(true);
        Self
    }
}

impl Drop for Printing {
    fn drop(&mut self) {
        PRINTS.set(false);
    }
}

/// How many columns the terminal has; 80 where it does not say.
pub(crate) fn columns() -> usize {
    terminal::columns().unwrap_or(80)
}

#[cfg(unix)]
mod terminal {
    use std::fs::File;
    use std::io::{self, IsTerminal, Write};
    use std::os::fd::AsFd;
    use std::os::unix::fs::FileTypeExt;

    /// Whether standard error is a terminal that can move its cursor, and nobody else writes there what comes out of standard
    /// output, as `less` and `tee` do.
    pub(super) fn is_there() -> bool {
        let moves = std::env::var_os("TERM").is_some_and(|term| !term.is_empty() && term != "dumb");
        moves && io::stderr().is_terminal() && !is_piped()
    }

    fn is_piped() -> bool {
        let stdout = io::stdout().as_fd().try_clone_to_owned().map(File::from);
        let kind = stdout.and_then(|stdout| stdout.metadata()).map(|file| file.file_type());
        kind.is_ok_and(|kind| kind.is_fifo() || kind.is_socket())
    }

    /// Below the place where the cursor is, which stays there: a body that prints something itself goes on where it was, and not
    /// in the middle of the line. (A few lines at once run into it: the second of them.)
    pub(super) fn draw(line: &str) {
        // Down and up again, so that there is a line below; there and back, by the place that the terminal keeps.
        write(&format!("\x1bD\x1b[A\x1b7\x1b[B\r\x1b[K{line}\x1b8"));
    }

    /// Erases what is behind the cursor and below it.
    pub(super) const ERASE: &str = "\x1b[J";

    pub(super) fn erase() {
        write(ERASE);
    }

    fn write(text: &str) {
        // A terminal that is gone shows nothing.
        let _ = io::stderr().write_all(text.as_bytes());
    }

    pub(super) fn columns() -> Option<usize> {
        // SAFETY: a size is plain data, for which zeros are a value.
        let mut size = unsafe { std::mem::zeroed::<libc::winsize>() };
        // SAFETY: the size is written to a place that is there.
        let told = unsafe { libc::ioctl(libc::STDERR_FILENO, libc::TIOCGWINSZ, &mut size) } == 0;
        (told && size.ws_col > 0).then_some(usize::from(size.ws_col))
    }
}

/// Elsewhere no terminal is asked.
#[cfg(not(unix))]
mod terminal {
    pub(super) fn is_there() -> bool {
        false
    }

    pub(super) fn draw(_: &str) {}

    pub(super) fn erase() {}

    pub(super) fn columns() -> Option<usize> {
        None
    }
}
