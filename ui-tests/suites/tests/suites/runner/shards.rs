use super::*;

#[test]
fn shards_share_the_cells_among_them() {
    for more in [&[][..], &["slow", "moody", "--backend", "plain"]] {
        let stage = Stage::new();
        let (mut run, mut sizes) = (BTreeSet::new(), Vec::new());
        let without = ["--skip", "prints", "--skip", "floods", "--skip", "chatters", "--skip", "gone"];
        let all = listed(&stage, &[&without, more].concat());
        for shard in ["1/3", "2/3", "3/3"] {
            stage.clear();
            let args = [&without[..], &["--shard", shard], more].concat();
            stage.run(&args).finish().exits(0);
            let recorded = stage.recorded();
            let part = names(&recorded.cells);
            assert_eq!(once(&recorded.cells).len(), stage.noted("end").len(), "not one body a cell");
            assert_eq!(part, listed(&stage, &args).into_iter().collect(), "another list");
            // A record of a part knows the whole.
            assert_eq!(recorded.planned, all.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>());
            sizes.push(part.len());
            run.extend(part);
        }
        assert_eq!(run, all.iter().cloned().collect());
        assert_eq!(sizes.iter().sum::<usize>(), all.len(), "a cell is in two shards: {sizes:?}");
        assert!(sizes.iter().all(|size| *size > 0), "{sizes:?}");
    }
}

#[test]
fn what_is_no_shard_is_a_usage_error() {
    let stage = Stage::new();
    for text in ["", "2", "0/5", "6/5", "1/0", "-1/5", "a/b", "1/2/3"] {
        let hint = format!("invalid shard `{text}`: write `2/5` for the second of five");
        stage.run(&[&format!("--shard={text}")]).refused(&stage, &hint);
    }
    stage.run(&["moody"]).env("CROSSCHECK_SHARD", "2").refused(&stage, "invalid shard `2`: write `2/5`");
    let both =
        "--shard 1/2 (CROSSCHECK_SHARD), and TEST_SHARD_INDEX is `0`, TEST_TOTAL_SHARDS is `2`: only one of the two";
    stage.bazel(0, 2, &["--shard", "1/2", "moody"]).refused(&stage, both);
    for (variables, hint) in [
        (
            &[("TEST_SHARD_INDEX", "0")][..],
            "TEST_TOTAL_SHARDS is not set, and TEST_SHARD_INDEX is `0`: both are needed",
        ),
        (&[("TEST_TOTAL_SHARDS", "2")], "TEST_SHARD_INDEX is not set, and TEST_TOTAL_SHARDS is `2`: both are needed"),
        (&[("TEST_SHARD_INDEX", "x"), ("TEST_TOTAL_SHARDS", "2")], "TEST_SHARD_INDEX is `x`, which is not a number"),
        (&[("TEST_SHARD_INDEX", "0"), ("TEST_TOTAL_SHARDS", "0")], "TEST_TOTAL_SHARDS is `0`: there is no shard"),
        (
            &[("TEST_SHARD_INDEX", "2"), ("TEST_TOTAL_SHARDS", "2")],
            "TEST_SHARD_INDEX is `2`, and TEST_TOTAL_SHARDS is `2`: it goes from 0 to 1",
        ),
        (
            &[("TEST_SHARD_INDEX", "0"), ("CROSSCHECK_SHARD", "1/2")],
            "--shard 1/2 (CROSSCHECK_SHARD), and TEST_SHARD_INDEX is `0`, TEST_TOTAL_SHARDS is not set: only one of the two",
        ),
    ] {
        let job = variables.iter().fold(stage.run(&["moody"]), |job, (name, value)| job.env(name, value));
        job.refused(&stage, hint);
    }
    stage.run(&["--shard", "gitlab"]).refused(&stage, "CI_NODE_INDEX and CI_NODE_TOTAL are not set");
    let missing = stage.bazel(0, 2, &["moody"]).env("TEST_SHARD_STATUS_FILE", stage.folder.join("no/where"));
    missing.refused(&stage, "no/where: No such file or directory");
    stage.run(&["no_such_cell", "--shard", "1/2"]).refused(&stage, ", --shard 1/2 (--no-tests pass accepts it)");
}

/// The one cell is in one shard of two: the other one is a good run of nothing, of which the record knows the whole.
#[test]
fn a_shard_of_nothing_is_good_where_another_one_runs_something() {
    let stage = Stage::new();
    let rests = (1..=2).filter(|number| {
        stage.clear();
        let done = stage.run(&["moody", "--shard", &format!("{number}/2")]).finish();
        let recorded = stage.recorded();
        assert!(recorded.concluded && recorded.planned.len() == 1, "{:?}{done}", recorded.planned);
        let says =
            done.stderr.contains(&format!("note: shard {number}/2 has none to run of the 1 cells that are selected"));
        assert_eq!(says, recorded.cells.is_empty(), "{done}");
        !says || done.exits(0).status.success()
    });
    assert_eq!(rests.count(), 2);
}

impl Stage {
    /// A run as Bazel starts it, for one of so many shards.
    fn bazel(&self, index: u32, total: u32, args: &[&str]) -> Job {
        let job = self.run_anywhere(args).env("TEST_SHARD_INDEX", index.to_string());
        let outputs = self.folder.join(format!("outputs-{index}"));
        std::fs::create_dir_all(&outputs).unwrap();
        job.env("TEST_TOTAL_SHARDS", total.to_string())
            .env("TEST_SHARD_STATUS_FILE", outputs.join("status"))
            .env("TEST_UNDECLARED_OUTPUTS_DIR", outputs)
    }
}

/// The protocol, as Bazel speaks it: no flag says anything.
#[test]
fn bazels_shards_come_to_the_whole_and_each_says_that_it_is_one() {
    let stage = Stage::new();
    let args = ["--exact", "quick", "slow", "known"];
    let all = listed(&stage, &args);
    let mut seen = BTreeMap::<String, usize>::new();
    for index in 0..3 {
        stage.bazel(index, 3, &args).finish().exits(0);
        let outputs = stage.folder.join(format!("outputs-{index}"));
        assert!(outputs.join("status").is_file(), "shard {index} does not say that it is one");
        let recorded = read_all(&outputs.join("crosscheck-ui-tests-suites-runner.jsonl")).unwrap();
        assert_eq!(recorded.planned.len(), all.len(), "a record of a part knows the whole");
        once(&recorded.cells).into_keys().for_each(|name| *seen.entry(name.to_owned()).or_default() += 1);
    }
    assert_eq!(seen, all.into_iter().map(|name| (name, 1)).collect());
}

/// Bazel's `--test_filter`; what the command line says counts for more.
#[test]
fn bazels_filter_is_a_filter() {
    let stage = Stage::new();
    let filtered = |args: &[&str]| {
        let list = stage.run(args).env("TESTBRIDGE_TEST_ONLY", "moody").args(&["--list", "--format", "terse"]);
        list.finish().exits(0).stdout.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(filtered(&[]), ["moody::plain: test"]);
    assert!(filtered(&["known"]).iter().all(|name| name.starts_with("known::")));
    stage.run(&[]).env("TESTBRIDGE_TEST_ONLY", "moody").finish().exits(0);
    assert_eq!(stage.recorded().narrowed[0], "`moody`");
}
