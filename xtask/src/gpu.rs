//! `cargo xtask gpu`: what MLX does and does not do on this machine's GPU.

use crate::built::{Executable, build, find};
use crate::cargo::program;
use crate::error::TaskError;
use crate::record::{fresh, ran_on, read};
use crate::steps::Steps;
use crate::{mlx, model};

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

const KERNELS: Suite = Suite { package: "crosscheck-kernel-suite", limit: "180" };
/// The true tests are in it.
const RUNTIME: Suite = Suite { package: "crosscheck-inference-suite", limit: "120" };
/// Its test `smollm2` decodes with a real model.
const DECODER: &str = "crosscheck-inference";

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
        let record = fresh(&format!("gpu-{}", self.package))?;
        let backends = ["--backend", gpu.backend, "--backend", "mlx_cpu", "--require", gpu.backend];
        // What ends a process ends one cell.
        let limits = ["--timeout", "30", "--run-timeout", self.limit, "--format", "terse"];
        let suite = program(&find(built, self.package, "conformance")?.path, &[backends, limits].concat());
        let ran = suite.env("CROSSCHECK_RECORD", &record).run();
        println!("\nthe record of {}: {}", self.package, record.display());
        ran?;
        ran_on(&read(&record)?, &[gpu.backend])
    }
}
