//! Has the Rust declarations of mlx-c written by the program `xtask-bindings`.

use std::path::Path;
use std::process::Command;

use super::compiler::Compiler;
use super::error::MlxError;
use super::platform::Arch;
use super::sources::MlxC;
use super::{process, shims, wheel};
use crate::workspace;

/// Which libclang read the headers.
pub enum Libclang {
    /// One that was on the machine.
    Installed,
    /// The pinned wheel's.
    Downloaded,
}

/// Writes `out`, with the machine's libclang if it has one that works, else with a downloaded one.
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
    let mut command = Command::new(workspace::cargo());
    command
        .current_dir(workspace::root())
        .args(["run", "--quiet", "--package", "xtask-bindings", "--"])
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
