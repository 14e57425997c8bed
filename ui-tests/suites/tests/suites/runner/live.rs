//! What a run says while it goes, on a terminal and elsewhere.

use std::io::Read;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::sync::{Arc, Mutex};

use super::*;

/// Rows and columns of the terminals here.
const SIZE: (u16, u16) = (12, 100);

/// How a line goes on where cells of `held` run. Which of those that begin together stands first is chance.
const HELD: &str = ": held::n_";

/// What a terminal shows, with all that has left it at the top: enough of one for what is written there.
#[derive(Default)]
struct Screen {
    lines: Vec<Vec<char>>,
    /// The lines that go on in the next one.
    broken: BTreeSet<usize>,
    /// The line that is the first one of those that are shown.
    top: usize,
    row: usize,
    column: usize,
    kept: (usize, usize),
}

impl Screen {
    fn after(bytes: &[u8]) -> Self {
        let mut screen = Self::default();
        let text = String::from_utf8_lossy(bytes);
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            match c {
                '\n' => screen.down(),
                '\r' => screen.column = 0,
                '\u{1b}' => match rest.next() {
                    Some('D') => screen.down(),
                    Some('7') => screen.kept = (screen.row - screen.top, screen.column),
                    Some('8') => (screen.row, screen.column) = (screen.kept.0 + screen.top, screen.kept.1),
                    Some('[') => match rest.next() {
                        Some('A') => screen.row = screen.row.saturating_sub(1).max(screen.top),
                        Some('B') => screen.row = (screen.row + 1).min(screen.top + usize::from(SIZE.0) - 1),
                        Some('K') => screen.erase_line(),
                        Some('J') => {
                            screen.erase_line();
                            screen.lines.truncate(screen.row + 1);
                        }
                        other => panic!("it writes ESC [ {other:?}"),
                    },
                    // Cut off.
                    None => {}
                    other => panic!("it writes ESC {other:?}"),
                },
                c => {
                    assert!(!c.is_control(), "it writes {c:?}");
                    if screen.column == usize::from(SIZE.1) {
                        screen.broken.insert(screen.row);
                        screen.down();
                        screen.column = 0;
                    }
                    screen.put(c);
                }
            }
        }
        screen
    }

    fn line(&mut self) -> &mut Vec<char> {
        self.lines.resize(self.lines.len().max(self.row + 1), Vec::new());
        &mut self.lines[self.row]
    }

    fn down(&mut self) {
        self.row += 1;
        self.top = self.top.max((self.row + 1).saturating_sub(SIZE.0.into()));
        self.line();
    }

    fn erase_line(&mut self) {
        let (row, column) = (self.row, self.column);
        self.line().truncate(column);
        self.broken.retain(|broken| *broken < row);
    }

    fn put(&mut self, c: char) {
        let column = self.column;
        let line = self.line();
        line.resize(line.len().max(column + 1), ' ');
        line[column] = c;
        self.column += 1;
    }

    fn text(&self) -> String {
        let line = |(at, line): (usize, &Vec<char>)| {
            let text: String = line.iter().collect();
            if self.broken.contains(&at) { text } else { format!("{}\n", text.trim_end()) }
        };
        self.lines.iter().enumerate().map(line).collect()
    }
}

/// A terminal, and all that was written to it.
struct Terminal {
    /// The end that a process has.
    end: OwnedFd,
    written: Arc<Mutex<Vec<u8>>>,
    reader: std::thread::JoinHandle<()>,
}

impl Terminal {
    fn open() -> Self {
        let (mut ours, mut theirs) = (0, 0);
        let mut size = libc::winsize { ws_row: SIZE.0, ws_col: SIZE.1, ws_xpixel: 0, ws_ypixel: 0 };
        // SAFETY: all that it reads and writes is there; a terminal without a name and with the usual modes is asked for.
        let opened =
            unsafe { libc::openpty(&mut ours, &mut theirs, std::ptr::null_mut(), std::ptr::null_mut(), &raw mut size) };
        assert_eq!(opened, 0, "{}", std::io::Error::last_os_error());
        // SAFETY: both have just been opened, and nobody else has them.
        let (ours, end) = unsafe { (OwnedFd::from_raw_fd(ours), OwnedFd::from_raw_fd(theirs)) };
        // The suites of other tests are started meanwhile, and one of them writes to all that it inherits.
        for descriptor in [&ours, &end] {
            // SAFETY: a flag of a descriptor that is open.
            unsafe { libc::fcntl(descriptor.as_raw_fd(), libc::F_SETFD, libc::FD_CLOEXEC) };
        }
        let written = Arc::new(Mutex::new(Vec::new()));
        let reader = std::thread::spawn({
            let written = Arc::clone(&written);
            move || {
                let (mut ours, mut buffer) = (File::from(ours), [0; 4096]);
                // At the end, Linux has an error for it.
                while let Ok(length @ 1..) = ours.read(&mut buffer) {
                    written.lock().unwrap().extend_from_slice(&buffer[..length]);
                }
            }
        });
        Self { end, written, reader }
    }

    fn end(&self) -> Stdio {
        self.end.try_clone().unwrap().into()
    }

    fn shows(&self) -> String {
        Screen::after(&self.written.lock().unwrap()).text()
    }

    /// Waits until the last line that it shows is like this.
    #[track_caller]
    fn wait_for_last(&self, what: &str, is: impl Fn(&str) -> bool) {
        let until = Instant::now() + LONG;
        loop {
            let shown = self.shows();
            if shown.lines().last().is_some_and(&is) {
                return;
            }
            assert!(Instant::now() < until, "waited in vain: {what}, of which it shows\n{shown}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// What it shows when nobody else has it any more.
    fn finish(self) -> String {
        drop(self.end);
        self.reader.join().unwrap();
        Screen::after(&self.written.lock().unwrap()).text()
    }
}

/// A run on a terminal, and where its standard output goes if not there.
fn on(terminal: &Terminal, mut job: Job, stdout: Option<Stdio>) -> Running {
    File::create(&job.stdout).unwrap();
    File::create(&job.stderr).unwrap();
    job.command.stdout(stdout.unwrap_or_else(|| terminal.end())).stderr(terminal.end());
    job.go()
}

/// The lines of a run's output, sorted, because which cell ends first is chance; without what no two runs have in common.
fn lines_of(output: &str) -> Vec<String> {
    // How long a cell waits for the gate is chance as well, and with that whether it is one of the slowest.
    let is_slow = |line: &str| line == "slowest cells" || line.contains(" s  ");
    let is_chance =
        |line: &str| line.is_empty() || line.starts_with("record: ") || line.contains("thread '") || is_slow(line);
    let lines = output.lines().map(|line| line.split("finished in ").next().unwrap_or_default().trim_end());
    let mut lines: Vec<_> = lines.filter(|line| !is_chance(line)).map(str::to_owned).collect();
    lines.sort();
    lines
}

/// Says which lines only one of them has.
#[track_caller]
fn have_the_same_lines(shown: &str, plain: &str) {
    let (shown_lines, plain_lines) = (lines_of(shown), lines_of(plain));
    let more: Vec<_> = shown_lines.iter().filter(|line| !plain_lines.contains(line)).collect();
    let fewer: Vec<_> = plain_lines.iter().filter(|line| !shown_lines.contains(line)).collect();
    assert!(more.is_empty() && fewer.is_empty(), "more: {more:#?}\nfewer: {fewer:#?}\n{shown}");
    assert_eq!(shown_lines.len(), plain_lines.len(), "{shown}");
}

#[test]
fn a_line_moves_on_a_terminal_and_is_gone_at_the_end() {
    for more in [&[][..], &["--isolate"], &["--test-threads", "1"], &["--quiet"]] {
        let args = [&["--exact", "held", "moody", "quick"], more].concat();
        let (stage, terminal) = (Stage::new(), Terminal::open());
        // Otherwise what a cell prints stands in the middle of a line.
        let fails = if more.len() < 2 && more != ["--quiet"] { "RUNNER_FAILS" } else { "RUNNER_DOES_NOT_FAIL" };
        let running = on(&terminal, stage.run_gated(&args).env(fails, "1"), None);
        terminal.wait_for_last("the cells that run", |line| line.starts_with(&format!("0 of 253 cells{HELD}")));
        stage.open_the_gate();
        running.finish();
        let shown = terminal.finish();
        let plain = stage.run_gated(&args).env(fails, "1").finish();
        have_the_same_lines(&shown, &format!("{}\n{}", plain.stdout, plain.stderr));
    }
}

#[test]
fn it_moves_where_standard_output_goes_into_a_file_and_not_where_it_goes_through_a_pipe() {
    let args = ["held::"];
    let (stage, terminal) = (Stage::new(), Terminal::open());
    let file = File::create(stage.folder.join("log")).unwrap();
    let running = on(&terminal, stage.run_gated(&args), Some(file.into()));
    terminal.wait_for_last("the cells that run", |line| line.starts_with(&format!("0 of 12 cells{HELD}")));
    stage.open_the_gate();
    running.finish().exits(0);
    assert_eq!(terminal.finish(), "\n");
    let log = std::fs::read_to_string(stage.folder.join("log")).unwrap();
    have_the_same_lines(&log, &stage.run_gated(&args).finish().stdout);
    // Whoever reads the pipe writes to the terminal as well.
    let terminal = Terminal::open();
    let (mut reader, writer) = std::io::pipe().unwrap();
    let running = on(&terminal, stage.run_gated(&args), Some(writer.into()));
    let mut piped = String::new();
    reader.read_to_string(&mut piped).unwrap();
    running.finish().exits(0);
    assert!(!piped.contains('\u{1b}'), "{piped}");
    assert_eq!(terminal.finish(), "");
}

#[test]
fn it_does_not_move_where_the_terminal_cannot_or_somebody_else_shows_it() {
    for (variable, value, args) in
        [("TERM", "dumb", &[][..]), ("TERM", "", &[]), ("NEXTEST", "1", &[]), ("TERM", "xterm", &["--format", "json"])]
    {
        let (stage, terminal) = (Stage::new(), Terminal::open());
        let running = on(&terminal, stage.run(&[&["--exact", "slow"], args].concat()).env(variable, value), None);
        running.finish().exits(0);
        let written = Arc::clone(&terminal.written);
        terminal.finish();
        assert!(!written.lock().unwrap().contains(&0x1b), "{variable}={value} {args:?}");
    }
}

/// What a body prints in this process is not lost, even where it is more than a line.
#[test]
fn what_bodies_print_stays() {
    let (stage, terminal) = (Stage::new(), Terminal::open());
    let running = on(&terminal, stage.run_gated(&["--exact", "held", "prints", "--backend", "plain"]), None);
    terminal.wait_for_last("the cells that run", |line| line.contains(HELD));
    stage.open_the_gate();
    running.finish().exits(101);
    let shown = terminal.finish();
    for n in 0..16 {
        for what in ["rust-out", "rust-err"] {
            let text = format!("{what}-{n:02}-plain");
            assert_eq!(shown.matches(&text).count(), 1, "{text}\n{shown}");
        }
    }
}

/// An interrupt, and the end of the run's time.
#[test]
fn it_is_gone_when_the_run_ends_early() {
    for by_signal in [true, false] {
        let (stage, terminal) = (Stage::new(), Terminal::open());
        let time = if by_signal { "60" } else { "0.5" };
        let job = stage.run_gated(&["--exact", "held", "--test-threads", "2", "--run-timeout", time]);
        let running = on(&terminal, job, None);
        if by_signal {
            // Which of the two began first, chance says.
            let both = ["held::n_0::apart", "held::n_0::plain"];
            terminal.wait_for_last("the cells that run", |line| both.iter().all(|cell| line.contains(cell)));
            running.send(libc::SIGINT);
            wait_until("it heeds it", || terminal.shows().contains("interrupted: waiting for 2").then_some(()));
            stage.open_the_gate();
        }
        let done = running.finish();
        assert_eq!(done.status.code(), Some(if by_signal { 130 } else { 101 }));
        let shown = terminal.finish();
        assert!(!shown.contains(" of 12 cells"), "it is still there:\n{shown}");
        assert!(shown.contains("10 cells were not run (--resume runs them)\n"), "{shown}");
    }
}

/// Once, wherever it runs; others are not named.
#[test]
fn a_cell_that_runs_for_long_is_named() {
    for more in [&[][..], &["--isolate"], &["--test-threads", "1"]] {
        let stage = Stage::new();
        let running = stage.run_gated(&[&["--exact", "held", "--crosscheck-slow", "0.25"], more].concat()).start();
        let named = |cell: &str| format!("test {cell} has been running for over 0.25 seconds\n");
        running.wait_for(&named("held::n_0::apart"));
        if more != ["--test-threads", "1"] {
            running.wait_for(&named("held::n_0::plain"));
        }
        stage.open_the_gate();
        let done = running.finish();
        done.exits(0);
        assert_eq!(done.stderr.matches(&named("held::n_0::apart")).count(), 1, "{done}");
    }
}
