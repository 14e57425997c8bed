//! The files of programs, where something is wrong with them.

use crosscheck_kernel_suite::program::{Entry, FIELDS, Files};

const PROGRAM: &str = r#"{"calls":[],"expected":[]}"#;

fn files(index: &str, programs: &str) -> Files {
    let index = format!("{FIELDS}\n{index}").leak();
    Files { index: ("index.tsv", index), programs: ("programs.jsonl", programs.to_owned().leak()) }
}

fn refused(files: Files) -> String {
    Entry::all(files).map(|entries| entries.len()).unwrap_err().to_string()
}

#[test]
fn an_index_that_does_not_fit_is_refused_where_it_does_not() {
    let line = "x\tadd\tsingle\t\t\tadd\n";
    assert_eq!(Entry::all(files(line, PROGRAM)).map(|entries| entries.len()).unwrap(), 1);
    assert_eq!(refused(files(line, "")), "index.tsv: 1 programs are named, where programs.jsonl holds 0");
    assert_eq!(refused(files("", PROGRAM)), "index.tsv: 0 programs are named, where programs.jsonl holds 1");
    let short = files("x\tadd\n", PROGRAM);
    assert_eq!(refused(short), r#"index.tsv:2: there are 2 fields instead of 6: "x\tadd""#);
    let long = files(&format!("{}\tmore\n", line.trim_end()), PROGRAM);
    assert_eq!(refused(long), r#"index.tsv:2: there are 7 fields instead of 6: "x\tadd\tsingle\t\t\tadd\tmore""#);
    let other = Files { index: ("index.tsv", "name\n"), ..files("", "") };
    assert!(refused(other).starts_with("index.tsv:1: the fields are Some(\"name\") instead of"));
}
