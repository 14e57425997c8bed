//! Programs of the distribution that a machine does not have: unpacked into a cache folder, without installing anything.

use std::fs;
use std::path::{Path, PathBuf};

use crosscheck_mlx::apt;

/// The program of this name on the search path.
pub fn in_path(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// The cache folder of this name.
///
/// # Errors
/// When nothing says where the user keeps such folders.
pub fn folder(name: &str) -> Result<PathBuf, String> {
    let base = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let base = base.or(std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")));
    Ok(base.ok_or("no cache folder: neither XDG_CACHE_HOME nor HOME is set")?.join("crosscheck").join(name))
}

/// Unpacks these packages below the folder, with all that they need and this machine does not have, and says where their files are.
///
/// # Errors
/// Why that is not possible, in one line.
pub fn unpack(packages: &[&str], folder: &Path) -> Result<PathBuf, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let (work, files) = (folder.join("work"), folder.join("files"));
    for old in [&work, &files] {
        if old.exists() {
            fs::remove_dir_all(old).map_err(failed)?;
        }
    }
    apt::unpack(packages, &files, &work)?;
    fs::remove_dir_all(&work).map_err(failed)?;
    Ok(files)
}

/// Writes a script that starts a program with these variables.
///
/// # Errors
/// When it cannot be written.
pub fn script(path: &Path, variables: &[(&str, String)], program: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let variables: String = variables.iter().map(|(name, value)| format!("export {name}='{value}'\n")).collect();
    fs::write(path, format!("#!/bin/sh\n{variables}exec '{}' \"$@\"\n", program.display())).map_err(failed)?;
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).map_err(failed)?;
    Ok(())
}
