use super::*;

/// The text of each failing cell, as the terminal has it.
fn messages(stdout: &str) -> BTreeMap<&str, &str> {
    let failures = stdout.split_once("\nfailures:\n").and_then(|(_, rest)| rest.split_once("\nfailures:\n"));
    let parts = failures.map_or("", |(messages, _)| messages).split("\n---- ").skip(1);
    parts.map(|part| part.split_once(" ----\n").expect("a name and a text")).collect()
}

/// What stands in the text of all that cells have printed.
fn markers(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    words.filter(|word| ["rust-out-", "rust-err-", "c-out-"].iter().any(|prefix| word.starts_with(prefix))).collect()
}

#[test]
fn what_a_cell_prints_stands_with_its_own_failure_and_nowhere_else() {
    let stage = Stage::new();
    let done = stage.run(&["--exact", "prints", "--isolate"]).finish();
    let messages = messages(&done.exits(101).stdout);
    assert_eq!(messages.len(), 16, "{done}");
    let recorded = stage.recorded();
    let cells = once(&recorded.cells);
    assert_eq!(cells.len(), 32);
    for (name, cell) in cells {
        let (number, machine) = name.strip_prefix("prints::n_").and_then(|rest| rest.split_once("::")).unwrap();
        let number: u32 = number.parse().unwrap();
        let own: Vec<_> =
            ["rust-out", "rust-err", "c-out"].iter().map(|way| format!("{way}-{number:02}-{machine}")).collect();
        let own: BTreeSet<_> = if number % 2 == 1 { own.iter().map(String::as_str).collect() } else { BTreeSet::new() };
        assert_eq!(markers(messages.get(name).copied().unwrap_or_default()), own, "{name}{done}");
        assert_eq!(markers(cell.output.as_deref().unwrap_or_default()), own, "{name}: {:?}", cell.output);
        assert!(own.iter().all(|marker| done.stdout.matches(marker).count() == 1), "{name}{done}");
    }
    assert_eq!(markers(&done.stdout).len(), 3 * 16, "{done}");
    assert!(markers(&done.stderr).is_empty(), "{done}");
}

#[test]
fn what_comes_too_late_is_nobody_elses() {
    let stage = Stage::new();
    let done = stage.run(&["--exact", "chatters", "--isolate", "--test-threads", "1"]).finish();
    let messages = messages(&done.exits(101).stdout);
    assert!(!messages["chatters::n_1::apart"].contains("late-0"), "{done}");
}

#[test]
fn a_test_has_a_process_of_its_own_if_it_asks_for_one() {
    let stage = Stage::new();
    // Whose number it is stands behind the name of the body.
    let process_of = |body: &str| {
        let running = stage.run(&["--exact", body]).start();
        let runner = running.child.id();
        running.finish().exits(0);
        let noted = stage.noted("begin").into_keys().find_map(|cell| Some(cell.strip_prefix(body)?.to_owned()));
        let pid = noted.unwrap().trim_start_matches("::").trim_end_matches("::plain").parse::<u32>().unwrap();
        (pid, runner)
    };
    let (body, runner) = process_of("with_others");
    assert_eq!(body, runner);
    let (body, runner) = process_of("by_itself");
    assert_ne!(body, runner);
}

#[test]
fn of_much_output_the_beginning_and_the_end_are_shown() {
    let stage = Stage::new();
    let done = stage.run(&["--exact", "floods"]).finish();
    let messages = messages(&done.exits(101).stdout);
    let message = messages["floods::apart"];
    for part in [
        "  | the beginning\n  | line 00000 of too many\n",
        " bytes are left out]\n",
        "  | line 19999 of too many\n  | the end\n",
    ] {
        assert!(message.contains(part), "{part:?} is missing{done}");
    }
    assert!(message.len() < 30_000, "{} bytes", message.len());
    assert!(stage.recorded().cells[0].output.as_ref().is_some_and(|output| output.len() < 20_000));
}
