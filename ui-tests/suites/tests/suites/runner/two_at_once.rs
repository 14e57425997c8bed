use super::*;

#[test]
fn two_runs_at_once_have_a_record_each() {
    let stage = Stage::new();
    let args = ["--exact", "quick", "slow", "known"];
    let all: BTreeSet<_> = listed(&stage, &args).into_iter().collect();
    let both = [stage.run_anywhere(&args).start(), stage.run_anywhere(&args).start()];
    both.into_iter().for_each(|run| {
        run.finish().exits(0);
    });
    let records = stage.records();
    assert_eq!(records.len(), 2, "{records:?}");
    for path in &records {
        let recorded = read_all(path).unwrap();
        assert_eq!(recorded.starts.len(), 1);
        once(&recorded.cells);
        assert_eq!(names(&recorded.cells), all);
        assert_eq!(recorded.planned, all.iter().cloned().collect::<Vec<_>>());
    }
}

#[test]
fn two_runs_into_one_record_leave_each_line_whole() {
    let stage = Stage::new();
    let args = ["--exact", "quick", "slow", "known"];
    let all: BTreeSet<_> = listed(&stage, &args).into_iter().collect();
    let both = [stage.run(&args).start(), stage.run(&args).start()];
    both.into_iter().for_each(|run| {
        run.finish().exits(0);
    });
    let recorded = stage.recorded();
    assert_eq!((recorded.starts.len(), recorded.cells.len(), &recorded.torn[..]), (2, 2 * all.len(), &[][..]));
    assert_eq!(names(&recorded.cells), all);
}
