//! Symbolic links.

use std::fs;
use std::io;
use std::path::Path;

use crate::error::{Doing, MlxError};

/// Makes `path` a link to `target`, whatever it was.
pub fn link(target: &Path, path: &Path) -> Result<(), MlxError> {
    let doing = || format!("linking {} to {}", path.display(), target.display());
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error).doing(doing),
        _ => symlink(target, path).doing(doing),
    }
}

/// Makes `path` a folder of links to what is in `target`, to which something can be added at `inside` without a change to `target`:
/// the folders on the way there are such folders too.
pub fn apart(target: &Path, path: &Path, inside: &Path) -> Result<(), MlxError> {
    fs::create_dir_all(path).doing(|| format!("creating {}", path.display()))?;
    let mut rest = inside.components();
    let first = rest.next().map(|first| first.as_os_str().to_owned());
    let doing = || format!("reading {}", target.display());
    for entry in fs::read_dir(target).doing(doing)? {
        let (entry, name) = entry.map(|entry| (entry.path(), entry.file_name())).doing(doing)?;
        if Some(&name) == first.as_ref() {
            apart(&entry, &path.join(&name), rest.as_path())?;
        } else {
            link(&entry, &path.join(&name))?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn symlink(target: &Path, path: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

#[cfg(not(unix))]
fn symlink(_target: &Path, _path: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_is_apart_can_be_added_to() {
        let base = std::env::temp_dir().join(format!("crosscheck-mlx-link-{}", std::process::id()));
        let (packages, place) = (base.join("packages"), base.join("place"));
        for folder in ["cu13/include/cub", "cu13/lib", "cudnn"] {
            fs::create_dir_all(packages.join(folder)).unwrap();
        }
        fs::write(packages.join("cu13/include/mma.h"), "mma").unwrap();
        apart(&packages, &place, Path::new("cu13/include")).unwrap();
        let is_link = |path: &str| place.join(path).is_symlink();
        assert_eq!(["cudnn", "cu13/lib", "cu13/include/cub", "cu13/include/mma.h"].map(is_link), [true; 4]);
        assert_eq!(["cu13", "cu13/include"].map(is_link), [false; 2]);
        assert_eq!(fs::read_to_string(place.join("cu13/include/mma.h")).unwrap(), "mma");
        fs::create_dir(place.join("cu13/include/crt")).unwrap();
        assert!(!packages.join("cu13/include/crt").exists());
        fs::remove_dir_all(&base).unwrap();
    }
}
