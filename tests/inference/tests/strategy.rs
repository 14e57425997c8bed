//! The tests that `README.md` names exist.

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Whether the file of one of its modules has a function of this path.
fn is_there(files: &[PathBuf], name: &str) -> bool {
    let modules: Vec<_> = name.split("::").collect();
    let [modules @ .., function] = &modules[..] else { return false };
    (1..=modules.len()).any(|depth| {
        let path = modules[..depth].join("/");
        let of_module = [format!("src/{path}.rs"), format!("src/{path}/mod.rs")];
        files.iter().filter(|file| of_module.iter().any(|end| file.ends_with(end))).any(|file| {
            let text = fs::read_to_string(file).unwrap();
            let inner = modules[depth..].iter().all(|module| text.contains(&format!("mod {module} {{")));
            inner && text.contains(&format!("fn {function}("))
        })
    })
}

/// The paths of tests, such as `module::test`.
fn named(text: &str) -> Vec<&str> {
    let is_name = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_');
    let is_test = |text: &&str| text.contains("::") && text.split("::").all(is_name);
    text.split('`').skip(1).step_by(2).filter(is_test).collect()
}

#[test]
fn every_test_that_the_strategy_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("README.md")).unwrap();
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    sources(&root.join("../../backends/inference/src"), &mut files);
    let missing: Vec<_> = named(&text).into_iter().filter(|name| !is_there(&files, name)).collect();
    assert_eq!(missing, [""; 0]);
    assert!(named(&text).len() > 40);
    for number in 1..=28 {
        let first_of = |line: &str| line.starts_with(&format!("| {number} "));
        // The benches share a line.
        assert!(text.lines().any(first_of) || (18..=20).contains(&number), "element {number}");
    }
    assert!(!is_there(&files, "inference::golden::no_such_test"));
    assert!(!is_there(&files, "inference::prefill::tokens_of_a_chat"), "it is in another module");
}
