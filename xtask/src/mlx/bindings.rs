//! The Rust declarations of mlx-c, as mlx-sys's own build script would generate them.

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use super::compiler::Compiler;
use super::error::{Doing, MlxError};
use super::platform::Arch;
use super::sources::MlxC;
use super::{process, shims, wheel};

/// What to generate: the arguments of `cargo xtask mlx-bindings`.
#[derive(Debug, Args)]
pub struct Request {
    /// The folder that `#include "mlx/c/…"` starts from
    #[arg(long)]
    root: PathBuf,
    /// The file to write
    #[arg(long)]
    out: PathBuf,
    /// A folder of system headers, for a libclang that came without its own
    #[arg(long)]
    c_headers: Option<PathBuf>,
    /// The headers to declare, in order
    headers: Vec<PathBuf>,
}

/// Which libclang read the headers.
pub enum Libclang {
    /// One that was on the machine.
    Installed,
    /// The pinned wheel's.
    Downloaded,
}

/// Writes `out`, with the machine's libclang if it has one that works, else with a downloaded one.
///
/// bindgen runs in a process of its own: it panics where it finds no libclang, and it can be told of one only
/// through an environment variable.
pub fn write(compiler: &Compiler, mlx_c: &MlxC, arch: Arch, work: &Path, out: &Path) -> Result<Libclang, MlxError> {
    let installed = run(command(compiler, mlx_c, out)?, work);
    let Err(installed_error) = installed else {
        return Ok(Libclang::Installed);
    };
    if std::env::var_os("LIBCLANG_PATH").is_some() {
        // The user chose one: what is wrong with it should not be glossed over.
        return Err(installed_error);
    }
    wheel::LIBCLANG.fetch(arch, work, &work.join("clang"))?;
    let native = work.join(format!("clang/libclang-{}.data/platlib/clang/native", wheel::LIBCLANG.version));
    let mut command = command(compiler, mlx_c, out)?;
    command.env("LIBCLANG_PATH", native);
    if let Some(folder) = compiler.c_headers() {
        command.arg("--c-headers").arg(folder);
    }
    run(command, work)?;
    Ok(Libclang::Downloaded)
}

fn command(compiler: &Compiler, mlx_c: &MlxC, out: &Path) -> Result<Command, MlxError> {
    let this = std::env::current_exe().doing(|| "finding the path of this program".to_owned())?;
    let mut command = Command::new(this);
    command
        .arg("mlx-bindings")
        .arg("--root")
        .arg(&mlx_c.root)
        .arg("--out")
        .arg(out)
        .arg(compiler.shim(&shims::BINDINGS_PROLOGUE))
        .args(&mlx_c.headers)
        .env("RUST_BACKTRACE", "0");
    Ok(command)
}

fn run(mut command: Command, work: &Path) -> Result<(), MlxError> {
    process::run(&mut command, "writing the bindings of mlx-c", work, "run `cargo xtask mlx`").map(drop)
}

/// Generates the bindings in this process. The settings are those of mlx-sys's `src/bindgen_config.rs`.
#[cfg(target_os = "linux")]
pub fn generate(request: &Request) -> Result<(), MlxError> {
    let bindings = bindgen::Builder::default()
        .rust_target(
            "1.73.0".parse().map_err(|error| MlxError::Bindings(format!("bindgen knows no Rust 1.73: {error}")))?,
        )
        .clang_arg(format!("-I{}", request.root.display()))
        .clang_args(request.c_headers.iter().map(|folder| format!("-isystem{}", folder.display())))
        .blocklist_function("malloc")
        .blocklist_function("realloc")
        .headers(request.headers.iter().map(|header| header.to_string_lossy()))
        .generate()
        .map_err(|error| MlxError::Bindings(error.to_string()))?;
    bindings.write_to_file(&request.out).doing(|| format!("writing {}", request.out.display()))
}

/// Elsewhere mlx-sys generates its bindings itself.
#[cfg(not(target_os = "linux"))]
pub fn generate(request: &Request) -> Result<(), MlxError> {
    Err(MlxError::Bindings(format!("{} is written on Linux only", request.out.display())))
}
