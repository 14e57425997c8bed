use super::*;

#[test]
fn every_variable_does_what_its_flag_does() {
    for (flag, variable, value) in [
        (&["--backend", "f,absent"][..], "CROSSCHECK_BACKEND", "f,absent"),
        (&["--backend", "fualty"], "CROSSCHECK_BACKEND", "fualty"),
        (&["--function", "sing"], "CROSSCHECK_FUNCTION", "sing"),
        (&["--marker", "stale or impossible"], "CROSSCHECK_MARKER", "stale or impossible"),
        (&["--marker", "stale or"], "CROSSCHECK_MARKER", "stale or"),
        (&["--matrix"], "CROSSCHECK_MATRIX", "1"),
        (&["--require", "absent"], "CROSSCHECK_REQUIRE", "absent"),
        (&["--run-excluded"], "CROSSCHECK_RUN_EXCLUDED", "true"),
    ] {
        let by_flag = suite("outcomes").args(flag).run();
        let by_variable = suite("outcomes").env(variable, value).run();
        let plain = suite("outcomes").run();
        assert_eq!(by_variable.code, by_flag.code, "another exit code{by_variable}{by_flag}");
        assert_eq!(outcomes(&by_variable), outcomes(&by_flag), "other outcomes{by_variable}{by_flag}");
        assert_ne!(outcomes(&by_variable), outcomes(&plain), "the variable has no effect{by_variable}{plain}");
        if by_flag.record.is_none() {
            assert_eq!(by_variable.stdout, by_flag.stdout, "another text{by_variable}{by_flag}");
            assert_eq!(by_variable.stderr, by_flag.stderr, "another complaint{by_variable}{by_flag}");
        }
    }
}

fn outcomes(output: &Output) -> BTreeMap<&str, Outcome> {
    output.outcomes().into_iter().map(|(name, cell)| (name, cell.outcome)).collect()
}

#[test]
fn a_flag_beats_its_variable() {
    let output = suite("outcomes").env("CROSSCHECK_BACKEND", "reference").args(&["--backend", "faulty"]).run();
    came_to(&output, &cells(|cell| cell.backend() == "faulty"), Cell::outcome);
}

#[test]
fn an_empty_variable_and_a_falsy_one_mean_unset() {
    for (variable, value) in [
        ("CROSSCHECK_BACKEND", ""),
        ("CROSSCHECK_FUNCTION", ""),
        ("CROSSCHECK_MARKER", ""),
        ("CROSSCHECK_MATRIX", ""),
        ("CROSSCHECK_MATRIX", "0"),
        ("CROSSCHECK_REQUIRE", ""),
        ("CROSSCHECK_RUN_EXCLUDED", ""),
        ("CROSSCHECK_RUN_EXCLUDED", "false"),
    ] {
        came_to(&suite("outcomes").env(variable, value).run(), CELLS, Cell::outcome);
    }
}
