//! The pages for readers: `README.md`, `CHANGELOG.md`, the book in `docs/src`, and the README of each folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::common::suite;
use crate::markdown::{anchors, blocks, headings, links};

/// The longest front page that a stranger reads.
const LINES_OF_THE_README: usize = 150;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn page(path: &str) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every Markdown file of the repository, by its path from the root.
fn pages() -> BTreeMap<PathBuf, String> {
    fn visit(root: &Path, folder: &Path, pages: &mut BTreeMap<PathBuf, String>) {
        let entries = fs::read_dir(root.join(folder)).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for entry in entries {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            let path = folder.join(&name);
            if entry.file_type().unwrap().is_dir() {
                if !name.starts_with('.') && name != "target" {
                    visit(root, &path, pages);
                }
            } else if name.ends_with(".md") {
                pages.insert(path.clone(), fs::read_to_string(root.join(&path)).unwrap());
            }
        }
    }
    let mut pages = BTreeMap::new();
    visit(&root(), Path::new(""), &mut pages);
    pages
}

/// A path without `.` and `..`; `None` where it leaves the folder that it starts in.
fn normal(path: &Path) -> Option<PathBuf> {
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

/// What is wrong with a link of the page at `from`.
fn fault(from: &Path, link: &str, pages: &BTreeMap<PathBuf, String>) -> Option<String> {
    if link.starts_with("https://") {
        return None;
    }
    let (file, fragment) = link.split_once('#').map_or((link, None), |(file, fragment)| (file, Some(fragment)));
    let target = if file.is_empty() { Some(from.to_owned()) } else { normal(&from.parent()?.join(file)) };
    let Some(target) = target.filter(|target| root().join(target).exists()) else {
        return Some(format!("{}: `{link}` leads to no file", from.display()));
    };
    let fragment = fragment?;
    let known = pages.get(&target).map(|page| anchors(page)).unwrap_or_default();
    let is_known = known.iter().any(|anchor| anchor == fragment);
    (!is_known).then(|| format!("{}: `{link}` leads to no heading (known: {})", from.display(), known.join(", ")))
}

/// The pages whose samples are of programs that are run, and where those stand.
const SAMPLES: [(&str, &[&str]); 4] = [
    (
        "publish",
        &[
            "examples/codec-suite/src/encoding.rs",
            "examples/codec-suite/src/lib.rs",
            "examples/codec-suite/tests/conformance.rs",
        ],
    ),
    ("devices", &["ui-tests/accepted/examples/recipes.rs"]),
    ("tolerances", &["ui-tests/accepted/examples/tolerances.rs"]),
    ("subjects", &["ui-tests/accepted/examples/recipes.rs"]),
];

#[test]
fn the_samples_of_pages_are_parts_of_programs_that_are_run() {
    for (name, programs) in SAMPLES {
        let text = page(&format!("docs/src/{name}.md"));
        let programs: Vec<_> = programs.iter().map(|path| page(path)).collect();
        let samples: Vec<_> = ["rust,ignore", "rust"].iter().flat_map(|it| blocks(&text, it)).collect();
        assert!(samples.len() > 1, "docs/src/{name}.md has {} samples", samples.len());
        for sample in samples {
            let is_there = programs.iter().any(|program| program.contains(sample));
            assert!(is_there, "docs/src/{name}.md has a sample that is in no program:\n{sample}");
        }
    }
}

/// Those that leave out the body of a check do not compile.
#[test]
fn the_whole_samples_of_comparisons_are_parts_of_a_program_that_is_run() {
    let program = page("ui-tests/accepted/examples/comparing.rs");
    let comparison = page("docs/src/comparison.md");
    let whole: Vec<_> =
        blocks(&comparison, "rust,ignore").into_iter().filter(|block| block.contains("impl ")).collect();
    assert!(whole.len() >= 2, "{}", whole.len());
    for block in whole {
        assert!(program.contains(block), "not in comparing.rs:\n{block}");
    }
}

#[test]
fn every_relative_link_leads_to_a_file_and_a_heading() {
    let pages = pages();
    let links: Vec<_> =
        pages.iter().flat_map(|(path, page)| links(page).into_iter().map(move |it| (path, it))).collect();
    assert!(links.len() > 100, "only {} links were found", links.len());
    let faults: Vec<_> = links.iter().filter_map(|(path, link)| fault(path, link, &pages)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    let text = "# One\n\n[a](b.md#two) ![c](d.svg) `[e](f)`\n\n## Two `x`\n\n```\n[g](h)\n# i\n```\n## Two x\n<img src=\"j.svg\">\n";
    assert_eq!(links(text), ["b.md#two", "d.svg", "j.svg"]);
    assert_eq!(anchors(text), ["one", "two-x", "two-x-1"]);
    let from = Path::new("docs/src/tour.md");
    let pages = BTreeMap::from([(from.to_owned(), text.to_owned())]);
    for link in ["#two-x", "tour.md#two-x-1", "../../README.md", "https://docs.rs/rstest"] {
        assert_eq!(fault(from, link, &pages), None);
    }
    for (link, why) in [
        ("#two", "no heading (known: one, two-x, two-x-1)"),
        ("turo.md", "no file"),
        ("../../../README.md", "no file"),
        ("http://docs.rs/rstest", "no file"),
    ] {
        assert!(fault(from, link, &pages).is_some_and(|fault| fault.contains(why)), "{link}");
    }
}

#[test]
fn the_readme_is_short() {
    let lines = page("README.md").lines().count();
    assert!(
        lines <= LINES_OF_THE_README,
        "README.md has {lines} lines; {LINES_OF_THE_README} are allowed: move some to docs/src"
    );
}

#[test]
fn the_summary_names_every_page_of_the_book_once() {
    let book = Path::new("docs/src");
    let summary = page("docs/src/SUMMARY.md");
    let named: Vec<_> = links(&summary).into_iter().map(|link| book.join(link)).collect();
    let distinct: BTreeSet<_> = named.iter().cloned().collect();
    assert_eq!(named.len(), distinct.len(), "docs/src/SUMMARY.md names a page twice: {named:?}");
    let pages = pages();
    let there: BTreeSet<_> = pages.keys().filter(|path| path.starts_with(book)).cloned().collect();
    let there: BTreeSet<_> = there.into_iter().filter(|path| !path.ends_with("SUMMARY.md")).collect();
    assert_eq!(distinct, there, "docs/src/SUMMARY.md (left) names other pages than there are (right)");
}

#[test]
fn every_page_of_the_book_has_one_title() {
    for (path, page) in pages().iter().filter(|(path, _)| path.starts_with("docs/src")) {
        let titles = headings(page).iter().filter(|(level, _)| *level == 1).count();
        let is_summary = path.ends_with("SUMMARY.md");
        assert!(page.starts_with("# ") && (titles == 1 || is_summary), "{}: {titles} titles", path.display());
    }
}

#[test]
fn the_sample_of_the_readme_is_what_is_tested() {
    let readme = page("README.md");
    let [sample, row] = blocks(&readme, "rust")[..] else { panic!("README.md has two blocks of Rust") };
    assert_eq!(
        page("ui-tests/suites/src/bin/readme.rs"),
        sample,
        "ui-tests/suites/src/bin/readme.rs is the first block of README.md"
    );
    let both = format!("{sample}\n{row}");
    for path in ["runtime/tests/readme.rs", "examples/hello/tests/conformance.rs"] {
        assert_eq!(page(path), both, "{path} is both blocks of README.md");
    }
}

#[test]
fn the_readme_shows_what_its_sample_prints() {
    let output = suite("readme").args(&["--test-threads", "1"]).run();
    output.exits(101);
    // As it is in the reader's package.
    let printed = output.stdout.replace("ui-tests/suites/src/bin/readme.rs", "tests/conformance.rs");
    let printed = printed.replace("-p crosscheck-ui-tests-suites --test readme", "-p my_kernels --test conformance");
    let printed = printed.replace("crosscheck-ui-tests-suites: ", "my_kernels: ");
    assert!(page("README.md").contains("](docs/src/terminal.svg)"));
    let lines = printed.lines().filter(|line| !line.starts_with("record: "));
    let timeless = lines.map(|line| match line.split_once("; finished in ") {
        Some((before, _)) => format!("{before}; finished in 0.00s"),
        None => line.to_owned(),
    });
    let lines = timeless.collect::<Vec<_>>().join("\n");
    let expected = format!("$ cargo test --test conformance\n{}", lines.trim());
    let picture = page("docs/src/terminal.svg");
    let shown = picture.lines().filter_map(|line| line.trim().strip_prefix("<tspan x=\"10px\""));
    let shown: Vec<_> = shown.map(|line| without_markup(line.split_once('>').unwrap().1)).collect();
    assert_eq!(shown.join("\n").trim_end(), expected, "`cargo xtask examples` draws it");
}

/// The text of a line of a picture.
fn without_markup(line: &str) -> String {
    let text: String = line.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect();
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
    text.replace("&#x27;", "'").replace("&amp;", "&").trim_end().to_owned()
}

#[test]
fn the_tour_shows_what_is_tested_and_its_outcomes() {
    let tour = page("docs/src/tour.md");
    assert_eq!(
        blocks(&tour, "rust"),
        [page("runtime/tests/tour.rs")],
        "runtime/tests/tour.rs is the block of the tour"
    );
    let output = suite("tour").run();
    output.exits(0);
    let cells = output.outcomes().into_iter().map(|(name, cell)| format!("{name}: {}\n", cell.outcome));
    assert_eq!(blocks(&tour, "text"), [cells.collect::<String>()]);
}

/// The picture of the README is of the tour.
#[test]
fn the_picture_shows_the_outcomes_of_the_tour() {
    let output = suite("tour").run();
    let cells = output.outcomes();
    let mut labels = Vec::new();
    for test in ["keys::long", "keys::empty", "what_was_put_comes_back"] {
        for backend in ["tree", "short", "cloud"] {
            let of_both: Vec<_> = cells.values().filter(|cell| cell.test == test && cell.backend == backend).collect();
            labels.push(match of_both.first() {
                Some(first) => {
                    assert!(of_both.iter().all(|cell| cell.outcome == first.outcome), "{of_both:?}");
                    format!("{} {}", of_both.len(), first.outcome)
                }
                None => "baseline".to_owned(),
            });
        }
    }
    let picture = page("docs/src/glance.svg");
    let shown = picture.lines().filter(|line| line.contains(r#"class="cell""#));
    let shown: Vec<_> =
        shown.filter_map(|line| line.split_once('>')?.1.split_once('<')).map(|(label, _)| label).collect();
    assert_eq!(shown, labels);
    assert!(
        picture.contains(r#"LongKeys =&gt; xfail("'{backend}' refuses keys of more than 8 bytes").because(WontFix)"#)
    );
    assert!(
        page("runtime/tests/tour.rs").contains(r#"LongKeys => xfail("'{backend}' refuses keys of more than 8 bytes")"#)
    );
}

#[test]
fn the_page_of_flags_has_every_flag_and_variable() {
    let output = suite("tour").args(&["--help"]).run();
    let (_, ours) = output.exits(0).stdout.split_once("\nConformance:\n").expect("the help has the section");
    let flags = ours.split_whitespace().filter(|word| word.starts_with("--")).filter_map(|word| word.split('[').next());
    let variables = ours.split("[env: ").skip(1).filter_map(|rest| rest.split_once('=')).map(|(variable, _)| variable);
    let page = page("docs/src/flags.md");
    let known: BTreeSet<_> = page.split(|char: char| !char.is_alphanumeric() && !"-_".contains(char)).collect();
    let missing: Vec<_> = flags.chain(variables).filter(|name| !known.contains(name)).collect();
    assert!(
        missing.is_empty() && known.contains("CROSSCHECK_RECORD"),
        "docs/src/flags.md lacks {}",
        missing.join(", ")
    );
}
