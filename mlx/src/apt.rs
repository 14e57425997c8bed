//! OpenBLAS from the distribution's own signed packages, without installing anything: Debian and its relatives.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process;

const PACKAGE: &str = "libopenblas0-pthread";

/// The library's file name in the folder that [`fetch`] fills.
pub const LIBRARY: &str = "libopenblas.so.0";

/// Downloads OpenBLAS into `folder`, and says what it is; or says why that is not possible, in one line.
pub fn fetch(folder: &Path, work: &Path) -> Result<String, String> {
    let failed = |error: std::io::Error| format!("unpacking {PACKAGE} failed: {error}");
    fs::create_dir_all(work).map_err(failed)?;
    let package = download(work)?;
    let unpacked = work.join("unpacked");
    run(Command::new("dpkg-deb").arg("--extract").arg(&package).arg(&unpacked))?;
    let library =
        find(&unpacked.join("usr/lib"), LIBRARY).ok_or_else(|| format!("the package {PACKAGE} holds no {LIBRARY}"))?;
    fs::create_dir_all(folder).map_err(failed)?;
    // Follows the link that the name is.
    fs::copy(library, folder.join(LIBRARY)).map_err(failed)?;
    if let Some(licence) = find(&unpacked.join("usr/share/doc"), "copyright") {
        fs::copy(licence, folder.join("copyright")).map_err(failed)?;
    }
    Ok(file_stem(&package))
}

fn download(work: &Path) -> Result<PathBuf, String> {
    let get = |options: &[OsString]| {
        let mut command = Command::new("apt-get");
        // The user that apt downloads as when root calls it may not be able to enter this folder.
        command.args(["-q", "-o", "APT::Sandbox::User=root"]).args(options).current_dir(work);
        command
    };
    let first = run(get(&[]).args(["download", PACKAGE]));
    if let Err(reason) = first {
        if reason.ends_with("not found") {
            return Err(reason);
        }
        // The lists of packages are missing or out of date, and those of the system are not ours to renew.
        let options = own_lists(work).map_err(|error| format!("{reason}; {error}"))?;
        // A failure here may be of some other source than the one that matters.
        let renewed = run(get(&options).arg("update"));
        run(get(&options).args(["download", PACKAGE])).map_err(|error| match renewed {
            Ok(()) => error,
            Err(cause) => cause,
        })?;
    }
    find(work, PACKAGE).ok_or_else(|| format!("apt-get reported success and left no {PACKAGE}"))
}

/// Downloads packages, and those that they need and that are not installed as they need them, and unpacks them below `folder`;
/// or says why that is not possible, in one line.
pub fn unpack(packages: &[&str], folder: &Path, work: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("unpacking {} failed: {error}", packages.join(" "));
    fs::create_dir_all(work).map_err(failed)?;
    let get = |options: &[OsString], arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command.args(["-q", "-o", "APT::Sandbox::User=root"]).args(options).args(arguments).current_dir(work);
        command
    };
    let all = |options: &[OsString]| -> Result<(), String> {
        let simulate = [&["--simulate", "--no-install-recommends", "install"], packages].concat();
        let needed = output(&mut get(options, &simulate))?;
        let needed: Vec<_> = needed.lines().filter_map(|line| line.strip_prefix("Inst ")?.split(' ').next()).collect();
        run(&mut get(options, &[&["download"], &needed[..]].concat()))
    };
    if let Err(reason) = all(&[]) {
        if reason.ends_with("not found") {
            return Err(reason);
        }
        // As above: the lists are missing or out of date.
        let options = own_lists(work).map_err(|error| format!("{reason}; {error}"))?;
        let renewed = run(&mut get(&options, &["update"]));
        all(&options).map_err(|error| renewed.err().unwrap_or(error))?;
    }
    for entry in fs::read_dir(work).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "deb") {
            run(Command::new("dpkg-deb").arg("--extract").arg(&path).arg(folder))?;
        }
    }
    Ok(())
}

/// Options that make apt keep its lists in `work`.
fn own_lists(work: &Path) -> std::io::Result<Vec<OsString>> {
    let (state, cache) = (work.join("state"), work.join("cache"));
    fs::create_dir_all(state.join("lists").join("partial"))?;
    fs::create_dir_all(cache.join("archives").join("partial"))?;
    let mut options = vec![
        "-oDir::State::status=/var/lib/dpkg/status".into(),
        "-oAcquire::Retries=0".into(),
        // Without a network this is how long one waits to be told.
        "-oAcquire::http::Timeout=20".into(),
        "-oAcquire::https::Timeout=20".into(),
    ];
    let folders = [("-oDir::State::lists=", state.join("lists")), ("-oDir::State=", state), ("-oDir::Cache=", cache)];
    for (option, folder) in folders {
        let mut option = OsString::from(option);
        option.push(folder);
        options.push(option);
    }
    Ok(options)
}

/// The first file below `folder` whose name begins with `name`; none if there is none or it cannot be read.
fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    let mut entries: Vec<_> = fs::read_dir(folder).ok()?.filter_map(Result::ok).collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    entries.iter().find_map(|entry| {
        let path = entry.path();
        if entry.file_type().ok()?.is_dir() {
            find(&path, name)
        } else {
            entry.file_name().to_string_lossy().starts_with(name).then_some(path)
        }
    })
}

/// Runs a program that must succeed, else gives the reason in one line.
fn run(command: &mut Command) -> Result<(), String> {
    output(command).map(drop)
}

/// The same, for what it prints.
fn output(command: &mut Command) -> Result<String, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = process::output(command.env("LC_ALL", "C"));
    match output {
        Ok(output) if output.status.success() => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        Ok(output) => Err(reason(&program, &String::from_utf8_lossy(&output.stderr))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(format!("{program} was not found")),
        Err(error) => Err(format!("{program} could not be run: {error}")),
    }
}

/// The first error that apt or dpkg reports.
fn reason(program: &str, said: &str) -> String {
    let error = said.lines().find(|line| line.starts_with("E: ") || line.contains("error:"));
    let line = error.or(said.lines().last()).unwrap_or("no reason given");
    format!("{program}: {}", line.trim_start_matches("E: "))
}

fn file_stem(package: &Path) -> String {
    let stem = package.file_stem().unwrap_or_default().to_string_lossy();
    // apt writes the colon of a version as %3a.
    stem.replace("%3a", ":").replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_error_is_the_reason() {
        let said = "W: some source\nE: Unable to locate package x\nE: more\n";
        assert_eq!(reason("apt-get", said), "apt-get: Unable to locate package x");
        assert_eq!(reason("dpkg-deb", ""), "dpkg-deb: no reason given");
    }

    #[test]
    fn a_package_is_named_with_version_and_processor() {
        let file = Path::new("/w/libopenblas0-pthread_0.3.21+ds-4_amd64.deb");
        assert_eq!(file_stem(file), "libopenblas0-pthread 0.3.21+ds-4 amd64");
    }
}
