//! Where a model lies, and how it gets there: whole, or not at all.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use super::{Model, ModelError};
use crosscheck_mlx::error::Doing;
use crosscheck_mlx::hash::sha256;
use crosscheck_mlx::progress::say;

/// Marks a folder that a model is made in.
const STAGING: &str = ".staging-";

/// The place of a model.
pub struct Place {
    folder: PathBuf,
    model: Model,
}

impl Place {
    pub fn in_caches(caches: &Path, model: Model) -> Self {
        Self { folder: caches.join("crosscheck").join("models"), model }
    }

    pub fn file(&self) -> PathBuf {
        self.folder.join(self.model.file)
    }

    /// Whether the file is there. Its content was looked at before it got its name, and is too large to be looked at each time.
    pub fn is_taken(&self) -> bool {
        fs::metadata(self.file()).is_ok_and(|found| found.is_file() && found.len() == self.model.bytes)
    }

    /// The file; where it is not there, `fetch` makes it in the folder that it is given, and returns its path.
    pub fn provide(&self, fetch: impl FnOnce(&Path) -> Result<PathBuf, ModelError>) -> Result<PathBuf, ModelError> {
        if self.is_taken() {
            return Ok(self.file());
        }
        let _lock = self.lock()?;
        // Another process may have done the work while this one waited for the lock.
        if self.is_taken() {
            return Ok(self.file());
        }
        if self.file().exists() {
            say(&format!("{}: fetched anew, because it is not as long as it should be", self.file().display()));
        }
        self.clear()?;
        let staging = Staging(self.folder.join(format!("{}{STAGING}{}", self.model.file, std::process::id())));
        fs::create_dir(&staging.0).doing(|| format!("creating {}", staging.0.display()))?;
        let made = fetch(&staging.0)?;
        let found = sha256(&made).doing(|| format!("reading {}", made.display()))?;
        if found != self.model.sha256 {
            return Err(ModelError::Checksum { file: self.model.file, expected: self.model.sha256, found });
        }
        fs::rename(&made, self.file()).doing(|| format!("moving {}", made.display()))?;
        Ok(self.file())
    }

    /// Waits until no other process fetches a model; released when dropped, or when the process ends in any way.
    fn lock(&self) -> Result<File, ModelError> {
        fs::create_dir_all(&self.folder).doing(|| format!("creating {}", self.folder.display()))?;
        let path = self.folder.join("lock");
        let file = File::create(&path).doing(|| format!("creating {}", path.display()))?;
        let locked = match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                say("waiting for another process to fetch the model …");
                file.lock()
            }
            Err(TryLockError::Error(source)) => Err(source),
            Ok(()) => Ok(()),
        };
        locked.doing(|| format!("locking {}", path.display()))?;
        Ok(file)
    }

    /// Removes what is left over from downloads that were cut off: the lock shows that none is under way.
    fn clear(&self) -> Result<(), ModelError> {
        let doing = || format!("clearing {}", self.folder.display());
        for entry in fs::read_dir(&self.folder).doing(doing)? {
            let entry = entry.doing(doing)?;
            if entry.file_name().to_string_lossy().contains(STAGING) {
                fs::remove_dir_all(entry.path()).doing(doing)?;
            }
        }
        Ok(())
    }
}

/// A folder that is gone when this is.
struct Staging(PathBuf);

impl Drop for Staging {
    fn drop(&mut self) {
        // What cannot be removed now, the next download removes.
        drop(fs::remove_dir_all(&self.0));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;
    use std::time::Duration;

    use super::*;

    /// "abc" and its hash.
    const ABC: Model = Model {
        file: "abc.gguf",
        bytes: 3,
        sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    };

    /// A place of a test's own.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("xtask-model-{name}-{}", std::process::id()));
            fs::create_dir_all(&folder).unwrap();
            Self(folder)
        }

        fn place(&self) -> Place {
            Place::in_caches(&self.0, ABC)
        }

        /// The names in the folder of the models.
        fn names(&self) -> Vec<String> {
            let entries = fs::read_dir(self.place().folder).unwrap();
            let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            names.sort_unstable();
            names
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            drop(fs::remove_dir_all(&self.0));
        }
    }

    fn with(content: &str) -> impl FnOnce(&Path) -> Result<PathBuf, ModelError> {
        move |folder| {
            let made = folder.join("made");
            fs::write(&made, content).unwrap();
            Ok(made)
        }
    }

    fn never(_: &Path) -> Result<PathBuf, ModelError> {
        panic!("it is there")
    }

    #[test]
    fn a_model_is_fetched_once_and_nothing_else_stays() {
        let scratch = Scratch::new("once");
        assert!(!scratch.place().is_taken());
        let file = scratch.place().provide(with("abc")).unwrap();
        assert_eq!(file, scratch.0.join("crosscheck/models/abc.gguf"));
        assert_eq!(fs::read_to_string(&file).unwrap(), "abc");
        assert!(scratch.place().is_taken());
        assert_eq!(scratch.place().provide(never).unwrap(), file);
        assert_eq!(scratch.names(), ["abc.gguf", "lock"]);
    }

    #[test]
    fn another_file_is_refused_and_does_not_stay() {
        let scratch = Scratch::new("other");
        let error = scratch.place().provide(with("abd")).unwrap_err();
        assert!(matches!(&error, ModelError::Checksum { found, .. } if found.starts_with("a52d159f")), "{error}");
        assert!(!scratch.place().is_taken());
        assert_eq!(scratch.names(), ["lock"]);
    }

    #[test]
    fn what_a_download_that_was_cut_off_left_behind_is_no_model_and_goes() {
        let scratch = Scratch::new("cut");
        let left = scratch.0.join("crosscheck/models/abc.gguf.staging-1");
        fs::create_dir_all(&left).unwrap();
        fs::write(left.join("abc.gguf"), "abc").unwrap();
        assert!(!scratch.place().is_taken());
        scratch.place().provide(with("abc")).unwrap();
        assert_eq!(scratch.names(), ["abc.gguf", "lock"]);
    }

    #[test]
    fn a_file_that_is_cut_off_is_fetched_anew() {
        let scratch = Scratch::new("short");
        let file = scratch.place().provide(with("abc")).unwrap();
        fs::write(&file, "ab").unwrap();
        assert!(!scratch.place().is_taken());
        scratch.place().provide(with("abc")).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "abc");
    }

    #[test]
    fn of_two_at_once_one_fetches() {
        let scratch = Scratch::new("two");
        let fetches = AtomicUsize::new(0);
        let fetch = |folder: &Path| {
            fetches.fetch_add(1, Ordering::Relaxed);
            // As long as the other one needs to come.
            thread::sleep(Duration::from_millis(200));
            with("abc")(folder)
        };
        thread::scope(|scope| {
            let both = [0; 2].map(|_| scope.spawn(|| scratch.place().provide(fetch).unwrap()));
            both.into_iter().for_each(|thread| drop(thread.join().unwrap()));
        });
        assert_eq!(fetches.into_inner(), 1);
        assert_eq!(scratch.names(), ["abc.gguf", "lock"]);
    }
}
