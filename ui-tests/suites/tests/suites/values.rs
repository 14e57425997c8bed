//! What a run says of values of every kind, beside the baseline's and beside what is known, tried on `src/bin/values.rs`.

use std::collections::BTreeMap;

use crosscheck::record::CellRecord;
use crosscheck::{Failure, Outcome};

use crate::common::{Output, suite};

/// A cell, what becomes of it, and what its reason says: all of it up to a newline, or the whole where it has one.
type Expectation = (&'static str, Outcome, &'static str);

#[track_caller]
fn check(output: &Output, expectations: &[Expectation]) {
    let cells = output.outcomes();
    for (name, outcome, reason) in expectations {
        let cell = cells.get(name).unwrap_or_else(|| panic!("no cell is called {name}{output}"));
        assert_eq!(cell.outcome, *outcome, "{name}: {}", cell.reason);
        let said = if reason.contains('\n') { &cell.reason } else { cell.reason.lines().next().unwrap_or_default() };
        assert_eq!(said, *reason, "{name}");
    }
}

#[test]
fn every_kind_of_value_is_compared_with_the_baselines() {
    use Outcome::{Failed, Passed, Vacuous};
    let output = suite("values").args(&["beside_the_baseline"]).run();
    let text = "the texts disagree (- expected, + actual)\n  @@ -1,3 +1,3 @@\n    fn double(x: u32) -> u32 {\n  \
                -     x * 2\n  +     x + 2\\u{1b}[2J␠\n    }";
    check(
        &output,
        &[
            ("beside_the_baseline::text::same", Passed, ""),
            ("beside_the_baseline::text::other", Failed, text),
            ("beside_the_baseline::map::same", Passed, ""),
            (
                "beside_the_baseline::map::other",
                Failed,
                "1 of 1 elements (100.0 %) disagree in `[\"bias\"]`, f32[1]; allowed: rtol 1.3e-6, atol 1e-5 (for f32)",
            ),
            ("beside_the_baseline::keys::same", Passed, ""),
            (
                "beside_the_baseline::keys::other",
                Failed,
                "2 of 3 keys of a map disagree\n  1 missing: \"bias\"\n  1 additional: \"biass\"",
            ),
            ("beside_the_baseline::set::same", Passed, ""),
            (
                "beside_the_baseline::set::other",
                Failed,
                "2 of 4 elements of a set disagree\n  1 missing: 3\n  1 additional: 4",
            ),
            ("beside_the_baseline::option::same", Passed, ""),
            ("beside_the_baseline::option::other", Failed, "None instead of Some"),
            ("beside_the_baseline::refusal::n_0::same", Passed, ""),
            ("beside_the_baseline::refusal::n_0::other", Passed, ""),
            ("beside_the_baseline::refusal::n_1::same", Passed, ""),
            // In other words, which nobody compares.
            ("beside_the_baseline::refusal::n_1::other", Passed, ""),
            ("beside_the_baseline::refusal::n_2::same", Passed, ""),
            ("beside_the_baseline::refusal::n_2::other", Failed, "Ok instead of Err (\"2 is too many\")"),
            ("beside_the_baseline::bytes::same", Passed, ""),
            (
                "beside_the_baseline::bytes::other",
                Failed,
                "shape [7] instead of [8]\n  the first difference is at byte 4 (0x4):\n    \
             actual    89 50 4e 47 [0a] 1a 0a  |.PNG...|\n    expected  89 50 4e 47 [0d] 0a 1a 0a  |.PNG....|",
            ),
            ("beside_the_baseline::exact::same", Passed, ""),
            (
                "beside_the_baseline::exact::other",
                Failed,
                "the values disagree (- expected, + actual)\n  @@ -1,4 +1,4 @@\n    Plan {\n        threads: 64,\n  \
             -     kernel: \"tiled\",\n  +     kernel: \"naive\",\n    }",
            ),
            (
                "beside_the_baseline::empty_text::same",
                Vacuous,
                "agrees, but so would nothing at all (it is empty): choose other inputs, or say why the value is such \
             (`expects_constant(reason = \"…\")`)",
            ),
            (
                "beside_the_baseline::default_value::same",
                Vacuous,
                "agrees, but so would a default value (zeros, `false`, `None` and what is empty): choose other inputs, or say \
             why the value is such (`expects_constant(reason = \"…\")`)",
            ),
            ("beside_the_baseline::empty_with_a_reason::other", Passed, ""),
            ("beside_the_baseline::in_units::same", Passed, ""),
            (
                "beside_the_baseline::in_units::other",
                Failed,
                "1 of 1 elements (100.0 %) disagree in f32[]; allowed: 2 units in the last place (rounded twice)",
            ),
            ("beside_the_baseline::exactly::same", Passed, ""),
            (
                "beside_the_baseline::exactly::other",
                Failed,
                "1 of 1 elements (100.0 %) disagree in f32[]; allowed: nothing but equality",
            ),
        ],
    );
    // As it stands in the report: no line of it begins at the margin, and none moves the cursor.
    output.says("FAILED: the texts disagree (- expected, + actual)\n  |   @@ -1,3 +1,3 @@\n  |     fn double(x: u32) -> u32 {\n");
    assert!(!output.stdout.contains('\u{1b}'), "{output}");
}

#[test]
fn what_cannot_be_compared_or_shown_is_a_fault_of_the_test() {
    let output = suite("values").args(&["broken"]).run();
    let cells = output.outcomes();
    for (backend, what) in [("same", "it is not to be shown"), ("other", "it is not to be compared")] {
        let cell = cells[format!("beside_the_baseline::broken::{backend}").as_str()];
        assert!(cell.outcome == Outcome::Failed && cell.setup, "{cell:?}");
        assert!(
            cell.reason.starts_with("the comparison panicked at ") && cell.reason.contains(what),
            "{}",
            cell.reason
        );
    }
}

#[test]
fn what_is_known_is_compared_on_every_backend() {
    use Outcome::{Failed, Passed, Vacuous, XChanged, XFailed};
    let output = suite("values").args(&["beside_what_is_known"]).run();
    let golden = "1 of 2 elements (50.0 %) disagree in f32[2]; allowed: rtol 1.3e-6, atol 1e-5 (for f32)";
    let vacuous = |null| {
        format!(
            "agrees, but so would {null}: choose other inputs, or say why the value is such (`expects_constant(reason = \"…\")`)"
        )
    };
    let (zeros, echo) = (vacuous("nothing but zeros").leak(), vacuous("its input 1, passed through unchanged").leak());
    check(
        &output,
        &[
            ("beside_what_is_known::golden::reference", Passed, ""),
            ("beside_what_is_known::golden::same", Passed, ""),
            ("beside_what_is_known::golden::other", Failed, golden),
            ("beside_what_is_known::golden::apart", Failed, golden),
            ("beside_what_is_known::vector::reference", Passed, ""),
            ("beside_what_is_known::vector::apart", Failed, "\"deadbeef\" instead of \"a9993e36\""),
            ("beside_what_is_known::error::reference", Failed, "returned an error: there is no such file"),
            ("beside_what_is_known::root::n_2::reference", Passed, ""),
            ("beside_what_is_known::sums::reference", Passed, ""),
            ("beside_what_is_known::zeros::reference", Vacuous, zeros),
            ("beside_what_is_known::zeros::apart", Vacuous, zeros),
            ("beside_what_is_known::ones::reference", Passed, ""),
            ("beside_what_is_known::echo::reference", Vacuous, echo),
            ("beside_what_is_known::budget::same", Passed, ""),
            (
                "beside_what_is_known::budget::other",
                Failed,
                "1 of 2 elements (50.0 %) disagree in f32[2]; allowed: an amount for each element",
            ),
            ("beside_what_is_known::tolerance_of_a_value::n_2::other", Passed, ""),
            (
                "beside_what_is_known::tolerance_of_a_value::n_1::other",
                Failed,
                "1 of 1 elements (100.0 %) disagree in f32[]; allowed: rtol 0e0, atol 2.5e-1 (quarters)",
            ),
        ],
    );
    // Rows hold what they say of how far off it is.
    let cells = output.outcomes();
    for (cell, outcome, part) in [
        ("root_exactly", XFailed, "rounds twice: 1 of 1 elements"),
        ("sums", XFailed, "loses a term: 1 of 4 elements"),
        ("root::n_2", XChanged, "expects 1 to 4 units in the last place, but it is 200.000000 off"),
        ("products", XChanged, "expects 1 to 4 units in the last place, but it is"),
    ] {
        let cell = cells[format!("beside_what_is_known::{cell}::other").as_str()];
        assert_eq!(cell.outcome, outcome, "{}", cell.reason);
        assert!(cell.reason.contains(part), "{}", cell.reason);
        assert_eq!(cell.failure, Some(Failure::Mismatch), "{cell:?}");
    }
    // Nobody is asked again: what is known has no majority.
    assert!(!output.stdout.contains("outliers"), "{output}");
}

/// What a record says of a cell besides its name and its time.
fn fields(cell: &CellRecord) -> String {
    let cell = CellRecord::clone(cell);
    let fields = serde_json::to_value(cell).unwrap();
    let mut fields: BTreeMap<String, serde_json::Value> = serde_json::from_value(fields).unwrap();
    for own in ["name", "test", "backend", "origin", "duration_us"] {
        fields.remove(own);
    }
    serde_json::to_string(&fields).unwrap()
}

#[test]
fn a_cell_beside_what_is_known_is_recorded_as_one_beside_the_baseline() {
    let output = suite("values").run();
    let cells = output.outcomes();
    let agreement = |name: &str| cells[name].agreement.as_deref().copied();
    let golden = agreement("beside_what_is_known::golden::reference").unwrap();
    assert!(golden.elements == 2 && golden.used > 0.0 && golden.used < 1.0, "{golden:?}");
    assert_eq!(agreement("beside_what_is_known::golden::same"), Some(golden));
    assert_eq!(agreement("beside_the_baseline::map::same").unwrap().elements, 4);
    assert_eq!(agreement("beside_what_is_known::golden::other"), None);
    // In a process of its own as here, and as a differential cell.
    for (one, other) in [
        ("beside_what_is_known::golden::other", "beside_what_is_known::golden::apart"),
        ("beside_what_is_known::vector::other", "beside_what_is_known::vector::apart"),
        ("beside_what_is_known::zeros::same", "beside_what_is_known::zeros::apart"),
        ("beside_the_baseline::map::other", "beside_the_baseline::map::apart"),
    ] {
        assert_eq!(fields(cells[one]), fields(cells[other]), "{one}");
    }
    let keys = |name: &str| {
        let fields: BTreeMap<String, serde_json::Value> = serde_json::from_str(&fields(cells[name])).unwrap();
        fields.into_keys().collect::<Vec<_>>()
    };
    assert_eq!(keys("beside_what_is_known::golden::other"), keys("beside_the_baseline::map::other"));
    assert_eq!(keys("beside_what_is_known::golden::same"), keys("beside_the_baseline::map::same"));
}

#[test]
fn the_baseline_can_be_wrong_by_what_is_known_and_is_in_the_table() {
    let wrong = suite("values").env("VALUES_WRONG_BASELINE", "1").args(&["beside_what_is_known::golden"]).run();
    check(
        &wrong,
        &[
            (
                "beside_what_is_known::golden::reference",
                Outcome::Failed,
                "1 of 2 elements (50.0 %) disagree in f32[2]; allowed: rtol 1.3e-6, atol 1e-5 (for f32)",
            ),
            ("beside_what_is_known::golden::same", Outcome::Passed, ""),
        ],
    );
    let table = suite("values").args(&["--headroom", "beside_what_is_known"]).run();
    table.says("\n headroom        apart            other            reference        same\n");
    // What agrees within a wide tolerance is in the column of its backend, that of the baseline as well.
    table.says("\n (no function)     0 % ▁·······    50 % ▁·····▁·     8 % ▂···▁···    50 % ▂···▁·▁·\n");
    table.says("terms of their own: 3 tests\n");
    table.says("  beside_what_is_known::root_exactly: nothing but equality\n");
}
