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

/// What each flag wants, and every two of them together.
#[test]
fn every_two_flags_want_what_both_of_them_want() {
    type Wants = fn(&Cell, bool) -> bool;
    fn starts(cell: &Cell, path: &str) -> bool {
        cell.name.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    }
    /// By the whole path, or by a part of the name.
    fn names(cell: &Cell, exact: bool, text: &str) -> bool {
        if exact { starts(cell, text) } else { cell.name.contains(text) }
    }
    const FLAGS: [(&[&str], Wants); 13] = [
        (&["agrees"], |cell, exact| names(cell, exact, "agrees")),
        (&["outdated::too_wide", "skips"], |cell, exact| {
            names(cell, exact, "outdated::too_wide") || names(cell, exact, "skips")
        }),
        (&["--skip", "faulty"], |cell, exact| !names(cell, exact, "faulty")),
        (&["--skip", "agrees"], |cell, exact| !names(cell, exact, "agrees")),
        (&["--skip", "agrees::faulty", "--skip", "skips"], |cell, exact| {
            !names(cell, exact, "agrees::faulty") && !names(cell, exact, "skips")
        }),
        (&["--backend", "f"], |cell, _| cell.backend() == "faulty"),
        (&["--backend", "absent,broken"], |cell, _| ["absent", "broken"].contains(&cell.backend())),
        (&["--marker", "impossible or stale"], |cell, _| {
            cell.markers.contains(&"impossible") || cell.markers.contains(&"stale")
        }),
        (&["--marker", "not impossible"], |cell, _| !cell.markers.contains(&"impossible")),
        (&["--function", "sing"], |cell, _| starts(cell, "lacking::a_song")),
        (&["--function", "sing,obey"], |cell, _| cell.name.starts_with("lacking::")),
        (&["--run-excluded"], |_, _| true),
        (&["--require", "absent,broken"], |_, _| true),
    ];
    for exact in [false, true] {
        for (at, (first, wants_first)) in FLAGS.iter().enumerate() {
            for (second, wants_second) in &FLAGS[at + 1..] {
                let option = |args: &[&str]| args.first().filter(|arg| arg.starts_with("--")).map(ToString::to_string);
                // Of the same flag, filters and backends add up; several expressions there are not.
                let adds_up = match (option(first).as_deref(), option(second).as_deref()) {
                    (Some("--marker"), Some("--marker")) => continue,
                    (None, None)
                    | (Some("--backend"), Some("--backend"))
                    | (Some("--function"), Some("--function")) => true,
                    _ => false,
                };
                let args = [if exact { &["--exact"][..] } else { &[] }, first, second].concat();
                let wanted = cells(|cell| {
                    let (first, second) = (wants_first(cell, exact), wants_second(cell, exact));
                    if adds_up { first || second } else { first && second }
                });
                let list = suite("outcomes").args(&args).args(&["--list", "--format", "terse"]).run();
                assert_eq!(list.exits(0).ran_nothing().stdout, listed(&wanted), "another list{list}");
            }
        }
    }
}

#[test]
fn each_backend_of_a_list_is_required() {
    // Either order: each of them is looked at, and each that is not available fails the run.
    for list in ["absent,faulty", "faulty,absent", "absent,absent", "reference,absent"] {
        let output = suite("outcomes").args(&["--exact", "agrees::faulty", "--require", list]).run();
        assert_eq!(output.exits(0).outcomes()["agrees::faulty"].outcome, Outcome::Passed, "no cell is on it{output}");
        let output =
            suite("outcomes").args(&["--exact", "agrees", "--require", list, "--skip", "agrees::broken"]).run();
        assert_eq!(output.exits(101).outcomes()["agrees::absent"].outcome, Outcome::Failed, "{output}");
    }
    for list in ["absent,nobody", "nobody,absent", "absent,,", "f,nobody,absent"] {
        let unknown = list.contains("nobody");
        let output = suite("outcomes").args(&["--list", "--require", list]).run();
        if unknown {
            output.exits(2).complains("--require (CROSSCHECK_REQUIRE): unknown backend `nobody`");
        } else {
            output.exits(2).complains("--require (CROSSCHECK_REQUIRE): unknown backend ``");
        }
    }
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
