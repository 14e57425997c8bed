//! `cargo xtask book`: the book as mdBook makes it, and a look at each of its links.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::cargo::{cargo, program};
use crate::error::{TaskError, io_error};
use crate::unpacked::{folder, in_path};
use crate::workspace::root;

/// The pages that are made are those of this version everywhere.
const VERSION: &str = "0.5.4";
const BUILT: &str = "docs/book";
/// What mdBook makes besides the pages: the first page once more, the list of pages for browsers without scripts.
const OF_NO_PAGE: [&str; 2] = ["index.html", "toc.html"];
/// How a page begins a link to what is in the repository and not in the book.
const OUTSIDE: &str = "](../../";

/// Builds the book, and fails where one of its links leads nowhere.
pub fn book() -> Result<(), TaskError> {
    let mdbook = provide()?;
    let source = root().join("target/book");
    let built = root().join(BUILT);
    for old in [&source, &built] {
        if old.exists() {
            fs::remove_dir_all(old).map_err(io_error(old))?;
        }
    }
    let docs = root().join("docs");
    copy(&docs.join("src"), &source.join("src"))?;
    fs::copy(docs.join("book.toml"), source.join("book.toml")).map_err(io_error(&source))?;
    let [from, to] = [&source, &built].map(|path| path.to_string_lossy().into_owned());
    program(&mdbook, &["build", &from, "--dest-dir", &to]).run()?;
    let pages = pages(&built)?;
    let mut faults = faults(&pages, |path| built.join(path).exists());
    faults.extend(unsearchable(&pages, &search_index(&built)?));
    if pages.is_empty() || !faults.is_empty() {
        return Err(TaskError::Book { pages: pages.len(), faults: faults.join("\n") });
    }
    println!("\n{BUILT}/index.html: {} pages, whose links lead somewhere", pages.len());
    Ok(())
}

/// mdBook of this version: that of the search path, or one that is compiled once, into a folder that outlives `target`.
fn provide() -> Result<PathBuf, TaskError> {
    let is_right = |path: &Path| {
        let said = program(path, &["--version"]).output();
        said.is_ok_and(|said| said.trim() == format!("mdbook v{VERSION}"))
    };
    if let Some(found) = in_path("mdbook").filter(|path| is_right(path)) {
        return Ok(found);
    }
    let folder = folder("mdbook-search").map_err(TaskError::NoBook)?;
    let installed = folder.join("bin").join(format!("mdbook{}", std::env::consts::EXE_SUFFIX));
    if installed.exists() && is_right(&installed) {
        return Ok(installed);
    }
    println!("\nmdBook {VERSION} is missing; it is compiled once, which takes about a minute");
    let (package, target) = (format!("mdbook@{VERSION}"), root().join("target/mdbook"));
    let [folder, target] = [&folder, &target].map(|path| path.to_string_lossy());
    // No server is needed here, and what runs for a second need not be fast.
    let small = ["--no-default-features", "--features", "search", "--debug", "--locked"];
    let install = cargo(&[&["install", &package, "--root", &folder, "--target-dir", &target][..], &small].concat());
    install.env("CARGO_PROFILE_DEV_DEBUG", "0").run()?;
    Ok(installed)
}

/// Copies a folder. What leads out of the book leads to the repository from then on.
fn copy(from: &Path, to: &Path) -> Result<(), TaskError> {
    fs::create_dir_all(to).map_err(io_error(to))?;
    for entry in fs::read_dir(from).map_err(io_error(from))? {
        let path = entry.map_err(io_error(from))?.path();
        let copied = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy(&path, &copied)?;
        } else if path.extension().is_some_and(|extension| extension == "md") {
            let text = fs::read_to_string(&path).map_err(io_error(&path))?;
            fs::write(&copied, with_links_out(&text)).map_err(io_error(&copied))?;
        } else {
            fs::copy(&path, &copied).map_err(io_error(&path))?;
        }
    }
    Ok(())
}

fn with_links_out(page: &str) -> String {
    page.replace(OUTSIDE, concat!("](", env!("CARGO_PKG_REPOSITORY"), "/blob/main/"))
}

/// The pages that were built, by their paths.
fn pages(built: &Path) -> Result<BTreeMap<PathBuf, String>, TaskError> {
    let mut pages = BTreeMap::new();
    for entry in fs::read_dir(built).map_err(io_error(built))? {
        let path = entry.map_err(io_error(built))?.path();
        if path.extension().is_some_and(|extension| extension == "html") {
            let text = fs::read_to_string(&path).map_err(io_error(&path))?;
            pages.insert(path.file_name().unwrap_or_default().into(), text);
        }
    }
    Ok(pages)
}

/// What the search of the book looks through.
fn search_index(built: &Path) -> Result<String, TaskError> {
    for entry in fs::read_dir(built).map_err(io_error(built))? {
        let path = entry.map_err(io_error(built))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("searchindex") && name.ends_with(".js") {
            return fs::read_to_string(&path).map_err(io_error(&path));
        }
    }
    Ok(String::new())
}

/// The pages that the search does not find, a line each. Of two that are made of one page, it finds the second.
fn unsearchable(pages: &BTreeMap<PathBuf, String>, index: &str) -> Vec<String> {
    let names = pages.keys().map(|path| path.to_string_lossy()).filter(|name| !OF_NO_PAGE.contains(&&**name));
    let missing = names.filter(|name| !index.contains(&format!("\"{name}#")));
    missing.map(|name| format!("{name}: the search does not find it")).collect()
}

/// The links and pictures that lead to no file of the book, or to no place in its page, a line each.
fn faults(pages: &BTreeMap<PathBuf, String>, exists: impl Fn(&Path) -> bool) -> Vec<String> {
    let places: BTreeMap<_, BTreeSet<_>> =
        pages.iter().map(|(path, page)| (path, values(page, "id").collect())).collect();
    let mut faults = BTreeSet::new();
    for (path, page) in pages {
        for link in values(page, "href").chain(values(page, "src")) {
            if ["https:", "data:", "javascript:"].iter().any(|scheme| link.starts_with(scheme)) {
                continue;
            }
            let (file, place) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { Some(path.clone()) } else { inside(Path::new(file)) };
            let Some(target) = target.filter(|target| exists(target)) else {
                faults.insert(format!("{}: `{link}` leads to no file of the book", path.display()));
                continue;
            };
            let is_there = places.get(&target).is_some_and(|places| places.contains(place));
            if !place.is_empty() && !is_there {
                faults.insert(format!("{}: `{link}` leads to no place in {}", path.display(), target.display()));
            }
        }
    }
    faults.into_iter().collect()
}

/// The path without `.` and `..`; nothing where it leaves the book.
fn inside(path: &Path) -> Option<PathBuf> {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => parts.push(name),
            Component::CurDir => {}
            Component::ParentDir => drop(parts.pop().then_some(())?),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts)
}

/// The values of an attribute. In text, a quotation mark behind an equals sign is not written as itself.
fn values<'a>(page: &'a str, attribute: &str) -> impl Iterator<Item = &'a str> {
    let start = format!(" {attribute}=\"");
    let starts: Vec<_> = page.match_indices(&start).map(|(at, _)| at + start.len()).collect();
    starts.into_iter().filter_map(|at| Some(page[at..].split_once('"')?.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_leads_nowhere_is_found() {
        let page = |links: &str| format!("<h1 id=\"one\">x</h1><p>{links}</p>");
        let of = |links: &str| {
            let pages = [("a.html", page(links)), ("b.html", page(""))];
            let pages = pages.map(|(path, page)| (PathBuf::from(path), page)).into();
            faults(&pages, |path| ["a.html", "b.html", "c.png", "d/e.yml"].map(Path::new).contains(&path))
        };
        for right in ["#one", "b.html", "b.html#one", "./d/../a.html", "c.png", "d/e.yml", "https://docs.rs/x#y"] {
            assert_eq!(of(&format!("<a class=\"x\" href=\"{right}\">")), Vec::<String>::new());
        }
        assert_eq!(of("<img src=\"c.png\">"), Vec::<String>::new());
        for (wrong, why) in [
            ("#two", "no place in a.html"),
            ("b.html#two", "no place in b.html"),
            ("c.png#one", "no place in c.png"),
            ("c.html", "no file"),
            ("d/e", "no file"),
            ("../a.html", "no file"),
            ("/a.html", "no file"),
            ("http://docs.rs/x", "no file"),
        ] {
            for attribute in ["href", "src"] {
                let found = of(&format!("<a {attribute}=\"{wrong}\">"));
                assert!(found.len() == 1 && found[0].contains(why), "{wrong}: {found:?}");
            }
        }
    }

    #[test]
    fn a_page_that_the_search_does_not_find_is_named() {
        let pages = ["a.html", "b.html", "index.html"].map(|path| (PathBuf::from(path), String::new())).into();
        assert_eq!(unsearchable(&pages, r#"["a.html#one","b.html#b"]"#), Vec::<String>::new());
        assert_eq!(unsearchable(&pages, r#"["a.html#one","bb.html#b"]"#), ["b.html: the search does not find it"]);
    }

    #[test]
    fn what_is_outside_of_the_book_is_in_the_repository() {
        let page = "[a](../../README.md#x), [b](c.md) and [d](../../e/f.rs)";
        let url = "https://github.com/crosscheck-rs/crosscheck/blob/main";
        assert_eq!(with_links_out(page), format!("[a]({url}/README.md#x), [b](c.md) and [d]({url}/e/f.rs)"));
    }
}
