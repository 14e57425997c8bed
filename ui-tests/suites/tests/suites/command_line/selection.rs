use super::*;

#[test]
fn backends_are_selected_by_name_and_alias() {
    selects(&["--backend", "faulty"], |cell| cell.backend() == "faulty");
    selects(&["--backend", "f"], |cell| cell.backend() == "faulty");
    selects(&["--backend", "f", "--backend", "absent"], |cell| ["faulty", "absent"].contains(&cell.backend()));
    selects(&["--backend", "f,faulty,absent"], |cell| ["faulty", "absent"].contains(&cell.backend()));
}

#[test]
fn an_unknown_backend_is_named_with_the_known_and_the_nearest() {
    let known = "(known: reference, absent, broken, faulty, f)";
    refuses(
        &["--backend", "fualty"],
        &format!("--backend (CROSSCHECK_BACKEND): unknown backend `fualty`; did you mean `faulty`? {known}"),
    );
    refuses(&["--backend", "cuda"], &format!("--backend (CROSSCHECK_BACKEND): unknown backend `cuda` {known}"));
    refuses(
        &["--require", "absnet"],
        &format!("--require (CROSSCHECK_REQUIRE): unknown backend `absnet`; did you mean `absent`? {known}"),
    );
    // All at once, and before a list or a matrix.
    let args = ["--list", "--matrix", "--backend", "cuda", "--require", "tpu", "--marker", "nope"];
    for part in ["unknown backend `cuda`", "unknown backend `tpu`", "unknown marker `nope`"] {
        refuses(&args, part);
    }
}

#[test]
fn markers_are_selected_by_expressions() {
    let has = |cell: &Cell, marker| cell.markers.contains(&marker);
    selects(&["--marker", "impossible"], |cell| has(cell, "impossible"));
    selects(&["--marker", "impossible and not known_error"], |cell| {
        has(cell, "impossible") && !has(cell, "known_error")
    });
    selects(&["--marker", "stale or known_error and impossible"], |cell| {
        has(cell, "stale") || has(cell, "known_error") && has(cell, "impossible")
    });
    selects(&["--marker", "not (stale or impossible)", "--backend", "faulty"], |cell| {
        !has(cell, "stale") && !has(cell, "impossible") && cell.backend() == "faulty"
    });
}

#[test]
fn a_marker_expression_that_makes_no_sense_has_a_caret_under_the_fault() {
    for (expression, message, column) in [
        (
            "stale and imposible",
            "unknown marker `imposible`; did you mean `impossible`? (known: impossible, possible",
            10,
        ),
        ("stale and", "expected a marker, `not` or `(`, found the end", 9),
        ("(stale", "expected `)`", 6),
        ("stale & possible", "expected `and`, `or` or the end, found `&`", 6),
    ] {
        refuses(&["--marker", expression], &format!("--marker (CROSSCHECK_MARKER): {message}"));
        refuses(&["--marker", expression], &format!("\n  |   {expression}\n  |   {:column$}^\n", ""));
    }
}

#[test]
fn cells_are_selected_by_the_function_that_they_are_about() {
    let about = |cell: &Cell, name: &str| cell.name.starts_with(name);
    let sing = |cell: &Cell| about(cell, "lacking::a_song::");
    let obey = |cell: &Cell| about(cell, "lacking::a_song_");
    selects(&["--function", "sing"], sing);
    selects(&["--function", "obey", "--backend", "faulty"], |cell| obey(cell) && cell.backend() == "faulty");
    selects(&["--function", "obey,sing"], |cell| sing(cell) || obey(cell));
    let known = "(known: obey, sing)";
    let unknown = "--function (CROSSCHECK_FUNCTION): unknown function";
    refuses(&["--function", "sign"], &format!("{unknown} `sign`; did you mean `sing`? {known}"));
    refuses(&["--function", "dance"], &format!("{unknown} `dance` {known}"));
}

#[test]
fn cells_are_selected_by_name() {
    selects(&["skips"], |cell| cell.name.contains("skips"));
    selects(&["::faulty"], |cell| cell.backend() == "faulty");
    selects(&["stale", "agrees", "mismatch"], |cell| {
        ["stale", "agrees", "mismatch"].iter().any(|part| cell.name.contains(part))
    });
    selects(&["agrees", "--skip", "broken", "--skip", "unexcused"], |cell| {
        cell.name.contains("agrees") && !cell.name.contains("broken") && !cell.name.contains("unexcused")
    });
    selects(&["no such test"], |_| false);
}

#[test]
fn exact_names_are_whole_paths_of_cells_tests_or_modules() {
    selects(&["--exact", "agrees"], |cell| cell.name.starts_with("agrees::"));
    selects(&["--exact", "outdated::too_wide"], |cell| cell.name.starts_with("outdated::too_wide::"));
    selects(&["--exact", "outdated::too_wide::fail"], |cell| cell.name == "outdated::too_wide::fail::faulty");
    selects(&["--exact", "agrees::faulty", "expected::error"], |cell| {
        cell.name == "agrees::faulty" || cell.name.starts_with("expected::error::")
    });
    selects(&["--exact", "agrees", "--skip", "agrees::broken"], |cell| {
        cell.name.starts_with("agrees::") && cell.backend() != "broken"
    });
    // Parts of words are no paths.
    selects(&["--exact", "agree"], |_| false);
    selects(&["--exact", "faulty"], |_| false);
}
