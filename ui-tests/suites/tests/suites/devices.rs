//! A backend for each device, and names in front of those of tests, tried on `src/bin/devices.rs`.

use std::collections::BTreeMap;

use crosscheck::Outcome;

use crate::common::{Output, suite};

fn run(devices: Option<&str>, args: &[&str]) -> Output {
    let suite = suite("devices").args(args);
    match devices {
        Some(devices) => suite.env("DEVICES", devices),
        None => suite,
    }
    .run()
}

/// The outcomes by backend: of `has_a_number`, `computes_in_64_bits` and `is_very_wide`.
fn outcomes(output: &Output) -> BTreeMap<String, Vec<Outcome>> {
    let mut by_backend: BTreeMap<String, Vec<_>> = BTreeMap::new();
    let of = |test: &'static str| move |name: &&str| name.starts_with(test);
    for test in ["own::has_a_number", "own::computes_in_64_bits", "own::is_very_wide"] {
        for (name, cell) in output.outcomes().into_iter().filter(|(name, _)| of(test)(name)) {
            let backend = name.rsplit("::").next().unwrap_or_default();
            by_backend.entry(backend.to_owned()).or_default().push(cell.outcome);
        }
    }
    by_backend
}

#[test]
fn there_are_as_many_backends_as_devices_and_rows_are_written_for_all_of_them() {
    use Outcome::{Passed, Skipped, Unavailable, XFailed};
    let host = ("host".to_owned(), vec![Passed; 3]);
    let card = |number: usize| (format!("card_{number}"), vec![Passed, Skipped, XFailed]);
    for isolate in [&[][..], &["--isolate"]] {
        for count in 1..4 {
            let cards = (0..count).map(card).chain([host.clone()]);
            let output = run(Some(&count.to_string()), isolate);
            assert_eq!(outcomes(output.exits(0)), cards.collect(), "{output}");
        }
        // One of them is not available.
        let four = run(Some("4"), isolate);
        assert_eq!(outcomes(&four)["card_3"], [Unavailable, Skipped, Unavailable], "{four}");
        for (devices, why) in
            [(Some("0"), "there is no device of this kind on this machine"), (None, "there is no driver")]
        {
            let none = run(devices, isolate);
            assert_eq!(outcomes(none.exits(0))["card"], [Unavailable, Skipped, Unavailable], "{none}");
            none.says(why);
        }
        let broken = run(Some("panic"), isolate);
        assert_eq!(outcomes(broken.exits(101))["card"], [Outcome::Failed, Skipped, Outcome::Failed], "{broken}");
        broken.says("the constructor of `card` panicked at ").says("the driver is broken");
    }
}

#[test]
fn one_device_or_all_of_them_are_selected_and_required() {
    let names = |args: &[&str]| outcomes(&run(Some("3"), args)).into_keys().collect::<Vec<_>>().join(" ");
    assert_eq!(names(&["--backend", "card"]), "card_0 card_1 card_2");
    assert_eq!(names(&["--backend", "gpu"]), "card_0 card_1 card_2");
    assert_eq!(names(&["--backend", "card_1"]), "card_1");
    run(Some("2"), &["--require", "card"]).exits(0);
    run(Some("0"), &["--require", "card"]).exits(101).complains("`card` is required, but not available");
    run(Some("4"), &["--require", "card"]).exits(101).complains("`card_3` is required, but not available");
    run(Some("2"), &["--backend", "card_2"])
        .exits(2)
        .complains("unknown backend `card_2`; did you mean `card_0`? (known: host, card_0, card, gpu, card_1)");
    let matrix = run(Some("2"), &["--matrix", "--backend", "card"]);
    matrix.exits(0).says("card_0").says("card_1").says("skip  card float64: no card has 64-bit units");
    let groups = run(Some("2"), &["--nextest-config"]);
    groups.exits(0).says("card_0").says("card_1");
}

#[test]
fn the_number_of_devices_is_no_part_of_what_a_suite_is() {
    let fingerprint = |devices| {
        let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("devices-{}-{devices}.jsonl", std::process::id()));
        suite("devices").env("DEVICES", devices).env("CROSSCHECK_RECORD", &path).run().exits(0);
        let first = std::fs::read_to_string(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        first.lines().next().and_then(|line| Some(line.split_once("\"fingerprint\":\"")?.1[..16].to_owned())).unwrap()
    };
    assert_eq!(fingerprint("1"), fingerprint("3"));
    assert_eq!(fingerprint("0"), fingerprint("3"));
}

#[test]
fn a_crate_may_have_another_name_in_front_of_those_of_its_tests() {
    let list = run(Some("1"), &["--list"]);
    list.says("own::has_a_number::host: test\n").says("own::is_very_wide::card_0: test\n");
    let one = run(Some("1"), &["--exact", "own::has_a_number::host"]);
    assert_eq!(one.exits(0).outcomes().len(), 1);
    run(Some("1"), &["--exact", "has_a_number"]).exits(2).complains("did you mean `own::has_a_number`?");
}
