//! A device is for one cell at a time: several processes on one GPU give false failures.

use std::fs::File;
use std::io;
use std::path::PathBuf;

/// Where processes that know nothing of each other look: one file a device.
fn path(device: &str) -> PathBuf {
    std::env::temp_dir().join(format!("crosscheck-device-{device}.lock"))
}

/// The device, as long as the file is open; waits until no other cell has it, in this process or another one.
///
/// # Errors
/// When the file cannot be made or locked.
pub(super) fn lock(device: &str) -> io::Result<File> {
    let path = path(device);
    let file = match File::options().create(true).truncate(false).write(true).open(&path) {
        // It was made by another user, and only that user may write it; reading is enough for a lock.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => File::open(&path)?,
        other => other?,
    };
    file.lock()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn one_has_it_at_a_time_in_one_process_too() {
        static INSIDE: AtomicUsize = AtomicUsize::new(0);
        let device = format!("test-{}", std::process::id());
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let _lock = lock(&device).unwrap();
                        assert_eq!(INSIDE.fetch_add(1, Ordering::SeqCst), 0);
                        std::thread::yield_now();
                        INSIDE.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
        std::fs::remove_file(path(&device)).unwrap();
    }
}
