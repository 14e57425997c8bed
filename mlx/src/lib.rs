//! Sets up the MLX library: on Linux, so that mlx-rs, which is made for Apple's systems, builds and runs there too; on Apple
//! silicon, so that nobody waits for its build by CMake and Xcode.
//!
//! The library, and on Linux its BLAS, are downloaded, its C interface is compiled, and Cargo is told where they are. All of it
//! lies in a cache folder that is complete or absent; only `.cargo/mlx.toml` is written to the workspace.
//!
//! What is hidden here serves other tasks of crosscheck's repository.

#![forbid(unsafe_code)]

#[doc(hidden)]
pub mod apt;
mod bindings;
mod blas;
#[doc(hidden)]
pub mod cache;
mod check;
mod compiler;
#[doc(hidden)]
pub mod error;
#[cfg(feature = "bindings")]
pub mod generate;
#[doc(hidden)]
pub mod guard;
#[doc(hidden)]
pub mod hash;
mod link;
mod loader;
mod manifest;
mod mlxc;
mod nvidia;
mod override_config;
mod parallel;
mod platform;
#[doc(hidden)]
pub mod process;
#[doc(hidden)]
pub mod progress;
mod shims;
mod sources;
mod variant;
#[doc(hidden)]
pub mod wheel;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use bindings::Libclang;
use cache::{Cache, Lock};
use check::Check;
use compiler::Compiler;
use error::Doing;
pub use error::MlxError;
use loader::Loader;
use platform::{Platform, Target};
use progress::{Progress, Step};
use sources::MlxC;
use variant::Variant;

/// How to set MLX up.
#[derive(Debug, Default, Args)]
pub struct Options {
    /// Make everything anew, even if it is there already
    #[arg(long)]
    pub again: bool,
    /// On a Mac: let mlx-rs build MLX by CMake and Xcode, from now on, instead of taking its wheel
    #[arg(long, conflicts_with = "again")]
    pub from_source: bool,
    /// On Linux with x86-64: take MLX's build for NVIDIA's GPUs, from now on; where there is no driver, programs compute on the
    /// processor
    #[arg(long, conflicts_with = "from_source")]
    pub cuda: bool,
}

/// How MLX is set up.
#[derive(Debug, PartialEq, Eq)]
pub enum Provisioned {
    /// mlx-rs builds MLX itself.
    ByMlxRs,
    /// The library lies in a cache folder, and Cargo knows of it.
    InCache {
        /// The cache folder.
        folder: PathBuf,
        /// Which BLAS it uses, and how fast it was when the library was made.
        blas: String,
    },
}

/// For which workspace MLX is set up, and by which programs.
#[derive(Debug)]
pub struct Setup<'a> {
    /// The folder of its `Cargo.lock`, which names the version of mlx-sys.
    pub workspace: &'a Path,
    /// How its users call this set-up, such as `cargo crosscheck-mlx`.
    pub command: &'a str,
    /// The program that writes the bindings, ready to be told which: this crate's own, with the argument `bindings`.
    pub bindings: fn() -> Command,
}

impl Setup<'_> {
    /// Makes sure that MLX is there, and says in a line where.
    ///
    /// # Errors
    /// What keeps it from being there, and what would help.
    pub fn provision(&self, options: &Options) -> Result<Provisioned, MlxError> {
        let Self { workspace, command, .. } = self;
        let host = platform::host()?;
        if options.cuda || (override_config::is_cuda(workspace) && !options.again) {
            let (variant, target) = Variant::cuda(host)?;
            return self.take_wheel(target, variant, options.again);
        }
        let target = match host {
            Platform::MlxRs => return Ok(by_mlx_rs("mlx-rs builds it on this system")),
            Platform::Here(target @ Target::Linux(_)) if options.from_source => {
                return Err(MlxError::FromSource { target: target.triple() });
            }
            Platform::Here(target) => target,
        };
        if options.from_source {
            override_config::write_from_source(workspace)?;
        }
        if override_config::is_from_source(workspace) && !options.again {
            return Ok(by_mlx_rs(&format!("mlx-rs builds it from source; `{command} --again` takes its wheel")));
        }
        match (self.take_wheel(target, Variant::Usual, options.again), target) {
            (Err(error), Target::AppleSilicon) => {
                override_config::remove(workspace)?;
                progress::say(&format!("MLX: its wheel cannot be taken: {error}"));
                Ok(by_mlx_rs(&format!(
                    "mlx-rs builds it, by CMake and Xcode; `{command} --from-source` does not try the wheel again"
                )))
            }
            (result, _) => result,
        }
    }

    /// Makes sure that the library of the wheel is in the cache, and that Cargo knows of it.
    fn take_wheel(&self, target: Target, variant: Variant, again: bool) -> Result<Provisioned, MlxError> {
        let workspace = self.workspace;
        let mlx_sys = sources::locked_version(workspace)?;
        if override_config::include(workspace)? {
            progress::say(
                "MLX: .cargo/config.toml includes .cargo/mlx.toml now, which is of this machine: let git ignore it",
            );
        }
        let folder = match variant {
            Variant::Usual => self.ready(&mlx_sys, target, Variant::Usual, again)?,
            Variant::Cuda => {
                // What programs take without a driver.
                self.ready(&mlx_sys, target, Variant::Usual, false)?;
                self.ready(&mlx_sys, target, Variant::Cuda, again)?
            }
        };
        override_config::write(workspace, target.triple(), &folder, variant)?;
        let blas = blas::recorded(&folder);
        progress::say(&format!("MLX {} is set up: {blas} ({})", wheel::MLX_VERSION, folder.display()));
        Ok(Provisioned::InCache { folder, blas })
    }

    /// The finished folder of a build, which is made where it is missing or damaged.
    fn ready(&self, mlx_sys: &str, target: Target, variant: Variant, again: bool) -> Result<PathBuf, MlxError> {
        let cache = Cache::locate(mlx_sys, target, variant)?;
        if again || manifest::flaw(&cache.folder()).is_some() {
            let lock = cache.lock()?;
            // Another process may have done the work while this one waited for the lock.
            match manifest::flaw(&cache.folder()) {
                None if !again => {}
                flaw => {
                    if let Some(flaw) = flaw.filter(|_| cache.folder().exists()) {
                        progress::say(&format!("MLX: made anew, because {} is missing or damaged", flaw.display()));
                    }
                    self.make(&cache, &lock, mlx_sys, target, variant)?;
                }
            }
        }
        Ok(cache.folder())
    }

    /// The steps, from nothing to a finished cache folder.
    fn make(
        &self,
        cache: &Cache,
        lock: &Lock,
        mlx_sys: &str,
        target: Target,
        variant: Variant,
    ) -> Result<(), MlxError> {
        platform::check_glibc(target)?;
        let stage = cache.stage(lock)?;
        let (staging, folder) = (stage.path(), cache.folder());
        let work = staging.join("work");
        fs::create_dir(&work).doing(|| format!("creating {}", work.display()))?;
        let compiler = Compiler::find(target, &work)?;
        let usual = Cache::locate(mlx_sys, target, Variant::Usual)?.folder();
        let (wheel, library) = match variant {
            Variant::Usual => (wheel::mlx(target), mlxc::library(target)),
            Variant::Cuda => (wheel::MLX_CUDA, loader::CUDA_LIBRARY.to_owned()),
        };

        let mut progress = Progress::new(if variant == Variant::Cuda { 7 } else { 6 });
        progress.step(&format!("downloading MLX {}", wheel::MLX_VERSION), || {
            wheel.fetch(&work, staging).map(Step::quiet)
        })?;
        let nvidia = match variant {
            Variant::Usual => String::new(),
            Variant::Cuda => progress.step("looking for NVIDIA's libraries", || {
                nvidia::provide(&compiler, staging, &work).map(|found| Step::noted(found.clone(), found))
            })?,
        };
        let mlx_c =
            progress.step("finding the sources of mlx-c", || MlxC::find(self.workspace, mlx_sys).map(Step::quiet))?;
        progress.step(&format!("compiling mlx-c ({} files)", mlx_c.sources.len()), || {
            mlxc::build(&compiler, &mlx_c, &library, staging, &folder).map(Step::quiet)
        })?;
        progress.step("writing the bindings", || {
            let bindings = staging.join("bindings.rs");
            let libclang = bindings::write(self.bindings, &compiler, &mlx_c, &work, &bindings)?;
            mlxc::build_import_library(&compiler, &bindings, staging, &folder)?;
            if variant == Variant::Cuda {
                let loader = Loader { driver: loader::CUDA_DRIVER, usual: usual.clone() };
                loader.build(&compiler, &bindings, staging, &folder)?;
            }
            Ok(match libclang {
                Libclang::Installed => Step::quiet(()),
                Libclang::Downloaded => Step::noted((), "with a downloaded libclang".to_owned()),
            })
        })?;
        progress.step("choosing a BLAS and trying the library", || {
            let check = Check::compile(&compiler, &mlx_c, staging)?;
            let chosen = match variant {
                Variant::Usual => blas::choose(&check, staging, target, &work, &format!("{} --again", self.command)),
                Variant::Cuda => blas::share(&check, staging, &usual, &nvidia),
            };
            chosen.map(|blas| Step::noted((), blas))
        })?;
        progress.step("moving it into place", || {
            // What only the steps above needed. MLX's build for CUDA compiles kernels while it runs.
            let headers = (variant == Variant::Usual).then(|| staging.join("mlx/include"));
            for folder in [work, staging.join("mlx/share")].into_iter().chain(headers) {
                fs::remove_dir_all(&folder).doing(|| format!("removing {}", folder.display()))?;
            }
            cache.publish(&stage).map(Step::quiet)
        })
    }
}

fn by_mlx_rs(why: &str) -> Provisioned {
    progress::say(&format!("MLX: nothing to set up; {why}"));
    Provisioned::ByMlxRs
}
