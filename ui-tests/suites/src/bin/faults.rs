//! A backend that does everything that a native library can do to the process it lives in, beside cells that have done nothing
//! wrong.

use std::fs::File;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

use crosscheck::{Action, Debt, Failure, Subject, Unavailable, backend_matrix, conformance, flaky, xfail};

trait Machine: Send + Sync {
    fn work(&self, fault: Fault) -> Vec<u64>;
    fn double(&self, x: u64) -> Vec<u64>;
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    Panic,
    OddPanic,
    PanicInDrop,
    Abort,
    NullWrite,
    BusError,
    StackOverflow,
    OutOfMemory,
    ExitZero,
    ExitSeven,
    ExitAtOnce,
    Loop,
    LatePanic,
    Deadlock,
    Flood,
    Junk,
    CloseStdout,
    WriteEverywhere,
    ChangeFolder,
    ChangeEnvironment,
    ChangeHook,
    ChangeMask,
    Leak,
    Poison,
    Stale,
    Tuesday,
    Wednesday,
    ForkTwice,
    CrashBesideChild,
    LeaveChild,
    LeaveDaemon,
    CrashBesideDaemon,
    FlushToZero,
    Round,
    Umask,
    Limit,
    Locale,
    IgnoreSignal,
    Alarm,
    Nice,
    Redirect,
    LateAbort,
    LateExit,
}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    /// Ends the process.
    Crashes,
    /// Never ends.
    Hangs,
    /// Was known to end the process, and only fails now.
    Improves,
    /// Was known to fail, and ends the process now.
    Worsens,
    /// Passes now and then.
    Wavers,
}

impl Subject for dyn Machine {
    type Feature = Feature;
    const BASELINE: &'static str = "reference";
}

struct Sound;

impl Machine for Sound {
    fn work(&self, _: Fault) -> Vec<u64> {
        vec![1, 2, 3]
    }
    fn double(&self, x: u64) -> Vec<u64> {
        vec![x, 2 * x]
    }
}

static SHARED: Mutex<u64> = Mutex::new(0);
static AT_FIRST: LazyLock<Surroundings> = LazyLock::new(Surroundings::now);

struct Faulty;

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("again");
    }
}

#[inline(never)]
fn dig(depth: u64) -> u64 {
    let room = std::hint::black_box([depth; 512]);
    if depth == u64::MAX { 0 } else { dig(depth + 1) + room[7] }
}

/// Writes into a page of a file that is not there any more.
fn bus_error() {
    let file = std::env::temp_dir().join(format!("crosscheck-fault-{}", std::process::id()));
    let open = File::options().create(true).truncate(true).read(true).write(true).open(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    // SAFETY: there is none; the process is to end here.
    unsafe {
        let (read_write, shared) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED);
        let page = libc::mmap(std::ptr::null_mut(), 4096, read_write, shared, open.as_raw_fd(), 0);
        page.cast::<u8>().write_volatile(1);
    }
}

/// A child that does nothing for an hour.
fn leave_a_child() {
    // SAFETY: the child makes two calls that may be made there, and ends.
    unsafe {
        if libc::fork() == 0 {
            libc::sleep(3600);
            libc::_exit(0);
        }
    }
}

/// One that has a session of its own and nobody for a parent.
fn leave_a_daemon() {
    // SAFETY: both children make calls that may be made there, and end; the first one does so at once.
    unsafe {
        let child = libc::fork();
        if child == 0 {
            libc::setsid();
            leave_a_child();
            libc::_exit(0);
        }
        libc::waitpid(child, std::ptr::null_mut(), 0);
    }
}

fn later(end: fn() -> !) {
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(20));
        end()
    });
}

/// How this thread computes with floats.
mod float {
    #[cfg(target_arch = "x86_64")]
    pub const FLUSH_TO_ZERO: u32 = 1 << 15;
    #[cfg(target_arch = "x86_64")]
    pub const ROUND_DOWN: u32 = 1 << 13;

    #[cfg(target_arch = "x86_64")]
    pub fn change(bit: u32) {
        let mut state = 0_u32;
        // SAFETY: the register is stored, changed in one bit that makes nothing trap, and loaded.
        unsafe {
            std::arch::asm!("stmxcsr [{}]", in(reg) &mut state);
            state |= bit;
            std::arch::asm!("ldmxcsr [{}]", in(reg) &state);
        }
    }

    #[cfg(target_arch = "aarch64")]
    pub const FLUSH_TO_ZERO: u64 = 1 << 24;
    #[cfg(target_arch = "aarch64")]
    pub const ROUND_DOWN: u64 = 0b10 << 22;

    #[cfg(target_arch = "aarch64")]
    pub fn change(bit: u64) {
        // SAFETY: the register is read, changed in bits that make nothing trap, and written.
        unsafe { std::arch::asm!("mrs {0}, fpcr", "orr {0}, {0}, {1}", "msr fpcr, {0}", out(reg) _, in(reg) bit) };
    }
}

/// What a body may find changed by another one.
#[derive(Debug, PartialEq)]
struct Surroundings {
    folder: PathBuf,
    variable: Option<std::ffi::OsString>,
    umask: libc::mode_t,
    descriptors: libc::rlim_t,
    locale: String,
    children: libc::sighandler_t,
    niceness: i32,
    is_alarm_pending: bool,
    stdout: u64,
    /// Half of the smallest normal number, and a third.
    floats: [u64; 2],
}

impl Surroundings {
    fn now() -> Self {
        // SAFETY: nothing is changed but for a moment, and what is asked for is written to places that are there.
        unsafe {
            let umask = libc::umask(0);
            libc::umask(umask);
            let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
            libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit);
            let mut action = std::mem::zeroed::<libc::sigaction>();
            libc::sigaction(libc::SIGCHLD, std::ptr::null(), &mut action);
            let mut alarm = std::mem::zeroed::<libc::itimerval>();
            libc::getitimer(libc::ITIMER_REAL as _, &mut alarm);
            let mut stdout = std::mem::zeroed::<libc::stat>();
            libc::fstat(1, &mut stdout);
            let locale = std::ffi::CStr::from_ptr(libc::setlocale(libc::LC_ALL, std::ptr::null()));
            Self {
                folder: std::env::current_dir().unwrap(),
                variable: std::env::var_os("CROSSCHECK_FAULT"),
                umask,
                descriptors: limit.rlim_cur,
                locale: locale.to_string_lossy().into_owned(),
                children: action.sa_sigaction,
                niceness: libc::getpriority(libc::PRIO_PROCESS, 0),
                is_alarm_pending: alarm.it_value.tv_sec + alarm.it_value.tv_usec > 0,
                stdout: stdout.st_ino,
                floats: [std::hint::black_box(f64::MIN_POSITIVE) / 2.0, std::hint::black_box(1.0) / 3.0]
                    .map(f64::to_bits),
            }
        }
    }
}

impl Machine for Faulty {
    fn work(&self, fault: Fault) -> Vec<u64> {
        match fault {
            Fault::None => {}
            Fault::Panic => panic!("the cogs jammed"),
            Fault::OddPanic => std::panic::panic_any(7_u8),
            Fault::PanicInDrop => {
                let _bomb = Bomb;
                panic!("once");
            }
            Fault::Abort => std::process::abort(),
            // SAFETY: there is none; the process is to end here. (The compiler's own check knows address 0 only.)
            Fault::NullWrite => unsafe { std::hint::black_box(8 as *mut u32).write_volatile(1) },
            Fault::BusError => bus_error(),
            Fault::StackOverflow => drop(std::hint::black_box(dig(0))),
            Fault::OutOfMemory => {
                let limit = libc::rlimit { rlim_cur: 1 << 30, rlim_max: 1 << 30 };
                // SAFETY: a limit is set to a value that stands here.
                unsafe { libc::setrlimit(libc::RLIMIT_AS, &limit) };
                let mut hoard = Vec::new();
                loop {
                    hoard.push(std::hint::black_box(Vec::<u8>::with_capacity(64 << 20)));
                }
            }
            Fault::ExitZero => std::process::exit(0),
            Fault::ExitSeven => std::process::exit(7),
            // SAFETY: it ends the process, and calls nothing that somebody else has registered.
            Fault::ExitAtOnce => unsafe { libc::_exit(0) },
            Fault::Loop => {
                let start = Instant::now();
                loop {
                    // What runs beside the tests needs the processor too.
                    if start.elapsed() > Duration::from_secs(1) {
                        std::thread::sleep(Duration::from_millis(100));
                    }
                }
            }
            Fault::LatePanic => {
                std::thread::spawn(|| {
                    std::thread::sleep(Duration::from_millis(20));
                    panic!("too late");
                });
            }
            Fault::Deadlock => {
                let lock = Mutex::new(());
                let _first = lock.lock();
                let _second = lock.lock();
            }
            Fault::Flood => {
                let mut stdout = std::io::stdout().lock();
                let block = vec![b'x'; 1 << 20];
                (0..1 << 10).for_each(|_| stdout.write_all(&block).unwrap());
            }
            Fault::Junk => {
                let junk: Vec<u8> = (0..=255).cycle().take(100_000).collect();
                std::io::stdout().write_all(&junk).unwrap();
                std::io::stderr().write_all(&junk).unwrap();
            }
            // SAFETY: the standard library takes a closed output for one that swallows everything.
            Fault::CloseStdout => drop(unsafe { libc::close(1) }),
            Fault::WriteEverywhere => (3..64).for_each(|descriptor| {
                // SAFETY: the bytes are there; whatever the descriptor is, it is this process's.
                unsafe { libc::write(descriptor, b"passed, I swear\n".as_ptr().cast(), 16) };
            }),
            Fault::ChangeFolder => std::env::set_current_dir("/").unwrap(),
            // SAFETY: nobody else reads the environment in this moment.
            Fault::ChangeEnvironment => unsafe { std::env::set_var("CROSSCHECK_FAULT", "1") },
            Fault::ChangeHook => std::panic::set_hook(Box::new(|_| std::process::exit(3))),
            // SAFETY: a set that is filled here becomes the mask of this thread.
            Fault::ChangeMask => unsafe {
                let mut all = std::mem::zeroed();
                libc::sigfillset(&mut all);
                libc::pthread_sigmask(libc::SIG_SETMASK, &all, std::ptr::null_mut());
            },
            Fault::Leak => {
                for _ in 0..10_000 {
                    let Ok(file) = File::open("/dev/null") else { break };
                    std::mem::forget(file);
                }
            }
            Fault::Poison => {
                let _shared = SHARED.lock().unwrap();
                panic!("it holds a lock");
            }
            Fault::Stale => return vec![1, 2, 4],
            Fault::Tuesday | Fault::Wednesday => {
                // A file a test run says how often it was asked.
                let folder = std::env::var_os("FAULTS_COUNTERS").expect("the test names a folder");
                let path = PathBuf::from(folder).join(format!("{fault:?}"));
                let mut file = File::options().create(true).append(true).open(&path).unwrap();
                file.write_all(b"x").unwrap();
                assert!(file.metadata().unwrap().len().is_multiple_of(2), "not today");
            }
            // SAFETY: the child returns as its parent does, with memory of its own; what it returns is wrong, and comes first.
            Fault::ForkTwice => unsafe {
                let child = libc::fork();
                if child == 0 {
                    return vec![1, 2, 4];
                }
                libc::waitpid(child, std::ptr::null_mut(), 0);
            },
            Fault::CrashBesideChild => {
                leave_a_child();
                // SAFETY: there is none; the process is to end here.
                unsafe { std::hint::black_box(8 as *mut u32).write_volatile(1) };
            }
            Fault::LeaveChild => leave_a_child(),
            Fault::LeaveDaemon => leave_a_daemon(),
            Fault::CrashBesideDaemon => {
                leave_a_daemon();
                std::process::abort();
            }
            Fault::FlushToZero => float::change(float::FLUSH_TO_ZERO),
            Fault::Round => float::change(float::ROUND_DOWN),
            // SAFETY: each of these sets something of this process to a value that stands here.
            Fault::Umask => drop(unsafe { libc::umask(0o777) }),
            Fault::Limit => unsafe {
                let limit = libc::rlimit { rlim_cur: 20, rlim_max: 20 };
                libc::setrlimit(libc::RLIMIT_NOFILE, &limit);
            },
            Fault::Locale => unsafe {
                assert!(!libc::setlocale(libc::LC_ALL, c"C.UTF-8".as_ptr()).is_null());
            },
            Fault::IgnoreSignal => drop(unsafe { libc::signal(libc::SIGCHLD, libc::SIG_IGN) }),
            Fault::Alarm => drop(unsafe { libc::alarm(1) }),
            Fault::Nice => drop(unsafe { libc::nice(5) }),
            Fault::Redirect => drop(unsafe { libc::dup2(File::open("/dev/null").unwrap().as_raw_fd(), 1) }),
            Fault::LateAbort => later(|| std::process::abort()),
            Fault::LateExit => later(|| std::process::exit(0)),
        }
        vec![1, 2, 3]
    }

    fn double(&self, x: u64) -> Vec<u64> {
        *SHARED.lock().expect("nobody has poisoned it here") += 1;
        assert_eq!(Surroundings::now(), *AT_FIRST, "another body has changed something");
        File::open("/dev/null").expect("somebody left no file descriptor");
        println!("{x} of {}", AT_FIRST.folder.display());
        vec![x, 2 * x]
    }
}

#[crosscheck::backend(name = "reference")]
fn reference() -> Result<Box<dyn Machine>, Unavailable> {
    Ok(Box::new(Sound))
}

#[crosscheck::backend(name = "faulty", isolated)]
fn faulty() -> Result<Box<dyn Machine>, Unavailable> {
    LazyLock::force(&AT_FIRST);
    Ok(Box::new(Faulty))
}

/// The same in the process of the run.
#[crosscheck::backend(name = "together")]
fn together() -> Result<Box<dyn Machine>, Unavailable> {
    faulty()
}

#[crosscheck::exclusions("faulty")]
const fn exclusions(feature: Feature) -> Action {
    match feature {
        Feature::Crashes => {
            xfail("takes the process down").because(Debt::Upstream).by(Failure::Crash).saying("SIGABRT")
        }
        Feature::Hangs => xfail("goes on and on").because(Debt::Upstream).by(Failure::Timeout),
        Feature::Improves => xfail("took the process down").because(Debt::Upstream).by(Failure::Crash),
        Feature::Worsens => xfail("fails").because(Debt::Upstream),
        Feature::Wavers => flaky("depends on the day").because(Debt::Upstream).tracking("issue 7"),
    }
}

#[backend_matrix(fault(
    Panic,
    OddPanic,
    PanicInDrop,
    Abort,
    NullWrite,
    BusError,
    StackOverflow,
    OutOfMemory,
    ExitZero,
    ExitSeven,
    ExitAtOnce,
    Loop,
    LatePanic,
    Deadlock,
    Flood,
    Junk,
    CloseStdout,
    WriteEverywhere,
    ChangeFolder,
    ChangeEnvironment,
    ChangeHook,
    ChangeMask,
    Leak,
    Poison,
    Stale,
    Tuesday,
    ForkTwice,
    CrashBesideChild,
    LeaveChild,
    LeaveDaemon,
    CrashBesideDaemon,
    FlushToZero,
    Round,
    Umask,
    Limit,
    Locale,
    IgnoreSignal,
    Alarm,
    Nice,
    Redirect,
    LateAbort,
    LateExit
))]
fn fault(machine: &dyn Machine, fault: Fault) -> Vec<u64> {
    machine.work(fault)
}

#[backend_matrix(tens(0, 10, 20, 30, 40), ones(0, 1, 2, 3, 4, 5, 6, 7, 8, 9))]
fn beside(machine: &dyn Machine, tens: u64, ones: u64) -> Vec<u64> {
    machine.double(1 + tens + ones)
}

#[backend_matrix(tens(0, 10, 20, 30, 40), ones(0, 1, 2, 3, 4, 5, 6, 7, 8, 9))]
fn healthy(machine: &dyn Machine, tens: u64, ones: u64) -> Vec<u64> {
    if (tens, ones) == (40, 9) && std::env::var_os("FAULTS_WAIT").is_some() {
        // What a thread of another cell does, it does while the run goes on.
        std::thread::sleep(Duration::from_secs(1));
    }
    machine.double(1 + tens + ones)
}

mod expected {
    use super::*;

    #[backend_matrix(uses = "crashes")]
    fn crash(machine: &dyn Machine) -> Vec<u64> {
        machine.work(Fault::Abort)
    }

    #[backend_matrix(uses = "hangs")]
    fn timeout(machine: &dyn Machine) -> Vec<u64> {
        machine.work(Fault::Loop)
    }

    #[backend_matrix(uses = "improves")]
    fn crash_that_merely_fails(machine: &dyn Machine) -> Vec<u64> {
        machine.work(Fault::Panic)
    }

    #[backend_matrix(uses = "worsens")]
    fn failure_that_crashes(machine: &dyn Machine) -> Vec<u64> {
        machine.work(Fault::NullWrite)
    }

    #[backend_matrix(uses = "wavers")]
    fn flake(machine: &dyn Machine) -> Vec<u64> {
        machine.work(Fault::Wednesday)
    }
}

/// The baseline itself goes down, which no row excuses.
#[conformance(backends("reference"))]
fn nothing_is_wrong_with_the_reference(machine: &dyn Machine) {
    assert_eq!(machine.work(Fault::None), [1, 2, 3]);
}

crosscheck::main!();
