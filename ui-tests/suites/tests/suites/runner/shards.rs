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
    let nothing = "none of the 331 cells matches `moody`, --shard ";
    let selects_nothing = |number: u32| {
        let done = stage.run(&["moody", "--shard", &format!("{number}/2")]).finish();
        done.status.code() == Some(2) && done.stderr.contains(nothing)
    };
    assert_eq!((1..=2).filter(|number| selects_nothing(*number)).count(), 1, "the one cell is in one shard of two");
}
