use super::*;

#[test]
fn a_device_is_for_one_cell_at_a_time_and_everything_else_runs_beside_it() {
    let stage = Stage::new();
    let args = ["--exact", "device", "held_device", "held", "--backend", "gpu,plain", "--test-threads", "22"];
    let record = |number: u32| stage.folder.join(format!("record-{number}"));
    let start = |number| stage.run_gated(&args).env("CROSSCHECK_RECORD", record(number)).start();
    let both = [start(1), start(2)];
    // Each of the other backend's waits for the others, so that they can only run at the same time.
    wait_until("all others run", || {
        let begun = stage.events().into_iter().filter(|(event, cell)| event == "begin" && cell.ends_with("::plain"));
        (begun.count() == 12).then_some(())
    });
    stage.open_the_gate();
    both.into_iter().for_each(|run| {
        run.finish().exits(0);
    });
    let on_device: Vec<_> = stage.events().into_iter().filter(|(_, cell)| cell.ends_with("::gpu")).collect();
    assert_eq!(on_device.len(), 2 * 2 * 16);
    for pair in on_device.chunks(2) {
        let [(first, cell), (second, other)] = pair else { panic!("an event without another") };
        assert_eq!((first.as_str(), second.as_str(), cell), ("begin", "end", other), "two at a time: {on_device:?}");
    }
}
