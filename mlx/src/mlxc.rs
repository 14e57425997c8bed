//! mlx-c, the C interface of MLX that mlx-rs calls: compiled here into a shared library that finds MLX by itself.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::compiler::{Compiler, to_linker};
use crate::error::{Doing, MlxError};
use crate::link;
use crate::parallel;
use crate::platform::Target;
use crate::shims;
use crate::sources::MlxC;

/// The shared library's file name.
pub fn library(target: Target) -> String {
    target.shared_library("mlxc")
}

/// The folder of the library that Rust programs are linked with.
pub const LINK_FOLDER: &str = "link";

/// Compiles mlx-c against the headers in `staging`, and links it into the library of that name there, to be moved to `folder`.
pub fn build(compiler: &Compiler, mlx_c: &MlxC, name: &str, staging: &Path, folder: &Path) -> Result<(), MlxError> {
    let flags = flags(compiler, mlx_c, staging);
    let target = compiler.target();
    let mut sources = mlx_c.sources.clone();
    // Relative to this library, so that it holds before and after the move.
    let extra: &[&str] = match target {
        Target::Linux(_) => {
            sources.extend([&shims::MACH_TIME, &shims::GEMV].map(|shim| compiler.shim(shim)));
            &["-rpath", "$ORIGIN/mlx/lib", "--no-undefined"]
        }
        // macOS has that clock, its BLAS is quick, and its linker leaves nothing undefined.
        Target::AppleSilicon => &["-rpath", "@loader_path/mlx/lib"],
    };
    let mut inputs = parallel::map(sources, |source| compiler.object(&source, &flags))?;
    inputs.push(staging.join("mlx").join("lib").join(target.shared_library("mlx")));
    compiler.shared_library(&inputs, &known_as(name, folder), &to_linker(extra), &staging.join(name))
}

/// The path by which programs load the library.
///
/// As its name has a slash, they load it from there and need no search path of their own, which could only come
/// from `rustflags`: changing those compiles everything anew, and the variable `RUSTFLAGS` overrides them.
fn known_as(name: &str, folder: &Path) -> PathBuf {
    folder.join(name)
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
/// On Linux, linkers other than rustc's own (GNU ld, by default on Arm) follow a shared library to all that it needs, and
/// fail on a BLAS that the loader will find and they do not. This one needs nothing. macOS's linker does not, so there it is the
/// library itself.
pub fn build_import_library(
    compiler: &Compiler,
    bindings: &Path,
    staging: &Path,
    folder: &Path,
) -> Result<(), MlxError> {
    let target = compiler.target();
    let link_folder = staging.join(LINK_FOLDER);
    fs::create_dir(&link_folder).doing(|| format!("creating {}", link_folder.display()))?;
    let linked = link_folder.join(library(target));
    if target == Target::AppleSilicon {
        return link::link(&Path::new("..").join(library(target)), &linked);
    }
    let text = fs::read_to_string(bindings).doing(|| format!("reading {}", bindings.display()))?;
    let source = compiler.write("import.cpp", &import_source(&text))?;
    compiler.shared_library(&[source], &known_as(&library(target), folder), &["-nostdlib".into()], &linked)
}

/// Defines all of them.
fn import_source(bindings: &str) -> String {
    let functions: String = functions(bindings).iter().map(|name| format!("void {name}() {{}}\n")).collect();
    format!("extern \"C\" {{\n{functions}}}\n")
}

/// The functions of mlx-c that the bindings declare, and the one of macOS that we supply.
pub fn functions(bindings: &str) -> Vec<&str> {
    let declared = bindings.split("pub fn ").skip(1).filter_map(|rest| rest.split_once('('));
    // What the headers of the C library declare is in there too.
    let ours = declared.map(|(name, _)| name).filter(|name| name.trim_start_matches('_').starts_with("mlx_"));
    let mut names: Vec<&str> = ours.chain(["mach_approximate_time"]).collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::Arch;

    /// What a compiler is told to do for a machine, with the paths of this test written as `STAGING` and `MLX_C`.
    #[cfg(unix)]
    fn commands(target: Target) -> Vec<String> {
        let base = std::env::temp_dir().join(format!("crosscheck-mlxc-{}-{}", target.name(), std::process::id()));
        let (staging, root) = (base.join("staging"), base.join("mlx-c"));
        let work = staging.join("work");
        for folder in [&work, &root] {
            fs::create_dir_all(folder).unwrap();
        }
        let (log, cxx, bindings) = (base.join("log"), base.join("cxx"), staging.join("bindings.rs"));
        fs::write(&cxx, format!("#!/bin/sh\necho \"$@\" >> '{}'\n", log.display())).unwrap();
        fs::write(&bindings, "pub fn mlx_add(a: i32);").unwrap();
        fs::set_permissions(&cxx, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let compiler = Compiler::named(Some(cxx.into()), target, &work).unwrap();
        let mlx_c = MlxC { sources: vec![root.join("array.cpp")], headers: Vec::new(), root: root.clone() };
        build(&compiler, &mlx_c, &library(target), &staging, Path::new("/cache/mlx")).unwrap();
        build_import_library(&compiler, &bindings, &staging, Path::new("/cache/mlx")).unwrap();
        let told = fs::read_to_string(&log).unwrap();
        let linked = fs::read_link(staging.join(LINK_FOLDER).join(library(target)));
        let linked = linked.map(|to| format!("link to {}", to.display()));
        fs::remove_dir_all(&base).unwrap();
        let plain =
            |line: &str| line.replace(staging.to_str().unwrap(), "STAGING").replace(root.to_str().unwrap(), "MLX_C");
        let mut commands: Vec<String> = told.lines().map(plain).chain(linked).collect();
        // Objects are made side by side.
        commands.sort();
        commands
    }

    #[cfg(unix)]
    #[test]
    fn for_linux_our_shims_are_linked_in_and_programs_link_with_a_library_that_needs_nothing() {
        let object = |source: &str, name: &str| {
            format!(
                "-std=c++20 -O2 -fPIC -pthread -ffile-prefix-map=MLX_C=mlx-c -I MLX_C -I STAGING/mlx/include -include \
                 STAGING/work/format.h -include STAGING/work/half.h -c {source} -o STAGING/work/{name}.o"
            )
        };
        let library = "-std=c++20 -O2 -fPIC -pthread -shared STAGING/work/array.o STAGING/work/mach_time.o STAGING/work/gemv.o \
                       STAGING/mlx/lib/libmlx.so -Xlinker -rpath -Xlinker $ORIGIN/mlx/lib -Xlinker --no-undefined -Xlinker -soname \
                       -Xlinker /cache/mlx/libmlxc.so -o STAGING/libmlxc.so";
        let import = "-std=c++20 -O2 -fPIC -pthread -shared STAGING/work/import.cpp -nostdlib -Xlinker -soname -Xlinker \
                      /cache/mlx/libmlxc.so -o STAGING/link/libmlxc.so";
        let expected = [
            "--version".to_owned(),
            object("MLX_C/array.cpp", "array"),
            object("STAGING/work/gemv.cpp", "gemv"),
            object("STAGING/work/mach_time.cpp", "mach_time"),
            library.to_owned(),
            import.to_owned(),
        ];
        assert_eq!(commands(Target::Linux(Arch::X86_64)), expected);
    }

    #[cfg(unix)]
    #[test]
    fn for_apple_silicon_mlx_c_alone_is_linked_with_the_wheel() {
        let expected = [
            "--version",
            "-std=c++20 -O2 -fPIC -pthread -dynamiclib STAGING/work/array.o STAGING/mlx/lib/libmlx.dylib -Xlinker -rpath -Xlinker \
             @loader_path/mlx/lib -Xlinker -install_name -Xlinker /cache/mlx/libmlxc.dylib -o STAGING/libmlxc.dylib",
            "-std=c++20 -O2 -fPIC -pthread -ffile-prefix-map=MLX_C=mlx-c -I MLX_C -I STAGING/mlx/include -include \
             STAGING/work/format.h -include STAGING/work/half.h -c MLX_C/array.cpp -o STAGING/work/array.o",
            "link to ../libmlxc.dylib",
        ];
        assert_eq!(commands(Target::AppleSilicon), expected);
    }

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
