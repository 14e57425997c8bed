//! Sets up the MLX library: on Linux, so that mlx-rs, which is made for Apple's systems, builds and runs there too; on Apple
//! silicon, so that nobody waits for its build by CMake and Xcode.
//!
//! The library, and on Linux its BLAS, are downloaded, its C interface is compiled, and Cargo is told where they are. All of it
//! lies in a cache folder that is complete or absent; only `.cargo/mlx.toml` is written to the repository.

pub mod apt;
mod bindings;
mod blas;
pub mod cache;
mod check;
mod compiler;
pub mod error;
pub mod guard;
mod link;
mod manifest;
mod mlxc;
mod override_config;
mod parallel;
mod platform;
pub mod process;
pub mod progress;
mod shims;
mod sources;
pub mod wheel;

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use bindings::Libclang;
use cache::{Cache, Lock};
use check::Check;
use compiler::Compiler;
use error::Doing;
pub use error::MlxError;
use platform::{Platform, Target};
use progress::{Progress, Step};
use sources::MlxC;

use crate::workspace;

/// How to set MLX up.
#[derive(Debug, Default, Args)]
pub struct Options {
    /// Make everything anew, even if it is there already
    #[arg(long)]
    pub again: bool,
    /// On a Mac: let mlx-rs build MLX by CMake and Xcode, from now on, instead of taking its wheel
    #[arg(long, conflicts_with = "again")]
    pub from_source: bool,
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

/// Makes sure that MLX is there, and says in a line where.
pub fn provision(options: &Options) -> Result<Provisioned, MlxError> {
    let workspace = workspace::root();
    let target = match platform::host()? {
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
        return Ok(by_mlx_rs("mlx-rs builds it from source; `cargo xtask mlx --again` takes its wheel"));
    }
    match (from_wheel(workspace, target, options.again), target) {
        (Err(error), Target::AppleSilicon) => {
            override_config::remove(workspace)?;
            progress::say(&format!("MLX: its wheel cannot be taken: {error}"));
            Ok(by_mlx_rs(
                "mlx-rs builds it, by CMake and Xcode; `cargo xtask mlx --from-source` does not try the wheel again",
            ))
        }
        (result, _) => result,
    }
}

fn by_mlx_rs(why: &str) -> Provisioned {
    progress::say(&format!("MLX: nothing to set up; {why}"));
    Provisioned::ByMlxRs
}

/// Makes sure that the library of the wheel is in the cache, and that Cargo knows of it.
fn from_wheel(workspace: &Path, target: Target, again: bool) -> Result<Provisioned, MlxError> {
    let mlx_sys = sources::locked_version(workspace)?;
    let cache = Cache::locate(&mlx_sys, target)?;
    if again || manifest::flaw(&cache.folder()).is_some() {
        let lock = cache.lock()?;
        // Another process may have done the work while this one waited for the lock.
        match manifest::flaw(&cache.folder()) {
            None if !again => {}
            flaw => {
                if let Some(flaw) = flaw.filter(|_| cache.folder().exists()) {
                    progress::say(&format!("MLX: made anew, because {} is missing or damaged", flaw.display()));
                }
                make(&cache, &lock, workspace, &mlx_sys, target)?;
            }
        }
    }
    override_config::write(workspace, target.triple(), &cache.folder())?;
    let (folder, blas) = (cache.folder(), blas::recorded(&cache.folder()));
    progress::say(&format!("MLX {} is set up: {blas} ({})", wheel::MLX_VERSION, folder.display()));
    Ok(Provisioned::InCache { folder, blas })
}

/// The steps, from nothing to a finished cache folder.
fn make(cache: &Cache, lock: &Lock, workspace: &Path, mlx_sys: &str, target: Target) -> Result<(), MlxError> {
    platform::check_glibc(target)?;
    let stage = cache.stage(lock)?;
    let staging = stage.path();
    let work = staging.join("work");
    fs::create_dir(&work).doing(|| format!("creating {}", work.display()))?;
    let compiler = Compiler::find(target, &work)?;

    let mut progress = Progress::new(6);
    progress.step(&format!("downloading MLX {}", wheel::MLX_VERSION), || {
        wheel::mlx(target).fetch(&work, staging).map(Step::quiet)
    })?;
    let mlx_c = progress.step("finding the sources of mlx-c", || MlxC::find(workspace, mlx_sys).map(Step::quiet))?;
    progress.step(&format!("compiling mlx-c ({} files)", mlx_c.sources.len()), || {
        mlxc::build(&compiler, &mlx_c, staging, &cache.folder()).map(Step::quiet)
    })?;
    progress.step("writing the bindings", || {
        let bindings = staging.join("bindings.rs");
        let libclang = bindings::write(&compiler, &mlx_c, target, &work, &bindings)?;
        mlxc::build_import_library(&compiler, &bindings, staging, &cache.folder())?;
        Ok(match libclang {
            Libclang::Installed => Step::quiet(()),
            Libclang::Downloaded => Step::noted((), "with a downloaded libclang".to_owned()),
        })
    })?;
    progress.step("choosing a BLAS and trying the library", || {
        let check = Check::compile(&compiler, &mlx_c, staging)?;
        blas::choose(&check, staging, target, &work).map(|blas| Step::noted((), blas))
    })?;
    progress.step("moving it into place", || {
        // What only the steps above needed.
        for folder in [work, staging.join("mlx/include"), staging.join("mlx/share")] {
            fs::remove_dir_all(&folder).doing(|| format!("removing {}", folder.display()))?;
        }
        cache.publish(&stage).map(Step::quiet)
    })
}
