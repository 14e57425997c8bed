//! A device is for one cell at a time: several processes on one GPU give false failures.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// Where processes that know nothing of each other look: one file a device.
fn path(device: &str) -> PathBuf {
    std::env::temp_dir().join(format!("crosscheck-device-{device}.lock"))
}

/// The device, as long as the file is open; waits until no other cell has it, in this process or another one.
///
/// # Errors
/// When the file cannot be made or locked, with its name.
pub(super) fn lock(device: &str) -> io::Result<File> {
    let path = path(device);
    let locked = open(&path).and_then(|file| {
        file.lock()?;
        Ok(file)
    });
    locked.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

/// Opens the file, and makes it where it is missing: for all users, whoever makes it, because its folder is for all of them.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;

    // A link that another user has put there leads to a file of that user's choice, and a pipe waits for ever.
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK;
    let writable =
        File::options().create(true).truncate(false).write(true).mode(FOR_ALL).custom_flags(flags).open(path);
    let file = match writable {
        // It was made by another user: where only that one may write it, or where the system lets nobody else open files for
        // writing in such a folder. Reading is enough for a lock.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            let read = || File::options().read(true).custom_flags(flags).open(path);
            // Whoever is just making it has not shared it yet.
            read().or_else(|_| {
                std::thread::sleep(std::time::Duration::from_millis(100));
                read()
            })?
        }
        Err(error) if error.raw_os_error() == Some(libc::ELOOP) => {
            return Err(io::Error::other("it is a symbolic link, which is not followed"));
        }
        other => other?,
    };
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    share(&file, &metadata);
    Ok(file)
}

/// Everybody may open it, and it holds nothing.
#[cfg(unix)]
const FOR_ALL: u32 = 0o666;

/// Takes back what the mask of this process has taken from a file that it has made.
#[cfg(unix)]
fn share(file: &File, metadata: &std::fs::Metadata) {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    let is_ours = metadata.uid() == rustix::process::geteuid().as_raw();
    // A file with another name, or with something in it, is not what was made here.
    let is_plain = metadata.nlink() == 1 && metadata.len() == 0;
    if is_ours && is_plain && metadata.mode() & FOR_ALL != FOR_ALL {
        // Others can say what they lack when they come to it.
        let _ = file.set_permissions(std::fs::Permissions::from_mode(FOR_ALL));
    }
}

/// Elsewhere each user has a temporary folder.
#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    File::options().create(true).truncate(false).write(true).open(path)
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

    #[cfg(unix)]
    #[test]
    fn whoever_makes_the_file_makes_it_for_all() {
        use std::fs::Permissions;
        use std::os::unix::fs::PermissionsExt;

        let device = format!("test-mode-{}", std::process::id());
        let mode = || path(&device).metadata().unwrap().permissions().mode() & 0o777;
        drop(lock(&device).unwrap());
        assert_eq!(mode(), FOR_ALL);
        // As the strictest mask leaves it.
        std::fs::set_permissions(path(&device), Permissions::from_mode(0o600)).unwrap();
        drop(lock(&device).unwrap());
        assert_eq!(mode(), FOR_ALL);
        // A file that holds something, or has another name, is left as it is.
        std::fs::set_permissions(path(&device), Permissions::from_mode(0o600)).unwrap();
        let other = path(&format!("{device}-other"));
        std::fs::hard_link(path(&device), &other).unwrap();
        drop(lock(&device).unwrap());
        assert_eq!(mode(), 0o600);
        std::fs::remove_file(other).unwrap();
        std::fs::write(path(&device), "something").unwrap();
        drop(lock(&device).unwrap());
        assert_eq!((mode(), std::fs::read(path(&device)).unwrap()), (0o600, b"something".to_vec()));
        std::fs::remove_file(path(&device)).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_refused_with_its_name() {
        let device = format!("test-odd-{}", std::process::id());
        let (lock_path, target) = (path(&device), path(&format!("{device}-target")));
        let refused = |why: &str| {
            let error = lock(&device).unwrap_err().to_string();
            assert_eq!(error, format!("{}: {why}", lock_path.display()));
        };
        std::os::unix::fs::symlink(&target, &lock_path).unwrap();
        refused("it is a symbolic link, which is not followed");
        assert!(!target.exists(), "the link was followed");
        std::fs::write(&target, "").unwrap();
        refused("it is a symbolic link, which is not followed");
        std::fs::remove_file(&target).unwrap();
        std::fs::remove_file(&lock_path).unwrap();
        let made = std::process::Command::new("mkfifo").arg(&lock_path).status().unwrap();
        assert!(made.success());
        // Opening a pipe without a reader fails, or comes back with a pipe.
        assert!(lock(&device).unwrap_err().to_string().starts_with(&format!("{}: ", lock_path.display())));
        std::fs::remove_file(&lock_path).unwrap();
        std::fs::create_dir(&lock_path).unwrap();
        assert!(lock(&device).unwrap_err().to_string().starts_with(&format!("{}: ", lock_path.display())));
        std::fs::remove_dir(&lock_path).unwrap();
    }
}
