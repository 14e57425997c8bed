//! The process that runs cells for another one.

use std::convert::Infallible;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Signal, getpgrp, getpid, kill_process, kill_process_group};
use serde::Serialize;

use super::frame::{Inbox, send};
use super::{Answer, Request};

/// How many file descriptors more than at the beginning are no leak.
const SPARE: i32 = 64;

/// Runs the cells that come in on standard input, and ends the process when there are no more. `run` is given what to call when the body begins,
/// and says besides its value whether the process is as good as new.
///
/// # Errors
/// When standard input is not a channel, or the channel breaks.
pub(crate) fn serve<T: Serialize>(mut run: impl FnMut(&Request, &dyn Fn()) -> (T, bool)) -> io::Result<Infallible> {
    // Bodies find nothing on their standard input, and the channel is not where they would look for it.
    let mut channel = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    end_with_parent(channel.try_clone()?);
    let clean = State::now();
    let (mut inbox, mut buffer) = (Inbox::default(), [0; 4096]);
    loop {
        let Some(request) = inbox.take::<Request>().map_err(|_| io::Error::other("the channel is garbled"))? else {
            match channel.read(&mut buffer)? {
                0 => end(),
                length => inbox.add(&buffer[..length]),
            }
            continue;
        };
        let begun = || {
            if request.announce {
                // A channel that is broken ends the worker at the answer.
                let _ = send(&mut &channel, &Answer::<()>::Begun);
            }
        };
        let (value, is_sound) = run(&request, &begun);
        flush();
        send(&mut channel, &Answer::Ended { value, tainted: !is_sound || clean.differs_now() })?;
    }
}

/// A worker whose run has ended, or was killed, is of no use, whatever its body is doing; nor is what that has started.
fn end_with_parent(channel: UnixStream) {
    std::thread::spawn(move || {
        // Waits for nothing but the other end's being closed, which cannot be left out.
        while poll(&mut [PollFd::new(&channel, PollFlags::empty())], None).is_err() {}
        end()
    });
}

/// Ends this process, and those that bodies have started in it.
fn end() -> ! {
    let own = getpid();
    // A worker that was started by hand may be in its parent's group.
    if getpgrp() == own {
        let _ = kill_process_group(own, Signal::KILL);
    }
    let _ = kill_process(own, Signal::KILL);
    std::process::abort()
}

/// What was printed goes out, what C and C++ code printed as well.
fn flush() {
    let _ = io::stdout().flush();
    // SAFETY: a null pointer stands for all streams, which may be flushed at any time and from any thread.
    unsafe { libc::fflush(std::ptr::null_mut()) };
}

/// What of a process its bodies share.
struct State {
    folder: Option<PathBuf>,
    /// A hash of the environment.
    variables: u64,
    /// A bit for each signal that is blocked.
    blocked: u64,
    /// The number that the next file descriptor would get.
    descriptor: i32,
}

impl State {
    fn now() -> Self {
        let mut variables = DefaultHasher::new();
        std::env::vars_os().for_each(|variable| variable.hash(&mut variables));
        let next = rustix::stdio::stdin().try_clone_to_owned();
        Self {
            folder: std::env::current_dir().ok(),
            variables: variables.finish(),
            blocked: blocked_signals(),
            descriptor: next.map_or(i32::MAX, |next| next.as_raw_fd()),
        }
    }

    /// Whether something is not as it was.
    fn differs_now(&self) -> bool {
        let now = Self::now();
        let leaks = now.descriptor > self.descriptor.saturating_add(SPARE);
        leaks || (&now.folder, now.variables, now.blocked) != (&self.folder, self.variables, self.blocked)
    }
}

/// A bit for each signal that this thread blocks.
fn blocked_signals() -> u64 {
    // SAFETY: a set of signals is plain data, for which zeros are a value; it is filled before it is read.
    let mut blocked = unsafe { std::mem::zeroed::<libc::sigset_t>() };
    // SAFETY: without a new set, nothing is changed; the old one is written to a place that is there.
    unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, std::ptr::null(), &mut blocked) };
    // SAFETY: the set was filled above.
    (1..32)
        .filter(|signal| unsafe { libc::sigismember(&blocked, *signal) } == 1)
        .fold(0, |bits, signal| bits | 1 << signal)
}
