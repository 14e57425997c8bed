//! What it takes to merge the records of many shards: writes simulated ones, merges them, and prints processor time and memory.
//!
//! ```sh
//! cargo build --release -p crosscheck-cli && cargo run --release -p crosscheck-cli --example shards
//! ```

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crosscheck::internals::{Fingerprint, Line, PlanRecord, Shard, Start};

fn main() {
    let program = std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().join("cargo-crosscheck");
    assert!(program.is_file(), "{} is missing: cargo build --release -p crosscheck-cli", program.display());
    println!("| cells | shards | records | processor | peak of memory | a cell |\n|---|---|---|---|---|---|");
    for (shards, cells) in
        [10, 100].into_iter().flat_map(|shards| [10_000, 100_000, 1_000_000].map(|cells| (shards, cells)))
    {
        let folder = program.with_file_name(format!("shards-{cells}"));
        let bytes = simulate(&folder, shards, cells);
        let before = spent();
        let peak = merge(&program, &folder);
        let took = spent() - before;
        println!(
            "| {cells} | {shards} | {:.1} MB | {:.2} s | {:.0} MB | {:.1} µs, {:.0} bytes |",
            bytes as f64 / 1e6,
            took,
            peak as f64 / 1e6,
            took * 1e6 / f64::from(cells),
            peak as f64 / f64::from(cells)
        );
        std::fs::remove_dir_all(folder).unwrap();
    }
}

/// The records of a run of so many cells that all passed, and how long they are together.
fn simulate(folder: &Path, shards: u32, cells: u32) -> u64 {
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir_all(folder).unwrap();
    let names: Vec<String> = (0..cells).map(name).collect();
    let written = (1..=shards).map(|number| {
        let (path, shard) = (folder.join(format!("{number}.jsonl")), Shard::new(number, shards).unwrap());
        let mut file = BufWriter::new(std::fs::File::create(&path).unwrap());
        let mut line = |line: &Line| {
            serde_json::to_writer(&mut file, line).unwrap();
            file.write_all(b"\n").unwrap();
        };
        line(&Line::Start(Start::now("kernels", "conformance", Fingerprint(7))));
        line(&Line::Plan(PlanRecord::of(names.iter().cloned(), Some(shard))));
        for name in names.iter().filter(|name| shard.holds(name)) {
            line(&Line::Cell(Box::new(serde_json::from_str(&cell(name)).unwrap())));
        }
        line(&Line::End);
        drop(file);
        path.metadata().unwrap().len()
    });
    written.sum()
}

/// Of a test in 34, three backends each.
fn name(number: u32) -> String {
    let backend = ["reference", "mlx_cpu", "mlx_metal"][(number % 3) as usize];
    format!("ops::group_{}::test_{}::n_{}::{backend}", number / 10_200 % 100, number / 102, number / 3 % 34)
}

fn cell(name: &str) -> String {
    let (case, backend) = name.rsplit_once("::").unwrap();
    let test = case.rsplit_once("::").unwrap().0;
    format!(
        r#"{{"name":"{name}","test":"{test}","function":"matmul","backend":"{backend}","markers":["float64"],"row":null,"outcome":"passed","agreement":{{"used":0.25,"elements":64,"histogram":[60,4,0,0,0,0,0,0]}},"origin":"tests/src/ops/matmul.rs:217","duration_us":81}}"#
    )
}

/// Merges the records of the folder, and gives the most memory that it took, in bytes.
fn merge(program: &Path, folder: &Path) -> u64 {
    let mut child = Command::new(program).arg("merge").arg(folder).stdout(Stdio::null()).spawn().unwrap();
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut peak = 0;
    let ended = loop {
        // The kernel keeps the highest mark.
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let mark =
            text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        peak = mark.map_or(peak, |kibibytes| peak.max(kibibytes * 1024));
        if let Some(ended) = child.try_wait().unwrap() {
            break ended;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    assert!(ended.success(), "{ended}");
    peak
}

/// The processor time of the processes that have been waited for, in seconds: it is what it is on a busy machine too.
fn spent() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap();
    // Behind the name in parentheses, from the third field on; the 16th and 17th, in hundredths of a second.
    let fields = text.rsplit_once(')').unwrap().1.split_whitespace().skip(13).take(2);
    fields.map(|ticks| ticks.parse::<f64>().unwrap()).sum::<f64>() / 100.0
}
