//! Tells Cargo to take our library instead of running mlx-sys's build script, which works on Apple's systems only.
//!
//! The mechanism is Cargo's "overriding build scripts": a table `[target.<triple>.<links>]` of its configuration.

use std::fs;
use std::io;
use std::path::Path;

use crate::error::{Doing, MlxError};
use crate::mlxc::LINK_FOLDER;
use crate::variant::Variant;

/// The generated file, which `.cargo/config.toml` includes where it exists. It is of this machine: git has to ignore it.
pub const FILE: &str = ".cargo/mlx.toml";
const CONFIG: &str = ".cargo/config.toml";
/// What makes Cargo read the file.
pub const INCLUDE: &str = "include = [{ path = \"mlx.toml\", optional = true }]";

/// What the file says where the user wants mlx-sys's build script to run.
const FROM_SOURCE: &str =
    "# Written by the set-up of MLX with `--from-source`: mlx-rs builds MLX. With `--again` it takes MLX's wheel.\n";

/// Its first line where the library is the usual one, and where it is the one for CUDA.
const USUAL: &str =
    "# Written by the set-up of MLX: the library of this machine, in place of mlx-sys's build script.\n";
const CUDA: &str = "# Written by the set-up of MLX with `--cuda`: the library of this machine, in place of mlx-sys's build script. \
                    With `--again` it is the one for processors.\n";

/// Writes the override for the library in `folder`, unless it stands already: Cargo would look at everything again.
pub fn write(workspace: &Path, triple: &str, folder: &Path, variant: Variant) -> Result<(), MlxError> {
    let folder = folder.to_str().ok_or_else(|| MlxError::PathNotUtf8(folder.to_owned()))?;
    put(workspace, &text(triple, folder, variant))
}

/// Whether the user wants the library for CUDA.
pub fn is_cuda(workspace: &Path) -> bool {
    fs::read_to_string(workspace.join(FILE)).is_ok_and(|found| found.starts_with(CUDA))
}

/// Lets mlx-sys's build script run, now and by every command of this repository.
pub fn write_from_source(workspace: &Path) -> Result<(), MlxError> {
    put(workspace, FROM_SOURCE)
}

/// Whether the user wants that.
pub fn is_from_source(workspace: &Path) -> bool {
    fs::read_to_string(workspace.join(FILE)).is_ok_and(|found| found == FROM_SOURCE)
}

/// Makes Cargo read the file: where it has no configuration yet, it gets one. Whether one was made.
pub fn include(workspace: &Path) -> Result<bool, MlxError> {
    let config = workspace.join(CONFIG);
    match fs::read_to_string(&config) {
        Ok(text) if text.contains("\"mlx.toml\"") => Ok(false),
        Ok(_) => Err(MlxError::NotIncluded { config }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let folder = workspace.join(".cargo");
            fs::create_dir_all(&folder).doing(|| format!("creating {}", folder.display()))?;
            fs::write(&config, format!("{INCLUDE}\n")).doing(|| format!("writing {}", config.display()))?;
            Ok(true)
        }
        Err(error) => Err(error).doing(|| format!("reading {}", config.display())),
    }
}

/// Lets mlx-sys's build script run, this time.
pub fn remove(workspace: &Path) -> Result<(), MlxError> {
    let path = workspace.join(FILE);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).doing(|| format!("removing {}", path.display()))
        }
        _ => Ok(()),
    }
}

fn put(workspace: &Path, wanted: &str) -> Result<(), MlxError> {
    let path = workspace.join(FILE);
    if fs::read_to_string(&path).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    // Cargo may read it at any time, so it appears whole.
    let staging = path.with_extension(format!("toml.staging-{}", std::process::id()));
    fs::write(&staging, wanted).doing(|| format!("writing {}", staging.display()))?;
    fs::rename(&staging, &path).doing(|| format!("writing {}", path.display()))
}

fn text(triple: &str, folder: &str, variant: Variant) -> String {
    let first = match variant {
        Variant::Usual => USUAL,
        Variant::Cuda => CUDA,
    };
    let search = quoted(&format!("native={folder}/{LINK_FOLDER}"));
    let folder = quoted(folder);
    format!(
        "{first}\
         [target.{triple}.mlx]\n\
         rustc-link-search = [{search}]\n\
         rustc-link-lib = [\"dylib=mlxc\"]\n\
         rustc-env = {{ OUT_DIR = {folder} }}\n"
    )
}

/// A TOML basic string.
fn quoted(text: &str) -> String {
    let escape = |c: char| match c {
        '"' | '\\' => format!("\\{c}"),
        c if c.is_control() => format!("\\u{:04X}", u32::from(c)),
        c => c.to_string(),
    };
    format!("\"{}\"", text.chars().map(escape).collect::<String>())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn the_override_names_library_and_bindings() {
        assert_eq!(
            text("x86_64-unknown-linux-gnu", "/c/key", Variant::Usual),
            "# Written by the set-up of MLX: the library of this machine, in place of mlx-sys's build script.\n\
             [target.x86_64-unknown-linux-gnu.mlx]\n\
             rustc-link-search = [\"native=/c/key/link\"]\n\
             rustc-link-lib = [\"dylib=mlxc\"]\n\
             rustc-env = { OUT_DIR = \"/c/key\" }\n"
        );
    }

    #[test]
    fn odd_paths_are_escaped() {
        assert_eq!(quoted("/a b/ü"), "\"/a b/ü\"");
        assert_eq!(quoted("a\"b\\c\n"), r#""a\"b\\c\u000A""#);
    }

    fn workspace(test: &str) -> PathBuf {
        let workspace = std::env::temp_dir().join(format!("crosscheck-mlx-override-{test}-{}", std::process::id()));
        fs::create_dir_all(workspace.join(".cargo")).unwrap();
        workspace
    }

    #[test]
    fn cargo_reads_the_file_or_the_user_is_told_how() {
        let workspace = workspace("include");
        assert!(include(&workspace).unwrap());
        assert!(!include(&workspace).unwrap());
        let config = workspace.join(CONFIG);
        fs::write(&config, "[alias]\na = \"build\"\n").unwrap();
        let error = include(&workspace).unwrap_err().to_string();
        assert!(
            error.ends_with("add `include = [{ path = \"mlx.toml\", optional = true }]` as its first line"),
            "{error}"
        );
        assert_eq!(fs::read_to_string(&config).unwrap(), "[alias]\na = \"build\"\n");
        fs::remove_dir_all(&workspace).unwrap();
    }

    #[test]
    fn a_build_from_source_is_remembered_until_a_wheel_is_taken() {
        let workspace = workspace("source");
        remove(&workspace).unwrap();
        assert!(!is_from_source(&workspace));
        write_from_source(&workspace).unwrap();
        assert!(is_from_source(&workspace));
        write(&workspace, "t", Path::new("/c"), Variant::Usual).unwrap();
        assert!(!is_from_source(&workspace));
        remove(&workspace).unwrap();
        assert!(!workspace.join(FILE).exists());
        fs::remove_dir_all(&workspace).unwrap();
    }

    #[test]
    fn the_build_for_cuda_is_remembered_until_the_usual_one_is_taken() {
        let workspace = workspace("cuda");
        assert!(!is_cuda(&workspace));
        write(&workspace, "t", Path::new("/c"), Variant::Cuda).unwrap();
        assert!(is_cuda(&workspace) && !is_from_source(&workspace));
        write(&workspace, "t", Path::new("/c"), Variant::Usual).unwrap();
        assert!(!is_cuda(&workspace));
        fs::remove_dir_all(&workspace).unwrap();
    }

    #[test]
    fn the_file_is_left_alone_if_it_stands() {
        let workspace = workspace("stands");
        let written = || {
            write(&workspace, "t", Path::new("/c"), Variant::Usual).unwrap();
            fs::metadata(workspace.join(FILE)).unwrap().modified().unwrap()
        };
        assert_eq!(written(), written());
        assert_eq!(fs::read_dir(workspace.join(".cargo")).unwrap().count(), 1);
        fs::remove_dir_all(&workspace).unwrap();
    }
}
