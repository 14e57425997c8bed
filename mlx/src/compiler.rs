//! The machine's C++ compiler.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Doing, MlxError};
use crate::platform::Target;
use crate::process;
use crate::shims::{self, Shim};

/// How every file is compiled.
pub const FLAGS: [&str; 4] = ["-std=c++20", "-O2", "-fPIC", "-pthread"];

/// A C++ compiler, what it compiles for, and the folder where all its files go.
pub struct Compiler {
    target: Target,
    program: OsString,
    arguments: Vec<OsString>,
    work: PathBuf,
}

impl Compiler {
    /// Finds the compiler (`$CXX`, else the system's usual one) and writes the shims into `work`.
    pub fn find(target: Target, work: &Path) -> Result<Self, MlxError> {
        Self::named(std::env::var_os("CXX"), target, work)
    }

    /// The same for what `$CXX` may say.
    pub fn named(cxx: Option<OsString>, target: Target, work: &Path) -> Result<Self, MlxError> {
        let (program, arguments) = words(cxx, usual(target));
        let compiler = Self { target, program, arguments, work: work.to_owned() };
        // Asked first, so that nothing is downloaded in vain.
        compiler.run(&["--version".into()], "asking the C++ compiler for its version")?;
        for shim in shims::ALL {
            compiler.write(shim.name, shim.text)?;
        }
        Ok(compiler)
    }

    /// What it compiles for.
    pub fn target(&self) -> Target {
        self.target
    }

    /// The path of a shim.
    pub fn shim(&self, shim: &Shim) -> PathBuf {
        self.work.join(shim.name)
    }

    /// Writes a source file.
    pub fn write(&self, name: &str, text: &str) -> Result<PathBuf, MlxError> {
        let path = self.work.join(name);
        fs::write(&path, text).doing(|| format!("writing {}", path.display()))?;
        Ok(path)
    }

    /// The folder of the compiler's own C headers, if it has one.
    pub fn c_headers(&self) -> Option<PathBuf> {
        let doing = "asking the C++ compiler for its headers";
        let output = self.run(&["-print-file-name=include".into()], doing).ok()?;
        let folder = PathBuf::from(String::from_utf8(output).ok()?.trim());
        folder.join("stddef.h").exists().then_some(folder)
    }

    /// Compiles a source file to an object file.
    pub fn object(&self, source: &Path, flags: &[OsString]) -> Result<PathBuf, MlxError> {
        let stem = source.file_stem().unwrap_or(OsStr::new("source"));
        let object = self.work.join(stem).with_extension("o");
        self.compile(source, flags, &["-c".into()], &object)?;
        Ok(object)
    }

    /// Compiles a source file to a program.
    pub fn program(&self, source: &Path, flags: &[OsString]) -> Result<PathBuf, MlxError> {
        let program = self.work.join("program");
        self.compile(source, flags, &[], &program)?;
        Ok(program)
    }

    /// Links `inputs` (or compiles them, if they are sources) to a shared library that will be known as `name`.
    pub fn shared_library(
        &self,
        inputs: &[PathBuf],
        name: &Path,
        extra: &[OsString],
        library: &Path,
    ) -> Result<(), MlxError> {
        let mut arguments: Vec<OsString> = FLAGS.map(OsString::from).into();
        let (shared, name_is) = match self.target {
            Target::Linux(_) => ("-shared", "-soname"),
            Target::AppleSilicon => ("-dynamiclib", "-install_name"),
        };
        arguments.push(shared.into());
        arguments.extend(inputs.iter().map(OsString::from));
        arguments.extend(extra.iter().cloned());
        arguments.extend(to_linker(&[OsStr::new(name_is), name.as_os_str()]));
        arguments.extend(["-o".into(), library.into()]);
        self.run(&arguments, &format!("linking {}", library.display())).map(drop)
    }

    fn compile(&self, source: &Path, flags: &[OsString], more: &[OsString], out: &Path) -> Result<(), MlxError> {
        let mut arguments: Vec<OsString> = FLAGS.map(OsString::from).into();
        arguments.extend_from_slice(flags);
        arguments.extend_from_slice(more);
        arguments.extend([source.into(), "-o".into(), out.into()]);
        self.run(&arguments, &format!("compiling {}", source.display())).map(drop)
    }

    fn run(&self, arguments: &[OsString], doing: &str) -> Result<Vec<u8>, MlxError> {
        let output = process::run(
            Command::new(&self.program).args(&self.arguments).args(arguments),
            doing,
            &self.work,
            "Debian: apt-get install g++, Fedora: dnf install gcc-c++, macOS: xcode-select --install, or name a C++20 compiler in `CXX`",
        )?;
        Ok(output.stdout)
    }
}

/// Arguments that the compiler hands on to the linker. Not as `-Wl,…`, which a comma in a path would break.
pub fn to_linker(arguments: &[impl AsRef<OsStr>]) -> Vec<OsString> {
    arguments.iter().flat_map(|argument| ["-Xlinker".into(), argument.as_ref().to_owned()]).collect()
}

/// The compiler of a machine whose user has named none.
fn usual(target: Target) -> &'static str {
    match target {
        Target::Linux(_) => "g++",
        Target::AppleSilicon => "clang++",
    }
}

/// Splits `$CXX`, which may hold arguments (`ccache g++`), at white space.
fn words(cxx: Option<OsString>, usual: &str) -> (OsString, Vec<OsString>) {
    let cxx = cxx.and_then(|cxx| cxx.into_string().ok()).unwrap_or_default();
    let mut words = cxx.split_whitespace().map(OsString::from);
    let program = words.next().unwrap_or_else(|| usual.into());
    (program, words.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compiler_may_come_with_arguments() {
        assert_eq!(words(None, "g++"), ("g++".into(), vec![]));
        assert_eq!(words(Some("".into()), "clang++"), ("clang++".into(), vec![]));
        assert_eq!(words(Some("clang++-16".into()), "g++"), ("clang++-16".into(), vec![]));
        assert_eq!(words(Some(" ccache  g++ ".into()), "clang++"), ("ccache".into(), vec!["g++".into()]));
    }

    #[test]
    fn paths_reach_the_linker_whole() {
        let arguments = to_linker(&["-soname", "/a,b/c.so"]);
        assert_eq!(arguments, ["-Xlinker", "-soname", "-Xlinker", "/a,b/c.so"]);
    }
}
