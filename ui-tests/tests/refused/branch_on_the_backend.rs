use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance]
fn a_condition(ops: &dyn Ops) {
    if ops.name() != "metal" {
        assert_eq!(ops.double(1.0), 2.0);
    }
}

#[conformance(n(1, 2))]
fn a_variable(ops: &dyn Ops, n: u32) {
    let (name, expected) = (ops.name().to_lowercase(), 2.0 * f64::from(n));
    let tolerance = if name.starts_with("mlx") { 1e-3 } else { 0.0 };
    assert!((ops.double(n.into()) - expected).abs() <= tolerance);
}

#[conformance]
fn a_match(ops: &dyn Ops) {
    match ops.name() {
        "metal" | "cuda" => {}
        _ => assert_eq!(ops.double(1.0), 2.0),
    }
}

#[conformance]
fn a_way_out_of_an_assertion(ops: &dyn Ops) {
    assert!(ops.name() == "metal" || ops.double(1.0) == 2.0);
}

#[conformance]
fn matches_and_guards(ops: &dyn Ops) {
    let precise = !matches!(ops.name(), "metal");
    match ops.double(1.0) {
        1.9..2.1 if ops.name() == "cuda" => {}
        doubled => assert!(doubled == 2.0 || !precise),
    }
}

fn main() {}
