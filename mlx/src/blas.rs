//! Matrix products at the machine's speed: OpenBLAS in place of the wheel's reference BLAS, which is 40 times slower.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::check::{Check, Gflops};
use crate::error::{Doing, MlxError};
use crate::platform::{Arch, Target};
use crate::{apt, link, process};

/// The file that says which BLAS a cache folder uses.
const RECORD: &str = "blas.txt";

/// The names of OpenBLAS's library, the one with threads first where a system has several.
const OPENBLAS: [&str; 2] = ["libopenblasp.so.0", "libopenblas.so.0"];

/// Puts the best BLAS that works into `staging`, and says which one that is; the check decides whether the library works with it.
/// `again` is the command that tries anew.
pub fn choose(check: &Check, staging: &Path, target: Target, work: &Path, again: &str) -> Result<String, MlxError> {
    match target {
        Target::Linux(arch) => choose_openblas(check, staging, arch, work, again),
        // Part of the system.
        Target::AppleSilicon => record(staging, "Accelerate", check.run()?),
    }
}

fn choose_openblas(check: &Check, staging: &Path, arch: Arch, work: &Path, again: &str) -> Result<String, MlxError> {
    let libs = staging.join("mlx_cpu.libs");
    let mut failures = Vec::new();

    for library in installed(arch) {
        replace(&libs, &library)?;
        match check.run() {
            Ok(speed) => {
                return record(staging, &format!("OpenBLAS ({})", library.display()), speed);
            }
            Err(error) => failures.push(format!("{}: {error}", library.display())),
        }
    }

    match apt::fetch(&staging.join("openblas"), &work.join("apt")) {
        Ok(package) => {
            name_plainly(&libs)?;
            replace(&libs, Path::new("../openblas").join(apt::LIBRARY).as_path())?;
            match check.run() {
                Ok(speed) => return record(staging, &format!("OpenBLAS ({package})"), speed),
                Err(error) => failures.push(format!("{package}: {error}")),
            }
        }
        Err(reason) => failures.push(reason),
    }

    restore(&libs)?;
    let speed = check.run()?;
    let name = format!(
        "the wheel's reference BLAS, which is SLOW; for a fast one install OpenBLAS (Debian: apt-get install \
         libopenblas0-pthread, Fedora: dnf install openblas-threads, Arch: pacman -S openblas) and run \
         `{again}` (OpenBLAS is not used because: {})",
        failures.join("; ")
    );
    record(staging, &name, speed)
}

/// Gives the build for CUDA the BLAS of the usual build in `usual`, whose files have the same names, and says which one that is.
/// `cuda` is what is to be known of NVIDIA's libraries.
pub fn share(check: &Check, staging: &Path, usual: &Path, cuda: &str) -> Result<String, MlxError> {
    let own = staging.join("mlx_cuda_13.libs");
    fs::remove_dir_all(&own).doing(|| format!("removing {}", own.display()))?;
    link::link(&usual.join("mlx_cpu.libs"), &own)?;
    let speed = check.run()?;
    let usual = recorded(usual);
    let name = usual.split_once(" with ").map_or(usual.as_str(), |(_speed, name)| name);
    record(staging, &format!("{name}, built for CUDA; {cuda}"), speed)
}

/// What [`choose`] said when `folder` was made.
pub fn recorded(folder: &Path) -> String {
    let record = fs::read_to_string(folder.join(RECORD)).unwrap_or_default();
    record.trim().to_owned()
}

fn record(staging: &Path, name: &str, speed: Gflops) -> Result<String, MlxError> {
    let said = format!("{speed} with {name}").replace('\n', " ");
    let path = staging.join(RECORD);
    fs::write(&path, format!("{said}\n")).doing(|| format!("writing {}", path.display()))?;
    Ok(said)
}

/// The OpenBLAS libraries of this machine.
fn installed(arch: Arch) -> Vec<PathBuf> {
    // Not in an ordinary user's search path on Debian.
    let cached = ["ldconfig", "/sbin/ldconfig", "/usr/sbin/ldconfig"]
        .into_iter()
        .find_map(|program| process::output(Command::new(program).arg("-p")).ok())
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        .unwrap_or_default();
    let triplet = format!("/usr/lib/{}-linux-gnu", arch.name());
    let usual = [&triplet, "/usr/lib64", "/usr/lib", "/usr/local/lib"].map(PathBuf::from);
    let mut found: Vec<PathBuf> = Vec::new();
    for name in OPENBLAS {
        let in_cache = in_linker_cache(&cached, name, arch).into_iter();
        for path in in_cache.chain(usual.iter().map(|folder| folder.join(name))) {
            // Two names of one library are one library.
            let Ok(real) = fs::canonicalize(&path) else {
                continue;
            };
            if !found.iter().any(|other| fs::canonicalize(other).is_ok_and(|other| other == real)) {
                found.push(path);
            }
        }
    }
    found
}

/// The paths of library `name` in what `ldconfig -p` printed.
fn in_linker_cache(cached: &str, name: &str, arch: Arch) -> Vec<PathBuf> {
    let processor = match arch {
        Arch::X86_64 => "x86-64",
        Arch::Aarch64 => "AArch64",
    };
    cached
        .lines()
        .filter_map(|line| {
            let (library, path) = line.trim().split_once(" => ")?;
            let (found, kind) = library.split_once(' ')?;
            (found == name && kind.contains(processor)).then(|| PathBuf::from(path))
        })
        .collect()
}

/// Makes the wheel's BLAS and LAPACK links to `library`, which has both; the wheel's own are kept aside.
fn replace(libs: &Path, library: &Path) -> Result<(), MlxError> {
    for own in reference(libs)? {
        let aside = aside(&own);
        if !aside.exists() {
            fs::rename(&own, &aside).doing(|| format!("moving {}", own.display()))?;
        }
        link::link(library, &own)?;
    }
    Ok(())
}

/// Takes back what [`replace`] did.
fn restore(libs: &Path) -> Result<(), MlxError> {
    for own in reference(libs)? {
        let aside = aside(&own);
        if aside.exists() {
            fs::rename(&aside, &own).doing(|| format!("moving {}", aside.display()))?;
        }
    }
    Ok(())
}

fn aside(own: &Path) -> PathBuf {
    let mut name = own.as_os_str().to_owned();
    name.push(".reference");
    PathBuf::from(name)
}

/// The wheel's BLAS and LAPACK, whose names carry a hash.
fn reference(libs: &Path) -> Result<Vec<PathBuf>, MlxError> {
    let is_reference =
        |name: &str| (name.starts_with("libblas-") || name.starts_with("liblapack-")) && !name.ends_with(".reference");
    let found: Vec<PathBuf> =
        names(libs)?.iter().filter(|name| is_reference(name)).map(|name| libs.join(name)).collect();
    if found.len() == 2 {
        return Ok(found);
    }
    Err(MlxError::Layout {
        folder: libs.to_owned(),
        missing: "there should be one `libblas-*` and one `liblapack-*`".to_owned(),
    })
}

/// Gives the wheel's Fortran libraries their ordinary names too, for a downloaded OpenBLAS to find them by.
fn name_plainly(libs: &Path) -> Result<(), MlxError> {
    for name in names(libs)? {
        if let Some(plain) = plain_name(&name) {
            link::link(Path::new(&name), &libs.join(plain))?;
        }
    }
    Ok(())
}

/// `libgfortran.so.5` for `libgfortran-f7379c93.so.5.0.0`; none for other libraries.
fn plain_name(name: &str) -> Option<String> {
    let (stem, rest) = name.split_once('-')?;
    let (_hash, version) = rest.split_once(".so.")?;
    let major = version.split('.').next()?;
    ["libgfortran", "libquadmath"].contains(&stem).then(|| format!("{stem}.so.{major}"))
}

fn names(folder: &Path) -> Result<Vec<String>, MlxError> {
    let entries = fs::read_dir(folder).doing(|| format!("reading {}", folder.display()))?;
    Ok(entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LDCONFIG: &str = "3 libs found in cache `/etc/ld.so.cache'\n\
        \tlibopenblas.so.0 (libc6,x86-64) => /lib/x86_64-linux-gnu/libopenblas.so.0\n\
        \tlibopenblas.so.0 (libc6) => /lib/i386-linux-gnu/libopenblas.so.0\n\
        \tlibopenblas.so (libc6,x86-64) => /lib/x86_64-linux-gnu/libopenblas.so\n\
        \tlibm.so.6 (libc6,x86-64, OS ABI: Linux 3.2.0) => /lib/x86_64-linux-gnu/libm.so.6\n";

    #[test]
    fn the_linker_cache_is_read_for_this_processor() {
        let find = |name, arch| in_linker_cache(LDCONFIG, name, arch);
        let path = "/lib/x86_64-linux-gnu/libopenblas.so.0";
        assert_eq!(find("libopenblas.so.0", Arch::X86_64), [PathBuf::from(path)]);
        assert_eq!(find("libm.so.6", Arch::X86_64).len(), 1);
        assert!(find("libopenblas.so.0", Arch::Aarch64).is_empty());
        assert!(in_linker_cache("", "libopenblas.so.0", Arch::X86_64).is_empty());
    }

    #[test]
    fn fortran_libraries_get_their_ordinary_names() {
        let plain = |name| plain_name(name);
        assert_eq!(plain("libgfortran-f7379c93.so.5.0.0").as_deref(), Some("libgfortran.so.5"));
        assert_eq!(plain("libquadmath-a962d038.so.0.0.0").as_deref(), Some("libquadmath.so.0"));
        assert_eq!(plain("libblas-bd8a282c.so.3.10.0"), None);
        assert_eq!(plain("libgfortran.so.5"), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_replaced_blas_can_be_restored() {
        let libs = std::env::temp_dir().join(format!("crosscheck-mlx-blas-{}", std::process::id()));
        fs::create_dir_all(&libs).unwrap();
        assert!(reference(&libs).is_err());
        let (blas, lapack) = (libs.join("libblas-1.so.3"), libs.join("liblapack-2.so.3"));
        fs::write(&blas, "blas").unwrap();
        fs::write(&lapack, "lapack").unwrap();
        let fast = libs.join("fast.so");
        fs::write(&fast, "fast").unwrap();
        for _ in 0..2 {
            replace(&libs, &fast).unwrap();
            assert_eq!(fs::read_to_string(&blas).unwrap(), "fast");
            assert_eq!(fs::read_to_string(&lapack).unwrap(), "fast");
        }
        restore(&libs).unwrap();
        assert_eq!(fs::read_to_string(&blas).unwrap(), "blas");
        assert_eq!(fs::read_to_string(&lapack).unwrap(), "lapack");
        fs::remove_dir_all(&libs).unwrap();
    }
}
