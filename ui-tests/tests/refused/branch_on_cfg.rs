use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance]
fn conditions(ops: &dyn Ops) {
    if cfg!(target_os = "macos") {
        assert_eq!(ops.double(1.0), 2.0);
    }
    assert!(cfg!(debug_assertions) || ops.double(1.0) == 2.0);
}

#[conformance]
fn attributes(ops: &dyn Ops) {
    #[cfg(target_os = "macos")]
    assert_eq!(ops.double(1.0), 2.0);
    assert!(match ops.double(2.0) {
        #[cfg(not(target_os = "macos"))]
        _ => true,
        #[cfg(target_os = "macos")]
        doubled => doubled == 4.0,
    });
}

fn main() {}
