use super::*;
use crate::suite::spec::{AxisSpec, BackendSpec, TestSpec};

const A: Origin = Origin { module: "suite", file: "a.rs", line: 1 };
const B: Origin = Origin { module: "suite", file: "b.rs", line: 2 };

fn test(path: &str, origin: Origin) -> TestSpec {
    TestSpec::new(path, origin)
}

fn backend(name: &'static str, aliases: &'static [&'static str], origin: Origin) -> BackendSpec {
    BackendSpec { aliases, ..BackendSpec::new(name, origin) }
}

fn suite(tests: Vec<TestSpec>, backends: Vec<BackendSpec>) -> SuiteSpec {
    SuiteSpec { backends, tests, ..SuiteSpec::new("dyn Ops", "reference") }
}

fn nothing_linked() -> Elements {
    Elements {
        tests: vec![],
        backends: vec![],
        exclusions: vec![],
        implements: vec![],
        elsewhere: vec![],
        prefixes: vec![],
        only: None,
    }
}

fn messages(suite: &SuiteSpec) -> Vec<String> {
    check(&nothing_linked(), &[suite], &[]).iter().map(ToString::to_string).collect()
}

#[test]
fn a_sound_suite_has_no_errors() {
    let sound = suite(vec![test("t", A)], vec![backend("reference", &["ref"], A), backend("mlx", &[], B)]);
    assert_eq!(messages(&sound), [""; 0]);
}

#[test]
fn no_test_at_all_and_a_crate_that_brings_nothing_are_errors() {
    let errors = check(&nothing_linked(), &[], &["my_suite"]);
    let expected = RegistryError::EmptyCrate { krate: "my_suite".to_owned(), known: String::new() };
    assert_eq!(errors, [expected, RegistryError::NoTests]);
}

#[test]
fn everything_that_is_wrong_is_reported_at_once() {
    let mut faulty = suite(
        vec![
            test("t", A),
            test("t", B),
            TestSpec { backends: Some(&["mlx", "refrence"]), ..test("u", B) },
            TestSpec { backends: Some(&[]), ..test("v", A) },
            TestSpec { backends: Some(&["reference"]), differential: true, ..test("w", A) },
        ],
        vec![backend("reference", &[], A), backend("mlx", &["metal"], A), backend("metal", &[], B)],
    );
    faulty.excluding = vec![("mlx", A), ("mlx", B), ("mlz", B)];
    faulty.implementing = vec![("mlx", A), ("mlx", B), ("refernce", B)];
    assert_eq!(
        messages(&faulty),
        [
            "two tests are named `t`: a.rs:1 and b.rs:2",
            "b.rs:2: exclusions for an unknown backend `mlz`; did you mean `mlx`? (known: reference, mlx, metal)",
            "two backends are named `metal`: a.rs:1 and b.rs:2",
            "`mlx` has two `exclusions`: a.rs:1 and b.rs:2",
            "what `mlx` implements is said twice: a.rs:1 and b.rs:2",
            "b.rs:2: functions implemented by an unknown backend `refernce`; did you mean `reference`? (known: reference, mlx, metal)",
            "b.rs:2: test `u` names an unknown backend `refrence`; did you mean `reference`? (known: reference, mlx, metal)",
            "a.rs:1: test `v` runs on no backend: `backends()` is empty",
            "a.rs:1: test `w` runs on no backend: a differential test does not run on the baseline, and no other backend is in its list",
        ],
    );
}

/// A published suite is tested by itself on its own reference.
#[test]
fn where_a_part_is_linked_a_differential_test_may_have_no_backend() {
    let of = |backends| TestSpec { backends, differential: true, ..test("t", A) };
    for (backends, is_of_a_part) in [(None, true), (Some(&["reference"][..]), false), (Some(&[]), false)] {
        let alone = suite(vec![of(backends)], vec![backend("reference", &[], A)]);
        let errors = check(&nothing_linked(), &[&alone], &[]);
        assert_eq!(errors.iter().map(RegistryError::is_of_a_part).collect::<Vec<_>>(), [is_of_a_part], "{errors:?}");
    }
}

#[test]
fn a_differential_test_needs_the_baseline() {
    let differential = TestSpec { differential: true, ..test("t", A) };
    let alone = suite(vec![differential], vec![backend("mlx", &[], A)]);
    assert_eq!(messages(&alone), ["the baseline of `dyn Ops` is an unknown backend `reference` (known: mlx)"]);
}

#[test]
fn two_cells_of_one_name_are_an_error_although_their_tests_have_two() {
    const JOINED: &[AxisSpec] = &[
        AxisSpec { name: "a", labels: &["row", "row_major"] },
        AxisSpec { name: "b", labels: &["major_first", "first"] },
    ];
    const LABEL: &[AxisSpec] = &[AxisSpec { name: "n", labels: &["u"] }];
    let tests =
        vec![TestSpec { axes: JOINED, ..test("t", A) }, TestSpec { axes: LABEL, ..test("m", A) }, test("m::u", B)];
    assert_eq!(
        messages(&suite(tests, vec![backend("reference", &[], A)])),
        [
            "two cells are named `t::row_major_first::…`: of a.rs:1 and a.rs:1; give a value of an axis another label",
            "two cells are named `m::u::…`: of a.rs:1 and b.rs:2; give a value of an axis another label",
        ],
    );
    // A runner sees no subject.
    let of = |test| suite(vec![test], vec![backend("reference", &[], A)]);
    let (first, second) = (of(TestSpec { axes: LABEL, ..test("m", A) }), of(test("m::u", B)));
    let errors = check(&nothing_linked(), &[&first, &second], &[]);
    assert!(matches!(errors[..], [RegistryError::DuplicateCell { .. }]), "{errors:?}");
}

#[test]
fn one_suite_by_itself_is_checked_for_all_that_concerns_it() {
    let backends = || vec![backend("reference", &[], A)];
    let says = |tests| check_one(&suite(tests, backends())).iter().map(ToString::to_string).collect::<Vec<_>>();
    let unknown = TestSpec { backends: Some(&["mlx"]), ..test("t", B) };
    assert_eq!(
        says(vec![test("t", A), unknown]),
        [
            "two tests are named `t`: a.rs:1 and b.rs:2",
            "b.rs:2: test `t` names an unknown backend `mlx` (known: reference)",
        ],
    );
    const LABEL: &[AxisSpec] = &[AxisSpec { name: "n", labels: &["u"] }];
    assert_eq!(
        says(vec![TestSpec { axes: LABEL, ..test("m", A) }, test("m::u", B)]),
        ["two cells are named `m::u::…`: of a.rs:1 and b.rs:2; give a value of an axis another label"],
    );
}

#[test]
fn subjects_that_share_a_type_of_features_share_its_exclusions() {
    let with = |test_name: &str, name| {
        let mut suite = suite(vec![test(test_name, A)], vec![backend(name, &[], A)]);
        suite.excluding = vec![("mlx", A), ("mlz", B)];
        suite
    };
    let (first, second) = (with("t", "mlx"), with("u", "candle"));
    // It has a backend of the name, but other features.
    let third = suite(vec![test("v", A)], vec![backend("mlz", &[], A)]);
    let errors = check(&nothing_linked(), &[&first, &second, &third], &[]);
    let messages: Vec<_> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(messages, ["b.rs:2: exclusions for an unknown backend `mlz`; did you mean `mlx`? (known: mlx, candle)"],);
}

#[test]
fn a_closed_list_is_what_is_linked() {
    let listed = |closed, linked: &[&'static str]| {
        let backends = linked.iter().map(|name| backend(name, &[], A)).collect();
        let suite = SuiteSpec { closed, ..suite(vec![test("t", A)], backends) };
        closed_lists(&[suite]).iter().map(|error| error.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(listed(None, &["reference", "mlx"]), [""; 0]);
    assert_eq!(listed(Some(&["mlx", "reference"]), &["reference", "mlx"]), [""; 0]);
    let left_out = "`dyn Ops` lists the backend `cuda` (`Subject::BACKENDS`), but nothing registers it here: name its crate in \
                    `crosscheck::main!(…)`, or leave it out of the list where it is not built (registered: reference, mlx)";
    assert_eq!(listed(Some(&["reference", "mlx", "cuda"]), &["reference", "mlx"]), [left_out]);
    let added = "a.rs:1: a backend that the closed list of `dyn Ops` (`Subject::BACKENDS`) leaves out: unknown backend `mlx_cp`; did \
                 you mean `mlx_cpu`? (known: reference, mlx_cpu)";
    let errors = listed(Some(&["reference", "mlx_cpu"]), &["reference", "mlx_cp"]);
    assert_eq!((errors.len(), errors[1].as_str()), (2, added));
}
