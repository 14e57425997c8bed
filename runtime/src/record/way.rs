//! What lies on the way to a record: who decides which file it is.

use std::path::{Path, PathBuf};

/// What lies on the way to a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Way {
    /// A symbolic link in a folder in which everybody may make one.
    pub(crate) planted: Option<PathBuf>,
    /// Whether the path names something that a process has open, such as `/dev/stdout`.
    pub(super) is_open_already: bool,
}

/// More links than these on the way to a file are a circle, which the system reports.
#[cfg(unix)]
const MOST_LINKS: usize = 40;

/// Goes to the file link by link.
#[cfg(unix)]
pub(crate) fn to(path: &Path) -> Way {
    use std::path::Component;

    let mut way = Way::default();
    let mut at = std::env::current_dir().unwrap_or_default();
    let steps = |path: &Path| path.components().rev().map(|step| step.as_os_str().to_owned()).collect::<Vec<_>>();
    let (mut left, mut links) = (steps(path), 0);
    while let Some(step) = left.pop() {
        match Path::new(&step).components().next() {
            Some(Component::RootDir) => at = "/".into(),
            Some(Component::ParentDir) => drop(at.pop()),
            Some(Component::Normal(name)) => {
                let next = at.join(name);
                way.is_open_already |= next.starts_with("/proc") || next.starts_with("/dev/fd");
                match std::fs::read_link(&next) {
                    Ok(_) if is_for_everybody(&at) => return Way { planted: Some(next), ..way },
                    Ok(target) if links < MOST_LINKS => {
                        links += 1;
                        left.extend(steps(&target));
                    }
                    // No link, or nothing at all.
                    _ => at = next,
                }
            }
            _ => {}
        }
    }
    way
}

/// Whether everybody may make files in a folder, and each only remove his own, as in `/tmp`.
#[cfg(unix)]
fn is_for_everybody(folder: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    const STICKY_AND_WRITABLE: u32 = 0o1002;
    let mode = folder.metadata().map(|metadata| metadata.permissions().mode());
    mode.is_ok_and(|mode| mode & STICKY_AND_WRITABLE == STICKY_AND_WRITABLE)
}

/// Elsewhere there is no folder of this kind.
#[cfg(not(unix))]
pub(crate) fn to(_: &Path) -> Way {
    Way::default()
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_link_counts_where_everybody_may_make_one() {
        let folder = std::env::temp_dir().join(format!("crosscheck-way-{}", std::process::id()));
        let (shared, own) = (folder.join("shared"), folder.join("own"));
        fs::create_dir_all(&shared).unwrap();
        fs::create_dir_all(own.join("inner")).unwrap();
        fs::set_permissions(&shared, Permissions::from_mode(0o1777)).unwrap();
        symlink(&own, shared.join("link")).unwrap();
        symlink(shared.join("link"), own.join("indirect")).unwrap();
        symlink("inner", own.join("harmless")).unwrap();
        symlink("circle", own.join("circle")).unwrap();
        let planted = |path: PathBuf| to(&path).planted;
        let link = Some(shared.join("link"));
        assert_eq!(planted(shared.join("link")), link);
        assert_eq!(planted(shared.join("link/new/record.jsonl")), link);
        // Also where another link leads there, or the path goes astray before.
        assert_eq!(planted(own.join("indirect/record.jsonl")), link);
        assert_eq!(planted(own.join("harmless/../../shared/./link")), link);
        for harmless in ["shared/record.jsonl", "own/harmless/record.jsonl", "own/circle/a", "nowhere/a/../b"] {
            assert_eq!(to(&folder.join(harmless)), Way::default(), "{harmless}");
        }
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn what_is_open_already_is_known_by_its_name() {
        for (path, is_open_already) in [("/dev/stdout", true), ("/dev/fd/1", true), ("/dev/null", false), ("a", false)]
        {
            assert_eq!(to(Path::new(path)), Way { planted: None, is_open_already }, "{path}");
        }
    }
}
