//! What of a process its bodies share: a worker in which something of it is not as it was is replaced.

use std::ffi::CStr;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::path::PathBuf;

/// How many file descriptors more than at the beginning are no leak.
const SPARE: i32 = 64;

/// What of a process its bodies share.
pub(super) struct State {
    same: Same,
    /// The number that the next file descriptor would get.
    descriptor: i32,
}

/// What has to be the same after each body.
#[derive(PartialEq, Eq)]
struct Same {
    folder: Option<PathBuf>,
    /// A hash of the environment.
    variables: u64,
    /// A bit for each signal that is blocked.
    blocked: u64,
    /// What each signal does.
    dispositions: Vec<usize>,
    umask: libc::mode_t,
    limits: Vec<(libc::rlim_t, libc::rlim_t)>,
    locale: Vec<u8>,
    /// Whether an alarm is pending.
    timers: Vec<bool>,
    niceness: i32,
    /// Where the standard streams lead: device and inode.
    streams: Vec<Option<(u64, u64)>>,
    has_children: bool,
}

impl State {
    pub(super) fn now() -> Self {
        let mut variables = DefaultHasher::new();
        std::env::vars_os().for_each(|variable| variable.hash(&mut variables));
        Self {
            same: Same {
                folder: std::env::current_dir().ok(),
                variables: variables.finish(),
                blocked: blocked_signals(),
                dispositions: (1..32).map(disposition).collect(),
                umask: umask(),
                limits: limits(),
                locale: locale(),
                timers: [libc::ITIMER_REAL, libc::ITIMER_VIRTUAL, libc::ITIMER_PROF].map(is_pending).to_vec(),
                niceness: niceness(),
                streams: [libc::STDIN_FILENO, libc::STDOUT_FILENO, libc::STDERR_FILENO].map(place).to_vec(),
                has_children: has_children(),
            },
            descriptor: next_descriptor(),
        }
    }

    /// Whether something is not as it was.
    pub(super) fn differs_now(&self) -> bool {
        let now = Self::now();
        now.descriptor > self.descriptor.saturating_add(SPARE) || now.same != self.same
    }
}

/// How many threads this process has, where the system tells.
pub(super) fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count)
}

fn next_descriptor() -> i32 {
    let next = io::stdin().as_fd().try_clone_to_owned().or_else(|_| File::open("/dev/null").map(Into::into));
    next.map_or(i32::MAX, |next| next.as_raw_fd())
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

/// What a signal does: a handler's address, or one of the numbers for "ignored" and "as by default".
fn disposition(signal: i32) -> usize {
    // SAFETY: an action is plain data, for which zeros are a value.
    let mut action = unsafe { std::mem::zeroed::<libc::sigaction>() };
    // SAFETY: without a new action, nothing is changed; the old one is written to a place that is there.
    unsafe { libc::sigaction(signal, std::ptr::null(), &mut action) };
    action.sa_sigaction
}

fn umask() -> libc::mode_t {
    // SAFETY: it cannot fail. It can only be read by being set; bodies that would see it in between are not running.
    unsafe {
        let mask = libc::umask(0);
        libc::umask(mask);
        mask
    }
}

fn limits() -> Vec<(libc::rlim_t, libc::rlim_t)> {
    let resources = [
        libc::RLIMIT_AS,
        libc::RLIMIT_CORE,
        libc::RLIMIT_CPU,
        libc::RLIMIT_DATA,
        libc::RLIMIT_FSIZE,
        libc::RLIMIT_NOFILE,
        libc::RLIMIT_STACK,
    ];
    let limit = |resource| {
        let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: the limit is written to a place that is there.
        unsafe { libc::getrlimit(resource, &mut limit) };
        (limit.rlim_cur, limit.rlim_max)
    };
    resources.into_iter().map(limit).collect()
}

fn locale() -> Vec<u8> {
    // SAFETY: without a new locale, nothing is changed; the name is copied before anything else is called.
    let name = unsafe { libc::setlocale(libc::LC_ALL, std::ptr::null()) };
    if name.is_null() {
        return Vec::new();
    }
    // SAFETY: what is no null pointer is a C string.
    unsafe { CStr::from_ptr(name) }.to_bytes().to_vec()
}

fn is_pending<T: TryInto<libc::c_int>>(timer: T) -> bool {
    let Ok(timer) = timer.try_into() else { return false };
    // SAFETY: a timer's value is plain data, for which zeros are a value.
    let mut value = unsafe { std::mem::zeroed::<libc::itimerval>() };
    // SAFETY: the value is written to a place that is there.
    unsafe { libc::getitimer(timer as _, &mut value) };
    value.it_value.tv_sec != 0 || value.it_value.tv_usec != 0
}

fn niceness() -> i32 {
    // SAFETY: it asks about this process, and writes nothing.
    unsafe { libc::getpriority(libc::PRIO_PROCESS as _, 0) }
}

/// Where a file descriptor leads.
fn place(descriptor: i32) -> Option<(u64, u64)> {
    // SAFETY: what is known of a file is plain data, for which zeros are a value.
    let mut file = unsafe { std::mem::zeroed::<libc::stat>() };
    // SAFETY: it is written to a place that is there.
    let is_open = unsafe { libc::fstat(descriptor, &mut file) } == 0;
    is_open.then_some((file.st_dev as u64, file.st_ino as u64))
}

fn has_children() -> bool {
    // SAFETY: what is told of a child is plain data, for which zeros are a value.
    let mut child = unsafe { std::mem::zeroed::<libc::siginfo_t>() };
    let only_look = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
    // SAFETY: it waits for no child; what it tells is written to a place that is there.
    unsafe { libc::waitid(libc::P_ALL, 0, &mut child, only_look) == 0 }
}
