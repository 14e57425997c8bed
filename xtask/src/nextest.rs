//! cargo-nextest, which is not part of Rust, and its configuration.

use clap::Args;

use crate::built::{build, find};
use crate::cargo::{cargo, program};
use crate::error::TaskError;
use crate::workspace::root;

/// What to do with the configuration.
#[derive(Debug, Default, Args)]
pub struct Options {
    /// Write nothing, and fail where it is not current
    #[arg(long)]
    pub check: bool,
}

const FILE: &str = ".config/nextest.toml";

/// The packages with a suite: each suite's own, and both beside candle.
const SUITES: [&str; 3] = ["crosscheck-kernel-suite", "crosscheck-inference-suite", "crosscheck-candle"];
/// The arguments of Cargo that name these packages and no others.
pub const ALONE: [&str; 6] =
    ["-p", "crosscheck-kernel-suite", "-p", "crosscheck-inference-suite", "-p", "crosscheck-candle"];

/// Installs cargo-nextest where it is missing.
pub fn provide() -> Result<(), TaskError> {
    if cargo(&["nextest", "--version"]).succeeds() {
        return Ok(());
    }
    println!("\ncargo-nextest is missing; it is compiled once, which takes some minutes");
    cargo(&["install", "cargo-nextest@0.9.143", "--locked"]).run()
}

/// Writes the configuration that the suites ask for, or checks that it is there. `packages` are arguments of Cargo that name the
/// suites.
pub fn configure(options: &Options, packages: &[&str]) -> Result<(), TaskError> {
    let built = build(&[packages, &["--test", "conformance"]].concat())?;
    let mut groups = Vec::new();
    let mut overrides = Vec::new();
    for suite in SUITES {
        let printed = program(&find(&built, suite, "conformance")?.path, &["--nextest-config"]).output()?;
        let sections = printed.split("\n\n").map(str::trim).filter(|section| !section.is_empty());
        for section in sections {
            let of_kind = if section.starts_with("[test-groups") { &mut groups } else { &mut overrides };
            if !of_kind.iter().any(|known| known == section) {
                of_kind.push(section.to_owned());
            }
        }
    }
    groups.extend(overrides);
    let text = format!(
        "# Written by `cargo xtask nextest`: cells of one device run one at a time.\n\n{}\n",
        groups.join("\n\n")
    );
    let path = root().join(FILE);
    let current = std::fs::read_to_string(&path).unwrap_or_default();
    if current == text {
        println!("\n{FILE} is current");
        return Ok(());
    }
    if options.check {
        return Err(TaskError::NotCurrent { file: FILE, task: "cargo xtask nextest" });
    }
    let written = std::fs::create_dir_all(path.parent().unwrap_or(root())).and_then(|()| std::fs::write(&path, text));
    written.map_err(|source| TaskError::Io { path, source })
}
