use super::*;

/// Kills runs of these cells at random moments, and goes on with them.
#[track_caller]
fn killed_at_random_moments(seed: u64, more: &[&str], is_in_workers: bool) {
    let args = [&["--exact", "quick", "slow", "device", "known", "moody"], more].concat();
    let stage = Stage::new();
    let all: BTreeSet<_> = listed(&stage, &args).into_iter().collect();
    let (mut random, mut midway) = (Random(seed), 0);
    for round in 0..20 {
        stage.clear();
        let moody = |job: Job| if round % 2 == 1 { job.env("RUNNER_FAILS", "1") } else { job };
        // Somewhere between the first event and the last, and then a little later.
        let events = 1 + random.below(2 * all.len() as u64 - 1) as usize;
        let later = Duration::from_micros(random.below(3000));
        let running = moody(stage.run(&args)).start();
        wait_until("something happens", || (stage.events().len() >= events).then_some(()));
        std::thread::sleep(later);
        running.send(libc::SIGKILL);
        let killed = running.finish();
        midway += usize::from(killed.status.signal() == Some(libc::SIGKILL));
        stage.has_no_workers();

        let context = format!("round {round}, after {events} events and {later:?}");
        let Recorded { cells: before, begun: in_flight, .. } = stage.recorded();
        let known: BTreeSet<_> = once(&before).into_keys().collect();
        let (begun, ended) = (stage.noted("begin"), stage.noted("end"));
        let lost = ended.keys().filter(|cell| !known.contains(cell.as_str())).count();
        assert!(known.iter().all(|cell| ended.contains_key(*cell)), "{context}: recorded before it has ended");
        assert!(lost <= THREADS, "{context}: {lost} cells are lost, of {}", ended.len());
        // A body that may have taken the run down is named, and nothing that has ended is.
        let unknown = |cell: &&String| !known.contains(cell.as_str());
        let unnamed = begun.keys().filter(unknown).find(|cell| !in_flight.contains(cell));
        assert!(unnamed.is_none() || is_in_workers, "{context}: {unnamed:?} began, of {in_flight:?}");
        assert!(in_flight.iter().all(|cell| !known.contains(cell.as_str())), "{context}: {in_flight:?} have ended");
        assert!(begun.len() <= known.len() + THREADS, "{context}: {} bodies, {} cells", begun.len(), known.len());

        let record = stage.record();
        let done = moody(stage.run(&args)).args(&["--resume", record.to_str().unwrap()]).finish();
        done.exits(if round % 2 == 1 { 101 } else { 0 });
        done.complains(&format!("resumed: {} cells were recorded in {}\n", known.len(), record.display()));
        done.says(&format!("\n{} cells: ", all.len()));
        let recorded = stage.recorded();
        once(&recorded.cells);
        assert_eq!(names(&recorded.cells), all, "{context}");
        assert_eq!(recorded.cells[..before.len()], before, "{context}: what was known is written over");
        let again = stage.noted("begin");
        assert!(known.iter().all(|cell| again[*cell] == 1), "{context}: what was known is run again");
        assert!(again.iter().all(|(cell, count)| count - begun.get(cell).unwrap_or(&0) <= 1), "{context}");
        stage.has_no_workers();
    }
    // Who is quicker than the signal has come to his end, which proves less.
    assert!(midway >= 10, "only {midway} runs were killed");
}

#[test]
fn a_run_that_is_killed_is_gone_on_with() {
    killed_at_random_moments(1, &["--backend", "reference,plain,gpu"], false);
}

#[test]
fn a_run_in_workers_that_is_killed_is_gone_on_with() {
    killed_at_random_moments(2, &["--isolate"], true);
}

#[test]
fn what_a_body_has_started_ends_with_the_run() {
    let child_of = |stage: &Stage| {
        let child = |(event, _): (String, String)| event.strip_prefix("child ").map(str::to_owned);
        wait_until("a child is started", || stage.events().into_iter().find_map(child))
    };
    let stage = Stage::new();
    let running = stage.run_gated(&["leaves_a_child"]).start();
    let child = child_of(&stage);
    running.send(libc::SIGKILL);
    running.finish();
    stage.has_no_workers();
    is_gone(&child);
    // A run that finishes leaves nothing behind either.
    for _ in 0..5 {
        stage.clear();
        stage.run(&["leaves_a_child"]).finish().exits(0);
        is_gone(&child_of(&stage));
    }
}

/// Waits until the process that `leaves_a_child` has started is no more.
#[track_caller]
fn is_gone(child: &str) {
    wait_until("the child ends", || {
        let line = Command::new("ps").args(["-o", "args=", "-p", child]).output().unwrap();
        (!String::from_utf8_lossy(&line.stdout).contains("77.125")).then_some(())
    });
}
