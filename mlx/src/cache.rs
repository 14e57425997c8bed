//! Where the finished library lies, and how it gets there: whole, or not at all.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::{Doing, MlxError};
use crate::platform::Target;
use crate::variant::Variant;
use crate::{compiler, manifest, progress, shims, wheel};

/// Raise it when the steps change in a way that the shims and checksums do not show.
const RECIPE: u32 = 3;

/// Marks a folder that is being filled.
const STAGING: &str = ".staging-";
/// Marks a folder that is being removed.
const RETIRED: &str = ".retired-";

/// The place of one version of the library.
pub struct Cache {
    base: PathBuf,
    key: String,
}

impl Cache {
    /// The place for what this recipe makes for `mlx_sys` (a version) on `target`.
    pub fn locate(mlx_sys: &str, target: Target, variant: Variant) -> Result<Self, MlxError> {
        let base = base(std::env::var_os("XDG_CACHE_HOME"), std::env::var_os("HOME")).ok_or(MlxError::NoCacheFolder)?;
        if base.to_str().is_none() {
            return Err(MlxError::PathNotUtf8(base));
        }
        Ok(Self { base, key: key(mlx_sys, target, variant) })
    }

    /// The finished folder, whether or not it exists.
    pub fn folder(&self) -> PathBuf {
        self.base.join(&self.key)
    }

    /// Waits until no other process sets MLX up here, and keeps others waiting until the lock is dropped.
    pub fn lock(&self) -> Result<Lock, MlxError> {
        fs::create_dir_all(&self.base).doing(|| format!("creating {}", self.base.display()))?;
        let path = self.base.join("lock");
        let file = File::create(&path).doing(|| format!("creating {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                progress::say("waiting for another set-up of MLX to finish …");
                file.lock().doing(|| format!("locking {}", path.display()))?;
            }
            Err(TryLockError::Error(source)) => {
                return Err(source).doing(|| format!("locking {}", path.display()));
            }
        }
        Ok(Lock { _file: file })
    }

    /// An empty folder to fill. The lock shows that no other process is filling one, so what lies about is left over
    /// from a set-up that was cut off: it is removed.
    pub fn stage<'lock>(&self, _lock: &'lock Lock) -> Result<Staging<'lock>, MlxError> {
        let doing = || format!("clearing {}", self.base.display());
        for entry in fs::read_dir(&self.base).doing(doing)? {
            let entry = entry.doing(doing)?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.contains(STAGING) || name.contains(RETIRED) {
                fs::remove_dir_all(entry.path()).doing(doing)?;
            }
        }
        let folder = self.sibling(STAGING);
        fs::create_dir(&folder).doing(|| format!("creating {}", folder.display()))?;
        Ok(Staging { folder, _lock: PhantomData })
    }

    /// Puts a filled folder in its place, instead of a damaged one that may be there.
    pub fn publish(&self, staging: &Staging<'_>) -> Result<(), MlxError> {
        let staging = staging.path();
        manifest::write(staging)?;
        let folder = self.folder();
        let retired = self.sibling(RETIRED);
        if folder.exists() {
            fs::rename(&folder, &retired).doing(|| format!("moving {}", folder.display()))?;
        }
        fs::rename(staging, &folder).doing(|| format!("moving {}", staging.display()))?;
        // The next set-up removes what cannot be removed now.
        let _ = fs::remove_dir_all(&retired);
        Ok(())
    }

    fn sibling(&self, mark: &str) -> PathBuf {
        self.base.join(format!("{}{mark}{}", self.key, std::process::id()))
    }
}

/// Held while a set-up changes the cache; released when dropped, or when the process ends in any way.
pub struct Lock {
    _file: File,
}

/// A folder that is being filled. Unless published, it is removed when dropped, for the disk may be full.
pub struct Staging<'lock> {
    folder: PathBuf,
    /// Without the lock another set-up would remove the folder.
    _lock: PhantomData<&'lock Lock>,
}

impl Staging<'_> {
    /// Where to put things.
    pub fn path(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Staging<'_> {
    fn drop(&mut self) {
        // Gone if it was published; and what cannot be removed now, the next set-up removes.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The folder for all versions.
fn base(xdg_cache_home: Option<OsString>, home: Option<OsString>) -> Option<PathBuf> {
    Some(caches(xdg_cache_home, home)?.join("crosscheck").join("mlx"))
}

/// The user's caches, by the XDG base directory specification: relative paths count as not set.
pub fn caches(xdg_cache_home: Option<OsString>, home: Option<OsString>) -> Option<PathBuf> {
    let absolute = |path: OsString| Some(PathBuf::from(path)).filter(|path| path.is_absolute());
    xdg_cache_home.and_then(absolute).or_else(|| Some(home.and_then(absolute)?.join(".cache")))
}

/// Names a folder by everything that decides its content.
fn key(mlx_sys: &str, target: Target, variant: Variant) -> String {
    let mut hash = Sha256::new();
    hash.update(RECIPE.to_le_bytes());
    for wheel in [wheel::mlx(target), wheel::libclang(target)] {
        hash.update(wheel.sha256);
    }
    let shims = shims::ALL.into_iter().flat_map(|shim| [shim.name, shim.text]);
    for part in compiler::FLAGS.into_iter().chain(shims) {
        // The lengths keep two texts from being taken for one.
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    let cuda = match variant {
        Variant::Usual => "",
        Variant::Cuda => {
            hash.update(wheel::MLX_CUDA.sha256);
            for wheel in wheel::nvidia() {
                hash.update(wheel.sha256);
            }
            for shim in shims::CUDA {
                hash.update(shim.text.len().to_le_bytes());
                hash.update(shim.text);
            }
            "-cuda"
        }
    };
    let hash: String = hash.finalize()[..6].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-sys-{mlx_sys}-{}{cuda}-{hash}", wheel::MLX_VERSION, target.name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::Arch;

    #[test]
    fn the_key_names_versions_and_processor() {
        let [x86_target, arm_target] = [Arch::X86_64, Arch::Aarch64].map(Target::Linux);
        let key = |mlx_sys, target| key(mlx_sys, target, Variant::Usual);
        let x86 = key("0.7.0", x86_target);
        assert!(x86.starts_with("0.32.2-sys-0.7.0-x86_64-"), "{x86}");
        assert_eq!(x86, key("0.7.0", x86_target));
        assert_ne!(x86, key("0.7.1", x86_target));
        assert_ne!(x86.rsplit('-').next(), key("0.7.0", arm_target).rsplit('-').next());
    }

    #[test]
    fn the_build_for_cuda_has_a_folder_of_its_own() {
        let target = Target::Linux(Arch::X86_64);
        let cuda = key("0.7.0", target, Variant::Cuda);
        assert!(cuda.starts_with("0.32.2-sys-0.7.0-x86_64-cuda-"), "{cuda}");
        assert_ne!(cuda.rsplit('-').next(), key("0.7.0", target, Variant::Usual).rsplit('-').next());
    }

    #[test]
    fn the_base_follows_the_xdg_specification() {
        let path = |text: &str| Some(OsString::from(text));
        let at = |text: &str| Some(PathBuf::from(text));
        assert_eq!(base(path("/c"), path("/home/a")), at("/c/crosscheck/mlx"));
        assert_eq!(base(None, path("/home/a")), at("/home/a/.cache/crosscheck/mlx"));
        assert_eq!(base(path("c"), path("/home/a")), at("/home/a/.cache/crosscheck/mlx"));
        assert_eq!(base(path(""), path("/home/a")), at("/home/a/.cache/crosscheck/mlx"));
        assert_eq!(base(None, path("relative")), None);
        assert_eq!(base(None, None), None);
    }
}
