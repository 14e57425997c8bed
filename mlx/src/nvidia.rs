//! NVIDIA's libraries, which MLX's build for CUDA needs: the system's, those of Python's packages, or downloaded ones.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::compiler::Compiler;
use crate::error::{Doing, MlxError};
use crate::wheel::{self, PYTHON_REMEDY};
use crate::{link, loader, process, shims};

/// Where MLX looks for them: the folder that Python's packages of NVIDIA share.
const FOLDER: &str = "nvidia";
/// Where the headers lie in it, which MLX compiles kernels with while it runs.
const HEADERS: &str = "cu13/include";
/// The one that NVIDIA's runtime includes and does not bring, without which products with quantized matrices are not compiled.
const NEEDED: &str = "crt/mma.h";

/// Makes them known to the library in `staging`, and says where they are from. Without a driver none are needed: nothing can use them.
pub fn provide(compiler: &Compiler, staging: &Path, work: &Path) -> Result<String, MlxError> {
    let program = compiler.program(&compiler.write(shims::TRY_LOAD.name, shims::TRY_LOAD.text)?, &[])?;
    let load = |library: &Path| {
        let output = process::output(Command::new(&program).arg(library));
        match output {
            Ok(output) if output.status.success() => Ok(()),
            Ok(output) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
            Err(error) => Err(error.to_string()),
        }
    };
    if load(Path::new(loader::CUDA_DRIVER)).is_err() {
        return Ok("there is no NVIDIA driver, so that NVIDIA's libraries are left out".to_owned());
    }
    let mlx = staging.join("mlx/lib/libmlx.so");
    if load(&mlx).is_ok() {
        return Ok("NVIDIA's libraries of this system".to_owned());
    }
    let place = staging.join(FOLDER);
    if let Some(packages) = of_python() {
        link::apart(&packages, &place, Path::new(HEADERS))?;
        if load(&mlx).is_ok() {
            if !place.join(HEADERS).join(NEEDED).exists() {
                wheel::NVIDIA_CRT.fetch(work, staging)?;
            }
            return Ok(format!("NVIDIA's libraries in {}", packages.display()));
        }
        // Only links.
        fs::remove_dir_all(&place).doing(|| format!("removing {}", place.display()))?;
    }
    for wheel in wheel::nvidia() {
        wheel.fetch(work, staging)?;
    }
    load(&mlx).map(|()| "NVIDIA's libraries, downloaded".to_owned()).map_err(MlxError::Nvidia)
}

/// The folder of NVIDIA's packages in this Python.
fn of_python() -> Option<PathBuf> {
    let ask = "import nvidia; print(list(nvidia.__path__)[0])";
    let output = process::start(Command::new("python3").args(["-c", ask]), "asking Python", PYTHON_REMEDY).ok()?;
    let path = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    path.is_absolute().then_some(path)
}
