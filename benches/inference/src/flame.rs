//! A flame graph of a bench, for `--profile-time`.

use std::fs::{File, create_dir_all};
use std::path::Path;

use criterion::profiler::Profiler;
use pprof::{ProfilerGuard, ProfilerGuardBuilder};

/// Samples all threads, and writes `flamegraph.svg` to the bench's folder below `target/criterion`.
#[derive(Default)]
pub struct Flames(Option<ProfilerGuard<'static>>);

/// Samples a second of processor time. No multiple of what else happens regularly.
const FREQUENCY: i32 = 997;

impl Profiler for Flames {
    fn start_profiling(&mut self, id: &str, _folder: &Path) {
        match ProfilerGuardBuilder::default().frequency(FREQUENCY).build() {
            Ok(guard) => self.0 = Some(guard),
            Err(error) => println!("no flame graph of {id}: {error}"),
        }
    }

    fn stop_profiling(&mut self, id: &str, folder: &Path) {
        let Some(guard) = self.0.take() else { return };
        let path = folder.join("flamegraph.svg");
        let write = || -> Result<(), Box<dyn std::error::Error>> {
            create_dir_all(folder)?;
            Ok(guard.report().build()?.flamegraph(File::create(&path)?)?)
        };
        match write() {
            Ok(()) => println!("{}", path.display()),
            Err(error) => println!("no flame graph of {id}: {error}"),
        }
    }
}
