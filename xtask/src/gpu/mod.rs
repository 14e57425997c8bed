//! `cargo xtask gpu`: what MLX does and does not do on this machine's GPU.

mod part;

use std::num::NonZero;
use std::path::{Path, PathBuf};

use crate::built::{Executable, build, find};
use crate::cargo::program;
use crate::error::TaskError;
use crate::record::{fresh, ran_on, read};
use crate::steps::Steps;
use crate::workspace::root;
use crate::{mlx, model};
use part::Part;

/// The backend of a kind of GPU, and the cargo feature that it is behind.
#[derive(Clone, Copy)]
struct Gpu {
    backend: &'static str,
    feature: &'static str,
}

const METAL: Gpu = Gpu { backend: "mlx_metal", feature: "metal" };
const CUDA: Gpu = Gpu { backend: "mlx_cuda", feature: "cuda" };

/// A suite, and the seconds that it may take.
struct Suite {
    package: &'static str,
    limit: &'static str,
}

const KERNELS: Suite = Suite { package: "crosscheck-kernel-suite", limit: "330" };
/// The true tests are in it.
const RUNTIME: Suite = Suite { package: "crosscheck-inference-suite", limit: "120" };
/// Its test `smollm2` decodes with a real model.
const DECODER: &str = "crosscheck-inference";

/// The seconds that a cell may take: those in which MLX compiles a kernel among them, which are up to 40 on an H200 for a product
/// with a quantized matrix.
const CELL: &str = "120";

/// At most so many processes use the GPU at once.
const PROCESSES: usize = 16;

/// Runs the suites and a real model on the GPU. Nothing is left out because something before it failed: each failure is a fact.
pub fn gpu() -> Result<(), TaskError> {
    let gpu = if cfg!(target_os = "macos") { METAL } else { CUDA };
    Steps::run(|steps| {
        let options = mlx::Options { cuda: gpu.feature == CUDA.feature, ..Default::default() };
        steps.step("set MLX up", || Ok(mlx::provision(&options)?))?;
        let built = steps.step("build", || gpu.build())?;
        steps.step("look for the GPU", || {
            let look = ["--backend", gpu.backend, "--require", gpu.backend, "softmax::large_logits"];
            program(&find(&built, KERNELS.package, "conformance")?.path, &look).run()
        })?;
        let kernels = steps.step("run the suite of the kernels", || KERNELS.run(gpu, &built));
        let runtime = steps.step("run the suite of the runtime, and the true tests", || RUNTIME.run(gpu, &built));
        let decoded = steps.step("decode with a real model", || {
            model::provide()?;
            let decode = program(&find(&built, DECODER, "smollm2")?.path, &[gpu.backend]);
            decode.env("CROSSCHECK_REQUIRE_MODEL", "1").run()
        });
        kernels.and(runtime).and(decoded)
    })
}

impl Gpu {
    /// Builds everything that is run, at once.
    fn build(self) -> Result<Vec<Executable>, TaskError> {
        let packages = [KERNELS.package, RUNTIME.package, DECODER];
        let features = packages.map(|package| format!("{package}/{}", self.feature)).join(",");
        let named = packages.map(|package| ["-p", package]).concat();
        let tests = ["--features", &features, "--test", "conformance", "--test", "smollm2"];
        build(&[&named[..], &tests].concat())
    }
}

impl Suite {
    /// Runs it on the GPU, and on the processor by the same library, which is another one than without the GPU.
    fn run(&self, gpu: Gpu, built: &[Executable]) -> Result<(), TaskError> {
        let suite = &find(built, self.package, "conformance")?.path;
        let listed = program(suite, &["--list", "--backend", gpu.backend]).output()?;
        let names: Vec<_> = listed.lines().filter_map(|line| Some(line.split_once(": test")?.0)).collect();
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let mut parts = Part::divide(gpu.backend, &names, cores.min(PROCESSES));
        parts.push(Part { backend: "mlx_cpu", arguments: Vec::new() });
        let ended: Vec<_> = std::thread::scope(|scope| {
            let start = |(number, part)| scope.spawn(move || self.run_part(suite, number, part));
            let running: Vec<_> = parts.iter().enumerate().map(start).collect();
            running.into_iter().map(|it| it.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
        });
        let (mut cells, mut is_success) = (Vec::new(), true);
        for part in ended {
            let ended = part?;
            println!("\n{}\nthe record: {}", ended.printed, ended.record.display());
            cells.extend(read(&ended.record)?);
            is_success &= ended.is_success;
        }
        ran_on(&cells, &[gpu.backend, "mlx_cpu"])?;
        if is_success { Ok(()) } else { Err(TaskError::Gpu { suite: self.package }) }
    }

    fn run_part(&self, suite: &Path, number: usize, part: &Part<'_>) -> Result<Ended, TaskError> {
        let name = format!("gpu-{}-{number}", self.package);
        let record = fresh(&name)?;
        let backend = ["--backend", part.backend, "--require", part.backend];
        // What ends a process ends one cell.
        let limits = ["--timeout", CELL, "--run-timeout", self.limit, "--format", "terse"];
        let run = program(suite, &[&backend[..], &limits, &part.arguments].concat());
        // The lock of the device lies there, and the parts share the device.
        let run = run.env("CROSSCHECK_RECORD", &record).env("TMPDIR", folder(&name)?);
        let (is_success, printed) = run.silently_captured()?;
        Ok(Ended { record, is_success, printed })
    }
}

/// What a part has ended with.
struct Ended {
    record: PathBuf,
    is_success: bool,
    printed: String,
}

/// A folder for the files that a process makes for as long as it runs.
fn folder(name: &str) -> Result<PathBuf, TaskError> {
    let path = root().join("target/crosscheck").join(name);
    std::fs::create_dir_all(&path).map_err(|source| TaskError::Io { path: path.clone(), source })?;
    Ok(path)
}
