//! A browser, its driver, and the checks of accessibility: those of the machine, or such as are unpacked into a cache folder,
//! without installing anything.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Tools;
use crate::unpacked;
use crate::workspace::root;

/// What Debian and its relatives call them, and something to write with.
const PACKAGES: [&str; 3] = ["chromium", "chromium-driver", "fonts-dejavu-core"];
/// The checks of accessibility, as the registry of npm has them.
const AXE: &str = "axe-core@4.14.1";

/// Finds them, or fetches them; or says why that is not possible, in one line.
pub fn provide() -> Result<Tools, String> {
    let (chromium, driver) = browser()?;
    Ok(Tools { chromium, driver, axe: axe()? })
}

/// A browser and its driver, which have to be of one version.
fn browser() -> Result<(PathBuf, PathBuf), String> {
    let here = ["chromium", "chromium-browser", "google-chrome"].into_iter().filter_map(unpacked::in_path);
    if let Some(driver) = unpacked::in_path("chromedriver")
        && let Some(chromium) = here.into_iter().find(|chromium| version(chromium) == version(&driver))
        && version(&driver).is_some()
    {
        return Ok((chromium, driver));
    }
    let folder = unpacked::folder("browser")?;
    let wrapped = (folder.join("chromium"), folder.join("chromedriver"));
    if version(&wrapped.0).is_none() || version(&wrapped.1).is_none() {
        println!("\nthere is no chromium with its driver; both are unpacked into {}", folder.display());
        unpack(&folder)?;
    }
    match (version(&wrapped.0), version(&wrapped.1)) {
        (Some(one), Some(other)) if one == other => Ok(wrapped),
        versions => Err(format!("{} has a browser and a driver that do not fit: {versions:?}", folder.display())),
    }
}

/// Unpacks them, with all that they need and this machine does not have, and writes programs that find it.
fn unpack(folder: &Path) -> Result<(), String> {
    let files = unpacked::unpack(&PACKAGES, folder)?;
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    // What the machine has already in the version that fits is not fetched.
    let at = |path: &str| if files.join(path).exists() { files.join(path) } else { Path::new("/").join(path) };
    let fonts = folder.join("fonts.conf");
    let places = [files.join("usr/share/fonts"), PathBuf::from("/usr/share/fonts")];
    let places: String = places.iter().map(|place| format!("<dir>{}</dir>", place.display())).collect();
    let cache = folder.join("fonts");
    let text = format!("<fontconfig>{places}<cachedir>{}</cachedir></fontconfig>\n", cache.display());
    fs::write(&fonts, text).map_err(failed)?;
    let triple = format!("{}-linux-gnu", std::env::consts::ARCH);
    // Some libraries say where those are that only they need, below the root.
    let own = format!("usr/lib/{triple}/pulseaudio");
    let libraries = [format!("usr/lib/{triple}"), format!("lib/{triple}"), own, "usr/lib/chromium".to_owned()];
    let libraries: Vec<_> = libraries.iter().map(|path| files.join(path).display().to_string()).collect();
    for (name, program) in [("chromium", "usr/lib/chromium/chromium"), ("chromedriver", "usr/bin/chromedriver")] {
        let variables = [("LD_LIBRARY_PATH", libraries.join(":")), ("FONTCONFIG_FILE", fonts.display().to_string())];
        unpacked::script(&folder.join(name), &variables, &at(program))?;
    }
    Ok(())
}

/// The version that a program says it has, without what follows its first three parts.
fn version(program: &Path) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok().filter(|output| output.status.success())?;
    number(&String::from_utf8_lossy(&output.stdout))
}

fn number(said: &str) -> Option<String> {
    let word = said.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    Some(word.split('.').take(3).collect::<Vec<_>>().join("."))
}

/// The checks of accessibility.
fn axe() -> Result<PathBuf, String> {
    let folder = root().join("target/axe").join(AXE);
    let script = folder.join("package/axe.min.js");
    if script.is_file() {
        return Ok(script);
    }
    let failed = |error: std::io::Error| format!("fetching {AXE} failed: {error}");
    fs::create_dir_all(&folder).map_err(failed)?;
    // What is fetched is checked by its digest, and nothing of it is run but in the browser.
    let run = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).current_dir(&folder).output();
        match output {
            Ok(output) if output.status.success() => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
            Ok(output) => Err(format!("`{program}` failed: {}", String::from_utf8_lossy(&output.stderr).trim())),
            Err(error) => Err(format!("`{program}` could not be run: {error}")),
        }
    };
    let packed = run("npm", &["pack", "--silent", AXE])?;
    run("tar", &["-xzf", packed.lines().last().unwrap_or_default(), "package/axe.min.js"])?;
    Ok(script)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_versions_of_a_browser_and_its_driver_are_compared() {
        let browser = number("Chromium 156.0.8078.108 built on Debian GNU/Linux 12 (bookworm)\n");
        let driver = number("ChromeDriver 156.0.8078.93 (730482a940ce25ae7cf0-refs/branch-heads/8078@{#2244})\n");
        assert_eq!(browser.as_deref(), Some("156.0.8078"));
        assert_eq!(browser, driver);
        assert_ne!(browser, number("ChromeDriver 148.0.7778.167"));
        assert_eq!(number("no version"), None);
    }
}
