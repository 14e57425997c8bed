//! The workers of a run.

#[cfg(target_os = "linux")]
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{self, ErrorKind, PipeReader, Read};
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
#[cfg(target_os = "linux")]
use rustix::process::kill_process;
use rustix::process::{Pid, Signal, kill_process_group};
use serde::de::DeserializeOwned;

use super::frame::{Inbox, send};
#[cfg(target_os = "linux")]
use super::leftovers;
use super::output::Output;
use super::{Answer, Request, Task, What};

/// How long a worker that has closed its channel is given to end.
const GRACE: Duration = Duration::from_millis(500);

/// How often a worker that says nothing is looked at: another process may hold its channel open when it has ended.
const LOOK: Duration = Duration::from_millis(50);

/// The workers of a run that wait for a cell.
#[derive(Debug)]
pub(crate) struct Pool {
    program: PathBuf,
    arguments: Vec<OsString>,
    /// By what keeps them apart: a worker opens one backend only.
    idle: Mutex<HashMap<(u32, u32), Vec<Worker>>>,
}

/// What a worker was asked, and what came of it.
#[derive(Debug)]
pub(crate) struct WorkerReply<T> {
    /// What became of the cell.
    pub(crate) exit: WorkerExit<T>,
    /// What was printed meanwhile.
    pub(crate) output: String,
    /// An earlier cell, of which a thread has ended the worker meanwhile.
    pub(crate) late: Option<Late>,
    /// What the worker said of what is done with the cell, where it did.
    pub(crate) said: Option<String>,
}

/// A cell whose worker was ended later, by a thread that it left behind.
#[derive(Debug)]
pub(crate) struct Late {
    /// Its position in the plan.
    pub(crate) cell: usize,
    /// How the process ended.
    pub(crate) how: String,
}

/// What became of a cell.
#[derive(Debug)]
pub(crate) enum WorkerExit<T> {
    /// The cell ended, and this came back.
    Answered(T),
    /// Its process did.
    Crashed {
        /// How.
        how: String,
        /// Whether its body had begun.
        begun: bool,
    },
    /// Its process was ended, because its time was over.
    TimedOut {
        /// What it was doing, where that is known.
        doing: Option<String>,
        /// Whether its body had begun.
        begun: bool,
    },
    /// There was no process for it.
    NoWorker(io::Error),
}

impl Pool {
    /// Workers are this executable with these arguments.
    ///
    /// # Errors
    /// When the path of this executable is unknown.
    pub(crate) fn new(arguments: Vec<OsString>) -> io::Result<Self> {
        Ok(Self { program: std::env::current_exe()?, arguments, idle: Mutex::default() })
    }

    /// Has a worker do something with a cell. `is_setup_needed` is whether more than the opening of the backend comes before
    /// its body.
    pub(crate) fn ask<T: DeserializeOwned>(
        &self,
        task: Task,
        of: (u32, u32),
        cell: (usize, String),
        is_setup_needed: bool,
        limit: Duration,
    ) -> WorkerReply<T> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&of).and_then(Vec::pop);
        let mut late = None;
        loop {
            let is_new = idle.is_none();
            let mut worker = match idle.take().map_or_else(|| Worker::start(self), Ok) {
                Ok(worker) => worker,
                Err(error) => {
                    return WorkerReply { exit: WorkerExit::NoWorker(error), output: String::new(), late, said: None };
                }
            };
            let (cell, name) = cell.clone();
            let request =
                Request { number: worker.next(), task: task.clone(), cell, name, announce: is_new || is_setup_needed };
            let mut output = Output::default();
            let starter = worker.starter;
            // A limit that no clock reaches is no limit.
            let mut said = None;
            let (exit, fit) = worker.ask(&request, Instant::now().checked_add(limit), &mut output, &mut said);
            if fit {
                self.idle.lock().unwrap_or_else(PoisonError::into_inner).entry(of).or_default().push(worker);
            } else if let (Some(cell), WorkerExit::Crashed { how, .. }) = (starter, &exit) {
                // A thread of an earlier cell may have ended the process: only a new one tells what this cell does.
                late = Some(Late { cell, how: how.clone() });
                continue;
            }
            if matches!(exit, WorkerExit::Crashed { .. }) {
                // It was this cell.
                late = None;
            }
            return WorkerReply { exit, output: output.text(), late, said };
        }
    }
}

impl Pool {
    /// The cells that have left a thread behind which has ended a worker that waits for a cell.
    pub(crate) fn late(&self) -> Vec<Late> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let workers = idle.values_mut().flatten();
        let late = workers.filter_map(|worker| {
            let status = worker.child.try_wait().ok().flatten()?;
            Some(Late { cell: worker.starter?, how: describe(status) })
        });
        late.collect()
    }
}

/// A process that runs cells.
#[derive(Debug)]
struct Worker {
    child: Child,
    /// What it and everything that it starts is known by.
    #[cfg(target_os = "linux")]
    mark: String,
    channel: UnixStream,
    inbox: Inbox,
    /// How many requests it was sent.
    requests: u64,
    /// The last cell that has left a thread behind, by its position in the plan, and how many threads there are.
    starter: Option<usize>,
    threads: usize,
    /// What it prints, on both of its streams.
    printed: PipeReader,
}

impl Worker {
    fn start(pool: &Pool) -> io::Result<Self> {
        let (channel, theirs) = UnixStream::pair()?;
        let (printed, writer) = io::pipe()?;
        channel.set_nonblocking(true)?;
        rustix::io::ioctl_fionbio(&printed, true)?;
        let mut command = Command::new(&pool.program);
        #[cfg(target_os = "linux")]
        let mark = leftovers::new_mark();
        #[cfg(target_os = "linux")]
        command.env(leftovers::MARK, &mark);
        let child = command
            .args(&pool.arguments)
            .stdin(Stdio::from(std::os::fd::OwnedFd::from(theirs)))
            .stdout(writer.try_clone()?)
            .stderr(writer)
            // An interrupt from the terminal is for the run, which lets its running cells finish.
            .process_group(0)
            .spawn()?;
        Ok(Self {
            child,
            #[cfg(target_os = "linux")]
            mark,
            channel,
            inbox: Inbox::default(),
            requests: 0,
            starter: None,
            threads: 0,
            printed,
        })
    }

    /// The number of the next request.
    fn next(&mut self) -> u64 {
        self.requests += 1;
        self.requests
    }

    /// What became of the cell, and whether the worker is fit for another one.
    fn ask<T: DeserializeOwned>(
        &mut self,
        request: &Request,
        until: Option<Instant>,
        output: &mut Output,
        said: &mut Option<String>,
    ) -> (WorkerExit<T>, bool) {
        let mut begun = !request.announce;
        let (mut ended, mut looked) = (None, Instant::now());
        // What the threads of a cell before this one have printed since is not this one's.
        self.drain(&mut Output::default());
        // A worker that is gone already is found out below.
        let _ = send(&mut &self.channel, request);
        loop {
            match self.inbox.take::<Answer<T>>() {
                Ok(Some(Answer { to, what: What::Begun })) if to == request.number => {
                    begun = true;
                    continue;
                }
                Ok(Some(Answer { to, what: What::SettingUp })) if to == request.number => {
                    begun = false;
                    continue;
                }
                Ok(Some(Answer { to, what: What::Settled { said: what } })) if to == request.number => {
                    *said = Some(what);
                    continue;
                }
                Ok(Some(Answer { to, what: What::Ended { value, tainted, threads } })) if to == request.number => {
                    // What was printed before the answer is all there.
                    self.drain(output);
                    if threads > self.threads {
                        self.starter = Some(request.cell);
                    } else if threads == 0 {
                        self.starter = None;
                    }
                    self.threads = threads;
                    return (WorkerExit::Answered(value), !tainted && ended.is_none());
                }
                Ok(None) => {}
                Ok(Some(Answer { to, .. })) => {
                    let how = format!("answered request {to} again, so its results cannot be trusted");
                    return (WorkerExit::Crashed { how, begun }, false);
                }
                Err(_) => {
                    let how = "wrote into the result channel, so its results cannot be trusted".to_owned();
                    return (WorkerExit::Crashed { how, begun }, false);
                }
            }
            if let Some(status) = ended {
                self.drain(output);
                return (WorkerExit::Crashed { how: describe(status), begun }, false);
            }
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                let doing = doing(self.child.id());
                self.kill();
                self.drain(output);
                return (WorkerExit::TimedOut { doing, begun }, false);
            }
            let timeout = Timespec::try_from(left.map_or(LOOK, |left| left.min(LOOK))).ok();
            let mut sources = [PollFd::new(&self.channel, PollFlags::IN), PollFd::new(&self.printed, PollFlags::IN)];
            // An interrupted wait is tried again.
            let _ = poll(&mut sources, timeout.as_ref());
            let (has_answer, has_printed) = (!sources[0].revents().is_empty(), !sources[1].revents().is_empty());
            if has_printed && !self.drain(output) && !has_answer {
                // Its output is closed, so that waiting for it would not wait: only the channel is left.
                let _ = poll(&mut [PollFd::new(&self.channel, PollFlags::IN)], timeout.as_ref());
            }
            if has_answer && !self.receive() {
                let how = self.how_it_ended();
                self.drain(output);
                return (WorkerExit::Crashed { how, begun }, false);
            }
            if looked.elapsed() >= LOOK {
                looked = Instant::now();
                ended = self.child.try_wait().ok().flatten();
                // Its answer may have come in between.
                while ended.is_some() && self.has_more() {}
            }
        }
    }

    /// Takes what has come in; whether more may come.
    fn receive(&mut self) -> bool {
        let mut buffer = [0; 16 << 10];
        match (&self.channel).read(&mut buffer) {
            Ok(0) => false,
            Ok(length) => {
                self.inbox.add(&buffer[..length]);
                true
            }
            Err(error) => matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted),
        }
    }

    /// Takes what has come in; whether there was something.
    fn has_more(&mut self) -> bool {
        let mut sources = [PollFd::new(&self.channel, PollFlags::IN)];
        let waits = poll(&mut sources, Some(&Timespec::default())).is_ok_and(|ready| ready > 0);
        waits && self.receive()
    }

    /// Takes what has been printed so far; whether more may come.
    fn drain(&mut self, output: &mut Output) -> bool {
        let mut buffer = [0; 64 << 10];
        // Somebody who prints faster than this reads must not keep it from ever seeing the clock.
        for _ in 0..64 {
            match self.printed.read(&mut buffer) {
                Ok(0) => return false,
                Ok(length) => {
                    output.add(&buffer[..length]);
                    if length < buffer.len() {
                        return true;
                    }
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return error.kind() == ErrorKind::WouldBlock,
            }
        }
        true
    }

    /// How the process ended that has closed its channel.
    fn how_it_ended(&mut self) -> String {
        let until = Instant::now() + GRACE;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return describe(status),
                Ok(None) if Instant::now() < until => std::thread::sleep(Duration::from_millis(1)),
                _ => return "closed the result channel".to_owned(),
            }
        }
    }

    /// Ends the process, and those that it started.
    fn kill(&mut self) {
        #[cfg(target_os = "linux")]
        if let Ok(None) = self.child.try_wait() {
            let worker = Pid::from_child(&self.child);
            // It starts nothing more, and what it has started keeps its line of parents until it is found.
            let _ = kill_process(worker, Signal::STOP);
            leftovers::end(&self.mark, Some(worker));
        }
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        #[cfg(target_os = "linux")]
        leftovers::end(&self.mark, None);
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.kill();
    }
}

/// `SIGSEGV (signal 11)`
fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code} before the check ended"),
        (None, Some(number)) => match signal_hook::low_level::signal_name(number) {
            Some(name) => format!("{name} (signal {number})"),
            None => format!("signal {number}"),
        },
        (None, None) => status.to_string(),
    }
}

/// What the threads of a process are at, as far as the kernel tells: `running`, `waiting in hrtimer_nanosleep`. The first thread does
/// nothing but wait for the others, where there are any.
#[cfg(target_os = "linux")]
fn doing(process: u32) -> Option<String> {
    let entries = std::fs::read_dir(format!("/proc/{process}/task")).ok()?;
    let threads = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    let (first, others): (Vec<_>, Vec<_>) = threads.partition(|thread| *thread == process);
    let threads = if others.is_empty() { first } else { others };
    let doings: BTreeSet<_> = threads.into_iter().filter_map(|thread| at(process, thread)).collect();
    // Whatever the others wait for, this one computes.
    let doings = if doings.contains(RUNNING) { BTreeSet::from([RUNNING.to_owned()]) } else { doings };
    let doings: Vec<_> = doings.into_iter().take(MOST_DOINGS).collect();
    (!doings.is_empty()).then(|| doings.join(" and "))
}

#[cfg(target_os = "linux")]
const RUNNING: &str = "running";
/// Of threads that are at different things, so many are named.
#[cfg(target_os = "linux")]
const MOST_DOINGS: usize = 3;

/// What one thread is at.
#[cfg(target_os = "linux")]
fn at(process: u32, thread: u32) -> Option<String> {
    let read = |what: &str| std::fs::read_to_string(format!("/proc/{process}/task/{thread}/{what}")).ok();
    // The state stands behind the name, which is in parentheses and may hold anything.
    let stat = read("stat")?;
    let state = stat.rsplit_once(')')?.1.trim_start().chars().next()?;
    let place = read("wchan").filter(|place| place.starts_with(|c: char| c.is_ascii_alphabetic()));
    Some(match (state, place) {
        ('R', _) => RUNNING.to_owned(),
        ('S' | 'D', Some(place)) => format!("waiting in {place}"),
        ('S' | 'D', None) => "waiting".to_owned(),
        ('T' | 't', _) => "stopped".to_owned(),
        (state, _) => format!("in state {state}"),
    })
}

#[cfg(not(target_os = "linux"))]
fn doing(_: u32) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::fd::{AsFd, AsRawFd};

    use super::*;

    /// What the workers of these tests run: each request's name says what becomes of it.
    #[test]
    fn a_worker_that_does_what_it_is_told() {
        // SAFETY: what is known of a file is plain data, for which zeros are a value; it is written to a place that is there.
        let mut stdin = unsafe { std::mem::zeroed::<libc::stat>() };
        unsafe { libc::fstat(std::io::stdin().as_raw_fd(), &mut stdin) };
        if stdin.st_mode & libc::S_IFMT != libc::S_IFSOCK {
            return;
        }
        let channel = UnixStream::from(std::io::stdin().as_fd().try_clone_to_owned().unwrap());
        let (mut inbox, mut buffer) = (Inbox::default(), [0; 4096]);
        loop {
            let Some(request) = inbox.take::<Request>().unwrap() else {
                match (&channel).read(&mut buffer).unwrap() {
                    0 => std::process::exit(0),
                    length => inbox.add(&buffer[..length]),
                }
                continue;
            };
            for word in request.name.split(' ') {
                let (word, to) = match word.strip_suffix("+1") {
                    Some(word) => (word, request.number + 1),
                    None => (word, request.number),
                };
                let (threads, tainted) = (0, word == "taints");
                let value = request.name.clone();
                let what = match word {
                    "begins" => What::Begun,
                    "sets-up" => What::SettingUp,
                    "answers" | "taints" => What::Ended { value, tainted, threads },
                    "garbles" => {
                        (&channel).write_all(b"I have passed").unwrap();
                        continue;
                    }
                    "dies" => std::process::abort(),
                    "exits" => std::process::exit(0),
                    "waits" => loop {
                        std::thread::park();
                    },
                    word => panic!("what is `{word}`?"),
                };
                send(&mut &channel, &Answer { to, what }).unwrap();
            }
        }
    }

    /// Of this process, the first thread waits for this one.
    #[cfg(target_os = "linux")]
    #[test]
    fn what_a_process_does_is_what_its_other_threads_do() {
        assert_eq!(doing(std::process::id()).as_deref(), Some("running"));
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let waits = || doing(child.id()).is_some_and(|doing| doing.starts_with("waiting"));
        let begun = Instant::now();
        while !waits() && begun.elapsed() < Duration::from_secs(30) {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(waits(), "{:?}", doing(child.id()));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(doing(child.id()), None);
    }

    fn pool() -> Pool {
        let worker = "execute::isolate::pool::tests::a_worker_that_does_what_it_is_told";
        Pool::new(["--exact", worker, "--nocapture", "--test-threads", "1"].map(OsString::from).to_vec()).unwrap()
    }

    /// What becomes of a cell whose worker does this, and whether more than the backend's opening comes before its body.
    fn asked(pool: &Pool, name: &str, is_setup_needed: bool, limit: Duration) -> String {
        match pool.ask::<String>(Task::Run, (0, 0), (7, name.to_owned()), is_setup_needed, limit).exit {
            WorkerExit::Answered(value) => format!("answered: {value}"),
            WorkerExit::Crashed { how, begun } => format!("crashed, begun {begun}: {how}"),
            WorkerExit::TimedOut { begun, .. } => format!("timed out, begun {begun}"),
            WorkerExit::NoWorker(error) => format!("no worker: {error}"),
        }
    }

    /// Longer than an answer takes on any machine.
    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn an_answer_belongs_to_its_own_request() {
        let again = |to| format!("answered request {to} again, so its results cannot be trusted");
        let (abort, garbled) =
            ("SIGABRT (signal 6)", "wrote into the result channel, so its results cannot be trusted");
        for (told, becomes) in [
            ("answers", "answered: answers".to_owned()),
            ("begins answers", "answered: begins answers".to_owned()),
            ("sets-up begins answers", "answered: sets-up begins answers".to_owned()),
            ("answers+1", format!("crashed, begun false: {}", again(2))),
            ("begins+1", format!("crashed, begun false: {}", again(2))),
            ("sets-up+1", format!("crashed, begun false: {}", again(2))),
            ("begins answers+1", format!("crashed, begun true: {}", again(2))),
            ("begins begins+1 answers", format!("crashed, begun true: {}", again(2))),
            ("garbles", format!("crashed, begun false: {garbled}")),
            ("begins garbles", format!("crashed, begun true: {garbled}")),
            ("dies", format!("crashed, begun false: {abort}")),
            ("begins dies", format!("crashed, begun true: {abort}")),
            ("begins sets-up dies", format!("crashed, begun false: {abort}")),
            ("begins sets-up begins dies", format!("crashed, begun true: {abort}")),
            ("begins exits", "crashed, begun true: exit code 0 before the check ended".to_owned()),
        ] {
            assert_eq!(asked(&pool(), told, true, LONG), becomes, "{told}");
        }
        for (told, begun) in [("waits", false), ("begins waits", true), ("begins sets-up waits", false)] {
            // What has not begun in this time would be a slow machine's.
            let became = asked(&pool(), told, true, Duration::from_secs(5));
            assert_eq!(became, format!("timed out, begun {begun}"), "{told}");
        }
    }

    #[test]
    fn an_answer_that_comes_twice_is_none_to_the_next_request() {
        let pool = pool();
        assert_eq!(asked(&pool, "answers answers", false, LONG), "answered: answers answers");
        let next = asked(&pool, "answers", false, LONG);
        assert_eq!(next, "crashed, begun true: answered request 1 again, so its results cannot be trusted");
        // Then it is another worker's turn.
        assert_eq!(asked(&pool, "answers", false, LONG), "answered: answers");
    }

    #[test]
    fn a_worker_that_is_known_to_be_open_has_begun_unless_it_says_otherwise() {
        let pool = pool();
        assert_eq!(asked(&pool, "answers", false, LONG), "answered: answers");
        // The same worker, whose backend is open.
        assert_eq!(asked(&pool, "dies", false, LONG), "crashed, begun true: SIGABRT (signal 6)");
        assert_eq!(asked(&pool, "answers", false, LONG), "answered: answers");
        assert_eq!(asked(&pool, "sets-up dies", false, LONG), "crashed, begun false: SIGABRT (signal 6)");
        assert_eq!(asked(&pool, "taints", false, LONG), "answered: taints");
        // A new one, because the last one was tainted.
        assert_eq!(asked(&pool, "dies", false, LONG), "crashed, begun false: SIGABRT (signal 6)");
    }
}
