//! mlx-c, the C interface of MLX that mlx-rs calls: compiled here into a shared library that finds MLX by itself.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::compiler::{Compiler, to_linker};
use super::error::{Doing, MlxError};
use super::parallel;
use super::shims;
use super::sources::MlxC;

/// The shared library's file name.
pub const LIBRARY: &str = "libmlxc.so";

/// The folder of the library that Rust programs are linked with.
pub const LINK_FOLDER: &str = "link";

/// Compiles mlx-c against the headers in `staging`, and links it into the library there, to be moved to `folder`.
pub fn build(compiler: &Compiler, mlx_c: &MlxC, staging: &Path, folder: &Path) -> Result<(), MlxError> {
    let flags = flags(compiler, mlx_c, staging);
    let mut sources = mlx_c.sources.clone();
    sources.extend([&shims::MACH_TIME, &shims::GEMV].map(|shim| compiler.shim(shim)));
    let mut inputs = parallel::map(sources, |source| compiler.object(&source, &flags))?;
    inputs.push(staging.join("mlx").join("lib").join("libmlx.so"));
    let extra = to_linker(&[
        // Relative to this library, so that it holds before and after the move.
        "-rpath".as_ref(),
        "$ORIGIN/mlx/lib".as_ref(),
        "--no-undefined".as_ref(),
    ]);
    compiler.shared_library(&inputs, &known_as(folder), &extra, &staging.join(LIBRARY))
}

/// The path by which programs load the library.
///
/// As its name has a slash, they load it from there and need no search path of their own, which could only come
/// from `rustflags`: changing those compiles everything anew, and the variable `RUSTFLAGS` overrides them.
fn known_as(folder: &Path) -> PathBuf {
    folder.join(LIBRARY)
}

/// How a file that includes mlx-c's headers is compiled.
pub fn flags(compiler: &Compiler, mlx_c: &MlxC, staging: &Path) -> Vec<OsString> {
    // mlx-c's error messages quote the path of its source: they should read alike on every machine.
    let mut anonymous = OsString::from("-ffile-prefix-map=");
    anonymous.push(&mlx_c.root);
    anonymous.push("=mlx-c");
    let mut flags = vec![anonymous];
    for folder in [mlx_c.root.clone(), staging.join("mlx").join("include")] {
        flags.extend(["-I".into(), folder.into()]);
    }
    for header in [shims::FORMAT, shims::HALF] {
        flags.extend(["-include".into(), compiler.shim(&header).into()]);
    }
    flags
}

/// Makes the library that Rust programs are linked with: the same name and functions, but all empty.
///
/// Linkers other than rustc's own (GNU ld, by default on Arm) follow a shared library to all that it needs, and
/// fail on a BLAS that the loader will find and they do not. This one needs nothing.
pub fn build_import_library(
    compiler: &Compiler,
    bindings: &Path,
    staging: &Path,
    folder: &Path,
) -> Result<(), MlxError> {
    let text = fs::read_to_string(bindings).doing(|| format!("reading {}", bindings.display()))?;
    let source = compiler.write("import.cpp", &import_source(&text))?;
    let link_folder = staging.join(LINK_FOLDER);
    fs::create_dir(&link_folder).doing(|| format!("creating {}", link_folder.display()))?;
    let library = link_folder.join(LIBRARY);
    compiler.shared_library(&[source], &known_as(folder), &["-nostdlib".into()], &library)
}

/// Defines all functions of mlx-c that the bindings declare, and the one of macOS that we supply.
fn import_source(bindings: &str) -> String {
    let declared = bindings.split("pub fn ").skip(1).filter_map(|rest| rest.split_once('('));
    // What the headers of the C library declare is in there too.
    let ours = declared.map(|(name, _)| name).filter(|name| name.trim_start_matches('_').starts_with("mlx_"));
    let mut names: Vec<&str> = ours.chain(["mach_approximate_time"]).collect();
    names.sort_unstable();
    names.dedup();
    let functions: String = names.iter().map(|name| format!("void {name}() {{}}\n")).collect();
    format!("extern \"C\" {{\n{functions}}}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_import_library_has_the_functions_of_mlx_c_alone() {
        let bindings = "unsafe extern \"C\" { pub fn mlx_add(a: i32) -> i32; }\n\
                        extern \"C\" {\n    pub fn strlen(s: *const c_char) -> usize;\n}\n\
                        extern \"C\" {\n    pub fn _mlx_error(file: *const c_char, ...);\n}\n\
                        pub type mlx_deallocator = Option<unsafe extern \"C\" fn(arg1: *mut c_void)>;";
        assert_eq!(
            import_source(bindings),
            "extern \"C\" {\nvoid _mlx_error() {}\nvoid mach_approximate_time() {}\nvoid mlx_add() {}\n}\n"
        );
    }
}
