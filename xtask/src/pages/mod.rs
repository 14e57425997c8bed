//! `cargo xtask pages`: the pages of `cargo crosscheck`, in a browser.

mod browser;

use std::path::PathBuf;

use clap::Args;

use crate::built::{build, find};
use crate::cargo::cargo;
use crate::error::TaskError;
use crate::terminal;
use crate::workspace::root;

/// What to do with the pages.
#[derive(Debug, Default, Args)]
pub struct Options {
    /// Put pictures of the pages into this folder, to be looked at: light, dark, narrow, a cell, the whole, and the print
    #[arg(long, value_name = "FOLDER")]
    pictures: Option<PathBuf>,
    /// Write the pictures of the documentation: docs/src/page.png and docs/src/terminal.svg
    #[arg(long)]
    docs: bool,
}

/// The picture of a page in the documentation, and which one of the others it is.
const DOCS: [&str; 2] = ["docs/src/page.png", "light.png"];

/// What the tests are told, and where it is.
pub struct Tools {
    pub chromium: PathBuf,
    pub driver: PathBuf,
    pub axe: PathBuf,
}

/// Tests the pages.
pub fn pages(options: &Options) -> Result<(), TaskError> {
    let Tools { chromium, driver, axe } = browser::provide().map_err(TaskError::NoBrowser)?;
    let built = build(&["-p", "crosscheck-cli"])?;
    let command = &find(&built, "crosscheck-cli", "cargo-crosscheck")?.path;
    let tests = ["test", "--quiet", "-p", "crosscheck-page-tests", "--", "--ignored", "--nocapture"];
    let mut tests = cargo(&tests)
        .env("CROSSCHECK_CLI", command)
        .env("CHROMIUM", chromium)
        .env("CHROMEDRIVER", driver)
        .env("AXE", axe);
    let folder = options.pictures.clone().or(options.docs.then(|| "target/pages".into()));
    let folder = folder.map(|folder| root().join(folder));
    let failed = |source| TaskError::Io { path: folder.clone().unwrap_or_default(), source };
    if let Some(folder) = &folder {
        std::fs::create_dir_all(folder).map_err(failed)?;
        tests = tests.env("PICTURES", folder);
    }
    tests.run()?;
    if let Some(folder) = folder.as_ref().filter(|_| options.docs) {
        std::fs::copy(folder.join(DOCS[1]), root().join(DOCS[0])).map_err(failed)?;
        terminal::picture(false)?;
    }
    Ok(())
}

/// The same where everything is tested: a machine that can have no browser says so, and only CI, which can, fails there.
pub fn in_ci() -> Result<(), TaskError> {
    match pages(&Options::default()) {
        Err(TaskError::NoBrowser(reason)) if std::env::var_os("CI").is_none() => {
            println!("\nthe pages were not tested: {reason}");
            Ok(())
        }
        done => done,
    }
}
