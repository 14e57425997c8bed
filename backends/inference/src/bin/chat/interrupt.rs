//! Ctrl-C.

use std::future;
use std::io;

use async_channel::Receiver;

/// The exit status of what was interrupted, as shells have it.
pub const STATUS: u8 = 130;

/// Hears of interrupts from now on; before, they end the program.
pub struct Interrupts(Receiver<()>);

impl Interrupts {
    #[cfg(unix)]
    pub fn listen() -> io::Result<Self> {
        use signal_hook::consts::SIGINT;

        let (sender, receiver) = async_channel::bounded(1);
        let mut signals = signal_hook::iterator::Signals::new([SIGINT])?;
        std::thread::Builder::new().name("interrupts".to_owned()).spawn(move || {
            for (number, signal) in signals.forever().enumerate() {
                if number > 0 || sender.try_send(()).is_err() {
                    // A second interrupt does not wait for an operation to end.
                    drop(signal_hook::low_level::emulate_default_handler(signal));
                }
            }
        })?;
        Ok(Self(receiver))
    }

    /// Where there are no signals, an interrupt ends the program.
    #[cfg(not(unix))]
    pub fn listen() -> io::Result<Self> {
        Ok(Self(async_channel::bounded(1).1))
    }

    /// Waits for one.
    pub async fn next(&self) {
        if self.0.recv().await.is_err() {
            future::pending().await
        }
    }
}
