//! The process that runs cells for another one.

use std::cell::Cell;
use std::convert::Infallible;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::rc::Rc;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Signal, getpgrp, getpid, kill_process, kill_process_group};
use serde::Serialize;

use super::frame::{Inbox, send};
#[cfg(target_os = "linux")]
use super::leftovers;
use super::state::{State, threads};
use super::{Answer, Request, What};
use crate::execute::context::{Announce, Phase};

/// Runs the cells that come in on standard input, and ends the process when there are no more. `run` is given what to call when the cell enters a phase, and when it is known what is done with it,
/// and says besides its value whether the process is as good as new.
///
/// # Errors
/// When standard input is not a channel, or the channel breaks.
pub(crate) fn serve<T: Serialize>(
    mut run: impl FnMut(&Request, &Announce, &dyn Fn(String)) -> (T, bool),
) -> io::Result<Infallible> {
    // Bodies find nothing on their standard input, and the channel is not where they would look for it.
    let channel = Rc::new(UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?));
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    #[cfg(target_os = "linux")]
    leftovers::adopt_orphans();
    end_with_parent(channel.try_clone()?);
    let (clean, at_start) = (State::now(), threads());
    let own = getpid();
    let (mut inbox, mut buffer) = (Inbox::default(), [0; 4096]);
    loop {
        let Some(request) = inbox.take::<Request>().map_err(|_| io::Error::other("the channel is garbled"))? else {
            match (&*channel).read(&mut buffer)? {
                0 => end(),
                length => inbox.add(&buffer[..length]),
            }
            continue;
        };
        let to = request.number;
        let tell = |said| {
            let _ = send(&mut &*channel, &Answer::<()> { to, what: What::Settled { said } });
        };
        let (value, is_sound) = run(&request, &announcing(&channel, &request), &tell);
        if getpid() != own {
            // The body has forked and returned in both processes: one of them answers.
            let _ = kill_process(getpid(), Signal::KILL);
        }
        flush();
        let tainted = !is_sound || clean.differs_now();
        let threads = threads().saturating_sub(at_start);
        send(&mut &*channel, &Answer { to, what: What::Ended { value, tainted, threads } })?;
    }
}

/// Tells the run which phase the cell is in, where it would take it for another one.
fn announcing(channel: &Rc<UnixStream>, request: &Request) -> Announce {
    let (channel, to) = (Rc::clone(channel), request.number);
    let known = Cell::new(if request.announce { Phase::SetUp } else { Phase::Body });
    Rc::new(move |phase| {
        if known.replace(phase) != phase {
            let what = match phase {
                Phase::SetUp => What::SettingUp,
                Phase::Body => What::Begun,
            };
            // A channel that is broken ends the worker at the answer.
            let _ = send(&mut &*channel, &Answer::<()> { to, what });
        }
    })
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
    #[cfg(target_os = "linux")]
    leftovers::end_own();
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
