//! Which machine this is, and whether there is a recipe for it.

use std::env::consts::{ARCH, OS};
use std::process::Command;

use crate::error::MlxError;
use crate::process;

/// The oldest C library that the MLX wheels run on (their tag is `manylinux_2_35`).
pub const OLDEST_GLIBC: Glibc = Glibc(2, 35);

/// Who builds MLX on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// mlx-rs does, by CMake and Xcode.
    MlxRs,
    /// This set-up does.
    Here(Target),
}

/// The machines for which MLX wheels exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Linux with glibc.
    Linux(Arch),
    /// macOS on Apple silicon.
    AppleSilicon,
}

/// The processors for which MLX wheels for Linux exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arch {
    /// 64-bit Intel and AMD.
    X86_64,
    /// 64-bit Arm.
    Aarch64,
}

impl Arch {
    /// The processor's name in target triples and wheel tags.
    pub fn name(self) -> &'static str {
        match self {
            Arch::X86_64 => "x86_64",
            Arch::Aarch64 => "aarch64",
        }
    }
}

impl Target {
    /// The target triple that the library is for.
    pub fn triple(self) -> &'static str {
        match self {
            Self::Linux(Arch::X86_64) => "x86_64-unknown-linux-gnu",
            Self::Linux(Arch::Aarch64) => "aarch64-unknown-linux-gnu",
            Self::AppleSilicon => "aarch64-apple-darwin",
        }
    }

    /// The machine that rustc builds programs for, where it is one of these.
    pub fn of_rustc() -> Option<Self> {
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let output = process::output(Command::new(rustc).arg("-vV")).ok()?;
        Self::of_version(&String::from_utf8_lossy(&output.stdout))
    }

    /// Reads what `rustc -vV` prints.
    fn of_version(version: &str) -> Option<Self> {
        let host = version.lines().find_map(|line| line.strip_prefix("host: "))?;
        let targets = [Self::Linux(Arch::X86_64), Self::Linux(Arch::Aarch64), Self::AppleSilicon];
        targets.into_iter().find(|target| target.triple() == host)
    }

    /// Its name in folder names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Linux(arch) => arch.name(),
            Self::AppleSilicon => "apple-silicon",
        }
    }

    /// The file name of a shared library.
    pub fn shared_library(self, stem: &str) -> String {
        let ending = match self {
            Self::Linux(_) => "so",
            Self::AppleSilicon => "dylib",
        };
        format!("lib{stem}.{ending}")
    }
}

/// The platform this program was compiled for, which `cargo run` makes the one that rustc builds for.
pub fn host() -> Result<Platform, MlxError> {
    let target_env = if cfg!(target_env = "gnu") {
        "gnu"
    } else if cfg!(target_env = "musl") {
        "musl"
    } else {
        "unknown"
    };
    platform(OS, ARCH, target_env)
}

fn platform(os: &str, arch: &str, target_env: &str) -> Result<Platform, MlxError> {
    let unsupported = |reason: &str| MlxError::UnsupportedPlatform {
        target: format!("{arch}-{os}-{target_env}"),
        reason: reason.to_owned(),
    };
    match (os, arch, target_env) {
        ("macos", "aarch64", _) => Ok(Platform::Here(Target::AppleSilicon)),
        ("macos" | "ios", ..) => Ok(Platform::MlxRs),
        ("linux", "x86_64", "gnu") => Ok(Platform::Here(Target::Linux(Arch::X86_64))),
        ("linux", "aarch64", "gnu") => Ok(Platform::Here(Target::Linux(Arch::Aarch64))),
        ("linux", _, "gnu") => Err(unsupported("there is no MLX wheel for this processor")),
        ("linux", ..) => Err(unsupported("the MLX wheels need glibc, and this toolchain builds for another C library")),
        _ => Err(unsupported("there is no MLX wheel for this system")),
    }
}

/// A version of the GNU C library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Glibc(u32, u32);

impl std::fmt::Display for Glibc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

/// Fails where the C library of a Linux is older than the wheels need.
///
/// Without this, pip reports such a machine as if the version did not exist.
pub fn check_glibc(target: Target) -> Result<(), MlxError> {
    if target == Target::AppleSilicon {
        return Ok(());
    }
    let Ok(output) = process::output(Command::new("getconf").arg("GNU_LIBC_VERSION")) else {
        // No `getconf`: the library itself will tell when it is loaded.
        return Ok(());
    };
    match parse_glibc(&String::from_utf8_lossy(&output.stdout)) {
        Some(found) if found < OLDEST_GLIBC => Err(MlxError::UnsupportedPlatform {
            target: target.triple().to_owned(),
            reason: format!("its glibc {found} is older than the MLX wheels need"),
        }),
        _ => Ok(()),
    }
}

/// Reads `glibc 2.36`.
fn parse_glibc(text: &str) -> Option<Glibc> {
    let version = text.trim().strip_prefix("glibc ")?;
    let mut numbers = version.split('.').map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => Some(Glibc(major, minor)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_with_a_recipe() {
        let here = |os, arch, env| match platform(os, arch, env).unwrap() {
            Platform::Here(target) => target.triple(),
            Platform::MlxRs => "mlx-rs",
        };
        assert_eq!(here("macos", "aarch64", "unknown"), "aarch64-apple-darwin");
        assert_eq!(here("macos", "x86_64", "unknown"), "mlx-rs");
        assert_eq!(here("linux", "x86_64", "gnu"), "x86_64-unknown-linux-gnu");
        assert_eq!(here("linux", "aarch64", "gnu"), "aarch64-unknown-linux-gnu");
    }

    #[test]
    fn rustc_says_what_it_builds_for() {
        let of =
            |host: &str| Target::of_version(&format!("rustc 1.95.0\nbinary: rustc\nhost: {host}\nrelease: 1.95.0\n"));
        for target in [Target::Linux(Arch::X86_64), Target::Linux(Arch::Aarch64), Target::AppleSilicon] {
            assert_eq!(of(target.triple()), Some(target));
        }
        assert_eq!(of("x86_64-pc-windows-gnu"), None);
        assert_eq!(Target::of_version(""), None);
        assert!(cfg!(windows) || Target::of_rustc().is_some());
    }

    #[test]
    fn platforms_without_a_recipe_say_why() {
        let why = |os, arch, env| platform(os, arch, env).unwrap_err().to_string();
        assert!(why("linux", "x86_64", "musl").contains("x86_64-linux-musl: the MLX wheels need glibc"));
        assert!(why("windows", "x86_64", "unknown").contains("no MLX wheel for this system"));
        assert!(why("linux", "riscv64", "gnu").contains("no MLX wheel for this processor"));
        assert!(why("linux", "riscv64", "gnu").contains("glibc 2.35 or newer"));
    }

    #[test]
    fn glibc_versions_are_read_and_ordered_as_numbers() {
        assert_eq!(parse_glibc("glibc 2.36\n"), Some(Glibc(2, 36)));
        assert_eq!(parse_glibc("glibc 2.4"), Some(Glibc(2, 4)));
        assert!(Glibc(2, 4) < OLDEST_GLIBC);
        assert_eq!(parse_glibc("musl libc"), None);
        assert_eq!(parse_glibc(""), None);
    }
}
