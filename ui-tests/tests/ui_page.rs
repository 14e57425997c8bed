//! `docs/src/refusals.md` shows the cases of `tests/refused/` to readers.
//!
//! A case is two files, and the page takes all of itself out of them: the `.rs` file begins with `//! # Group: title` and an
//! explanation, and what the compiler says is in the `.stderr` file. `TRYBUILD=overwrite` writes the page, as it writes
//! those; `cargo test` runs this file behind `ui.rs`, so that one command does both.

#[path = "../suites/tests/suites/markdown.rs"]
#[allow(dead_code, reason = "the other tests use more of it")]
mod markdown;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use markdown::anchor;

/// The headings of the page, in its order.
const GROUPS: [&str; 6] = [
    "Markers and functions",
    "The matrix",
    "The body of a check",
    "Axes, tolerances and signatures",
    "Contracts, features and backends",
    "rstest",
];

const INTRODUCTION: &str = "\
# What the compiler refuses

None of these samples compiles. Below each one stands what rustc says about it. A test compiles all of them: they are the files
of [`ui-tests/tests/refused`](../../ui-tests/tests/refused). Line numbers are those of the files, which begin with the
explanation as a comment.

";

const OVERWRITE: &str =
    "TRYBUILD=overwrite cargo test -p crosscheck-ui-tests --test ui --test ui_page -- --include-ignored";

#[test]
fn the_page_shows_what_is_refused() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cases = cases(&root.join("tests/refused")).unwrap_or_else(|faults| panic!("{}", faults.join("\n")));
    let page = page(&read(&root.join("src/lib.rs")), &cases);
    let path = root.join("../docs/src/refusals.md");
    if std::env::var_os("TRYBUILD").is_some_and(|mode| mode == "overwrite") {
        fs::write(&path, page).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    } else if let Some(difference) = first_difference(&read(&path), &page) {
        panic!("docs/src/refusals.md does not show the cases as they are; write it by `{OVERWRITE}`\n{difference}");
    }
}

/// What a case looks like on the page.
#[derive(Debug)]
struct Case {
    group: &'static str,
    title: String,
    explanation: String,
    code: String,
    stderr: String,
}

/// The cases of a folder in the order of their titles, or all that is wrong with them.
fn cases(folder: &Path) -> Result<Vec<Case>, Vec<String>> {
    let files = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    // The source and the messages of each case.
    let mut halves: BTreeMap<String, [Option<String>; 2]> = BTreeMap::new();
    for file in files {
        let path = file.expect("an entry of the folder").path();
        let half = match path.extension().and_then(|extension| extension.to_str()) {
            Some("rs") => 0,
            Some("stderr") => 1,
            _ => continue,
        };
        let name = path.file_stem().expect("a file with an extension").to_string_lossy().into_owned();
        halves.entry(name).or_default()[half] = Some(read(&path));
    }
    assembled(halves)
}

fn assembled(halves: BTreeMap<String, [Option<String>; 2]>) -> Result<Vec<Case>, Vec<String>> {
    let (mut cases, mut faults) = (BTreeMap::new(), Vec::new());
    for (name, [source, stderr]) in halves {
        match case(source, stderr) {
            Ok(case) => {
                let anchor = anchor(&case.title);
                if GROUPS.iter().any(|group| markdown::anchor(group) == anchor) || cases.contains_key(&anchor) {
                    faults.push(format!("{name}.rs: the page has the heading `{}` already", case.title));
                }
                cases.insert(anchor, case);
            }
            Err(fault) => faults.push(format!("{name}{fault}")),
        }
    }
    if faults.is_empty() { Ok(cases.into_values().collect()) } else { Err(faults) }
}

fn case(source: Option<String>, stderr: Option<String>) -> Result<Case, String> {
    let source = source.ok_or(".stderr belongs to no case: remove it, or add the `.rs` file")?;
    let stderr = stderr.ok_or_else(|| format!(".rs has no `.stderr` beside it: write it by `{OVERWRITE}`"))?;
    let known = || format!("(groups: {})", GROUPS.join("; "));
    let (heading, rest) = source
        .split_once('\n')
        .and_then(|(first, rest)| Some((first.strip_prefix("//! # ")?, rest)))
        .ok_or_else(|| format!(".rs has to begin with `//! # Group: title` {}", known()))?;
    let (group, title) =
        heading.split_once(": ").ok_or_else(|| format!(".rs: `{heading}` names no group {}", known()))?;
    let group = *GROUPS
        .iter()
        .find(|known| **known == group)
        .ok_or_else(|| format!(".rs: there is no group `{group}` {}", known()))?;
    let length = rest.split_inclusive('\n').take_while(|line| line.starts_with("//!")).map(str::len).sum();
    let (comment, code) = rest.split_at(length);
    let explanation: Vec<_> = comment.lines().map(|line| line[3..].strip_prefix(' ').unwrap_or(&line[3..])).collect();
    let explanation = explanation.join("\n").trim().to_owned();
    if explanation.is_empty() {
        return Err(".rs: say below the title what is wrong with it, and what to write instead (`//! …`)".to_owned());
    }
    let code = code.trim();
    Ok(Case {
        group,
        title: title.to_owned(),
        explanation,
        code: code.strip_suffix("fn main() {}").unwrap_or(code).trim_end().to_owned(),
        stderr: stderr.trim_end().to_owned(),
    })
}

fn page(contract: &str, cases: &[Case]) -> String {
    let contract: Vec<_> = contract.lines().skip_while(|line| line.starts_with("//!") || line.is_empty()).collect();
    let groups = GROUPS.map(|group| (group, cases.iter().filter(|case| case.group == group).collect::<Vec<_>>()));
    let mut page = INTRODUCTION.to_owned();
    for (group, cases) in &groups {
        page += &format!("- [{group}](#{})\n", anchor(group));
        for case in cases {
            page += &format!("  - [{}](#{})\n", case.title, anchor(&case.title));
        }
    }
    page += &format!(
        "\nMost of the samples are about this contract, which is in another crate:\n\n```rust\n{}\n```\n",
        contract.join("\n")
    );
    for (group, cases) in &groups {
        page += &format!("\n## {group}\n");
        for Case { title, explanation, code, stderr, .. } in cases {
            page += &format!("\n### {title}\n\n{explanation}\n\n```rust\n{code}\n```\n\n```text\n{stderr}\n```\n");
        }
    }
    page += &format!("\n---\n\nA test writes this page: change the files, and run\n`{OVERWRITE}`.\n");
    page
}

fn first_difference(there: &str, new: &str) -> Option<String> {
    if there == new {
        return None;
    }
    let (mut there, mut new) = (there.lines(), new.lines());
    for number in 1.. {
        let lines = (there.next(), new.next());
        if lines.0 != lines.1 || lines.0.is_none() {
            let shown = |line: Option<&str>| line.unwrap_or("(the end)").to_owned();
            return Some(format!("line {number}: {}\ninstead of: {}", shown(lines.0), shown(lines.1)));
        }
    }
    None
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn a_case_that_the_page_cannot_show_is_said_to_lack_something() {
    let faults = |source: Option<&str>, stderr: Option<&str>| {
        let good = [Some("//! # rstest: Good\n//! Because.\n".to_owned()), Some(String::new())];
        let bad = [source.map(str::to_owned), stderr.map(str::to_owned)];
        let halves = [("bad".to_owned(), bad), ("a_good_one".to_owned(), good)];
        assembled(halves.into()).map(|cases| cases.len()).map_err(|faults| faults.join("\n"))
    };
    let complete = "//! # rstest: Bad\n//!\n//! Because.\n\nfn bad() {}\n";
    assert_eq!(faults(Some(complete), Some("")), Ok(2));
    for (source, stderr, says) in [
        (None, Some(""), "bad.stderr belongs to no case"),
        (Some(complete), None, "bad.rs has no `.stderr` beside it: write it by `TRYBUILD=overwrite"),
        (
            Some("fn bad() {}\n"),
            Some(""),
            "bad.rs has to begin with `//! # Group: title` (groups: Markers and functions; ",
        ),
        (Some("//! # rstest\n//! Because.\n"), Some(""), "bad.rs: `rstest` names no group (groups: "),
        (Some("//! # Rstest: Bad\n//! Because.\n"), Some(""), "bad.rs: there is no group `Rstest` (groups: "),
        (Some("//! # rstest: Bad\n//!\n\nfn bad() {}\n"), Some(""), "bad.rs: say below the title what is wrong"),
        (Some("//! # rstest: Good\n//! Because.\n"), Some(""), "bad.rs: the page has the heading `Good` already"),
        (
            Some("//! # rstest: The `matrix`\n//! Because.\n"),
            Some(""),
            "bad.rs: the page has the heading `The `matrix`` ",
        ),
    ] {
        let fault = faults(source, stderr).unwrap_err();
        assert!(fault.starts_with(says), "{fault}");
    }
}
