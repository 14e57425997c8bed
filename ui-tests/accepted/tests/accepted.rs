//! Every program of `examples` compiles, and passes. `cargo test` builds them; `cargo test --test accepted` alone does not.

use std::env::consts::EXE_SUFFIX;
use std::process::Command;

#[test]
fn what_is_accepted_runs() {
    let cases = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/examples")).unwrap();
    let cases: Vec<_> = cases.map(|case| case.unwrap().path()).collect();
    assert!(cases.len() > 10, "{cases:?}");
    // This executable is in `deps`, beside which the examples have a folder.
    let built = std::env::current_exe().unwrap().parent().unwrap().with_file_name("examples");
    for case in cases {
        let name = case.file_stem().unwrap().to_str().unwrap();
        let program = built.join(format!("{name}{EXE_SUFFIX}"));
        let output = Command::new(&program).env("CROSSCHECK_RECORD", "").output();
        let output = output.unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}: {}\n{said}", output.status);
    }
}
