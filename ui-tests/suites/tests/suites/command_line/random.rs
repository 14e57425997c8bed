//! Any words on the command line: the status says what happened, and nobody is left waiting.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::*;
use crate::common::{clean, executable};

/// How many command lines are tried where `FUZZ_SECONDS` does not say for how long.
const CASES: u64 = 150;

/// `SplitMix64`.
struct Generator(u64);

impl Generator {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) as usize % end
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

const FLAGS: [&str; 32] = [
    "--backend",
    "--marker",
    "--function",
    "--require",
    "--skip",
    "--shard",
    "--retries",
    "--seed",
    "--today",
    "--no-tests",
    "--resume",
    "--test-threads",
    "--format",
    "--color",
    "--timeout",
    "--run-timeout",
    "--exact",
    "--list",
    "--matrix",
    "--run-excluded",
    "--headroom",
    "--isolate",
    "--nextest-config",
    "--ignored",
    "--include-ignored",
    "--quiet",
    "--nocapture",
    "--test",
    "--bench",
    "--help",
    "--",
    "--crosscheck-worker",
];

const VALUES: [&str; 40] = [
    "faulty",
    "f",
    "absent,broken",
    "reference,",
    "nobody",
    "stale",
    "not impossible",
    "stale or",
    "(",
    "sing",
    "obey,sing",
    "agrees",
    "agrees::faulty",
    "outdated",
    "skips::impossible",
    "1/2",
    "2/2",
    "3/2",
    "0/0",
    "gitlab",
    "0",
    "1",
    "2",
    "-1",
    "7.5",
    "30",
    "1e-9",
    "inf",
    "NaN",
    "99999999999999999999",
    "2020-01-01",
    "2020-02-30",
    "pass",
    "fail",
    "last",
    "/nowhere/record.jsonl",
    "json",
    "terse",
    "",
    "\u{1b}[2J ü",
];

#[test]
fn no_command_line_comes_to_a_status_that_is_not_so() {
    let seconds = std::env::var("FUZZ_SECONDS").ok().map(|seconds| seconds.parse().unwrap());
    let until = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let mut tried = 0;
    while until.map_or(tried < CASES, |until| Instant::now() < until) {
        let mut generator = Generator(tried);
        let mut words = Vec::new();
        for _ in 0..generator.below(5) {
            match generator.below(8) {
                0 => words.push(generator.one(&VALUES).to_owned()),
                1 => words.push(format!("{}={}", generator.one(&FLAGS), generator.one(&VALUES))),
                2 | 3 => words.push(generator.one(&FLAGS).to_owned()),
                _ => words.extend([generator.one(&FLAGS).to_owned(), generator.one(&VALUES).to_owned()]),
            }
        }
        says_what_happened(&words, tried);
        tried += 1;
    }
    println!("command lines: {tried} inputs");
}

fn says_what_happened(words: &[String], number: u64) {
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let output = suite("outcomes").args(&words).run();
    let cells = output.record.as_deref().unwrap_or_default();
    let fails = cells.iter().any(|cell| cell.outcome.fails_the_run());
    let is_over = output.stderr.contains("the time of the run is over") || output.stderr.contains("--run-timeout");
    match output.code {
        Some(0) => {
            assert!(!fails, "input {number}: it ends well{output}");
            // What is asked for besides cells runs none.
            let asks = ["--list", "--matrix", "--nextest-config", "--help", "--no-tests"];
            let asks = words.iter().any(|word| asks.iter().any(|flag| word.starts_with(flag)));
            let ran = cells.iter().any(|cell| cell.outcome.ran());
            assert!(ran || asks, "input {number}: nothing ran, and it ends well{output}");
        }
        Some(101) => {
            let required = output.stderr.contains("is required, but not available");
            assert!(fails || required || is_over, "input {number}: nothing failed{output}");
        }
        // What is refused says why, and what is refused before anything runs leaves nothing.
        Some(2) => {
            assert!(output.stderr.contains("error"), "input {number}: it says nothing{output}");
            assert!(!cells.iter().any(|cell| cell.outcome.ran()), "input {number}: a body was run{output}");
        }
        code => panic!("input {number}: {code:?}{output}"),
    }
    // A panic of the runner's own.
    let stderr = &output.stderr;
    let own = stderr.lines().find(|line| line.contains("panicked at") && line.contains("runtime/src/"));
    assert_eq!(own, None, "input {number}: {output}");
}

/// A worker that nobody has started says so.
#[test]
fn a_worker_without_a_run_is_an_error() {
    let mut command: Command = clean(executable("outcomes").as_ref());
    let output = command.arg("--crosscheck-worker").stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}
