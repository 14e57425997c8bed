//! The real model, which is not in the repository: some of the goldens are of it, and `chat` asks it.

mod download;
mod place;

use std::path::PathBuf;

use crosscheck_mlx::MlxError;
use crosscheck_mlx::cache::caches;
use place::Place;

/// Said where it is not there.
pub const MISSING: &str = "SmolLM2-135M-Instruct.Q4_1.gguf is not in `crosscheck/models` in the cache folder";

/// A file by its name and what is in it.
#[derive(Clone, Copy)]
struct Model {
    file: &'static str,
    bytes: u64,
    sha256: &'static str,
}

const SMOLLM2: Model = Model {
    file: "SmolLM2-135M-Instruct.Q4_1.gguf",
    bytes: 98_362_432,
    sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
};

/// Why the model is not there.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// What fetches MLX as well failed.
    #[error(transparent)]
    Fetching(#[from] MlxError),
    /// Another file than the one that everything was tried with.
    #[error("the downloaded {file} is another file than expected: its SHA-256 is {found}, not {expected}")]
    Checksum { file: &'static str, expected: &'static str, found: String },
}

/// The file, if it is there.
pub fn present() -> Option<PathBuf> {
    place().filter(Place::is_taken).map(|place| place.file())
}

/// The file; it is fetched when it is not there.
pub fn provide() -> Result<PathBuf, ModelError> {
    let place = place().ok_or(MlxError::NoCacheFolder)?;
    place.provide(download::fetch)
}

fn place() -> Option<Place> {
    let caches = caches(std::env::var_os("XDG_CACHE_HOME"), std::env::var_os("HOME"))?;
    Some(Place::in_caches(&caches, SMOLLM2))
}
