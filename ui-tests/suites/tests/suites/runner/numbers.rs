use super::*;

#[test]
fn what_is_no_number_is_a_usage_error() {
    let stage = Stage::new();
    let seconds = "not a number of seconds above 0, such as `2.5`";
    let times = "not a number of times, such as `2`";
    for (flag, variable, values, text) in [
        ("timeout", "CROSSCHECK_TIMEOUT", &["0", "-1", "soon", "1e300", "NaN", "inf", "1s"][..], seconds),
        ("run-timeout", "CROSSCHECK_RUN_TIMEOUT", &["0", "-1", "soon", "1e300", "NaN", "inf", "1s"], seconds),
        ("retries", "CROSSCHECK_RETRIES", &["-1", "often", "1.5", "4294967296"], times),
    ] {
        for value in values {
            let expected = format!("error: invalid value '{value}' for '--{flag} <");
            for job in [
                stage.run(&[&format!("--{flag}={value}")]),
                stage.run(&[&format!("--{flag}"), value]),
                stage.run(&[]).env(variable, value),
            ] {
                job.refused(&stage, &expected);
            }
            stage.run(&[&format!("--{flag}"), value]).refused(&stage, text);
        }
    }
}

/// With none, no cell would ever begin.
#[test]
fn at_least_one_thread_is_needed() {
    let stage = Stage::new();
    stage.run(&["--test-threads", "0"]).refused(&stage, "error: --test-threads: must be at least 1 (got 0)");
}

/// As a CI system has it that passes on an input which nobody gave.
#[test]
fn a_variable_that_is_set_to_nothing_is_not_set() {
    let stage = Stage::new();
    let names =
        ["TIMEOUT", "RUN_TIMEOUT", "SHARD", "RESUME", "RETRIES", "NO_TESTS", "TODAY", "SEED", "ISOLATE", "HEADROOM"];
    let job = stage.run(&["--exact", "slow"]);
    let job = names.iter().fold(job, |job, name| job.env(&format!("CROSSCHECK_{name}"), ""));
    job.finish().exits(0).says("\n20 cells: 20 passed\n");
    stage.run(&["--backend", ""]).refused(&stage, "--backend (CROSSCHECK_BACKEND): ");
}
