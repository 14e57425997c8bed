//! What a run says while it goes: how far it is, where a terminal shows it, and which cells take long, everywhere.

use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anstream::{AutoStream, ColorChoice};

use super::args::{Cli, Format};
use super::run::Run;
use crate::report::{self, Progress};
use crate::{screen, text};

/// How often the line on the terminal is drawn anew.
const TICK: Duration = Duration::from_millis(100);

/// Watches over a run until it is dropped.
pub(super) struct Live {
    over: Arc<Over>,
    thread: Option<JoinHandle<()>>,
}

/// Whether the run is over.
#[derive(Default)]
struct Over {
    is_over: Mutex<bool>,
    changed: Condvar,
}

impl Over {
    /// Waits so long, or until the run is over; true when it is.
    fn within(&self, wait: Duration) -> bool {
        let is_over = self.is_over.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.changed.wait_timeout_while(is_over, wait, |is_over| !*is_over);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

impl Live {
    /// Watches over a run of which `known` cells are known already. Under nextest that is nextest's part, and an editor that reads
    /// JSON shows the same itself.
    pub(super) fn watch(run: &Arc<Run>, cli: &Cli, known: usize) -> Self {
        let over = Arc::new(Over::default());
        let has_reader = cli.libtest.format == Format::Json;
        if super::under_nextest() {
            return Self { over, thread: None };
        }
        let is_shown = !has_reader && screen::open();
        let (run, watched, slow) = (Arc::clone(run), Arc::clone(&over), cli.slow);
        let watch = move || watch(&run, &watched, slow, is_shown.then_some(known));
        // A system that starts no thread for it starts none for the cells either, and says so then.
        Self { over, thread: std::thread::Builder::new().spawn(watch).ok() }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        *self.over.is_over.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.over.changed.notify_all();
        let _ = self.thread.take().map(JoinHandle::join);
        screen::close();
    }
}

/// Names each cell that takes longer than `slow`, once. Shows how far the run is, where `known` says how many cells it began with.
fn watch(run: &Run, over: &Over, slow: Duration, known: Option<usize>) {
    let started = Instant::now();
    let has_colours = AutoStream::choice(&io::stderr()) != ColorChoice::Never;
    let mut named = BTreeSet::new();
    loop {
        let running = run.in_flight.since();
        let now = Instant::now();
        for (at, since) in &running {
            if now.duration_since(*since) >= slow && named.insert(*at) {
                let name = &run.name(*at).text;
                let seconds = slow.as_secs_f64();
                let line = format!("test {} has been running for over {seconds} seconds", text::line(name));
                screen::print(|| anstream::eprintln!("{line}"));
            }
        }
        if let Some(known) = known {
            let (done, failing) = run.count();
            let running =
                running.iter().map(|(at, since)| (run.name(*at).text.clone(), now.duration_since(*since))).collect();
            let total = run.session.plan.cells.len();
            let progress = Progress { total, done, known, failing, elapsed: now.duration_since(started), running };
            let line = report::progress(&progress, screen::columns());
            screen::show(Some(if has_colours { report::paint(&line) } else { line }));
        }
        // What begins after this is not slow any earlier.
        let unnamed = running.iter().filter(|(at, _)| !named.contains(at));
        let next = unnamed.map(|(_, since)| slow.saturating_sub(now.duration_since(*since))).min().unwrap_or(slow);
        if over.within(if known.is_some() { next.min(TICK) } else { next }) {
            return;
        }
    }
}
