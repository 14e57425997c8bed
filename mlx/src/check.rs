//! Tries the finished library before anything relies on it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::compiler::Compiler;
use crate::error::MlxError;
use crate::mlxc;
use crate::sources::MlxC;
use crate::{process, shims};

/// The speed of a matrix product, in 10⁹ floating-point operations a second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gflops(f64);

impl fmt::Display for Gflops {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.0} GFLOP/s", self.0)
    }
}

/// The program that tries the library.
pub struct Check {
    program: PathBuf,
    library: PathBuf,
}

impl Check {
    /// Compiles it, for the library in `staging`.
    pub fn compile(compiler: &Compiler, mlx_c: &MlxC, staging: &Path) -> Result<Self, MlxError> {
        let program = compiler.program(&compiler.shim(&shims::CHECK), &mlxc::flags(compiler, mlx_c, staging))?;
        Ok(Self { program, library: staging.join(mlxc::library(compiler.target())) })
    }

    /// Runs it.
    pub fn run(&self) -> Result<Gflops, MlxError> {
        let output = process::output(Command::new(&self.program).arg(&self.library))
            .map_err(|error| MlxError::SelfCheck(error.to_string()))?;
        if !output.status.success() {
            let said = process::last_lines(&String::from_utf8_lossy(&output.stderr));
            return Err(MlxError::SelfCheck(format!("{} ({})", said.trim(), output.status)));
        }
        let printed = String::from_utf8_lossy(&output.stdout);
        match printed.trim().parse() {
            Ok(speed) => Ok(Gflops(speed)),
            Err(_) => Err(MlxError::SelfCheck(format!("its check printed {printed:?} instead of a speed"))),
        }
    }
}
