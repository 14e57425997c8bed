//! Everything that can keep MLX from being set up, each with what would help.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why MLX could not be set up.
#[derive(Debug, Error)]
pub enum MlxError {
    /// No recipe for this kind of machine.
    #[error(
        "MLX cannot be set up for {target}: {reason} (known: macOS on Apple silicon, and Linux with glibc {} or newer on x86_64 and aarch64)",
        crate::platform::OLDEST_GLIBC
    )]
    UnsupportedPlatform {
        /// The processor, system and C library, as far as known.
        target: String,
        /// What about it does not fit.
        reason: String,
    },

    /// There is no build from source for this kind of machine.
    #[error("`--from-source` is for macOS: mlx-rs's own build of MLX does not work on {target}")]
    FromSource {
        /// The target triple.
        target: &'static str,
    },

    /// There is no build for CUDA for this kind of machine.
    #[error("`--cuda` is for Linux on x86-64: there is no recipe for {target}")]
    NoCuda {
        /// The target triple, as far as known.
        target: &'static str,
    },

    /// MLX's build for CUDA cannot be loaded, although a driver is there.
    #[error("MLX's build for CUDA cannot be loaded beside this machine's NVIDIA driver: {0}")]
    Nvidia(String),

    /// Cargo does not read what is written.
    #[error(
        "{} does not include `mlx.toml`, which says where MLX lies: add `{}` as its first line",
        config.display(),
        crate::override_config::INCLUDE
    )]
    NotIncluded {
        /// The configuration of Cargo that is there.
        config: PathBuf,
    },

    /// A program that the set-up runs is missing.
    #[error("`{program}` was not found; install it ({remedy})")]
    MissingTool {
        /// The program's name, as it was to be run.
        program: String,
        /// Where to get it.
        remedy: &'static str,
    },

    /// Python is there, its package installer is not.
    #[error(
        "`python3` has no pip; install it (Debian: apt-get install python3-pip, Fedora: dnf install python3-pip, else: python3 -m ensurepip)"
    )]
    MissingPip,

    /// The package index could not be reached, or has no such file.
    #[error(
        "`{package}` could not be downloaded; is this machine connected, or pip configured for a mirror? pip said:\n{said}"
    )]
    Download {
        /// Project and version.
        package: String,
        /// The end of pip's own report.
        said: String,
    },

    /// What was downloaded is not the file that the recipe was tried with.
    #[error("the download of `{package}` is not the expected file (sha256 {expected}); pip said:\n{said}")]
    WrongChecksum {
        /// Project and version.
        package: String,
        /// The pinned checksum.
        expected: &'static str,
        /// The end of pip's own report.
        said: String,
    },

    /// The disk filled up.
    #[error("no space was left on the disk while {doing}; the set-up needs about 300 MB, and 5 GB with CUDA's libraries, in {}", folder.display())]
    DiskFull {
        /// The step that failed.
        doing: String,
        /// The folder that is being filled.
        folder: PathBuf,
    },

    /// A program ran and failed.
    #[error("{doing} failed: `{program}` ended with {status}; it said:\n{said}")]
    Failed {
        /// The step that failed.
        doing: String,
        /// The program's name, as it was run.
        program: String,
        /// Its exit status, in words.
        status: String,
        /// The end of what it wrote to its standard error.
        said: String,
    },

    /// The lock file does not name the package whose native half this set-up makes.
    #[error("{} names no package `{package}`; a workspace member must depend on it (run `cargo metadata` after adding it)", lock_file.display())]
    NotLocked {
        /// The lock file read.
        lock_file: PathBuf,
        /// The package looked for.
        package: &'static str,
    },

    /// The Rust package and the recipe disagree on the version of MLX.
    #[error(
        "mlx-sys {mlx_sys} is written for MLX {wanted}, this set-up brings MLX {brought}: take a version of `crosscheck-mlx` that brings {wanted}"
    )]
    VersionMismatch {
        /// The version of mlx-sys in the lock file.
        mlx_sys: String,
        /// The version of MLX that it names.
        wanted: String,
        /// The version of MLX that the recipe pins.
        brought: &'static str,
    },

    /// The sources of mlx-c are not laid out as they were.
    #[error("{} is not laid out as expected: {missing}", folder.display())]
    Layout {
        /// The folder looked into.
        folder: PathBuf,
        /// What was not found there.
        missing: String,
    },

    /// No folder to keep the library in.
    #[error("no cache folder is known: neither `XDG_CACHE_HOME` nor `HOME` is set to an absolute path")]
    NoCacheFolder,

    /// A path that cannot be written into a configuration file.
    #[error("the path {} is not valid UTF-8; set `XDG_CACHE_HOME` to a folder whose path is", .0.display())]
    PathNotUtf8(PathBuf),

    /// The library was made and does not work.
    #[error("MLX was built but does not work: {0}")]
    SelfCheck(String),

    /// A file could not be read or written.
    #[error("{doing} failed: {source}")]
    Io {
        /// What was being done, with the path.
        doing: String,
        /// The system's report.
        source: io::Error,
    },
}

/// Adds what was being done to an [`io::Error`].
pub trait Doing<T> {
    /// Names the action and the path; `doing` is called only on failure.
    fn doing(self, doing: impl FnOnce() -> String) -> Result<T, MlxError>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, doing: impl FnOnce() -> String) -> Result<T, MlxError> {
        self.map_err(|source| MlxError::Io { doing: doing(), source })
    }
}
